import warnings

__version__ = "0.0.1"

# fastai calls it when it is imported; that it is deprecated concerns no user of this package.
warnings.filterwarnings('ignore', '`torch.jit.script` is deprecated', FutureWarning)

_LAZY = dict.fromkeys(('predict','Predictor','sample'), 'ckdnet.predictor') # name -> module that is loaded when it is used

def __getattr__(name):
    "A name of `_LAZY`. So `import ckdnet` itself loads nothing heavy."
    if name not in _LAZY: raise AttributeError(f"module 'ckdnet' has no attribute '{name}'")
    from importlib import import_module
    return getattr(import_module(_LAZY[name]), name)

def __dir__(): return sorted([*globals(), *_LAZY])
