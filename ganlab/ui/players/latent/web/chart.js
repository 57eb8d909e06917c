// @ts-check
// Curves over t: one line per walk, a grey band for the prior, a line at the present t.
import { DASHES, sharp } from "./looks.js";

/** @import { Looks } from "./looks.js" */

const HEIGHT = 104;
const LEFT = 34,
  RIGHT = 6,
  TOP = 8,
  BOTTOM = 18;

/**
 * A round number at or above x (within 0.1 %): 1, 1.5, 2, 3, 4, 5, 6, 8 or 10 times a power of ten.
 * @param {number} x
 */
export function ceiling(x) {
  if (!(x > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(x));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((m) => m * power).find((v) => v >= x * 0.999) ?? 10 * power;
}

/**
 * series: [{values, colour}], top: end of the y axis, band: {low, high, line, label} or none.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {Curve} curve
 * @param {number} t
 * @param {Looks} looks
 * @param {Scale} scale
 */
export function chart(canvas, width, { series, top, band, write }, t, looks, scale) {
  const c = sharp(canvas, width, HEIGHT);
  const [w, h] = [width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
  const x = (/** @type {number} */ i, /** @type {number} */ n) => LEFT + (n > 1 ? i / (n - 1) : 0.5) * w;
  const y = (/** @type {number} */ v) => TOP + h - (Math.min(v, top) / top) * h;
  if (band) shade(c, band, y, w, looks);
  frame(c, top, y, w, h, write, looks, scale);
  c.lineWidth = 2;
  c.lineJoin = "round";
  series.forEach(({ values, colour }) => {
    c.strokeStyle = looks.path(colour);
    c.setLineDash(DASHES[colour] ?? []);
    c.beginPath();
    values.forEach((v, i) => c[i ? "lineTo" : "moveTo"](x(i, values.length), y(v)));
    c.stroke();
  });
  c.setLineDash([]);
  c.fillStyle = looks.text;
  c.fillRect(LEFT + t * w - 0.75, TOP - 4, 1.5, h + 4);
}

/**
 * @param {Drawing} c
 * @param {Band} band
 * @param {(v: number) => number} y
 * @param {number} w
 * @param {Looks} looks
 */
function shade(c, { low, high, line, label }, y, w, looks) {
  c.fillStyle = looks.track;
  c.fillRect(LEFT, y(high), w, Math.max(2, y(low) - y(high)));
  c.strokeStyle = looks.muted;
  c.setLineDash([4, 3]);
  c.beginPath();
  c.moveTo(LEFT, y(line));
  c.lineTo(LEFT + w, y(line));
  c.stroke();
  c.setLineDash([]);
  text(c, `– – ${label}`, LEFT + w - 2, y(0) - 3, looks, "right", "bottom");
}

/**
 * @param {Drawing} c
 * @param {number} top
 * @param {(v: number) => number} y
 * @param {number} w
 * @param {number} h
 * @param {(v: number) => string} write
 * @param {Looks} looks
 * @param {Scale} scale
 */
function frame(c, top, y, w, h, write, looks, [letter, low, high]) {
  c.strokeStyle = looks.line;
  c.lineWidth = 1;
  [0, top / 2, top].forEach((v) => {
    c.beginPath();
    c.moveTo(LEFT, Math.round(y(v)) + 0.5);
    c.lineTo(LEFT + w, Math.round(y(v)) + 0.5);
    c.stroke();
    text(c, write(v), LEFT - 5, y(v), looks, "right", "middle");
  });
  text(c, signed(low), LEFT, TOP + h + 4, looks, "left", "top");
  text(c, letter, LEFT + w / 2, TOP + h + 4, looks, "center", "top");
  text(c, signed(high), LEFT + w, TOP + h + 4, looks, "right", "top");
}

/** @param {number} x */
const signed = (x) => String(x).replace("-", "−");

/**
 * @param {Drawing} c
 * @param {string} words
 * @param {number} x
 * @param {number} y
 * @param {Looks} looks
 * @param {CanvasTextAlign} align
 * @param {CanvasTextBaseline} baseline
 */
function text(c, words, x, y, looks, align, baseline) {
  Object.assign(c, { font: "11px sans-serif", fillStyle: looks.muted, textAlign: align, textBaseline: baseline });
  c.fillText(words, x, y);
}

/**
 * The t at a pointer on a chart.
 * @param {number} x
 * @param {number} width
 */
export const chartTime = (x, width) => (x - LEFT) / (width - LEFT - RIGHT);
