// @ts-check
// Formatting numbers and filling sentences. The sentences come from the server.

/**
 * A whole number with narrow spaces as thousands separators; with a decimal comma, only from five digits on.
 * @param {number | string} n
 * @param {Reader["say"]} say
 */
export const thin = (n, say) =>
  say("decimal") === "," && String(n).length < 5 ? String(n) : String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** A template with its placeholders replaced; one without a value stays. */
export const fill = (/** @type {string} */ template, /** @type {Record<string, any>} */ values) =>
  template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/**
 * The parts of a template: strings, and {name} for each placeholder.
 * @param {string} template
 */
export const pieces = (template) =>
  template
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((part) => (/^\{\w+\}$/.test(part) ? { name: part.slice(1, -1) } : part));

/**
 * The sentences and number formats of a language. An unknown key returns itself.
 * @param {Words} text
 * @returns {Reader}
 */
export function reader(text) {
  /** @type {Reader["say"]} */
  const say = (key, values = {}) => fill(text[key] ?? key, values);
  const decimal = (/** @type {number} */ x, /** @type {number} */ digits) =>
    x.toFixed(digits).replace(".", say("decimal"));
  const finite = (/** @type {number | null | undefined} */ x, /** @type {(x: number) => string} */ write) =>
    Number.isFinite(x) ? write(Number(x)) : "–";
  return {
    say,
    number: (x, digits = 2) => finite(x, (known) => decimal(known, digits)),
    percent: (x, digits = 0) => finite(x, (known) => `${decimal(100 * known, digits)}\u202f%`),
  };
}
