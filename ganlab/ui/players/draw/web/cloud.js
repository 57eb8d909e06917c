// @ts-check
// The drawn points with undo and redo. Points are never modified, so an old list is a snapshot.

const CHANGES = 60; // length of the undo history

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

  /** @param {Pick<DrawHead, "limit" | "unit" | "most">} bounds */
  constructor({ limit, unit, most }) {
    Object.assign(this, { limit, unit, most, points: [], past: [], future: [] });
  }

  get count() {
    return this.points.length;
  }

  /** Starts a change. All edits until `end` are undone together. */
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

  /**
   * Adds a point inside the bounds, up to the largest number of points. Whether it was added.
   * @param {number} x
   * @param {number} y
   */
  add(x, y) {
    if (this.count >= this.most || Math.max(Math.abs(x), Math.abs(y)) > this.limit) return false;
    this.points.push([this.#round(x), this.#round(y)]);
    return true;
  }

  /**
   * Removes the points within `radius` of the segment between two points.
   * @param {Point} from
   * @param {Point} to
   * @param {number} radius
   */
  erase([x0, y0], [x1, y1], radius) {
    const [u, v] = [x1 - x0, y1 - y0],
      length = u * u + v * v;
    this.points = this.points.filter(([x, y]) => {
      const t = length ? Math.max(0, Math.min(1, ((x - x0) * u + (y - y0) * v) / length)) : 0;
      return Math.hypot(x - x0 - t * u, y - y0 - t * v) > radius;
    });
  }

  /**
   * Replaces all points in one change.
   * @param {Point[]} points
   */
  replace(points) {
    this.begin();
    this.points = points;
    return this.end();
  }

  /**
   * Keeps a uniform random subset of `n` points.
   * @param {number} n
   */
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

  /**
   * @param {Point[][]} from
   * @param {Point[][]} to
   */
  #step(from, to) {
    if (!from.length) return;
    to.push(this.points);
    this.points = /** @type {Point[]} */ (from.pop());
  }

  /**
   * Decodes packed points.
   * @param {Uint8Array} bytes
   * @returns {Point[]}
   */
  read(bytes) {
    const whole = new Int16Array(bytes.slice().buffer);
    return Array.from({ length: whole.length / 2 }, (_, i) => [whole[2 * i] * this.unit, whole[2 * i + 1] * this.unit]);
  }

  /** Encodes the points in base64url. */
  written() {
    const whole = Int16Array.from(this.points.flat(), (v) => Math.round(v / this.unit));
    const text = Array.from(new Uint8Array(whole.buffer), (byte) => String.fromCharCode(byte)).join("");
    return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  /** @param {number} v */
  #round = (v) => Math.round(v / this.unit) * this.unit;
}

/**
 * @param {Point[]} a
 * @param {Point[]} b
 */
const same = (a, b) => a.length === b.length && a.every((point, i) => point === b[i]);
