// @ts-check
// The Dirac-GAN: a visitor drags the start and moves sliders, all is computed here; Python hears of it on letting go.
import { opened } from "../ganlab.player/message.js";
import { mounted } from "../ganlab.player/mount.js";
import { palette } from "../ganlab.player/palette.js";
import { reader } from "../ganlab.player/words.js";
import { circle, distance, game } from "./chart.js";
import { eigenvalues, methods, path, round } from "./game.js";
import { Plane } from "./plane.js";

/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const SLIDERS = /** @type {const} */ (["step", "d_steps", "strength"]);
const MENUS = /** @type {const} */ (["method", "update"]);
const ON = 1e-9; // how near 1 an eigenvalue's size is on the circle
const SETTLED = 400; // ms after the last key until Python hears of it

class Dirac {
  /** @type {Part} */
  part;
  /** @type {DiracHead} */
  head;
  /** @type {DiracState} */
  state;
  /** @type {Reader} */
  reader;
  /** @type {Bytes} */
  data;
  /** @type {string} */
  words;
  /** @type {string} */
  origin;
  /** @type {ReturnType<typeof methods>} */
  known;
  /** @type {number | undefined} */
  pointer;
  /** @type {number} */
  now;
  /** @type {number | undefined} */
  request;
  /** @type {ReturnType<typeof setTimeout>} */
  settling;
  /** @type {Palette} */
  colours;
  /** @type {string} */
  d;
  /** @type {{ wide: number, beside: number }} */
  size;
  /** @type {(name: string, value: unknown) => void} */
  tell;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.plane = new Plane(this.part("phase"));
    this.#listen();
    this.resized = new ResizeObserver(() => this.#fit());
    this.resized.observe(root);
  }

  dispose() {
    this.resized.disconnect();
    clearTimeout(this.settling);
  }

