// @ts-check
// Messages that Python wrote, read by every component that reads bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cloud } from "../../ganlab/ui/players/draw/web/cloud.js";
import { pictures } from "../../ganlab/ui/players/latent/web/sheets.js";
import { parse as runs } from "../../ganlab/ui/players/player/web/epochs.js";
import { cut, decode, opened, parse } from "../../ganlab/ui/players/player/web/message.js";
import { Reel } from "../../ganlab/ui/players/seed_strip/web/reel.js";
import { agrees, bytes } from "./fixture.js";

const none = () => false;

/** A frame of a message. */
const blob = (/** @type {PlaneMessage} */ message, /** @type {number} */ step) =>
  /** @type {Uint8Array<ArrayBuffer>} */ (message.blobs.get(step));

test("a message's JSON comes back, and what follows begins at a multiple of 4", () => {
  const { head, at } = opened(bytes("plane.bin"));
  assert.deepEqual([head.run, head.known, head.text.step], ["ring", [0, 5, 12, 24], "Paso"]);
  assert.equal(head.verdicts[12].title, "¡Colapso!");
  assert.equal(at % 4, 0);
});

test("a message may stand anywhere in its buffer", () => {
  const whole = bytes("plane.bin");
  const wide = new Uint8Array(whole.length + 12);
  wide.set(whole, 12);
  assert.deepEqual(opened(wide.subarray(12)), opened(whole));
});

test("the real points and the noise are those that Python sent", () => {
  const { head, real } = parse(bytes("plane.bin"), none);
  agrees(real, "plane.real", { within: 1e-4 });
  agrees(head.noise?.points ?? [], "plane.noise", { within: 1e-4 });
});

test("frames that are known are not copied again", () => {
  const all = parse(bytes("plane.bin"), none);
  const rest = parse(bytes("plane.bin"), (head, step) => head.run === "ring" && step === 12);
  assert.deepEqual([...all.blobs.keys()], [12, 24]);
  assert.deepEqual([...rest.blobs.keys()], [24]);
  assert.deepEqual(rest.blobs.get(24), all.blobs.get(24));
});

test("frames are cut one after the other, to the end", () => {
  const { blobs, at } = cut(
    new Uint8Array([9, 1, 2, 3, 4]),
    1,
    [
      [0, 1],
      [5, 3],
    ],
    none,
  );
  assert.deepEqual(
    [...blobs].map(([step, part]) => [step, ...part]),
    [
      [0, 1],
      [5, 2, 3, 4],
    ],
  );
  assert.equal(at, 5);
});

test("a packed frame holds the numbers that Python reads", () => {
  const message = parse(bytes("plane.bin"), none);
  const frame = decode(blob(message, 24), message.head.extent, message.head.threshold);
  assert.deepEqual([frame.step, frame.diverged, frame.side, frame.rows, frame.columns], [24, false, 40, 21, 21]);
  for (const name of /** @type {const} */ (["fake", "grid", "push", "rise"])) agrees(frame[name], `plane.${name}`);
  agrees(frame.shares, "plane.shares", { some: false });
  agrees(frame.field, "plane.belief", { within: 2e-4 });
  for (const name of ["d_loss", "g_loss", "d_accuracy", "fools"]) agrees([frame.scalars[name]], `plane.${name}`);
});

test("a threshold shifts D's belief; without one the frame's own zero is the middle and the top is full", () => {
  const message = parse(bytes("plane.bin"), none);
  const [at, shifted, relative] = [0, 0.3, null].map((threshold) => decode(blob(message, 24), 3, threshold).field);
  assert.ok(at.every((value, i) => shifted[i] < value));
  assert.equal(
    relative.reduce((top, value) => Math.max(top, Math.abs(value)), 0),
    1,
  );
});

test("points that are not finite stay so", () => {
  const message = parse(bytes("plane.bin"), none);
  const part = blob(message, 24).slice();
  const view = new DataView(part.buffer);
  const fake = 40 + 4 * view.getUint16(18, true) + 4 * view.getUint8(17);
  view.setInt16(fake, -32768, true);
  view.setUint8(36, 1);
  const frame = decode(part, 3, 0);
  assert.ok(Number.isNaN(frame.fake[0]) && Number.isFinite(frame.fake[1]));
  assert.ok(frame.diverged);
});

test("a duel's message holds a whole message of each side", () => {
  const data = bytes("duel.bin");
  const { head, at } = opened(data);
  const first = parse(data.subarray(at, at + head.sizes[0]), none);
  const second = parse(data.subarray(at + head.sizes[0]), none);
  assert.deepEqual([first.head.run, second.head.run], ["ring0", "ring1"]);
  agrees(decode(blob(first, 24), 3, 0).fake, "plane.fake");
  assert.equal(head.sizes[0] + head.sizes[1] + at, data.length);
});

test("runs on digits: each one's frames, and the strip that ends the message", () => {
  const { head, parts, strip } = runs(bytes("digits.bin"), undefined);
  assert.deepEqual(
    head.runs.map(({ name }) => name),
    ["A", "B"],
  );
  assert.deepEqual(
    parts.map(({ blobs }) => blobs.size),
    [1, 0],
  );
  const frame = opened(parts[0].blobs.get(2) ?? new Uint8Array());
  agrees([frame.head.step], "digits.step");
  const png = parts[0].blobs.get(2)?.subarray(frame.at) ?? [];
  assert.deepEqual(
    [...png.slice(1, 4)],
    [..."PNG"].map((letter) => letter.charCodeAt(0)),
  );
  assert.equal(new TextDecoder().decode(strip), "strip");
});

test("the seed strip's records: lamps, verdict, points", () => {
  const data = bytes("seeds.bin");
  const { head, at } = opened(data);
  const reel = new Reel();
  reel.merge(head, data, at);
  assert.deepEqual(reel.steps, [12, 24]);
  const { modes, verdict, points } = reel.at(1, 1, head);
  assert.equal(verdict, "collapse");
  agrees(points, "seeds.points", { within: head.extent / 127 });
  const all = { some: false, within: 1 / 255 };
  agrees(
    modes.map(({ fill }) => fill),
    "seeds.fill",
    all,
  );
  agrees(
    modes.map(({ lit }) => Number(lit)),
    "seeds.lit",
    all,
  );
});

test("drawn points go to Python as they came", () => {
  const data = bytes("draw.bin");
  const { head, at } = opened(data);
  const cloud = new Cloud(head);
  cloud.points = cloud.read(data.subarray(at));
  agrees(cloud.points.flat(), "draw.points", { within: 1e-5 });
  assert.equal(cloud.written(), Buffer.from(data.subarray(at)).toString("base64url"));
});

test("pictures behind a message: one for each size, none for 0", async () => {
  Object.assign(globalThis, {
    createImageBitmap: async (/** @type {Blob} */ png) => [...new Uint8Array(await png.arrayBuffer())],
  });
  assert.deepEqual(await pictures(new Uint8Array([7, 1, 2, 3]), 1, [2, 0, 1]), [[1, 2], null, [3]]);
});
