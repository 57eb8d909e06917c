// @ts-check
// The labels of the drawing's buttons and canvas.

const LABELLED = ["brush", "eraser", "clear", "thin", "size", "density", "use"];
const EXPLAINED = ["brush", "eraser", "undo", "redo", "clear", "thin", "use"];

/**
 * Writes the labels; `n`: how many points a name holds.
 * @param {Part} part
 * @param {Reader["say"]} say
 * @param {number} n
 */
export function label(part, say, n) {
  for (const name of LABELLED) part(`${name}-label`).textContent = say(name, { n });
  for (const name of EXPLAINED) part(name).title = say(`${name}_help`, { n });
  for (const name of ["undo", "redo"]) part(name).setAttribute("aria-label", say(name));
  part("tools").setAttribute("aria-label", say("tools"));
  part("canvas").setAttribute("aria-description", say("keys"));
  part("keys").textContent = say("keys");
}
