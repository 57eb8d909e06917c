// @ts-check
// The results of many seeds: for each arm a row of lamps per seed, one lamp per mode. Python: ganlab/ui/players/player/lamps.py.
import { palette, whenStyled } from "./palette.js";

/** @param {Mounting} mounting */
export default function mount({ data, parentElement }) {
  const root = parentElement.querySelector(".player");
  whenStyled(parentElement, root, () => palette(root));
  palette(root);
  root.querySelector(".arms").replaceChildren(...data.arms.map((/** @type {Arm} */ arm) => card(arm, data.covered)));
}

/**
 * @param {Arm} arm
 * @param {number} covered
 */
function card({ title, head, note, rows, died, yours, alt }, covered) {
  const element = made("article", "card");
  element.classList.toggle("yours", yours);
  element.dataset.testid = yours ? "arm-yours" : "arm";
  const name = made("h2");
  name.append(made("b", "", title));
  const words = made("p");
  words.append(made("strong", "", head), made("br"), note);
  const lamps = made("div", "rows");
  lamps.setAttribute("role", "img");
  lamps.setAttribute("aria-label", alt);
  lamps.append(...rows.map((shares, seed) => row(shares, covered, died[seed])));
  element.append(name, lamps, words);
  return element;
}

/**
 * @param {number[]} shares
 * @param {number} covered
 * @param {boolean} died
 */
function row(shares, covered, died) {
  const element = made("div", "seed");
  element.style.setProperty("--columns", String(shares.length));
  element.dataset.died = String(died);
  element.append(...shares.map((share) => lamp(share, covered, 1 / shares.length)));
  return element;
}

/**
 * @param {number} share
 * @param {number} covered
 * @param {number} due
 */
function lamp(share, covered, due) {
  const element = made("i");
  element.dataset.lit = String(share >= covered);
  element.style.setProperty("--fill", String(Math.min(1, share / (2 * due))));
  return element;
}

/**
 * @param {string} tag
 * @param {string} [name]
 * @param {string} [text]
 */
function made(tag, name = "", text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
}
