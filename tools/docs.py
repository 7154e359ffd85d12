"""Write the notebooks as web pages that need no network, with a search and an index of all names.

`python tools/docs.py FOLDER`; `python -m http.server -d FOLDER` serves them."""
import ast, inspect, re, shutil, subprocess, sys
from base64 import b64decode
from collections import Counter
from importlib import import_module
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from os.path import relpath
from pathlib import Path
from urllib.parse import urldefrag, urlparse
import nbformat
from bs4 import BeautifulSoup
from fastcore.docments import DocmentTbl
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbdev.doclinks import nbglob
from nbdev.showdoc import showdoc_nm
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image
from pygments.formatters import HtmlFormatter

BEGIN, FIRST = 'Begin here', ('tour', 'reading_the_paper', 'reproducibility')
GROUPS = {'nbs/tutorials':'Tutorials', 'nbs':'The package', 'nbs/paper':'The paper',
          'nbs/bench':'Speed', '.':'Project'}
# Markdown that the notebooks link to
OTHERS = ('CONTRIBUTING.md', 'CHANGELOG.md', 'data/README.md', 'ckdnet/weights/ckdnet.md')
FILES = ('ckdnet/weights/training_images.csv',) # that the pages link to

FRONT_MATTER = r'(?s)\A---\n.*?\n---\n' # YAML for the Hugging Face hub
DPI = 110 # of a screen
SKELETON = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><link rel="stylesheet" href="{root}pagefind/pagefind-ui.css">
<link rel="stylesheet" href="{root}docs.css"><script src="{root}pagefind/pagefind-ui.js"></script></head>
<body><nav><div id="search">To search, serve this folder: python -m http.server</div>
<details class="pages" open><summary>Pages</summary>{nav}</details></nav>
<main data-pagefind-body>{body}</main><script>
if (location.protocol != 'file:') {{
  document.querySelector('#search').textContent = ''
  new PagefindUI({{element: '#search', showSubResults: true, showImages: false}})
}}
for (const d of document.querySelectorAll('.contents, .pages')) d.open = innerWidth > 800
</script></body></html>
"""

# above the cell that defines a public name; the search finds it before all places that use it
SYMBOL = '<h4 class="symbol" id="{full}" data-pagefind-weight="10">{name}</h4>'

class Renderer(IPythonRenderer):
    "Formulas as MathML, which a browser draws by itself."
    def inline_math(self, body): return convert(body)
    def block_math(self, body): return convert(body, display='block')

class Exporter(HTMLExporter):
    def markdown2html(self, source): return MarkdownWithMath(Renderer(escape=False)).render(source)
    def default_filters(self):
        yield from super().default_filters()
        yield 'clean_html', lambda html: html   # all HTML is the project's own

def markdown_notebook(text): return new_notebook(cells=[new_markdown_cell(text)])

def read(path):
    "A notebook; a file of Markdown as a notebook of one cell."
    if path.suffix == '.md':
        return markdown_notebook(re.sub(FRONT_MATTER, '', path.read_text(encoding='utf-8')))
    return nbformat.read(path, as_version=4)

def first_match(pattern, nb):
    return next((m[1] for c in nb.cells if (m := re.search(pattern, c.source, re.M))), None)

def page_of(path):
    "The page of a file: `nbs/05_data.loaders.ipynb` is on `data.loaders.html`."
    return '/'.join(re.sub(r'^\d+_', '', p) for p in path.with_suffix('').parts if p != 'nbs') + '.html'

def defined(node):
    "The public names that a statement defines, such as 'Predictor', or 'Predictor.stream' by a patch."
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)): found = [showdoc_nm(node)]
    else:
        found = [n.id for t in getattr(node, 'targets', ()) for n in ast.walk(t)
                 if isinstance(n, ast.Name)]
    return [n for n in found if not re.search(r'(^|\.)_', n)]

def parameters(name, obj, node):
    "Markdown: the parameters of a function, or of a class and of each of its methods."
    methods = [f.name for f in node.body
               if isinstance(f, ast.FunctionDef)] if isinstance(node, ast.ClassDef) else []
    methods = [m for m in methods if m == '__call__' or not m.startswith('_')]
    objects = {name:obj} | {f'{name}.{m}':getattr(obj, m) for m in methods}
    tables = {n:DocmentTbl(o) for n,o in objects.items() if callable(o)}
    return '\n\n'.join(f'`{n}`\n\n{t._repr_markdown_()}' for n,t in tables.items() if t.has_docment)

def summary(obj, node, source):
    "The first sentence of a docstring; of a constant the comment beside it."
    if isinstance(node, ast.Assign):
        beside = re.search(r' # (.*)', source.splitlines()[node.lineno-1])
        return beside[1] if beside else f'a {type(obj).__name__}'
    return re.split(r"\. (?=[A-Z`'])", ' '.join((inspect.getdoc(obj) or '').split()))[0]

def only_imports(source):
    "Does a cell import, and at most set one thing up?"
    try: body = ast.parse(source).body
    except SyntaxError: return False # a magic of IPython
    imports = [isinstance(n, (ast.Import, ast.ImportFrom)) for n in body]
    return any(imports) and sum(imports) >= len(imports)-1

def shown(nb, page, api):
    "The cells of a page; below a cell that defines public names their parameters. Adds the names to `api`."
    module = first_match(r'^#\|\s*default_exp (\S+)', nb)
    module = module and import_module(f'ckdnet.{module}')
    for c in nb.cells:
        directives, below = set(re.findall(r'^#\|\s*(.*)', c.source, re.M)), []
        if 'hide' in directives: continue
        if c.cell_type == 'code': c.source = re.sub(r'^#\|.*\n?', '', c.source, flags=re.M).strip()
        if 'echo: false' in directives: c.metadata.transient = {'remove_source':True}
        c.metadata.tags = ['exported']*bool(directives & {'export','exporti'})
        if c.cell_type == 'code' and only_imports(c.source): c.metadata.tags.append('imports')
        for node in ast.parse(c.source).body if 'export' in directives else ():
            for name in defined(node):
                obj, full = attrgetter(name)(module), f'{module.__name__}.{name}'
                if full not in api: yield new_markdown_cell(SYMBOL.format(full=full, name=name))
                api.setdefault(full, (f'{page}#{full}', summary(obj, node, c.source)))
                below.append(parameters(name, obj, node))
        if c.source: yield c
        if any(below): yield new_markdown_cell('\n\n'.join(filter(None, below)))

def api_page(api):
    "Markdown: the public names of each module."
    lines = ['# All names', '', 'On the pages, a blue bar marks what is exported to the package.']
    for page,group in groupby(api.items(), lambda item: item[1][0].split('#')[0]):
        module = page.removesuffix('.html').replace('/', '.')
        lines += ['', f'## [{module}]({page})', '', '| name | |', '|---|---|']
        for full,(link,text) in group:
            lines.append(f'| [`{full.removeprefix(f"ckdnet.{module}.")}`]({link}) | '
                         + text.replace('|', r'\|') + ' |')
    return '\n'.join(lines)

def link_words(pages, api):
    "What becomes a link where it stands as code in prose: names of the package that are unique, and notebooks."
    short = [full.split('.')[-1] for full in api]
    words = {full.removeprefix('ckdnet.'):link for full,(link,_) in api.items()}
    words |= {s:link for s,(link,_) in zip(short, api.values()) if Counter(short)[s] == 1}
    for path,page in pages.items(): words |= {str(path):page, str(path.with_suffix('')):page}
    return words | {p.stem:page for p,page in pages.items() if re.match(r'\d|table|fig', p.stem)}

def set_width(img):
    "Show a figure with many pixels per inch as large as it was drawn."
    picture = Image.open(BytesIO(b64decode(img['src'].partition('base64,')[2])))
    dpi, _ = picture.info.get('dpi', (DPI,DPI))
    img['width'] = round(picture.width*DPI/max(dpi, DPI))

def linked(soup, source, pages, words):
    "Links to notebooks become links to their pages; images of other servers become their text."
    def relative(link): return relpath(link, Path(pages[source]).parent)
    for a in soup.select('a.anchor-link'): a['data-pagefind-ignore'] = ''
    for img in soup.select('img[src^=http]'): img.replace_with(img.get('alt') or 'image')
    for img in soup.select('img[src^="data:image"]'): set_width(img)
    for a in soup.select('a[href]'):
        path, fragment = urldefrag(a['href'])
        for p in (source.parent/path, Path(path)) if path else ():   # in the index from the root, as in README.md
            page = pages.get(Path(relpath(p)))
            if page: a['href'] = relative(page) + ('#'+fragment if fragment else '')
    for code in soup.select('p code, li code, td code'):
        link = words.get(code.text.removeprefix('ckdnet.'))
        if link and not code.find_parent('a'): code.wrap(soup.new_tag('a', href=relative(link)))

def add_contents(soup):
    "The headings of a page as links, below its title and its first sentence."
    headings = soup.select('main h2[id]')
    if len(headings) < 3: return
    contents = soup.new_tag('details', attrs={'class':'contents'})
    contents.append(soup.new_tag('summary', string='On this page'))
    contents.append(ul := soup.new_tag('ul'))
    for h in headings:
        ul.append(li := soup.new_tag('li'))
        li.append(soup.new_tag('a', href=f"#{h['id']}", string=h.get_text().removesuffix('¶')))
    (soup.select_one('main blockquote') or soup.select_one('main h1')).insert_after(contents)

def fold(soup, paper):
    "Behind a line: imports, and in a notebook of the paper all code. That of neighbouring cells is behind one line."
    one = None
    for cell in soup.select('main .cell'):
        code = cell.select_one('.input')
        if not (code and (paper or 'celltag_imports' in cell['class'])):
            one = None
            continue
        if one is None:
            one = soup.new_tag('details', attrs={'class':'folded'})
            one.append(soup.new_tag('summary', string='code' if paper else 'imports'))
            code.insert_before(one)
        one.append(code.extract())
        if cell.select_one('.output'): one = None

def navigation(page, titles):
    "The pages by group; that of the page itself is open."
    def item(p, t):
        here = ' class=here'*(p==page)
        return f'<li{here}><a href="{relpath(p, Path(page).parent)}">{t}</a></li>'
    groups = [f'<details{" open"*(page in members)}><summary>{group}</summary><ul>'
              + ''.join(item(*m) for m in members.items()) + '</ul></details>'
              for group,members in titles.items()]
    return f'<ul>{item("index.html", "ckdnet")}{item("api.html", "All names")}</ul>' + ''.join(
        groups)

def broken(soups):
    "The links that lead nowhere, and what a page would fetch from a network."
    ids = {page:{t['id'] for t in soup.select('[id]')} for page,soup in soups.items()}
    ids |= dict.fromkeys(
        ('docs.css', 'pagefind/pagefind-ui.css', 'pagefind/pagefind-ui.js', *FILES), ())
    for page,soup in soups.items():
        for tag in soup.select('[src], [href]'):
            link = tag.get('src') or tag['href']
            path, fragment = urldefrag(link)
            to = relpath(Path(page).parent/path) if path else page
            if urlparse(link).scheme: wrong = tag.name != 'a' and not link.startswith('data:')
            else: wrong = to not in ids or (fragment and fragment not in ids[to])
            if wrong: yield f'{page}: {link[:100]}'

if __name__ == '__main__':
    out = Path(sys.argv[1])
    sources = [Path(relpath(p)) for p in nbglob()] + [Path(p) for p in OTHERS]
    pages, api, soups = {p:page_of(p) for p in sources}, {}, {}
    notebooks = {p:read(p) for p in sources}
    titles = {name:{} for name in (BEGIN, *GROUPS.values())}
    for p,nb in notebooks.items():
        group = BEGIN if p.stem in FIRST else GROUPS.get(str(p.parent), 'Project')
        if p.stem != 'index': titles[group][pages[p]] = first_match(r'^# (.*)', nb)
        nb.cells = list(shown(nb, pages[p], api))
    pages[Path('api.md')], notebooks[Path('api.md')] = 'api.html', markdown_notebook(api_page(api))
    options = dict(exclude_input_prompt=True, exclude_output_prompt=True)
    exporter = Exporter(template_name='basic', **options)
    words = link_words(pages, api)
    for p,nb in notebooks.items():
        body, _ = exporter.from_notebook_node(nb)
        root, heading = '../'*(len(Path(pages[p]).parts)-1), first_match(r'^# (.*)', nb)
        html = SKELETON.format(title=heading, root=root, nav=navigation(pages[p], titles),
                               body=body)
        soups[pages[p]] = BeautifulSoup(html, 'html.parser')
        add_contents(soups[pages[p]])
        fold(soups[pages[p]], p.parent == Path('nbs/paper'))
        linked(soups[pages[p]], p, pages, words)
    shutil.rmtree(out, ignore_errors=True)
    for page,soup in soups.items():
        (out/page).parent.mkdir(parents=True, exist_ok=True)
        (out/page).write_text(str(soup), encoding='utf-8')
    style = Path(__file__).with_suffix('.css').read_text(encoding='utf-8')
    (out/'docs.css').write_text(style + HtmlFormatter().get_style_defs('.highlight'),
                                encoding='utf-8')
    for f in FILES: shutil.copy(f, out/f)
    subprocess.run([sys.executable, '-m', 'pagefind', '--site', out, '--silent'], check=True)
    wrong = sorted(set(broken(soups)))
    print(*wrong, f'{out}: {len(soups)} pages, {len(api)} names, {len(wrong)} broken links',
          sep='\n')
    sys.exit(len(wrong) > 0)
