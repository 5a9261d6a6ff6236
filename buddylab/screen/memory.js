// Zones as tanks, free lists and per-cpu lists as stacks.
import { ORDERS } from "./kernel.js";
import { flights, listName } from "./state.js";
import { fmt } from "./say.js";
import { tankScale, tileCount } from "./scale.js";
import { h, keyed, s, setText } from "./dom.js";
import { sizeText } from "./top.js";
import { markInForce } from "./why.js";

export function makeTanks(app) {
  const svg = s("svg", { role: "group" });
  const TOP = 6, BOTTOM = 136;
  const reserveOf = (zone) => zone.lowmem_reserve[app.document.request.classzone_idx] ?? 0;
  let tanks = [];

  /** Where the tanks stand: with names and numbers at the marks if there is room, else numbers, else only the marks. */
  function geometry() {
    const { zones } = app.document.machine, lists = app.size.stacked ? 8 : zones.length > 3 ? 276 : 306;
    const room = Math.max(190, app.size.memWidth - lists);
    const digits = (zone) => Math.max(fmt(zone.pages_high).length,
      reserveOf(zone) ? fmt(reserveOf(zone)).length + 1 : 0);
    const label = (zone, names) => 5.4 * (digits(zone) + (names ? 5 : 0)) + (names ? 14 : 20);
    const forms = [{ width: 36, names: true, numbers: true }, { width: 34, numbers: true },
      { width: room / zones.length - 16 }];
    for (const form of forms) {
      let x = 8;
      const places = zones.map((zone) => {
        const at = x;
        x += form.width + (form.numbers ? label(zone, form.names) : 12);
        return at;
      });
      if (x <= room || form === forms[2]) return { ...form, places, total: Math.max(190, x) };
    }
  }

  function build(shape) {
    tanks = app.document.machine.zones.map((zone, i) => makeTank(zone, i, { x: shape.places[i], ...shape }));
    return tanks.map((tank) => tank.el);
  }

  function makeTank(zone, index, { x, width, names, numbers }) {
    const reserve = reserveOf(zone), lines = app.document.request.marks[index], scale = tankScale(zone, reserve, TOP, BOTTOM);
    const asked = app.document.request.zonelist.includes(zone.label), clip = `${app.id}-tank${index}`;
    const level = s("rect", { class: "lvl", x: 1, width: width - 1, height: 400, fill: "var(--free2)" });
    const pointer = s("path", { class: "ptr", d: "M-1 0l-6 -4v8z", fill: "var(--free)" });
    const hollow = s("path", { d: "M-1 0l-6 -4v8z", fill: "var(--bg)", stroke: "var(--free)", "stroke-width": 1.4 });
    const was = s("line", { class: "was", x1: 1, x2: width }),
      outline = s("path", { d: `M1 ${TOP}V${BOTTOM}H${width}V${TOP}`, fill: "none", stroke: "var(--ink)" });
    const labels = s("g"), free = s("text", { x: 1, y: 164 }), name = s("text", { x: 1, y: 151 }, zone.label);
    const wave = "l7 -4l7 4".repeat(Math.ceil((width + 4) / 14));
    const tear = scale.cut === null ? [] : [["var(--bg)", 4], ["var(--ink3)", 1]].map(([stroke, w]) =>
      s("path", { d: `M-2 ${scale.cut}${wave}`, fill: "none", stroke, "stroke-width": w }));
    const floor = reserve ? [s("rect", { x: 1, y: scale.floor, width: width - 1, height: BOTTOM - scale.floor,
      fill: app.draw.pattern("cross") }),
      s("line", { x1: 1, x2: width, y1: scale.floor, y2: scale.floor, stroke: "var(--resv)", "stroke-width": 2.5 })]
        : [];
    const el = s("g", { class: asked ? "tank" : "tank aside", transform: `translate(${x},0)` },
      s("clipPath", { id: clip }, s("rect", { x: 0, y: TOP, width, height: BOTTOM - TOP })),
      s("g", { "clip-path": `url(#${clip})` }, level), floor, was, tear, outline, labels, hollow, pointer, name, free);

    function markLabels(test) {
      const marks = ["high", "low", "min"].map((which) =>
        ({ y: scale.y(lines[which]), text: fmt(zone[`pages_${which}`]), which }));
      if (test?.chain?.length) marks.push({ y: scale.y(test.rows[0].m), text: fmt(markInForce(test)),
        force: true });
      if (reserve) marks.push({ y: (scale.floor + BOTTOM) / 2, text: `+${fmt(reserve)}`, floor: true });
      marks.sort((a, b) => a.y - b.y);
      let low = -99;
      const ys = marks.map((mark) => (low = Math.max(mark.y + 3.5, low + 13)));
      for (let i = ys.length - 1, limit = BOTTOM + 3; i >= 0; i -= 1) limit = (ys[i] = Math.min(ys[i], limit)) - 13;
      return marks.flatMap((mark, i) => [
        mark.floor ? "" : s("line", { x1: mark.force ? -3 : width - 14, x2: width + 4, y1: mark.y, y2: mark.y,
          stroke: "var(--ink)", "stroke-width": mark.force ? 2.6 : 1.3 }),
        numbers ? s("path", { d: `M${width + 4} ${mark.floor ? ys[i] - 3.5 : mark.y}L${width + 8} ${ys[i] - 3.5}`,
          stroke: "var(--ink3)", fill: "none" }) : "",
        numbers ? s("text", { x: width + 10, y: ys[i], class: mark.force ? "b" : mark.floor ? "resv" : "" },
          (names && mark.which ? `${mark.which} ` : "") + mark.text) : ""]);
    }

    function update(view) {
      const pages = app.run.levels[view.at].free[index], y = scale.y(pages),
        test = view.evidence?.test.zone === index ? view.evidence.test : null;
      const selected = view.zone === index, before = view.before[index];
      level.style.transform = pointer.style.transform = `translateY(${y}px)`;
      const counted = test ? scale.y(test.rows[0].f) : y;
      hollow.style.transform = `translateY(${counted}px)`;
      hollow.setAttribute("visibility", test && Math.abs(counted - y) > 3 ? "visible" : "hidden");
      was.style.transform = `translateY(${scale.y(before)}px)`;
      was.setAttribute("visibility", before === pages ? "hidden" : "visible");
      outline.setAttribute("stroke-width", selected ? 2.2 : 1.1);
      name.setAttribute("class", selected ? "b" : "");
      setText(free, asked || pages !== 0 ? app.t("nFree", { n: pages }) : app.t("notInList"));
      keyed(labels, JSON.stringify([test?.chain, app.lang]), () => markLabels(test));
      const marks = ["min", "low", "high"].map((which) => `${which} ${fmt(zone[`pages_${which}`])}`);
      const spoken = [app.t("nFree", { n: pages }), ...marks, asked ? "" : app.t("notInList")].filter(Boolean);
      el.setAttribute("aria-label", `${zone.label}: ${spoken.join(", ")}`);
    }
    el.setAttribute("role", "img");
    return { el, update };
  }

  function show(view) {
    const shape = geometry(), { zones } = app.document.machine, { classzone_idx: cls, zonelist } = app.document.request;
    svg.setAttribute("viewBox", `0 0 ${shape.total} 168`);
    svg.setAttribute("width", shape.total * app.size.zoom);
    svg.setAttribute("aria-label", app.t("zones"));
    keyed(svg, JSON.stringify([zones, cls, zonelist, shape, app.lang]), () => build(shape));
    for (const tank of tanks) tank.update(view);
  }
  return { el: svg, show, width: () => geometry().total };
}

