// @ts-check
// The points drawn so far, and what they were before each change. Pairs never change, so an old list is a snapshot.

const CHANGES = 60; // that can be undone

export class Cloud {
  /** @type {number} */
  limit;
  /** @type {number} */
  unit;
  /** @type {number} */
  most;
  /** @type {Point[]} */
  points;
  /** @type {Point[][]} */
  past;
  /** @type {Point[][]} */
  future;
  /** @type {Point[] | null} */
  before;

  constructor({ limit, unit, most }) {
    Object.assign(this, { limit, unit, most, points: [], past: [], future: [] });
  }

  get count() {
    return this.points.length;
  }

  /** Everything between `begin` and `end` is undone together. */
  begin() {
    this.before = this.points;
    this.points = this.points.slice();
  }

  end() {
    const { before } = this;
    this.before = null;
    if (!before || same(before, this.points)) return false;
    this.past = [...this.past, before].slice(-CHANGES);
    this.future = [];
    return true;
  }

  /** A point inside the bounds and below the most; whether it was taken. */
  add(x, y) {
    if (this.count >= this.most || Math.max(Math.abs(x), Math.abs(y)) > this.limit) return false;
    this.points.push([this.#round(x), this.#round(y)]);
    return true;
  }

  /** Takes away what lies within `radius` of the way between two places. */
  erase([x0, y0], [x1, y1], radius) {
    const [u, v] = [x1 - x0, y1 - y0],
      length = u * u + v * v;
    this.points = this.points.filter(([x, y]) => {
      const t = length ? Math.max(0, Math.min(1, ((x - x0) * u + (y - y0) * v) / length)) : 0;
      return Math.hypot(x - x0 - t * u, y - y0 - t * v) > radius;
    });
  }

  /** One change of the whole. */
  replace(points) {
    this.begin();
    this.points = points;
    return this.end();
  }

  /** Leaves `n` of them, each as likely. */
  thin(n) {
    const drawn = this.points
      .map((point) => /** @type {[number, Point]} */ ([Math.random(), point]))
      .sort(([a], [b]) => a - b);
    return this.replace(drawn.slice(0, n).map(([, point]) => point));
  }

  undo() {
    this.#step(this.past, this.future);
  }

  redo() {
    this.#step(this.future, this.past);
  }

  #step(from, to) {
    if (!from.length) return;
    to.push(this.points);
    this.points = from.pop();
  }

  /**
   * The points of packed bytes.
   * @param {Uint8Array} bytes
   * @returns {Point[]}
   */
  read(bytes) {
    const whole = new Int16Array(bytes.slice().buffer);
    return Array.from({ length: whole.length / 2 }, (_, i) => [whole[2 * i] * this.unit, whole[2 * i + 1] * this.unit]);
  }

  /** The points as packed bytes in base64url. */
  written() {
    const whole = Int16Array.from(this.points.flat(), (v) => Math.round(v / this.unit));
    const text = Array.from(new Uint8Array(whole.buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  #round = (v) => Math.round(v / this.unit) * this.unit;
}

const same = (a, b) => a.length === b.length && a.every((point, i) => point === b[i]);
