// The clinic: a box for failure reports, and what Python found in them, as pictures. Python reads, tests and says.
import { THEMES } from "./constants.js";
import { fmt } from "./frames.js";
import { bigMark, h, patterns, s, setText } from "./dom.js";
import { uniqueId } from "./app.js";

const CLINIC_SAID = {
  title: ["Why did this allocation fail?", "这次分配为什么失败？"], report: ["Failure report", "失败报告"],
  hint: ["Paste what dmesg printed, from “page allocation failure” or “oom-killer” on; more around it does no harm.",
    "粘贴 dmesg 的输出，从“page allocation failure”或“oom-killer”起；周围有其他内容也无妨。"],
  kernel: ["Kernel, if the report does not say", "内核版本（报告没有写明时）"], example: ["Example", "示例"],
  choose: ["from the field …", "实际案例…"], explain: ["Explain", "解释"], clear: ["Clear", "清空"],
  local: ["Nothing leaves this machine: the text goes to your own Python and no further.",
    "内容不会离开本机：文本只交给你自己的 Python。"],
  language: ["Language", "语言"], theme: ["Theme: {t}", "主题：{t}"], auto: ["auto", "自动"], light: ["light", "浅色"],
  dark: ["dark", "深色"], several: ["Reports in this text", "文本中的报告"],
  more: ["and {n} more, not shown", "另有 {n} 个未显示"], asks: ["{who} asks for {size} with {mask}", "{who} 以 {mask} 请求 {size}"],
  size: ["{kb} kB (order {o})", "{kb} kB（{o} 阶）"], noSize: ["memory of an order not named", "未写明阶的内存"],
  someone: ["someone", "某进程"], others: ["The mask may also read: {list}", "掩码也可读作：{list}"],
  rule: ["Tested as Linux {first} to {last} does: {words}.", "按 Linux {first} 至 {last} 的方式检查：{words}。"],
  ruleOn: ["Tested as Linux {first} and later does: {words}.", "按 Linux {first} 及以后的方式检查：{words}。"],
  noRule: ["Figures only: no test was made.", "仅列数字：未作检查。"], printed: ["Kernel {k}", "内核 {k}"],
  unnamed: ["Kernel not named", "未写明内核"], stop: [". ", "。"], passes: ["passes", "通过"], refuses: ["refuses, {n} short", "拒绝，差 {n}"],
  missing: ["figures are missing", "缺少数字"], untested: ["not for this request", "不供此请求使用"],
  free: ["free", "空闲"], reserve: ["reserve", "保留"], yes: ["yes", "是"], no: ["no", "否"], pages: ["pages", "页"],
  level: ["mark", "水位"], against: ["against mark", "对比水位"], counted: ["counted", "计入"],
  lines: ["line {list}", "第 {list} 行"], blocks: ["Free blocks per order", "各阶空闲块"],
  cures: ["What would have let it pass", "怎样才能通过"], spare: ["+{n} to spare", "余 {n}"],
  reasons: ["What could explain it", "可能的解释"], notes: ["Notes", "注"], unread: ["Could not be read", "无法读取"],
  text: ["The text, and the lines that the figures came from", "文本，以及数字所在的行"],
  skipped: ["{n} other lines are not shown", "其余 {n} 行未显示"], gap: ["⋯", "⋯"],
  play: ["Step through it", "逐步播放"], playing: ["Building the machine of the report …", "正在按报告搭建机器…"],
  lost: ["The explorer could not be shown: {why}. Press the button again, or run clinic.step_through() in a cell.",
    "无法显示浏览器组件：{why}。请再按一次，或在单元格中运行 clinic.step_through()。"],
  silent: ["Python does not answer: run the cell again.", "Python 没有回应：请重新运行该单元格。"],
  working: ["Reading …", "正在读取…"], zonesMore: ["{n} more zones are not drawn", "另有 {n} 个区未画出"],
};
const SILENT_MS = 8000; // how long Python may take before it is said to be silent

/** What a key says in a language, its {places} filled. */
export function clinicSay(key, lang, args = {}) {
  return CLINIC_SAID[key][lang === "zh" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => fmt(args[name]));
}

/** Lines of the paste with a null wherever some are left out: [[1, "a"], [9, "b"]] -> [[1, "a"], null, [9, "b"]]. */
export function withGaps(lines) {
  return lines.flatMap((line, i) => (i && line[0] !== lines[i - 1][0] + 1 ? [null, line] : [line]));
}

/** Where free pages, marks and reserve stand on a bar of 100: up to the highest of them and a little more. */
export function clinicScale({ free, marks, reserve }) {
  const level = marks[0] + reserve, top = Math.max(free, level, ...marks, 1) * 1.06;
  const near = Math.min(top, Math.max(...marks, level, 1) * 2.4), torn = top > near;
  const at = (pages) => (torn && pages > near ? 96 : (pages / near) * (torn ? 90 : 100));
  return { torn: torn && free > near, free: at(free), marks: marks.map(at), reserve: at(reserve) };
}

