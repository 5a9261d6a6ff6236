// One panel by itself in a notebook's cell: which parts it has, its steps, and the cursor that it shares.
import { h, s, setText } from "./dom.js";
/** @import { App, View } from "./types" */

/** @type {Record<string, string[]>} */
export const PIECES = { // the trait `panel` -> the parts of the screen that stand below the steps
  ladder: ["ladder"], why: ["why"], source: ["source", "note"], lists: ["memory"], memory: ["memory", "strip"],
};

/** First, back, forward, last, a slider, and the sentence of the frame. @param {App} app */
export function makeSteps(app) {
  const last = () => app.run.rows.length - 1, text = h("div", { class: "tx" }), place = h("small");
  /** @param {string} name @param {string} d @param {() => void} click */
  const button = (name, d, click) => ({ name, el: h("button", { type: "button", on: { click } },
    s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d }))) });
  const buttons = [
    button("first", "M2 2h2v12H2zM14 2v12L5 8z", () => app.moves.go(0, { settle: true })),
    button("back", "M12 2v12L3 8z", () => app.moves.step(-1)),
    button("forward", "M4 2v12l9-6z", () => app.moves.step(1)),
    button("last", "M12 2h2v12h-2zM2 2v12l9-6z", () => app.moves.go(last(), { settle: true })),
  ];
  const range = h("input", { type: "range", class: "scrub", min: 0, on: {
    input: () => app.moves.go(Number(range.value)), change: () => app.moves.settle() } });
  const el = h("section", { class: "steps" }, h("div", { class: "tp" }, buttons.map((one) => one.el)), range, place,
    text);
  /** @param {View} view */
  function show(view) {
    range.max = String(last());
    range.value = String(view.cursor);
    range.setAttribute("aria-label", app.t("frame"));
    range.setAttribute("aria-valuetext", `${view.frame.stage}: ${view.text}`);
    setText(place, `${view.frame.stage} · ${app.t("frameOf", { n: view.cursor + 1, of: last() + 1 })}`);
    setText(text, view.text);
    el.setAttribute("aria-label", app.t("time"));
    for (const { name, el: node } of buttons) {
      node.setAttribute("aria-label", app.t(name));
      node.title = app.t(name);
    }
  }
  return { el, show };
}

/** What is told to every other screen of the page that shows the same run, without asking Python. A screen that
 *  Predict keeps from looking ahead keeps the others too: `limit` is the last row that any of them may show.
 *  @param {Pick<App, "id" | "moves">} app @param {() => string | undefined} runId
 *  @param {(what: { cursor?: number, hover?: number, forward?: boolean }) => void} heard */
export function makeTies(app, runId, heard) {
  /** Of the other screens, by id. @type {Map<string, number>} */
  const limits = new Map();
  /** @param {Record<string, any>} what */
  const tell = (what) => {
    const detail = { limit: app.moves.ownLimit(), ...what, from: app.id, run: runId() };
    window.dispatchEvent(new CustomEvent("buddylab", { detail }));
  };
  /** @param {any} event */
  const hear = ({ detail }) => {
    if (detail.from === app.id) return;
    if (!detail.run || detail.run !== runId()) return void limits.delete(detail.from); // it shows another run now
    limits.set(detail.from, detail.limit);
    if (detail.hello) tell({});
    heard(detail);
  };
  window.addEventListener("buddylab", hear);
  return {
    tell,
    limit: () => Math.min(...limits.values()), // Infinity where nobody else is
    off() {
      tell({ limit: Infinity });
      window.removeEventListener("buddylab", hear);
    },
  };
}
