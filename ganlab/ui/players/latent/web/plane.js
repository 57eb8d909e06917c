// @ts-check
// The plane: real points, generated points, and the outputs of a walk or a map.
import { DASHES, sharp } from "./looks.js";

/** @import { Looks } from "./looks.js" */

const TURN = 2 * Math.PI;

export class Plane {
  /** @type {Drawing} */
  context;
  /** @type {number} */
  side;
  /** @type {PlaneScene} */
  scene;
  /** @type {import("./looks.js").Looks} */
  looks;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  /**
   * Draws the scene and prepares the context for more.
   * @param {number} side
   * @param {PlaneScene} scene
   * @param {Looks} looks
   * @param {number} [faint]
   */
  ground(side, scene, looks, faint = 0.35) {
    const c = sharp(this.canvas, side, side);
    Object.assign(this, { context: c, side, scene, looks });
    c.fillStyle = looks.ground;
    c.fillRect(0, 0, side, side);
    c.strokeStyle = looks.real;
    c.lineWidth = 1;
    c.globalAlpha = 0.45;
    scene.real.forEach((p) => this.#dot(p, 2.6, "stroke"));
    c.fillStyle = looks.generated;
    c.globalAlpha = faint;
    scene.fake.forEach((p) => this.#dot(p, 2.4, "fill"));
    c.globalAlpha = 1;
    scene.modes.forEach((mode, i) => this.#name(mode, String(i + 1)));
  }

  /**
   * Draws a mode's number beside it.
   * @param {Point} mode
   * @param {string} words
   */
  #name(mode, words) {
    const { context: c, looks } = this,
      [x, y] = this.at(mode),
      off = 12 + this.side / 60;
    Object.assign(c, {
      font: "600 11px sans-serif",
      textAlign: "center",
      textBaseline: "middle",
      fillStyle: looks.muted,
    });
    c.fillText(words, x + off * 0.8, y + off);
  }

  /** @type {(point: Point) => Point} */
  at = ([x, y]) => [((x / this.scene.extent + 1) / 2) * this.side, ((1 - y / this.scene.extent) / 2) * this.side];

  /**
   * @param {Point} point
   * @param {number} radius
   * @param {"fill" | "stroke"} act
   */
  #dot(point, radius, act) {
    this.context.beginPath();
    this.context.arc(...this.at(point), radius, 0, TURN);
    this.context[act]();
  }

  /**
   * Draws a walk as a line with an arrow head every `every` frames.
   * @param {Point[]} points
   * @param {string} colour
   * @param {number} [every]
   */
  path(points, colour, every = 12) {
    const { context: c, looks } = this;
    c.strokeStyle = c.fillStyle = looks.path(colour);
    c.lineWidth = 2.5;
    c.lineJoin = "round";
    c.setLineDash(DASHES[colour] ?? []);
    c.beginPath();
    points.forEach((p, i) => c[i ? "lineTo" : "moveTo"](...this.at(p)));
    c.stroke();
    c.setLineDash([]);
    for (let i = every; i < points.length - 1; i += every) this.#head(points[i - 1], points[i]);
  }

  /**
   * @param {Point} from
   * @param {Point} to
   */
  #head(from, to) {
    const [[x0, y0], [x1, y1]] = [this.at(from), this.at(to)];
    const length = Math.hypot(x1 - x0, y1 - y0);
    if (length < 1) return;
    const [u, v] = [(x1 - x0) / length, (y1 - y0) / length],
      c = this.context;
    c.beginPath();
    c.moveTo(x1 + 5 * u, y1 + 5 * v);
    c.lineTo(x1 - 4 * u - 4.5 * v, y1 - 4 * v + 4.5 * u);
    c.lineTo(x1 - 4 * u + 4.5 * v, y1 - 4 * v - 4.5 * u);
    c.fill();
  }

  /**
   * Draws a highlighted point with a name.
   * @param {Point} point
   * @param {string} colour
   * @param {string} [name]
   * @param {number} [radius]
   */
  mark(point, colour, name = "", radius = 6) {
    const { context: c, looks } = this;
    c.fillStyle = colour;
    c.strokeStyle = looks.background;
    c.lineWidth = 2;
    this.#dot(point, radius, "fill");
    this.#dot(point, radius, "stroke");
    if (!name) return;
    const [x, y] = this.at(point);
    Object.assign(c, {
      font: "700 13px sans-serif",
      textAlign: x > this.side - 40 ? "right" : "left",
      textBaseline: "bottom",
    });
    c.lineWidth = 4;
    const [left, bottom] = [x > this.side - 40 ? x - 8 : x + 8, Math.max(16, y - 4)];
    c.strokeText(name, left, bottom);
    c.fillStyle = looks.text;
    c.fillText(name, left, bottom);
  }

  /**
   * Draws a lattice of side × side points.
   * @param {Point[]} points
   * @param {number} side
   */
  mesh(points, side) {
    const { context: c, looks } = this;
    c.strokeStyle = looks.ink;
    c.lineWidth = 0.8;
    c.globalAlpha = 0.6;
    c.beginPath();
    for (let i = 0; i < points.length; i++) {
      if ((i + 1) % side) this.#link(points[i], points[i + 1]);
      if (i + side < points.length) this.#link(points[i], points[i + side]);
    }
    c.stroke();
    c.globalAlpha = 1;
  }

  /**
   * @param {Point} a
   * @param {Point} b
   */
  #link(a, b) {
    this.context.moveTo(...this.at(a));
    this.context.lineTo(...this.at(b));
  }

  /**
   * The index of the generated point nearest to a position on the canvas, within reach; -1 without one.
   * @param {number} x
   * @param {number} y
   * @param {number} [reach]
   */
  nearest(x, y, reach = 24) {
    let [best, found] = [reach * reach, -1];
    this.scene.fake.forEach((point, i) => {
      const [px, py] = this.at(point),
        far = (px - x) ** 2 + (py - y) ** 2;
      if (far < best) [best, found] = [far, i];
    });
    return found;
  }
}
