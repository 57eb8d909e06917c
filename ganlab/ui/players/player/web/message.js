// @ts-check
// Decoding of messages. ganlab/ui/component.py and ganlab/ui/players/player/__init__.py describe the message, ganlab/plane/frame.py a frame.

const SCALARS = [
  "d_loss",
  "g_loss",
  "penalty",
  "d_grad",
  "g_grad",
  "d_accuracy",
  "fools",
  "modes_covered",
  "modes_hit",
  "cells_covered",
  "valid",
  "mode_tv",
  "reverse_kl",
  "js",
  "died",
  "judged",
];
const POINTS = 512;
/** Points that frames judge which do not say it. */
const JUDGED = 2500;
/** The number of generated points behind a frame's numbers. */
export const judgedBy = (/** @type {Pick<PlaneFrame, "scalars">} */ frame) => frame.scalars.judged ?? JUDGED;
/** The numbers of a frame, in order; a run that is no GAN names its own. */
export const named = (/** @type {Partial<PlaneHead>} */ head) => head.scalars ?? SCALARS;
/** Whether there is a D. */
export const judges = (/** @type {Partial<PlaneHead>} */ head) => named(head).includes("d_accuracy");
const NOT_FINITE = -32768;

/**
 * A message's JSON, and the offset of its parts.
 * @param {Uint8Array} bytes
 */
export function opened(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return { head: JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size))), at: 4 + size };
}

/**
 * Copies of the consecutive frames from `at` on that are not known yet, and their end.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} at
 * @param {[step: number, length: number][]} frames
 * @param {(step: number) => boolean} has whether a frame is known
 */
export function cut(bytes, at, frames, has) {
  /** @type {Map<number, Uint8Array<ArrayBuffer>>} */
  const blobs = new Map();
  for (const [step, length] of frames) {
    if (!has(step)) blobs.set(step, bytes.slice(at, at + length));
    at += length;
  }
  return { blobs, at };
}

/**
 * Decodes a message: its JSON, its real points, and copies of the frames that are not known yet.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {(head: PlaneHead, step: number) => boolean} has whether a frame of the run that the JSON names is known
 * @returns {PlaneMessage}
 */
export function parse(bytes, has) {
  const { head, at } = opened(bytes);
  let end = at;
  const points = (/** @type {number} */ extent) => {
    const part = bytes.slice(end, end + POINTS * 4);
    end += POINTS * 4;
    return positions(new Int16Array(part.buffer), extent);
  };
  const real = points(head.extent);
  if (head.noise) head.noise.points = points(head.noise.extent);
  return { head, real, blobs: cut(bytes, end, head.frames, (step) => has(head, step)).blobs };
}

/**
 * Decodes a packed frame. D's field is relative to the threshold, or to the frame's own zero without one.
 * @param {Uint8Array<ArrayBuffer>} blob a copy: it fills its buffer
 * @param {number} extent
 * @param {number | null} threshold
 * @param {string[]} names of its numbers
 * @returns {PlaneFrame}
 */
export function decode(blob, extent, threshold, names = SCALARS) {
  const view = new DataView(blob.buffer);
  const [points, rows, columns] = [view.getUint16(12, true), view.getUint8(14), view.getUint8(15)];
  const [side, modes, scalars] = [view.getUint8(16), view.getUint8(17), view.getUint16(18, true)];
  const [zero, fieldScale, pushScale, riseScale] = [20, 24, 28, 32].map((at) => view.getFloat32(at, true));
  let at = 40;
  /**
   * @template {{ byteLength: number }} A
   * @param {new (buffer: ArrayBuffer, at: number, length: number) => A} Kind
   * @param {number} length
   */
  const take = (Kind, length) => {
    const part = new Kind(blob.buffer, at, length);
    at += part.byteLength;
    return part;
  };
  const values = take(Float32Array, scalars);
  const drawn = {
    step: view.getUint32(0, true),
    diverged: (view.getUint32(36, true) & 255) === 1,
    scalars: Object.fromEntries(names.map((name, i) => [name, values[i]])),
    shares: take(Float32Array, modes),
    fake: positions(take(Int16Array, 2 * points), extent),
    grid: positions(take(Int16Array, 2 * rows * columns), extent),
    push: arrows(take(Int8Array, 2 * points), pushScale),
    rise: arrows(take(Int8Array, 2 * points), riseScale),
    field: belief(take(Int8Array, side * side), zero - (threshold ?? zero), fieldScale, threshold === null),
    side,
    rows,
    columns,
  };
  return { ...drawn, curves: new Float32Array(blob.buffer, 4 * Math.ceil(at / 4)) };
}

/** @type {(q: Int16Array, extent: number) => Float32Array} */
const positions = (q, extent) => Float32Array.from(q, (v) => (v === NOT_FINITE ? NaN : (v / 32767) * 2 * extent));

/** @type {(q: Int8Array, scale: number) => Float32Array} */
function arrows(q, scale) {
  const out = new Float32Array(q.length);
  for (let i = 0; i < q.length; i += 2) {
    const stretch = (Math.hypot(q[i], q[i + 1]) * scale) / (127 * 127);
    out[i] = q[i] * stretch;
    out[i + 1] = q[i + 1] * stretch;
  }
  return out;
}

/**
 * Shades in [-1, 1]. Full colour is a logit of 4 (98 %). The scale is at least 0.5, so an undecided D has no colour.
 * @type {(q: Int8Array, shift: number, scale: number, relative: boolean) => Float32Array}
 */
function belief(q, shift, scale, relative) {
  const strong = 0.5,
    sure = 4;
  const value = Float32Array.from(q, (v) => ((v * Math.abs(v)) / (127 * 127)) * scale + shift);
  const top = value.reduce((most, v) => Math.max(most, Math.abs(v)), 0) || 1;
  const full = relative ? top : Math.min(Math.max(top, strong), sure);
  return value.map((v) => Math.sign(v) * Math.sqrt(Math.min(1, Math.abs(v) / full)));
}
