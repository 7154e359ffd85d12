"""Damage images, masks, tables, results, weights, graphs, states and submissions, and count what their readers do.
`python tools/fuzz.py --n 10000`"""
import argparse, copy, io, json, os, shutil, sys, tempfile, traceback, warnings, zipfile
from collections import Counter
from contextlib import contextmanager
from functools import partial
from pathlib import Path
import numpy as np, pandas as pd, torch
from IPython.utils.capture import capture_output
from PIL import Image
from safetensors.numpy import load_file, save_file
from ckdnet.data.files import (DataError, image_files, image_size, read_image, read_mask,
                               read_small, read_table)
from ckdnet.data.index import fingerprint, make_index, mark_twins
from ckdnet.data.isic import ISIC2017, ISIC2018_CLASSES, isic2017, isic2018
from ckdnet.data.own import own_files, recorded_own
from ckdnet.data.store import Store
from ckdnet.data.synthetic import make_synthetic
from ckdnet.core import file_hash
from dataclasses import asdict
from ckdnet.engine import OnnxEngine, graph_of
from ckdnet.export import export_graph
from ckdnet.predictor import Predictor
from ckdnet.pretrained import feature_statistics, read_weights, save_cascade, weights_digest
from ckdnet.resolve import STAGE_FILES, finished_stage, resolve
from ckdnet.spec import PROFILES
from ckdnet.submit import read_packed_masks
from ckdnet.train.callbacks import usable_state
from ckdnet.train.runs import train
from ckdnet.jsonfile import write_checked
from ckdnet.resultfile import (Experiments, Run, read_arrays, read_images, read_result, side_file,
                               write_made_up)
from ckdnet.score import score_diagnoses, score_masks
from ckdnet.words import describe_runs

SPEC = PROFILES['smoke']
STARTS = ( # of other kinds of files
    b'%!PS-Adobe-3.0 EPSF-3.0\n', b'<!DOCTYPE html>', b'GIF89a', b'PK\x03\x04', b'II*\0\x08\0\0\0', b'BM',
    b'\x89PNG\r\n\x1a\n', b'\xff\xd8\xff\xe0', b'RIFF\0\0\0\0WEBP', b'\xff\xfe', b'\xef\xbb\xbf',
)

def damaged(content, rng):
    "The bytes of a file, changed in one of eight ways."
    b = bytearray(content)
    i,j = sorted(rng.integers(len(b)+1, size=2))
    if len(b)>200 and rng.random()<.5: i,j = i%100, i%100+1+j%100 # half of the changes are in the header
    how = rng.integers(8)
    if how==0:
        for k in rng.integers(len(b), size=rng.integers(1,9)): b[k] ^= 1 << rng.integers(8)
    elif how==1: b[i:j] = rng.bytes(j-i)
    elif how==2: del b[i:]
    elif how==3: b[i:j] = bytes(j-i)
    elif how==4: del b[i:j]
    elif how==5: b[i:i] = b[i:j]
    elif how==6:
        b[i:i+4] = rng.choice([b'\xff\xff\xff\xff', b'\0\0\0\0', b'\0\0\xff\x7f', b'\x7f\xff\0\0'])
    else:
        start = STARTS[rng.integers(len(STARTS))]
        b[:len(start)] = start
    return bytes(b)

def saved(a, kind, **kwargs):
    "The bytes of an array or Pillow image in a format."
    out = io.BytesIO()
    im = a if isinstance(a, Image.Image) else Image.fromarray(a)
    im.save(out, kind, **kwargs)
    return out.getvalue()

def sources(image, mask):
    "Whole image and mask files of many kinds, as (ending of the name, bytes)."
    a,m = read_image(image), read_mask(mask).astype(np.uint8)
    turned = Image.Exif()
    turned[0x0112] = 6
    palette = Image.fromarray(m)
    palette.putpalette([0,0,0, 128,0,0])
    alpha = np.dstack([a, a[...,0]])
    one_bit = Image.fromarray(m*255).convert('1')
    yield '.jpg', image.read_bytes()
    yield '.png', mask.read_bytes()
    for options in (dict(exif=turned), dict(progressive=True)):
        yield '.jpg', saved(a, 'JPEG', **options)
    yield '.jpg', saved(m*255, 'JPEG')
    for x in (a, alpha, m, palette, one_bit, m.astype(np.uint16)*65535):
        yield '.png', saved(x, 'PNG', exif=turned)
    for x in (a, m*255, m.astype(np.float32)): yield '.tif', saved(x, 'TIFF')
    for how in ('tiff_lzw','jpeg'): yield '.tif', saved(a, 'TIFF', compression=how, exif=turned)
    for x in (a, m*255): yield '.bmp', saved(x, 'BMP')
    yield '.webp', saved(a, 'WEBP', exif=turned)

