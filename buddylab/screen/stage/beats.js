// A frame becomes one or more beats: a row of a test, a halving, a page, a signal. Read from the document only.
import { castOf } from "./cast.js";
import { askedZones, countsAfter, countsAtFirst, numbered, zoneAt } from "./counts.js";
import { paced } from "./pacing.js";
import { FREE, HOT, STAGES } from "./types.js";

/** @typedef {import("./types.js").Doc} Doc */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").Beat} Beat */
/** What a maker gives for each beat of a frame. @typedef {{kind: string, changes?: import("./types.js").Change[],
 *    [more: string]: any}} Part */

/** @param {Frame} frame */
export const eventName = (frame) => frame.event?.[0] ?? "";

/** Each kind of frame: does it apply, and the beats that it becomes. The first that applies counts.
 *  @type {[(frame: Frame) => boolean, (doc: Doc, frame: Frame, at: number) => Part[]][]} */
const MAKERS = [
  [(frame) => Boolean(frame.test), rowsOf],
  [(frame) => Boolean(frame.split && frame.split.from > frame.split.yours), splitOf],
  [(frame) => Boolean(frame.merge), mergeOf],
  [(frame) => Boolean(frame.steps?.length), pagesOf],
  [(frame) => Boolean(frame.chains?.length), marksOf],
  [(frame) => frame.note === "killed", (_, frame) => [
    { kind: "choose", victim: frame.args?.zone, pages: frame.args?.pages },
    { kind: "kill", victim: frame.args?.zone, pages: frame.args?.pages, changes: frame.changes }]],
  [() => true, (doc, frame) => [{ kind: plainKind(frame), changes: frame.changes, ...takenFrom(frame) }]],
];

/** Kinds by the kernel's event, where a frame has no other sign. @type {Record<string, string>} */
const BY_EVENT = { "__rmqueue": "take1", buffered_rmqueue: "take1", free_hot_cold_page: "give1",
  free_pages_bulk: "bulk",
  "__free_pages_ok": "give", congestion_wait: "sleep", nested_alloc: "nested", nested_alloc_result: "nestedDone",
  printk: "log", printk_ratelimit: "log", end: "end", get_page_from_freelist: "look", wake_up_interruptible: "wake",
  zone_reclaim: "nearReclaim", cpuset_zone_allowed_softwall: "cpuset", cpuset_zone_allowed_hardwall: "cpuset",
  script_free: "comeBack", out_of_memory: "lineup", try_to_free_pages: "report", drain_local_pages: "comeBack" };

/** @param {Frame} frame */
function plainKind(frame) {
  if (frame.note === "writing") return "write";
  if (frame.note === "exit") return "exit";
  if (frame.note === "holds") return "holds";
  if (frame.reclaimed) return "freed";
  if (frame.note) return "stay";
  if (frame.say === "reclaim_start") return "reclaim";
  if (["__rmqueue", "buffered_rmqueue"].includes(eventName(frame)) && Number(frame.event?.[4]) < 0) return "empty";
  return BY_EVENT[eventName(frame)] ?? (frame.conds?.length ? "gate" : "plain");
}

/** The list that a page or block is taken from. @param {Frame} frame */
function takenFrom(frame) {
  const gone = (frame.changes ?? []).find(([, list, operation]) => list < FREE && operation === 0);
  return gone ? { list: gone[1], pfn: gone[3] } : {};
}

/** @param {Doc} doc @param {Frame} frame @param {number} at @returns {Part[]} */
function rowsOf(doc, frame, at) {
  const test = /** @type {import("./types.js").Test} */ (frame.test);
  /** @type {Part[]} */
  const parts = test.rows.map((row, place) => ({ kind: "row", row: place, last: place === test.rows.length - 1,
    say: row.say ?? frame.say, args: row.args ?? frame.args }));
  const lost = decidesAt(doc) === at && doc.end === "no_page" ? missingBuddyOf(doc, test) : null;
  if (lost) parts.push({ kind: "strip", lost, row: test.rows.length - 1, say: "" });
  return parts;
}

/** The frame of the test that decided. @param {Doc} doc */
export const decidesAt = ({ frames }) => frames[frames.length - 1]?.decides;

/** The block that misses its buddy on the address strip, as the document says. @param {Doc} doc
 *  @param {import("./types.js").Test} test */
function missingBuddyOf(doc, { zone, missing }) {
  const found = doc.strip.find((strip) => strip.zone === zone);
  if (!found || !missing) return null;
  const free = found.free.map(([pfn, key]) => [pfn, Number.parseInt(String(key), 10)]);
  return { ...missing, strip: { ...found, free } };
}

/** @param {Doc} _ @param {Frame} frame @returns {Part[]} */
function splitOf(_, frame) {
  const { from, yours, back } = /** @type {NonNullable<Frame["split"]>} */ (frame.split), pfn = frame.event?.[4];
  const of = back.length, changes = frame.changes ?? [];
  const enters = (/** @type {number} */ o) => changes.filter(([, list, operation]) => list === o && operation === 1);
  return [
    { kind: "take", pfn, from, yours, changes: changes.filter(([, list, op]) => list === from && op === 0) },
    ...back.map((o, n) => ({ kind: "halve", pfn, from, yours, o, n: n + 1, of, upper: enters(o)[0]?.[3],
      changes: enters(o) })),
    { kind: "yours", pfn, from, yours, o: yours, changes: changes.filter(([, list]) => list === FREE) },
  ];
}

