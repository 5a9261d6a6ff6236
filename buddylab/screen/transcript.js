// The run as text: a line a frame, the current one marked; a line leads to its frame.
import { h, keyed, setText } from "./dom.js";
/** @import { RunDocument } from "./document" */
/** @import { App, Entry, View } from "./types" */

/** The lines that may be read: [{at: last row of the frame, frame, stage, text}]; `limit` is the last row seen.
 *  @param {RunDocument} document @param {Entry[]} rows @param {number} limit @param {App["say"]} say */
export function transcriptLines({ frames }, rows, limit, say) {
  return rows.flatMap(({ frame, last }, at) => {
    if (!last || at > limit) return [];
    const { stage, say: key, args } = frames[frame];
    return [{ at, frame, stage, text: say(key, args) }];
  });
}

/** @param {App} app */
export function makeTranscript(app) {
  const title = h("h3"), list = h("ol");
  const el = h("section", { class: "transcript", hidden: true }, title, list);
  /** @type {any} */
  let current = null;

  /** @param {{ at: number, frame: number, stage: string, text: string }} one */
  const line = ({ at, frame, stage, text }) => h("li", {}, h("button", { type: "button", "data-frame": frame,
    tabindex: -1, on: { click: () => app.moves.go(at, { settle: true }) } }, h("b", {}, stage), `: ${text}`));
  list.addEventListener("keydown", (/** @type {any} */ event) => {
    if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const beside = event.key === "ArrowUp" ? "previousElementSibling" : "nextElementSibling";
    event.preventDefault();
    event.target.closest("li")?.[beside]?.firstChild.focus();
  });

  /** @param {any} node */
  function mark(node) {
    if (!node) return; // nothing has been seen to its end yet
    if (current !== node) {
      current?.removeAttribute("aria-current");
      if (current) current.tabIndex = -1;
      node.setAttribute("aria-current", "step");
      node.tabIndex = 0; // one line is on the Tab key's way, up and down lead to the others
      current = node;
    }
    if (!list.contains(document.activeElement)) list.scrollTop = node.offsetTop - list.clientHeight / 2;
  }

  /** @param {View} view */
  function show(view) {
    el.hidden = !app.switches.transcript;
    if (!app.switches.transcript) return;
    setText(title, app.t("transcript"));
    list.setAttribute("aria-label", app.t("transcript"));
    const limit = app.moves.limit();
    keyed(list, `${app.run.id} ${app.lang} ${limit}`, () => transcriptLines(app.document, app.run.rows, limit, app.say)
      .map(line));
    mark(list.children[Math.min(view.at, list.children.length - 1)]?.firstChild);
  }
  return { el, show };
}
