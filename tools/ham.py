"""The encoder of the experiments `…_ham`: `python tools/ham.py <ISIC2017> <ISIC2018> [profile]`.

The plain encoder is trained on the diagnoses of ISIC2018, without the images that show a photograph of ISIC2017,
whatever its split. The last line says how `ckdnet run` takes its weights. The images are CC BY-NC 4.0."""
import sys
from dataclasses import replace
from ckdnet.core import results_dir
from ckdnet.data.index import mark_twins, register_dataset, split_select
from ckdnet.data.isic import ISIC2018, isic2017, isic2018
from ckdnet.data.leaks import greys, leaks, signatures
from ckdnet.resolve import resolve
from ckdnet.train.runs import run_jobs
from ckdnet.train.spec import experiment

def without_copies(folder2018, folder2017):
    "The index of Task 3 without the images of ISIC2017."
    df = isic2018(folder2018, 3)
    known = signatures(greys(isic2017(folder2017).image))
    copies = leaks(known, greys(df.image)).asked.unique()
    print(f'{len(copies)} of {len(df)} images show a photograph of ISIC2017.', flush=True)
    return split_select(mark_twins(df.drop(index=copies).reset_index(drop=True)))

if __name__=='__main__':
    folder2017,folder2018,*profile = sys.argv[1:]
    def index(folder): return without_copies(folder, folder2017)
    register_dataset(replace(ISIC2018, name='ham', index=index))
    job = resolve(experiment('encoder', *profile, dataset='ham'), folder2018, 'runs')
    run_jobs([job], results_dir() or 'data/results')
    print(f'--encoder ham={job.folder(job.plans[0])/"last.safetensors"}')
