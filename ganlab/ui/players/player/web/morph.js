// @ts-check
// The journey of the noise: from its own plane to where G takes it.

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

  /** Starts the journey, or where motion is unwelcome shows its beginning until the next press. */
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

  /** Whether it is under way at a time of the page's clock. */
  goes(now) {
    if (!this.running) return false;
    this.since ??= now;
    this.share = (now - /** @type {number} */ (this.since)) / LONG;
    if (this.share >= 1) this.end();
    return this.running;
  }

  /** How a canvas draws it now: {at: 0 in the noise's plane to 1 at G's output, grid, fake}; null while it rests. */
  scene(film) {
    if (!this.on) return null;
    return { at: this.held ? 0 : eased(this.share ?? 0), ...plane(film.head) };
  }
}

const eased = (t) => t * t * (3 - 2 * t);

const planes = new WeakMap();

/** The noise in its own plane, scaled into the view: the lattice, and z of the generated points. */
export function plane(head) {
  if (!planes.has(head)) planes.set(head, laid(head));
  return planes.get(head);
}

function laid({ noise: { axis, extent, points }, extent: view, latent_dim }) {
  const scale = view / extent;
  const lattice = latent_dim === 1 ? axis.map((z) => [z, 0]) : axis.flatMap((u) => axis.map((v) => [u, v]));
  return { grid: Float32Array.from(lattice.flat(), (z) => z * scale), fake: points.map((z) => z * scale) };
}
