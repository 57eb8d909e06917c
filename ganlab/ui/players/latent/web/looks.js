// @ts-check
// Colours of paths and classes, and canvases at the resolution of the screen.
import { palette } from "../ganlab.player/palette.js";

/** @type {Record<string, number[]>} */
export const DASHES = { first: [6, 4], second: [], third: [2, 3], fourth: [9, 3, 2, 3], fifth: [1, 4] };

/** @typedef {ReturnType<typeof looks>} Looks */

/**
 * The page's colours for canvases; marks the root light or dark.
 * @param {HTMLElement} root
 */
export function looks(root) {
  const colours = palette(root);
  const style = getComputedStyle(root);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const dark = root.dataset.theme === "dark";
  return {
    ...colours,
    dark,
    text: value("--st-text-color"),
    background: value("--st-background-color"),
    line: dark ? "#3a4554" : "#d5dae1",
    d: value("--d"),
    track: dark ? "#2b3440" : "#e3e7ec",
    path: (/** @type {string} */ name) => value(`--${name}`) || value("--d"),
    /** The colour of a class; neighbouring classes differ in hue and lightness. */
    of: (/** @type {number} */ label, /** @type {number} */ count, alpha = 1) => {
      const hue = (360 * label) / Math.max(count, 1) + 10;
      const light = dark ? 58 + 12 * (label % 2) : 40 + 12 * (label % 2);
      return `hsl(${hue} 65% ${light}% / ${alpha})`;
    },
  };
}

/**
 * The cleared context of a canvas, in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function sharp(canvas, width, height) {
  const scale = Math.min(3, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const context = /** @type {Drawing} */ (canvas.getContext("2d"));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * Draws image `index` of a sheet of 28 × 28 tiles into a square of the canvas.
 * @param {Drawing} context
 * @param {CanvasImageSource} sheet
 * @param {number} columns
 * @param {number} index
 * @param {number} x
 * @param {number} y
 * @param {number} side
 * @param {number} [width]
 */
export function tile(context, sheet, columns, index, x, y, side, width = side) {
  const [sx, sy] = [(index % columns) * 28, Math.floor(index / columns) * 28];
  context.drawImage(sheet, sx, sy, 28, 28, x, y, width, side);
}

/**
 * A new element with its class and its text.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} [name]
 * @param {string} [text]
 */
export const element = (tag, name, text) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text !== undefined) made.textContent = text;
  return made;
};
