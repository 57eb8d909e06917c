// @ts-check
// The picture of a stop: noise, points as D sees and judges them, where they are pushed, where they go, a network.

const TURN = Math.PI * 2;
const DOTS = 9; // neurons drawn of a layer, at most
const SURE = [0.35, 1]; // how strong a colour is where D is undecided, and where it is sure

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

  constructor(element) {
    Object.assign(this, { element, context: element.getContext("2d") });
  }

  resize(side) {
    const scale = Math.min(3, window.devicePixelRatio || 1);
    Object.assign(this, { side, scale, unit: side / 460 });
    this.element.width = this.element.height = Math.round(side * scale);
    this.element.style.width = this.element.style.height = `${side}px`;
  }

  dress(palette, d) {
    this.palette = { ...palette, d };
  }

  /** stop: one of the message's; t: how far what moves has come, 0 to 1. */
  draw(named, { extent, reach, points }, t) {
    const stop = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, points[value] ?? value]));
    const { context: c, scale, side, palette } = this;
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.fillStyle = palette.ground;
    c.fillRect(0, 0, side, side);
    const aim = (far) => (stop.kind === "noise" ? reach : far);
    this.place = (x, y, far = aim(extent)) => [((x / far + 1) / 2) * side, ((1 - y / far) / 2) * side];
    this[stop.kind](stop, t, { extent, reach });
  }

  // Kinds of pictures

  noise({ z }) {
    this.#axes();
    this.#dots(this.#placed(z), this.palette.ink);
    this.#first(this.#placed(z)[0]);
  }

  /** From where the noise was to where G puts it. */
  made({ z, fake }, t, { extent, reach }) {
    const from = this.#placed(z, reach),
      to = this.#placed(fake, extent);
    const points = to.map(([x, y], i) => [from[i][0] + (x - from[i][0]) * t, from[i][1] + (y - from[i][1]) * t]);
    this.#dots(points, this.palette.generated);
    this.#first(points[0]);
  }

  points({ real, fake, said, costs }) {
    const { palette } = this;
    if (real) this.#rings(this.#placed(real), said?.real, costs?.real);
    this.#dots(this.#placed(fake), palette.generated, said?.fake, costs?.fake);
    if (real) this.#first(this.#placed(real)[0]);
    this.#first(this.#placed(fake)[0]);
  }

  /** Between each real point and a generated one, where the gradient's length is held to 1. */
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

  push({ fake, push }) {
    const points = this.#placed(fake);
    this.#arrows(points, push);
    this.#dots(points, this.palette.generated);
    this.#first(points[0]);
  }

  /** From where G put its points to where it puts them after the step. */
  moved({ fake, moved }, t) {
    const { context: c, palette } = this,
      [from, to] = [this.#placed(fake), this.#placed(moved)];
    this.#dots(from, palette.generated, null, null, 0.25);
    c.strokeStyle = palette.gradient;
    c.lineWidth = 1.2;
    const at = to.map(
      ([x, y], i) => /** @type {Point} */ ([from[i][0] + (x - from[i][0]) * t, from[i][1] + (y - from[i][1]) * t]),
    );
    from.forEach((start, i) => this.#line(start, at[i]));
    this.#dots(at, palette.generated);
    this.#first(at[0]);
  }

  /** Layers of neurons; the wires between two are as strong as what goes through that layer's weights. */
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
      c.fillText(sizes[i], layer[0][0], side - 12);
    });
    c.textAlign = "start";
  }

  #layer(count, x) {
    const step = Math.min(38 * this.unit, (0.78 * this.side) / count);
    return Array.from({ length: count }, (_, i) => [x, this.side * 0.47 + (i - (count - 1) / 2) * step]);
  }

  // Parts of pictures

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

  #line([x0, y0], [x1, y1]) {
    const { context: c } = this;
    c.beginPath();
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
    c.stroke();
  }

  /** Discs; `said` colours them by what D thinks, `costs` sizes them by what they cost. */
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

  /** @returns {[string, number]} */
  #belief(real) {
    const { palette } = this,
      sure = Math.min(1, Math.abs(real ?? 0));
    return [real > 0 ? palette.real : palette.generated, SURE[0] + (SURE[1] - SURE[0]) * sure];
  }

  /** The point whose numbers stand in the formula. */
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

  /** As the player's: length grows as sqrt(m / (1 + m)), alike in all runs, so a vanishing push vanishes. */
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

/** How many times its usual size each point has. The area grows with the cost; the mean one has its usual size. */
export function scales(costs) {
  if (!costs) return () => 1;
  const low = Math.min(0, ...costs.filter(Number.isFinite)),
    above = costs.map((cost) => (cost ?? low) - low);
  const mean = above.reduce((sum, cost) => sum + cost, 0) / above.length || 1;
  return (i) => Math.max(0.45, Math.min(2.6, Math.sqrt(above[i] / mean)));
}
