// @ts-check
// G's image of the latent lattice. Its cells have equal probability, so the density is 1/area: smaller cells are darker.

const LINES = 6; // shades of the lines
const SHADE = 0.05; // opacity added when the density doubles
const DARKEST = 0.45;

/**
 * points (R·C, 2) in the view's units; how: rows, columns, x and y (to pixels), unit, ink, extent, shaded, apart (rows alone: they are paths).
 * @param {Drawing} c
 * @param {Float32Array} points
 * @param {Lattice} how
 */
export function net(c, points, how) {
  const place = points.map((value, i) => (i % 2 ? how.y(value) : how.x(value)));
  c.fillStyle = c.strokeStyle = how.ink;
  if (how.shaded) cells(c, points, place, how);
  lines(c, place, how);
  c.globalAlpha = 1;
}

/**
 * Draws each cell alone: small paths are faster than complex ones, and overlapping cells add up.
 * @param {Drawing} c
 * @param {Float32Array} points
 * @param {Float32Array} place
 * @param {Lattice} how
 */
function cells(c, points, place, { rows, columns, extent }) {
  const even = (4 * extent * extent) / ((rows - 1) * (columns - 1));
  for (let r = 0; r + 1 < rows; r++) {
    for (let k = 0; k + 1 < columns; k++) {
      const corner = r * columns + k;
      const [a, b, d, e] = [corner, corner + 1, corner + columns + 1, corner + columns];
      const area = (Math.abs(turn(points, a, b, d)) + Math.abs(turn(points, a, d, e))) / 2;
      if (!Number.isFinite(area)) continue;
      c.globalAlpha = Math.min(DARKEST, SHADE * Math.log2(1 + (4 * even) / Math.max(area, 1e-9)));
      c.beginPath();
      c.moveTo(place[2 * a], place[2 * a + 1]);
      [b, d, e].forEach((i) => c.lineTo(place[2 * i], place[2 * i + 1]));
      c.fill();
    }
  }
}

/**
 * Twice the signed area of a triangle.
 * @param {Float32Array} p
 * @param {number} i
 * @param {number} j
 * @param {number} k
 */
function turn(p, i, j, k) {
  return (p[2 * j] - p[2 * i]) * (p[2 * k + 1] - p[2 * i + 1]) - (p[2 * k] - p[2 * i]) * (p[2 * j + 1] - p[2 * i + 1]);
}

/**
 * Draws the lines of the lattice. A shorter segment has a higher density and is darker.
 * @param {Drawing} c
 * @param {Float32Array} p
 * @param {Lattice} how
 */
function lines(c, p, { rows, columns, unit, shaded, apart }) {
  const shades = Array.from({ length: LINES }, () => new Path2D());
  const link = (/** @type {number} */ i, /** @type {number} */ j) => {
    const length = Math.hypot(p[2 * j] - p[2 * i], p[2 * j + 1] - p[2 * i + 1]);
    if (!(length > 0)) return;
    const shade = shades[Math.min(LINES - 1, Math.floor(Math.log2(1 + length / (6 * unit))))];
    shade.moveTo(p[2 * i], p[2 * i + 1]);
    shade.lineTo(p[2 * j], p[2 * j + 1]);
  };
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < columns; k++) {
      if (k + 1 < columns) link(r * columns + k, r * columns + k + 1);
      if (r + 1 < rows && !apart) link(r * columns + k, (r + 1) * columns + k);
    }
  }
  c.lineWidth = rows > 1 ? 0.8 : 1.6;
  shades.forEach((path, i) => {
    c.globalAlpha = (shaded ? 0.5 : 0.62) * 0.72 ** i;
    c.stroke(path);
  });
}
