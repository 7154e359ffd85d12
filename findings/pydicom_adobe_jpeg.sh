#!/usr/bin/env bash
# A photograph in DICOM whose JPEG carries the marker of Adobe's programs (APP14, transform 1: YCbCr) is valid, and so is
# its Photometric Interpretation, YBR_FULL_422. pydicom with its Pillow plugin converts the colours of such a JPEG twice:
# Pillow has already made RGB of it, and pydicom takes that for YCbCr. There is no warning. The same JPEG without the
# marker is read right. Exits with 0 while that is so.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check pydicom==3.0.2 pillow==12.0.0 numpy==2.3.5
"$here/venv/bin/python" - <<'PYTHON'
import io, warnings
from importlib.metadata import version
import numpy as np
from PIL import Image
from pydicom import dcmread, uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate

skin = np.full((64,96,3), (200,150,130), np.uint8)
skin[20:44,30:66] = (90,50,40) # a brown lesion
out = io.BytesIO()
Image.fromarray(skin).save(out, 'JPEG', quality=95)
plain = out.getvalue()
adobe = plain[:2]+b'\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x01'+plain[2:]
assert Image.open(io.BytesIO(adobe)).info['adobe_transform'] == 1
assert (np.asarray(Image.open(io.BytesIO(adobe))) == np.asarray(Image.open(io.BytesIO(plain)))).all() # the same outside

def lesion_in_dicom(jpeg):
    "The colour in the middle of the lesion, and what was warned."
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = uid.JPEGBaseline8Bit
    ds.SOPClassUID, ds.SOPInstanceUID = '1.2.840.10008.5.1.4.1.1.77.1.4', uid.generate_uid() # VL Photographic Image
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PlanarConfiguration = 64, 96, 3, 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PhotometricInterpretation = 'YBR_FULL_422'
    ds.PixelData = encapsulate([jpeg])
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    file.seek(0)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter('always')
        return dcmread(file).pixel_array[32,48].tolist(), said

print(*[f'{p} {version(p)}' for p in ('pydicom','pillow','numpy')])
(good,_), (bad,said) = lesion_in_dicom(plain), lesion_in_dicom(adobe)
print('the lesion as drawn:             [90, 50, 40]')
print('from DICOM, JPEG without marker:', good)
print("from DICOM, JPEG with Adobe's:  ", bad, '   warnings:', len(said))
assert np.abs(np.array(good)-(90,50,40)).max() < 5, 'the usual JPEG is not read right any more'
assert np.abs(np.array(bad)-(90,50,40)).max() > 100 and not said, 'changed: the colours are right now, or there is a warning'
PYTHON
