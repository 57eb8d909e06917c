// @ts-check
// The player of one run on the plane. Python sends messages (ganlab/ui/players/player/__init__.py).
import { Board } from "./board.js";
import { Canvas } from "./canvas.js";
import { Caption } from "./caption.js";
import { Controls } from "./controls.js";
import { Film } from "./film.js";
import { decode, named, parse } from "./message.js";
import { announce } from "./moment.js";
import { Morph } from "./morph.js";
import { mounted } from "./mount.js";
import { finite, Overlay } from "./overlay.js";
import { Pipeline } from "./pipeline.js";
import { png } from "./png.js";
import { download } from "./save.js";
import { Tools } from "./tools.js";
import { Viewer } from "./viewer.js";
import { thin } from "./words.js";

const [STRIP, NARROW] = [470, 392]; // preferred and least width of the pipeline in pixels
const ROOMY = 1400; // width from which the pipeline is open at the start
const [TALL, KEY] = [900, 29]; // height from which the key of the marks is not shown beside a wide board; its own height
const SLACK = 40; // change of the content above the player, in pixels, that does not resize the picture
/** @type {{ pipeline: boolean | null }} */
const page = { pipeline: null }; // the visitor's choice, kept until the page is reloaded

/** @extends {Viewer<Film<PlaneHead>>} */
class Player extends Viewer {
  /** @type {Palette} */
  palette;
  /** @type {Layers} */
  layers;
  /** @type {Arrows} */
  arrows;
  /** @type {number} */
  mode;
  /** @type {number} */
  top;
  /** @type {number} */
  width;
  /** @type {import("./canvas.js").Scene | null} */
  scene;

  /** @param {Root} root */
  constructor(root) {
    super(root);
    this.canvas = new Canvas(root.querySelector("canvas"));
    this.board = new Board(root);
    this.controls = new Controls(root, this);
    this.caption = new Caption(root, this);
    this.tools = new Tools(root, this);
    this.strip = new Pipeline(root, this);
    this.morph = new Morph();
    this.overlay = new Overlay(root);
    this.layers = { real: true, fake: true, field: true, arrows: true, grid: true, modes: false };
    Object.assign(this, { arrows: "push", mode: -1 });
    const main = root.getRootNode().host?.closest('[data-testid="stMainBlockContainer"]');
    if (main) this.resized.observe(main); // what stands above: of the page before, some stays for a moment
  }

  /** @param {Bytes} data */
  read = (data) => parse(data, (head, step) => this.film?.has(head, step));
  /** @param {PlaneHead} head */
  reel = (head) => new Film(head, (blob) => decode(blob, head.extent, head.threshold, named(head)));
  /** @param {PlaneHead} head */
  labelled = ({ threshold, modes, asks, latent_dim, levels }) => [threshold === null, modes, asks, latent_dim, levels];
  /** @param {number} j */
  glides = (j) => !this.film.frame(j).diverged;
  /** @param {number} now */
  animates = (now) => this.morph.goes(now);

  /** @param {Palette} palette */
  colours(palette) {
    this.palette = palette;
    [this.canvas, this.strip].forEach((picture) => picture.dress(palette));
  }

  /** @param {View} view */
  view(view) {
    const { layers = {}, arrows, pipeline } = view;
    super.view(view);
    Object.assign(this.layers, layers);
    this.arrows = arrows ?? this.arrows;
    page.pipeline ??= pipeline ?? null;
  }

