// One report of the clinic as pictures: verdict, zones, cures, and the text whose lines the figures point at.
import { fmt } from "./say.js";
import { bigMark, h, s } from "./dom.js";
import { clinicSay } from "./clinic_words.js";

/** Lines of the paste with a null wherever some are left out: [[1, "a"], [9, "b"]] -> [[1, "a"], null, [9, "b"]]. */
export function withGaps(lines) {
  return lines.flatMap((line, i) => (i && line[0] !== lines[i - 1][0] + 1 ? [null, line] : [line]));
}

/** Where free pages, marks and reserve stand on a bar of 100: up to the highest of them and a little more. */
export function clinicScale({ free, marks, reserve }) {
  const level = marks[0] + reserve, top = Math.max(free, level, ...marks, 1) * 1.06;
  const near = Math.min(top, Math.max(...marks, level, 1) * 2.4), torn = top > near;
  const at = (pages) => (torn && pages > near ? 96 : (pages / near) * (torn ? 90 : 100));
  return { torn: torn && free > near, free: at(free), marks: marks.map(at), reserve: at(reserve) };
}

const TICK_APART = 6; // per cent of the bar that a name needs

/** Of the names on a bar, [name, place] or false, those that have room, the first given first. */
export function clinicTicks(ticks) {
  return ticks.filter(Boolean).reduce((kept, tick) =>
    (kept.every((other) => Math.abs(other[1] - tick[1]) >= TICK_APART) ? [...kept, tick] : kept), []);
}

