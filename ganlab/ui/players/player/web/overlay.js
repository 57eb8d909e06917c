// @ts-check
// What lies over a picture: that nothing is trained yet, or that a run diverged and which of its frames is shown.
import { thin } from "./words.js";

/** The latest finite frame of a film at or before an index, or null. */
export function finite(film, index) {
  for (let i = film.before(index); i >= 0; i = film.before(i - 1)) if (!film.frame(i).diverged) return film.frame(i);
  return null;
}

export class Overlay {
  /** @type {Part} */
  part;

  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="overlay${name}"]`);
  }

  /** index: of the frame on screen, -1 while there is none. */
  show(film, index, { say }) {
    const shown = index < 0 ? null : film.frame(index);
    const verdict = shown?.diverged ? film.verdict(film.known[index]) : null;
    this.part("").hidden = shown ? !shown.diverged : film.last >= 0;
    this.part("-title").textContent = shown ? (verdict?.title ?? say("diverged")) : say("empty");
    this.part("-sentence").textContent = verdict?.sentence ?? "";
    this.part("-note").textContent = shown?.diverged ? this.#standIn(film, index, say) : "";
  }

  #standIn(film, index, say) {
    const { step } = finite(film, index) ?? {};
    return step === undefined ? "" : say("last_finite", { step: thin(step) });
  }
}
