"Run every notebook, or those named, and keep what they show: text and small figures, without warnings and progress bars."
import subprocess, sys
from pathlib import Path
import nbformat
from nbdev.doclinks import nbglob

def noise(o):
    "Is this output a warning, a progress bar, or a figure too large to keep?"
    if o.output_type == 'stream': return o.name == 'stderr' or '█' in o.text
    data = o.get('data', {})
    return max(len(data.get(f'image/{kind}', '')) for kind in ('png','jpeg')) > 250_000 or '<progress' in data.get('text/html', '') or '█' in data.get('text/plain', '')

for path in sys.argv[1:] or ['nbs']: subprocess.run(['nbdev_test', path, '--n-workers', '2', '--save'], check=True)
for path in map(Path, sys.argv[1:] or nbglob()):
    nb = nbformat.read(path, as_version=4)
    for c in nb.cells:
        if c.cell_type == 'code': c.outputs = [o for o in c.outputs if not noise(o)]
    nbformat.write(nb, path)
subprocess.run(['nbdev-clean'], check=True)
