// @ts-check
// Buttons, slider and keyboard.
import { thin } from "./words.js";

/** @type {Record<string, string>} */
const KEYS = { " ": "play", ArrowLeft: "previous", ArrowRight: "next", Home: "reset", End: "end" };

export class Controls {
  /** @type {Part} */
  part;
  /** @type {Reader["say"]} */
  say;

  /**
   * @param {Root} root
   * @param {any} acts
   */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    root.querySelectorAll("[data-act]").forEach((button) => (button.onclick = () => acts[button.dataset.act]()));
    this.part("time").oninput = (/** @type {Input} */ event) => acts.scrub(Number(event.target.value));
    this.part("speed").onchange = (/** @type {Input} */ event) => acts.pace(Number(event.target.value));
    root.onkeydown = (event) => this.#key(event);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const act = KEYS[event.key];
    const target = /** @type {HTMLElement} */ (event.target);
    const native =
      target.matches("select") ||
      (target.matches("button") && act === "play") ||
      (target.matches("input") && act !== "play");
    if (!act || native || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.acts[act]();
  }

  /**
   * Writes the labels, once per language and run.
   * @param {Reader} reader
   */
  label({ say }) {
    this.say = say;
    for (const name of ["previous", "next", "reset"]) named(this.root.querySelector(`[data-act="${name}"]`), say(name));
    this.part("go").textContent = say("play");
    this.part("hold").textContent = say("pause");
    named(this.part("bar"), say("toolbar"));
    named(this.part("speed"), say("speed"));
    named(this.part("live"), say("live"));
    this.part("time").setAttribute("aria-label", say("time"));
    this.part("step-label").textContent = say("step");
  }

  /** @param {{ playing: boolean, waiting: boolean, index: number, last: number, step: number | "", live: boolean }} state */
  show({ playing, waiting, index, last, step, live }) {
    Object.assign(this.root.dataset, { playing, waiting, step, index: Math.floor(index), last, live });
    this.part("step").textContent = step === "" ? "–" : thin(step, this.say);
    this.part("live").hidden = !live;
    this.root.querySelector('[data-act="play"]').disabled = last < 0;
    this.#time(Math.round(index), last, step);
  }

  /**
   * @param {number} index
   * @param {number} last
   * @param {number | ""} step
   */
  #time(index, last, step) {
    const time = this.part("time");
    time.max = Math.max(0, last);
    time.value = index;
    time.style.setProperty("--done", last > 0 ? index / last : 0);
    time.setAttribute("aria-valuetext", `${this.say("step")} ${step}`);
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 */
function named(element, name) {
  element.setAttribute("aria-label", name);
  element.title = name;
}
