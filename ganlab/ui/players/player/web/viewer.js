// @ts-check
// Playback of a film: play, pause, scrub, follow a run in training, request missing frames. hooks.js: what players add.
import { Hooks } from "./hooks.js";
import { palette } from "./palette.js";
import { reader } from "./words.js";

const RATE = 12; // frames a second at speed 1, at most
const WHOLE = 9; // least duration of a finished run at speed 1, in seconds: shipped runs have few frames
const DEBOUNCE = 150; // ms before missing frames are requested
const READ = 90; // ms between two updates of the scoreboard while playing
const REST = 600; // ms after which a moment that the visitor has chosen is told
const SPEAK = 10000; // ms between two summaries for screen readers while playing

/**
 * @template {import("./film.js").Film} F
 * @extends {Hooks<F>}
 */
export class Viewer extends Hooks {
  /** @type {F} */
  film;
  /** @type {Bytes} */
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
  /** @type {boolean} */
  keeps;
  /** @type {string} */
  kept;
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
  /** @type {F} the film that somebody has reached for */
  reached;
  /** @type {boolean} */
  changed;
  /** @type {Pair | undefined} the moment that was drawn last */
  painted;
  /** @type {boolean} */
  named;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  wishing;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  speaking;
  /** @type {ReturnType<typeof setTimeout> | 0} */
  keeping;
  /** @type {(name: string, value: unknown) => void} */
  tell;
  /** @type {(name: string, value: unknown) => void} */
  call;

  /** @param {Root} root */
  constructor(root) {
    super();
    this.root = root;
    Object.assign(this, { speed: 1, at: 0, playing: false, held: false, keeps: false, kept: "null", interval: 1 });
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(root);
    this.onresize = () => this.fit();
    window.addEventListener("resize", this.onresize);
    const reach = () => this.#reach();
    root.querySelectorAll('[data-part="bar"], [data-part="time"]').forEach((part) => (part.onpointerenter = reach));
    root.addEventListener("focusin", reach);
  }

  dispose() {
    this.resized.disconnect();
    window.removeEventListener("resize", this.onresize);
    cancelAnimationFrame(this.request);
    [this.wishing, this.speaking, this.keeping].forEach(clearTimeout);
    this.playing = false;
  }

  // Messages from the server

  /** @param {Bytes} data */
  receive(data) {
    if (data !== this.data) this.#merge(this.read(data));
    this.data = data;
    this.dress();
  }

  /** Applies the theme's colours and fits the size. */
  dress() {
    this.colours(palette(this.root));
    this.fit();
  }

