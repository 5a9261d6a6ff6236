// The clinic: a box for failure reports and their answer below it. Python reads, tests and says.
import { THEMES } from "./constants.js";
import { h, patterns, setText, uniqueId } from "./dom.js";
import { makeClinicReport } from "./clinic_report.js";
import { clinicSay } from "./clinic_words.js";

const SILENT_MS = 8000; // how long Python may take before it is said to be silent

/** Draw the clinic of `model` (examples, asked, shown, error, explorer, lang, theme) into `el`; returns the clean-up. */
export function mountClinic(el, model, openExplorer) {
  const id = uniqueId(), root = h("div", { class: "bl" }), body = h("div", { class: "clinic" });
  const stage = h("div", { class: "clinic-stage" });
  const night = window.matchMedia("(prefers-color-scheme: dark)");
  let lang = "en", chosen = 0, waiting = 0, closeExplorer = null, busy = false, gone = false;
  root.append(patterns(id), body);
  el.append(root, stage);

  const say = (key, args) => clinicSay(key, lang, args);
  const pair = (two) => two[lang === "zh" ? 1 : 0];
  const send = (name, value) => {
    model.set(name, value);
    model.save();
  };

  // -- the box
  const box = h("textarea", { id: `${id}-text`, rows: 7, spellcheck: "false", autocomplete: "off", wrap: "off",
    "aria-describedby": `${id}-hint ${id}-local` });
  const kernel = h("input", { type: "text", id: `${id}-kernel`, placeholder: "2.6.21", autocomplete: "off",
    spellcheck: "false" });
  const example = h("select", { id: `${id}-example`, on: { change: takeExample } });
  const status = h("span", { class: "ct-status", role: "status" }), alert = h("div", { class: "alert", role: "alert" });
  const result = h("div", { class: "ct-result" }), head = h("div", { class: "ct-head" }), form = h("form", { class: "ct-form",
    on: { submit: (event) => {
      event.preventDefault();
      explain();
    }, keydown: (event) => {
      event.stopPropagation(); // a letter in the box is no shortcut of the notebook
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) explain();
    } } });
  box.addEventListener("paste", () => setTimeout(ask)); // after the text is in the box
  const drawReport = makeClinicReport(id, result, () => lang);
  body.append(head, form, alert, result);

  /** A word on what goes on; what the verdict shows already is only spoken. */
  function tell(text, spoken = false) {
    status.classList.toggle("vh", spoken);
    setText(status, text);
  }
  function wait(key, patience = SILENT_MS) {
    tell(say(key));
    clearTimeout(waiting);
    waiting = setTimeout(() => tell(say("silent")), patience);
  }

  function ask() {
    busy = true;
    wait("working");
    send("asked", { text: box.value, kernel: kernel.value.trim(), n: (model.get("asked").n ?? 0) + 1 });
  }
  function explain() {
    if (box.value.trim()) ask();
    else tell(say("nothing"));
  }
  function takeExample() {
    const one = model.get("examples")[Number(example.value)];
    if (!one) return;
    box.value = one.text;
    kernel.value = one.kernel;
    ask();
  }
  function clear() {
    box.value = kernel.value = "";
    example.value = "";
    ask();
    box.focus();
  }

  function headNodes() {
    const theme = model.get("theme"), next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    const pressed = (one, text) => h("button", { type: "button", "aria-pressed": String(lang === one), lang: one,
      on: { click: () => send("lang", one) } }, text);
    return [h("div", { class: "ct-title", role: "heading", "aria-level": 2 }, say("title")),
      h("div", { class: "tools" }, h("div", { class: "seg", role: "group", "aria-label": say("language") },
        pressed("en", "en"), pressed("zh", "中文")),
      h("button", { type: "button", class: "solo", "aria-label": say("theme", { t: say(theme) }),
        on: { click: () => send("theme", next) } }, `◐ ${say(theme)}`))];
  }

  function formNodes() {
    const kept = example.value, titles = model.get("examples").map(({ title }, i) => h("option", { value: i }, pair(title)));
    example.replaceChildren(h("option", { value: "" }, say("choose")), ...titles);
    example.value = kept;
    return [h("label", { for: box.id, class: "ct-label" }, say("report")),
      h("span", { class: "ct-hint", id: `${id}-hint` }, say("hint")), box,
      h("div", { class: "ct-row" },
        h("label", { for: kernel.id }, say("kernel")), kernel, h("label", { for: example.id }, say("example")), example,
        h("button", { type: "submit", class: "solo go" }, say("explain")),
        h("button", { type: "button", class: "solo", on: { click: clear } }, say("clear")), status),
      h("div", { class: "ct-local", id: `${id}-local` }, say("local"))];
  }

  // -- drawing
  function choose(i) {
    chosen = i;
    drawResult();
    result.querySelector(`[data-report="${i}"]`)?.focus();
  }
  function play() {
    wait("playing", 4 * SILENT_MS); // a large machine is built in seconds
    send("wanted", { report: chosen, n: (model.get("wanted").n ?? 0) + 1 });
  }
  function drawResult() {
    const shown = model.get("shown"), some = shown.reports?.length > 0;
    chosen = Math.min(chosen, Math.max(0, (shown.reports?.length ?? 1) - 1));
    if (some) drawReport(shown, chosen, choose, play);
    else result.replaceChildren();
    const error = model.get("error");
    alert.hidden = !error.length;
    setText(alert, error.length ? pair(error) : "");
  }
  /** Python has answered: the waiting ends, and who cannot see the verdict hears it. */
  function takeAnswer() {
    const { reports = [] } = model.get("shown");
    clearTimeout(waiting);
    drawResult();
    tell(busy && reports.length && !model.get("error").length ? pair(reports[chosen].sentence) : "", true);
    busy = false;
  }
  /** What stands in the box: a text that Python was given goes there too. */
  function takeAsked() {
    const { text = "", kernel: release = "" } = model.get("asked");
    if (box.value !== text) box.value = text;
    if (kernel.value !== release) kernel.value = release;
  }
  function takeShown() {
    chosen = 0;
    takeAnswer();
  }
  function takeTheme() {
    const theme = model.get("theme"), lab = document.body.dataset.jpThemeLight;
    root.dataset.theme = (theme === "auto" ? (lab ? lab === "false" : night.matches) : theme === "dark") ? "dark" : "light";
    head.replaceChildren(...headNodes());
  }
  function takeLang() {
    lang = model.get("lang");
    root.lang = lang === "zh" ? "zh-Hans" : "en";
    const within = head.contains(document.activeElement);
    head.replaceChildren(...headNodes());
    form.replaceChildren(...formNodes());
    if (within) head.querySelector("[aria-pressed=true]")?.focus();
    drawResult();
  }
  async function takeExplorer() {
    closeExplorer?.();
    closeExplorer = null;
    const name = model.get("explorer");
    if (!name || !openExplorer) return;
    clearTimeout(waiting);
    try {
      const close = await openExplorer(name, stage);
      if (gone || model.get("explorer") !== name || closeExplorer) return close(); // another one came meanwhile
      closeExplorer = close;
      tell("");
      stage.scrollIntoView({ block: "start", behavior: "smooth" });
    } catch (error) {
      tell(say("lost", { why: error.message ?? String(error) }));
    }
  }

  const watch = new MutationObserver(takeTheme);
  watch.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  night.addEventListener("change", takeTheme);
  const off = [model.on("asked", takeAsked), model.on("shown", takeShown), model.on("error", takeAnswer), model.on("lang", takeLang),
    model.on("theme", takeTheme), model.on("explorer", takeExplorer)];
  takeAsked();
  takeLang();
  takeTheme();
  if (model.get("explorer")) takeExplorer();
  return () => {
    gone = true;
    clearTimeout(waiting);
    watch.disconnect();
    night.removeEventListener("change", takeTheme);
    off.forEach((stop) => stop?.());
    closeExplorer?.();
    root.remove();
    stage.remove();
  };
}
