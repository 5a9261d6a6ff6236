// Scenes of the killer: badness of every task, the choice, the signal, the exit, what the victim still holds.
import { actor } from "./actors.js";
import { fitting } from "./measure.js";
import { arc, between, brief, part, spoken, within } from "./motion.js";
import { columns, tankX } from "./shelf.js";
import { box, group, pen, words } from "./tree.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./tree.js").Kids} Kids */

const SMALL = 11, MIDDLE = { "text-anchor": "middle" }, DROPS = 40;

/** What the killer found, as the run says; where nothing is told, nobody is drawn. @param {Look} look */
export function judged({ doc, beat }) {
  for (let at = beat.frame; at >= 0; at -= 1) if (doc.frames[at].badness) return doc.frames[at].badness ?? [];
  return [];
}
/** @param {Look} look */
function victimOf({ doc, beat }) {
  return String(doc.frames.slice(0, beat.frame + 1).findLast(({ note }) => note === "killed")?.args?.zone ?? "");
}

/** The middle of a task's place. @param {Look} look @param {string} name */
function seatOf(look, name) {
  const { floor: { x, w } } = look, tasks = judged(look), wide = w / Math.max(1, tasks.length);
  return x + wide * (Math.max(0, tasks.findIndex(([comm]) => comm === name)) + 0.5);
}

/** Every task with its bar. @param {Look} look @param {{grown: number, chosen?: string, struck?: boolean,
  gone?: number,
 *    below?: string[]}} how @returns {Kids} */
function lineup(look, { grown, chosen = "", struck = false, gone = 0, below = [""] }) {
  const { c, id, t, floor: { x, w, h } } = look, tasks = judged(look), wide = w / Math.max(1, tasks.length);
  const most = Math.max(1, ...tasks.map(([, points]) => points)), base = h - 35, top = 30, r = within(wide * 0.15, 9,
    17);
  return [words(x + 4, 12, t("badness"), { "font-size": 12, "font-weight": 700, fill: c.ink }),
    tasks.map(([comm, points], n) => {
      const cx = x + wide * (n + 0.5), me = comm === chosen, dead = me && struck, q = part(grown, 0.1 + n * 0.1,
        0.35 + n * 0.1);
      const bar = within(wide * 0.24, 10, 32), high = Math.max(2, (base - top - 12) * (points / most) * q),
        left = cx + wide * 0.08;
      return [me && box(cx - wide / 2 + 2, 18, wide - 4, h - 19, { fill: c.now, rx: 3, opacity: 0.8 }),
        box(left, base - high, bar, high, { fill: !me ? c.use3 : dead ? `url(#${id}-refused)` : c.ink, stroke: me
          ? c.ink : c.use2,
          opacity: me ? 1 - gone * 0.8 : 1 }),
        q > 0.4 && words(left + bar / 2, base - high - 4, fitting(wide * 0.5, SMALL, [spoken(Math.round(points * q)),
          brief(Math.round(points * q))]), { ...MIDDLE, "font-size": SMALL, "font-weight": 700, fill: c.ink }),
        actor(look, cx - wide * 0.18, base - r, r, { shape: "square", eyes: dead ? "dead" : "open", dashed: dead
          && gone > 0.3,
          faint: dead && gone > 0.3 }),
        pen(["M", cx - wide / 2 + 8, base + 1, "H", cx + wide / 2 - 8], { stroke: c.ink3 }),
        words(cx, base + 15, fitting(wide - 4, SMALL, [comm], { bold: me }), { ...MIDDLE, "font-size": SMALL,
          "font-weight": me ? 700
          : null, fill: c.ink }),
        me && words(cx, base + 29, fitting(wide - 4, SMALL, below, { bold: true }), { ...MIDDLE, "font-size": SMALL,
          "font-weight": 700,
          fill: dead ? c.no : c.ink })];
    })];
}

/** Bars grow, task by task. @param {Look} look @returns {Kids} */
export const lineupScene = (look) => lineup(look, { grown: look.p });
/** The tallest is chosen. @param {Look} look @returns {Kids} */
export const chooseScene = (look) => lineup(look, { grown: 1, chosen: look.p > 0.2 ? look.beat.victim : "",
  below: [look.t("chosen")] });

/** The signal flies, the eyes cross; memory is unchanged. @param {Look} look @returns {Kids} */
export function killScene(look) {
  const { c, t, p, beat, floor: { x, w, h } } = look, hit = part(p, 0.15, 0.45);
  const tip = between(x + w, seatOf(look, beat.victim) + 16, hit);
  return [lineup(look, { grown: 1, chosen: beat.victim, struck: hit >= 1, below: [t(hit >= 1 ? "killed" : "chosen")] }),
    hit > 0 && hit < 1 && pen(["M", tip, h * 0.34, "h", -16, "m", 6, -6, "l", -6, 6, "l", 6, 6], { stroke: c.no,
      "stroke-width": 2.8 })];
}

/** Its outline dissolves, then its pages flow back. @param {Look} look @returns {Kids} */
export function exitScene(look) {
  const { c, id, t, p, beat, beats, at, floor: { x, w, h, narrow } } = look, victim = victimOf(look);
  const { base } = columns(look);
  const gone = beats[at - 1]?.kind === "exit" ? 1 : part(p, 0, 0.25), from = seatOf(look, victim);
  const to = { x: tankX(look, beat.zone, beat.zone) + 10, y: base - 20 };
  const back = `${look.doc.machine.zones[beat.zone].label}: ${t("backNow", { n: beat.args.pages ?? 0 })}`;
  return [lineup(look, { grown: 1, chosen: victim, struck: true, gone, below: [t(gone > 0.5 ? "exits" : "killed")] }),
    Array.from({ length: DROPS }, (_, k) => {
      const late = (k / DROPS) * 0.45, go = part(p, 0.25 + late, 0.52 + late);
      if (go <= 0 || go >= 1) return null;
      return box(between(from - 20 + ((k * 37) % 40), to.x, go), between(h - 84 + ((k * 23) % 40), to.y,
        go) - arc(go) * 20, 7, 7,
        { "stroke-width": 0.8, stroke: c.free, fill: go < 0.35 ? `url(#${id}-dots)` : c.free2 });
    }),
    !narrow && p > 0.3 && words(x + w - 4, 12, fitting(w * 0.5, SMALL, [back], { bold: true }), { "text-anchor": "end",
      "font-size": SMALL, "font-weight": 700, fill: c.ink })];
}

/** What it has not given back yet. @param {Look} look @returns {Kids} */
export function holdsScene(look) {
  const { c, id, t, beat, p, floor: { x, w, narrow } } = look, victim = String(beat.args.zone);
  const left = seatOf(look, victim) - 33, dots = { fill: `url(#${id}-dots)`, stroke: c.use2, "stroke-width": 0.5 };
  const text = fitting(w * 0.52, SMALL, [t("holdsStill", { n: beat.args.pages ?? 0 })], { bold: true });
  return [lineup(look, { grown: 1, chosen: victim, struck: true, gone: 0.6, below: [t("exits")] }),
    group(Array.from({ length: 36 }, (_, k) => box(left + (k % 6) * 5, 40 + Math.floor(k / 6) * 5, 4, 4, dots)),
      { opacity: part(p, 0.1, 0.5) }),
    !narrow && words(x + w - 4, 12, text, { "text-anchor": "end", "font-size": SMALL, "font-weight": 700,
      fill: c.ink })];
}
