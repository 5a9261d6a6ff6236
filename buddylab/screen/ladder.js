// The flow chart of the sixteen stages.
import { SHAPES } from "./constants.js";
import { event0, wayTaken } from "./frames.js";
import { routeEdges } from "./routes.js";
import { h, keyed, s, setText, stageShape } from "./dom.js";

export const LADDER = { step: 22, rail: 43, name: 60, gap: 52, skips: [29, 21], loops: [13, 4], ends: [203, 211],
  width: 218, letter: 5.2 };
export const nameEnd = (stage) => LADDER.name + stage.length * 6.93 + 5;

/** SVG path of a routed edge; y(stage) gives the height of a stage. */
export function edgePath({ from, to, kind, lane }, y) {
  const { rail, gap, skips, loops, ends } = LADDER, a = y(from), b = to === null ? 0 : y(to);
  const bow = (x) => `M${rail} ${a}Q${x} ${a} ${x} ${a + 10}V${b - 10}Q${x} ${b} ${rail} ${b}`;
  if (kind === "rail") return `M${rail} ${a}V${b}`;
  if (kind === "skip-right") return bow(gap);
  if (kind === "skip-left") return bow(skips[Math.min(lane, skips.length - 1)]);
  if (kind === "self") {
    const x = rail - 20;
    return `M${rail - 4} ${a + 4}C${x} ${a + 12} ${x} ${a - 12} ${rail - 6} ${a - 5}`;
  }
  if (kind === "loop") {
    const x = loops[Math.min(lane, loops.length - 1)];
    return `M${rail} ${a}H${x + 6}Q${x} ${a} ${x} ${a - 6}V${b + 6}Q${x} ${b} ${x + 6} ${b}H${rail - 8}`;
  }
  if (kind === "null") return `M${nameEnd(from)} ${a}h10m0 -4v8`;
  const x = ends[lane];
  return `M${nameEnd(from)} ${a}H${x - 5}Q${x} ${a} ${x} ${a + 5}V${b - 5}Q${x} ${b} ${x - 5} ${b}H${nameEnd(to) + 2}`;
}

/** A frame in which a stage decides: the diamonds when they are entered, direct_reclaim when its reclaim is over. */
const decides = (frame) => (SHAPES[frame.stage] === "asks" ? event0(frame) !== "congestion_wait"
  : event0(frame) === "try_to_free_pages");

/** What each decision on the way looked at, by stage, in its newest round: Map(stage -> "__GFP_WAIT = 1"). */
export function lookedAt(frames, upTo) {
  const depth = frames[upTo].depth ?? 0, found = new Map(), rounds = new Map();
  for (let at = upTo; at >= 0; at -= 1) {
    const { stage, conds, round = 1, depth: level = 0 } = frames[at];
    if (level < depth) break; // the request around this one
    if (level > depth) continue;
    if (!rounds.has(stage)) rounds.set(stage, round);
    if (found.has(stage) || rounds.get(stage) !== round || !conds?.length || !decides(frames[at])) continue;
    const [code, value] = conds[0];
    if (value !== "–") found.set(stage, `${code} = ${typeof value === "boolean" ? Number(value) : value}`);
  }
  return found;
}

/** Where that stands: on the branch beside the name if there is room, else under the name. */
export function besideName(stage, text, nullExit, letter = LADDER.letter) {
  return !nullExit && nameEnd(stage) + text.length * letter + 2 < LADDER.ends[0];
}

