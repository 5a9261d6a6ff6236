// The row under the knobs: back, play, forward, the sentence; and the time line with the speed.
import { h } from "../dom.js";
import { PALETTES } from "./palette.js";
import { lookOf } from "./picture.js";
import { sentenceAt, signAt, stationOf } from "./sentence.js";
import { SIGNS, momentAt, timelineDrawn } from "./timeline.js";
import { drawTree, node } from "./tree.js";

/** @typedef {import("./screen.js").App} App */
/** @typedef {ReturnType<typeof import("./player.js").makeFilm>} Film */

const SVG = "http://www.w3.org/2000/svg", SPEEDS = [0.25, 0.5, 1, 1.5, 2, 4, 8], ALOUD_MS = 500;
/** @type {Record<string, string>} */
const ICONS = { back: "M17 4v16L5 12z", forward: "M7 4v16l12-8z", play: "M7 3.5v17l14-8.5z",
  pause: "M6 4h4.5v16H6zM13.5 4H18v16h-4.5z",
  toStart: "M5 4h3v16H5zM20 4v16L9 12z", toEnd: "M16 4h3v16h-3zM4 4v16l11-8z" };

/** @param {string} name */
function icon(name) {
  const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

/** @param {App} app @param {Film} film */
export function makeControls(app, film) {
  const button = (/** @type {string} */ name, /** @type {() => void} */ click) => h("button", { type: "button",
    class: name, on: { click } }, icon(name));
  const play = button("play", () => film.play()), back = button("back", () => film.step(-1)),
    forward = button("forward", () => film.step(1));
  const first = button("toStart", () => film.place(0, 0)), last = button("toEnd", () => film.jump(Infinity));
  const sign = h("span", { class: "sign", "aria-hidden": "true" }), text = h("p", { class: "text" }), where = h("p",
    { class: "where" });
  const aloud = h("div", { class: "aloud", role: "status" });
  const say = h("section", { class: "say" }, h("div", { class: "ctl" }, back, play, forward), sign, text, where, aloud);
  const line = document.createElementNS(SVG, "svg"), rate = h("input", { type: "range", min: 0, max: SPEEDS.length - 1,
    step: 1,
    on: { input: () => { film.film.speed = SPEEDS[Number(rate.value)]; names(); } } }), shown = h("span", {});
  const time = h("section", { class: "time" }, first, line, last, h("label", { class: "speed" }, rate, shown));
  let timer = 0;

  line.setAttribute("role", "slider");
  line.setAttribute("tabindex", "0");
  line.setAttribute("class", "scrub");
  const scrub = (/** @type {PointerEvent} */ event) => {
    const at = line.getBoundingClientRect(), { at: beat, ms } = momentAt(app.beats, at.width, event.clientX - at.left);
    film.place(beat, ms);
  };
  line.addEventListener("pointerdown",
    (event) => { line.setPointerCapture(event.pointerId); scrub(event); line.onpointermove = scrub; });
  line.addEventListener("pointerup", () => { line.onpointermove = null; });

  function names() {
    const playing = film.film.playing, { at } = film.where();
    play.replaceChildren(icon(playing ? "pause" : "play"));
    for (const [node_, key] of /** @type {[HTMLElement, string][]} */ ([[play, playing ? "pause" : "play"], [back,
      "back"], [forward, "forward"], [first, "toStart"],
      [last, "toEnd"], [rate, "speed"]])) {
      node_.setAttribute("aria-label", app.t(key));
      node_.title = app.t(key);
    }
    rate.value = String(SPEEDS.indexOf(film.film.speed));
    shown.textContent = `${film.film.speed}×`;
    rate.setAttribute("aria-valuetext", `${film.film.speed}×`);
    line.setAttribute("aria-label", app.t("timeIs"));
    back.toggleAttribute("disabled", at === 0);
    first.toggleAttribute("disabled", at === 0);
  }

  /** @param {number} at @param {number} moment @param {boolean} still */
  function show(at, moment, still) {
    const look = lookOf(app, at, moment), said = app.locked(at) ? app.t("yourTurn") : sentenceAt(look, still),
      { sign: mark, mood } = signAt(look, SIGNS, still);
    const { seen, ms } = film.where(), of = app.beats.length - 1, step = app.t("stepOf", { n: at, of });
    if (text.textContent !== said) {
      text.textContent = said;
      clearTimeout(timer);
      timer = setTimeout(() => { aloud.textContent = said; }, ALOUD_MS);
    }
    sign.textContent = mark;
    say.dataset.mood = mood;
    where.replaceChildren(h("b", {}, stationOf(look)), h("small", {}, at ? step : ""));
    const width = line.clientWidth || 400, height = line.clientHeight || 36;
    drawTree(line, node("svg", { class: "scrub", role: "slider", tabindex: 0, viewBox: `0 0 ${width} ${height}`,
      "aria-label": app.t("timeIs"), "aria-valuemin": 0,
      "aria-valuemax": of, "aria-valuenow": at, "aria-valuetext": `${step}: ${said}` },
        timelineDrawn({ beats: app.beats, at, ms, seen, differs: app.differs ?? -1,
      c: PALETTES[app.theme()], w: width, h: height })));
  }
  return { say, time, play, show, names, end: () => clearTimeout(timer) };
}
