// The setting to take along, in four forms, and a place for one that somebody sent.
import { h, keyed, setText } from "./dom.js";
/** @import { App } from "./types" */

export const FORMS = ["text", "json", "python", "log"];

/** Copy by the clipboard; where that is forbidden, select the text for the reader's own Ctrl+C. Says which it was.
 *  @param {Pick<HTMLTextAreaElement, "value" | "focus" | "select">} field
 *  @param {Pick<Clipboard, "writeText">} [clipboard] */
export async function copyFrom(field, clipboard = globalThis.navigator?.clipboard) {
  try {
    await clipboard.writeText(field.value);
    return "copied";
  } catch {
    field.focus();
    field.select();
    return "selected";
  }
}

/** @param {App} app */
export function makeShare(app) {
  const el = h("section", { class: "share" }), said = h("p", { class: "told", role: "status" });
  /** @type {Record<string, HTMLTextAreaElement>} */
  const fields = {};
  const paste = h("input", { type: "text", spellcheck: "false", autocomplete: "off", class: "pasted" });

  /** @param {string} form */
  function formRow(form) {
    const rows = form === "python" ? 3 : 1;
    const name = app.t(`form_${form}`), wrap = rows > 1 ? "soft" : "off";
    const field = fields[form] = h("textarea", { readonly: true, rows, spellcheck: "false", wrap, "aria-label": name });
    const click = async () => setText(said, app.t(await copyFrom(field), { what: name }));
    const copy = h("button", { type: "button", class: "solo", "aria-label": app.t("copyThis", { what: name }),
      on: { click } }, app.t("copy"));
    return [h("span", { class: "l", "aria-hidden": "true" }, name), field, copy];
  }

  function send() {
    if (!paste.value.trim()) return;
    setText(said, "");
    app.ask.paste(paste.value);
  }
  paste.addEventListener("keydown", (event) => event.key === "Enter" && send());

  function build() {
    paste.setAttribute("aria-label", app.t("pasteName"));
    paste.placeholder = "buddylab:2 machine=small gfp_mask=0xd0 order=0";
    return [...FORMS.map(formRow), h("span", { class: "l", "aria-hidden": "true" }, app.t("pasteHere")), paste,
      h("button", { type: "button", class: "solo", disabled: !app.live, on: { click: send } }, app.t("takeIt")), said];
  }

  function show() {
    el.hidden = !app.switches.shareOpen || !app.forms;
    if (el.hidden) return;
    el.setAttribute("aria-label", app.t("share"));
    keyed(el, [app.lang, app.live].join(), build);
    for (const [form, field] of Object.entries(fields)) {
      if (app.forms && field.value !== app.forms[form]) field.value = app.forms[form];
    }
  }
  return { el, show, taken: () => { paste.value = ""; setText(said, app.t("taken")); } };
}
