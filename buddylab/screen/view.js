// What one step of the run shows: worked out once, read by every panel.
import { TAKES } from "./kernel.js";
import { freePages, listName } from "./state.js";
import { event0, visitStart } from "./frames.js";
import { evidenceAt, focusZone } from "./evidence.js";
/** @import { Frame } from "./document" */
/** @import { App } from "./types" */

/** The free list that a frame is about, by name; null for none. @param {Frame} frame */
function columnOf(frame) {
  const order = frame.split?.from ?? frame.merge?.to;
  if (order !== undefined) return String(order);
  const taken = TAKES.includes(event0(frame) ?? "") && frame.changes?.find(([, part]) => part !== "counts");
  return taken ? listName(taken[1], String(taken[2])) : null;
}

/** Free pages by zone before the visit to the stage that this frame belongs to.
 *  @param {App} app @param {number} at */
function freeBefore({ document, run }, at) {
  const start = visitStart(document.frames, at);
  return start ? run.levels[start - 1].free : freePages(document.initial);
}

/**
 * @param {import("./types").App} app
 * @param {number} cursor
 * @returns {import("./types").View}
 */
export function viewAt(app, cursor) {
  const { run, document } = app, entry = run.rows[cursor], at = entry.frame, frame = document.frames[at];
  const row = frame.test?.rows[entry.row], evidence = evidenceAt(document, run.rows, cursor);
  const zone = focusZone(document, frame, evidence), own = row?.say ? row : frame;
  const cut = evidence && evidence.test.zone === zone ? evidence.row : 0;
  const counted = cut ? String(cut - 1) : null; // the list that the row just left out
  return {
    cursor, entry, at, frame, evidence, zone, cut, state: run.at(at),
    mood: frame.test && !entry.last ? "" : frame.mood ?? "",
    text: app.say(own.say, own.args), isEnd: event0(frame) === "end",
    before: freeBefore(app, at), column: evidence ? counted : columnOf(frame),
  };
}
