// @ts-check
// A lab sheet: what Python knows of a run, and what the visitor writes. Python: ganlab/ui/players/sheet/__init__.py.
import { mounted } from "../ganlab.player/mount.js";
import { download } from "../ganlab.player/save.js";
import { paint } from "./paint.js";

const WRITTEN = ["name", "hypothesis", "conclusion"];
const BOXES = ["picture", "settings", "verdict", "prediction", "hypothesis", "conclusion"];

class Sheet {
  /** @type {SheetHead} */
  head;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    /** @type {Part} */
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.part("print").onclick = () => window.print();
    this.part("png").onclick = () => this.save();
    for (const name of WRITTEN) this.part(name).oninput = () => this.typed(name);
  }

  /** @param {SheetHead} head */
  receive(head) {
    this.head = head;
    this.label();
    this.fill();
    for (const name of WRITTEN) this.recall(name);
  }

  dress() {}
  dispose() {}

  label() {
    const { text } = this.head;
    for (const name of ["print", "png", "kept"]) this.part(name).textContent = text[name];
    for (const name of ["name", "settings", "prediction", "hypothesis", "conclusion"])
      this.part(`${name}-label`).textContent = text[name];
  }

  /** Shows what is known, as text. */
  fill() {
    const { head } = this;
    for (const name of ["title", "verdict", "sentence", "question", "answer", "link"])
      this.part(name).textContent = head[/** @type {keyof SheetHead} */ (name)];
    this.part("picture").src = head.picture;
    this.part("picture").alt = head.alt;
    this.part("code").src = head.code;
    this.part("settings-none").textContent = head.settings.length ? "" : head.text.usual;
    this.rows("numbers", head.numbers);
    this.rows("settings", head.settings);
    const shown = new Set(head.parts);
    const there = { picture: head.picture, verdict: head.verdict, prediction: head.question };
    for (const name of BOXES) {
      const known = name in there ? there[/** @type {keyof typeof there} */ (name)] : true;
      this.part(`${name}-box`).hidden = !shown.has(name) || !known;
    }
  }

  /**
   * @param {string} name
   * @param {string[][]} rows
   */
  rows(name, rows) {
    const cells = (/** @type {string[]} */ row) => {
      const line = document.createElement("tr");
      for (const value of row) line.insertCell().textContent = value;
      return line;
    };
    this.part(name).replaceChildren(...rows.map(cells));
  }

  /**
   * Where the browser keeps what is written: the name for all sheets, the rest by run and task.
   * @param {string} name
   */
  place(name) {
    return name === "name" ? "ganlab.sheet.name" : `ganlab.sheet.${this.head.id}.${name}`;
  }

  /** @param {string} name */
  recall(name) {
    const field = this.part(name);
    try {
      if (field.dataset.place !== this.place(name)) field.value = localStorage.getItem(this.place(name)) ?? "";
    } catch {
      // A browser that stores nothing: what is written stays while the page is open.
    }
    field.dataset.place = this.place(name);
    this.grow(field);
  }

  /** @param {string} name */
  typed(name) {
    this.grow(this.part(name));
    try {
      localStorage.setItem(this.place(name), this.part(name).value);
    } catch {
      // As above.
    }
  }

  /** @param {HTMLElement} field */
  grow(field) {
    if (field.localName !== "textarea") return;
    field.style.height = "auto";
    field.style.height = `${Math.max(field.scrollHeight + 2, 76)}px`;
  }

  /** Saves the sheet as a picture. */
  async save() {
    const { head } = this;
    const written = Object.fromEntries(WRITTEN.map((name) => [name, this.part(name).value]));
    const [picture, code] = await Promise.all([this.part("picture"), this.part("code")].map(loaded));
    const shown = BOXES.filter((name) => !this.part(`${name}-box`).hidden);
    const canvas = paint(document.createElement("canvas"), { head, written, picture, code, shown });
    canvas.toBlob((png) => download(png, `gan-arena-sheet-${head.id}.png`), "image/png");
  }
}

/** @param {HTMLImageElement} image */
const loaded = (image) =>
  image.decode().then(
    () => image,
    () => null,
  );

export default mounted(Sheet);