def as_task3(images, folder):
    "Images as Task 3 of ISIC2018, with two of the classes."
    truth = folder/'ISIC2018_Task3_Training_GroundTruth'
    inputs = folder/'ISIC2018_Task3_Training_Input'
    for f in (truth, inputs): f.mkdir(parents=True)
    for f in images: shutil.copy(f, inputs)
    ids = pd.Series([f.stem for f in images], name='image')
    labels = pd.DataFrame(np.eye(7, dtype=int)[np.arange(len(ids))%2], columns=ISIC2018_CLASSES)
    pd.concat([ids, labels], axis=1).to_csv(truth/f'{truth.name}.csv', index=False)
    lesions = pd.DataFrame(dict(image=ids, lesion_id=ids))
    lesions.to_csv(folder/'ISIC2018_Task3_Training_LesionGroupings.csv', index=False)
    return folder

class Count:
    "How often each reader read a file, refused it by a `DataError`, or failed in another way."
    def __init__(self): self.n, self.other = Counter(), []

    def call(self, name, f, *args):
        try:
            with capture_output(): f(*args)
            kind = 'read'
        except DataError: kind = 'refused'
        except Exception:
            kind = 'other'
            self.other.append(f'{name}: {traceback.format_exc()}')
        self.n[name,kind] += 1

    def table(self):
        t = pd.Series(self.n).unstack(fill_value=0).reindex(columns=['read','refused','other'],
                                                            fill_value=0)
        return pd.concat([t, t.sum().to_frame('all').T])

def agree(path):
    "Read an image and its size: they must be the same."
    h,w,_ = read_image(path).shape
    assert image_size(path)==(w,h), f'{path}: {image_size(path)} is not {(w,h)}'

def try_image(count, path, good, good_mask, stores):
    "A damaged file as an image and as a mask."
    index = make_index(dict(a=path, b=good), {}, {}, 'train')
    as_mask = make_index(dict(a=good), dict(a=path), {}, 'train')
    count.call('read_image', read_image, path)
    count.call('read_small', read_small, path, 32)
    count.call('read_mask', read_mask, path)
    count.call('image_size', image_size, path)
    count.call('the sizes agree', agree, path)
    count.call('mark_twins', mark_twins, index)
    count.call('fingerprint', fingerprint, index)
    count.call('Store, as image', Store, index.assign(mask=[None,good_mask]), 32, stores)
    count.call('Store, as mask', Store, as_mask, 32, stores)
    shutil.rmtree(stores, ignore_errors=True)

def try_table(count, rng, csv, column, read_index):
    "A data set with a damaged table."
    content = csv.read_bytes()
    csv.write_bytes(damaged(content, rng))
    count.call('read_table', read_table, csv, [column])
    count.call('index, damaged table', read_index)
    csv.write_bytes(content)

def try_name(count, rng, folder):
    "A data set in which one file has a damaged name."
    part = rng.choice(['ISIC-2017_Training_Data','ISIC-2017_Training_Part1_GroundTruth'])
    f = rng.choice(sorted((folder/part).iterdir()))
    name = damaged(f.name.encode(), rng).decode(errors='replace')
    name = name.translate({0:'_', ord('/'):'_'})[:80].strip('.') or '_'
    if (f.parent/name).exists(): return
    f.rename(f.parent/name)
    count.call('index, damaged name', isic2017, folder)
    (f.parent/name).rename(f)

def pack(masks, file):
    "A ZIP file of masks, half of them compressed."
    with zipfile.ZipFile(file, 'w') as z:
        for i,mask in enumerate(masks):
            z.write(mask, f'mine/{mask.name}', zipfile.ZIP_DEFLATED if i%2 else None)

def try_score(count, rng, here, truth, submission):
    "A damaged submission: a ZIP file of masks, or a table."
    path = here/f'damaged{submission.suffix}'
    path.write_bytes(damaged(submission.read_bytes(), rng))
    scorer = score_masks if submission.suffix=='.zip' else score_diagnoses
    name = f'score, {submission.suffix}'
    count.call(name, partial(scorer, draws=1), path, truth)
    count.call(f'{name}, strict', partial(scorer, draws=1, strict=True), path, truth)

