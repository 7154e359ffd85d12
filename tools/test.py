"Run `nbdev_test` on every notebook of the project in the current folder, and close with 'N passed, N failed'."
import os, subprocess, sys
from nbdev.doclinks import nbglob
from imports import PREDICT, describe, loaded

print(describe(PREDICT, *loaded(PREDICT)), flush=True)   # what a first prediction takes
total = len(nbglob())
# Two notebooks at a time with one thread each; two threads each would be slower on two cores. The demo trains briefly.
env = os.environ | {'OMP_NUM_THREADS': '1', 'PYTHONUNBUFFERED': '1', 'CKDNET_PROFILE': 'smoke'}
run = subprocess.Popen(['nbdev_test', '--n-workers', '2', '--timing'], env=env, text=True,
                       stderr=subprocess.PIPE)
failed, in_summary = 0, False
for line in run.stderr:   # the summary of failures: one notebook a line, indented by a tab
    sys.stderr.write(line)
    failed += in_summary and line.startswith('\t')
    in_summary |= line.startswith('nbdev Tests Failed')
if run.wait() and not failed: failed = total   # it broke off before it could say which
print(f'{total-failed} passed, {failed} failed', flush=True)
sys.exit(run.returncode or failed > 0 or total == 0)
