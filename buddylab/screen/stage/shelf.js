// The shelf, always there: the zones as tanks, the free lists of the zone that is looked at, this CPU's lists.
import { fitting, widthOf } from "./measure.js";
import { between, brief, part, spoken, within } from "./motion.js";
import { box, group, pen, words } from "./tree.js";
import { COLD, HOT, ORDERS } from "./types.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").Beat} Beat */
/** @typedef {import("./tree.js").Kids} Kids */

const SMALL = 11, MIDDLE = { "text-anchor": "middle" }, BASE = 29, HEAD = 18;

/** A number in shorter and shorter forms. @param {number} value */
export const numberForms = (value) => [spoken(value), brief(value),
  value >= 1000 ? `${Math.round(value / 100) / 10}k` : brief(value), value >= 1000 ? `${Math.round(value / 1000)}k`
    : brief(value)];

/** When, within a beat, memory changes: never before its cause is seen. @type {Record<string, [number, number]>} */
const FLOW = { exit: [0.3, 0.95], freed: [0.3, 0.95], comeBack: [0.3, 0.95], take1: [0.05, 0.2], yours: [0.4, 0.9],
  list: [0.5, 0.9], page: [0.6, 0.9], drain: [0.5, 0.9], give1: [0.6, 0.95], halve: [0.55, 0.65], join: [0.3, 0.4],
  take: [0.1, 0.3] };

/** How much of this beat's change is to be seen. @param {Beat} beat @param {number} p */
export const flowed = ({ kind }, p) => part(p, ...(FLOW[kind] ?? [0.5, 1]));

/** A count on its way from before to after. @param {number} a @param {number} b @param {Beat} beat @param {number} p */
const onItsWay = (a, b, beat, p) => (Math.abs(b - a) > 6 ? Math.round(between(a, b, flowed(beat, p)))
  : flowed(beat, p) >= 0.5 ? b : a);

/** Where the columns stand. @param {Look} look */
export function columns({ floor: { W, H, shelf, narrow }, doc }) {
  const count = doc.machine.zones.length, tanks = narrow ? 76 : Math.min(W * 0.42, count * 57 + 62);
  const perCpu = narrow ? 54 : 66, start = tanks + (narrow ? 4 : 12), column = (W - start - perCpu - 6) / ORDERS;
  const at = (/** @type {number} */ list) => (list < HOT ? start + column * (list + 0.5)
    : W - perCpu + (list - HOT + 0.5) * (perCpu / 2));
  return { tanks, start, column, perCpu, at, base: H - BASE, top: H - shelf + HEAD, tile: Math.min(26, column - 6),
    pitch: (tanks - 60) / Math.max(1, count) };
}

/** px of a number of pages in a tank: marks large, what lies far above them cut. @param {Look} look
 *  @param {number} place @param {number} top @param {number} bottom */
export function tankScale({ doc }, place, top, bottom) {
  const zone = doc.machine.zones[place], reserve = zone.lowmem_reserve[doc.request.classzone_idx] ?? 0;
  const reach = Math.max(1, 1.65 * zone.pages_high), over = Math.max(1, zone.present_pages - reserve);
  const floorY = bottom - (reserve ? (bottom - top) * 0.22 : 0), torn = over > reach * 1.4;
  const linear = torn ? (floorY - top) * 0.66 : floorY - top, span = torn ? reach : Math.max(over, reach);
  const y = (/** @type {number} */ pages) => {
    const p = pages - reserve;
    if (p < 0) return bottom - ((bottom - floorY) * Math.max(0, pages)) / reserve;
    if (p <= span) return Math.max(top, floorY - (p / span) * linear);
    return Math.max(top, floorY - linear - 4 - ((p - reach) / Math.max(1, over - reach)) * (floorY - linear - 4 - top));
  };
  return { y, floorY, reserve, cut: torn ? floorY - linear - 2 : null };
}

/** Where a zone's tank begins. @param {Look} look @param {number} place @param {number} focus */
export function tankX(look, place, focus) {
  if (look.floor.narrow) return 3;
  const { pitch } = columns(look);
  return 3 + place * pitch + (place > focus ? 58 : 0);
}

