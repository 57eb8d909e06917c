// @ts-check
// The buttons below the picture: local ones, and requests to Python.

import { judges } from "./message.js";

/** @type {Record<string, string>} */
const ICONS = {
  pipeline: "M1.4 5.4h4.2v5.2H1.4zM10.4 5.4h4.2v5.2h-4.2zM5.8 8h4.4",
  slow: "M8 1.8a6.2 6.2 0 1 1-4.4 1.8M8 4.6V8l2.6 1.7M1.6 8a6.4 6.4 0 0 1 .5-2.4",
  fork: "M4 2v12M4 9.5c0-3 8-1.5 8-5.4M9.6 5.4 12 2.6l2.4 2.8",
  save: "M8 1.5v8.2M4.6 6.4 8 9.8l3.4-3.4M2 13.8h12",
};

export class Tools {
  /** @type {any} */
  acts;
  /** @type {HTMLElement} */
  row;

  /**
   * @param {Root} root
   * @param {any} acts
   */
  constructor(root, acts) {
    Object.assign(this, { acts, row: root.querySelector('[data-part="tools"]') });
  }

  /**
   * Builds the buttons; `asks`: those that Python answers.
   * @param {Reader} reader
   * @param {Partial<PlaneHead>} head
   */
  label({ say }, head) {
    const { asks = [] } = head;
    const names = [...(judges(head) ? ["pipeline"] : []), ...asks, "save"].filter((name) => name in ICONS);
    this.row.setAttribute("aria-label", say("tools"));
    this.row.replaceChildren(
      ...names.map((name) => this.#button(name, say(`tool_${name}`), say(`tip_${name}`), asks.includes(name))),
    );
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {string} tip
   * @param {boolean} asks
   */
  #button(name, label, tip, asks) {
    const button = document.createElement("button");
    const words = document.createElement("span");
    words.textContent = label;
    button.append(icon(ICONS[name]), words);
    button.title = tip;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-description", tip);
    Object.assign(button.dataset, { tool: name, testid: `tool-${name}` });
    button.onclick = () => (asks ? this.acts.ask(name) : this.acts[name]());
    return button;
  }

  /** @param {{ empty: boolean, pipeline: boolean }} state */
  show({ empty, pipeline }) {
    this.row.querySelectorAll("button").forEach((button) => {
      if (button.dataset.tool === "pipeline") button.setAttribute("aria-expanded", String(pipeline));
      else button.disabled = empty;
    });
  }
}

/** @param {string} line */
function icon(line) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("class", "line");
  path.setAttribute("d", line);
  svg.append(path);
  return svg;
}
