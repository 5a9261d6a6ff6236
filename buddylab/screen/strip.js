// 64 pages of a zone by address.
import { USED, PAGES_OF } from "./kernel.js";
import { fmt } from "./say.js";
import { missingBuddy, stripRuns, takenBlock } from "./address.js";
import { h, keyed, s, setText } from "./dom.js";

/** Where a stretch comes from: the stretch of the step before that holds most of it, if it is another one; else null.
 *  A split block's part comes from the whole, a merged block from its larger free part, a freed one from its place. */
export function origin(run, before) {
  const shared = (one) => Math.min(one.pfn + one.n, run.pfn + run.n) - Math.max(one.pfn, run.pfn);
  const same = before.some((one) => one.pfn === run.pfn && one.n === run.n && one.kind === run.kind);
  const parts = before.filter((one) => shared(one) > 0), open = parts.filter((one) => !(one.kind in USED));
  const near = (open.length ? open : parts).sort((a, b) => shared(b) - shared(a))[0];
  if (same || !near) return null;
  return near.kind in USED ? { ...near, pfn: run.pfn, n: run.n } : near;
}

export function makeStrip(app) {
  const svg = s("svg", { role: "group" }), legend = h("div", { class: "key" }), told = h("span"),
    undo = h("button", { type: "button", class: "solo", on: { click: () => app.hand.undo() } }),
    clear = h("button", { type: "button", class: "solo", on: { click: () => app.hand.clear() } }),
    bar = h("div", { class: "hand" }, told, undo, clear), el = h("section", { class: "p strip" }, svg, legend, bar);
  svg.addEventListener("keydown", onKey);
  const FILLS = { K: "var(--use1)", A: () => app.draw.pattern("dots"), C: "var(--use3)", H: "none",
    "?": "var(--line2)" };
  const fillOf = (kind) => (typeof FILLS[kind] === "function" ? FILLS[kind]() : FILLS[kind] ?? FILLS["?"]);
  const Y = 16, H = 16;

  /** A used stretch can be freed by hand: the page under the pointer, by keyboard the first one. */
  function freeable(run, node, scale) {
    if (!app.hand.on) return node;
    const name = app.t("freeThis", { pfn: run.pfn, what: app.t(run.kind === "yours" ? "yours" : USED[run.kind]) });
    const page = (event) => run.pfn + Math.max(0, Math.min(run.n - 1, Math.floor((event.offsetX / app.size.zoom
      - Number(node.getAttribute("x"))) / scale)));
    node.classList.add("act");
    for (const [key, value] of Object.entries({ role: "button", tabindex: -1, "aria-label": name, "data-pfn": run.pfn,
    })) node.setAttribute(key, value);
    node.addEventListener("click", (event) => app.hand.free(event.detail ? page(event) : run.pfn));
    return node;
  }

  function onKey(event) {
    const blocks = [...svg.querySelectorAll("[role=button]")], at = blocks.indexOf(event.target);
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || (!move && event.key !== "Enter" && event.key !== " ")) return;
    if (move) blocks[at + move]?.focus();
    else app.hand.free(Number(event.target.dataset.pfn));
    event.preventDefault();
    event.stopPropagation();
  }

  function showBar() {
    const done = app.knobs?.hand?.length ?? 0;
    bar.hidden = !app.hand.on;
    setText(told, app.t(done ? "handDone" : "handHint", { n: done }));
    for (const [button, word] of [[undo, "undo"], [clear, "clearHand"]]) {
      setText(button, app.t(word));
      button.hidden = !done;
    }
  }

  let before = [], place = {}; // stretches of the step before; the run, strip and frame that it showed
  /** A step forward shows a block growing out of what it was: halves part, buddies join, a used block becomes free. */
  function moved(run, node, scale) {
    const from = app.forward && origin(run, before);
    if (!from) return node;
    node.style.transformBox = "fill-box";
    node.style.transformOrigin = "0 50%";
    return app.draw.animate(node, [{ transform: `translateX(${(from.pfn - run.pfn) * scale}px) scaleX(${from.n / run.n})`,
      opacity: 0.5 }, { transform: "none", opacity: 1 }], 320);
  }

  function block(run, scale, cut, start) {
    const x = (run.pfn - start) * scale, width = run.n * scale,
      label = (text, more) => s("text", { x: x + width / 2, y: Y + 12, "text-anchor": "middle", ...more }, text);
    const title = s("title", {}, `pfn ${fmt(run.pfn)}${run.n > 1 ? ` – ${fmt(run.pfn + run.n - 1)}` : ""}`);
    if (run.kind === "yours") {
      return [freeable(run, moved(run, s("rect", { class: "rise", x: x + 0.8, y: Y - 4, width: width - 1.6, height: H + 8, rx: 2,
        fill: "var(--ok)" }, title), scale), scale),
          width > 30 ? label(app.t("yours"), { class: "on" }) : ""];
    }
    if (run.kind === "free") {
      const dead = run.order < cut;
      return [moved(run, s("rect", { x: x + 0.8, y: Y - 3, width: width - 1.6, height: H + 6, rx: 2,
        "data-order": run.order, fill: dead ? app.draw.pattern("hatch") : "var(--free2)",
        stroke: dead ? "var(--ink3)" : "var(--free)", "stroke-width": 1.2 }, title), scale),
          width > 12 && !dead ? label(String(run.order), { class: "b" }) : ""];
    }
    if (run.kind === "P") return [moved(run, s("rect", { x: x + 0.8, y: Y + 1, width: width - 1.6, height: H - 2, rx: 5,
      fill: "var(--free3)", stroke: "var(--free)" }, title), scale)];
    const rect = s("rect", { x, y: Y, width, height: H, fill: fillOf(run.kind),
      stroke: run.kind === "H" ? "var(--line)" : "none" }, title);
    return run.kind === "H" ? [rect] : [freeable(run, rect, scale)];
  }

  function ghostNodes(ghost, scale, start, width) {
    const x = (ghost.buddy - start) * scale, size = PAGES_OF[ghost.order] * scale, own = (ghost.pfn - start) * scale;
    const asks = app.t("cannotGrow", { o: ghost.order }), says = app.t(`buddy_${ghost.why}`,
      { pfn: ghost.buddy, own: ghost.pfn, size: PAGES_OF[ghost.order] });
    const wide = (asks.length + says.length) * (app.lang === "zh" ? 9 : 5.7);
    const left = Math.max(0, Math.min(x, own, width - wide));
    const text = s("text", { x: left, y: 7 }, `${asks} `, s("tspan", { class: "bad" }, says));
    return [s("rect", { x: x - 0.5, y: Y - 6, width: size + 1, height: H + 12, rx: 3, fill: "none", stroke: "var(--no)",
      "stroke-width": 2, "stroke-dasharray": "4 3" },
      s("title", {}, `${fmt(ghost.pfn)} xor ${fmt(PAGES_OF[ghost.order])} = ${fmt(ghost.buddy)}`)), text];
  }

  function legendNodes(strip) {
    const label = app.document.machine.zones[strip.zone].label,
      kinds = ["free", ..."KACPH?"].filter((kind) => kind === "free" || strip.used.includes(kind));
    const swatch = (kind) => s("svg", { width: 12, height: 10, viewBox: "0 0 12 10", "aria-hidden": "true" },
      s("rect", { x: 0.6, y: 0.6, width: 10.8, height: 8.8, rx: kind === "P" ? 4 : 1.5,
      fill: kind === "free" ? "var(--free2)" : kind === "P" ? "var(--free3)" : fillOf(kind),
        stroke: "free P".includes(kind) ? "var(--free)" : "var(--line)" }));
    return [h("span", {}, `${label}, pfn ${fmt(strip.start)}`),
      h("span", { class: "items" }, kinds.map((kind) =>
      h("span", {}, swatch(kind), app.t(kind === "free" ? "free" : USED[kind])))),
      h("span", {}, fmt(strip.start + strip.pages - 1))];
  }

  function show(view) {
    const strips = [].concat(app.document.strip ?? []),
      at = Math.max(0, strips.findIndex((strip) => strip.zone === view.zone)), strip = strips[at];
    el.hidden = !strip;
    if (!strip) return;
    el.setAttribute("aria-label", app.t("strip"));
    const width = app.size.stripWidth, scale = width / strip.pages,
      mine = app.document.result === null ? null : takenBlock(app.document, view.at);
    const own = mine && mine[0] + mine[1] > strip.start && mine[0] < strip.start + strip.pages ? mine : null;
    const runs = stripRuns(strip, view.state.strips[at], own),
      cut = view.evidence?.test.zone === strip.zone ? view.cut : 0;
    const ghost = cut ? missingBuddy(view.evidence, runs) : null;
    svg.setAttribute("viewBox", `0 0 ${width} 40`);
    svg.setAttribute("width", width * app.size.zoom);
    svg.setAttribute("aria-label", app.t("stripName",
      { zone: app.document.machine.zones[strip.zone].label, a: strip.start, b: strip.start + strip.pages - 1 }));
    showBar();
    const same = place.run === app.run.id, then = same ? place.frame : -1;
    if (!same || place.at !== at) before = app.forward
      ? stripRuns(strip, app.run.at(then).strips[at], then < 0 ? null : takenBlock(app.document, then)) : [];
    place = { run: app.run.id, at, frame: view.at };
    keyed(svg, JSON.stringify([runs, cut, ghost, width, app.lang, app.hand.on]),
      () => [...runs.flatMap((run) => block(run, scale, cut, strip.start)),
      ...(ghost ? ghostNodes(ghost, scale, strip.start, width) : [])].filter(Boolean));
    before = runs;
    svg.querySelector("[role=button]")?.setAttribute("tabindex", 0);
    keyed(legend, JSON.stringify([app.lang, strip.zone, strip.start, strip.used]), () => legendNodes(strip));
  }
  const hover = (order) => svg.querySelectorAll("[data-order]").forEach((node) =>
    node.classList.toggle("hov", order >= 0 && Number(node.dataset.order) >= order));
  return { el, show, hover };
}