ODD_VALUES = ( # for a field of a JSON file
    None, True, -1, 10**9, 10**30, 1e308, .5, '', 'x', '../../x', [], {}, [[]], {'a':{}},
    'é'*10_000,
)

def altered(content, rng):
    "A copy of nested lists and dicts, in which a field at a random depth is gone or has an odd value."
    whole = part = copy.deepcopy(content)
    while True:
        keys = list(part) if isinstance(part, dict) else range(len(part))
        key = keys[rng.integers(len(keys))]
        inner = part[key]
        if not (isinstance(inner, (dict,list)) and inner) or rng.random()<.3: break
        part = inner
    if rng.random()<.3: del part[key]
    else: part[key] = ODD_VALUES[rng.integers(len(ODD_VALUES))]
    return whole

def use_result(file):
    "What notebooks do with a result."
    run = Run(file)
    runs = Experiments(made_up=[run])
    runs.folder = file.parent
    describe_runs(runs)
    run.damaged_files()
    return run.probs(), run.labels(), run.masks()

def try_result(count, rng, folder):
    "A result with a damaged JSON file, with an altered one whose checksum fits, and with a damaged file beside it."
    file = write_made_up(folder, 'made_up', 0, skill=1.)
    result = read_result(file)
    content = file.read_bytes()
    file.write_bytes(damaged(content, rng))
    count.call('read_result, damaged', read_result, file)
    write_checked(file, altered(result, rng))
    count.call('result, altered', use_result, file)
    for ending,read in {'.csv':read_images, '.npz':read_arrays}.items():
        beside = side_file(file, ending)
        beside.write_bytes(damaged(beside.read_bytes(), rng))
        count.call(f'{read.__name__}, damaged', read, beside)
        result['files'][ending] = file_hash(beside)
    write_checked(file, result)
    count.call('result, damaged files beside it', use_result, file)
    shutil.rmtree(folder)

class Stored:
    "Small files that trainings and commands have stored, and what reads them."
    def __init__(self, here):
        self.here = here
        drawn = make_synthetic(here/'more', n_train=60, n_valid=15, n_test=9, size=64)
        self.image = image_files(drawn/'ISIC-2017_Training_Data')[0]
        job = resolve(SPEC, drawn, here/'work', 'drawn')
        net,_,_ = train(job)
        self.stage = job.folder(job.plans[0])
        self.n_epoch = job.plans[0].epochs
        self.state = torch.load(self.stage/'resume.pt', weights_only=True)
        data = dict(dataset='isic2017', classes=list(ISIC2017.classes),
                    tasks=list(ISIC2017.task_classes))
        prediction = dict(bs=4, size=64, bf16=False)
        features = np.random.default_rng(0).normal(size=(50, net.cls.fc.in_features))
        described = dict(spec=asdict(SPEC), data=data, prediction=prediction, temperature=1.5,
                         far=dict(p99=9.), warn={})
        save_cascade(here/'good.safetensors', net, described, feature_statistics(features))
        self.weights = load_file(here/'good.safetensors')
        self.graph = export_graph(here/'good.safetensors').read_bytes()
        self.described = json.loads(json.dumps(described))
        self.masks = (here/'masks.zip').read_bytes()
        self.use_state() # as it was written

    def use_state(self):
        try:
            state = usable_state(self.stage/'resume.pt', self.stage/'best.safetensors',
                                 self.n_epoch)
        except ValueError as e: raise DataError(e) if 'belongs to' in str(e) else e # noqa: B904
        if state is None: raise DataError('the stage is trained again')

    def use_weights(self):
        try: predictor = Predictor.from_pretrained(self.here/'mine.safetensors')
        except ValueError as e: raise DataError(e) if 'update ckdnet' in str(e).lower() else e # noqa: B904
        predictor(self.image).summary()

    def use_graph(self):
        w = read_weights(self.here/'good.safetensors')
        if graph_of(w) is None: raise DataError('there is no graph of the weights')
        OnnxEngine(graph_of(w), w.tensors)

    def write_weights(self, described):
        text = json.dumps(described)
        about = dict(ckdnet=text, sha256=weights_digest(text, self.weights))
        save_file(self.weights, self.here/'mine.safetensors', about)

def try_json(count, rng, file, content, read):
    "A JSON file that is damaged, and one that is altered."
    file.write_bytes(damaged(json.dumps(content).encode(), rng))
    count.call(f'{file.name}, damaged', read)
    file.write_text(json.dumps(altered(content, rng)))
    count.call(f'{file.name}, altered', read)

