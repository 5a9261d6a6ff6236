// What comes from the model: one message changes several traits; all are taken before anything is drawn.
import { THEMES } from "./constants.js";
import { prepare } from "./run.js";
import { SOURCE_VIEWS } from "./source.js";
import { modelKnobs } from "./knobs.js";
/** @import { App, Screen } from "./types" */

/** @typedef {Omit<Screen, "news" | "settled" | "wrap" | "refit" | "setLecture">} NewsNeeds */

/** Takers of runs and knobs by trait; each says whether it wants the screen drawn.
 *  @param {App} app @param {NewsNeeds} screen @returns {Screen["news"]} */
function makeRunNews(app, { model, panels, report, ties, conversation, moves, player }) {
  const { predict } = app;
  let runs = 0, byHandSo = 0;
  const knobs = () => ({ ...modelKnobs(app, model), ...conversation.wished("knobs") });

  function takeDeck() {
    app.deck = model.get("deck");
    app.hand.on = app.live && Array.isArray(app.deck?.knobs?.hand);
    app.knobs = knobs();
    return true;
  }
  /** Where a new run is first seen: where Python says, at its start, at the test that decided, at its verdict.
   *  @param {number} wanted @param {boolean} first */
  function placeOf(wanted, first) {
    if (wanted >= 0) return wanted;
    if (predict.on) return 0;
    return first ? app.run.deciding : app.run.rows.length - 1;
  }
  function takeDocument() {
    const given = model.get("document"), first = !app.run, wanted = model.get("index");
    report("silent", null);
    const empty = !given?.frames?.length;
    report("document", empty ? app.t("noDocument") : null);
    if (empty) return false;
    player.stop();
    app.document = given;
    app.run = { ...prepare(given), id: (runs += 1) };
    if (predict.on && !first) {
      predict.restart();
      return false;
    }
    if (predict.on) panels.predict.restart(); // before anything is drawn: what is asked about is not shown
    const done = modelKnobs(app, model).hand?.length ?? 0;
    app.forward = !first && done > byHandSo; // what a hand did is seen happening; an undo is instant, as a step back
    byHandSo = done;
    app.cursor = moves.clamp(placeOf(wanted, first));
    if (!app.piece || (first && wanted < 0)) moves.settleSoon();
    ties.tell({ hello: true }); // who else shows this run, and how far may one look?
    return true;
  }
  const takeKnobs = () => {
    if (conversation.isOpen()) return false;
    app.knobs = knobs();
    return true;
  };
  return { deck: takeDeck, document: takeDocument, knobs: takeKnobs, away: () => true };
}

/** Takers of what stands beside the run: the other one of Compare, Predict's answers, Python's place in it.
 *  @param {App} app @param {NewsNeeds} screen @returns {Screen["news"]} */
function makeBesideNews(app, { model, panels, moves }) {
  const { predict, compare } = app;
  function takeOther() {
    const given = model.get("other_document");
    compare.document = given?.frames ? given : null;
    compare.id += 1;
    compare.difference = model.get("difference") ?? {};
    compare.possible = app.live && model.get("other") !== undefined;
    return true;
  }
  function takePredict() {
    const on = model.get("predict") === true, given = model.get("predictions") ?? [];
    if (on === predict.on && JSON.stringify(given) === JSON.stringify(predict.answers)) return false;
    predict.on = on;
    predict.answers = given;
    if (app.run && on) panels.predict.restart();
    if (app.run) moves.go(on && !given.length ? 0 : app.cursor);
    return false;
  }
  function takeIndex() {
    const wanted = model.get("index");
    if (app.run && wanted >= 0 && wanted !== app.cursor) moves.go(wanted);
    return false;
  }
  return { other_document: takeOther, difference: takeOther, predict: takePredict, predictions: takePredict,
    index: takeIndex };
}

/** Takers of what the screen shows of itself, and of what is said about a question.
 *  @param {App} app @param {NewsNeeds} screen @returns {Screen["news"]} */
function makeViewNews(app, { model, panels, show, report, fit, night }) {
  const { root, switches } = app;
  function takeError() {
    const error = model.get("error") ?? [];
    report("error", error[app.lang === "zh" ? 1 : 0] ?? error[0] ?? null);
    return false;
  }
  function takePaste() {
    if (!model.get("paste") && !model.get("error")?.length) panels.share.taken();
    return false;
  }
  function takeLang() {
    app.lang = model.get("lang") === "zh" ? "zh" : "en";
    root.lang = app.lang;
    root.setAttribute("aria-label", app.piece ? `buddylab ${app.t(model.get("panel"))}` : "buddylab explorer");
    takeError();
    show(); // first, since what is measured has other words now
    fit();
    return false;
  }
  function takeTheme() {
    const { jpThemeLight } = document.body.dataset, wanted = model.get("theme");
    switches.theme = THEMES.includes(wanted) ? wanted : "auto";
    const labDark = jpThemeLight ? jpThemeLight === "false" : night.matches;
    const dark = switches.theme === "auto" ? labDark : switches.theme === "dark";
    root.dataset.theme = dark ? "dark" : "light";
    return true;
  }
  function takeSourceView() {
    switches.sourceView = SOURCE_VIEWS.find((view) => view === model.get("source_view")) ?? "original";
    return true;
  }
  function takeForms() {
    app.forms = model.get("forms")?.text ? model.get("forms") : null;
    return true;
  }
  return { error: takeError, forms: takeForms, paste: takePaste, mask: () => false, source_view: takeSourceView,
    theme: takeTheme, lang: takeLang };
}

/** All takers, in the order in which they are called. @param {App} app @param {NewsNeeds} screen */
export const makeNews = (app, screen) =>
  ({ ...makeRunNews(app, screen), ...makeBesideNews(app, screen), ...makeViewNews(app, screen) });
