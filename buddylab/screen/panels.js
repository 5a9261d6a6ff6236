// The panels: made, laid out, and drawn together.
import { h, setText } from "./dom.js";
import { viewAt } from "./view.js";
import { makeTop } from "./top.js";
import { makeDeck } from "./deck.js";
import { makeCaption } from "./caption.js";
import { makeLadder } from "./ladder.js";
import { makeNote, makeSource } from "./source.js";
import { makeWhy } from "./why.js";
import { makeMemory } from "./memory.js";
import { makeStrip } from "./strip.js";
import { makeTime } from "./time.js";
import { makeCompare } from "./compare.js";
import { makePredict } from "./predict.js";
import { makeShare } from "./share.js";
import { makeSteps } from "./piece.js";
import { makeHelp } from "./help.js";
import { makeTranscript } from "./transcript.js";
/** @import { App, Panel, Panels, Screen } from "./types" */

/** @typedef {Record<string, [string, () => void]>} Acts  what the keys of the whole screen do */

/** All panels by name; `acts` are the keys of the whole screen.
 *  @param {App} app @param {Acts} acts @returns {Panels} */
function makeAll(app, acts) {
  const ladder = makeLadder(app);
  const all = { top: makeTop(app), deck: makeDeck(app), caption: makeCaption(app), ladder,
    source: makeSource(app, ladder), note: makeNote(app), why: makeWhy(app), memory: makeMemory(app),
    strip: makeStrip(app), time: makeTime(app), predict: makePredict(app), compare: makeCompare(app),
    share: makeShare(app), transcript: makeTranscript(app), help: makeHelp(app, acts) };
  return app.piece ? { ...all, steps: makeSteps(app) } : all;
}

/** What a piece shows: the steps, and below them its part of the screen.
 *  @param {App} app @param {HTMLElement} wrap @param {HTMLElement} alert @param {Panels} panels */
function layOutPiece(app, wrap, alert, panels) {
  const { steps, source, note } = panels, names = app.piece ?? [];
  const parts = names.includes("source") ? [h("div", { class: "p code" }, source.el, note.el)]
    : names.map((name) => panels[name].el);
  wrap.append(alert, steps?.el ?? "", ...parts);
  for (const node of [app.root, ...wrap.querySelectorAll("section")]) node.setAttribute("role", "group"); // no
} //                                       landmarks: a page may hold many pieces, each with the same names

/** @param {HTMLElement} wrap @param {HTMLElement} alert @param {Panels} panels */
function layOut(wrap, alert, panels) {
  const { source, ladder, note } = panels, code = h("div", { class: "p code" }, source.el, note.el);
  const where = h("div", { class: "where" }, source.wedge, ladder.el, code);
  const above = ["caption", "time", "predict", "compare", "transcript"], below = ["why", "memory", "strip"];
  const all = (/** @type {string[]} */ names) => names.map((name) => panels[name].el);
  wrap.append(...all(["top", "deck", "share"]), alert, ...all(above), where, ...all(below));
}

/** @param {HTMLElement} panel @returns {HTMLElement[]} */
const focusable = (panel) => Array.from(panel.querySelectorAll("button, input, select, [tabindex]"));

/** What had the focus keeps it: if its node was made anew, the control in its place gets it, else the widget.
 *  @param {HTMLElement} root @param {HTMLElement} panel @param {() => void} update */
function keepFocus(root, panel, update) {
  const focus = document.activeElement;
  const place = focus instanceof HTMLElement && panel.contains(focus) ? focusable(panel).indexOf(focus) : -1;
  update();
  if (place < 0 || panel.contains(document.activeElement)) return;
  (focusable(panel)[place] ?? root).focus({ preventScroll: true });
}

/** What the reader is told when something fails: one line for all troubles, each under its own key. */
function makeAlert() {
  const el = h("div", { class: "alert", role: "alert" });
  /** @type {Map<string, string>} */
  const troubles = new Map();
  /** @param {string} key @param {string | null} text */
  function report(key, text) {
    if (text) troubles.set(key, text);
    else troubles.delete(key);
    setText(el, [...troubles.values()].join(" "));
    el.hidden = !troubles.size;
  }
  return { el, report };
}

/** Make them all and put them into the root: {panels, show, report}.
 *  @param {App} app @param {Acts} acts @returns {Pick<Screen, "panels" | "wrap" | "show" | "report">} */
export function makePanels(app, acts) {
  const panels = makeAll(app, acts), { el: alert, report } = makeAlert(), wrap = h("div", { class: "wrap" });
  if (app.piece) layOutPiece(app, wrap, alert, panels);
  else layOut(wrap, alert, panels);

  /** Draw the frame under the cursor: every panel writes first, then those that measure do, so that the browser lays
   *  the page out once. only: the names of the panels to draw. */
  function show(only = Object.keys(panels)) {
    if (!app.run) return;
    const view = viewAt(app, app.cursor), failed = new Map();
    app.root.toggleAttribute("data-forward", app.forward);
    const drawn = only.filter((name) => !app.piece || name === "steps" || app.piece.includes(name));
    /** @param {string} name @param {(panel: Panel) => void} draw */
    const attempt = (name, draw) => {
      try {
        draw(panels[name]);
      } catch (error) {
        const why = error instanceof Error ? error.message : error;
        failed.set(name, app.t("drawFailed", { panel: name, n: app.cursor + 1, why }));
      }
    };
    for (const name of drawn) {
      attempt(name, ({ el, show: draw }) => {
        keepFocus(app.root, el, () => draw(view));
        if (app.piece && el.tabIndex < 0) el.removeAttribute("aria-label"); // the piece itself has the name
      });
    }
    for (const name of drawn) if (!failed.has(name)) attempt(name, (panel) => panel.measure?.(view));
    for (const name of drawn) report(name, failed.get(name) ?? null);
  }
  return { panels, wrap, show, report };
}
