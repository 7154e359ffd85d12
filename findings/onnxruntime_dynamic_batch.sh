#!/usr/bin/env bash
# onnxruntime 1.32.0, quantize_dynamic: the scale of the activations is that of the whole batch, so what an image gets
# depends on the images beside it. An image alone and with a second one whose values are ten times larger differ.
# Seen: 'alone and beside another: 7e-02; before quantisation: 0e+00'. Prints both; fails if that changes.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv && venv/bin/pip -q install onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
venv/bin/python - 2>quantize.log <<'PY'
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import quantize_dynamic

rng = np.random.default_rng(0)
weight = numpy_helper.from_array(rng.normal(size=(3,12)).astype('float32'), 'weight')
graph = helper.make_graph(
    [helper.make_node('MatMul', ['features','weight'], ['scores'])], 'linear',
    [helper.make_tensor_value_info('features', TensorProto.FLOAT, ['n',3])],
    [helper.make_tensor_value_info('scores', TensorProto.FLOAT, ['n',12])], [weight])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9), 'full.onnx')
quantize_dynamic('full.onnx', 'int8.onnx')

one = rng.normal(size=(1,3)).astype('float32')
other = 10*rng.normal(size=(1,3)).astype('float32')
def change(file):
    "The largest change of the scores of `one` when `other` is in its batch."
    session = onnxruntime.InferenceSession(file, providers=['CPUExecutionProvider'])
    alone = session.run(None, dict(features=one))[0][0]
    return abs(session.run(None, dict(features=np.concatenate([one, other])))[0][0]-alone).max()

print('onnxruntime', onnxruntime.__version__)
print(f"alone and beside another: {change('int8.onnx'):.0e}; before quantisation: {change('full.onnx'):.0e}")
assert change('full.onnx')<1e-6 and change('int8.onnx')>.01, 'changed: an image no longer depends on its batch'
PY
