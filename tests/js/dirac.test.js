// @ts-check
// The Dirac-GAN in the browser against the same in Python: eigenvalues and paths of every method.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eigenvalues, methods, path, round } from "../../ganlab/ui/players/dirac/web/game.js";
import { opened } from "../../ganlab/ui/players/player/web/message.js";
import { agrees, bytes } from "./fixture.js";

const { head } = opened(bytes("dirac.bin"));
const known = methods(head);
const WEIGHTED = ["clip", "wgan_gp", "instance_noise", "r1", "nonsaturating_r1", "relativistic_r1", "consensus"];
/** @type {(places: Point[]) => number[]} */
const some = (places) => places.flat().filter((_, i) => i % 37 === 0);

for (const [name, method] of Object.entries(known)) {
  test(`${name}: eigenvalues and paths are those of Python`, () => {
    const strength = WEIGHTED.includes(name) ? 0.6 : 0;
    /** @type {DiracState} */
    const state = { method: name, update: "alternating", step: 0.2, strength, d_steps: 3, theta: 1.2, psi: -0.7 };
    const matrices = method.slope ? [method.slope(strength), round(method.slope(strength), state)] : [];
    const values = matrices.flatMap(eigenvalues).flatMap(({ re, im }) => [re, im]);
    const other = { ...state, update: "simultaneous", step: 0.1, d_steps: 1, theta: 0.4, psi: 1.1 };
    agrees([...values, ...some(path(method, state, 60)), ...some(path(method, other, 60))], `dirac.${name}`, {
      some: false,
    });
  });
}

test("every method that Python knows is here", () => {
  assert.equal(Object.keys(known).length, 11);
  assert.equal(head.nodes.length, head.weights.length);
});
