// @ts-check
// Ten bars, one a digit: its share of all generated images, and a mark where the share stands that it owes.

const COVERED = 0.01; // a digit is covered from 1 % of all images
const DIGITS = 10;

/** How many owed digits are covered, and how many are owed. */
export function count(shares, owed) {
  const due = owed.map((share, i) => [share, i]).filter(([share]) => share > 0);
  return [due.filter(([, i]) => shares[i] >= COVERED).length, due.length];
}

export class Histogram {
  constructor(row) {
    this.row = row;
    this.bars = Array.from({ length: DIGITS }, (_, digit) => bar(digit));
    row.replaceChildren(...this.bars);
  }

  /** `shares` (10) or null where nothing was judged; `owed` (10). */
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

function bar(digit) {
  const element = document.createElement("span");
  element.className = "lamp";
  const name = document.createElement("b");
  name.textContent = digit;
  element.append(document.createElement("i"), name, document.createElement("small"));
  return element;
}
