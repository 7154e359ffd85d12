"""Run every notebook, or those named, and print the lines and branches of `ckdnet/` that none of them has run.

A notebook defines what it exports, and does not import it. So its exported cells are compiled under the name and the
line numbers of the module that they are exported to."""
import multiprocessing, os, re, sys, tempfile
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
import coverage
from execnb.shell import CaptureShell
from nbdev.config import get_config
from nbdev.doclinks import nbglob
from nbdev.test import nb_test_cells

PACKAGE = Path('ckdnet').resolve()
WHAT = dict(branch=True, source=[str(PACKAGE)], omit=['*/_modidx.py'])

@cache
def places():
    "Id of an exported cell → its module and the line above it."
    found = {}
    for file in PACKAGE.rglob('*.py'):
        for n,line in enumerate(file.read_text(encoding='utf-8').splitlines(), 1):
            marker = re.fullmatch(r'# %% \S+\.ipynb #(\w+)', line)
            if marker: found[marker[1]] = file, n
    return found

def source(cell):
    "The source of a cell; that of an exported one is run as lines of its module."
    if cell.id not in places(): return cell.source
    file,above = places()[cell.id]
    code = '\n'*above + re.sub(r'^#\|.*\n', '', cell.source, flags=re.M)
    return f"exec(compile({code!r}, {str(file)!r}, 'exec'), globals())"

def run_notebook(path, data):
    "Run a notebook in a process of its own, and write the lines and branches that it took; its error, or None."
    measured = coverage.Coverage(data_file=data, data_suffix=True, **WHAT)
    os.chdir(path.parent)
    measured.start()
    shell = CaptureShell(path)
    for cell in nb_test_cells(path, get_config().tst_flags.split()):
        shell.run(source(cell))
        if shell.exc: break
    measured.stop()
    measured.save()
    return shell.exc and f'{path}: {shell.exc!r}'

if __name__ == '__main__':
    os.environ |= {'OMP_NUM_THREADS': '1', 'CKDNET_PROFILE': 'smoke', 'IN_TEST': '1'}
    notebooks = [Path(p).resolve() for p in sys.argv[1:] or nbglob()]
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(['fastai.vision.all', 'timm'])
    with tempfile.TemporaryDirectory() as d:
        data = f'{d}/coverage'
        with ProcessPoolExecutor(2, context, max_tasks_per_child=1) as pool:
            errors = [e for e in pool.map(run_notebook, notebooks, [data]*len(notebooks)) if e]
        total = coverage.Coverage(data_file=data, **WHAT)
        total.combine()
        total.report(show_missing=True)
    for e in errors: print(e)
    sys.exit(len(errors) > 0)
