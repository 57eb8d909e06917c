// @ts-check
// The frames of one run in the browser: known steps, received frames, requests for missing ones.

const KEPT = 48; // decoded frames
const ASKED = 48; // frames in one request
const PATIENCE = 3000; // ms before a request counts as lost
const TRIES = 3;

/**
 * @template [H=any] the head of the newest message
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

  /**
   * `decode(blob)` decodes a frame.
   * @param {{ run: string, member: number }} head
   * @param {(blob: Bytes) => any} [decode]
   */
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

  /** @param {any} head */
  is = (head) => head.run === this.run && head.member === this.member;
  /**
   * @param {any} head
   * @param {number} step
   */
  has = (head, step) => this.is(head) && this.blobs.has(step);

  /** Adds the frames of a message {head, real, blobs}. */
  merge(/** @type {any} */ { head, real, blobs }) {
    Object.assign(this, { head, real });
    blobs.forEach((/** @type {Bytes} */ blob, /** @type {number} */ step) => this.blobs.set(step, blob));
    this.known = head.known.length ? head.known : [...this.blobs.keys()].sort((a, b) => a - b);
    Object.assign(this.verdicts, head.verdicts);
    this.verdictSteps = Object.keys(this.verdicts)
      .map(Number)
      .sort((a, b) => a - b);
    this.answered(head.frames);
  }

  /**
   * Clears the request if one of the received frames [step, length] belongs to it.
   * @param {[step: number, length: number][]} frames
   */
  answered(frames) {
    const { from, to } = this.wish ?? { from: 1, to: 0 };
    if (frames.some(([step]) => from <= step && step <= to)) this.wish = null;
  }

  get last() {
    return this.known.length - 1;
  }

  /** @param {number} index */
  holds = (index) => this.blobs.has(this.known[index]);

  /**
   * The nearest index at or before (at or after) `index` with a frame, or -1.
   * @param {number} index
   */
  before(index) {
    while (index >= 0 && !this.holds(index)) index--;
    return index;
  }

  /** @param {number} index */
  after(index) {
    while (index <= this.last && !this.holds(index)) index++;
    return index <= this.last ? index : -1;
  }

  /**
   * The index of the latest known step that is not after `step`.
   * @param {number} step
   */
  index(step) {
    const later = this.known.findIndex((known) => known > step);
    return later < 0 ? this.last : Math.max(0, later - 1);
  }

  /** @param {number} index */
  frame(index) {
    const step = this.known[index];
    const found = this.decoded.get(step) ?? this.decode(/** @type {Uint8Array} */ (this.blobs.get(step)));
    this.decoded.delete(step);
    this.decoded.set(step, found);
    if (this.decoded.size > KEPT) this.decoded.delete([...this.decoded.keys()][0]);
    return found;
  }

  /** @param {number} step */
  verdict(step) {
    const at = this.verdictSteps.filter((known) => known <= step).at(-1);
    return at === undefined ? null : (this.verdicts[at] ?? null);
  }

  /**
   * The request for every `stride`-th missing frame from `index` on, or null.
   * @param {number} index
   * @param {number} ahead
   * @param {number} stride
   */
  missing(index, ahead, stride) {
    const end = Math.min(this.last, index + ahead);
    for (let i = index, run = 0; i <= end; i++) {
      run = this.holds(i) ? 0 : run + 1;
      if (run >= stride || (run && i === this.last)) return this.#range(i - run + 1, ahead, stride);
    }
    return null;
  }

  /**
   * The request for one frame and its neighbours.
   * @param {number} index
   * @returns {Wish | null}
   */
  around(index) {
    const [first, last] = [Math.max(0, index - 8), Math.min(this.last, index + 8)];
    return { run: this.run, member: this.member, from: this.known[first], to: this.known[last], n: last - first + 1 };
  }

  /**
   * @param {number} first
   * @param {number} ahead
   * @param {number} stride
   */
  #range(first, ahead, stride) {
    const last = Math.min(this.last, first + Math.max(ahead, 1) - 1);
    const n = Math.min(ASKED, Math.ceil((last - first + 1) / stride));
    return { run: this.run, member: this.member, from: this.known[first], to: this.known[last], n };
  }

  /**
   * The request to send now, or null. Only one is open at a time; a repeated one asks for one more frame, to differ.
   * @param {Wish | null} wish
   * @param {number} now
   */
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
