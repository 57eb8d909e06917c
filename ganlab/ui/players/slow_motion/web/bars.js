// @ts-check
// The numbers of a stop as bars on a common scale.

/**
 * @param {HTMLElement} place
 * @param {Bar[]} rows
 */
export function bars(place, rows) {
  const sizes = rows
    .flatMap(({ value, mark }) => [value, mark])
    .filter((x) => x !== null)
    .map(Math.abs);
  const top = Math.max(1e-30, ...sizes) * 1.04;
  place.replaceChildren(...rows.flatMap((row) => line(row, top)));
}

/**
 * @param {Bar} row
 * @param {number} top
 */
function line({ name, value, shown, colour, mark }, top) {
  const [label, bar, number] = ["span", "i", "output"].map((tag) => document.createElement(tag));
  label.textContent = name;
  number.textContent = shown;
  bar.dataset.colour = colour;
  bar.style.setProperty("--share", String(Math.abs(value ?? 0) / top));
  if (mark !== null) {
    bar.dataset.mark = "";
    bar.style.setProperty("--mark", String(Math.abs(mark) / top));
  }
  return [label, bar, number];
}

/**
 * Draws D's outputs as two histograms on one axis: real points upwards, generated points downwards.
 * @param {HTMLCanvasElement} element
 * @param {Bins | undefined} data
 * @param {{ side: number, scale: number, palette: Palette }} how
 * @param {Reader} reader
 */
export function histogram(element, data, { side, scale, palette }, { number }) {
  element.hidden = !data;
  if (!data) return;
  const { low, high, mark, counts } = data,
    rows = Object.keys(counts).length;
  const [tall, foot] = [34, 16],
    height = rows * tall + foot,
    zero = counts.real ? tall : 1;
  element.width = side * scale;
  element.height = height * scale;
  element.style.width = `${side}px`;
  element.style.height = `${height}px`;
  const c = /** @type {Drawing} */ (element.getContext("2d")),
    top = Math.max(1, ...Object.values(counts).flat());
  c.scale(scale, scale);
  for (const [name, bins] of Object.entries(counts)) {
    c.fillStyle = name === "real" ? palette.real : palette.generated;
    bins.forEach((n, i) => {
      const [wide, long] = [side / bins.length, (n / top) * (tall - 2)];
      c.fillRect(i * wide + 1, name === "real" ? zero - long : zero, wide - 2, long);
    });
  }
  axis(c, { low, high, mark, side, zero, height }, palette.ink, number);
}

/**
 * @param {Drawing} c
 * @param {{ low: number, high: number, mark: number | null, side: number, zero: number, height: number }} bins
 * @param {string} ink
 * @param {Reader["number"]} number
 */
function axis(c, { low, high, mark, side, zero, height }, ink, number) {
  /** @type {(x0: number, y0: number, x1: number, y1: number) => void} */
  const line = (x0, y0, x1, y1) => {
    c.beginPath();
    c.moveTo(x0, y0);
    c.lineTo(x1, y1);
    c.stroke();
  };
  c.strokeStyle = c.fillStyle = ink;
  line(0, zero, side, zero);
  c.font = "11px sans-serif";
  /** @type {(value: number, x: number, digits: number) => void} */
  const at = (value, x, digits) => {
    const words = number(value, digits),
      wide = c.measureText(words).width;
    c.fillText(words, Math.max(0, Math.min(side - wide, x - wide / 2)), height - 3);
  };
  at(low, 0, 1);
  at(high, side, 1);
  if (mark === null) return;
  const x = ((mark - low) / (high - low)) * side;
  c.setLineDash([3, 3]);
  line(x, 0, x, height - 14);
  if (x > 40 && x < side - 40) at(mark, x, mark % 1 ? 2 : 0);
}
