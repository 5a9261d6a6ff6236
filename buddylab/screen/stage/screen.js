// The stage on the page: parts in their places, the picture in step with the film, what the reader may press.
import { h } from "../dom.js";
import { beatsOf } from "./beats.js";
import { makeControls } from "./controls.js";
import { gridOf } from "./geometry.js";
import { askerOf, makeKnobRow } from "./knobrow.js";
import { makeOpening } from "./opening.js";
import { picture, speaker } from "./picture.js";
import { makeFilm } from "./player.js";
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

/** @param {App} app @param {HTMLElement[]} tools what stands at the end of the first line */
export function makeStage(app, tools) {
  const toast = h("p", { class: "toast", role: "status", hidden: true }), ask = h("div", { class: "request" }),
    svg = document.createElementNS(SVG, "svg");
  let grid = gridOf(836), toasting = 0, drawn = { at: -1, lang: "" };
  const tell = (/** @type {string} */ said) => {
    toast.textContent = said;
    toast.hidden = !said;
    clearTimeout(toasting);
    toasting = setTimeout(() => { toast.hidden = true; }, SAID_MS);
  };
  const film = makeFilm({ still: app.still, locked: app.locked, show: (at, moment) => draw(at, moment),
    changed: () => changed() });
  const controls = makeControls(app, film), knobs = makeKnobRow(app, tell), opening = makeOpening(app),
    reading = makeReading(app);
  const first = h("div", { class: "first" }, ask, h("div", { class: "tools" }, tools));
  const el = h("div", { class: "stagescreen" }, first, knobs.el, controls.say, controls.time, svg, opening.el,
    reading.code, reading.note, toast);
  app.toPlay = () => controls.play.focus();

  function request() {
    const { request: asked, machine, end } = app.document, n = 1 << asked.order;
    const name = app.t(`ask_${askerOf(asked.context) ?? "several"}`);
    const word = (/** @type {string} */ text, /** @type {string} */ knob) => h("button", { type: "button",
      class: "word", on: { click: () => focusKnob(knob) } }, text);
    /** @type {Record<string, any>} */
    const parts = { a: /^[aeiou]/i.test(name) ? "An " : "A ", one: machine.numa ? "" : "a ", who: word(name, "who"),
      mask: word(asked.names, "mask"),
      pages: word(n > 1 ? app.t("somePages", { n, order: asked.order }) : app.t("singlePage"), "order"),
        machine: word(machine.name[app.lang === "zh" ? 1 : 0], "machine") };
    ask.replaceChildren(...app.t(end === "freed" ? "givesIt" : "requestIs").split(/\{(\w+)\}/).map((part, n_) => (n_ % 2
      ? parts[part] : part)));
  }
  /** @param {string} name */
  function focusKnob(name) {
    const holder = knobs.el.querySelector(`[data-knob=${name}]`);
    if (holder instanceof HTMLElement && grid.knobs) return holder.focus();
    app.open(name === "machine" ? "deck" : "knobs");
  }

  /** @param {number} at @param {number} moment */
  function draw(at, moment) {
    const still = app.still(), how = { grid, lang: app.lang, theme: app.theme(), id: app.id };
    drawTree(svg, picture({ doc: app.document, text: app.text, beats: app.beats }, at, moment, how));
    controls.show(at, moment, still);
    const beat = app.beats[at], frame = app.document.frames[beat.frame], ends = beat.kind === "end" && moment > 0.5;
    opening.show(beat.kind === "open" ? "open" : ends ? "end" : "");
    reading.show(frame, film.film.playing && !still);
    if (drawn.at !== at) app.moved(beat.frame);
    drawn = { at, lang: app.lang };
  }
  function changed() {
    controls.names();
    const { at } = film.where();
    el.toggleAttribute("data-inviting", at === 0);
  }
  function layout() {
    grid = gridOf(el.clientWidth || 836, app.switches.lecture);
    el.dataset.size = grid.name;
    el.style.height = `${grid.height}px`;
    put(first, grid.ask);
    put(knobs.el, grid.knobs);
    put(controls.say, grid.say);
    put(controls.time, grid.time);
    put(svg, grid.main);
    put(reading.code, grid.code, grid.main);
    put(reading.note, grid.note, grid.main);
    const hero = { x: grid.stage.x, y: 0, w: grid.stage.w, h: grid.hero };
    put(opening.el, hero, grid.main);
  }
  svg.addEventListener("click", (event) => {
    const stage = event.target instanceof Element ? event.target.closest(".rung")?.getAttribute("data-stage") : null;
    if (stage) toStage(stage);
  });
  svg.addEventListener("keydown", (event) => {
    const rung = event.target instanceof Element ? event.target.closest(".rung") : null, by = { ArrowUp: -1,
      ArrowDown: 1 }[event.key];
    const stage = rung?.getAttribute("data-stage");
    if (!stage || !(by || event.key === "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!by) return toStage(stage);
    const next = svg.querySelector(`[data-stage=${STAGES[STAGES.indexOf(stage) + by]}]`);
    if (next instanceof SVGElement) next.focus();
  });
  /** @param {string} stage */
  function toStage(stage) {
    const { at } = film.where(), is = (/** @type {import("./types.js").Beat} */ beat) => beat.stage === stage
      && !beat.depth;
    const next = app.beats.findIndex((beat, n) => n > at && is(beat)), to = next < 0 ? app.beats.findIndex(is) : next;
    if (to >= 0) film.jump(to);
    else tell(app.t("notHere", { stage }));
  }
  return { el, film, toStage, tell, layout, opening,
    /** A run has come: its beats. @param {number} to the beat to stand on */
    take(to) {
      app.beats = beatsOf(app.document, speaker(app.text, "en").say);
      film.take(app.beats, to);
      opening.forget();
      drawn.at = -1;
    },
    show() {
      layout();
      request();
      knobs.show();
      changed();
      film.draw();
    },
    end() {
      film.end();
      controls.end();
      clearTimeout(toasting);
    } };
}
