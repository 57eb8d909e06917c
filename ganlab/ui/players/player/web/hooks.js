// @ts-check
// What a player adds to the viewer: how it reads a message, and what it shows of a frame. Each player overrides these.

/** @template {import("./film.js").Film} F */
export class Hooks {
  /**
   * The message in some bytes: {head, …}.
   * @param {Bytes} data
   * @returns {any}
   */
  read(data) {
    throw new TypeError(`no reader for ${data.length} bytes`);
  }

  /**
   * An empty film for a message's head.
   * @param {any} head
   * @returns {F}
   */
  reel(head) {
    throw new TypeError(`no film for ${head.run}`);
  }

  /**
   * Facts of a head, other than its text, on which labels depend.
   * @param {any} head
   */
  labelled(head) {
    return [head.run];
  }

  /**
   * Writes the labels.
   * @param {any} _head
   */
  label(_head) {}

  /**
   * Uses the colours of the theme.
   * @param {Palette} _palette
   */
  colours(_palette) {}

  /** Fits the picture to the page's width. */
  fit() {}

  /**
   * Draws a moment; shown: film.frame of it, or null.
   * @param {Pair} _pair
   * @param {any} _shown
   * @param {boolean} _busy
   */
  picture(_pair, _shown, _busy) {}

  /**
   * Writes the numbers of a moment.
   * @param {any} _shown
   * @param {boolean} _waiting
   * @param {Pair} _pair
   */
  scores(_shown, _waiting, _pair) {}

  /**
   * The text for a screen reader.
   * @param {any} _shown
   */
  summary(_shown) {
    return "";
  }

  /**
   * Whether frame `index` is interpolated from the one before it.
   * @param {number} _index
   */
  glides(_index) {
    return true;
  }

  /**
   * Whether the picture is animated, whatever the film does.
   * @param {number} _now
   */
  animates(_now) {
    return false;
  }
}
