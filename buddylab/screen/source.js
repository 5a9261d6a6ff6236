// The annotated source, and the note beside it.
import { h, keyed, s, setText } from "./dom.js";

/** @type {import("./types").Switches["sourceView"][]} */
export const SOURCE_VIEWS = ["original", "translated", "corrected"];

/** Line -> what stands there of an annotation: {kind, text, lang, label}. `original` leaves the file's line; otherwise the
 *  annotation's first line has the whole text and the others are left out (text null). Chinese needs no translation. */
export function annotationLines(entries, view, lang) {
  const lines = new Map(), kind = view === "translated" && lang === "zh" ? "original" : view;
  for (const entry of Object.values(entries)) {
    const [a, b] = entry.lines, note = entry[`note_${lang}`];
    const right = kind === "corrected" && (entry.verdict === "right" || !note);
    const text = kind === "translated" ? entry.en : right ? (lang === "en" ? entry.en : entry.zh) : note;
    for (let n = a; n <= b; n += 1) lines.set(n, kind === "original" ? { kind, lang: "zh" }
      : { kind, lang, text: n === a ? `/* ${text} */` : null,
        label: kind === "translated" ? "byTranslation" : right ? "byRight" : "byCorrection" });
  }
  return lines;
}

export function makeSource(app, ladder) {
  const inner = h("div", { class: "in" }), box = h("div", { class: "srcbox", tabindex: 0 }, inner), beam = s("path");
  const tabs = h("div", { class: "seg views", role: "group" }), el = h("section", { class: "src" }, tabs, box);
  const wedge = s("svg", { class: "beam", width: 1, height: 1, "aria-hidden": "true" }, beam);
  let lit = [], current = null;

  /** A line with the mangled words as they stand and what they were beside them, or put right. */
  function lineText(line) {
    const words = Object.keys(app.text.mangled ?? {}).sort((a, b) => b.length - a.length);
    if (!words.length) return [line || " "];
    return (line || " ").split(new RegExp(`(${words.join("|")})`)).map((part) => {
      const was = app.text.mangled[part];
      if (!was) return part;
      return app.switches.sourceView === "original" ? [h("u", {}, part), h("small", { class: "was" },
        ` ${app.t("mangledWas", { was })}`)] : was;
    });
  }

  function build() {
    const told = annotationLines(app.text.entries, app.switches.sourceView, app.lang);
    let comment = false;
    return app.text.source.map((line, i) => {
      comment ||= line.includes("/*");
      const note = told.get(i + 1), kind = note ? ` z ${note.kind}` : comment ? " c" : "";
      if (line.includes("*/")) comment = false;
      const text = note && note.kind !== "original" ? [note.label && h("small", { class: "by" },
        app.t(note.label), " "), note.text] : lineText(line);
      return h("div", { class: `ln${kind}`, hidden: note?.text === null }, h("b", {}, String(i + 1)),
        h("span", { lang: note ? note.lang : null }, text));
    });
  }

  function light(frame) {
    const [a, b] = frame.lines ?? [0, -1], ranges = app.text.stages[frame.stage]?.ranges ?? [], next = [];
    const mark = (from, to, name) => { for (let n = from; n <= to; n += 1) next.push([inner.children[n - 1], name]); };
    ranges.forEach(([from, to]) => mark(from, to, "stg"));
    mark(a, b, "lit");
    for (const [line, name] of lit) line?.classList.remove(name);
    for (const [line, name] of next) line?.classList.add(name);
    lit = next;
  }

  function scroll() {
    const [a, b] = current.frame.lines ?? app.text.stages[current.frame.stage]?.ranges[0] ?? [1, 1];
    const first = inner.children[a - 1], last = inner.children[b - 1];
    if (!first || !last) return;
    const top = first.offsetTop, length = last.offsetTop + last.offsetHeight - top, height = box.clientHeight;
    const level = app.size.wide ? ladder.stageY(current.frame.stage) : height / 2;
    const want = Math.max(Math.min(level, height - length / 2 - 30), length / 2 + 30);
    box.scrollTo({ top: Math.max(0, top + length / 2 - want),
      behavior: app.forward && !app.draw.still() ? "smooth" : "instant" });
    drawBeam();
  }

  function drawBeam() {
    wedge.style.display = app.size.wide ? "" : "none";
    if (!app.size.wide || !current?.frame.lines) return void beam.setAttribute("d", "");
    const [a, b] = current.frame.lines, from = ladder.place(current.frame.stage);
    const origin = wedge.parentNode.getBoundingClientRect(), frame = box.getBoundingClientRect();
    const clamp = (y) => Math.max(frame.top, Math.min(frame.bottom, y)) - origin.top;
    const top = clamp(inner.children[a - 1].getBoundingClientRect().top),
      bottom = clamp(inner.children[b - 1].getBoundingClientRect().bottom);
    const x0 = from.x - origin.left, x1 = frame.left - origin.left + 1, y = from.y - origin.top,
      half = 10.5 * app.size.ladderScale;
    beam.setAttribute("d", `M${x0} ${y - half}C${x0 + 8} ${y - half} ${x1 - 8} ${top} ${x1} ${top}V${bottom}`
      + `C${x1 - 8} ${bottom} ${x0 + 8} ${y + half} ${x0} ${y + half}Z`);
  }

  const tabNodes = () => SOURCE_VIEWS.map((view) => h("button", { type: "button", "aria-pressed": String(view === app.switches.sourceView),
    on: { click: () => app.acts.setSourceView(view) } }, app.t(view)));

  box.addEventListener("scroll", drawBeam, { passive: true });
  function show(view) {
    current = view;
    box.setAttribute("aria-label", app.t("source"));
    tabs.setAttribute("aria-label", app.t("sourceViews"));
    keyed(tabs, `${app.lang} ${app.switches.sourceView}`, tabNodes);
    keyed(inner, `${app.lang} ${app.switches.sourceView}`, build);
    light(view.frame);
  }
  return { el, wedge, show, measure: scroll };
}

