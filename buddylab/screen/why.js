// The watermark test of the frame written out, or what else it looked at.
import { SHAPES } from "./constants.js";
import { PAGES_OF } from "./kernel.js";
import { WORDS } from "./words.js";
import { event0, nextStage, visitGain } from "./frames.js";
import { fmt } from "./say.js";
import { foldRows, groupTests, triesSoFar } from "./evidence.js";
import { bigMark, h, keyed, s, setText, stageShape } from "./dom.js";

export const lastRow = (test) => test.rows[test.rows.length - 1];
/** The mark in force before the reserve is added, and after: read from the test, never computed. */
export const markInForce = (test) => (test.chain?.length ? test.chain[test.chain.length - 1][1] : test.mark);

/** What Why shows for a frame: test, end, split, merge, passing (time or pages), marks, conds or stage. */
export function whyKind(frame) {
  if (frame.test) return "test";
  if (event0(frame) === "end") return "end";
  if (frame.split) return "split";
  if (frame.merge) return "merge";
  if (frame.reclaimed || frame.jiffies !== undefined) return "passing";
  if (frame.chains?.length) return "marks";
  return frame.conds?.length ? "conds" : "stage";
}

/** The count is negative: fewer pages than asked. That is no number of pages, so it is never shown as one. */
export const isFewer = (row) => row.f < 0;

/** The comparison that a row shows, [left, sign, right]: count and mark, or pages there and pages asked. */
export function comparison(row, order) {
  return isFewer(row) ? [row.above, "<", PAGES_OF[order]] : [row.f, ">", row.m];
}

