// @ts-check
// Images side by side. Two of them can be selected.
import { opened } from "../ganlab.player/message.js";
import { mounted } from "../ganlab.player/mount.js";
import { palette } from "../ganlab.player/palette.js";
import { reader } from "../ganlab.player/words.js";
import { element } from "./looks.js";

class Tiles {
  /** @type {Part} */
  part;
  /** @type {TilesHead} */
  head;
  /** @type {Reader} */
  reader;
  /** @type {Bytes} */
  data;
  /** @type {string} */
  url;
  /** @type {number} */
  pending;
  /** @type {HTMLElement[]} */
  tiles;
  /** @type {(name: string, value: unknown) => void} */
  tell;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
  }

  dispose() {
    if (this.url) URL.revokeObjectURL(this.url);
  }

  dress() {
    palette(this.root);
  }

  /** @param {Bytes} data */
  receive(data) {
    if (data !== this.data) this.#take(data);
    this.data = data;
    this.dress();
  }

  /** @param {Bytes} data */
  #take(data) {
    const { head, at } = opened(data);
    this.dispose();
    this.url = URL.createObjectURL(new Blob([data.slice(at)], { type: "image/png" }));
    Object.assign(this, { head, reader: reader(head.text), pending: -1 });
    const { style, dataset } = this.root;
    style.setProperty("--columns", head.across);
    style.setProperty("--tile", `${head.side}px`);
    style.setProperty("--picture", `url(${this.url})`);
    style.setProperty("--across", head.columns);
    Object.assign(dataset, { tiles: head.key, fold: head.fold });
    const rows = Math.ceil(head.count / head.columns);
    const sheet = this.part("sheet");
    sheet.setAttribute("aria-label", head.label);
    this.tiles = Array.from({ length: head.count }, (_, i) => this.#tile(i, rows));
    sheet.replaceChildren(...this.tiles);
    this.#mark();
  }

  /**
   * @param {number} i
   * @param {number} rows
   */
  #tile(i, rows) {
    const { head } = this,
      made = element(head.pick ? "button" : "div", "tile"),
      picture = element("i");
    const [x, y] = [i % head.columns, Math.floor(i / head.columns)];
    picture.style.backgroundPosition = `${(100 * x) / Math.max(1, head.columns - 1)}% ${(100 * y) / Math.max(1, rows - 1)}%`;
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", head.names[i] ?? "");
    made.append(picture, ...(head.captions[i] ? [element("span", "", head.captions[i])] : []));
    made.dataset.testid = `tile-${i}`;
    if (head.pick) made.title = head.names[i] ?? "";
    if (head.pick) made.onclick = () => this.#pick(i);
    return made;
  }

  /** @param {number} i */
  #pick(i) {
    const first = this.pending;
    this.pending = first < 0 ? i : -1;
    this.#mark();
    if (first >= 0) this.tell("pick", { a: this.head.first + first, b: this.head.first + i, at: Date.now() });
  }

  #mark() {
    const { head, pending } = this;
    const ends = pending < 0 ? head.marks : [pending];
    this.tiles.forEach((made) => delete made.dataset.mark);
    ends.forEach((i, k) => {
      const made = this.tiles[i];
      if (made) made.dataset.mark = made.dataset.mark ? "1 2" : String(k + 1);
    });
    this.part("hint").textContent = head.pick ? this.reader.say(pending < 0 ? "pick_first" : "pick_next") : "";
  }
}

export default mounted(Tiles);
