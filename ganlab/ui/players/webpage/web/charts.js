// @ts-check
// The curves below the player, drawn from the tables of the app's own charts, with a line at the shown moment.
import { scales } from "./scales.js";

const [TALL, ABOVE, BELOW, LEFT] = [124, 42, 36, 40]; // of a panel, in pixels
const LETTER = 6.4; // width of a letter of a curve's name, in pixels
const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of a drawing.
 * @param {string} name
 * @param {Record<string, string | number>} facts
 * @param {(Element | string)[]} children
 */
function drawn(name, facts, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(facts)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

export class Charts {
  /** @type {HTMLElement} */
  place;
  /** @type {ChartData[]} */
  charts;
  /** @type {{ line: Element, x: (value: number) => number }[]} */
  cursors;
  /** @type {number} */
  width;
  /** @type {number} */
  moment;

  /** @param {HTMLElement | null} place */
  constructor(place) {
    Object.assign(this, { place, charts: [], cursors: [], moment: Number.NaN });
    new ResizeObserver(() => this.#fit()).observe(/** @type {HTMLElement} */ (place));
  }

  /** @param {ChartData[]} charts */
  show(charts) {
    this.charts = charts;
    this.width = Number.NaN;
    this.#fit();
  }

  /** Draws anew where the width has changed. */
  #fit() {
    const width = this.place.getBoundingClientRect().width;
    if (!width || width === this.width) return;
    this.width = width;
    this.cursors = [];
    this.place.replaceChildren(...this.charts.map((chart) => this.#chart(chart, width)));
    this.mark(this.moment);
  }

  /** Moves the line to a moment: a step, or an epoch. */
  mark(/** @type {number} */ moment) {
    this.moment = moment;
    for (const { line, x } of this.cursors) {
      const at = Number.isFinite(moment) ? x(moment) : -99;
      line.setAttribute("x1", String(at));
      line.setAttribute("x2", String(at));
    }
  }

  /**
   * @param {ChartData} chart
   * @param {number} width
   */
  #chart(chart, width) {
    const across = Math.max(1, Math.min(chart.panels.length === 4 ? 2 : 3, Math.floor(width / 300)));
    const whole = Object.assign(document.createElement("section"), { className: "chart" });
    const heading = Object.assign(document.createElement("h2"), { textContent: chart.title });
    const row = Object.assign(document.createElement("div"), { className: "panels" });
    row.setAttribute("role", "img");
    row.setAttribute("aria-label", chart.alt);
    row.append(
      ...chart.panels.map((panel) => this.#panel(chart, panel, Math.floor((width - 18 * (across - 1)) / across))),
    );
    whole.append(...(chart.title ? [heading] : []), row);
    return whole;
  }

  /**
   * @param {ChartData} chart
   * @param {Panel} panel
   * @param {number} width
   */
  #panel(chart, panel, width) {
    const of = (/** @type {string} */ kind) => chart.rows.filter((row) => row.kind === kind && row.panel === panel.key);
    const names = of("name");
    const right = 10 + LETTER * Math.max(2, ...names.map(({ label }) => label.length));
    const across = width - LEFT - right;
    const { x, y } = scales(of("bound"), { across, tall: TALL, bend: chart.bend, log: panel.log });
    const ticks = of("y").filter((row) => y(row.y) > -1 && y(row.y) < TALL + 1);
    const tint = (/** @type {string} */ series) => `c${chart.colours.indexOf(series)}`;
    const cursor = drawn("line", { class: "cursor", y1: 0, y2: TALL });
    this.cursors.push({ line: cursor, x });
    const inner = drawn("g", { transform: `translate(${LEFT} ${ABOVE})` });
    inner.append(
      words(panel.title, { x: -34, y: -26, class: "title" }),
      ...of("note").map(({ label }) => words(label, { x: -34, y: -11 })),
      words(chart.axis, { x: across, y: TALL + 28, class: "end" }),
      ...ticks.map((row) => drawn("line", { class: "grid", x1: 0, x2: across, y1: y(row.y), y2: y(row.y) })),
      ...ticks.map((row) => words(row.label, { x: -6, y: y(row.y) + 4, class: "end" })),
      ...of("x").map((row) => words(row.label, { x: x(row.step), y: TALL + 14, class: "middle" })),
      ...of("band").map((row) => drawn("rect", { class: "band", width: across, ...between(y(row.y), y(0)) })),
      ...of("claim").map((row) =>
        drawn("rect", {
          class: `claim ${tint(row.series)}`,
          x: x(row.step),
          width: across - x(row.step),
          ...between(y(row.y), y(row.y2 ?? 0)),
        }),
      ),
      ...["level", "collapse"].flatMap((kind) =>
        of(kind).map((row) =>
          drawn("line", { class: `${kind} ${tint(row.series)}`, x1: 0, x2: across, y1: y(row.y), y2: y(row.y) }),
        ),
      ),
      ...of("level").map((row) => words(row.label, { x: -6, y: y(row.y) + 4, class: `end name ${tint(row.series)}` })),
      lines(chart, panel, { x, y, across, tint }),
      ...of("edit").map((row) =>
        drawn("line", { class: "edit", x1: x(row.step), x2: x(row.step), y1: 0, y2: TALL }, title(row.label)),
      ),
      cursor,
      ...names.map((row) =>
        words(row.label, { x: x(row.step) + 4, y: y(row.y) + 4, class: `name ${tint(row.series)}` }),
      ),
    );
    return drawn("svg", { width, height: ABOVE + TALL + BELOW, "aria-hidden": "true" }, inner);
  }
}

/** @type {(label: string) => Element} */
const title = (label) => drawn("title", {}, label);
/** @type {(text: string, facts: Record<string, string | number>) => Element} */
const words = (text, facts) => drawn("text", facts, text);
/** @type {(a: number, b: number) => { y: number, height: number }} */
const between = (a, b) => ({ y: Math.min(a, b), height: Math.abs(a - b) });

/**
 * The curves of a panel, cut off at its edges.
 * @param {ChartData} chart
 * @param {Panel} panel
 * @param {{ x: (v: number) => number, y: (v: number) => number, across: number, tint: (series: string) => string }} how
 */
function lines({ steps, values }, { key, curves, log }, { x, y, across, tint }) {
  const clip = `clip-${key}-${Math.round(across)}`;
  const known = (/** @type {number | null} */ v) => v !== null && Number.isFinite(v) && (!log || v > 0);
  const drawings = curves.map(({ series, scalar, width, opacity, sparse }) => {
    let path = "";
    let pen = "M";
    steps.forEach((step, i) => {
      const value = values[scalar][i];
      if (known(value)) path += `${pen}${x(step).toFixed(1)} ${y(Number(value)).toFixed(1)}`;
      if (known(value)) pen = "L";
      else if (!sparse) pen = "M";
    });
    return drawn("path", { d: path, class: `curve ${tint(series)}`, "stroke-width": width, "stroke-opacity": opacity });
  });
  const edge = drawn("clipPath", { id: clip }, drawn("rect", { width: across, height: TALL }));
  return drawn("g", { "clip-path": `url(#${clip})` }, edge, ...drawings);
}