export function makeLadder(app) {
  const stages = Object.keys(app.text.stages), height = stages.length * LADDER.step + 4;
  const y = (stage) => stages.indexOf(stage) * LADDER.step + 12;
  const legend = h("h3"), marker = s("rect",
    { class: "curbox", x: 55, y: -10.5, width: LADDER.width - 55, height: 21, rx: 3 });
  const svg = s("svg", { class: "ld", viewBox: `0 0 ${LADDER.width} ${height}`, role: "group" }, marker);
  const lines = s("g"), marks = s("g"), nodes = s("g");
  const looked = s("g", { class: "looked", "aria-hidden": "true" });
  svg.append(lines, marks, looked, nodes);

  const drawOrder = ["rail", "skip-right", "skip-left", "self", "loop", "null", "end"];
  const routed = routeEdges(stages, app.text.chart);
  routed.sort((a, b) => drawOrder.indexOf(a.kind) - drawOrder.indexOf(b.kind) || (a.lane ?? 0) - (b.lane ?? 0));
  const edges = routed.map((edge) => {
    const above = edge.kind === "null" && routed.some((other) => other.from === edge.from && other.kind === "end");
    const shift = above ? "translate(42,-6)" : null; // clear of what fault_injection looked at
    const path = s("path", { class: "e", d: edgePath(edge, y), transform: shift });
    const halo = edge.kind === "loop" ? s("path", { class: "halo", d: edgePath(edge, y) }) : null;
    lines.append(...[halo, path].filter(Boolean));
    if (edge.kind === "null") lines.append(s("text",
      { class: "null", x: nameEnd(edge.from) + (above ? 55 : 13), y: y(edge.from) + (above ? -3 : 3.5) }, "NULL"));
    const count = ["loop", "self"].includes(edge.kind) ? loopCount(edge) : null;
    return { ...edge, path, halo, count };
  });
  for (const { kind, to } of routed.filter((edge) => ["loop", "end"].includes(edge.kind))) {
    const at = kind === "end" ? `M${nameEnd(to) + 6} ${y(to) - 4}l-6 4l6 4z`
      : `M${LADDER.rail - 13} ${y(to) - 4}l6 4l-6 4z`;
    marks.append(s("path", { class: "arrow", d: at }));
  }
  for (const { count } of edges) if (count) marks.append(count.el);

  function loopCount({ from, to, lane, kind }) {
    const x = kind === "self" ? LADDER.rail - 20 : LADDER.loops[Math.min(lane, 1)],
      middle = (y(from) + y(to)) / 2 - (lane ? 22 : 0);
    const label = s("text", { x: x + 1, y: middle + 3.5, "text-anchor": "middle" }),
      box = s("rect", { y: middle - 7, height: 14, rx: 3 });
    return { el: s("g", { class: "count", visibility: "hidden" }, box, label), label, box, x };
  }

  function showCount({ el, label, box, x }, times) {
    const text = `×${times}`, width = text.length * 6.2 + 4;
    el.setAttribute("visibility", times ? "visible" : "hidden");
    if (!times) return;
    setText(label, text);
    const left = Math.max(-6, x + 1 - width / 2);
    box.setAttribute("x", left);
    box.setAttribute("width", width);
    label.setAttribute("x", left + width / 2);
  }

  const goTo = (stage) => {
    const starts = app.run.rows.flatMap(({ frame, row }, i) =>
      (app.document.frames[frame].stage === stage && row <= 0 ? [i] : []));
    const target = starts.find((i) => i > app.cursor) ?? starts[0];
    if (target !== undefined) app.moves.go(target, { settle: true });
  };
  const node = (stage) => {
    const shape = stageShape(SHAPES[stage]);
    shape.setAttribute("transform", `translate(${LADDER.rail},${y(stage)})`);
    return s("g", { class: "n", role: "button", tabindex: -1, "data-stage": stage,
      on: { click: () => goTo(stage), keydown: onKey } },
      s("rect", { class: "hit", x: LADDER.rail - 10, y: y(stage) - 11, width: nameEnd(stage) - LADDER.rail + 10,
        height: 22 }), shape,
      s("text", { x: LADDER.name, y: y(stage) + 4 }, stage));
  };
  /** px of the small type, so that on the screen it is never under 8.6 px, and in a lecture hall 11. */
  const smallType = () => Math.max(8.6, (app.switches.lecture ? 11 : 8.6) / app.size.ladderScale);
  function lookedNodes(found, current, size) {
    const letter = (LADDER.letter * size) / 8.6;
    const drawn = [...found].filter(([stage]) => stage !== "fault_injection"); // no room above restart's own exit
    return drawn.flatMap(([stage, text]) => {
      const exit = app.text.chart.some(([from, to]) => from === stage && to === null);
      const beside = besideName(stage, text, exit, letter), x = beside ? nameEnd(stage) : LADDER.name;
      const base = y(stage) + (beside ? 3 : 13);
      return [beside ? s("rect", { class: stage === current ? "now" : "", x: x - 2, y: base - 8,
        width: text.length * letter + 4, height: 11 }) : null,
      s("text", { x, y: base, style: `font-size:${size}px` }, text)];
    });
  }
  function onKey(event) {
    const { stage } = event.currentTarget.dataset, move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (move) byStage.get(stages[stages.indexOf(stage) + move])?.focus();
    else if (event.key === "Enter" || event.key === " ") goTo(stage);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  const byStage = new Map(stages.map((stage) => [stage, node(stage)]));
  nodes.append(...byStage.values());

  function showLegend() {
    const icon = (kind) => s("svg", { viewBox: "-8 -8 16 16", class: "lg", "aria-hidden": "true" }, stageShape(kind));
    keyed(legend, app.lang, () => [app.t("ladder"),
      ...["asks", "tries", "acts"].map((kind) => h("span", {}, icon(kind), app.t(kind)))]);
    svg.setAttribute("aria-label", app.t("ladderName"));
  }

  let inRun = { document: null, stages: new Set() };
  function show(view) {
    showLegend();
    if (inRun.document !== app.document) inRun = { document: app.document,
      stages: new Set(app.document.frames.map((frame) => frame.stage)) };
    const { seen, edges: taken } = wayTaken(app.document.frames, view.at);
    for (const { from, to, path, halo, count } of edges) {
      const times = to === null ? 0 : taken.get(`${from}>${to}`) ?? 0;
      const endsHere = to === null && view.isEnd && view.frame.stage === from;
      if (path.classList.toggle("on", times > 0 || endsHere)) lines.append(...[halo, path].filter(Boolean));
      if (count) showCount(count, times);
    }
    const found = lookedAt(app.document.frames, view.at), now = view.frame.stage, size = smallType();
    if (app.predict.on) found.delete(now); // no peeking
    keyed(looked, JSON.stringify([[...found], now, size]), () => lookedNodes(found, now, size));
    for (const [stage, group] of byStage) {
      const current = stage === view.frame.stage;
      group.setAttribute("class", `n${current ? " cur" : ""}${seen.has(stage) ? " seen" : ""}`);
      group.setAttribute("tabindex", current ? 0 : -1);
      const name = app.t(app.predict.on ? "unseenStage" : inRun.stages.has(stage) ? "stageName" : "stageUnused", { stage });
      group.setAttribute("aria-label", found.has(stage) ? `${name} (${found.get(stage)})` : name);
      if (current) group.setAttribute("aria-current", "step");
      else group.removeAttribute("aria-current");
    }
    marker.style.transform = `translateY(${y(view.frame.stage)}px)`;
    marker.setAttribute("visibility", stages.includes(view.frame.stage) ? "visible" : "hidden");
  }
  const el = h("section", { class: "p lad" }, legend, svg);
  /** Where the node of a stage lies on the screen, for the wedge to the source. */
  const place = (stage) => {
    const box = svg.getBoundingClientRect();
    return { y: box.top + (y(stage) * box.height) / height, x: box.right };
  };
  return { el, show, place, stageY: (stage) => (y(stage) * svg.clientHeight) / height };
}
