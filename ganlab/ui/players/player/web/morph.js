// @ts-check
// The animation of the noise from its own plane to G's output.

/** @import { Film } from "./film.js" */

const LONG = 2000; // ms

export class Morph {
  /** @type {boolean} */
  running;
  /** @type {boolean} */
  held;
  /** @type {number | null} */
  since;
  /** @type {number | undefined} */
  share;

  /**
   * Starts the animation. With reduced motion, shows its first frame until the next click.
   * @param {boolean} still
   */
  press(still) {
    if (this.running || this.held) return this.end();
    if (still) this.held = true;
    else Object.assign(this, { running: true, since: null });
  }

  end() {
    Object.assign(this, { running: false, held: false });
  }

  get on() {
    return this.running || this.held;
  }

  /**
   * Whether it is running at a time of the page's clock.
   * @param {number} now
   */
  goes(now) {
    if (!this.running) return false;
    this.since ??= now;
    this.share = (now - /** @type {number} */ (this.since)) / LONG;
    if (this.share >= 1) this.end();
    return this.running;
  }

  /**
   * The state for a canvas: {at: 0 in the noise's plane to 1 at G's output, grid, fake}; null if inactive.
   * @param {Film<PlaneHead>} film
   */
  scene(film) {
    if (!this.on) return null;
    return { at: this.held ? 0 : eased(this.share ?? 0), ...plane(film.head) };
  }
}

/** @param {number} t */
const eased = (t) => t * t * (3 - 2 * t);

const planes = new WeakMap();

/**
 * The noise in its own plane, scaled to the view: the lattice, and z of the generated points.
 * @param {PlaneHead} head
 */
export function plane(head) {
  if (!planes.has(head)) planes.set(head, laid(head));
  return planes.get(head);
}

/** @param {PlaneHead} head */
function laid({ noise, extent: view, latent_dim }) {
  const { axis, extent, points } = /** @type {NonNullable<PlaneHead["noise"]>} */ (noise);
  const scale = view / extent;
  const lattice = latent_dim === 1 ? axis.map((z) => [z, 0]) : axis.flatMap((u) => axis.map((v) => [u, v]));
  return { grid: Float32Array.from(lattice.flat(), (z) => z * scale), fake: points.map((z) => z * scale) };
}
