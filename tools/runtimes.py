"""Try the exported cascade in the runtimes that read ONNX, in smaller numbers, and with images that a caller reads in
another way; and PyTorch's newer exporter: `python tools/runtimes.py <ISIC2017> [runtimes] [precision] [readings]
[exporter]` writes these parts, by default all, into data/results/runtimes.json; `'Core ML'`, or another name of
`RUNTIMES`, only this row. It installs pinned packages
into environments in build/runtimes, and is no part of the test suite."""
import json, os, resource, shutil, subprocess, sys, time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
import numpy as np, onnxruntime, torch, torch.nn.functional as F
from PIL import Image
from ckdnet.core import write_json
from ckdnet.data.files import read_image
from ckdnet.data.index import get_dataset
from ckdnet.evaluate import per_image, summary
from ckdnet.export import OUTPUTS, export_onnx, export_program
from ckdnet.preprocess import to_size
from ckdnet.pretrained import load_cascade
from photographs import enlarged
import ckdnet.data.isic # noqa: F401 (registers the data sets)

SHAPES = ((1,3,224,224), (3,3,224,224), (1,3,131,66))
OUT = Path('data/results/runtimes.json')
LIMIT = 900 # s, of one runtime
NUMPY = 'numpy==2.4.6'
ENVIRONMENTS = { # name → packages
    'main': (NUMPY, 'onnxruntime==1.32.0', 'openvino==2026.4.1', 'opencv-python-headless==5.0.0.93',
             'mnn==3.6.1',
             'tract==0.23.9', 'ncnn==1.0.20261020'),
    'opencv4': (NUMPY, 'opencv-python-headless==4.14.0.94'),
    'onnx2tf': ('onnx2tf==1.29.24', 'tensorflow-cpu==2.19.1', 'tf_keras==2.19.0', 'ai-edge-litert==2.1.0',
                'onnx==1.19.1', 'onnxruntime==1.23.0', 'onnxsim==0.4.36', 'onnx_graphsurgeon==0.5.8',
                'sng4onnx==2.0.1', 'psutil==7.2.2'),
    'coreml': (NUMPY, 'coremltools==9.0', 'torch==2.14.1'),
    'exporter': (NUMPY, 'onnxscript==0.7.2'),
}
ALONE = {'main':('pnnx==20261020',)} # installed without what they ask for: PyTorch, which converting ONNX does not need
RUNTIMES = { # words → environment, function of tools/runtime.py, package
    'onnxruntime': ('main','onnxruntime','onnxruntime'),
    'OpenVINO': ('main','openvino','openvino'),
    'OpenVINO, hint f32': ('main','openvino_f32','openvino'),
    'OpenCV 4': ('opencv4','opencv','opencv-python-headless'),
    'OpenCV 5': ('main','opencv','opencv-python-headless'),
    'OpenCV 5, classic engine': ('main','opencv_classic','opencv-python-headless'),
    'MNN': ('main','mnn','mnn'),
    'tract': ('main','tract','tract'),
    'tract, shape told': ('main','tract_shape','tract'),
    'ncnn, by pnnx': ('main','ncnn','ncnn'),
    'LiteRT, by onnx2tf': ('onnx2tf','onnx2tf','onnx2tf'),
    'Core ML': ('coreml','coreml','coremltools'),
}

def environment(folder, name):
    "The Python of an environment, made if it is not there; a text that says why it could not be made."
    python = folder/name/'bin'/'python'
    if (folder/name/'complete').exists(): return python
    print(f'{name}: installing …', flush=True)
    subprocess.run([sys.executable, '-m', 'venv', folder/name], check=True)
    def pip(*args):
        return subprocess.run([python, '-m', 'pip', 'install', '-q', *args], capture_output=True,
                              text=True)
    done = [pip(*ENVIRONMENTS[name])] + [pip('--no-deps', o) for o in ALONE.get(name, ())]
    for o in done:
        if o.returncode: return o.stderr.strip()[-300:]
    (folder/name/'complete').touch()
    return python