/** @param {Doc} _ @param {Frame} frame @returns {Part[]} */
function mergeOf(_, frame) {
  const { from, to, buddies } = /** @type {NonNullable<Frame["merge"]>} */ (frame.merge), changes = frame.changes ?? [];
  const start = frame.event?.[2];
  let at = start;
  const joins = buddies.map(([buddy, o], n) => {
    const one = { kind: "join", pfn: at, buddy, o, n: n + 1, of: buddies.length, from, to,
      changes: changes.filter(([, list, op, pfn]) => list === o && op === 0 && pfn === buddy) };
    at = Math.min(at, buddy);
    return one;
  });
  const rest = changes.filter((change) => !joins.some((join) => join.changes.includes(change)));
  return [{ kind: "give", pfn: start, o: from, from, to }, ...joins,
    { kind: "list", pfn: at, o: to, from, to, changes: rest }];
}

/** Every page of a refill or a drain, the halvings that it took with it. @param {Doc} _ @param {Frame} frame
 *  @returns {Part[]} */
function pagesOf(_, frame) {
  const steps = /** @type {NonNullable<Frame["steps"]>} */ (frame.steps),
    drains = eventName(frame) === "drain_local_pages";
  return steps.map((changes, n) => {
    const out = changes.find(([, list, op]) => op === 0 && (drains ? list >= HOT : list < HOT) && list < FREE);
    const into = changes.find(([, list, op]) => op !== 0 && (drains ? list < HOT : list >= HOT) && list < FREE);
    const halves = drains ? [] : changes.filter(([, list, op]) => list < HOT && op !== 0).map(([, list]) => list);
    return { kind: drains ? "drain" : "page", n: n + 1, of: steps.length, zone: changes[0]?.[0], from: out?.[1] ?? 0,
      list: into?.[1] ?? HOT, pfn: (drains ? out : into)?.[3] ?? 0, halves, batch: frame.args?.batch ?? 1, changes };
  });
}

/** @param {Doc} _ @param {Frame} frame @returns {Part[]} */
function marksOf(_, frame) {
  return [0, ...frame.chains?.[0].chain ?? []].map((_step, link) => ({ kind: "flags", link }));
}

/** Beats of a run. lang and say give the length of its sentences, by which they are paced.
 *  @param {Doc} doc @param {(key: string, args?: Record<string, any>) => string} say @returns {Beat[]} */
export function beatsOf(doc, say) {
  let counts = countsAtFirst(doc);
  /** @type {Beat[]} */
  const beats = [beatOf(doc, { kind: "open" }, -1, counts, counts)];
  doc.frames.forEach((frame, at) => {
    const make = /** @type {(typeof MAKERS)[0]} */ (MAKERS.find(([applies]) => applies(frame)))[1];
    const plain = { ...frame, changes: numbered(frame.changes), steps: frame.steps?.map(numbered) };
    for (const { changes, ...part } of make(doc, plain, at)) {
      const after = countsAfter(counts, changes ?? []);
      beats.push(beatOf(doc, part, at, counts, after));
      counts = after;
    }
  });
  beats.forEach((beat, at) => { beat.first = at === 0 || beats[at - 1].frame !== beat.frame; });
  wayThrough(beats);
  castOf(doc, beats);
  return paced(doc, beats, say);
}

/** @param {Doc} doc @param {Part} part @param {number} at @param {import("./types.js").Counts} before
 *  @param {import("./types.js").Counts} after @returns {Beat} */
function beatOf(doc, part, at, before, after) {
  const frame = doc.frames[at] ?? NO_FRAME, { stage, say, args = {}, depth = 0, round = 1 } = frame;
  const mood = part.kind === "row" && !part.last ? "" : frame.mood ?? "";
  return { say, args, zone: zoneOf(doc, frame), mood, ...part, frame: at, before, after, stage, depth, round,
    travel: null, edges: {}, cast: { caller: "asks", kswapd: "asleep", was: "asleep" }, first: true,
    deciding: at >= 0 && decidesAt(doc) === at && part.kind === "row" && part.last,
    travelMs: 0, moveMs: 0, dwellMs: 0, at: 0, ms: 0 };
}
/** Before anything has happened. @type {Frame} */
const NO_FRAME = { stage: "", say: "" };

/** The zone that a frame is about; else the one that is asked first. @param {Doc} doc @param {Frame} frame */
function zoneOf(doc, frame) {
  const named = zoneAt(doc, frame.args?.zone ?? frame.event?.[1]);
  return frame.test?.zone ?? (named >= 0 ? named : askedZones(doc)[0] ?? 0);
}

/** The edge that leads to each beat, and how often each has been taken by then. @param {Beat[]} beats */
function wayThrough(beats) {
  /** @type {Beat | null} */
  let last = null;
  /** @type {Record<string, number>} */
  let edges = {};
  for (const beat of beats) {
    if (beat.frame >= 0 && !beat.depth) {
      if (last && (last.stage !== beat.stage || last.round !== beat.round) && STAGES.includes(beat.stage)) {
        const key = `${last.stage}>${beat.stage}`;
        beat.travel = [last.stage, beat.stage];
        edges = { ...edges, [key]: (edges[key] ?? 0) + 1 };
      }
      last = beat;
    }
    beat.edges = edges;
  }
}
