// Scenes of the test: the wells of zone_watermark_ok, how the mark is lowered, the missing buddy.
import { fitting, widthOf } from "./measure.js";
import { between, brief, part, spoken, within } from "./motion.js";
import { box, group, pen, words } from "./tree.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").Test} Test */
/** @typedef {import("./tree.js").Kids} Kids */

const SMALL = 11, MIDDLE = { "text-anchor": "middle" }, KNOWN = 0.88;
/** The line of a well stands at this part of its height. */
const LINE = 0.6;

/** A hook or a cross. @param {Look} look @param {number} x @param {number} y @param {boolean} ok @param {number} [s] */
export const sign = ({ c }, x, y, ok, s = 5) => pen(ok ? ["M", x - s, y, "l", s * 0.7, s * 0.75, "l", s * 1.3, -s * 1.6]
  : ["M", x - s * 0.75, y - s * 0.8, "l", s * 1.5, s * 1.6, "m", 0, -s * 1.6, "l", -s * 1.5, s * 1.6],
{ stroke: ok ? c.ok : c.no, "stroke-width": 2.6 });

/** The numbers of row k at moment p: what counts, what it must exceed. The mark is halved on the way.
 *  @param {Test} test @param {number} k @param {number} p */
export function rowNumbers(test, k, p) {
  const row = test.rows[k], before = test.rows[k - 1], few = row.f < 0 && !row.slip;
  if (few) return { have: row.above, goal: 1 << test.order, few };
  if (!before) return { have: row.f, goal: row.m, few };
  return { have: Math.round(between(before.f, row.f, part(p, 0.05, 0.32))),
    goal: p < 0.56 ? Math.round(between(before.m, row.m, part(p, 0.36, 0.56))) : row.m, few };
}

/** Level, line and px to a page of one well: small blocks leave, the line is halved, then we look closer.
 *  @param {Test} test @param {number} k @param {number} p @param {number} h */
function wellScale(test, k, p, h) {
  const row = test.rows[k], before = test.rows[k - 1], few = row.f < 0;
  const px = (/** @type {number} */ mark) => (LINE * h) / Math.max(1, mark);
  if (!before || few) {
    const goal = few ? 1 << test.order : row.m;
    return { level: Math.max(0, few ? row.above : row.f) * part(p, 0, 0.4), line: goal, unit: px(goal) };
  }
  return { level: between(before.f, row.f, part(p, 0.05, 0.32)), line: between(before.m, row.m, part(p, 0.36, 0.56)),
    unit: between(px(before.m), px(row.m), part(p, 0.6, 0.85)) };
}

/** One well: water = pages that count, line = the mark. @param {Look} look @param {Test} test @param {number} k
 *  @param {number} p @param {{x: number, w: number, top: number, bottom: number}} at @returns {Kids} */
export function well(look, test, k, p, { x, w, top, bottom }) {
  const { c, id } = look, row = test.rows[k], h = bottom - top, scale = wellScale(test, k, p, h);
  const y = (/** @type {number} */ pages) => Math.max(top, bottom - Math.max(0, pages) * scale.unit);
  const level = y(scale.level), line = scale.line === 0 ? bottom - 1 : y(scale.line), known = row.ok || p < KNOWN;
  const before = test.rows[k - 1], torn = bottom - scale.level * scale.unit < top, leaving = before && row.f >= 0
    && p < 0.36;
  const gone = leaving ? part(p, 0.05, 0.34) : 1, drawn = before ? 1 : part(p, 0.4, 0.62);
  return [box(x, top, w, h, { fill: c.skin }), box(x, level, w, bottom - level, { fill: known ? c.free2
    : `url(#${id}-refused)`, stroke: known ? null : c.no }),
  leaving && group(box(x, y(before.f), w, Math.max(6, level - y(before.f)), { fill: `url(#${id}-hatch)`, stroke: c.ink3,
    "stroke-width": 0.8 }), { opacity: Math.round((1 - gone) * 10) / 10,
      transform: `translate(0,${Math.round(gone * 12)})` }),
  torn && pen(["M", x, top + 5, ...Array.from({ length: 4 }, () => ["l", w / 8, -4, "l", w / 8, 4]).flat()],
    { stroke: c.skin, "stroke-width": 3 }),
  pen(["M", x, top, "V", bottom, "h", w, "V", top], { stroke: c.ink, "stroke-width": 1.6 }),
  pen(["M", x - 4, line, "h", (w + 8) * drawn], { stroke: c.ink, "stroke-width": 3 })];
}

