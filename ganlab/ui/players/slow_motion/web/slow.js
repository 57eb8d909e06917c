// @ts-check
// Slow motion: the stops of one update of D and one of G. Python: ganlab/ui/players/slow_motion/__init__.py.
import { opened } from "../ganlab.player/message.js";
import { mounted } from "../ganlab.player/mount.js";
import { palette } from "../ganlab.player/palette.js";
import { reader } from "../ganlab.player/words.js";
import { bars, histogram } from "./bars.js";
import { Scene } from "./scene.js";

const STAY = 5000; // ms at a stop at speed 1
const TURN = 900; // ms in which points move
/** @type {Record<string, "play" | "back" | "forward" | "first" | "last">} */
const KEYS = { " ": "play", ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last" };

class Slow {
  /** @type {Part} */
  part;
  /** @type {SlowHead} */
  head;
  /** @type {Reader} */
  reader;
  /** @type {Bytes} */
  data;
  /** @type {Palette} */
  palette;
  /** @type {HTMLButtonElement[]} */
  buttons;
  /** @type {number} */
  at;
  /** @type {boolean} */
  playing;
  /** @type {number} */
  speed;
  /** @type {number} */
  t;
  /** @type {number} */
  request;
  /** @type {ReturnType<typeof setTimeout>} */
  waiting;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    Object.assign(this, { at: 0, playing: false, speed: 1, t: 1 });
    this.scene = new Scene(this.part("canvas"));
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    root
      .querySelectorAll("[data-act]")
      .forEach((button) => (button.onclick = () => this[/** @type {"play"} */ (button.dataset.act)]()));
    this.part("speed").onchange = (/** @type {Input} */ event) => this.pace(Number(event.target.value));
    root.onkeydown = (event) => this.#key(event);
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(root);
    requestAnimationFrame(() =>
      root.scrollIntoView?.({ block: "start", behavior: this.still.matches ? "auto" : "smooth" }),
    );
    this.beside = document.head.appendChild(document.createElement("style"));
  }

  dispose() {
    this.resized.disconnect();
    cancelAnimationFrame(this.request);
    clearTimeout(this.waiting);
    this.beside.remove();
  }

  /** @param {Bytes} data */
  receive(data) {
    if (data !== this.data) this.#take(opened(data).head);
    this.data = data;
    this.dress();
  }

  /** @param {SlowHead} head */
  #take(head) {
    const other = this.head?.key !== head.key;
    Object.assign(this, { head, reader: reader(head.text) });
    this.#label();
    this.root.dataset.trace = head.key;
    this.go(other ? 0 : this.at);
    if (other) this.root.scrollIntoView({ block: "center", behavior: this.still.matches ? "auto" : "smooth" });
  }

  dress() {
    this.palette = palette(this.root);
    this.scene.dress(this.palette, getComputedStyle(this.root).getPropertyValue("--d"));
    this.fit();
    this.#say();
  }

  fit() {
    const { width } = this.root.getBoundingClientRect();
    if (!width) return;
    const side = Math.floor(
      Math.min(window.innerWidth < 640 ? 270 : 460, width, Math.max(260, window.innerHeight - 330)),
    );
    this.root.style.setProperty("--side", `${side}px`);
    this.scene.resize(side);
    this.#draw();
  }

  #label() {
    const { say } = this.reader;
    this.part("go").textContent = say("play");
    this.part("hold").textContent = say("pause");
    ["back", "forward"].forEach((name) => named(this.root.querySelector(`[data-act="${name}"]`), say(name)));
    named(this.part("speed"), say("speed"));
    this.part("bar").setAttribute("aria-label", say("toolbar"));
    this.part("stops").setAttribute("aria-label", say("stops"));
    this.buttons = this.head.stops.map((stop, i) => this.#button(stop, i));
    const rows = ["d", "g"].map((player) => this.#row(player)).filter((row) => row.children.length > 1);
    this.part("stops").replaceChildren(...rows);
  }

  /** @param {string} player */
  #row(player) {
    const row = document.createElement("div"),
      name = document.createElement("b");
    row.dataset.player = player;
    name.textContent = player.toUpperCase();
    row.append(name, ...this.buttons.filter((button) => button.dataset.player === player));
    return row;
  }

  /**
   * @param {Stop} stop
   * @param {number} i
   */
  #button({ key, title }, i) {
    const button = document.createElement("button");
    Object.assign(button.dataset, { player: key[0], stop: key, testid: `slow-at-${key}` });
    button.textContent = String(i + 1);
    named(button, `${i + 1}. ${title}`);
    button.onclick = () => this.jump(i);
    return button;
  }

  // Input

  get end() {
    return this.head.stops.length - 1;
  }

  back = () => this.jump(this.at - 1);
  forward = () => this.jump(this.at + 1);
  first = () => this.jump(0);
  last = () => this.jump(this.end);

  /** @param {number} i */
  jump(i) {
    this.#hold();
    this.go(i);
  }

  play() {
    if (this.playing) return this.#hold();
    this.playing = true;
    this.go(this.at < this.end ? this.at : 0);
  }

  #hold() {
    this.playing = false;
    clearTimeout(this.waiting);
    this.#mark();
  }

  /** @param {number} speed */
  pace(speed) {
    this.speed = speed;
    this.#wait();
  }

  /** @param {number} i */
  go(i) {
    this.at = Math.max(0, Math.min(this.end, i));
    this.#show();
    this.#wait();
  }

  #wait() {
    clearTimeout(this.waiting);
    if (!this.playing) return;
    this.waiting = setTimeout(() => (this.at < this.end ? this.go(this.at + 1) : this.#hold()), STAY / this.speed);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const act = KEYS[event.key],
      target = /** @type {HTMLElement} */ (event.target);
    const native = target.matches("select") || (target.matches("button") && act === "play");
    if (!act || native || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this[act]();
  }

  // Output

  #show() {
    const stop = this.head.stops[this.at];
    this.#mark();
    this.#say();
    bars(this.part("numbers"), stop.bars);
    const { say } = this.reader;
    const legend =
      say(`legend_${stop.key}`) === `legend_${stop.key}` ? say(`legend_${stop.kind}`) : say(`legend_${stop.key}`);
    this.part("legend").textContent = legend;
    this.part("canvas").setAttribute("aria-label", `${stop.title}. ${legend}`);
    this.part("spoken").textContent = `${this.at + 1}. ${stop.title}`;
    this.#turn();
  }

  #mark() {
    const { root, at, playing } = this;
    Object.assign(root.dataset, { playing, at, stop: this.head.stops[at].key });
    this.buttons.forEach((button, i) => {
      button.dataset.done = String(i < at);
      i === at ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current");
    });
    root.querySelector('[data-act="back"]').disabled = at === 0;
    root.querySelector('[data-act="forward"]').disabled = at === this.end;
  }

  /** Styles the page beside the component: shows only this stop's text, with formulas in the theme's colours. */
  #say() {
    if (!this.palette) return;
    const { real, generated } = this.palette;
    const words = (/** @type {string} */ stop) => `.st-key-slow-at-${stop}`;
    this.beside.textContent = `${words(this.head.stops[this.at].key)} { display: flex !important; }
      [class*="${words("").slice(1)}"] .katex [style*="color:green"] { color: ${real} !important; }
      [class*="${words("").slice(1)}"] .katex [style*="color:purple"] { color: ${generated} !important; }`;
  }

  /** Animates moving points once, unless reduced motion is preferred. */
  #turn() {
    cancelAnimationFrame(this.request);
    const moves = ["made", "moved"].includes(this.head.stops[this.at].kind) && !this.still.matches;
    this.t = moves ? 0 : 1;
    const start = performance.now(),
      time = TURN / Math.max(1, this.speed);
    const tick = (/** @type {number} */ now) => {
      const share = Math.max(0, Math.min(1, (now - start - 150) / time));
      this.t = share * share * (3 - 2 * share);
      this.#draw();
      if (share < 1 && this.root.isConnected) this.request = requestAnimationFrame(tick);
    };
    if (moves) this.request = requestAnimationFrame(tick);
    else this.#draw();
  }

  #draw() {
    if (!this.head || !this.palette || !this.scene.side) return;
    const stop = this.head.stops[this.at];
    this.scene.draw(stop, this.head, this.t);
    histogram(this.part("histogram"), stop.histogram, this.scene, this.reader);
  }
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 */
function named(element, name) {
  element.setAttribute("aria-label", name);
  element.title = name;
}

export default mounted(Slow);
