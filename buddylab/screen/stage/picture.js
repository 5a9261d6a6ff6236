// The picture: one <svg>, a pure function of the run, the beat, the moment 0 to 1, the size, the language and the
// theme.
import { castDrawn, whoAsks } from "./actors.js";
import { floorOf } from "./geometry.js";
import { heroDrawn } from "./hero.js";
import { spoken, within } from "./motion.js";
import { PALETTES, patternDefs } from "./palette.js";
import { ladderDrawn } from "./rungs.js";
import { giveScene, halveScene, joinScene, listScene, takeScene, yoursScene } from "./scene_blocks.js";
import { endScene, openScene } from "./scene_ends.js";
import { chooseScene, exitScene, holdsScene, killScene, lineupScene } from "./scene_oom.js";
import { bulkScene, drainScene, emptyScene, give1Scene, pageScene, take1Scene } from "./scene_percpu.js";
import { comeBackScene, freedScene, reclaimScene, reportScene, sleepScene, stayScene,
  writeScene } from "./scene_reclaim.js";
import { flagsScene, rowScene, stripScene } from "./scene_tests.js";
import { cpusetScene, gateScene, logScene, lookScene, nearScene, nestedScene, plainScene,
  wakeScene } from "./scene_ways.js";
import { shelfDrawn } from "./shelf.js";
import { box, group, moved, node } from "./tree.js";
import { COLD, HOT } from "./types.js";
import { STAGE_WORDS } from "./words.js";

/** @typedef {import("./types.js").Look} Look */

const FACES = "Inter, 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', "
  + "'Microsoft YaHei', sans-serif";

/** The scene of each kind of beat. @type {Record<string, (look: Look) => import("./tree.js").Kids>} */
export const SCENES = { open: openScene, end: endScene, row: rowScene, strip: stripScene, flags: flagsScene,
  gate: gateScene, look: lookScene,
  cpuset: cpusetScene, take: takeScene, halve: halveScene, yours: yoursScene, give: giveScene, join: joinScene,
    list: listScene, page: pageScene,
  drain: drainScene, take1: take1Scene, give1: give1Scene, bulk: bulkScene, empty: emptyScene, wake: wakeScene,
    reclaim: reclaimScene,
  nearReclaim: nearScene, freed: freedScene, comeBack: comeBackScene, stay: stayScene, write: writeScene,
    report: reportScene, sleep: sleepScene,
  lineup: lineupScene, choose: chooseScene, kill: killScene, exit: exitScene, holds: holdsScene, log: logScene,
    plain: plainScene,
  nested: (look) => nestedScene(look, true), nestedDone: (look) => nestedScene(look, false) };

/** {name} places of a template filled. @param {string} template @param {Record<string, any>} args @param {"en" |
 *  "zh"} lang */
function filledIn(template, args, lang) {
  return template.replace(/\{(\w+)\}/g, (place, name) => {
    const value = args[name];
    if (value === undefined) return place;
    if (Array.isArray(value)) return String(value[lang === "zh" ? 1 : 0]);
    return typeof value === "number" ? spoken(value) : String(value);
  });
}

/** The words of one language: t for the stage's own, say for the run's sentences.
 *  @param {any} text @param {"en" | "zh"} lang @param {Record<string, [string, string]>} known */
export function speaker(text, lang, known = STAGE_WORDS) {
  const t = (/** @type {string} */ key, /** @type {Record<string, any>} */ args = {}) => (
    filledIn(known[key]?.[lang === "zh" ? 1 : 0] ?? key, args, lang));
  /** @type {(key: string, args?: Record<string, any>) => string} */
  const say = (key, args = {}) => {
    const said = Object.fromEntries(Object.entries(args ?? {}).map(([name, value]) => [name, typeof value === "string"
      && value[0] === "@"
      ? say(value.slice(1)) : value]));
    return key ? filledIn(text.say[key]?.[lang] ?? text.say[key]?.en ?? "", said, lang) : "";
  };
  return { t, say };
}

