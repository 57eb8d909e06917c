// @ts-check
// Two runs as one film, or one: its moments are those of all its runs, and at each of them every run shows its latest frame.
import { Film } from "./film.js";

export class Reels extends Film {
  /** @type {Film[]} */
  reels;
  /** @type {number[][]} */
  places;

  /** `decoder(head)` makes the function that makes a run's frames of their bytes. */
  constructor(head, decoder) {
    super({ run: head.run ?? head.runs.map(({ run }) => run).join(" "), member: 0 });
    this.reels = head.runs.map((run) => new Film(run, decoder(run)));
  }

  /** The moments of a run's frames: their steps, for runs that are compared step by step. */
  moments = (reel) => reel.known;

  is = (head) => head.runs.length === this.reels.length && this.reels.every((reel, k) => reel.is(head.runs[k]));

  /** parts: what came of each run. */
  merge(/** @type {any} */ { head, parts }) {
    this.head = head;
    this.reels.forEach((reel, k) => reel.merge(parts[k]));
    this.answered(head.runs.flatMap(({ frames }) => frames));
    Object.assign(this, this.reels.length === 1 ? alone(this.reels[0]) : together(this.reels, this.moments));
  }

  get size() {
    return this.reels.reduce((sum, reel) => sum + reel.blobs.size, 0);
  }

  holds = (index) =>
    index in this.places &&
    this.reels.every((reel, k) => this.places[index][k] < 0 || reel.holds(this.places[index][k]));

  /** The runs' frames at a moment, null for a run that has none yet. */
  frame = (index) =>
    this.reels.map((reel, k) => (this.places[index][k] < 0 ? null : reel.frame(this.places[index][k])));

  /** Each run's newest judgement at a moment, or null. */
  judgements = (index) =>
    this.reels.map((reel, k) =>
      index < 0 || this.places[index][k] < 0 ? null : reel.verdict(reel.known[this.places[index][k]]),
    );
}

const alone = (reel) => ({ known: reel.known, places: reel.known.map((_, i) => [i]) });

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
