"""Give each notebook its install cell for Colab, and a badge where settings.ini names a `repository` of the project.

`python tools/colab.py https://github.com/OWNER/NAME` writes that address into settings.ini and CITATION.cff first."""
import os, re, sys
from configparser import ConfigParser
from pathlib import Path
import nbformat
from nbdev.doclinks import nbglob

COLAB = 'https://colab.research.google.com'
BADGE = '[![Open in Colab]({colab}/assets/colab-badge.svg)]({at}/blob/main/{path})'

def set_repository(address):
    "Write the address of the repository where it is read from; empty: nowhere."
    address = address.rstrip('/')
    if address and not re.fullmatch(r'https://[\w.-]+(/[\w.-]+)+', address):
        sys.exit(f"'{address}' is no address of a repository, "
                 'such as https://github.com/OWNER/NAME.')
    def rewrite(file, pattern, line):
        text = Path(file).read_text(encoding='utf-8')
        Path(file).write_text(re.sub(pattern, line, text, flags=re.M), encoding='utf-8')
    rewrite('settings.ini', r'^repository =.*$', f'repository = {address}'.strip())
    rewrite('CITATION.cff', r'^repository-code:.*\n', '')
    if address: rewrite('CITATION.cff', r'^(?=version:)', f'repository-code: "{address}"\n')

def settings():
    cfg = ConfigParser(delimiters=['='])
    cfg.read('settings.ini', encoding='utf-8')
    return cfg['DEFAULT']

def modules(cfg, extra):
    "A pattern for what needs an extra of the package: the modules that it alone installs, and the one named so."
    def names(key): return re.findall(r'^\w+', cfg[key].replace('-', '_'), re.M)
    installed = [n for n in names(f'{extra}_requirements') if n not in names('requirements')]
    return '|'.join([*installed, rf'{cfg["lib_name"]}\.{extra}'])

def badge(cfg, path):
    "The badge, below an empty line; nothing without a repository on GitHub, which Colab could open it from."
    at = cfg['repository'].replace('https://github.com', f'{COLAB}/github')
    return '\n\n' + BADGE.format(colab=COLAB, at=at, path=path) if at.startswith(COLAB) else ''

ONLY_IN_COLAB = """#| hide
import sys
if 'google.colab' in sys.modules: # elsewhere nothing is installed
"""
FROM_COPY = """    from pathlib import Path
    checkout = next((d for d in Path.cwd().parents if (d/'settings.ini').exists()), None)
    assert checkout, 'Put the checkout of {name} on this machine, and open this notebook there.'
    %pip install -q "{{checkout}}{extra}\""""
FROM_REPOSITORY = '    %pip install -q "{name}{extra} @ git+{repository}"'
WITH_ONNX = ' "protobuf<7"' # what Colab has installed does not work with the protobuf that onnx would get

def install(cfg, cells):
    "The cell that installs the package, with the extras whose modules the notebook imports."
    code = '\n'.join(c.source for c in cells if c.cell_type == 'code')
    def needs(extra):
        return re.search(rf'\b(import|from) ([\w., ]+, )?({modules(cfg, extra)})\b', code)
    extras = [k.removesuffix('_requirements') for k in cfg if k.endswith('_requirements')]
    extras = [e for e in extras if needs(e)]
    extra = f"[{','.join(extras)}]" if extras else ''
    how = FROM_REPOSITORY if cfg['repository'] else FROM_COPY
    how = how.format(name=cfg['lib_name'], extra=extra, repository=cfg['repository'])
    if {'export', 'dev'} & {*extras}: how += WITH_ONNX
    return nbformat.v4.new_code_cell(ONLY_IN_COLAB + how, id='colab')

if __name__ == '__main__':
    if sys.argv[1:]: set_repository(sys.argv[1])
    cfg = settings()
    for file in nbglob():
        nb = nbformat.read(file, as_version=4)
        title, *cells = [c for c in nb.cells if c.id != 'colab']
        title.source = re.sub(r'\s*\[!\[Open in Colab.*', '', title.source)
        title.source += badge(cfg, os.path.relpath(file))
        nb.cells = [title, install(cfg, cells), *cells]
        nbformat.write(nb, file)
