// @ts-check
// The picture of the plane: D's field, G's image of the latent grid, real points, arrows, generated points.
import { curves } from "./curves.js";
import { Field } from "./field.js";
import { net } from "./net.js";

/** @import { Film } from "./film.js" */
/**
 * What is drawn: frames a and b, interpolated by t in [0, 1]; the highlighted mode, or -1; journey: null, or the
 * animation of the noise from its own plane (morph.js).
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
const AROUND = 24; // radius of the discs around places of a missing region, at 640 pixels
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

  /**
   * `least`: the smallest radius of a point, in pixels.
   * @param {HTMLCanvasElement} element
   * @param {{ least?: number }} [options]
   */
  constructor(element, { least = 2 } = {}) {
    Object.assign(this, { element, least, context: element.getContext("2d"), field: new Field(), real: null });
  }

  /**
   * @param {number} side
   * @param {number} [scale]
   */
  resize(side, scale = Math.min(3, window.devicePixelRatio || 1)) {
    if (this.side === side && this.scale === scale) return;
    Object.assign(this, { side, scale, real: null, unit: side / 640 });
    this.element.width = this.element.height = Math.round(side * scale);
    this.element.style.width = this.element.style.height = `${side}px`;
  }

  /** @param {Palette} palette */
  dress(palette) {
    this.palette = palette;
    this.field.colour(palette.field);
    this.real = null;
  }

  /** @param {{ extent: number }} head */
  #aim({ extent }) {
    const { context, scale, side } = this;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    this.x = (x) => ((x / extent + 1) / 2) * side;
    this.y = (y) => ((1 - y / extent) / 2) * side;
  }

  /**
   * Draws only the real points, for a run without frames.
   * @param {Film<PlaneHead>} film
   * @param {Layers} layers
   */
  blank(film, layers) {
    this.#aim(film.head);
    if (film.head.line) return this.#curves(film.head, layers);
    this.#ground(null, null, 0, false);
    if (layers.real) this.#real(film);
  }

  /** @param {Scene} scene */
  draw({ a, b, t, film, layers, arrows, mode, journey = null }) {
    const { head } = film;
    const came = (/** @type {Float32Array | undefined} */ from, /** @type {Float32Array} */ points) =>
      journey && from ? blend(from, points, journey.at) : points;
    this.#aim(head);
    if (head.line && a.curves) return this.#curves(head, layers, { a, b, t, film, layers, arrows, mode });
    this.#ground(a, b, t, layers.field, journey?.at ?? 1);
    if (layers.grid || journey) this.#grid(came(journey?.grid, blend(a.grid, b.grid, t)), a, head);
    if (!journey && (layers.modes || mode >= 0)) this.#modes(head, a.shares, layers.modes, mode);
    if (layers.real) this.#real(film, journey ? 0.25 + 0.75 * journey.at : 1);
    const fake = came(journey?.fake, blend(a.fake, b.fake, t));
    if (arrows && layers.arrows && !journey) this.#arrows(fake, blend(a[arrows], b[arrows], t));
    if (layers.fake || journey) this.#fake(fake);
    if (!journey) this.#missing(film.verdict(a.step)?.regions ?? []);
  }

  /**
   * The picture of data on a line.
   * @param {PlaneHead} head
   * @param {Layers} layers
   * @param {Scene} [scene]
   */
  #curves(head, layers, scene) {
    const regions = scene?.film.verdict(scene.a.step)?.regions;
    const how = { head, layers, mode: scene?.mode ?? -1, palette: this.palette, shares: scene?.a.shares, regions };
    if (!scene) return curves(this.context, this.side, how, null);
    const { a, b, t, arrows } = scene;
    curves(this.context, this.side, how, {
      numbers: blend(a.curves, b.curves, t),
      grid: blend(a.grid, b.grid, t),
      rows: a.rows,
      columns: a.columns,
      fake: blend(a.fake, b.fake, t),
      arrows: arrows && blend(a[arrows], b[arrows], t),
    });
  }

  /**
   * Outlines the regions that are missing: the edge of discs around places in them, [x0, y0, x1, y1, …] each.
   * @param {number[][]} regions
   */
  #missing(regions) {
    if (!regions.length) return;
    const { element, scale, side, palette, unit } = this;
    const sheet = document.createElement("canvas");
    sheet.width = sheet.height = element.width;
    const c = /** @type {Drawing} */ (sheet.getContext("2d"));
    c.scale(scale, scale);
    const radius = Math.max(9, AROUND * unit);
    const discs = (/** @type {number} */ r) =>
      regions.forEach((places) => this.#each(Float32Array.from(places), (x, y) => disc(c, x, y, r)));
    c.fillStyle = palette.gradient;
    discs(radius + Math.max(2.5, 3 * unit));
    c.globalCompositeOperation = "destination-out";
    discs(radius);
    this.context.drawImage(sheet, 0, 0, side, side);
  }

  /**
   * @param {Drawn | null} a
   * @param {Drawn | null} b
   * @param {number} t
   * @param {boolean} shown
   * @param {number} [strength]
   */
  #ground(a, b, t, shown, strength = 1) {
    const { context: c, side, palette } = this;
    c.fillStyle = palette.ground;
    c.fillRect(0, 0, side, side);
    if (!shown || !a?.side || !a.field || !b?.field) return;
    c.imageSmoothingEnabled = true;
    c.globalAlpha = strength;
    c.drawImage(this.field.paint(a.field, b.field, t, a.side), 0, 0, side, side);
    c.globalAlpha = 1;
  }

  /**
   * Cells are shaded only if they have equal probability: a slice through more dimensions does not show the density.
   * @param {Float32Array} points
   * @param {Pick<Drawn, "rows" | "columns">} lattice
   * @param {PlaneHead} head
   */
  #grid(points, { rows, columns }, { latent_dim, extent, paths }) {
    const { x, y, unit, palette } = this;
    net(this.context, points, {
      rows,
      columns,
      x,
      y,
      unit,
      ink: palette.ink,
      extent,
      shaded: rows > 1 && latent_dim === 2 && !paths,
      apart: !!paths,
    });
  }

  /**
   * @param {PlaneHead} head
   * @param {Float32Array} shares
   * @param {boolean} all
   * @param {number} highlighted
   */
  #modes({ modes, std, extent }, shares, all, highlighted) {
    const { context: c, palette, side } = this;
    (modes ?? []).forEach(([x, y], i) => {
      if (!all && i !== highlighted) return;
      const covered = shares[i] >= 0.01;
      c.beginPath();
      c.arc(this.x(x), this.y(y), (3 * (std ?? 0) * side) / (2 * extent) + (i === highlighted ? 3 : 0), 0, TURN);
      c.setLineDash(covered ? [] : [4, 4]);
      c.lineWidth = i === highlighted ? 3 : 1.25;
      c.strokeStyle = covered ? palette.real : palette.gradient;
      c.stroke();
    });
    c.setLineDash([]);
  }

  /**
   * Real points never move, so they are drawn once and copied.
   * @param {Film<PlaneHead>} film
   * @param {number} [strength]
   */
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

  /**
   * Many small paths are drawn much faster than one complex path. All halos are below the dots.
   * @param {Float32Array} points
   */
  #fake(points) {
    const { context: c, palette } = this;
    const radius = this.#radius(2.9);
    const discs = (/** @type {number} */ r, /** @type {string} */ colour, /** @type {number} */ alpha) => {
      c.fillStyle = colour;
      c.globalAlpha = alpha;
      this.#each(points, (x, y) => disc(c, x, y, r));
    };
    discs(radius + HALO, palette.ground, 0.7);
    discs(radius, palette.generated, 0.92);
    c.globalAlpha = 1;
  }

  /**
   * The length is proportional to sqrt(m / (1 + m)) for gradient norm m, with the same scale in all frames and runs.
   * @param {Float32Array} points
   * @param {Float32Array} vectors
   */
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

  /** @param {number} r */
  #radius = (r) => Math.max(this.least, r * Math.sqrt(this.unit));

  /**
   * @param {Float32Array} points
   * @param {(x: number, y: number, i: number) => void} visit
   */
  #each(points, visit) {
    for (let i = 0; i < points.length / 2; i++) {
      if (Number.isFinite(points[2 * i] + points[2 * i + 1]))
        visit(this.x(points[2 * i]), this.y(points[2 * i + 1]), i);
    }
  }
}

/**
 * @param {Drawing} c
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function ring(c, x, y, radius) {
  c.beginPath();
  c.arc(x, y, radius, 0, TURN);
  c.stroke();
}

/**
 * @param {Drawing} c
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function disc(c, x, y, radius) {
  c.beginPath();
  c.arc(x, y, radius, 0, TURN);
  c.fill();
}

/**
 * @param {Drawing} c
 * @param {number} x
 * @param {number} y
 * @param {number} ux
 * @param {number} uy
 * @param {number} length
 */
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

/**
 * Linear interpolation from a to b, t in [0, 1].
 * @param {Float32Array} a
 * @param {Float32Array} b
 * @param {number} t
 */
export function blend(a, b, t) {
  if (t === 0 || a === b) return a;
  return a.map((v, i) => v + (b[i] - v) * t);
}
