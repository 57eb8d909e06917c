// @ts-check
// The seed strip: all members of a run side by side, at the player's step. Python: ganlab/ui/players/seed_strip/__init__.py.
import { opened } from "../ganlab.player/message.js";
import { follow } from "../ganlab.player/moment.js";
import { mounted } from "../ganlab.player/mount.js";
import { palette } from "../ganlab.player/palette.js";
import { reader, thin } from "../ganlab.player/words.js";
import { Reel } from "./reel.js";
import { Tile } from "./tile.js";

const CATCH_UP = 0.25; // share of the distance to the player's step, per frame
const WHOLE = 9000; // ms in which the strip plays a whole run
const AROUND = 190; // pixels of a full screen above and below the pictures
const BELOW = 68; // pixels below each picture, its gap included

/**
 * Pixels of each picture on a full screen.
 * @param {number} columns
 * @param {number} count
 */
const tile = (columns, count) =>
  Math.min(
    (0.93 * window.innerWidth) / columns - 12,
    (window.innerHeight - AROUND) / Math.ceil(count / columns) - BELOW,
  );

class Seeds {
  /** @type {Part} */
  part;
  /** @type {SeedsHead} */
  head;
  /** @type {Reader} */
  reader;
  /** @type {Bytes} */
  data;
  /** @type {Reel} */
  reel;
  /** @type {Tile[]} */
  tiles;
  /** @type {Palette} */
  palette;
  /** @type {Moment | undefined} */
  moment;
  /** @type {boolean} */
  sorted;
  /** @type {boolean} */
  playing;
  /** @type {number} */
  u;
  /** @type {number} */
  to;
  /** @type {number} */
  clock;
  /** @type {number} */
  request;
  /** @type {number | undefined} */
  now;
  /** @type {number | undefined} */
  counted;
  /** @type {(() => void) | undefined} */
  leave;
  /** @type {(name: string, value: unknown) => void} */
  call;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    Object.assign(this, { tiles: [], sorted: false, u: 0, to: 0 });
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.part("play").onclick = () => this.play(!this.playing);
    this.part("sort").onclick = () => this.#sort(!this.sorted);
    this.part("large").onclick = () =>
      document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.();
    this.resized = new ResizeObserver(() => this.#resize());
    this.resized.observe(root);
    root.onfullscreenchange = () => this.fit();
  }

  dispose() {
    this.resized.disconnect();
    cancelAnimationFrame(this.request);
    this.leave?.();
  }

  /** @param {Bytes} data */
  receive(data) {
    if (data !== this.data) this.#take(opened(data), data);
    this.data = data;
    this.dress();
    this.leave ??= follow((moment) => this.#meet(moment));
  }

  /**
   * @param {{ head: SeedsHead, at: number }} message
   * @param {Bytes} data
   */
  #take({ head, at }, data) {
    const fresh = this.head?.run !== head.run || this.head.members !== head.members;
    Object.assign(this, { head, reader: reader(head.text) });
    if (fresh) this.#build();
    this.reel.merge(head, data, at);
    this.#label();
    if (this.playing) this.to = this.reel.last;
    else if (this.moment?.run === head.run) this.#aim();
    else this.u = this.to = this.reel.last;
    this.#schedule();
  }

  #build() {
    this.reel = new Reel();
    this.tiles = Array.from({ length: this.head.members }, (_, i) => new Tile(i, this.head, () => this.#pick(i)));
    this.part("grid").replaceChildren(...this.tiles.map(({ element }) => element));
    this.fit();
  }

  #label() {
    const { say } = this.reader;
    ["title", "about"].forEach((name) => (this.part(name).textContent = say(name)));
    this.part("grid").setAttribute("aria-label", say("title"));
    this.part("sort").textContent = say("sort");
    this.#playing(this.playing ?? false);
    this.root.dataset.run = this.head.run;
    this.fit();
  }

  dress() {
    this.palette = palette(this.root);
    this.tiles.forEach((tile) => tile.dress(this.palette, this.head));
    this.fit();
    this.#schedule();
  }

  fit() {
    const { width } = this.root.getBoundingClientRect(),
      { length } = this.tiles;
    if (!width || !length) return;
    const full = this.root.matches(":fullscreen");
    const columns = full ? this.#widest(length) : Math.min(length, width >= (length > 8 ? 720 : 560) ? 8 : 4);
    this.root.style.setProperty("--columns", String(columns));
    this.root.style.setProperty("--tile", `${Math.floor(tile(columns, length))}px`);
    this.part("large").textContent = this.reader.say(full ? "small" : "large");
    this.part("large").hidden = !this.root.requestFullscreen;
    this.tiles.forEach((tile) => tile.fit());
    this.#schedule();
  }

