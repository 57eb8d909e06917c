// @ts-check
// The smaller pictures: the game on its line, the eigenvalues in the complex plane, the distance over the rounds.

const TURN = 2 * Math.PI;
const REACH = 1.6; // half the width of the complex plane
const FONT = "12px sans-serif";
const MINUS = "−";
const FEW = 4; // decades that are all named

/**
 * A canvas of so many CSS pixels, empty.
 * @param {HTMLCanvasElement} canvas
 * @param {number} wide
 * @param {number} high
 */
export function fitted(canvas, wide, high) {
  const scale = Math.min(3, window.devicePixelRatio || 1);
  canvas.width = Math.round(wide * scale);
  canvas.height = Math.round(high * scale);
  Object.assign(canvas.style, { width: `${wide}px`, height: `${high}px` });
  const c = /** @type {Drawing} */ (canvas.getContext("2d"));
  c.setTransform(scale, 0, 0, scale, 0, 0);
  c.font = FONT;
  return c;
}

/**
 * @param {Drawing} c
 * @param {Point} at
 * @param {number} radius
 * @param {string} fill
 * @param {string} [edge]
 * @param {number} [wide]
 */
export function dot(c, [x, y], radius, fill, edge = "", wide = 2) {
  c.beginPath();
  c.arc(x, y, radius, 0, TURN);
  c.fillStyle = fill;
  c.fill();
  if (!edge) return;
  c.strokeStyle = edge;
  c.lineWidth = wide;
  c.stroke();
}

/**
 * @param {Drawing} c
 * @param {Point} from
 * @param {Point} to
 */
export function line(c, from, to) {
  c.beginPath();
  c.moveTo(...from);
  c.lineTo(...to);
  c.stroke();
}

/**
 * Both axes through 0, with a number at each whole one and their names at the ends.
 * @param {Drawing} c
 * @param {(place: Point) => Point} at
 * @param {number} extent
 * @param {Palette} colours
 * @param {[string, string]} names
 */
export function axes(c, at, extent, colours, [across, up]) {
  Object.assign(c, { strokeStyle: colours.muted, fillStyle: colours.muted, lineWidth: 1 });
  c.globalAlpha = 0.8;
  line(c, at([-extent, 0]), at([extent, 0]));
  line(c, at([0, -extent]), at([0, extent]));
  const [right, middle] = at([extent, 0]),
    [centre, top] = at([0, extent]);
  for (let v = -Math.floor(extent); v <= extent; v++) {
    if (!v) continue;
    const words = String(v).replace("-", MINUS);
    Object.assign(c, { textAlign: "center", textBaseline: "top" });
    c.fillText(words, at([v, 0])[0], middle + 4);
    Object.assign(c, { textAlign: "right", textBaseline: "middle" });
    c.fillText(words, centre - 5, at([0, v])[1]);
  }
  c.globalAlpha = 1;
  c.fillStyle = colours.ink;
  Object.assign(c, { textAlign: "right", textBaseline: "bottom" });
  c.fillText(across, right - 5, middle - 5);
  Object.assign(c, { textAlign: "left", textBaseline: "top" });
  c.fillText(up, centre + 7, top + 5);
}

/**
 * The line of points: the data at 0, the generated point at θ, and D as a straight line of slope ψ.
 * @param {HTMLCanvasElement} canvas
 * @param {{ wide: number, high: number, extent: number, place: Point, colours: Palette, d: string }} scene
 */
export function game(canvas, { wide, high, extent, place: [theta, psi], colours, d }) {
  const c = fitted(canvas, wide, high),
    x = (/** @type {number} */ v) => ((v / extent + 1) / 2) * wide,
    y = (/** @type {number} */ v) => high / 2 - (v / extent / 2) * high;
  c.fillStyle = colours.ground;
  c.fillRect(0, 0, wide, high);
  Object.assign(c, { strokeStyle: colours.muted, lineWidth: 1 });
  line(c, [0, high / 2], [wide, high / 2]);
  Object.assign(c, { strokeStyle: d, lineWidth: 2.5 });
  line(c, [x(-extent), y(-psi * extent)], [x(extent), y(psi * extent)]);
  dot(c, [x(0), high / 2], 8, colours.real, colours.ground);
  dot(c, [x(Math.max(-extent, Math.min(extent, theta))), high / 2], 8, colours.generated, colours.ground);
}