def attempt(python, function, file, inputs):
    "What a runtime says of a file."
    env = os.environ | {'PATH':f'{python.parent}:{os.environ["PATH"]}', 'PYTHONPATH':''}
    command = [python, Path(__file__).parent.resolve()/'runtime.py', function, file, inputs]
    try:
        done = subprocess.run(command, env=env, cwd=file.parent, capture_output=True, text=True,
                              timeout=LIMIT)
    except subprocess.TimeoutExpired: return [dict(load=f'not done after {LIMIT} s')]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{')]
    if done.returncode<0:
        lines.append(dict(error=f'the process was ended by signal {-done.returncode}'))
    return lines or [dict(load=done.stderr.strip()[-300:])]

def make_inputs(model, file):
    "Random images of each shape and what onnxruntime makes of them here."
    rng = np.random.default_rng(0)
    session = onnxruntime.InferenceSession(model, providers=['CPUExecutionProvider'])
    arrays = {}
    for i,shape in enumerate(SHAPES):
        x = rng.random(shape, dtype=np.float32)
        arrays[f'image{i}'] = x
        arrays |= {f'{name}_image{i}':o
                   for name,o in zip(OUTPUTS, session.run(list(OUTPUTS), {'image':x}))}
    np.savez(file, **arrays)

def try_runtimes(models, environments, folder, names=RUNTIMES):
    "Runtime → version, and what it says of the file with free sizes and of the fixed one."
    out = {}
    for words in names:
        env,function,package = RUNTIMES[words]
        python = environment(environments, env)
        if isinstance(python, str):
            found = {k:[dict(load=f'not installed: {python}')] for k in models}
        else:
            found = {}
            for kind,model in models.items():
                own = folder/f'{function}_{kind}.onnx' # a copy: onnx2tf overwrites the file that it reads
                own.write_bytes(model.read_bytes())
                shutil.copy(folder/'program.pt2', own.with_suffix('.pt2'))
                found[kind] = attempt(python, function, own, folder/'inputs.npz')
        pinned = dict(p.split('==') for p in ENVIRONMENTS[env])
        out[words] = dict(version=pinned[package], **found)
        print(words, json.dumps(out[words]), flush=True)
    return out

EXPORT = """import sys, time, torch
packages,file,kind = sys.argv[1:]
sys.path.append(packages) # those of the project come first
from ckdnet.export import OUTPUTS, Deployed
from ckdnet.pretrained import load_cascade
net,metadata = load_cascade()
free = dict(image=dict.fromkeys((0,2,3), torch.export.Dim.AUTO)) if kind=='free' else None
images = torch.zeros(2 if free else 1, 3, 224, 224)
start = time.process_time()
torch.onnx.export(Deployed(net, metadata['temperature']), (images,), file, dynamo=True, dynamic_shapes=free,
                  output_names=list(OUTPUTS), verbose=False)
print(time.process_time()-start)"""
EXPORT_LIMIT = 300 # s of processor time

def try_exporter(environments, folder):
    "File with free sizes or fixed → seconds of processor time of PyTorch's newer exporter, or what it says."
    python = environment(environments, 'exporter')
    if isinstance(python, str): return dict(error=f'not installed: {python}')
    packages, = (python.parents[1]/'lib').glob('*/site-packages')
    def limit(): resource.setrlimit(resource.RLIMIT_CPU, (EXPORT_LIMIT, EXPORT_LIMIT))
    found = {}
    for kind in ('fixed','free'):
        command = [sys.executable, '-c', EXPORT, packages, folder/f'newer_{kind}.onnx', kind]
        done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit)
        if not done.returncode: found[kind] = dict(seconds=float(done.stdout.split()[-1]))
        elif done.returncode>0: found[kind] = dict(error=done.stderr.strip()[-300:])
        else: found[kind] = dict(error=f'not done after {EXPORT_LIMIT} s of a processor')
        print(kind, found[kind], flush=True)
    return found | dict(onnxscript='0.7.2', torch=torch.__version__)

def quantised(model, folder, images):
    "Kind → file, with weights and numbers of fewer bits. The images calibrate the static one."
    from onnxruntime.quantization import (CalibrationDataReader, QuantType, quantize_dynamic,
                                          quantize_static)
    from onnxruntime.transformers.float16 import convert_float_to_float16
    import onnx
    class Images(CalibrationDataReader):
        def __init__(self): self.left = iter(images)
        def get_next(self):
            x = next(self.left, None)
            return None if x is None else {'image':x[None]}
    half = folder/'float16.onnx'
    onnx.save(convert_float_to_float16(onnx.load(model), keep_io_types=True), half)
    quantize_dynamic(model, folder/'int8_dynamic.onnx', weight_type=QuantType.QUInt8)
    quantize_static(model, folder/'int8_static.onnx', Images(), per_channel=True)
    return {'float32':model, 'float16':half, 'int8, dynamic':folder/'int8_dynamic.onnx',
            'int8, static':folder/'int8_static.onnx'}

def predictions(file, images):
    "Arrays as from `ckdnet.evaluate.predict`, one image at a time, and the milliseconds of processor time of one."
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=['CPUExecutionProvider'])
    start = time.process_time()
    made = [session.run(['probs','coarse','fine'], {'image':x[None]}) for x in images]
    ms = 1000*(time.process_time()-start)/len(images)
    probs,coarse,fine = (np.concatenate(o) for o in zip(*made))
    return dict(probs=probs, coarse=coarse[:,0], fine=fine[:,0]), ms