export function makeLists(app) {
  const svg = s("svg", { role: "group" }), BASE = 132;
  svg.addEventListener("keydown", onKey);
  let columns = [], pcp = [], width = 0;
  const head = s("g"), columnLayer = s("g");
  svg.append(head, columnLayer);

  function layout() {
    const q = (width - 50) / 266, columnWidth = (o) => (o < 3 ? 34 : 18.4) * q;
    let x = 8;
    return Array.from({ length: ORDERS }, (_, o) => {
      const from = x;
      x += columnWidth(o);
      return { from, to: x, middle: (from + x) / 2, tile: (o < 3 ? 22 : 12.5) * q };
    });
  }

  function build() {
    const places = layout();
    columns = places.map((place, o) => ({ ...place, order: o, key: String(o), el: s("g", { "data-col": o,
      on: { click: () => app.hand.alloc(o) } }) }));
    pcp = ["hot", "cold"].map((which, i) => ({ which, name: listName("pcp", which), middle: width - 36 + i * 24, el: s("g", { "data-col": which }) }));
    return [s("line", { x1: width - 50, x2: width - 50, y1: 26, y2: 168, stroke: "var(--line)" }),
      ...columns.map((c) => c.el), ...pcp.map((c) => c.el)];
  }

  function brackets(order) {
    const one = (a, b, text, large) => {
      const from = columns[a].from + 2, to = columns[b].to - 2;
      return [s("path", { d: `M${from} 20v-5H${to}v5`, fill: "none", stroke: large ? "var(--ink)" : "var(--ink3)",
        "stroke-width": large ? 2 : 1 }),
        s("text", { x: (from + to) / 2, y: 10, "text-anchor": "middle", class: large ? "b" : "" }, text)];
    };
    const tight = columns[ORDERS - 1].to - columns[order].from < 120;
    return [...(order ? one(0, order - 1, app.t("tooSmall"), false) : []),
      ...one(order, ORDERS - 1, tight ? app.t("enough") : app.t("enoughFor", { o: order }), true),
      s("text", { x: width - 24, y: 10, "text-anchor": "middle" }, app.t("percpu"))];
  }

  /** Tiles of a stack, head on top; the second lowest gap is the tear where entries are left out. */
  function stack(list, x, tile, dead, round) {
    const tiles = tileCount(list.count), torn = list.count > tiles;
    const pfnOf = (fromTop) => (torn && fromTop === tiles - 1 ? list.tail.at(-1)
      ?? (list.head.length === list.count ? list.head.at(-1) : null) : list.head[fromTop]);
    return Array.from({ length: tiles }, (_, i) => {
      const y = BASE - 8 - (tiles - 1 - i) * 8.5, pfn = pfnOf(i), first = i === 0;
      if (torn && i === tiles - 2) {
        return s("path", { d: `M${x - 1} ${y + 6}l${tile / 4} -4l${tile / 4} 4l${tile / 4} -4l${tile / 4} 4`,
          fill: "none", stroke: "var(--ink3)" });
      }
      const rect = s("rect", { class: first ? "top" : null, x, y, width: tile, height: 6.5, rx: round,
        fill: dead ? app.draw.pattern("hatch") : first ? "var(--free)" : "var(--free2)",
        stroke: dead ? "var(--ink3)" : "none", "stroke-width": 0.8 },
          pfn === undefined || pfn === null ? null : s("title", {}, `pfn ${fmt(pfn)}`));
      return first ? [rect, s("path", { d: `M${x - 6} ${y}l4.5 3.25l-4.5 3.25z`, fill: "var(--ink)" })] : rect;
    }).flat();
  }

  const FLY = 320, SHORT = 5; // ms; tiles of a per-cpu list at most
  let stood = new Map(), shown = { run: 0, zone: -1, at: -1 }, flown = new Map();
  /** Where the tile of the i-th block from the head lies when the list has this many. */
  const tileY = (count, i) => BASE - 8 - (tileCount(count) - 1 - Math.min(i, tileCount(count) - 1)) * 8.5;

  /** A step forward shows what it did: a block that entered comes from the list that it left, or from outside; one
   *  that left without entering another list rises from where it lay. Another zone or run is no such step. */
  function moved(which, list, middle, group, more, most = Infinity) {
    const was = stood.get(which), { head } = list, top = group.querySelector(".top");
    stood.set(which, { count: list.count, head: [...head] });
    if (!was || !app.forward || app.draw.still()) return group;
    if (list.count > was.count && top) {
      const from = flown.get(which), dx = from === undefined ? 0 : centre(from) - middle;
      app.draw.animate(top, [{ transform: `translate(${dx}px, ${dx ? 0 : -18}px)`, opacity: dx ? 1 : 0 },
        { transform: "none", opacity: 1 }], FLY);
    } else if (list.count < was.count && ![...flown.values()].includes(which)) {
      const gone = Math.max(0, was.head.findIndex((pfn) => !head.includes(pfn)));
      group.append(app.draw.animate(s("rect", { class: "gone", ...more, y: tileY(Math.min(was.count, most), gone), height: 6.5 }),
        [{ transform: "none", opacity: 1 }, { transform: "translateY(-18px)", opacity: 0 }], FLY));
    } else if (more.now) app.draw.animate(group, [{ opacity: 0.15 }, { opacity: 1 }], 360);
    return group;
  }
  /** What stood in this zone before the step, and where its blocks went. A new run that is seen moving steps from its
   *  start; a zone that was not shown before is looked up. */
  function follow(view) {
    const now = { run: app.run.id, zone: view.zone, at: view.at }, at = shown.run === now.run ? shown.at : -1;
    if (shown.run !== now.run || shown.zone !== now.zone) {
      const { lists, pcp: percpus } = app.forward ? app.run.at(at).zones[now.zone] : { lists: {}, pcp: {} };
      const all = [["lists", lists], ["pcp", percpus]].flatMap(([part, those]) => Object.entries(those)
        .map(([key, { count, head }]) => [listName(part, key), { count, head: [...head] }]));
      stood = new Map(all);
    }
    const passed = app.document.frames.slice(at + 1, now.at + 1);
    flown = flights(app.forward ? passed.flatMap(({ changes = [] }) => changes) : [], now.zone);
    shown = now;
  }
  const centre = (name) => (columns.find(({ key }) => key === name) ?? pcp.find((one) => one.name === name)).middle;

  /** A list can be allocated from by hand: a click on its stack, or Enter; the arrows lead from list to list. */
  function takeable({ order, el }, count, asked) {
    el.classList.toggle("act", app.hand.on);
    if (!app.hand.on) return void ["role", "tabindex", "aria-label"].forEach((name) => el.removeAttribute(name));
    const name = app.t("allocThis", { order, n: count });
    for (const [key, value] of Object.entries({ role: "button", tabindex: asked ? 0 : -1, "aria-label": name })) {
      if (el.getAttribute(key) !== String(value)) el.setAttribute(key, value);
    }
  }

  function onKey(event) {
    const at = columns.findIndex(({ el }) => el === event.target), move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || (!move && event.key !== "Enter" && event.key !== " ")) return;
    if (move) columns[at + move]?.el.focus();
    else app.hand.alloc(at);
    event.preventDefault();
    event.stopPropagation();
  }

  function column({ order, key: name, from, to, middle, tile, el }, list, view) {
    const dead = view.cut > order, now = view.column === name, asked = app.document.request.order === order;
    takeable({ order, el }, list.count, asked);
    const key = JSON.stringify([list, dead, now, asked, width, app.lang, shown.run, shown.zone]);
    const text = list.count >= 1e4 ? `${(list.count / 1e3).toFixed(to - from > 32 ? 1 : 0)}k` : String(list.count);
    keyed(el, key, () => [
      now && s("rect", { x: from + 1, y: BASE + 3, width: to - from - 2, height: 38, fill: "var(--now)", rx: 2 }),
      s("line", { x1: from + 1.5, x2: to - 1.5, y1: BASE + 0.5, y2: BASE + 0.5, stroke: "var(--ink3)" }),
      moved(name, list, middle, s("g", {}, stack(list, middle - tile / 2, tile, dead, 1)),
        { x: middle - tile / 2, width: tile, rx: 1, now }),
      asked && s("rect", { x: from + 0.5, y: BASE + 4, width: to - from - 1, height: 13, fill: "none",
        stroke: "var(--ink)", "stroke-width": 1.2, rx: 2 }),
      s("text", { x: middle, y: BASE + 14, "text-anchor": "middle", class: asked ? "o b" : "o" }, String(order)),
      (order < 4 || order % 2) && s("text", { x: middle, y: BASE + 26, "text-anchor": "middle",
        class: now ? "size now" : "size" }, sizeText(order).replace(/ kB| MB/,
        (u) => u[1].toLowerCase().replace("m", "M"))),
      s("text", { x: middle, y: BASE + 38, "text-anchor": "middle", class: list.count ? "b" : "faint" },
        text)].filter(Boolean));
  }

  function percpu({ which, name, middle: x, el }, list, high, view) {
    const now = view.column === name;
    keyed(el, JSON.stringify([list.count, list.head[0], high, now, x, app.lang, shown.run, shown.zone]), () => [
      now && s("rect", { x: x - 11, y: BASE + 3, width: 22, height: 38, fill: "var(--now)", rx: 2 }),
      s("line", { x1: x - 9, x2: x + 9, y1: BASE + 0.5, y2: BASE + 0.5, stroke: "var(--ink3)" }),
      moved(name, list, x, s("g", {}, stack({ ...list, count: Math.min(list.count, SHORT) }, x - 7, 14, false, 3)),
        { x: x - 7, width: 14, rx: 3 }, SHORT),
      s("text", { x, y: BASE + 14, "text-anchor": "middle" }, app.t(which)),
        s("text", { x, y: BASE + 26, "text-anchor": "middle", class: "size" }, `≤${high}`),
      s("text", { x, y: BASE + 38, "text-anchor": "middle", class: list.count ? "b" : "faint" },
        String(list.count))].filter(Boolean));
  }

  function show(view, room) {
    width = Math.max(260, Math.min(720, room));
    const { lists, pcp: percpus } = view.state.zones[view.zone], zone = app.document.machine.zones[view.zone],
      { order } = app.document.request;
    svg.setAttribute("viewBox", `0 0 ${width} 172`);
    svg.setAttribute("width", width * app.size.zoom);
    keyed(columnLayer, width, build);
    keyed(head, [width, order, app.lang].join(), () => brackets(order));
    follow(view);
    for (const one of columns) column(one, lists[one.key], view);
    for (const one of pcp) percpu(one, percpus[one.which], zone.pcp[one.which].high, view);
    svg.setAttribute("aria-label", app.t("listsSummary",
      { zone: zone.label, counts: columns.map(({ key }) => lists[key].count).join(" "),
      hot: percpus.hot.count, cold: percpus.cold.count }));
  }
  /** Light the blocks that a row of Why counts, those of this order or more; -1 lights none. */
  const hover = (order) => columns.forEach(({ el }, o) => el.classList.toggle("hov", order >= 0 && o >= order));
  return { el: svg, show, hover };
}

export function makeMemory(app) {
  const tanks = makeTanks(app), lists = makeLists(app), zonesHead = h("h3"), listsHead = h("h3");
  const el = h("section", { class: "p mem" },
    h("div", { class: "mgrid" }, h("div", { class: "mtanks" }, zonesHead, tanks.el),
    h("div", {}, listsHead, lists.el)));

  function show(view) {
    const label = app.document.machine.zones[view.zone].label;
    el.setAttribute("aria-label", app.t("memory"));
    keyed(zonesHead, app.lang, () => [app.t("zones"), h("span", {}, app.t("zonesSub"))]);
    keyed(listsHead, app.lang + label, () =>
      [app.t("lists"), h("span", { class: "strong" }, label), h("span", {}, app.t("headNext"))]);
    tanks.show(view);
    lists.show(view, app.size.stacked ? app.size.memWidth : app.size.memWidth - tanks.width() - 16);
  }
  return { el, show, hover: lists.hover };
}
