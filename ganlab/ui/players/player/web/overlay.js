// @ts-check
// The overlay of a picture: nothing is trained yet, or the run diverged and an earlier frame is shown.
import { thin } from "./words.js";

/** @import { Film } from "./film.js" */

/**
 * The latest finite frame of a film at or before an index, or null.
 * @param {Film} film
 * @param {number} index
 */
export function finite(film, index) {
  for (let i = film.before(index); i >= 0; i = film.before(i - 1)) if (!film.frame(i).diverged) return film.frame(i);
  return null;
}

export class Overlay {
  /** @type {Part} */
  part;

  /** @param {Root} root */
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="overlay${name}"]`);
  }

  /**
   * index: of the frame on screen, -1 while there is none.
   * @param {Film} film
   * @param {number} index
   * @param {Reader} reader
   */
  show(film, index, { say }) {
    const shown = index < 0 ? null : film.frame(index);
    const verdict = shown?.diverged ? film.verdict(film.known[index]) : null;
    this.part("").hidden = shown ? !shown.diverged : film.last >= 0;
    this.part("-title").textContent = shown ? (verdict?.title ?? say("diverged")) : say("empty");
    this.part("-sentence").textContent = verdict?.sentence ?? "";
    this.part("-note").textContent = shown?.diverged ? this.#standIn(film, index, say) : "";
  }

  /**
   * @param {Film} film
   * @param {number} index
   * @param {Reader["say"]} say
   */
  #standIn(film, index, say) {
    const { step } = finite(film, index) ?? {};
    return step === undefined ? "" : say("last_finite", { step: thin(step, say) });
  }
}
