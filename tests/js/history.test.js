// @ts-check
// The history: one entry for each page, whatever Streamlit pushes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { oneEntryAPage } from "../../ganlab/ui/page.js";

const HOST = "http://host.example";

/**
 * A window whose history is a list of addresses; `loaded`: the address that the document was opened by.
 * @param {string} loaded
 * @param {string[]} pushed
 */
function browser(loaded, ...pushed) {
  const entries = [loaded, ...pushed].map((path) => HOST + path);
  const at = { index: pushed.length };
  const acted = /** @type {((event: object) => void)[]} */ ([]);
  const heard = /** @type {((event: object) => void)[]} */ ([]);
  const whole = (/** @type {string} */ url) => new URL(url, entries[at.index]).href;
  const history = {
    pushState(/** @type {object} */ _state, /** @type {string} */ _title, /** @type {string} */ url) {
      entries.splice(at.index + 1, Number.POSITIVE_INFINITY, whole(url));
      at.index += 1;
    },
    replaceState(/** @type {object} */ _state, /** @type {string} */ _title, /** @type {string} */ url) {
      entries[at.index] = whole(url);
    },
    back() {
      at.index -= 1;
      let stopped = false;
      const stopImmediatePropagation = () => {
        stopped = true;
      };
      for (const listen of heard) if (!stopped) listen({ type: "popstate", stopImmediatePropagation });
    },
  };
  const window = {
    get location() {
      return new URL(entries[at.index]);
    },
    history,
    performance: { getEntriesByType: () => [{ name: HOST + loaded }] },
    addEventListener: (/** @type {string} */ name, /** @type {(event: object) => void} */ listen) =>
      (name === "popstate" ? heard : acted).push(listen),
  };
  const shown = () => entries.slice(0, at.index + 1).map((entry) => entry.slice(HOST.length));
  const acts = () => acted.forEach((listen) => listen({ type: "keydown" }));
  return { window: /** @type {any} */ (window), shown, acts };
}

test("a page is one entry: its query replaces it, as settings do", () => {
  const { window, shown } = browser("/?lang=en");
  oneEntryAPage(window);
  window.history.pushState({}, "", "/arena");
  window.history.pushState({}, "", "/arena?lang=en");
  window.history.pushState({}, "", "/arena?lang=en&a.seed=1");
  window.history.pushState({}, "", "/mnist");
  assert.deepEqual(shown(), ["/?lang=en", "/arena?lang=en&a.seed=1", "/mnist"]);
});

test("the page that is left keeps its address where the next page's query comes first", () => {
  const { window, shown, acts } = browser("/arena?lang=en");
  oneEntryAPage(window);
  acts();
  window.history.pushState({}, "", "/arena?lang=en&a.seed=1");
  acts();
  window.history.pushState({}, "", "/arena?lang=en&c.card=k");
  window.history.pushState({}, "", "/mistakes?lang=en&c.card=k");
  assert.deepEqual(shown(), ["/arena?lang=en&a.seed=1", "/mistakes?lang=en&c.card=k"]);
});

test("a setting that the visitor has changed is not taken for the next page's query", () => {
  const { window, shown, acts } = browser("/?lang=es");
  oneEntryAPage(window);
  window.history.pushState({}, "", "/?lang=en");
  acts();
  window.history.pushState({}, "", "/about?lang=en");
  assert.deepEqual(shown(), ["/?lang=en", "/about?lang=en"]);
});

test("the first page, whose query Streamlit completed before, becomes one entry", () => {
  const { window, shown } = browser("/arena", "/arena?lang=en");
  oneEntryAPage(window);
  assert.deepEqual(shown(), ["/arena?lang=en"]);
  oneEntryAPage(window); // the script runs at each change of language
  assert.deepEqual(shown(), ["/arena?lang=en"]);
});

test("after Back nothing that was on its way is pushed, until the visitor does something", () => {
  const { window, shown, acts } = browser("/?lang=en");
  oneEntryAPage(window);
  window.history.pushState({}, "", "/arena?lang=en");
  window.history.back();
  window.history.pushState({}, "", "/mnist?lang=en");
  window.history.pushState({}, "", "/?lang=en&m.preset=digits");
  assert.deepEqual(shown(), ["/?lang=en"]);
  acts();
  window.history.pushState({}, "", "/mnist?lang=en");
  assert.deepEqual(shown(), ["/?lang=en", "/mnist?lang=en"]);
});

test("who opened the whole address, or has gone to another page, stays", () => {
  for (const [loaded, ...pushed] of [["/arena?lang=en"], ["/?lang=en", "/arena?lang=en"]]) {
    const { window, shown } = browser(loaded, ...pushed);
    oneEntryAPage(window);
    assert.deepEqual(shown(), [loaded, ...pushed]);
  }
});
