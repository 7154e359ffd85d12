"Train what nbs/paper/ reads, in the smoke profile on drawn lesions, into a folder: `CKDNET_RESULTS=<folder>/results` shows it to the notebooks."
import sys
from pathlib import Path
from ckdnet.cli import ckdnet_run
from ckdnet.data.synthetic import make_synthetic
from ckdnet.train.grid import TABLE6, TABLE7

here = Path(sys.argv[1])
lesions = make_synthetic(here/'lesions', n_train=60, n_valid=30, n_test=9, size=72)
names = dict.fromkeys(s.name for s in (*TABLE6, *TABLE7))
ckdnet_run(','.join(names), seeds='0,1', folder=lesions, profile='smoke', data='isic2017_256', results=here/'results', work=here/'work')
