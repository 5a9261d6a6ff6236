// The actors: paper with an ink outline and two eyes; grey-proof, each with its name and one word of what it does.
import { between, part } from "./motion.js";
import { fitting } from "./measure.js";
import { box, disc, group, node, pen, words } from "./tree.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./tree.js").Kids} Kids */

const NAME = 11, MIDDLE = { "text-anchor": "middle" };

/** Two eyes: open dots, closed arcs, crosses. @param {number} cx @param {number} cy @param {number} r
 *  @param {"open" | "wide" | "closed" | "dead"} eyes @param {string} ink */
function eyesOf(cx, cy, r, eyes, ink) {
  const stroke = { stroke: ink, "stroke-width": Math.max(1.4, r * 0.1), "stroke-linecap": "round" }, q = r * 0.16;
  return [-1, 1].map((side) => {
    const x = cx + side * r * 0.36, y = cy - r * 0.1;
    if (eyes === "closed") return pen(["M", x - q, y, "q", q, q * 1.1, q * 2, 0], stroke);
    if (eyes === "dead") return pen(["M", x - q, y - q, "l", q * 2, q * 2, "m", 0, -q * 2, "l", -q * 2, q * 2], stroke);
    return disc(x, y, eyes === "wide" ? r * 0.18 : r * 0.12, { fill: ink });
  });
}

/** @param {Look} look @param {number} x @param {number} y @param {number} r @param {number} swing −1 to 1 */
const broom = ({ c }, x, y, r, swing) => node("g", { transform: `rotate(${Math.round(swing * 16)} ${Math.round(x)} ${
  Math.round(y)})` },
  pen(["M", x, y - r * 0.5, "V", y + r * 0.75], { stroke: c.ink, "stroke-width": 1.8 }),
  pen(["M", x - r * 0.24, y + r * 1.1, "l", r * 0.12, -r * 0.36, "h", r * 0.24, "l", r * 0.12, r * 0.36, "z"],
    { stroke: c.ink, "stroke-width": 1.4, fill: c.use3 }));

/** One actor with its label below.
 *  @param {Look} look @param {number} cx @param {number} cy @param {number} r
 *  @param {{shape?: "round" | "capsule" | "square", eyes?: "open" | "wide" | "closed" | "dead", name?: string[],
 *    state?: string[], faint?: boolean, dashed?: boolean, sweeps?: boolean, swing?: number, mark?: "bolt" | "z" | null,
 *    room?: number}} how
 *  @returns {Kids} */
export function actor(look, cx, cy, r, how) {
  const { c } = look, ink = how.faint ? c.asleep : c.ink, room = how.room ?? 80;
  const skin = { stroke: ink, "stroke-width": 2, fill: c.skin, "stroke-dasharray": how.dashed ? "3 3" : null };
  const body = how.shape === "capsule" ? box(cx - r * 0.86, cy - r, r * 1.72, r * 2, { rx: r * 0.8, ...skin })
    : how.shape === "square" ? box(cx - r * 0.92, cy - r * 0.92, r * 1.84, r * 1.84, { rx: r * 0.35, ...skin })
      : disc(cx, cy, r, skin);
  const line = { stroke: ink, "stroke-width": Math.max(1.4, r * 0.1), "stroke-linecap": "round" };
  return [body, eyesOf(cx, cy, r, how.eyes ?? "open", ink),
    how.mark === "bolt" && pen(["M", cx + 1, cy - r * 1.62, "l", -r * 0.28, r * 0.42, "h", r * 0.36, "l", -r * 0.28,
      r * 0.42], { ...line, "stroke-linejoin": "round" }),
    how.mark === "z" && [pen(["M", cx + r * 0.8, cy - r * 1.15, "h", 6, "l", -6, 7, "h", 6], { ...line,
      stroke: c.ink3 }),
      pen(["M", cx + r * 1.3, cy - r * 1.6, "h", 4, "l", -4, 5, "h", 4], { ...line, stroke: c.ink3 })],
    how.sweeps && broom(look, cx + r * 1.14, cy + r * 0.1, r, how.swing ?? 0),
    how.name && words(cx, cy + r + 14, fitting(room, NAME, how.name, { bold: true }), { ...MIDDLE, "font-size": NAME,
      "font-weight": 700, fill: c.ink }),
    how.state && words(cx, cy + r + 27, fitting(room, NAME, how.state), { ...MIDDLE, "font-size": NAME,
      fill: c.ink2 })];
}

