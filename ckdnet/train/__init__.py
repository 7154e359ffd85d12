"Training, by fastai."
import warnings

# fastai calls `torch.jit.script` when it is imported. That PyTorch deprecates it concerns no user of this package.
with warnings.catch_warnings():
    warnings.filterwarnings('ignore', '`torch.jit.script` is deprecated', FutureWarning)
    import fastai.layers # noqa: F401
