// @ts-check
// What the viewer has of one run: the known steps, the frames that came, and which are still missing.

const KEPT = 48; // decoded frames
const ASKED = 48; // frames in one wish
const PATIENCE = 3000; // ms before a wish counts as lost
const TRIES = 3;

/**
 * @template [H=any] what the newest message's JSON says of it
 */
export class Film {
  /** @type {string} */
  run;
  /** @type {number} */
  member;
  /** @type {H} */
  head;
  /** @type {(blob: Uint8Array) => any} */
  decode;
  /** @type {Map<number, Uint8Array<ArrayBuffer>>} */
  blobs;
  /** @type {Map<number, any>} */
  decoded;
  /** @type {Record<string, Verdict>} */
  verdicts;
  /** @type {number[]} */
  known;
  /** @type {number[]} */
  verdictSteps;
  /** @type {(Wish & { at: number }) | null} */
  wish;
  /** @type {Map<string, number>} */
  tries;
  /** @type {Float32Array} */
  real;

  /** `decode(blob)` makes a frame of its bytes. */
  constructor(head, decode) {
    Object.assign(this, {
      decode,
      run: head.run,
      member: head.member,
      blobs: new Map(),
      decoded: new Map(),
      verdicts: {},
    });
    Object.assign(this, { known: [], verdictSteps: [], wish: null, tries: new Map() });
  }

  is = (head) => head.run === this.run && head.member === this.member;
  has = (head, step) => this.is(head) && this.blobs.has(step);

  /** Takes what a message brings: {head, real, blobs}. */
  merge(/** @type {any} */ { head, real, blobs }) {
    Object.assign(this, { head, real });
    blobs.forEach((blob, step) => this.blobs.set(step, blob));
    this.known = head.known.length ? head.known : [...this.blobs.keys()].sort((a, b) => a - b);
    Object.assign(this.verdicts, head.verdicts);
    this.verdictSteps = Object.keys(this.verdicts)
      .map(Number)
      .sort((a, b) => a - b);
    this.answered(head.frames);
  }

  /** Frames [step, length] have come: if one of them was wished, the wish is granted. */
  answered(frames) {
    const { from, to } = this.wish ?? { from: 1, to: 0 };
    if (frames.some(([step]) => from <= step && step <= to)) this.wish = null;
  }

  get last() {
    return this.known.length - 1;
  }

  holds = (index) => this.blobs.has(this.known[index]);

  /** Nearest index at or before (at or after) `index` whose frame is here, or -1. */
  before(index) {
    while (index >= 0 && !this.holds(index)) index--;
    return index;
  }

  after(index) {
    while (index <= this.last && !this.holds(index)) index++;
    return index <= this.last ? index : -1;
  }

  /** The index of the latest known step that is not after `step`. */
  index(step) {
    const later = this.known.findIndex((known) => known > step);
    return later < 0 ? this.last : Math.max(0, later - 1);
  }

  frame(index) {
    const step = this.known[index];
    const found = this.decoded.get(step) ?? this.decode(/** @type {Uint8Array} */ (this.blobs.get(step)));
    this.decoded.delete(step);
    this.decoded.set(step, found);
    if (this.decoded.size > KEPT) this.decoded.delete([...this.decoded.keys()][0]);
    return found;
  }

  verdict(step) {
    const at = this.verdictSteps.filter((known) => known <= step).at(-1);
    return at === undefined ? null : (this.verdicts[at] ?? null);
  }

  /** What to ask the server for so that every `stride`-th frame from `index` on is here, or null. */
  missing(index, ahead, stride) {
    const end = Math.min(this.last, index + ahead);
    for (let i = index, run = 0; i <= end; i++) {
      run = this.holds(i) ? 0 : run + 1;
      if (run >= stride || (run && i === this.last)) return this.#range(i - run + 1, ahead, stride);
    }
    return null;
  }

  /** What to ask for to show one frame, with its neighbours. */
  around(index) {
    const [first, last] = [Math.max(0, index - 8), Math.min(this.last, index + 8)];
    return { run: this.run, member: this.member, from: this.known[first], to: this.known[last], n: last - first + 1 };
  }

  #range(first, ahead, stride) {
    const last = Math.min(this.last, first + Math.max(ahead, 1) - 1);
    const n = Math.min(ASKED, Math.ceil((last - first + 1) / stride));
    return { run: this.run, member: this.member, from: this.known[first], to: this.known[last], n };
  }

  /** The wish to send now: one at a time; one that got lost is repeated with one frame more, so that it differs. */
  ask(wish, now) {
    if (!wish || (this.wish && now - this.wish.at < PATIENCE)) return null;
    const name = `${wish.from} ${wish.to}`;
    const tries = this.tries.get(name) ?? 0;
    if (tries >= TRIES) return null;
    this.tries.set(name, tries + 1);
    this.wish = { ...wish, at: now };
    return { ...wish, n: wish.n + tries };
  }
}
