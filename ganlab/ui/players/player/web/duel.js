// @ts-check
// Two runs on the plane side by side, one bar and one time for both. Python sends messages (ganlab/ui/players/player/duel.py).
import { Caption } from "./caption.js";
import { Controls } from "./controls.js";
import { decode, named, opened, parse } from "./message.js";
import { mounted } from "./mount.js";
import { Reels } from "./reels.js";
import { Side } from "./side.js";
import { Viewer } from "./viewer.js";

/** @extends {Viewer<Reels>} */
class Duel extends Viewer {
  /** @type {Part} */
  part;
  /** @type {Layers} */
  layers;
  /** @type {Arrows} */
  arrows;
  /** @type {number} */
  mode;

  constructor(root) {
    super(root);
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.sides = [...root.querySelectorAll("[data-side]")].map((element) => new Side(element));
    this.controls = new Controls(root, this);
    this.caption = new Caption(root, this);
    this.layers = { real: true, fake: true, field: true, arrows: true, grid: true, modes: false };
    Object.assign(this, { arrows: "push", mode: -1 });
  }

  /** {head, parts: what came of each run}; a message holds one of the player's for each run. */
  read(data) {
    const { head, at } = opened(data);
    let end = at;
    const parts = head.sizes.map((size, k) => {
      const has = (run, step) => this.film?.reels[k]?.has(run, step);
      const part = data.subarray(end, end + size);
      end += size;
      return parse(part, has);
    });
    return { head: { ...head, runs: parts.map((part) => part.head) }, parts };
  }

  reel = (head) =>
    new Reels(
      head,
      (run) => (blob) => decode(blob, run.extent, run.threshold, named(run)),
    );
  labelled = ({ titles, differences, runs }) => [
    titles,
    differences,
    ...runs.map(({ threshold, modes }) => [threshold, modes]),
  ];
  colours = (palette) => this.sides.forEach(({ canvas }) => canvas.dress(palette));
  glides = (j) => this.film.frame(j).every((frame) => !frame?.diverged);

  label(head) {
    const { runs, titles } = head;
    this.controls.label(this.reader);
    this.caption.label(this.reader, {
      modes: runs.find(({ modes }) => modes),
      threshold: runs[0].threshold ?? runs[1].threshold,
    });
    this.sides.forEach((side, k) => side.label(this.reader, runs[k], titles[k]));
    this.#differences(head);
  }

  /** In what the two differ: a word or two, or that they are one and the same. */
  #differences({ differences }) {
    const { say } = this.reader;
    const lines = differences.map(([name, mine, theirs]) => say("duel_against", { name, mine, theirs }));
    const items = (lines.length ? lines : [say("duel_same")]).map((text) =>
      Object.assign(document.createElement("li"), { textContent: text }),
    );
    this.part("differences").replaceChildren(...items);
    this.part("differences").dataset.count = lines.length;
  }

  toggle(layer) {
    this.layers[layer] = !this.layers[layer];
    this.moved();
  }

  point(arrows) {
    this.arrows = arrows;
    this.moved();
  }

  fit() {
    const { width } = this.root.getBoundingClientRect();
    if (!width) return;
    const wide = width >= 640;
    const room = wide ? Math.max(280, window.innerHeight - 470) : 400;
    const side = Math.floor(Math.min(800, (width - (wide ? 20 : 8)) / 2, room));
    this.root.style.setProperty("--side", `${side}px`);
    this.sides.forEach(({ canvas }) => canvas.resize(side));
    this.changed = true;
    this.schedule();
  }

  /** Where a run is on a side at a moment, -1 while it has nothing. */
  #place = (index, k) => this.film.places[index]?.[k] ?? -1;

  picture({ i, j, t }) {
    const { layers, arrows, mode } = this;
    this.sides.forEach((side, k) =>
      side.draw(this.film.reels[k], this.#place(i, k), this.#place(j, k), { t, layers, arrows, mode }),
    );
  }

  scores(shown, waiting, { i }) {
    const { film, playing, layers, arrows, step, live } = this;
    this.controls.show({ playing, waiting, index: this.at, last: film.last, step, live });
    this.caption.show({ layers, arrows });
    Object.assign(this.root.dataset, { frames: film.size, empty: !shown });
    const hover = (mode) => this.#highlight(mode);
    this.sides.forEach((side, k) => side.show(film.reels[k], this.#place(i, k), step, hover));
  }

  #highlight(mode) {
    this.mode = mode;
    this.moved();
  }

  summary(shown) {
    const said = this.sides.map((side, k) => (shown[k] ? side.summary(shown[k], this.film.reels[k]) : ""));
    return said.join(" ").trim();
  }
}

export default mounted(Duel);
