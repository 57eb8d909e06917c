// @ts-check
// A film in the viewer's own time: which frames are on screen, what playing, scrubbing and following do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Film } from "../../ganlab/ui/players/player/web/film.js";
import { mounted } from "../../ganlab/ui/players/player/web/mount.js";
import { Viewer } from "../../ganlab/ui/players/player/web/viewer.js";
import { clock, element } from "./page.js";

/**
 * A message of `known` steps, all or some of which came.
 * @param {number[]} known
 * @param {any} more
 */
function message(known, { came = known, ...more } = {}) {
  const head = {
    run: "r",
    member: 0,
    known,
    frames: came.map((/** @type {number} */ step) => [step, 1]),
    verdicts: {},
    text: {},
    ...more,
  };
  return {
    head: { live: false, ...head },
    blobs: new Map(came.map((/** @type {number} */ step) => [step, new Uint8Array([step])])),
  };
}

/** @extends {Viewer<Film>} */
class Shown extends Viewer {
  read = (/** @type {any} */ data) => data;
  reel = (/** @type {any} */ head) => new Film(head, (blob) => blob[0]);
}

/**
 * A viewer that got a message, and what it told.
 * @param {number[]} known
 * @param {any} [more]
 */
function viewer(known, more = {}) {
  const made = /** @type {any} */ (new Shown(element({ isConnected: true })));
  made.told = [];
  made.tell = (/** @type {any[]} */ ...told) => made.told.push(told);
  made.receive(message(known, more));
  return made;
}

/**
 * Lets time pass at 60 frames a second.
 * @param {any} made
 * @param {number} seconds
 */
function pass(made, seconds) {
  let now = performance.now();
  for (let i = 0; i < seconds * 60; i++) {
    const tick = clock.next;
    clock.next = null;
    made.request = 0;
    now += 1000 / 60;
    tick?.(now);
  }
}

test("a change is summed up once, and frames that pass are not", async () => {
  const rested = () => new Promise((done) => setTimeout(done, 700));
  const made = viewer([1, 10, 20]);
  const said = /** @type {string[]} */ ([]);
  const spoken = {
    get textContent() {
      return said.at(-1) ?? "";
    },
    set textContent(words) {
      said.push(words);
    },
  };
  Object.assign(made, { summary: (/** @type {number} */ frame) => `at ${frame}` });
  made.root.querySelector = () => spoken;
  made.scrub(1);
  pass(made, 0.1);
  await rested();
  made.moved(); // a layer is switched off: the words are the same
  pass(made, 0.1);
  await rested();
  assert.deepEqual(said, ["at 10"]);
  made.reset();
  made.play();
  pass(made, 3);
  await rested();
  assert.deepEqual(said, ["at 10"], "while it plays");
  made.dispose();
});

test("where the visitor stops the film is told once, and that it goes on", async () => {
  const rested = () => new Promise((done) => setTimeout(done, 700));
  const held = (/** @type {any} */ made) =>
    made.told
      .filter((/** @type {any[]} */ told) => told[0] === "held")
      .map((/** @type {any[]} */ told) => told[1] && [told[1].run, told[1].member, told[1].step]);
  const made = viewer([0, 10, 20], { view: { keeps: true } });
  made.scrub(1);
  made.scrub(0);
  await rested();
  assert.deepEqual(held(made), [["r", 0, 0]]);
  made.end();
  await rested();
  assert.deepEqual(held(made), [["r", 0, 0], null]);
  const linked = viewer([0, 10, 20], { view: { keeps: true, at: 10, playing: false } });
  const silent = viewer([0, 10, 20]);
  silent.scrub(1);
  await rested();
  assert.deepEqual([held(linked), held(silent)], [[["r", 0, 10]], []]);
  const two = viewer([0, 10, 20], { run: "a b", runs: [{ run: "a", member: 2 }, { run: "b" }], view: { keeps: true } });
  two.scrub(1);
  await rested();
  assert.deepEqual(held(two), [["a", 2, 10]], "of two runs, which the first one is");
  for (const one of [made, linked, silent, two]) one.dispose();
});

