// @ts-check
// The plane of θ and ψ: the field as arrows, the path, the start that can be dragged, the equilibrium.
import { axes, dot, fitted } from "./chart.js";

const ARROWS = 17; // along a side
const GRIP = 9; // radius of the start, in pixels

export class Plane {
  /** @type {number} */
  side;
  /** @type {number} */
  extent;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  /** @param {number} side */
  resize(side) {
    this.side = side;
  }

  /** @type {(place: Point) => Point} */
  at = ([theta, psi]) => [((theta / this.extent + 1) / 2) * this.side, ((1 - psi / this.extent) / 2) * this.side];

  /**
   * Where a pointer is.
   * @param {{ clientX: number, clientY: number }} pointer
   * @returns {Point}
   */
  place({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    return [(2 * x - 1) * this.extent, (1 - 2 * y) * this.extent];
  }

  /**
   * @param {{ extent: number, field: (theta: number, psi: number) => Point, places: Point[], now: number, held: boolean,
   *   colours: Palette, names: [string, string] }} scene
   */
  draw({ extent, field, places, now, held, colours, names }) {
    this.extent = extent;
    const c = fitted(this.canvas, this.side, this.side);
    c.fillStyle = colours.ground;
    c.fillRect(0, 0, this.side, this.side);
    axes(c, this.at, extent, colours, names);
    this.#field(c, field, colours);
    this.#path(c, places, colours);
    dot(c, this.at([0, 0]), 5, colours.real);
    dot(c, this.at(places[now]), 5.5, colours.generated, colours.ground);
    dot(c, this.at(places[0]), GRIP, colours.ground, colours.generated, held ? 4 : 2.5);
  }

  /**
   * @param {Drawing} c
   * @param {(theta: number, psi: number) => Point} field
   * @param {Palette} colours
   */
  #field(c, field, colours) {
    const gap = (2 * this.extent) / ARROWS;
    c.strokeStyle = c.fillStyle = colours.muted;
    c.globalAlpha = 0.7;
    for (let i = 0; i < ARROWS ** 2; i++) {
      const [theta, psi] = [(i % ARROWS) + 0.5, Math.floor(i / ARROWS) + 0.5].map((k) => k * gap - this.extent);
      const [u, v] = field(theta, psi),
        size = Math.hypot(u, v);
      const long = ((0.8 * this.side) / ARROWS) * Math.sqrt(size / (1 + size));
      if (long > 2) this.#arrow(c, this.at([theta, psi]), [u / size, -v / size], long);
    }
    c.globalAlpha = 1;
  }

  /**
   * An arrow around a place.
   * @param {Drawing} c
   * @param {Point} middle
   * @param {Point} way
   * @param {number} long
   */
  #arrow(c, [x, y], [ux, uy], long) {
    const head = Math.min(5, long / 2),
      [tipX, tipY] = [x + (ux * long) / 2, y + (uy * long) / 2];
    c.lineWidth = 1.1;
    c.beginPath();
    c.moveTo(x - (ux * long) / 2, y - (uy * long) / 2);
    c.lineTo(tipX - ux * head, tipY - uy * head);
    c.stroke();
    c.beginPath();
    c.moveTo(tipX, tipY);
    c.lineTo(tipX - ux * head - uy * head * 0.45, tipY - uy * head + ux * head * 0.45);
    c.lineTo(tipX - ux * head + uy * head * 0.45, tipY - uy * head - ux * head * 0.45);
    c.fill();
  }

  /**
   * @param {Drawing} c
   * @param {Point[]} places
   * @param {Palette} colours
   */
  #path(c, places, colours) {
    c.strokeStyle = c.fillStyle = colours.generated;
    c.lineWidth = 1.4;
    c.globalAlpha = 0.75;
    c.beginPath();
    const far = 20 * this.extent;
    for (const [theta, psi] of places) {
      if (!(Math.abs(theta) < far && Math.abs(psi) < far)) break;
      c.lineTo(...this.at([theta, psi]));
    }
    c.stroke();
    c.globalAlpha = 0.9;
    places.slice(0, 200).forEach((place) => dot(c, this.at(place), 1.7, colours.generated));
    c.globalAlpha = 1;
  }
}
