// @ts-check
// The canvas: axes, points and the outline of the brush.

const LEFT = 26,
  RIGHT = 8,
  TOP = 8,
  BOTTOM = 22;
const TURN = 2 * Math.PI;

export class Board {
  /** @type {HTMLCanvasElement} */
  canvas;
  /** @type {number} */
  side;
  /** @type {number} */
  scale;
  /** @type {number} */
  extent;
  /** @type {Drawing} */
  c;
  /** @type {Record<string, string>} */
  colours;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  /** @param {number} side */
  resize(side) {
    const scale = Math.min(3, window.devicePixelRatio || 1),
      pixels = Math.round(side * scale);
    if (this.side === side && this.canvas.width === pixels) return;
    Object.assign(this, { side, scale });
    this.canvas.width = this.canvas.height = pixels;
    this.canvas.style.width = this.canvas.style.height = `${side}px`;
  }

  get wide() {
    return this.side - LEFT - RIGHT;
  }

  get high() {
    return this.side - TOP - BOTTOM;
  }

  /** @type {(point: Point) => Point} */
  at = ([x, y]) => [LEFT + ((x / this.extent + 1) / 2) * this.wide, TOP + ((1 - y / this.extent) / 2) * this.high];

  /**
   * The plane coordinates of a pointer.
   * @param {{ clientX: number, clientY: number }} pointer
   * @returns {Point}
   */
  place({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [((clientX - box.left) * this.side) / box.width, ((clientY - box.top) * this.side) / box.height];
    return [(((x - LEFT) / this.wide) * 2 - 1) * this.extent, (1 - ((y - TOP) / this.high) * 2) * this.extent];
  }

  /**
   * Draws the view; `brush`: its outline, or null.
   * @param {{ extent: number, limit: number, points: Point[], brush: Brush | null, colours: DrawColours }} view
   */
  draw({ extent, limit, points, brush, colours }) {
    if (!this.side) return;
    const c = /** @type {Drawing} */ (this.canvas.getContext("2d"));
    Object.assign(this, { extent, c, colours });
    c.setTransform(this.scale, 0, 0, this.scale, 0, 0);
    c.clearRect(0, 0, this.side, this.side);
    c.fillStyle = colours.ground;
    c.fillRect(LEFT, TOP, this.wide, this.high);
    this.#axes();
    this.#bounds(limit);
    this.#points(points);
    if (brush) this.#brush(brush);
  }

  #axes() {
    const { c, colours, extent } = this;
    Object.assign(c, { font: "11px sans-serif", fillStyle: colours.muted, lineWidth: 1 });
    for (let v = -extent; v <= extent; v++) {
      const [x, y] = this.at([v, v]),
        words = String(v).replace("-", "−");
      c.strokeStyle = v ? colours.line : colours.muted;
      this.#line(Math.round(x) + 0.5, TOP, Math.round(x) + 0.5, TOP + this.high);
      this.#line(LEFT, Math.round(y) + 0.5, LEFT + this.wide, Math.round(y) + 0.5);
      Object.assign(c, { textAlign: "center", textBaseline: "top" });
      c.fillText(words, x, TOP + this.high + 6);
      Object.assign(c, { textAlign: "right", textBaseline: "middle" });
      c.fillText(words, LEFT - 6, y);
    }
  }

  /**
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   */
  #line(x0, y0, x1, y1) {
    this.c.beginPath();
    this.c.moveTo(x0, y0);
    this.c.lineTo(x1, y1);
    this.c.stroke();
  }

  /** @param {number} limit */
  #bounds(limit) {
    const { c } = this,
      [x, y] = this.at([-limit, limit]),
      [right, low] = this.at([limit, -limit]);
    c.strokeStyle = this.colours.muted;
    c.setLineDash([3, 4]);
    c.strokeRect(x, y, right - x, low - y);
    c.setLineDash([]);
  }

  /** @param {Point[]} points */
  #points(points) {
    const { c } = this,
      r = points.length > 2000 ? 1.5 : 2.6;
    c.fillStyle = this.colours.real;
    c.globalAlpha = 0.85;
    c.beginPath();
    points.forEach((point) => {
      const [x, y] = this.at(point);
      if (points.length > 2000) return c.rect(x - r, y - r, 2 * r, 2 * r);
      c.moveTo(x + r, y);
      c.arc(x, y, r, 0, TURN);
    });
    c.fill();
    c.globalAlpha = 1;
  }

  /** @param {Brush} brush */
  #brush({ place, radius, erases }) {
    const { c } = this,
      [x, y] = this.at(place),
      r = Math.max(3, (radius / this.extent / 2) * this.wide);
    c.save();
    c.beginPath();
    c.rect(LEFT, TOP, this.wide, this.high);
    c.clip();
    c.beginPath();
    c.arc(x, y, r, 0, TURN);
    Object.assign(c, { strokeStyle: erases ? this.colours.gradient : this.colours.real, lineWidth: 1.5 });
    c.stroke();
    c.restore();
  }
}
