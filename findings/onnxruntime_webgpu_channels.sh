#!/usr/bin/env bash
# onnxruntime-web 1.30.0 on WebGPU: a 3 × 3 convolution whose number of input channels is a multiple of 3 and not of 4,
# and above 3, gives other numbers, without an error (onnxruntime issue 29651). 320 and 324 channels are right to 1e-5.
# Seen on Chromium's software adapter: '9 wrong', '320 right', '321 wrong', '324 right'. Fails if that changes.
# Needs npm, Chromium and chromedriver (Debian: apt-get install npm chromium chromium-driver).
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv && venv/bin/pip -q install selenium==4.51.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
npm pack --silent onnxruntime-web@1.30.0 > log && tar xzf onnxruntime-web-1.30.0.tgz && cp package/dist/*asyncify.* .
cp package/dist/ort.webgpu.bundle.min.mjs ort.js && echo '<!doctype html>' > index.html
venv/bin/python - <<'PY'
import os, shutil
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from selenium import webdriver

class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args): pass

def value(name, *shape): return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

def expected(n):
    "Write a convolution of n channels; its output for the numbers that the page makes as well."
    weights = np.random.default_rng(0).normal(0, .05, (8,n,3,3)).astype('float32')
    conv = helper.make_node('Conv', ['x','w'], ['y'], kernel_shape=[3,3], pads=[1]*4)
    graph = helper.make_graph([conv], 'g', [value('x',1,n,7,7)], [value('y',1,8,7,7)],
                              [numpy_helper.from_array(weights, 'w')])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('',17)], ir_version=9), f'{n}.onnx')
    x = (np.arange(n*49)*7919%1000/1000).astype('float32').reshape(1,n,7,7)
    return onnxruntime.InferenceSession(f'{n}.onnx', providers=['CPUExecutionProvider']).run(None, {'x':x})[0]

PAGE = """const [n, done] = arguments;
(async () => {
    const ort = await import('./ort.js');
    Object.assign(ort.env.wasm, {numThreads:1, wasmPaths:'/'});
    const session = await ort.InferenceSession.create(`${n}.onnx`, {executionProviders:['webgpu']});
    const x = Float32Array.from({length:n*49}, (_, i) => i*7919%1000/1000);
    const {y} = await session.run({x:new ort.Tensor('float32', x, [1, n, 7, 7])});
    return [...await y.getData()];
})().then(done, e => done(`${e}`))"""

server = ThreadingHTTPServer(('127.0.0.1', 0), Quiet)
Thread(target=server.serve_forever, daemon=True).start()
options = webdriver.ChromeOptions()
options.binary_location = next(filter(None, map(shutil.which, ('chromium','chromium-browser','google-chrome'))))
for o in ('headless=new', 'enable-unsafe-webgpu', 'use-webgpu-adapter=swiftshader', 'enable-features=Vulkan',
          'use-vulkan=swiftshader', 'ignore-gpu-blocklist', 'disable-dev-shm-usage'): options.add_argument(f'--{o}')
if os.geteuid()==0: options.add_argument('--no-sandbox')
page = webdriver.Chrome(options, webdriver.ChromeService(shutil.which('chromedriver')))
page.set_script_timeout(300)
seen = {}
try:
    page.get(f'http://127.0.0.1:{server.server_port}')
    for n in (9,320,321,324):
        y,found = expected(n), page.execute_async_script(PAGE, n)
        assert isinstance(found, list), found
        off = np.abs(np.reshape(found, y.shape)-y).max()
        seen[n] = 'wrong' if off>.01 else 'right'
        print(n, seen[n], f'largest difference {off:.0e}, largest value {np.abs(y).max():.1f}')
finally: page.quit()
assert seen=={9:'wrong', 320:'right', 321:'wrong', 324:'right'}
PY
