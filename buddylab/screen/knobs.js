// What the reader wishes of Python: knobs turned, work by hand, the changes that would turn a verdict.
import { AWAY_MS } from "./constants.js";
import { CONTEXT } from "./kernel.js";
/** @import { App, Ask, Hand, Knobs, Model, Screen } from "./types" */

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** The knobs as the model has them; a page of its own has them in its deck alone.
 *  @param {App} app @param {Model} model @returns {Knobs} */
export const modelKnobs = (app, model) => Object.fromEntries(Object.entries(app.deck?.knobs ?? {})
  .map(([name, value]) => [name, model.get(name) ?? value]));

/** Set what differs from what the model has; whether there was anything.
 *  @param {Model} model @param {Knobs} wanted */
export function turn(model, wanted) {
  const turned = Object.entries(wanted).filter(([name, value]) => !same(value, model.get(name)));
  for (const [name, value] of turned) model.set(name, value);
  return turned.length > 0;
}

/** What the panels may ask for.
 *  @param {App} app
 *  @param {Pick<Screen, "model" | "conversation" | "show" | "save" | "tell"> & { takeError: () => void }} screen
 *  @returns {Ask} */
export function makeAsk(app, { model, conversation, show, save, tell, takeError }) {
  /** @type {any} */
  let asking = 0;
  /** The changes that turn this verdict, as Python found them for this very run; null while it has not. */
  function oneAway() {
    const found = model.get("away"), run = model.get("run_id"), ours = run && found?.run === run;
    if (ours && found.done) return found.list;
    clearTimeout(asking);
    const ask = () => {
      const still = model.get("run_id") === run && !conversation.isOpen();
      const atVerdict = app.run && app.cursor === app.run.rows.length - 1;
      if (still && atVerdict) tell({ away_wanted: `${run}:${ours ? found.tries : 0}` });
    };
    if (app.live && run) asking = setTimeout(ask, ours ? 0 : AWAY_MS);
    return null;
  }
  return {
    oneAway,
    /** Turn these knobs. They are shown at once; the rest goes on showing the recorded run. */
    patch(change) {
      if (!app.live) return;
      app.knobs = { ...app.knobs, ...change };
      conversation.wish("knobs", change); // first, so that Python records while the knob is drawn
      show(app.piece ? undefined : ["top", "deck"]);
    },
    typeMask: (text) => conversation.wish("mask", { mask: text }),
    paste: (text) => conversation.wish("paste", { error: [], paste: text }),
    /** Nothing typed is no wish: what was said about an older text goes, and Python may say the same again later. */
    forgetMask() {
      app.deck = { ...app.deck, mask_error: null };
      tell({ mask: "", error: [] });
      takeError();
      show();
    },
    /** A choice of the reader's own, which the screen takes as it would Python's. */
    tell(name, value) {
      model.set(name, value);
      save();
    },
    end: () => clearTimeout(asking),
  };
}

/** By hand: every operation is a knob's new value, so that Python records it like any other.
 *  @param {App} app @param {Ask} ask */
export function makeHand(app, ask) {
  /** @param {...any} one */
  const add = (...one) => ask.patch({ hand: [...(app.knobs.hand ?? []), one] });
  const who = () => CONTEXT.filter((flag) => app.knobs[flag]).join(",");
  /** @type {Hand} */
  const hand = {
    on: false,
    free: (pfn) => { if (hand.on) add("free", pfn); },
    alloc: (order) => { if (hand.on) add("alloc", order, app.knobs.gfp_mask, who()); },
    undo: () => { if (hand.on && app.knobs.hand.length) ask.patch({ hand: app.knobs.hand.slice(0, -1) }); },
    clear: () => ask.patch({ hand: [] }),
  };
  return hand;
}
