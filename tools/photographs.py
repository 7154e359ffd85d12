"""Small images enlarged to the size of photographs, for what measures with them"""
from pathlib import Path
from PIL import Image

def enlarged(files, folder, side, quality=95):
    "Copies of images in a new folder, `side` px wide, in the same order."
    folder.mkdir()
    copies = [folder/Path(f).name for f in files]
    for f,copy in zip(files, copies):
        with Image.open(f) as im:
            size = side, side*im.height//im.width
            im.convert('RGB').resize(size, Image.BICUBIC).save(copy, quality=quality)
    return copies
