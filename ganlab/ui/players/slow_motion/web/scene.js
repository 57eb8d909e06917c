// @ts-check
// The picture of a stop: noise, points with D's outputs, pushes, moved points, or a network.

const TURN = Math.PI * 2;
const DOTS = 9; // most neurons drawn per layer
const SURE = [0.35, 1]; // opacity where D is undecided, and where it is certain

export class Scene {
  /** @type {HTMLCanvasElement} */
  element;
  /** @type {Drawing} */
  context;
  /** @type {number} */
  side;
  /** @type {number} */
  scale;
  /** @type {number} */
  unit;
  /** @type {Palette & { d: string }} */
  palette;
  /** @type {(x: number, y: number, far?: number) => Point} */
  place;

  /** @param {HTMLCanvasElement} element */
  constructor(element) {
    Object.assign(this, { element, context: element.getContext("2d") });
  }

  /** @param {number} side */
  resize(side) {
    const scale = Math.min(3, window.devicePixelRatio || 1);
    Object.assign(this, { side, scale, unit: side / 460 });
    this.element.width = this.element.height = Math.round(side * scale);
    this.element.style.width = this.element.style.height = `${side}px`;
  }

  /**
   * @param {Palette} palette
   * @param {string} d
   */
  dress(palette, d) {
    this.palette = { ...palette, d };
  }

  /**
   * Draws a stop; t: the progress of the animation, 0 to 1.
   * @param {Stop} named
   * @param {Pick<SlowHead, "extent" | "reach" | "points">} head
   * @param {number} t
   */
  draw(named, { extent, reach, points }, t) {
    /** @type {any} */
    const stop = Object.fromEntries(
      Object.entries(named).map(([name, value]) => [name, points[String(value)] ?? value]),
    );
    const { context: c, scale, side, palette } = this;
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.fillStyle = palette.ground;
    c.fillRect(0, 0, side, side);
    const aim = (/** @type {number} */ far) => (stop.kind === "noise" ? reach : far);
    this.place = (x, y, far = aim(extent)) => [((x / far + 1) / 2) * side, ((1 - y / far) / 2) * side];
    this[/** @type {Kind} */ (stop.kind)](stop, t, { extent, reach });
  }

  // Kinds of pictures

  /** @param {{ z: Flat }} stop */
  noise({ z }) {
    this.#axes();
    this.#dots(this.#placed(z), this.palette.ink);
    this.#first(this.#placed(z)[0]);
  }

  /**
   * Draws points moving from the noise to G's output.
   * @param {{ z: Flat, fake: Flat }} stop
   * @param {number} t
   * @param {{ extent: number, reach: number }} view
   */
  made({ z, fake }, t, { extent, reach }) {
    const from = this.#placed(z, reach),
      to = this.#placed(fake, extent);
    const points = to.map((end, i) => between(from[i], end, t));
    this.#dots(points, this.palette.generated);
    this.#first(points[0]);
  }

  /** @param {{ real?: Flat, fake: Flat, said?: Record<string, Flat>, costs?: Record<string, Flat> }} stop */
  points({ real, fake, said, costs }) {
    const { palette } = this;
    if (real) this.#rings(this.#placed(real), said?.real, costs?.real);
    this.#dots(this.#placed(fake), palette.generated, said?.fake, costs?.fake);
    if (real) this.#first(this.#placed(real)[0]);
    this.#first(this.#placed(fake)[0]);
  }

