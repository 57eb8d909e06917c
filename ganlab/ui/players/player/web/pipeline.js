// @ts-check
// The machine behind the picture as a strip: noise, G, generated and real, D, predictions, losses, and gradients back. At
// every stop a small live picture of the frame on screen; a stop switches its layer of the large picture.
import { Canvas } from "./canvas.js";
import { judges } from "./message.js";
import { plane } from "./morph.js";
import { opinions } from "./opinions.js";
import { thickness, vanished, wires } from "./wires.js";

const LAYERS = { g: "grid", fake: "fake", real: "real", d: "field", back_g: "arrows" };
const PICTURES = ["noise", "g", "fake", "real", "d", "predictions"];
const MOVING = ["g", "fake", "d", "predictions"];
const LOSSES = ["g_loss", "d_loss"];
const BACK = ["back_g", "back_d"];
const NOTHING = { real: false, fake: false, field: false, arrows: false, grid: false, modes: false };

export class Pipeline {
  /** @type {{ toggle(layer: string): void; bend(): void }} */
  acts;
  /** @type {HTMLElement} */
  strip;
  /** @type {Record<string, HTMLElement>} */
  stops;
  /** @type {Record<string, Canvas>} */
  canvases;
  /** @type {number} */
  turn;
  /** @type {Reader} */
  reader;
  /** @type {PlaneHead} */
  head;
  /** @type {Palette} */
  palette;
  /** @type {string | null} */
  measured;
  /** @type {string} */
  drawn;
  /** @type {import("./film.js").Film} */
  film;
  /** @type {Float32Array} */
  points;

  constructor(root, acts) {
    Object.assign(this, {
      acts,
      strip: root.querySelector('[data-part="pipeline"]'),
      turn: 0,
      stops: {},
      canvases: {},
    });
    this.flow = document.createElement("div");
    this.flow.className = "flow";
    this.wires = document.createElement("canvas");
    this.strip.replaceChildren(this.flow);
  }

  // What it says

  label(reader, head) {
    const { say } = reader;
    this.reader = reader;
    this.head = head;
    this.strip.setAttribute("aria-label", say("pipeline"));
    const stops = [...PICTURES, ...LOSSES, ...BACK].map((name) => this.#stop(name));
    this.flow.replaceChildren(this.wires, ...stops);
    this.wires.className = "wires";
    this.wires.setAttribute("aria-hidden", "true");
    this.measured = null;
  }

  #stop(name) {
    const { say } = this.reader;
    const element = document.createElement(this.#act(name) ? "button" : "div");
    const tip = say(`tip_stop_${name}`);
    element.className = `stop ${PICTURES.includes(name) ? "picture" : LOSSES.includes(name) ? "loss" : "back"}`;
    Object.assign(element.dataset, { stop: name, testid: `stop-${name}` });
    element.title = tip;
    element.setAttribute("aria-description", tip);
    element.append(...this.#inside(name, say(`stop_${name}`)));
    element.onclick = this.#act(name);
    this.stops[name] = element;
    return element;
  }

  #inside(name, label) {
    const value = PICTURES.includes(name) ? [] : ["b", "small"].slice(0, LOSSES.includes(name) ? 2 : 1);
    const parts = [part("span", label), ...value.map((tag) => part(tag, ""))];
    if (!PICTURES.includes(name)) return parts;
    const canvas = document.createElement("canvas");
    this.canvases[name] = new Canvas(canvas, { least: 1.1 });
    return [canvas, ...parts];
  }

  /** What a press on a stop does, if anything. */
  #act(name) {
    if (name === "noise") return this.head.noise && this.head.latent_dim === 2 ? () => this.acts.bend() : null;
    return LAYERS[name] ? () => this.acts.toggle(LAYERS[name]) : null;
  }

  // How it looks

  get open() {
    return !this.strip.hidden;
  }

  unfold(open) {
    this.strip.hidden = !open || (!!this.head && !judges(this.head));
  }

  dress(palette) {
    this.palette = palette;
    this.measured = null;
  }

