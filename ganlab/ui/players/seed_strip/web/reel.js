// @ts-check
// The received steps of a run, with a record of every member; layout: ganlab/ui/players/seed_strip/__init__.py.

const POINTS = 128,
  MODES = 32,
  LENGTH = 8 + MODES + 2 * POINTS;

export class Reel {
  /** @type {number[]} */
  steps = [];
  /** @type {Map<number, Uint8Array>} the records of all members, by step */
  records = new Map();

  get last() {
    return this.steps.length - 1;
  }

  /** Adds the records of a message; they begin at `at`. */
  merge(/** @type {SeedsHead} */ { steps, members }, /** @type {Uint8Array} */ data, /** @type {number} */ at) {
    steps.forEach((step, k) => {
      if (!this.records.has(step))
        this.records.set(step, data.slice(at + k * members * LENGTH, at + (k + 1) * members * LENGTH));
    });
    this.steps = [...this.records.keys()].sort((a, b) => a - b);
  }

  /** The position of a step: its index, or between two indices linearly in log step. */
  place(/** @type {number} */ step) {
    const later = this.steps.findIndex((known) => known > step);
    if (later < 0) return this.last;
    if (later === 0) return 0;
    const [a, b, x] = [this.steps[later - 1], this.steps[later], step].map((s) => Math.log1p(s));
    return later - 1 + (x - a) / (b - a);
  }

  /**
   * A member at a moment: its modes, verdict and points x, y, x, y …
   * @param {number} index
   * @param {number} member
   * @param {SeedsHead} head
   * @returns {Member}
   */
  at(index, member, { of, extent, verdicts }) {
    const record = /** @type {Uint8Array} */ (this.records.get(this.steps[index])).subarray(
      member * LENGTH,
      (member + 1) * LENGTH,
    );
    const lit = new DataView(record.buffer, record.byteOffset).getUint32(0, true);
    const modes = Array.from({ length: of }, (_, i) => ({ lit: !!((lit >>> i) & 1), fill: record[8 + i] / 255 }));
    const points = Float32Array.from(record.subarray(8 + MODES), (q) => (q ? ((q - 1) / 127 - 1) * extent : NaN));
    return { modes, verdict: verdicts[record[4]], points };
  }
}
