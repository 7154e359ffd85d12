import warnings

__version__ = "0.0.1"

# fastai calls it when it is imported; that it is deprecated concerns no user of this package.
warnings.filterwarnings('ignore', '`torch.jit.script` is deprecated', FutureWarning)
