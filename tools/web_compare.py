"""Compare the page of `ckdnet_export web` with the package and with the program of 54_export, on the Validation images
and on the same enlarged: `python tools/web_compare.py <ISIC2017>` writes data/results/browser.json."""
import ast, json, subprocess, sys
from base64 import b64decode
from pathlib import Path
from tempfile import TemporaryDirectory
import numpy as np
from browser_test import chromium, installed, serve
from ckdnet.core import write_json
from ckdnet.predictor import Predictor
from ckdnet.pretrained import load_cascade
from ckdnet.web import RUNTIME, export_web
from photographs import enlarged

LARGE = 1500 # px
PAGE = """const [name, done] = arguments, plain = a => btoa(Array.from(new Uint8Array(a.buffer), b =>
    String.fromCharCode(b)).join(''));
(async () => {
    const start = performance.now(), {load, predict} = await import('./predict.js');
    window.cascade ??= {...await load(), seconds:(performance.now()-start)/1000};
    const file = await (await fetch(name)).blob(), p = await predict(cascade, file);
    const {megabytes, seconds} = cascade, {ms, measures} = p;
    return {probs:[...p.probs], fine:plain(p.fine), measures, ms, megabytes, seconds, agent:navigator.userAgent};
})().then(done, e => done({error:`${e}`}))"""

def by_page(page, names):
    "What the page finds for files of its folder."
    found = []
    for name in names:
        found.append(page.execute_async_script(PAGE, name))
        assert 'error' not in found[-1], f'{name}: {found[-1]["error"]}'
        found[-1]['fine'] = np.frombuffer(b64decode(found[-1]['fine']), '<f4')
    return found

def by_program(folder, images):
    "Probabilities of the program of 54_export, which has neither PyTorch nor this package."
    cells = json.loads(Path('nbs/54_export.ipynb').read_text(encoding='utf-8'))['cells']
    cell, = [''.join(c['source']) for c in cells
             if ''.join(c['source']).startswith("predictor = '''")]
    program = ast.literal_eval(ast.parse(cell).body[0].value)
    command = [sys.executable, '-c', program, folder/'ckdnet.onnx', *images]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [list(json.loads(line).values()) for line in done.stdout.splitlines()]

def differences(found, expected):
    "Of probabilities (N,C): the largest difference, and how many diagnoses change."
    found,expected = np.asarray(found), np.asarray(expected)
    return dict(probs=float(np.abs(found-expected).max()),
                changed=int((found.argmax(1)!=expected.argmax(1)).sum()))

def compare(page, folder, images):
    "Page and program against the package, over some images of the folder of the page."
    package = Predictor.from_pretrained()(images)
    expected = [list(p.probs.values()) for p in package]
    shown = by_page(page, [str(f.relative_to(folder)) for f in images])
    fine = np.abs([o['fine']-p.fine_prob.ravel() for o,p in zip(shown, package)])
    kinds = package[0].measures
    off = {k:max(abs(o['measures'][k]-p.measures[k])/max(abs(p.measures[k]), 1e-9)
                 for o,p in zip(shown, package))
           for k in kinds}
    browser = dict(agent=shown[0]['agent'], megabytes=shown[0]['megabytes'],
                   seconds=shown[0]['seconds'])
    measured = dict(images=len(images), page=differences([o['probs'] for o in shown], expected),
                    program=differences(by_program(folder, images), expected),
                    fine=float(fine.max()),
                    measures=off, ms=float(np.median([o['ms'] for o in shown])))
    return browser, measured

if __name__=='__main__':
    given = sorted((Path(sys.argv[1])/'ISIC-2017_Validation_Data').glob('*.jpg'))
    with TemporaryDirectory() as d, chromium(*installed()) as page:
        folder = Path(d)/'page'
        export_web(*load_cascade(), folder)
        (folder/'small').mkdir()
        small = [folder/'small'/f.name for f in given]
        for f,copy in zip(given, small): copy.write_bytes(f.read_bytes())
        large = enlarged(small, folder/'large', LARGE)
        with serve(folder) as address:
            page.get(f'{address}/input.js') # the page itself would load the cascade once more
            results = {name:compare(page, folder, images)
                       for name,images in {'256':small, str(LARGE):large}.items()}
    browser = results['256'][0]
    out = dict(**browser, runtime=RUNTIME, data=Path(sys.argv[1]).name,
               sizes={k:m for k,(_,m) in results.items()})
    write_json(Path('data/results/browser.json'), out)
    print(json.dumps(out, indent=1))
