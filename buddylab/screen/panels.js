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

/** All panels by name; `acts` are the keys of the whole screen. */
function makeAll(app, acts) {
  const ladder = makeLadder(app);
  const all = { top: makeTop(app), deck: makeDeck(app), caption: makeCaption(app), ladder,
    source: makeSource(app, ladder), note: makeNote(app), why: makeWhy(app), memory: makeMemory(app),
    strip: makeStrip(app), time: makeTime(app), predict: makePredict(app), compare: makeCompare(app),
    share: makeShare(app), transcript: makeTranscript(app), help: makeHelp(app, acts) };
  return app.piece ? { ...all, steps: makeSteps(app) } : all;
}

/** What a piece shows: the steps, and below them its part of the screen. */
function layOutPiece(app, wrap, alert, panels) {
  const { steps, source, note } = panels;
  const parts = app.piece.includes("source") ? [h("div", { class: "p code" }, source.el, note.el)]
    : app.piece.map((name) => panels[name].el);
  wrap.append(alert, steps.el, ...parts);
  for (const node of [app.root, ...wrap.querySelectorAll("section")]) node.setAttribute("role", "group"); // no
} //                                       landmarks: a page may hold many pieces, each with the same names

function layOut(wrap, alert, panels) {
  const { top, deck, share, caption, time, predict, compare, transcript, source, ladder, note, why, memory, strip } = panels;
  const where = h("div", { class: "where" }, source.wedge, ladder.el, h("div", { class: "p code" }, source.el, note.el));
  wrap.append(top.el, deck.el, share.el, alert, caption.el, time.el, predict.el, compare.el, transcript.el, where,
    why.el, memory.el, strip.el);
}

const focusable = (panel) => [...panel.querySelectorAll("button, input, select, [tabindex]")];

/** What had the focus keeps it: if its node was made anew, the control in its place gets it, else the widget. */
function keepFocus(root, panel, update) {
  const place = panel.contains(document.activeElement) ? focusable(panel).indexOf(document.activeElement) : -1;
  update();
  if (place >= 0 && !panel.contains(document.activeElement)) (focusable(panel)[place]
    ?? root).focus({ preventScroll: true });
}

/** What the reader is told when something fails: one line for all troubles, each under its own key. */
function makeAlert() {
  const el = h("div", { class: "alert", role: "alert" }), troubles = new Map();
  function report(key, text) {
    if (text) troubles.set(key, text);
    else troubles.delete(key);
    setText(el, [...troubles.values()].join(" "));
    el.hidden = !troubles.size;
  }
  return { el, report };
}

/** Make them all and put them into the root: {panels, show, report}. */
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
    const attempt = (name, draw) => {
      try {
        draw(panels[name]);
      } catch (error) {
        failed.set(name, app.t("drawFailed", { panel: name, n: app.cursor + 1, why: error.message }));
      }
    };
    for (const name of drawn) attempt(name, (panel) => {
      keepFocus(app.root, panel.el, () => panel.show(view));
      if (app.piece && panel.el.tabIndex < 0) panel.el.removeAttribute("aria-label"); // the piece itself has the name
    });
    for (const name of drawn) if (!failed.has(name)) attempt(name, (panel) => panel.measure?.(view));
    for (const name of drawn) report(name, failed.get(name) ?? null);
  }
  return { panels, wrap, show, report };
}