/** A well that is not reached yet. @param {Look} look @param {{x: number, w: number, top: number, bottom: number}} at
 *  */
const emptyWell = ({ c }, { x, w, top, bottom }) => pen(["M", x, top, "V", bottom, "h", w, "V", top], { stroke: c.line,
  "stroke-dasharray": "2 3", "stroke-width": 1.2 });

/** Beside a well: of all free pages, those that still count. @param {Look} look @param {Test} test @param {number} k
 *  @param {number} p @param {{x: number, w: number, top: number, bottom: number}} at @returns {Kids} */
function share(look, test, k, p, { x, top, bottom }) {
  const { c, id } = look, all = test.rows[0].above;
  if (all <= 0) return null;
  const px = (/** @type {number} */ pages) => ((bottom - top) * pages) / all, row = test.rows[k];
  const was = k ? test.rows[k - 1].above : all, now = between(was, row.above, k ? part(p, 0.05, 0.32) : 1);
  return [box(x - 9, top, 5, bottom - top, { fill: c.line2 }),
    k > 0 && box(x - 9, bottom - px(was), 5, px(was - row.above), { fill: `url(#${id}-hatch)` }),
    box(x - 9, Math.min(bottom - 1.2, bottom - px(now)), 5, Math.max(1.2, px(now)), { fill: c.free })];
}

/** Which rows have a column of their own when not all do: the first, and those around the one looked at.
 *  @param {number} rows @param {number} now @param {number} room @returns {number[]} */
export function rowsShown(rows, now, room) {
  const all = Array.from({ length: rows }, (_, k) => k);
  if (rows <= room) return all;
  const first = within(now - room + 2, 1, rows - room + 1);
  return [0, ...all.slice(Math.ceil(first), Math.ceil(first) + room - 1)];
}

/** The test of this beat, row by row. @param {Look} look @returns {Kids} */
export function rowScene(look) {
  const { doc, beat, p, floor: { x, w, h, narrow } } = look;
  const test = /** @type {Test} */ (doc.frames[beat.frame].test), left = narrow ? 0 : within(w * 0.26, 100, 128);
  const room = Math.max(2, Math.floor((w - left) / (narrow ? 54 : 62))), shown = rowsShown(test.order + 1, beat.row,
    room);
  const column = Math.min(104, (w - left) / shown.length), start = x + left + (narrow ? (w - column * shown.length) / 2
    : 0);
  const kids = shown.map((k, n) => columnOf(look, test, k, k < beat.row ? 1 : p, start + n * column, column));
  const skipped = shown.length > 1 && shown[1] > 1 ? words(start + column, h / 2, "…", { ...MIDDLE, "font-size": 14,
    "font-weight": 700, fill: look.c.ink2 }) : null;
  return [kids, skipped, left > 0 && legend(look, test, left)];
}

/** One column: heading, well,
  the two numbers. @param {Look} look @param {Test} test @param {number} k @param {number} p
 *  @param {number} x @param {number} width @returns {Kids} */
function columnOf(look, test, k, p, x, width) {
  const { c, t, beat, floor: { h } } = look, row = test.rows[k], todo = k > beat.row || !row, now = k === beat.row;
  const slim = width < 74, w = Math.min(width - (slim ? 18 : 34), 70), cx = x + width / 2;
  const at = { x: x + (width - w) / 2 + 3, w, top: 18, bottom: h - 33 };
  const heads = k ? [t("orderFrom", { o: k }), `≥ ${k}`] : [t("anySize"), t("all")], known = !todo && p > KNOWN
    && !row.slip;
  const head = fitting(width - 18, SMALL, heads, { bold: now }), text = { ...MIDDLE, "font-size": SMALL };
  const wide = widthOf(head, SMALL, { bold: now });
  return [now && box(x + 1, 0, width - 2, h - 1, { fill: c.now, rx: 3, opacity: 0.8 }),
    todo ? emptyWell(look, at) : [share(look, test, k, p, at), well(look, test, k, p, at)],
    words(cx - (known ? 7 : 0), 12, head, { ...text, "font-weight": now ? 700 : null, fill: now ? c.ink : c.ink2 }),
    known && sign(look, cx + wide / 2 + 3, 8, row.ok), !todo && columnNumbers(look, test, k, p, cx, width)];
}

/** @param {Look} look @param {Test} test @param {number} k @param {number} p @param {number} cx @param {number} width
 *  */
