"""Run the index and the app in JupyterLab, and the page of `ckdnet_export web`, in a headless Chromium, as a reader
does, and keep screenshots in build/browser. `make browser-test`; without Chromium and its driver it is skipped.
`python tools/browser_test.py web` tests the page alone."""
import io, json, os, re, shutil, socket, subprocess, sys, tempfile, time
from base64 import b64encode
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
import nbformat, numpy as np
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from ckdnet.predictor import Predictor, sample
from ckdnet.pretrained import load_cascade
from ckdnet.web import export_web

SHOTS = Path('build/browser')
TOKEN = 'browser-test'
APP_DROP = '.ckdnet-app [ondrop]'
TOLERANCE = 2 # of 255, mean over the picture: the browser may show it a little smaller
NEWS = '@jupyterlab/apputils-extension:announcements' # asks a question in a corner of the page
PATIENCE = 300 # s, for anything that is waited for
QUIET = ('disable-background-networking','disable-component-update','disable-sync','disable-quic',
         'no-first-run')

# What follows until the next line of the same kind runs in the page.
READY = "return window.jupyterapp?.shell.currentWidget?.context?.path==arguments[0]"
RUN_ALL = """const [done] = arguments, app = window.jupyterapp, panel = app.shell.currentWidget;
panel.context.ready.then(() => panel.sessionContext.ready)
    .then(() => app.commands.execute('notebook:run-all-cells'))
    .then(() => panel.context.save()).then(() => done())"""
SCROLL = """const pages = [...document.querySelectorAll('.jp-WindowedPanel-outer')], page = pages.at(-1);
page.scrollTop = arguments[0]*page.clientHeight; return page.scrollHeight/page.clientHeight"""
CHOOSE = """const kind = HTMLInputElement.prototype, dialog = kind.click;
kind.click = function() { this.id = 'chosen'; document.body.append(this) };
document.querySelector('.ckdnet-app .widget-upload').click();
kind.click = dialog"""
DROP = """const [place, name, content] = arguments, dataTransfer = new DataTransfer();
dataTransfer.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name));
document.querySelector(place).dispatchEvent(new DragEvent('drop', {dataTransfer, bubbles:true, cancelable:true}))"""

def drop(page, place, name, content):
    "Drop a file of these bytes on an element."
    page.execute_script(DROP, place, name, b64encode(content).decode())

def first_program(*names): return next(filter(None, map(shutil.which, names)), None)

def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]

@contextmanager
def jupyterlab(folder, port):
    "JupyterLab on the notebooks of `folder`/nbs, without settings of the user. Temporary files are in `folder`/tmp."
    for name in ('tmp','config/labconfig'): (folder/name).mkdir(parents=True)
    (folder/'config/labconfig/page_config.json').write_text(
        json.dumps({'disabledExtensions':{NEWS:True}}))
    results = os.environ.get('CKDNET_RESULTS', Path('data/results').resolve())
    own = {'JUPYTER_CONFIG_DIR':'config', 'JUPYTERLAB_SETTINGS_DIR':'config',
           'JUPYTERLAB_WORKSPACES_DIR':'config',
           'TMPDIR':'tmp'}
    env = os.environ | {k:str(folder/v) for k,v in own.items()} | {'CKDNET_RESULTS':str(results)}
    options = ['--no-browser', '--allow-root', '--expose-app-in-browser',
               '--ServerApp.port_retries=0',
               f'--ServerApp.port={port}', f'--IdentityProvider.token={TOKEN}', f'--ServerApp.root_dir={folder/"nbs"}']
    with open(SHOTS/'jupyterlab.log', 'w') as log:
        server = subprocess.Popen([sys.executable, '-m', 'jupyterlab', *options], env=env,
                                  stdout=log, stderr=log)
        try: yield
        finally:
            server.terminate()
            server.wait()

@contextmanager
def chromium(browser, driver):
    "A browser without a window, 1500 × 1000 px. Chromium has no sandbox for root, as in a container."
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for o in ('headless=new', 'window-size=1500,1000', 'disable-dev-shm-usage', *QUIET):
        options.add_argument(f'--{o}')
    if os.geteuid()==0: options.add_argument('--no-sandbox')
    page = webdriver.Chrome(options, webdriver.ChromeService(driver))
    page.set_script_timeout(PATIENCE)
    try: yield page
    finally: page.quit()

def installed():
    "Chromium and its driver; None for what is not installed."
    return first_program('chromium','chromium-browser',
                         'google-chrome'), first_program('chromedriver')

