// @ts-check
// What a browser has of a run: its steps, its frames, what it asks for; and two runs as one film.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Epochs } from "../../ganlab/ui/players/player/web/epochs.js";
import { Film } from "../../ganlab/ui/players/player/web/film.js";
import { Reels } from "../../ganlab/ui/players/player/web/reels.js";
import { Reel } from "../../ganlab/ui/players/seed_strip/web/reel.js";

const byte = (/** @type {number} */ step) => new Uint8Array([step]);

/**
 * What a message brings of a run.
 * @param {number[]} known
 * @param {number[]} came
 * @param {any} [more]
 */
function part(known, came, { run = "r", verdicts = {}, live = false, epochs = known } = {}) {
  const head = { run, member: 0, known, frames: came.map((step) => [step, 1]), verdicts, live, target: 9, epochs };
  return { head, real: null, blobs: new Map(came.map((step) => [step, byte(step)])) };
}

/**
 * @param {number[]} known
 * @param {number[]} came
 * @param {any} [more]
 */
function film(known, came, more = {}) {
  const message = part(known, came, more);
  const made = new Film(message.head, (blob) => ({ step: blob[0] }));
  made.merge(message);
  return made;
}

test("a film finds the nearest frame that is here, on either side", () => {
  const made = film([0, 2, 4, 6, 8], [2, 6]);
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => made.before(i)),
    [-1, 1, 1, 3, 3],
  );
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => made.after(i)),
    [1, 1, 3, 3, -1],
  );
  assert.deepEqual([made.holds(0), made.holds(1), made.last], [false, true, 4]);
});

test("a step's index is that of the latest known step not after it", () => {
  const made = film([0, 2, 4], []);
  assert.deepEqual(
    [-1, 0, 1, 2, 3, 4, 99].map((step) => made.index(step)),
    [0, 0, 0, 1, 1, 2, 2],
  );
});

test("later messages add frames, and keep those that are here", () => {
  const made = film([0, 2], [0]);
  made.merge(part([0, 2, 4], [4]));
  assert.deepEqual(
    [made.known, [...made.blobs.keys()]],
    [
      [0, 2, 4],
      [0, 4],
    ],
  );
  assert.ok(made.has({ run: "r", member: 0 }, 4));
  assert.ok(!made.has({ run: "r", member: 1 }, 4));
});

test("a message that knows no steps names them by its frames, in order", () => {
  assert.deepEqual(film([], [7, 3]).known, [3, 7]);
});

test("a verdict stands until the next one", () => {
  const made = film([0, 5, 10], [], { verdicts: { 5: "early", 10: "late" } });
  assert.deepEqual(
    [0, 5, 7, 10, 12].map((step) => made.verdict(step)),
    [null, "early", "early", "late", "late"],
  );
});

test("a decoded frame is decoded once, and 48 of them are kept", () => {
  const steps = Array.from({ length: 60 }, (_, i) => i);
  const made = film(steps, steps);
  const first = made.frame(0);
  assert.equal(made.frame(0), first);
  steps.forEach((i) => made.frame(i));
  assert.equal(made.decoded.size, 48);
  assert.ok(!made.decoded.has(0) && made.decoded.has(59));
});

test("while it plays a film asks for the first gap ahead, in steps of its stride", () => {
  const made = film([0, 1, 2, 3, 4, 5, 6, 7], [0, 1]);
  assert.deepEqual(made.missing(0, 4, 1), { run: "r", member: 0, from: 2, to: 5, n: 4 });
  assert.deepEqual(made.missing(0, 4, 2), { run: "r", member: 0, from: 2, to: 5, n: 2 });
  assert.equal(made.missing(0, 1, 1), null);
  assert.equal(made.missing(0, 3, 2)?.from, 2);
  assert.equal(made.missing(0, 3, 3), null);
  assert.deepEqual(film([0, 1, 2], [0, 1]).missing(0, 9, 5)?.from, 2, "the last frame is asked for at any stride");
});

