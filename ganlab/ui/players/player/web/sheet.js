// @ts-check
// A sheet of 8 x 8 images: sharp at every size, hair lines between them, one of them under the cursor.

export const ROWS = 8;
const SIDE = 28;
const LINE = "#3d4452"; // on black, in either theme
const FADE = 0.4; // share of the way to the next frame in which one sheet goes over into it

export class Sheet {
  /** @type {HTMLCanvasElement} */
  element;
  /** @type {Drawing} */
  context;
  /** @type {HTMLCanvasElement} */
  big;
  /** @type {DigitsFrame | null} */
  shown;
  /** @type {Palette} */
  palette;
  /** @type {number} */
  cell;
  /** @type {number} */
  side;
  /** @type {number} */
  scale;

  constructor(element) {
    Object.assign(this, {
      element,
      context: element.getContext("2d"),
      cell: -1,
      big: document.createElement("canvas"),
    });
  }

  resize(side) {
    const scale = Math.min(3, window.devicePixelRatio || 1);
    if (this.side === side && this.scale === scale) return;
    Object.assign(this, { side, scale });
    this.element.width = this.element.height = Math.round(side * scale);
    this.element.style.width = this.element.style.height = `${side}px`;
    this.big.width = this.big.height = ROWS * SIDE * Math.ceil((side * scale) / (ROWS * SIDE));
  }

  dress(palette) {
    this.palette = palette;
  }

  blank() {
    this.shown = null;
    this.context.fillStyle = "#000";
    this.context.fillRect(0, 0, this.element.width, this.element.height);
    this.#lines();
  }

  /** Frame a, on its way to b by t in [0, 1]; a sheet that is not unpacked yet leaves what is there. */
  draw(a, b, t) {
    if (!a.sheet) return;
    this.shown = a;
    const fade = b !== a && b?.sheet ? Math.max(0, (t - 1 + FADE) / FADE) : 0;
    this.#spread(a.sheet, 1);
    if (fade) this.#spread(b.sheet, fade);
    const { context: c, element } = this;
    c.imageSmoothingEnabled = true;
    c.imageSmoothingQuality = "high";
    c.drawImage(this.big, 0, 0, element.width, element.height);
    this.#lines();
    if (this.cell >= 0) this.#cursor();
  }

  /** Whole multiples of a pixel first: scaled from there, every pixel keeps its square. */
  #spread(sheet, alpha) {
    const c = /** @type {Drawing} */ (this.big.getContext("2d"));
    c.imageSmoothingEnabled = false;
    c.globalAlpha = alpha;
    c.drawImage(sheet, 0, 0, this.big.width, this.big.height);
    c.globalAlpha = 1;
  }

  #lines() {
    const {
      context: c,
      element: { width },
      scale,
    } = this;
    const line = Math.max(1, Math.round(scale));
    c.fillStyle = LINE;
    for (let i = 1; i < ROWS; i++) {
      const at = Math.round((i * width) / ROWS - line / 2);
      c.fillRect(at, 0, line, width);
      c.fillRect(0, at, width, line);
    }
  }

  #cursor() {
    const {
      context: c,
      element: { width },
      palette,
      scale,
      cell,
    } = this;
    const size = width / ROWS,
      line = 3 * scale;
    c.strokeStyle = palette.gradient;
    c.lineWidth = line;
    c.strokeRect((cell % ROWS) * size + line / 2, Math.floor(cell / ROWS) * size + line / 2, size - line, size - line);
  }

  /** The image under a pointer. */
  under({ clientX, clientY }) {
    const box = this.element.getBoundingClientRect();
    const at = (offset, length) => Math.max(0, Math.min(ROWS - 1, Math.floor((offset / length) * ROWS)));
    return at(clientY - box.top, box.height) * ROWS + at(clientX - box.left, box.width);
  }

  /** The shown sheet as a PNG of `times` its pixels. */
  png(times, give) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = ROWS * SIDE * times;
    const c = /** @type {Drawing} */ (canvas.getContext("2d"));
    c.imageSmoothingEnabled = false;
    c.drawImage(
      /** @type {DigitsFrame & { sheet: ImageBitmap }} */ (this.shown).sheet,
      0,
      0,
      canvas.width,
      canvas.height,
    );
    canvas.toBlob(give, "image/png");
  }
}

/** Draws image `cell` of a sheet, or the `cell`-th of a strip, into a small canvas. */
export function crop(canvas, picture, cell, columns = ROWS) {
  canvas.width = canvas.height = 4 * SIDE;
  const c = /** @type {Drawing} */ (canvas.getContext("2d"));
  c.imageSmoothingEnabled = false;
  c.drawImage(
    picture,
    (cell % columns) * SIDE,
    Math.floor(cell / columns) * SIDE,
    SIDE,
    SIDE,
    0,
    0,
    canvas.width,
    canvas.height,
  );
}