class Plain(SimpleHTTPRequestHandler):
    "Hands out files, as any web server does, and writes nothing."
    def log_message(self, *args): pass

@contextmanager
def serve(folder):
    "The address of a server of a folder, on this computer only."
    server = ThreadingHTTPServer(('127.0.0.1', 0),
                                 lambda *args: Plain(*args, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try: yield f'http://127.0.0.1:{server.server_port}'
    finally:
        server.shutdown()
        server.server_close()

def wait(page, condition):
    return WebDriverWait(page, PATIENCE, ignored_exceptions=[Exception]).until(condition)

def run_notebook(page, port, folder, path):
    "Open a notebook, run it top to bottom, check that no cell failed, and keep a screenshot of every screen."
    page.get(f'http://127.0.0.1:{port}/lab/tree/{path}?token={TOKEN}&reset')
    wait(page, lambda page: page.execute_script(READY, path))
    page.execute_async_script(RUN_ALL)
    cells = [c for c in nbformat.read(folder/'nbs'/path, 4).cells if c.cell_type=='code']
    errors = [o.evalue for c in cells for o in c.outputs if o.output_type=='error']
    assert not errors, f'{path}: {errors}'
    assert all(c.execution_count for c in cells), f'{path}: not every cell was run'
    screens = int(np.ceil(page.execute_script(SCROLL, 0)))
    for i in range(screens):
        page.execute_script(SCROLL, i)
        time.sleep(1)
        page.save_screenshot(SHOTS/f'{Path(path).stem}_{i}.png')
    print(f'{path}: {len(cells)} cells ran, {screens} screenshots')

def difference(page, prediction):
    "Mean difference, 0…255, between the picture that the app shows and the figure of a prediction."
    shown = page.find_element(By.CSS_SELECTOR, '.ckdnet-app img')
    expected = Image.open(io.BytesIO(prediction._repr_png_())).convert('RGB')
    seen = Image.open(io.BytesIO(shown.screenshot_as_png)).convert('RGB').resize(expected.size)
    return np.abs(np.asarray(seen, float)-np.asarray(expected, float)).mean()

def message(page):
    return ' '.join(o.text for o in page.find_elements(By.CSS_SELECTOR, '.ckdnet-app .widget-html'))

def check_app(page, predictor, files):
    "Choose an image, ask for augmentation, move the threshold, drop another image and a file that is none."
    page.execute_script(SCROLL, 0)
    page.execute_script("document.querySelector('.ckdnet-app').scrollIntoView()")
    def check(file, p, name):
        "Wait for the picture of a file, compare it, keep a screenshot."
        wait(page, lambda page: file.stem in message(page) and difference(page, p)<TOLERANCE)
        page.save_screenshot(SHOTS/f'app_{name}.png')
        print(
            f'{name}: the picture in the page differs by {difference(page, p):.2f} of 255 from the figure')
    one,other = files
    p = predictor(one)
    assert difference(page, p)>2*TOLERANCE, 'the picture of another image looks the same'
    page.execute_script(CHOOSE)
    page.find_element(By.ID, 'chosen').send_keys(str(one))
    check(one, p, 'chosen')
    page.find_element(By.CSS_SELECTOR, '.ckdnet-app [type=checkbox]').click()
    p = predictor(one, tta=True)
    check(one, p, 'augmented')
    handle = page.find_element(By.CSS_SELECTOR, '.ckdnet-app .noUi-handle')
    for _ in range(4): handle.send_keys(Keys.ARROW_LEFT)
    p.threshold = float(page.find_element(By.CSS_SELECTOR, '.ckdnet-app .widget-readout').text)
    check(one, p, 'threshold')
    drop(page, APP_DROP, 'notes.jpg', b'no image')
    wait(page, lambda page: 'notes.jpg cannot be read as an image' in message(page))
    page.save_screenshot(SHOTS/'app_no_image.png')
    drop(page, APP_DROP, other.name, other.read_bytes())
    dropped = predictor(other, tta=True)
    dropped.threshold = p.threshold
    check(other, dropped, 'dropped')

WIDTHS = (1440, 390) # px, of a computer and of a telephone

def make_photographs(folder):
    "The sample as several kinds of files, and files that are no photographs, by name."
    im = Image.open(sample())
    turned = im.getexif()
    turned[0x112] = 6
    im.save(folder/'turned.jpg', exif=turned, quality=95)
    im.resize((1500,1125), Image.BICUBIC).save(folder/'large.jpg', quality=95)
    im.convert('L').save(folder/'grey.png')
    clear = im.convert('RGBA')
    clear.putalpha(Image.linear_gradient('L').resize(im.size).point(lambda v: 255*(v>60)))
    clear.save(folder/'transparent.png')
    good = ['turned.jpg','large.jpg','grey.png','transparent.png']
    (folder/'notes.jpg').write_bytes(b'no image')
    (folder/'cut.jpg').write_bytes((folder/'large.jpg').read_bytes()[:20_000])
    Image.new('L', (9000,9000)).save(folder/'huge.png')
    return good, ['notes.jpg','cut.jpg','huge.png']

def shoot(page, name):
    "Screenshots of the whole page at each width; it is never wider than the window."
    for width in WIDTHS:
        def window(height):
            metrics = dict(width=width, height=height, deviceScaleFactor=1, mobile=width<500)
            page.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', metrics)
            time.sleep(1)
        window(1000)
        wide,high = page.execute_script(
            "const d = document.documentElement; return [d.scrollWidth, d.scrollHeight]")
        assert wide<=width, f'{name}: {wide} px wide in a window of {width}'
        window(high)
        page.save_screenshot(SHOTS/f'{name}_{width}.png')

def cards(page, n):
    "File name → the text of its card, when there are `n`."
    found = 'article'
    wait(page, lambda page: len(page.find_elements(By.CSS_SELECTOR, found))==n)
    texts = [o.text for o in page.find_elements(By.CSS_SELECTOR, found)]
    return {text.splitlines()[0]:text for text in texts}

def check_web(page, folder):
    "Write the page, choose several photographs at once, drop another one, and compare with the package."
    export_web(*load_cascade(), folder/'page')
    good,bad = make_photographs(folder)
    with serve(folder/'page') as address:
        page.get(address)
        status = wait(page, lambda page: (s := page.find_element(By.ID, 'status').text).startswith(
            'Ready') and s)
        page.find_element(By.ID,
                          'files').send_keys('\n'.join(str(folder/name) for name in (*bad, *good)))
        shown = cards(page, len(good+bad))
        for name in bad: assert 'Not predicted.' in shown[name], shown[name]
        predictor = Predictor.from_pretrained()
        for name in good:
            words = predictor(folder/name).summary()
            for sentence in re.split(' (?=Warning)', words):
                assert sentence in shown[name], (words, shown[name])
            print(f'{name}: {words}')
        said = wait(page, lambda page: (s := page.find_element(By.ID, 'status').text).startswith(
            'Ready') and s)
        assert said.endswith(f'Not predicted: {", ".join(bad)}.'), said
        shoot(page, 'web')
        drop(page, '#drop', 'dropped.jpg', sample().read_bytes())
        cards(page, len(good+bad)+1)
        asked = page.execute_script(
            "return performance.getEntriesByType('resource').map(o => o.name)")
    others = [a for a in asked if not a.startswith(address)]
    assert asked and not others, others
    errors = [e['message'] for e in page.get_log('browser') if 'favicon' not in e['message']]
    assert not errors, errors
    print(f'the page: {status} {len(asked)} files, all from its own server')

def check_notebooks(browser, driver, folder):
    "Run the index and the app."
    port = free_port()
    shutil.copytree('nbs', folder/'nbs')
    with jupyterlab(folder, port), chromium(browser, driver) as page:
        wait(page, lambda page: page.get(f'http://127.0.0.1:{port}/api')
             or 'version' in page.page_source)
        run_notebook(page, port, folder, 'index.ipynb')
        run_notebook(page, port, folder, 'tutorials/app.ipynb')
        own = next((folder/'tmp').glob('*/weights/*.safetensors'), None) # None: those of the package
        files = sorted((folder/'tmp').glob('*/lesions/ISIC-2017_Test_v2_Data/*.jpg'))[1:3]
        check_app(page, Predictor.from_pretrained(own), files)

if __name__=='__main__':
    browser,driver = installed()
    if not (browser and driver):
        print(
            'Skipped: there is no Chromium or no chromedriver here (Debian: apt-get install chromium-driver).')
        sys.exit()
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as d, chromium(browser, driver) as page:
        check_web(page, Path(d))
    if sys.argv[1:]!=['web']:
        with tempfile.TemporaryDirectory() as d: check_notebooks(browser, driver, Path(d))
    print(f'The browser test passed; screenshots: {SHOTS}')
