"Fail if importing a module loads what it has no use for; prints what each import takes."
import os, subprocess, sys

TRAINING = ('fastai', 'ckdnet.train', 'ckdnet.data.loaders', 'openTSNE', 'seaborn')
SLOW = ('sklearn', 'scipy.stats', 'scipy.optimize', 'matplotlib') # for statistics and figures
NEVER = { # module → what it must not load
    'ckdnet.words': ('torch', 'fastai', 'timm'),
    'ckdnet.panels': ('torch', 'fastai', 'timm'),
    'ckdnet.predictor': (*TRAINING, *SLOW),
    'ckdnet.evaluate': TRAINING,
    'ckdnet.submit': TRAINING,
    'ckdnet.score': TRAINING,
    'ckdnet.export': TRAINING,
}
IMPORT = """import sys, time
start = time.perf_counter()
import {module}
print(time.perf_counter()-start, *sorted(sys.modules))"""

def loaded(module):
    "Seconds of an import in a new process, and the modules that it loads."
    env = os.environ | {'OMP_NUM_THREADS': '1'}
    run = subprocess.run([sys.executable, '-c', IMPORT.format(module=module)], env=env, text=True,
                         stdout=subprocess.PIPE, check=True)
    seconds, *modules = run.stdout.split()
    return float(seconds), modules

def describe(module, seconds, modules):
    own = sum(m.split('.')[0] == 'ckdnet' for m in modules)
    return f'import {module}: {seconds:.1f} s, {len(modules)} modules, {own} of them ours'

def too_many(modules, never):
    return [n for n in never if any(f'{m}.'.startswith(f'{n}.') for m in modules)]

if __name__ == '__main__':
    failed = False
    for module,never in NEVER.items():
        seconds, modules = loaded(module)
        print(describe(module, seconds, modules))
        for name in too_many(modules, never):
            failed = True
            print(f'import {module} loads {name}')
    sys.exit(failed)
