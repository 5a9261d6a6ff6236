// Compare: another request on the same machine, on the same clock; Python says where the two part.
import { comparison } from "./why.js";
import { fmt } from "./say.js";
import { h, keyed, s, setText } from "./dom.js";

/** What the other request may be: [key of its label, arguments, knobs that it turns]. */
export function otherChoices(knobs, deck) {
  const bits = deck.bits.flatMap(([, list]) => list).filter(([, , ignored]) => !ignored);
  const flip = ([name, bit]) => [knobs.gfp_mask & bit ? "without" : "with", { what: `__GFP_${name}` },
    { gfp_mask: (knobs.gfp_mask ^ bit) >>> 0 }];
  const orders = [knobs.order - 1, knobs.order + 1].filter((order) => order >= 0 && order <= 10)
    .map((order) => ["otherOrder", { order }, { order }]);
  const presets = deck.presets.filter(([, mask]) => mask !== knobs.gfp_mask)
    .map(([name, mask]) => ["otherMask", { mask: name }, { gfp_mask: mask }]);
  const who = deck.controls.filter(({ part }) => part === "who").map(({ name: flag }) => [knobs[flag] ? "without" : "with", { what: flag }, { [flag]: !knobs[flag] }]);
  return [...orders, ...presets, ...bits.map(flip), ...who];
}

/** The visits of a run to its stages, as stretches of its frames: [{stage, from, to}]. */
export function stretches(frames) {
  const found = [];
  frames.forEach(({ stage, round, depth = 0 }, at) => {
    const last = found[found.length - 1];
    if (last && last.stage === stage && last.round === round && last.depth === depth) last.to = at;
    else found.push({ stage, round, depth, from: at, to: at });
  });
  return found;
}

export function makeCompare(app) {
  const lanes = s("svg", { class: "lanes", "aria-hidden": "true" }), lead = h("p", { class: "lead" }),
    text = h("p", { class: "other" }), numbers = h("p", { class: "nums" }), off = h("button", { type: "button",
      class: "solo", on: { click: () => app.compare.set({}) } }),
    jump = h("button", { type: "button", class: "solo", on: { click: () => app.moves.go(app.run.rows.findIndex(
      ({ frame }) => frame === Math.min(app.compare.difference.frame, app.document.frames.length - 1)), { settle: true }) } });
  const el = h("section", { class: "compare", hidden: true }, h("div", { class: "head" }, lead, jump, off), lanes,
    h("div", { class: "now" }, text, numbers));

  function lane(frames, y, unit, at, label) {
    const end = frames[frames.length - 1].mood, colour = end === "end-ok" ? "ok" : "no";
    return [s("text", { x: 0, y: y + 9 }, label), ...stretches(frames).map(({ from, to }) => s("rect", {
      class: `band${from <= at && at <= to ? " cur" : ""}`, x: LANE_LEFT + from * unit + 0.5, y,
      width: Math.max(1, (to - from + 1) * unit - 1), height: 11 })),
    s("text", { x: LANE_LEFT + frames.length * unit + 5, y: y + 9, style: `fill:var(--${colour});font-weight:700` },
      { "end-ok": "✓", "end-no": "✗", "end-loop": "∞" }[end] ?? "")];
  }

  function drawLanes(at, other) {
    const width = (el.clientWidth || 800) / app.size.zoom, most = Math.max(app.document.frames.length, other.frames.length);
    const unit = (width - LANE_LEFT - 26) / most, parts = app.compare.difference.frame;
    lanes.setAttribute("viewBox", `0 0 ${width} 46`);
    keyed(lanes, JSON.stringify([app.run.id, app.compare.id, at, width, app.lang]), () => [
      lane(app.document.frames, 8, unit, Math.min(at, app.document.frames.length - 1), app.t("thisOne")),
      lane(other.frames, 28, unit, Math.min(at, other.frames.length - 1), app.t("otherOne")),
      parts === undefined ? null : s("path", { class: "part", d: `M${LANE_LEFT + parts * unit} 2v42m-4 -42h8` }),
      s("rect", { class: "needle", x: LANE_LEFT + (Math.min(at, most - 1) + 0.5) * unit - 1.5, y: 4, width: 3, height: 39,
        rx: 1.5 })]);
  }

  function inequality(frame) {
    const row = frame.test?.rows.at(-1);
    if (!row) return "";
    const [left, sign, right] = comparison(row, frame.test.order);
    return `${fmt(left)} ${sign} ${fmt(right)}  ${row.ok ? "✓" : "✗"}`;
  }

  function show(view) {
    const other = app.compare.document, on = Boolean(other?.frames) && !app.predict.on;
    el.hidden = !on;
    if (!on) return;
    el.setAttribute("aria-label", app.t("compare"));
    setText(off, app.t("compareOff"));
    setText(jump, app.t("toDifference"));
    jump.hidden = app.compare.difference.frame === undefined;
    setText(lead, app.compare.difference.said?.[app.lang === "zh" ? 1 : 0] ?? app.t("noDifference"));
    drawLanes(view.at, other);
    const frame = other.frames[Math.min(view.at, other.frames.length - 1)];
    setText(text, `${app.t("otherOne")}: ${other.request.names}, ${app.t("otherOrder", { order: other.request.order })} · `
      + `${frame.stage}: ${app.say(frame.say, frame.args)}`);
    setText(numbers, inequality(frame));
  }
  return { el, show };
}
export const LANE_LEFT = 64; // px for the names of the two lanes
