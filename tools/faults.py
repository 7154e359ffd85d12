"""Interrupt small runs on drawn lesions, or damage what they have stored, and compare with a run without that.

    python tools/faults.py kill --n 20     SIGKILL at random moments, over all three stages
    python tools/faults.py power --n 10    power cuts: a copy of an ext4 disk as it is at a random moment (Linux, root)
    python tools/faults.py worker --n 6    SIGKILL of the worker of a cluster that trains, at random moments
    python tools/faults.py caller --n 6    Ctrl-C and SIGKILL, in turn, of the process that has started a cluster
    python tools/faults.py rot --n 20      one bit, or a block of zeros, in each kind of file that is stored

`power --no-fsync` does the same without waiting for the disk: it shows what `atomic_path` is for.
"""
import argparse, contextlib, hashlib, io, json, multiprocessing
import os, random, shutil, signal, subprocess, sys, tempfile
import time, warnings
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
import numpy as np, pandas as pd, psutil, torch
from fastai.callback.core import Callback
from ckdnet.core import file_hash
from ckdnet.data.files import DataError, content_hashes
from ckdnet.data.store import Store, hash_of
from ckdnet.data.synthetic import make_synthetic
from ckdnet.engine import graph_of
from ckdnet.export import export_graph
from ckdnet.pretrained import load_cascade, read_weights, save_cascade
from ckdnet.resolve import finished_stage, resolve
from ckdnet.resultfile import Run, describe_dataset, read_result, side_file
from ckdnet.spec import PROFILES
from ckdnet.train.callbacks import usable_state
from ckdnet.train.grid import open_client, run_grid
from ckdnet.train.runs import run, train

SPEC = replace(PROFILES['smoke'], epochs=(4,4,4))
fork = multiprocessing.get_context('fork') # a child needs no imports: it starts in a moment


def whole_run(images, folder, fsync=True):
    "A whole run, silent, in `folder`."
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    if not fsync: os.fsync = lambda fd: None
    run(SPEC, images, folder/'results', folder/'work', 'drawn')

def train_on_cluster(images, folder):
    "The same on a cluster of two workers."
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    with open_client('local:2') as client:
        run_grid([SPEC], images, folder/'results', folder/'work', 'drawn', client,
                 threads=torch.get_num_threads())

def start(*args, how=whole_run):
    child = fork.Process(target=how, args=args)
    child.start()
    return child

def outcome(folder):
    "Metrics, weights and logs of a finished run, without times."
    result = json.loads((folder/'results'/'drawn'/SPEC.name/f'{SPEC.seed}.json').read_text())
    metrics = {k: result[k] for k in ('diagnosis', 'coarse', 'fine', 'tta', 'message_ablation')}
    stages = sorted((folder/'work'/'drawn'/'stages').iterdir())
    weights = {s.name: file_hash(s/'best.safetensors') for s in stages}
    logs = {s.name: pd.read_csv(s/'log.csv').drop(columns='time').to_csv() for s in stages}
    return dict(metrics=metrics, weights=weights, logs=logs)

def epochs(folder):
    "How many epochs the logs of all stages have."
    logs = folder.glob('work/drawn/stages/*/log.csv')
    return sum(max(0, len(log.read_text().splitlines())-1) for log in logs)

def wait(child, folder, until):
    "Wait until the run has trained some epochs, and a moment more."
    while child.is_alive() and epochs(folder) < until: time.sleep(.01)
    child.join(random.uniform(0, 1))

def moments(n): return sorted(random.choices(range(sum(SPEC.epochs)+1), k=n)) # epochs

def wait_alive(child, folder, until):
    "`wait`, for a run that has not ended then."
    wait(child, folder, until)
    if not child.is_alive(): sys.exit(f'a run has ended by itself, with status {child.exitcode}')

def report(what, expected, folder):
    "Print whether a finished run has ended as the run without interruption, and return it."
    found = outcome(folder)
    differ = [k for k in expected if found[k] != expected[k]]
    print(
        f"{what}: {'metrics, weights and logs identical' if not differ else 'DIFFERENT: ' + ', '.join(differ)}")
    return not differ

def kill(images, here, expected, n):
    "Kill runs, five times each, in random epochs; each is started again until it is finished."
    same = True
    for i in range(0, n, 5):
        folder = here/f'run_{i}'
        where = []
        for until in moments(min(5, n-i)):
            child = start(images, folder)
            wait_alive(child, folder, until)
            child.kill()
            child.join()
            where.append(epochs(folder))
        start(images, folder).join()
        same &= report(f'killed {len(where)} times, after {where} of {sum(SPEC.epochs)} epochs',
                       expected, folder)
    return same

