// Where everything stands: a pure function of the width that the screen has. Nothing moves between beats.

/** @typedef {{x: number, y: number, w: number, h: number}} Box */
/** @typedef {"narrow"|"base"|"medium"|"wide"|"lecture"} SizeName */
/** px of the page; of the picture (`scale` px to its unit) the parts lie inside `main`.
 *  @typedef {{name: SizeName, width: number, height: number, scale: number, ask: Box, knobs: Box | null, say: Box,
 *    time: Box, main: Box, ladder: Box | null, stage: Box, hero: number, shelf: number, code: Box | null,
 *    note: Box | null}} Grid */
/** The stage in its own units, from the top left corner of the scene: the scene is h high, with the shelf H.
 *  @typedef {{W: number, H: number, h: number, shelf: number, hero: number, cast: number, x: number, w: number,
 *    narrow: boolean}} Floor */

const PAD = 12, TOP = 6, GAP = 4;

/** Heights from the top: request, knobs, sentence, time; the ladder's width; hero, shelf and source of the stage.
 *  @type {Record<SizeName, {height: number, scale: number, rows: number[], ladder: number, hero: number, shelf: number,
 *    source: number}>} */
const SIZES = {
  narrow: { height: 838, scale: 1, rows: [42, 142, 64, 34], ladder: 0, hero: 72, shelf: 100, source: 112 },
  base: { height: 640, scale: 1, rows: [26, 66, 44, 34], ladder: 192, hero: 62, shelf: 98, source: 128 },
  medium: { height: 740, scale: 1.08, rows: [28, 66, 50, 36], ladder: 208, hero: 80, shelf: 114, source: 152 },
  wide: { height: 900, scale: 1.3, rows: [32, 68, 54, 38], ladder: 236, hero: 104, shelf: 168, source: 432 },
  lecture: { height: 720, scale: 1.5, rows: [40, 0, 70, 48], ladder: 300, hero: 112, shelf: 158, source: 0 },
};

/** @param {number} width px @param {boolean} [lecture] large type, for a hall @returns {SizeName} */
export function sizeName(width, lecture = false) {
  if (lecture && width >= 940) return "lecture";
  return width < 560 ? "narrow" : width < 940 ? "base" : width < 1240 ? "medium" : "wide";
}

/** @param {number} width px @param {boolean} [lecture] @returns {Grid} */
export function gridOf(width, lecture = false) {
  const name = sizeName(width, lecture), size = SIZES[name], inner = width - 2 * PAD;
  return name === "narrow" ? narrowGrid(width, inner) : wideGrid(name, width, inner, size);
}

/** @param {SizeName} name @param {number} width @param {number} inner @param {(typeof SIZES)["base"]} size @returns
 *  {Grid} */
function wideGrid(name, width, inner, size) {
  let y = TOP;
  const row = (/** @type {number} */ h) => {
    const at = { x: PAD, y, w: inner, h };
    if (h) y += h + GAP;
    return at;
  };
  const [ask, knobs, say, time] = size.rows.map(row);
  const main = { x: PAD, y, w: inner, h: size.height - y - TOP }, left = size.ladder + 8;
  const beside = name === "wide", below = size.source && !beside ? size.source + GAP : 0;
  const stage = { x: left, y: 0, w: main.w - left - (beside ? size.source + 12 : 0), h: main.h - below };
  const source = beside ? { x: main.w - size.source, y: 0, w: size.source, h: main.h }
    : { x: left, y: main.h - size.source, w: stage.w, h: size.source };
  const half = Math.round(source.w * 0.54);
  const code = beside ? { ...source, h: Math.round(main.h * 0.56) } : { ...source, w: half };
  const note = beside ? { ...source, y: code.h + 10, h: main.h - code.h - 10 }
    : { ...source, x: source.x + half + 10, w: source.w - half - 10 };
  return { name, width, height: size.height, scale: size.scale, ask, knobs: knobs.h ? knobs : null, say, time, main,
    ladder: { x: 0, y: 0, w: size.ladder, h: main.h }, stage, hero: size.hero, shelf: size.shelf,
    code: size.source ? code : null, note: size.source ? note : null };
}

/** One column: request, stage, source, sentence, time, knobs. @param {number} width @param {number} inner @returns
 *  {Grid} */
function narrowGrid(width, inner) {
  const { height, scale, rows: [askH, knobsH, sayH, timeH], hero, shelf, source } = SIZES.narrow;
  const at = (/** @type {number} */ y, /** @type {number} */ h) => ({ x: PAD, y, w: inner, h });
  const fixed = askH + knobsH + sayH + timeH + 2 * TOP + 5 * GAP;
  const mainH = height - fixed, stageH = mainH - source - GAP;
  const mainY = TOP + askH + GAP, sayY = mainY + mainH + GAP, timeY = sayY + sayH + GAP;
  const stage = { x: 0, y: 0, w: inner, h: stageH };
  return { name: "narrow", width, height, scale, ask: at(TOP, askH), main: at(mainY, mainH), say: at(sayY, sayH),
    time: at(timeY, timeH), knobs: at(timeY + timeH + GAP, knobsH), ladder: null, stage, hero, shelf,
    code: { x: 0, y: stageH + GAP, w: inner, h: 48 }, note: { x: 0, y: stageH + GAP + 52, w: inner, h: source - 52 } };
}

/** @param {Grid} grid @returns {Floor} */
export function floorOf(grid) {
  const { scale, stage } = grid, W = stage.w / scale, hero = grid.hero / scale, shelf = grid.shelf / scale;
  const H = stage.h / scale - hero, narrow = grid.name === "narrow";
  const cast = narrow ? 62 : Math.max(80, Math.min(112, W * 0.14));
  return { W, H, h: H - shelf - 4, shelf, hero, cast, x: cast + 4, w: W - 2 * cast - 8, narrow };
}
