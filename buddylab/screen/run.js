// Everything about a recorded run that is read more than once.
import { MAX_ROWS } from "./constants.js";
import { groupTests, triesSoFar } from "./evidence.js";
import { expandRows } from "./frames.js";
import { levelsOf, makeTimeline } from "./state.js";
/** @import { RunDocument } from "./document" */

/** Everything about a document that is read more than once. @param {RunDocument} document */
export function prepare(document) {
  const rows = expandRows(document.frames), { frames } = document;
  /** @param {number} at */
  const lastRowOf = (at) => rows.findLastIndex((entry) => entry.frame === at);
  const end = frames[frames.length - 1];
  const shown = groupTests(frames, end.tests ?? [], end.decides).shown.length;
  const tries = triesSoFar(document, rows, rows.length - 1).length;
  const conds = Math.max(0, ...frames.map((frame) => frame.conds?.length ?? 0));
  const most = Math.max(4, document.request.order + 1, shown, conds, document.machine.zones.length);
  const slots = Math.min(MAX_ROWS, most);
  const deciding = end.decides === undefined ? rows.length - 1 : lastRowOf(end.decides);
  return { rows, at: makeTimeline(document), levels: levelsOf(document), slots, tries, deciding };
}
