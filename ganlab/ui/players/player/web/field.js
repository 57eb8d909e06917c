// @ts-check
// D's output as a smooth picture: the 40 x 40 values are interpolated, then coloured, then scaled up.

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

  /** @param {Palette["field"]} colours */
  colour({ saysFake, undecided, saysReal }) {
    /** @type {(from: Colour, to: Colour) => (t: number) => Colour} */
    const ramp = (from, to) => (t) => from.map((c, i) => c + (to[i] - c) * t);
    const [down, up] = [ramp(undecided, saysFake), ramp(undecided, saysReal)];
    this.table = Uint32Array.from({ length: 255 }, (_, i) =>
      abgr(i < 127 ? down((127 - i) / 127) : up((i - 127) / 127)),
    );
  }

  /** @param {number} side */
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

  /**
   * Paints the interpolation of fields a and b at t.
   * @param {Float32Array} a
   * @param {Float32Array} b
   * @param {number} t
   * @param {number} side
   */
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

/** @param {Colour} colour */
const abgr = ([r, g, b]) => ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;

/**
 * For each fine pixel the four nearest coarse cells (edges repeated) and their cubic B-spline weights.
 * @param {number} side
 * @param {number} size
 */
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
