// @ts-check
// A loader of node: "../ganlab.player/x.js" is the player's x.js.

const PLAYER = new URL("../../ganlab/ui/players/player/web/", import.meta.url);

/**
 * @param {string} name
 * @param {any} context
 * @param {(name: string, context: any) => any} next
 */
export function resolve(name, context, next) {
  const served = name.match(/^\.\.\/ganlab\.player\/(.+)$/);
  return next(served ? new URL(served[1], PLAYER).href : name, context);
}
