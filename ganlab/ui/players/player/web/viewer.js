// @ts-check
// A film in the viewer's own time: play, pause, scrub, follow what is trained now, ask for what is missing. Subclasses
// say what a message holds and what is on screen: see "What a subclass is".
import { palette } from "./palette.js";
import { reader } from "./words.js";

const RATE = 12; // frames a second at speed 1, at most
const WHOLE = 9; // seconds that a finished run takes at speed 1, at least: what ships has few frames
const DEBOUNCE = 150; // ms before a gap becomes a wish
const READ = 90; // ms between two readings of the scoreboard while playing
const SPEAK = 10000; // ms between two summaries for screen readers while playing

/** @typedef {{ i: number, j: number, t: number }} Pair see Viewer.pair */

/**
 * @template {import("./film.js").Film} F
 */
export class Viewer {
  /** @type {F} */
  film;
  /** @type {Uint8Array} */
  data;
  /** @type {Reader} */
  reader;
  /** @type {string} */
  words;
  /** @type {number} */
  speed;
  /** @type {number} */
  at;
  /** @type {boolean} */
  playing;
  /** @type {boolean} */
  held;
  /** @type {number} */
  interval;
  /** @type {number | undefined} */
  came;
  /** @type {number} */
  clock;
  /** @type {number} */
  request;
  /** @type {number} */
  readAt;
  /** @type {boolean} */
  changed;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  wishing;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  speaking;
  /** @type {(name: string, value: unknown) => void} */
  tell;
  /** @type {(name: string, value: unknown) => void} */
  call;

  constructor(root) {
    this.root = root;
    Object.assign(this, { speed: 1, at: 0, playing: false, held: false, interval: 1 });
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

  // What a subclass is: each of these is its own

  /**
   * The message in some bytes: {head, …}.
   * @param {Uint8Array} data
   * @returns {any}
   */
  read(data) {
    throw new TypeError(`no reader for ${data.length} bytes`);
  }

  /**
   * An empty film for a message's head.
   * @returns {F}
   */
  reel(head) {
    throw new TypeError(`no film for ${head.run}`);
  }

  /** Facts of a head, other than its text, on which labels depend. */
  labelled(head) {
    return [head.run];
  }

  /** Writes the labels. */
  label(_head) {}

  /** Takes the colours of the theme. */
  colours(/** @type {Palette} */ _palette) {}

  /** Takes the measure of the page. */
  fit() {}

  /** Draws a moment; shown: film.frame of it, or null. */
  picture(/** @type {Pair} */ _pair, _shown, /** @type {boolean} */ _busy) {}

  /** Writes the numbers of a moment. */
  scores(_shown, /** @type {boolean} */ _waiting, /** @type {Pair} */ _pair) {}

  /** What a screen reader says of a frame. */
  summary(_shown) {
    return "";
  }

  // What the server says

  receive(data) {
    if (data !== this.data) this.#merge(this.read(data));
    this.data = data;
    this.dress();
  }

  /** Takes the colours of the theme and the measure of the page. */
  dress() {
    this.colours(palette(this.root));
    this.fit();
  }

  #merge(message) {
    const { head } = message;
    const [first, fresh] = [!this.film, !this.film?.is(head)];
    const elsewhere = fresh && !(head.run && this.film?.run === head.run); // another member is shown at the same moment
    const { following, live } = this;
    const wanted = this.film?.known[Math.floor(this.at)];
    const length = fresh ? 0 : this.film.known.length;
    if (fresh) this.film = this.reel(head);
    this.film.merge(message);
    this.#pace(length);
    this.#label(head);
    const view = first ? (head.view ?? {}) : {};
    this.view(view);
    if (elsewhere || wanted === undefined) this.#open(view);
    else this.#goOn(wanted, following, live);
    this.changed = true;
    this.#wishSoon();
  }

  /** What a first message says of how it all opens. */
  view(/** @type {View} */ { speed }) {
    if (speed) this.pace(speed);
  }

