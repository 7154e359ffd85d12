"""How long a prediction takes in a new process, by each engine and by another checkout, in turn.

    python tools/predict_speed.py                   one photograph, the drawn one of the package
    python tools/predict_speed.py --before ../old   also by an older checkout
    python tools/predict_speed.py --many FOLDER     the photographs of a folder instead

Writes its part of data/results/predict.json. Each process runs the command `predict` as a shell does."""
import argparse, json, os, subprocess, sys, tempfile, time
from importlib.metadata import version
from pathlib import Path
import numpy as np, pandas as pd
from PIL import Image
from ckdnet.core import write_json
from ckdnet.predictor import sample

HERE = Path(__file__).parents[1]
OUT = HERE/'data/results/predict.json'
COMMAND = 'from ckdnet.cli import ckdnet_predict; ckdnet_predict()'

def sides(before):
    "name → (checkout, further arguments)."
    ours = dict(torch=(HERE, ('--engine','torch')), onnx=(HERE, ('--engine','onnx')))
    return (dict(before=(Path(before).resolve(), ())) if before else {}) | ours

def once(checkout, arguments, threads):
    "Seconds, CPU seconds and peak memory in MiB of one process."
    env = os.environ | dict(PYTHONPATH=str(checkout), OMP_NUM_THREADS=str(threads))
    start = time.perf_counter()
    p = subprocess.Popen([sys.executable, '-c', COMMAND, *arguments], env=env, cwd=checkout,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = p.stderr.read()
    _,status,used = os.wait4(p.pid, 0)
    if status: sys.exit(said.decode())
    return dict(seconds=time.perf_counter()-start, cpu_seconds=used.ru_utime+used.ru_stime,
                MiB=used.ru_maxrss/1024)

def measure(images, sides, repeats, threads, folder):
    "name → medians of several processes, the sides in turn; what they wrote last stays in `folder`."
    runs = {name:[] for name in sides}
    for k in range(repeats):
        for name,(checkout,arguments) in sides.items():
            out = folder/f'{name}_{k}'
            runs[name].append(once(checkout, [str(images), '--out', str(out), *arguments], threads))
    return {name:pd.DataFrame(rows).median().to_dict() | dict(runs=rows)
            for name,rows in runs.items()}

def ratios(measured):
    "Of each side: how many times faster than `before`, and its share of the memory."
    if 'before' not in measured: return {}
    first = measured['before']
    return {name:dict(faster=first['seconds']/m['seconds'], memory=m['MiB']/first['MiB'])
            for name,m in measured.items()}

def masks_of(folder):
    return [np.asarray(Image.open(f)) for f in sorted((folder/'masks').iterdir())]

def difference(one, other):
    "The largest difference of a probability, changed diagnoses, and the share of changed pixels of masks."
    a,b = (pd.read_csv(f/'predictions.csv') for f in (one, other))
    probs = [c for c in a if c.startswith(('p_','raw_')) and c in b]
    pixels = [(x!=y).mean() for x,y in zip(masks_of(one), masks_of(other))]
    return dict(probability=float((a[probs]-b[probs]).abs().max(axis=None)),
                diagnoses=int((a.diagnosis!=b.diagnosis).sum()), pixels=float(np.mean(pixels)))

def origin(which):
    "Commits and versions."
    def commit(folder):
        asked = ['git', '-C', folder, 'rev-parse', 'HEAD']
        return subprocess.run(asked, stdout=subprocess.PIPE, text=True).stdout.strip()
    packages = ('torch','timm','torchvision','onnxruntime','numpy','pandas')
    return dict(commits={name:commit(checkout) for name,(checkout,_) in which.items()},
                versions={p:version(p) for p in packages})

WARM = """import sys, time
from ckdnet.predictor import Predictor, sample
predictor = Predictor.from_pretrained(engine=sys.argv[1])
for _ in range(5): predictor(sample())
start = time.perf_counter()
for _ in range(40): predictor(sample())
print(40/(time.perf_counter()-start))"""

def warm(threads):
    "Photographs in a second, one after the other in one process, as a server predicts them."
    env = os.environ | dict(PYTHONPATH=str(HERE), OMP_NUM_THREADS=str(threads))
    def rate(engine):
        line = [sys.executable, '-c', WARM, engine]
        return float(subprocess.run(line, env=env, stdout=subprocess.PIPE, check=True).stdout)
    return {engine:rate(engine) for engine in ('torch','onnx')}

IMPORTS = """import importlib, json, resource, time
start,said = time.perf_counter(), {}
for name in ('torch','torchvision','timm'):
    importlib.import_module(name)
    said[name] = [time.perf_counter()-start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024]
print(json.dumps(said))"""

def imports():
    "package → seconds and peak memory in MiB after its import, one after the other in one process."
    run = subprocess.run([sys.executable, '-c', IMPORTS], stdout=subprocess.PIPE, check=True)
    return {name:dict(seconds=s, MiB=m) for name,(s,m) in json.loads(run.stdout).items()}

def measure_one(which, args, folder):
    measured = measure(sample(), which, args.repeats, args.threads, folder)
    return measured | dict(ratios=ratios(measured), warm=warm(args.threads), imports=imports())

def measure_many(which, args, folder):
    measured = measure(Path(args.many).resolve(), which, 1, args.threads, folder)
    outs = {name:folder/f'{name}_0' for name in which}
    off = {f'onnx, {name}':difference(outs['onnx'], o) for name,o in outs.items() if name!='onnx'}
    images = len(pd.read_csv(outs['onnx']/'predictions.csv'))
    return measured | dict(images=images, ratios=ratios(measured), differences=off)

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--before', help='the folder of another checkout')
    parser.add_argument('--many', help='a folder of photographs, instead of the one')
    parser.add_argument('--repeats', type=int, default=5, help='processes of each side')
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    args = parser.parse_args()
    which = sides(args.before)
    part,run = ('many',measure_many) if args.many else ('one',measure_one)
    with tempfile.TemporaryDirectory() as d: measured = run(which, args, Path(d))
    measured |= dict(**origin(which), threads=args.threads)
    print(json.dumps(measured, indent=1))
    write_json(OUT, (json.loads(OUT.read_text()) if OUT.is_file() else {}) | {part:measured})
