// @ts-check
// The filmstrip of a walk, and below it the classification of each frame.
import { sharp, tile } from "./looks.js";

/** @import { Looks } from "./looks.js" */

const THUMB = 42;
const BAND = 17;

/**
 * Draws evenly spaced frames of a walk side by side, with a line at the present one.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {WalkRow} row
 * @param {number} columns
 * @param {number} t
 * @param {Looks} looks
 */
export function film(canvas, width, row, columns, t, looks) {
  const count = Math.max(4, Math.floor(width / THUMB)),
    cell = width / count;
  const context = sharp(canvas, width, THUMB);
  context.imageSmoothingEnabled = true;
  for (let i = 0; i < count; i++) {
    const frame = Math.round(((i + 0.5) / count) * (row.frames - 1));
    if (row.sheet) tile(context, row.sheet, columns, frame, i * cell + 0.5, 0, THUMB, cell - 1);
  }
  needle(context, t * width, THUMB, looks.path(row.colour));
}

/**
 * Draws the class of each frame as a colour, paler if less certain, with its name if there is room.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {WalkRow} row
 * @param {string[]} classes
 * @param {number} t
 * @param {Looks} looks
 */
export function band(canvas, width, row, classes, t, looks) {
  const context = sharp(canvas, width, BAND),
    n = row.labels.length;
  context.fillStyle = looks.track;
  context.fillRect(0, 0, width, BAND);
  for (let i = 0; i < n; i++) {
    context.fillStyle = colour(row, i, classes, looks);
    context.fillRect((i / n) * width, 0, width / n + 0.6, BAND);
  }
  context.font = "600 11px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  runs(row.labels, row.sure).forEach(({ label, from, to }) => {
    const room = ((to - from) / n) * width,
      name = classes[label];
    if (name === undefined || room < context.measureText(name).width + 4) return;
    context.fillStyle = looks.dark ? "#0e131b" : "#fff";
    context.fillText(name, ((from + to) / 2 / n) * width, BAND / 2 + 0.5);
  });
  needle(context, t * width, BAND, looks.text);
}

/**
 * @param {WalkRow} row
 * @param {number} i
 * @param {string[]} classes
 * @param {Looks} looks
 */
function colour(row, i, classes, looks) {
  const sure = Math.max(0, (row.sure[i] - 0.2) / 0.8);
  if (row.labels[i] >= 0) return looks.of(row.labels[i], classes.length, 0.12 + 0.88 * sure);
  return row.sure[i] ? looks.real : "transparent";
}

/**
 * Ranges of frames with the same, fairly certain label.
 * @param {number[]} labels
 * @param {number[]} sure
 */
export function runs(labels, sure) {
  /** @type {{ label: number, from: number, to: number }[]} */
  const found = [];
  labels.forEach((label, i) => {
    const last = found.at(-1);
    if (label < 0 || sure[i] < 0.5) return;
    if (last && last.label === label && last.to === i) last.to = i + 1;
    else found.push({ label, from: i, to: i + 1 });
  });
  return found;
}

/**
 * @param {Drawing} context
 * @param {number} x
 * @param {number} height
 * @param {string} colour
 */
export function needle(context, x, height, colour) {
  context.fillStyle = colour;
  context.fillRect(Math.max(0, Math.min(x - 1, context.canvas.clientWidth - 2)), 0, 2, height);
}
