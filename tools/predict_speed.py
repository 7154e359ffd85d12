"""How long a prediction takes in a new process, by each engine and by another checkout: seconds and peak memory, in turn.

    python tools/predict_speed.py                               one photograph, the drawn one of the package
    python tools/predict_speed.py --before ../old --many PHOTOGRAPHS     also an older checkout, and a folder of photographs

Writes data/results/predict.json. Each process runs the command `predict` as a shell does."""
import argparse, json, os, subprocess, sys, tempfile, time
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
    p = subprocess.Popen([sys.executable, '-c', COMMAND, *arguments], env=env,
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

def origin():
    "Commit, versions, and the machine."
    from ckdnet.resultfile import describe_software
    return describe_software()

if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--before', help='the folder of another checkout')
    parser.add_argument('--many', help='a folder of photographs')
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--threads', type=int, default=os.cpu_count())
    args = parser.parse_args()
    which = sides(args.before)
    with tempfile.TemporaryDirectory() as d:
        one = measure(sample(), which, args.repeats, args.threads, Path(d)/'one')
        result = dict(**origin(), threads=args.threads, one=one | dict(ratios=ratios(one)))
        if args.many:
            many = measure(args.many, which, 1, args.threads, Path(d)/'many')
            outs = {name:Path(d)/'many'/f'{name}_0' for name in which}
            result['many'] = many | dict(
                images=len(pd.read_csv(outs['onnx']/'predictions.csv')), ratios=ratios(many),
                differences={f'onnx, {name}':difference(outs['onnx'], outs[name])
                             for name in which if name!='onnx'})
    print(json.dumps(result, indent=1))
    write_json(OUT, result)