  /**
   * Draws the segments between real and generated points on which the gradient norm is penalised.
   * @param {{ real: Flat, fake: Flat }} stop
   */
  pairs({ real, fake }) {
    const { context: c, palette } = this,
      [from, to] = [this.#placed(real), this.#placed(fake)];
    c.strokeStyle = palette.gradient;
    c.lineWidth = 0.8;
    c.globalAlpha = 0.4;
    from.forEach((start, i) => to[i] && this.#line(start, to[i]));
    c.globalAlpha = 1;
    this.#rings(from);
    this.#dots(to, palette.generated);
  }

  /** @param {{ fake: Flat, push: Flat }} stop */
  push({ fake, push }) {
    const points = this.#placed(fake);
    this.#arrows(points, push);
    this.#dots(points, this.palette.generated);
    this.#first(points[0]);
  }

  /**
   * Draws points moving from G's output before the step to that after it.
   * @param {{ fake: Flat, moved: Flat }} stop
   * @param {number} t
   */
  moved({ fake, moved }, t) {
    const { context: c, palette } = this,
      [from, to] = [this.#placed(fake), this.#placed(moved)];
    this.#dots(from, palette.generated, null, null, 0.25);
    c.strokeStyle = palette.gradient;
    c.lineWidth = 1.2;
    const at = to.map((end, i) => between(from[i], end, t));
    from.forEach((start, i) => this.#line(start, at[i]));
    this.#dots(at, palette.generated);
    this.#first(at[0]);
  }

  /**
   * Draws the layers of a network; the lines are as strong as the norm of the layer.
   * @param {{ key: string, sizes: number[], norms: number[] }} stop
   */
  net({ key, sizes, norms }) {
    const { context: c, side, palette } = this,
      top = Math.max(1e-30, ...norms);
    const layers = sizes.map((size, i) => this.#layer(Math.min(size, DOTS), ((i + 0.5) / sizes.length) * side));
    c.strokeStyle = key.endsWith("gradient") ? palette.gradient : key[0] === "d" ? palette.d : palette.generated;
    norms.forEach((norm, i) => {
      if (!layers[i + 1]) return;
      c.globalAlpha = 0.12 + 0.6 * (norm / top);
      c.lineWidth = 0.4 + 2.6 * (norm / top) * this.unit;
      layers[i].forEach((a) => layers[i + 1].forEach((b) => this.#line(a, b)));
    });
    c.globalAlpha = 1;
    c.font = `600 ${Math.round(12 + 2 * this.unit)}px sans-serif`;
    c.textAlign = "center";
    layers.forEach((layer, i) => {
      this.#dots(layer, palette.ink, null, null, 1, 6);
      c.fillStyle = palette.ink;
      c.fillText(String(sizes[i]), layer[0][0], side - 12);
    });
    c.textAlign = "start";
  }

  /**
   * @param {number} count
   * @param {number} x
   * @returns {Point[]}
   */
  #layer(count, x) {
    const step = Math.min(38 * this.unit, (0.78 * this.side) / count);
    return Array.from({ length: count }, (_, i) => [x, this.side * 0.47 + (i - (count - 1) / 2) * step]);
  }

  // Parts of pictures

  /**
   * @param {Flat} flat
   * @param {number} [far]
   */
  #placed(flat, far) {
    return Array.from({ length: flat.length / 2 }, (_, i) =>
      this.place(flat[2 * i] ?? NaN, flat[2 * i + 1] ?? NaN, far),
    );
  }

  #axes() {
    const { context: c, side, palette } = this;
    c.strokeStyle = palette.ink;
    c.globalAlpha = 0.25;
    c.lineWidth = 1;
    this.#line([0, side / 2], [side, side / 2]);
    this.#line([side / 2, 0], [side / 2, side]);
    c.globalAlpha = 1;
  }

  /**
   * @param {Point} from
   * @param {Point} to
   */
  #line([x0, y0], [x1, y1]) {
    const { context: c } = this;
    c.beginPath();
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
    c.stroke();
  }

  /**
   * Draws discs; `said`: D's output determines the colour, `costs`: the loss determines the size.
   * @param {Point[]} points
   * @param {string} colour
   * @param {Flat | null} [said]
   * @param {Flat | null} [costs]
   * @param {number} [strength]
   * @param {number} [radius]
   */
  #dots(points, colour, said, costs, strength = 0.92, radius = 3.4) {
    const { context: c, palette } = this,
      size = scales(costs);
    points.forEach(([x, y], i) => {
      if (!Number.isFinite(x + y)) return;
      const [ink, sure] = said ? this.#belief(said[i]) : [colour, strength];
      c.beginPath();
      c.arc(x, y, radius * Math.sqrt(this.unit) * size(i), 0, TURN);
      c.globalAlpha = sure;
      c.fillStyle = ink;
      c.fill();
      c.globalAlpha = 0.5;
      c.strokeStyle = palette.ground;
      c.lineWidth = 1;
      c.stroke();
    });
    c.globalAlpha = 1;
  }

  /**
   * @param {Point[]} points
   * @param {Flat} [said]
   * @param {Flat} [costs]
   */
  #rings(points, said, costs) {
    const { context: c, palette } = this,
      size = scales(costs);
    c.lineWidth = 1.7;
    points.forEach(([x, y], i) => {
      if (!Number.isFinite(x + y)) return;
      const [ink, sure] = said ? this.#belief(said[i]) : [palette.real, 0.9];
      c.beginPath();
      c.arc(x, y, 4 * Math.sqrt(this.unit) * size(i), 0, TURN);
      c.globalAlpha = sure;
      c.strokeStyle = ink;
      c.stroke();
    });
    c.globalAlpha = 1;
  }

  /**
   * @returns {[string, number]}
   * @param {number | null} real
   */
  #belief(real) {
    const { palette } = this,
      sure = Math.min(1, Math.abs(real ?? 0));
    return [Number(real) > 0 ? palette.real : palette.generated, SURE[0] + (SURE[1] - SURE[0]) * sure];
  }

