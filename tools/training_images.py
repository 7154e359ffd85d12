"""List the images of the released weights: `python tools/training_images.py FOLDER`, the images they were trained on.

Writes ckdnet/weights/training_images.csv, every image of Training and what it was used for, and
ckdnet/weights/training_signatures.npz, by which copies of them are known. Refuses other images."""
import sys
from pathlib import Path
import numpy as np, pandas as pd
from ckdnet.core import atomic_path
from ckdnet.data.index import HELD_OUT, fingerprint, get_dataset, twins
from ckdnet.data import isic # noqa: F401, registers its data sets
from ckdnet.data.leaks import SIGNATURES, training_signatures
from ckdnet.pretrained import load_cascade

OUT = Path('ckdnet/weights/training_images.csv')
USE = dict(train='trained', select='temperature and thresholds', twin='left out')
LARGEST = 200_000 # bytes of the signatures

def look_alikes(df):
    "Position of an image of Training → id and split of the held-out image that looks like it."
    pairs, held_out = twins(df), df.split.isin(HELD_OUT).to_numpy()
    both = [*zip(pairs.a, pairs.b), *zip(pairs.b, pairs.a)]
    return {one:f'looks like {df.image_id[other]} of {df.split[other]}'
            for one,other in both if held_out[other]}

if __name__ == '__main__':
    metadata = load_cascade()[1]
    recorded = metadata['data']
    use = USE | dict(select='trained') if metadata['spec'].get('all_images') else USE
    df = get_dataset(recorded['dataset']).index(sys.argv[1])
    found = fingerprint(df, ('train','select'))['sha256']
    if found != recorded['train_sha256']:
        sys.exit(f'{sys.argv[1]} has other images, or another split: '
                 f"{found}, not {recorded['train_sha256']}.")
    reason = look_alikes(df)
    table = pd.DataFrame(dict(image_id=df.image_id, diagnosis=df.diagnosis, use=df.split.map(use)))
    why = [reason.get(i, 'a lesion of a held-out image') for i in range(len(df))]
    table['reason'] = np.where(df.split == 'twin', why, '')
    table = table[table.use.notna()].sort_values('image_id')
    with atomic_path(OUT) as part: table.to_csv(part, index=False, lineterminator='\n')
    used = ', '.join(f'{n} {use}' for use,n in table.use.value_counts().items())
    print(f'{OUT}: {len(table)} images, {used}; with the hash {found} of the weights')
    file = OUT.with_name(SIGNATURES)
    training_signatures(df, file)
    size = file.stat().st_size
    print(f'{file}: {size:,} bytes')
    if size > LARGEST: sys.exit(f'{file} is larger than {LARGEST:,} bytes.')
