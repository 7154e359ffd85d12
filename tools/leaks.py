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
from ckdnet.data.leaks import SIGNATURES, THRESHOLD, leaks, load_signatures, signature, signatures
from ckdnet.pretrained import weights_file

COPIES = 200 # training images
THRESHOLDS = (.98,.985,.99,.995)
# pairs above .99 that show two lesions, as seen side by side; the other pairs show one photograph
DIFFERENT = {
    ('ISIC_0000001','ISIC_0000211'), ('ISIC_0000199','ISIC_0031127'), ('ISIC_0000211','ISIC_0000001'),
    ('ISIC_0000080','ISIC_0027548'), ('ISIC_0000211','ISIC_0026834'), ('ISIC_0000211','ISIC_0033769'),
    ('ISIC_0000482','ISIC_0027398'), ('ISIC_0000039','ISIC_0031719'), ('ISIC_0009933','ISIC_0031460'),
    ('ISIC_0000232','ISIC_0033549'), ('ISIC_0000199','ISIC_0026207'), ('ISIC_0000261','ISIC_0000001'),
    ('ISIC_0000232','ISIC_0033921'), ('ISIC_0014836','ISIC_0031197'), ('ISIC_0014836','ISIC_0032864'),
    ('ISIC_0000001','ISIC_0032236'), ('ISIC_0000495','ISIC_0024355'), ('ISIC_0000501','ISIC_0000503'),
    ('ISIC_0000108','ISIC_0000260'), ('ISIC_0000260','ISIC_0000108'), ('ISIC_0000221','ISIC_0029608'),
    ('ISIC_0000470','ISIC_0029912'), ('ISIC_0014808','ISIC_0025424'),
}

def judge(others):
    "How many pairs of different ids show one photograph, and how many two lesions."
    different = sum((one,other) in DIFFERENT for one,other,_ in others)
    return dict(one_photograph=len(others)-different, two_lesions=different)

def changed(path):
    "Kind of change → the changed image."
    im = Image.fromarray(read_image(path))
    w,h = im.size
    compressed = io.BytesIO()
    im.save(compressed, 'JPEG', quality=30)
    x,y = round(.05*w), round(.05*h)
    return dict(resized=im.resize((w*2//5, h*2//5), Image.BICUBIC),
                recompressed=Image.open(compressed),
                flipped=im.transpose(Image.FLIP_LEFT_RIGHT), turned=im.transpose(Image.ROTATE_90),
                cropped_in_all=im.crop((x//2, y//2, w-x//2, h-y//2)),
                cropped_each_side=im.crop((x, y, w-x, h-y)), cropped_one_side=im.crop((x, 0, w, h)))

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
    pick = np.random.default_rng(0).choice(len(df), COPIES, replace=False)
    copies = [changed(df.image[i]) for i in pick]
    asked = {k:np.stack([signature(np.asarray(c[k].convert('RGB'))) for c in copies])
             for k in copies[0]}
    images = {}
    for name in ('Task1-2_Training','Task3_Training','Task1-2_Test','Task3_Test'):
        images |= files_by_id(folder2018/f'ISIC2018_{name}_Input')
    ids = list(images)
    pairs = leaks(known, signatures(images.values()), min(THRESHOLDS))
    same = df.image_id.to_numpy()[pairs.known]==np.array(ids)[pairs.asked]
    twin = {k:leaks(known, s, min(THRESHOLDS)) for k,s in asked.items()}
    out = {}
    for t in THRESHOLDS:
        found = {k:int(((p.correlation>=t) & (pick[p.asked]==p.known)).sum())
                 for k,p in twin.items()}
        above = pairs.correlation>=t
        out[str(t)] = dict(**found, same_id_found=int((above & same).sum()),
                           other_pairs=int((above & ~same).sum()),
                           images_of_other_pairs=int(pairs.asked[above & ~same].nunique()))
    others = pairs[~same & (pairs.correlation>=THRESHOLD)]
    rows = list(zip(others.known, others.asked, others.correlation))
    if len(sys.argv)>3:
        files = [((df.image_id[k], df.image[k]), (ids[a], images[ids[a]])) for k,a,_ in rows]
        write_pairs(Path(sys.argv[3]), files)
    shown = [[df.image_id[k], ids[a], round(float(c), 4)] for k,a,c in rows]
    write_json(Path('data/results/leaks.json'), dict(
        known=len(df), asked=len(ids), copies=COPIES, same_id=len(set(ids) & set(df.image_id)),
        thresholds=out,
        others=shown, **judge(shown)))
    print(out)
