// @ts-check
// The picture of data on a line: densities, D and the optimal D over x, and lines from z to x = G(z); after figure 1 of
// Goodfellow et al. 2014 (arXiv:1406.2661). ganlab/plane/line.py computes the curves.

/**
 * Where things are: x of the data to pixels, the top and the bottom of the curves, and the height of the axis of z.
 * @typedef {{ c: Drawing, side: number, x: (x: number) => number, top: number, bottom: number, z: number, left: number, right: number, labelled: boolean }} Place
 */
/**
 * The curves of a moment, each over the bins of the view.
 * @typedef {{ d: Float32Array, density: Float32Array, optimal: Float32Array }} Curves
 */

const LABELLED = 240; // side from which axes have numbers, in pixels
const HEADROOM = 1.5; // top of the axis of densities, as a multiple of the data's largest
const EVERY = 12; // one of so many points has an arrow
const LINES = 33; // lines from z to x, at most
const AROUND = 0.05; // what a region's outline leaves around its places, as a share of the view's extent
const DOTTED = [1, 5];
const DASHED = [9, 6];

/**
 * D, p_g and the optimal D of a frame's numbers, one after the other.
 * @param {Float32Array} numbers
 * @returns {Curves}
 */
export function cutCurves(numbers) {
  const n = numbers.length / 3;
  const [d, density, optimal] = [0, 1, 2].map((i) => numbers.subarray(i * n, (i + 1) * n));
  return { d, density, optimal };
}

/**
 * The range of the axis of D: that of its loss, or around what D says here.
 * @param {[number, number] | null} scale
 * @param {Float32Array} d
 * @returns {[number, number]}
 */
export function rangeOf(scale, d) {
  if (scale) return scale;
  const said = [...d].filter(Number.isFinite);
  const [low, high] = [Math.min(...said, 0), Math.max(...said, 0)];
  const room = Math.max(0.1 * (high - low), 0.05);
  return [low - room, high + room];
}

/**
 * Draws what is on of a moment: `numbers` are its curves, `grid` and `fake` its points; null: only the data.
 * @param {Drawing} c
 * @param {number} side
 * @param {{ head: PlaneHead, layers: Layers, mode: number, palette: Palette, shares?: Float32Array, regions?: number[][] }} how
 * @param {{ numbers: Float32Array, grid: Float32Array, rows: number, columns: number, fake: Float32Array, arrows?: Float32Array } | null} seen
 */
export function curves(c, side, { head, layers, mode, palette, shares, regions = [] }, seen) {
  const { p, scale } = /** @type {NonNullable<PlaneHead["line"]>} */ (head.line);
  const place = placed(c, side, head.extent, layers.grid);
  const most = HEADROOM * Math.max(...p);
  c.fillStyle = palette.ground;
  c.fillRect(0, 0, side, side);
  bands(place, head, { all: layers.modes, mode, shares }, palette);
  const cut = seen && cutCurves(seen.numbers);
  const range = rangeOf(scale, cut?.d ?? new Float32Array());
  axes(place, head.extent, most, cut && layers.field ? range : null, { palette, z: layers.grid && !!seen });
  if (seen && layers.grid) links(place, head, seen, palette);
  c.save();
  c.beginPath();
  c.rect(place.left, 0, place.right - place.left, place.bottom);
  c.clip();
  if (cut && layers.fake) line(place, cut.density, [0, most], { colour: palette.generated, width: 2.5, fill: true });
  if (layers.real) line(place, p, [0, most], { colour: palette.real, width: 2.75, dash: DOTTED });
  if (cut && layers.field) {
    line(place, cut.optimal, range, { colour: palette.d, width: 1.5 });
    line(place, cut.d, range, { colour: palette.d, width: 2.5, dash: DASHED });
  }
  c.restore();
  outlines(place, head.extent, regions, palette);
  if (seen?.arrows && layers.arrows) pushes(place, seen.fake, seen.arrows, palette);
}

