#!/usr/bin/env bash
# Overlap losses for images without a lesion, such as crops of healthy skin: a network that marks the whole image as lesion
# is not punished. segmentation_models_pytorch 0.6.0 (DiceLoss, JaccardLoss, TverskyLoss, mode 'binary') counts the loss of
# a batch only where its truth has a lesion: 0, and a gradient of 0. MONAI 1.6.1's GeneralizedDiceLoss gives 0 as well, and
# beside another image too; its DiceLoss and TverskyLoss give 1.
# Seen: smp 0, 0, 0 with gradient 0; MONAI generalised 0 alone and beside a right image, Dice 1. Fails if that changes.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv
venv/bin/pip -q install torch==2.14.1 torchvision==0.29.1 segmentation_models_pytorch==0.6.0 monai==1.6.1 numpy==2.4.6
venv/bin/python -W ignore - <<'PY'
from importlib.metadata import version
import torch
from monai.losses import DiceLoss, GeneralizedDiceLoss
from segmentation_models_pytorch import losses as smp

for package in ('segmentation_models_pytorch','monai','torch'): print(package, version(package))
none = torch.zeros(2,1,16,16)  # the truth of two images without a lesion
all_lesion = none+20  # logits: lesion everywhere
one_full = torch.cat([none[:1], none[1:]+1])  # the second image is lesion everywhere, and so predicted rightly

for loss in (smp.DiceLoss('binary'), smp.JaccardLoss('binary'), smp.TverskyLoss('binary')):
    logits = none.clone().requires_grad_()  # undecided: one half everywhere
    loss(logits, none).backward()
    value = loss(all_lesion, none).item()
    print(f'smp {type(loss).__name__}: {value:.3f}, gradient {logits.grad.abs().max():.3f}')
    assert value==0 and not logits.grad.any(), 'changed: a lesion where there is none has a loss'

dice,generalised = DiceLoss(sigmoid=True), GeneralizedDiceLoss(sigmoid=True)
print(f'MONAI: DiceLoss {dice(all_lesion, none):.3f}, GeneralizedDiceLoss {generalised(all_lesion, none):.3f}, '
      f'beside a right image {generalised(all_lesion, one_full):.3f}')
assert dice(all_lesion, none)>.99
assert abs(generalised(all_lesion, none))<1e-3 and abs(generalised(all_lesion, one_full))<1e-3, 'changed'
PY