  #listen() {
    const phase = this.part("phase");
    phase.onpointerdown = (/** @type {PointerEvent} */ event) => this.#down(event);
    phase.onpointermove = (/** @type {PointerEvent} */ event) => event.pointerId === this.pointer && this.#drag(event);
    phase.onpointerup = phase.onpointercancel = (/** @type {PointerEvent} */ event) => this.#up(event);
    phase.onkeydown = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    for (const name of SLIDERS) {
      this.part(name).oninput = () => this.#change({ [name]: Number(this.part(name).value) });
      this.part(name).onchange = () => this.#say();
    }
    this.part("method").onchange = () => this.#take(this.part("method").value);
    this.part("update").onchange = () => this.#change({ update: this.part("update").value }, true);
    this.part("round").oninput = () => {
      this.now = Number(this.part("round").value);
      this.#show();
    };
  }

  // Messages from the server

  /** @param {Bytes} data */
  receive(data) {
    if (data !== this.data) this.#open(data);
    this.data = data;
    this.dress();
  }

  /** @param {Bytes} data */
  #open(data) {
    /** @type {{ head: DiracHead }} */
    const { head } = opened(data);
    const words = JSON.stringify(head.text);
    Object.assign(this, { head, reader: reader(head.text), known: methods(head) });
    if (words !== this.words) this.#label();
    this.words = words;
    if (head.origin !== this.origin) Object.assign(this, { state: head.state, now: head.rounds });
    this.origin = head.origin;
    this.#set();
  }

  #label() {
    const { head, reader } = this;
    const names = ["method", "update", "step", "d_steps", "phase", "round", "game", "circle"];
    for (const name of [...names, "flow", "lambda", "near", "end"])
      this.part(`${name}-label`).textContent = reader.say(name);
    this.part("keys").textContent = reader.say("keys");
    const menu = (/** @type {[string, string][]} */ entries) =>
      entries.map(([value, textContent]) => Object.assign(document.createElement("option"), { value, textContent }));
    this.part("method").replaceChildren(...menu(Object.entries(head.methods).map(([key, { name }]) => [key, name])));
    this.part("update").replaceChildren(...menu(Object.entries(head.updates)));
    for (const name of SLIDERS) {
      const [min, max, step] = head.bounds[name];
      Object.assign(this.part(name), { min, max, step });
    }
    this.part("round").max = head.rounds;
  }

  /** Shows the state in the controls. */
  #set() {
    for (const name of [...SLIDERS, ...MENUS]) this.part(name).value = this.state[name];
    this.part("round").value = this.now;
  }

  dress() {
    this.colours = palette(this.root);
    this.d = getComputedStyle(this.root).getPropertyValue("--d");
    this.#fit();
  }

  #fit() {
    const wide = this.root.clientWidth;
    if (!wide || !this.head) return;
    const narrow = wide < 700;
    const side = Math.floor(narrow ? Math.min(wide - 2, 460) : Math.max(320, Math.min(0.5 * wide, 560)));
    this.plane.resize(side);
    this.size = { wide, beside: Math.floor(narrow ? wide - 2 : wide - side - 28) };
    this.#show();
  }

  // Input

  /**
   * @param {Partial<DiracState>} values
   * @param {boolean} [done]
   */
  #change(values, done = false) {
    Object.assign(this, { state: { ...this.state, ...values }, now: this.head.rounds });
    this.#set();
    this.#show();
    if (done) this.#say();
  }

  /** @param {string} method */
  #take(method) {
    this.#change({ method, strength: this.head.methods[method].usual }, true);
  }

  /** @param {Point} place */
  #start(place) {
    const { limit } = this.head;
    const [theta, psi] = place.map((v) => Math.round(100 * Math.max(-limit, Math.min(limit, v))) / 100);
    this.#change({ theta, psi });
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (this.pointer !== undefined || (event.pointerType === "mouse" && event.button)) return;
    event.preventDefault();
    const phase = this.part("phase");
    phase.focus({ preventScroll: true });
    phase.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.#drag(event);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    this.#start(this.plane.place(event));
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = undefined;
    this.#show();
    this.#say();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const far = event.shiftKey ? 0.5 : 0.1;
    this.#start([this.state.theta + far * way[0], this.state.psi + far * way[1]]);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.#say(), SETTLED);
  }

  /** Tells Python, for the link, and a screen reader. */
  #say() {
    this.tell("state", { ...this.state, origin: this.origin });
    this.part("spoken").textContent = `${this.part("near").textContent} ${this.part("end").textContent}`;
  }

  // Output

  #show() {
    this.request ??= requestAnimationFrame(() => {
      this.request = undefined;
      if (this.size) this.#draw();
    });
  }

  #draw() {
    const { head, state, now, colours, reader, d } = this,
      { say } = reader;
    const method = this.known[state.method],
      { strength } = state;
    const places = path(method, state, head.rounds),
      far = places.map(([theta, psi]) => Math.hypot(theta, psi));
    const values = method.slope ? eigenvalues(round(method.slope(strength), state)) : [];
    /** @type {[string, string]} */
    const names = [say("axis_theta"), say("axis_psi")];
    const field = (/** @type {number} */ theta, /** @type {number} */ psi) => method.field(theta, psi, strength);
    const held = this.pointer !== undefined;
    this.plane.draw({ extent: head.extent, field, places, now, held, colours, names });
    this.part("phase").dataset.held = held;
    const { beside } = this.size,
      side = Math.min(230, Math.floor(beside * 0.5));
    game(this.part("game"), { wide: beside, high: 96, extent: head.extent, place: places[now], colours, d });
    circle(this.part("circle"), { side, values, colours, names: [say("axis_re"), say("axis_im")] });
    distance(this.part("distance"), {
      wide: beside,
      high: 150,
      far,
      now,
      colours,
      names: [say("axis_rounds"), say("axis_distance")],
    });
    this.#read(places, far, values);
  }

  /**
   * Writes the numbers.
   * @param {Point[]} places
   * @param {number[]} far
   * @param {import("./game.js").Complex[]} values
   */
  #read(places, far, values) {
    const { head, state, now, reader } = this,
      { say, number } = reader;
    const method = head.methods[state.method],
      { slope } = this.known[state.method];
    const signed = (/** @type {number} */ v, digits = 2) => number(v, digits).replace("-", "−");
    this.part("strength-row").hidden = !method.strength;
    this.part("strength-label").textContent = say("strength", { sign: method.strength });
    this.part("step-value").textContent = number(state.step);
    this.part("strength-value").textContent = number(state.strength);
    this.part("d_steps-value").textContent = String(state.d_steps);
    this.part("round-value").textContent = String(now);
    this.part("flow").textContent = slope ? pair(eigenvalues(slope(state.strength)), signed) : say("jump");
    this.part("lambda").textContent = slope ? pair(values, signed) : say("jump");
    const size = Math.max(...values.map(({ re, im }) => Math.hypot(re, im)));
    const closer = !slope || Math.abs(size - 1) < ON ? "" : String(size < 1);
    const verdict = { "": slope ? "near_circle" : "jump", true: "near_closer", false: "near_away" }[closer] ?? "";
    this.part("near").textContent = say(verdict, { size: number(size, 4) });
    this.part("near").dataset.closer = closer;
    const facts = { start: small(far[0], number), end: small(far[head.rounds], number), rounds: head.rounds };
    this.part("end").textContent = say("end_value", facts);
    const [theta, psi] = places[now].map((v) => signed(v));
    const here = { theta, psi, round: now };
    this.part("phase").setAttribute(
      "aria-label",
      say("phase_alt", { theta: signed(state.theta), psi: signed(state.psi) }),
    );
    this.part("game").setAttribute("aria-label", say("game_alt", here));
    this.part("circle").setAttribute("aria-label", say("circle_alt", { values: this.part("lambda").textContent }));
    this.part("distance").setAttribute("aria-label", say("distance_alt", facts));
    Object.assign(this.root.dataset, { theta: state.theta, psi: state.psi, end: far[head.rounds], size });
  }
}

/**
 * Two eigenvalues: a conjugate pair, or both.
 * @param {import("./game.js").Complex[]} values
 * @param {(v: number, digits?: number) => string} write
 */
function pair([one, other], write) {
  if (one.im) return `${write(one.re, 3)} ± ${write(one.im, 3)}i`;
  return one.re === other.re ? write(one.re, 3) : `${write(one.re, 3)}; ${write(other.re, 3)}`;
}

/**
 * A distance, with a power of ten where it is very small or large.
 * @param {number} r
 * @param {Reader["number"]} number
 */
export function small(r, number) {
  if (!Number.isFinite(r)) return "∞";
  if (r === 0 || (r >= 0.01 && r < 1000)) return number(r, 2);
  const power = Math.floor(Math.log10(r));
  const raised = String(power)
    .replace("-", "⁻")
    .replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]);
  return `${number(r / 10 ** power, 1)}·10${raised}`;
}

export default mounted(Dirac);
