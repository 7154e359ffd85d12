"Fail if a code cell of the notebooks has a line of more than 120 characters, or a Python file of tools/."
import sys
from pathlib import Path
import nbformat
from nbdev.doclinks import nbglob

WIDEST = 120

def code_lines():
    "Where a line of code is, and the line."
    for path in nbglob():
        for i,cell in enumerate(nbformat.read(path, as_version=4).cells):
            if cell.cell_type != 'code': continue
            for line in cell.source.splitlines(): yield f'{path}, cell {i}', line
    for path in Path('tools').glob('*.py'):
        for line in path.read_text(encoding='utf-8').splitlines(): yield str(path), line

too_wide = [(where, line) for where,line in code_lines() if len(line) > WIDEST]
for where,line in too_wide: print(f'{where}: {len(line)} characters: {line.strip()[:60]}…')
sys.exit(len(too_wide) > 0)
