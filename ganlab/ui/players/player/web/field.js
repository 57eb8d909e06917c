// @ts-check
// D's belief as a smooth picture: the 40 x 40 values are interpolated as values, then coloured, then scaled up.

const UP = 4;

/** Paints values in [-1, 1] (lowest row first) into a canvas of UP times their side. */
export class Field {
  /** @type {HTMLCanvasElement} */
  canvas;
  /** @type {Drawing} */
  context;
  /** @type {Uint32Array} */
  table;
  /** @type {number} */
  side;
  /** @type {number} */
  size;
  /** @type {ImageData} */
  image;
  /** @type {Uint32Array} */
  pixels;
  /** @type {Float32Array} */
  wide;
  /** @type {ReturnType<typeof taps>} */
  taps;

  constructor() {
    this.canvas = document.createElement("canvas");
    this.context = /** @type {Drawing} */ (this.canvas.getContext("2d"));
  }

  colour({ saysFake, undecided, saysReal }) {
    const ramp = (from, to) => (t) => from.map((c, i) => c + (to[i] - c) * t);
    const [down, up] = [ramp(undecided, saysFake), ramp(undecided, saysReal)];
    this.table = Uint32Array.from({ length: 255 }, (_, i) =>
      abgr(i < 127 ? down((127 - i) / 127) : up((i - 127) / 127)),
    );
  }

  #resize(side) {
    if (this.side === side) return;
    this.side = side;
    this.size = side * UP;
    this.canvas.width = this.canvas.height = this.size;
    this.image = this.context.createImageData(this.size, this.size);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.wide = new Float32Array(this.size * side);
    this.taps = taps(side, this.size);
  }

  /** Blends field a towards b by t and paints it. */
  paint(a, b, t, side) {
    this.#resize(side);
    const {
      taps: { at, weight },
      size,
      wide,
      pixels,
      table,
    } = this;
    for (let y = 0, out = 0; y < side; y++) {
      for (let x = 0; x < size; x++, out++) {
        let sum = 0;
        for (let k = 4 * x; k < 4 * x + 4; k++) {
          const i = y * side + at[k];
          sum += weight[k] * (a[i] + (b[i] - a[i]) * t);
        }
        wide[out] = sum;
      }
    }
    for (let y = 0; y < size; y++) {
      const k = 4 * y,
        row = (size - 1 - y) * size;
      const [r0, r1, r2, r3] = [at[k] * size, at[k + 1] * size, at[k + 2] * size, at[k + 3] * size];
      const [w0, w1, w2, w3] = [weight[k], weight[k + 1], weight[k + 2], weight[k + 3]];
      for (let x = 0; x < size; x++) {
        const v = w0 * wide[r0 + x] + w1 * wide[r1 + x] + w2 * wide[r2 + x] + w3 * wide[r3 + x];
        pixels[row + x] = table[Math.max(0, Math.min(254, (127.5 + 127 * v) | 0))];
      }
    }
    this.context.putImageData(this.image, 0, 0);
    return this.canvas;
  }
}

const abgr = ([r, g, b]) => ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;

/** For every fine pixel: the four coarse cells around it (edges repeated) and their cubic B-spline weights. */
export function taps(side, size) {
  const at = new Int32Array(4 * size),
    weight = new Float32Array(4 * size);
  for (let i = 0; i < size; i++) {
    const u = ((i + 0.5) * side) / size - 0.5,
      cell = Math.floor(u),
      t = u - cell;
    const w = [(1 - t) ** 3, 3 * t ** 3 - 6 * t ** 2 + 4, 3 * (1 - t) ** 3 - 6 * (1 - t) ** 2 + 4, t ** 3];
    w.forEach((value, k) => {
      at[4 * i + k] = Math.max(0, Math.min(side - 1, cell - 1 + k));
      weight[4 * i + k] = value / 6;
    });
  }
  return { at, weight };
}
