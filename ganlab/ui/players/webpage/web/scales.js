// @ts-check
// The scales of a panel, from the rows of its table that say its bounds.

/** Linear below the bend, logarithmic above, as the app's charts have it. */
const bent = (/** @type {number} */ v, /** @type {number} */ bend) => Math.log1p(v / bend);

/**
 * x and y: from values to pixels; y points down. Without a bend, x is linear.
 * @param {{ step: number, y: number }[]} bounds
 * @param {{ across: number, tall: number, bend: number, log: boolean }} how
 */
export function scales(bounds, { across, tall, bend, log }) {
  const end = Math.max(...bounds.map(({ step }) => step)) || 1;
  const flat = log ? Math.log10 : (/** @type {number} */ v) => v;
  const [low, high] = [Math.min, Math.max].map((of) => flat(of(...bounds.map(({ y }) => y))));
  const place = (/** @type {number} */ v) => (bend ? bent(v, bend) / bent(end, bend) : v / end);
  return {
    x: (/** @type {number} */ v) => across * place(v),
    y: (/** @type {number} */ v) => tall * (1 - (flat(v) - low) / (high - low)),
  };
}
