// @ts-check
// One or two runs on digits as one film. Its moments are the epochs of both runs.
import { cut, opened } from "./message.js";
import { Reels } from "./reels.js";

/** @import { Film } from "./film.js" */

/**
 * Decodes a message: {head, parts, strip}; layout: ganlab/ui/players/player/digits.py.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {{ reels: Film[] } | undefined} film what is known
 */
export function parse(bytes, film) {
  const { head, at } = /** @type {{ head: DigitsHead, at: number }} */ (opened(bytes));
  let end = at;
  const parts = head.runs.map((run, k) => {
    const part = cut(bytes, end, run.frames, (step) => film?.reels[k]?.has(run, step) ?? false);
    end = part.at;
    return { head: run, blobs: part.blobs };
  });
  return { head, parts, strip: bytes.slice(end) };
}

/**
 * Decodes a packed frame (ganlab/digits/frame.py). The sheet is set when the browser has decoded it.
 * @param {Uint8Array<ArrayBuffer>} blob
 * @param {() => void} ready
 */
function decode(blob, ready) {
  const { head, at } = opened(blob);
  /** @type {DigitsFrame} */
  const frame = { ...head, diverged: head.outcome === "diverged", sheet: null };
  createImageBitmap(new Blob([blob.subarray(at)], { type: "image/png" })).then((sheet) => {
    frame.sheet = sheet;
    ready();
  });
  return frame;
}

export class Epochs extends Reels {
  /**
   * `ready()` is called when a sheet has been decoded.
   * @param {DigitsHead} head
   * @param {() => void} ready
   */
  constructor(head, ready) {
    super(head, () => (blob) => decode(blob, ready));
  }

  /** @param {Film<DigitsRun>} reel */
  moments = (reel) => reel.head.epochs;

  /** @param {number} index */
  epoch(index) {
    const [reel, place] = this.#first(index);
    return reel ? reel.head.epochs[place] : 0;
  }

  /**
   * @param {number} index
   * @returns {number | ""}
   */
  stepAt(index) {
    const [reel, place] = this.#first(index);
    return reel ? reel.known[place] : "";
  }

  /**
   * The run with the newest frame at a moment, and the index of this frame.
   * @param {number} index
   * @returns {[Film | null, number]}
   */
  #first(index) {
    if (!(index in this.places)) return [null, -1];
    const last = this.places[index].map((place, k) => (place < 0 ? -1 : this.reels[k].head.epochs[place]));
    const k = last.indexOf(Math.max(...last));
    return [this.reels[k], this.places[index][k]];
  }

  /**
   * @param {number} index
   * @param {number} ahead
   * @param {number} stride
   */
  missing(index, ahead, stride) {
    return this.#wish((reel, place) => reel.missing(place, ahead, stride), index);
  }

  /** @param {number} index */
  around(index) {
    return this.#wish((reel, place) => (reel.holds(place) ? null : reel.around(place)), index);
  }

  /**
   * @param {(reel: Film, place: number) => Wish | null} missing
   * @param {number} index
   */
  #wish(missing, index) {
    const wishes = this.reels.map((reel, k) =>
      reel.last < 0 ? null : missing(reel, Math.max(0, this.places[index]?.[k] ?? 0)),
    );
    return wishes.find(Boolean) ?? null;
  }

  /**
   * @param {Wish | null} wish
   * @param {number} now
   */
  ask(wish, now) {
    return this.reels.find((reel) => reel.run === wish?.run)?.ask(wish, now) ?? null;
  }
}