/** @type {(c: Drawing, side: number, extent: number, below: boolean) => Place} */
function placed(c, side, extent, below) {
  const labelled = side >= LABELLED;
  const margin = labelled ? 34 : 3;
  const [left, right] = [margin, side - margin];
  const bottom = Math.round(below ? 0.64 * side : side - (labelled ? 40 : 6));
  const x = (/** @type {number} */ v) => left + ((v / extent + 1) / 2) * (right - left);
  return { c, side, x, top: labelled ? 24 : 4, bottom, z: side - (labelled ? 24 : 4), left, right, labelled };
}

/** @type {(place: Place, values: ArrayLike<number>, range: [number, number], how: { colour: string, width: number, dash?: number[], fill?: boolean }) => void} */
function line({ c, top, bottom, left, right, labelled }, values, [low, high], { colour, width, dash = [], fill }) {
  const step = (right - left) / values.length;
  const path = new Path2D();
  let pen = false;
  for (let i = 0; i < values.length; i++) {
    const y = bottom - ((values[i] - low) / (high - low)) * (bottom - top);
    if (Number.isFinite(y)) path[pen ? "lineTo" : "moveTo"](left + (i + 0.5) * step, Math.max(y, -4 * bottom));
    pen = Number.isFinite(y);
  }
  c.strokeStyle = c.fillStyle = colour;
  if (fill) {
    const area = new Path2D(path);
    area.lineTo(right, bottom);
    area.lineTo(left, bottom);
    c.globalAlpha = 0.16;
    c.fill(area);
    c.globalAlpha = 1;
  }
  c.lineWidth = labelled ? width : Math.max(1, width / 2);
  c.lineCap = dash === DOTTED ? "round" : "butt";
  c.setLineDash(labelled ? dash : dash.map((part) => part / 2));
  c.stroke(path);
  c.setLineDash([]);
}

/** @type {(place: Place, extent: number, most: number, range: [number, number] | null, how: { palette: Palette, z: boolean }) => void} */
function axes({ c, x, top, bottom, left, right, z, labelled, side: wide }, extent, most, range, { palette, z: below }) {
  c.strokeStyle = c.fillStyle = palette.muted;
  c.lineWidth = 1;
  const across = (/** @type {number} */ y) => {
    c.beginPath();
    c.moveTo(left, y + 0.5);
    c.lineTo(right, y + 0.5);
    c.stroke();
  };
  across(bottom);
  if (below) across(z);
  if (!labelled) return;
  c.font = "12px system-ui, sans-serif";
  const write = (
    /** @type {string} */ text,
    /** @type {number} */ u,
    /** @type {number} */ v,
    /** @type {CanvasTextAlign} */ align,
  ) => {
    c.textAlign = align;
    c.textBaseline = "middle";
    c.fillText(text, u, v);
  };
  const whole = Math.floor(extent - 0.5);
  for (let tick = -whole; tick <= whole; tick++) write(sign(tick), x(tick), bottom + 12, "center");
  write("x", right + 10, bottom + 12, "center");
  if (below) write("z", wide - 24, z + 1, "center");
  write("p", left - 12, top - 12, "center");
  for (const share of [0, 1 / 3, 2 / 3, 1])
    write(sign(most * share, 1), left - 5, bottom - share * (bottom - top), "right");
  if (!range) return;
  write("D", right + 12, top - 12, "center");
  for (const share of [0, 0.5, 1]) {
    const value = range[0] + share * (range[1] - range[0]);
    write(sign(value, Number.isInteger(value) ? 0 : 1), right + 5, bottom - share * (bottom - top), "left");
  }
}

/** A number with a true minus sign. @type {(value: number, digits?: number) => string} */
const sign = (value, digits = 0) => value.toFixed(digits).replace("-", "−");

