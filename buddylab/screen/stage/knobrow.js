// The knobs at hand: order, memory pressure, gfp_mask with four of its bits, who asks. All others are one click away.
import { h } from "../dom.js";
import { sizeOf, spoken } from "./motion.js";

/** @typedef {import("./screen.js").App} App */
/** What a knob may do. @typedef {{patch: (change: Record<string, any>) => void, setMask: (mask: number) => void}}
 *  Hands */

/** Bits with a switch of their own. */
const CHIPS = ["WAIT", "HIGH", "IO", "FS"];
/** Who asks: the flags of each. @type {Record<string, string[]>} */
const ASKERS = { task: [], irq: ["in_interrupt"], rt: ["rt_task"], memalloc: ["PF_MEMALLOC"], memdie: ["TIF_MEMDIE"] };
const FLAGS = ["in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE"];
/** How the marks stand at their place on the track, from min to high, so that none touches another. */
const ANCHORS = ["l", "m", "r"];

/** The bit's value, from the deck. @param {App} app @param {string} name @returns {number} */
const bitOf = ({ deck }, name) => deck.bits.flatMap((/** @type {any[]} */ [, bits]) => bits)
  .find((/** @type {any[]} */ [bit]) => bit === name)?.[1] ?? 0;

/** Who asks by these knobs, null for several at once. @param {Record<string, any>} knobs */
export function askerOf(knobs) {
  const on = FLAGS.filter((flag) => knobs[flag]);
  return Object.keys(ASKERS).find((name) => ASKERS[name].length === on.length
    && ASKERS[name].every((flag) => on.includes(flag))) ?? null;
}

/** What a new mask changes: one that may sleep moves the request from an interrupt to a task.
 *  @param {App} app @param {number} mask @returns {{change: Record<string, any>, moved: boolean}} */
export function maskChange(app, mask) {
  const wait = bitOf(app, "WAIT"), moved = Boolean(app.knobs.in_interrupt && mask & wait
    && !(app.knobs.gfp_mask & wait));
  return { change: { gfp_mask: mask, ...(moved ? { in_interrupt: false } : {}) }, moved };
}

/** @param {App} app @param {string} name @param {string} title @param {any} value @param {any[]} parts */
const knob = (app, name, title, value, ...parts) => h("div", { class: `k k-${name}` }, h("div", { class: "kt" },
  h("b", { id: `${app.id}-${name}` }, title), h("span", { class: "kv" }, value)), parts);

/** @param {App} app @param {string} name @param {string} label @param {number} max @param {number} value
 *  @param {string} said @param {(value: number) => void} turned */
function slider(app, name, label, max, value, said, turned) {
  const input = h("input", { type: "range", min: 0, max, step: 1, "data-knob": name, disabled: !app.live,
    "aria-labelledby": `${app.id}-${label}`, "aria-valuetext": said,
      on: { input: () => turned(Number(input.value)) } });
  input.value = String(value);
  return input;
}

/** @param {App} app @param {Hands} hands */
function orderKnob(app, { patch }) {
  const { order } = app.knobs, size = sizeOf(order);
  return knob(app, "order", app.t("order"), `${spoken(1 << order)} × 4 kB = ${size}`, h("div", { class: "rail" },
    slider(app, "order", "order", 10, order, `${order}: ${size}`, (value) => patch({ order: value }))),
  h("div", { class: "scale" }, Array.from({ length: 11 }, (_, o) => h("span", { class: o === order ? "on" : "",
    style: `left:${o * 10}%` }, String(o)))));
}

/** Fuller to the right; on a report's machine it is not to be turned. @param {App} app @param {Hands} hands */
function pressureKnob(app, { patch }) {
  const { pressure } = app.deck;
  if (!pressure) return knob(app, "press", app.t("pressure"), app.t("asReported"));
  const { zone, free, cut, ticks, value } = pressure, text = app.t("freeIn", { n: free, zone });
  const at = (/** @type {number} */ position) => `left:${position / 10}%`;
  const marks = ticks.map((/** @type {any[]} */ [mark, , x], /** @type {number} */ i) => h("span",
    { class: `mark ${ANCHORS[i]}`, style: at(x) }, mark));
  const said = [h("span", { class: "long" }, text), h("span", { class: "short" }, app.t("freeShort", { n: free }))];
  return knob(app, "press", app.t("pressure"), said, h("div", { class: "rail track" },
    h("span", { class: "filled", style: `width:${value / 10}%` }), h("i", { class: "cut", style: at(cut) }, "≈"),
    ticks.map((/** @type {any[]} */ [, , x]) => h("i", { class: "tick", style: at(x) })),
    slider(app, "pressure", "press", 1000, app.knobs.pressure ?? value, text, (turned) => patch({ pressure: turned }))),
  h("div", { class: "scale" }, h("span", { class: "edge" }, app.t("allFree")), marks,
    h("span", { class: "edge end" }, app.t("noneFree"))));
}

