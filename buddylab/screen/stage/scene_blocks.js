// Scenes of the buddy system: a block is taken, halved, handed over; given back, merged, put on its list.
import { places } from "./actors.js";
import { fitting } from "./measure.js";
import { arc, between, part, spoken, within } from "./motion.js";
import { columns } from "./shelf.js";
import { box, pen, words } from "./tree.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./tree.js").Kids} Kids */
/** @typedef {{x: number, y: number, w: number, h: number}} Place */

const SMALL = 11, MIDDLE = { "text-anchor": "middle" };

/** The block under the knife: as wide as the scene. @param {Look} look @returns {Place} */
export const bench = ({ floor: { x, w, h } }) => ({ x: x + 4, w: w - 8, y: Math.round(h * 0.26), h: within(h * 0.26, 28,
  60) });
/** The head of a list on the shelf. @param {Look} look @param {number} list @returns {Place} */
export function listHead(look, list) {
  const { at, tile, base } = columns(look);
  return { x: at(list) - tile / 2, y: base - 8, w: tile, h: 5.5 };
}
/** In the caller's hands. @param {Look} look @param {boolean} [single] @returns {Place} */
export function inHand(look, single = false) {
  const { caller, r } = places(look.floor);
  return { x: caller.x + r + 3, y: caller.y - 5, w: single ? 13 : 22, h: single ? 13 : 10 };
}
/** @param {Place} a @param {Place} b @param {number} t @param {number} [lift] */
export const onTheWay = (a, b, t, lift = 0) => ({ x: between(a.x, b.x, t), y: between(a.y, b.y, t) - arc(t) * lift,
  w: between(a.w, b.w, t), h: between(a.h, b.h, t) });

/** @param {Look} look @param {Place} at @param {Record<string, any>} [more] */
export const freeBlock = ({ c }, { x, y, w, h }, more = {}) => box(x, y, w, h, { fill: c.free2, stroke: c.free,
  "stroke-width": 1.4,
  rx: 2, ...more });
/** What the caller gets or gives. @param {Look} look @param {Place} at @param {Record<string, any>} [more] */
export const ownBlock = (look, at, more = {}) => freeBlock(look, at, { fill: look.c.now, stroke: look.c.nowEdge,
  ...more });

/** The line above the bench; the shorter one where the first does not fit.
 *  @param {Look} look @param {string} text @param {string} [shorter] */
export function heading(look, text, shorter = text) {
  const at = bench(look), size = 12;
  return words(at.x, at.y - 8, fitting(at.w, size, [text, shorter], { bold: true }),
    { "font-size": size, "font-weight": 700,
    fill: look.c.ink });
}
/** @param {Look} look @param {number} order @param {number} pfn */
const blockText = ({ t }, order, pfn) => t("blockAt", { o: order, n: 1 << order, pfn });

/** The whole block as it lies in memory; its parts carry their orders.
 *  @param {Look} look @param {number} done parts from this order on have left @param {number} mine the order of the
 *  part that stays @returns {Kids} */
function wholeBlock(look, done, mine) {
  const { c, beat, floor: { h } } = look, at = bench(look), total = 1 << beat.from, y = h - 24;
  const parts = Array.from({ length: beat.from - beat.yours }, (_, n) => beat.from - 1 - n).filter((o) => o >= done);
  return [box(at.x, y, at.w, 13, { fill: "none", stroke: c.line }),
    parts.map((o) => {
      const w = (at.w * (1 << o)) / total, x = at.x + w;
      return [box(x, y, Math.max(0.8, w - 0.8), 13, { fill: c.free3, stroke: c.free, "stroke-width": 0.8 }),
        w > 14 && words(x + w / 2, y + 10.5, o, { ...MIDDLE, "font-size": SMALL, fill: c.ink })];
    }),
    box(at.x, y, Math.max(1.4, (at.w * (1 << mine)) / total), 13, { fill: c.now, stroke: c.nowEdge })];
}

/** The block leaves its list and lies before us. @param {Look} look @returns {Kids} */
export function takeScene(look) {
  const { beat, p } = look, go = part(p, 0.15, 0.9);
  return [freeBlock(look, onTheWay(listHead(look, beat.from), bench(look), go)),
    go > 0.8 && heading(look, blockText(look, beat.from, beat.pfn))];
}

