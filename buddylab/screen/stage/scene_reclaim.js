// Scenes of reclaim: who sweeps, what comes back, what stays and why, what the disk writes, who sleeps meanwhile.
import { places } from "./actors.js";
import { fitting, wrapped } from "./measure.js";
import { arc, between, part, within } from "./motion.js";
import { columns, tankX } from "./shelf.js";
import { box, disc, group, pen, words } from "./tree.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./tree.js").Kids} Kids */

const SMALL = 11, SQUARES = 48;

/** How pages of a kind look. @param {Look} look @param {string} kind */
function kindOf({ c, id }, kind) {
  /** @type {Record<string, {fill: string, stroke: string}>} */
  const kinds = { anon: { fill: `url(#${id}-dots)`, stroke: c.use2 }, exit: { fill: `url(#${id}-dots)`,
    stroke: c.use2 },
    clean: { fill: c.use3, stroke: c.use2 }, dirty: { fill: c.use2, stroke: c.use1 }, slab: { fill: c.use1,
      stroke: c.use1 },
    heads: { fill: c.use1, stroke: c.use1 } };
  return kinds[kind] ?? kinds.clean;
}

/** How many squares stand for so many pages, how large, and what one is worth. @param {Look} look @param {number}
 *  pages */
function crowd({ floor: { x, w, h } }, pages) {
  const n = Math.min(Math.max(0, pages), SQUARES), room = w * 0.62;
  const size = within(Math.floor(Math.sqrt((room * h * 0.4) / Math.max(1, n))), 7, 22), perRow = Math.max(1,
    Math.floor(room / size));
  return { n, size, worth: Math.max(1, Math.round(pages / Math.max(1, n))), rows: Math.ceil(n / perRow),
    at: (/** @type {number} */ k) => ({ x: x + 6 + (k % perRow) * size, y: 24 + Math.floor(k / perRow) * size }),
    bottom: 24 + Math.ceil(n / perRow) * size };
}

/** @param {Look} look @param {string} text @param {string} [right] @returns {Kids} */
function title({ c, floor: { x, w, narrow } }, text, right = "") {
  return [words(x + 6, 14, fitting(w * 0.7, 12, [text], { bold: true }), { "font-size": 12, "font-weight": 700,
    fill: c.ink }),
    right !== "" && !narrow && words(x + w, 14, right, { "font-size": SMALL, "text-anchor": "end", fill: c.ink2 })];
}
/** @param {Look} look */
const zoneName = ({ doc, beat }) => doc.machine.zones[beat.zone]?.label ?? "";
/** By whom, as the run says. @param {Look} look */
function byWhom({ doc, beat, t }) {
  const by = doc.frames[beat.frame]?.by;
  return !by ? "" : by === "caller" ? t("byCaller") : t("byTask", { who: by });
}

/** The caller itself comes forward with a broom: the middle is its own. @returns {Kids} */
export const reclaimScene = () => null;

/** Used pages turn free and flow into the tank of their zone. @param {Look} look @returns {Kids} */
export function freedScene(look) {
  const { c, beat, doc, p, t, floor: { x, w } } = look, kind = doc.frames[beat.frame].note ?? "clean";
  const pages = beat.args.pages ?? pagesBack(look), squares = crowd(look, pages), { base } = columns(look);
  const to = { x: tankX(look, beat.zone, beat.zone) + 12, y: base - 24 },
    name = t(`kind${kind[0].toUpperCase()}${kind.slice(1)}`);
  return [title(look, `${zoneName(look)} · ${name}`, byWhom(look)),
    Array.from({ length: squares.n }, (_, k) => {
      const late = (k / Math.max(1, squares.n)) * 0.4, go = part(p, 0.2 + late, 0.5 + late), from = squares.at(k);
      if (go >= 1) return null;
      return box(between(from.x, to.x, go), between(from.y, to.y, go) - arc(go) * 12, squares.size - 1.5,
        squares.size - 1.5,
        { "stroke-width": 0.8, ...(go > 0.4 ? { fill: c.free2, stroke: c.free } : kindOf(look, kind)) });
    }),
    squares.worth > 1 && words(x + w, 30, t("scale", { n: squares.worth }), { "font-size": SMALL, "text-anchor": "end",
      fill: c.ink2 })];
}

/** Pages that the counts gain in this beat, where no note gives a number. @param {Look} look */
function pagesBack({ beat }) {
  return beat.after.reduce((sum, zone, at) => sum + Math.max(0, zone.free - beat.before[at].free), 0);
}

/** Script and drain: pages come back. @param {Look} look @returns {Kids} */
export const comeBackScene = (look) => freedScene({ ...look, doc: { ...look.doc,
  frames: look.doc.frames.map((frame, at) => (
  at === look.beat.frame ? { ...frame, note: "script" } : frame)) } });

/** @type {Record<string, string>} */
const KIND_OF_WHY = { no_swap: "anon", empty: "slab", no_fs: "dirty", busy: "dirty", writing: "dirty" };

