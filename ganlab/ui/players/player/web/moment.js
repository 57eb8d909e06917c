// @ts-check
// The moment that the page's player shows, for whatever else on the page follows it.

/** @type {Set<(moment: Moment) => void>} */
const followers = new Set();
/** @type {Moment | null} */
let now = null;

/** Tells everyone who follows. */
export function announce(/** @type {Moment} */ moment) {
  now = moment;
  followers.forEach((follow) => follow(moment));
}

/** Calls back at once and at every moment to come; the returned function ends it. */
export function follow(/** @type {(moment: Moment) => void} */ callback) {
  followers.add(callback);
  if (now) callback(now);
  return () => followers.delete(callback);
}
