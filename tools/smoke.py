"Train what nbs/paper/ reads: profile `smoke`, drawn lesions. `python tools/smoke.py <folder>` writes <folder>/results."
import shutil, sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
import numpy as np, pandas as pd
from ckdnet.cli import ckdnet_run
from ckdnet.data.isic import ISIC2018_CLASSES, isic2017
from ckdnet.data.synthetic import make_synthetic
from ckdnet.panels import DRAWN
from ckdnet.train.spec import (CEILING, FIG11A, FIG11B, PANELS, SEARCH, STACKING, TABLE3, TABLE5,
                               TABLE6, TABLE7)

def both_tasks(sample, folder):
    "Drawn lesions in the layout of both tasks of ISIC2018. The seven diagnoses are assigned in turn and mean nothing."
    df = isic2017(sample)
    df = df[df.split!='test']
    masks = folder/'ISIC2018_Task1_Training_GroundTruth'
    truth = folder/'ISIC2018_Task3_Training_GroundTruth'
    inputs = [folder/f'ISIC2018_Task{t}_Training_Input' for t in ('1-2','3')]
    for f in (masks, truth, *inputs): f.mkdir(parents=True)
    shutil.copy(sample/'synthetic.json', folder) # by which they are known to be drawn
    for r in df.itertuples():
        for f in inputs: shutil.copy(r.image, f)
        shutil.copy(r.mask, masks)
    labels = np.eye(7, dtype=int)[np.arange(len(df))%7]
    table = pd.DataFrame(labels, columns=ISIC2018_CLASSES)
    table.insert(0, 'image', df.image_id.to_numpy())
    table.to_csv(truth/f'{truth.name}.csv', index=False)
    groups = pd.DataFrame(dict(image=df.image_id, lesion_id=df.image_id))
    groups.to_csv(folder/'ISIC2018_Task3_Training_LesionGroupings.csv', index=False)
    return folder

def names(*specs): return ','.join(dict.fromkeys(s.name for s in specs))

if __name__=='__main__':
    here = Path(sys.argv[1])
    lesions = make_synthetic(here/'drawn', **DRAWN)
    few = make_synthetic(here/'few', n_train=90, n_valid=18, n_test=6, size=72)
    two_tasks = both_tasks(few, here/'isic2018')
    common = dict(profile='smoke', results=here/'results', work=here/'work')
    on_2017 = dict(folder=few, data='isic2017_256', **common)
    with ProcessPoolExecutor(2, get_context('spawn')) as pool:
        runs = [
            pool.submit(ckdnet_run, names(*TABLE3[::4], *TABLE5[1::4])+',encoder,unet,ckdnet',
                        folder=two_tasks,
                        dataset='isic2018', data='isic2018_256', **common),
            pool.submit(ckdnet_run, names(*TABLE6, *TABLE7), seeds='0,1', **on_2017),
            pool.submit(ckdnet_run, names(*FIG11A[::4], *FIG11B[::2]), **on_2017),
            pool.submit(ckdnet_run, names(*SEARCH[::3]), folds='0', **on_2017),
            pool.submit(ckdnet_run, f'encoder,ckdnet,seg_dice_focal,{names(*CEILING[:3])}',
                        folds='0,1', **on_2017),
            pool.submit(ckdnet_run, names(*CEILING[2:]), folds='0,1',
                        **on_2017 | dict(data='isic2017_256_160px')),
            pool.submit(ckdnet_run, names(*STACKING)+',encoder,encoder_balanced,encoder_steady',
                        folds='0,1', **on_2017 | dict(data='isic2017_256_96px')),
            pool.submit(ckdnet_run, ','.join(PANELS), folder=lesions, data='synthetic', **common),
        ]
        for r in runs: r.result()
