// How long each beat lasts. What is new takes its time, what repeats is folded; a run never takes longer than a minute.
import { leadsBack } from "./types.js";

/** @typedef {import("./types.js").Beat} Beat */

/** ms of movement at 1x. @type {Record<string, number>} */
const MOVE = { open: 0, look: 600, row: 1200, strip: 1800, flags: 900, gate: 800, take: 700, halve: 1300, yours: 900,
  join: 1300, give: 800, list: 700, page: 800, drain: 800, take1: 1000, give1: 900, bulk: 500, empty: 800, wake: 1800,
  reclaim: 1000, nearReclaim: 1000, freed: 1300, comeBack: 1300, stay: 900, write: 1500, report: 700, lineup: 1600,
  choose: 1100, kill: 1200, exit: 1700, holds: 900, sleep: 1500, nested: 700, nestedDone: 500, log: 1500, cpuset: 700,
  end: 1200, plain: 500 };
const OWN_TEST = 500, TRAVEL = 300, LOOP = 1100, LOOP_AGAIN = 500;
/** Of what has been seen before, by how often; of what an inner request does. */
const AGAIN = [1, 0.6, 0.4, 0.3], INNER = 0.5, LATER_ROUND = 0.35;
const LETTER_MS = 15, LEAST_LETTER_MS = 15, REST_MS = 150, DECIDING_MS = 3000, HALVING_MS = 700, END_MS = 1500;
/** A run without reclaim, and any run, in ms at 1x. */
const SHORT = 33_000, LONG = 57_000;

/** Letters of a sentence as they are read: a Chinese character takes the time of two. @param {string} text */
export const lettersIn = (text) => [...text].reduce((sum, letter) => sum + (letter >= "\u2e80" ? 2 : 1), 0);

/** What makes two beats the same to a viewer. @param {Beat} beat @param {import("./types.js").Frame | undefined}
 *  frame */
const lookOf = (beat,
  frame) => `${beat.kind}|${beat.kind === "row" ? `${frame?.test?.own}|${beat.row > 0}` : beat.say}`;

/** The beats with their times. @param {import("./types.js").Doc} doc @param {Beat[]} beats
 *  @param {(key: string, args?: Record<string, any>) => string} say @returns {Beat[]} */
export function paced(doc, beats, say) {
  /** @type {Map<string, number>} */
  const seen = new Map(), said = new Set();
  const least = beats.map((beat) => {
    const frame = doc.frames[beat.frame], look = lookOf(beat, frame), times = seen.get(look) ?? 0;
    seen.set(look, times + 1);
    const known = knownBy(beat, times);
    beat.travelMs = beat.travel ? travelTime(beat, beat.travel, known) : 0;
    beat.moveMs = (frame?.test?.own ? OWN_TEST : MOVE[beat.kind] ?? MOVE.plain) * known;
    const letters = beat.say && (beat.first || beat.kind === "row") ? lettersIn(say(beat.say, beat.args)) : 0;
    const isNew = letters > 0 && !said.has(beat.say);
    if (isNew) said.add(beat.say);
    beat.dwellMs = Math.max(REST_MS, letters * LETTER_MS * 1.3 * known - beat.moveMs * 0.7);
    return floorMs(beat, isNew ? letters : 0, times);
  });
  return placed(beats, least, beats.some(({ kind }) => kind === "freed" || kind === "stay") ? LONG : SHORT);
}

/** What share of its time a beat takes that has been seen so often. @param {Beat} beat @param {number} times */
function knownBy({ deciding, depth, round }, times) {
  if (deciding) return 1;
  return AGAIN[Math.min(times, AGAIN.length - 1)] * (depth ? INNER : 1) * (round > 2 ? LATER_ROUND : 1);
}
/** @param {Beat} beat @param {[string, string]} edge @param {number} known */
const travelTime = ({ round }, edge, known) => (leadsBack(edge) ? (round > 2 ? LOOP_AGAIN : LOOP) : TRAVEL * known);

/** The least that a beat may last. @param {Beat} beat @param {number} letters of a sentence that is new
 *  @param {number} times seen before */
function floorMs(beat, letters, times) {
  if (beat.kind === "open") return 0;
  if (beat.deciding) return DECIDING_MS;
  if (beat.kind === "end") return END_MS;
  const halving = ["halve", "join"].includes(beat.kind) && !beat.depth && times === 0 ? HALVING_MS : 0;
  const firstRow = beat.kind === "row" && times === 0 ? 500 : 0;
  return Math.max(halving, firstRow, letters * LEAST_LETTER_MS, 30);
}

/** Every beat gets its least; what is left of the run's time is shared by what each would like.
 *  @param {Beat[]} beats @param {number[]} least @param {number} limit */
function placed(beats, least, limit) {
  const wish = beats.map((beat, at) => Math.max(least[at], beat.travelMs + beat.moveMs + beat.dwellMs));
  const sum = (/** @type {number[]} */ list) => list.reduce((a, b) => a + b, 0);
  const must = sum(least), room = Math.max(0, limit - must), share = Math.min(1, room / Math.max(1, sum(wish) - must));
  let at = 0;
  beats.forEach((beat, i) => {
    const ms = least[i] + (wish[i] - least[i]) * share, asked = beat.travelMs + beat.moveMs + beat.dwellMs;
    if (beat.kind === "open") Object.assign(beat, { travelMs: 0, moveMs: 0, dwellMs: 0 });
    else if (asked > ms) {
      const moves = Math.min(1, ms / Math.max(1, beat.travelMs + beat.moveMs));
      beat.travelMs *= moves;
      beat.moveMs *= moves;
    }
    beat.dwellMs = beat.kind === "open" ? 0 : Math.max(0, ms - beat.travelMs - beat.moveMs);
    beat.at = at;
    beat.ms = beat.travelMs + beat.moveMs + beat.dwellMs;
    at += beat.ms;
  });
  return beats;
}

/** How long the run plays at 1x, in ms. @param {Beat[]} beats */
export const playingTime = (beats) => beats[beats.length - 1].at + beats[beats.length - 1].ms;
