"""How long a table of images takes to index, twins included: `python tools/index_speed.py draw|measure FOLDER [OTHER]`.

`draw` makes 25,000 drawn lesions, 600 × 450 px, in FOLDER, one in fifty a second picture of another, and their tables.
`measure` indexes 6,000, 12,000 and 25,000 of them, each in a process of its own with an empty table of hashes, and
writes data/results/index.json; the files were read before, so no disk is measured. OTHER is a checkout of an older
version, measured in turn."""
import json, os, platform, subprocess, sys, tempfile
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
import numpy as np
from PIL import Image
from ckdnet.core import write_json
from ckdnet.data.synthetic import draw, noise

COUNTS = (6_000,12_000,25_000)
CLASSES = ('melanoma','seborrheic_keratosis','nevus')
WIDTH,HEIGHT = 600,450
OUT = Path('data/results/index.json')
TWINS = 50 # one image in so many is a second picture of the one before

ONCE = """
import json, resource, sys, time
start = time.perf_counter()
from ckdnet.data import folder
from ckdnet.data.index import mark_twins
df = folder.own_dataset(sys.argv[1], positive=None).index()
if not (df.split=='twin').any(): df = mark_twins(df) # an older version leaves it to the caller
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps(dict(images=len(df), twins=int((df.split=='twin').sum()), seconds=time.perf_counter()-start,
                      cpu_seconds=used.ru_utime+used.ru_stime, peak_MB=used.ru_maxrss/1024)))
"""

def draw_one(folder, i):
    "Draw the image of a number; a twin is the one before, compressed again and with noise of its own."
    twin = i%TWINS == TWINS-1
    rng = np.random.default_rng(i-1 if twin else i)
    small = draw(rng.choice(CLASSES), rng, 96)[0]*np.exp(.4*noise(rng, 96, .25, 3))[...,None] # light of its own
    small = Image.fromarray(small.clip(0, 255).astype(np.uint8))
    large = small.resize((WIDTH,HEIGHT), Image.BICUBIC)
    grain = np.random.default_rng(i).normal(0, 4, (HEIGHT,WIDTH,1))
    im = Image.fromarray((np.asarray(large)+grain).clip(0, 255).astype(np.uint8))
    im.save(folder/f'{i:05d}.jpg', quality=90 if twin else 95)

def draw_all(folder):
    "The images, and a table of each number of them."
    folder.mkdir(parents=True)
    n = COUNTS[-1]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(draw_one, [folder]*n, range(n), chunksize=100))
    label = np.random.default_rng(0).choice(CLASSES, n)
    for n in COUNTS:
        rows = [f'{i:05d}.jpg,{label[i]}' for i in range(n)]
        (folder/f'{n}.csv').write_text('\n'.join(['image,label',*rows])+'\n')

def commit_of(checkout):
    done = subprocess.run(['git', '-C', checkout, 'rev-parse', '--short=7', 'HEAD'], check=True,
                          capture_output=True, text=True)
    return done.stdout.strip()

def once(table, checkout):
    "One measurement, in a new process with the package of a checkout."
    with tempfile.TemporaryDirectory() as cache:
        env = dict(os.environ, PYTHONPATH=str(checkout), XDG_CACHE_HOME=cache, OMP_NUM_THREADS='2')
        done = subprocess.run([sys.executable, '-c', ONCE, table], env=env, check=True,
                              capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])

def measured(folder, checkouts):
    "The measurements of each version of the package, a row for each number of images; the versions take turns."
    rows = {name:[] for name in checkouts}
    for n in COUNTS:
        for name,checkout in checkouts.items():
            row = once(folder/f'{n}.csv', checkout)
            rows[name].append(row | dict(ms_per_image=1e3*row['seconds']/n))
            print(name, rows[name][-1], flush=True)
    return rows

if __name__ == '__main__':
    what,folder,*other = sys.argv[1], *map(Path, sys.argv[2:])
    if what == 'draw': draw_all(folder)
    else:
        checkouts = {'this version':Path.cwd()} | {f'commit {commit_of(o)}':o for o in other}
        size = np.mean([f.stat().st_size for f in folder.glob('*.jpg')])
        versions = {p:version(p) for p in ('numpy','pandas','pillow','scikit-learn')}
        write_json(OUT, dict(
            rows=measured(folder, checkouts), width=WIDTH, height=HEIGHT, mean_bytes=size,
            one_twin_in=TWINS, threads=2, cores=os.cpu_count(), python=platform.python_version(),
            versions=versions))
