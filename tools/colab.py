"Give each notebook a Colab badge and a cell that installs the package there, from the `repository` of settings.ini."
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
    at = repository.replace('https://github.com', 'https://colab.research.google.com/github')
    return f'[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({at}/blob/main/{path})'

def install(cells):
    "The cell that installs the package, with the extras whose modules the notebook imports."
    code = '\n'.join(c.source for c in cells if c.cell_type == 'code')
    extras = [e for e in ('export', 'app', 'dev') if re.search(rf'\b(import|from) ({modules(e)})\b', code)]
    extra = f"[{','.join(extras)}]" if extras else ''
    code = ("#| hide\nimport sys\nif 'google.colab' in sys.modules: # elsewhere nothing is installed\n"
            f'    %pip install -q "{name}{extra} @ git+{repository}"')
    return nbformat.v4.new_code_cell(code, id='colab')

for file in nbglob():
    nb = nbformat.read(file, as_version=4)
    title, *cells = [c for c in nb.cells if c.id != 'colab']
    title.source = re.sub(r'\s*\[!\[Open in Colab.*', '', title.source) + '\n\n' + badge(os.path.relpath(file))
    nb.cells = [title, install(cells), *cells]
    nbformat.write(nb, file)