  /** @param {PlaneHead} head */
  label(head) {
    this.controls.label(this.reader);
    this.caption.label(this.reader, head);
    this.tools.label(this.reader, head);
    this.strip.label(this.reader, head);
    this.board.label(this.reader, head);
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

  /** Starts the animation of the noise from its own plane to G's output. */
  bend() {
    if (this.film.last >= 0) this.morph.press(this.still.matches);
    this.moved();
  }

  /** Opens or closes the pipeline. */
  pipeline() {
    page.pipeline = !this.strip.open;
    this.fit();
  }

  /** Saves the picture as a file. */
  save() {
    const { film, step, scene, layers, palette } = this;
    const { run } = film.head;
    const facts = `GAN Arena · ${run} · ${this.reader.say("step")} ${thin(step, this.reader.say)}`;
    /** @type {[string, string]} */
    const words = [film.verdict(Number(step))?.title ?? "", facts];
    png(scene, film, layers, palette, words, (file) => download(file, `gan-${run}-step-${step}.png`));
  }

  /**
   * Pauses, and sends a request about the shown step to Python.
   * @param {string} name
   */
  ask(name) {
    if (this.playing) this.play();
    const { run, member } = this.film.head;
    if (this.step !== "") this.call("ask", { name, run, member, step: this.step });
  }

  fit() {
    const { width } = this.root.getBoundingClientRect();
    if (!width) return;
    if (width !== this.width) Object.assign(this, { width, top: Number.NaN }); // other widths, other lines above
    this.strip.unfold(page.pipeline ?? width >= ROOMY);
    const wide = width >= 640;
    const room = wide
      ? Math.max(320, this.#room(177, window.innerHeight < TALL ? 123 + KEY : 123))
      : Math.max(200, this.#room(214, 250 + KEY));
    const strip = this.strip.open ? Math.max(300, width - (width < 880 ? NARROW : STRIP)) : width;
    const side = Math.floor(Math.min(800, wide ? Math.min(0.56 * width, strip) : width, room));
    this.root.style.setProperty("--side", `${side}px`);
    this.root.dataset.tight = String(side < 400);
    this.canvas.resize(side);
    this.changed = true;
    this.schedule();
  }

  /**
   * The height available for the picture on the first screen, without the content above and `beside` pixels of controls.
   * @param {number} usual
   * @param {number} beside
   */
  #room(usual, beside) {
    const main = this.root.getRootNode().host?.closest('[data-testid="stMain"]') ?? document.documentElement;
    const top = this.root.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop;
    if (!(Math.abs(top - this.top) < SLACK)) this.top = top;
    return window.innerHeight - beside - (this.top < 0.5 * window.innerHeight ? this.top : usual);
  }

  /**
   * @param {Pair} pair
   * @param {PlaneFrame | null} shown
   * @param {boolean} busy
   */
  picture({ i, j, t }, shown, busy) {
    const { film, layers, arrows, mode } = this;
    const scene = shown
      ? { ...this.#between(shown, i, j), t, film, layers, arrows, mode, journey: this.morph.scene(film) }
      : null;
    this.scene = scene;
    scene ? this.canvas.draw(scene) : this.canvas.blank(film, layers);
    this.strip.paint(scene ?? { film }, busy && !this.changed);
  }

  /**
   * The frames to interpolate; a diverged one is replaced by the last finite one.
   * @param {PlaneFrame} shown
   * @param {number} i
   * @param {number} j
   */
  #between(shown, i, j) {
    const a = shown.diverged ? (finite(this.film, i) ?? shown) : shown;
    return { a, b: j === i ? a : this.film.frame(j) };
  }

  /**
   * @param {PlaneFrame | null} shown
   * @param {boolean} waiting
   */
  scores(shown, waiting) {
    const { film, playing, layers, arrows, step, live } = this;
    this.controls.show({ playing, waiting, index: this.at, last: film.last, step, live });
    if (shown && step !== "") announce({ run: film.head.run, step, playing });
    this.caption.show({ layers, arrows, morphing: this.morph.on });
    this.tools.show({ empty: !shown, pipeline: this.strip.open });
    this.strip.show(shown, layers, this.morph.on);
    this.root.dataset.frames = String(film.blobs.size);
    this.root.dataset.empty = String(!shown);
    this.overlay.show(film, this.pair().i, this.reader);
    const hover = (/** @type {number} */ mode) => this.#highlight(mode);
    shown ? this.board.show(shown, film.verdict(Number(step)), hover) : this.board.blank(hover);
  }

  /** @param {number} mode */
  #highlight(mode) {
    this.mode = mode;
    this.moved();
  }

  /** @param {PlaneFrame} frame */
  summary = (frame) => `${this.board.summary(frame, this.step)} ${this.film.verdict(Number(this.step))?.title ?? ""}`;
}

export default mounted(Player);