/** Pages tremble, a bar stops them, the reason. @param {Look} look @returns {Kids} */
export function stayScene(look) {
  const { c, beat, doc, p, t, floor: { w } } = look, why = doc.frames[beat.frame].note ?? "", squares = crowd(look,
    beat.args.pages ?? 0);
  const q = part(p, 0.1, 0.6), tremble = Math.sin(q * Math.PI * 3) * 3 * (1 - q), first = squares.at(0);
  return [title(look, t("used", { zone: zoneName(look) }), byWhom(look)), squaresOf(look, squares, KIND_OF_WHY[why]
    ?? "clean", tremble),
    pen(["M", first.x - 3, squares.bottom + 4, "h", (w * 0.62) * part(p, 0.3, 0.7)], { stroke: c.ink,
      "stroke-width": 2.4 }),
    p > 0.4 && words(first.x, squares.bottom + 21, `${t("stay")}: ${t(whyKey(why))}`, { "font-size": 12,
      "font-weight": 700,
      fill: c.ink })];
}
/** no_swap -> whyNoSwap. @param {string} why */
const whyKey = (why) => `why_${why}`.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** @param {Look} look @param {ReturnType<typeof crowd>} squares @param {string} kind @param {number} shift @returns
 *  {Kids} */
const squaresOf = (look, squares, kind, shift) => group(Array.from({ length: squares.n }, (_, k) => {
  const { x, y } = squares.at(k);
  return box(x, y, squares.size - 1.5, squares.size - 1.5, { ...kindOf(look, kind), "stroke-width": 0.8 });
}), shift ? { transform: `translate(${Math.round(shift * 10) / 10},0)` } : {});

/** Copies go to the disk; the pages stay until they are written. @param {Look} look @returns {Kids} */
export function writeScene(look) {
  const { c, beat, p, t, floor } = look, squares = crowd(look, Math.min(beat.args.pages ?? 0, 40)), { kswapd,
    below } = places(floor);
  return [title(look, t("used", { zone: zoneName(look) }), byWhom(look)), squaresOf(look, squares, "dirty", 0),
    Array.from({ length: squares.n }, (_, k) => {
      const late = (k / Math.max(1, squares.n)) * 0.5, go = part(p, 0.15 + late, 0.45 + late), from = squares.at(k);
      return go > 0 && go < 1 && box(between(from.x, kswapd.x, go), between(from.y, below - 8, go) - arc(go) * 14,
        squares.size - 1.5,
        squares.size - 1.5, { fill: c.skin, stroke: c.use1, "stroke-width": 1.2 });
    }),
    p > 0.4 && words(squares.at(0).x, squares.bottom + 18, `${t("stay")}: ${t("whyWriting")}`, { "font-size": 12,
      "font-weight": 700,
      fill: c.ink })];
}

/** What try_to_free_pages reports. @param {Look} look @returns {Kids} */
export function reportScene(look) {
  const { c, doc, beat, p, t, say, floor: { x, w, h } } = look, cond = doc.frames[beat.frame].conds?.[0] ?? ["", 0,
    "c_no_progress"];
  const lines = wrapped(say(cond[2]), w * 0.8, 13);
  return [box(x + 4, h * 0.24, w - 8, 34, { fill: c.skin, stroke: c.edge, rx: 4 }),
    words(x + 16, h * 0.24 + 22, t("progress", { n: cond[1] }), { "font-size": 13, "font-weight": 700,
      "font-family": "monospace",
      fill: cond[1] ? c.ok : c.no }),
    lines.map((line, n) => words(x + 16, h * 0.24 + 56 + n * 16, `→ ${line}`, { "font-size": 13, fill: c.ink,
      opacity: part(p, 0.3, 0.7) }))];
}

/** The caller sleeps by a clock; others work. @param {Look} look @returns {Kids} */
export function sleepScene(look) {
  const { c, beat, p, t, floor: { x, w, h, narrow } } = look, cx = x + w * (narrow ? 0.16 : 0.18), cy = h * 0.4,
    r = Math.min(32, h * 0.22);
  const q = Math.min(0.999, part(p, 0.25, 1)), angle = q * 2 * Math.PI - Math.PI / 2, text = { "text-anchor": "middle",
    "font-size": 12 };
  const end = { x: cx + r * Math.cos(angle), y: cy + r * Math.sin(angle) };
  return [disc(cx, cy, r, { fill: c.skin, stroke: c.ink, "stroke-width": 2 }),
    q > 0 && pen(["M", cx, cy, "V", cy - r, "A", r, r, 0, q > 0.5 ? 1 : 0, 1, end.x, end.y, "Z"], { fill: c.now }),
    pen(["M", cx, cy, "L", between(cx, end.x, 0.85), between(cy, end.y, 0.85)], { stroke: c.ink, "stroke-width": 2 }),
    words(cx, cy + r + 16, t("ms", { n: beat.args.ms ?? 20 }), { ...text, "font-weight": 700, fill: c.ink }),
    words(cx, cy + r + 31, t("atMost"), { ...text, "font-size": SMALL, fill: c.ink2 }),
    !narrow && words(x + w, h - 10, fitting(w * 0.6, SMALL, [t("meanwhile")]), { "text-anchor": "end",
      "font-size": SMALL, fill: c.ink2,
      opacity: part(p, 0.4, 0.7) })];
}
