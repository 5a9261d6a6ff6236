// The picture: one <svg>, a pure function of the run, the beat, the moment 0 to 1, the size, the language and the
// theme.
import { castDrawn } from "./actors.js";
import { floorOf } from "./geometry.js";
import { heroDrawn } from "./hero.js";
import { within } from "./motion.js";
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
    return typeof value === "number" ? value.toLocaleString("en-US").replace("-", "−") : String(value?.[lang] ?? value);
  });
}

/** The words of one language: t for the stage's own, say for the run's sentences. @param {any} text @param {"en" |
 *  "zh"} lang */
export function speaker(text, lang) {
  const t = (/** @type {string} */ key, /** @type {Record<string, any>} */ args = {}) => (
    filledIn(STAGE_WORDS[key]?.[lang === "zh" ? 1 : 0] ?? key, args, lang));
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

/** @param {{doc: import("./types.js").Doc, text: any,
  beats: import("./types.js").Beat[]}} run @param {number} at the beat
 *  @param {number} moment 0 to 1 @param {{grid: import("./geometry.js").Grid, lang: "en" | "zh", theme: "light" |
  *  "dark", id: string,
 *  other?: string | null}} how @returns {import("./tree.js").Tree} */
export function picture({ doc, text, beats }, at, moment, { grid, lang, theme, id, other = null }) {
  const floor = floorOf(grid), c = PALETTES[theme], beat = beats[at], { main, ladder, stage, scale } = grid, { p,
    q } = phases(beat, moment);
  /** @type {Look & {q: number, other: string | null}} */
  const look = { doc, text, beats, at, beat, p, q, other, floor, c, id, lang, ...speaker(text, lang) };
  const units = (/** @type {number} */ px) => Math.round((px / scale) * 10) / 10;
  const inner = beat.depth > 0 && box(floor.x - 3, 1, floor.w + 6, floor.h - 2, { fill: "none", stroke: c.ink2,
    "stroke-dasharray": "5 4", rx: 6 });
  return node("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${units(main.w)} ${units(main.h)}`,
    width: main.w, height: main.h,
    "font-family": FACES },
  patternDefs(c, id),
  ladder && moved(0, 0, ladderDrawn(look, { w: units(ladder.w), h: units(ladder.h) }), { class: "rungs" }),
  moved(units(stage.x), 0, heroDrawn(look, floor.W, floor.hero), { class: "hero" }),
  moved(units(stage.x), floor.hero, [box(0, 0, floor.W, floor.h + 2, { fill: c.scene }), box(0, floor.h + 2, floor.W, 2,
    { fill: c.floor }),
    group(shelfDrawn(look), { class: "shelf" }), inner, group((SCENES[beat.kind] ?? plainScene)(look),
      { class: "scene" }),
    group(castDrawn(look), { class: "cast" })], { class: "stage" }));
}