/** @param {App} app @param {Hands} hands */
function maskKnob(app, { setMask }) {
  const { gfp_mask: mask } = app.knobs, { presets } = app.deck;
  const option = (/** @type {number} */ value, /** @type {string} */ name) => h("option", { value,
    selected: value === mask }, name);
  const known = presets.some((/** @type {any[]} */ [, value]) => value === mask);
  const select = h("select", { "aria-labelledby": `${app.id}-mask`, "data-knob": "mask", disabled: !app.live,
    on: { change: () => setMask(Number(select.value)) } },
  presets.map((/** @type {any[]} */ [name, value]) => option(value, name)), known ? null : option(mask,
    app.t("ownMask")));
  const more = h("button", { type: "button", class: "quiet", "aria-haspopup": "dialog",
    on: { click: () => app.open("deck") } },
    app.t("allKnobs"));
  return knob(app, "mask", "gfp_mask", `0x${mask.toString(16)}`, h("div", { class: "kline" }, select, more),
    h("div", { class: "chips" }, CHIPS.map((name) => {
      const bit = bitOf(app, name), on = Boolean(mask & bit);
      return h("button", { type: "button", class: "chip", "aria-pressed": String(on), disabled: !app.live,
        title: app.t(`bit${name}`), "data-chip": name, on: { click: () => setMask((mask ^ bit) >>> 0) } },
      `${on ? "●" : "○"} ${name}`);
    })));
}

/** @param {App} app @param {Hands} hands */
function whoKnob(app, { patch }) {
  const now = askerOf(app.knobs), bug = app.knobs.in_interrupt && app.knobs.gfp_mask & bitOf(app, "WAIT");
  const select = h("select", { "aria-labelledby": `${app.id}-who`, "data-knob": "who", disabled: !app.live,
    on: { change: () => {
      if (select.value in ASKERS) patch(Object.fromEntries(FLAGS.map((flag) => [flag,
        ASKERS[select.value].includes(flag)])));
    } } }, Object.keys(ASKERS).map((name) => h("option", { value: name, selected: name === now },
      app.t(`ask_${name}`))),
  now ? null : h("option", { value: "", selected: true }, app.t("ask_several")));
  return knob(app, "who", app.t("whoAsks"), "", select, h("p", { class: "bug" }, bug ? app.t("whoBug") : ""));
}

/** While a slider is dragged its own node stays: only what stands beside it is new. @param {Element} el
 *  @param {Element[]} fresh @param {HTMLInputElement} dragged */
function aroundDragged(el, fresh, dragged) {
  [...el.children].forEach((old, n) => {
    if (!old.contains(dragged)) return void old.replaceWith(fresh[n]);
    if (!dragged.matches(":active")) dragged.value = fresh[n].querySelector("input")?.value ?? dragged.value;
    for (const part of ["b", ".kv", ".scale",
      ".filled"]) old.querySelector(part)?.replaceWith(fresh[n].querySelector(part)
      ?? "");
    dragged.setAttribute("aria-valuetext", fresh[n].querySelector("input")?.getAttribute("aria-valuetext") ?? "");
  });
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
  /** Draw it anew; what has the focus keeps it. */
  function show() {
    const focused = document.activeElement, inside = focused instanceof HTMLElement && el.contains(focused) ? focused
      : null;
    const name = inside?.dataset.knob ?? inside?.dataset.chip;
    el.setAttribute("aria-label", app.t("knobs"));
    const fresh = [orderKnob, pressureKnob, maskKnob, whoKnob].map((make) => make(app, { patch, setMask }));
    if (inside instanceof HTMLInputElement && inside.type === "range") return aroundDragged(el, fresh, inside);
    el.replaceChildren(...fresh);
    const again = name ? el.querySelector(`[data-knob=${name}],[data-chip=${name}]`) : null;
    if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  }
  return { el, show };
}