/** What draws a report into `result`: (shown, number of the report, choose(i), play()). `lang()` is the language now. */
export function makeClinicReport(id, result, lang) {
  let marked = [];
  const say = (key, args) => clinicSay(key, lang(), args);
  const pair = (two) => two[lang() === "zh" ? 1 : 0];

  // -- figures, and the lines that they came from
  function mark(lines, on) {
    for (const line of marked) line.removeAttribute("data-on");
    marked = on ? lines.map((n) => result.querySelector(`[data-line="${n}"]`)).filter(Boolean) : [];
    for (const line of marked) line.setAttribute("data-on", "");
    const pane = marked[0]?.closest(".ct-text");
    if (!pane) return;
    const top = marked[0].offsetTop - pane.offsetTop, bottom = marked.at(-1).offsetTop - pane.offsetTop + marked[0].offsetHeight;
    if (top < pane.scrollTop || bottom > pane.scrollTop + pane.clientHeight) pane.scrollTop = top - pane.clientHeight / 3;
  }
  const pointing = (lines) => ({ mouseenter: () => mark(lines, true), mouseleave: () => mark([], false),
    focus: () => mark(lines, true), blur: () => mark([], false) });
  const lineWords = (lines) => (lines.length ? say("lines", { list: lines.join(", ") }) : "");
  function figure(text, lines, spoken) {
    if (!lines.length) return h("b", {}, text);
    return h("button", { type: "button", class: "fig", title: lineWords(lines), on: pointing(lines),
      "aria-label": `${spoken ?? text}, ${lineWords(lines)}` }, text);
  }

  // -- one zone
  function gaugeOf(row) {
    const at = 60, ratio = row.m > 0 ? row.f / row.m : row.ok ? 9 : 0, colour = row.ok ? "var(--ok)" : "var(--no)";
    const bar = ratio * at > 100 ? [s("path", { d: "M0 4H93L89 12H0Z", fill: colour }),
      s("path", { d: "M97 4H104V12H93Z", fill: colour })]
      : [s("rect", { x: 0.7, y: 4, width: Math.max(0.1, ratio * at), height: 8, fill: row.ok ? colour : `url(#${id}-hatch)`,
        stroke: colour, "stroke-width": 1.4 })];
    return s("svg", { class: "gauge", viewBox: "0 0 104 16", preserveAspectRatio: "none", "aria-hidden": "true" }, bar,
      s("line", { x1: at, x2: at, y1: -7, y2: 23, stroke: "var(--ink)", "stroke-width": 2 }));
  }

  function rowOf(row, decides) {
    const sign = row.ok ? ">" : "≤", answer = say(row.ok ? "yes" : "no");
    return h("div", { class: `r${decides ? " cur" : ""}`, on: pointing(row.lines) },
      h("span", { class: "lab" }, pair(row.what)), h("span", { class: "hwf" }, pair(row.left)),
      h("span", { class: "f" }, figure(fmt(row.f), row.lines, `${pair(row.what)}: ${fmt(row.f)} ${sign} ${fmt(row.m)}, ${answer}`)),
      h("span", { class: "gt" }, sign), h("span", { class: "m" }, fmt(row.m)), gaugeOf(row),
      h("span", { class: "hmk", title: pair(row.right) }, pair(row.right)),
      h("span", { class: `v ${row.ok ? "ok" : "no"}` }, `${row.ok ? "✓" : "✗"} ${answer}`));
  }

  /** Free pages as water, the three marks as lines, the reserve as a hatched floor. */
  function tank(zone, reserve) {
    const marks = ["min", "low", "high"].map((name) => zone[name].v);
    if (zone.free.v === null || marks.includes(null)) return null;
    const scale = clinicScale({ free: zone.free.v, marks, reserve });
    const x = (n) => `${Math.min(n, 100)}%`;
    return s("svg", { class: "ct-tank", role: "img", "aria-label": `${zone.label}: ${say("free")} ${fmt(zone.free.v)}, min ${fmt(marks[0])}, low ${fmt(marks[1])}, high ${fmt(marks[2])}, ${say("reserve")} ${fmt(reserve)}` },
      s("rect", { y: 4, width: "100%", height: 14, fill: "var(--line2)" }),
      s("rect", { y: 4, width: x(scale.free), height: 14, fill: "var(--free)" }),
      scale.torn && s("svg", { x: "93%", width: 12, height: 22 }, s("path", { d: "M5 0L0 22H5L10 0Z", fill: "var(--bg)" })),
      reserve > 0 && s("rect", { y: 12, width: x(scale.reserve), height: 6, fill: `url(#${id}-cross)`, stroke: "var(--resv)" }),
      scale.marks.map((at, i) => s("line", { x1: x(at), x2: x(at), y1: 0, y2: 22, stroke: "var(--ink)",
        "stroke-width": i ? 1.2 : 2.6 })),
      clinicTicks([["min", scale.marks[0]], reserve > 0 && [say("reserve"), scale.reserve], ["high", scale.marks[2]],
        ["low", scale.marks[1]]]).map(([name, at]) => s("text", { x: x(at), y: 33, class: "ct-tick",
        "text-anchor": at < 4 ? "start" : at > 96 ? "end" : "middle" }, name)));
  }

  function blocksOf(zone) {
    if (!zone.blocks.v) return null;
    const lines = zone.blocks.line ? [zone.blocks.line] : [];
    const cells = zone.blocks.v.map((n, o) => h("div", { class: n ? "blk" : "blk none" }, h("small", {}, fmt(o)),
      h("b", {}, fmt(n)), zone.blocks.types?.[o] && h("small", { class: "ty" }, zone.blocks.types[o])));
    return [h("div", { class: "ct-cap", "aria-hidden": zone.blocks.types ? null : "true" },
      say(zone.blocks.types ? "typed" : "blocks")),
      h("div", { class: "blks", role: "group", "aria-label": `${say("blocks")}, ${zone.label}`, on: pointing(lines) }, cells)];
  }

  function zoneHead(zone, test, tested) {
    const named = (word, text, { v, line }) => v !== null && v !== undefined && [
      h("i", {}, text), figure(fmt(v), line ? [line] : [], `${zone.label} ${text} ${fmt(v)}`)];
    const reserve = test?.reserve ?? null;
    const outcome = !test ? tested && h("span", { class: "ct-out" }, say("untested"))
      : test.ok === null ? h("span", { class: "ct-out" }, `? ${say("missing")}`)
        : h("span", { class: `ct-out ${test.ok ? "ok" : "no"}` }, `${test.ok ? "✓" : "✗"} ${test.ok ? say("passes") : say("refuses", { n: test.short })}`);
    return h("div", { class: "ct-zhead" }, h("b", { class: "ct-zone" }, zone.label),
      h("span", { class: "ct-figs" }, named("free", say("free"), zone.free), named("min", "min", zone.min),
        named("low", "low", zone.low), named("high", "high", zone.high),
        reserve !== null ? named("reserve", say("reserve"), { v: reserve, line: zone.reserve.line })
          : zone.reserve.v && named("reserve", say("reserve"), { v: zone.reserve.v.map(fmt).join(" "), line: zone.reserve.line })),
      outcome);
  }

  function zoneOf(zone, report) {
    const test = report.tests.find((one) => one.zone === zone.label);
    const rows = test?.rows ?? [], chain = rows.length > 0 && test.steps.length > 0 && h("div", { class: "chain" },
      h("span", {}, test.mark), h("b", {}, fmt(zone[test.mark].v)),
      test.steps.map(([what, after]) => [h("i", {}, typeof what === "string" ? what : pair(what)), h("b", {}, fmt(after))]));
    return h("section", { class: "ct-z", "aria-label": zone.label }, zoneHead(zone, test, report.tests.length > 0), tank(zone, test?.reserve ?? 0), chain,
      rows.length > 0 && h("div", { class: "rows" },
        h("div", { class: "r h" }, h("span", {}, say("counted")), h("span", { class: "hwf" }), h("span", { class: "end" }, say("pages")),
          h("span"), h("span", {}, say("level")), h("span", { class: "mid" }, say("against")), h("span", { class: "hmk" }), h("span")),
        rows.map((row, i) => rowOf(row, i === rows.length - 1 && test.zone === report.zone))), blocksOf(zone));
  }

  // -- one report
  function verdictOf(report) {
    const state = report.passes === null ? "none" : report.passes ? "ok" : "no";
    const hero = report.tests.find((test) => test.zone === report.zone)?.rows.at(-1);
    return h("div", { class: `ct-verdict ${state}` },
      state === "none" ? h("span", { class: "ct-q", "aria-hidden": "true" }, "?") : bigMark(report.passes),
      hero && h("span", { class: "ct-hero", "aria-hidden": "true" }, h("b", {}, fmt(hero.f)), h("i", {}, hero.ok ? ">" : "≤"),
        h("b", {}, fmt(hero.m))),
      h("p", { id: `${id}-verdict`, tabindex: -1 }, pair(report.sentence)));
  }

  function requestOf(report) {
    const { asked, rule } = report, lines = report.request_line ? [report.request_line] : [];
    const size = asked?.kb ? say("size", { kb: asked.kb, o: asked.order }) : say("noSize");
    const mask = asked ? [asked.names, asked.mode && `(${asked.mode})`].filter(Boolean).join(" ") : "";
    const words = rule && { words: pair(rule.words), first: rule.first, last: rule.last };
    return h("div", { class: "ct-req" },
      asked && h("p", {}, figure(say("asks", { who: asked.process ?? say("someone"), size, mask }), lines)),
      asked?.others.length > 0 && h("p", { class: "ct-small" }, say("others", { list: asked.others.join("; ") })),
      h("p", { class: "ct-small" }, report.kernel ? say("printed", { k: report.kernel }) : say("unnamed"), say("stop"),
        h("span", { title: rule?.source }, rule ? say(rule.last ? "rule" : "ruleOn", words) : say("noRule"))));
  }

  const list = (key, items, name) => items.length > 0 && h("section", { class: name, "aria-label": say(key) },
    h("h3", {}, say(key)), h("ul", {}, items));

  function cureOf({ zone, text, margin, warning }) {
    return h("li", {}, h("span", { class: "ct-where" }, zone), h("span", { class: "ct-cure" }, pair(text),
      warning && h("small", {}, `⚠ ${pair(warning)}`)), h("b", { class: "ct-spare" }, say("spare", { n: margin })));
  }

  function textPane(shown, report) {
    const used = new Set(report.lines);
    const line = (one) => (one === null ? h("li", { class: "ct-gap", "aria-hidden": "true" }, say("gap"))
      : h("li", { "data-line": one[0], class: used.has(one[0]) ? "used" : null }, h("span", { class: "ct-n" }, one[0]),
        h("code", {}, one[1])));
    return h("section", { class: "ct-paper", "aria-label": say("text") }, h("h3", {}, say("text")),
      h("ol", { class: "ct-text", tabindex: 0, "aria-label": say("text") }, withGaps(shown.lines).map(line)),
      shown.skipped > 0 && h("p", { class: "ct-small" }, say("skipped", { n: shown.skipped })));
  }

  function chooser(shown, chosen, choose) {
    if (shown.reports.length < 2) return null;
    return h("div", { class: "ct-several", role: "group", "aria-label": say("several") }, shown.reports.map((one, i) =>
      h("button", { type: "button", class: "solo", "aria-pressed": String(i === chosen), "data-report": i,
        on: { click: () => choose(i) } }, `${one.passes === null ? "?" : one.passes ? "✓" : "✗"} ${pair(one.title)}`)),
    shown.more > 0 && h("span", { class: "ct-small" }, say("more", { n: shown.more })));
  }

  function reportNodes(shown, chosen, choose, play) {
    const report = shown.reports[chosen];
    const playing = h("button", { type: "button", class: "solo go", disabled: Boolean(report.cannot_play),
      "aria-describedby": `${id}-play`, on: { click: play } }, `▶ ${say("play")}`);
    return [chooser(shown, chosen, choose), verdictOf(report),
      h("div", { class: "ct-cols" }, h("div", { class: "ct-main" }, requestOf(report),
        report.zones.filter((zone) => !zone.empty).map((zone) => zoneOf(zone, report)),
        report.more_zones > 0 && h("p", { class: "ct-small" }, say("zonesMore", { n: report.more_zones })),
        list("cures", report.cures.map(cureOf), "ct-cures"), list("reasons", report.reasons.map((one) => h("li", {}, pair(one))), "ct-list"),
        h("div", { class: "ct-play" }, playing, h("span", { id: `${id}-play`, class: "ct-small" },
          pair(report.cannot_play ?? report.play_note)))),
      h("div", { class: "ct-side" }, textPane(shown, report),
        list("unread", report.unread.map(({ line, why }) => h("li", {}, figure(say("lines", { list: line }), [line]), ` ${pair(why)}`)), "ct-list"),
        report.more_unread > 0 && h("p", { class: "ct-small" }, say("more", { n: report.more_unread })),
        list("notes", report.notes.map((one) => h("li", {}, pair(one))), "ct-list")))];
  }

  /** The text pane begins at the line that the deciding figure came from. */
  function showDeciding(report) {
    const rows = report.tests.find((test) => test.zone === report.zone)?.rows ?? [];
    const pane = result.querySelector(".ct-text"), line = pane.querySelector(`[data-line="${rows.at(-1)?.lines[0]}"]`);
    if (line) pane.scrollTop = Math.max(0, line.offsetTop - pane.offsetTop - pane.clientHeight / 2);
  }

  return (shown, chosen, choose, play) => {
    marked = [];
    result.replaceChildren(...reportNodes(shown, chosen, choose, play).flat().filter(Boolean));
    showDeciding(shown.reports[chosen]);
  };
}
