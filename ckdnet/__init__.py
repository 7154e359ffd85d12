"Cascade knowledge diffusion network for skin lesion diagnosis and segmentation."
from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ['CKDClsNet', 'CKDNet', 'CKDSegNet', 'ChannelAtten', 'EntangleCls', 'EntangleSeg',
           'Predictor', 'RootSegNet', 'SCSE', 'SegLoss', 'Spec', 'WeightedCrossEntropy',
           'create_ckdnet', 'load_cascade', 'predict', 'sample', '__version__']

# The same names twice: for editors and type checkers, and for `__getattr__`, which loads one when it is used.
# So `import ckdnet` itself loads nothing heavy.
if TYPE_CHECKING:
    from .losses import SegLoss, WeightedCrossEntropy
    from .models.cascade import CKDNet, create_ckdnet
    from .models.ckd_cls import CKDClsNet
    from .models.ckd_seg import CKDSegNet
    from .models.layers import SCSE, ChannelAtten, EntangleCls, EntangleSeg
    from .models.root_seg import RootSegNet
    from .predictor import Predictor, predict, sample
    from .pretrained import load_cascade
    from .spec import Spec
else:
    _MODULES = {
        'losses': ('SegLoss', 'WeightedCrossEntropy'),
        'models.cascade': ('CKDNet', 'create_ckdnet'),
        'models.ckd_cls': ('CKDClsNet',),
        'models.ckd_seg': ('CKDSegNet',),
        'models.layers': ('SCSE', 'ChannelAtten', 'EntangleCls', 'EntangleSeg'),
        'models.root_seg': ('RootSegNet',),
        'predictor': ('Predictor', 'predict', 'sample'),
        'pretrained': ('load_cascade',),
        'spec': ('Spec',),
    }
    _MODULE_OF = {name: f'{__name__}.{module}'
                  for module,names in _MODULES.items() for name in names}

    def __getattr__(name):
        "A name of `__all__`."
        if name not in _MODULE_OF:
            raise AttributeError(f"module 'ckdnet' has no attribute '{name}'")
        return getattr(import_module(_MODULE_OF[name]), name)

    def __dir__(): return sorted({*globals(), *__all__})
