#!/bin/bash
# fastai 2.8.12 with PyTorch 2.14.1: what torch.compile does to a TensorImage, fastai's type of an image batch.
#
# Guess: as with a plain tensor; a subclass that only carries a type gives the same values.
# Found: a compiled function of single values returns its input unchanged, without a word, and a compiled network
# raises an error. The same tensor as a plain one is right in both. Shown with the backend 'aot_eager', which needs no
# compiler; the default backend returns the input unchanged, too.
#
# Exit status 0: as found. 1: the behaviour has changed. Needs Python 3.11 or later, a package index, 6 GB of disk.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.14.1 torchvision==0.29.1 fastai==2.8.12
"$folder/venv/bin/python" - <<'PYTHON'
import sys, warnings
warnings.filterwarnings('ignore')
import fastai, torch
from fastai.torch_core import TensorImage

print(f'Python {sys.version.split()[0]}, torch {torch.__version__}, fastai {fastai.__version__}')
x = torch.randn(2,3,8,8)
def double_plus_one(t): return 2*t+1
compiled = torch.compile(double_plus_one, backend='aot_eager')
as_plain = (compiled(x)-double_plus_one(x)).abs().max().item()
out = compiled(TensorImage(x)).as_subclass(torch.Tensor)
print(f'compiled 2t+1, plain tensor: differs from the uncompiled by {as_plain}')
print(f'compiled 2t+1, TensorImage:  differs from the uncompiled by {(out-double_plus_one(x)).abs().max().item():.3f},'
      f' from its input by {(out-x).abs().max().item()}')

net = torch.compile(torch.nn.Conv2d(3, 4, 3), backend='aot_eager')
net(x)
torch._dynamo.reset()
try:
    net(TensorImage(x))
    error = None
except Exception as e: error = e
print(f'compiled network, TensorImage: {type(error).__name__}: {str(error).splitlines()[0] if error else "no error"}')

found = as_plain==0 and torch.equal(out, x) and error is not None
print('As found.' if found else 'The behaviour has changed.')
sys.exit(not found)
PYTHON
