// The picture: D's field, G's warped latent grid, real points, arrows, generated points.
import { Field } from "./field.js";

const DENSITIES = 6;  // shades of the grid
const TURN = Math.PI * 2;

export class Canvas {
  constructor(element) {
    Object.assign(this, { element, context: element.getContext("2d"), field: new Field(), real: null });
  }

  resize(side) {
    const scale = Math.min(3, window.devicePixelRatio || 1);
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

  /** scene: frames a and b, blend t in [0, 1], film, layers, arrows "push" | "rise", mode: highlighted one or -1. */
  draw({ a, b, t, film, layers, arrows, mode }) {
    this.#aim(film.head);
    this.#ground(a, b, t, layers.field);
    if (layers.grid) this.#grid(blend(a.grid, b.grid, t), a.rows, a.columns);
    if (layers.modes || mode >= 0) this.#modes(film.head, a.shares, layers.modes, mode);
    if (layers.real) this.#real(film);
    const fake = blend(a.fake, b.fake, t);
    if (layers.arrows) this.#arrows(fake, blend(a[arrows], b[arrows], t));
    if (layers.fake) this.#fake(fake);
  }

  #ground(a, b, t, shown) {
    const { context: c, side, palette } = this;
    c.fillStyle = palette.ground;
    c.fillRect(0, 0, side, side);
    if (!shown) return;
    c.imageSmoothingEnabled = true;
    c.drawImage(this.field.paint(a.field, b.field, t, a.side), 0, 0, side, side);
  }

  /** Lines of the latent lattice; the shorter a link, the denser G's points lie there and the darker it is. */
  #grid(points, rows, columns) {
    const { context: c, palette } = this;
    const shades = Array.from({ length: DENSITIES }, () => new Path2D());
    const link = (i, j) => {
      const [x0, y0] = [this.x(points[2 * i]), this.y(points[2 * i + 1])];
      const [x1, y1] = [this.x(points[2 * j]), this.y(points[2 * j + 1])];
      const length = Math.hypot(x1 - x0, y1 - y0);
      if (!(length > 0)) return;
      const shade = shades[Math.min(DENSITIES - 1, Math.floor(Math.log2(1 + length / (6 * this.unit))))];
      shade.moveTo(x0, y0);
      shade.lineTo(x1, y1);
    };
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < columns; k++) {
        if (k + 1 < columns) link(r * columns + k, r * columns + k + 1);
        if (r + 1 < rows) link(r * columns + k, (r + 1) * columns + k);
      }
    }
    c.strokeStyle = palette.ink;
    c.lineWidth = rows > 1 ? 0.8 : 1.6;
    shades.forEach((path, i) => {
      c.globalAlpha = 0.62 * 0.72 ** i;
      c.stroke(path);
    });
    c.globalAlpha = 1;
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
  #real(film) {
    if (!this.real || this.realOf !== film.real) {
      this.real = document.createElement("canvas");
      this.real.width = this.real.height = this.element.width;
      this.realOf = film.real;
      const c = this.real.getContext("2d");
      c.scale(this.scale, this.scale);
      c.strokeStyle = this.palette.real;
      c.lineWidth = Math.max(1, 1.25 * this.unit);
      c.globalAlpha = 0.75;
      this.#each(film.real, (x, y) => ring(c, x, y, this.#radius(3.3)));
    }
    this.context.drawImage(this.real, 0, 0, this.side, this.side);
  }

  #fake(points) {
    const { context: c, palette } = this;
    const dots = new Path2D();
    const radius = this.#radius(2.9);
    this.#each(points, (x, y) => {
      dots.moveTo(x + radius, y);
      dots.arc(x, y, radius, 0, TURN);
    });
    c.strokeStyle = palette.ground;
    c.lineWidth = 1.1;
    c.globalAlpha = 0.7;
    c.stroke(dots);
    c.globalAlpha = 0.92;
    c.fillStyle = palette.generated;
    c.fill(dots);
    c.globalAlpha = 1;
  }

  /** Length grows as sqrt(m / (1 + m)) of the gradient m: alike in all frames and runs, so a vanishing one vanishes. */
  #arrows(points, vectors) {
    const { context: c, palette, unit } = this;
    const longest = 16 + 24 * unit;
    const shafts = new Path2D(), heads = new Path2D();
    this.#each(points, (x, y, i) => {
      const [u, v] = [vectors[2 * i], -vectors[2 * i + 1]];
      const m = Math.hypot(u, v), length = longest * Math.sqrt(m / (1 + m));
      if (length > 3) arrow(shafts, heads, x, y, u / m, v / m, length);
    });
    c.strokeStyle = c.fillStyle = palette.gradient;
    c.lineWidth = 1.2;
    c.globalAlpha = 0.88;
    c.stroke(shafts);
    c.fill(heads);
    c.globalAlpha = 1;
  }

  #radius = (r) => Math.max(2, r * Math.sqrt(this.unit));

  #each(points, visit) {
    for (let i = 0; i < points.length / 2; i++) {
      if (Number.isFinite(points[2 * i] + points[2 * i + 1])) visit(this.x(points[2 * i]), this.y(points[2 * i + 1]), i);
    }
  }
}

function ring(c, x, y, radius) {
  c.beginPath();
  c.arc(x, y, radius, 0, TURN);
  c.stroke();
}

function arrow(shafts, heads, x, y, ux, uy, length) {
  const head = Math.min(7.5, 0.42 * length), wide = 0.45 * head;
  const [tipX, tipY, neckX, neckY] = [x + ux * length, y + uy * length, x + ux * (length - head), y + uy * (length - head)];
  shafts.moveTo(x, y);
  shafts.lineTo(neckX, neckY);
  if (length < 8) return;
  heads.moveTo(tipX, tipY);
  heads.lineTo(neckX - uy * wide, neckY + ux * wide);
  heads.lineTo(neckX + uy * wide, neckY - ux * wide);
  heads.closePath();
}

function blend(a, b, t) {
  if (t === 0 || a === b) return a;
  return a.map((v, i) => v + (b[i] - v) * t);
}
