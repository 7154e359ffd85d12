#!/usr/bin/env bash
# A DICOM segmentation (SEG, binary, two segments: lesion and hair) that highdicom wrote, read by the same line of MONAI 1.6.1,
# `LoadImage(image_only=True)`: which reader it takes, and with it shape and values, depends on whether the package itk
# is installed as well. MONAI warns of other readers that are missing, not of that. A Dice or a BCE loss of the second
# is of masks that are 255 times as large.
#
# Guess: the same masks of 0 and 1 in both environments.
# Seen: without itk (48, 32, 1, 2) with values 0 and 1; with itk 5.4.6 (48, 32, 2) with 0 and 255. pydicom and highdicom give
# 0 and 1. Fails if both are the same.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv
venv/bin/pip -q install monai==1.6.1 torch==2.14.1 numpy==2.4.6 highdicom==0.28.2 pydicom==3.0.2
cat > write.py <<'PY'
import numpy as np
from highdicom.seg import Segmentation, SegmentDescription
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, VLPhotographicImageStorage, generate_uid

h,w = 32,48
photo = Dataset()
photo.file_meta = FileMetaDataset()
photo.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
photo.file_meta.MediaStorageSOPClassUID = photo.SOPClassUID = VLPhotographicImageStorage
photo.file_meta.MediaStorageSOPInstanceUID = photo.SOPInstanceUID = generate_uid()
photo.StudyInstanceUID,photo.SeriesInstanceUID = generate_uid(), generate_uid()
photo.PatientID = photo.PatientName = photo.StudyID = 'lesion'
photo.PatientBirthDate = photo.PatientSex = photo.AccessionNumber = photo.ReferringPhysicianName = ''
photo.StudyDate,photo.StudyTime,photo.Modality,photo.Manufacturer = '20260101', '120000', 'XC', 'none'
photo.SeriesNumber = photo.InstanceNumber = 1
photo.Rows,photo.Columns,photo.SamplesPerPixel = h, w, 3
photo.PhotometricInterpretation,photo.PlanarConfiguration = 'RGB', 0
photo.BitsAllocated,photo.BitsStored,photo.HighBit,photo.PixelRepresentation = 8, 8, 7, 0
photo.PixelData = bytes(3*h*w)

masks = np.zeros((1,h,w,2), np.uint8)
masks[0,8:20,10:30,0] = 1
masks[0,:,4:7,1] = 1
def described(number, label):
    return SegmentDescription(number, label, codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Lesion, 'MANUAL')
seg = Segmentation([photo], masks, 'BINARY', [described(1, 'lesion'), described(2, 'hair')],
                   generate_uid(), 2, generate_uid(), 1, 'none', 'none', '1', '1')
seg.save_as('seg.dcm')
print('pydicom:', seg.pixel_array.shape, np.unique(seg.pixel_array))
PY
cat > read.py <<'PY'
import sys
import numpy as np
from monai.transforms import LoadImage

masks = LoadImage(image_only=True)('seg.dcm').numpy()
print(sys.argv[1], masks.shape, np.unique(masks))
assert sorted(np.unique(masks))==[0, float(sys.argv[2])], 'changed'
PY
venv/bin/python -W ignore write.py
venv/bin/python -W ignore read.py 'MONAI without itk:' 1 2>/dev/null
venv/bin/pip -q install itk==5.4.6
venv/bin/python -W ignore read.py 'MONAI with itk:' 255 2>/dev/null
