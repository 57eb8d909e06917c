// @ts-check
// The step shown by the player, for other components of the page that follow it.

/** @type {Set<(moment: Moment) => void>} */
const followers = new Set();
/** @type {Moment | null} */
let now = null;

/** Notifies all followers. */
export function announce(/** @type {Moment} */ moment) {
  now = moment;
  followers.forEach((follow) => follow(moment));
}

/** Calls `callback` now and for each new moment. Returns a function that ends this. */
export function follow(/** @type {(moment: Moment) => void} */ callback) {
  followers.add(callback);
  if (now) callback(now);
  return () => followers.delete(callback);
}
