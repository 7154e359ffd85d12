// A prediction as two pictures: the outlines of both masks, and the evidence for the diagnosis.
import {enlarge} from './measures.js';

const LONGER = 512; // px, the longer side of a picture
const MASKS = {coarse:[240, 228, 66], fine:[86, 180, 233]}; // their colours, as in page.css
const RAMP = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]]; // viridis

function canvas(picture, label) {
  const factor = LONGER/Math.max(picture.width, picture.height);
  const made = document.createElement('canvas');
  made.width = Math.max(1, Math.round(factor*picture.width));
  made.height = Math.max(1, Math.round(factor*picture.height));
  made.role = 'img';
  made.ariaLabel = label;
  const pen = made.getContext('2d', {willReadFrequently:true});
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, made.width, made.height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(picture, 0, 0, made.width, made.height);
  return [made, pen];
}

/** Paint the pixels whose distance from the mask is at most `reach`, and which are outside of it. */
function rim(pixels, inside, [h, w], reach, colour) {
  for (let y = 0; y<h; y++) for (let x = 0; x<w; x++) {
    if (inside[y*w+x]) continue;
    const near = (v, u) => v>=0 && v<h && u>=0 && u<w && inside[v*w+u];
    let found = false;
    for (let r = 1; r<=reach; r++) found ||= near(y-r, x) || near(y+r, x) || near(y, x-r) || near(y, x+r);
    if (found) pixels.set(colour, 4*(y*w+x));
  }
}

/** The photograph with the outlines of both masks. */
export function outlines({picture, size, ...masks}) {
  const [made, pen] = canvas(picture, 'the photograph with the outlines of both masks');
  const {width:w, height:h} = made;
  const shown = pen.getImageData(0, 0, w, h);
  for (const [name, colour] of Object.entries(MASKS)) {
    const inside = enlarge(masks[name], [size, size], [h, w]).map(p => +(p>.5));
    rim(shown.data, inside, [h, w], 3, [0, 0, 0]);
    rim(shown.data, inside, [h, w], 2, colour);
  }
  pen.putImageData(shown, 0, 0);
  return made;
}

/** A share, 0…1, as a colour. */
export function coloured(share) {
  const at = share*(RAMP.length-1);
  const low = Math.min(Math.floor(at), RAMP.length-2);
  return RAMP[low].map((v, c) => v+(at-low)*(RAMP[low+1][c]-v));
}

/** The evidence for the diagnosis, from least to most, over the grey photograph. */
export function evidence({picture, cam, shape}) {
  const [made, pen] = canvas(picture, 'the evidence for the diagnosis over the photograph');
  const {width:w, height:h} = made;
  const shown = pen.getImageData(0, 0, w, h);
  const map = enlarge(cam, shape, [h, w]);
  const least = map.reduce((a, b) => Math.min(a, b));
  const range = Math.max(map.reduce((a, b) => Math.max(a, b))-least, 1e-4);
  map.forEach((v, i) => {
    const [r, g, b] = shown.data.subarray(4*i, 4*i+3);
    shown.data.set(coloured((v-least)/range).map(c => .4*(r+g+b)/3+.6*c), 4*i);
  });
  pen.putImageData(shown, 0, 0);
  return made;
}
