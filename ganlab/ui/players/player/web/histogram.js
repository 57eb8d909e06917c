// @ts-check
// Ten bars: the share of each digit among the generated images, and a mark at its share in the data.

const COVERED = 0.01; // a digit is covered from 1 % of all images
const DIGITS = 10;

/**
 * The number of covered digits, and of digits in the data.
 * @param {number[]} shares
 * @param {number[]} owed
 */
export function count(shares, owed) {
  const due = owed.map((share, i) => [share, i]).filter(([share]) => share > 0);
  return [due.filter(([, i]) => shares[i] >= COVERED).length, due.length];
}

export class Histogram {
  /** @param {HTMLElement} row */
  constructor(row) {
    this.row = row;
    this.bars = Array.from({ length: DIGITS }, (_, digit) => bar(digit));
    row.replaceChildren(...this.bars);
  }

  /**
   * `shares` (10), null before the first evaluation; `owed` (10): the shares in the data.
   * @param {number[] | null} shares
   * @param {number[]} owed
   * @param {Reader} reader
   */
  show(shares, owed, { say, percent }) {
    const top = Math.min(1, 3 * Math.max(...owed));
    this.bars.forEach((element, digit) => {
      const share = shares?.[digit] ?? NaN;
      element.style.setProperty("--fill", String(Math.min(1, share / top) || 0));
      element.style.setProperty("--due", String(owed[digit] / top));
      element.dataset.lit = String(share >= COVERED);
      element.dataset.owed = String(owed[digit] > 0);
      /** @type {Node} */ (element.lastChild).textContent =
        share > 0 && share < COVERED ? `<${percent(COVERED)}` : percent(share);
    });
    const [m, of] = count(shares ?? [], owed);
    const list = shares ? shares.map((share, digit) => `${digit}: ${percent(share)}`).join(", ") : "–";
    this.row.setAttribute("aria-label", `${say("digits_count", { m: shares ? m : "–", of })}; ${list}`);
  }
}

/** @param {number} digit */
function bar(digit) {
  const element = document.createElement("span");
  element.className = "lamp";
  const name = document.createElement("b");
  name.textContent = String(digit);
  element.append(document.createElement("i"), name, document.createElement("small"));
  return element;
}
