// Numbers and sentences as the reader sees them. Sentences come from the server; here they are only filled in.

export const thin = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, "\u202f");

export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** Template pieces in order: plain strings, and {name} objects where a placeholder stands. */
export const pieces = (template) =>
  template
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((part) => (/^\{\w+\}$/.test(part) ? { name: part.slice(1, -1) } : part));

/** A dictionary that answers an unknown key with the key itself, and writes numbers in the reader's way. */
export function reader(text) {
  const say = (key, values = {}) => fill(text[key] ?? key, values);
  const decimal = (x, digits) => x.toFixed(digits).replace(".", say("decimal"));
  const finite = (x, write) => (Number.isFinite(x) ? write(x) : "–");
  return {
    say,
    number: (x, digits = 2) => finite(x, () => decimal(x, digits)),
    percent: (x, digits = 0) => finite(x, () => `${decimal(100 * x, digits)}\u202f%`),
  };
}
