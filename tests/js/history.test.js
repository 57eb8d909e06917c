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
  const entries = [loaded, ...pushed].map((path, i) => ({ url: HOST + path, state: i ? {} : null }));
  const at = { index: pushed.length };
  const acted = /** @type {((event: object) => void)[]} */ ([]);
  const heard = /** @type {((event: object) => void)[]} */ ([]);
  const entry = (/** @type {any} */ state, /** @type {string} */ url) => ({
    url: new URL(url, entries[at.index].url).href,
    state,
  });
  const history = {
    get state() {
      return entries[at.index].state;
    },
    pushState(/** @type {any} */ state, /** @type {string} */ _title, /** @type {string} */ url) {
      entries.splice(at.index + 1, Number.POSITIVE_INFINITY, entry(state, url));
      at.index += 1;
    },
    replaceState(/** @type {any} */ state, /** @type {string} */ _title, /** @type {string} */ url) {
      entries[at.index] = entry(state, url);
    },
    back() {
      if (!at.index) return;
      at.index -= 1;
      let stopped = false;
      const stopImmediatePropagation = () => {
        stopped = true;
      };
      const event = { type: "popstate", state: history.state, stopImmediatePropagation };
      for (const listen of heard) if (!stopped) listen(event);
    },
  };
  const window = {
    get location() {
      return new URL(entries[at.index].url);
    },
    history,
    addEventListener: (/** @type {string} */ name, /** @type {(event: object) => void} */ listen) =>
      (name === "popstate" ? heard : acted).push(listen),
  };
  const shown = () => entries.slice(0, at.index + 1).map(({ url }) => url.slice(HOST.length));
  const acts = () => acted.forEach((listen) => listen({ type: "keydown" }));
  const { pushState } = history;
  const reload = () => {
    heard.length = 0;
    Object.assign(history, { pages: false, pushState });
  };
  return { window: /** @type {any} */ (window), shown, acts, reload };
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

test("Back passes over the address that Streamlit completed, unnoticed, and leaves the last one there", () => {
  for (const reloaded of [false, true]) {
    const { window, shown, acts, reload } = browser("/arena", "/arena?lang=en");
    oneEntryAPage(window);
    oneEntryAPage(window); // the script runs at each change of language
    acts();
    window.history.pushState({}, "", "/arena?lang=en&a.seed=1");
    if (reloaded) {
      reload();
      oneEntryAPage(window);
    }
    const noticed = /** @type {string[]} */ ([]);
    window.addEventListener("popstate", () => noticed.push(shown().join()));
    window.history.back(); // nothing is before the first page here
    assert.deepEqual(shown(), ["/arena?lang=en&a.seed=1"]);
    assert.deepEqual(noticed, []);
  }
});

test("Back to the first page from another one is noticed", () => {
  const { window, shown } = browser("/arena", "/arena?lang=en");
  oneEntryAPage(window);
  window.history.pushState({}, "", "/mnist?lang=en");
  const noticed = /** @type {string[]} */ ([]);
  window.addEventListener("popstate", () => noticed.push(window.location.search));
  window.history.back();
  assert.deepEqual(noticed, ["?lang=en"]);
  assert.deepEqual(shown(), ["/arena", "/arena?lang=en"]);
});

test("Back to a page that was opened by its whole address, or to a place of a page, is noticed", () => {
  const { window, shown } = browser("/arena?lang=en");
  oneEntryAPage(window);
  window.history.pushState(null, "", "/glossary?lang=en#mode"); // as a browser does for a link to a place
  window.history.pushState({}, "", "/about?lang=en");
  const noticed = /** @type {string[]} */ ([]);
  window.addEventListener("popstate", () => noticed.push(window.location.pathname));
  window.history.back();
  window.history.back();
  assert.deepEqual(noticed, ["/glossary", "/arena"]);
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
