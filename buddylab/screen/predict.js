// Predict: the run stops before a decision and asks; what was answered stands against what happened at the end.
import { event0, expandRows } from "./frames.js";
import { h, keyed, setText } from "./dom.js";

export const CONFIDENCE = ["guess", "fairly", "certain"];
export const ASKING = ["fault_injection", "thisnode", "rebalance", "retry_after_reclaim", "should_retry", "nopage"];

/** The stage that the run goes to from this frame's visit, null if it returns there, undefined if it is cut short. */
export function wayOn(frames, at) {
  const { stage, round } = frames[at];
  const next = frames.slice(at + 1).find((one) => !one.depth && (one.stage !== stage || one.round !== round));
  return next ? next.stage : event0(frames.at(-1)) === "end" && frames.at(-1).event[1] === "livelock" ? undefined : null;
}

/** Every question of a run: {at: row before which the run stops, frame: the one that answers it, kind: "test" or
 *  "way", stage, choices, truth}. A test asks whether the zone holds; a stage that decides asks where it goes. The recorded run has the answers. */
export function questionsOf(frames, chart, rows = expandRows(frames)) {
  const asked = [], first = (frame) => rows.findIndex((entry) => entry.frame === frame);
  frames.forEach((frame, at) => {
    if (frame.depth || event0(frame) === "end") return;
    if (frame.test && !frame.test.own) asked.push({ at: first(at), frame: at, kind: "test", stage: frame.stage,
      zone: frame.test.zone, mark: frame.test.mark_name, choices: ["holds", "refuses"],
      truth: frame.test.ok ? "holds" : "refuses" });
    const decides = event0(frame) === "stage" || frame.event === undefined || event0(frame) === "should_fail";
    if (!decides || !ASKING.includes(frame.stage)) return;
    const choices = chart.filter(([from]) => from === frame.stage).map(([, to]) => to), truth = wayOn(frames, at);
    if (choices.length > 1 && choices.includes(truth)) asked.push({ at: first(at), frame: at, kind: "way",
      stage: frame.stage, choices, truth });
  });
  return asked.filter((question) => question.at > 0);
}

/** How well the answers fit: {right, of, by: [[confidence, right, of], ...]}. */
export function score(answers) {
  const right = (list) => list.filter((one) => one.right).length;
  return { right: right(answers), of: answers.length, by: CONFIDENCE.map((level) => {
    const those = answers.filter((one) => one.confidence === level);
    return [level, right(those), those.length];
  }) };
}

export function makePredict(app) {
  const el = h("section", { class: "predict", tabindex: -1, hidden: true });
  const status = h("p", { class: "told", role: "status" });
  let questions = [], picked = null, sure = "fairly", told = "", run = 0;

  const answers = () => app.predict.answers;
  const next = () => questions[answers().length];
  /** The last row that may be seen: behind it stands what the reader is asked about. */
  const limit = () => (app.predict.on && app.run && next() ? next().at - 1 : Infinity);

  function restart() {
    questions = questionsOf(app.document.frames, app.text.chart, app.run.rows);
    run = app.run.id;
    picked = null;
    told = "";
  }

  const name = (question, choice) => (question.kind === "test" ? app.t(choice === "holds" ? "holds" : "refuses")
    : choice === null ? app.t("returnsNull") : choice);
  function asked(question) {
    if (question.kind === "way") return app.t("whereNext", { stage: question.stage });
    const { label } = app.document.machine.zones[question.zone];
    return question.mark ? app.t("willHold", { zone: label, mark: question.mark }) : app.t("willGive", { zone: label });
  }

  function answer() {
    const question = next(), right = picked === question.truth;
    if (picked === null && !question.choices.includes(null)) return;
    const { at, frame, kind, stage, truth } = question;
    told = app.t(right ? "predictedRight" : "predictedWrong", { truth: name(question, truth) });
    app.predict.keep({ place: at, frame, kind, stage, question: asked(question), answer: picked, truth, right,
      confidence: sure });
    picked = null;
    app.moves.go(Math.min(at, limit()), { settle: true, forward: true });
    if (next() && app.cursor >= limit()) el.querySelector("input")?.focus();
  }

  const radios = (group, choices, chosen, label, set) => h("div", { class: "seg", role: "radiogroup",
    "aria-label": label }, choices.map(([value, text]) => h("label", {}, h("input", { type: "radio",
    name: `${app.id}-${group}`, checked: value === chosen, on: { change: () => set(value) } }), text)));

  function questionNodes(question) {
    const button = h("button", { type: "button", class: "solo go", disabled: true, on: { click: answer } },
      app.t("answer"));
    const choose = (value) => { picked = value; button.disabled = false; };
    return [h("b", { class: "q" }, `${app.t("questionOf", { n: answers().length + 1 })} ${asked(question)}`),
      radios("way", question.choices.map((one) => [one, name(question, one)]), undefined, asked(question), choose),
      h("span", { class: "sure" }, app.t("howSure"), " ", radios("sure", CONFIDENCE.map((one) => [one, app.t(one)]),
        sure, app.t("howSure"), (value) => { sure = value; })), button];
  }

  /** What the run itself says where it answered a question. */
  function because(one) {
    const { say, args } = app.document.frames[one.frame];
    return app.say(say, args);
  }

  function summaryNodes() {
    const { right, of, by } = score(answers());
    const line = (one) => h("tr", {}, h("th", { scope: "row" }, one.question,
      one.right ? null : h("small", {}, because(one))),
      h("td", {}, name(one, one.answer)), h("td", {}, name(one, one.truth)),
      h("td", { class: one.right ? "ok" : "no" }, `${one.right ? "✓" : "✗"} ${app.t(one.right ? "rightWord" : "wrongWord")}`),
      h("td", {}, app.t(one.confidence)));
    return [h("b", { class: "q" }, app.t("predictScore", { right, of })),
      h("span", { class: "sure" }, by.filter(([, , n]) => n).map(([level, ok, n]) => h("span", {},
        app.t("calibration", { level: app.t(level), ok, n })))),
      h("button", { type: "button", class: "solo", on: { click: () => app.predict.restart() } }, app.t("predictAgain")),
      h("div", { class: "sum", tabindex: 0, role: "region", "aria-label": app.t("predictScore", { right, of }) },
        h("table", {}, h("thead", {}, h("tr", {},
          ["question", "yourAnswer", "truth", "result", "howSure"].map((key) => h("th", { scope: "col" }, app.t(key))))),
        h("tbody", {}, answers().map(line))))];
  }

  function waitingNodes() {
    return [h("span", {}, app.t("predictGoOn", { n: answers().length + 1 }))];
  }

  function show(view) {
    el.hidden = !app.predict.on;
    if (!app.predict.on) return;
    if (run !== app.run.id) restart();
    el.setAttribute("aria-label", app.t("predict"));
    const question = next(), here = question && view.cursor >= limit();
    const state = here ? "ask" : question ? "wait" : "done";
    keyed(el, JSON.stringify([app.lang, run, state, answers().length]), () => [status,
      ...(here ? questionNodes(question) : question ? waitingNodes() : summaryNodes())]);
    setText(status, told);
    status.hidden = !told;
  }
  return { el, show, limit, restart };
}