  /** Gives the small pictures their size; whether it is a new one, so that all have to be painted anew. */
  #measure() {
    const side = this.stops.noise.offsetWidth;
    const name = `${side} ${window.devicePixelRatio}`;
    if (this.measured === name) return false;
    this.measured = name;
    Object.values(this.canvases).forEach((thumb) => {
      thumb.dress(this.palette);
      thumb.resize(side);
    });
    return true;
  }

  /** scene: as Canvas.draw takes it, or {film} alone while there is no frame. While all moves, one small picture a time. */
  paint(scene, busy) {
    if (!this.open) return;
    const all = this.#measure() || !busy || this.film !== scene.film || this.points !== scene.film.real;
    Object.assign(this, { film: scene.film, points: scene.film.real });
    if (all) PICTURES.forEach((name) => this.#picture(name, scene));
    else this.#next(scene);
  }

  #next(scene) {
    this.turn = (this.turn + 1) % MOVING.length;
    this.#picture(MOVING[this.turn], scene);
  }

  #picture(name, scene) {
    const canvas = this.canvases[name];
    const layer = { ...NOTHING, [LAYERS[name]]: true };
    if (name === "noise" && scene.film.head.noise) return this.#noise(canvas, scene.film);
    if (["noise", "real"].includes(name) || !scene.a)
      return canvas.blank(scene.film, { ...NOTHING, real: name === "real" });
    if (name === "predictions") return this.#opinions(canvas, scene);
    canvas.draw({ ...scene, layers: layer, mode: -1, journey: null });
  }

  /** The noise in its own plane, as G gets it. */
  #noise(canvas, film) {
    const { axis } = film.head.noise;
    const still = { ...plane(film.head), rows: film.head.latent_dim === 1 ? 1 : axis.length, columns: axis.length };
    canvas.draw({ a: still, b: still, t: 0, film, layers: { ...NOTHING, fake: true, grid: true }, mode: -1 });
  }

  #opinions(canvas, { a, film }) {
    const { context, scale, side } = canvas;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    opinions(
      context,
      side,
      { real: film.real, fake: a.fake, field: a.field, cells: a.side, extent: film.head.extent },
      this.palette,
    );
  }

  /** The numbers of a frame, null while there is none, and which layers are on. */
  show(frame, layers, morphing) {
    if (!this.open) return;
    const { number } = this.reader;
    Object.entries(LAYERS).forEach(([name, layer]) => this.stops[name].setAttribute("aria-pressed", layers[layer]));
    if (this.#act("noise")) this.stops.noise.setAttribute("aria-pressed", morphing);
    const values = frame?.scalars ?? {};
    LOSSES.forEach((name) => this.#loss(name, values[name]));
    this.#predictions(values);
    const norms = { g: values.g_grad, d: values.d_grad };
    BACK.forEach((name, i) => put(this.stops[name].querySelector("b"), short([norms.g, norms.d][i], number)));
    this.#wires(norms);
  }

  #loss(name, value) {
    const { say, number } = this.reader;
    const level = this.head.levels?.[name[0]];
    put(this.stops[name].querySelector("b"), number(value));
    put(this.stops[name].querySelector("small"), level ? say("stop_level", { level }) : "");
  }

  #predictions({ d_accuracy, fools }) {
    const { say, percent } = this.reader;
    const known = Number.isFinite(d_accuracy);
    const text = known
      ? say("stop_opinions", { accuracy: percent(d_accuracy), fools: percent(fools) })
      : this.head.threshold === null
        ? say("undefined")
        : "–";
    this.stops.predictions.setAttribute("aria-label", `${say("stop_predictions")}: ${text}`);
    put(
      this.stops.predictions.querySelector("span"),
      known ? say("stop_right", { accuracy: percent(d_accuracy) }) : say("stop_predictions"),
    );
  }

  /** The arrows, whenever the page or a gradient's thickness changed. */
  #wires(norms) {
    const {
      flow: { offsetWidth: wide, offsetHeight: high },
      palette,
      wires: canvas,
    } = this;
    const boxes = Object.fromEntries(Object.keys(this.stops).map((stop) => [stop, this.#box(stop)]));
    const gradients = Object.values(norms).map((norm) => [thickness(norm).toFixed(1), vanished(norm)]);
    const scale = Math.min(3, window.devicePixelRatio || 1),
      ink = getComputedStyle(canvas).color;
    const name = JSON.stringify([wide, high, scale, boxes, gradients, ink, palette.gradient]);
    if (name === this.drawn) return;
    this.drawn = name;
    [canvas.width, canvas.height] = [wide * scale, high * scale];
    const c = /** @type {Drawing} */ (canvas.getContext("2d"));
    c.scale(scale, scale);
    wires(c, { wide, high, norms, boxes, ink, gradient: palette.gradient });
  }

  /** Where a stop is in the flow; its middle is that of its picture. */
  #box(name) {
    const stop = this.stops[name],
      { offsetLeft: left, offsetTop: top, offsetWidth: wide, offsetHeight: high } = stop;
    const picture = stop.querySelector("canvas")?.offsetHeight ?? high;
    return { left, top, right: left + wide, bottom: top + high, x: left + wide / 2, y: top + picture / 2 };
  }
}

function part(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A gradient's norm, however small or large it is. */
export function short(x, number) {
  if (!Number.isFinite(x) || x === 0 || (x >= 0.001 && x < 1000)) return number(x, x >= 1 ? 2 : 3);
  const [digit, power] = x.toExponential(0).split("e");
  return `${digit}·10${[...power].map((sign) => RAISED[sign]).join("")}`;
}

const RAISED = { "-": "⁻", "+": "", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, digit) => [digit, sign])) };
