"""How long a table of images takes to index, twins included: `python tools/index_speed.py draw|measure FOLDER [OTHER]`.

`draw` makes 25,000 drawn lesions, 600 × 450 px, in FOLDER, one in fifty a second picture of another, and their tables.
`measure` indexes 6,000, 12,000 and 25,000 of them, each in a process of its own with an empty table of hashes, and
writes data/results/index.json. OTHER is a checkout of an older version, measured in turn."""
import json, os, subprocess, sys, tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
import numpy as np
from PIL import Image
from ckdnet.core import write_json
from ckdnet.data.synthetic import draw, noise

COUNTS = (6_000,12_000,25_000)
CLASSES = ('melanoma','seborrheic_keratosis','nevus')
WIDTH,HEIGHT = 600,450
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
    large = Image.fromarray(small.clip(0, 255).astype(np.uint8)).resize((WIDTH,HEIGHT), Image.BICUBIC)
    grain = np.random.default_rng(i).normal(0, 4, (HEIGHT,WIDTH,1))
    im = Image.fromarray((np.asarray(large)+grain).clip(0, 255).astype(np.uint8))
    im.save(folder/f'{i:05d}.jpg', quality=90 if twin else 95)

def draw_all(folder):
    "The images, and a table of each number of them."
    folder.mkdir(parents=True)
    with ProcessPoolExecutor(2) as pool: list(pool.map(draw_one, [folder]*COUNTS[-1], range(COUNTS[-1]), chunksize=100))
    label = np.random.default_rng(0).choice(CLASSES, COUNTS[-1])
    for n in COUNTS:
        rows = [f'{i:05d}.jpg,{label[i]}' for i in range(n)]
        (folder/f'{n}.csv').write_text('\n'.join(['image,label',*rows])+'\n')

def once(table, checkout):
    "One measurement, in a new process with the package of a checkout."
    with tempfile.TemporaryDirectory() as cache:
        env = dict(os.environ, PYTHONPATH=str(checkout), XDG_CACHE_HOME=cache, OMP_NUM_THREADS='2')
        done = subprocess.run([sys.executable, '-c', ONCE, str(table)], env=env, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])

def side(table, checkout):
    "The measurements of a version of the package, one for each number of images."
    found = [once(table.with_name(f'{n}.csv'), checkout) for n in COUNTS]
    per_image = [1e3*f['seconds']/f['images'] for f in found]
    return [f | dict(ms_per_image=ms) for f,ms in zip(found, per_image)]

if __name__ == '__main__':
    what,folder,*other = sys.argv[1], *map(Path, sys.argv[2:])
    if what == 'draw': draw_all(folder)
