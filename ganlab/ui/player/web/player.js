// GAN Arena's player: one run as a film. Python sends messages (ganlab/ui/player/__init__.py); back goes only "want".
import { Board } from "./board.js";
import { Canvas } from "./canvas.js";
import { Controls } from "./controls.js";
import { Film } from "./film.js";
import { parse } from "./message.js";
import { palette } from "./palette.js";
import { reader, thin } from "./words.js";

const RATE = 12;        // frames a second at speed 1
const DEBOUNCE = 150;   // ms before a gap becomes a wish
const READ = 90;        // ms between two readings of the scoreboard while playing
const SPEAK = 10000;    // ms between two summaries for screen readers while playing
const players = new WeakMap();

export default function mount({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".player");
  let player = players.get(parentElement);
  if (player?.root !== root) {
    player?.dispose();
    players.set(parentElement, (player = new Player(root)));
  }
  const style = parentElement.querySelector("link");
  if (style && !style.sheet) style.onload = () => player.dress();
  player.send = (wish) => setStateValue("want", wish);
  player.receive(data);
  // Streamlit also cleans up after a run that a newer message overtook: only a player off the page ends.
  return () => setTimeout(() => root.isConnected || player.dispose());
}

class Player {
  constructor(root) {
    this.root = root;
    this.canvas = new Canvas(root.querySelector("canvas"));
    this.board = new Board(root);
    this.controls = new Controls(root, this);
    this.layers = { real: true, fake: true, field: true, arrows: true, grid: true, modes: false };
    Object.assign(this, { arrows: "push", speed: 1, at: 0, playing: false, held: false, mode: -1, interval: 1 });
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(root);
    this.onresize = () => this.fit();
    window.addEventListener("resize", this.onresize);
  }

  dispose() {
    this.resized.disconnect();
    window.removeEventListener("resize", this.onresize);
    cancelAnimationFrame(this.request);
    [this.wishing, this.speaking].forEach(clearTimeout);
    this.playing = false;
  }

  // What the server says

  receive(data) {
    if (data !== this.data) this.#merge(parse(data, (head, step) => this.film?.has(head, step)));
    this.data = data;
    this.dress();
  }

  /** Takes the colours of the theme and the measure of the page. */
  dress() {
    this.canvas.dress(palette(this.root));
    this.fit();
  }

