// @ts-check
// What a visit sets in the document: the browser's id as a cookie, the language, one history entry for each page,
// that a pressed button's tooltip goes, that a phone's menu closes, and that a page that was away for long loads anew.

/** @typedef {{ pages?: boolean }} Marked */

const ACTS = ["pointerdown", "keydown"];

/**
 * Streamlit pushes an entry for a page, and one more for each change of its query. Here a change of the query on the
 * same page replaces the page's entry. Streamlit may also write the next page's query on the entry of the page that is
 * left, before it pushes the next page: then that entry gets its address back. What it pushes after Back or Forward,
 * before the visitor does anything, belongs to a page that has been left: it is ignored.
 * @param {Window & typeof globalThis} window
 */
export function oneEntryAPage(window) {
  const { history } = window;
  const marked = /** @type {History & Marked} */ (history);
  if (marked.pages) return;
  marked.pages = true;
  const note = passFirst(window);
  const push = history.pushState.bind(history);
  let before = ""; // the entry's address when the visitor last did something, if it has changed since
  let returned = false; // whether Back or Forward came last
  const acted = (/** @type {Event} */ { type }) => {
    before = "";
    returned = type === "popstate";
  };
  for (const act of [...ACTS, "popstate"]) window.addEventListener(act, acted, { capture: true });
  history.pushState = (state, title, url) => {
    const { location } = window;
    const { pathname, search } = new URL(url ?? "", location.href);
    if (returned) return;
    if (pathname === location.pathname) {
      before ||= location.href;
      history.replaceState(state, title, url);
    } else {
      if (before && search === location.search) history.replaceState({}, "", before);
      before = "";
      push(state, title, url);
    }
    note();
  };
}

/**
 * Streamlit may complete the query of the address before this script runs: then the first page has two entries. Back
 * passes over the first of them, unnoticed by Streamlit, and leaves the page's last address there, so that Forward finds
 * it again. What marks it is that nobody gave it a state; nor have links to a place of a page. To join the two at once
 * (back, then replace) would delay the first picture by half a second.
 * @param {Window & typeof globalThis} window
 * @returns {() => void} what notes the page's address
 */
function passFirst(window) {
  const { history } = window;
  let here = window.location.href;
  if (history.state === null) history.replaceState({}, "", here);
  const note = () => {
    here = window.location.href;
  };
  const turn = (/** @type {PopStateEvent} */ event) => {
    if (event.state !== null || window.location.hash) return note();
    event.stopImmediatePropagation();
    history.replaceState({}, "", here);
    history.back();
  };
  window.addEventListener("popstate", turn, { capture: true });
  return note;
}

const NEAR = 12; // pixels: a pointer that has moved less still rests on what it pressed

/**
 * Hides the tooltip of a pressed button while the pointer stays there: the button often becomes another one.
 * @param {Window & typeof globalThis} window
 */
export function quietTips({ document, addEventListener }) {
  const { dataset } = document.documentElement;
  if ("tips" in dataset) return;
  dataset.tips = "";
  let [left, top] = [0, 0];
  const press = (/** @type {PointerEvent} */ { target, clientX, clientY }) => {
    if (!(/** @type {Element} */ (target).closest('[data-testid="stButton"]'))) return;
    [left, top] = [clientX, clientY];
    dataset.pressed = "";
  };
  const move = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    if (Math.hypot(clientX - left, clientY - top) > NEAR) delete dataset.pressed;
  };
  addEventListener("pointerdown", press, { capture: true });
  addEventListener("pointermove", move, { capture: true });
}

const DRAWER = 768; // pixels: the widest window in which Streamlit lays the sidebar over the page
const SIDEBAR = '[data-testid="stSidebar"]';
const PLACES = `${SIDEBAR} :is([data-testid="stSidebarNavLink"], [data-testid="stRadioGroup"] label)`;

/**
 * Closes the sidebar of a narrow window once a page or a lesson is chosen in it. Streamlit does so itself for pages, on
 * what it takes for a phone: so this waits until it has. The arrow keys press a radio's input: they go on.
 * @param {Window & typeof globalThis} window
 */
export function closeDrawer(window) {
  const { document, addEventListener } = window;
  const { dataset } = document.documentElement;
  if ("drawer" in dataset) return;
  dataset.drawer = "";
  const close = () => {
    const open = `${SIDEBAR}[data-collapsed="false"] [data-testid="stSidebarCollapseButton"] button`;
    /** @type {HTMLElement | null} */ (document.querySelector(open))?.click();
  };
  const choose = (/** @type {Event} */ { target }) => {
    const place = /** @type {Element} */ (target).closest(PLACES);
    const keyed = /** @type {Element} */ (target).matches("input");
    if (place && !keyed && DRAWER >= window.innerWidth) setTimeout(close);
  };
  addEventListener("click", choose, { capture: true }); // a radio keeps its clicks
}

const FORGOTTEN = 100_000; // milliseconds: Streamlit keeps a visit for 120 seconds after its connection has ended
const STATE = "data-test-connection-state";

/**
 * Loads the page anew once it is connected again after so long that the server has forgotten the visit. Streamlit shows
 * the old page then, and the first change on it would be lost. A computer that sleeps notices late what it has lost.
 * @param {Window & typeof globalThis} window
 */
export function comeBack({ document, location, MutationObserver, setInterval }) {
  const { dataset } = document.documentElement;
  const app = document.querySelector('[data-testid="stApp"]');
  if ("back" in dataset || !app) return;
  dataset.back = "";
  let awake = Date.now();
  let lost = 0; // when the connection ended, or when the computer fell asleep
  const look = () => {
    const now = Date.now();
    if (now - awake > FORGOTTEN) lost ||= awake;
    awake = now;
  };
  const turn = () => {
    look();
    if (app.getAttribute(STATE) !== "CONNECTED") lost ||= awake;
    else if (lost && awake - lost > FORGOTTEN) location.reload();
    else lost = 0;
  };
  setInterval(look, FORGOTTEN / 10);
  new MutationObserver(turn).observe(app, { attributes: true, attributeFilter: [STATE] });
}

/** @param {{ cookie: string, lang: string, words: { [name: string]: string } }} of */
export function visit({ cookie, lang, words }) {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs https
  document.cookie = cookie;
  document.documentElement.lang = lang;
  const { style } = document.documentElement;
  for (const [name, word] of Object.entries(words)) style.setProperty(`--word-${name}`, JSON.stringify(word));
  oneEntryAPage(window);
  quietTips(window);
  closeDrawer(window);
  comeBack(window);
}