  /** Draws at once, because a resized canvas is empty. */
  #resize() {
    this.fit();
    if (this.palette && this.head) this.#draw();
  }

  /**
   * The number of columns that makes the tiles as large as possible.
   * @param {number} count
   */
  #widest(count) {
    const sizes = Array.from({ length: count }, (_, i) => tile(i + 1, count));
    return 1 + sizes.indexOf(Math.max(...sizes));
  }

  /** @param {number} member */
  #pick(member) {
    this.call("pick", { run: this.head.run, member });
  }

  // The moment

  /** @param {Moment} moment */
  #meet(moment) {
    this.moment = moment;
    if (this.head?.run === moment.run) this.#aim();
  }

  /**
   * Plays from the present moment, or from the start, to the end.
   * @param {boolean} on
   */
  play(on) {
    if (on && this.u >= this.reel.last) this.u = 0;
    if (!on) this.u = this.to = Math.floor(this.u);
    this.#playing(on);
    this.clock = performance.now();
    this.#schedule();
  }

  /** @param {boolean} on */
  #playing(on) {
    this.playing = on;
    this.part("play").textContent = this.reader.say(on ? "pause" : "play");
    this.part("play").setAttribute("aria-pressed", on);
  }

  /** Follows the player: smoothly while it plays, else at the latest recorded moment. */
  #aim() {
    this.#playing(false);
    const { step, playing } = /** @type {Moment} */ (this.moment),
      place = this.reel.place(step);
    this.to = playing && !this.still.matches ? place : Math.floor(place);
    if (!playing || this.still.matches) this.u = this.to;
    this.#schedule();
  }

  #schedule() {
    this.request ||= requestAnimationFrame((now) => this.#tick(now));
  }

  /** @param {number} now */
  #tick(now) {
    this.request = 0;
    if (!this.root.isConnected || !this.palette) return;
    if (this.playing) this.#advance(now);
    else this.u += (this.to - this.u) * CATCH_UP;
    if (Math.abs(this.to - this.u) < 0.01) this.u = this.to;
    this.#draw();
    if (this.u !== this.to) this.#schedule();
  }

  /** @param {number} now */
  #advance(now) {
    const { last } = this.reel;
    this.u = Math.min(last, this.u + (last * Math.max(0, now - this.clock)) / WHOLE);
    this.clock = now;
    this.to = last;
    if (this.u >= last) this.#playing(false);
  }

  #draw() {
    const { reel, u, head, reader } = this;
    if (reel.last < 0) {
      this.part("when").textContent = reader.say("waiting");
      return;
    }
    const i = Math.max(0, Math.min(reel.last, Math.floor(u))),
      j = Math.min(reel.last, i + 1);
    const t = this.still.matches ? 0 : u - i;
    const told = this.tiles.map((tile, k) => tile.draw(reel.at(i, k, head), reel.at(j, k, head), t));
    this.tiles.forEach((tile, k) => tile.say(told[k], k === head.shown, reader));
    if (this.now !== reel.steps[i] || this.counted !== reel.steps.length) this.#count(told, reel.steps[i]);
    this.counted = reel.steps.length;
  }

  /**
   * @param {Told[]} told
   * @param {number} step
   */
  #count(told, step) {
    const {
      head,
      reader: { say },
    } = this;
    this.now = step;
    const n = told.filter(({ m }) => m >= head.whole).length;
    this.root.dataset.step = String(step);
    this.part("when").textContent = say("step", { step: thin(step, say) });
    const facts = { n, all: told.length, of: head.of, whole: head.whole };
    this.part("count").textContent = say(head.modes ? "count" : "count_cells", facts);
    this.part("tally").replaceChildren(...this.#tally(told));
    if (this.sorted) this.#order();
  }

  /**
   * In how many of the seeds there is each verdict.
   * @param {Told[]} told
   */
  #tally(told) {
    const { say } = this.reader,
      counts = this.head.verdicts.map((key) => ({ key, n: told.filter(({ verdict }) => verdict === key).length }));
    return counts
      .filter(({ n }) => n)
      .map(({ key, n }, i) => {
        const part = document.createElement("span");
        part.dataset.verdict = key;
        part.textContent = say(i ? "tally_more" : "tally_first", { n, all: told.length, verdict: say(key) });
        return part;
      });
  }

  // Best first

  /** @param {boolean} on */
  #sort(on) {
    this.sorted = on;
    this.part("sort").setAttribute("aria-pressed", on);
    this.#order();
  }

  /** Sorts the tiles; each moves to its new position. */
  #order() {
    const before = this.tiles.map(({ element }) => element.getBoundingClientRect());
    const ranked = this.sorted ? [...this.tiles].sort((a, b) => b.rank - a.rank || a.i - b.i) : this.tiles;
    const grid = this.part("grid"),
      held = this.root.getRootNode().activeElement;
    if (ranked.some(({ element }, k) => grid.children[k] !== element))
      grid.append(...ranked.map(({ element }) => element));
    held?.focus?.({ preventScroll: true });
    if (this.still.matches) return;
    this.tiles.forEach(({ element }, k) => {
      const after = element.getBoundingClientRect(),
        [x, y] = [before[k].x - after.x, before[k].y - after.y];
      if (x || y)
        element.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], {
          duration: 450,
          easing: "ease",
        });
    });
  }
}

export default mounted(Seeds);
