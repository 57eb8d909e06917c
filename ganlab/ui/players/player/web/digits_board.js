// @ts-check
// The scoreboard of a run on digits: verdict, accuracies, ten bars, eight scores. The classifier's scores stay until the
// next evaluation, with their step.
import { count, Histogram } from "./histogram.js";
import { Scores } from "./scores.js";
import { thin } from "./words.js";

/**
 * name -> its format, in the order of the board.
 * @type {Record<string, (reader: Reader, x: number) => string>}
 */
export const NUMBERS = {
  accepted: ({ percent }, x) => percent(x),
  diversity: ({ number }, x) => number(x),
  digit_tv: ({ number }, x) => number(x),
  fid: ({ number }, x) => number(x, x < 100 ? 1 : 0),
  precision: ({ number }, x) => number(x),
  recall: ({ number }, x) => number(x),
  density: ({ number }, x) => number(x),
  coverage: ({ number }, x) => number(x),
};

export class DigitsBoard extends Scores {
  /** @type {Histogram} */
  histogram;
  /** @type {number[]} */
  owed;

  /**
   * @param {Reader} reader
   * @param {DigitsRun} [run]
   */
  label(reader, run) {
    super.label(reader);
    const { say } = reader;
    this.histogram = new Histogram(this.part("lamps"));
    this.put("digits-label", say("digits"));
    this.put("judged-label", say("judged"));
    ["digits-label", "lamps"].forEach((name) => this.define(name, say("define_digits")));
    this.define("judged-label", say("define_judged"));
    this.part("numbers").replaceChildren(...Object.keys(NUMBERS).map((name) => tile(name, say)));
    this.owed = run?.owed ?? [];
  }

  /**
   * `judged`: the newest evaluation, `run`: its part of the message's head.
   * @param {DigitsFrame | null} frame
   * @param {Judgement | null} judged
   * @param {DigitsRun} run
   */
  show(frame, judged, run) {
    const { say, percent } = this.reader;
    this.verdict(judged);
    if (!judged) this.put("verdict-sentence", !run.judge ? say("no_judge") : frame ? say("not_yet") : "");
    this.battle(frame ?? {}, run.compares);
    this.histogram.show(judged?.shares ?? null, run.owed, this.reader);
    const [m, of] = count(judged?.shares ?? [], run.owed);
    this.put("digits-count", judged?.shares ? say("digits_count", { m, of }) : "–");
    this.put(
      "digits-note",
      run.judge ? say("digits_note", { due: percent(Math.max(...run.owed)) }) : say("no_judge_short"),
    );
    this.part("digits").hidden = this.part("judged").hidden = !run.judge;
    this.put("judged-of", judged?.of === undefined ? "" : say("judged_of", this.#moment(judged.of)));
    Object.keys(NUMBERS).forEach((name) => this.#number(name, judged, run));
  }

  /** @param {[step: number, epoch: number]} moment */
  #moment = ([step, epoch]) => ({
    step: thin(step, this.reader.say),
    epoch: this.reader.number(epoch, epoch < 10 ? 1 : 0),
  });

  /**
   * @param {string} name
   * @param {Judgement | null} judged
   * @param {DigitsRun} run
   */
  #number(name, judged, run) {
    const { say } = this.reader;
    const [value, of] = [judged?.numbers?.[name], judged?.older?.[name]];
    const element = this.part(`number-${name}`);
    element.dataset.known = value !== undefined;
    this.put(`number-${name}`, value === undefined ? "–" : NUMBERS[name](this.reader, value));
    const real = run.real[name];
    const reference =
      real === undefined
        ? ""
        : say(`real_${name in { fid: 0, digit_tv: 0 } ? name : "other"}`, { real: NUMBERS[name](this.reader, real) });
    this.put(`note-${name}`, of ? say("older", { step: thin(of, say) }) : reference);
  }

  /**
   * A summary for screen readers.
   * @param {DigitsFrame} frame
   * @param {Judgement | null} judged
   * @param {DigitsRun} run
   */
  summary(frame, judged, run) {
    const { say, percent, number } = this.reader;
    const { step, epoch, d_accuracy, fools } = frame;
    const battle = Number.isFinite(d_accuracy)
      ? say("summary_battle", { accuracy: percent(d_accuracy), fools: percent(fools) })
      : "";
    const [m, of] = count(judged?.shares ?? [], run.owed);
    const covered = judged?.shares ? say("summary_digits", { m, of, accepted: percent(judged.numbers.accepted) }) : "";
    return [say("summary_moment", { step, epoch: number(epoch, 1) }), battle, covered, judged?.title ?? ""].join(" ");
  }
}

/**
 * @param {string} name
 * @param {Reader["say"]} say
 */
function tile(name, say) {
  const element = document.createElement("div");
  const [label, value, note] = ["h2", "b", "small"].map((tag) => document.createElement(tag));
  label.textContent = say(`number_${name}`);
  label.title = say(`define_${name}`);
  label.tabIndex = 0;
  label.setAttribute("aria-description", label.title);
  value.dataset.part = value.dataset.testid = `number-${name}`;
  note.dataset.part = `note-${name}`;
  element.append(label, value, note);
  return element;
}
