// @ts-check
// What many seeds came to: for every arm a row of lamps a seed, one lamp a mode. Python: ganlab/ui/players/player/lamps.py.
import { palette, whenStyled } from "./palette.js";

export default function mount({ data, parentElement }) {
  const root = parentElement.querySelector(".player");
  whenStyled(parentElement, root, () => palette(root));
  palette(root);
  root.querySelector(".arms").replaceChildren(...data.arms.map((arm) => card(arm, data.covered)));
}

function card({ title, head, note, rows, died, yours, alt }, covered) {
  const element = made("article", "card");
  element.classList.toggle("yours", yours);
  element.dataset.testid = yours ? "arm-yours" : "arm";
  const name = made("h4");
  name.append(made("b", "", title));
  const words = made("p");
  words.append(made("strong", "", head), made("br"), note);
  const lamps = made("ol");
  lamps.setAttribute("role", "img");
  lamps.setAttribute("aria-label", alt);
  lamps.append(...rows.map((shares, seed) => row(shares, covered, died[seed])));
  element.append(name, lamps, words);
  return element;
}

function row(shares, covered, died) {
  const element = made("li");
  element.style.setProperty("--columns", shares.length);
  element.dataset.died = died;
  element.append(...shares.map((share) => lamp(share, covered, 1 / shares.length)));
  return element;
}

function lamp(share, covered, due) {
  const element = made("i");
  element.dataset.lit = share >= covered;
  element.style.setProperty("--fill", Math.min(1, share / (2 * due)));
  return element;
}

function made(tag, name = "", text = "") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  if (text) element.textContent = text;
  return element;
}
