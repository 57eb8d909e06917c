// @ts-check
// The tile of one member: picture, lamps and name.

const MANY = 12; // number of lamps from which they are thin
const RANKS = [
  "diverged",
  "diverging",
  "vanishing",
  "d_too_weak",
  "cannot_fill",
  "collapse",
  "rotating",
  "smear",
  "holes",
  "no_finding",
  "oscillating",
  "near_equilibrium",
];

export class Tile {
  /** @type {Palette} */
  palette;
  /** @type {number[]} */
  real;
  /** @type {number} */
  extent;
  /** @type {HTMLCanvasElement | null} */
  ground;
  /** @type {number} */
  rank;

  /**
   * @param {number} i
   * @param {SeedsHead} head
   * @param {() => void} pick
   */
  constructor(i, { of }, pick) {
    this.i = i;
    this.element = document.createElement("button");
    Object.assign(this.element, { className: "tile", onclick: pick });
    this.element.dataset.testid = `seed-${i}`;
    this.canvas = document.createElement("canvas");
    this.lamps = Array.from({ length: of }, () => document.createElement("i"));
    const row = span("lamps", ...this.lamps);
    row.dataset.many = String(of > MANY);
    this.words = ["b", "span"].map((tag) => document.createElement(tag));
    this.element.append(this.canvas, row, span("name", ...this.words));
    this.rank = 0;
  }

  /**
   * @param {Palette} palette
   * @param {SeedsHead} head
   */
  dress(palette, { real, extent }) {
    Object.assign(this, { palette, real, extent, ground: null });
  }

  fit() {
    const side = Math.round(this.canvas.clientWidth * Math.min(3, window.devicePixelRatio || 1));
    if (!side || this.canvas.width === side) return;
    this.canvas.width = this.canvas.height = side;
    this.ground = null;
  }

  /**
   * Draws the points between two moments. Returns the modes and the verdict of the first.
   * @param {Member} a
   * @param {Member} b
   * @param {number} t
   */
  draw(a, b, t) {
    const { canvas, palette } = this,
      c = /** @type {Drawing} */ (canvas.getContext("2d")),
      side = canvas.width;
    this.ground ??= this.#paint();
    c.drawImage(this.ground, 0, 0);
    c.fillStyle = palette.generated;
    c.globalAlpha = 0.85;
    const size = Math.max(2, side / 52),
      dots = new Path2D();
    for (let k = 0; k < a.points.length; k += 2) {
      const [x, y] = [k, k + 1].map((i) => a.points[i] + (b.points[i] - a.points[i]) * t);
      const [px, py] = t ? this.#place(x, y) : this.#place(a.points[k], a.points[k + 1]);
      if (!Number.isFinite(px + py)) continue;
      dots.moveTo(px + size / 2, py);
      dots.arc(px, py, size / 2, 0, 7);
    }
    c.fill(dots);
    c.globalAlpha = 1;
    return { modes: a.modes, m: a.modes.filter(({ lit }) => lit).length, verdict: a.verdict };
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #place(x, y) {
    const {
      extent,
      canvas: { width },
    } = this;
    return [((x / extent + 1) / 2) * width, ((1 - y / extent) / 2) * width];
  }

  /** Draws the real points once, because they never move. */
  #paint() {
    const {
        palette,
        real,
        canvas: { width },
      } = this,
      ground = document.createElement("canvas");
    ground.width = ground.height = Math.max(1, width);
    const c = /** @type {Drawing} */ (ground.getContext("2d"));
    c.fillStyle = palette.ground;
    c.fillRect(0, 0, width, width);
    c.fillStyle = palette.real;
    c.globalAlpha = 0.45;
    const size = Math.max(1, width / 75);
    for (let k = 0; k < real.length; k += 2) {
      const [x, y] = this.#place(real[k], real[k + 1]);
      c.fillRect(x - size / 2, y - size / 2, size, size);
    }
    return ground;
  }

  /**
   * @param {Told} told
   * @param {boolean} shown
   * @param {Reader} reader
   */
  say({ modes, m, verdict }, shown, { say }) {
    const { element, lamps, words, i } = this;
    element.setAttribute("aria-pressed", String(shown));
    const name = say(shown ? "tile_shown" : "tile", { i, m, of: modes.length, verdict: say(verdict) });
    this.rank = m * RANKS.length + RANKS.indexOf(verdict);
    if (element.title === name && element.dataset.full === String(modes[0].fill)) return;
    Object.assign(element.dataset, { verdict, covered: m, full: modes[0].fill });
    element.title = name;
    element.setAttribute("aria-label", name);
    words[0].textContent = `${m}/${modes.length}`;
    words[1].textContent = say(verdict);
    lamps.forEach((lamp, k) => {
      lamp.dataset.lit = String(modes[k].lit);
      lamp.style.setProperty("--fill", String(Math.max(0.18, modes[k].fill)));
    });
  }
}

/**
 * @param {string} name
 * @param {...Node} children
 */
function span(name, ...children) {
  const element = document.createElement("span");
  element.className = name;
  element.append(...children);
  return element;
}
