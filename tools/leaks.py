"""Copies found and false ones: `python tools/leaks.py <ISIC2017> <ISIC2018> [PAIRS]` writes data/results/leaks.json.

The training images are known by the signatures that come with the weights. With PAIRS, a folder, the pairs of
different ids above the threshold are written there side by side, to be looked at."""
import io, sys
from pathlib import Path
import numpy as np
from PIL import Image
from ckdnet.core import write_json
from ckdnet.data.files import read_image
from ckdnet.data.isic import files_by_id, isic2017
from ckdnet.data.leaks import SIGNATURES, THRESHOLD, greys, leaks, load_signatures
from ckdnet.pretrained import weights_file

COPIES = 600 # training images
THRESHOLDS = (.95,.96,.965,.97,.98)
# pairs above `THRESHOLD` that show two lesions, as seen side by side; the other pairs show one photograph
DIFFERENT = {
    ('ISIC_0000538','ISIC_0027523'), ('ISIC_0000225','ISIC_0028796'), ('ISIC_0012735','ISIC_0031731'),
    ('ISIC_0014778','ISIC_0033763'), ('ISIC_0000232','ISIC_0033921'), ('ISIC_0014778','ISIC_0025891'),
    ('ISIC_0014797','ISIC_0026476'), ('ISIC_0014778','ISIC_0033912'), ('ISIC_0014797','ISIC_0031813'),
    ('ISIC_0000211','ISIC_0029912'),
}

def judge(others):
    "How many pairs of different ids show one photograph, and how many two lesions."
    different = sum((one,other) in DIFFERENT for one,other,_ in others)
    return dict(one_photograph=len(others)-different, two_lesions=different)

def cropped(im, left, upper, right, lower):
    "What is left of an image when these parts of its width and height are cut off."
    w,h = im.size
    return im.crop((round(left*w), round(upper*h), w-round(right*w), h-round(lower*h)))

def changed(path, rng):
    "Kind of change → the changed image."
    im = Image.fromarray(read_image(path))
    w,h = im.size
    compressed = io.BytesIO()
    im.save(compressed, 'JPEG', quality=30)
    each_side = cropped(im, *[.05]*4)
    return dict(
        resized=im.resize((w*2//5, h*2//5), Image.BICUBIC), recompressed=Image.open(compressed),
        flipped=im.transpose(Image.FLIP_LEFT_RIGHT), turned=im.transpose(Image.ROTATE_90),
        cropped_each_side=each_side, cropped_and_turned=each_side.transpose(Image.TRANSVERSE),
        cropped_one_side=cropped(im, .05, 0, 0, 0), cropped_in_all=cropped(im, *[.025]*4),
        cropped_unevenly=cropped(im, *rng.uniform(0, .05, 4)),
        cropped_by_more=cropped(im, *[.075]*4))

def grey(im): return np.asarray(im.convert('RGB').resize((64,64), Image.BOX).convert('L'))

def write_pairs(folder, pairs):
    "Images side by side, as `<known>_<asked>.png`."
    folder.mkdir(parents=True, exist_ok=True)
    for (one,a),(other,b) in pairs:
        both = [Image.fromarray(read_image(p)).resize((256,192)) for p in (a, b)]
        Image.fromarray(np.hstack(both)).save(folder/f'{one}_{other}.png')

if __name__=='__main__':
    folder2017,folder2018 = map(Path, sys.argv[1:3])
    ids2017,known = load_signatures(weights_file().with_name(SIGNATURES))
    df = isic2017(folder2017).set_index('image_id').loc[ids2017].reset_index()
    rng = np.random.default_rng(1)
    pick = rng.choice(len(df), COPIES, replace=False)
    copies = [{k:grey(im) for k,im in changed(df.image[i], rng).items()} for i in pick]
    asked = {k:np.stack([c[k] for c in copies]) for k in copies[0]}
    images = {}
    for name in ('Task1-2_Training','Task3_Training','Task1-2_Test','Task3_Test'):
        images |= files_by_id(folder2018/f'ISIC2018_{name}_Input')
    ids = list(images)
    pairs = leaks(known, greys(images.values()), min(THRESHOLDS))
    same = df.image_id.to_numpy()[pairs.known]==np.array(ids)[pairs.asked]
    twin = {k:leaks(known, s, min(THRESHOLDS)) for k,s in asked.items()}
    out = {}
    for t in THRESHOLDS:
        found = {k:int(((p.likeness>=t) & (pick[p.asked]==p.known)).sum())
                 for k,p in twin.items()}
        above = pairs.likeness>=t
        out[str(t)] = dict(**found, same_id_found=int((above & same).sum()),
                           other_pairs=int((above & ~same).sum()),
                           images_of_other_pairs=int(pairs.asked[above & ~same].nunique()))
    others = pairs[~same & (pairs.likeness>=THRESHOLD)]
    rows = list(zip(others.known, others.asked, others.likeness))
    if len(sys.argv)>3:
        files = [((df.image_id[k], df.image[k]), (ids[a], images[ids[a]])) for k,a,_ in rows]
        write_pairs(Path(sys.argv[3]), files)
    shown = [[df.image_id[k], ids[a], round(float(c), 4)] for k,a,c in rows]
    write_json(Path('data/results/leaks.json'), dict(
        known=len(df), asked=len(ids), copies=COPIES, same_id=len(set(ids) & set(df.image_id)),
        thresholds=out,
        others=shown, **judge(shown)))
    print(out)