export function makeNote(app) {
  const el = h("section", { class: "note", tabindex: 0 });
  const more = h("button", { type: "button", on: { click: () => { open = !open; fit(); } } }),
    foot = h("div", { class: "more" }, more);
  let open = false, told = "", fitted = false;

  function written(entry) {
    return h("div", { class: "q" }, h("h3", {}, app.t("asWritten")), h("p", { class: "zh", lang: "zh" }, entry.zh),
      app.lang === "en" ? h("p", { class: "tr" }, entry.en) : null);
  }

  function correction(entry) {
    return h("div", { class: "fix" }, h("h3", {}, app.t("against")),
      h("p", {}, h("span", { class: `vd ${entry.verdict}` }, app.t(entry.verdict), app.lang === "zh" ? "。" : ". "),
        entry[`note_${app.lang}`]));
  }

  function own(stage) {
    const note = app.text.silent?.[stage]?.[app.lang];
    if (!app.text.stages[stage]) return [h("div", { class: "fix ours" }, h("h3", {}, app.t("ourNote")), h("p", {},
      app.t("elsewhere")))];
    return [h("div", { class: "q none" }, h("h3", {}, app.t("asWritten")), h("p", {}, app.t("silent"))),
      note ? h("div", { class: "fix ours" }, h("h3", {}, app.t("ourNote")), h("p", {}, note)) : null];
  }

  function show({ frame }) {
    const entry = app.text.entries[frame.entry];
    el.setAttribute("aria-label", app.t("asWritten"));
    el.dataset.verdict = entry?.verdict ?? "";
    const key = `${app.lang}|${frame.entry ?? `silent ${frame.stage}`}`;
    if (key === told) return;
    [told, fitted] = [key, false];
    el.replaceChildren(...(entry ? [written(entry), correction(entry)] : own(frame.stage)).filter(Boolean), foot);
  }
  function measure() {
    if (fitted) return;
    fitted = true;
    el.scrollTop = 0;
    fit();
  }

  /** A note that is longer than its room says so, and the reader may give it all it needs: nothing stands below it. */
  function fit() {
    foot.hidden = true;
    el.classList.remove("open");
    const long = el.scrollHeight > el.clientHeight + 4;
    foot.hidden = !long;
    el.classList.toggle("open", long && open);
    setText(more, app.t(open ? "noteLess" : "noteAll"));
    more.setAttribute("aria-expanded", String(open));
  }
  return { el, show, measure, fit };
}
