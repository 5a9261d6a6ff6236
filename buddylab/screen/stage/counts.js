// How many pages are free and how long each list is: added up from the document's changes, never worked out.
import { COLD, FREE, HOT, ORDERS } from "./types.js";

/** @typedef {import("./types.js").Counts} Counts */

/** @param {any} list a list as it travels: whole, or its ends and a count */
const lengthOf = (list) => (Array.isArray(list) ? list.length : list.count);

/** The document's changes with a list's place for its name; lists of one order, whatever their type, are one here.
 *  @param {any[][] | undefined} changes @returns {import("./types.js").Change[]} */
export function numbered(changes) {
  /** @type {import("./types.js").Change[]} */
  const out = [];
  for (const [zone, part, key, operation, pfn] of changes ?? []) {
    if (part === "counts" && key === "NR_FREE_PAGES") out.push([zone, FREE, 0, operation]);
    else if (part === "pcp") out.push([zone, key === "cold" ? COLD : HOT, operation, pfn]);
    else if (part === "lists") out.push([zone, Number.parseInt(key, 10), operation, pfn]);
  }
  return out;
}

/** Before the first frame. @param {import("./types.js").Doc} doc @returns {Counts} */
export const countsAtFirst = ({ initial }) => initial.zones.map(({ counts, lists, pcp }) => {
  const n = Array.from({ length: ORDERS + 2 }, () => 0);
  for (const [key, list] of Object.entries(lists)) n[Number.parseInt(key, 10)] += lengthOf(list);
  for (const [key, list] of Object.entries(pcp)) n[key === "cold" ? COLD : HOT] += lengthOf(list);
  return { free: counts.NR_FREE_PAGES, n };
});

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
