// @ts-check
// The common parts of the scoreboards: verdict, the meters of D and G, and definitions.
import { pieces } from "./words.js";

export class Scores {
  /** @type {Part} */
  part;
  /** @type {Reader} */
  reader;

  /** @param {Root} root */
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
  }

  /**
   * Writes the labels that do not change with the frame.
   * @param {Reader} reader
   */
  label(reader) {
    const { say } = reader;
    this.reader = reader;
    this.put("verdict-label", say("verdict"));
    this.put("battle-label", say("battle"));
    this.#named("d-label", say("d_meter"), { d: say("d_name") });
    this.#named("g-label", say("g_meter"), { g: say("g_name") });
    this.put("coin", say("coin"));
    this.define("verdict-label", say("define_verdict"));
    ["d-label", "d-meter"].forEach((name) => this.define(name, say("define_d")));
    ["g-label", "g-meter"].forEach((name) => this.define(name, say("define_g")));
  }

  /**
   * @param {string} name
   * @param {string} text
   */
  put(name, text) {
    const part = this.part(name);
    if (part.textContent !== text) part.textContent = text;
  }

  /**
   * Sets the definition of a score as tooltip and as description for screen readers. A label also shows it, by the
   * style, when it has the focus, as after a tap.
   * @param {string} name
   * @param {string} sentence
   */
  define(name, sentence) {
    const part = this.part(name);
    part.title = sentence;
    part.setAttribute("aria-description", sentence);
    if (name.endsWith("-label")) part.tabIndex = 0;
  }

  /**
   * @param {string} name
   * @param {string} template
   * @param {Record<string, string>} names
   */
  #named(name, template, names) {
    this.part(name).replaceChildren(
      ...pieces(template).map((piece) => (typeof piece === "string" ? piece : strong(names[piece.name]))),
    );
  }

  /** @param {Verdict | null} verdict */
  verdict(verdict) {
    this.part("verdict").dataset.verdict = verdict?.key ?? "";
    this.put("verdict-title", verdict?.title ?? this.reader.say("verdict_none"));
    this.put("verdict-sentence", verdict?.sentence ?? "");
  }

  /**
   * Shows D's accuracy and how often G fools D. Without a threshold of D they are undefined.
   * @param {Battle} scores
   * @param {boolean} compares
   */
  battle({ d_accuracy, fools }, compares) {
    this.#meter("d", d_accuracy, compares);
    this.#meter("g", fools, compares);
  }

  /**
   * @param {"d" | "g"} side
   * @param {number | null | undefined} share
   * @param {boolean} compares
   */
  #meter(side, share, compares) {
    const known = Number.isFinite(share);
    const meter = this.part(`${side}-meter`);
    meter.style.setProperty("--share", known ? share : 0);
    meter.dataset.known = known;
    meter.setAttribute("aria-label", this.part(`${side}-label`).textContent);
    meter.setAttribute("aria-valuenow", known ? Math.round(100 * Number(share)) : 0);
    const text = known ? this.reader.percent(share) : compares ? this.reader.say("undefined") : "–";
    meter.setAttribute("aria-valuetext", text);
    this.part(`${side}-value`).dataset.known = known;
    this.put(`${side}-value`, text);
    this.part("coin").hidden = !known;
  }
}

/** @param {string} text */
export function strong(text) {
  const element = document.createElement("b");
  element.textContent = text;
  return element;
}
