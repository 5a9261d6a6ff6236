// The annotated source and the note beside it, as running text in their boxes.
import { h } from "../dom.js";
import { annotationLines } from "../source.js";
import { STAGES } from "./types.js";

/** @typedef {import("./screen.js").App} App */

/** @param {App} app */
export function makeReading(app) {
  const lines = h("div", {}), code = h("div", { class: "code", tabindex: 0, role: "region" }, lines), note = h("div",
    { class: "note", tabindex: 0,
    role: "region" });
  let built = "", lit = "", told = "";

  function build() {
    const view = app.switches.sourceView, notes = annotationLines(app.text.entries, view, app.lang);
    let comment = false;
    lines.replaceChildren(...app.text.source.map((/** @type {string} */ line, /** @type {number} */ i) => {
      comment ||= line.includes("/*");
      const one = notes.get(i + 1), kind = one ? " z" : comment ? " c" : "";
      if (line.includes("*/")) comment = false;
      const text = one && one.kind !== "original" ? one.text ?? "" : line || " ";
      return h("div", { class: `ln${kind}`, hidden: one?.text === null }, h("b", {}, String(i + 1)), h("span",
        { lang: one?.lang ?? null }, text));
    }));
    code.setAttribute("aria-label", app.t("source"));
  }
  /** @param {any} frame @param {boolean} smooth */
  function light(frame, smooth) {
    const [from, to] = frame?.lines ?? [16, 16];
    for (const one of lines.querySelectorAll(".lit")) one.classList.remove("lit");
    if (frame?.lines) for (let n = from; n <= to; n += 1) lines.children[n - 1]?.classList.add("lit");
    const first = lines.children[from - 1], last = lines.children[to - 1];
    if (!(first instanceof HTMLElement) || !(last instanceof HTMLElement)) return;
    const high = last.offsetTop + last.offsetHeight - first.offsetTop, want = first.offsetTop - Math.max(0,
      (code.clientHeight - high) / 2);
    const snap = /** @type {HTMLElement[]} */ ([...lines.children]).find((one) => !one.hidden
      && one.offsetTop >= want - 1)?.offsetTop ?? want;
    code.scrollTo({ top: Math.min(snap, first.offsetTop), behavior: smooth ? "smooth" : "instant" });
    code.classList.toggle("off", Boolean(frame) && !STAGES.includes(frame.stage));
  }
  /** @param {any} frame */
  function tell(frame) {
    const entry = app.text.entries[frame?.entry], zh = app.lang === "zh";
    note.setAttribute("aria-label", app.t("asWritten"));
    note.dataset.verdict = entry?.verdict ?? "";
    const fix = entry && [h("b", { class: `vd ${entry.verdict}` }, app.t(entry.verdict), zh ? "。" : ". "),
      entry[`note_${app.lang}`] ?? ""];
    const own = app.text.silent?.[frame?.stage]?.[app.lang];
    if (entry) note.replaceChildren(h("p", { class: "zh", lang: "zh" }, entry.zh), ...(zh ? []
      : [h("p", { class: "tr" }, entry.en)]), h("p", {}, fix));
    else note.replaceChildren(h("p", { class: "tr" }, frame && !STAGES.includes(frame.stage) ? app.t("elsewhere")
      : app.t("silent")), own ? h("p", {}, own) : "");
    note.scrollTop = 0;
  }
  return { code, note,
    /** @param {any} frame @param {boolean} smooth */
    show(frame, smooth) {
      const now = `${app.lang}|${app.switches.sourceView}`, at = `${now}|${frame?.lines}|${code.clientHeight}`,
        said = `${now}|${frame?.entry ?? frame?.stage}`;
      if (now !== built) build();
      if (at !== lit || now !== built) light(frame, smooth);
      if (said !== told) tell(frame);
      [built, lit, told] = [now, at, said];
    } };
}
