#!/usr/bin/env bash
# distributed 2026.8.0: a LocalCluster sets OMP_NUM_THREADS, MKL_NUM_THREADS, OPENBLAS_NUM_THREADS to 1 and a PYTHONHASHSEED,
# not only for its workers but in the process that starts it, and they stay there after it was closed. A library that
# counts its threads when it is first imported, as PyTorch and numpy's BLAS do, has one thread from then on; and the
# number of threads changes the last digits of a network. `threads_per_worker` does not change these variables.
# Seen: 'before: none', and of a worker as after close OMP_NUM_THREADS '1'. Fails if that changes.
set -euo pipefail
here=$(mktemp -d) && trap 'rm -rf "$here"' EXIT && cd "$here"
python3 -m venv venv && venv/bin/pip -q install distributed==2026.8.0
cat > cluster.py <<'PY'
import os
import distributed
from distributed import Client, LocalCluster
NAMES = ('OMP_NUM_THREADS','MKL_NUM_THREADS','OPENBLAS_NUM_THREADS','PYTHONHASHSEED')
def variables(): return {k:os.environ[k] for k in NAMES if k in os.environ}
if __name__=='__main__':
    before = variables()
    with (LocalCluster(n_workers=1, threads_per_worker=2, host='127.0.0.1', dashboard_address=None) as cluster,
          Client(cluster) as client):
        of_worker = client.submit(variables).result()
    after = variables()
    print('distributed', distributed.__version__)
    print(f"before: {before or 'none'}; a worker: {of_worker}; after close: {after}")
    assert not before and of_worker['OMP_NUM_THREADS']=='1' and set(after)==set(NAMES), 'changed'
PY
env -u OMP_NUM_THREADS -u MKL_NUM_THREADS -u OPENBLAS_NUM_THREADS -u PYTHONHASHSEED venv/bin/python cluster.py
