"Record what the panels of nbs/paper/ show without photographs: profile `demo`, drawn lesions."
import tempfile
from ckdnet.cli import ckdnet_run
from ckdnet.data.synthetic import make_synthetic
from ckdnet.panels import DRAWN
from ckdnet.train.spec import PANELS

with tempfile.TemporaryDirectory() as d:
    lesions = make_synthetic(f'{d}/drawn', **DRAWN)
    ckdnet_run(','.join(PANELS), folder=lesions, profile='demo', data='synthetic')
