// One or two runs on digits as one film. One run's moments are its frames; two runs' moments are all their epochs, and at
// each of them either run shows its latest frame.
import { Film } from "./film.js";
import { cut, opened } from "./message.js";

/** {head, blobs: one map a run, strip}; layout: ganlab/ui/player/digits.py. */
export function parse(bytes, film) {
  const { head, at } = opened(bytes);
  let end = at;
  const blobs = head.runs.map((run, k) => {
    const part = cut(bytes, end, run.frames, (step) => film?.reels[k]?.has(run, step));
    end = part.at;
    return part.blobs;
  });
  return { head, blobs, strip: bytes.slice(end) };
}

/** One packed frame (ganlab/digits_frame.py): its numbers, and its sheet as soon as the browser has unpacked it. */
function decode(blob, ready) {
  const { head, at } = opened(blob);
  const frame = { ...head, diverged: head.outcome === "diverged", sheet: null };
  createImageBitmap(new Blob([blob.subarray(at)], { type: "image/png" })).then((sheet) => {
    frame.sheet = sheet;
    ready();
  });
  return frame;
}

export class Reels extends Film {
  /** `ready()` is called whenever a sheet has been unpacked. */
  constructor(head, ready) {
    super({ run: head.runs.map(({ run }) => run).join(" "), member: 0 });
    this.reels = head.runs.map((run) => new Film(run, (blob) => decode(blob, ready)));
  }

  is = (head) => head.runs.length === this.reels.length && this.reels.every((reel, k) => reel.is(head.runs[k]));

  merge({ head, blobs }) {
    this.head = head;
    this.reels.forEach((reel, k) => reel.merge({ head: head.runs[k], blobs: blobs[k] }));
    const { known, places } = this.reels.length === 1 ? alone(this.reels[0]) : together(this.reels);
    Object.assign(this, { known, places });
  }

  get size() {
    return this.reels.reduce((sum, reel) => sum + reel.blobs.size, 0);
  }

  holds = (index) => index in this.places && this.reels.every((reel, k) => this.places[index][k] < 0 || reel.holds(this.places[index][k]));

  /** The runs' frames at a moment, null for a run that has none yet. */
  frame = (index) => this.reels.map((reel, k) => (this.places[index][k] < 0 ? null : reel.frame(this.places[index][k])));

  /** Each run's newest judgement at a moment, or null. */
  judgements = (index) => this.reels.map((reel, k) => (index < 0 || this.places[index][k] < 0 ? null : reel.verdict(reel.known[this.places[index][k]])));

  epoch(index) {
    const [reel, place] = this.#first(index);
    return reel ? reel.head.epochs[place] : 0;
  }

  stepAt(index) {
    const [reel, place] = this.#first(index);
    return reel ? reel.known[place] : "";
  }

  #first(index) {
    if (!(index in this.places)) return [];
    const last = this.places[index].map((place, k) => (place < 0 ? -1 : this.reels[k].head.epochs[place]));
    const k = last.indexOf(Math.max(...last));
    return [this.reels[k], this.places[index][k]];
  }

  missing(index, ahead, stride) {
    return this.#wish((reel, place) => reel.missing(place, ahead, stride), index);
  }

  around(index) {
    return this.#wish((reel, place) => (reel.holds(place) ? null : reel.around(place)), index);
  }

  #wish(missing, index) {
    const wishes = this.reels.map((reel, k) => (reel.last < 0 ? null : missing(reel, Math.max(0, this.places[index]?.[k] ?? 0))));
    return wishes.find(Boolean) ?? null;
  }

  ask(wish, now) {
    return this.reels.find((reel) => reel.run === wish?.run)?.ask(wish, now) ?? null;
  }
}

const alone = (reel) => ({ known: reel.known, places: reel.known.map((_, i) => [i]) });

function together(reels) {
  const known = [...new Set(reels.flatMap((reel) => reel.head.epochs))].sort((a, b) => a - b);
  const latest = reels.map(() => -1);
  const places = known.map((epoch) => reels.map((reel, k) => {
    while (reel.head.epochs[latest[k] + 1] <= epoch) latest[k]++;
    return latest[k];
  }));
  return { known, places };
}
