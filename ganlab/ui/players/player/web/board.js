// @ts-check
// The scoreboard of the shown frame: verdict, accuracies, modes (or cells), two metrics.
import { judgedBy, judges } from "./message.js";
import { places } from "./places.js";
import { Scores } from "./scores.js";
import { thin } from "./words.js";

const COVERED = 0.01; // a mode counts from 1 % of all generated points
const LIT = 0.25; // a cell counts from a quarter of its expected share

export class Board extends Scores {
  /** @type {PlaneHead} */
  head;
  /** @type {boolean} */
  kind;
  /** @type {string} */
  laid;

  /** @type {HTMLElement[]} */
  lamps = [];

  /**
   * Labels that do not change with the frame.
   * @param {Reader} reader
   * @param {PlaneHead} [head]
   */
  label(reader, head) {
    super.label(reader);
    if (!head) return;
    this.head = head;
    this.part("battle").hidden = !judges(head);
    const { say } = reader;
    this.#explain(head.modes);
    this.put("modes-label", say(head.modes ? "modes" : "cells"));
    this.put("left-label", say(head.modes ? "valid" : "cells_covered"));
    this.put("right-label", say(head.modes ? "mode_tv" : "js"));
  }

  /**
   * Sets the definition of each score as tooltip and as description for screen readers.
   * @param {Point[] | null} modes
   */
  #explain(modes) {
    const { say } = this.reader;
    const define = (/** @type {string} */ name, /** @type {string} */ sentence) => this.define(name, sentence);
    ["modes-label", "lamps"].forEach((name) => define(name, modes ? say("define_modes") : say("define_cells")));
    define("left-label", modes ? say("define_valid") : say("define_cells_covered"));
    define("right-label", modes ? say("define_mode_tv") : say("define_js"));
  }

  /**
   * Shows a run without frames.
   * @param {Hover} hover
   */
  blank(hover) {
    const shares = new Float32Array(this.head.modes?.length ?? 32).fill(NaN);
    this.show({ scalars: {}, shares }, null, hover);
  }

  /**
   * Shows the scores of a frame. `hover(mode)` is called when the pointer enters a lamp (-1: leaves).
   * @param {Pick<PlaneFrame, "scalars" | "shares">} frame
   * @param {Verdict | null} verdict
   * @param {Hover} hover
   */
  show(frame, verdict, hover) {
    this.verdict(verdict);
    this.battle(frame.scalars, this.head.threshold === null);
    this.#lamps(frame, hover);
    this.head.modes ? this.#valid(frame) : this.#cells(frame);
    this.#more(frame);
  }

  /**
   * Where runs of different kinds are compared: the JS divergence also of data with modes, and the time so far.
   * @param {Pick<PlaneFrame, "scalars" | "shares"> & { step?: number }} frame
   */
  #more(frame) {
    const { say, number } = this.reader,
      { pace, js_floor } = this.head;
    this.part("more").hidden = pace === undefined;
    if (pace === undefined) return;
    const js = number(frame.scalars.js, 3),
      floor = number(js_floor[judgedBy(frame)], 3);
    this.put("more", say("compared", { js, floor, time: number((frame.step ?? 0) * pace, 1) }));
  }

  /**
   * A summary for screen readers.
   * @param {PlaneFrame} frame
   * @param {number | ""} step
   */
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

  /**
   * @param {Pick<PlaneFrame, "scalars" | "shares">} frame
   * @param {Hover} hover
   */
  #lamps(frame, hover) {
    const { say, percent } = this.reader;
    const { shares } = frame;
    const laid = JSON.stringify([shares.length, this.head.modes]);
    if (this.laid !== laid) this.#build(shares.length, hover);
    this.laid = laid;
    const [lit, of] = covered(shares, !!this.head.modes);
    const due = 1 / shares.length,
      least = enough(shares.length, !!this.head.modes);
    this.lamps.forEach((lamp, i) => {
      lamp.style.setProperty("--fill", String(Math.min(1, shares[i] / (2 * due)) || 0));
      lamp.dataset.lit = String(shares[i] >= least);
      /** @type {Node} */ (lamp.lastChild).textContent = this.head.modes ? this.#share(shares[i]) : "";
    });
    this.put("modes-count", Number.isFinite(shares[0]) ? say("modes_count", { m: lit, of }) : "–");
    this.put(
      "modes-note",
      say(this.head.modes ? "modes_note" : "cells_note", {
        due: percent(due, Number.isInteger(100 * due) ? 0 : 1),
        of,
        n: thin(judgedBy(frame), say),
      }),
    );
    const list = [...shares].map((share) => percent(share)).join(", ");
    this.part("lamps").setAttribute("aria-label", `${say("modes_count", { m: lit, of })}: ${list}`);
  }

  /** @param {number} share */
  #share(share) {
    const { percent } = this.reader;
    return share > 0 && share < COVERED ? `<${percent(COVERED)}` : percent(share);
  }

  /**
   * @param {number} count
   * @param {Hover} hover
   */
  #build(count, hover) {
    this.kind = !!this.head.modes;
    this.lamps = Array.from({ length: count }, (_, i) =>
      lamp(
        () => hover(i),
        () => hover(-1),
      ),
    );
    const row = this.part("lamps");
    const laid = places(this.head.modes);
    row.dataset.kind = laid ? "places" : this.kind ? "modes" : "cells";
    row.style.setProperty("--columns", laid?.columns ?? columns(count, this.kind));
    laid?.at.forEach(({ column, row }, i) => (this.lamps[i].style.gridArea = `${row} / ${column}`));
    row.replaceChildren(...this.lamps);
  }

  /** @param {Pick<PlaneFrame, "scalars" | "shares">} frame */
  #valid(frame) {
    const { say, percent, number } = this.reader;
    const { valid, mode_tv } = frame.scalars;
    const ceiling = this.head.valid_ceiling;
    this.put("left-value", percent(valid));
    this.put("left-note", ceiling === null ? "" : say("valid_note", { ceiling: percent(ceiling, 1) }));
    this.put("right-value", number(mode_tv));
    this.put("right-note", say("mode_tv_note", { one: number(1 - 1 / frame.shares.length, 3) }));
  }

  /** @param {Pick<PlaneFrame, "scalars" | "shares">} frame */
  #cells(frame) {
    const { say, percent, number } = this.reader;
    this.put("left-value", percent(frame.scalars.cells_covered));
    this.put("left-note", say("cells_covered_note"));
    this.put("right-value", number(frame.scalars.js, 3));
    this.put(
      "right-note",
      say("js_note", { floor: number(this.head.js_floor[judgedBy(frame)], 3), most: number(Math.LN2, 3) }),
    );
  }
}

/**
 * The least share of points for which one of `count` modes (or cells) is covered.
 * @param {number} count
 * @param {boolean} modes
 */
const enough = (count, modes) => (modes ? COVERED : LIT / count);

/**
 * The number of covered modes (or cells), and of all.
 * @param {Float32Array | number[]} shares
 * @param {boolean} modes
 */
export const covered = (shares, modes) => [
  shares.filter((share) => share >= enough(shares.length, modes)).length,
  shares.length,
];

/**
 * Lamps per row: more than ten modes are distributed evenly over rows of at most 13.
 * @param {number} count
 * @param {boolean} modes
 */
export const columns = (count, modes) => (modes ? (count > 10 ? Math.ceil(count / Math.ceil(count / 13)) : count) : 16);

/**
 * @param {() => void} enter
 * @param {() => void} leave
 */
function lamp(enter, leave) {
  const element = document.createElement("span");
  element.className = "lamp";
  element.append(document.createElement("i"), document.createElement("small"));
  element.onpointerenter = enter;
  element.onpointerleave = leave;
  return element;
}
