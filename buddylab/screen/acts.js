// What the buttons of the screen do that is no question to Python and no step.
import { download, svgOf } from "./picture.js";
/** @import { App, Screen, Switches } from "./types" */

/** @param {HTMLElement} panel @param {string} selector @returns {HTMLElement | null} */
const controlIn = (panel, selector) => panel.querySelector(selector);

/** @param {App} app
 *  @param {Pick<Screen, "panels" | "show" | "tell" | "fit" | "setLecture" | "lightUp" | "ties">} screen
 *  @returns {import("./types").Acts} */
export function makeActs(app, { panels, show, tell, fit, setLecture, lightUp, ties }) {
  const { root, switches } = app;
  /** @param {"shareOpen" | "transcript"} name */
  const toggle = (name) => {
    switches[name] = !switches[name];
    show();
  };
  return {
    setLecture,
    /** Light the blocks of this order or more, here and on every screen of the page that shows this run. */
    hover(order) {
      lightUp(order);
      ties.tell({ hover: order });
    },
    setSourceView(view) {
      switches.sourceView = view;
      tell({ source_view: view });
      show();
    },
    openShare: () => toggle("shareOpen"),
    toggleTranscript: () => toggle("transcript"),
    toggleHelp: () => panels.help.toggle(),
    toScrubber: () => controlIn(panels.time.el, ".scrub")?.focus(),
    openDeck(knob) {
      switches.deckOpen = knob ? true : !switches.deckOpen;
      show();
      fit();
      if (knob) controlIn(panels.deck.el, `:is(input, select)[data-knob=${knob}], [data-knob=${knob}] input`)?.focus();
    },
    savePicture() {
      /** @param {boolean} on */
      const dress = (on) => { root.toggleAttribute("data-picture", on); fit(); };
      dress(true);
      const svg = svgOf(root);
      dress(false);
      download(`buddylab-step-${app.cursor + 1}.svg`, svg, "image/svg+xml");
    },
  };
}

/** Predict and Compare: switched on and off, and what is kept of them.
 *  @param {App} app @param {Pick<Screen, "panels" | "show" | "tell" | "conversation" | "moves">} screen */
export function addPredictAndCompare(app, { panels, show, tell, conversation, moves }) {
  const { predict, compare } = app;
  predict.set = (on) => {
    predict.on = on;
    tell({ predict: on });
    predict.restart();
  };
  predict.restart = () => {
    predict.answers = [];
    tell({ predictions: [] });
    if (!app.run) return;
    panels.predict.restart();
    moves.go(predict.on ? 0 : app.cursor, { settle: true });
  };
  predict.keep = (one) => {
    predict.answers = [...predict.answers, one];
    tell({ predictions: predict.answers });
  };
  compare.set = (knobs) => {
    if (Object.keys(knobs).length) return conversation.wish("other", { other: knobs });
    conversation.forget("other");
    compare.document = null;
    tell({ other: {} });
    show();
  };
}
