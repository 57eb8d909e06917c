// @ts-check
// What D says of the points: two histograms over its belief, the real points' above, the generated points' below.

const BINS = 21;

/** Draws into a context of side x side pixels; `field` is D's belief in [-1, 1], its lowest row first. */
export function opinions(c, side, { real, fake, field, cells, extent }, palette) {
  const seen = [real, fake].map((points) => counted(points, field, cells, extent));
  const top = Math.max(...seen.flat(), 1e-9),
    wide = side / BINS,
    middle = side / 2;
  backdrop(c, side, palette.field);
  [
    [seen[0], palette.real, -1],
    [seen[1], palette.generated, 1],
  ].forEach(([shares, colour, way]) => {
    c.fillStyle = colour;
    shares.forEach((share, i) => {
      const height = (middle - 3) * Math.sqrt(share / top);
      c.fillRect(i * wide + 0.5, way < 0 ? middle - height : middle, wide - 1, height);
    });
  });
  c.fillStyle = palette.ink;
  c.fillRect(0, middle - 0.5, side, 1);
  c.fillRect(middle - 0.5, 0, 1, side);
}

/** The field's own colours from "fake" on the left to "real" on the right. */
function backdrop(c, side, { saysFake, undecided, saysReal }) {
  const ramp = c.createLinearGradient(0, 0, side, 0);
  [saysFake, undecided, saysReal].forEach((rgb, i) => ramp.addColorStop(i / 2, `rgb(${rgb.join()})`));
  c.fillStyle = ramp;
  c.fillRect(0, 0, side, side);
}

/** The share of the points in each bin of D's belief at them. */
function counted(points, field, cells, extent) {
  const shares = new Array(BINS).fill(0),
    n = points.length / 2;
  for (let i = 0; i < n; i++) {
    const value = at(field, cells, points[2 * i] / extent, points[2 * i + 1] / extent);
    if (Number.isFinite(value)) shares[Math.min(BINS - 1, Math.floor(((value + 1) / 2) * BINS))] += 1 / n;
  }
  return shares;
}

/** The field between its cells' centres, at x and y in [-1, 1]; beyond the view that of its edge. */
function at(field, cells, x, y) {
  const [u, v] = [x, y].map((z) => Math.max(0, Math.min(cells - 1.001, ((z + 1) / 2) * cells - 0.5)));
  const [i, j] = [Math.floor(v), Math.floor(u)],
    [s, t] = [v - i, u - j];
  const value = (row, column) => field[row * cells + column];
  return (
    (1 - s) * ((1 - t) * value(i, j) + t * value(i, j + 1)) + s * ((1 - t) * value(i + 1, j) + t * value(i + 1, j + 1))
  );
}
