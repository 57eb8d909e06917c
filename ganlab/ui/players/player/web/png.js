// @ts-check
// The picture as a file: what is on screen, larger, over a line that says what it is.
import { Canvas } from "./canvas.js";

const SIDE = 960; // pixels
const LINE = 56; // pixels below it

/** Hands `done` a PNG of the scene (null: the real points alone) with two lines of words below it, at most as wide as it. */
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
