// @ts-check
// The scores of two runs: the verdict and ten bars of each, and a table with the differences.
import { NUMBERS } from "./digits_board.js";
import { count, Histogram } from "./histogram.js";

const BATTLE = { d_accuracy: "d_right", fools: "g_fools" };
const LESS = new Set(["digit_tv", "fid"]); // the smaller, the better
const MORE = new Set(["digits", "accepted", "precision", "recall", "density", "coverage"]);

export class Versus {
  /** @type {Reader} */
  reader;
  /** @type {Histogram[]} */
  histograms;
  /** @type {ReturnType<typeof row>[]} */
  rows;
  /** @type {HTMLTableElement} */
  table;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    this.sides = [...root.querySelectorAll("[data-side]")];
    this.table = root.querySelector("table");
  }

  /**
   * @param {Reader} reader
   * @param {DigitsRun[]} runs
   */
  label(reader, runs) {
    const { say } = reader;
    this.reader = reader;
    this.histograms = this.sides.map((side) => new Histogram(this.#in(side, "lamps")));
    this.sides.forEach((side, k) => {
      this.#in(side, "name").textContent = runs[k].name;
      this.#in(side, "label").textContent = say("verdict");
      this.#in(side, "lamps").title = say("define_digits");
    });
    const names = {
      ...BATTLE,
      digits: "digits",
      ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, `number_${name}`])),
    };
    const heads = ["", runs[0].name, runs[1].name, say("difference")].map((text) => cell("th", text));
    this.rows = Object.entries(names).map(([name, label]) =>
      row(name, say(label), say(`define_${{ d_accuracy: "d", fools: "g" }[name] ?? name}`)),
    );
    this.table.replaceChildren(line(heads), ...this.rows.map(({ element }) => element));
  }

  /**
   * @param {Root} side
   * @param {string} part
   */
  #in = (side, part) => side.querySelector(`[data-in="${part}"]`);

  /**
   * @param {(DigitsFrame | null)[]} frames
   * @param {(Judgement | null)[]} judged
   * @param {DigitsRun[]} runs
   */
  show(frames, judged, runs) {
    const { say } = this.reader;
    this.sides.forEach((side, k) => {
      this.#in(side, "verdict").dataset.verdict = judged[k]?.key ?? "";
      this.#in(side, "title").textContent = judged[k]?.title ?? say("verdict_none");
      this.#in(side, "sentence").textContent =
        judged[k]?.sentence ?? (runs[k].judge ? say("not_yet") : say("no_judge"));
      this.histograms[k].show(judged[k]?.shares ?? null, runs[k].owed, this.reader);
    });
    this.rows.forEach((row) => this.#fill(row, frames, judged, runs));
  }

  /**
   * @param {ReturnType<typeof row>} row
   * @param {any[]} frames
   * @param {(Judgement | null)[]} judged
   * @param {DigitsRun[]} runs
   */
  #fill({ name, cells }, frames, judged, runs) {
    const values = frames.map((frame, k) => {
      if (name in BATTLE) return frame?.[name] ?? NaN;
      if (name === "digits") return judged[k]?.shares ? count(judged[k].shares, runs[k].owed)[0] : NaN;
      return judged[k]?.numbers?.[name] ?? NaN;
    });
    const write = this.#writer(name);
    const change = values[1] - values[0];
    [...values.map(write), signed(change, write)].forEach((text, k) => (cells[k].textContent = text));
    cells[2].dataset.better = String(better(name, change));
  }

  /**
   * @param {string} name
   * @returns {(x: number) => string}
   */
  #writer(name) {
    const { reader } = this;
    if (name in BATTLE) return (x) => reader.percent(x);
    if (name === "digits") return (x) => reader.number(x, 0);
    return (x) => NUMBERS[name](reader, x);
  }
}

/**
 * A difference with its sign.
 * @param {number} change
 * @param {(x: number) => string} write
 */
export const signed = (change, write) =>
  Number.isFinite(change) ? `${change < 0 ? "−" : "+"}${write(Math.abs(change))}` : "–";

/**
 * Whether a change is an improvement; '' if neither direction is.
 * @param {string} name
 * @param {number} change
 */
export function better(name, change) {
  if (!change) return "";
  return LESS.has(name) ? change < 0 : MORE.has(name) ? change > 0 : "";
}

/**
 * @param {string} tag
 * @param {string} text
 * @param {string} [title]
 */
function cell(tag, text, title = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (title) element.title = title;
  return element;
}

/** @param {HTMLElement[]} cells */
function line(cells) {
  const element = document.createElement("tr");
  element.append(...cells);
  return element;
}

/**
 * @param {string} name
 * @param {string} label
 * @param {string} title
 */
function row(name, label, title) {
  const cells = [0, 1, 2].map(() => cell("td", ""));
  const element = line([cell("th", label, title), ...cells]);
  element.dataset.number = name;
  return { name, cells, element };
}
