// @ts-check
// The picture as a file, with a caption.
import { Canvas } from "./canvas.js";

/** @import { Film } from "./film.js" */
/** @import { Scene } from "./canvas.js" */

const SIDE = 960; // pixels
const LINE = 56; // pixels below it

/**
 * Calls `done` with a PNG of the scene (null: only the real points) and a caption of two texts.
 * @param {Scene | null} scene
 * @param {Film<PlaneHead>} film
 * @param {Layers} layers
 * @param {Palette} palette
 * @param {[title: string, facts: string]} words
 * @param {BlobCallback} done
 */
export function png(scene, film, layers, palette, [title, facts], done) {
  const sheet = document.createElement("canvas");
  const canvas = new Canvas(document.createElement("canvas"));
  canvas.dress(palette);
  canvas.resize(SIDE, 1);
  scene ? canvas.draw(scene) : canvas.blank(film, layers);
  [sheet.width, sheet.height] = [SIDE, SIDE + LINE];
  const c = /** @type {Drawing} */ (sheet.getContext("2d"));
  c.fillStyle = palette.ground;
  c.fillRect(0, 0, SIDE, SIDE + LINE);
  c.drawImage(canvas.element, 0, 0);
  c.fillStyle = palette.ink;
  c.textBaseline = "middle";
  c.font = "600 19px system-ui, sans-serif";
  c.fillText(title, 16, SIDE + LINE / 2, SIDE - 360);
  c.font = "15px system-ui, sans-serif";
  c.textAlign = "right";
  c.fillText(facts, SIDE - 16, SIDE + LINE / 2, 320);
  sheet.toBlob(done, "image/png");
}
