#!/usr/bin/env bash
# OpenCV 5.0.0 (opencv-python-headless 5.0.0.93), the engine that reads ONNX files by default: where an attention map of
# one channel is multiplied with feature maps, as scSE and Entangle-Cls do, `forward` gives other numbers, in a blocked
# shape of five dimensions and without an error. The classic engine and onnxruntime agree to 1e-5.
# Seen: 'ENGINE_AUTO (1, 2, 8, 8, 8) 4.0', 'ENGINE_CLASSIC (1, 16, 8, 8) 1e-06'. Prints both; fails if that changes.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv && venv/bin/pip -q install opencv-python-headless==5.0.0.93 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
venv/bin/python - <<'PY'
import cv2, numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(0)
features = rng.normal(0, .3, (16,3,3,3)).astype('float32')
attention = rng.normal(size=(1,16,1,1)).astype('float32')
nodes = [helper.make_node('Conv', ['image','features'], ['f'], kernel_shape=[3,3], pads=[1]*4),
         helper.make_node('Conv', ['f','attention'], ['a']),
         helper.make_node('Sigmoid', ['a'], ['gate']),
         helper.make_node('Mul', ['f','gate'], ['out'])]
graph = helper.make_graph(
    nodes, 'attention',
    [helper.make_tensor_value_info('image', TensorProto.FLOAT, [1,3,8,8])],
    [helper.make_tensor_value_info('out', TensorProto.FLOAT, [1,16,8,8])],
    [numpy_helper.from_array(features, 'features'), numpy_helper.from_array(attention, 'attention')])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9)
onnx.checker.check_model(model, full_check=True)
onnx.save(model, 'attention.onnx')

x = rng.normal(size=(1,3,8,8)).astype('float32')
right = onnxruntime.InferenceSession('attention.onnx', providers=['CPUExecutionProvider']).run(None, {'image':x})[0]

def forward(engine):
    "The output, blocks of eight channels put back into the order of the channels."
    net = cv2.dnn.readNetFromONNX('attention.onnx', getattr(cv2.dnn, engine))
    net.setInput(x)
    out = net.forward()
    unblocked = out.transpose(0,1,4,2,3).reshape(right.shape) if out.ndim==5 else out
    return out.shape, abs(unblocked-right).max()

print('OpenCV', cv2.__version__)
found = {engine:forward(engine) for engine in ('ENGINE_AUTO','ENGINE_CLASSIC')}
for engine,(shape,error) in found.items(): print(f'{engine} {shape} {error:.1g}')
assert found['ENGINE_CLASSIC'][1]<1e-5
assert found['ENGINE_AUTO'][0]!=right.shape and found['ENGINE_AUTO'][1]>.1, 'changed: the default engine is right'
PY