/** The disk. @param {Look} look @param {number} cx @param {number} cy @param {number} w
 *  @param {{on: boolean, turn: number, name: string, state: string[], room: number}} how @returns {Kids} */
export function disk(look, cx, cy, w, { on, turn, name, state, room }) {
  const { c } = look, e = w * 0.16, h = w * 0.42, x = cx - w / 2, y = cy - h / 2, stroke = on ? c.ink : c.asleep;
  return [pen(["M", x, y, "v", h, "a", w / 2, e, 0, 0, 0, w, 0, "v", -h], { fill: c.skin, stroke, "stroke-width": 2 }),
    node("ellipse", { cx: Math.round(cx), cy: Math.round(y), rx: w / 2, ry: e, fill: c.skin, stroke,
      "stroke-width": 2 }),
    on && pen(["M", cx, y, "L", cx + Math.cos(turn) * w * 0.36, y + Math.sin(turn) * e * 0.7], { stroke: c.ink,
      "stroke-width": 1.8 }),
    words(cx, y + h + e + 13, fitting(room, NAME, on ? state : [name]), { ...MIDDLE, "font-size": NAME,
      "font-weight": 700, fill: c.ink })];
}

/** The packet that an interrupt handler wants to store. @param {Look} look @param {number} cx @param {number} cy
 *  @param {number} w @param {number} dropped 0 to 1 @param {string[]} name @param {number} room @returns {Kids} */
export function packet({ c }, cx, cy, w, dropped, name, room) {
  const x = cx - w / 2, h = w * 0.6, y = cy - h / 2, line = { stroke: c.ink, "stroke-width": 1.5 };
  return [box(x, y, w, h, { ...line, fill: c.skin, rx: 1.5, "stroke-dasharray": dropped > 0.5 ? "3 3" : null }),
    pen(["M", x, y, "l", w / 2, h * 0.5, "l", w / 2, -h * 0.5], line),
    dropped > 0.5 && pen(["M", x + 2, y + h + 2, "L", x + w - 2, y - 2], { stroke: c.no, "stroke-width": 2.4 }),
    words(cx, y + h + 13, fitting(room, NAME, name), { ...MIDDLE, "font-size": NAME, fill: c.ink2 })];
}

/** @param {import("./types.js").Doc} doc */
export function whoAsks({ request: { context } }) {
  return context.in_interrupt ? "irq" : context.TIF_MEMDIE ? "memdie" : context.PF_MEMALLOC ? "memalloc"
    : context.rt_task ? "rt" : "task";
}

/** Where the actors stand. @param {import("./geometry.js").Floor} floor */
export function places(floor) {
  const r = floor.narrow ? 14 : Math.max(16, Math.min(26, floor.h * 0.115)), top = r * 1.75 + 2;
  return { r, caller: { x: floor.cast / 2, y: top }, kswapd: { x: floor.W - floor.cast / 2, y: top },
    below: Math.max(top + r + 62, floor.h - (floor.h > 190 ? 44 : 32)) };
}

/** Beats in which an actor comes forward to the middle. @type {Record<string, "kswapd" | "caller">} */
const FORWARD = { wake: "kswapd", reclaim: "caller", sleep: "caller" };

/** Where one stands at this moment: at its place, or on its way to the middle or back.
 *  @param {Look} look @param {"kswapd" | "caller"} name */
function standing(look, name) {
  const { floor, beats, at, beat, p } = look, home = places(floor), now = FORWARD[beat.kind] === name;
  const was = at > 0 && FORWARD[beats[at - 1].kind] === name;
  const k = now ? (was ? 1 : part(p, 0, 0.3)) : was ? 1 - part(p, 0, 0.3) : 0;
  const { x, y } = home[name];
  return { x: between(x, floor.x + floor.w / 2, k), y: between(y, floor.h * 0.42, k),
    r: between(home.r, Math.min(home.r * 1.7, floor.h * 0.2), k), k };
}

