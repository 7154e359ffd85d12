"Install the lowest versions that settings.ini allows, in build/lowest, and run some notebooks, or those named."
import os, subprocess, sys
from pathlib import Path
from alone import run

HERE = Path('build/lowest')
LEFT_OUT = ('PYTHONPATH','VIRTUAL_ENV','CKDNET_RESULTS','CKDNET_DATA') # old IPython reads the packages of VIRTUAL_ENV
NOTEBOOKS = ('00_core 01_data.files 01_data.index 11_models.encoders 20_losses 21_metrics 22_stats 24_resultfile '
             '33_train.learners 37_train.grid 40_evaluate 42_plots 48_pretrained 50_predictor 52_score 54_export '
             '57_serve').split()

def install(folder):
    "The Python of an environment with this package, and of each of its requirements the lowest version."
    subprocess.run([sys.executable, '-m', 'venv', folder], check=True)
    python = folder/'bin'/'python'
    subprocess.run([python, '-m', 'pip', 'install', '--quiet', 'uv'], check=True)
    uv = [folder/'bin'/'uv', 'pip', 'install', '--python', python, '--resolution', 'lowest-direct']
    subprocess.run([*uv, '.[dev]'], check=True)
    subprocess.run([*uv, '--upgrade', '.[export,app]'], check=True) # what nbdev needs may be higher than what we say
    return python.absolute()

if __name__ == '__main__':
    files = [Path(f) for f in sys.argv[1:]] or [Path(f'nbs/{n}.ipynb') for n in NOTEBOOKS]
    env = {k:v for k,v in os.environ.items() if k not in LEFT_OUT}
    env |= {'OMP_NUM_THREADS': '1', 'CKDNET_PROFILE': 'smoke'}
    python = install(HERE)
    failed = [f for f in files if run(f, python, env) is None]
    print(f'{len(files)-len(failed)} passed, {len(failed)} failed', *failed)
    sys.exit(len(failed) > 0)
