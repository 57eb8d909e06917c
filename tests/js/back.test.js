// @ts-check
// A page that was without its server for so long that it is forgotten there is loaded anew; a short break changes nothing.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { comeBack } from "../../ganlab/ui/page.js";

/** A page: what changes its connection's state, and how often it was loaded anew. */
function page() {
  const heard = /** @type {{ turn: () => void }} */ ({});
  const app = { state: "CONNECTED", getAttribute: () => app.state };
  const document = { documentElement: { dataset: {} }, querySelector: () => app };
  let loads = 0;
  const location = { reload: () => (loads += 1) };
  class MutationObserver {
    /** @param {() => void} turn */
    constructor(turn) {
      heard.turn = turn;
    }
    observe() {}
  }
  const looks = /** @type {(() => void)[]} */ ([]);
  const setInterval = (/** @type {() => void} */ look) => looks.push(look);
  const window = /** @type {any} */ ({ document, location, MutationObserver, setInterval });
  comeBack(window);
  comeBack(window); // as every run of the page does
  assert.equal(looks.length, 1);
  const becomes = (/** @type {string} */ state) => {
    app.state = state;
    heard.turn();
  };
  return { becomes, look: looks[0], loads: () => loads };
}

/** Seconds pass, and the page looks at the clock every ten. */
function pass(/** @type {number} */ seconds, look = () => {}) {
  for (let passed = 0; passed < seconds; passed += 10) {
    mock.timers.tick(10_000);
    look();
  }
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now: 1e9 });
});

for (const [seconds, loads] of [
  [10, 0],
  [180, 1],
]) {
  test(`after ${seconds} seconds without a connection`, () => {
    const { becomes, look, loads: times } = page();
    becomes("PINGING_SERVER");
    pass(seconds, look);
    becomes("CONNECTING");
    assert.equal(times(), 0);
    becomes("CONNECTED");
    assert.equal(times(), loads);
  });
}

test("after a computer has slept, when it notices late that the connection has gone", () => {
  const { becomes, look, loads } = page();
  pass(60, look);
  pass(600);
  look();
  becomes("PINGING_SERVER");
  becomes("CONNECTED");
  assert.equal(loads(), 1);
});

test("two short breaks are no long one", () => {
  const { becomes, look, loads } = page();
  for (let times = 0; times < 2; times += 1) {
    becomes("PINGING_SERVER");
    pass(60, look);
    becomes("CONNECTED");
    pass(60, look);
  }
  assert.equal(loads(), 0);
});
