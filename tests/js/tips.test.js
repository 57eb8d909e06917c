// @ts-check
// Tooltips: that of a pressed button goes until the pointer is elsewhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quietTips } from "../../ganlab/ui/page.js";

/** A window, and what moves or presses its pointer: on a button or beside one. */
function pointed() {
  const heard = /** @type {Record<string, (event: object) => void>} */ ({});
  const dataset = /** @type {Record<string, string>} */ ({});
  const addEventListener = (/** @type {string} */ name, /** @type {(event: object) => void} */ listen) => {
    heard[name] = listen;
  };
  quietTips(/** @type {any} */ ({ document: { documentElement: { dataset } }, addEventListener }));
  const at = (/** @type {string} */ name, /** @type {number} */ clientX, button = true) =>
    heard[name]({ clientX, clientY: 0, target: { closest: () => (button ? {} : null) } });
  return { at, hidden: () => "pressed" in dataset };
}

test("a pressed button's tooltip goes, and comes back when the pointer is elsewhere", () => {
  const { at, hidden } = pointed();
  at("pointermove", 100);
  at("pointerdown", 100);
  assert.ok(hidden());
  at("pointermove", 105); // a hand is never quite still
  assert.ok(hidden());
  at("pointermove", 120);
  assert.ok(!hidden());
});

test("what explains itself when it is pressed, as a question mark on a phone, keeps its tooltip", () => {
  const { at, hidden } = pointed();
  at("pointerdown", 100, false);
  assert.ok(!hidden());
});
