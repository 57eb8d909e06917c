// @ts-check
// Two runs on the plane side by side, with common controls. Python sends messages (ganlab/ui/players/player/duel.py).
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

  /** @param {Root} root */
  constructor(root) {
    super(root);
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.sides = [...root.querySelectorAll("[data-side]")].map((element) => new Side(element));
    this.controls = new Controls(root, this);
    this.caption = new Caption(root, this);
    this.layers = { real: true, fake: true, field: true, arrows: true, grid: true, modes: false };
    Object.assign(this, { arrows: "push", mode: -1 });
  }

  /**
   * Decodes a message: {head, parts}. It contains a message of the player for each run.
   * @param {Bytes} data
   */
  read(data) {
    const { head, at } = opened(data);
    let end = at;
    const parts = head.sizes.map((/** @type {number} */ size, /** @type {number} */ k) => {
      const has = (/** @type {PlaneHead} */ run, /** @type {number} */ step) =>
        this.film?.reels[k]?.has(run, step) ?? false;
      const part = data.subarray(end, end + size);
      end += size;
      return parse(part, has);
    });
    return { head: { ...head, runs: parts.map((/** @type {PlaneMessage} */ part) => part.head) }, parts };
  }

  /** @param {DuelHead} head */
  reel = (head) => new Reels(head, (run) => (blob) => decode(blob, run.extent, run.threshold, named(run)));
  /** @param {DuelHead} head */
  labelled = ({ titles, differences, runs }) => [
    titles,
    differences,
    ...runs.map(({ threshold, modes }) => [threshold, modes]),
  ];
  /** @param {Palette} palette */
  colours = (palette) => this.sides.forEach(({ canvas }) => canvas.dress(palette));
  /** @param {number} j */
  glides = (j) => this.film.frame(j).every((frame) => !frame?.diverged);

  /** @param {DuelHead} head */
  label(head) {
    const { runs, titles } = head;
    this.controls.label(this.reader);
    this.caption.label(this.reader, {
      modes: runs.find(({ modes }) => modes)?.modes,
      threshold: runs[0].threshold ?? runs[1].threshold,
    });
    this.sides.forEach((side, k) => side.label(this.reader, runs[k], titles[k]));
    this.#differences(head);
  }

  /**
   * Lists the differences of the two runs.
   * @param {DuelHead} head
   */
  #differences({ differences }) {
    const { say } = this.reader;
    const lines = differences.map(([name, mine, theirs]) => say("duel_against", { name, mine, theirs }));
    const items = (lines.length ? lines : [say("duel_same")]).map((text) =>
      Object.assign(document.createElement("li"), { textContent: text }),
    );
    this.part("differences").replaceChildren(...items);
    this.part("differences").dataset.count = lines.length;
  }

  /** @param {keyof Layers} layer */
  toggle(layer) {
    this.layers[layer] = !this.layers[layer];
    this.moved();
  }

  /** @param {Arrows} arrows */
  point(arrows) {
    this.arrows = arrows;
    this.moved();
  }

  fit() {
    const { width } = this.root.getBoundingClientRect();
    if (!width) return;
    const wide = width >= 640;
    const room = wide ? Math.max(320, window.innerHeight - 330) : 400;
    const side = Math.floor(Math.min(800, (width - (wide ? 20 : 8)) / 2, room));
    this.root.style.setProperty("--side", `${side}px`);
    this.sides.forEach(({ canvas }) => canvas.resize(side));
    this.changed = true;
    this.schedule();
  }

  /**
   * Where a run is on a side at a moment, -1 while it has nothing.
   * @param {number} index
   * @param {number} k
   */
  #place = (index, k) => this.film.places[index]?.[k] ?? -1;

  /** @param {Pair} pair */
  picture({ i, j, t }) {
    const { layers, arrows, mode } = this;
    this.sides.forEach((side, k) =>
      side.draw(this.film.reels[k], this.#place(i, k), this.#place(j, k), { t, layers, arrows, mode }),
    );
  }

  /**
   * @param {PlaneFrame[] | null} shown
   * @param {boolean} waiting
   * @param {Pair} pair
   */
  scores(shown, waiting, { i }) {
    const { film, playing, layers, arrows, step, live } = this;
    this.controls.show({ playing, waiting, index: this.at, last: film.last, step, live });
    this.#clock(film.head);
    this.caption.show({ layers, arrows });
    Object.assign(this.root.dataset, { frames: film.size, empty: !shown });
    const hover = (/** @type {number} */ mode) => this.#highlight(mode);
    this.sides.forEach((side, k) => side.show(film.reels[k], this.#place(i, k), step, hover));
  }

  /**
   * Writes the time in the place of the step, where runs share no steps.
   * @param {DuelHead} head
   */
  #clock({ clock }) {
    if (!clock) return;
    const { reader, step } = this;
    this.part("step-label").textContent = reader.say("duel_clock");
    this.part("step").textContent = step === "" ? "–" : `${reader.number(step * clock, 1)} s`;
  }

  /** @param {number} mode */
  #highlight(mode) {
    this.mode = mode;
    this.moved();
  }

  /** @param {PlaneFrame[]} shown */
  summary(shown) {
    const said = this.sides.map((side, k) => (shown[k] ? side.summary(shown[k], this.film.reels[k]) : ""));
    return said.join(" ").trim();
  }
}

export default mounted(Duel);
