// The time line and its keys.
import { ICONS, TICK_ROOM } from "./constants.js";
import { otherChoices } from "./compare.js";
import { eventText } from "./frames.js";
import { thinTicks, tickMoods } from "./ticks.js";
import { h, keyed, s, setText } from "./dom.js";

const MANY_ROWS = 400; // from here on the refusals of the pass that the cursor is in get no ticks of their own
export const SPEEDS = [0.5, 1, 2, 4], GRANULARITIES = ["stage", "event", "row"];

export function tickMark(mood, x) {
  const path = (d, colour, more) => s("path",
    { d, stroke: `var(--${colour})`, fill: "none", "stroke-width": 2, ...more });
  if (mood === "no" || mood === "end-no") return path(`M${x - 3} 31l6 6m0 -6l-6 6`, "no");
  if (mood === "ok" || mood === "end-ok") return path(`M${x - 4} 34l3 3l5 -6`, "ok");
  if (mood === "wake") return path(`M${x - 4} 38l4 -7l4 7z`, "ink", { fill: "var(--ink)", "stroke-width": 0 });
  if (mood === "wait") return path(`M${x - 3.5} 34.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0M${x} 34.5v-2.5`, "ink2",
    { "stroke-width": 1.3 });
  if (mood === "reclaim") return path(`M${x} 38v-6m-3 3l3 -3.5l3 3.5`, "free");
  if (["kill", "warn", "end-loop"].includes(mood)) return s("text",
    { class: "tick", x, y: 38.5, "text-anchor": "middle" }, ICONS[mood]);
  return null;
}

