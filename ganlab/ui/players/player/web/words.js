// @ts-check
// Numbers and sentences as the reader sees them. Sentences come from the server; here they are only filled in.

/** A whole number with narrow spaces between its thousands. */
export const thin = (/** @type {number | string} */ n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** A template with its placeholders filled; one without a value stays. */
export const fill = (/** @type {string} */ template, /** @type {Record<string, any>} */ values) =>
  template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/**
 * Template pieces in order: plain strings, and {name} objects where a placeholder stands.
 * @param {string} template
 */
export const pieces = (template) =>
  template
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((part) => (/^\{\w+\}$/.test(part) ? { name: part.slice(1, -1) } : part));

/**
 * A dictionary that answers an unknown key with the key itself, and writes numbers in the reader's way.
 * @param {Words} text
 * @returns {Reader}
 */
export function reader(text) {
  const say = (key, values = {}) => fill(text[key] ?? key, values);
  const decimal = (/** @type {number} */ x, /** @type {number} */ digits) =>
    x.toFixed(digits).replace(".", say("decimal"));
  const finite = (x, write) => (Number.isFinite(x) ? write(Number(x)) : "–");
  return {
    say,
    number: (x, digits = 2) => finite(x, (known) => decimal(known, digits)),
    percent: (x, digits = 0) => finite(x, (known) => `${decimal(100 * known, digits)}\u202f%`),
  };
}
