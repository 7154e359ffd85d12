"""Fail if a line of code is too wide, in the notebooks or tools/: a statement may have `WIDEST` columns, text `TEXT`.

Text is a message or a docstring in lines of its own, and a comment. `python tools/width.py 100` tries another width."""
import re, sys, tokenize
from io import StringIO
from os.path import relpath
from pathlib import Path
import nbformat
from nbdev.doclinks import nbglob

WIDEST = 100
TEXT = 120
TAIL = (*'()[]{},:', 'from', 'e', 'None') # what may follow a text: brackets, and the reason of an error
NO_STATEMENT = 'STRING FSTRING_END COMMENT NL NEWLINE INDENT DEDENT'.split()

def cells():
    "Where a piece of code is, and its text."
    for path in map(relpath, nbglob()):
        for i,cell in enumerate(nbformat.read(path, as_version=4).cells):
            if cell.cell_type == 'code': yield f'{path}, cell {i}', cell.source
    for path in [*Path('tools').glob('*.py'), Path('setup.py'), Path('ckdnet/__init__.py')]:
        yield str(path), path.read_text(encoding='utf-8')

def statement_widths(code):
    "Line number → columns up to its last token that is no text; a line of text and closing brackets is left out."
    code = re.sub('^(%|!)', '#', code, flags=re.M) # commands of IPython
    widths, in_string = {}, 0
    for t in tokenize.generate_tokens(StringIO(code).readline):
        kind = tokenize.tok_name[t.type]
        in_string += (kind == 'FSTRING_START') - (kind == 'FSTRING_END') # tokens from Python 3.12 on
        closes_text = t.string in TAIL and t.start[0] not in widths
        if not (in_string or kind in NO_STATEMENT or closes_text): widths[t.end[0]] = t.end[1]
    return widths

def too_wide(widest):
    "Where a line is too wide, and the line."
    for where,code in cells():
        limit = min(widest, TEXT)
        wide = [(n, line) for n,line in enumerate(code.splitlines(), 1) if len(line) > limit]
        widths = statement_widths(code) if wide else {}
        for n,line in wide:
            if len(line) > TEXT or widths.get(n, 0) > widest: yield where, line

if __name__ == '__main__':
    found = list(too_wide(int(sys.argv[1]) if sys.argv[1:] else WIDEST))
    for where,line in found: print(f'{where}: {len(line)} characters: {line.strip()[:60]}…')
    sys.exit(len(found) > 0)
