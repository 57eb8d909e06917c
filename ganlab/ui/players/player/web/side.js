// @ts-check
// One of two runs: its picture, where it stands in time, its scoreboard.
import { Board } from "./board.js";
import { Canvas } from "./canvas.js";
import { finite, Overlay } from "./overlay.js";
import { thin } from "./words.js";

export class Side {
  /** @type {Part} */
  part;
  /** @type {Reader} */
  reader;
  /** @type {string} */
  title;

  constructor(element) {
    this.element = element;
    this.part = (name) => element.querySelector(`[data-part="${name}"]`);
    this.canvas = new Canvas(element.querySelector("canvas"));
    this.board = new Board(element);
    this.overlay = new Overlay(element);
  }

  label(reader, head, title) {
    Object.assign(this, { reader, title });
    this.part("title").textContent = this.part("title").title = title;
    this.board.label(reader, head);
  }

  /** Its frames i and j, -1 while there is none, and how far it is between them; how: layers, arrows, mode. */
  draw(film, i, j, /** @type {Pick<import("./canvas.js").Scene, "t" | "layers" | "arrows" | "mode">} */ { t, ...how }) {
    if (i < 0) return this.canvas.blank(film, how.layers);
    const shown = film.frame(i);
    const a = shown.diverged ? (finite(film, i) ?? shown) : shown;
    this.canvas.draw({ a, b: j === i || j < 0 ? a : film.frame(j), t, film, ...how });
  }

  /** Its scores at frame i; moment: the step that the slider shows. */
  show(film, i, moment, hover) {
    const step = film.known[i];
    const over = i >= 0 && i === film.last && moment > step;
    Object.assign(this.element.dataset, { step: step ?? "", over });
    this.part("moment").textContent = i < 0 ? "" : this.#moment(film, step, over);
    this.overlay.show(film, i, this.reader);
    i < 0 ? this.board.blank(hover) : this.board.show(film.frame(i), film.verdict(step), hover);
  }

  #moment(film, step, over) {
    const { say } = this.reader;
    if (!over) return `${say("step")} ${thin(step)}`;
    const ended = step >= film.head.target || film.frame(film.last).diverged;
    return say(ended ? "duel_ended" : "duel_so_far", { step: thin(step) });
  }

  /** What it shows, in a sentence or two; also what a screen reader says of its picture. */
  summary(frame, film) {
    const said = `${this.title}: ${this.board.summary(frame, frame.step)} ${film.verdict(frame.step)?.title ?? ""}`;
    this.canvas.element.setAttribute("aria-label", this.reader.say("canvas", { summary: said }));
    return said;
  }
}
