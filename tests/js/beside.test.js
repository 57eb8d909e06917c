// @ts-check
// Two runs of different kinds in one player: one time for both, paths in the place of a lattice, what is compared.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Board } from "../../ganlab/ui/players/player/web/board.js";
import { net } from "../../ganlab/ui/players/player/web/net.js";
import { Reels } from "../../ganlab/ui/players/player/web/reels.js";
import { reader } from "../../ganlab/ui/players/player/web/words.js";
import { element, pen } from "./page.js";

/**
 * @param {string} run
 * @param {number[]} known
 * @param {any} [more]
 */
const part = (run, known, more = {}) => ({
  head: { run, member: 0, known, frames: [], verdicts: {}, ...more },
  real: null,
  blobs: new Map(),
});

test("a run whose steps take longer has fewer of them at each moment", () => {
  const parts = [part("gan", [0, 2, 4], { scale: 3 }), part("flow", [0, 6, 10, 12])];
  const head = { runs: parts.map((one) => one.head) };
  const made = new Reels(head, () => (blob) => blob);
  made.merge({ head, parts });
  assert.deepEqual(made.known, [0, 6, 10, 12]);
  assert.deepEqual(made.places, [
    [0, 0],
    [1, 1],
    [1, 2],
    [2, 3],
  ]);
});

test("paths are not joined to each other", () => {
  const points = Float32Array.from([0, 0, 1, 0, 0, 1, 1, 1]);
  const how = { rows: 2, columns: 2, unit: 1, ink: "#000", extent: 2, shaded: false };
  const drawn = [false, true].map((apart) => {
    const { context, named } = pen();
    net(context, points, { ...how, apart, x: (x) => 100 * x, y: (y) => 100 * y });
    return named("stroke").flatMap(([, path]) => path.calls.filter((/** @type {any[]} */ [name]) => name === "lineTo"));
  });
  assert.deepEqual(
    drawn.map((lines) => lines.length),
    [4, 2],
  );
});

test("the divergence and the time are said where kinds are compared, and nowhere else", () => {
  for (const pace of [undefined, 0.5]) {
    /** @type {Record<string, any>} */
    const parts = {};
    const root = element({ querySelector: (/** @type {string} */ name) => (parts[name] ??= element()) });
    const board = new Board(root);
    const head = /** @type {any} */ ({
      modes: [[0, 0]],
      threshold: 0,
      js_floor: { 2500: 0.01 },
      valid_ceiling: 1,
      pace,
    });
    board.label(reader({ decimal: ".", compared: "{js} {floor} {time}" }), head);
    const frame = { scalars: { js: 0.25, valid: 1, mode_tv: 0 }, shares: Float32Array.of(1), step: 7 };
    board.show(/** @type {any} */ (frame), null, () => {});
    const more = parts['[data-part="more"]'];
    assert.equal(more.hidden, pace === undefined);
    if (pace) assert.equal(more.textContent, "0.250 0.010 3.5");
  }
});