/** Lines from z, below, to x = G(z): of the only coordinate, or of the last one with all others at their middle. @type {(place: Place, head: PlaneHead, seen: { grid: Float32Array, rows: number, columns: number }, palette: Palette) => void} */
function links({ c, x, bottom, z, left, right, labelled }, { noise }, { grid, rows, columns }, palette) {
  if (!noise) return;
  const [first, from] = [Math.floor(rows / 2) * columns, labelled ? bottom + 24 : bottom + 2];
  const place = (/** @type {number} */ v) => left + ((v / noise.extent + 1) / 2) * (right - left);
  c.strokeStyle = palette.ink;
  c.lineWidth = labelled ? 1 : 0.6;
  c.globalAlpha = 0.55;
  c.beginPath();
  for (const i of spread(columns)) {
    const end = x(grid[2 * (first + i)]);
    if (!Number.isFinite(end)) continue;
    c.moveTo(place(noise.axis[i]), z);
    c.lineTo(Math.max(left - 20, Math.min(right + 20, end)), from);
    c.lineTo(Math.max(left - 20, Math.min(right + 20, end)), from - (labelled ? 4 : 0));
  }
  c.stroke();
  c.globalAlpha = 1;
}

/** At most LINES of so many places, evenly, both ends among them. @type {(count: number) => number[]} */
export function spread(count) {
  const n = Math.min(count, LINES);
  return Array.from({ length: n }, (_, i) => Math.round((i * (count - 1)) / (n - 1)));
}

/** The intervals of 3σ around modes. @type {(place: Place, head: PlaneHead, which: { all: boolean, mode: number, shares?: Float32Array }, palette: Palette) => void} */
function bands({ c, x, top, bottom }, { modes, std }, { all, mode, shares }, palette) {
  (modes ?? []).forEach(([middle], i) => {
    if (!all && i !== mode) return;
    const [from, to] = [-3, 3].map((k) => x(middle + k * (std ?? 0)));
    c.fillStyle = shares && shares[i] < 0.01 ? palette.gradient : palette.real;
    c.globalAlpha = i === mode ? 0.22 : 0.12;
    c.fillRect(from, top, to - from, bottom - top);
    c.globalAlpha = 1;
  });
}

/** Outlines the regions that are missing, [x0, y0, x1, y1, …] each: from their first place to their last, and a cell more. @type {(place: Place, extent: number, regions: number[][], palette: Palette) => void} */
function outlines({ c, x, top, bottom }, extent, regions, palette) {
  c.strokeStyle = palette.gradient;
  c.lineWidth = 2.5;
  for (const places of regions) {
    const xs = places.filter((_, i) => i % 2 === 0);
    const [from, to] = [Math.min(...xs) - extent * AROUND, Math.max(...xs) + extent * AROUND].map(x);
    c.strokeRect(from, top, to - from, bottom - top);
  }
}

/** Where each of some points is pushed along x, on the axis; long where it is pushed hard, as on the plane. @type {(place: Place, fake: Float32Array, arrows: Float32Array, palette: Palette) => void} */
function pushes({ c, x, bottom, left, right, labelled }, fake, arrows, palette) {
  const longest = labelled ? 40 : 14;
  c.strokeStyle = palette.gradient;
  c.lineWidth = labelled ? 1.4 : 1;
  c.beginPath();
  for (let i = 0; i < fake.length / 2; i += EVERY) {
    const [start, push] = [x(fake[2 * i]), arrows[2 * i]];
    const long = longest * Math.sign(push) * Math.sqrt(Math.abs(push) / (1 + Math.abs(push)));
    if (!(Math.abs(long) > 3) || start < left || start > right) continue;
    const y = bottom - 4 - ((i % (4 * EVERY)) / EVERY) * (labelled ? 4 : 1.5);
    const head = Math.sign(long) * Math.min(5, Math.abs(long) / 2);
    c.moveTo(start, y);
    c.lineTo(start + long, y);
    c.lineTo(start + long - head, y - 3);
  }
  c.stroke();
}
