// @ts-check
// The scoreboard: verdict, battle, modes (or cells), two metrics. It follows the frame that is shown.
import { judges } from "./message.js";
import { Scores } from "./scores.js";

const COVERED = 0.01; // a mode counts from 1 % of all generated points
const LIT = 0.25; // a cell counts from a quarter of its due

export class Board extends Scores {
  /** @type {PlaneHead} */
  head;
  /** @type {boolean} */
  kind;

  lamps = [];

  /** Labels that do not change with the frame. */
  label(reader, head) {
    super.label(reader);
    this.head = head;
    this.part("battle").hidden = !judges(head);
    const { say } = reader;
    this.#explain(head.modes);
    this.put("modes-label", say(head.modes ? "modes" : "cells"));
    this.put("left-label", say(head.modes ? "valid" : "cells_covered"));
    this.put("right-label", say(head.modes ? "mode_tv" : "js"));
  }

  /** What each score counts, for whoever points at its name or has it read aloud. */
  #explain(modes) {
    const { say } = this.reader;
    const define = (name, sentence) => this.define(name, sentence);
    ["modes-label", "lamps"].forEach((name) => define(name, modes ? say("define_modes") : say("define_cells")));
    define("left-label", modes ? say("define_valid") : say("define_cells_covered"));
    define("right-label", modes ? say("define_mode_tv") : say("define_js"));
  }

  /** The scores of a run that has no frame yet. */
  blank(hover) {
    const shares = new Float32Array(this.head.modes?.length ?? 32).fill(NaN);
    this.show({ scalars: {}, shares }, null, hover);
  }

  /** Shows the scores of a frame; `hover(mode)` is called when a lamp is pointed at (-1: no longer). */
  show(frame, verdict, hover) {
    this.verdict(verdict);
    this.battle(frame.scalars, this.head.threshold === null);
    this.#lamps(frame.shares, hover);
    this.head.modes ? this.#valid(frame) : this.#cells(frame);
  }

  /** One sentence of it all, for a screen reader. */
  summary(frame, step) {
    const { say, percent, number } = this.reader;
    const { d_accuracy, fools } = frame.scalars;
    const [lit, of] = covered(frame.shares, !!this.head.modes);
    const battle = Number.isFinite(d_accuracy)
      ? say("summary_battle", { accuracy: percent(d_accuracy), fools: percent(fools) })
      : "";
    const sentence = say(this.head.modes ? "summary_modes" : "summary_cells", { m: lit, of });
    return [
      say("summary_step", { step }),
      battle,
      sentence,
      this.head.modes ? "" : `JS ${number(frame.scalars.js)}.`,
    ].join(" ");
  }

  #lamps(shares, hover) {
    const { say, percent } = this.reader;
    if (this.lamps.length !== shares.length || this.kind !== !!this.head.modes) this.#build(shares.length, hover);
    const [lit, of] = covered(shares, !!this.head.modes);
    const due = 1 / shares.length,
      least = enough(shares.length, !!this.head.modes);
    this.lamps.forEach((lamp, i) => {
      lamp.style.setProperty("--fill", Math.min(1, shares[i] / (2 * due)) || 0);
      lamp.dataset.lit = shares[i] >= least;
      lamp.lastChild.textContent = this.head.modes ? this.#share(shares[i]) : "";
    });
    this.put("modes-count", Number.isFinite(shares[0]) ? say("modes_count", { m: lit, of }) : "–");
    this.put(
      "modes-note",
      say(this.head.modes ? "modes_note" : "cells_note", {
        due: percent(due, Number.isInteger(100 * due) ? 0 : 1),
        of,
      }),
    );
    const list = [...shares].map((share) => percent(share)).join(", ");
    this.part("lamps").setAttribute("aria-label", `${say("modes_count", { m: lit, of })}: ${list}`);
  }

  #share(share) {
    const { percent } = this.reader;
    return share > 0 && share < COVERED ? `<${percent(COVERED)}` : percent(share);
  }

  #build(count, hover) {
    this.kind = !!this.head.modes;
    this.lamps = Array.from({ length: count }, (_, i) =>
      lamp(
        () => hover(i),
        () => hover(-1),
      ),
    );
    const row = this.part("lamps");
    row.dataset.kind = this.kind ? "modes" : "cells";
    row.style.setProperty("--columns", columns(count, this.kind));
    row.replaceChildren(...this.lamps);
  }

  #valid(frame) {
    const { say, percent, number } = this.reader;
    const { valid, mode_tv } = frame.scalars;
    const ceiling = this.head.valid_ceiling;
    this.put("left-value", percent(valid));
    this.put("left-note", ceiling === null ? "" : say("valid_note", { ceiling: percent(ceiling, 1) }));
    this.put("right-value", number(mode_tv));
    this.put("right-note", say("mode_tv_note", { one: number(1 - 1 / frame.shares.length, 3) }));
  }

  #cells(frame) {
    const { say, percent, number } = this.reader;
    this.put("left-value", percent(frame.scalars.cells_covered));
    this.put("left-note", say("cells_covered_note"));
    this.put("right-value", number(frame.scalars.js, 3));
    this.put("right-note", say("js_note", { floor: number(this.head.js_floor[0], 3), most: number(Math.LN2, 3) }));
  }
}

/** The share of all points from which on one of `count` modes (or cells) is covered. */
const enough = (count, modes) => (modes ? COVERED : LIT / count);

/** How many modes (or cells) are covered, and how many there are. */
export const covered = (shares, modes) => [
  shares.filter((share) => share >= enough(shares.length, modes)).length,
  shares.length,
];

/** How many lamps stand in a row: more than ten modes in rows that are as full as possible, at most 13 each. */
export const columns = (count, modes) => (modes ? (count > 10 ? Math.ceil(count / Math.ceil(count / 13)) : count) : 16);

function lamp(enter, leave) {
  const element = document.createElement("span");
  element.className = "lamp";
  element.append(document.createElement("i"), document.createElement("small"));
  element.onpointerenter = enter;
  element.onpointerleave = leave;
  return element;
}
