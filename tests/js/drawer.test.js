// @ts-check
// The sidebar of a narrow window: it closes once a page or a lesson is chosen in it, and stays for anything else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { closeDrawer } from "../../ganlab/ui/page.js";

/** How often the sidebar is closed by a click on what is a place or not, in a window of a width. */
async function closed({ place = true, keyed = false, innerWidth = 390, open = true }) {
  let closings = 0;
  const heard = /** @type {((event: object) => void)[]} */ ([]);
  const addEventListener = (/** @type {string} */ _, /** @type {(event: object) => void} */ listen) => {
    heard.push(listen);
  };
  const button = { click: () => closings++ };
  const document = { documentElement: { dataset: {} }, querySelector: () => (open ? button : null) };
  const window = /** @type {any} */ ({ document, addEventListener, innerWidth });
  closeDrawer(window);
  closeDrawer(window); // a rerun of the page
  for (const listen of heard) listen({ target: { closest: () => (place ? {} : null), matches: () => keyed } });
  await later();
  return closings;
}

test("a page or a lesson that is chosen on a phone closes the drawer once", async () => {
  assert.equal(await closed({}), 1);
});

test("a setting, an arrow key, a wide window and Streamlit's own closing leave it", async () => {
  for (const other of [{ place: false }, { keyed: true }, { innerWidth: 769 }, { open: false }])
    assert.equal(await closed(other), 0, JSON.stringify(other));
});
