"""Interrupt small runs on drawn lesions, and compare what they end with to a run without interruption.

    python tools/faults.py kill --n 20     SIGKILL at random moments, over all three stages
    python tools/faults.py power --n 10    power cuts: a copy of an ext4 disk as it is at a random moment (Linux, root)
    python tools/faults.py worker --n 6    SIGKILL of the worker of a cluster that trains, at random moments
    python tools/faults.py caller --n 6    Ctrl-C and SIGKILL, in turn, of the process that has started a cluster

`power --no-fsync` does the same without waiting for the disk: it shows what `atomic_path` is for.
"""
import argparse, json, multiprocessing, os, random, shutil, signal, subprocess, sys, tempfile, time
from dataclasses import replace
from pathlib import Path
import pandas as pd, psutil, torch
from ckdnet.core import file_hash
from ckdnet.data.synthetic import make_synthetic
from ckdnet.train.grid import open_client, run_grid
from ckdnet.train.runs import run
from ckdnet.spec import PROFILES

SPEC = replace(PROFILES['smoke'], epochs=(4,4,4))
fork = multiprocessing.get_context('fork') # a child needs no imports: it starts in a moment


def train(images, folder, fsync=True):
    "A whole run, silent, in `folder`."
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    if not fsync: os.fsync = lambda fd: None
    run(SPEC, images, folder/'results', folder/'work', 'drawn')

def train_on_cluster(images, folder):
    "The same on a cluster of two workers."
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    with open_client('local:2') as client:
        run_grid([SPEC], images, folder/'results', folder/'work', 'drawn', client, threads=torch.get_num_threads())

def start(*args, how=train):
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
    print(f"{what}: {'metrics, weights and logs identical' if not differ else 'DIFFERENT: ' + ', '.join(differ)}")
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
        same &= report(f'killed {len(where)} times, after {where} of {sum(SPEC.epochs)} epochs', expected, folder)
    return same

def trains(process):
    "Does a process hold the lock of a stage?"
    try: return any(f.path.endswith('/lock') for f in process.open_files())
    except psutil.Error: return False # it has ended

def workers(child):
    "The processes of the workers that a process has started."
    return [p for p in psutil.Process(child.pid).children(recursive=True) if 'spawn_main' in str(p.cmdline())]

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
        same &= report(f'worker killed after {where} of {sum(SPEC.epochs)} epochs', expected, folder)
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
        print(f'{sent.name} after {epochs(folder)} epochs: {len(gone)} workers have ended, {len(alive)} have not')
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


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('fault', choices=('kill','power','worker','caller'))
    parser.add_argument('--n', type=int, default=20)
    parser.add_argument('--no-fsync', action='store_true')
    args = parser.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as tmp:
        here = Path(tmp)
        images = make_synthetic(here/'images', n_train=60, n_valid=15, n_test=9, size=72)
        start(images, here/'whole').join()
        expected = outcome(here/'whole')
        if args.fault=='power': same = power(images, here, expected, args.n, not args.no_fsync)
        else: same = dict(kill=kill, worker=kill_worker, caller=stop_caller)[args.fault](images, here, expected, args.n)
    sys.exit(not same)
