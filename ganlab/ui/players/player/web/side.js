// @ts-check
// One of two runs: its picture, its step, its scoreboard.
import { Board } from "./board.js";
import { Canvas } from "./canvas.js";
import { finite, Overlay } from "./overlay.js";
import { thin } from "./words.js";

/** @import { Film } from "./film.js" */
/** @import { Scene } from "./canvas.js" */

export class Side {
  /** @type {Part} */
  part;
  /** @type {Reader} */
  reader;
  /** @type {string} */
  title;

  /** @param {Root} element */
  constructor(element) {
    this.element = element;
    this.part = (name) => element.querySelector(`[data-part="${name}"]`);
    this.canvas = new Canvas(element.querySelector("canvas"));
    this.board = new Board(element);
    this.overlay = new Overlay(element);
  }

  /**
   * @param {Reader} reader
   * @param {PlaneHead} head
   * @param {string} title
   */
  label(reader, head, title) {
    Object.assign(this, { reader, title });
    this.part("title").textContent = this.part("title").title = title;
    this.board.label(reader, head);
  }

  /**
   * Draws frames i and j (-1: none), interpolated by t.
   * @param {Film<PlaneHead>} film
   * @param {number} i
   * @param {number} j
   * @param {Pick<Scene, "t" | "layers" | "arrows" | "mode">} how
   */
  draw(film, i, j, { t, ...how }) {
    if (i < 0) return this.canvas.blank(film, how.layers);
    const shown = film.frame(i);
    const a = shown.diverged ? (finite(film, i) ?? shown) : shown;
    this.canvas.draw({ a, b: j === i || j < 0 ? a : film.frame(j), t, film, ...how });
  }

  /**
   * Shows the scores of frame i; moment: the step of the slider.
   * @param {Film<PlaneHead>} film
   * @param {number} i
   * @param {number | ""} moment
   * @param {Hover} hover
   */
  show(film, i, moment, hover) {
    const step = film.known[i];
    const over = i >= 0 && i === film.last && Number(moment) > step * (film.head.scale ?? 1);
    Object.assign(this.element.dataset, { step: step ?? "", over });
    this.part("moment").textContent = i < 0 ? "" : this.#moment(film, step, over);
    this.overlay.show(film, i, this.reader);
    i < 0 ? this.board.blank(hover) : this.board.show(film.frame(i), film.verdict(step), hover);
  }

  /**
   * @param {Film<PlaneHead>} film
   * @param {number} step
   * @param {boolean} over
   */
  #moment(film, step, over) {
    const { say } = this.reader;
    if (!over) return `${say("step")} ${thin(step, say)}`;
    const ended = step >= film.head.target || film.frame(film.last).diverged;
    return say(ended ? "duel_ended" : "duel_so_far", { step: thin(step, say) });
  }

  /**
   * A summary for screen readers. It is also the label of the picture.
   * @param {PlaneFrame} frame
   * @param {Film<PlaneHead>} film
   */
  summary(frame, film) {
    const said = `${this.title}: ${this.board.summary(frame, frame.step)} ${film.verdict(frame.step)?.title ?? ""}`;
    this.canvas.element.setAttribute("aria-label", this.reader.say("canvas", { summary: said }));
    return said;
  }
}
