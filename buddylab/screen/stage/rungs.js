// The ladder: 16 stages, the ways between them, where the request stands, and how it got there.
import { between, eased } from "./motion.js";
import { box, disc, group, node, pen, words } from "./tree.js";
import { STAGES } from "./types.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./tree.js").Kids} Kids */
/** @typedef {{from: string, to: string | null, side: "rail" | "skipRight" | "skipLeft" | "loop" | "self" | "end" |
 *  "null", lane: number}} Edge */
/** @typedef {[number, number][]} Line */

/** What a stage does, by its shape: a diamond asks, a circle tries, a square acts, a pill ends, a dot prepares.
 *  @type {Record<string, "asks" | "tries" | "acts" | "ends">} */
export const SHAPE_OF = { fault_injection: "asks", thisnode: "asks", rebalance: "asks", should_retry: "asks",
  restart: "tries",
  min_attempt: "tries", nofail_alloc: "tries", retry_after_reclaim: "tries", high_attempt: "tries", wake_kswapd: "acts",
  direct_reclaim: "acts", out_of_memory: "acts", nopage: "ends", got_pg: "ends" };
const RAIL = 40, NAME = 53, GAP = 48, SKIPS = [27, 20], LOOPS = [12, 4], LETTER = 0.602;

/** @param {string | null} stage */
const place = (stage) => STAGES.indexOf(String(stage));

/** The edges of the chart with the side and lane in which they are drawn, so that none runs over another.
 *  @param {[string, string | null][]} chart @returns {Edge[]} */
export function routed(chart) {
  /** @type {Edge[]} */
  const edges = chart.map(([from, to]) => {
    const span = to === null ? 0 : place(to) - place(from), ends = to === "nopage" || to === "got_pg";
    const side = to === null ? "null" : span === 1 ? "rail" : span === 0 ? "self" : span < 0 ? "loop" : ends ? "end"
      : "skipLeft";
    return { from, to, side, lane: to === "got_pg" ? 1 : 0 };
  });
  const length = (/** @type {Edge} */ { from, to }) => Math.abs(place(to) - place(from));
  const byLength = (/** @type {Edge["side"]} */ side) => edges.filter((edge) => edge.side === side).sort((a,
    b) => length(a) - length(b));
  /** @type {Edge[]} */
  const right = [];
  for (const edge of byLength("skipLeft")) {
    if (length(edge) > 2 || right.some((other) => place(edge.from) < place(other.to)
      && place(other.from) < place(edge.to))) continue;
    edge.side = "skipRight";
    right.push(edge);
  }
  for (const side of /** @type {const} */ (["skipLeft", "loop"])) byLength(side).forEach((edge,
    lane) => { edge.lane = lane; });
  return edges;
}

/** The edges of each chart that has been drawn: the same all the time. @type {WeakMap<object, Edge[]>} */
const ROUTES = new WeakMap();
/** @param {[string, string | null][]} chart */
function routesOf(chart) {
  const known = ROUTES.get(chart) ?? routed(chart);
  ROUTES.set(chart, known);
  return known;
}

/** Sizes of the ladder in this box. @param {{w: number, h: number}} at */
export function ladderSizes({ w, h }) {
  const step = (h - 8) / STAGES.length, size = Math.max(11, Math.min(13, step * 0.46, (w - NAME - 16) / 19 / LETTER));
  return { w, h, step, size, y: (/** @type {string | null} */ stage) => 4 + step * (place(stage) + 0.5),
    nameEnd: (/** @type {string} */ stage) => NAME + stage.length * size * LETTER + 3, ends: [w - 10, w - 4] };
}

