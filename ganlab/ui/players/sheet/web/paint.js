// @ts-check
// The sheet as one picture of a page's width: every text is drawn, so nothing of the page is needed.

/** @typedef {{ head: SheetHead, written: Record<string, string>, picture: Picture, code: Picture, shown: string[] }} Content */
/** @typedef {CanvasImageSource & { naturalWidth: number, naturalHeight: number } | null} Picture */

const [WIDTH, EDGE, GAP] = [1240, 80, 26]; // pixels
const INK = "#1b222d";
const GREY = "#475467";
const FONT = "system-ui, sans-serif";

/**
 * The lines of a text that are at most so wide; a word that is wider is cut.
 * @param {string} text
 * @param {number} width
 * @param {(line: string) => number} measure
 */
export function wrapped(text, width, measure) {
  /** @type {string[]} */
  const lines = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(/(?<= )/)) {
      if (line && measure(line + word.trimEnd()) > width) {
        lines.push(line.trimEnd());
        line = "";
      }
      line += word;
      while (measure(line.trimEnd()) > width && line.length > 1) {
        let end = line.length - 1;
        while (end > 1 && measure(line.slice(0, end)) > width) end -= 1;
        lines.push(line.slice(0, end));
        line = line.slice(end);
      }
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

/** A pen that writes from top to bottom. */
class Pen {
  /** @param {Drawing} c */
  constructor(c) {
    this.c = c;
    this.y = EDGE;
  }

  /**
   * @param {string} text
   * @param {{ size?: number, weight?: number, ink?: string, x?: number, width?: number }} [look]
   */
  write(text, { size = 24, weight = 400, ink = INK, x = EDGE, width = WIDTH - 2 * EDGE } = {}) {
    Object.assign(this.c, { font: `${weight} ${size}px ${FONT}`, fillStyle: ink, textBaseline: "top" });
    for (const line of wrapped(text, width, (said) => this.c.measureText(said).width)) {
      this.c.fillText(line, x, this.y);
      this.y += Math.round(size * 1.4);
    }
  }

  /**
   * Rows of names and values; a third column is grey.
   * @param {string[][]} rows
   * @param {number} x
   */
  table(rows, x = EDGE) {
    for (const [name, value, other = ""] of rows) {
      const top = this.y;
      const ends = [
        [name, x, 270, GREY],
        [value, x + 290, 330, INK],
        [other, x + 640, 400, GREY],
      ].map((cell) => {
        const [text, left, width, ink] = /** @type {[string, number, number, string]} */ (cell);
        this.y = top;
        this.write(text, { size: 21, ink, x: left, width: Math.min(width, WIDTH - EDGE - left) });
        return this.y;
      });
      this.y = Math.max(...ends);
    }
  }
}

/**
 * Draws the sheet on a canvas as high as it needs.
 * @param {HTMLCanvasElement} canvas
 * @param {Content} content
 */
export function paint(canvas, content) {
  for (const height of [100, 0]) {
    const c = /** @type {Drawing} */ (canvas.getContext("2d"));
    const pen = new Pen(c);
    draw(pen, content);
    if (height) {
      [canvas.width, canvas.height] = [WIDTH, Math.max(1754, Math.ceil(pen.y) + EDGE)];
      c.fillStyle = "#ffffff";
      c.fillRect(0, 0, canvas.width, canvas.height);
    }
  }
  return canvas;
}

/**
 * @param {Pen} pen
 * @param {Content} content
 */
function draw(pen, { head, written, picture, code, shown }) {
  pen.write(head.title, { size: 36, weight: 700 });
  if (written.name) pen.write(`${head.text.name}: ${written.name}`, { ink: GREY });
  pen.y += GAP;
  findings(pen, head, shown.includes("picture") ? picture : null, shown.includes("verdict"));
  const sections = {
    settings: () => (head.settings.length ? pen.table(head.settings) : pen.write(head.text.usual)),
    prediction: () => pen.write(`${head.question}\n${head.answer}`),
    hypothesis: () => pen.write(written.hypothesis || "…"),
    conclusion: () => pen.write(written.conclusion || "…"),
  };
  for (const [name, body] of Object.entries(sections).filter(([name]) => shown.includes(name))) {
    pen.write(head.text[name], { size: 26, weight: 600 });
    body();
    pen.y += GAP;
  }
  ending(pen, head, code);
}

/**
 * The picture, and beside it the verdict with its numbers.
 * @param {Pen} pen
 * @param {SheetHead} head
 * @param {Picture} picture
 * @param {boolean} told
 */
function findings(pen, head, picture, told) {
  const top = pen.y;
  const side = picture ? 400 : 0;
  if (picture) pen.c.drawImage(picture, EDGE, top, side, (side * picture.naturalHeight) / picture.naturalWidth);
  const x = EDGE + (picture ? side + GAP : 0);
  if (told) {
    pen.write(head.verdict, { size: 26, weight: 600, x, width: WIDTH - EDGE - x });
    pen.write(head.sentence, { size: 21, x, width: WIDTH - EDGE - x });
    pen.y += GAP / 2;
    pen.table(head.numbers, x);
  }
  pen.y = Math.max(pen.y, top + side) + GAP;
}

/**
 * The code and the link.
 * @param {Pen} pen
 * @param {SheetHead} head
 * @param {Picture} code
 */
function ending(pen, head, code) {
  const top = pen.y;
  pen.c.imageSmoothingEnabled = false;
  if (code) pen.c.drawImage(code, EDGE, top, 180, 180);
  pen.write(head.link, { size: 17, ink: GREY, x: EDGE + 204, width: WIDTH - 2 * EDGE - 204 });
  pen.y = Math.max(pen.y, top + 180);
}
