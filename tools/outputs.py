"Run the notebooks, or those of the places named; keep text and small figures, no warnings, no progress bars."
import subprocess, sys
import nbformat
from nbdev.doclinks import nbglob

LARGEST_FIGURE = 250_000 # base64 characters

def is_noise(output):
    "Is this output a warning, a progress bar, a widget (which is empty without a kernel) or too large a figure?"
    if output.output_type == 'stream': return output.name == 'stderr' or '█' in output.text
    data = output.get('data', {})
    figure = max(len(data.get(f'image/{kind}', '')) for kind in ('png','jpeg'))
    widget = 'application/vnd.jupyter.widget-view+json' in data
    progress = '<progress' in data.get('text/html', '') or '█' in data.get('text/plain', '')
    return figure > LARGEST_FIGURE or widget or progress

places = sys.argv[1:] or ['nbs']
for place in places: subprocess.run(['nbdev_test', place, '--n-workers', '2', '--save'], check=True)
for path in (path for place in places for path in nbglob(place)):
    nb = nbformat.read(path, as_version=4)
    for c in nb.cells:
        if c.cell_type == 'code': c.outputs = [o for o in c.outputs if not is_noise(o)]
    nbformat.write(nb, path)
subprocess.run(['nbdev-clean'], check=True)
