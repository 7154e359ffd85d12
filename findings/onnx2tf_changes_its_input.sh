#!/usr/bin/env bash
# onnx2tf 1.29.24, which makes TFLite files: it writes the simplified network over the ONNX file that it was asked to convert.
# A recorded hash of an exported network no longer fits after it, also where the conversion then fails (without a network
# connection it does: it downloads images to compare outputs with). Convert a copy.
# Seen: 'hash before … and after … differ'. Fails if the file stays as it was.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv
venv/bin/pip -q install onnx2tf==1.29.24 onnx==1.19.1 onnxruntime==1.23.0 onnxsim==0.4.36 onnx_graphsurgeon==0.5.8 \
    tensorflow-cpu==2.19.1 tf_keras==2.19.0 ai-edge-litert==2.1.0 psutil
venv/bin/python - <<'PY'
import numpy as np, onnx
from onnx import TensorProto, helper, numpy_helper
weight = numpy_helper.from_array(np.random.default_rng(0).normal(size=(4,3,3,3)).astype('float32'), 'weight')
graph = helper.make_graph(
    [helper.make_node('Conv', ['image','weight'], ['features'], kernel_shape=[3,3], pads=[1]*4)], 'convolution',
    [helper.make_tensor_value_info('image', TensorProto.FLOAT, [1,3,16,16])],
    [helper.make_tensor_value_info('features', TensorProto.FLOAT, [1,4,16,16])], [weight])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9)
onnx.checker.check_model(model, full_check=True)
onnx.save(model, 'network.onnx')
PY
before=$(sha256sum <network.onnx)
venv/bin/onnx2tf -i network.onnx -o converted -n >onnx2tf.log 2>&1 && how='converted' || how='not converted'
after=$(sha256sum <network.onnx)
echo "onnx2tf 1.29.24, $how: hash before ${before:0:8} and after ${after:0:8} differ"
[ "$before" != "$after" ] || { echo 'changed: the input stays as it was'; exit 1; }
