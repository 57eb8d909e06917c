// The moment that the page's player shows, for whatever else on the page follows it.

const followers = new Set();
let now = null;

/** moment: {run, step, playing}. */
export function announce(moment) {
  now = moment;
  followers.forEach((follow) => follow(moment));
}

/** Calls back at once and at every moment to come; the returned function ends it. */
export function follow(callback) {
  followers.add(callback);
  if (now) callback(now);
  return () => followers.delete(callback);
}
