"Fail if an import, or a prediction, loads what it has no use for; prints what each takes."
import os, subprocess, sys

TRAINING = ('fastai', 'ckdnet.train', 'ckdnet.data.loaders', 'openTSNE', 'seaborn')
SLOW = ('sklearn', 'scipy.stats', 'scipy.optimize', 'matplotlib') # for statistics and figures
TORCH = ('torch', 'torchvision', 'timm') # onnxruntime predicts without them
NEVER = { # module → what it must not load
    'ckdnet.words': ('torch', 'fastai', 'timm'),
    'ckdnet.panels': ('torch', 'fastai', 'timm'),
    'ckdnet.predictor': (*TRAINING, *SLOW, *TORCH),
    'ckdnet.pages': (*TRAINING, *SLOW, *TORCH),
    'ckdnet.evaluate': TRAINING,
    'ckdnet.submit': TRAINING,
    'ckdnet.score': TRAINING,
    'ckdnet.export': TRAINING,
}
PREDICT = 'import ckdnet; ckdnet.predict(ckdnet.sample(), engine="onnx")'
RUN = """import sys, time
start = time.perf_counter()
{line}
print(time.perf_counter()-start, *sorted(sys.modules))"""

def loaded(line):
    "Seconds of a line of Python in a new process, and the modules that it loads."
    env = os.environ | {'OMP_NUM_THREADS': '1'}
    run = subprocess.run([sys.executable, '-c', RUN.format(line=line)], env=env, text=True,
                         stdout=subprocess.PIPE, check=True)
    seconds, *modules = run.stdout.split()
    return float(seconds), modules

def describe(line, seconds, modules):
    own = sum(m.split('.')[0] == 'ckdnet' for m in modules)
    return f'{line}: {seconds:.1f} s, {len(modules)} modules, {own} of them ours'

def too_many(modules, never):
    return [n for n in never if any(f'{m}.'.startswith(f'{n}.') for m in modules)]

if __name__ == '__main__':
    failed = False
    lines = {f'import {module}':never for module,never in NEVER.items()}
    for line,never in (lines | {PREDICT: (*TRAINING, *SLOW, *TORCH, 'onnx')}).items():
        seconds, modules = loaded(line)
        print(describe(line, seconds, modules))
        for name in too_many(modules, never):
            failed = True
            print(f'{line} loads {name}')
    sys.exit(failed)
