// What is odd about a prediction: the measures of ckdnet.warn, and the distance of ckdnet.pretrained.

/** A map (h·w) at another size (H·W), bilinearly. */
export function enlarge(map, [h, w], [H, W]) {
  function places(old, now) {
    return Array.from({length:now}, (_, i) => {
      const at = Math.max((i+.5)*old/now-.5, 0);
      const low = Math.floor(at);
      return {low, high:Math.min(low+1, old-1), part:at-low};
    });
  }
  const columns = places(w, W);
  const out = new Float32Array(H*W);
  places(h, H).forEach((r, y) => columns.forEach((c, x) => {
    const line = k => (1-c.part)*map[k*w+c.low] + c.part*map[k*w+c.high];
    out[y*W+x] = (1-r.part)*line(r.low) + r.part*line(r.high);
  }));
  return out;
}

const total = values => values.reduce((a, b) => a+b, 0);
const mean = values => total(values)/values.length;

/** Share of the pixels in the fine mask. */
export function area(fine) { return mean(Array.from(fine, p => +(p>.5))) }

/** Jaccard index of both masks; two empty ones agree. */
export function agreement(coarse, fine) {
  let both = 0, any = 0;
  fine.forEach((p, i) => {
    both += p>.5 && coarse[i]>.5;
    any += p>.5 || coarse[i]>.5;
  });
  return any ? both/any : 1;
}

/** Share of the positive evidence that lies outside of the fine mask. */
export function outside(cam, shape, fine, size) {
  const evidence = enlarge(cam, shape, [size, size]).map(v => Math.max(v, 0));
  return total(evidence.filter((_, i) => !(fine[i]>.5)))/Math.max(total(evidence), 1e-9);
}

/** Variance of the Laplacian of the grey picture, 0…255; beyond an edge its pixels are repeated. */
export function sharpness(x, size) {
  const n = size*size;
  const grey = Float32Array.from({length:n}, (_, i) => 255*(x[i]+x[n+i]+x[2*n+i])/3);
  const at = (y, x) => grey[Math.min(Math.max(y, 0), size-1)*size + Math.min(Math.max(x, 0), size-1)];
  const laplace = Array.from({length:n}, (_, i) => {
    const y = Math.floor(i/size), x = i%size;
    return at(y-1, x)+at(y+1, x)+at(y, x-1)+at(y, x+1)-4*at(y, x);
  });
  const centre = mean(laplace);
  return mean(laplace.map(v => (v-centre)**2));
}

/** Mahalanobis distance of the features (K) from those of the training images. */
export function distance(features, {mean, precision}) {
  const d = Array.from(features, (v, i) => v-mean[i]);
  const k = d.length;
  const square = total(d.map((v, i) => v*total(d.map((u, j) => u*precision[i*k+j]))));
  return Math.sqrt(Math.max(square, 0));
}

/** Those of the warnings of about.json that fire, with the value. */
export function fired(warnings, measures) {
  const odd = ({measure, side, limit}) => side=='below' ? measures[measure]<limit : measures[measure]>limit;
  return warnings.filter(odd).map(w => ({...w, value:measures[w.measure]}));
}

/** A warning with its value and its limit, in as many digits as tell them apart, and at least three. */
export function warningText({name, value, limit}) {
  const rounded = (v, n) => v.toLocaleString('en', {maximumSignificantDigits:n, useGrouping:false});
  let n = 3;
  while (n<17 && rounded(value, n)==rounded(limit, n)) n += 1;
  return `${name} (${rounded(value, n)}, limit ${rounded(limit, n)})`;
}
