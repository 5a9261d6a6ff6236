// Wires the parts of the screen together: the shared object, the panels, the conversation, what comes in.
import { h, patterns } from "./dom.js";
import { makeShared } from "./shared.js";
import { makePanels } from "./panels.js";
import { makeConversation } from "./conversation.js";
import { makeMoves } from "./moves.js";
import { makePlayer } from "./player.js";
import { makeAsk, makeHand, modelKnobs, turn } from "./knobs.js";
import { addPredictAndCompare, makeActs } from "./acts.js";
import { keysOf, listenToKeys } from "./keys.js";
import { makeSize } from "./size.js";
import { makeNews } from "./news.js";
import { makeTies } from "./piece.js";
/** @import { App, Model, Screen } from "./types" */

/** Whether news of this name is Python's answer to what was asked: what was typed is cleared when it has been read.
 *  @param {Model} model @param {string} name */
function isAnswer(model, name) {
  if (name === "mask" || name === "paste") return !model.get(name);
  if (name === "error") return model.get("error")?.length > 0;
  return ["deck", "document", "other_document", "difference"].includes(name);
}

/** Carries the conversation by the model's traits. `screen` has the takers of what comes in.
 *  @param {App} app @param {Model} model @param {Screen} screen @returns {import("./conversation.js").Carrier} */
function traitCarrier(app, model, screen) {
  let drawn = false;
  return {
    send(wish) {
      let turned = false;
      screen.conversation.unheard(() => {
        turned = turn(model, wish);
        if (turned && !("mask" in wish)) model.set("mask", ""); // so that the same text typed again is a change
      });
      if ("error" in wish) screen.news.error(); // what was said about an earlier text goes
      if (turned) screen.save();
      return turned;
    },
    answers: (names, number) => ([...names].some((name) => isAnswer(model, name)) ? number : 0),
    take(names) {
      const takers = new Set(Object.entries(screen.news).flatMap(([name, take]) => (names.has(name) ? [take] : [])));
      drawn = [...takers].map((take) => take()).includes(true);
    },
    taken(_, answered) {
      if (answered) screen.settled();
      if (drawn && app.root.isConnected) screen.show();
    },
    busy: (open) => app.root.toggleAttribute("data-busy", open),
    /** The knobs go back to those of the recorded run, here and in the model: the same wish is a change again. */
    silent() {
      screen.report("silent", "knobs" in app.deck ? app.t("silentPython") : null);
      screen.conversation.unheard(() => turn(model, app.deck.knobs ?? {}));
      screen.settled();
      screen.show();
    },
  };
}

/** Sets traits and sends them. A page that was saved with its widgets has no kernel: saving throws, the knobs lock.
 *  @param {App} app @param {Model} model @param {Screen["conversation"]} conversation
 *  @returns {Pick<Screen, "save" | "tell">} */
function makeSpeech(app, model, conversation) {
  function save() {
    try {
      model.save();
    } catch {
      app.live = false;
    }
  }
  /** @param {Record<string, any>} traits */
  function tell(traits) {
    conversation.unheard(() => { for (const [name, value] of Object.entries(traits)) model.set(name, value); });
    save();
  }
  return { save, tell };
}

/** Everything that the parts of the screen need of each other, by name; gives how to end it.
 *  @param {App} app @param {Model} model */
function wire(app, model) {
  const screen = /** @type {Screen} */ ({ model, night: matchMedia("(prefers-color-scheme: dark)") });
  screen.conversation = makeConversation(traitCarrier(app, model, screen));
  Object.assign(screen, makeSpeech(app, model, screen.conversation));
  screen.lightUp = (order) => [screen.panels.memory, screen.panels.strip].forEach((panel) => panel.hover(order));
  screen.ties = makeTies(app, () => model.get("run_id"), ({ cursor = app.cursor, hover, forward = false }) => {
    if (!app.run) return;
    if (hover !== undefined) return screen.lightUp(hover);
    app.forward = forward;
    app.cursor = app.moves.clamp(cursor);
    screen.show();
  });
  const acts = keysOf(app, () => screen.show());
  app.ask = makeAsk(app, { ...screen, show: (only) => screen.show(only), takeError: () => screen.news.error() });
  app.hand = makeHand(app, app.ask);
  Object.assign(screen, makePanels(app, acts));
  screen.moves = makeMoves(app, screen);
  screen.player = makePlayer(app, screen.moves, screen.show);
  app.moves = { ...screen.moves, play: screen.player.play };
  Object.assign(screen, makeSize(app, screen, model.get("panel") === "lists"));
  app.acts = makeActs(app, screen);
  addPredictAndCompare(app, screen);
  screen.news = makeNews(app, screen);
  screen.settled = () => {
    app.knobs = modelKnobs(app, model);
    if (!screen.conversation.isOpen() && model.get("index") !== app.cursor) screen.moves.settleSoon();
  };
  return { screen, acts };
}

/** Draw the explorer, or the one panel that the model names, into el, in step with the model {get, set, save,
 *  on -> off, live}; returns a cleanup.
 *  @param {HTMLElement} el @param {Model} model */
export function mount(el, model) {
  const root = h("div", { class: "bl", tabindex: -1, role: "region", "aria-label": "buddylab explorer" });
  const app = makeShared(model, root), { screen, acts } = wire(app, model);
  const { news, panels, conversation, night, refit, fit } = screen;
  if (app.piece) root.dataset.piece = model.get("panel");
  root.append(patterns(app.id), screen.wrap, panels.help.el, panels.caption.aloud);
  el.append(root);
  news.deck();
  const noKeys = listenToKeys(app, acts), takeTheme = () => conversation.hear("theme");
  const body = new MutationObserver(takeTheme), size = new ResizeObserver(refit);
  body.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  night.addEventListener("change", takeTheme);
  const { knobs: _, ...traits } = news;
  const off = [...Object.keys(traits).map((name) => model.on(name, () => conversation.hear(name))),
    ...Object.keys(app.knobs).map((name) => model.on(name, () => conversation.hear("knobs")))];
  for (const name of ["forms", "predict", "source_view", "lang", "theme", "document", "other_document"]) news[name]();
  queueMicrotask(() => { if (root.isConnected) screen.show(); });
  size.observe(root);
  document.fonts?.ready.then(fit);
  return () => {
    for (const part of [screen.player, conversation, app.ask, screen.moves]) part.end();
    body.disconnect();
    size.disconnect();
    night.removeEventListener("change", takeTheme);
    noKeys();
    for (const stop of off) stop();
    screen.ties.off();
    root.remove();
  };
}