export function makeWhy(app) {
  const title = h("b"), sub = h("span", { class: "sub" }), hero = h("div", { class: "ineq" }),
    table = h("table", { class: "mx" });
  const chain = h("div", { class: "chain" }), rows = h("div", { class: "rows" });
  const el = h("section", { class: "p why" }, h("h3", {}, title, sub), h("div", { class: "hero" }, hero, table), chain,
    rows);
  const label = (zone) => app.document.machine.zones[zone].label;
  const big = (...parts) => h("div", { class: "big" }, parts);
  const num = (value, colour) => h("span", { class: "num", style: colour ? `color:var(--${colour})` : null },
    typeof value === "number" ? fmt(value) : value);
  const op = (text) => h("span", { class: "op" }, text);
  const unit = (text) => h("span", { class: "unit" }, text);
  const spell = (...parts) => h("div", { class: "spell" }, parts);
  const modelTag = () => h("span", { class: "model" }, app.t("model"));

  function verdict(row) {
    if (row.slip) return h("span", { class: "vv" }, h("span", {}, app.t("unsigned")));
    const text = row.ok ? app.t("holds") : row.short === 1 ? app.t("equal")
      : isFewer(row) ? app.t("fewer") : app.t("short", { n: row.short });
    return h("span", { class: `vv ${row.ok ? "ok" : "no"}` }, bigMark(row.ok), h("span", {}, text));
  }

  /** Numbers and verdict stay on one line: the longer they are, the smaller the numbers. */
  function inequality(test, row, below) {
    const [left, than, right] = comparison(row, test.order), sign = verdict(row);
    const digits = (fmt(left) + fmt(right)).length, said = sign.textContent.length;
    const signWidth = (level) => (level ? Math.min(99, said * 7.5) : Math.min(132, said * 10));
    return [sized((scale, level) => digits * 29 * scale + signWidth(level) + 130,
      [num(left), op(than), num(right), sign]), below];
  }

  /** Numbers that are made smaller, once all is drawn, until they have room: need(scale, level) is their width in px. */
  let need = null;
  function sized(width, parts) {
    need = width;
    return big(parts);
  }
  function measure() {
    const node = hero.querySelector(".big");
    if (!need || !node) return;
    const room = (hero.clientWidth || 420) / app.size.zoom;
    const level = [1, 0.8, 0.64].findIndex((scale, i) => need(scale, i) < room), name = `big l${level < 0 ? 3 : level}`;
    if (node.className !== name) node.className = name;
  }

  /** The width of numbers without a verdict: `digits` characters and `signs` between them. They leave the table its
   *  room, and none is larger than `start` says. */
  const plainWidth = (start, digits, signs) => (scale, level) => (level < start ? Infinity
    : (digits * 30 + signs * 40) * scale + signs * 28 + (table.hidden ? 0 : table.offsetWidth / app.size.zoom + 12));

  function spelled(test, row) {
    const size = PAGES_OF[test.order], { o, above } = row, mark = markInForce(test);
    if (isFewer(row)) return spell(app.t(o ? "fewerBlocks" : "fewerAll", { above, o }), h("b", {}, "<"),
      app.t("sizeAsked", { size }));
    const right = o ? app.t(o === 1 ? "spellOnce" : o === 2 ? "spellTwice" : "spellTimes", { mark, o })
      : app.t(test.reserve ? "spellReserve" : "spellMark", { mark, reserve: test.reserve });
    return spell(app.t(o ? "spellBlocks" : "spellAll", { above, o, size }), h("b", {}, ">"), right);
  }

  // -- the table tries x zones
  function tries(view) {
    const zones = app.document.request.zonelist, made = triesSoFar(app.document, app.run.rows, view.cursor);
    const name = ({ stage, mark }) => {
      const text = mark ?? app.t("noMark");
      return stage === "retry_after_reclaim" && mark ? app.t("again", { mark }) : text;
    };
    const colour = (ok) => (ok === null ? "" : ok ? "ok" : "no");
    const cell = (found) => {
      if (!found) return h("td");
      const one = ({ ok, times }) => h("span", { class: colour(ok) }, ok === null ? "?" : ok ? "✓" : "✗",
        times > 1 ? h("small", {}, `×${times}`) : null);
      return h("td", { class: `${colour(found.outcomes.at(-1).ok)}${found.current ? " cur" : ""}` },
        found.outcomes.map(one));
    };
    table.setAttribute("aria-label", app.t("triesName"));
    table.hidden = !made.length;
    keyed(table, JSON.stringify([app.lang, zones, made]), () => [
      h("thead", {}, h("tr", {}, h("td"), zones.map((zone) => h("th", { scope: "col" }, zone)))),
      h("tbody", {}, made.map((one) => h("tr", {}, h("th", { scope: "row" }, name(one)),
        zones.map((zone) => cell(one.cells[zone]))))),
    ]);
  }

  // -- how the mark came about
  function chainOf(test, withZone) {
    const factor = (name, text) => {
      const step = test.chain?.find(([which]) => which === name);
      return [h("i", { class: step ? null : "off" }, text), step ? h("b", {}, fmt(step[1])) : null];
    };
    const start = [h("span", {}, `${withZone ? `${label(test.zone)} ` : ""}${test.mark_name}`),
      h("b", {}, fmt(test.mark))];
    if (test.own) return start;
    return [...start, factor("HIGH", "HIGH −½"), factor("HARDER", "HARDER −¼"), h("span", {}, "+ lowmem_reserve"),
      h("b", {}, fmt(test.reserve)), test.rows ? [h("span", {}, "="), h("b", {}, fmt(test.rows[0].m))] : null].flat();
  }

  /** Which test decided and how many were made: stands where the changes will stand. */
  function decidedBy(frame) {
    const n = frame.tests?.length, test = app.document.frames[decidingFrame(frame)]?.test;
    if (!n) return [];
    const key = !test || frame.event[1] === "livelock" ? "decidedNone" : n === 1 ? "decidedOnly" : "decidedBy";
    return h("span", {}, app.t(key, { n, zone: test && label(test.zone), mark: test?.mark_name }));
  }

  /** The changes that turn the verdict; null until Python has found them: it is asked when the verdict is shown. */
  function away() {
    const list = app.ask.oneAway();
    if (!list) return null;
    const sign = { page: " ✓", no_page: " ✗", livelock: " ∞" };
    const button = ([key, args, knobs, end]) =>
      h("button", { type: "button", class: `alt ${end === "page" ? "ok" : "no"}`, disabled: !app.live,
      on: { click: () => app.ask.patch(knobs) } }, app.say(key, args) + sign[end]);
    return [h("span", {}, app.t(list.length ? "oneAway" : "noneAway")), ...list.map(button)];
  }

  // -- rows of a test
  function gauge(row) {
    const mark = 60, ratio = row.m > 0 ? row.f / row.m : row.ok ? 9 : 0, x = Math.max(0.1, Math.min(ratio * mark, 100));
    const colour = row.ok ? "var(--ok)" : "var(--no)";
    const bar = ratio * mark > 100 ? [s("path", { d: "M0 4H93L89 12H0Z", fill: colour }),
      s("path", { d: "M97 4H104V12H93Z", fill: colour })]
      : [s("rect", { x: 0.7, y: 4, width: x, height: 8, fill: row.ok ? colour : app.draw.pattern("hatch"), stroke: colour,
        "stroke-width": 1.4 })];
    return s("svg", { class: "gauge", viewBox: "0 0 104 16", preserveAspectRatio: "none", "aria-hidden": "true" }, bar,
      s("line", { x1: mark, x2: mark, y1: -7, y2: 23, stroke: "var(--ink)", "stroke-width": 2 }));
  }

  function waterfall(test, row, animate) {
    const all = Math.max(1, test.rows[0].above), before = row.o ? test.rows[row.o - 1].above : all;
    const share = (pages) => `${(pages / all) * 100}%`;
    const solid = s("rect", { y: 1, height: 14, fill: "var(--free)", style: `width:max(2px,${share(row.above)})` });
    if (animate && row.o) app.draw.animate(solid, [{ width: share(before) }, { width: `max(2px,${share(row.above)})` }],
      360);
    return s("svg", { class: "wf", "aria-hidden": "true" },
      s("rect", { y: 3, width: "100%", height: 10, fill: "var(--line2)" }),
      row.o ? s("rect", { x: share(row.above), y: 3, width: share(before - row.above), height: 10,
        fill: app.draw.pattern("hatch"),
        stroke: "var(--ink3)", "stroke-width": 0.8 }) : null, solid);
  }

  const yesNo = ({ ok, slip }) => (slip ? h("span", { class: "v" }, "—")
    : h("span", { class: `v ${ok ? "ok" : "no"}` }, `${ok ? "✓ " : "✗ "}${app.t(ok ? "yes" : "no")}`));
  const headRow = (first, second) => h("div", { class: "r h" }, h("span", {}, first),
    h("span", { class: "hwf" }, second),
    h("span", { class: "end" }, app.t("pagesHead")), h("span"), h("span", {}, app.t("markHead")),
      h("span", { class: "mid" }, app.t("gaugeHead")), h("span"));

  function testRow(test, o, current) {
    const row = test.rows[o], shown = row && o <= current, now = o === current;
    const name = o ? app.t("orderFrom", { o }) : app.t("anySize");
    const lab = h("span", { class: "lab" }, name,
      o && shown ? h("small", {}, ` − ${fmt(row.nr)} × ${fmt(PAGES_OF[o - 1])}`) : null);
    if (!shown) return h("div", { class: "r todo" }, lab);
    return h("div", { class: `r${now ? " cur" : ""}`, ...counting(o, spokenRow(name, test, row)) }, lab,
      waterfall(test, row, now), compared(test, row));
  }

  /** Under the pointer or the focus, a row lights the blocks that it counts: those of this order or more. */
  function counting(order, name) {
    const light = () => app.acts.hover(order), dark = () => app.acts.hover(-1);
    return { tabindex: 0, role: "group", "aria-label": name,
      on: { mouseenter: light, mouseleave: dark, focus: light, blur: dark } };
  }

  const spokenRow = (name, test, row) =>
    `${name}: ${comparison(row, test.order).map((part) => (typeof part === "number" ? fmt(part) : part)).join(" ")}, `
      + app.t(row.ok ? "yes" : "no");

  /** The last cells of a row: two numbers, how they compare, yes or no. */
  function compared(test, row) {
    const [left, than, right] = comparison(row, test.order);
    return [h("span", { class: "f" }, fmt(left)), h("span", { class: "gt" }, than),
      h("span", { class: "m" }, fmt(right)),
      isFewer(row) ? h("span", { class: "asked" }, app.t("asked")) : gauge(row), yesNo(row)];
  }

  function foldedRow({ from, to }, current) {
    const done = to <= current, n = to - from + 1;
    return h("div", { class: `r fold${done ? "" : " todo"}` },
      h("span", { class: "lab" }, app.t(done ? "foldHold" : "foldTodo", { a: from, b: to })),
      done ? h("span", { class: "v ok" }, `✓ ${app.t("allHold", { n })}`) : null);
  }

  function testRows(test, current) {
    const line = (slot) => (slot.row === undefined ? foldedRow(slot, current) : testRow(test, slot.row, current));
    return [headRow(app.t("countOnly"), app.t("ofAll")), ...foldRows(test.order, current).map(line)];
  }

  // -- the end: every test made
  function madeRow({ test, row, times, decides }) {
    const what = row.o ? app.t("blocksFrom", { o: row.o })
      : test.reserve ? app.t("spellReserve", { mark: markInForce(test), reserve: test.reserve }) : app.t("anySize");
    return h("div", { class: `r${decides ? " cur" : ""}` },
      h("span", { class: "lab" }, h("b", {}, label(test.zone)), ` ${test.mark_name}`,
        times > 1 ? h("small", {}, ` ×${times}`) : null),
      h("span", { class: "hwf" }, what), compared(test, row));
  }

  function endRows({ frame }) {
    const { shown, hidden } = groupTests(app.document.frames, frame.tests ?? [], decidingFrame(frame), app.run.slots);
    const head = hidden ? app.t("moreTests", { n: hidden }) : "";
    return [headRow(head, ""), ...shown.map(madeRow)];
  }

  /** The frame whose test decided: none where a page was taken without asking any mark. */
  function decidingFrame({ decides, tests = [], event }) {
    const ok = (at) => app.document.frames[at].test.ok;
    return [decides, tests.findLast(ok), tests.at(-1)].find((at) => at !== undefined
      && (event[1] !== "page" || ok(at)));
  }

  function endHero({ frame }) {
    const test = app.document.frames[decidingFrame(frame)]?.test;
    if (frame.event[1] === "livelock") {
      const ms = ((app.run.levels.at(-1).jiffies - app.document.initial.jiffies) * 1000) / app.document.machine.HZ;
      return [big(num("∞")), spell(app.t("rounds", { n: frame.args.rounds, ms }))];
    }
    if (!test) {
      const [pages, colour] = app.document.result === null ? [0] : [PAGES_OF[app.document.request.order], "ok"];
      return [big(num(pages, colour), unit(app.t("pagesHead"))),
        spell(app.t(frame.event[1] === "freed" ? "givenBack" : frame.tests?.length ? "noMarkAsked" : "noTests"))];
    }
    const row = lastRow(test), where = row.o ? ` · ${app.t("blocksFrom", { o: row.o })}` : "";
    return inequality(test, row, app.ask.oneAway()
      ? spell(app.t("decider", { zone: label(test.zone), mark: test.mark_name }) + where) : spelled(test, row));
  }

  // -- a split or a merge, as a picture
  function splitHero({ split }) {
    if (!split.back.length) return [big(num(PAGES_OF[split.from], "ok"), unit(app.t("pagesHead"))),
      spell(app.t("wholeBlock", { o: split.from }))];
    const back = split.back.flatMap((order) => [op("+"), num(PAGES_OF[order], "free")]);
    const colour = (text, name) => h("b", { class: "tight", style: `color:var(--${name})` }, text);
    return [h("div", { class: `big l${split.back.length > 5 ? 3 : split.back.length > 2 ? 2 : 0}` },
      num(PAGES_OF[split.from]), op("="), num(PAGES_OF[split.yours], "ok"), back),
    spell(app.t("splitSpell"), colour(app.t("yours"), "ok"), split.back.length ? app.t("splitBack") : "")];
  }

  function splitPicture({ from, yours, back }) {
    const levels = [from, ...[...back].sort((a, b) => b - a)],
      height = Math.min(26, (app.run.slots * 28) / levels.length - 4);
    const level = (order, i) => {
      const width = 100 / 2 ** i, y = i * (height + 4), parts = [];
      const box = (x, w, fill, text, name) => parts.push(app.draw.animate(s("rect",
        { x: `${x}%`, y, width: `${w}%`, height, rx: 2, fill, stroke: "var(--bg)" }),
        [{ opacity: 0 }, { opacity: 1 }], 320, i * 60),
          w > 9 ? s("text", { x: `${x + w / 2}%`, y: y + height / 2 + 4, class: name }, text) : "");
      if (!back.length) box(0, 100, "var(--ok)", app.t("yours"));
      else if (!i) box(0, 100, "var(--free2)", app.t("block", { o: from }), "ink");
      else {
        box(width, width, "var(--free)", app.t("toList", { o: order }));
        box(0, width, i === levels.length - 1 ? "var(--ok)" : "var(--free2)",
          i === levels.length - 1 ? app.t("yours") : "");
      }
      return parts;
    };
    return s("svg", { class: "split", style: `height:${app.run.slots * 28}px`, "aria-hidden": "true",
      "data-yours": yours }, levels.flatMap(level));
  }

  function mergeHero({ merge: { from, to, joined } }) {
    return [big(num(PAGES_OF[to]), op("="), num(PAGES_OF[from], "free"),
      ...(to > from ? [op("+"), num(joined, "free")] : [])),
      spell(app.t(to > from ? "mergeSpell" : "mergeAlone"))];
  }

  // -- time passes, pages come back
  function passingHero(gain) {
    const { HZ } = app.document.machine, sum = gain.free.reduce((n, [a, b]) => n + b - a, 0),
      ms = (jiffies) => (jiffies * 1000) / HZ;
    const parts = [];
    if (gain.jiffies) parts.push(num(app.t("millis", { n: ms(gain.jiffies) })));
    if (sum || !gain.jiffies) parts.push(num(`${sum > 0 ? "+" : ""}${fmt(sum)}`, sum > 0 ? "free" : null),
      unit(app.t("pagesHead")));
    const line = gain.jiffies ? app.t("passed", { j: gain.jiffies, hz: HZ, ms: ms(gain.total) }) : app.t("gained");
    const digits = parts.reduce((n, part) => n + part.textContent.length / (part.className === "unit" ? 2 : 1), 0);
    return [sized(plainWidth(1, digits, 1), parts), spell(line)];
  }

  function passingChain(kinds) {
    const entries = Object.entries(kinds).filter(([, pages]) => pages);
    if (!entries.length) return [];
    return [h("span", {}, app.t("cameBack")),
      ...entries.map(([kind, pages]) => [h("b", {}, fmt(pages)),
      h("span", {}, WORDS[kind] ? app.t(kind) : kind)]).flat(),
      modelTag()];
  }

  function passingRows({ free }) {
    const bar = (zone, [before, now]) => {
      const marks = Object.values(app.document.request.marks[zone]), low = Math.min(before, now), top = Math.max(1, before, now, ...marks),
        x = (pages) => `${(pages / top) * 100}%`;
      return s("svg", { class: "wf", "aria-hidden": "true" },
        s("rect", { y: 3, width: "100%", height: 10, fill: "var(--line2)" }),
        s("rect", { y: 1, width: x(low), height: 14, fill: "var(--free2)" }),
        app.draw.animate(s("rect", { x: x(low), y: 1, width: x(Math.abs(now - before)), height: 14,
          fill: now > before ? "var(--free)" : app.draw.pattern("hatch"),
          style: "transform-box:fill-box;transform-origin:left" }), [{ transform: "scaleX(0)" }, { transform: "none" }],
            360),
        marks.map((pages) => s("line", { x1: x(pages), x2: x(pages), y1: 0, y2: 16, stroke: "var(--ink)",
          "stroke-width": 1.4 })));
    };
    const line = (pair, zone) => h("div", { class: `r p${pair[1] === pair[0] ? " same" : ""}` },
      h("span", { class: "lab" }, h("b", {}, label(zone))),
      bar(zone, pair), h("span", { class: "f" }, fmt(pair[0])), h("span", { class: "gt" }, "→"),
        h("span", { class: "m" }, fmt(pair[1])),
      h("span", { class: "delta" }, pair[1] === pair[0] ? ""
        : `${pair[1] > pair[0] ? "+" : ""}${fmt(pair[1] - pair[0])}`));
    return [h("div", { class: "r p h" }, h("span", {}, app.t("freeDelta")), h("span", { class: "hwf" }, app.t("markLines")),
      h("span", { class: "end" }, app.t("before")), h("span"),
      h("span", {}, app.t("now")), h("span")), ...free.map(line)];
  }

  // -- a decision: what was looked at, and the ways on
  function condHero([code, value, key, args]) {
    const text = typeof value === "boolean" ? Number(value) : fmt(value);
    return [h("div", { class: "cond" }, code, h("span", { class: "op" }, " = "), text), spell(app.say(key, args))];
  }

  function condRows(conds) {
    const lamp = (code, value) => ([0, 1, true, false].includes(value) && /[A-Z(]/.test(code) // a flag or a yes-no call
      ? s("svg", { class: "lamp", viewBox: "0 0 12 12", role: "img", "aria-label": app.t(value ? "yes" : "no") },
        s("circle", { cx: 6, cy: 6, r: 4.5, fill: value ? "var(--ink)" : "none", stroke: "var(--ink)",
          "stroke-width": 1.5 })) : null);
    const line = ([code, value, key, args]) =>
      h("tr", {}, h("td", {}, lamp(code, value)), h("th", { scope: "row" }, code),
      h("td", { class: value ? "val" : "val zero" }, typeof value === "boolean" ? String(Number(value)) : fmt(value)),
        h("td", { class: "means" }, app.say(key, args)));
    return h("table", { class: "conds", "aria-label": app.t("looked") }, h("tbody", {}, conds.map(line)));
  }

  function waysOn(view) {
    const { stage } = view.frame, ways = app.text.chart.filter(([from]) => from === stage).map(([, to]) => to);
    if (!ways.length) return null;
    const seen = app.run.rows[Math.min(app.moves.limit(), app.run.rows.length - 1)].frame + 1; // Predict shows no way ahead
    const chosen = nextStage(app.document.frames.slice(0, seen), view.at) ?? undefined, height = 24, middle = (ways.length * height) / 2;
    const way = (to, i) => {
      const y = i * height + height / 2, on = to === chosen;
      const shape = to === null ? null : stageShape(SHAPES[to]);
      shape?.setAttribute("transform", `translate(64,${y})`);
      return s("g", { class: on ? "on" : "" },
        s("path", { class: "e", d: `M14 ${middle}C34 ${middle} 30 ${y} 52 ${y}` }),
        shape ?? s("path", { class: "e", d: `M52 ${y}h8m0 -4v8` }),
        s("text", { x: 78, y: y + 4 }, to ?? app.t("returnsNull")));
    };
    const from = stageShape(SHAPES[stage]);
    from.setAttribute("transform", `translate(10,${middle})`);
    from.classList.add("from");
    const spoken = ways.map((to) => (to === chosen ? `${to ?? "NULL"} (${app.t("waysTaken")})` : to ?? "NULL"));
    const name = `${app.t("waysOut")}: ${spoken.join(", ")}`;
    return s("svg", { class: "ways", width: 215, height: ways.length * height, role: "img", "aria-label": name },
      ways.map((to, i) => [to, i]).sort(([a], [b]) => (a === chosen) - (b === chosen)).map(([to, i]) => way(to, i)),
        from);
  }

  // -- one frame
  const views = {
    test: ({ frame, entry }) => ({
      sub: `${frame.test.own ? `${app.t("ownTest")} · `
        : ""}${label(frame.test.zone)} · ${frame.test.mark_name}${frame.test.own ? `, ${app.t("noFlags")}` : ""}`,
      hero: () => inequality(frame.test, frame.test.rows[entry.row], spelled(frame.test, frame.test.rows[entry.row])),
      chain: () => chainOf(frame.test), rows: () => testRows(frame.test, entry.row),
    }),
    end: (view) => ({ hero: () => endHero(view), chain: () => away() ?? decidedBy(view.frame), rows: () => endRows(view) }),
    split: ({ frame }) => ({ hero: () => splitHero(frame), rows: () => splitPicture(frame.split) }),
    merge: (view) => ({ hero: () => mergeHero(view.frame), rows: () => decision(view) }),
    passing: (view) => {
      const gain = visitGain(app.document, app.run.levels, view.at);
      return { hero: () => passingHero(gain), chain: () => passingChain(gain.kinds), rows: () => passingRows(gain) };
    },
    marks: (view) => {
      const [first, ...others] = view.frame.chains;
      const steps = first.chain.flatMap(([, pages]) => [op("→"), num(pages)]);
      const digits = [first.mark, ...first.chain.map(([, pages]) => pages)].map(fmt).join("").length;
      const names = first.chain.flatMap(([name]) => [h("b", {}, name === "HIGH" ? "−½" : "−¼"), `ALLOC_${name}`]);
      return { sub: `${label(first.zone)} · ${first.mark_name}`,
        hero: () => [sized(plainWidth(0, digits, first.chain.length), [num(first.mark), steps]), spell(first.mark_name, names)],
        chain: () => chainOf(others[0] ?? first, true), rows: () => decision(view) };
    },
    conds: (view) => ({ hero: () => condHero(view.frame.conds[0]), rows: () => decision(view) }),
    stage: (view) => ({ hero: () => h("div", { class: "cond" }, functionName(view.frame)),
      rows: () => decision(view) }),
  };
  const functionName = ({ event, stage }) => (event && !["stage", "tick"].includes(event[0]) ? `${event[0]}()` : stage);
  const decision = (view) => h("div", { class: "decision" }, condRows(view.frame.conds ?? []), waysOn(view));

  function show(view) {
    const kind = whyKind(view.frame), parts = views[kind](view);
    const key = [app.run.id, app.lang, app.live, view.cursor, app.size.memWidth, app.size.zoom, view.isEnd && app.ask.oneAway()?.length].join();
    el.style.setProperty("--slots", app.run.slots);
    el.style.setProperty("--tries", app.run.tries);
    el.dataset.kind = kind;
    el.toggleAttribute("data-many", app.document.request.zonelist.length > 3);
    el.setAttribute("aria-label", app.t("why"));
    setText(title, app.t("why"));
    setText(sub, parts.sub ?? "");
    tries(view); // first: it takes its room from the hero
    keyed(hero, key, () => {
      need = null;
      return [parts.hero(), view.frame.log ? h("code", { class: "log" }, view.frame.log) : null].flat();
    });
    keyed(chain, key, parts.chain ?? (() => []));
    keyed(rows, key, parts.rows);
  }
  return { el, show, measure };
}