/** @param {Look} look @param {number} place @param {number} focus @returns {Kids} */
function tank(look, place, focus) {
  const { c, doc, beat, p, id } = look, zone = doc.machine.zones[place], { top, base } = columns(look);
  const x = tankX(look, place, focus), w = look.floor.narrow ? 26 : Math.min(30, columns(look).pitch - 8);
  const mine = place === focus;
  const scale = tankScale(look, place, top, base), free = onItsWay(beat.before[place].free, beat.after[place].free,
    beat, p);
  const level = scale.y(between(beat.before[place].free, beat.after[place].free, flowed(beat, p)));
  const asked = doc.request.zonelist.includes(zone.label);
  const marks = /** @type {const} */ (["high", "low", "min"]).map((mark) => (
    { mark, pages: zone[`pages_${mark}`], y: scale.y(zone[`pages_${mark}`] + scale.reserve) }));
  const zigzag = scale.cut !== null && pen(["M", x - 1, scale.cut, ...zigzags(w + 2)], { stroke: c.ink3 });
  const labels = look.floor.narrow ? 66 : columns(look).pitch + (mine ? 54 : -8);
  return [group([box(x, top, w, base - top, { fill: c.skin }), box(x, level, w, base - level, { fill: c.free2 }),
    scale.reserve > 0 && [box(x, scale.floorY, w, base - scale.floorY, { fill: `url(#${id}-cross)` }),
      pen(["M", x, scale.floorY, "h", w], { stroke: c.resv, "stroke-width": 2 })],
    zigzag, pen(["M", x, top, "V", base, "h", w, "V", top], { stroke: c.ink, "stroke-width": mine ? 2.2 : 1 }),
    marks.map(({ y }) => pen(["M", x + w - 9, y, "h", 12], { stroke: c.ink, "stroke-width": 1.2 }))],
  asked ? {} : { opacity: 0.4 }),
  mine && markLabels(look, x + w, base, marks),
  words(x, base + 12, fitting(labels, SMALL, labelForms(zone.label), { bold: mine }), { "font-size": SMALL,
    "font-weight": mine ? 700 : null, fill: asked ? c.ink : c.ink3 }),
  words(x, base + 25, fitting(labels, SMALL, numberForms(free), { bold: true }), { "font-size": SMALL,
    "font-weight": 700,
    fill: asked ? c.ink : c.ink3 })];
}

/** @param {number} width */
const zigzags = (width) => Array.from({ length: Math.round(width / 8) }, () => ["l", 4, -3, "l", 4, 3]).flat();
/** Normal/1, N/1. @param {string} label */
const labelForms = (label) => [label, label.replace(/^(\w)\w*/, "$1")];

/** The three marks of the zone that is looked at, set apart so that none touches another. @param {Look} look
 *  @param {number} x @param {number} bottom @param {{mark: string, pages: number, y: number}[]} marks */
function markLabels({ c, floor }, x, bottom, marks) {
  const step = 12, ys = marks.map(({ y }) => y + 4);
  for (let k = 1; k < 3; k += 1) ys[k] = Math.max(ys[k], ys[k - 1] + step);
  let limit = bottom + 1;
  for (let k = 2; k >= 0; k -= 1) {
    ys[k] = Math.min(ys[k], limit);
    limit = ys[k] - step;
  }
  return marks.map(({ mark, pages, y }, k) => [
    pen(["M", x + 3, y, "L", x + 7, ys[k] - 4], { stroke: c.ink3, "stroke-width": 0.8 }),
    words(x + 9, ys[k], fitting(floor.narrow ? 30 : 52, SMALL, [`${mark} ${spoken(pages)}`, `${mark} ${brief(pages)}`,
      mark]),
      { "font-size": SMALL, fill: c.ink2 })]);
}

/** The list that this beat is about, -1 for none. @param {Beat} beat */
const listNow = (beat) => ({ take: beat.from, halve: beat.o, yours: beat.o, join: beat.o, list: beat.o, page: beat.list,
  drain: beat.from, take1: beat.list, give1: HOT, row: beat.kind === "row" && beat.row > 0 ? beat.row - 1 : -1,
})[beat.kind] ?? -1;

/** Lists below this order do not count for the row that is looked at. @param {Look} look */
function evidence({ beat, p, doc }) {
  if (beat.kind === "row") return p > 0.25 || beat.row === 0 ? beat.row : beat.row - 1;
  return ["strip", "end"].includes(beat.kind) && doc.end === "no_page" ? doc.request.order : -1;
}

/** One list: its tiles, its order, how many. @param {Look} look @param {number} zone @param {number} list @returns
 *  {Kids} */
