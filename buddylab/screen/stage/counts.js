// How many pages are free and how long each list is: added up from the document's changes, never worked out.
import { FREE } from "./types.js";

/** @typedef {import("./types.js").Counts} Counts */

/** @param {any} list a list as it travels: whole, or its ends and a count */
const lengthOf = (list) => (Array.isArray(list) ? list.length : list.count);

/** Before the first frame. @param {import("./types.js").Doc} doc @returns {Counts} */
export const countsAtFirst = ({ initial }) => initial.zones.map((zone) => (
  { free: zone.free, n: [...zone.lists, zone.hot, zone.cold].map(lengthOf) }));

/** After these changes. @param {Counts} counts @param {import("./types.js").Change[]} changes @returns {Counts} */
export function countsAfter(counts, changes) {
  if (!changes.length) return counts;
  const next = counts.map((zone) => ({ free: zone.free, n: [...zone.n] }));
  for (const [zone, list, operation, value] of changes) {
    if (list === FREE) next[zone].free = value;
    else next[zone].n[list] += operation === 0 ? -1 : 1;
  }
  return next;
}

/** Places of the zones that the request may use, in its order. @param {import("./types.js").Doc} doc */
export const askedZones = ({ machine, request }) => request.zonelist
  .map((label) => machine.zones.findIndex((zone) => zone.label === label)).filter((zone) => zone >= 0);

/** @param {import("./types.js").Doc} doc @param {unknown} label */
export const zoneAt = ({ machine }, label) => machine.zones.findIndex((zone) => zone.label === label);
