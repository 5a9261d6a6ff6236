// Scenes of the per-cpu lists: a page from list to rack, from rack to caller, and both ways back.
import { places } from "./actors.js";
import { fitting } from "./measure.js";
import { arc, part, spoken, within } from "./motion.js";
import { bench, freeBlock, heading, inHand, listHead, onTheWay, wholeScene } from "./scene_blocks.js";
import { box, pen, words } from "./tree.js";
import { COLD, HOT } from "./types.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./tree.js").Kids} Kids */

const SMALL = 11, TILE = 18, STEP = 22, MOST = 24;

/** @param {Look} look @param {number} list */
const sideOf = ({ t }, list) => t(list === COLD ? "cold" : "hot");
/** Place n of the rack. @param {Look} look @param {number} n */
function seat({ floor: { x, w, h } }, n) {
  const perRow = Math.max(4, Math.floor((w - 12) / STEP));
  return { x: x + 6 + (n % perRow) * STEP, y: h * 0.34 + Math.floor(n / perRow) * STEP, w: TILE, h: TILE };
}

/** The list laid out: its places up to its limit, n of them taken,
  the head marked. @param {Look} look @param {number} list
 *  @param {number} n @param {string} title @returns {Kids} */
function rack(look, list, n, title) {
  const { c, doc, beat, floor: { x, w } } = look, zone = doc.machine.zones[beat.zone];
  const { high } = zone.pcp[list === COLD ? "cold" : "hot"] ?? { high: 0 }, first = seat(look, 0);
  return [words(x + 6, first.y - 18, fitting(w - 12, 12, [title], { bold: true }), { "font-size": 12,
    "font-weight": 700, fill: c.ink }),
    pen(["M", first.x + TILE / 2, first.y - 4, "l", -4, -7, "h", 8, "z"], { fill: c.ink }),
    Array.from({ length: Math.min(MOST, Math.max(high, n, 3)) }, (_, at) => {
      const here = seat(look, at), full = at < n;
      return box(here.x, here.y, TILE, TILE, { rx: 7, fill: full ? c.free2 : "none", stroke: full ? c.free : c.line,
        "stroke-width": at ? 1.2 : 1.8 });
    })];
}

/** @param {Look} look @param {number} list */
const rackTitle = (look, list) => look.t("cpuList", { side: sideOf(look, list) });

/** A page moves over from a free list; its block may have to be halved for it. @param {Look} look @returns {Kids} */
export function pageScene(look) {
  const { c, t, beat, p, floor: { x, h } } = look, { halves } = beat, n = beat.before[beat.zone].n[beat.list];
  const cuts = halves.length, go = part(p, cuts ? 0.55 : 0.2, 0.9), at = bench(look);
  const title = `${rackTitle(look, beat.list)} · ${t("batch", { n: beat.batch })}`;
  const from = cuts ? { x: at.x, y: h - 24, w: Math.max(6, at.w / (1 << Math.min(cuts, 6))), h: 13 } : listHead(look,
    beat.from);
  const page = onTheWay(from, seat(look, Math.min(n, MOST - 1)), go, 12);
  return [rack(look, beat.list, n + (go >= 1 ? 1 : 0), title), cuts > 0 && go < 0.3 && knife(look, part(p, 0.05, 0.55)),
    go < 1 && go > 0 && box(page.x, page.y, page.w, page.h, { rx: 6, fill: c.free, stroke: c.free }),
    words(x + 6, h - (cuts ? 30 : 12), `pfn ${spoken(beat.pfn)} · ${cuts ? t("halved", { o: beat.from, n: cuts })
      : t("fromList", { o: beat.from })}`, { "font-size": SMALL, fill: c.ink2 })];
}

/** The halvings of a refill: the block below the rack, cut again and again; each upper half leaves for its list.
 *  @param {Look} look @param {number} q @returns {Kids} */
function knife(look, q) {
  const { c, beat, floor: { h } } = look, at = bench(look), y = h - 24, done = q * beat.halves.length;
  const low = { x: at.x, y, w: at.w / 2 ** Math.min(6, Math.floor(done)), h: 13 };
  return [box(at.x, y, at.w, 13, { fill: "none", stroke: c.line }),
    beat.halves.slice(0, Math.min(7, Math.ceil(done))).map((/** @type {number} */ order, /** @type {number} */ n) => {
      const w = at.w / 2 ** (n + 1), here = { x: at.x + w, y, w, h: 13 }, go = within(done - n);
      return go < 1 && freeBlock(look, onTheWay(here, listHead(look, order), go, 6));
    }), freeBlock(look, low)];
}

