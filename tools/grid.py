"""Measure what a grid of trainings costs and saves, and write data/results/grid.json.

    python tools/grid.py waits     trainings replaced by waits: how much of the ideal is left
    python tools/grid.py stages    seven rows of the tables: how many stages they have, and how many are trained
    python tools/grid.py speed     six trainings one after the other, and on two workers; only on an idle machine
"""
import argparse, contextlib, io, json, os, platform, tempfile, time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
import torch
from distributed import Client
from ckdnet.core import file_hash, write_json
from ckdnet.data.synthetic import make_synthetic
from ckdnet.resolve import resolve_all
from ckdnet.spec import PROFILES
from ckdnet.train.grid import GridTask, compute, grid_tasks, local_cluster, open_client, run_grid
from ckdnet.train.runs import run_all
from ckdnet.train.spec import experiments

OUT = Path(__file__).parents[1]/'data/results/grid.json'
ROWS = 'encoder','encoder_atten','mask_channel','entangle_cls','unet','seg_dice_focal','ckdnet'


@contextlib.contextmanager
def timed(record, name):
    "Record the seconds of a block, which prints nothing."
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()): yield
    record[name] = time.perf_counter()-start
    print(f'{name}: {record[name]:.1f} s', flush=True)

def waits(n=1000, seconds=2, workers=16):
    "Tasks that only wait; two thirds of them are the stages of a cascade, which need each other."
    def wait(*before): time.sleep(seconds)
    tasks = {}
    for i in range(n):
        tasks[f'wait_{i}'] = GridTask(f'wait {i}', wait, (), (f'wait_{i-1}',) if i%3 else ())
    record = dict(tasks=n, seconds_each=seconds, workers=workers, ideal=n*seconds/workers)
    with local_cluster(workers, processes=False) as cluster, Client(cluster) as client:
        with timed(record, 'seconds'): compute(client, tasks)
    return record | dict(share=record['ideal']/record['seconds'])

def stages():
    "Three seeds of seven rows: stages that several rows share are trained once."
    with tempfile.TemporaryDirectory() as tmp:
        here = Path(tmp)
        images = make_synthetic(here/'images', n_train=60, n_valid=6, n_test=6, size=72)
        jobs = resolve_all(experiments(ROWS, seeds=(0,1,2)), images, here/'work')
        tasks = grid_tasks(jobs, here/'results')
    trained = sum(task.f.__name__=='train_task' for task in tasks.values())
    return dict(rows=ROWS, seeds=3, stages=sum(len(job.plans) for job in jobs), trained=trained)

def weights(work):
    return sorted((str(f.relative_to(work)), file_hash(f)) for f in work.rglob('*.safetensors'))

def six_trainings(base):
    "Six cascades, by all threads of this process, by one thread, and by two workers."
    specs = [replace(base, seed=seed) for seed in range(6)]
    record = dict(trainings=len(specs), size=base.size, backbone=base.backbone, epochs=base.epochs,
                  threads=torch.get_num_threads())
    with tempfile.TemporaryDirectory() as tmp:
        here = Path(tmp)
        size = base.store_size
        images = make_synthetic(here/'images', n_train=90, n_valid=18, n_test=9, size=size)
        def places(name): return images, here/name/'results', here/name/'work', 'drawn'
        with timed(record, 'run_all'): run_all(specs, *places('all'))
        with open_client('local:2') as client:
            # a small run first, so that the workers have imported what they need
            run_grid([replace(specs[0], epochs=(1,1,1))], *places('warm'), client)
            with timed(record, 'grid of two workers'): run_grid(specs, *places('grid'), client)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        with timed(record, 'run_all with one thread'): run_all(specs, *places('one'))
        torch.set_num_threads(threads)
        record['identical'] = weights(here/'grid'/'work')==weights(here/'one'/'work')
    return record | dict(ratio=record['run_all']/record['grid of two workers'])

def speed():
    "At two sizes."
    return dict(
        smoke=six_trainings(replace(PROFILES['smoke'], epochs=(2,2,2))),
        small=six_trainings(replace(PROFILES['small'], epochs=(1,1,1))))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=('waits','stages','speed'))
    what = parser.parse_args().what
    load = os.getloadavg()[0]
    if what=='speed' and load>=3:
        raise SystemExit(f'The load of this machine is {load:.1f}: others compute on it.')
    machine = dict(cores=os.cpu_count(), load=load, processor=platform.machine(),
                   versions={p:version(p) for p in ('distributed','torch')})
    record = dict(waits=waits, stages=stages, speed=speed)[what]() | machine
    known = json.loads(OUT.read_text()) if OUT.exists() else {}
    write_json(OUT, known | {what:record})
    print(json.dumps(record, indent=1))