/** An edge as a line of points. @param {Edge} edge @param {ReturnType<typeof ladderSizes>} sizes @returns {Line} */
export function lineOf({ from, to, side, lane }, sizes) {
  const a = sizes.y(from), b = to === null ? a : sizes.y(to), x = side === "skipRight" ? GAP : side === "loop"
    ? LOOPS[Math.min(lane, 1)]
    : SKIPS[Math.min(lane, 1)];
  if (side === "rail") return [[RAIL, a], [RAIL, b]];
  if (side === "null") return [[sizes.nameEnd(from), a], [sizes.nameEnd(from) + 7, a]];
  if (side === "self") return [[RAIL - 4, a + 4], [RAIL - 15, a + 7], [RAIL - 15, a - 7], [RAIL - 4, a - 4]];
  if (side === "end") return [[sizes.nameEnd(from), a], [sizes.ends[lane], a], [sizes.ends[lane], b],
    [sizes.nameEnd(String(to)), b]];
  return [[RAIL, a], [x, a], [x, b], [RAIL, b]];
}

/** The line up to a part of its length. @param {Line} line @param {number} q @returns {Line} */
export function partOfLine(line, q) {
  const lengths = line.slice(1).map(([x, y], n) => Math.hypot(x - line[n][0], y - line[n][1]));
  let left = q * lengths.reduce((sum, one) => sum + one, 0);
  /** @type {Line} */
  const out = [line[0]];
  for (const [n, length] of lengths.entries()) {
    const share = length ? Math.min(1, left / length) : 1;
    out.push([between(line[n][0], line[n + 1][0], share), between(line[n][1], line[n + 1][1], share)]);
    left -= length;
    if (left <= 0) break;
  }
  return out;
}

/** A line with round corners. @param {Line} line @param {import("./tree.js").Attrs} attrs */
function rounded(line, attrs) {
  /** @type {(string | number)[]} */
  const parts = ["M", ...line[0]];
  for (let n = 1; n < line.length; n += 1) {
    const [x, y] = line[n], next = line[n + 1];
    if (!next) {
      parts.push("L", x, y);
      continue;
    }
    const toward = (/** @type {[number, number]} */ [u, v]) => {
      const far = Math.hypot(u - x, v - y), r = Math.min(6, far / 2) / Math.max(far, 0.01);
      return [x + (u - x) * r, y + (v - y) * r];
    };
    parts.push("L", ...toward(line[n - 1]), "Q", x, y, ...toward(next));
  }
  return pen(parts, attrs);
}

/** @param {Look} look @param {string} stage @param {number} x @param {number} y @param {boolean} full */
function shapeOf({ c }, stage, x, y, full) {
  const ink = { fill: full ? c.ink : c.bg, stroke: full ? c.ink : c.ink2, "stroke-width": 1.4 }, q = 6,
    shape = SHAPE_OF[stage];
  if (shape === "asks") return pen(["M", x, y - q - 1, "l", q + 1, q + 1, "l", -q - 1, q + 1, "l", -q - 1, -q - 1, "z"],
    ink);
  if (shape === "tries") return disc(x, y, q, ink);
  if (shape === "acts") return box(x - q + 0.5, y - q + 0.5, 2 * q - 1, 2 * q - 1, ink);
  return shape === "ends" ? box(x - q - 1, y - q + 2, 2 * q + 2, 2 * q - 4, { ...ink, rx: 4 }) : disc(x, y, 3.4, ink);
}

/** How far the token is on its way, and the edge; 1 where it stands. @param {Look & {q: number}} look */
const journey = ({ beat, q }) => (beat.travel && q < 1 ? q : 1);

/** The ladder in its box. q: how far the token has run, 0 to 1. reached: the furthest beat seen,
  behind which nothing of
 *  the way is told. other: where the compared request stands.
 *  @param {Look & {q: number, other?: string | null}} look @param {{w: number, h: number}} at @returns {Kids} */
