// @ts-check
// D's outputs as two histograms: real points above, generated points below.

const BINS = 21;

/**
 * Draws into a context of side x side pixels; `field` is D's belief in [-1, 1], its lowest row first.
 * @param {Drawing} c
 * @param {number} side
 * @param {{ real: Float32Array, fake: Float32Array, field: Float32Array, cells: number, extent: number }} seen
 * @param {Palette} palette
 */
export function opinions(c, side, { real, fake, field, cells, extent }, palette) {
  const seen = [real, fake].map((points) => counted(points, field, cells, extent));
  const top = Math.max(...seen.flat(), 1e-9),
    wide = side / BINS,
    middle = side / 2;
  backdrop(c, side, palette.field);
  [
    { shares: seen[0], colour: palette.real, up: true },
    { shares: seen[1], colour: palette.generated, up: false },
  ].forEach(({ shares, colour, up }) => {
    c.fillStyle = colour;
    shares.forEach((share, i) => {
      const height = (middle - 3) * Math.sqrt(share / top);
      c.fillRect(i * wide + 0.5, up ? middle - height : middle, wide - 1, height);
    });
  });
  c.fillStyle = palette.ink;
  c.fillRect(0, middle - 0.5, side, 1);
  c.fillRect(middle - 0.5, 0, 1, side);
}

/**
 * Draws the field's colours from "fake" on the left to "real" on the right.
 * @param {Drawing} c
 * @param {number} side
 * @param {Palette["field"]} colours
 */
function backdrop(c, side, { saysFake, undecided, saysReal }) {
  const ramp = c.createLinearGradient(0, 0, side, 0);
  [saysFake, undecided, saysReal].forEach((rgb, i) => ramp.addColorStop(i / 2, `rgb(${rgb.join()})`));
  c.fillStyle = ramp;
  c.fillRect(0, 0, side, side);
}

/**
 * The share of the points in each bin of D's output.
 * @param {Float32Array} points
 * @param {Float32Array} field
 * @param {number} cells
 * @param {number} extent
 */
function counted(points, field, cells, extent) {
  const shares = new Array(BINS).fill(0),
    n = points.length / 2;
  for (let i = 0; i < n; i++) {
    const value = at(field, cells, points[2 * i] / extent, points[2 * i + 1] / extent);
    if (Number.isFinite(value)) shares[Math.min(BINS - 1, Math.floor(((value + 1) / 2) * BINS))] += 1 / n;
  }
  return shares;
}

/**
 * The bilinear interpolation of the field at x and y in [-1, 1]; constant beyond the edge.
 * @param {Float32Array} field
 * @param {number} cells
 * @param {number} x
 * @param {number} y
 */
function at(field, cells, x, y) {
  const [u, v] = [x, y].map((z) => Math.max(0, Math.min(cells - 1.001, ((z + 1) / 2) * cells - 0.5)));
  const [i, j] = [Math.floor(v), Math.floor(u)],
    [s, t] = [v - i, u - j];
  const value = (/** @type {number} */ row, /** @type {number} */ column) => field[row * cells + column];
  return (
    (1 - s) * ((1 - t) * value(i, j) + t * value(i, j + 1)) + s * ((1 - t) * value(i + 1, j) + t * value(i + 1, j + 1))
  );
}