def trains(process):
    "Does a process hold the lock of a stage?"
    try: return any(f.path.endswith('/lock') for f in process.open_files())
    except psutil.Error: return False # it has ended

def workers(child):
    "The processes of the workers that a process has started."
    return [p for p in psutil.Process(child.pid).children(recursive=True)
            if 'spawn_main' in str(p.cmdline())]

def kill_worker(images, here, expected, n):
    "Kill the worker that trains, three times in each run; Dask gives up a task in which four have died."
    same = True
    for i in range(0, n, 3):
        folder = here/f'grid_{i}'
        child = start(images, folder, how=train_on_cluster)
        where = []
        for until in moments(min(3, n-i)):
            wait_alive(child, folder, until)
            busy = [p for p in workers(child) if trains(p)] # none between two stages, and after the last
            for p in busy: p.kill()
            if busy: where.append(epochs(folder))
        child.join()
        same &= report(f'worker killed after {where} of {sum(SPEC.epochs)} epochs', expected,
                       folder)
    return same

def stop_caller(images, here, expected, n):
    "Stop the process that has started a cluster; its workers must end, and the same call must go on."
    same = True
    folder = here/'stopped'
    for i,until in enumerate(moments(n)):
        child = start(images, folder, how=train_on_cluster)
        wait_alive(child, folder, until)
        left = workers(child)
        sent = (signal.SIGINT, signal.SIGKILL)[i%2]
        os.kill(child.pid, sent)
        child.join()
        gone,alive = psutil.wait_procs(left, timeout=60)
        print(
            f'{sent.name} after {epochs(folder)} epochs: {len(gone)} workers have ended, {len(alive)} have not')
        same &= not alive
    start(images, folder, how=train_on_cluster).join()
    return report(f'stopped {n} times', expected, folder) and same

class Disk:
    "An ext4 disk in a file."
    def __init__(self, file, mount):
        self.file, self.mount = file, mount
        mount.mkdir(exist_ok=True)
    def make(self):
        with open(self.file, 'wb') as f: f.truncate(128*2**20)
        subprocess.run(['mkfs.ext4', '-q', self.file], check=True)
    def __enter__(self):
        subprocess.run(['mount', '-o', 'loop', self.file, self.mount], check=True)
        return self.mount
    def __exit__(self, *exc): subprocess.run(['umount', self.mount], check=True)

def power(images, here, expected, n, fsync):
    "Copy the disk at random moments of a run, without a sync, and go on from the copy."
    same = True
    for i in range(n):
        disk, after = Disk(here/'disk', here/'mount'), Disk(here/'copy', here/'mount')
        disk.make()
        with disk as folder:
            child = start(images, folder, fsync)
            wait(child, folder, random.randrange(sum(SPEC.epochs)+1))
            if child.is_alive(): os.kill(child.pid, signal.SIGSTOP)
            shutil.copyfile(disk.file, after.file)
            child.kill()
            child.join()
        with after as folder:
            files = [f for f in folder.rglob('*') if f.is_file() and '.part-' not in str(f)]
            empty = [f.name for f in files if not f.stat().st_size and 'lock' not in f.name]
            what = f"cut {i}, after {epochs(folder)} epochs, {len(files)} files, empty: {empty or 'none'}"
            child = start(images, folder)
            child.join()
            if child.exitcode: print(f'{what}: the run FAILS')
            same &= not child.exitcode and report(what, expected, folder)
    return same

class StopIn(Callback):
    "Interrupt a training in the middle of an epoch."
    def __init__(self, stop_epoch): self.stop_epoch = stop_epoch
    def after_batch(self):
        if self.training and self.epoch==self.stop_epoch: raise KeyboardInterrupt

def interrupted_stage(images, here):
    "The folder of a stage that was interrupted in its last epoch."
    job = replace(resolve(SPEC, images, here/'interrupted', 'drawn'),
                  cbs=lambda plan: [StopIn(SPEC.epochs[0]-1)])
    with contextlib.suppress(KeyboardInterrupt): train(job)
    return job.folder(job.plans[0])

