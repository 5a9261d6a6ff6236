// Pure functions over the recorded frames: rows, steps, visits to stages, the way taken.
import { ALLOC_FLAGS, EVENT_ARGS, RETURNS, TAKES } from "./kernel.js";
import { freePages } from "./state.js";
/** @import { Frame, RunDocument } from "./document" */
/** @import { Entry, Level } from "./types" */

/** @param {Frame} frame @returns {string | undefined} */
export const event0 = (frame) => frame.event?.[0];

/** One entry per frame, and one per row of its test where it has one: [{frame, row, last}], row -1 without a test.
 *  @param {Frame[]} frames @returns {Entry[]} */
export function expandRows(frames) {
  return frames.flatMap((frame, at) => {
    const rows = frame.test?.rows.length ?? 0;
    if (!rows) return [{ frame: at, row: -1, last: true }];
    return Array.from({ length: rows }, (_, row) => ({ frame: at, row, last: row === rows - 1 }));
  });
}

/** The cursor positions at which a step of this granularity ("stage", "event", "row") may stop.
 *  @param {Entry[]} rows @param {Frame[]} frames @param {"stage" | "event" | "row"} granularity */
export function stops(rows, frames, granularity) {
  /** @param {number} at */
  const stageEnds = (at) => at === frames.length - 1 || frames[at + 1].stage !== frames[at].stage;
  /** @param {Entry} entry */
  const keep = ({ frame, last }) => granularity === "row" || (last && (granularity === "event" || stageEnds(frame)));
  return rows.flatMap((entry, index) => (keep(entry) ? [index] : []));
}

/** Whether two frames of one ladder lie in the same round of the same stage. @param {Frame} a @param {Frame} b */
const sameVisit = (a, b) => a.stage === b.stage && (a.round ?? 1) === (b.round ?? 1);

/** Stages seen and edges taken ("from>to" -> times) up to a frame, on the ladder that this frame is on.
 *  @param {Frame[]} frames @param {number} upTo */
export function wayTaken(frames, upTo) {
  const depth = frames[upTo].depth ?? 0, seen = new Set(), edges = new Map();
  let start = depth ? upTo : 0, before = frames[upTo];
  while (start > 0 && (frames[start - 1].depth ?? 0) >= depth) start -= 1;
  for (const frame of frames.slice(start, upTo + 1)) {
    if ((frame.depth ?? 0) !== depth) continue;
    const edge = `${before.stage}>${frame.stage}`;
    if (seen.size && !sameVisit(before, frame)) edges.set(edge, (edges.get(edge) ?? 0) + 1);
    seen.add(frame.stage);
    before = frame;
  }
  return { seen, edges };
}

/** The first frame of the visit to a stage that this frame belongs to (nested allocations belong to it too).
 *  @param {Frame[]} frames @param {number} at */
export function visitStart(frames, at) {
  const depth = frames[at].depth ?? 0;
  let start = at;
  for (let back = at - 1; back >= 0; back -= 1) {
    const level = frames[back].depth ?? 0;
    if (level < depth) break;
    if (level > depth) continue;
    if (!sameVisit(frames[back], frames[at])) break;
    start = back;
  }
  return start;
}

/** The stage that the ladder goes to from here, once nothing in the rest of the visit can change that; else null.
 *  @param {Frame[]} frames @param {number} at */
export function nextStage(frames, at) {
  const { stage, round = 1, depth = 0 } = frames[at];
  const asks = [...TAKES, "get_page_from_freelist"];
  /** @param {Frame} frame */
  const open = (frame) => frame.test || asks.includes(event0(frame) ?? "");
  if (event0(frames[at]) === "get_page_from_freelist") return null;
  for (const frame of frames.slice(at + 1)) {
    const level = frame.depth ?? 0;
    if (level < depth) return null;
    if (level > depth) continue;
    if (frame.stage !== stage || (frame.round ?? 1) !== round) return frame.stage;
    if (open(frame)) return null;
  }
  return null;
}

/** What a visit to a stage has brought so far: {free: [before, now] per zone, jiffies, total (jiffies), kinds}.
 *  @param {RunDocument} document @param {Level[]} levels @param {number} at */
export function visitGain(document, levels, at) {
  const start = visitStart(document.frames, at), { jiffies } = document.initial;
  const before = start ? levels[start - 1] : { free: freePages(document.initial), jiffies };
  /** @type {Record<string, number>} */
  const kinds = {};
  for (const { reclaimed } of document.frames.slice(start, at + 1)) {
    for (const [kind, pages] of Object.entries(reclaimed ?? {})) kinds[kind] = (kinds[kind] ?? 0) + pages;
  }
  return {
    free: levels[at].free.map((pages, zone) => [before.free[zone], pages]), kinds,
    jiffies: levels[at].jiffies - before.jiffies, total: levels[at].jiffies - document.initial.jiffies,
  };
}

/** An argument of an event beside its name; zones go by label. @param {string | undefined} name @param {any} arg */
function argText(name, arg) {
  if (typeof arg === "string") return `"${arg}"`;
  if (name === "gfp_mask") return `gfp_mask 0x${arg.toString(16)}`;
  if (name === "alloc_flags") return flagNames(arg);
  return name ? `${name} ${arg}` : String(arg);
}

/** A kernel event as a line of text: zone_watermark_ok(zone "Normal", order 3, mark 939, ...) = 0.
 *  @param {Frame["event"]} event */
export function eventText(event) {
  if (!event) return "";
  const [name, ...args] = event, names = EVENT_ARGS[name] ?? [], returned = names.indexOf(RETURNS[name]);
  const shown = args.map((arg, i) => argText(names[i], arg)).filter((_, i) => i !== returned);
  return `${name}(${shown.join(", ")})${returned < 0 ? "" : ` = ${args[returned]}`}`;
}

/** @param {number} flags */
export function flagNames(flags) {
  return ALLOC_FLAGS.filter(([, bit]) => flags & bit).map(([name]) => name).join("|") || "alloc_flags 0";
}
