// @ts-check
// The picture: D's field, G's warped latent grid, real points, arrows, generated points.
import { Field } from "./field.js";
import { net } from "./net.js";

/** @import { Film } from "./film.js" */
/**
 * What is drawn: frames a and b, t from one (0) to the other (1); the highlighted mode, or -1; journey: null, or how far
 * the noise is on its way from its own plane (morph.js).
 * @typedef {object} Scene
 * @property {any} a
 * @property {any} b
 * @property {number} t
 * @property {Film<PlaneHead>} film
 * @property {Layers} layers
 * @property {Arrows} [arrows]
 * @property {number} mode
 * @property {{ at: number, grid: Float32Array, fake: Float32Array } | null} [journey]
 */

const TURN = Math.PI * 2;
const HALO = 0.55; // pixels around a generated point

export class Canvas {
  /** @type {HTMLCanvasElement} */
  element;
  /** @type {Drawing} */
  context;
  /** @type {Field} */
  field;
  /** @type {HTMLCanvasElement | null} */
  real;
  /** @type {Float32Array} */
  realOf;
  /** @type {Palette} */
  palette;
  /** @type {number} */
  least;
  /** @type {number} */
  side;
  /** @type {number} */
  scale;
  /** @type {number} */
  unit;
  /** @type {(x: number) => number} */
  x;
  /** @type {(y: number) => number} */
  y;

  /** `least`: the smallest radius of a point, in pixels. */
  constructor(element, { least = 2 } = {}) {
    Object.assign(this, { element, least, context: element.getContext("2d"), field: new Field(), real: null });
  }

  resize(side, scale = Math.min(3, window.devicePixelRatio || 1)) {
    if (this.side === side && this.scale === scale) return;
    Object.assign(this, { side, scale, real: null, unit: side / 640 });
    this.element.width = this.element.height = Math.round(side * scale);
    this.element.style.width = this.element.style.height = `${side}px`;
  }

  dress(palette) {
    this.palette = palette;
    this.field.colour(palette.field);
    this.real = null;
  }

