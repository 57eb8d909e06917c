// @ts-check
// The mathematics of the Dirac-GAN, as ganlab/gan/dirac.py has it; tests/js/dirac.test.js holds one to the other.

/** @typedef {(theta: number, psi: number, strength: number) => Point} Field */
/** @typedef {[[number, number], [number, number]]} Matrix */
/** @typedef {{ re: number, im: number }} Complex */

/** @param {number} t */
const sigmoid = (t) => (1 + Math.tanh(t / 2)) / 2;

/** @type {Field} */
function minimax(theta, psi) {
  const s = sigmoid(theta * psi);
  return [psi * s, -theta * s];
}

/** @type {Field} */
const nonsaturating = (theta, psi) => [psi * sigmoid(-theta * psi), -theta * sigmoid(theta * psi)];

/** @type {Field} */
const wasserstein = (theta, psi) => [psi, -theta];

/** @type {Field} */
const wganGp = (theta, psi, gamma) => [psi, -theta - gamma * (Math.abs(psi) - 1) * Math.sign(psi)];

/** @type {Field} */
function consensus(theta, psi, gamma) {
  const s = sigmoid(theta * psi);
  const bent = (theta ** 2 + psi ** 2) * s ** 2 * (1 - s);
  return [psi * s - gamma * (theta * s ** 2 + psi * bent), -theta * s - gamma * (psi * s ** 2 + theta * bent)];
}

/**
 * The minimax field under instance noise; nodes and weights of the quadrature come from Python.
 * @param {{ nodes: number[], weights: number[] }} quadrature
 * @returns {Field}
 */
const noisy =
  ({ nodes, weights }) =>
  (theta, psi, sigma) => {
    let [toTheta, toPsi] = [0, 0];
    nodes.forEach((node, i) => {
      const [real, fake] = [sigma * node, theta + sigma * node];
      const says = weights[i] * sigmoid(psi * fake);
      toTheta += psi * says;
      toPsi += real * weights[i] * sigmoid(-psi * real) - fake * says;
    });
    return [toTheta, toPsi];
  };

/** @type {(field: Field) => Field} */
const penalised = (field) => (theta, psi, gamma) => {
  const [toTheta, toPsi] = field(theta, psi, gamma);
  return [toTheta, toPsi - gamma * psi];
};

/** @type {(rate: number) => (gamma: number) => Matrix} */
const turning = (rate) => (gamma) => [
  [0, rate],
  [-rate, -gamma],
];
/** @type {(rate: number) => (gamma: number) => Matrix} */
const free = (rate) => () => turning(rate)(0);

/**
 * Each method's field, and the field's Jacobian at 0, null where it has a jump.
 * @param {{ nodes: number[], weights: number[] }} quadrature
 * @returns {Record<string, { field: Field, slope: ((strength: number) => Matrix) | null, clips?: boolean }>}
 */
export const methods = (quadrature) => ({
  minimax: { field: minimax, slope: free(0.5) },
  nonsaturating: { field: nonsaturating, slope: free(0.5) },
  relativistic: { field: nonsaturating, slope: free(0.5) },
  wasserstein: { field: wasserstein, slope: free(1) },
  clip: { field: wasserstein, slope: free(1), clips: true },
  wgan_gp: { field: wganGp, slope: null },
  instance_noise: {
    field: noisy(quadrature),
    slope: (sigma) => [
      [0, 0.5],
      [-0.5, -(sigma ** 2) / 2],
    ],
  },
  r1: { field: penalised(minimax), slope: turning(0.5) },
  nonsaturating_r1: { field: penalised(nonsaturating), slope: turning(0.5) },
  relativistic_r1: { field: penalised(nonsaturating), slope: turning(0.5) },
  consensus: {
    field: consensus,
    slope: (gamma) => [
      [-gamma / 4, 0.5],
      [-0.5, -gamma / 4],
    ],
  },
});

/**
 * The eigenvalues of a 2×2 matrix.
 * @param {Matrix} matrix
 * @returns {[Complex, Complex]}
 */
export function eigenvalues([[a, b], [c, d]]) {
  const middle = (a + d) / 2,
    square = (a - d) ** 2 / 4 + b * c,
    root = Math.sqrt(Math.abs(square));
  return square < 0
    ? [
        { re: middle, im: root },
        { re: middle, im: -root },
      ]
    : [
        { re: middle + root, im: 0 },
        { re: middle - root, im: 0 },
      ];
}

/** @type {(one: Matrix, other: Matrix) => Matrix} */
const times = ([[a, b], [c, d]], [[e, f], [g, h]]) => [
  [a * e + b * g, a * f + b * h],
  [c * e + d * g, c * f + d * h],
];

/**
 * The matrix of one round near the equilibrium: d_steps updates of D, then one of G.
 * @param {Matrix} slope
 * @param {DiracState} state
 */
export function round([[a, b], [c, d]], { step, d_steps, update }) {
  /** @type {Matrix} */
  const ofD = [
    [1, 0],
    [step * c, 1 + step * d],
  ];
  /** @type {Matrix} */
  const ofG = [
    [1 + step * a, step * b],
    [0, 1],
  ];
  /** @type {Matrix} */
  const both = [ofG[0], ofD[1]];
  let whole = update === "alternating" ? times(ofG, ofD) : both;
  for (let k = 1; k < d_steps; k++) whole = times(whole, ofD);
  return whole;
}

/**
 * (θ, ψ) after every round, the start first.
 * @param {{ field: Field, clips?: boolean }} method
 * @param {DiracState} state
 * @param {number} rounds
 */
export function path({ field, clips }, { theta, psi, step, strength, d_steps, update }, rounds) {
  /** @type {Point[]} */
  const places = [[theta, psi]];
  for (let k = 0; k < rounds; k++) {
    for (let turn = 1; turn <= d_steps; turn++) {
      const before = psi;
      psi += step * field(theta, psi, strength)[1];
      if (clips) psi = Math.min(Math.max(psi, -strength), strength);
      if (turn === d_steps) theta += step * field(theta, update === "alternating" ? psi : before, strength)[0];
    }
    places.push([theta, psi]);
  }
  return places;
}
