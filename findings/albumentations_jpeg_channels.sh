#!/usr/bin/env bash
# albumentations 2.0.8, ImageCompression(compression_type='jpeg'), of a library that is widely used for dermoscopy: it hands
# the RGB image to OpenCV's encoder, which takes it for BGR. The colours come back in their order, but the JPEG was made
# of an image whose red and blue were exchanged: luminance has the weight of red for blue and that of blue for red.
# On reddish skin with fine structures the loss is another one than in a JPEG file of the image.
#
# Guess: the same pixels as OpenCV's own JPEG of this quality, of the image in the order that OpenCV asks for.
# Seen, fine dark hairs on skin, quality 75: mean error of red, green, blue 11.3, 1.7, 7.3 grey levels, of the file 8.1, 2.6,
# 10.1. Fails if it is the JPEG of the image.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv
venv/bin/pip -q install albumentations==2.0.8 opencv-python-headless==5.0.0.93 numpy==2.4.6
NO_ALBUMENTATIONS_UPDATE=1 venv/bin/python - <<'PY'
from importlib.metadata import version
import albumentations as A, cv2, numpy as np

rng = np.random.default_rng(0)
hairs = rng.uniform(size=(128,1))<.3  # fine lines on skin, as wide as a pixel
image = np.where(hairs[...,None], (70,30,25), (225,150,120)).repeat(128, 1).astype(np.uint8)

def jpeg(im): return cv2.imdecode(cv2.imencode('.jpg', im, [cv2.IMWRITE_JPEG_QUALITY, 75])[1], cv2.IMREAD_COLOR)

augmented = A.ImageCompression(compression_type='jpeg', quality_range=(75,75), p=1)(image=image)['image']
right = jpeg(image[...,::-1])[...,::-1]  # OpenCV is given BGR
def loss(a): return np.abs(a.astype(int)-image).mean((0,1)).round(2)
for package in ('albumentations','opencv-python-headless'): print(package, version(package))
print('mean error of red, green, blue in grey levels: augmented', loss(augmented), 'JPEG file', loss(right))
print('pixels that are those of the file:', f'{(augmented==right).all(2).mean():.0%}')
assert (augmented==jpeg(image)).all(), 'changed: not the JPEG of the exchanged image any more'
assert not (augmented==right).all()
PY
