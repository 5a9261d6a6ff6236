// The time line: as long as the run plays; the stages as bands, what happened as signs, the place as a knob.
import { widthOf } from "./measure.js";
import { within } from "./motion.js";
import { playingTime } from "./pacing.js";
import { box, disc, pen, words } from "./tree.js";

/** @typedef {import("./types.js").Beat} Beat */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./tree.js").Kids} Kids */
/** at: the beat, ms: into it, seen: the furthest beat seen, differs: where a compared run parts, −1 for nowhere.
 *  @typedef {{beats: Beat[], at: number, ms: number, seen: number, differs: number, c: Palette, w: number, h:
  *  number}} Clock */

const SMALL = 11, EDGE = 4, ROOM = 13;
/** Signs by mood; strong ones are always drawn. @type {Record<string, string>} */
export const SIGNS = { no: "✗", ok: "✓", wake: "▲", wait: "◷", warn: "!", kill: "⊗", reclaim: "↺", "end-ok": "✓",
  "end-no": "✗",
  "end-loop": "∞" };
const STRONG = ["kill", "end-ok", "end-no", "end-loop", "wake"];

/** px of a moment. @param {Clock} clock @param {number} ms */
const placeOf = ({ beats, w }, ms) => EDGE + (ms / Math.max(1, playingTime(beats))) * (w - 2 * EDGE);

/** The beat and the ms into it at this place. @param {Beat[]} beats @param {number} w @param {number} x */
export function momentAt(beats, w, x) {
  const ms = within((x - EDGE) / (w - 2 * EDGE)) * playingTime(beats), at = Math.max(0,
    beats.findLastIndex((beat) => beat.at <= ms));
  return { at, ms: ms - beats[at].at };
}

/** Beats that belong together: one stage, one round, one depth. @param {Beat[]} beats @returns {[number, number][]} */
export function visits(beats) {
  /** @type {[number, number][]} */
  const out = [];
  beats.forEach((beat, at) => {
    const last = out[out.length - 1], before = beats[at - 1];
    if (!at) return;
    if (last && before.stage === beat.stage && before.round === beat.round
      && !before.depth === !beat.depth) last[1] = at;
    else out.push([at, at]);
  });
  return out;
}

/** What does not move within a beat, as it was drawn last for these beats. @type {WeakMap<Beat[], {key: string, kids:
 *  Kids}>} */
const STILL = new WeakMap();
/** @param {Clock} clock @returns {Kids} */
function bandsOf(clock) {
  const { beats, at, seen, differs, c, w } = clock, key = [at, seen, differs, c.bg, w].join(), known = STILL.get(beats);
  if (known?.key === key) return known.kids;
  const kids = bandsDrawn(clock);
  STILL.set(beats, { key, kids });
  return kids;
}

/** @param {Clock} clock @returns {Kids} */
export function timelineDrawn(clock) {
  const { beats, at, ms, c, w } = clock, head = placeOf(clock, beats[at].at + within(ms, 0, beats[at].ms));
  return [bandsOf(clock), pen(["M", head, 10, "V", 24], { stroke: c.ink, "stroke-width": 3.4,
    "stroke-linecap": "round" }),
    disc(within(head, 6, w - 6), 17, 5.5, { fill: c.ink, stroke: c.bg, "stroke-width": 1.5 })];
}

/** @param {Clock} clock @returns {Kids} */
function bandsDrawn(clock) {
  const { beats, at, c } = clock, groups = visits(beats);
  const bands = groups.map(([from, to]) => ({ from, to, x: placeOf(clock, beats[from].at), name: beats[from].stage,
    w: placeOf(clock, beats[to].at + beats[to].ms) - placeOf(clock, beats[from].at), now: at >= from && at <= to }));
  return [bands.map(({ x, w: wide, now, from }) => box(x, 13, Math.max(0.5, wide - 1), 8, { rx: 2, stroke: now
    ? c.nowEdge : null,
    fill: now ? c.now : beats[from].depth ? c.line2 : from <= at ? c.use2 : c.line })),
  namesOf(clock, bands), signsOf(clock),
  clock.differs >= 0 && words(placeOf(clock, beats[clock.differs]?.at ?? 0), 33, "≠", { "font-size": 12,
    "font-weight": 700, "text-anchor": "middle",
    fill: c.ink })];
}

/** Names over the bands, where there is room; the one of now always. @param {Clock} clock
 *  @param {{from: number, x: number, w: number, name: string, now: boolean}[]} bands */
function namesOf({ seen, c, w }, bands) {
  const wide = (/** @type {string} */ name) => widthOf(name, SMALL, { mono: true });
  const place = (/** @type {{x: number, name: string}} */ { x, name }) => within(x, 2, Math.max(2, w - wide(name) - 2));
  const now = bands.find((band) => band.now), left = now ? place(now) - 6 : Infinity, right = now
    ? place(now) + wide(now.name) + 6 : -1;
  let end = -9;
  return bands.filter((band) => {
    if (band.now) return true;
    const x = place(band), stop = x + wide(band.name);
    if (band.from > seen || stop - x > band.w || x < end + 6 || (stop > left && x < right)) return false;
    end = stop;
    return true;
  }).map((band) => words(place(band), 10, band.name, { "font-size": SMALL, "font-family": "monospace",
    "font-weight": band.now ? 700 : null,
    fill: band.now ? c.ink : c.ink2 }));
}

/** Signs of what happened so far: the strong before the weak, as long as none touches one that is there.
 *  @param {Clock} clock */
function signsOf(clock) {
  const { beats, seen, c } = clock;
  const marked = beats.flatMap((beat, at) => {
    const told = at <= seen && SIGNS[beat.mood] && (beats[at + 1]?.frame !== beat.frame || beat.kind === "row");
    return told ? [{ mood: beat.mood, x: placeOf(clock, beat.at + beat.travelMs + beat.moveMs * 0.9) }] : [];
  });
  /** @type {typeof marked} */
  const shown = [];
  for (const one of marked.sort((a, b) => Number(STRONG.includes(b.mood)) - Number(STRONG.includes(a.mood)))) {
    if (shown.every(({ x }) => Math.abs(x - one.x) >= ROOM)) shown.push(one);
  }
  return shown.map(({ mood, x }) => words(x, 33, SIGNS[mood], { "font-size": SMALL, "font-weight": 700,
    "text-anchor": "middle", fill: /no|kill|warn/.test(mood) ? c.no : /ok/.test(mood) ? c.ok : c.ink }));
}
