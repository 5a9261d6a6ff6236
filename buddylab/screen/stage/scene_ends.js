// The first picture and the last: what is asked and what is free; every test side by side, and what came of it.
import { fitting, widthOf, wrapped } from "./measure.js";
import { brief, part, sizeOf, spoken, within } from "./motion.js";
import { bench, freeBlock, heading, ownBlock } from "./scene_blocks.js";
import { sign, well } from "./scene_tests.js";
import { box, disc, group, pen, words } from "./tree.js";
import { askedZones } from "./counts.js";
import { ORDERS } from "./types.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").Test} Test */
/** @typedef {import("./tree.js").Kids} Kids */

const SMALL = 11, MIDDLE = { "text-anchor": "middle" };

/** The request as tiles in a bubble, the free memory as an area by the order of its blocks. @param {Look} look
 *  @returns {Kids} */
export function openScene(look) {
  const { c, doc, floor: { x, w, h, narrow } } = look, n = 1 << doc.request.order, half = narrow ? w : w * 0.46;
  const columns = n <= 8 ? n : Math.ceil(Math.sqrt(n) * 1.6), rows = Math.ceil(n / columns), high = narrow ? h * 0.3
    : h * 0.52;
  const size = Math.min(24, (half - 34) / columns, high / rows), cy = narrow ? h * 0.2 : h * 0.44, left = x + (narrow
    ? 4 : 16);
  const wide = columns * size, top = cy - (rows * size) / 2,
    label = `${spoken(n)} × 4 kB = ${sizeOf(doc.request.order)}`;
  const bubble = { x: left - 6, y: top - 10, w: Math.max(wide, widthOf(label, SMALL, { bold: true })) + 14,
    h: rows * size + 32 };
  return [box(bubble.x, bubble.y, bubble.w, bubble.h, { fill: c.skin, stroke: c.edge, rx: 6 }),
    !narrow && pen(["M", bubble.x, cy - 5, "l", -9, 4, "l", 9, 5], { fill: c.skin, stroke: c.edge }),
    Array.from({ length: n }, (_, k) => box(left + (k % columns) * size, top + Math.floor(k / columns) * size,
      size - (size > 5 ? 1.5 : 0.4),
      size - (size > 5 ? 1.5 : 0.4), { fill: c.now, stroke: c.nowEdge, "stroke-width": n > 64 ? 0.4 : 1.2 })),
    words(left, top + rows * size + 15, label, { "font-size": SMALL, "font-weight": 700, fill: c.ink }),
    narrow ? freeArea(look, { x: x + 4, w: w - 8, y: h * 0.62, h: h * 0.22 }) : freeArea(look,
      { x: x + w * 0.52, w: w * 0.48, y: 22, h: h - 58 })];
}

/** @param {Look} look @param {{x: number, y: number, w: number, h: number}} at @returns {Kids} */
function freeArea({ c, doc, beat, t }, { x, y, w, h }) {
  const zone = askedZones(doc)[0] ?? 0, { free, n } = beat.before[zone], pages = n.slice(0,
    ORDERS).map((count, order) => count << order);
  const all = Math.max(1, pages.reduce((a, b) => a + b, 0));
  let at = x;
  return [words(x, y - 6, fitting(w, SMALL, [`${t("nFree", { n: free })} · ${doc.machine.zones[zone].label}`],
    { bold: true }), { "font-size": SMALL,
    "font-weight": 700, fill: c.ink }),
  box(x, y, w, h, { fill: "none", stroke: c.line }),
  pages.map((count, order) => {
    if (!count) return null;
    const here = at, wide = (w * count) / all;
    at += wide;
    return [box(here, y, Math.max(0.6, wide - 0.6), h, { fill: c.free2, stroke: c.free, "stroke-width": 0.6 }),
      wide > 15 && words(here + wide / 2, y + h + 13, order, { ...MIDDLE, "font-size": SMALL, fill: c.ink2 })];
  }), words(x, y + h + 27, fitting(w, SMALL, [t("byOrder")]), { "font-size": SMALL, fill: c.ink2 })];
}

/** What came of it. @param {Look} look @returns {Kids} */
export function endScene(look) {
  const { doc } = look;
  if (doc.end === "livelock") return loops(look);
  if (doc.end === "freed") return givenBack(look);
  return testsSideBySide(look);
}

