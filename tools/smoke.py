"Train what nbs/paper/ reads, in the smoke profile on drawn lesions, into a folder: `CKDNET_RESULTS=<folder>/results` shows it to the notebooks."
import sys
from pathlib import Path
from ckdnet.cli import ckdnet_run
from ckdnet.data.synthetic import make_synthetic
from ckdnet.results import DRAWN
from ckdnet.train.grid import FIG11A, FIG11B, PANELS, TABLE6, TABLE7

here = Path(sys.argv[1])
def names(specs): return ','.join(dict.fromkeys(s.name for s in specs))
common = dict(folder=make_synthetic(here/'lesions', **DRAWN), profile='smoke', results=here/'results', work=here/'work')
ckdnet_run(names((*TABLE6, *TABLE7)), seeds='0,1', data='isic2017_256', **common)
ckdnet_run(names((*FIG11A[::4], *FIG11B[::2])), data='isic2017_256', **common)
ckdnet_run(','.join(PANELS), data='synthetic', **common)
