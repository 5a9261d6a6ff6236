// One question: a form by its kind, what was said about the answer, and what happens, hidden until an answer is given.
import { h, setText } from "./dom.js";

const SAID = {
  question: ["Question", "问题"], answer: ["Answer", "回答"], another: ["Another one", "换一题"],
  sure: ["How sure are you?", "你有多大把握？"], levels: [["guess", "猜的"], ["fairly", "较有把握"], ["certain", "确定"]],
  right: ["Right.", "正确。"], wrong: ["Not so.", "不对。"], unreadable: ["Not counted.", "未计入。"],
  empty: ["Choose or write an answer first.", "请先选择或写下答案。"],
  locked: ["What happens is shown once you have answered.", "作答之后才显示结果。"],
  happens: ["What happens", "结果"], order: ["order", "阶"], stage: ["a stage", "一个阶段"],
  pfns: ["pfns from head to tail", "从表头到表尾的页帧号"], tries: ["attempts", "作答次数"],
};

/** A text of [en, zh] in the language shown. */
export const told = (pair, lang) => (pair ?? ["", ""])[lang === "zh" ? 1 : 0];

/** A sentence in which what stands between backquotes is code. */
const withCode = (text) => text.split("`").map((part, at) => (at % 2 ? h("code", {}, part) : part));
const plain = (text) => text.replaceAll("`", "");

/** What the form says, as Python reads it; null while nothing is filled in. */
export function readForm(kind, data) {
  if (kind === "lists") return Object.fromEntries([...data].filter(([name]) => name !== "sure"));
  if (kind === "mask") return [...data].filter(([name]) => name === "bit").reduce((mask, [, bit]) => mask + Number(bit), 0);
  const [, value] = [...data].find(([name]) => name === "value") ?? [];
  return value === undefined || String(value).trim() === "" ? null : value;
}

// Labels are texts, not ids: every widget on a page has its own copy of this module, and would give the same ids.
function fields(asked, lang) {
  const name = plain(told(asked.text, lang)), say = (key) => told(SAID[key], lang);
  if (asked.kind === "choice") return asked.choices.map(([key, text]) => h("label", { class: "opt" },
    h("input", { type: "radio", name: "value", value: key }), h("span", {}, withCode(told(text, lang)))));
  if (asked.kind === "mask") return asked.bits.map(([name, bit]) => h("label", { class: "opt code" },
    h("input", { type: "checkbox", name: "bit", value: bit }), h("span", {}, `__GFP_${name}`)));
  if (asked.kind === "stage") return h("select", { name: "value", "aria-label": name },
    h("option", { value: "" }, say("stage")), asked.stages.map((stage) => h("option", { value: stage }, stage)));
  if (asked.kind === "lists") return asked.orders.map((order) => h("label", { class: "line" },
    h("span", {}, `${say("order")} ${order}`),
    h("input", { type: "text", name: order, placeholder: say("pfns"), autocomplete: "off", spellcheck: "false" })));
  return [h("input", { type: "text", inputmode: "numeric", name: "value", "aria-label": `${name} ${told(asked.unit, lang)}`,
    autocomplete: "off" }), h("span", { class: "unit" }, told(asked.unit, lang))];
}

function outcome(verdict, lang) {
  const state = verdict.state;
  if (!state) return [];
  const mark = { right: "✓", wrong: "✗", unreadable: "?" }[state];
  return [h("p", { class: `told ${state}` }, h("b", {}, `${mark} ${told(SAID[state], lang)}`), " ",
    withCode(told(verdict.say, lang))),
    told(verdict.step, lang) && h("div", { class: "step" }, h("h4", {}, told(SAID.happens, lang)),
      h("pre", {}, told(verdict.step, lang)))].filter(Boolean);
}

/** Draw the question of `model` (traits asked, verdict, given, again, tries, lang, theme) into `el`; gives the clean-up. */
export function mountQuestion(el, model) {
  const root = h("div", { class: "bl" }), form = h("form", { class: "quiz" });
  const result = h("div", { class: "result", role: "status" });
  el.append(root);
  root.append(form);

  function send(event) {
    event.preventDefault();
    const data = new FormData(form), value = readForm(model.get("asked").kind, data);
    if (value === null) return showNote(told(SAID.empty, model.get("lang")));
    model.set("given", { value, confidence: Number(data.get("sure") ?? 0), nth: (model.get("given").nth ?? 0) + 1 });
    model.save();
  }
  function showNote(text) {
    result.replaceChildren(h("p", { class: "told unreadable" }, text));
  }
  function again() {
    model.set("again", model.get("again") + 1);
    model.save();
  }
  function showResult() {
    const lang = model.get("lang"), verdict = model.get("verdict"), asked = model.get("asked");
    const shown = outcome(verdict, lang);
    result.replaceChildren(...(shown.length || !asked.step ? shown
      : [h("p", { class: "told locked" }, told(SAID.locked, lang))]));
    const tries = form.querySelector(".tries");
    if (tries) setText(tries, model.get("tries") ? `${told(SAID.tries, lang)}: ${model.get("tries")}` : "");
  }
  function draw() {
    const lang = model.get("lang"), asked = model.get("asked"), say = (key) => told(SAID[key], lang);
    root.dataset.theme = model.get("theme") === "auto"
      ? (document.body.dataset.jpThemeLight === "false" ? "dark" : "light") : model.get("theme");
    root.lang = lang;
    form.setAttribute("aria-label", plain(told(asked.text, lang)));
    form.replaceChildren(
      h("div", { class: "head" }, h("span", { class: "id" }, `${say("question")} ${asked.id}`),
        h("span", { class: "seg", role: "group", "aria-label": "language" }, ["en", "zh"].map((one) => h("button",
          { type: "button", "aria-pressed": String(one === lang),
            on: { click: () => { model.set("lang", one); model.save(); } } }, one === "en" ? "EN" : "中文")))),
      h("p", { class: "q" }, withCode(told(asked.text, lang))),
      h("div", { class: `fields ${asked.kind}`, role: asked.kind === "choice" ? "radiogroup" : "group",
        "aria-label": plain(told(asked.text, lang)) }, fields(asked, lang)),
      h("div", { class: "foot" }, h("button", { type: "submit", class: "solo go" }, say("answer")),
        asked.redraws && h("button", { type: "button", class: "solo", on: { click: again } }, say("another")),
        h("fieldset", { class: "sure" }, h("legend", {}, say("sure")), SAID.levels.map((level, at) => h("label", {},
          h("input", { type: "radio", name: "sure", value: at + 1 }), told(level, lang)))),
        h("span", { class: "tries" })),
      result);
    showResult();
  }
  form.addEventListener("submit", send);
  form.addEventListener("keydown", (event) => event.stopPropagation());  // a digit is an answer, not Lab's shortcut
  const off = [model.on("asked", draw), model.on("lang", draw), model.on("theme", draw), model.on("verdict", showResult),
    model.on("tries", showResult)];
  draw();
  return () => { off.forEach((stop) => stop?.()); root.remove(); };
}