/** How far the token's journey and the movement have got at a moment 0 to 1 of both.
 *  @param {import("./types.js").Beat} beat @param {number} moment */
export function phases({ travelMs, moveMs }, moment) {
  const share = travelMs + moveMs > 0 ? travelMs / (travelMs + moveMs) : 0;
  return { q: share ? within(moment / share) : 1, p: share < 1 ? within((moment - share) / (1 - share)) : 1 };
}

/** What the words at a moment are made from: no place, no colour.
 *  @param {{document: any, text: any, beats: import("./types.js").Beat[], lang: "en" | "zh"}} run @param {number} at
 *  @param {number} moment @returns {any} */
export function lookOf({ document: doc, text, beats, lang }, at, moment) {
  return { doc, text, beats, at, beat: beats[at], lang, p: phases(beats[at], moment).p, ...speaker(text, lang) };
}

/** What the shelf shows, for those who hear it. @param {Look} look */
function shelfSaid({ doc, beat, t }) {
  const { free, n } = beat.after[beat.zone], { label } = doc.machine.zones[beat.zone];
  const lists = n.map((count, list) => `${list === HOT ? t("hot") : list === COLD ? t("cold") : list}: ${count}`);
  return `${label}: ${t("nFree", { n: free })}. ${t("lists", { zone: label })}: ${lists.join(", ")}`;
}

/** @param {{doc: import("./types.js").Doc, text: any, beats: import("./types.js").Beat[]}} run @param {number} at
 *  the beat @param {number} moment 0 to 1 @param {{grid: import("./geometry.js").Grid, lang: "en" | "zh",
 *  theme: "light" | "dark", id: string, other?: string | null}} how @returns {import("./tree.js").Tree} */
export function picture({ doc, text, beats }, at, moment, { grid, lang, theme, id, other = null }) {
  const floor = floorOf(grid), c = PALETTES[theme], beat = beats[at], { main, ladder, stage, scale } = grid;
  const { p, q } = phases(beat, moment);
  /** @type {Look & {q: number, other: string | null}} */
  const look = { doc, text, beats, at, beat, p, q, other, floor, c, id, lang, ...speaker(text, lang) };
  const units = (/** @type {number} */ px) => Math.round((px / scale) * 10) / 10;
  const inner = beat.depth > 0 && box(floor.x - 3, 1, floor.w + 6, floor.h - 2, { fill: "none", stroke: c.ink2,
    "stroke-dasharray": "5 4", rx: 6 });
  const image = (/** @type {string} */ name, /** @type {string} */ said) => ({ class: name, role: "img",
    "aria-label": said });
  return node("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${units(main.w)} ${units(main.h)}`,
    width: main.w, height: main.h, "font-family": FACES, role: "group", "aria-label": look.t("picture") },
  patternDefs(c, id),
  ladder && moved(0, 0, ladderDrawn(look, { w: units(ladder.w), h: units(ladder.h) }), { class: "rungs", role: "group",
    "aria-label": look.t("ladderIs") }),
  moved(units(stage.x), 0, heroDrawn(look, floor.W, floor.hero), { class: "hero" }),
  moved(units(stage.x), floor.hero, [box(0, 0, floor.W, floor.h + 2, { fill: c.scene }),
    box(0, floor.h + 2, floor.W, 2, { fill: c.floor }), group(shelfDrawn(look), image("shelf", shelfSaid(look))), inner,
    group((SCENES[beat.kind] ?? plainScene)(look), image("scene", look.say(beat.say, beat.args)
      || look.t("nothingYet"))),
    group(castDrawn(look), image("cast", castSaid(look)))], { class: "stage" }));
}

/** Who is there and what each does, for those who hear it. @param {Look} look */
const castSaid = ({ beat: { cast }, doc, t }) => `${t(whoAsks(doc))}: ${t(cast.caller)}. kswapd: ${t(cast.kswapd)}.`;
