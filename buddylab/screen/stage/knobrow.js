// The knobs at hand: order, memory pressure, gfp_mask with four of its bits, who asks. All others are one click away.
import { h } from "../dom.js";
import { sizeOf, spoken } from "./motion.js";

/** @typedef {import("./screen.js").App} App */

/** Bits with a switch of their own, in the mask's order of importance. */
const CHIPS = ["WAIT", "HIGH", "IO", "FS"];
/** Who asks: the flags of each. @type {Record<string, string[]>} */
const ASKERS = { task: [], irq: ["in_interrupt"], rt: ["rt_task"], memalloc: ["PF_MEMALLOC"], memdie: ["TIF_MEMDIE"] };
const FLAGS = ["in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE"];

/** The bit's value, from the deck. @param {App} app @param {string} name @returns {number} */
const bitOf = ({ deck }, name) => deck.bits.flatMap((/** @type {any[]} */ [, bits]) => bits)
  .find((/** @type {any[]} */ [bit]) => bit === name)?.[1] ?? 0;

/** Who asks by these knobs, null for several at once. @param {Record<string, any>} knobs */
export function askerOf(knobs) {
  const on = FLAGS.filter((flag) => knobs[flag]);
  return Object.keys(ASKERS).find((name) => ASKERS[name].length === on.length
    && ASKERS[name].every((flag) => on.includes(flag))) ?? null;
}

/** What a new mask changes: a mask that may sleep moves the request from an interrupt to a task. @param {App} app
 *  @param {number} mask @returns {{change: Record<string, any>, moved: boolean}} */
export function maskChange(app, mask) {
  const moved = Boolean(app.knobs.in_interrupt && mask & bitOf(app, "WAIT")
    && !(app.knobs.gfp_mask & bitOf(app, "WAIT")));
  return { change: { gfp_mask: mask, ...(moved ? { in_interrupt: false } : {}) }, moved };
}