/** Cut in two; the upper half to its list; a closer look at the rest. @param {Look} look @returns {Kids} */
export function halveScene(look) {
  const { c, t, beat, p } = look, at = bench(look), half = at.w / 2, cut = part(p, 0, 0.22), go = part(p, 0.26, 0.64);
  const zoom = part(p, 0.68, 1), last = beat.o === beat.yours, kept = { ...at, w: between(half, at.w, zoom) };
  const upper = onTheWay({ ...at, x: at.x + half, w: half }, listHead(look, beat.o), go, 10),
    size = spoken(1 << beat.o);
  const label = { "font-size": 12, "font-weight": 700, fill: c.ink }, mid = at.y + at.h / 2 + 4;
  const xor = `${spoken(beat.pfn)} ^ ${spoken(1 << beat.o)} = ${spoken(beat.upper ?? 0)}`;
  return [freeBlock(look, kept), last && zoom > 0.5 && ownBlock(look, kept, { opacity: zoom }),
    go < 1 && freeBlock(look, { ...upper, x: upper.x + cut * 3 * (1 - go) }),
    go < 0.02 && pen(["M", at.x + half, at.y - 6, "v", (at.h + 12) * cut], { stroke: c.ink, "stroke-width": 2,
      "stroke-dasharray": "4 3" }),
    zoom < 0.5 ? [words(at.x, at.y - 8, `pfn ${spoken(beat.pfn)}`, label), words(at.x + 8, mid, size, label),
      go < 0.4 && words(upper.x + 8, upper.y + upper.h / 2 + 4, size, label),
      cut > 0.4 && words(at.x + half, at.y - 8, fitting(half, 12, [xor], { bold: true }), label)]
      : heading(look, `${blockText(look, beat.o, beat.pfn)}${last ? ` · ${t("yours")}` : ""}`,
        blockText(look, beat.o, beat.pfn)),
    go > 0.3 && go < 1 && words(within(upper.x + upper.w / 2, at.x + 40, at.x + at.w - 40), at.y + at.h + 17,
      t("toList", { o: beat.o }), { ...MIDDLE, "font-size": SMALL, fill: c.ink2 }),
    wholeBlock(look, go >= 1 ? beat.o : beat.o + 1, go > 0.1 ? beat.o : beat.o + 1)];
}

/** What is left goes to the caller. @param {Look} look @returns {Kids} */
export function yoursScene(look) {
  const { beat, p, t } = look, go = part(p, 0.2, 0.9);
  return [ownBlock(look, onTheWay(bench(look), inHand(look), go)),
    go < 0.1 && heading(look, `${t("yours")} · pfn ${spoken(beat.pfn)}`), wholeBlock(look, beat.yours, beat.yours)];
}

/** A whole block from the head of its list; a single page from the per-cpu list is the other file's. @param {Look} look
 *  @returns {Kids} */
export function wholeScene(look) {
  const { beat, p, t } = look, come = part(p, 0, 0.35), go = part(p, 0.5, 0.95), at = bench(look);
  const from = onTheWay(listHead(look, beat.list), at, come);
  return [ownBlock(look, go > 0 ? onTheWay(at, inHand(look), go) : from),
    come > 0.8 && go < 0.1 && heading(look, t("wholeBlock", { o: beat.list, pfn: beat.pfn }))];
}

/** A block comes from its user. @param {Look} look @returns {Kids} */
export function giveScene(look) {
  const { beat, p } = look, go = part(p, 0.1, 0.9), order = beat.o ?? beat.args.order ?? 0, pfn = beat.pfn
    ?? beat.args.pfn ?? 0;
  return [ownBlock(look, onTheWay(inHand(look), bench(look), go)), go > 0.8 && heading(look,
    blockText(look, order, pfn))];
}

/** Zoom out, the ghost of the buddy, the buddy comes, the seam closes. @param {Look} look @returns {Kids} */
export function joinScene(look) {
  const { c, t, beat, p, floor: { h } } = look, at = bench(look), half = at.w / 2, zoom = part(p, 0, 0.25);
  const come = part(p, 0.32, 0.7), glue = part(p, 0.75, 0.95), right = beat.buddy > beat.pfn, w = between(at.w, half,
    zoom);
  const seat = { ...at, x: right ? at.x + half : at.x, w: half }, label = { "font-size": 12, "font-weight": 700,
    fill: c.ink };
  const mid = at.y + at.h / 2 + 4, size = spoken(1 << beat.o), lower = Math.min(beat.pfn, beat.buddy);
  const done = glue > 0.5 ? 2 << beat.o : 1 << beat.o;
  return [ownBlock(look, { ...at, x: right ? at.x : at.x + at.w - w, w }),
    come < 1 && box(seat.x, seat.y, seat.w, seat.h, { fill: "none", stroke: c.ink3, "stroke-dasharray": "4 3",
      opacity: zoom }),
    come > 0 && freeBlock(look, onTheWay(listHead(look, beat.o), seat, come, 8)),
    glue > 0 && ownBlock(look, at, { opacity: glue }),
    glue > 0.5 ? heading(look, blockText(look, beat.o + 1, lower)) : zoom > 0.3
      && heading(look, t("buddyFree", { a: beat.pfn, size: 1 << beat.o, b: beat.buddy })),
    zoom > 0.5 && glue < 0.3 && [words(right ? at.x + 8 : at.x + half + 8, mid, size, label),
      come > 0.8 && words(seat.x + 8, mid, size, label)],
    box(at.x, h - 24, at.w, 13, { fill: "none", stroke: c.line }),
    box(at.x, h - 24, Math.max(1.4, (at.w * done) / (1 << beat.to)), 13, { fill: c.now, stroke: c.nowEdge })];
}

/** The block goes to the head of its list. @param {Look} look @returns {Kids} */
export function listScene(look) {
  const { beat, p, t } = look, go = part(p, 0.2, 0.9), at = onTheWay(bench(look), listHead(look, beat.o), go);
  return [go < 1 && (go < 0.5 ? ownBlock(look, at) : freeBlock(look, at)),
    go < 0.1 ? heading(look, blockText(look, beat.o, beat.pfn)) : heading(look, t("toList", { o: beat.o }))];
}
