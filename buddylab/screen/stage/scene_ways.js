// Scenes of the way: what a decision looked at and where it leads, zones in their order, a cpuset's refusal, the call
// to kswapd, the request inside the request, the log.
import { fitting, widthOf, wrapped } from "./measure.js";
import { between, brief, part, spoken, within } from "./motion.js";
import { box, disc, group, pen, words } from "./tree.js";
import { askedZones } from "./counts.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./tree.js").Kids} Kids */

const SMALL = 11, MIDDLE = { "text-anchor": "middle" };
/** @param {any} value */
const shown = (value) => (typeof value === "boolean" ? String(Number(value)) : typeof value === "number" ? spoken(value)
  : String(value));

/** Conditions, the one that decided first, and the way that is taken. @param {Look} look @returns {Kids} */
export function gateScene(look) {
  const { c, doc, beat, p, say, floor: { x, w, h, narrow } } = look, conds = (doc.frames[beat.frame].conds
    ?? []).slice(0, 5);
  const step = Math.min(26, (h - 8) / Math.max(3, conds.length)), width = narrow ? w : w * 0.64;
  const start = Math.max(4 + step / 2, h / 2 - ((conds.length - 1) * step) / 2);
  return [conds.map(([code, value, key, args], n) => {
    const y = start + n * step, seen = part(p, 0.06 + n * 0.1, 0.2 + n * 0.1), meaning = key ? say(key, args) : "";
    const name = `${code} = ${shown(value)}`, wide = widthOf(name, SMALL, { mono: true });
    return group([n === 0 && box(x + 2, y - step / 2 + 1, width, step - 2, { fill: c.now, rx: 3 }), knob(look, x + 6, y,
      value),
      words(x + 33, y + 4, name, { "font-size": SMALL, "font-family": "monospace", fill: c.ink }),
      wide + 45 + widthOf(meaning, SMALL) < width && words(x + width - 6, y + 4, meaning, { "text-anchor": "end",
        "font-size": SMALL,
        fill: n ? c.ink2 : c.ink })], { opacity: Math.round((0.15 + 0.85 * seen) * 100) / 100 });
  }), !narrow && ways(look, x + width + 10)];
}

/** A switch for what is true or not, a dot for a number. @param {Look} look @param {number} x @param {number} y
 *  @param {any} value */
function knob({ c }, x, y, value) {
  if (![0, 1, true, false].includes(value)) return disc(x + 10, y, 3, { fill: c.ink });
  const on = Boolean(value);
  return [box(x, y - 6, 20, 12, { rx: 6, fill: on ? c.ink : c.skin, stroke: c.ink, "stroke-width": 1.2 }),
    disc(x + (on ? 14 : 6), y, 3.6, { fill: on ? c.skin : c.ink })];
}

/** The ways of the chart from this stage; the one that is taken is drawn thick, once it is known. @param {Look} look
 *  @param {number} x @returns {Kids} */
function ways(look, x) {
  const { c, beat, beats, at, p, text, floor } = look,
    all = text.chart.filter((/** @type {any[]} */ [from]) => from === beat.stage);
  const next = beats.slice(at + 1).find((one) => !one.depth && (one.stage !== beat.stage
    || one.round !== beat.round))?.stage;
  const step = Math.min(24, (floor.h - 12) / Math.max(1, all.length)),
    start = floor.h / 2 - ((all.length - 1) * step) / 2;
  const room = floor.x + floor.w - x - 28;
  return all.map((/** @type {any[]} */ [, to], /** @type {number} */ n) => {
    const y = start + n * step, mine = to === next && !beat.depth, known = mine && p > 0.85, q = mine ? part(p, 0.6,
      0.95) : 0;
    const way = (/** @type {number} */ k) => ["M", x, floor.h / 2, "C", x + 14 * k, floor.h / 2, x + 8 * k,
      between(floor.h / 2, y, k),
      x + 24 * k, between(floor.h / 2, y, k)];
    const name = to ?? "NULL", size = SMALL, fits = widthOf(name, size, { mono: true }) <= room;
    return [pen(way(1), { stroke: c.line, "stroke-width": 1.4 }), q > 0 && pen(way(q),
      { stroke: c.ink, "stroke-width": 3 }),
      words(x + 28, y + 4, name, { "font-size": size, "font-family": fits ? "monospace" : null, "font-weight": known
        ? 700 : null,
        textLength: fits || widthOf(name, size) <= room ? null : Math.floor(room), lengthAdjust: fits ? null
          : "spacingAndGlyphs",
        fill: known ? c.ink : c.ink3 })];
  });
}

