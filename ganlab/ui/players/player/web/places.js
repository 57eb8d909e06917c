// @ts-check
// Where the lamps of the modes stand: as the modes lie on the plane.

const SAME = 1e-3; // coordinates closer than this are one
const MOST = 6; // columns and rows, at most: modes that lie anywhere have a lamp each in one row

/**
 * The different values, in ascending order.
 * @param {number[]} values
 */
const different = (values) =>
  [...values].sort((a, b) => a - b).filter((value, i, all) => !i || value - all[i - 1] > SAME);

/**
 * Column and row of each mode's lamp, counted from 1, the row from the top; null where lamps stand in one row.
 * @param {Point[] | null} modes
 */
export function places(modes) {
  if (!modes) return null;
  const [columns, rows] = [0, 1].map((axis) => different(modes.map((mode) => mode[axis])));
  if (rows.length < 2 || Math.max(columns.length, rows.length) > MOST) return null;
  const rank = (/** @type {number[]} */ among, /** @type {number} */ value) =>
    1 + among.findIndex((other) => Math.abs(other - value) <= SAME);
  const at = modes.map(([x, y]) => ({ column: rank(columns, x), row: rows.length + 1 - rank(rows, y) }));
  return { columns: columns.length, at };
}