def try_stored(count, rng, s:Stored, i):
    "One kind of stored file, damaged and altered."
    kind = i%6
    if kind==0:
        try_json(count, rng, s.here/'own.json', own_files(s.image.parent),
                 lambda: recorded_own(s.here))
    elif kind==1:
        done = dict(files={name:file_hash(s.stage/name) for name in STAGE_FILES}, seconds=1.5,
                    skipped_steps=0,
                    select=dict(best=.5, last=None, average=.4))
        try_json(count, rng, s.stage/'done.json', done, lambda: finished_stage(s.stage))
    elif kind==2:
        state = s.stage/'resume.pt'
        torch.save(s.state, state)
        state.write_bytes(damaged(state.read_bytes(), rng))
        count.call('resume.pt, damaged', s.use_state)
        torch.save(altered(s.state, rng), state)
        count.call('resume.pt, altered', s.use_state)
    elif kind==3:
        file = s.here/'mine.safetensors'
        file.write_bytes(damaged((s.here/'good.safetensors').read_bytes(), rng))
        count.call('weights, damaged', s.use_weights)
        s.write_weights(altered(s.described, rng))
        count.call('weights, altered', s.use_weights)
    elif kind==4:
        (s.here/'good.onnx').write_bytes(damaged(s.graph, rng))
        count.call('graph, damaged', s.use_graph)
    else:
        packed = s.here/'packed.zip'
        packed.write_bytes(damaged(s.masks, rng))
        count.call('packed masks, damaged', lambda: list(read_packed_masks(packed)))

@contextmanager
def quiet():
    "No warnings of Python, and no messages that libraries in C write to the error stream."
    stderr = os.dup(2)
    with open(os.devnull, 'w') as nowhere: os.dup2(nowhere.fileno(), 2)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)

def fuzz(n, seed=0, only=None):
    "Damage `n` files, eight of ten of them images, and print what the readers did. Returns the other exceptions."
    rng = np.random.default_rng(seed)
    count = Count()
    with tempfile.TemporaryDirectory() as d, quiet():
        here = Path(d)
        drawn = make_synthetic(here/'drawn', n_train=12, n_valid=6, n_test=6, size=64)
        images = image_files(drawn/'ISIC-2017_Training_Data')
        masks = image_files(drawn/'ISIC-2017_Training_Part1_GroundTruth')
        tables = [(drawn/'ISIC-2017_Training_Part3_GroundTruth.csv', 'image_id',
                   partial(isic2017, drawn))]
        task3 = as_task3(images, here/'task3')
        tables += [(csv, 'image', partial(isic2018, task3, 3))
                   for csv in sorted(task3.rglob('*.csv'))]
        for csv,column,read_index in tables: read_index() # the whole tables are read
        few = here/'few'
        few.mkdir()
        for mask in masks[:3]: shutil.copy(mask, few)
        pack(masks[:3], here/'masks.zip')
        diagnoses = here/'diagnoses.csv'
        pd.read_csv(tables[0][0]).astype({'melanoma':float,'seborrheic_keratosis':float}).to_csv(
            diagnoses, index=False)
        scored = [(few, here/'masks.zip'), (tables[0][0], diagnoses)]
        for truth,submission in scored:
            (score_masks if truth==few else score_diagnoses)(submission, truth, draws=1)
        stored = Stored(here)
        whole = [file for i in range(3) for file in sources(images[i], masks[i])]
        for i in range(n):
            if only=='score': try_score(count, rng, here, *scored[i%2])
            elif i%20==0: try_table(count, rng, *tables[i//20%3])
            elif i%20==10: try_name(count, rng, drawn)
            elif i%20==5: try_score(count, rng, here, *scored[i//20%2])
            elif i%20==15: try_result(count, rng, here/'results')
            elif i%20 in (3,13) or only=='stored':
                try_stored(count, rng, stored, i//20*2+i%20//10 if only is None else i)
            else:
                suffix,content = whole[rng.integers(len(whole))]
                path = here/f'damaged{suffix}'
                path.write_bytes(damaged(content, rng))
                try_image(count, path, images[0], masks[0], here/'stores')
    print(f'{n} damaged files')
    print(count.table().to_string())
    return count.other

if __name__=='__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--n', type=int, default=10_000, help='number of damaged files')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--only', choices=['score','stored'],
                        help='damage only submissions, or what trainings store')
    args = parser.parse_args()
    other = fuzz(args.n, args.seed, args.only)
    for text in other[:5]: print(text)
    sys.exit(len(other)>0)
