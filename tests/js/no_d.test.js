// @ts-check
// A run on the plane that is no GAN: its message names its numbers, and nothing of a D is shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Board } from "../../ganlab/ui/players/player/web/board.js";
import { Caption } from "../../ganlab/ui/players/player/web/caption.js";
import { decode, judges, named, parse } from "../../ganlab/ui/players/player/web/message.js";
import { Tools } from "../../ganlab/ui/players/player/web/tools.js";
import { reader } from "../../ganlab/ui/players/player/web/words.js";
import { bytes } from "./fixture.js";
import { element } from "./page.js";

const GAN = { modes: null, threshold: 0, latent_dim: 2 };
const FLOW = { ...GAN, scalars: ["loss", "valid"] };

/** A page of one element a name, as many as are asked for. */
function page() {
  /** @type {Record<string, any>} */
  const parts = {};
  const root = element({
    querySelector: (/** @type {string} */ name) => (parts[name] ??= element()),
  });
  return { root, part: (/** @type {string} */ name) => root.querySelector(`[data-part="${name}"]`) };
}

const keys = (/** @type {any} */ row) => row.children.map((/** @type {any} */ child) => child.dataset?.tool ?? child);

test("numbers go by the names that the message gives them", () => {
  const message = parse(bytes("plane.bin"), () => false);
  const blob = /** @type {Uint8Array<ArrayBuffer>} */ (message.blobs.get(24));
  const plain = decode(blob, 3, 0).scalars;
  const own = decode(blob, 3, 0, ["loss", "valid"]).scalars;
  assert.deepEqual(own, { loss: plain.d_loss, valid: plain.g_loss });
  assert.deepEqual([judges(message.head), judges(FLOW)], [true, false]);
  assert.deepEqual(named(FLOW), ["loss", "valid"]);
});

for (const [head, shown] of /** @type {const} */ ([
  [GAN, true],
  [FLOW, false],
])) {
  test(`the battle is ${shown ? "there" : "not there"}`, () => {
    const { root, part } = page();
    new Board(root).label(reader({}), /** @type {any} */ (head));
    assert.equal(part("battle").hidden, !shown);
  });

  test(`the caption ${shown ? "speaks" : "does not speak"} of D`, () => {
    const { root, part } = page();
    new Caption(root, { toggle() {}, point() {} }).label(reader({}), /** @type {any} */ (head));
    const said = part("caption").children.join("");
    assert.deepEqual([said.includes("belief"), said.includes("arrows"), said.includes("grid")], [shown, shown, true]);
  });

  test(`the machine of two networks ${shown ? "can" : "cannot"} be opened`, () => {
    const { root, part } = page();
    new Tools(root, {}).label(reader({}), /** @type {any} */ (head));
    assert.deepEqual(keys(part("tools")), [...(shown ? ["pipeline"] : []), "save"]);
  });
}
