// From a photograph to the input of the networks: the steps of ckdnet.preprocess, in the same order.

const BAND = 256; // rows that are read at once
const WIDEST = 16384; // px, of a canvas, in every browser

/** A file as an upright ImageBitmap in sRGB. Throws an Error that says what to do. */
export async function decode(file, maxPixels) {
  const picture = await createImageBitmap(file, {premultiplyAlpha:'none'}).catch(() => null);
  if (!picture) throw new Error('This browser cannot read it as an image: save it as JPEG or PNG.');
  const {width, height} = picture;
  if (width*height<=maxPixels && width<=WIDEST) return picture;
  picture.close(); // its pixels would be read as zeros, without an error
  throw new Error(`It has ${width} × ${height} pixels, which is too many: reduce it.`);
}

/** For each of the new pixels of a line: the first old one that counts, and the weights from there on. */
export function triangles(old, now) {
  const scale = old/now;
  const reach = Math.max(scale, 1);
  return Array.from({length:now}, (_, i) => {
    const centre = (i+.5)*scale;
    const first = Math.max(Math.trunc(centre-reach+.5), 0);
    const end = Math.min(Math.trunc(centre+reach+.5), old);
    const heights = Array.from({length:end-first}, (_, j) => Math.max(0, 1-Math.abs(first+j+.5-centre)/reach));
    const sum = heights.reduce((a, b) => a+b);
    return {first, weights:heights.map(h => h/sum)};
  });
}

/** Rows of RGBA bytes (rows·W·4) → rows of RGB (rows·size·3), 0…1, written to `out` from `at` on. */
export function narrow(rgba, width, across, out, at) {
  const rows = rgba.length/4/width;
  for (let y = 0; y<rows; y++) for (const {first, weights} of across) {
    let r = 0, g = 0, b = 0, k = 4*(y*width+first);
    for (const w of weights) {
      r += w*rgba[k];
      g += w*rgba[k+1];
      b += w*rgba[k+2];
      k += 4;
    }
    out[at++] = r/255;
    out[at++] = g/255;
    out[at++] = b/255;
  }
}

/** Rows of RGB (H·size·3) → the three channels (3·size·size), one after another. */
export function shorten(rows, size, down) {
  const out = new Float32Array(3*size*size);
  down.forEach(({first, weights}, y) => {
    for (let x = 0; x<size; x++) for (let c = 0; c<3; c++) {
      let sum = 0;
      weights.forEach((w, j) => { sum += w*rows[((first+j)*size+x)*3+c] });
      out[(c*size+y)*size+x] = sum;
    }
  });
  return out;
}

/** A decoded picture as float32 (3·size·size), RGB in 0…1; what is transparent is white. */
export function networkInput(picture, size) {
  const {width, height} = picture;
  const across = triangles(width, size);
  const rows = new Float32Array(height*size*3);
  const canvas = new OffscreenCanvas(width, Math.min(BAND, height));
  const pen = canvas.getContext('2d', {willReadFrequently:true}); // in memory: a GPU changes pixels by 1
  for (let top = 0; top<height; top += BAND) {
    const n = Math.min(BAND, height-top);
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, width, n);
    pen.drawImage(picture, 0, top, width, n, 0, 0, width, n);
    narrow(pen.getImageData(0, 0, width, n).data, width, across, rows, top*size*3);
  }
  return shorten(rows, size, triangles(height, size));
}
