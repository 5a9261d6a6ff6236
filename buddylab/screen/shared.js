// What the panels share: one object of at most 25 names. types.d.ts says what each of them is.
import { WORDS, sideOf } from "./words.js";
import { fill, sentence } from "./say.js";
import { uniqueId } from "./dom.js";
import { PIECES } from "./piece.js";
/** @import { App, Draw, Model, Pair } from "./types" */

/** How things are drawn: the patterns of this very screen, and movement where it is wanted.
 *  @param {Pick<App, "id" | "forward">} app @returns {Draw} */
function makeDraw(app) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  return {
    pattern: (name) => `url(#${app.id}-${name})`,
    still: () => calm.matches,
    animate(node, keyframes, duration, delay = 0) {
      if (keyframes && app.forward && !calm.matches) node.animate(keyframes,
        { duration, delay, easing: "cubic-bezier(.2,.7,.2,1)", fill: "backwards" });
      return node;
    },
  };
}

/** The shared object before anything is known; moves, ask, hand and acts are added by those that do them.
 *  @param {Model} model @param {HTMLElement} root @returns {App} */
export function makeShared(model, root) {
  const panel = model.get("panel"), piece = PIECES[panel] ?? null;
  /** What comes later is there before anything is drawn. @type {any} */
  const app = {
    id: uniqueId(), root, piece, live: model.live !== false && !panel, lang: "en",
    text: model.get("text"), deck: null, knobs: null, forms: null, document: null, run: null, cursor: 0, forward: false,
    size: { zoom: 1, wide: true, stacked: false, ladderScale: 1, memWidth: 600, trackWidth: 300, stripWidth: 600,
      scrubWidth: 600 },
    switches: { theme: "auto", lecture: false, deckOpen: null, shareOpen: false, transcript: false,
      sourceView: "original" },
    film: { playing: false, granularity: "row", speed: 1, stopAtRefusal: false, loop: false },
    predict: { on: false, answers: [] },
    compare: { document: null, id: 0, difference: {}, possible: false },
    t: (/** @type {string} */ key, /** @type {any} */ args) => fill(WORDS[key][sideOf(app.lang)], args, app.lang),
    say: (/** @type {string} */ key, /** @type {any} */ args) => sentence(app.text.say, key, args, app.lang),
  };
  app.draw = makeDraw(app);
  return app;
}
