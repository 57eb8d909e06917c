// @ts-check
// One or two runs as one film. Its moments are those of all runs; at each moment every run shows its latest frame.
import { Film } from "./film.js";

export class Reels extends Film {
  /** @type {Film[]} */
  reels;
  /** @type {number[][]} */
  places;

  /**
   * `decoder(head)` returns the decoder of a run's frames.
   * @param {any} head
   * @param {(run: any) => (blob: Bytes) => any} decoder
   */
  constructor(head, decoder) {
    super({ run: head.run ?? head.runs.map((/** @type {FilmHead} */ { run }) => run).join(" "), member: 0 });
    this.reels = head.runs.map((/** @type {FilmHead} */ run) => new Film(run, decoder(run)));
  }

  /**
   * The moments of a run's frames: their steps, or so many a step as its head says.
   * @param {Film} reel
   */
  moments = (reel) => (reel.head.scale ? reel.known.map((step) => step * reel.head.scale) : reel.known);

  /** @param {any} head */
  is = (head) => head.runs.length === this.reels.length && this.reels.every((reel, k) => reel.is(head.runs[k]));

  /** Adds the frames of a message; parts: those of each run. */
  merge(/** @type {any} */ { head, parts }) {
    this.head = head;
    this.reels.forEach((reel, k) => reel.merge(parts[k]));
    this.answered(head.runs.flatMap((/** @type {FilmHead} */ { frames }) => frames));
    Object.assign(this, this.reels.length === 1 ? alone(this.reels[0]) : together(this.reels, this.moments));
  }

  get size() {
    return this.reels.reduce((sum, reel) => sum + reel.blobs.size, 0);
  }

  /** @param {number} index */
  holds = (index) =>
    index in this.places &&
    this.reels.every((reel, k) => this.places[index][k] < 0 || reel.holds(this.places[index][k]));

  /**
   * The runs' frames at a moment; null for a run without one.
   * @param {number} index
   */
  frame = (index) =>
    this.reels.map((reel, k) => (this.places[index][k] < 0 ? null : reel.frame(this.places[index][k])));

  /**
   * The newest verdict of each run at a moment, or null.
   * @param {number} index
   */
  judgements = (index) =>
    this.reels.map((reel, k) =>
      index < 0 || this.places[index][k] < 0 ? null : reel.verdict(reel.known[this.places[index][k]]),
    );
}

/** @param {Film} reel */
const alone = (reel) => ({ known: reel.known, places: reel.known.map((_, i) => [i]) });

/**
 * @param {Film[]} reels
 * @param {(reel: Film) => number[]} moments
 */
function together(reels, moments) {
  const times = reels.map(moments);
  const known = [...new Set(times.flat())].sort((a, b) => a - b);
  const latest = reels.map(() => -1);
  const places = known.map((time) =>
    times.map((own, k) => {
      while (own[latest[k] + 1] <= time) latest[k]++;
      return latest[k];
    }),
  );
  return { known, places };
}
