"Train what nbs/paper/ reads, in the smoke profile on drawn lesions, into a folder: `CKDNET_RESULTS=<folder>/results` shows it to the notebooks."
import shutil, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
import numpy as np, pandas as pd
from ckdnet.cli import ckdnet_run
from ckdnet.data.isic import ISIC2018_CLASSES, isic2017
from ckdnet.data.synthetic import make_synthetic
from ckdnet.results import DRAWN
from ckdnet.train.grid import FIG11A, FIG11B, PANELS, TABLE3, TABLE5, TABLE6, TABLE7

def as_isic2018(sample, folder):
    "Lay drawn lesions out as ISIC2018 has its two tasks. The seven diagnoses are dealt out and mean nothing."
    df = isic2017(sample)
    df = df[df.split!='test']
    masks,task3 = folder/'ISIC2018_Task1_Training_GroundTruth',folder/'ISIC2018_Task3_Training_GroundTruth'
    inputs = [folder/f'ISIC2018_Task{t}_Training_Input' for t in ('1-2','3')]
    for f in (masks, task3, *inputs): f.mkdir(parents=True)
    for r in df.itertuples():
        for f in inputs: shutil.copy(r.image, f)
        shutil.copy(r.mask, masks)
    dealt = pd.DataFrame(np.eye(7, dtype=int)[np.arange(len(df))%7], columns=ISIC2018_CLASSES)
    dealt.insert(0, 'image', df.image_id.to_numpy())
    dealt.to_csv(task3/'ISIC2018_Task3_Training_GroundTruth.csv', index=False)
    pd.DataFrame(dict(image=df.image_id, lesion_id=df.image_id)).to_csv(folder/'ISIC2018_Task3_Training_LesionGroupings.csv', index=False)
    return folder

def names(*specs): return ','.join(dict.fromkeys(s.name for s in specs))

if __name__=='__main__':
    here = Path(sys.argv[1])
    lesions,few = make_synthetic(here/'drawn', **DRAWN),make_synthetic(here/'few', n_train=90, n_valid=18, n_test=6, size=72)
    common = dict(profile='smoke', results=here/'results', work=here/'work')
    with ProcessPoolExecutor(2, get_context('spawn')) as pool:
        runs = [pool.submit(ckdnet_run, names(*TABLE3[::4], *TABLE5[1::4])+',encoder,unet,ckdnet', folder=as_isic2018(few, here/'isic2018'), dataset='isic2018', data='isic2018_256', **common),
                pool.submit(ckdnet_run, names(*TABLE6, *TABLE7), seeds='0,1', folder=few, data='isic2017_256', **common),
                pool.submit(ckdnet_run, names(*FIG11A[::4], *FIG11B[::2]), folder=few, data='isic2017_256', **common),
                pool.submit(ckdnet_run, ','.join(PANELS), folder=lesions, data='synthetic', **common)]
        for r in runs: r.result()
