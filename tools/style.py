"""The style of a checkout in numbers, or of two side by side: `python tools/style.py BEFORE AFTER`.

Not part of the checks: a median is what to look at, not a limit to write up to."""
import ast, json, os, re, subprocess, sys
from pathlib import Path
from statistics import median, quantiles

BUNDLE = set('spec plan dataset df store work net folder results data images'.split()) # what one object could hold
IMPORT = ("import sys, time; t = time.perf_counter(); import ckdnet.predictor; "
          "print(time.perf_counter()-t, len(sys.modules), sum(m.split('.')[0]=='ckdnet' for m in sys.modules))")

FROM = r'^\s*from (ckdnet[\w.]*) import (?:\(([^)]*)\)|(.*))'

def notebook_cells(root):
    "Notebook → its cells as (kind, source); a cell that exports is of the kind 'export'."
    found = {}
    for path in sorted((root/'nbs').rglob('*.ipynb')):
        if '.ipynb_checkpoints' in path.parts: continue
        cells = json.loads(path.read_text(encoding='utf-8'))['cells']
        sources = [(c['cell_type'], ''.join(c['source'])) for c in cells]
        exported = re.compile(r'^#\|\s*exporti?\b', re.M)
        cells = [('export' if k == 'code' and exported.search(s) else k, s) for k,s in sources]
        found[str(path.relative_to(root))] = cells
    return found

def lines(source): return [l for l in source.splitlines() if l.strip() and not l.startswith('#|')]

def only_imports(source):
    try: body = ast.parse('\n'.join(lines(source))).body
    except SyntaxError: return False # a command of IPython
    return all(isinstance(n, (ast.Import, ast.ImportFrom)) for n in body)

def until_example(cells):
    "The numbers of exported lines that a reader meets before each example; cells of imports are neither."
    counts, n = [], 0
    for kind,source in cells:
        if kind == 'export' and not only_imports(source): n += len(lines(source))
        if kind == 'code' and not only_imports(source) and n:
            counts.append(n)
            n = 0
    return counts + [n]*(n > 0)

def functions(root):
    "The functions and methods of the package, as (name, its parameters)."
    for path in sorted((root/'ckdnet').rglob('*.py')):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.FunctionDef):
                args = node.args.args + node.args.kwonlyargs
                yield f'{path.stem}.{node.name}', {a.arg for a in args}

def public_names(root):
    "Module → the names of its `__all__`."
    names = {}
    for path in (root/'ckdnet').rglob('*.py'):
        module = '.'.join(path.relative_to(root).with_suffix('').parts).removesuffix('.__init__')
        for node in ast.parse(path.read_text(encoding='utf-8')).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], 'id', '') == '__all__':
                names[module] = set(ast.literal_eval(node.value))
    return names

def not_public(root, notebooks):
    "Imports in the notebooks of names that their module does not have in `__all__`, each as 'module.name'."
    public = public_names(root)
    for cells in notebooks.values():
        text = '\n'.join(s for kind,s in cells if kind != 'markdown')
        for module,several,one in re.findall(FROM, text, re.M):
            names = re.sub(r'#.*', '', several or one).split(',')
            names = {n.split(' as ')[0].strip() for n in names} - {'', '*'}
            for name in sorted(names - public.get(module, names)):
                if f'{module}.{name}' not in public: yield f'{module}.{name}'

def import_cost(root):
    "Seconds (the least of three) and modules of `import ckdnet.predictor` in a new process."
    env = os.environ | {'PYTHONPATH': str(root), 'OMP_NUM_THREADS': '1'}
    def run():
        done = subprocess.run([sys.executable, '-W', 'ignore', '-c', IMPORT], env=env, cwd='/',
                              text=True, check=True, capture_output=True)
        return done.stdout.split()
    seconds, modules, own = min((run() for _ in range(3)), key=lambda printed: float(printed[0]))
    return f'{float(seconds):.1f}', f'{modules}, {own} of them ours'

def measure(root):
    "The rows of the table, and the words of each notebook."
    notebooks = notebook_cells(root)
    runs = {path:until_example(cells) for path,cells in notebooks.items()}
    counts = sorted(n for r in runs.values() for n in r)
    longest = max(runs, key=lambda p: max(runs[p], default=0))
    code = [l for cells in notebooks.values() for kind,s in cells if kind != 'markdown'
            for l in lines(s)]
    words = {path:sum(len(s.split()) for kind,s in cells if kind == 'markdown')
             for path,cells in notebooks.items()}
    seconds, modules = import_cost(root)
    takes = list(functions(root))
    bundles = [name for name,args in takes if len(args & BUNDLE) > 3]
    of_spec,of_job = (sum(name in args for _,args in takes) for name in ('spec','job'))
    share = sum(len(l) > 100 for l in code)/len(code)
    return {
        'exported lines before an example, median': f'{median(counts):.0f}',
        'the same, 90th percentile': f'{quantiles(counts, n=10)[-1]:.0f}',
        'the same, most': f'{counts[-1]} ({longest})',
        'lines of code over 100 columns': f'{share:.1%}',
        'notebooks': str(len(notebooks)),
        'words of prose': str(sum(words.values())),
        'seconds of `import ckdnet.predictor`': seconds,
        'modules that it loads': modules,
        f'functions with four or more of {len(BUNDLE)} arguments': str(len(bundles)),
        'functions that take `spec`': str(of_spec),
        'functions that take `job`, which holds it': str(of_job),
        'imports of names not in `__all__`': str(len(list(not_public(root, notebooks)))),
    }, words

if __name__ == '__main__':
    tables, words = zip(*(measure(Path(d).resolve()) for d in sys.argv[1:] or ['.']))
    def row(*cells): print('| ' + ' | '.join(cells) + ' |')
    row('', *sys.argv[1:] or ['here'])
    row(*['---']*(len(tables)+1))
    for name in tables[-1]: row(name, *(t[name] for t in tables))
    for name in sorted({n for w in words for n in w}):
        row(f'words of {name}', *(str(w.get(name, '–')) for w in words))