/** Pages of the per-cpu list go back to the free lists. @param {Look} look @returns {Kids} */
export function drainScene(look) {
  const { c, beat, p, t, floor: { x, h } } = look, n = beat.before[beat.zone].n[beat.from], go = part(p, 0.2, 0.9);
  const page = onTheWay(seat(look, Math.min(n, MOST) - 1), listHead(look, beat.list), go, 12);
  return [rack(look, beat.from, n - 1, rackTitle(look, beat.from)),
    go < 1 && box(page.x, page.y, page.w, page.h, { rx: 6, fill: c.free, stroke: c.free }),
    words(x + 6, h - 12, `pfn ${spoken(beat.pfn)} · ${t("toList", { o: beat.list })}`, { "font-size": SMALL,
      fill: c.ink2 })];
}

/** From the head of the list to who asked for it. @param {Look} look @returns {Kids} */
export function take1Scene(look) {
  const { c, beat, p, floor } = look;
  if (!(beat.list >= HOT)) return wholeScene(look);
  const { kswapd, r } = places(floor), theirs = beat.depth > 0 && beat.cast.kswapd === "works", go = part(p, 0.2, 0.9);
  const to = theirs ? { x: kswapd.x - r * 2 - 18, y: kswapd.y - 5, w: 13, h: 13 } : inHand(look, true);
  const n = beat.before[beat.zone].n[beat.list], page = onTheWay(seat(look, 0), to, go, 10);
  return [rack(look, beat.list, Math.max(0, n - 1), rackTitle(look, beat.list)),
    box(page.x, page.y, page.w, page.h, { rx: 6, fill: c.now, stroke: c.nowEdge, "stroke-width": 1.4 })];
}

/** A page from its user to the head of the list: the others move along. @param {Look} look @returns {Kids} */
export function give1Scene(look) {
  const { c, beat, p } = look, list = beat.event?.[3] ? COLD : HOT, n = beat.before[beat.zone].n[list], go = part(p,
    0.2, 0.9);
  const page = onTheWay(inHand(look, true), seat(look, Math.min(n, MOST - 1)), go, 10);
  return [rack(look, list, n, rackTitle(look, list)),
    box(page.x, page.y, page.w, page.h, { rx: 6, fill: go < 0.8 ? c.now : c.free2, stroke: go < 0.8 ? c.nowEdge
      : c.free,
      "stroke-width": 1.4 })];
}

/** The list is over its limit: those at its tail will go. @param {Look} look @returns {Kids} */
export function bulkScene(look) {
  const { c, beat, p, t } = look, n = beat.before[beat.zone].n[HOT], count = beat.args.batch ?? 1,
    lit = arc(part(p, 0.1, 0.9));
  return [rack(look, HOT, n, `${rackTitle(look, HOT)} · ${t("bulkBack", { n: count })}`),
    Array.from({ length: Math.min(count, MOST) }, (_, k) => {
      const here = seat(look, Math.min(n, MOST) - 1 - k);
      return box(here.x, here.y, TILE, TILE, { rx: 7, fill: "none", stroke: c.nowEdge, "stroke-width": 1 + 2 * lit });
    })];
}

/** No list has a block that is large enough. @param {Look} look @returns {Kids} */
export function emptyScene(look) {
  const { c, beat, p, t } = look, at = bench(look), order = beat.args.order ?? 0;
  return [heading(look, t("noBlock", { o: order })), box(at.x, at.y, at.w, at.h, { fill: "none", stroke: c.no,
    "stroke-dasharray": "5 4", "stroke-width": 1.6, rx: 2, opacity: part(p, 0.1, 0.5) }),
  pen(["M", at.x + at.w / 2 - 12, at.y + at.h / 2 - 12, "l", 24, 24, "m", 0, -24, "l", -24, 24], { stroke: c.no,
    "stroke-width": 3, opacity: part(p, 0.4, 0.8) })];
}