  /**
   * Marks the point of the formula.
   * @param {Point} point
   */
  #first(point) {
    const { context: c, palette } = this;
    if (!point || !Number.isFinite(point[0] + point[1])) return;
    c.beginPath();
    c.arc(point[0], point[1], 9, 0, TURN);
    c.strokeStyle = palette.ink;
    c.lineWidth = 1.6;
    c.setLineDash([3, 2]);
    c.stroke();
    c.setLineDash([]);
  }

  /**
   * As in the player: the length is proportional to sqrt(m / (1 + m)), with the same scale in all runs.
   * @param {Point[]} points
   * @param {Flat} push
   */
  #arrows(points, push) {
    const { context: c, palette } = this,
      longest = 16 + 24 * this.unit;
    c.strokeStyle = c.fillStyle = palette.gradient;
    c.lineWidth = 1.3;
    points.forEach(([x, y], i) => {
      const [u, v] = [push[2 * i] ?? 0, -(push[2 * i + 1] ?? 0)],
        m = Math.hypot(u, v);
      const length = longest * Math.sqrt(m / (1 + m));
      if (!(length > 3) || !Number.isFinite(x + y)) return;
      const [ux, uy, head] = [u / m, v / m, Math.min(7.5, 0.42 * length)];
      const [tip, neck] = [length, length - head].map((l) => /** @type {Point} */ ([x + ux * l, y + uy * l]));
      this.#line([x, y], neck);
      c.beginPath();
      c.moveTo(tip[0], tip[1]);
      c.lineTo(neck[0] - uy * 0.45 * head, neck[1] + ux * 0.45 * head);
      c.lineTo(neck[0] + uy * 0.45 * head, neck[1] - ux * 0.45 * head);
      c.fill();
    });
  }
}

/**
 * A point on its way from one place to another.
 * @param {Point} from
 * @param {Point} to
 * @param {number} t 0 to 1
 * @returns {Point}
 */
const between = (from, to, t) => [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];

/**
 * The relative size of each point. The area is proportional to the cost; the mean cost has size 1.
 * @param {Flat | null} [costs]
 * @returns {(i: number) => number}
 */
export function scales(costs) {
  if (!costs) return () => 1;
  const low = Math.min(0, ...costs.map(Number).filter(Number.isFinite)),
    above = costs.map((cost) => (cost ?? low) - low);
  const mean = above.reduce((sum, cost) => sum + cost, 0) / above.length || 1;
  return (i) => Math.max(0.45, Math.min(2.6, Math.sqrt(above[i] / mean)));
}
