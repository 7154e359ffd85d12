#!/usr/bin/env bash
# MNN 3.6.1 (PyPI: mnn): the command `mnnconvert`, which converts a file, also runs
# `pip install -U aliyun-log-python-sdk` as it starts, into whatever environment `pip` belongs to; with that package it would report each conversion.
# `_tools.mnnconvert(args)` of the same package converts without it.
# Here a stand-in for `pip` writes down how it is called, so nothing is installed or reported.
# Seen: 'pip install -U aliyun-log-python-sdk'. Fails if `mnnconvert` no longer calls pip.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv && venv/bin/pip -q install mnn==3.6.1 onnx==1.23.2 numpy==2.4.6
mkdir stand_in && printf '#!/bin/sh\necho "pip $*" >> "%s/called"\n' "$here" > stand_in/pip && chmod +x stand_in/pip
venv/bin/python - <<'PY'
import onnx
from onnx import TensorProto, helper
def value(name): return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1,3])
graph = helper.make_graph([helper.make_node('Relu', ['x'], ['y'])], 'g', [value('x')], [value('y')])
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=9), 'm.onnx')
PY
PATH=$here/stand_in:$PATH venv/bin/mnnconvert -f ONNX --modelFile m.onnx --MNNModel m.mnn --bizCode x > log 2>&1 || true
ls m.mnn
cat called
grep -qx 'pip install -U aliyun-log-python-sdk' called
