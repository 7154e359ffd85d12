"Give each notebook a Colab badge and a cell that installs the package there, from the `repository` of settings.ini."
import os, re
from configparser import ConfigParser
import nbformat
from nbdev.doclinks import nbglob

cfg = ConfigParser(delimiters=['='])
cfg.read('settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']
name, repository = cfg['lib_name'], cfg['repository']
extras = (cfg['dev_requirements'] + cfg['export_requirements']).replace('-', '_')
extras = '|'.join(re.findall(r'^\w+', extras, re.M)) # the modules that only `[dev]` installs

def badge(path):
    at = repository.replace('https://github.com', 'https://colab.research.google.com/github')
    return f'[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({at}/blob/main/{path})'

def install(cells):
    "The cell that installs the package, with its tools if the notebook imports one of them."
    code = '\n'.join(c.source for c in cells if c.cell_type == 'code')
    extra = '[dev]' if re.search(rf'\b(import|from) ({extras})\b', code) else ''
    code = ("#| hide\nimport sys\nif 'google.colab' in sys.modules: # elsewhere nothing is installed\n"
            f'    %pip install -q "{name}{extra} @ git+{repository}"')
    return nbformat.v4.new_code_cell(code, id='colab')

for file in nbglob():
    nb = nbformat.read(file, as_version=4)
    title, *cells = [c for c in nb.cells if c.id != 'colab']
    title.source = re.sub(r'\s*\[!\[Open in Colab.*', '', title.source) + '\n\n' + badge(os.path.relpath(file))
    nb.cells = [title, install(cells), *cells]
    nbformat.write(nb, file)