test("a scrubbed film asks for the frame and its neighbours", () => {
  const known = Array.from({ length: 30 }, (_, i) => 10 * i);
  assert.deepEqual(film(known, []).around(3), { run: "r", member: 0, from: 0, to: 110, n: 12 });
});

test("one wish at a time; a lost one is repeated with one frame more, three times at most", () => {
  const made = film([0, 1], []);
  const wish = made.around(0);
  assert.equal(made.ask(wish, 0)?.n, 2);
  assert.equal(made.ask(wish, 2999), null);
  assert.equal(made.ask(wish, 3000)?.n, 3);
  assert.equal(made.ask(wish, 6000)?.n, 4);
  assert.equal(made.ask(wish, 9000), null);
  assert.equal(made.ask(null, 9000), null);
});

test("a wish is granted as soon as one of its frames came", () => {
  const made = film([0, 1, 20, 21], []);
  made.ask({ run: "r", member: 0, from: 20, to: 21, n: 2 }, 0);
  made.merge(part([0, 1, 20, 21], [1]));
  assert.ok(made.wish);
  made.merge(part([0, 1, 20, 21], [20]));
  assert.equal(made.wish, null);
});

/**
 * Two runs as the head and the parts of a message.
 * @param {any} one
 * @param {any} other
 */
function two(one, other) {
  const parts = [one, other];
  return { head: { run: "", runs: parts.map((each) => each.head) }, parts };
}

/**
 * @param {any} one
 * @param {any} other
 */
function reels(one, other) {
  const message = two(one, other);
  const made = new Reels(message.head, () => (blob) => blob[0]);
  made.merge(message);
  return made;
}

/**
 * @param {any} one
 * @param {any} other
 */
function epochs(one, other) {
  const message = two(one, other);
  const made = new Epochs(/** @type {any} */ (message.head), () => {});
  made.merge(message);
  return made;
}

test("two runs have one time: at each moment the latest frame of both", () => {
  const made = reels(part([0, 4, 8], [0, 4, 8], { run: "a" }), part([4, 6], [4], { run: "b" }));
  assert.deepEqual(made.known, [0, 4, 6, 8]);
  assert.deepEqual(made.places, [
    [0, -1],
    [1, 0],
    [1, 1],
    [2, 1],
  ]);
  assert.deepEqual(made.frame(0), [0, null]);
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => made.holds(i)),
    [true, true, false, false],
  );
  assert.equal(made.size, 4);
});

test("each run has its own judgement at a moment", () => {
  const made = reels(
    part([0, 4], [], { run: "a", verdicts: { 4: "A" } }),
    part([0], [], { run: "b", verdicts: { 0: "B" } }),
  );
  assert.deepEqual(made.judgements(0), [null, "B"]);
  assert.deepEqual(made.judgements(1), ["A", "B"]);
  assert.deepEqual(made.judgements(-1), [null, null]);
});

test("runs on digits share the time of their epochs; the newer frame names the moment", () => {
  const made = epochs(
    part([0, 100], [0], { run: "a", epochs: [0, 1] }),
    part([0, 30], [0, 30], { run: "b", epochs: [0, 0.5] }),
  );
  assert.deepEqual(made.known, [0, 0.5, 1]);
  assert.deepEqual(
    [0, 1, 2].map((i) => [made.epoch(i), made.stepAt(i)]),
    [
      [0, 0],
      [0.5, 30],
      [1, 100],
    ],
  );
  assert.deepEqual([made.epoch(9), made.stepAt(9)], [0, ""]);
  const wish = made.around(2);
  assert.deepEqual([wish?.run, made.ask(wish, 0)?.from], ["a", 0]);
});

test("the seed strip follows a step evenly in its logarithm", () => {
  const reel = new Reel();
  reel.steps = [0, 10, 100];
  assert.deepEqual([reel.place(0), reel.place(10), reel.place(100), reel.place(1000)], [0, 1, 2, 2]);
  assert.ok(Math.abs(reel.place(Math.sqrt(11 * 101) - 1) - 1.5) < 1e-12);
  assert.equal(new Reel().place(5), -1);
});
