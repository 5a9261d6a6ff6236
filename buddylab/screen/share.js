// The setting to take along, in four forms, and a place for one that somebody sent.
import { h, keyed, setText } from "./dom.js";

export const FORMS = ["text", "json", "python", "log"];

/** Copy by the clipboard; where that is forbidden, select the text for the reader's own Ctrl+C. Says which it was. */
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

export function makeShare(app) {
  const el = h("section", { class: "share" }), said = h("p", { class: "told", role: "status" });
  const fields = {}, paste = h("input", { type: "text", spellcheck: "false", autocomplete: "off", class: "pasted" });

  function formRow(form) {
    const rows = form === "python" ? 3 : 1;
    const field = fields[form] = h("textarea", { readonly: true, rows, spellcheck: "false", wrap: rows > 1 ? "soft" : "off",
      "aria-label": app.t(`form_${form}`) });
    const copy = h("button", { type: "button", class: "solo", "aria-label": app.t("copyThis", { what: app.t(`form_${form}`) }),
      on: { click: async () => setText(said, app.t(await copyFrom(field), { what: app.t(`form_${form}`) })) } }, app.t("copy"));
    return [h("span", { class: "l", "aria-hidden": "true" }, app.t(`form_${form}`)), field, copy];
  }

  function send() {
    if (!paste.value.trim()) return;
    setText(said, "");
    app.paste(paste.value);
  }
  paste.addEventListener("keydown", (event) => event.key === "Enter" && send());

  function build() {
    paste.setAttribute("aria-label", app.t("pasteName"));
    paste.placeholder = "buddylab:2 machine=small gfp_mask=0xd0 order=0";
    return [...FORMS.map(formRow), h("span", { class: "l", "aria-hidden": "true" }, app.t("pasteHere")), paste,
      h("button", { type: "button", class: "solo", disabled: !app.live, on: { click: send } }, app.t("takeIt")), said];
  }

  function show() {
    el.hidden = !app.shareOpen || !app.forms;
    if (el.hidden) return;
    el.setAttribute("aria-label", app.t("share"));
    keyed(el, [app.lang, app.live].join(), build);
    for (const form of FORMS) if (fields[form].value !== app.forms[form]) fields[form].value = app.forms[form];
  }
  return { el, show, taken: () => { paste.value = ""; setText(said, app.t("taken")); } };
}