/** Draw the clinic of `model` (examples, asked, shown, error, explorer, lang, theme) into `el`; returns the clean-up. */
export function mountClinic(el, model, openExplorer) {
  const id = uniqueId(), root = h("div", { class: "bl" }), body = h("div", { class: "clinic" });
  const stage = h("div", { class: "clinic-stage" });
  const night = window.matchMedia("(prefers-color-scheme: dark)");
  let lang = "en", chosen = 0, marked = [], waiting = 0, closeExplorer = null, busy = false, gone = false;
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
      ask();
    }, keydown: (event) => {
      event.stopPropagation(); // a letter in the box is no shortcut of the notebook
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask();
    } } });
  box.addEventListener("paste", () => setTimeout(ask)); // after the text is in the box
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

  // -- figures, and the lines that they came from
  function mark(lines, on) {
    for (const line of marked) line.removeAttribute("data-on");
    marked = on ? lines.map((n) => result.querySelector(`[data-line="${n}"]`)).filter(Boolean) : [];
    for (const line of marked) line.setAttribute("data-on", "");
    const pane = marked[0]?.closest(".ct-text");
    if (!pane) return;
    const top = marked[0].offsetTop - pane.offsetTop, bottom = marked.at(-1).offsetTop - pane.offsetTop + marked[0].offsetHeight;
    if (top < pane.scrollTop || bottom > pane.scrollTop + pane.clientHeight) pane.scrollTop = top - pane.clientHeight / 3;
  }
  const pointing = (lines) => ({ mouseenter: () => mark(lines, true), mouseleave: () => mark([], false),
    focus: () => mark(lines, true), blur: () => mark([], false) });
  const lineWords = (lines) => (lines.length ? say("lines", { list: lines.join(", ") }) : "");
  function figure(text, lines, spoken) {
    if (!lines.length) return h("b", {}, text);
    return h("button", { type: "button", class: "fig", title: lineWords(lines), on: pointing(lines),
      "aria-label": `${spoken ?? text}, ${lineWords(lines)}` }, text);
  }

  // -- one zone
  function gaugeOf(row) {
    const at = 60, ratio = row.m > 0 ? row.f / row.m : row.ok ? 9 : 0, colour = row.ok ? "var(--ok)" : "var(--no)";
    const bar = ratio * at > 100 ? [s("path", { d: "M0 4H93L89 12H0Z", fill: colour }),
      s("path", { d: "M97 4H104V12H93Z", fill: colour })]
      : [s("rect", { x: 0.7, y: 4, width: Math.max(0.1, ratio * at), height: 8, fill: row.ok ? colour : `url(#${id}-hatch)`,
        stroke: colour, "stroke-width": 1.4 })];
    return s("svg", { class: "gauge", viewBox: "0 0 104 16", preserveAspectRatio: "none", "aria-hidden": "true" }, bar,
      s("line", { x1: at, x2: at, y1: -7, y2: 23, stroke: "var(--ink)", "stroke-width": 2 }));
  }

  function rowOf(row, decides) {
    const sign = row.ok ? ">" : "≤", answer = say(row.ok ? "yes" : "no");
    return h("div", { class: `r${decides ? " cur" : ""}`, on: pointing(row.lines) },
      h("span", { class: "lab" }, pair(row.what)), h("span", { class: "hwf" }, pair(row.left)),
      h("span", { class: "f" }, figure(fmt(row.f), row.lines, `${pair(row.what)}: ${fmt(row.f)} ${sign} ${fmt(row.m)}, ${answer}`)),
      h("span", { class: "gt" }, sign), h("span", { class: "m" }, fmt(row.m)), gaugeOf(row),
      h("span", { class: "hmk", title: pair(row.right) }, pair(row.right)),
      h("span", { class: `v ${row.ok ? "ok" : "no"}` }, `${row.ok ? "✓" : "✗"} ${answer}`));
  }

  /** Free pages as water, the three marks as lines, the reserve as a hatched floor. */
  function tank(zone, reserve) {
    const marks = ["min", "low", "high"].map((name) => zone[name].v);
    if (zone.free.v === null || marks.includes(null)) return null;
    const scale = clinicScale({ free: zone.free.v, marks, reserve });
    const x = (n) => `${Math.min(n, 100)}%`;
    return s("svg", { class: "ct-tank", role: "img", "aria-label": `${zone.label}: ${say("free")} ${fmt(zone.free.v)}, min ${fmt(marks[0])}, low ${fmt(marks[1])}, high ${fmt(marks[2])}, ${say("reserve")} ${fmt(reserve)}` },
      s("rect", { y: 4, width: "100%", height: 14, fill: "var(--line2)" }),
      s("rect", { y: 4, width: x(scale.free), height: 14, fill: "var(--free)" }),
      scale.torn && s("svg", { x: "93%", width: 12, height: 22 }, s("path", { d: "M5 0L0 22H5L10 0Z", fill: "var(--bg)" })),
      reserve > 0 && s("rect", { y: 12, width: x(scale.reserve), height: 6, fill: `url(#${id}-cross)`, stroke: "var(--resv)" }),
      scale.marks.map((at, i) => s("line", { x1: x(at), x2: x(at), y1: 0, y2: 22, stroke: "var(--ink)",
        "stroke-width": i ? 1.2 : 2.6 })));
  }

  function blocksOf(zone) {
    if (!zone.blocks.v) return null;
    const lines = zone.blocks.line ? [zone.blocks.line] : [];
    const cells = zone.blocks.v.map((n, o) => h("div", { class: n ? "blk" : "blk none" }, h("small", {}, fmt(o)),
      h("b", {}, fmt(n)), zone.blocks.types?.[o] && h("small", { class: "ty" }, zone.blocks.types[o])));
    return h("div", { class: "blks", role: "group", "aria-label": `${say("blocks")}, ${zone.label}`, on: pointing(lines) }, cells);
  }

  function zoneHead(zone, test) {
    const named = (word, text, { v, line }) => v !== null && v !== undefined && [
      h("i", {}, text), figure(fmt(v), line ? [line] : [], `${zone.label} ${text} ${fmt(v)}`)];
    const reserve = test?.reserve ?? null;
    const outcome = !test ? h("span", { class: "ct-out" }, say("untested"))
      : test.ok === null ? h("span", { class: "ct-out" }, `? ${say("missing")}`)
        : h("span", { class: `ct-out ${test.ok ? "ok" : "no"}` }, `${test.ok ? "✓" : "✗"} ${test.ok ? say("passes") : say("refuses", { n: test.short })}`);
    return h("div", { class: "ct-zhead" }, h("b", { class: "ct-zone" }, zone.label),
      h("span", { class: "ct-figs" }, named("free", say("free"), zone.free), named("min", "min", zone.min),
        named("low", "low", zone.low), named("high", "high", zone.high),
        reserve !== null && named("reserve", say("reserve"), { v: reserve, line: zone.reserve.line })), outcome);
  }

  function zoneOf(zone, report) {
    const test = report.tests.find((one) => one.zone === zone.label);
    const rows = test?.rows ?? [], chain = rows.length > 0 && test.steps.length > 0 && h("div", { class: "chain" },
      h("span", {}, test.mark), h("b", {}, fmt(zone[test.mark].v)),
      test.steps.map(([what, after]) => [h("i", {}, typeof what === "string" ? what : pair(what)), h("b", {}, fmt(after))]));
    return h("section", { class: "ct-z", "aria-label": zone.label }, zoneHead(zone, test), tank(zone, test?.reserve ?? 0), chain,
      rows.length > 0 && h("div", { class: "rows" },
        h("div", { class: "r h" }, h("span", {}, say("counted")), h("span", { class: "hwf" }), h("span", { class: "end" }, say("pages")),
          h("span"), h("span", {}, say("level")), h("span", { class: "mid" }, say("against")), h("span", { class: "hmk" }), h("span")),
        rows.map((row, i) => rowOf(row, i === rows.length - 1 && test.zone === report.zone))), blocksOf(zone));
  }

  // -- one report
  function verdictOf(report) {
    const state = report.passes === null ? "none" : report.passes ? "ok" : "no";
    const hero = report.tests.find((test) => test.zone === report.zone)?.rows.at(-1);
    return h("div", { class: `ct-verdict ${state}` },
      state === "none" ? h("span", { class: "ct-q", "aria-hidden": "true" }, "?") : bigMark(report.passes),
      hero && h("span", { class: "ct-hero", "aria-hidden": "true" }, h("b", {}, fmt(hero.f)), h("i", {}, hero.ok ? ">" : "≤"),
        h("b", {}, fmt(hero.m))),
      h("p", { id: `${id}-verdict`, tabindex: -1 }, pair(report.sentence)));
  }

  function requestOf(report) {
    const { asked, rule } = report, lines = report.request_line ? [report.request_line] : [];
    const size = asked?.kb ? say("size", { kb: asked.kb, o: asked.order }) : say("noSize");
    const mask = asked ? [asked.names, asked.mode && `(${asked.mode})`].filter(Boolean).join(" ") : "";
    const words = rule && { words: pair(rule.words), first: rule.first, last: rule.last };
    return h("div", { class: "ct-req" },
      asked && h("p", {}, figure(say("asks", { who: asked.process ?? say("someone"), size, mask }), lines)),
      asked?.others.length > 0 && h("p", { class: "ct-small" }, say("others", { list: asked.others.join("; ") })),
      h("p", { class: "ct-small" }, report.kernel ? say("printed", { k: report.kernel }) : say("unnamed"), say("stop"),
        h("span", { title: rule?.source }, rule ? say(rule.last ? "rule" : "ruleOn", words) : say("noRule"))));
  }

  const list = (key, items, name) => items.length > 0 && h("section", { class: name, "aria-label": say(key) },
    h("h3", {}, say(key)), h("ul", {}, items));

  function cureOf({ zone, text, margin, warning }) {
    return h("li", {}, h("span", { class: "ct-where" }, zone), h("span", { class: "ct-cure" }, pair(text),
      warning && h("small", {}, `⚠ ${pair(warning)}`)), h("b", { class: "ct-spare" }, say("spare", { n: margin })));
  }

  function textPane(shown, report) {
    const used = new Set(report.lines);
    const line = (one) => (one === null ? h("li", { class: "ct-gap", "aria-hidden": "true" }, say("gap"))
      : h("li", { "data-line": one[0], class: used.has(one[0]) ? "used" : null }, h("span", { class: "ct-n" }, one[0]),
        h("code", {}, one[1])));
    return h("section", { class: "ct-paper", "aria-label": say("text") }, h("h3", {}, say("text")),
      h("ol", { class: "ct-text", tabindex: 0, "aria-label": say("text") }, withGaps(shown.lines).map(line)),
      shown.skipped > 0 && h("p", { class: "ct-small" }, say("skipped", { n: shown.skipped })));
  }

  function chooser(shown) {
    if (shown.reports.length < 2) return null;
    const choose = (i) => () => {
      chosen = i;
      drawResult();
      result.querySelector(`[data-report="${i}"]`)?.focus();
    };
    return h("div", { class: "ct-several", role: "group", "aria-label": say("several") }, shown.reports.map((one, i) =>
      h("button", { type: "button", class: "solo", "aria-pressed": String(i === chosen), "data-report": i,
        on: { click: choose(i) } }, `${one.passes === null ? "?" : one.passes ? "✓" : "✗"} ${pair(one.title)}`)),
    shown.more > 0 && h("span", { class: "ct-small" }, say("more", { n: shown.more })));
  }

  function reportNodes(shown) {
    const report = shown.reports[chosen];
    const playing = h("button", { type: "button", class: "solo go", disabled: Boolean(report.cannot_play),
      "aria-describedby": `${id}-play`, on: { click: () => {
        wait("playing", 4 * SILENT_MS); // a large machine is built in seconds
        send("wanted", { report: chosen, n: (model.get("wanted").n ?? 0) + 1 });
      } } }, `▶ ${say("play")}`);
    return [chooser(shown), verdictOf(report),
      h("div", { class: "ct-cols" }, h("div", { class: "ct-main" }, requestOf(report),
        report.zones.filter((zone) => !zone.empty).map((zone) => zoneOf(zone, report)),
        report.more_zones > 0 && h("p", { class: "ct-small" }, say("zonesMore", { n: report.more_zones })),
        list("cures", report.cures.map(cureOf), "ct-cures"), list("reasons", report.reasons.map((one) => h("li", {}, pair(one))), "ct-list"),
        h("div", { class: "ct-play" }, playing, h("span", { id: `${id}-play`, class: "ct-small" },
          pair(report.cannot_play ?? report.play_note)))),
      h("div", { class: "ct-side" }, textPane(shown, report),
        list("unread", report.unread.map(({ line, why }) => h("li", {}, figure(say("lines", { list: line }), [line]), ` ${pair(why)}`)), "ct-list"),
        report.more_unread > 0 && h("p", { class: "ct-small" }, say("more", { n: report.more_unread })),
        list("notes", report.notes.map((one) => h("li", {}, pair(one))), "ct-list")))];
  }

  /** The text pane begins at the line that the deciding figure came from. */
  function showDeciding(report) {
    const rows = report.tests.find((test) => test.zone === report.zone)?.rows ?? [];
    const pane = result.querySelector(".ct-text"), line = pane.querySelector(`[data-line="${rows.at(-1)?.lines[0]}"]`);
    if (line) pane.scrollTop = Math.max(0, line.offsetTop - pane.offsetTop - pane.clientHeight / 2);
  }

  // -- drawing
  function drawResult() {
    const shown = model.get("shown"), some = shown.reports?.length > 0;
    chosen = Math.min(chosen, Math.max(0, (shown.reports?.length ?? 1) - 1));
    marked = [];
    result.replaceChildren(...(some ? reportNodes(shown).flat().filter(Boolean) : []));
    const error = model.get("error");
    alert.hidden = !error.length;
    setText(alert, error.length ? pair(error) : "");
    if (some) showDeciding(shown.reports[chosen]);
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
