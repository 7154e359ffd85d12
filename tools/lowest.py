"""Install the lowest versions that settings.ini allows, in build/lowest, and run some notebooks, or those named.

Those whose install cell names [dev] get the lowest versions of the development set-up, the others those of a user."""
import os, subprocess, sys
from pathlib import Path
from alone import run

HERE = Path('build/lowest')
LEFT_OUT = ('PYTHONPATH','VIRTUAL_ENV','CKDNET_RESULTS','CKDNET_DATA') # old IPython reads the packages of VIRTUAL_ENV
NOTEBOOKS = ('00_core 01_data.files 01_data.index 08_suite 11_models.encoders 20_losses 21_metrics 22_stats '
             '24_resultfile 33_train.learners 37_train.grid 40_evaluate 42_plots 48_pretrained 48_publish 50_engine '
             '50_predictor 52_score 54_export 57_serve').split()

def install(folder, *packages):
    "Install packages, and of each requirement the lowest version; what nbdev needs may be higher than what we say."
    uv = [folder/'bin'/'uv', 'pip', 'install', '--python', folder/'bin'/'python',
          '--resolution', 'lowest-direct', '--upgrade']
    for p in packages: subprocess.run([*uv, p], check=True)

def is_dev(file):
    "Does the notebook's install cell name the development set-up?"
    return 'dev]' in file.read_text(encoding='utf-8').split('%pip install', 1)[-1].splitlines()[0]

if __name__ == '__main__':
    files = [Path(f) for f in sys.argv[1:]] or [Path(f'nbs/{n}.ipynb') for n in NOTEBOOKS]
    env = {k:v for k,v in os.environ.items() if k not in LEFT_OUT}
    env |= {'OMP_NUM_THREADS': '1', 'CKDNET_PROFILE': 'smoke'}
    subprocess.run([sys.executable, '-m', 'venv', HERE], check=True)
    python = (HERE/'bin'/'python').absolute()
    subprocess.run([python, '-m', 'pip', 'install', '--quiet', 'uv'], check=True)
    failed = []
    for dev,packages in ((False, ('.[dev]','.[export,app]')), (True, ('.[dev]',))):
        mine = [f for f in files if is_dev(f)==dev]
        if mine: install(HERE, *packages)
        failed += [f for f in mine if run(f, python, env) is None]
    print(f'{len(files)-len(failed)} passed, {len(failed)} failed', *failed)
    sys.exit(len(failed) > 0)