def stored(images, here):
    "Each kind of stored file: name → path, and a function that reads it for those who use it."
    job = resolve(SPEC, images, here/'whole'/'work', 'drawn')
    result = job.result_file(here/'whole'/'results')
    stage = job.folder(job.plans[0])
    stopped = interrupted_stage(images, here)
    for_others = here/'ckdnet.safetensors'
    save_cascade(for_others, job.net(), dict(
        spec=asdict(SPEC), data=describe_dataset(job.dataset), prediction=SPEC.prediction))
    graph = export_graph(for_others)
    def store():
        hash_of.cache_clear() # as in a new process
        opened = Store(job.df, SPEC.store_size, job.place/'stores')
        return dict(images=opened.images, masks=opened.masks)
    def state():
        return usable_state(stopped/'resume.pt', stopped/'best.safetensors', SPEC.epochs[0])
    net = job.create()
    def weights():
        replace(job).load(job.plans[0], net) # a job that has not checked the stage yet
        return net.root.state_dict()
    def done(): return finished_stage(stage)
    def hashes(): return content_hashes(job.df.image)
    hashes()
    return {
        'images of the store': (job.store.path/'images.npy', store),
        'masks of the store': (job.store.path/'masks.npy', store),
        'weights of a stage': (stage/'best.safetensors', weights),
        'done.json': (stage/'done.json', done),
        'resume.pt': (stopped/'resume.pt', state),
        'best weights so far': (stopped/'best.safetensors', state),
        'weights of an epoch': (stopped/f'epoch{SPEC.epochs[0]-2}.safetensors', state),
        'result': (result, lambda: read_result(result)),
        'table of images': (side_file(result, '.csv'), lambda: Run(result).images),
        'arrays': (side_file(result, '.npz'), lambda: Run(result).arrays),
        'remembered hashes': (Path(os.environ['XDG_CACHE_HOME'])/'ckdnet'/'hashes.sqlite', hashes),
        'weights for others': (for_others, lambda: load_cascade(for_others)[0].state_dict()),
        'graph of these': (graph, lambda: graph_of(read_weights(for_others))),
    }

def as_bytes(o):
    "All that is in nested lists and dicts, for a comparison."
    if isinstance(o, dict):
        return b'{%b}' % b','.join(str(k).encode()+as_bytes(v) for k,v in o.items())
    if isinstance(o, (list,tuple)): return b'[%b]' % b','.join(map(as_bytes, o))
    if isinstance(o, pd.DataFrame): return o.to_csv().encode()
    if isinstance(o, torch.Tensor): o = o.numpy()
    return repr((o.shape, o.dtype)).encode()+o.tobytes() if isinstance(o, np.ndarray) else repr(
        o).encode()

def rotten(content, how):
    "The bytes of a file with one wrong bit, or with a block of zeros where there were none."
    while True:
        b = bytearray(content)
        i = random.randrange(len(b))
        if how=='bit': b[i] ^= 1 << random.randrange(8)
        else: b[i:i+512] = bytes(len(b[i:i+512]))
        if b!=content: return bytes(b)

def fate(file, content, read, right):
    "What a reader makes of a damaged file whose size and times are as before: refused, right, or silent."
    s = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(s.st_atime_ns, s.st_mtime_ns))
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            found = read()
    except DataError: return 'refused'
    if found is None: return 'refused' # an interrupted stage, which is trained again
    return 'right' if hashlib.sha256(as_bytes(found)).digest()==right else 'silent'

def rot(images, here, n):
    "Damage each kind of stored file `n` times by one bit, and `n` times by a block; print what its readers do."
    silent = 0
    print('right: made again, or the damage is where nothing is stored')
    for kind,(file,read) in stored(images, here).items():
        content = file.read_bytes()
        whole = read()
        assert whole is not None, f'{file} is refused as it was written'
        right = hashlib.sha256(as_bytes(whole)).digest()
        for how in ('bit','block'):
            fates = Counter(fate(file, rotten(content, how), read, right) for _ in range(n))
            file.write_bytes(content)
            silent += fates['silent']
            print(f"{kind+', '+how:30}",
                  ', '.join(f'{k} {fates[k]:2}' for k in ('refused','right','silent')), flush=True)
    return not silent


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('fault', choices=('kill','power','rot','worker','caller'))
    parser.add_argument('--n', type=int, default=20)
    parser.add_argument('--no-fsync', action='store_true')
    args = parser.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as tmp:
        here = Path(tmp)
        os.environ['XDG_CACHE_HOME'] = str(here/'cache')
        images = make_synthetic(here/'images', n_train=60, n_valid=15, n_test=9, size=72)
        start(images, here/'whole').join()
        expected = outcome(here/'whole')
        if args.fault=='power': same = power(images, here, expected, args.n, not args.no_fsync)
        elif args.fault=='rot': same = rot(images, here, args.n)
        else:
            same = dict(kill=kill, worker=kill_worker,
                        caller=stop_caller)[args.fault](images, here, expected, args.n)
    sys.exit(not same)
