// The page: takes photographs, predicts them one after another, and shows each as a card.
import {warningText} from './measures.js';
import {load, predict} from './predict.js';
import {evidence, outlines} from './picture.js';

const place = id => document.getElementById(id);
const words = name => name.replaceAll('_', ' ');
const percent = p => `${Math.round(100*p)}%`;

/** An element of a class with its content, texts or elements. */
function made(tag, kind, ...content) {
  const element = document.createElement(tag);
  element.className = kind;
  element.append(...content);
  return element;
}

/** The prediction in two sentences. */
function sentence({classes, probs, best}) {
  const others = classes.map((c, i) => [probs[i], words(c)]).filter((_, i) => i!=best).sort((a, b) => b[0]-a[0]);
  const rest = others.map(([p, c]) => `${c} ${percent(p)}`).join(', ');
  return `Most probable: ${words(classes[best])}, ${percent(probs[best])}. Then ${rest}.`;
}

function bars({classes, probs, best}) {
  return made('dl', '', ...classes.map((c, i) => {
    const fill = made('i', i==best ? 'first' : '');
    fill.style.width = `${100*probs[i]}%`;
    return made('div', '', made('dt', '', words(c)), made('dd', 'bar', fill), made('dd', 'value', probs[i].toFixed(2)));
  }));
}

function pictures(p) {
  const key = made('figcaption', '', 'outlines:', made('i', 'coarse'), 'coarse mask', made('i', 'fine'), 'fine mask');
  const ramp = made('figcaption', '', `evidence for ${words(p.classes[p.best])}: least`, made('i', 'ramp'), ' most');
  return made('div', 'pictures', made('figure', '', outlines(p), key), made('figure', '', evidence(p), ramp));
}

function warning(fired) {
  return made('p', 'warning', `Warning: ${warningText(fired)}.`);
}

/** What is said of one file. */
async function card(cascade, file) {
  const title = made('h2', '', file.name);
  try {
    const p = await predict(cascade, file);
    const {width, height} = p.picture;
    const small = `${width} × ${height} pixels, ${(p.ms/1000).toFixed(1)} s. The probabilities are calibrated.`;
    const parts = [made('p', 'words', sentence(p)), ...p.warnings.map(warning), bars(p), pictures(p)];
    p.picture.close();
    return made('article', '', title, ...parts, made('p', 'small', small));
  } catch (error) {
    return made('article', 'failed', title, made('p', 'warning', `Not predicted. ${error.message}`));
  }
}

const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));

/** Predict files one after another; those that come meanwhile wait. */
function queue(cascade) {
  let waiting = [], busy = false;
  const ready = failed => 'Ready for more photographs.' + (failed.length ? ` Not predicted: ${failed.join(', ')}.` : '');
  return async function add(files) {
    waiting.push(...files);
    if (busy) return;
    busy = true;
    const failed = [];
    while (waiting.length) {
      const file = waiting.shift();
      const more = waiting.length ? `, then ${waiting.length} more` : '';
      place('status').textContent = `Predicting ${file.name}${more} …`;
      await painted();
      const shown = await card(cascade, file);
      if (shown.className=='failed') failed.push(file.name);
      place('cards').prepend(shown);
    }
    busy = false;
    place('status').textContent = ready(failed);
  };
}

/** Let the page take files. */
function open(add) {
  const [drop, input] = [place('drop'), place('files')];
  input.disabled = false;
  input.addEventListener('change', () => {
    add([...input.files]);
    input.value = ''; // so that the same file can be chosen again
  });
  addEventListener('dragover', event => event.preventDefault());
  addEventListener('drop', event => {
    event.preventDefault();
    drop.classList.remove('over');
    add([...event.dataTransfer.files]);
  });
  drop.addEventListener('dragenter', () => drop.classList.add('over'));
  drop.addEventListener('dragleave', () => drop.classList.remove('over'));
}

place('status').textContent = 'Loading the cascade …';
try {
  const start = performance.now();
  const cascade = await load();
  const seconds = ((performance.now()-start)/1000).toFixed(1);
  place('notice').textContent = cascade.about.notice;
  place('about').textContent = `${cascade.about.runtime}, by Microsoft Corporation, MIT licence`;
  place('status').textContent = `Ready: ${cascade.megabytes.toFixed(0)} MB loaded in ${seconds} s.`;
  open(queue(cascade));
} catch (error) {
  place('status').textContent = `The cascade could not be loaded. ${error.message}`;
}
