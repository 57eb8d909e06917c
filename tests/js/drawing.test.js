// @ts-check
// The arithmetic of the pictures: scales, interpolation, paths.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ceiling } from "../../ganlab/ui/players/latent/web/chart.js";
import { blend } from "../../ganlab/ui/players/player/web/canvas.js";
import { Field, taps } from "../../ganlab/ui/players/player/web/field.js";
import { Morph, plane } from "../../ganlab/ui/players/player/web/morph.js";
import { net } from "../../ganlab/ui/players/player/web/net.js";
import { opinions } from "../../ganlab/ui/players/player/web/opinions.js";
import { thickness, vanished, wires } from "../../ganlab/ui/players/player/web/wires.js";
import { pen } from "./page.js";

const near = (/** @type {number} */ one, /** @type {number} */ other, within = 1e-6) =>
  assert.ok(Math.abs(one - other) <= within, `${one}, not ${other}`);

// Scales and interpolation

test("two frames are blended point by point; at 0 the first one itself is drawn", () => {
  const [a, b] = [Float32Array.of(0, 2), Float32Array.of(4, 0)];
  assert.deepEqual(blend(a, b, 0.25), Float32Array.of(1, 1.5));
  assert.equal(blend(a, b, 0), a);
});

test("the field's weights sum to 1, and stay within its cells", () => {
  const { at, weight } = taps(5, 20);
  for (let i = 0; i < 20; i++)
    near(
      weight.slice(4 * i, 4 * i + 4).reduce((sum, w) => sum + w),
      1,
    );
  assert.ok(at.every((cell) => cell >= 0 && cell < 5));
});

test("the field keeps a straight line away from its edges", () => {
  const { at, weight } = taps(12, 48);
  for (let i = 12; i < 36; i++) {
    const value = [0, 1, 2, 3].reduce((sum, k) => sum + weight[4 * i + k] * at[4 * i + k], 0);
    near(value, (i + 0.5) / 4 - 0.5, 1e-5);
  }
});

test("D's belief has its colours: fake, undecided, real; and its lowest row is drawn last", () => {
  const field = new Field();
  field.colour(/** @type {any} */ ({ saysFake: [255, 0, 0], undecided: [0, 0, 0], saysReal: [0, 0, 255] }));
  field.paint(new Float32Array(16), new Float32Array(16), 0, 4);
  assert.ok(field.pixels.every((pixel) => pixel === 0xff000000));
  const low = Float32Array.from({ length: 16 }, (_, i) => (i < 8 ? -1 : 1));
  field.paint(low, low, 0, 4);
  assert.deepEqual([field.pixels[0], field.pixels.at(-1)], [0xffff0000, 0xff0000ff]);
  field.paint(
    low,
    low.map((v) => -v),
    0.5,
    4,
  );
  assert.ok(
    field.pixels.every((pixel) => pixel === 0xff000000),
    "half way between opposite beliefs",
  );
});

test("the noise is scaled into the view, and reaches G's output in two seconds", () => {
  const noise = { axis: [-2, 0, 2], extent: 4, points: Float32Array.of(4, -2) };
  const film = /** @type {any} */ ({ head: { noise, extent: 3, latent_dim: 2 } });
  const { grid, fake } = plane(film.head);
  assert.deepEqual([...fake], [3, -1.5]);
  assert.deepEqual([grid.length, ...grid.slice(0, 4)], [18, -1.5, -1.5, -1.5, 0]);
  const morph = new Morph();
  assert.equal(morph.scene(film), null);
  morph.press(false);
  assert.ok(morph.goes(100));
  assert.equal(morph.scene(film)?.at, 0);
  assert.ok(morph.goes(1100));
  assert.equal(morph.scene(film)?.at, 0.5);
  assert.ok(!morph.goes(2100) && !morph.on);
});