test("a finished run opens with its last frame, and stands", () => {
  const made = viewer([0, 10, 20]);
  assert.deepEqual([made.at, made.playing, made.step, made.following], [2, false, 20, true]);
  made.dispose();
});

test("a live run opens with its last frame, and plays", () => {
  const made = viewer([0, 10], { live: true });
  assert.deepEqual([made.at, made.playing, made.live], [1, true, true]);
  made.dispose();
});

test("frames that were computed before are gone to, unless the visitor has moved the slider", () => {
  const made = viewer([0, 10, 20]);
  made.receive(message([0, 10, 20, 30, 40]));
  assert.deepEqual([made.step, made.playing], [40, false]);
  made.scrub(1);
  made.receive(message([0, 10, 20, 30, 40, 50]));
  assert.deepEqual([made.step, made.held], [10, true]);
  made.end();
  made.receive(message([0, 10, 20, 30, 40, 50, 60]));
  assert.equal(made.step, 60);
  made.dispose();
});

test("a run that ends goes on to its last frame", () => {
  const made = viewer([0, 10], { live: true });
  made.receive(message([0, 10, 20, 30]));
  assert.equal(made.playing, true);
  made.schedule();
  pass(made, 12);
  assert.deepEqual([made.step, made.playing], [30, false]);
  made.dispose();
});

test("a run without frames leaves nothing of another one to be heard", () => {
  const made = viewer([0, 10]);
  const spoken = element({ textContent: "Collapse to 1 of 8" });
  made.root.querySelector = () => spoken;
  made.receive(message([], { run: "another" }));
  made.schedule();
  pass(made, 0.1);
  assert.equal(spoken.textContent, "");
  made.dispose();
});

test("a view names the step that it opens with, and whether it plays", () => {
  const made = viewer([0, 10, 20], { view: { at: 15, playing: true, speed: 2 } });
  assert.deepEqual([made.at, made.playing, made.speed], [1, true, 2]);
  made.dispose();
});

test("a view does not play where motion is unwelcome", () => {
  window.matchMedia = () => /** @type {any} */ ({ matches: true });
  const made = viewer([0, 10, 20], { view: { at: 0, playing: true } });
  window.matchMedia = () => /** @type {any} */ ({});
  assert.deepEqual([made.at, made.playing], [2, false]);
  made.dispose();
});

test("scrubbing stops, and stays within the film", () => {
  const made = viewer([0, 10, 20], { live: true });
  made.scrub(-4);
  assert.deepEqual([made.at, made.playing, made.held], [0, false, true]);
  made.scrub(99);
  assert.deepEqual([made.at, made.held], [2, false]);
  made.dispose();
});

test("one frame on and one back, from a whole moment and from between two", () => {
  const made = viewer([0, 10, 20, 30]);
  made.scrub(1);
  made.next();
  assert.equal(made.at, 2);
  made.at = 1.4;
  made.previous();
  assert.equal(made.at, 1);
  made.at = 1.4;
  made.next();
  assert.equal(made.at, 2);
  made.dispose();
});

test("while it plays the picture is between two frames, and stands on the nearer one when it stops", () => {
  const made = viewer([0, 10, 20]);
  made.playing = true;
  made.at = 0.75;
  assert.deepEqual(made.pair(), { i: 0, j: 1, t: 0.75 });
  made.play();
  assert.deepEqual([made.at, made.pair()], [1, { i: 1, j: 1, t: 0 }]);
  made.dispose();
});

test("a missing frame is passed over while it plays", () => {
  const made = viewer([0, 10, 20], { came: [0, 20] });
  made.playing = true;
  made.at = 1;
  assert.deepEqual(made.pair(), { i: 0, j: 2, t: 0.5 });
  made.dispose();
});

test("a paused viewer shows the frame before a missing one, and says that it waits", () => {
  const made = viewer([0, 10, 20], { came: [0] });
  made.scrub(2);
  assert.deepEqual([made.pair(), made.waiting(false, 0)], [{ i: 0, j: 0, t: 0 }, true]);
  assert.equal(made.waiting(false, 2), false);
  made.dispose();
});