function columnNumbers({ c, floor: { h } }, test, k, p, cx, width) {
  const { have, goal } = rowNumbers(test, k, p), forms = (/** @type {number} */ v) => [spoken(v), brief(v)];
  const text = { ...MIDDLE, "font-size": SMALL, fill: c.ink };
  return [words(cx, h - 19, fitting(width - 4, SMALL, forms(have), { bold: true }), { ...text, "font-weight": 700 }),
    (k > 0 || p > 0.42) && words(cx, h - 6, fitting(width - 16, SMALL, forms(goal)), text),
    k > 0 && goal > 0 && widthOf(fitting(width - 16, SMALL, forms(goal)), SMALL) + 34 < width
      && words(cx - width / 2 + 9, h - 6, "½", { ...text, fill: c.ink2 })];
}

/** What the numbers are: zone, mark, how it came about. @param {Look} look @param {Test} test @param {number} width */
function legend(look, test, width) {
  const { c, t, doc, beat, floor: { x, h } } = look, zone = doc.machine.zones[test.zone].label,
    row = test.rows[beat.row];
  /** @type {[string[], Record<string, any>][]} */
  const lines = [[[`${zone} · ${test.own ? "pages_low" : test.mark_name || t("noMark")}`, zone], { "font-weight": 700,
    fill: c.ink }],
    [[spoken(test.mark)], { fill: c.ink }]];
  for (const [name, after] of test.chain
    ?? []) lines.push([[`${name} ${t(name === "HIGH" ? "half" : "quarter")} → ${spoken(after)}`], {}]);
  if (test.reserve) lines.push([[`+ ${spoken(test.reserve)} = ${spoken(test.rows[0].m)}`], { fill: c.resv }]);
  if (beat.row > 0 && row.nr) lines.push([[t("removed", { n: row.nr, size: 1 << (beat.row - 1) }),
    `− ${brief(row.nr)} × ${1 << (beat.row - 1)}`], {}]);
  const most = Math.max(1, Math.floor((h - 44) / 14));
  return [lines.slice(0, most).map(([forms, how], n) => words(x, 12 + n * 14, fitting(width - 4, SMALL, forms,
    { bold: "font-weight" in how }), { "font-size": SMALL, fill: c.ink2, ...how })),
  words(x, h - 19, fitting(width - 4, SMALL, [t("countRow")]), { "font-size": SMALL, fill: c.ink2 }),
  words(x, h - 6, fitting(width - 4, SMALL, [t("markRow")]), { "font-size": SMALL, fill: c.ink2 })];
}

/** How the mark is lowered: a chip lights, the line falls. @param {Look} look @returns {Kids} */
export function flagsScene(look) {
  const { c, doc, beat, p, floor: { x, w, h } } = look, chain = doc.frames[beat.frame].chains?.[0];
  const values = [chain.mark, ...chain.chain.map((/** @type {any[]} */ one) => one[1])], now = values[beat.link];
  const was = values[beat.link - 1] ?? now, value = between(was, now, part(p, 0.3, 0.8));
  const tank = { x: x + w * 0.56, w: Math.min(140, w * 0.27), top: 12, bottom: h - 20 };
  const y = (/** @type {number} */ pages) => tank.bottom - (pages * (tank.bottom - tank.top) * 0.88) / Math.max(1,
    chain.mark);
  const label = `${doc.machine.zones[chain.zone].label} · ${chain.mark_name}`;
  return [box(tank.x, y(value), tank.w, tank.bottom - y(value), { fill: `url(#${look.id}-cross)`, opacity: 0.8 }),
    pen(["M", tank.x, tank.top, "V", tank.bottom, "h", tank.w, "V", tank.top], { stroke: c.ink, "stroke-width": 1.6 }),
    values.slice(0, beat.link).map((old) => [
      pen(["M", tank.x, y(old), "h", tank.w], { stroke: c.ink3, "stroke-dasharray": "3 3" }),
      y(value) - y(old) > 12 && words(tank.x - 6, y(old) + 4, brief(old), { "text-anchor": "end", "font-size": SMALL,
        fill: c.ink2 })]),
    pen(["M", tank.x - 4, y(value), "h", tank.w + 10], { stroke: c.ink, "stroke-width": 3 }),
    words(tank.x + tank.w + 10, y(value) + 5, brief(Math.round(value)), { "font-size": 14, "font-weight": 700,
      fill: c.ink }),
    words(tank.x + tank.w / 2, h - 6, label, { ...MIDDLE, "font-size": SMALL, fill: c.ink2 }), chips(look, chain)];
}