function listDrawn(look, zone, list) {
  const { c, doc, beat, p, id } = look, { at, base, top, tile, column, perCpu } = columns(look);
  const single = list >= HOT, x = at(list), w = single ? Math.min(16, perCpu / 2 - 8) : tile;
  const room = single ? perCpu / 2 : column, now = listNow(beat) === list;
  const n = onItsWay(beat.before[zone].n[list], beat.after[zone].n[list], beat, p);
  const most = Math.max(2, Math.floor((base - top) / 7)), tiles = Math.min(n, most), dead = list < evidence(look);
  const asked = list === doc.request.order && doc.end !== "freed", name = single ? look.t(list === HOT ? "hot" : "cold")
    : `${list}`;
  const fill = dead ? `url(#${id}-hatch)` : null, label = { ...MIDDLE, "font-size": SMALL };
  return [
    now && box(x - room / 2 + 1, base + 1, room - 2, 27, { fill: c.now, rx: 2 }),
    pen(["M", x - w / 2 - 2, base + 0.5, "h", w + 4], { stroke: c.ink3 }),
    Array.from({ length: tiles }, (_, k) => {
      const y = base - 6.5 - k * 7, torn = n > tiles && k === tiles - 2 && tiles > 2;
      if (torn) return pen(["M", x - w / 2, y + 5, "l", w / 4, -4, "l", w / 4, 4, "l", w / 4, -4, "l", w / 4, 4],
        { stroke: c.ink3 });
      return box(x - w / 2, y, w, 5.5, { rx: single ? 2.7 : 1, fill: fill ?? (k === tiles - 1 ? c.free : c.free2),
        stroke: dead ? c.ink3 : null, "stroke-width": 0.8 });
    }),
    asked && box(x - Math.min(13, room / 2 - 1), base + 2, Math.min(26, room - 2), 12.5, { fill: "none", stroke: c.ink,
      "stroke-width": 1.2, rx: 2 }),
    words(x, base + 12, name, { ...label, "font-weight": asked ? 700 : null, fill: asked ? c.ink : c.ink2 }),
    words(x, base + 25, fitting(room - 1, SMALL, numberForms(n), { bold: n > 0 }), { ...label,
      "font-weight": n ? 700 : null, fill: n ? c.ink : c.ink3 })];
}

/** From the asked order on the blocks are large enough: a bracket over them. @param {Look} look @returns {Kids} */
function bracket(look) {
  const { c, doc, floor, t } = look, { at, column, start } = columns(look), { order } = doc.request;
  if (!order || floor.narrow || doc.end === "freed") return null;
  const from = at(order) - column / 2 + 2, to = at(ORDERS - 1) + column / 2 - 2, y = floor.H - floor.shelf + 8;
  const wide = widthOf(t("enough"), SMALL) + 6, title = start + widthOf(t("lists", { zone: "HighMem" }), SMALL,
    { bold: true });
  if (to - from < wide + 18 || from < title + 8) return null;
  return [pen(["M", from, y + 5, "v", -5, "H", from + 8, "M", from + 12 + wide, y, "H", to, "v", 5],
    { stroke: c.ink3 }),
    words(from + 12, y + 4, t("enough"), { "font-size": SMALL, fill: c.ink2 })];
}

/** @param {Look} look @returns {Kids} */
export function shelfDrawn(look) {
  const { c, doc, beat, floor, t } = look, { W, H, shelf, narrow } = floor, y = H - shelf, { zone } = beat;
  const { at, start, perCpu } = columns(look), label = doc.machine.zones[zone].label;
  const title = { "font-size": SMALL, "font-weight": 700, fill: c.ink2 };
  const room = W - perCpu - start - 4;
  return [pen(["M", 0, y + 0.5, "H", W], { stroke: c.line }), words(3, y + 13, t("zones"), title),
    words(start + 2, y + 13, narrow ? label : fitting(room, SMALL, [t("lists", { zone: label }), label],
      { bold: true }), title),
    words(within((at(HOT) + at(COLD)) / 2, 0, W - 2), y + 13, t("perCpu"), { ...title, ...MIDDLE }), bracket(look),
    doc.machine.zones.map((_, place) => (narrow && place !== zone ? null : tank(look, place, zone))),
    Array.from({ length: COLD + 1 }, (_, list) => listDrawn(look, zone, list))];
}
