// @ts-check
// A run as a page of its own: the players get their messages from the page itself. Python: ../__init__.py.
import digits from "../../player/web/digits.js";
import duel from "../../player/web/duel.js";
import player from "../../player/web/player.js";
import { Charts } from "./charts.js";
import { inflated, joined } from "./parts.js";

/** @type {Record<string, (mounting: Mounting) => unknown>} */
const PLAYERS = { digits, duel, player };
const THEMES = ["light", "dark"];
const ignore = () => {};

class Host {
  /** @type {Book} */
  book;
  /** @type {Bytes[]} */
  chunks;
  /** @type {Map<string, Bytes>} */
  messages;
  /** @type {string} */
  lang;

  /**
   * @param {Book} book
   * @param {Bytes[]} chunks
   */
  constructor(book, chunks) {
    const wanted = window.location.hash.slice(1);
    const lang = wanted in book.languages ? wanted : book.start;
    Object.assign(this, { book, chunks, messages: new Map(), lang });
    const place = /** @type {HTMLElement} */ (document.querySelector("#stage"));
    this.stage = /** @type {Root} */ (/** @type {unknown} */ (place.shadowRoot));
    this.charts = new Charts(document.querySelector("#charts"));
    this.mount = PLAYERS[book.component];
  }

  /** Connects the buttons, and shows everything. */
  open() {
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = THEMES[Number(dark)];
    document.querySelectorAll("[data-lang]").forEach((button) => {
      button.addEventListener("click", () => this.speak(/** @type {HTMLElement} */ (button).dataset.lang ?? ""));
    });
    document.querySelector("#theme")?.addEventListener("click", () => this.turn());
    this.show();
    this.#follow();
  }

  /** Shows everything in another language. */
  speak(/** @type {string} */ lang) {
    this.lang = lang;
    this.show();
  }

  /** Changes from light to dark, or back. */
  turn() {
    const root = document.documentElement;
    root.dataset.theme = THEMES[Number(root.dataset.theme === THEMES[0])];
    this.show();
  }

  show() {
    const { words, charts } = this.book.languages[this.lang];
    document.documentElement.lang = this.lang;
    document.title = words.title;
    document.querySelectorAll("[data-say]").forEach((place) => {
      place.textContent = words[/** @type {HTMLElement} */ (place).dataset.say ?? ""];
    });
    const theme = document.querySelector("#theme");
    for (const name of ["title", "aria-label"]) theme?.setAttribute(name, words.theme);
    document.querySelectorAll("[data-lang]").forEach((button) => {
      button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.lang === this.lang));
    });
    this.mount({ data: this.#message(), parentElement: this.stage, setStateValue: ignore, setTriggerValue: ignore });
    this.charts.show(charts);
    this.#moment();
  }

  /** The message of the language: the same bytes each time, as a player reads a message once. */
  #message() {
    const { messages, book, chunks, lang } = this;
    if (!messages.has(lang)) messages.set(lang, joined(book.languages[lang].message.map((i) => chunks[i])));
    return messages.get(lang);
  }

  /** Has the charts mark the moment that the player shows. */
  #follow() {
    const root = this.stage.querySelector(".player");
    new MutationObserver(() => this.#moment()).observe(root, { attributeFilter: ["data-step", "data-epoch"] });
  }

  #moment() {
    const { epoch, step } = this.stage.querySelector(".player").dataset;
    this.charts.mark(Number.parseFloat(epoch ?? step ?? ""));
  }
}

async function open() {
  const part = (/** @type {string} */ name) => document.querySelector(name)?.textContent ?? "";
  const book = JSON.parse(part("#book"));
  new Host(book, await inflated(part("#parts"), book.chunks)).open();
}

open();