test("whoever reaches for a film gets frames of its whole length, once", () => {
  const made = viewer([0, 10, 20, 30], { came: [0, 30] });
  const wish = () => made.told.map((/** @type {any[]} */ [name, { from, to, n }]) => [name, from, to, n]);
  made.root.heard.focusin();
  assert.deepEqual(wish(), [["want", 10, 30, 3]]);
  made.receive(message([0, 10, 20, 30], { came: [20] }));
  made.root.heard.focusin();
  assert.equal(wish().length, 1, "what is still missing is asked for when it is shown");
  made.dispose();
});

test("without any frame there is nothing to show", () => {
  const made = viewer([0, 10], { came: [] });
  assert.deepEqual([made.pair(), made.step], [{ i: -1, j: -1, t: 0 }, ""]);
  made.dispose();
});

test("a whole run takes nine seconds, and ends on its last frame", () => {
  const made = viewer(Array.from({ length: 19 }, (_, i) => i));
  made.scrub(0);
  made.play();
  pass(made, 4.5);
  assert.ok(Math.abs(made.at - 9) < 0.3, `${made.at}`);
  pass(made, 5);
  assert.deepEqual([made.at, made.playing], [18, false]);
  made.dispose();
});

test("playing a run that stands at its end begins anew", () => {
  const made = viewer([0, 10, 20]);
  made.play();
  assert.deepEqual([made.at, made.playing], [0, true]);
  made.dispose();
});

test("playing waits where frames are missing", () => {
  const made = viewer([0, 1, 2, 3, 4, 5], { came: [0, 1, 2] });
  made.scrub(0);
  made.play();
  pass(made, 9);
  assert.deepEqual([made.at, made.playing], [2, true]);
  made.dispose();
});

test("new frames leave the moment that is looked at; a live run that is followed plays on", () => {
  const made = viewer([0, 10, 20], { live: true });
  made.scrub(1);
  made.receive(message([0, 5, 10, 20, 30], { live: true }));
  assert.deepEqual([made.step, made.at, made.playing], [10, 2, false]);
  made.scrub(4);
  made.receive(message([0, 5, 10, 20, 30, 40], { live: true }));
  assert.ok(made.playing);
  made.dispose();
});

test("another run opens anew; another member stays at the moment", () => {
  const made = viewer([0, 10, 20]);
  made.scrub(1);
  made.receive({ ...message([0, 10, 20]), head: { ...message([0, 10, 20]).head, member: 1 } });
  assert.equal(made.step, 10);
  made.receive({ ...message([0, 10, 20]), head: { ...message([0, 10, 20]).head, run: "s" } });
  assert.equal(made.step, 20);
  made.dispose();
});

test("a gap becomes a wish after a short while", async () => {
  const made = viewer([0, 10, 20, 30], { came: [0] });
  made.scrub(3);
  while (!made.told.length) await new Promise((done) => setTimeout(done, 10));
  made.dispose();
  assert.deepEqual(made.told[0], ["want", { run: "r", member: 0, from: 0, to: 30, n: 4 }]);
});

test("a place on the page has one viewer, as long as its root is the same", () => {
  const heard = /** @type {any[]} */ ([]);
  class Listener extends Shown {
    receive = (/** @type {any} */ data) => heard.push([this, data]);
    dress = () => {};
  }
  const root = element();
  const parentElement = element({ querySelector: (/** @type {string} */ name) => (name === ".player" ? root : null) });
  const mount = mounted(Listener);
  mount(/** @type {any} */ ({ data: 1, parentElement }));
  mount(/** @type {any} */ ({ data: 2, parentElement }));
  assert.deepEqual(
    heard.map(([, data]) => data),
    [1, 2],
  );
  assert.equal(heard[0][0], heard[1][0]);
});

test("with reduced motion a film that plays is drawn once a frame", () => {
  const drawn = (/** @type {boolean} */ still) => {
    const made = viewer([0, 1, 2, 3], { view: { at: 0 } });
    const seen = /** @type {number[]} */ ([]);
    Object.assign(made, { still: { matches: still }, picture: (/** @type {Pair} */ { i }) => seen.push(i) });
    made.play();
    pass(made, 12);
    made.dispose();
    return seen;
  };
  assert.deepEqual(drawn(true), [0, 1, 2, 3]);
  assert.ok(drawn(false).length > 100);
});
