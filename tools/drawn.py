"Record what the panels of nbs/paper/ show where the photographs are absent: the profile `demo` on drawn lesions, into data/results/synthetic/."
import tempfile
from ckdnet.cli import ckdnet_run
from ckdnet.data.synthetic import make_synthetic
from ckdnet.results import DRAWN
from ckdnet.train.grid import PANELS

with tempfile.TemporaryDirectory() as d: ckdnet_run(','.join(PANELS), folder=make_synthetic(f'{d}/drawn', **DRAWN), profile='demo', data='synthetic')