/** The zones light up in their order. @param {Look} look @param {number} [refused] the place of one that may not be
 *  used */
export function lookScene(look, refused = -1) {
  const { c, doc, beat, p, t, floor: { x, w, h } } = look, zones = askedZones(doc);
  const mark = doc.frames[beat.frame].conds?.find(([code]) => code === "mark")?.[1], gap = 26;
  const wide = Math.min(112, (w - 8 - gap * (zones.length - 1)) / Math.max(1, zones.length)), y = h * 0.34;
  return [words(x + 4, 16, fitting(w - 8, 12, [t("tries", { mark: mark && mark !== "–" ? mark : t("noMark") })]),
    { "font-size": 12, fill: c.ink }),
    zones.map((zone, n) => {
      const left = x + 4 + n * (wide + gap), seen = part(p, 0.1 + n * 0.2, 0.3 + n * 0.2), no = zone === refused;
      return [n > 0 && pen(["M", left - gap + 4, y + 25, "h", gap - 8, "m", -6, -4, "l", 6, 4, "l", -6, 4],
        { stroke: c.ink3 }),
        group([box(left, y, wide, 50, { rx: 4, fill: c.skin, stroke: no ? c.no : c.ink, "stroke-width": n ? 1.2 : 2,
          "stroke-dasharray": no ? "4 3" : null }),
        words(left + wide / 2, y + 21, fitting(wide - 6, 13, [doc.machine.zones[zone].label], { bold: true }),
          { ...MIDDLE, "font-size": 13,
          "font-weight": 700, fill: c.ink }),
        words(left + wide / 2, y + 38, fitting(wide - 6, SMALL, no ? [t("passed")]
          : [t("nFree", { n: beat.before[zone].free }),
          brief(beat.before[zone].free)]), { ...MIDDLE, "font-size": SMALL, fill: no ? c.no : c.ink2 })],
        { opacity: Math.round((0.25 + 0.75 * seen) * 100) / 100 })];
    })];
}

/** The task's cpuset refuses a zone: a gate falls before it. @param {Look} look @returns {Kids} */
export function cpusetScene(look) {
  const { c, beat, p, t, floor: { x, h } } = look;
  return [lookScene(look, beat.zone), words(x + 4, h - 14, `cpuset: ${t("cpusetNo")}`, { "font-size": 12,
    "font-weight": 700, fill: c.no,
    opacity: part(p, 0.4, 0.7) })];
}

/** The level is under low, a call goes across, the eyes open. @param {Look} look @returns {Kids} */
export function wakeScene(look) {
  const { c, doc, beat, p, t, floor: { x, w, h, narrow } } = look, zone = doc.machine.zones[beat.zone],
    { free } = beat.before[beat.zone];
  const tank = { x: x + 6, w: w * 0.2, top: 14, bottom: h - 22 }, unit = ((tank.bottom - tank.top) * 0.7) / Math.max(1,
    zone.pages_high);
  const y = (/** @type {number} */ pages) => Math.max(tank.top, tank.bottom - pages * unit), ring = part(p, 0.3, 0.6);
  const { cast } = beat, awake = cast.was !== "asleep", lines = wrapped(t(awake ? "isWoken" : "later"), w * 0.3, SMALL);
  return [box(tank.x, y(free), tank.w, tank.bottom - y(free), { fill: c.free2 }),
    pen(["M", tank.x, tank.top, "V", tank.bottom, "h", tank.w, "V", tank.top], { stroke: c.ink, "stroke-width": 1.6 }),
    pen(["M", tank.x - 3, y(zone.pages_low), "h", tank.w + 7], { stroke: c.ink, "stroke-width": 3 }),
    words(tank.x + tank.w + 8, y(zone.pages_low) + 4, `low ${brief(zone.pages_low)}`, { "font-size": SMALL,
      fill: c.ink2 }),
    words(tank.x, h - 8, fitting(w * 0.4, SMALL, [`${zone.label} ${spoken(free)}`, spoken(free)], { bold: true }),
      { "font-size": SMALL,
      "font-weight": 700, fill: c.ink }),
    [0, 0.35].map((late) => {
      const q = within(ring * 1.4 - late);
      return q > 0 && q < 1 && disc(between(tank.x + tank.w + 64, x + w / 2 - 20, q), h * 0.42, 4 + q * 4,
        { fill: "none", stroke: c.ink,
        "stroke-width": 1.6, opacity: Math.round((1 - q * 0.5) * 10) / 10 });
    }),
    !narrow && p > 0.7 && lines.map((line, n) => words(x + w, h * 0.36 + n * 14, line, { "text-anchor": "end",
      "font-size": SMALL, fill: c.ink2 }))];
}

