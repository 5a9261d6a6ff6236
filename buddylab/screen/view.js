// What one step of the run shows: worked out once, read by every panel.
import { NR_FREE, TAKES } from "./constants.js";
import { event0, visitStart } from "./frames.js";
import { evidenceAt, focusZone } from "./evidence.js";

/** The column of the free lists that a frame is about, -1 for none. @param {import("./types").Frame} frame */
function columnOf(frame) {
  if (frame.split) return frame.split.from;
  if (frame.merge) return frame.merge.to;
  const taken = TAKES.includes(event0(frame)) && frame.changes?.find(([, list]) => list !== NR_FREE);
  return taken ? taken[1] : -1;
}

/** Free pages by zone before the visit to the stage that this frame belongs to. */
function freeBefore({ trace, run }, at) {
  const start = visitStart(trace.frames, at);
  return start ? run.levels[start - 1].free : trace.initial.zones.map((zone) => zone.free);
}

/**
 * @param {import("./types").App} app
 * @param {number} cursor
 * @returns {import("./types").View}
 */
export function viewAt(app, cursor) {
  const { run, trace } = app, entry = run.rows[cursor], at = entry.frame, frame = trace.frames[at];
  const row = frame.test?.rows[entry.row], evidence = evidenceAt(trace, run.rows, cursor);
  const zone = focusZone(trace, frame, evidence), own = row?.say ? row : frame;
  const cut = evidence && evidence.test.zone === zone ? evidence.row : 0;
  return {
    cursor, entry, at, frame, evidence, zone, cut, state: run.at(at),
    mood: frame.test && !entry.last ? "" : frame.mood ?? "",
    text: app.say(own.say, own.args), isEnd: event0(frame) === "end",
    before: freeBefore(app, at), column: evidence ? cut - 1 : columnOf(frame),
  };
}
