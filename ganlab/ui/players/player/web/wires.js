// @ts-check
// The arrows of the pipeline: the forward pass and the two gradients.

const FORWARD = [
  ["noise", "g"],
  ["g", "fake"],
  ["fake", "d"],
  ["real", "d"],
  ["d", "predictions"],
  ["predictions", "g_loss"],
  ["predictions", "d_loss"],
];
const FAINT = 1e-4; // gradient norm below which the arrow is dashed

/**
 * Draws all arrows.
 * @param {Drawing} c
 * @param {{ wide: number, high: number, boxes: Record<string, Box>, norms: Norms, ink: string, gradient: string }} flow
 */
export function wires(c, { wide, high, boxes, norms, ink, gradient }) {
  c.clearRect(0, 0, wide, high);
  c.lineJoin = "round";
  c.strokeStyle = c.fillStyle = ink;
  c.lineWidth = 1.5;
  FORWARD.forEach(([from, to]) => forward(c, boxes[from], boxes[to], to));
  c.strokeStyle = c.fillStyle = gradient;
  back(c, boxes.g_loss, boxes.g, norms.g, 11, -1);
  back(c, boxes.d_loss, boxes.d, norms.d, high - 11, 1);
}

/**
 * Draws a curve from the right side of a stop to the left side of another; the two at D are shifted apart.
 * @param {Drawing} c
 * @param {Box} from
 * @param {Box} to
 * @param {string} name
 */
function forward(c, from, to, name) {
  const gap = to.left - from.right > 14 ? 3 : 1,
    lean = name === "d" ? Math.sign(from.y - to.y) * 9 : 0;
  const [x0, y0, x1, y1] = [from.right + gap, from.y, to.left - gap, to.y + lean];
  const middle = (x0 + x1) / 2;
  c.beginPath();
  c.moveTo(x0, y0);
  c.bezierCurveTo(middle, y0, middle, y1, x1 - 5, y1);
  c.stroke();
  head(c, x1, y1, 1, 0, 6);
}

/**
 * Draws a gradient: from a loss up (way -1) or down (1) to a lane, along it, and to the network.
 * @param {Drawing} c
 * @param {Box} from
 * @param {Box} to
 * @param {number} norm
 * @param {number} lane
 * @param {number} way
 */
function back(c, from, to, norm, lane, way) {
  const thick = thickness(norm),
    size = 5 + thick;
  const [start, end] = way < 0 ? [from.top - 2, to.top - 2] : [from.bottom + 2, to.bottom + 2];
  c.lineWidth = thick;
  c.setLineDash(vanished(norm) ? [3, 4] : []);
  c.beginPath();
  c.moveTo(from.x, start);
  c.arcTo(from.x, lane, to.x, lane, 9);
  c.arcTo(to.x, lane, to.x, end, 9);
  c.lineTo(to.x, end + way * (size - 1));
  c.stroke();
  c.setLineDash([]);
  head(c, to.x, end, 0, -way, size);
}

/** @param {number} norm */
export const vanished = (norm) => !(norm >= FAINT);

/**
 * The width of an arrow: 1 to 4.5 pixels, one more per factor of ten.
 * @param {number} norm
 */
export const thickness = (norm) => (vanished(norm) ? 1 : Math.max(1, Math.min(4.5, 3.5 + Math.log10(norm))));

/**
 * @param {Drawing} c
 * @param {number} x
 * @param {number} y
 * @param {number} ux
 * @param {number} uy
 * @param {number} size
 */
function head(c, x, y, ux, uy, size) {
  const wide = 0.6 * size;
  c.beginPath();
  c.moveTo(x, y);
  c.lineTo(x - ux * size - uy * wide, y - uy * size + ux * wide);
  c.lineTo(x - ux * size + uy * wide, y - uy * size - ux * wide);
  c.closePath();
  c.fill();
}
