"Write a Markdown file from a notebook: prose, shown code, and what it printed. `python tools/readme.py in.ipynb out.md`"
import re, sys
from pathlib import Path
import nbformat

def fence(text, lang=''): return f"```{lang}\n{text.rstrip()}\n```"

def output(o):
    "Markdown if an output has it, else its text"
    if o.output_type == 'stream': return fence(o.text) if o.name == 'stdout' else ''
    if o.output_type == 'error': return fence(f'{o.ename}: {o.evalue}')
    if 'text/markdown' in o.data: return o.data['text/markdown'].strip()
    return fence(o.data['text/plain']) if 'text/plain' in o.data else ''

def markdown(cell):
    "The parts of the README that one cell gives"
    if cell.cell_type == 'markdown': return [cell.source.strip()]
    if cell.cell_type != 'code' or re.search(r'^#\|\s*hide\b', cell.source, re.M): return []
    shown = not re.search(r'^#\|\s*echo:\s*false', cell.source, re.M)
    code = re.sub(r'^#\|.*\n?', '', cell.source, flags=re.M).strip()
    return [fence(code, 'python')]*bool(shown and code) + [output(o) for o in cell.outputs]

if __name__ == '__main__':
    nb, out = sys.argv[1:]
    parts = [p for c in nbformat.read(nb, as_version=4).cells for p in markdown(c) if p]
    first = f'<!-- Written by `make readme` from {nb}: edit that. -->'
    Path(out).write_text('\n\n'.join([first, *parts]) + '\n', encoding='utf-8')
