#!/bin/bash
# distributed 2026.8.0: what LocalCluster(n_workers=1, processes=False, dashboard_address=None) opens to the network.
#
# Guess: nothing. The workers are threads of this process, and the dashboard, which is a web server, is switched off.
# Found: two web servers that listen on all addresses of the machine, that of the scheduler (at port 8787 if it is
# free) and that of the worker. Any machine of the network reads there, without a password, which workers there are and
# what they do (/info/main/workers.html). With protocol='tcp://' and host='127.0.0.1' all is on 127.0.0.1.
#
# Exit status 0: as found. 1: the behaviour has changed. Needs Python 3.11 or later, a package index, 100 MB of disk.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check distributed==2026.8.0 psutil==7.2.2
cat >"$folder/addresses.py" <<'PYTHON'
import sys
from urllib.request import urlopen
import distributed, psutil
from distributed import LocalCluster

def opened(**kwargs):
    "The addresses at which a cluster of one thread listens, and the length of the page of its workers."
    local = LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, **kwargs)
    with local as cluster:
        listens = [c.laddr for c in psutil.Process().net_connections('tcp') if c.status=='LISTEN']
        port = cluster.scheduler.http_server.port
        page = urlopen(f'http://127.0.0.1:{port}/info/main/workers.html', timeout=30).read()
        return sorted({a.ip for a in listens}), len({a.port for a in listens}), len(page)

print(f'Python {sys.version.split()[0]}, distributed {distributed.__version__}')
everywhere, here = opened(), opened(protocol='tcp://', host='127.0.0.1')
print('processes=False, dashboard_address=None:      listens on {0}, {1} ports; page of {2} bytes'.format(*everywhere))
print("… with protocol='tcp://', host='127.0.0.1':   listens on {0}, {1} ports; page of {2} bytes".format(*here))
found = '0.0.0.0' in everywhere[0] and everywhere[2]>0 and here[0]==['127.0.0.1']
print('As found.' if found else 'The behaviour has changed.')
sys.exit(not found)
PYTHON
"$folder/venv/bin/python" -W ignore "$folder/addresses.py"
