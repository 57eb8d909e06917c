// @ts-check
// Numbers as the boards show them: lamps, bars, directions, words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { runs } from "../../ganlab/ui/players/latent/web/reel.js";
import { columns, covered } from "../../ganlab/ui/players/player/web/board.js";
import { count } from "../../ganlab/ui/players/player/web/histogram.js";
import { short } from "../../ganlab/ui/players/player/web/pipeline.js";
import { places } from "../../ganlab/ui/players/player/web/places.js";
import { better, signed } from "../../ganlab/ui/players/player/web/versus.js";
import { fill, pieces, reader, thin } from "../../ganlab/ui/players/player/web/words.js";
import { scales } from "../../ganlab/ui/players/slow_motion/web/scene.js";

const near = (/** @type {number} */ one, /** @type {number} */ other, within = 1e-6) =>
  assert.ok(Math.abs(one - other) <= within, `${one}, not ${other}`);

// Lamps and bars

test("a mode is covered from 1 % of all points on, a cell from a quarter of its due on", () => {
  assert.deepEqual(covered([0.5, 0.01, 0.009, NaN], true), [2, 4]);
  assert.deepEqual(covered([0.5, 0.0625, 0.06, NaN], false), [2, 4]);
});

test("more than ten modes stand in rows that are as full as possible", () => {
  assert.deepEqual(
    [8, 10, 13, 25, 26, 27].map((n) => columns(n, true)),
    [8, 10, 13, 13, 13, 9],
  );
  assert.equal(columns(32, false), 16);
});

test("lamps stand as the modes lie, from the top of the plane down; modes that lie anywhere stand in a row", () => {
  const grid = [-1, 0, 1].flatMap((x) => [-1, 0, 1].map((y) => /** @type {Point} */ ([x, y])));
  assert.deepEqual(places(grid)?.at.slice(0, 4), [
    { column: 1, row: 3 },
    { column: 1, row: 2 },
    { column: 1, row: 1 },
    { column: 2, row: 3 },
  ]);
  const round = (/** @type {number} */ i) =>
    /** @type {Point} */ ([2 * Math.cos((Math.PI * i) / 4), 2 * Math.sin((Math.PI * i) / 4)]);
  const ring = places(Array.from({ length: 8 }, (_, i) => round(i)));
  assert.equal(ring?.columns, 5);
  assert.deepEqual(ring?.at.slice(0, 3), [
    { column: 5, row: 3 },
    { column: 4, row: 2 },
    { column: 3, row: 1 },
  ]);
  assert.equal(places(Array.from({ length: 8 }, (_, i) => /** @type {Point} */ ([i, i * i]))), null);
  assert.equal(places(null), null);
});

test("only digits that are owed count", () => {
  assert.deepEqual(count([0.5, 0.5, 0.005, 0], [0.4, 0, 0.4, 0.2]), [1, 3]);
  assert.deepEqual(count([], [0.5, 0.5]), [0, 2]);
});

test("stretches of one class that are sure", () => {
  const found = runs([1, 1, 2, 2, -1, 2, 2], [1, 0.9, 0.2, 1, 1, 1, 1]);
  assert.deepEqual(
    found.map(({ label, from, to }) => [label, from, to]),
    [
      [1, 0, 2],
      [2, 3, 4],
      [2, 5, 7],
    ],
  );
});

test("of two runs the better one is known where a number has a direction", () => {
  assert.deepEqual(
    [better("fid", -1), better("fid", 1), better("recall", 1), better("diversity", 1)],
    [true, false, true, ""],
  );
  assert.equal(better("fid", 0), "");
  const write = (/** @type {number} */ x) => x.toFixed(1);
  assert.deepEqual([signed(1.25, write), signed(-2, write), signed(NaN, write)], ["+1.3", "−2.0", "–"]);
});

test("a point's area grows with its cost, within bounds", () => {
  const of = scales([1, 4, 1, 2]);
  near(of(1), Math.sqrt(2));
  near(of(3), 1);
  assert.equal(scales([0, 100, 0, 0, 0, 0, 0, 0, 0, 0])(1), 2.6);
  assert.equal(scales([0, 2])(0), 0.45);
  assert.equal(scales(undefined)(7), 1);
  near(scales([-1, 1, null])(0), 0.45);
});

// Words

test("numbers in the reader's way", () => {
  const { say, number, percent } = reader({ decimal: ",", hello: "Hallo {name}, {rest}" });
  assert.deepEqual([number(1.235, 2), number(NaN), percent(0.125, 1)], ["1,24", "–", "12,5\u202f%"]);
  assert.deepEqual([say("hello", { name: "G" }), say("unknown")], ["Hallo G, {rest}", "unknown"]);
  assert.deepEqual([thin(999, say), thin(1234, say), thin(12345, say)], ["999", "1234", "12\u202f345"]);
  const english = reader({ decimal: "." });
  assert.deepEqual([thin(1234, english.say), thin(1234567, english.say)], ["1\u202f234", "1\u202f234\u202f567"]);
  assert.equal(fill("{a} {b}", { a: 0 }), "0 {b}");
});

test("a template falls into words and names", () => {
  assert.deepEqual(pieces("a {b}{c} d"), ["a ", { name: "b" }, { name: "c" }, " d"]);
});

test("very small and very large norms are written with a power of ten", () => {
  const write = (/** @type {number} */ x, /** @type {number} */ digits) => x.toFixed(digits);
  assert.deepEqual(
    [0, 0.5, 12, 5e-7, 2e12].map((x) => short(x, write)),
    ["0.000", "0.500", "12.00", "5·10⁻⁷", "2·10¹²"],
  );
});
