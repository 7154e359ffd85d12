"""Run the index and the app in JupyterLab in a headless Chromium, as a reader does, and keep screenshots in
build/browser. `make browser-test`; without Chromium and its driver it is skipped."""
import io, json, os, shutil, socket, subprocess, sys, tempfile, time
from base64 import b64encode
from contextlib import contextmanager
from pathlib import Path
import nbformat, numpy as np
from PIL import Image
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from ckdnet.predictor import Predictor

SHOTS = Path('build/browser')
TOKEN = 'browser-test'
TOLERANCE = 2 # of 255, mean over the picture: the browser may show it a little smaller
NEWS = '@jupyterlab/apputils-extension:announcements' # asks a question in a corner of the page
PATIENCE = 300 # s, for anything that is waited for

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
DROP = """const [name, content] = arguments, dataTransfer = new DataTransfer();
dataTransfer.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name));
document.querySelector('.ckdnet-app [ondrop]').dispatchEvent(new DragEvent('drop', {dataTransfer}))"""

def first_program(*names): return next(filter(None, map(shutil.which, names)), None)

def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]

@contextmanager
def jupyterlab(folder, port):
    "JupyterLab on the notebooks of `folder`/nbs, without settings of the user. Temporary files are in `folder`/tmp."
    for name in ('tmp','config/labconfig'): (folder/name).mkdir(parents=True)
    (folder/'config/labconfig/page_config.json').write_text(json.dumps({'disabledExtensions':{NEWS:True}}))
    results = os.environ.get('CKDNET_RESULTS', Path('data/results').resolve())
    own = {'JUPYTER_CONFIG_DIR':'config', 'JUPYTERLAB_SETTINGS_DIR':'config', 'JUPYTERLAB_WORKSPACES_DIR':'config',
           'TMPDIR':'tmp'}
    env = os.environ | {k:str(folder/v) for k,v in own.items()} | {'CKDNET_RESULTS':str(results)}
    options = ['--no-browser', '--allow-root', '--expose-app-in-browser', '--ServerApp.port_retries=0',
               f'--ServerApp.port={port}', f'--IdentityProvider.token={TOKEN}', f'--ServerApp.root_dir={folder/"nbs"}']
    with open(SHOTS/'jupyterlab.log', 'w') as log:
        server = subprocess.Popen([sys.executable, '-m', 'jupyterlab', *options], env=env, stdout=log, stderr=log)
        try: yield
        finally:
            server.terminate()
            server.wait()

@contextmanager
def chromium(browser, driver):
    "A browser without a window, 1500 × 1000 px. Chromium has no sandbox for root, as in a container."
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for o in ('headless=new', 'window-size=1500,1000', 'disable-dev-shm-usage'): options.add_argument(f'--{o}')
    if os.geteuid()==0: options.add_argument('--no-sandbox')
    page = webdriver.Chrome(options, webdriver.ChromeService(driver))
    page.set_script_timeout(PATIENCE)
    try: yield page
    finally: page.quit()

def wait(page, condition): return WebDriverWait(page, PATIENCE, ignored_exceptions=[Exception]).until(condition)

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

def message(page): return page.find_elements(By.CSS_SELECTOR, '.ckdnet-app .widget-html')[-1].text

def check_app(page, predictor, files):
    "Choose an image, ask for augmentation, move the threshold, drop another image and a file that is none."
    page.execute_script(SCROLL, 0)
    page.execute_script("document.querySelector('.ckdnet-app').scrollIntoView()")
    def check(file, p, name):
        "Wait for the picture of a file, compare it, keep a screenshot."
        wait(page, lambda page: file.stem in message(page) and difference(page, p)<TOLERANCE)
        page.save_screenshot(SHOTS/f'app_{name}.png')
        print(f'{name}: the picture in the page differs by {difference(page, p):.2f} of 255 from the figure')
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
    page.execute_script(DROP, 'notes.jpg', b64encode(b'no image').decode())
    wait(page, lambda page: 'notes.jpg cannot be read as an image' in message(page))
    page.save_screenshot(SHOTS/'app_no_image.png')
    page.execute_script(DROP, other.name, b64encode(other.read_bytes()).decode())
    dropped = predictor(other, tta=True)
    dropped.threshold = p.threshold
    check(other, dropped, 'dropped')

if __name__=='__main__':
    browser,driver = first_program('chromium','chromium-browser','google-chrome'), first_program('chromedriver')
    if not (browser and driver):
        print('Skipped: there is no Chromium or no chromedriver here (Debian: apt-get install chromium-driver).')
        sys.exit()
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as d:
        folder,port = Path(d), free_port()
        shutil.copytree('nbs', folder/'nbs')
        with jupyterlab(folder, port), chromium(browser, driver) as page:
            wait(page, lambda page: page.get(f'http://127.0.0.1:{port}/api') or 'version' in page.page_source)
            run_notebook(page, port, folder, 'index.ipynb')
            run_notebook(page, port, folder, 'tutorials/app.ipynb')
            own = next((folder/'tmp').glob('*/weights/*.safetensors'), None) # None: those of the package
            files = sorted((folder/'tmp').glob('*/lesions/ISIC-2017_Test_v2_Data/*.jpg'))[1:3]
            check_app(page, Predictor.from_pretrained(own), files)
    print(f'The browser test passed; screenshots: {SHOTS}')