/** The whole cast. @param {Look} look @returns {Kids} */
export function castDrawn(look) {
  const { floor, beat, p, doc, t } = look, home = places(floor), writes = beat.kind === "write";
  return [callerDrawn(look), whoAsks(doc) === "irq" && doc.end !== "freed" && packetDrawn(look, home),
    daemonDrawn(look),
    (!floor.narrow || writes) && disk(look, home.kswapd.x, home.below, floor.narrow ? 28 : 34, { on: writes,
      turn: p * 9, name: t("disk"), state: [t("writes", { n: beat.args.pages ?? 0 })], room: floor.cast - 2 })];
}

/** How a broom swings. @param {Look} look */
const swingOf = ({ beat, p }) => Math.sin((p * beat.moveMs) / 55);

/** @param {Look} look @returns {Kids} */
function callerDrawn(look) {
  const { floor, beat: { cast: { caller } }, doc, t } = look, me = standing(look, "caller"), who = whoAsks(doc);
  const sleeps = caller === "sleeps", bolt = who === "irq" && me.k < 0.5;
  return [actor(look, me.x, me.y, me.r, { eyes: sleeps ? "closed" : "open", sweeps: caller === "frees",
    swing: swingOf(look), mark: bolt ? "bolt" : sleeps ? "z" : null, name: [t(who)], state: callerWords(look),
    room: floor.cast - 2 }), got(look, me)];
}

/** @param {Look} look @returns {Kids} */
function daemonDrawn(look) {
  const { floor, beat, p, t } = look, { kswapd, was } = beat.cast, at = standing(look, "kswapd");
  const waking = beat.kind === "wake", seen = waking && was === "asleep" && p < 0.55 ? "asleep" : kswapd;
  const asleep = seen === "asleep";
  return actor(look, at.x, at.y, at.r, { shape: "capsule", faint: asleep, swing: swingOf(look),
    sweeps: seen === "works",
    eyes: asleep ? "closed" : waking && p < 0.8 ? "wide" : "open", mark: asleep ? "z" : null, name: ["kswapd"],
    state: [t(seen)], room: floor.cast - 2 });
}

/** What it does, in long and short. @param {Look} look */
function callerWords({ beat, p, doc, t }) {
  const { caller } = beat.cast;
  if (["has", "none"].includes(caller) && p < 0.4) return [t("asks")];
  const key = caller === "has" && doc.request.order === 0 ? "hasOne" : caller;
  return ["has", "hasOne", "frees"].includes(key) ? [t(key), t(`${key}Short`)] : [t(key)];
}

/** What it has been given stays with it. @param {Look} look @param {{x: number, y: number, r: number}} me */
function got({ doc, beats, at, c }, { x, y, r }) {
  const single = doc.request.order === 0;
  const taken = beats.findIndex((beat) => ["yours", "take1"].includes(beat.kind) && !beat.depth
    && beat.pfn === doc.result);
  if (doc.result === null || taken < 0 || at <= taken || doc.end === "freed") return null;
  return box(x + r + 3, y - 5, single ? 13 : 22, single ? 13 : 10, { rx: single ? 5 : 2, fill: c.now, stroke: c.nowEdge,
    "stroke-width": 1.4 });
}

/** @param {Look} look @param {ReturnType<typeof places>} home */
function packetDrawn(look, home) {
  const { beat, p, t, floor } = look, atEnd = beat.kind === "end", { caller } = beat.cast;
  const dropped = atEnd && caller === "none" ? part(p, 0.45, 1) : 0, stored = atEnd && caller === "has" && p > 0.5;
  if (floor.narrow && !atEnd) return null;
  return group(packet(look, home.caller.x, home.below + dropped * 4, 26, dropped,
    [t(dropped > 0.5 ? "dropped" : stored ? "stored" : "packet")], floor.cast - 2));
}
