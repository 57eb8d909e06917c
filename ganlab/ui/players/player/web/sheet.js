// @ts-check
// A sheet of 8 x 8 images, sharp at every size, with thin lines between them and a cursor.

export const ROWS = 8;
const SIDE = 28;
const LINE = "#3d4452"; // on black, in either theme
const FADE = 0.4; // share of the time to the next frame in which the sheets cross-fade

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

  /** @param {HTMLCanvasElement} element */
  constructor(element) {
    Object.assign(this, {
      element,
      context: element.getContext("2d"),
      cell: -1,
      big: document.createElement("canvas"),
    });
  }

  /** @param {number} side */
  resize(side) {
    const scale = Math.min(3, window.devicePixelRatio || 1);
    if (this.side === side && this.scale === scale) return;
    Object.assign(this, { side, scale });
    this.element.width = this.element.height = Math.round(side * scale);
    this.element.style.width = this.element.style.height = `${side}px`;
    this.big.width = this.big.height = ROWS * SIDE * Math.ceil((side * scale) / (ROWS * SIDE));
  }

  /** @param {Palette} palette */
  dress(palette) {
    this.palette = palette;
  }

  blank() {
    this.shown = null;
    this.context.fillStyle = "#000";
    this.context.fillRect(0, 0, this.element.width, this.element.height);
    this.#lines();
  }

  /**
   * Draws frame a, cross-fading to b by t in [0, 1]. Does nothing until the sheet is decoded.
   * @param {DigitsFrame} a
   * @param {DigitsFrame | null} b
   * @param {number} t
   */
  draw(a, b, t) {
    if (!a.sheet) return;
    this.shown = a;
    const next = b && b !== a ? b.sheet : null;
    const fade = next ? Math.max(0, (t - 1 + FADE) / FADE) : 0;
    this.#spread(a.sheet, 1);
    if (next && fade) this.#spread(next, fade);
    const { context: c, element } = this;
    c.imageSmoothingEnabled = true;
    c.imageSmoothingQuality = "high";
    c.drawImage(this.big, 0, 0, element.width, element.height);
    this.#lines();
    if (this.cell >= 0) this.#cursor();
  }

  /**
   * Scales by whole factors first, so that every pixel stays a square.
   * @param {ImageBitmap} sheet
   * @param {number} alpha
   */
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

  /**
   * The index of the image under a pointer.
   * @param {{ clientX: number, clientY: number }} pointer
   */
  under({ clientX, clientY }) {
    const box = this.element.getBoundingClientRect();
    const at = (/** @type {number} */ offset, /** @type {number} */ length) =>
      Math.max(0, Math.min(ROWS - 1, Math.floor((offset / length) * ROWS)));
    return at(clientY - box.top, box.height) * ROWS + at(clientX - box.left, box.width);
  }

  /**
   * Calls `give` with a PNG of the shown sheet, enlarged by `times`.
   * @param {number} times
   * @param {BlobCallback} give
   */
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

/**
 * Draws image `cell` of a sheet, or the `cell`-th of a strip, into a small canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} picture
 * @param {number} cell
 * @param {number} [columns]
 */
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