def try_precision(files, df, dataset, images):
    "Kind → metrics on Validation, diagnoses changed, largest difference, milliseconds, and megabytes of the file."
    out,first = {}, None
    for kind,file in files.items():
        try: pred,ms = predictions(file, images)
        except Exception as e:
            out[kind] = dict(error=f'{type(e).__name__}: {str(e)[:300]}')
            continue
        first = first or pred
        metrics = summary(per_image(pred, df, dataset.classes), dataset)
        out[kind] = dict(avg_AUC=metrics['diagnosis']['avg_AUC'], JA=metrics['fine']['JA'], ms=ms,
                         changed=int((pred['probs'].argmax(1)!=first['probs'].argmax(1)).sum()),
                         probs=float(np.abs(pred['probs']-first['probs']).max()),
                         mb=file.stat().st_size/1e6)
        print(kind, out[kind], flush=True)
    return out

def resized(**kwargs):
    "A reader that resizes by `F.interpolate`, in float."
    def read(file, size):
        x = torch.from_numpy(read_image(file).copy()).permute(2,0,1)[None].float()/255
        return F.interpolate(x, size=(size,size), **kwargs)[0].clip(0, 1).numpy()
    return read

def rounded(file, size):
    "A reader that resizes bytes by Pillow."
    small = Image.fromarray(read_image(file)).resize((size,size), Image.BILINEAR)
    return np.asarray(small, np.float32).transpose(2,0,1)/255

def drafted(file, size):
    "A reader that decodes a JPEG at a reduced scale."
    with Image.open(file) as im:
        im.draft('RGB', (size,size))
        return to_size(np.asarray(im.convert('RGB')), size)

READINGS = {
    'as stated': lambda file, size: to_size(read_image(file), size),
    'bilinear, rounded to bytes': rounded,
    'bilinear without antialiasing (OpenCV INTER_LINEAR)': resized(mode='bilinear'),
    'bicubic with antialiasing': resized(mode='bicubic', antialias=True),
    'nearest': resized(mode='nearest'),
    'decoded at a reduced scale': drafted,
    'blue, green, red': lambda file, size: to_size(read_image(file), size)[::-1].copy(),
}

def try_readings(model, files, size):
    "Reading → diagnoses changed and largest difference in probability, by size of the photographs."
    out,first = {}, None
    for name,read in READINGS.items():
        pred,_ = predictions(model, [read(f, size) for f in files])
        first = first or pred
        out[name] = dict(changed=int((pred['probs'].argmax(1)!=first['probs'].argmax(1)).sum()),
                         probs=float(np.abs(pred['probs']-first['probs']).max()))
        print(name, out[name], flush=True)
    return out

if __name__=='__main__':
    images,*wanted = sys.argv[1:]
    images,wanted = Path(images), wanted or ['runtimes','precision','readings','exporter']
    net,metadata = load_cascade()
    size,classes = metadata['prediction']['size'], tuple(metadata['data']['classes'])
    dataset = get_dataset(metadata['data']['dataset'])
    df = dataset.index(images)
    valid = df[df.split=='valid'].reset_index(drop=True)
    def read(files): return [READINGS['as stated'](f, size) for f in files]
    with TemporaryDirectory() as d:
        folder = Path(d)
        models = dict(free=folder/'free.onnx', fixed=folder/'fixed.onnx')
        for kind,file in models.items():
            export_onnx(net, file, size, classes, metadata['temperature'], fixed=kind=='fixed')
        make_inputs(models['free'], folder/'inputs.npz')
        export_program(net, folder/'program.pt2', size, classes, metadata['temperature'])
        environments = Path('build/runtimes').resolve()
        parts = dict(
            exporter=lambda: try_exporter(environments, folder),
            runtimes=lambda: try_runtimes(models, environments, folder),
            precision=lambda: try_precision(
                quantised(models['free'], folder, read(df[df.split=='select'].image)),
                                            valid, dataset, read(valid.image)),
            readings=lambda: {'256':try_readings(models['free'], valid.image, size),
                              '1500':try_readings(models['free'],
                                                  enlarged(valid.image, folder/'large', 1500),
                                                  size)})
        for part in wanted:
            out = json.loads(OUT.read_text(encoding='utf-8')) if OUT.exists() else {}
            if part in RUNTIMES:
                made = out['runtimes'] | try_runtimes(models, environments, folder, [part])
                part = 'runtimes'
            else: made = parts[part]()
            about = dict(data=images.name,
                         versions={k:version(k) for k in ('onnx','onnxruntime','torch')})
            write_json(OUT, out | about | {part:made})
