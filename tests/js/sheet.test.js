// @ts-check
import assert from "node:assert/strict";
import test from "node:test";
import { paint, wrapped } from "../../ganlab/ui/players/sheet/web/paint.js";
import { pen } from "./page.js";

const measure = (/** @type {string} */ line) => line.length;

test("lines are as wide as they may be and lose no word", () => {
  assert.deepEqual(wrapped("one two three\nfour", 7, measure), ["one two", "three", "four"]);
  assert.deepEqual(wrapped("gives 0.39", 5, measure), ["gives", "0.39"]);
  assert.deepEqual(wrapped("abcdefghij", 4, measure), ["abcd", "efgh", "ij"]);
  assert.deepEqual(wrapped("", 4, measure), [""]);
});

test("a picture of the sheet has what was written and what is shown, and is as high as it needs", () => {
  const { context, named } = pen();
  /** @type {any} */
  const canvas = { getContext: () => context };
  const labels = {
    name: "Name",
    settings: "Settings",
    usual: "None",
    hypothesis: "Hypothesis",
    conclusion: "Conclusion",
  };
  /** @type {any} */
  const head = { title: "A strong D", verdict: "Collapse", sentence: "1 of 8", link: "https://x", text: labels };
  Object.assign(head, { numbers: [["Step", "1000"]], settings: [], question: "", answer: "" });
  const written = { name: "Ada", hypothesis: "too strong ".repeat(900), conclusion: "never" };
  const shown = ["verdict", "settings", "hypothesis"];
  paint(canvas, { head, written, picture: null, code: null, shown });
  const said = named("fillText").map(([, text]) => text);
  for (const text of ["A strong D", "Name: Ada", "Collapse", "1 of 8", "Step", "1000", "None"])
    assert.ok(said.includes(text), text);
  assert.ok(!said.includes("never"));
  assert.ok(canvas.height > 1754);
  assert.equal(named("fillRect").at(-1)?.[4], canvas.height);
});