  #merge(message) {
    const { head } = message;
    const [first, fresh] = [!this.film, !this.film?.is(head)];
    const { following, live } = this;
    const wanted = this.film?.known[Math.floor(this.at)];
    if (fresh) this.film = new Film(head);
    this.#pace(head);
    this.film.merge(message);
    this.#label(head);
    const view = first ? head.view ?? {} : {};
    this.#view(view);
    if (fresh || wanted === undefined) this.#open(view);
    else this.#goOn(wanted, following, live);
    this.changed = true;
    this.#wishSoon();
  }

  /** The last known frame (a trained picture), or the one the view names, which plays on only where motion is welcome. */
  #open(view) {
    const { film } = this;
    const { at, playing } = view.playing && this.still.matches ? { playing: false } : view;
    this.at = Number.isFinite(at ?? NaN) ? film.index(at) : Math.max(0, film.last);
    this.held = false;
    this.playing = (playing ?? film.head.live) && film.last >= 0;
  }

  #goOn(step, following, wasLive) {
    const { film } = this;
    if (film.known[Math.floor(this.at)] !== step) this.at = film.index(step) + (this.at % 1);
    if (film.head.live && !wasLive) this.held = false;
    if (film.head.live && following && !this.held) this.playing = true;
  }

  #view({ layers = {}, arrows, speed }) {
    Object.assign(this.layers, layers);
    this.arrows = arrows ?? this.arrows;
    if (speed) this.pace(speed);
  }

  #label(head) {
    const words = JSON.stringify([head.text, head.threshold === null, head.modes]);
    if (words === this.words) return;
    this.words = words;
    this.reader = reader(head.text);
    this.controls.label(this.reader, head);
    this.board.label(this.reader, head);
  }

  /** Running mean of the seconds between two messages that bring new frames: a live run is shown at its own pace. */
  #pace(head) {
    const now = performance.now();
    if (head.known.length <= this.film.known.length) return;
    if (this.came) this.interval += (Math.min(5, (now - this.came) / 1000) - this.interval) / 3;
    this.came = now;
  }

  // What the viewer does

  play() {
    const { film } = this;
    if (!film || film.last < 0) return;
    const { i, j, t } = this.#pair();
    this.playing = !this.playing;
    this.held = !this.playing;
    if (!this.playing) this.at = t < 0.5 ? i : j;
    else if (this.at >= film.last && !film.head.live) this.at = 0;
    this.#moved();
  }

  next = () => this.scrub(Math.floor(this.at) + 1);
  previous = () => this.scrub(Math.ceil(this.at) - 1);
  reset = () => this.scrub(0);
  end = () => this.scrub(this.film.last);

  scrub(index) {
    this.playing = false;
    this.at = Math.max(0, Math.min(this.film.last, index));
    this.held = this.at < this.film.last;
    clearTimeout(this.wishing);
    this.wishing = 0;
    this.#moved();
  }

  pace(speed) {
    this.speed = speed;
    this.root.querySelector("select").value = speed;
  }

  toggle(layer) {
    this.layers[layer] = !this.layers[layer];
    this.#moved();
  }

  point(arrows) {
    this.arrows = arrows;
    this.#moved();
  }

  #moved() {
    this.changed = true;
    this.#schedule();
    this.#wishSoon();
  }

  // Time

  get live() {
    return this.film?.head.live ?? false;
  }

  get following() {
    return !!this.film && this.at >= this.film.last;
  }

  /** The step on screen, '' while there is none. */
  get step() {
    return this.film?.known[this.#pair().i] ?? "";
  }

  /** Frames i and j on either side of the clock, and how far it is between them; paused: the frame at or before it. */
  #pair() {
    const { film, at } = this;
    const index = Math.floor(at);
    const i = Math.max(film.before(index), 0) || Math.max(film.after(0), 0);
    if (!film.holds(i)) return { i: -1, j: -1, t: 0 };
    const j = this.playing && !this.still.matches ? film.after(i + 1) : -1;
    if (j < 0 || i > index || film.frame(j).diverged) return { i, j: i, t: 0 };
    return { i, j, t: Math.min(1, (at - i) / (j - i)) };
  }

  #advance(seconds) {
    const { film } = this;
    const reach = film.before(film.last);
    const behind = film.head.live ? (film.last - this.at) / this.interval : Infinity;
    this.at = Math.min(reach, this.at + seconds * Math.min(RATE * this.speed, Math.max(1.5, behind)));
    if (this.at >= film.last && !film.head.live) this.playing = false;
    return this.at < reach;
  }

  #schedule() {
    if (this.request) return;
    this.clock = performance.now();
    this.request = requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(now) {
    const seconds = Math.min(0.1, Math.max(0, now - this.clock) / 1000);
    this.clock = now;
    this.request = 0;
    if (!this.film || !this.root.isConnected) return;
    const moving = this.playing && this.#advance(seconds);
    this.#paint(moving, now);
    if (this.playing) this.#wishSoon();
    if (moving) this.request = requestAnimationFrame((later) => this.#tick(later));
  }

  // What is on screen

  fit() {
    const { width } = this.root.getBoundingClientRect();
    if (!width) return;
    const wide = width >= 640;
    const room = wide ? Math.max(320, window.innerHeight - 250) : Math.max(260, window.innerHeight - 400);
    const side = Math.floor(Math.min(800, wide ? 0.56 * width : width, room));
    this.root.style.setProperty("--side", `${side}px`);
    this.canvas.resize(side);
    this.changed = true;
    this.#schedule();
  }

  #paint(moving, now) {
    const { film } = this;
    const pair = this.#pair();
    const shown = pair.i < 0 ? null : film.frame(pair.i);
    this.#picture(pair, shown);
    if (moving && !this.changed && now - this.read < READ) return;
    this.read = now;
    this.changed = false;
    const { playing, layers, arrows, step, live } = this;
    const waiting = playing ? !moving && this.at < film.last : film.last >= 0 && pair.i !== this.at;
    this.controls.show({ playing, waiting, index: this.at, last: film.last, step, live, layers, arrows });
    this.root.dataset.frames = film.blobs.size;
    this.root.dataset.empty = !shown;
    this.#overlay(shown, step);
    const hover = (mode) => this.#point(mode);
    shown ? this.board.show(shown, film.verdict(step), hover) : this.board.blank(hover);
    this.#speakSoon(shown, step);
  }

  #picture({ i, j, t }, shown) {
    const { film, layers, arrows, mode } = this;
    if (!shown) return this.canvas.blank(film, layers);
    const a = shown.diverged ? film.finite(i) ?? shown : shown;
    const b = j === i ? a : film.frame(j);
    this.canvas.draw({ a, b, t, film, layers, arrows, mode });
  }

  #point(mode) {
    this.mode = mode;
    this.#moved();
  }

  #overlay(shown, step) {
    const { say } = this.reader;
    const part = (name) => this.root.querySelector(`[data-part="overlay${name}"]`);
    const verdict = shown?.diverged ? this.film.verdict(step) : null;
    part("").hidden = shown ? !shown.diverged : this.film.last >= 0;
    part("-title").textContent = shown ? verdict?.title ?? say("diverged") : say("empty");
    part("-sentence").textContent = verdict?.sentence ?? "";
    part("-note").textContent = shown?.diverged ? this.#finite() : "";
  }

  /** Which frame a diverged run shows. */
  #finite() {
    const { step } = this.film.finite(this.#pair().i) ?? {};
    return step === undefined ? "" : this.reader.say("last_finite", { step: thin(step) });
  }

  #speakSoon(shown, step) {
    if (!shown || (this.playing && this.speaking)) return;
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => this.#speak(), this.playing ? SPEAK : 500);
  }

  #speak() {
    this.speaking = 0;
    const { i } = this.#pair();
    if (i < 0) return;
    const text = `${this.board.summary(this.film.frame(i), this.step)} ${this.film.verdict(this.step)?.title ?? ""}`;
    this.root.querySelector('[data-part="spoken"]').textContent = text;
    this.root.querySelector("canvas").setAttribute("aria-label", this.reader.say("canvas", { summary: text }));
  }

  // What is missing

  #wishSoon() {
    this.wishing ||= setTimeout(() => this.#wish(), DEBOUNCE);
  }

  #wish() {
    this.wishing = 0;
    const gap = this.#gap();
    const wish = this.film.ask(gap, performance.now());
    if (wish) this.send(wish);
    if (gap) this.wishing = setTimeout(() => this.#wish(), 1000);
  }

  #gap() {
    const { film, playing, speed } = this;
    const index = Math.max(0, Math.floor(this.at));
    if (playing) return film.missing(index, Math.ceil(24 * Math.max(1, speed)), Math.max(1, Math.round(speed / 2)));
    return film.last >= 0 && !film.holds(index) ? film.around(index) : null;
  }
}