/**
 * Eigenvalues, and the circle inside which a round comes closer.
 * @param {HTMLCanvasElement} canvas
 * @param {{ side: number, values: import("./game.js").Complex[], colours: Palette, names: [string, string] }} scene
 */
export function circle(canvas, { side, values, colours, names }) {
  const c = fitted(canvas, side, side);
  /** @type {(place: Point) => Point} */
  const at = ([re, im]) => [((re / REACH + 1) / 2) * side, ((1 - im / REACH) / 2) * side];
  const inside = (/** @type {number} */ v) => Math.max(-REACH * 0.97, Math.min(REACH * 0.97, v));
  c.fillStyle = colours.ground;
  c.fillRect(0, 0, side, side);
  axes(c, at, REACH, colours, names);
  c.beginPath();
  c.arc(side / 2, side / 2, side / 2 / REACH, 0, TURN);
  Object.assign(c, { strokeStyle: colours.real, lineWidth: 2 });
  c.stroke();
  for (const { re, im } of values) dot(c, at([inside(re), inside(im)]), 6, colours.gradient, colours.ground);
}

/**
 * The distance from the equilibrium over the rounds, by powers of ten.
 * @param {HTMLCanvasElement} canvas
 * @param {{ wide: number, high: number, far: number[], now: number, colours: Palette, names: [string, string] }} scene
 */
export function distance(canvas, { wide, high, far, now, colours, names: [rounds, name] }) {
  const c = fitted(canvas, wide, high),
    [left, right, top, bottom] = [44, 10, 22, 24];
  const seen = far.filter((r) => Number.isFinite(r));
  const low = Math.log10(Math.max(1e-7, Math.min(0.1, ...seen))),
    most = Math.log10(Math.min(1e5, Math.max(10, ...seen)));
  const x = (/** @type {number} */ k) => left + (k / (far.length - 1)) * (wide - left - right),
    y = (/** @type {number} */ r) =>
      top + ((most - Math.min(most, Math.max(low, Math.log10(r)))) / (most - low)) * (high - top - bottom);
  Object.assign(c, { fillStyle: colours.muted, strokeStyle: colours.muted, lineWidth: 1 });
  Object.assign(c, { textAlign: "right", textBaseline: "middle" });
  for (const r of decades(low, most)) {
    c.fillText(power(r), left - 6, y(r));
    c.globalAlpha = 0.3;
    line(c, [left, y(r)], [wide - right, y(r)]);
    c.globalAlpha = 1;
  }
  Object.assign(c, { textAlign: "left", textBaseline: "top", fillStyle: colours.ink });
  c.fillText(name, 4, 2);
  Object.assign(c, { textAlign: "right", textBaseline: "bottom" });
  c.fillText(rounds, wide - right, high - 2);
  Object.assign(c, { strokeStyle: colours.generated, lineWidth: 2 });
  c.beginPath();
  for (const [k, r] of far.entries()) if (Number.isFinite(r)) c.lineTo(x(k), y(Math.max(r, 1e-12)));
  c.stroke();
  if (Number.isFinite(far[now])) dot(c, [x(now), y(Math.max(far[now], 1e-12))], 5.5, colours.generated, colours.ground);
}

/**
 * The powers of ten in a range of exponents: all, or each second one.
 * @param {number} low
 * @param {number} most
 */
function decades(low, most) {
  const gap = most - low > FEW ? 2 : 1,
    first = gap * Math.ceil(low / gap);
  return Array.from({ length: Math.floor((most - first) / gap) + 1 }, (_, k) => 10 ** (first + gap * k));
}

/** @param {number} r a power of ten */
const power = (r) => {
  const n = Math.round(Math.log10(r));
  return n
    ? `10${String(n)
        .replace("-", "⁻")
        .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)])}`
    : "1";
};