  /** The last known frame (a trained picture), or the one the view names, which plays on only where motion is welcome. */
  #open(view) {
    const { film } = this;
    const { at, playing } = view.playing && this.still.matches ? { playing: false } : view;
    this.at = Number.isFinite(at ?? NaN) ? film.index(at) : Math.max(0, film.last);
    this.held = false;
    this.playing = (playing ?? film.head.live) && film.last >= 0;
  }

  #goOn(moment, following, wasLive) {
    const { film } = this;
    if (film.known[Math.floor(this.at)] !== moment) this.at = film.index(moment) + (this.at % 1);
    if (film.head.live && !wasLive) this.held = false;
    if (film.head.live && following && !this.held) this.playing = true;
  }

  #label(head) {
    const words = JSON.stringify([head.text, ...this.labelled(head)]);
    if (words === this.words) return;
    this.words = words;
    this.reader = reader(head.text);
    this.label(head);
  }

  /** Running mean of the seconds between two messages that bring new frames: a live run is shown at its own pace. */
  #pace(length) {
    const now = performance.now();
    if (this.film.known.length <= length) return;
    if (this.came) this.interval += (Math.min(5, (now - this.came) / 1000) - this.interval) / 3;
    this.came = now;
  }

  // What the viewer does

  play() {
    const { film } = this;
    if (!film || film.last < 0) return;
    const { i, j, t } = this.pair();
    this.playing = !this.playing;
    this.held = !this.playing;
    if (!this.playing) this.at = t < 0.5 ? i : j;
    else if (this.at >= film.last && !film.head.live) this.at = 0;
    this.moved();
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
    this.moved();
  }

  pace(speed) {
    this.speed = speed;
    this.root.querySelector("select").value = speed;
  }

  moved() {
    this.changed = true;
    this.schedule();
    this.#wishSoon();
  }

  // Time

  get live() {
    return this.film?.head.live ?? false;
  }

  get following() {
    return !!this.film && this.at >= this.film.last;
  }

  /**
   * The moment on screen as the film names it, '' while there is none.
   * @returns {number | ""}
   */
  get step() {
    return this.film?.known[this.pair().i] ?? "";
  }

  /** Whether playing stands still, or what is shown is not what was asked for, because frames are missing. */
  waiting(moving, i) {
    const { film, at, playing } = this;
    return playing ? !moving && at < film.last : film.last >= 0 && i !== at;
  }

  /** Frames i and j on either side of the clock, and how far it is between them; paused: the frame at or before it. */
  pair() {
    const { film, at } = this;
    const index = Math.floor(at);
    const i = Math.max(film.before(index), 0) || Math.max(film.after(0), 0);
    if (!film.holds(i)) return { i: -1, j: -1, t: 0 };
    const j = this.playing && !this.still.matches ? film.after(i + 1) : -1;
    if (j < 0 || i > index || !this.glides(j)) return { i, j: i, t: 0 };
    return { i, j, t: Math.min(1, (at - i) / (j - i)) };
  }

  /** Whether what is on screen may go over into a frame. */
  glides = (/** @type {number} */ _index) => true;

  #rate = () => (this.film.head.live ? RATE : Math.min(RATE, this.film.last / WHOLE));

  #advance(seconds) {
    const { film } = this;
    const reach = film.before(film.last);
    const behind = film.head.live ? (film.last - this.at) / this.interval : Infinity;
    this.at = Math.min(reach, this.at + seconds * Math.min(this.#rate() * this.speed, Math.max(1.5, behind)));
    if (this.at >= film.last && !film.head.live) this.playing = false;
    return this.at < reach;
  }

  schedule() {
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
    const busy = this.animates(now) || moving;
    this.#paint(moving, busy, now);
    if (this.playing) this.#wishSoon();
    if (busy) this.request = requestAnimationFrame((later) => this.#tick(later));
  }

  /** Whether the picture moves by itself, whatever the film does. */
  animates = (/** @type {number} */ _now) => false;

  #paint(moving, busy, now) {
    const pair = this.pair();
    const shown = pair.i < 0 ? null : this.film.frame(pair.i);
    this.picture(pair, shown, busy);
    if (busy && !this.changed && now - this.readAt < READ) return;
    this.readAt = now;
    this.changed = false;
    this.scores(shown, this.waiting(moving, pair.i), pair);
    this.#speakSoon(shown);
  }

  #speakSoon(shown) {
    if (!shown || (this.playing && this.speaking)) return;
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => this.#speak(), this.playing ? SPEAK : 500);
  }

  #speak() {
    this.speaking = 0;
    const { i } = this.pair();
    if (i < 0) return;
    const text = this.summary(this.film.frame(i));
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
    if (wish) this.tell("want", wish);
    if (gap) this.wishing = setTimeout(() => this.#wish(), 1000);
  }

  #gap() {
    const { film, playing, speed } = this;
    const index = Math.max(0, Math.floor(this.at));
    if (playing) return film.missing(index, Math.ceil(24 * Math.max(1, speed)), Math.max(1, Math.round(speed / 2)));
    return film.last >= 0 && !film.holds(index) ? film.around(index) : null;
  }
}
