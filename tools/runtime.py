"""Run an exported cascade in one runtime, for `tools/runtimes.py`: neither PyTorch nor this package is needed here.

python runtime.py NAME FILE INPUTS: for each array of the .npz file INPUTS one line of JSON, with the largest difference
to the outputs beside it, or the error; at the end the most memory that was used."""
import json, subprocess, sys, time
from importlib.util import find_spec
from pathlib import Path
import numpy as np

def onnxruntime(file):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=['CPUExecutionProvider'])
    return lambda x: session.run(OUTPUTS, {'image':x})

def openvino(file, **config):
    import openvino
    compiled = openvino.Core().compile_model(file, 'CPU', config | {'INFERENCE_NUM_THREADS':1})
    def run(x):
        found = compiled(x)
        return [found[name] for name in OUTPUTS]
    return run

def openvino_f32(file): return openvino(file, INFERENCE_PRECISION_HINT='f32')

def opencv(file, engine=None):
    import cv2
    cv2.setNumThreads(1)
    chosen = [getattr(cv2.dnn, engine)] if engine else []
    net = cv2.dnn.readNetFromONNX(str(file), *chosen)
    def run(x):
        net.setInput(x)
        return net.forward(OUTPUTS)
    return run

def opencv_classic(file): return opencv(file, 'ENGINE_CLASSIC')

def mnn(file):
    converted = f'{file}.mnn'
    import _tools # of MNN; its script mnnconvert would also install another package, and report the conversion
    _tools.mnnconvert(['mnnconvert', '-f', 'ONNX', '--modelFile', file, '--MNNModel', converted,
                       '--bizCode', 'ckdnet'])
    import MNN.expr as expr, MNN.nn as nn
    net = nn.load_module_from_file(converted, ['image'], OUTPUTS)
    def run(x):
        image = expr.placeholder(list(x.shape), expr.NCHW, expr.float)
        image.write(x.copy())
        return [expr.convert(o, expr.NCHW).read() for o in net.onForward([image])]
    return run

def tract_plan(file, shape=None):
    import tract
    model = tract.onnx().load(str(file))
    if shape: model.set_input_fact(0, ','.join(map(str, shape))+',f32')
    plan = model.into_model().into_runnable()
    return lambda x: [o.to_numpy() for o in plan.run([x])]

def tract(file): return tract_plan(file)

def tract_shape(file):
    "The shape is told before the graph is made, once for each shape."
    plans = {}
    def run(x):
        if x.shape not in plans: plans[x.shape] = tract_plan(file, x.shape)
        return plans[x.shape](x)
    return run

def ncnn(file):
    shapes = ['inputshape=[1,3,224,224]',
              *(['inputshape2=[1,3,256,192]'] if 'free' in Path(file).stem else [])]
    program = Path(find_spec('pnnx').submodule_search_locations[0])/'pnnx' # the script would import PyTorch
    subprocess.run([program, file, *shapes], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    import ncnn
    net = ncnn.Net()
    for kind in ('fp16_packed','fp16_storage','fp16_arithmetic','bf16_storage'):
        setattr(net.opt, f'use_{kind}', False)
    net.opt.num_threads = 1
    stem = str(Path(file).with_suffix('.ncnn'))
    assert not net.load_param(f'{stem}.param') and not net.load_model(f'{stem}.bin'), 'not loaded'
    def run(x):
        made = []
        for one in x: # ncnn has no batches
            extractor = net.create_extractor()
            extractor.input(net.input_names()[0], ncnn.Mat(one).clone())
            made.append([np.array(extractor.extract(name)[1]) for name in net.output_names()])
        return [np.stack(o) for o in zip(*made)]
    return run

def onnx2tf(file):
    folder = Path(file).with_suffix('.tf')
    subprocess.run(['onnx2tf', '-i', file, '-o', folder, '-osd'], check=True, capture_output=True,
                   text=True)
    from ai_edge_litert.interpreter import Interpreter
    model, = folder.glob('*_float32.tflite')
    net = Interpreter(str(model), num_threads=1)
    def run(x):
        net.resize_tensor_input(net.get_input_details()[0]['index'], (len(x), *x.shape[2:], 3))
        net.allocate_tensors()
        net.set_tensor(net.get_input_details()[0]['index'], x.transpose(0,2,3,1))
        net.invoke()
        return [net.get_tensor(o['index']) for o in net.get_output_details()]
    return run

def coreml(file):
    """Convert with coremltools: the file with free sizes as ONNX; instead of the fixed one the program of
    `torch.export` beside it, for one image. Core ML itself computes on macOS only."""
    import coremltools
    if 'free' in Path(file).stem: coremltools.convert(str(file))
    import torch
    program = torch.export.load(Path(file).with_suffix('.pt2')).run_decompositions({})
    image = coremltools.TensorType('image', (1,3,224,224))
    model = coremltools.convert(program, inputs=[image],
                                minimum_deployment_target=coremltools.target.iOS17)
    model.save(str(Path(file).with_suffix('.mlpackage')))
    if sys.platform!='darwin':
        raise RuntimeError('it converts and is saved; not run: Core ML computes on macOS only')
    return lambda x: list(model.predict({'image':x}).values())

OUTPUTS = ['probs','coarse','fine','cam','features']

def reason(e):
    "An error in a line."
    text = ' '.join(f'{e} {getattr(e, "stderr", None) or ""}'.split())
    if 'Max retries exceeded' in text: return 'refused: it fetches a file from the network while it converts'
    return f'{type(e).__name__}: {text[-300:] if isinstance(e, subprocess.CalledProcessError) else text[:300]}'

def measured(run, x, expected):
    "Largest difference of each output, and milliseconds of processor time: the median of three, after a first."
    found = run(x)
    seconds = []
    for _ in range(3):
        start = time.process_time()
        run(x)
        seconds.append(time.process_time()-start)
    if len(found)!=len(OUTPUTS): raise ValueError(f'{len(found)} outputs, without an error')
    out = dict(ms=1000*float(np.median(seconds)))
    for name,a,b in zip(OUTPUTS, found, expected):
        a = np.asarray(a)
        out[name] = float(np.abs(a.reshape(b.shape)-b).max()) if a.size==b.size else f'shape {a.shape}, not {b.shape}'
    return out

if __name__=='__main__':
    name,file,inputs = sys.argv[1:]
    arrays = np.load(inputs)
    images = [k for k in arrays if k.startswith('image')]
    def say(**found): print(json.dumps(found), flush=True)
    try: run = globals()[name](file)
    except Exception as e: sys.exit(say(load=reason(e)))
    for k in images:
        x = arrays[k]
        expected = [arrays.get(f'{o}_{k}') for o in OUTPUTS]
        try: found = measured(run, x, expected)
        except Exception as e: found = dict(error=reason(e))
        say(shape=list(x.shape), **found)
    most, = [line.split()[1] for line in Path('/proc/self/status').read_text().splitlines()
             if line.startswith('VmHWM')]
    say(mb=int(most)/1024)
