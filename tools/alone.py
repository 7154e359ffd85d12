"Run each notebook, or those named, alone in an empty folder, with the package installed and not the repository."
import json, os, re, shutil, subprocess, sys, tempfile
from pathlib import Path
from sysconfig import get_path
import nbformat
from nbdev.config import get_config
from nbdev.doclinks import nbglob

TIMES = Path('data/results/notebooks.json') # notebook → its title and its seconds on one core; the index shows them
RUN = ("import sys; from nbdev.test import test_nb; "
       f"sys.exit(not test_nb(sys.argv[1], skip_flags={get_config().tst_flags.split()})[0])")

def install(folder):
    "The Python of a new environment that has this package, and the others of the present environment."
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', folder], check=True)
    python = folder/'bin'/'python'
    site = next((folder/'lib').glob('python*'))/'site-packages'
    (site/'others.pth').write_text(get_path('purelib'))
    shutil.rmtree('build/lib', ignore_errors=True) # pip would install what it has of removed modules
    subprocess.run([python, '-m', 'pip', 'install', '--quiet', '--no-deps', '--no-build-isolation',
                    '.'], check=True)
    return python

def cpu_seconds(): return sum(os.times()[2:4]) # of the processes that have ended

def about(file):
    "The two lines that a notebook begins with."
    text = nbformat.read(file, as_version=4).cells[0].source
    return dict(zip(('title', 'about'), re.search(r'^# (.+)\s+> (.+)', text).groups()))

def run(file, python, env):
    "The CPU seconds of a notebook; None if it fails."
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(file, folder)
        start = cpu_seconds()
        done = subprocess.run([python, '-c', RUN, file.name], cwd=folder, env=env).returncode == 0
        return cpu_seconds()-start if done else None

if __name__ == '__main__':
    files = [Path(os.path.relpath(f)) for f in nbglob()]
    env = {k:v
           for k,v in os.environ.items() if k not in ('PYTHONPATH','CKDNET_RESULTS','CKDNET_DATA')}
    env |= {'OMP_NUM_THREADS': '1', 'CKDNET_PROFILE': 'smoke'}
    times = json.loads(TIMES.read_text()) if TIMES.exists() else {}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        python = install(Path(folder))
        for file in map(Path, sys.argv[1:] or files):
            seconds = run(file, python, env)
            failed += seconds is None
            print('FAILED' if seconds is None else f'{seconds:4.0f} s', file, flush=True)
            if seconds: times[str(file)] = about(file) | dict(seconds=round(seconds))
            TIMES.write_text(json.dumps(
                {f: times[f] for f in map(str, sorted(files)) if f in times}, indent=1) + '\n')
    sys.exit(failed > 0)
