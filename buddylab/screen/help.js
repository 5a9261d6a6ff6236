// The list of keys: a dialog that says all that the keyboard can do, made from the keys that really act.
import { h, keyed, setText } from "./dom.js";
/** @import { App } from "./types" */

/** How a key is written on it; the others by their word. @type {Record<string, string>} */
export const KEY_CAPS = { ArrowRight: "→", ArrowLeft: "←", ArrowUp: "↑", ArrowDown: "↓" };
/** Keys that act at one place only: [keys, word of what they do]. @type {[string[], string][]} */
export const ELSEWHERE = [[["Enter"], "keyStage"], [["ArrowUp", "ArrowDown"], "keyLines"], [["Tab"], "keyTab"]];

/** All lines of the list: [[keys, word], ...]; `acts` are the keys of the whole screen, {key: [word, action]}.
 *  @param {Record<string, [string, () => void]>} acts @param {boolean} undo @returns {[string[], string][]} */
export function keyLines(acts, undo) {
  /** @type {[string[], string][]} */
  const lines = Object.entries(acts).map(([key, [word]]) => [[key], word]);
  lines.push(...ELSEWHERE);
  if (undo) lines.push([["Ctrl+Z"], "keyUndo"]);
  return [...lines, [["Escape"], "keyClose"]];
}

/** @param {App} app @param {Record<string, [string, () => void]>} acts */
export function makeHelp(app, acts) {
  const title = h("h2", { id: `${app.id}-keys` }), list = h("dl"), where = h("p");
  const close = h("button", { type: "button", class: "solo", on: { click: () => el.close() } });
  const el = h("dialog", { class: "help", "aria-labelledby": title.id }, h("div", { class: "head" }, title, close),
    list, where);
  el.addEventListener("click", (event) => { if (event.target === el) el.close(); }); // beside the list

  /** @param {string} key */
  const cap = (key) => h("kbd", {}, KEY_CAPS[key] ?? (key === " " ? app.t("space") : key === "Escape" ? "Esc" : key));
  /** @param {[string[], string]} line */
  const line = ([keys, word]) => h("div", {}, h("dt", {}, keys.map(cap)), h("dd", {}, app.t(word)));
  function show() {
    setText(title, app.t("keys"));
    setText(close, app.t("close"));
    setText(where, app.t("keysWhere"));
    keyed(list, app.lang, () => keyLines(acts, app.hand.on).map(line));
  }
  /** Open it, or close it if it is open; the browser gives the focus back to where it was. */
  const toggle = () => (el.open ? el.close() : el.showModal());
  return { el, show, toggle };
}
