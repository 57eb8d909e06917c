// @ts-check
// What a page gives to a module: just enough of it to run without a browser.

/** A context that writes down what is called: [[name, ...arguments], …], properties as ["=name", value]. */
export function pen() {
  /** @type {any[][]} */
  const calls = [];
  const known = {
    canvas: { clientWidth: 1000 },
    measureText: (/** @type {string} */ words) => ({ width: 6 * words.length }),
  };
  const context = new Proxy(/** @type {any} */ (known), {
    get: (target, name) =>
      name in target ? target[name] : (/** @type {any[]} */ ...given) => calls.push([name, ...given]),
    set: (target, name, value) => {
      target[name] = value;
      return calls.push([`=${String(name)}`, value]) > 0;
    },
  });
  return { context, calls, named: (/** @type {string} */ name) => calls.filter(([called]) => called === name) };
}

/** An element that holds what is set on it. */
export function element(facts = {}) {
  const style = {
    setProperty: (/** @type {string} */ name, /** @type {string} */ value) => Object.assign(style, { [name]: value }),
  };
  /** @type {any} */
  const made = {
    style,
    dataset: {},
    children: [],
    attributes: {},
    heard: {},
    addEventListener: (/** @type {string} */ name, /** @type {unknown} */ listener) =>
      Object.assign(made.heard, { [name]: listener }),
    append: (/** @type {any[]} */ ...children) => made.children.push(...children),
    replaceChildren: (/** @type {any[]} */ ...children) => Object.assign(made, { children }),
    setAttribute: (/** @type {string} */ name, /** @type {unknown} */ value) =>
      Object.assign(made.attributes, { [name]: String(value) }),
    querySelector: () => element(),
    querySelectorAll: () => [],
    getContext: () => context2d(),
    get lastChild() {
      return made.children.at(-1);
    },
    ...facts,
  };
  return made;
}

function context2d() {
  const { context } = pen();
  context.createImageData = (/** @type {number} */ width, /** @type {number} */ height) => ({
    width,
    height,
    data: new Uint8ClampedArray(4 * width * height),
  });
  context.fillStyle = "#000000";
  return context;
}

class Observer {
  observe() {}
  disconnect() {}
}

class Path {
  /** @type {any[][]} */
  calls = [];
  moveTo = (/** @type {number[]} */ ...place) => this.calls.push(["moveTo", ...place]);
  lineTo = (/** @type {number[]} */ ...place) => this.calls.push(["lineTo", ...place]);
}

/** The frame that was asked for last, for tests that let time pass. */
export const clock = { next: /** @type {((now: number) => void) | null} */ (null) };

Object.assign(globalThis, {
  window: {
    devicePixelRatio: 1,
    innerWidth: 1280,
    innerHeight: 800,
    addEventListener() {},
    removeEventListener() {},
    matchMedia: () => ({}),
  },
  document: { createElement: () => element(), createElementNS: () => element(), documentElement: element() },
  getComputedStyle: () => ({ getPropertyValue: () => "#ffffff" }),
  ResizeObserver: Observer,
  Path2D: Path,
  requestAnimationFrame: (/** @type {(now: number) => void} */ tick) => {
    clock.next = tick;
    return 1;
  },
  cancelAnimationFrame: () => {
    clock.next = null;
  },
});
