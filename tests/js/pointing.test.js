// @ts-check
// What a pointer hits, and what is drawn by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Board as Drawing } from "../../ganlab/ui/players/draw/web/board.js";
import { Cloud } from "../../ganlab/ui/players/draw/web/cloud.js";
import { chartTime } from "../../ganlab/ui/players/latent/web/chart.js";
import { tile } from "../../ganlab/ui/players/latent/web/looks.js";
import { Plane } from "../../ganlab/ui/players/latent/web/plane.js";
import { crop, Sheet } from "../../ganlab/ui/players/player/web/sheet.js";
import { element, pen } from "./page.js";

const near = (/** @type {number} */ one, /** @type {number} */ other, within = 1e-6) =>
  assert.ok(Math.abs(one - other) <= within, `${one}, not ${other}`);
const head = /** @type {DrawHead} */ ({ limit: 2, unit: 0.001, most: 4, extent: 3 });

// What a pointer hits

test("a pointer on a chart means a moment between its margins", () => {
  assert.deepEqual(
    [34, 194].map((x) => chartTime(x, 200)),
    [0, 1],
  );
  assert.equal(chartTime(114, 200), 0.5);
});

test("a pointer on a sheet means the image under it, at its edges too", () => {
  const box = { left: 10, top: 20, width: 80, height: 80 };
  const sheet = new Sheet(element({ getBoundingClientRect: () => box }));
  const under = (/** @type {number} */ x, /** @type {number} */ y) => sheet.under({ clientX: x, clientY: y });
  assert.deepEqual([under(10, 20), under(25, 20), under(10, 35), under(89, 99), under(200, 0)], [0, 1, 8, 63, 7]);
});

test("a place on the drawing is where its point is drawn, whatever the page's zoom", () => {
  const box = { left: 5, top: 7, width: 800, height: 800 };
  const board = new Drawing(element({ getBoundingClientRect: () => box }));
  Object.assign(board, { side: 400, extent: 3 });
  for (const point of /** @type {Point[]} */ ([
    [0, 0],
    [-3, 3],
    [1.25, -2],
  ])) {
    const [x, y] = board.at(point);
    const found = board.place({ clientX: 5 + 2 * x, clientY: 7 + 2 * y });
    [0, 1].forEach((k) => near(found[k], point[k]));
  }
});

test("a click on the plane picks the nearest generated point within reach", () => {
  const map = new Plane(element());
  Object.assign(map, {
    side: 300,
    scene: {
      extent: 3,
      fake: [
        [0, 0],
        [1, 0],
      ],
    },
  });
  assert.deepEqual(map.at([3, 3]), [300, 0]);
  assert.deepEqual([map.nearest(160, 150), map.nearest(190, 150), map.nearest(150, 180)], [0, 1, -1]);
});

test("an image of a sheet is cut by its row and column", () => {
  const { context, named } = pen();
  tile(context, /** @type {any} */ (null), 10, 23, 5, 6, 40);
  assert.deepEqual(named("drawImage")[0].slice(2), [84, 56, 28, 28, 5, 6, 40, 40]);
  crop(element({ getContext: () => context }), /** @type {any} */ (null), 9);
  assert.deepEqual(named("drawImage")[1].slice(2), [28, 28, 28, 28, 0, 0, 112, 112]);
});

// Drawing by hand

test("points are taken within the bounds and up to the most; a stroke is undone as one", () => {
  const cloud = new Cloud(head);
  cloud.begin();
  assert.deepEqual([cloud.add(1, 1), cloud.add(0, -2), cloud.add(2.1, 0)], [true, true, false]);
  assert.ok(cloud.end());
  cloud.begin();
  assert.deepEqual([cloud.add(0, 0), cloud.add(0, 1), cloud.add(0, 2)], [true, true, false]);
  cloud.end();
  cloud.undo();
  assert.equal(cloud.count, 2);
  cloud.redo();
  assert.equal(cloud.count, 4);
  cloud.begin();
  assert.ok(!cloud.end(), "nothing changed");
  cloud.undo();
  cloud.replace([]);
  cloud.redo();
  assert.equal(cloud.count, 0, "what was undone is gone after another change");
});

test("the eraser takes what is near its way, not beyond its ends", () => {
  const cloud = new Cloud({ ...head, most: 9 });
  cloud.points = [
    [0, 0.05],
    [1, -0.05],
    [1.2, 0],
    [0.5, 0.2],
  ];
  cloud.erase([0, 0], [1, 0], 0.1);
  assert.deepEqual(cloud.points, [
    [1.2, 0],
    [0.5, 0.2],
  ]);
  cloud.erase([0.5, 0.2], [0.5, 0.2], 0.1);
  assert.equal(cloud.count, 1);
});

test("thinning leaves that many of the points", () => {
  const cloud = new Cloud(head);
  cloud.points = [
    [0, 0],
    [1, 1],
    [2, 2],
  ];
  const before = cloud.points;
  assert.ok(cloud.thin(2));
  assert.equal(cloud.count, 2);
  assert.ok(cloud.points.every((point) => before.includes(point)));
});
