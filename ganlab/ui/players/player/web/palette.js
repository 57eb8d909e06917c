// @ts-check
// Colours: the fixed palette of palette.css for light or dark, chosen by how bright Streamlit's background is.

const MUTED = { light: "#5b6675", dark: "#9aa5b4" }; // numbers and names on a canvas

const context = /** @type {Drawing} */ (document.createElement("canvas").getContext("2d"));

/**
 * Any CSS colour as [r, g, b].
 * @param {string} colour
 * @returns {Colour}
 */
function rgb(colour) {
  context.fillStyle = "#000";
  context.fillStyle = colour.trim();
  const hex = String(context.fillStyle);
  if (hex.startsWith("#")) return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return (hex.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}

/** @param {Colour} colour */
const brightness = ([r, g, b]) => (0.299 * r + 0.587 * g + 0.114 * b) / 255;

/**
 * Marks the root light or dark and returns the canvas colours.
 * @param {HTMLElement} root
 * @returns {Palette}
 */
export function palette(root) {
  const style = getComputedStyle(root);
  const value = (/** @type {string} */ name) => style.getPropertyValue(name);
  const theme = brightness(rgb(value("--st-background-color"))) < 0.5 ? "dark" : "light";
  root.dataset.theme = theme;
  root.dataset.primary = brightness(rgb(value("--st-primary-color"))) < 0.6 ? "dark" : "light";
  const [saysFake, undecided, saysReal] = ["--says-fake", "--undecided", "--says-real"].map((name) => rgb(value(name)));
  return {
    field: { saysFake, undecided, saysReal },
    ground: value("--undecided"),
    real: value("--real"),
    generated: value("--generated"),
    d: value("--d"),
    gradient: value("--gradient"),
    ink: value("--ink"),
    muted: MUTED[theme],
  };
}

/**
 * Calls `dress` again when the styles are loaded: a style sheet is present before those that it imports.
 * @param {Root} parentElement
 * @param {HTMLElement} root
 * @param {() => void} dress
 */
export function whenStyled(parentElement, root, dress) {
  const sheet = parentElement.querySelector("link");
  if (sheet && !getComputedStyle(root).getPropertyValue("--real")) sheet.onload = dress;
}
