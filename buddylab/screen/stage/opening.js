// What the reader may say before the film and reads after it: the bet, and the ways round the verdict.
import { h } from "../dom.js";
import { spoken } from "./motion.js";

/** @typedef {import("./screen.js").App} App */

/** @param {App} app */
export function makeOpening(app) {
  const el = h("div", { class: "opening" });
  /** @type {string | null} */
  let bet = null;

  function question() {
    const { request, initial, machine, end } = app.document, n = 1 << request.order, label = request.zonelist[0] ?? "";
    const zone = machine.zones.findIndex((/** @type {any} */ one) => one.label === label);
    if (end === "freed") return [h("p", { class: "q" }, app.t("betFree")), h("p", { class: "small" },
      app.t("betFreeHint"))];
    const free = zone < 0 ? 0 : initial.zones[zone].counts.NR_FREE_PAGES;
    const button = (/** @type {string} */ value, /** @type {string} */ text) => h("button", { type: "button",
      class: "bet",
      "aria-pressed": String(bet === value), on: { click: () => {
        bet = bet === value ? null : value;
        show("open", true);
        app.toPlay();
      } } }, text);
    return [h("p", { class: "q" }, app.t(n > 1 ? "askBet" : "askBetOne", { n: spoken(n) }), button("yes",
      `✓ ${app.t("betYes")}`), button("no", `✗ ${app.t("betNo")}`)),
      h("p", { class: "small" }, app.t("betHint", { kb: free * 4, ask: n * 4, zone: label }))];
  }
  function verdict() {
    const got = app.document.end === "page", away = app.ask.oneAway(), ends = /** @type {Record<string,
      string>} */ ({ page: "✓", no_page: "✗", livelock: "∞" });
    const said = bet && app.document.end !== "freed" ? h("b", { class: "said" }, (bet === "yes") === got
      ? `✓ ${app.t("betRight")}` : `✗ ${app.t("betWrong")}`) : null;
    const changes = (away ?? []).map((/** @type {any[]} */ [key, args, knobs, end]) => h("button", { type: "button",
      class: "alt", on: { click: () => app.ask.patch(knobs) } },
      `${app.say(key, args)} ${ends[end] ?? ""}`));
    return [said, changes.length ? [h("span", {}, app.t("oneAwayIs")), changes] : null];
  }
  let key = "";
  /** @param {"open" | "end" | ""} kind @param {boolean} [anew] */
  function show(kind, anew = false) {
    const now = [kind, app.lang, app.run?.id, bet, kind === "end" ? JSON.stringify(app.ask.oneAway()) : ""].join("|");
    if (now === key && !anew) return;
    key = now;
    el.dataset.kind = kind;
    el.hidden = !kind;
    const parts = kind === "open" ? question() : kind === "end" ? verdict() : [];
    el.replaceChildren(...parts.flat(3).flatMap((part) => (part ? [part] : [])));
  }
  return { el, show, forget: () => { bet = null; } };
}
