// @ts-check
// Messages that Python wrote (tests/support/make_js_fixtures.py), and some of the numbers that it reads in them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const folder = new URL("./fixtures/", import.meta.url);

/**
 * A message, in a buffer of its own.
 * @param {string} name
 */
export const bytes = (name) => new Uint8Array(readFileSync(new URL(name, folder)));

/** @type {Record<string, number[]>} */
const EXPECTED = JSON.parse(readFileSync(new URL("expected.json", folder), "utf-8"));
const SOME = 37;

/**
 * @param {number} one
 * @param {number} other
 * @param {number} within
 */
const close = (one, other, within) => Number.isNaN(one) === (other === -999) && !(Math.abs(one - other) > within);

/**
 * That an array's numbers are those that Python reads: all of them, or each 37th.
 * @param {ArrayLike<number>} values
 * @param {string} name
 * @param {{ some?: boolean, within?: number }} [options]
 */
export function agrees(values, name, { some = true, within = 2e-5 } = {}) {
  const given = Array.from(values).filter((_, i) => !some || i % SOME === 0);
  assert.equal(given.length, EXPECTED[name].length, name);
  given.forEach((value, i) => {
    const due = EXPECTED[name][i];
    assert.ok(close(value, due, within), `${name}[${i}]: ${value}, in Python ${due}`);
  });
}
