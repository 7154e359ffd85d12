"""Write Markdown from a notebook: prose, code, outputs, figures as files. `python tools/readme.py in.ipynb out.md`

What follows a cell of Markdown that begins with `REST` is for the notebook only."""
import base64, re, sys
from itertools import takewhile
from pathlib import Path
import nbformat

REST = '<!-- Not in the README from here on. -->'

def fence(text, lang=''): return f"```{lang}\n{text.rstrip()}\n```"

def figure(jpeg, nb, out):
    "Markdown for a figure, whose file is written beside the notebook in `images/`."
    file = Path(nb).parent/'images'/f'{Path(nb).stem}.jpg'
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(base64.b64decode(jpeg))
    return f'![figure]({file.relative_to(Path(out).parent)})'

def output(o, nb, out):
    "Markdown if an output has it, else its figure, else its text."
    if o.output_type == 'stream': return fence(o.text) if o.name == 'stdout' else ''
    if o.output_type == 'error': return fence(f'{o.ename}: {o.evalue}')
    if 'text/markdown' in o.data: return o.data['text/markdown'].strip()
    if 'image/jpeg' in o.data: return figure(o.data['image/jpeg'], nb, out)
    return fence(o.data['text/plain']) if 'text/plain' in o.data else ''

def markdown(cell, nb, out):
    "The parts of the Markdown file that one cell gives."
    if cell.cell_type == 'markdown': return [cell.source.strip()]
    if cell.cell_type != 'code' or re.search(r'^#\|\s*hide\b', cell.source, re.M): return []
    shown = not re.search(r'^#\|\s*echo:\s*false', cell.source, re.M)
    code = re.sub(r'^#\|.*\n?', '', cell.source, flags=re.M).strip()
    outputs = [output(o, nb, out) for o in cell.outputs]
    return [fence(code, 'python'), *outputs] if shown and code else outputs

if __name__ == '__main__':
    nb, out = sys.argv[1:]
    cells = takewhile(lambda c: not c.source.startswith(REST),
                      nbformat.read(nb, as_version=4).cells)
    parts = [p for c in cells for p in markdown(c, nb, out) if p]
    first = f'<!-- Written by `make readme` from {nb}: edit that. -->'
    Path(out).write_text('\n\n'.join([first, *parts]) + '\n', encoding='utf-8')
