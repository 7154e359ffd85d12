"""Ask the server from several clients at once, and compare: `python tools/load_server.py PHOTOGRAPHS` writes
data/results/serve.json. PHOTOGRAPHS is a folder of JPEGs; each is enlarged to the size of a usual photograph first.
Everything listens at 127.0.0.1, and ends with the script."""
import argparse, json, os, signal, subprocess, sys, tempfile, threading, time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
import httpx, numpy as np, psutil
from ckdnet.core import write_json
from photographs import enlarged

OUT = Path(__file__).parents[1]/'data/results/serve.json'
LOCKED = """
import sys, threading, uvicorn
from fastapi import FastAPI, File, UploadFile
from ckdnet.predictor import Predictor
from ckdnet.serve import Answers, as_answer
from ckdnet.sources import from_bytes
app,lock,predictor = FastAPI(), threading.Lock(), Predictor.from_pretrained()
@app.get('/health')
def health(): return 'ok'
@app.post('/predict')
def predict(files:list[UploadFile]=File())->Answers:
    with lock: return Answers(predictions=[as_answer(predictor(from_bytes(f.file.read(), f.filename))) for f in files])
uvicorn.run(app, port=int(sys.argv[1]), log_level='warning')
"""
OURS = "import sys; from ckdnet.serve import serve; serve(port=int(sys.argv[1]), bs=int(sys.argv[2]))"
PREDICT = """import sys
from ckdnet.cli import ckdnet_predict
ckdnet_predict(sys.argv[2:], out=sys.argv[1])"""
CLIENT = """
import sys, httpx
content = open(sys.argv[2], 'rb').read()
while True: httpx.post(sys.argv[1], files=[('files', ('a.jpg', content))]*8, timeout=600)
"""

@contextmanager
def running(code, port, *args):
    "A server in a process of its own, until it answers; it must end by itself when it is told to."
    line = [sys.executable, '-c', code, str(port), *map(str, args)]
    p = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try: httpx.get(f'http://127.0.0.1:{port}/health'); break
            except httpx.TransportError: time.sleep(.5)
        yield psutil.Process(p.pid)
        p.send_signal(signal.SIGTERM)
        p.wait(60)
    finally: p.kill()

def ask(files, port, clients, process):
    "Rate, latencies, memory and answers of one photograph a request from several clients."
    url,memory,times,answers = f'http://127.0.0.1:{port}/predict', [], [], {}
    def one(file, client):
        start = time.perf_counter()
        said = client.post(url, files=[('files', (file.name, file.read_bytes()))])
        times.append(time.perf_counter()-start)
        memory.append(process.memory_info().rss/2**20)
        assert said.status_code==200, said.text
        answers[file.stem] = said.json()['predictions'][0]
    with httpx.Client(timeout=600) as client, ThreadPoolExecutor(clients) as pool:
        one(files[0], client) # not counted
        for o in (times, memory): o.clear()
        cpu,start = sum(process.cpu_times()[:2]), time.perf_counter()
        list(pool.map(lambda f: one(f, client), files))
        wall,cpu = time.perf_counter()-start, sum(process.cpu_times()[:2])-cpu
    tenth = max(1, len(files)//10)
    return answers, dict(images_per_s=len(files)/wall, cpu_ms_per_image=1000*cpu/len(files),
                         slowest_5_percent_s=float(np.quantile(times, .95)),
                         median_s=float(np.median(times)),
                         memory_after_a_tenth_MiB=float(np.median(memory[tenth:2*tenth])),
                         memory_at_the_end_MiB=float(np.median(memory[-tenth:])))

def cpu_of_children(): return sum(os.times()[2:4]) # seconds of processes that have ended

def command(files, folder):
    "Images per second of `ckdnet_predict`, without the time in which it starts."
    def run(some, out):
        start,before = time.perf_counter(), cpu_of_children()
        line = [sys.executable, '-c', PREDICT, str(folder/out), *map(str, some)]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter()-start, cpu_of_children()-before
    (w1,c1),(w2,c2) = run(files[:1], 'one'), run(files, 'all')
    return dict(images_per_s=(len(files)-1)/(w2-w1), cpu_ms_per_image=1000*(c2-c1)/(len(files)-1))

def kill_a_client(file, port, files, clients, process):
    "How many are answered while another client, with eight photographs on the way, is killed."
    url = f'http://127.0.0.1:{port}/predict'
    line = [sys.executable, '-c', CLIENT, url, str(file)]
    victim = subprocess.Popen(line, stderr=subprocess.DEVNULL)
    time.sleep(4)
    timer = threading.Timer(1, lambda: victim.send_signal(signal.SIGKILL))
    timer.start()
    answers,_ = ask(files, port, clients, process)
    timer.join()
    victim.wait()
    return len(answers)

def stop_in_the_middle(files, port, process):
    "How many of the photographs that were sent before the server is told to stop are answered."
    def one(f):
        upload = [('files', (f.name, f.read_bytes()))]
        return httpx.post(f'http://127.0.0.1:{port}/predict', files=upload, timeout=600)
    with ThreadPoolExecutor(len(files)) as pool:
        coming = [pool.submit(one, f) for f in files]
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        return sum(o.result().status_code==200 for o in coming)

def single(files):
    "The answers of the predictor, called alone in another process."
    code = """import sys, json
from pathlib import Path
from ckdnet.predictor import Predictor
from ckdnet.serve import as_answer
p = Predictor.from_pretrained()
print(json.dumps([as_answer(p(Path(f))).model_dump(mode='json', exclude_none=True) for f in sys.argv[1:]]))"""
    line = [sys.executable, '-c', code, *map(str, files)]
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    return {f.stem:a for f,a in zip(files, json.loads(done.stdout))}

if __name__=='__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder')
    parser.add_argument('--requests', type=int, default=400)
    parser.add_argument('--clients', type=int, default=8)
    parser.add_argument('--side', type=int, default=1500, help='width of the photographs, px')
    parser.add_argument('--port', type=int, default=8765)
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        small = sorted(Path(a.folder).rglob('*.jpg'))[:a.requests]
        files = enlarged(small, d/'photographs', a.side, quality=92)
        load = [os.getloadavg()[0]]
        rows = {}
        with running(OURS, a.port, 1) as process:
            answers,rows['server'] = ask(files, a.port, a.clients, process)
            survived = kill_a_client(files[0], a.port, files[:20], a.clients, process)
            stopped = stop_in_the_middle(files[:8], a.port, process)
        with running(OURS, a.port, 8) as process:
            _,rows['server, bs 8'] = ask(files, a.port, a.clients, process)
        with running(LOCKED, a.port) as process:
            _,rows['one call behind a lock'] = ask(files, a.port, a.clients, process)
        rows['ckdnet_predict'] = command(files, d)
        expected = single(files[:20])
        load.append(os.getloadavg()[0])
    speed = {k:v['images_per_s'] for k,v in rows.items()}
    out = dict(photographs=len(files), width_px=a.side, clients=a.clients, cores=os.cpu_count(),
               load_average=load, threads=os.environ.get('OMP_NUM_THREADS', 'all'), **rows,
               of_ckdnet_predict=speed['server']/speed['ckdnet_predict'],
               of_one_call_behind_a_lock=speed['server']/speed['one call behind a lock'],
               compared_with_single_calls=len(expected),
               equal_to_them=sum(answers[k]==v for k,v in expected.items()),
               answered_of_20_while_a_client_was_killed=survived,
               answered_of_8_when_the_server_was_stopped=stopped)
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    write_json(OUT, known | dict(load=out))
    print(json.dumps(out, indent=1))
