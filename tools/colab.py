"Give each notebook its install cell for Colab, and a badge where settings.ini names a `repository` of the project's own."
import os, re
from configparser import ConfigParser
import nbformat
from nbdev.doclinks import nbglob

cfg = ConfigParser(delimiters=['='])
cfg.read('settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']
name, repository = cfg['lib_name'], cfg['repository']

def modules(extra):
    "A pattern for what needs an extra of the package: the modules it installs, and the one of the package named so."
    installed = re.findall(r'^\w+', cfg[f'{extra}_requirements'].replace('-', '_'), re.M)
    return '|'.join([*installed, rf'{name}\.{extra}'])

def badge(path):
    "The badge, below an empty line; nothing without a repository, which Colab could open it from."
    if not repository: return ''
    at = repository.replace('https://github.com', 'https://colab.research.google.com/github')
    return f'\n\n[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({at}/blob/main/{path})'

FROM_COPY = """    from pathlib import Path
    checkout = next((d for d in Path.cwd().parents if (d/'settings.ini').exists()), None)
    assert checkout, 'Put the whole checkout of {name} on this machine, and open this notebook there.'
    %pip install -q "{{checkout}}{extra}\""""
FROM_REPOSITORY = '    %pip install -q "{name}{extra} @ git+{repository}"'

def install(cells):
    "The cell that installs the package, with the extras whose modules the notebook imports."
    code = '\n'.join(c.source for c in cells if c.cell_type == 'code')
    extras = [e for e in ('export', 'app', 'dev') if re.search(rf'\b(import|from) ({modules(e)})\b', code)]
    extra = f"[{','.join(extras)}]" if extras else ''
    how = FROM_REPOSITORY if repository else FROM_COPY
    code = ("#| hide\nimport sys\nif 'google.colab' in sys.modules: # elsewhere nothing is installed\n"
            + how.format(name=name, extra=extra, repository=repository))
    return nbformat.v4.new_code_cell(code, id='colab')

for file in nbglob():
    nb = nbformat.read(file, as_version=4)
    title, *cells = [c for c in nb.cells if c.id != 'colab']
    title.source = re.sub(r'\s*\[!\[Open in Colab.*', '', title.source) + badge(os.path.relpath(file))
    nb.cells = [title, install(cells), *cells]
    nbformat.write(nb, file)
