// @ts-check
// One image in detail: its nearest training images, and the classifier's probabilities.
import { crop } from "./sheet.js";
import { thin } from "./words.js";

export class Look {
  /** @type {Part} */
  part;
  /** @type {Reader} */
  reader;
  /** @type {HTMLElement} */
  card;
  /** @type {string} */
  answered;

  /** @param {Root} root */
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="look-${name}"]`);
    this.card = root.querySelector('[data-part="look"]');
  }

  /** @param {Reader} reader */
  label(reader) {
    const { say } = reader;
    this.reader = reader;
    this.part("label").textContent = say("look");
    this.part("label").title = say("define_look");
    this.part("invitation").textContent = say("look_invitation");
    this.part("near-label").textContent = say("look_near");
    this.part("opinion-label").textContent = say("look_opinion");
    this.part("note").textContent = say("look_note");
  }

  /**
   * Shows a selected image before the server's answer.
   * @param {DigitsFrame} frame
   * @param {number} cell
   */
  choose(frame, cell) {
    Object.assign(this.card.dataset, { cell, known: false, open: true });
    this.part("of").textContent = this.#of(cell, frame.step);
    crop(this.part("image"), /** @type {ImageBitmap} */ (frame.sheet), cell);
    this.part("sentence").textContent = this.reader.say("look_wait");
    this.part("near").replaceChildren();
    this.part("opinion").replaceChildren();
  }

  /**
   * @param {number} cell
   * @param {number} step
   */
  #of = (cell, step) =>
    this.reader.say("look_of", {
      row: Math.floor(cell / 8) + 1,
      column: (cell % 8) + 1,
      step: thin(step, this.reader.say),
    });

  /**
   * Shows the server's answer. `strip`: a PNG of the selected image and its neighbours.
   * @param {LookAnswer} look
   * @param {Bytes} strip
   */
  async answer(look, strip) {
    const name = `${look.run} ${look.step} ${look.cell} ${this.reader.say("look_of")}`;
    if (name === this.answered && this.card.dataset.known === "true") return;
    const picture = await createImageBitmap(new Blob([strip], { type: "image/png" }));
    if (Number(this.card.dataset.cell) !== look.cell && this.card.dataset.known === "false") return;
    this.answered = name;
    Object.assign(this.card.dataset, { cell: look.cell, known: true, open: true });
    this.part("of").textContent = this.#of(look.cell, look.step);
    this.part("sentence").textContent = look.sentence;
    crop(this.part("image"), picture, 0, 1 + look.near.length);
    this.part("near").replaceChildren(
      ...look.near.map((near, i) => this.#neighbour(near, picture, i + 1, 1 + look.near.length)),
    );
    this.part("opinion").replaceChildren(...look.opinion.map((p, digit) => this.#bar(p, digit)));
    this.part("opinion-label").hidden = !look.opinion.length;
  }

  /**
   * @param {Neighbour} near
   * @param {ImageBitmap} picture
   * @param {number} at
   * @param {number} columns
   */
  #neighbour({ distance, label }, picture, at, columns) {
    const element = document.createElement("figure");
    const canvas = document.createElement("canvas");
    crop(canvas, picture, at, columns);
    const words = document.createElement("small");
    words.textContent = this.reader.number(distance);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", this.reader.say("look_one", { label, distance: this.reader.number(distance) }));
    element.append(canvas, words);
    return element;
  }

  /**
   * @param {number} p
   * @param {number} digit
   */
  #bar(p, digit) {
    const element = document.createElement("span");
    element.style.setProperty("--p", String(p));
    element.title = this.reader.percent(p, 1);
    const [bar, name] = [document.createElement("i"), document.createElement("small")];
    name.textContent = String(digit);
    element.dataset.sure = String(p >= 0.9);
    element.append(bar, name);
    return element;
  }
}