  /** @param {any} message */
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
    this.#keepSoon();
  }

  /** What a first message says of how it all opens. */
  view(/** @type {View} */ { speed, keeps }) {
    if (speed) this.pace(speed);
    this.keeps ||= keeps ?? false;
  }

  /**
   * Starts at the last known frame, or at that of the view. With reduced motion it does not play.
   * @param {View} view
   */
  #open(view) {
    const { film } = this;
    const { at, playing } = view.playing && this.still.matches ? { playing: false } : view;
    this.at = Number.isFinite(at ?? NaN) ? film.index(Number(at)) : Math.max(0, film.last);
    this.playing = (playing ?? film.head.live) && film.last >= 0;
    this.held = view.keeps === true && !this.playing && this.at < film.last;
  }

  /**
   * Stays at a moment, or goes to the newest frame if that was shown and the visitor has not moved the slider.
   * @param {number | ""} moment
   * @param {boolean} following
   * @param {boolean} wasLive
   */
  #goOn(moment, following, wasLive) {
    const { film } = this;
    if (film.known[Math.floor(this.at)] !== moment) this.at = film.index(Number(moment)) + (this.at % 1);
    if (film.head.live && !wasLive) this.held = false;
    if (!following || this.held) return;
    if (film.head.live || wasLive) this.playing = true;
    else this.at = Math.max(0, film.last);
  }

  /** @param {any} head */
  #label(head) {
    const words = JSON.stringify([head.text, ...this.labelled(head)]);
    if (words === this.words) return;
    this.words = words;
    this.reader = reader(head.text);
    this.label(head);
  }

  /**
   * Running mean of the seconds between two messages that bring new frames: a live run is shown at its own pace.
   * @param {number} length
   */
  #pace(length) {
    const now = performance.now();
    if (this.film.known.length <= length) return;
    if (this.came) this.interval += (Math.min(5, (now - this.came) / 1000) - this.interval) / 3;
    this.came = now;
  }

  // Input

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

  /** @param {number} index */
  scrub(index) {
    this.playing = false;
    this.at = Math.max(0, Math.min(this.film.last, index));
    this.held = this.at < this.film.last;
    clearTimeout(this.wishing);
    this.wishing = 0;
    this.moved();
  }

  /** @param {number} speed */
  pace(speed) {
    this.speed = speed;
    this.root.querySelector("select").value = speed;
  }

  moved() {
    this.changed = true;
    this.schedule();
    this.#wishSoon();
    this.#keepSoon();
  }

  #keepSoon() {
    if (!this.keeps) return;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.#keep(), REST);
  }

  /** Tells the moment at which the visitor has stopped the film, null for none: a shared link opens there. */
  #keep() {
    const { run, member } = this.film.head.runs?.[0] ?? this.film.head;
    const now = this.held && this.step !== "" ? { run, member, step: this.step } : null;
    if (JSON.stringify(now) === this.kept) return;
    this.kept = JSON.stringify(now);
    this.tell("held", now);
  }

  // Time

  get live() {
    return this.film?.head.live ?? false;
  }

  get following() {
    return !!this.film && this.at >= this.film.last;
  }

  /**
   * The shown step, '' without one.
   * @returns {number | ""}
   */
  get step() {
    return this.film?.known[this.pair().i] ?? "";
  }

  /**
   * Whether frames are missing: playing is stalled, or another frame than the requested one is shown.
   * @param {boolean} moving
   * @param {number} i
   */
  waiting(moving, i) {
    const { film, at, playing } = this;
    return playing ? !moving && at < film.last : film.last >= 0 && i !== at;
  }

  /** The frames i and j around the clock and the interpolation t; when paused, the frame at or before the clock. */
  pair() {
    const { film, at } = this;
    const index = Math.floor(at);
    const i = Math.max(film.before(index), 0) || Math.max(film.after(0), 0);
    if (!film.holds(i)) return { i: -1, j: -1, t: 0 };
    const j = this.playing && !this.still.matches ? film.after(i + 1) : -1;
    if (j < 0 || i > index || !this.glides(j)) return { i, j: i, t: 0 };
    return { i, j, t: Math.min(1, (at - i) / (j - i)) };
  }

  #rate = () => (this.film.head.live ? RATE : Math.min(RATE, this.film.last / WHOLE));

  /** @param {number} seconds */
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

  /** @param {number} now */
  #tick(now) {
    const seconds = Math.min(0.1, Math.max(0, now - this.clock) / 1000);
    this.clock = now;
    this.request = 0;
    if (!this.film || !this.root.isConnected) return;
    const moving = this.playing && this.#advance(seconds);
    const turning = this.animates(now);
    const busy = turning || moving;
    this.#paint(moving, turning, now);
    if (this.playing) this.#wishSoon();
    if (busy) this.request = requestAnimationFrame((later) => this.#tick(later));
  }

  /**
   * While the film plays, the picture is drawn where it is another one: with reduced motion that is once a frame.
   * @param {boolean} moving
   * @param {boolean} turning
   * @param {number} now
   */
  #paint(moving, turning, now) {
    const [pair, busy] = [this.pair(), moving || turning];
    const shown = pair.i < 0 ? null : this.film.frame(pair.i);
    const same = pair.i === this.painted?.i && pair.j === this.painted.j && pair.t === this.painted.t;
    if (!moving || turning || this.changed || !same) this.picture(pair, shown, busy);
    this.painted = pair;
    if (busy && !this.changed && now - this.readAt < READ) return;
    this.readAt = now;
    this.changed = false;
    this.scores(shown, this.waiting(moving, pair.i), pair);
    this.#speakSoon(shown);
  }

  /** @param {any} shown */
  #speakSoon(shown) {
    if (!shown) return this.#hush();
    if (!this.named) this.#name(this.reader.say("canvas", { summary: this.summary(shown) }));
    if (this.playing && this.speaking) return;
    clearTimeout(this.speaking);
    this.speaking = setTimeout(() => this.#speak(), this.playing ? SPEAK : 500);
  }

  /** What was said of another run is unsaid. */
  #hush() {
    clearTimeout(this.speaking);
    this.speaking = 0;
    this.root.querySelector('[data-part="spoken"]').textContent = "";
    this.#name(this.reader.say("empty"));
    this.named = false;
  }

  #speak() {
    this.speaking = 0;
    const { i } = this.pair();
    if (i < 0) return;
    const text = this.summary(this.film.frame(i));
    const spoken = this.root.querySelector('[data-part="spoken"]');
    if (spoken.textContent === text) return; // writing it again would say it again
    spoken.textContent = text;
    this.#name(this.reader.say("canvas", { summary: text }));
  }

  /**
   * Names the pictures.
   * @param {string} name
   */
  #name(name) {
    this.named = true;
    this.root.querySelectorAll('canvas[role="img"]').forEach((picture) => picture.setAttribute("aria-label", name));
  }

  // Missing frames

  /** A film that stands still came with few frames: somebody is about to move it, so some of its whole length follow. */
  #reach() {
    const { film } = this;
    if (!film || film === this.reached) return;
    this.reached = film;
    this.#ask(film.missing(0, film.known.length, 1));
  }

  /** @param {Wish | null} gap */
  #ask(gap) {
    const wish = this.film.ask(gap, performance.now());
    if (wish) this.tell("want", wish);
  }

  #wishSoon() {
    this.wishing ||= setTimeout(() => this.#wish(), DEBOUNCE);
  }

  #wish() {
    this.wishing = 0;
    const gap = this.#gap();
    this.#ask(gap);
    if (gap) this.wishing = setTimeout(() => this.#wish(), 1000);
  }

  #gap() {
    const { film, playing, speed } = this;
    const index = Math.max(0, Math.floor(this.at));
    if (playing) return film.missing(index, Math.ceil(24 * Math.max(1, speed)), Math.max(1, Math.round(speed / 2)));
    return film.last >= 0 && !film.holds(index) ? film.around(index) : null;
  }
}