/** A frame in the frame. @param {Look} look @param {boolean} opens */
export function nestedScene({ c, p, t, floor: { x, w, h } }, opens) {
  const q = opens ? part(p, 0, 0.7) : 1 - part(p, 0.2, 0.9), inset = between(0, 0.3, q), at = { x: x + w * inset * 0.6,
    w: w * (1 - inset * 1.2) };
  return [box(at.x, 4 + h * inset * 0.6, at.w, (h - 8) * (1 - inset * 1.2), { fill: c.skin, stroke: c.ink2,
    "stroke-dasharray": "5 4", rx: 6,
    opacity: Math.round(q * 100) / 100 }),
  words(x + w / 2, h / 2 + 4, fitting(w * 0.62, 12, [t(opens ? "nested" : "nestedDone")], { bold: true }), { ...MIDDLE,
    "font-size": 12,
    "font-weight": 700, fill: c.ink })];
}

/** The log types itself. @param {Look} look @returns {Kids} */
export function logScene({ c, doc, beat, p, t, floor: { x, w, h } }) {
  const all = doc.frames[beat.frame].log ?? "", lines = wrapped(all, (w - 40) * 0.92, 12.5),
    letters = Math.round(all.length * part(p, 0.05, 0.85));
  let left = letters;
  const typed = lines.map((line) => {
    const here = line.slice(0, Math.max(0, left));
    left -= line.length + 1;
    return here;
  });
  return [words(x + 10, h * 0.16, t("log"), { "font-size": SMALL, "font-weight": 700, fill: c.ink }),
    box(x + 4, h * 0.16 + 7, w - 8, 38 + 16 * Math.max(1, lines.length), { rx: 5, fill: c.bg2, stroke: c.edge }),
    (all ? typed : [t("silent")]).map((line, n) => words(x + 14, h * 0.16 + 28 + n * 16, line, { "font-size": 12,
      "font-family": "monospace",
      "font-weight": 700, fill: c.ink })),
    all !== "" && p > 0.88 && words(x + 14, h * 0.16 + 28 + lines.length * 16, "Call Trace: … Mem-info: …",
      { "font-size": SMALL,
      "font-family": "monospace", fill: c.ink3 })];
}

/** Reclaim in the near node, before a farther one is asked. @param {Look} look @returns {Kids} */
export function nearScene(look) {
  const { c, t, p, beat, doc, floor: { x, w, h } } = look;
  return [lookScene(look), words(x + 4, h - 14, fitting(w - 8, 12,
    [`${doc.machine.zones[beat.zone].label}: ${t("near")}`], { bold: true }),
    { "font-size": 12, "font-weight": 700, fill: c.ink, opacity: part(p, 0.2, 0.6) })];
}

/** Nothing moves: the call stands there by its name. @param {Look} look @returns {Kids} */
export function plainScene({ c, beat, p, say, floor: { x, w, h } }) {
  const lines = wrapped(say(beat.say, beat.args), w * 0.86, 13);
  return [disc(x + 12, h * 0.4 - 4, 4, { fill: c.ink }), lines.slice(0, 4).map((line, n) => words(x + 26,
    h * 0.4 + n * 18, line, { "font-size": 13,
    fill: c.ink, opacity: part(p, 0, 0.4) }))];
}
