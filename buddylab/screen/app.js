// Puts the panels together, moves the cursor, plays, and speaks with the model.
import { ANSWER_MS, AWAY_MS, CONTEXT, FRAME_MS, SETTLE_MS, STACKED, TAKES, THEMES, WIDE } from "./constants.js";
import { WORDS } from "./words.js";
import { event0, evidenceAt, fill, focusZone, freePages, listName, prepare, sentence, stops, visitStart } from "./frames.js";
import { h, patterns, setText } from "./dom.js";
import { makeTop } from "./top.js";
import { makeDeck } from "./deck.js";
import { makeCaption } from "./caption.js";
import { LADDER, makeLadder } from "./ladder.js";
import { SOURCE_VIEWS, makeNote, makeSource } from "./source.js";
import { makeWhy } from "./why.js";
import { makeMemory } from "./memory.js";
import { makeStrip } from "./strip.js";
import { makeTime } from "./time.js";
import { download, svgOf } from "./picture.js";
import { makeCompare } from "./compare.js";
import { makePredict } from "./predict.js";
import { makeShare } from "./share.js";
import { PIECES, makeSteps, makeTies } from "./piece.js";
import { makeHelp } from "./help.js";
import { makeTranscript } from "./transcript.js";

/** A name for ids and radio groups that no other explorer of the page has: each may come from its own Blob. */
export const uniqueId = () => `bl${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;

/** A model without Python behind it, for the stand-alone page: traits in, knobs locked. */
export function staticModel(traits) {
  const values = { ...traits }, listeners = new Map();
  return {
    live: false, get: (name) => values[name], save() {},
    set(name, value) {
      values[name] = value;
      for (const listener of listeners.get(name) ?? []) listener();
    },
    on(name, listener) {
      if (!listeners.has(name)) listeners.set(name, new Set());
      listeners.get(name).add(listener);
      return () => listeners.get(name).delete(listener);
    },
  };
}

/** Draw the explorer, or the one panel that the model names, into el, in step with the model {get, set, save, on -> off, live}; returns a cleanup. */
export function mount(el, model) {
  const root = h("div", { class: "bl", tabindex: -1, role: "region", "aria-label": "buddylab explorer" });
  const app = {
    id: uniqueId(), root, lang: "en", index: 0, theme: "auto", lecture: false, piece: PIECES[model.get("panel")] ?? null,
    live: model.live !== false && !model.get("panel"),
    document: null, run: null, text: null, deck: null, knobs: null, deckOpen: null, cursor: 0, playing: false,
    granularity: "row", speed: 1, stopAtRefusal: false, loop: false, transcript: false, predict: false, predictions: [],
    sourceView: "original", otherDocument: null, otherId: 0, difference: {}, canCompare: false, forward: false, wide: true, stacked: false,
    zoom: 1, ladderScale: 1, memWidth: 600, trackWidth: 300, stripWidth: 600, scrubWidth: 600,
  };
  const calm = matchMedia("(prefers-reduced-motion: reduce)"), night = matchMedia("(prefers-color-scheme: dark)");
  Object.assign(app, {
    t: (key, args) => fill(WORDS[key][app.index], args, app.lang),
    say: (key, args) => sentence(app.text.say, key, args, app.lang),
    pattern: (name) => `url(#${app.id}-${name})`,
    still: () => calm.matches,
    animate(node, keyframes, duration, delay = 0) {
      if (keyframes && app.forward && !calm.matches) node.animate(keyframes,
        { duration, delay, easing: "cubic-bezier(.2,.7,.2,1)", fill: "backwards" });
      return node;
    },
    set(name, value) { model.set(name, value); save(); },
    hover: (order) => {
      lightUp(order);
      ties.tell({ hover: order });
    },
  });
  const lightUp = (order) => [panels.memory, panels.strip].forEach((panel) => panel.hover(order));
  const ties = makeTies(app, () => model.get("run_id"), ({ cursor = app.cursor, hover, forward = false }) => {
    if (!app.run) return;
    if (hover !== undefined) return lightUp(hover);
    app.forward = forward;
    app.cursor = clamp(cursor);
    show();
  });

  // -- panels
  const alert = h("div", { class: "alert", role: "alert" }), wrap = h("div", { class: "wrap" }), panels = {};
  function build() {
    Object.assign(panels, { top: makeTop(app), deck: makeDeck(app), caption: makeCaption(app), ladder: makeLadder(app),
      source: makeSource(app),
      note: makeNote(app), why: makeWhy(app), memory: makeMemory(app), strip: makeStrip(app), time: makeTime(app),
      predict: makePredict(app), compare: makeCompare(app), share: makeShare(app), transcript: makeTranscript(app), 
      help: makeHelp(app) });
    app.ladder = panels.ladder;
    const { source, note } = panels;
    if (app.piece) {
      panels.steps = makeSteps(app);
      root.dataset.piece = model.get("panel");
      const parts = app.piece.includes("source") ? [h("div", { class: "p code" }, source.el, note.el)]
        : app.piece.map((name) => panels[name].el);
      wrap.append(alert, panels.steps.el, ...parts);
      for (const node of [root, ...wrap.querySelectorAll("section")]) node.setAttribute("role", "group"); // no landmarks:
      return; //                                                    a page may hold many pieces, each with the same names
    }
    const where = h("div", { class: "where" }, source.wedge, panels.ladder.el,
      h("div", { class: "p code" }, source.el, note.el));
    wrap.append(panels.top.el, panels.deck.el, panels.share.el, alert,
      panels.caption.el, panels.time.el, panels.predict.el,
      panels.compare.el, panels.transcript.el, where, panels.why.el,
      panels.memory.el, panels.strip.el);
  }

  /** A page that was saved with its widgets has a model but no kernel: saving throws, and the knobs lock. */
  function save() {
    try {
      model.save();
    } catch {
      app.live = false;
    }
  }

  // -- what the reader is told when something fails
  const troubles = new Map();
  function report(key, text) {
    if (text) troubles.set(key, text);
    else troubles.delete(key);
    setText(alert, [...troubles.values()].join(" "));
    alert.hidden = !troubles.size;
  }

  // -- one frame
  function viewAt(cursor) {
    const { run } = app, { frames, initial } = app.document, entry = run.rows[cursor], at = entry.frame, frame = frames[at];
    const row = frame.test?.rows[entry.row], evidence = evidenceAt(app.document, run.rows, cursor),
      zone = focusZone(app.document, frame, evidence);
    const own = row?.say ? row : frame, start = visitStart(frames, at);
    const cut = evidence && evidence.test.zone === zone ? evidence.row : 0;
    return {
      cursor, entry, at, frame, evidence, zone, cut, state: run.at(at),
        mood: frame.test && !entry.last ? "" : frame.mood ?? "",
      text: app.say(own.say, own.args), isEnd: frame.event?.[0] === "end",
      before: start ? run.levels[start - 1].free : freePages(initial),
      column: evidence ? cut ? String(cut - 1) : null : columnOf(frame),
    };
  }
  let longest = { key: "", text: "" };
  app.longest = () => {
    const key = `${app.run.id} ${app.lang} ${app.limit()}`, { frames } = app.document;
    if (longest.key !== key) {
      const known = frames.slice(0, (app.run.rows[app.limit()]?.frame ?? frames.length) + 1);
      const speakers = known.flatMap((frame) => [frame, ...frame.test?.rows ?? []]);
      const said = speakers.map(({ say, args }) => app.say(say, args));
      longest = { key, text: said.reduce((a, b) => (b.length > a.length ? b : a), "") };
    }
    return longest.text;
  };
  function columnOf(frame) {
    const order = frame.split?.from ?? frame.merge?.to;
    if (order !== undefined) return String(order);
    const [, part, key] = (TAKES.includes(event0(frame)) && frame.changes?.find(([, where]) => where !== "counts")) || [];
    return part ? listName(part, key) : null;
  }

  /** Draw the frame under the cursor: every panel writes first, then those that measure do, so that the browser lays
   *  the page out once. only: the names of the panels to draw. */
  function show(only = Object.keys(panels)) {
    if (!app.run) return;
    const view = viewAt(app.cursor);
    root.toggleAttribute("data-forward", app.forward);
    const drawn = only.filter((name) => !app.piece || name === "steps" || app.piece.includes(name));
    const failed = new Map();
    const attempt = (name, draw) => {
      try {
        draw(panels[name]);
      } catch (error) {
        failed.set(name, app.t("drawFailed", { panel: name, n: app.cursor + 1, why: error.message }));
      }
    };
    for (const name of drawn) attempt(name, (panel) => {
      keepFocus(panel.el, () => panel.show(view));
      if (app.piece && panel.el.tabIndex < 0) panel.el.removeAttribute("aria-label"); // the piece itself has the name
    });
    for (const name of drawn) if (!failed.has(name)) attempt(name, (panel) => panel.measure?.(view));
    for (const name of drawn) report(name, failed.get(name) ?? null);
  }

  // -- moving the cursor
  app.ownLimit = () => panels.predict.limit();
  app.limit = () => Math.min(app.ownLimit(), ties.limit());
  const clamp = (cursor) => Math.max(0, Math.min(app.run.rows.length - 1, app.limit(), cursor));
  /** Tell Python where the screen stands. While the next run is awaited this is no place in it: that one is told. */
  app.settle = () => { if (!asked) app.set("index", app.cursor); };
  /** A new run's place is told once it has been painted: Python's answer costs the notebook time. */
  let settling = 0;
  const settleSoon = () => {
    clearTimeout(settling);
    settling = setTimeout(app.settle, SETTLE_MS);
  };
  app.go = (cursor, { settle = false, forward = false } = {}) => {
    app.forward = forward;
    app.cursor = clamp(cursor);
    show();
    ties.tell({ cursor: app.cursor, forward });
    if (settle) app.settle();
  };
  app.step = (by, settle = true) => {
    const places = stops(app.run.rows, app.document.frames, app.granularity);
    const next = by > 0 ? places.find((place) => place > app.cursor) : places.findLast((place) => place < app.cursor);
    app.go(next ?? (by > 0 ? app.run.rows.length - 1 : 0), { settle, forward: by > 0 });
  };

  /** Run to the next frame of a stage; where it never comes, to the end. */
  app.runTo = (stage) => {
    const to = app.run.rows.findIndex(({ frame, row }, i) => i > app.cursor && row <= 0
      && app.document.frames[frame].stage === stage);
    app.go(to < 0 ? app.run.rows.length - 1 : to, { settle: true });
  };
  const refuses = ({ frame, row, last }) => (row >= 0 ? !app.document.frames[frame].test.rows[row].ok
    && !app.document.frames[frame].test.own : last && app.document.frames[frame].mood === "end-no");
  /** Run to the next row that refuses; behind the last one, to the end. */
  app.nextRefusal = () => {
    const to = app.run.rows.findIndex((entry, i) => i > app.cursor && refuses(entry));
    app.go(to < 0 ? app.run.rows.length - 1 : to, { settle: true });
  };

  app.setSourceView = (view) => {
    app.sourceView = view;
    app.set("source_view", view);
    show();
  };

  /** The changes that turn this verdict, as Python found them for this very run; null while it has not. */
  let asking = 0;
  app.oneAway = () => {
    const found = model.get("away"), run = model.get("run_id");
    if (run && found?.run === run && found.done) return found.list;
    clearTimeout(asking);
    if (app.live && run) asking = setTimeout(() => {
      if (model.get("run_id") === run && !asked && app.run && app.cursor === app.run.rows.length - 1) app.set("away_wanted",
        `${run}:${found?.run === run ? found.tries : 0}`);
    }, found?.run === run ? 0 : AWAY_MS);
    return null;
  };

  // -- by hand: every operation is a knob's new value, so that Python records it like any other
  const withHand = (...more) => app.patch({ hand: [...(app.knobs.hand ?? []), ...more] });
  app.free = (pfn) => { if (app.byHand) withHand(["free", pfn]); };
  app.alloc = (order) => {
    const who = CONTEXT.filter((flag) => app.knobs[flag]).join(",");
    if (app.byHand) withHand(["alloc", order, app.knobs.gfp_mask, who]);
  };
  app.undo = () => { if (app.byHand && app.knobs.hand.length) app.patch({ hand: app.knobs.hand.slice(0, -1) }); };
  app.clearHand = () => app.patch({ hand: [] });

  // -- Predict and Compare
  app.setPredict = (on) => {
    app.predict = on;
    app.set("predict", on);
    app.restartPredict();
  };
  app.restartPredict = () => {
    app.predictions = [];
    app.set("predictions", []);
    if (!app.run) return;
    panels.predict.restart();
    app.go(app.predict ? 0 : app.cursor, { settle: true });
  };
  app.keepPrediction = (one) => {
    app.predictions = [...app.predictions, one];
    app.set("predictions", app.predictions);
  };
  app.setOther = (knobs) => {
    model.set("other", knobs);
    if (!Object.keys(knobs).length) {
      app.otherDocument = null;
      save();
      return show();
    }
    waitForAnswer();
    save();
  };

  // -- playing
  let timer = 0;
  const atEnd = () => app.cursor === Math.min(app.run.rows.length - 1, app.limit());
  function pause() {
    clearTimeout(timer);
    if (!app.playing) return;
    app.playing = false;
    show();
    app.settle();
  }
  function tick() {
    app.step(1, false);
    const { frame, last } = app.run.rows[app.cursor],
      refused = last && ["no", "end-no"].includes(app.document.frames[frame].mood);
    if (atEnd() && app.loop && !app.predict) {
      timer = setTimeout(() => { app.go(0); timer = setTimeout(tick, FRAME_MS / app.speed); }, 2 * FRAME_MS / app.speed);
    } else if (atEnd() || (app.stopAtRefusal && refused)) pause();
    else timer = setTimeout(tick, FRAME_MS / app.speed);
  }
  app.play = () => {
    if (app.playing) return pause();
    app.playing = true;
    if (atEnd()) app.go(0);
    else show();
    timer = setTimeout(tick, FRAME_MS / app.speed);
  };

  // -- knobs: one question to Python at a time, the newest wish wins
  let asked = false, wish = null, silence = 0;
  /** The knobs as the model has them; a page of its own has them in its deck alone. */
  const modelKnobs = () => Object.fromEntries(Object.entries(app.deck?.knobs ?? {})
    .map(([name, value]) => [name, model.get(name) ?? value]));
  const turn = (wanted, from) => {
    const turned = Object.entries(wanted).filter(([name, value]) => !same(value, from[name]));
    for (const [name, value] of turned) model.set(name, value);
    return turned.length;
  };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  function ask() {
    if (asked || !wish) return;
    const wanted = wish;
    wish = null;
    if (!turn(wanted, modelKnobs())) return;
    model.set("mask", ""); // so that the same text typed again is a change
    waitForAnswer();
    save();
  }
  function waitForAnswer() {
    asked = true;
    root.setAttribute("data-busy", "");
    clearTimeout(silence);
    silence = setTimeout(() => {
      report("silent", "knobs" in app.deck ? app.t("silentPython") : null);
      wish = null;
      takeRecorded();
      answered();
      show();
    }, ANSWER_MS);
  }
  /** The knobs go back to those of the recorded run, here and in the model, so that the same wish is a change again. */
  function takeRecorded() {
    turn(app.deck.knobs ?? {}, modelKnobs());
    app.knobs = modelKnobs();
  }
  /** One message brings several traits, and each says that Python has answered: the next question waits for the last
   *  of them, or it would be taken for answered too. */
  let heard = false;
  function answered() {
    clearTimeout(silence);
    if (heard || !asked) return;
    heard = true;
    queueMicrotask(() => {
      heard = asked = false;
      root.removeAttribute("data-busy");
      if (wish) return ask();
      app.knobs = modelKnobs();
      if (model.get("index") !== app.cursor) settleSoon();
    });
  }
  app.patch = (change) => {
    if (!app.live) return;
    app.knobs = wish = { ...app.knobs, ...change };
    ask(); // first, so that Python records while the knob is drawn
    show(app.piece ? undefined : ["top", "deck"]); // the rest shows the recorded run
  };
  app.typeMask = (text) => {
    model.set("mask", text);
    waitForAnswer();
    save();
  };
  app.paste = (text) => {
    app.set("error", []); // what was said about an earlier text
    app.set("paste", text);
    waitForAnswer();
  };
  app.openShare = () => {
    app.shareOpen = !app.shareOpen;
    show();
  };
  /** Nothing typed is no wish: what was said about an older text goes, and Python may say the same again later. */
  app.forgetMask = () => {
    app.deck = { ...app.deck, mask_error: null };
    model.set("mask", "");
    model.set("error", []);
    save();
    takeError();
    show();
  };
  app.savePicture = () => {
    const dress = (on) => { root.toggleAttribute("data-picture", on); fit(); };
    dress(true);
    const svg = svgOf(root);
    dress(false);
    download(`buddylab-step-${app.cursor + 1}.svg`, svg, "image/svg+xml");
  };
  app.toggleHelp = () => panels.help.toggle();
  app.toggleTranscript = () => {
    app.transcript = !app.transcript;
    show();
  };
  app.toScrubber = () => panels.time.el.querySelector(".scrub").focus();
  app.openDeck = (knob) => {
    app.deckOpen = knob ? true : !app.deckOpen;
    show();
    fit();
    const holder = knob && panels.deck.el.querySelector(`[data-knob=${knob}]`);
    (holder?.matches("input,select") ? holder : holder?.querySelector("input"))?.focus();
  };

  // -- what comes from the model; one message changes several traits, and is drawn once
  let due = false;
  function refresh() {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      if (root.isConnected) show();
    });
  }
  let runs = 0, byHandSo = 0;
  function takeDocument() {
    const given = model.get("document");
    const first = !app.run;
    answered();
    report("silent", null);
    if (!given?.frames?.length) return report("document", app.t("noDocument"));
    report("document", null);
    clearTimeout(timer);
    app.playing = false;
    app.document = given;
    app.run = { ...prepare(given), id: (runs += 1) };
    const wanted = model.get("index");
    if (app.predict && !first) return app.restartPredict();
    const done = modelKnobs()?.hand?.length ?? 0;
    app.forward = !first && done > byHandSo; // what a hand did is seen happening; an undo is instant, as a step back
    byHandSo = done;
    app.cursor = clamp(wanted >= 0 ? wanted : app.predict ? 0 : first ? app.run.deciding : app.run.rows.length - 1);
    if (!app.piece || (first && wanted < 0)) settleSoon();
    ties.tell({ hello: true }); // who else shows this run, and how far may one look?
    refresh();
  }
  function takeDeck() {
    app.deck = model.get("deck");
    app.byHand = app.live && Array.isArray(app.deck?.knobs?.hand);
    if (!wish) app.knobs = modelKnobs();
    answered();
    refresh();
  }
  function takeOther() {
    const given = model.get("other_document");
    app.otherDocument = given?.frames ? given : null;
    app.otherId += 1;
    app.difference = model.get("difference") ?? {};
    app.canCompare = app.live && model.get("other") !== undefined;
    answered();
    refresh();
  }
  function takePredict() {
    const on = model.get("predict") === true, given = model.get("predictions") ?? [];
    if (on === app.predict && JSON.stringify(given) === JSON.stringify(app.predictions)) return;
    app.predict = on;
    app.predictions = given;
    if (app.run) app.go(on && !given.length ? 0 : app.cursor);
  }
  function takeSourceView() {
    app.sourceView = SOURCE_VIEWS.find((view) => view === model.get("source_view")) ?? "original";
    refresh();
  }
  const takeKnobs = () => { if (!wish && !asked) { app.knobs = modelKnobs(); refresh(); } };
  const takeForms = () => { app.forms = model.get("forms")?.text ? model.get("forms") : null; refresh(); };
  const takePaste = () => {
    if (model.get("paste")) return;
    answered();
    if (!model.get("error")?.length) panels.share.taken();
  };
  const takeMask = () => { if (!model.get("mask")) answered(); };
  const takeIndex = () => {
    const wanted = model.get("index");
    if (app.run && wanted >= 0 && wanted !== app.cursor) app.go(wanted);
  };
  function takeError() {
    const error = model.get("error") ?? [];
    if (error.length) answered();
    report("error", error[app.index] ?? error[0] ?? null);
  }
  function takeLang() {
    app.lang = model.get("lang") === "zh" ? "zh" : "en";
    app.index = app.lang === "zh" ? 1 : 0;
    root.lang = app.lang;
    root.setAttribute("aria-label", app.piece ? `buddylab ${app.t(model.get("panel"))}` : "buddylab explorer");
    takeError();
    show(); // first, since what is measured has other words now
    fit();
  }
  function takeTheme() {
    const { jpThemeLight } = document.body.dataset;
    app.theme = THEMES.includes(model.get("theme")) ? model.get("theme") : "auto";
    const labDark = jpThemeLight ? jpThemeLight === "false" : night.matches;
    const dark = app.theme === "auto" ? labDark : app.theme === "dark";
    root.dataset.theme = dark ? "dark" : "light";
    refresh();
  }
  app.setLecture = (on) => {
    app.lecture = on;
    root.toggleAttribute("data-lecture", on);
    app.deckOpen = !on && app.wide;
    fit();
  };

  // -- size: container queries do the layout, these numbers are for what is measured in pixels
  function fit() {
    if (!panels.why) return;
    const width = root.clientWidth;
    app.zoom = app.lecture ? 1.2 : 1;
    app.wide = width / app.zoom > WIDE && !app.piece;
    app.stacked = width / app.zoom <= STACKED || model.get("panel") === "lists";
    app.memWidth = (panels.memory.el.clientWidth || 600) / app.zoom;
    app.trackWidth = panels.deck.el.querySelector(".press svg")?.clientWidth || 300;
    app.stripWidth = (panels.strip.el.clientWidth || 600) / app.zoom;
    app.scrubWidth = panels.time.el.querySelector(".scr").clientWidth || 600;
    app.ladderScale = (panels.ladder.el.querySelector("svg.ld").clientWidth || LADDER.width) / LADDER.width;
    if (app.deckOpen === null && width) {
      app.deckOpen = app.wide;
      if (root.closest(".reveal")) return app.setLecture(true); // a slide of reveal.js: for a hall, and nobody turns knobs
    }
    app.forward = false;
    show();
    panels.note.fit();
    fitted = width;
  }
  let fitted = -1;
  const refit = () => { if (root.clientWidth !== fitted) fit(); }; // what is drawn may change the height alone
  const focusable = (panel) => [...panel.querySelectorAll("button, input, select, [tabindex]")];
  /** What had the focus keeps it: if its node was made anew, the control in its place gets it, else the widget. */
  function keepFocus(panel, update) {
    const place = panel.contains(document.activeElement) ? focusable(panel).indexOf(document.activeElement) : -1;
    update();
    if (place >= 0 && !panel.contains(document.activeElement)) (focusable(panel)[place]
      ?? root).focus({ preventScroll: true });
  }

  // -- keyboard: only inside the widget, only plain keys, native controls keep theirs; help.js lists them
  app.acts = { ArrowRight: ["keyForward", () => app.step(1)], ArrowLeft: ["keyBack", () => app.step(-1)],
    Home: ["keyFirst", () => app.go(0, { settle: true })],
    End: ["keyLast", () => app.go(app.run.rows.length - 1, { settle: true })], " ": ["keyPlay", () => app.play()],
    n: ["nextNoName", app.nextRefusal], l: ["keyLoop", () => { app.loop = !app.loop; show(); }],
    ...(app.piece ? {} : { t: ["keyTranscript", app.toggleTranscript] }), "?": ["keyHelp", app.toggleHelp] };
  const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key !== "?"));
  /** Fields that take every key, and controls that move by the keys with a name. */
  const takesKey = ({ key, target }) => target.closest("input[type=text], select, textarea")
    || (key.length > 1 && target.closest("input:not(.scrub, [type=checkbox])"))
    || (key === " " && target.closest("button, [role=button], input:not(.scrub)"))
    || (key !== "?" && target.closest("dialog"));
  function onKey(event) {
    const takesBack = (event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.matches("input[type=text]");
    if (takesBack && app.knobs?.hand?.length && app.byHand) {
      event.preventDefault();
      event.stopPropagation();
      return app.undo();
    }
    const [, act] = app.acts[event.key] ?? [];
    if (!act || !app.run || !plain(event) || takesKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
  // JupyterLab listens at the document, before us, and asks the focused node itself for this attribute: plain keys
  // (arrows, letters such as x = cut the cell) are kept from its commands; Ctrl+S, Shift+Enter and Escape go on to it,
  // but for the Escape that closes the list of keys.
  function shield(event) {
    if (!root.contains(event.target)) return;
    const takesBack = (event.ctrlKey || event.metaKey) && event.key === "z";
    event.target.toggleAttribute("data-lm-suppress-shortcuts", takesBack || (plain(event)
      && (event.key !== "Escape" || Boolean(event.target.closest("dialog")))));
  }

  // -- start
  app.text = model.get("text");
  app.deck = model.get("deck");
  app.byHand = app.live && Array.isArray(app.deck?.knobs?.hand);
  app.knobs = modelKnobs();
  build();
  root.append(patterns(app.id), wrap, panels.help.el, panels.caption.aloud);
  el.append(root);
  root.addEventListener("keydown", onKey);
  window.addEventListener("keydown", shield, true);
  const body = new MutationObserver(takeTheme), size = new ResizeObserver(refit);
  body.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  night.addEventListener("change", takeTheme);
  const off = Object.entries({ deck: takeDeck, mask: takeMask, forms: takeForms, paste: takePaste, document: takeDocument, index: takeIndex,
    error: takeError, lang: takeLang, theme: takeTheme, other_document: takeOther, difference: takeOther,
    away: refresh, source_view: takeSourceView, predict: takePredict, predictions: takePredict,
    ...Object.fromEntries(Object.keys(app.knobs).map((name) => [name, takeKnobs])) })
    .map(([name, listener]) => model.on(name, listener));
  takeForms();
  takePredict();
  takeSourceView();
  takeLang();
  takeTheme();
  takeDocument();
  takeOther();
  size.observe(root);
  document.fonts?.ready.then(fit);
  return () => {
    clearTimeout(timer);
    clearTimeout(silence);
    clearTimeout(asking);
    clearTimeout(settling);
    body.disconnect();
    size.disconnect();
    night.removeEventListener("change", takeTheme);
    window.removeEventListener("keydown", shield, true);
    for (const stop of off) stop();
    ties.off();
    root.remove();
  };
}
