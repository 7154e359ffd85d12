#!/usr/bin/env bash
# Fails if what is generated differs from the notebooks. Works in a copy, so the tree stays as it is.
set -euo pipefail
tree=$PWD copy=$(mktemp -d) failures=0
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' f; do
    if [ -e "$f" ]; then printf '%s\0' "$f"; fi   # not those deleted since they were added
done | xargs -0 cp --parents -t "$copy"

same() {   # what the tree has, what the copy has now, how to mend it
    diff -r -q -x __pycache__ -x .hypothesis "$tree/$1" "$copy/$1" || { echo "FAILED: $1: $2"; failures=1; }
}
cd "$copy"

echo 'README.md comes from nbs/index.ipynb'
python tools/readme.py nbs/index.ipynb README.md
same README.md 'run make readme'

echo 'no line of code is too wide'
python tools/width.py || failures=1

echo 'ruff finds nothing in the package and in tools/'
ruff check --quiet || failures=1

echo 'the notebooks are clean, and each has its Colab badge and install cell'
python tools/colab.py
nbdev-clean
same nbs 'run make badges, which also cleans'

echo 'each module comes from a notebook'   # all are removed, so one that no notebook exports does not come back
find ckdnet -name '*.py' ! -name __init__.py -delete
nbdev-export
same ckdnet 'run make export; a file "Only in" the tree has no notebook: remove it'

echo 'a failing notebook fails the suite'   # one that passes beside it: nothing else may be the reason
mkdir -p failing/nbs && cp pyproject.toml failing/ && cd failing
python - <<'PY'
from nbformat.v4 import new_code_cell, new_notebook
from nbformat import write
for name, code in dict(passes='assert 1 == 1', fails='assert 1 == 2').items():
    meta = {'kernelspec': {'name': 'python3', 'display_name': 'python3', 'language': 'python'}}
    write(new_notebook(cells=[new_code_cell(code)], metadata=meta), f'nbs/{name}.ipynb')
PY
if python "$copy/tools/test.py" >log 2>&1 || ! grep -qx '1 passed, 1 failed' log; then
    cat log; echo 'FAILED: the suite did not report one notebook passed and one failed'; failures=1
fi
cd "$tree"

echo 'the version is the same everywhere, and the installed package says what settings.ini says'
python -I - <<'PY' || { echo 'FAILED: the metadata'; failures=1; }
import re
from configparser import ConfigParser
from importlib.metadata import metadata, requires
from pathlib import Path
import ckdnet
cfg = ConfigParser(delimiters=['='])
cfg.read('settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']
cff, changes = (Path(f).read_text(encoding='utf-8') for f in ('CITATION.cff', 'CHANGELOG.md'))
address = re.search('^repository-code: "(.*)"', cff, re.M)
said = {
    'ckdnet/__init__.py': ckdnet.__version__,
    'CITATION.cff': re.search('^version: (.*)', cff, re.M)[1],
    'CHANGELOG.md, its first section': re.search(r'^## (\S+)', changes, re.M)[1],
    'the installed package': metadata('ckdnet')['Version'],
}
wrong = {where: v for where,v in said.items() if v != cfg['version']}
assert not wrong, f"settings.ini has version {cfg['version']}, but {wrong}"
assert (address[1] if address else '') == cfg['repository'], 'CITATION.cff has another repository: run make badges'
runtime = [r for r in requires('ckdnet') if 'extra ==' not in r]
assert not [r for r in runtime if r.startswith(('nbdev', 'jupyter'))], f'a development tool is a runtime dependency: {runtime}'
PY

echo 'the names of the package are there, and importing it sets no filter of warnings'
python -I - <<'PY' || { echo 'FAILED: import ckdnet'; failures=1; }
import sys, warnings
before = list(warnings.filters)
import ckdnet
loaded = {'torch', 'numpy', 'pandas'} & set(sys.modules)
assert not loaded, f'import ckdnet loads {loaded}'
assert warnings.filters == before, 'import ckdnet changes the filters of warnings'
for name in ckdnet.__all__: getattr(ckdnet, name)
PY

echo 'reading results and a prediction by onnxruntime load no torch, prediction nothing of training'
python tools/imports.py || { echo 'FAILED: what an import loads'; failures=1; }
[ $failures = 0 ] && echo 'All checks hold.'
exit $failures
