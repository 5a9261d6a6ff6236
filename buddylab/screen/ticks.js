// What the time line marks, and which marks have room.
import { ALWAYS, TICKS, TICK_ROOM } from "./constants.js";
/** @import { Frame } from "./document" */
/** @import { Entry } from "./types" */

/** What the time line marks at each row: {mood, pass}; a pass ends where the run goes back up the ladder.
 *  One visit to the killer is marked once, however many frames tell of it.
 *  @param {Frame[]} frames @param {Entry[]} rows @param {string[]} stages */
export function tickMoods(frames, rows, stages) {
  let before = frames[0];
  let pass = 0;
  return rows.map(({ frame, last }) => {
    const now = frames[frame], again = now.mood === "kill" && frames[frame - 1]?.mood === "kill";
    if (!now.depth) {
      const moved = before !== now && (before.stage !== now.stage || (before.round ?? 1) !== (now.round ?? 1));
      if (moved && stages.indexOf(now.stage) <= stages.indexOf(before.stage)) pass += 1;
      before = now;
    }
    return { mood: last && !again ? now.mood ?? "" : "", pass };
  });
}

/** The rows whose ticks are drawn when a row has `unit` px: those that must be seen (wake, kill, wait, ends, the
 *  refusals of this pass), then the stronger before the weaker as long as none touches one that is there.
 *  @param {{ mood: string, pass: number }[]} moods @param {number} unit @param {number | null} pass */
export function thinTicks(moods, unit, pass) {
  /** @param {number} at */
  const strength = (at) => (moods[at].mood === "no" && moods[at].pass === pass ? ALWAYS : TICKS[moods[at].mood]);
  const marked = moods.flatMap(({ mood }, at) => (mood in TICKS ? [at] : []));
  /** @type {number[]} */
  const shown = [];
  for (const at of marked.sort((a, b) => strength(b) - strength(a) || a - b)) {
    const clear = shown.every((other) => Math.abs(other - at) * unit >= TICK_ROOM);
    if (clear || strength(at) >= ALWAYS) shown.push(at);
  }
  return new Set(shown);
}