export function ladderDrawn(look, at) {
  const { c, text, beat, beats } = look, sizes = ladderSizes(at), edges = routesOf(text.chart), q = journey(look);
  const seen = new Set(beats.slice(0, look.at + 1).filter(({ depth, stage }) => stage && (!depth
    || depth === beat.depth)).map(({ stage }) => stage));
  const going = q < 1 && beat.travel ? beat.travel.join(">") : "", taken = (/** @type {Edge} */ { from, to }) => (
    (beat.edges[`${from}>${to}`] ?? 0) - Number(`${from}>${to}` === going));
  const onWay = edges.find(({ from, to }) => `${from}>${to}` === going), y = !STAGES.includes(beat.stage) ? null : onWay
    ? between(sizes.y(onWay.from), sizes.y(onWay.to), eased(q)) : sizes.y(beat.stage);
  return [y !== null && box(NAME - 6, y - sizes.step / 2 + 1, at.w - NAME - 10, sizes.step - 2, { fill: c.now, rx: 3 }),
    edges.filter(({ side }) => side !== "null").map((edge) => rounded(lineOf(edge, sizes), taken(edge) > 0
      ? { stroke: c.ink, "stroke-width": 3 }
      : { stroke: c.edge, opacity: 0.75 })),
    onWay && rounded(partOfLine(lineOf(onWay, sizes), eased(q)), { stroke: c.ink, "stroke-width": 3.4 }),
    STAGES.map((stage) => rung(look, stage, sizes, seen.has(stage))),
      edges.map((edge) => timesRound(look, edge, taken(edge), sizes)),
    token(look, sizes, onWay, q)];
}

/** @param {Look & {q: number, other?: string | null}} look @param {string} stage @param {ReturnType<typeof
 *  ladderSizes>} sizes @param {boolean} seen */
function rung(look, stage, sizes, seen) {
  const { c, beat } = look, now = stage === beat.stage, y = sizes.y(stage);
  return group([box(RAIL - 12, y - sizes.step / 2, sizes.nameEnd(stage) - RAIL + 14, sizes.step,
    { fill: "transparent" }),
    shapeOf(look, stage, RAIL, y, seen || now),
    words(NAME, y + sizes.size * 0.34, stage, { "font-size": Math.round(sizes.size * 10) / 10,
      "font-family": "monospace",
      "font-weight": now ? 700 : null, fill: seen || now ? c.ink : c.ink2 })], { class: "rung", "data-stage": stage,
    role: "button", tabindex: now || (!beat.stage && stage === STAGES[0]) ? 0 : -1, "aria-label": stage,
    "aria-current": now ? "step" : null });
}

/** A loop that was taken counts. @param {Look} look @param {Edge} edge @param {number} times @param
 *  {ReturnType<typeof ladderSizes>} sizes */
function timesRound({ c }, { from, to, side, lane }, times, sizes) {
  if (!times || !["loop", "self"].includes(side)) return null;
  const x = side === "self" ? RAIL - 22 : LOOPS[Math.min(lane, 1)],
    y = (sizes.y(from) + sizes.y(to)) / 2 + (side === "self" ? 0 : 10 + lane * 22);
  const text = `×${times}`, left = Math.max(0.5, x - 5);
  return [box(left, y - 9, text.length * 6.6 + 7, 16, { rx: 3, fill: c.ink }), words(left + 3.5, y + 3.5, text,
    { "font-size": 11, "font-weight": 700,
    fill: c.bg })];
}

/** @param {Look & {q: number,
  other?: string | null}} look @param {ReturnType<typeof ladderSizes>} sizes @param {Edge | undefined} onWay
 *  @param {number} q @returns {Kids} */
function token({ c, beat, other }, sizes, onWay, q) {
  const theirs = STAGES.includes(String(other)) && disc(RAIL, sizes.y(String(other)), 10, { fill: "none", stroke: c.ink,
    "stroke-width": 1.8,
    "stroke-dasharray": "3 2.4" });
  if (!STAGES.includes(beat.stage)) return theirs;
  const way = onWay ? partOfLine(lineOf(onWay, sizes), eased(q)) : null, [x, y] = way ? way[way.length - 1] : [RAIL,
    sizes.y(beat.stage)];
  return [theirs, node("circle", { cx: Math.round(x * 10) / 10, cy: Math.round(y * 10) / 10, r: beat.depth ? 5 : 7.5,
    fill: beat.depth ? c.bg : c.now,
    stroke: c.nowEdge, "stroke-width": 2.4 })];
}
