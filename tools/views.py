"""What several views and another threshold are worth: `python tools/views.py FOLDER`, the images of ISIC2017.

Of the released cascade, on Validation: the JA of its mask, and how steady its diagnosis is. The threshold of the mask
is chosen on the selection images. Writes data/results/isic2017_256/views.json."""
import sys
from pathlib import Path
import numpy as np
from ckdnet.core import file_hash, write_json
from ckdnet.data.files import read_mask
from ckdnet.data.index import fingerprint, get_dataset, rows
from ckdnet.evaluate import at_size, predict, predict_tta, sensitivity
from ckdnet.metrics import seg_metrics
from ckdnet.pretrained import load_cascade, weights_file
from ckdnet.resolve import Job
from ckdnet.spec import spec_from_dict
from ckdnet.stats import bootstrap_difference
from ckdnet.train.runs import environment

OUT = Path('data/results/isic2017_256/views.json')
THRESHOLDS = np.arange(30, 71, 5)/100

def mean(truth, values): return values.mean()

def ja_at(probs, truth):
    "Threshold → JA of each image."
    def of(t):
        masks = [at_size(p, m.shape, threshold=t) for p,m in zip(probs, truth)]
        return seg_metrics(masks, truth).JA.to_numpy()
    return {float(t):of(t) for t in THRESHOLDS}

def predicted(net, job, split):
    "JA of each image at each threshold, from one view and from several."
    which = rows(job.df, split)
    truth = [read_mask(m) for m in job.df['mask'].iloc[which]]
    how = job.spec.prediction
    one = predict(net, job.store, which, **how)['fine']
    several = predict_tta(net, job.store, which, diagnosis=False, **how)['fine']
    return dict(one=ja_at(one, truth), several=ja_at(several, truth))

def compared(select, valid, plain):
    "The threshold with the highest JA on the selection images, and what it gives on Validation beside one half."
    chosen = max(select, key=lambda t: select[t].mean())
    rows = []
    for t in dict.fromkeys((.5, chosen)):
        gain,low,high = bootstrap_difference(mean, plain, valid[t], plain)
        values = dict(JA=valid[t].mean(), gain=gain, low=low, high=high)
        rows.append(dict(threshold=t) | {k:float(v) for k,v in values.items()})
    on_selection = {str(t):float(v.mean()) for t,v in select.items()}
    return dict(selection=on_selection, chosen=chosen, validation=rows)

if __name__=='__main__':
    net,metadata = load_cascade()
    spec = spec_from_dict(metadata['spec'])
    if spec.all_images: sys.exit('No images were left out of the training of these weights.')
    df = get_dataset(spec.dataset).index(sys.argv[1])
    found = fingerprint(df, ('valid',))['sha256']
    if found!=metadata['data']['valid_sha256']:
        sys.exit(f'{sys.argv[1]} has other Validation images than the weights.')
    job = Job(spec, df, Path('runs'), 'views')
    select,valid = (predicted(net, job, split) for split in ('select','valid'))
    plain = valid['one'][.5]
    masks = {view:compared(select[view], valid[view], plain) for view in select}
    which = rows(df, 'valid')
    steady = {name:sensitivity(net, job.store, which, dihedral=eight, **spec.prediction)
              for name,eight in dict(one=False, eight=True).items()}
    counts = {split:len(rows(df, split)) for split in ('select','valid')}
    weights = file_hash(weights_file())
    write_json(OUT, dict(images=counts, valid_sha256=found, weights_sha256=weights, masks=masks,
                         sensitivity=steady, **environment()))
    print(masks, steady)
