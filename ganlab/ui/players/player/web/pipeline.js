// @ts-check
// The training pipeline as a strip: noise, G, generated and real points, D, predictions, losses, gradients. Each stop
// has a small picture of the shown frame. A click on a stop toggles its layer in the large picture.
import { Canvas } from "./canvas.js";
import { judges } from "./message.js";
import { plane } from "./morph.js";
import { opinions } from "./opinions.js";
import { thickness, vanished, wires } from "./wires.js";

/** @import { Film } from "./film.js" */
/** @import { Scene } from "./canvas.js" */

/** @type {Record<string, keyof Layers>} */
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
  /** @type {Film<PlaneHead>} */
  film;
  /** @type {Float32Array} */
  points;

  /**
   * @param {Root} root
   * @param {Pipeline["acts"]} acts
   */
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

  // Labels

  /**
   * @param {Reader} reader
   * @param {PlaneHead} head
   */
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

  /** @param {string} name */
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

  /**
   * @param {string} name
   * @param {string} label
   */
  #inside(name, label) {
    const value = PICTURES.includes(name) ? [] : ["b", "small"].slice(0, LOSSES.includes(name) ? 2 : 1);
    const parts = [part("span", label), ...value.map((tag) => part(tag, ""))];
    if (!PICTURES.includes(name)) return parts;
    const canvas = document.createElement("canvas");
    this.canvases[name] = new Canvas(canvas, { least: 1.1 });
    return [canvas, ...parts];
  }

  /**
   * The action of a click on a stop, or null.
   * @param {string} name
   */
  #act(name) {
    if (name === "noise")
      return this.head.noise && this.head.latent_dim === 2 && !this.head.line ? () => this.acts.bend() : null;
    return LAYERS[name] ? () => this.acts.toggle(LAYERS[name]) : null;
  }

  // Appearance

  get open() {
    return !this.strip.hidden;
  }

  /** @param {boolean} open */
  unfold(open) {
    this.strip.hidden = !open || (!!this.head && !judges(this.head));
  }

  /** @param {Palette} palette */
  dress(palette) {
    this.palette = palette;
    this.measured = null;
  }

  /** Sets the size of the small pictures. Whether it changed, so that all must be painted. */
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

  /**
   * scene: as for Canvas.draw, or only {film}. While the film plays, one small picture is painted per frame.
   * @param {Partial<Scene> & { film: Film<PlaneHead> }} scene
   * @param {boolean} busy
   */
  paint(scene, busy) {
    if (!this.open) return;
    const all = this.#measure() || !busy || this.film !== scene.film || this.points !== scene.film.real;
    Object.assign(this, { film: scene.film, points: scene.film.real });
    if (all) PICTURES.forEach((name) => this.#picture(name, scene));
    else this.#next(scene);
  }

  /** @param {Partial<Scene> & { film: Film<PlaneHead> }} scene */
  #next(scene) {
    this.turn = (this.turn + 1) % MOVING.length;
    this.#picture(MOVING[this.turn], scene);
  }

  /**
   * @param {string} name
   * @param {Partial<Scene> & { film: Film<PlaneHead> }} scene
   */
  #picture(name, scene) {
    const canvas = this.canvases[name];
    const layer = { ...NOTHING, [LAYERS[name]]: true };
    if (name === "noise" && scene.film.head.noise) return this.#noise(canvas, scene.film);
    if (["noise", "real"].includes(name) || !scene.a)
      return canvas.blank(scene.film, { ...NOTHING, real: name === "real" });
    if (name === "predictions") return this.#opinions(canvas, scene);
    canvas.draw({ .../** @type {Scene} */ (scene), layers: layer, mode: -1, journey: null });
  }

  /**
   * Draws the noise in its own plane.
   * @param {Canvas} canvas
   * @param {Film<PlaneHead>} film
   */
  #noise(canvas, film) {
    const { axis } = /** @type {NonNullable<PlaneHead["noise"]>} */ (film.head.noise);
    const still = { ...plane(film.head), rows: film.head.latent_dim === 1 ? 1 : axis.length, columns: axis.length };
    canvas.draw({ a: still, b: still, t: 0, film, layers: { ...NOTHING, fake: true, grid: true }, mode: -1 });
  }

  /**
   * @param {Canvas} canvas
   * @param {Partial<Scene> & { film: Film<PlaneHead> }} scene
   */
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

  /**
   * Shows the numbers of a frame, if there is one, and the active layers.
   * @param {PlaneFrame | null} frame
   * @param {Layers} layers
   * @param {boolean} morphing
   */
  show(frame, layers, morphing) {
    if (!this.open) return;
    const { number } = this.reader;
    Object.entries(LAYERS).forEach(([name, layer]) =>
      this.stops[name].setAttribute("aria-pressed", String(layers[layer])),
    );
    if (this.#act("noise")) this.stops.noise.setAttribute("aria-pressed", String(morphing));
    const values = frame?.scalars ?? {};
    LOSSES.forEach((name) => this.#loss(name, values[name]));
    this.#predictions(values);
    const norms = { g: values.g_grad, d: values.d_grad };
    BACK.forEach((name, i) => put(this.stops[name].querySelector("b"), short([norms.g, norms.d][i], number)));
    this.#wires(norms);
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  #loss(name, value) {
    const { say, number } = this.reader;
    const level = this.head.levels?.[/** @type {"d" | "g"} */ (name[0])];
    put(this.stops[name].querySelector("b"), number(value));
    put(this.stops[name].querySelector("small"), level ? say("stop_level", { level }) : "");
  }

  /** @param {Record<string, number>} scalars */
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

  /**
   * Draws the arrows if the layout or a gradient's thickness changed.
   * @param {Norms} norms
   */
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

  /**
   * The box of a stop; its vertical centre is that of its picture.
   * @param {string} name
   */
  #box(name) {
    const stop = this.stops[name],
      { offsetLeft: left, offsetTop: top, offsetWidth: wide, offsetHeight: high } = stop;
    const picture = stop.querySelector("canvas")?.offsetHeight ?? high;
    return { left, top, right: left + wide, bottom: top + high, x: left + wide / 2, y: top + picture / 2 };
  }
}

/**
 * @param {string} tag
 * @param {string} text
 */
function part(tag, text) {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

/**
 * @param {Element | null} element
 * @param {string} text
 */
function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/**
 * A gradient's norm, in scientific notation if very small or large.
 * @param {number} x
 * @param {Reader["number"]} number
 */
export function short(x, number) {
  if (!Number.isFinite(x) || x === 0 || (x >= 0.001 && x < 1000)) return number(x, x >= 1 ? 2 : 3);
  const [digit, power] = x.toExponential(0).split("e");
  return `${digit}·10${[...power].map((sign) => RAISED[sign]).join("")}`;
}

/** @type {Record<string, string>} */
const RAISED = { "-": "⁻", "+": "", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, digit) => [digit, sign])) };