/** Rings, one a round: it goes round and round. @param {Look} look @returns {Kids} */
function loops(look) {
  const { c, doc, beat, p, say, floor: { x, w, h, narrow } } = look, rounds = within(Number(beat.args.rounds ?? 6), 1,
    8);
  const why = doc.frames.findLast(({ stage, say: key }) => stage === "should_retry" && key.startsWith("retry"));
  const cx = x + w * (narrow ? 0.3 : 0.22), cy = h * 0.5, lines = why ? wrapped(say(why.say, why.args), w * 0.48, 13)
    : [];
  return [Array.from({ length: rounds }, (_, n) => {
    const q = part(p, n / rounds, (n + 1) / rounds), r = 9 + n * Math.min(9, (h - 34) / 2 / rounds),
      round = 2 * Math.PI * r;
    return disc(cx, cy, r, { fill: "none", stroke: c.ink, "stroke-width": 1.6,
      "stroke-dasharray": `${Math.round(round * 0.94 * q)} ${Math.round(round)}`,
      transform: `rotate(-90 ${Math.round(cx)} ${Math.round(cy)})` });
  }), !narrow && lines.map((line, n) => words(x + w * 0.48, h * 0.34 + n * 18, line, { "font-size": 13,
    fill: c.ink }))];
}

/** The pages in the block that they belong to now. @param {Look} look @returns {Kids} */
function givenBack(look) {
  const { c, beats, p, t } = look, at = bench(look), last = beats.findLast(({ kind }) => kind === "list");
  if (!last) return [heading(look, t("perCpu")), freeBlock(look, { ...at, w: 20, h: 20 })];
  const wide = Math.max(1.5, (at.w * (1 << last.from)) / (1 << last.o));
  return [heading(look, t("blockAt", { o: last.o, n: 1 << last.o, pfn: last.pfn })), freeBlock(look, at,
    { opacity: part(p, 0, 0.6) }),
    ownBlock(look, { ...at, w: wide }), words(at.x, at.y + at.h + 20, t("nowOne", { o: last.o }), { "font-size": 12,
      fill: c.ink })];
}

/** Tests that came out alike stand together. @param {Look} look */
function grouped({ doc }) {
  const { frames } = doc, end = frames[frames.length - 1];
  /** @type {Map<string, {test: Test, times: number, decides: boolean}>} */
  const groups = new Map();
  for (const at of end.tests ?? []) {
    const test = /** @type {Test} */ (frames[at].test), row = test.rows[test.rows.length - 1];
    const key = [frames[at].stage, test.zone, test.mark_name, test.ok, row.o, row.f].join(), one = groups.get(key)
      ?? { test, times: 0, decides: false };
    one.times += 1;
    one.decides ||= at === end.decides;
    groups.set(key, one);
  }
  return [...groups.values()];
}

/** @param {Look} look @returns {Kids} */
function testsSideBySide(look) {
  const { c, t, floor: { x, w, h } } = look, all = grouped(look), room = Math.max(2, Math.floor(w / 84));
  if (!all.length) return words(x + w / 2, h / 2, t("noTest"), { ...MIDDLE, "font-size": 13, fill: c.ink2 });
  const late = all.slice(-room), chosen = all.find(({ decides }) => decides);
  if (chosen && !late.includes(chosen)) late[0] = chosen;
  const wide = Math.min(132, w / late.length);
  return [words(x + 4, 12, t("tests"), { "font-size": SMALL, "font-weight": 700, fill: c.ink }),
    late.map((one, n) => testDrawn(look, one, x + n * wide, wide, n))];
}

/** @param {Look} look @param {{test: Test, times: number, decides: boolean}} one @param {number} x @param {number} wide
 *  @param {number} n @returns {Kids} */
function testDrawn(look, { test, times, decides }, x, wide, n) {
  const { c, doc, p, t, floor: { h } } = look, row = test.rows[test.rows.length - 1], few = row.f < 0,
    cx = x + wide / 2;
  const [left, than, right] = few ? [row.above, "<", 1 << test.order] : [row.f, ">", row.m];
  const numbers = (/** @type {(v: number) => string} */ how) => `${how(left)} ${than} ${how(right)}`;
  const name = doc.machine.zones[test.zone].label, text = { ...MIDDLE, "font-size": SMALL, fill: c.ink }, q = part(p,
    n * 0.08, 0.3 + n * 0.08);
  const mark = (test.mark_name || t("noMark")).replace("pages_", ""), half = widthOf(mark, SMALL) / 2;
  return [decides && box(x + 2, 17, wide - 4, h - 18, { fill: c.now, rx: 3, opacity: 0.8 }),
    group([words(cx, 29, fitting(wide - 6, SMALL, [`${name}${times > 1 ? ` ${t("times", { n: times })}` : ""}`, name],
      { bold: decides }), { ...text,
      "font-weight": decides ? 700 : null }),
    well(look, test, test.rows.length - 1, 1, { x: cx - Math.min(24, wide * 0.26), w: Math.min(48, wide * 0.52),
      top: 35, bottom: h - 39 }),
    words(cx, h - 21, fitting(wide - 4, SMALL, [numbers(spoken), numbers(brief)], { bold: true }), { ...text,
      "font-weight": 700 }),
    words(cx - 7, h - 7, mark, { ...text, fill: c.ink2 }), sign(look, cx + half + 4, h - 11, test.ok)],
      { opacity: q })];
}
