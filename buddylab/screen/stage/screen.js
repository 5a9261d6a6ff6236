// The stage on the page: parts in their places, the picture in step with the film, what the reader may press.
import { h } from "../dom.js";
import { beatsOf } from "./beats.js";
import { makeSay, makeTime } from "./controls.js";
import { gridOf } from "./geometry.js";
import { askerOf, makeKnobRow } from "./knobrow.js";
import { makeOpening } from "./opening.js";
import { picture, speaker } from "./picture.js";
import { Film } from "./player.js";
import { makeReading } from "./reading.js";
import { drawTree } from "./tree.js";
import { STAGES } from "./types.js";

/** What the stage needs of the screen around it.
 *  @typedef {{id: string, live: boolean, lang: "en" | "zh", text: any, document: any, deck: any, knobs:
  *  Record<string, any>, run: {id: number},
 *    beats: import("./types.js").Beat[], differs?: number, switches: {sourceView: string, lecture: boolean},
 *    t: (key: string, args?: Record<string, any>) => string, say: (key: string, args?: Record<string, any>) => string,
 *    theme: () => "light" | "dark", still: () => boolean, locked: (at: number) => boolean, toPlay: () => void,
 *    open: (overlay: string) => void, moved: (frame: number) => void,
 *    ask: {patch: (change: Record<string, any>) => void, oneAway: () => any[] | null}}} App */

const SVG = "http://www.w3.org/2000/svg", SAID_MS = 6000;

/** px of a box as a style. @param {HTMLElement | SVGElement} el @param {import("./geometry.js").Box | null} at @param
 *  {{x: number, y: number}} [from] */
function put(el, at, from = { x: 0, y: 0 }) {
  el.toggleAttribute("hidden", !at);
  if (at) Object.assign(el.style, { left: `${at.x + from.x}px`, top: `${at.y + from.y}px`, width: `${at.w}px`,
    height: `${at.h}px` });
}

/** A word of ours for a while, over all else. */
function makeToast() {
  const el = h("p", { class: "toast", role: "status", hidden: true });
  let timer = 0;
  return { el, end: () => clearTimeout(timer),
    /** @param {string} said */
    tell(said) {
      el.textContent = said;
      el.hidden = !said;
      clearTimeout(timer);
      timer = setTimeout(() => { el.hidden = true; }, SAID_MS);
    } };
}

/** The request as a sentence; its words lead to their knobs. @param {App} app @param {(knob: string) => void} focus */
function requestWords(app, focus) {
  const { request, machine, end } = app.document, n = 1 << request.order;
  const name = app.t(`ask_${askerOf(request.context) ?? "several"}`);
  const word = (/** @type {string} */ text, /** @type {string} */ knob) => h("button", { type: "button", class: "word",
    on: { click: () => focus(knob) } }, text);
  /** @type {Record<string, any>} */
  const parts = { a: /^[aeiou]/i.test(name) ? "An " : "A ", one: machine.numa ? "" : "a ", who: word(name, "who"),
    mask: word(request.names, "mask"), machine: word(machine.name[app.lang === "zh" ? 1 : 0], "machine"),
    pages: word(n > 1 ? app.t("somePages", { n, order: request.order }) : app.t("singlePage"), "order") };
  return app.t(end === "freed" ? "givesIt" : "requestIs").split(/\{(\w+)\}/)
    .map((part, place) => (place % 2 ? parts[part] : part));
}

/** Stages of the picture's ladder by mouse and keyboard. @param {SVGElement} svg @param {(stage: string) => void} go */
function listenToLadder(svg, go) {
  const stageOf = (/** @type {Event} */ { target }) => (target instanceof Element ? target.closest(".rung")
    ?.getAttribute("data-stage") : null);
  svg.addEventListener("click", (event) => {
    const stage = stageOf(event);
    if (stage) go(stage);
  });
  svg.addEventListener("keydown", (event) => {
    const stage = stageOf(event), by = /** @type {Record<string, number>} */ ({ ArrowUp: -1, ArrowDown: 1 })[event.key];
    if (!stage || !(by || event.key === "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!by) return go(stage);
    const next = svg.querySelector(`[data-stage=${STAGES[STAGES.indexOf(stage) + by]}]`);
    if (next instanceof SVGElement) next.focus();
  });
}

/** The knob of this name, where it is at hand; else all knobs. @param {App} app @param {HTMLElement} row
 *  @param {string} name */
function focusKnob(app, row, name) {
  const holder = row.querySelector(`[data-knob=${name}]`);
  if (holder instanceof HTMLElement && !row.hidden) return holder.focus();
  app.open("deck");
}

/** @param {App} app @param {HTMLElement[]} tools what stands at the end of the first line */
export function makeStage(app, tools) {
  const toast = makeToast(), ask = h("div", { class: "request" }), svg = document.createElementNS(SVG, "svg");
  let grid = gridOf(836), last = -1;
  const film = new Film({ still: app.still, locked: app.locked, show: draw, changed });
  const say = makeSay(app, film), time = makeTime(app, film), knobs = makeKnobRow(app, toast.tell);
  const opening = makeOpening(app), reading = makeReading(app);
  const first = h("div", { class: "first" }, ask, h("div", { class: "tools" }, tools));
  const el = h("div", { class: "stagescreen" }, first, knobs.el, say.el, time.el, svg, opening.el, reading.code,
    reading.note, toast.el);
  app.toPlay = () => say.play.focus();

  /** @param {number} at @param {number} moment */
  function draw(at, moment) {
    const still = app.still(), beat = app.beats[at];
    drawTree(svg, picture({ doc: app.document, text: app.text, beats: app.beats }, at, moment, { grid, lang: app.lang,
      theme: app.theme(), id: app.id }));
    for (const part of [say, time]) part.show(at, moment, still);
    opening.show(beat.kind === "open" ? "open" : beat.kind === "end" && moment > 0.5 ? "end" : "");
    if (last === at) return;
    reading.show(app.document.frames[beat.frame], film.playing && !still);
    app.moved(beat.frame);
    last = at;
  }
  function changed() {
    for (const part of [say, time]) part.names();
    el.toggleAttribute("data-inviting", film.at === 0);
  }
  function layout() {
    grid = gridOf(el.clientWidth || 836, app.switches.lecture);
    el.dataset.size = grid.name;
    el.style.height = `${grid.height}px`;
    for (const [part, at] of /** @type {[any, any][]} */ ([[first, grid.ask], [knobs.el, grid.knobs], [say.el,
      grid.say],
      [time.el, grid.time], [svg, grid.main]])) put(part, at);
    for (const [part, at] of /** @type {[any, any][]} */ ([[reading.code, grid.code], [reading.note, grid.note],
      [opening.el, { x: grid.stage.x, y: 0, w: grid.stage.w, h: grid.hero }]])) put(part, at, grid.main);
    time.measure();
    last = -1;
  }
  listenToLadder(svg, (stage) => {
    const is = (/** @type {import("./types.js").Beat} */ beat) => beat.stage === stage && !beat.depth;
    if (!film.toNext(is)) toast.tell(app.t("notHere", { stage }));
  });
  return { el, film, tell: toast.tell,
    /** A run has come: its beats. @param {number} to the beat to stand on */
    take(to) {
      app.beats = beatsOf(app.document, speaker(app.text, "en").say);
      film.take(app.beats, to);
      opening.forget();
      last = -1;
    },
    show() {
      layout();
      ask.replaceChildren(...requestWords(app, (name) => focusKnob(app, knobs.el, name)));
      knobs.show();
      changed();
      film.draw();
    },
    end() { for (const part of [film, say, toast]) part.end(); } };
}