/** @param {App} app @param {(said: string) => void} tell */
export function makeKnobRow(app, tell) {
  const el = h("section", { class: "knobrow" });
  const patch = (/** @type {Record<string, any>} */ change) => app.ask.patch(change);
  /** @param {number} mask */
  function setMask(mask) {
    const { change, moved } = maskChange(app, mask);
    patch(change);
    if (moved) tell(app.t("whoMoved"));
  }
  const knob = (/** @type {string} */ name, /** @type {any} */ title, /** @type {any} */ value,
    /** @type {any[]} */ ...parts) => h("div",
    { class: `k k-${name}` }, h("div", { class: "kt" }, h("b", { id: `${app.id}-${name}` }, title), h("span",
      { class: "kv" }, value)), parts);

  function orderKnob() {
    const { order } = app.knobs;
    const input = h("input", { type: "range", min: 0, max: 10, step: 1, "data-knob": "order", disabled: !app.live,
      "aria-labelledby": `${app.id}-order`,
      "aria-valuetext": `${order}: ${sizeOf(order)}`, on: { input: () => patch({ order: Number(input.value) }) } });
    input.value = String(order);
    return knob("order", app.t("order"), `${spoken(1 << order)} × 4 kB = ${sizeOf(order)}`, h("div", { class: "rail" },
      input),
      h("div", { class: "scale" }, Array.from({ length: 11 }, (_, o) => h("span",
        { class: o === order ? "on" : "", style: `left:${o * 10}%` }, String(o)))));
  }

  function pressureKnob() {
    const { pressure } = app.deck;
    if (!pressure) return knob("press", app.t("pressure"), app.t("asReported"));
    const { zone, free, cut, ticks, value } = pressure, text = app.t("freeIn", { n: free, zone });
    const input = h("input", { type: "range", min: 0, max: 1000, step: 1, "data-knob": "pressure", disabled: !app.live,
      "aria-labelledby": `${app.id}-press`, "aria-valuetext": text,
        on: { input: () => patch({ pressure: Number(input.value) }) } });
    input.value = String(app.knobs.pressure ?? value);
    const anchors = ["l", "m", "r"], at = (/** @type {number} */ position) => `left:${position / 10}%`;
    return knob("press", app.t("pressure"), text, h("div", { class: "rail track" }, h("span",
      { class: "filled", style: `width:${value / 10}%` }),
      h("i", { class: "cut", style: at(cut) }, "≈"), ticks.map((/** @type {any[]} */ [, , x]) => h("i", { class: "tick",
        style: at(x) })), input),
    h("div", { class: "scale" }, h("span", { class: "edge" }, app.t("allFree")),
      ticks.map((/** @type {any[]} */ [mark, , x], /** @type {number} */ i) => h("span",
      { class: `mark ${anchors[i]}`, style: at(x) }, mark)), h("span", { class: "edge end" }, app.t("noneFree"))));
  }

  function maskKnob() {
    const { gfp_mask: mask } = app.knobs, known = app.deck.presets.some((/** @type {any[]} */ [,
      value]) => value === mask);
    const option = (/** @type {number} */ value, /** @type {string} */ name) => h("option", { value,
      selected: value === mask }, name);
    const select = h("select", { "aria-labelledby": `${app.id}-mask`, "data-knob": "mask", disabled: !app.live,
      on: { change: () => setMask(Number(select.value)) } },
    app.deck.presets.map((/** @type {any[]} */ [name, value]) => option(value, name)), known ? null : option(mask,
      app.t("ownMask")));
    return knob("mask", "gfp_mask", `0x${mask.toString(16)}`, h("div", { class: "kline" }, select,
      h("button", { type: "button", class: "quiet", "aria-haspopup": "dialog", on: { click: () => app.open("deck") } },
        app.t("allKnobs"))),
    h("div", { class: "chips" }, CHIPS.map((name) => {
      const on = Boolean(mask & bitOf(app, name));
      return h("button", { type: "button", class: "chip", "aria-pressed": String(on), disabled: !app.live,
        title: app.t(`bit${name}`),
        "data-chip": name, on: { click: () => setMask((mask ^ bitOf(app, name)) >>> 0) } },
          `${on ? "●" : "○"} ${name}`);
    })));
  }

  function whoKnob() {
    const now = askerOf(app.knobs), bug = app.knobs.in_interrupt && app.knobs.gfp_mask & bitOf(app, "WAIT");
    const select = h("select", { "aria-labelledby": `${app.id}-who`, "data-knob": "who", disabled: !app.live,
      on: { change: () => {
      if (select.value in ASKERS) patch(Object.fromEntries(FLAGS.map((flag) => [flag,
        ASKERS[select.value].includes(flag)])));
    } } }, Object.keys(ASKERS).map((name) => h("option", { value: name, selected: name === now },
      app.t(`ask_${name}`))),
    now ? null : h("option", { value: "", selected: true }, app.t("ask_several")));
    return knob("who", app.t("whoAsks"), "", select, h("p", { class: "bug" }, bug ? app.t("whoBug") : ""));
  }

  /** Draw it anew; what has the focus keeps it. A slider that is dragged stays as it is. */
  function show() {
    const focused = document.activeElement, name = el.contains(focused) && focused instanceof HTMLElement
      ? focused.dataset.knob ?? focused.dataset.chip : null;
    const dragged = focused instanceof HTMLInputElement && focused.type === "range" && focused.matches(":active")
      ? focused : null;
    el.setAttribute("aria-label", app.t("knobs"));
    const fresh = h("div", {}, orderKnob(), pressureKnob(), maskKnob(), whoKnob());
    const twin = dragged && name ? fresh.querySelector(`[data-knob=${name}]`) : null;
    if (twin && dragged) return updateAround(fresh, dragged);
    el.replaceChildren(...fresh.children);
    const again = name ? el.querySelector(`[data-knob=${name}],[data-chip=${name}]`) : null;
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }
  /** While a slider is dragged its own node stays: only what stands beside it is new. @param {Element} fresh @param
   *  {HTMLInputElement} dragged */
  function updateAround(fresh, dragged) {
    [...el.children].forEach((old) => {
      const next = fresh.children[0];
      if (!old.contains(dragged)) return void old.replaceWith(next);
      const parts = [".kv", ".scale", ".filled"];
      for (const part of parts) old.querySelector(part)?.replaceWith(next.querySelector(part) ?? "");
      dragged.setAttribute("aria-valuetext", next.querySelector("input")?.getAttribute("aria-valuetext") ?? "");
      next.remove();
    });
  }
  return { el, show };
}
