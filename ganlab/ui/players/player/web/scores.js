// @ts-check
// What every scoreboard has: the verdict, the battle's two meters, names that explain themselves.
import { pieces } from "./words.js";

export class Scores {
  /** @type {Part} */
  part;
  /** @type {Reader} */
  reader;

  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
  }

  /** Labels that do not change with the frame. */
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

  put(name, text) {
    const part = this.part(name);
    if (part.textContent !== text) part.textContent = text;
  }

  /** What a score counts, for whoever points at its name or has it read aloud. */
  define(name, sentence) {
    this.part(name).title = sentence;
    this.part(name).setAttribute("aria-description", sentence);
  }

  #named(name, template, names) {
    this.part(name).replaceChildren(
      ...pieces(template).map((piece) => (typeof piece === "string" ? piece : strong(names[piece.name]))),
    );
  }

  verdict(verdict) {
    this.part("verdict").dataset.verdict = verdict?.key ?? "";
    this.put("verdict-title", verdict?.title ?? this.reader.say("verdict_none"));
    this.put("verdict-sentence", verdict?.sentence ?? "");
  }

  /** How often D is right and how often G fools it; without a threshold of D's neither is defined. */
  battle({ d_accuracy, fools }, compares) {
    this.#meter("d", d_accuracy, compares);
    this.#meter("g", fools, compares);
  }

  #meter(side, share, compares) {
    const known = Number.isFinite(share);
    const meter = this.part(`${side}-meter`);
    meter.style.setProperty("--share", known ? share : 0);
    meter.dataset.known = known;
    meter.setAttribute("aria-label", this.part(`${side}-label`).textContent);
    meter.setAttribute("aria-valuenow", known ? Math.round(100 * share) : 0);
    const text = known ? this.reader.percent(share) : compares ? this.reader.say("undefined") : "–";
    meter.setAttribute("aria-valuetext", text);
    this.part(`${side}-value`).dataset.known = known;
    this.put(`${side}-value`, text);
    this.part("coin").hidden = !known;
  }
}

export function strong(text) {
  const element = document.createElement("b");
  element.textContent = text;
  return element;
}
