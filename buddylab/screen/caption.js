// One sentence per frame, always in one place.
import { ICONS } from "./constants.js";
import { h, setText } from "./dom.js";

export function makeCaption(app) {
  const icon = h("div", { class: "ic", "aria-hidden": "true" }),
    text = h("div", { class: "tx", "aria-live": "polite" });
  const stage = h("b"), small = h("small"), room = h("div", { class: "room", "aria-hidden": "true" });
  const el = h("section", { class: "say" }, icon, h("div", { class: "both" }, room, text),
    h("div", { class: "st" }, stage, small));
  function show(view) {
    const { HZ } = app.trace.machine, passed = app.run.levels[view.at].jiffies - app.trace.initial.jiffies;
    el.setAttribute("aria-label", app.t("verdict"));
    el.dataset.mood = view.mood;
    setText(icon, ICONS[view.mood] ?? "›");
    setText(text, view.text);
    setText(room, app.longest()); // unseen: keeps the height that the longest sentence of the run needs
    setText(stage, view.frame.stage);
    const n = view.cursor + 1, hidden = app.limit() < app.run.rows.length - 1;
    setText(small, [app.t(hidden ? "stepOf" : "frameOf", { n, of: app.run.rows.length }),
      view.frame.depth && app.t("nested"),
      passed && `+${app.t("millis", { n: (passed * 1000) / HZ })}`].filter(Boolean).join(" · "));
  }
  return { el, show };
}
