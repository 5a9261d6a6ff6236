// Colours by their meaning, light and dark, and the patterns that say the same in grey.
import { box, disc, node, pen } from "./tree.js";

/** @typedef {Record<"bg"|"bg2"|"ink"|"ink2"|"ink3"|"line"|"line2"|"edge"|"now"|"nowSoft"|"nowEdge"|"free"|"free2"|
 *  "free3"|"ok"|"no"|"use1"|"use2"|"use3"|"resv"|"scene"|"skin"|"asleep"|"floor", string>} Palette */

/** @type {Record<"light"|"dark", Palette>} */
export const PALETTES = {
  light: {
    bg: "#ffffff", bg2: "#f5f6f8", ink: "#14181d", ink2: "#47505b", ink3: "#626c78", line: "#cfd5dd", line2: "#e8ebef",
    edge: "#8b949f", now: "#ffe27a", nowSoft: "#fff5cf", nowEdge: "#7a5a00", free: "#2468a8", free2: "#9cc1e4",
    free3: "#dceaf6", ok: "#006b56", no: "#b23503", use1: "#4b525c", use2: "#8b939e", use3: "#c3c9d1", resv: "#6d5a86",
    scene: "#fafbfc", skin: "#ffffff", asleep: "#8b949f", floor: "#e3e7ec",
  },
  dark: {
    bg: "#111418", bg2: "#1a1f25", ink: "#eceff3", ink2: "#b3bcc7", ink3: "#929ca8", line: "#3a424c", line2: "#252b32",
    edge: "#6a7480", now: "#4a3c00", nowSoft: "#2e2708", nowEdge: "#ffd54f", free: "#74b4f0", free2: "#2f628f",
    free3: "#1a3147", ok: "#45cfab", no: "#ff9468", use1: "#9aa3ae", use2: "#67707b", use3: "#434a53", resv: "#b7a0d8",
    scene: "#14181d", skin: "#1d232a", asleep: "#6a7480", floor: "#252b32",
  },
};

/** @param {Palette} c @param {string} id @param {string} name @param {string} stroke */
const striped = (c, id, name, stroke) => node("pattern", { id: `${id}-${name}`, width: 5, height: 5,
  patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  box(0, 0, 5, 5, { fill: c.skin }), pen(["M0 0V5"], { stroke, "stroke-width": 2 }));

/** hatch: does not count. refused: counts and is too little. cross: reserve. dots: anonymous pages.
 *  @param {Palette} c @param {string} id */
export const patternDefs = (c, id) => node("defs", {},
  striped(c, id, "hatch", c.ink3), striped(c, id, "refused", c.no),
  node("pattern", { id: `${id}-cross`, width: 6, height: 6, patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)" }, pen(["M0 0H6M0 0V6"], { stroke: c.resv, "stroke-width": 1.6 })),
  node("pattern", { id: `${id}-dots`, width: 4, height: 4, patternUnits: "userSpaceOnUse" },
    box(0, 0, 4, 4, { fill: c.use3 }), disc(2, 2, 1, { fill: c.use1 })));
