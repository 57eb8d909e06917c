// @ts-check
// A run's own page: its parts are unpacked, and its curves stand where the app's charts have them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import { inflated, joined } from "../../ganlab/ui/players/webpage/web/parts.js";
import { scales } from "../../ganlab/ui/players/webpage/web/scales.js";

test("chunks come out as they went in, and a message has a buffer of its own", async () => {
  const chunks = [Uint8Array.of(1, 2, 3), Uint8Array.of(), Uint8Array.of(255)];
  const packed = deflateSync(Buffer.concat(chunks)).toString("base64");
  const found = await inflated(` ${packed}\n`, [3, 0, 1]);
  assert.deepEqual(
    found.map((chunk) => [...chunk]),
    [[1, 2, 3], [], [255]],
  );
  const message = joined([found[2], found[0], found[2]]);
  assert.deepEqual([...message], [255, 1, 2, 3, 255]);
  assert.equal(message.buffer.byteLength, 5);
});

const BOUNDS = [
  { step: 0, y: 0.01 },
  { step: 90, y: 100 },
];

test("steps are linear at first, then logarithmic; epochs are linear", () => {
  const bent = scales(BOUNDS, { across: 200, tall: 100, bend: 10, log: false });
  assert.deepEqual([bent.x(0), bent.x(90)], [0, 200]);
  assert.ok(Math.abs(bent.x(Math.sqrt(10 * 100) - 10) - 100) < 1e-9, "half-way is the geometric mean of step + bend");
  const flat = scales(BOUNDS, { across: 200, tall: 100, bend: 0, log: false });
  assert.equal(flat.x(45), 100);
});

test("y points down, linear or by decades", () => {
  const flat = scales(BOUNDS, { across: 200, tall: 100, bend: 0, log: false });
  assert.deepEqual([flat.y(100), flat.y(0.01)], [0, 100]);
  const decades = scales(BOUNDS, { across: 200, tall: 100, bend: 0, log: true });
  assert.deepEqual([decades.y(100), decades.y(1), decades.y(0.01)], [0, 50, 100]);
});
