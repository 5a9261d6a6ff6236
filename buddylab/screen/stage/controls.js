// The row under the knobs: back, play, forward, the sentence; and the time line with the speed.
import { h } from "../dom.js";
import { PALETTES } from "./palette.js";
import { lookOf } from "./picture.js";
import { sentenceAt, signAt } from "./sentence.js";
import { SIGNS, momentAt, timelineDrawn } from "./timeline.js";
import { drawTree, node } from "./tree.js";

/** @typedef {import("./screen.js").App} App */
/** @typedef {import("./player.js").Film} Film */

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

/** @param {string} name @param {() => void} click */
const iconButton = (name, click) => h("button", { type: "button", class: name, on: { click } }, icon(name));

/** The sentence with the one primary control before it. @param {App} app @param {Film} film */
export function makeSay(app, film) {
  const play = iconButton("play", () => film.play()), back = iconButton("back", () => film.step(-1));
  const forward = iconButton("forward", () => film.step(1)), sign = h("span", { class: "sign", "aria-hidden": "true" });
  const text = h("p", { class: "text" }), where = h("p", { class: "where" }), aloud = h("div", { class: "aloud",
    role: "status" });
  const el = h("section", { class: "say" }, h("div", { class: "ctl" }, back, play, forward), sign, text, where, aloud);
  let timer = 0;
  /** Drawn at once, said aloud once it has stood a moment. @param {string} said */
  function write(said) {
    if (text.textContent === said) return;
    text.textContent = said;
    clearTimeout(timer);
    timer = setTimeout(() => { aloud.textContent = said; }, ALOUD_MS);
  }
  return { el, play, end: () => clearTimeout(timer),
    names() {
      play.replaceChildren(icon(film.playing ? "pause" : "play"));
      named(app, [[play, film.playing ? "pause" : "play"], [back, "back"], [forward, "forward"]]);
      back.toggleAttribute("disabled", film.at === 0);
    },
    /** @param {number} at @param {number} moment @param {boolean} still */
    show(at, moment, still) {
      const look = lookOf(app, at, moment), { sign: mark, mood } = signAt(look, SIGNS, still);
      write(app.locked(at) ? app.t("yourTurn") : sentenceAt(look, still));
      sign.textContent = mark;
      el.dataset.mood = mood;
      where.replaceChildren(h("b", {}, look.beat.stage), h("small", {}, at ? stepText(app, at) : ""));
    } };
}

/** @param {App} app @param {number} at */
const stepText = (app, at) => app.t("stepOf", { n: at, of: app.beats.length - 1 });
/** @param {App} app @param {[HTMLElement, string][]} those */
function named(app, those) {
  for (const [button, key] of those) {
    button.setAttribute("aria-label", app.t(key));
    button.title = app.t(key);
  }
}

/** @param {App} app @param {Film} film */
export function makeTime(app, film) {
  const first = iconButton("toStart", () => film.place(0, 0)), last = iconButton("toEnd", () => film.jump(Infinity));
  const line = document.createElementNS(SVG, "svg"), shown = h("span", {});
  const rate = h("input", { type: "range", min: 0, max: SPEEDS.length - 1, step: 1, on: { input: () => {
    film.speed = SPEEDS[Number(rate.value)];
    names();
  } } });
  const el = h("section", { class: "time" }, first, line, last, h("label", { class: "speed" }, rate, shown));
  const scrub = (/** @type {PointerEvent} */ event) => {
    const at = line.getBoundingClientRect(), { at: beat, ms } = momentAt(app.beats, at.width, event.clientX - at.left);
    film.place(beat, ms);
  };
  line.addEventListener("pointerdown", (event) => {
    line.setPointerCapture(event.pointerId);
    scrub(event);
    line.onpointermove = scrub;
  });
  line.addEventListener("pointerup", () => { line.onpointermove = null; });

  function names() {
    named(app, [[first, "toStart"], [last, "toEnd"], [rate, "speed"]]);
    rate.value = String(SPEEDS.indexOf(film.speed));
    shown.textContent = `${film.speed}×`;
    rate.setAttribute("aria-valuetext", `${film.speed}×`);
    first.toggleAttribute("disabled", film.at === 0);
  }
  let size = { w: 400, h: 36 };
  return { el, names,
    /** How much room the line has: asked once a layout, not once a frame. */
    measure() { size = { w: line.clientWidth || 400, h: line.clientHeight || 36 }; },
    /** @param {number} at @param {number} moment @param {boolean} still */
    show(at, moment, still) {
      const { w, h: h_ } = size, said = sentenceAt(lookOf(app, at, moment),
        still);
      drawTree(line, node("svg", { class: "scrub", role: "slider", tabindex: 0, viewBox: `0 0 ${w} ${h_}`,
        "aria-label": app.t("timeIs"), "aria-valuemin": 0, "aria-valuemax": app.beats.length - 1, "aria-valuenow": at,
        "aria-valuetext": `${stepText(app, at)}: ${said}` }, timelineDrawn({ beats: app.beats, at, ms: film.ms,
        seen: film.seen, differs: app.differs ?? -1, c: PALETTES[app.theme()], w, h: h_ })));
    } };
}