  #aim({ extent }) {
    const { context, scale, side } = this;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    this.x = (x) => ((x / extent + 1) / 2) * side;
    this.y = (y) => ((1 - y / extent) / 2) * side;
  }

  /** A run without frames: its real points alone. */
  blank(film, layers) {
    this.#aim(film.head);
    this.#ground(null, null, 0, false);
    if (layers.real) this.#real(film);
  }

  /** @param {Scene} scene */
  draw({ a, b, t, film, layers, arrows, mode, journey = null }) {
    const { head } = film;
    const came = (from, points) => (journey ? blend(from, points, journey.at) : points);
    this.#aim(head);
    this.#ground(a, b, t, layers.field, journey?.at ?? 1);
    if (layers.grid || journey) this.#grid(came(journey?.grid, blend(a.grid, b.grid, t)), a, head);
    if (!journey && (layers.modes || mode >= 0)) this.#modes(head, a.shares, layers.modes, mode);
    if (layers.real) this.#real(film, journey ? 0.25 + 0.75 * journey.at : 1);
    const fake = came(journey?.fake, blend(a.fake, b.fake, t));
    if (arrows && layers.arrows && !journey) this.#arrows(fake, blend(a[arrows], b[arrows], t));
    if (layers.fake || journey) this.#fake(fake);
  }

  #ground(a, b, t, shown, strength = 1) {
    const { context: c, side, palette } = this;
    c.fillStyle = palette.ground;
    c.fillRect(0, 0, side, side);
    if (!shown || !a.side) return;
    c.imageSmoothingEnabled = true;
    c.globalAlpha = strength;
    c.drawImage(this.field.paint(a.field, b.field, t, a.side), 0, 0, side, side);
    c.globalAlpha = 1;
  }

  /** Cells are shaded where they carry equal noise: a slice through more dimensions says nothing of density. */
  #grid(points, { rows, columns }, { latent_dim, extent }) {
    const { x, y, unit, palette } = this;
    net(this.context, points, {
      rows,
      columns,
      x,
      y,
      unit,
      ink: palette.ink,
      extent,
      shaded: rows > 1 && latent_dim === 2,
    });
  }

  #modes({ modes, std, extent }, shares, all, highlighted) {
    const { context: c, palette, side } = this;
    (modes ?? []).forEach(([x, y], i) => {
      if (!all && i !== highlighted) return;
      const covered = shares[i] >= 0.01;
      c.beginPath();
      c.arc(this.x(x), this.y(y), (3 * std * side) / (2 * extent) + (i === highlighted ? 3 : 0), 0, TURN);
      c.setLineDash(covered ? [] : [4, 4]);
      c.lineWidth = i === highlighted ? 3 : 1.25;
      c.strokeStyle = covered ? palette.real : palette.gradient;
      c.stroke();
    });
    c.setLineDash([]);
  }

  /** Real points never move: drawn once, then copied. */
  #real(film, strength = 1) {
    if (!this.real || this.realOf !== film.real) {
      this.real = document.createElement("canvas");
      this.real.width = this.real.height = this.element.width;
      this.realOf = film.real;
      const c = /** @type {Drawing} */ (this.real.getContext("2d"));
      c.scale(this.scale, this.scale);
      c.strokeStyle = this.palette.real;
      c.lineWidth = Math.max(1, 1.25 * this.unit);
      c.globalAlpha = 0.75;
      this.#each(film.real, (x, y) => ring(c, x, y, this.#radius(3.3)));
    }
    this.context.globalAlpha = strength;
    this.context.drawImage(this.real, 0, 0, this.side, this.side);
    this.context.globalAlpha = 1;
  }

  /** Many small shapes are drawn far faster than one intricate one; the halos all lie below the dots. */
  #fake(points) {
    const { context: c, palette } = this;
    const radius = this.#radius(2.9);
    const discs = (r, colour, alpha) => {
      c.fillStyle = colour;
      c.globalAlpha = alpha;
      this.#each(points, (x, y) => disc(c, x, y, r));
    };
    discs(radius + HALO, palette.ground, 0.7);
    discs(radius, palette.generated, 0.92);
    c.globalAlpha = 1;
  }

  /** Length grows as sqrt(m / (1 + m)) of the gradient m: alike in all frames and runs, so a vanishing one vanishes. */
  #arrows(points, vectors) {
    const { context: c, palette, unit } = this;
    const longest = 16 + 24 * unit;
    c.strokeStyle = c.fillStyle = palette.gradient;
    c.lineWidth = 1.2;
    c.globalAlpha = 0.88;
    this.#each(points, (x, y, i) => {
      const [u, v] = [vectors[2 * i], -vectors[2 * i + 1]];
      const m = Math.hypot(u, v),
        length = longest * Math.sqrt(m / (1 + m));
      if (length > 3) arrow(c, x, y, u / m, v / m, length);
    });
    c.globalAlpha = 1;
  }

  #radius = (r) => Math.max(this.least, r * Math.sqrt(this.unit));

  #each(points, visit) {
    for (let i = 0; i < points.length / 2; i++) {
      if (Number.isFinite(points[2 * i] + points[2 * i + 1]))
        visit(this.x(points[2 * i]), this.y(points[2 * i + 1]), i);
    }
  }
}

function ring(c, x, y, radius) {
  c.beginPath();
  c.arc(x, y, radius, 0, TURN);
  c.stroke();
}

function disc(c, x, y, radius) {
  c.beginPath();
  c.arc(x, y, radius, 0, TURN);
  c.fill();
}

function arrow(c, x, y, ux, uy, length) {
  const head = Math.min(7.5, 0.42 * length),
    wide = 0.45 * head;
  const [tipX, tipY, neckX, neckY] = [
    x + ux * length,
    y + uy * length,
    x + ux * (length - head),
    y + uy * (length - head),
  ];
  c.beginPath();
  c.moveTo(x, y);
  c.lineTo(neckX, neckY);
  c.stroke();
  if (length < 8) return;
  c.beginPath();
  c.moveTo(tipX, tipY);
  c.lineTo(neckX - uy * wide, neckY + ux * wide);
  c.lineTo(neckX + uy * wide, neckY - ux * wide);
  c.fill();
}

/** The numbers of a, on their way to b by t in [0, 1]. */
export function blend(a, b, t) {
  if (t === 0 || a === b) return a;
  return a.map((v, i) => v + (b[i] - v) * t);
}
