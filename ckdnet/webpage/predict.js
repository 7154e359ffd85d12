// The cascade: loaded once, then called for one photograph after another.
import * as ort from './ort.js';
import {decode, networkInput} from './input.js';
import {agreement, area, distance, fired, outside, sharpness} from './measures.js';

async function bytes(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name} is missing beside the page (${answer.status}).`);
  return answer.arrayBuffer();
}

/** What the page knows of its cascade, the statistics of the features, and the session that runs it. */
export async function load() {
  const [text, wasm, model, statistics] = await Promise.all(
    ['about.json', 'ort.wasm', 'ckdnet.onnx', 'features.bin'].map(bytes));
  const about = JSON.parse(new TextDecoder().decode(text));
  ort.env.wasm.numThreads = 1; // more need headers that a plain server does not send
  ort.env.wasm.wasmBinary = wasm;
  const session = await ort.InferenceSession.create(model, {executionProviders:['wasm']});
  const numbers = new Float32Array(statistics); // mean (K), precision (K·K)
  const k = about.features;
  const features = {mean:numbers.subarray(0, k), precision:numbers.subarray(k)};
  const megabytes = [text, wasm, model, statistics].reduce((sum, b) => sum+b.byteLength, 0)/1e6;
  return {about, features, session, megabytes};
}

/** A prediction of one file; throws an Error that says why there is none. */
export async function predict({about, features, session}, file) {
  const start = performance.now();
  const {classes, size} = about;
  const picture = await decode(file, about.max_pixels);
  const x = networkInput(picture, size);
  const out = await session.run({image:new ort.Tensor('float32', x, [1, 3, size, size])});
  const [probs, coarse, fine] = [out.probs, out.coarse, out.fine].map(o => o.data);
  const best = probs.indexOf(Math.max(...probs));
  const shape = out.cam.dims.slice(2);
  const cells = shape[0]*shape[1];
  const cam = out.cam.data.slice(best*cells, (best+1)*cells);
  const measures = {
    area:area(fine),
    agreement:agreement(coarse, fine),
    outside:outside(cam, shape, fine, size),
    sharpness:sharpness(x, size),
    distance:distance(out.features.data, features),
  };
  const warnings = fired(about.warnings, measures);
  const ms = performance.now()-start;
  return {picture, size, classes, probs, best, coarse, fine, cam, shape, measures, warnings, ms};
}
