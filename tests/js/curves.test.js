// @ts-check
// The picture of data on a line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { curves, cutCurves, rangeOf, spread } from "../../ganlab/ui/players/player/web/curves.js";
import { decode, parse } from "../../ganlab/ui/players/player/web/message.js";
import { agrees, bytes } from "./fixture.js";
import { pen } from "./page.js";

const ALL = { real: true, fake: true, field: true, arrows: true, grid: true, modes: false };
const NONE = { real: false, fake: false, field: false, arrows: false, grid: false, modes: false };
const palette = /** @type {Palette} */ (
  /** @type {unknown} */ ({ real: "real", generated: "made", d: "d", ink: "ink", muted: "muted", gradient: "push" })
);
const head = /** @type {PlaneHead} */ (
  /** @type {unknown} */ ({
    extent: 2,
    modes: [[1, 0]],
    std: 0.25,
    line: { p: [0, 1, 1, 0], scale: [0, 1] },
    noise: { extent: 2, axis: [-1, 0, 1], points: new Float32Array() },
  })
);
const seen = {
  numbers: Float32Array.of(0.5, 0.5, 0.5, 0.5, 0, 1, 0.5, 0, NaN, 0.5, 0.25, 1),
  grid: Float32Array.of(-2, 0, 0, 0, 2, 0),
  rows: 1,
  columns: 3,
  fake: Float32Array.of(0, 0),
  arrows: Float32Array.of(9, 0),
};

/**
 * What is stroked, by the colour: the points of its path.
 * @param {Layers} layers
 * @param {Partial<PlaneHead>} [facts]
 */
function drawn(layers, facts = {}) {
  const { context, calls } = pen();
  curves(context, 400, { head: { ...head, ...facts }, layers, mode: -1, palette }, seen);
  /** @type {Record<string, any[]>} */
  const found = {};
  let colour = "";
  for (const [name, value] of calls) {
    if (name === "=strokeStyle") colour = value;
    if (name === "stroke" && value) found[colour] = [...(found[colour] ?? []), value.calls];
  }
  return { found, calls };
}

test("a frame's curves are those that Python wrote, and a frame of the plane has none", () => {
  const message = parse(bytes("line.bin"), () => false);
  assert.deepEqual(message.head.line, { p: [0, 1, 1, 0], scale: null });
  const blob = /** @type {Uint8Array<ArrayBuffer>} */ (message.blobs.get(24));
  const frame = decode(blob, message.head.extent, 0);
  agrees(frame.curves, "line.curves", { some: false });
  assert.equal(cutCurves(frame.curves).optimal.length, 4);
  const plain = /** @type {Uint8Array<ArrayBuffer>} */ (parse(bytes("plane.bin"), () => false).blobs.get(24));
  assert.equal(decode(plain, 3, 0).curves.length, 0);
});

test("each layer draws its own curve", () => {
  assert.deepEqual(Object.keys(drawn(NONE).found), []);
  assert.deepEqual(Object.keys(drawn({ ...NONE, real: true }).found), ["real"]);
  assert.deepEqual(Object.keys(drawn({ ...NONE, fake: true }).found), ["made"]);
  const { d } = drawn({ ...NONE, field: true }).found;
  assert.equal(d.length, 2); // the optimal D, then D
});

test("a D of one half lies halfway up, and a curve begins where it is known", () => {
  const [optimal, d] = drawn({ ...NONE, field: true }).found.d;
  assert.equal(d.length, 4);
  assert.deepEqual([optimal.length, optimal[0][0]], [3, "moveTo"]);
  const [, , bottom] = drawn({ ...NONE, fake: true }).found.made[0][0];
  const [, , one] = optimal[2];
  assert.ok(Math.abs((one + bottom) / 2 - d[0][2]) < 1e-6);
});

test("lines lead from z to x = G(z), and none without noise", () => {
  const lines = (/** @type {Partial<PlaneHead>} */ facts) =>
    drawn({ ...NONE, grid: true }, facts).calls.filter(([name]) => name === "moveTo").length;
  assert.equal(lines({}) - lines({ noise: undefined }), 3);
});

test("without frames only the data are drawn", () => {
  const { context, named } = pen();
  curves(context, 400, { head, layers: ALL, mode: -1, palette }, null);
  assert.equal(named("stroke").filter(([, path]) => path).length, 1);
});

test("D's axis is that of the loss, or has room for all that D says", () => {
  assert.deepEqual(rangeOf([0, 1], Float32Array.of(7)), [0, 1]);
  const [low, high] = rangeOf(null, Float32Array.of(-3, 1, NaN));
  assert.ok(low < -3 && high > 1);
});

test("at most 33 lines are drawn, the first and the last among them", () => {
  assert.deepEqual(spread(3), [0, 1, 2]);
  const many = spread(64);
  assert.deepEqual([many.length, many[0], many.at(-1)], [33, 0, 63]);
});

test("each missing region is outlined, and nothing without one", () => {
  const outlines = (/** @type {number[][]} */ regions) => {
    const { context, named } = pen();
    curves(context, 400, { head, layers: NONE, mode: -1, palette, regions }, seen);
    return named("strokeRect");
  };
  assert.equal(outlines([]).length, 0);
  const [[, left, , width], [, other]] = outlines([
    [-1, 0, 0, 0],
    [1, 0],
  ]);
  assert.ok(left + width < other && width > 0);
});