/** @param {Look} look @param {any} chain @returns {Kids} */
function chips(look, chain) {
  const { c, t, say, doc, beat, floor: { x, w, h } } = look, width = w * 0.44, step = Math.min(44, (h - 8) / 2);
  const { conds = [] } = doc.frames[beat.frame];
  const why = (/** @type {string} */ name) => conds.find(([code]) => code === `ALLOC_${name}`)?.[2] ?? "c_not";
  return ["HIGH", "HARDER"].map((name, n) => {
    const link = chain.chain.findIndex((/** @type {any[]} */ one) => one[0] === name), on = link >= 0;
    const now = on && beat.link === link + 1, y = 4 + n * step;
    return [box(x + 2, y, width, 36, { fill: now ? c.now : c.skin, stroke: on ? c.ink : c.line, rx: 4,
      "stroke-dasharray": on ? null : "3 3" }),
    words(x + 9, y + 15, `${name} ${t(name === "HIGH" ? "half" : "quarter")}`, { "font-size": 12, "font-weight": 700,
      fill: on ? c.ink : c.ink3 }),
    words(x + 9, y + 29, fitting(width - 12, SMALL, on ? [name === "HIGH" ? "__GFP_HIGH" : say(why(name)),
      say(why(name)).replace(/[:：].*/, "")] : [t("notEarned")]), { "font-size": SMALL, fill: on ? c.ink2 : c.ink3 })];
  });
}

/** 64 pages as they lie: the buddy that would make the block grow is in use. @param {Look} look @returns {Kids} */
export function stripScene(look) {
  const { c, id, beat, p, t, doc, floor: { x, w, h } } = look, { strip, pfn, buddy, order } = beat.lost;
  const u = w / strip.pages, y = h * 0.36, high = within(h * 0.2, 20, 44), size = 1 << order;
  const at = (/** @type {number} */ page) => x + (page - strip.start) * u, found = part(p, 0.45, 0.8);
  /** @type {Record<string, string>} */
  const use = { K: c.use1, A: `url(#${id}-dots)`, C: c.use3 };
  const text = `${spoken(pfn)} ^ ${size} = ${spoken(buddy)}: ${t("cannotGrow")}`, below = y + high + 8;
  const own = at(pfn) + (u * size) / 2, other = at(buddy) + (u * size) / 2;
  return [words(x, 12, t("stripAt", { zone: doc.machine.zones[strip.zone].label, a: strip.start,
    b: strip.start + strip.pages - 1 }),
    { "font-size": SMALL, "font-weight": 700, fill: c.ink }),
  Array.from({ length: strip.pages }, (_, n) => box(at(strip.start + n), y + 4, u - 0.4, high - 8,
    { fill: use[strip.used[n]] ?? c.line2 })),
  strip.free.map((/** @type {number[]} */ [page, o]) => box(at(page), y, u * (1 << o) - 0.8, high, {
    fill: o < order ? `url(#${id}-hatch)` : c.free2, stroke: o < order ? c.ink3 : c.free, "stroke-width": 0.9,
      rx: 1.5 })),
  box(at(pfn), y, u * size - 0.8, high, { fill: c.now, stroke: c.nowEdge, "stroke-width": 2, rx: 1.5, opacity: part(p,
    0.1, 0.35) }),
  box(at(buddy), y - 3, u * size, high + 6, { fill: "none", stroke: c.no, "stroke-width": 2.4,
    "stroke-dasharray": "5 3",
    opacity: found }),
  p > 0.25 && pen(["M", own, below, "v", 7, "H", between(own, other, part(p, 0.3, 0.55)), ...(found > 0.5 ? ["v", -7]
    : [])],
    { stroke: c.no, "stroke-width": 2 }),
  p > 0.35 && words(within(Math.min(own, other), x, x + w - widthOf(text, 12.5, { bold: true })), below + 21, text,
    { "font-size": 12.5, "font-weight": 700, fill: c.no }), stripKey(look)];
}

/** @param {Look} look @returns {Kids} */
function stripKey(look) {
  const { c, id, t, floor: { x, h } } = look;
  let at = x;
  return /** @type {[string, string, string][]} */ ([["useFree", c.free2, c.free], ["useK", c.use1, c.use1],
    ["useA", `url(#${id}-dots)`, c.use2], ["useC", c.use3, c.use2]]).map(([key, fill, stroke]) => {
    const here = at;
    at += 22 + widthOf(t(key), SMALL);
    return [box(here, h - 15, 9, 9, { fill, stroke, "stroke-width": 0.9 }),
      words(here + 13, h - 6, t(key), { "font-size": SMALL, fill: c.ink2 })];
  });
}