export function makeTime(app) {
  const icon = (d) => s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d }));
  const PLAY = "M4 2l9 6l-9 6z", PAUSE = "M3 2h4v12H3zM9 2h4v12H9z";
  const button = (name, d, click) => ({ name, el: h("button", { type: "button", on: { click } }, icon(d)) });
  const buttons = [
    button("first", "M2 2h2v12H2zM14 2v12L5 8z", () => app.moves.go(0, { settle: true })),
      button("back", "M12 2v12L3 8z", () => app.moves.step(-1)),
    button("play", PLAY, () => app.moves.play()), button("forward", "M4 2v12l9-6z", () => app.moves.step(1)),
    button("last", "M12 2h2v12h-2zM2 2v12l9-6z", () => app.moves.go(app.run.rows.length - 1, { settle: true })),
  ];
  const playButton = buttons[2].el;
  playButton.className = "pl";
  const bands = s("g"), ticks = s("g"), names = s("g"),
    needle = s("rect", { class: "needle", y: 14, width: 4, height: 18, rx: 2 });
  const svg = s("svg", { "aria-hidden": "true" }, bands, ticks, names, needle);
  const range = h("input", { type: "range", class: "scrub", min: 0, on: {
    input: () => app.moves.go(Number(range.value)), change: () => app.moves.settle() } });
  const options = h("div", { class: "opt" }), event = h("div", { class: "ev" }), help = h("div", { class: "keys" });
  const el = h("section", { class: "time" }, h("div", { class: "tp" }, buttons.map((one) => one.el)),
    h("div", { class: "scr" }, svg, range), options, h("div", { class: "under" }, event, help));
  let visits = [], moods = [];

  function optionNodes() {
    const radio = (value) => h("label", {}, h("input",
      { type: "radio", name: `${app.id}-step`, checked: value === app.film.granularity,
      on: { change: () => { app.film.granularity = value; } } }), app.t(value));
    const speed = h("select", { "aria-label": app.t("speed"),
      on: { change: (e) => { app.film.speed = Number(e.target.value); } } },
      SPEEDS.map((value) => h("option", { value, selected: value === app.film.speed }, `${value}×`)));
    return [h("div", { class: "seg", role: "radiogroup", "aria-label": app.t("stepBy") }, GRANULARITIES.map(radio)),
      speed];
  }

  function helpNodes() {
    const check = (key, name) => h("label", { class: "stop" }, h("input", { type: "checkbox", checked: app.film[name],
      on: { change: (e) => { app.film[name] = e.target.checked; } } }), ` ${app.t(key)}`);
    const act = (key, click, more) => h("button", { type: "button", class: "solo", on: { click }, ...more }, app.t(key));
    const pick = (name, first, list) => h("select", { "aria-label": app.t(name) }, h("option", { value: "" },
      app.t(first)), list);
    const stage = pick("runToName", "runTo", Object.keys(app.text.stages).map((one) => h("option", {}, one)));
    stage.addEventListener("change", () => { app.moves.runTo(stage.value); stage.value = ""; });
    const other = pick("compare", "compareWith", choices.map(([key, args], i) => h("option", { value: i + 1 },
      app.t(key, args))));
    other.addEventListener("change", () => { app.compare.set(choices[other.value - 1]?.[2] ?? {}); other.value = ""; });
    return [check("stopAt", "stopAtRefusal"), check("loop", "loop"),
      act("nextNo", app.moves.nextRefusal, { title: app.t("nextNoName"), "aria-label": app.t("nextNoName") }), stage,
      app.knobs && app.compare.possible ? other : null,
      act("predict", () => app.predict.set(!app.predict.on), { title: app.t("predictName"),
        "aria-pressed": String(app.predict.on) })];
  }
  let choices = [];

  /** px of a row: while Predict hides the rest, what is seen fills the line but for the place of the question. */
  const unitOf = (width, seen) => (seen < app.run.rows.length - 1 ? (width - 28) / (seen + 1)
    : width / app.run.rows.length);

  function findVisits(seen) {
    const { rows } = app.run, { frames } = app.document;
    const found = [];
    rows.slice(0, seen + 1).forEach(({ frame }, i) => {
      const { stage, round, depth = 0 } = frames[frame], last = found[found.length - 1];
      if (last && last.stage === stage && last.round === round && last.depth === depth) last.to = i;
      else found.push({ stage, round, depth, from: i, to: i });
    });
    return found;
  }

  function build(width, seen) {
    const unit = unitOf(width, seen), found = findVisits(seen), gap = width / found.length > 6 ? 1 : 0;
    if (seen < app.run.rows.length - 1) bands.append(s("text", { class: "tick", x: width - 14, y: 28,
      "text-anchor": "middle" }, "?"));
    visits = found.map((visit) => {
      const x = visit.from * unit + gap, size = Math.max(1, (visit.to - visit.from + 1) * unit - 2 * gap);
      const whole = s("rect", { class: "band", x, y: 18, width: size, height: 10, rx: gap * 2 });
      const done = s("rect", { class: "done", x, y: 18, height: 10, rx: gap * 2, width: size });
      bands.append(whole, done);
      return { ...visit, x, size, whole, done };
    });
  }

  function tickNodes(unit, pass) {
    const marked = thinTicks(moods, unit, pass);
    return moods.slice(0, Number(range.max) + 1).map((_, i) => (marked.has(i) ? tickMark(moods[i].mood, (i + 0.5) * unit)
      : unit > TICK_ROOM && s("rect", { x: (i + 0.5) * unit - 0.5, y: 31, width: 1,
        height: app.run.rows[i].last ? 6 : 3, fill: "var(--ink3)" })));
  }

  /** Names of the visits that have room; the current one always, and nothing that would touch it. */
  function nameNodes(width, current) {
    const size = ({ stage }) => (stage.length * 6.1 + 4) * app.size.zoom,
      left = (visit) => Math.max(0, Math.min(visit.x + 1, width - size(visit)));
    const clear = (visit) => left(visit) + size(visit) < left(current) - 4 || left(visit) > left(current)
      + size(current) + 4;
    const shown = visits.filter((visit) => visit === current || (visit.size > size(visit) && clear(visit)));
    return shown.map((visit) => s("text", { x: left(visit), y: 11, class: visit === current ? "cur" : "" },
      visit.stage));
  }

  function show(view) {
    const width = app.size.scrubWidth;
    keyed(options, app.lang, optionNodes);
    choices = app.knobs && app.deck?.bits ? otherChoices(app.knobs, app.deck) : [];
    keyed(help, JSON.stringify([app.lang, app.predict.on, app.knobs, app.compare.possible]), helpNodes);
    const seen = Math.min(app.moves.limit(), app.run.rows.length - 1), key = `${app.run.id} ${width} ${seen}`;
    if (svg.dataset.key !== key) {
      svg.dataset.key = key;
      bands.replaceChildren();
      moods = tickMoods(app.document.frames, app.run.rows, Object.keys(app.text.stages))
        .map((one, i) => (i <= seen ? one : { mood: "", pass: one.pass }));
      build(width, seen);
      range.max = seen;
    }
    const unit = unitOf(width, seen), current = visits.find((visit) => view.cursor <= visit.to);
    for (const visit of visits) {
      const past = Math.max(0, Math.min(visit.size,
        (view.cursor - visit.from + 1) * unit - (visit.x - visit.from * unit) * 2));
      const done = view.cursor >= visit.to ? visit.size : view.cursor < visit.from ? 0 : past, now = visit === current;
      if (visit.shown === done && visit.now === now) continue; // a long run has a thousand visits, a step changes two
      [visit.shown, visit.now] = [done, now];
      visit.whole.classList.toggle("cur", now);
      visit.done.classList.toggle("cur", now);
      visit.done.setAttribute("width", done);
    }
    keyed(names, `${key} ${current.from}`, () => nameNodes(width, current));
    const pass = moods.length > MANY_ROWS ? null : moods[view.cursor].pass;
    keyed(ticks, `${key} ${pass}`, () => tickNodes(unit, pass));
    needle.setAttribute("x", (view.cursor + 0.5) * unit - 2);
    range.value = view.cursor;
    range.setAttribute("aria-label", app.t("frame"));
    if (!app.film.playing) range.setAttribute("aria-valuetext", // a film would be read out without end
      `${view.frame.stage}: ${view.text}`);
    setText(event, eventText(view.frame.event));
    el.setAttribute("aria-label", app.t("time"));
    for (const { name, el: node } of buttons) label(node, app.t(name === "play" && app.film.playing ? "pause" : name));
    playButton.querySelector("path").setAttribute("d", app.film.playing ? PAUSE : PLAY);
  }
  function label(node, text) {
    node.setAttribute("aria-label", text);
    node.title = text;
  }
  return { el, show };
}
