// GAN Arena's player: one run on the plane as a film. Python sends messages (ganlab/ui/player/__init__.py).
import { Board } from "./board.js";
import { Canvas } from "./canvas.js";
import { Caption } from "./caption.js";
import { Controls } from "./controls.js";
import { Film } from "./film.js";
import { decode, parse } from "./message.js";
import { Viewer, mounted } from "./viewer.js";
import { thin } from "./words.js";

class Player extends Viewer {
  constructor(root) {
    super(root);
    this.canvas = new Canvas(root.querySelector("canvas"));
    this.board = new Board(root);
    this.controls = new Controls(root, this);
    this.caption = new Caption(root, this);
    this.layers = { real: true, fake: true, field: true, arrows: true, grid: true, modes: false };
    Object.assign(this, { arrows: "push", mode: -1 });
  }

  read = (data) => parse(data, (head, step) => this.film?.has(head, step));
  reel = (head) => new Film(head, (blob) => decode(blob, head.extent, head.threshold));
  labelled = (head) => [head.threshold === null, head.modes];
  colours = (palette) => this.canvas.dress(palette);
  glides = (j) => !this.film.frame(j).diverged;

  view({ layers = {}, arrows, ...view }) {
    super.view(view);
    Object.assign(this.layers, layers);
    this.arrows = arrows ?? this.arrows;
  }

  label(head) {
    this.controls.label(this.reader);
    this.caption.label(this.reader, head);
    this.board.label(this.reader, head);
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
    const room = wide ? Math.max(320, window.innerHeight - 250) : Math.max(260, window.innerHeight - 400);
    const side = Math.floor(Math.min(800, wide ? 0.56 * width : width, room));
    this.root.style.setProperty("--side", `${side}px`);
    this.canvas.resize(side);
    this.changed = true;
    this.schedule();
  }

  picture({ i, j, t }, shown) {
    const { film, layers, arrows, mode } = this;
    if (!shown) return this.canvas.blank(film, layers);
    const a = shown.diverged ? this.#finite(i) ?? shown : shown;
    const b = j === i ? a : film.frame(j);
    this.canvas.draw({ a, b, t, film, layers, arrows, mode });
  }

  scores(shown, waiting) {
    const { film, playing, layers, arrows, step, live } = this;
    this.controls.show({ playing, waiting, index: this.at, last: film.last, step, live });
    this.caption.show({ layers, arrows });
    this.root.dataset.frames = film.blobs.size;
    this.root.dataset.empty = !shown;
    this.#overlay(shown, step);
    const hover = (mode) => this.#highlight(mode);
    shown ? this.board.show(shown, film.verdict(step), hover) : this.board.blank(hover);
  }

  #highlight(mode) {
    this.mode = mode;
    this.moved();
  }

  /** The latest finite frame at or before an index, or null. */
  #finite(index) {
    const { film } = this;
    for (let i = film.before(index); i >= 0; i = film.before(i - 1)) if (!film.frame(i).diverged) return film.frame(i);
    return null;
  }

  #overlay(shown, step) {
    const { say } = this.reader;
    const part = (name) => this.root.querySelector(`[data-part="overlay${name}"]`);
    const verdict = shown?.diverged ? this.film.verdict(step) : null;
    part("").hidden = shown ? !shown.diverged : this.film.last >= 0;
    part("-title").textContent = shown ? verdict?.title ?? say("diverged") : say("empty");
    part("-sentence").textContent = verdict?.sentence ?? "";
    part("-note").textContent = shown?.diverged ? this.#lastFinite() : "";
  }

  /** Which frame a diverged run shows. */
  #lastFinite() {
    const { step } = this.#finite(this.pair().i) ?? {};
    return step === undefined ? "" : this.reader.say("last_finite", { step: thin(step) });
  }

  summary = (frame) => `${this.board.summary(frame, this.step)} ${this.film.verdict(this.step)?.title ?? ""}`;
}

export default mounted(Player);