test("one dimension of noise is a line; where motion is unwelcome the journey stands at its beginning", () => {
  const noise = { axis: [-1, 1], extent: 1, points: [0.5, 0] };
  const film = /** @type {any} */ ({ head: { noise, extent: 3, latent_dim: 1 } });
  assert.deepEqual([...plane(film.head).grid], [-3, 0, 3, 0]);
  const morph = new Morph();
  morph.press(true);
  assert.deepEqual([morph.goes(0), morph.on, morph.scene(film)?.at], [false, true, 0]);
  morph.press(true);
  assert.ok(!morph.on);
});

test("an axis ends at a round number above its curve", () => {
  assert.deepEqual([0, NaN, 1, 1.2, 7, 11, 0.034, 950].map(ceiling), [1, 1, 1, 1.5, 8, 15, 0.04, 1000]);
});

// Paths

test("a gradient's arrow grows by a pixel for ten times the norm; one that vanished is thin and dashed", () => {
  assert.deepEqual([1, 0.1, 10, 100].map(thickness), [3.5, 2.5, 4.5, 4.5]);
  assert.deepEqual([1e-5, NaN].map(thickness), [1, 1]);
  assert.deepEqual([1e-4, 9e-5, NaN].map(vanished), [false, true, true]);
  const { context, named } = pen();
  const names = ["noise", "g", "fake", "real", "d", "predictions", "g_loss", "d_loss"];
  const box = (/** @type {number} */ i) => ({
    left: 50 * i,
    right: 50 * i + 30,
    top: 0,
    bottom: 30,
    x: 50 * i + 15,
    y: 15,
  });
  const boxes = Object.fromEntries(names.map((name, i) => [name, box(i)]));
  wires(context, { wide: 400, high: 60, boxes, norms: { d: 0, g: 1 }, ink: "ink", gradient: "red" });
  assert.equal(named("bezierCurveTo").length, 7);
  assert.deepEqual(
    named("setLineDash").map(([, dash]) => dash),
    [[], [], [3, 4], []],
  );
  assert.deepEqual(
    named("=lineWidth").map(([, wide]) => wide),
    [1.5, 3.5, 1],
  );
});

test("the lattice's cells are the darker the smaller they are; cells that are not finite are left out", () => {
  /** @type {Lattice} */
  const how = { rows: 2, columns: 3, x: (x) => x, y: (y) => -y, unit: 1, ink: "ink", extent: 1, shaded: true };
  const { context, named } = pen();
  net(context, Float32Array.of(0, 0, 1, 0, 1.1, 0, 0, 1, 1, 1, 1.1, 1), how);
  const shades = named("=globalAlpha").map(([, alpha]) => alpha);
  near(shades[0], 0.05 * Math.log2(1 + 8), 1e-6);
  near(shades[1], 0.05 * Math.log2(1 + 80), 1e-5);
  assert.deepEqual(named("moveTo")[1], ["moveTo", 1, -0]);
  assert.equal(named("fill").length, 2);
  const broken = pen();
  net(broken.context, Float32Array.of(NaN, 0, 1, 0, 2, 0, 0, 1, 1, 1, 2, 1), how);
  assert.equal(broken.named("fill").length, 1);
  const bare = pen();
  net(bare.context, Float32Array.of(0, 0, 1, 0, 2, 0, 0, 1, 1, 1, 2, 1), { ...how, shaded: false });
  assert.equal(bare.named("fill").length, 0);
});

test("D's opinions: real points upwards, generated ones downwards, each in the bin of D's belief at it", () => {
  const { context, named } = pen();
  context.createLinearGradient = () => ({ addColorStop() {} });
  const field = Float32Array.of(-1, 1, -1, 1);
  const points = { real: Float32Array.of(3, 0), fake: Float32Array.of(-3, 0), field, cells: 2, extent: 3 };
  const palette = /** @type {any} */ ({ field: { saysFake: [0], undecided: [0], saysReal: [0] } });
  opinions(context, 210, points, palette);
  const bars = named("fillRect").filter(([, , , wide, high]) => wide === 9 && high > 0);
  assert.deepEqual(
    bars.map(([, x, y]) => [x, y]),
    [
      [200.5, 3],
      [0.5, 105],
    ],
  );
});
