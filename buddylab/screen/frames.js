// Pure functions over the recorded run: its frames, rows and states. Nothing here touches the page.
import { ADD_HEAD, ALLOC_FLAGS, ALWAYS, EVENT_ARGS, MAX_ROWS, REMOVE, SNAPSHOT_EVERY, TAKES, TICKS, TICK_ROOM } from "./constants.js";

const NUMBER = new Intl.NumberFormat("en-US");
/** 70053 -> "70,053", -975 -> "−975"; anything that is not a number as it is. */
export function fmt(value) {
  return typeof value === "number" ? NUMBER.format(value).replace("-", "−") : String(value ?? "");
}

/** Put args into the {name} places of a template; an argument may itself be [en, zh]. */
export function fill(template, args = {}, lang = "en") {
  return template.replace(/\{(\w+)\}/g, (place, name) => {
    const value = args[name];
    if (value === undefined) return place;
    return fmt(Array.isArray(value) ? value[lang === "zh" ? 1 : 0] : value);
  });
}

/** The sentence of a key of text.say; a missing one shows itself as ⟨key⟩. An argument "@key" is a sentence itself. */
export function sentence(say, key, args, lang) {
  if (!key) return "";
  const template = say?.[key]?.[lang === "zh" ? 1 : 0];
  if (template === undefined) return `⟨${key}⟩`;
  const said = (value) => (typeof value === "string" && value[0] === "@" ? sentence(say, value.slice(1), {}, lang)
    : value);
  return fill(template, Object.fromEntries(Object.entries(args ?? {}).map(([name, value]) => [name, said(value)])),
    lang);
}

/** One entry per frame, and one per row of its test where it has one: [{frame, row, last}], row -1 without a test. */
export function expandRows(frames) {
  return frames.flatMap((frame, at) => {
    const rows = frame.test?.rows.length ?? 0;
    if (!rows) return [{ frame: at, row: -1, last: true }];
    return Array.from({ length: rows }, (_, row) => ({ frame: at, row, last: row === rows - 1 }));
  });
}

/** The cursor positions at which a step of this granularity ("stage", "event", "row") may stop. */
export function stops(rows, frames, granularity) {
  const stageEnds = (at) => at === frames.length - 1 || frames[at + 1].stage !== frames[at].stage;
  const keep = { row: () => true, event: (entry) => entry.last,
    stage: (entry) => entry.last && stageEnds(entry.frame) };
  return rows.flatMap((entry, index) => (keep[granularity](entry) ? [index] : []));
}

export function openList(list) {
  if (Array.isArray(list)) return { count: list.length, head: [...list], tail: [] };
  return { count: list.count, head: [...list.head], tail: [...list.tail] };
}

/** The state before the first frame. A list is {count, head, tail}; it is torn where count > head + tail. */
export function initialState(document) {
  const zones = document.initial.zones.map(openZone);
  const strips = [].concat(document.strip ?? []).map((strip) => ({
    free: new Map(strip.free), percpu: new Set([...strip.used].flatMap((c, i) => (c === "P" ? [strip.start + i] : []))),
  }));
  return { jiffies: document.initial.jiffies, zones, strips };
}

/** A list's name among all of its zone: a free list's key ("3", or "3:U" where lists have types), else "pcp:" and it. */
export const listName = (part, key) => (part === "pcp" ? `pcp:${key}` : key);

/** The order of the blocks on a list: 3 of "3" and of "3:U"; the per-cpu lists "hot" and "cold" hold single pages. */
export const orderOf = (key) => Number.parseInt(key, 10) || 0;

/** The free pages of every zone. */
export const freePages = ({ zones }) => zones.map(({ counts }) => counts.NR_FREE_PAGES);

const openZone = ({ counts, lists, pcp }) => ({ counts: { ...counts }, lists: openLists(lists), pcp: openLists(pcp) });
const openLists = (lists) => Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, openList(list)]));

export function cloneState(state) {
  return {
    jiffies: state.jiffies,
    zones: state.zones.map(openZone),
    strips: state.strips.map((strip) => ({ free: new Map(strip.free), percpu: new Set(strip.percpu) })),
  };
}

/** Apply one op to a list {count, head, tail}; a pfn that did not travel leaves the torn part. */
export function changeList(list, op, pfn) {
  if (op !== REMOVE) {
    const whole = list.count === list.head.length;
    list.count += 1;
    if (op === ADD_HEAD) list.head.unshift(pfn);
    else (whole ? list.head : list.tail).push(pfn);
    return;
  }
  list.count -= 1;
  for (const part of [list.head, list.tail]) {
    const at = part.indexOf(pfn);
    if (at >= 0) return void part.splice(at, 1);
  }
}

/** Apply a frame's changes and clock to the state, in place. `strips` are the document's strips (for their zones). */
export function applyFrame(state, frame, strips = []) {
  for (const [zone, part, key, op, pfn] of frame.changes ?? []) {
    if (part === "counts") {
      state.zones[zone].counts[key] = op;
      continue;
    }
    changeList(state.zones[zone][part][key], op, pfn);
    strips.forEach((strip, at) => strip.zone === zone && changeStrip(state.strips[at], part, key, op, pfn));
  }
  if (frame.jiffies !== undefined) state.jiffies = frame.jiffies;
  return state;
}

export function changeStrip(strip, part, key, op, pfn) {
  if (part === "pcp") op === REMOVE ? strip.percpu.delete(pfn) : strip.percpu.add(pfn);
  else op === REMOVE ? strip.free.delete(pfn) : strip.free.set(pfn, key);
}

/** For every list of a zone that a block entered in these changes, the list that most of it came from, both by name:
 *  Map to -> from. */
export function flights(changes, zone) {
  const found = new Map(), here = changes.filter(([where, part]) => where === zone && part !== "counts")
    .map(([, part, key, op, pfn]) => ({ name: listName(part, key), size: 1 << orderOf(key), op, pfn }));
  const left = here.filter(({ op }) => op === REMOVE).sort((a, b) => b.size - a.size);
  for (const { name, size, op, pfn } of here) {
    if (op === REMOVE) continue;
    const source = left.find((from) => from.pfn < pfn + size && pfn < from.pfn + from.size);
    if (source && source.name !== name) found.set(name, source.name);
  }
  return found;
}

/** at(n): the state after frame n (n = -1: before the first). Keeps snapshots, so that any jump is cheap. */
export function makeTimeline(document) {
  const strips = [].concat(document.strip ?? []);
  const kept = [[-1, initialState(document)]];
  let cache = { at: -1, state: cloneState(kept[0][1]) };
  return function at(frame) {
    if (frame < cache.at) {
      const [start, state] = kept.findLast(([n]) => n <= frame);
      cache = { at: start, state: cloneState(state) };
    }
    while (cache.at < frame) {
      cache.at += 1;
      applyFrame(cache.state, document.frames[cache.at], strips);
      const newest = kept[kept.length - 1][0];
      if (cache.at >= newest + SNAPSHOT_EVERY) kept.push([cache.at, cloneState(cache.state)]);
    }
    return cache.state;
  };
}

/** Stages seen and edges taken ("from>to" -> times) up to a frame, on the ladder that this frame is on. */
export function wayTaken(frames, upTo) {
  const depth = frames[upTo].depth ?? 0, seen = new Set(), edges = new Map();
  let start = 0;
  if (depth) for (start = upTo; start > 0 && (frames[start - 1].depth ?? 0) >= depth;) start -= 1;
  let last = null;
  for (let at = start; at <= upTo; at += 1) {
    const { stage, round = 1, depth: level = 0 } = frames[at];
    if (level !== depth) continue;
    seen.add(stage);
    const moved = last && (last.stage !== stage || last.round !== round);
    if (moved) edges.set(`${last.stage}>${stage}`, (edges.get(`${last.stage}>${stage}`) ?? 0) + 1);
    last = { stage, round };
  }
  return { seen, edges };
}

/** The first frame of the visit to a stage that this frame belongs to (nested allocations belong to it too). */
export function visitStart(frames, at) {
  const depth = frames[at].depth ?? 0;
  let start = at;
  for (let back = at - 1; back >= 0; back -= 1) {
    const level = frames[back].depth ?? 0;
    if (level < depth) break;
    if (level > depth) continue;
    if (frames[back].stage !== frames[at].stage || (frames[back].round ?? 1) !== (frames[at].round ?? 1)) break;
    start = back;
  }
  return start;
}

/** The stage that the ladder goes to from here, once nothing in the rest of the visit can change that; else null. */
export function nextStage(frames, at) {
  const { stage, round = 1, depth = 0 } = frames[at];
  const open = (frame) => frame.test || [...TAKES, "get_page_from_freelist"].includes(event0(frame));
  if (event0(frames[at]) === "get_page_from_freelist") return null;
  for (const frame of frames.slice(at + 1)) {
    const level = frame.depth ?? 0;
    if (level < depth) return null;
    if (level > depth) continue;
    if (frame.stage !== stage || (frame.round ?? 1) !== round) return frame.stage;
    if (open(frame)) return null;
  }
  return null;
}
export const event0 = (frame) => frame.event?.[0];

/** The rows of the table tries x zones, from the tests and takings so far; repeated tries of a stage share a row.
 *  A cell counts per outcome, the newest outcome last: {outcomes: [{ok, times}], current}. */
export function triesSoFar(document, rows, cursor) {
  const { frame: upTo, last } = rows[cursor], labels = document.machine.zones.map((zone) => zone.label);
  const tries = new Map();
  const cell = (frame, zone, ok, at) => {
    const row = tries.get(frame.stage) ?? { stage: frame.stage, mark: null, cells: {} };
    const past = row.cells[zone]?.outcomes.filter((one) => one.ok !== ok) ?? [];
    const times = row.cells[zone]?.outcomes.find((one) => one.ok === ok)?.times ?? 0;
    row.cells[zone] = { outcomes: [...past, { ok, times: times + 1 }], current: at === upTo };
    tries.set(frame.stage, row);
    return row;
  };
  document.frames.slice(0, upTo + 1).forEach((frame, at) => {
    if (frame.depth) return;
    const [name, zone, , , pfn] = frame.event ?? [];
    if (frame.test && !frame.test.own) {
      const known = at < upTo || last;
      cell(frame, labels[frame.test.zone], known ? frame.test.ok : null, at).mark = frame.test.mark_name;
    } else if (name === "get_page_from_freelist" && !tries.has(frame.stage)) {
      tries.set(frame.stage, { stage: frame.stage, mark: null, cells: {} });
    } else if (TAKES.includes(name) && (pfn < 0 || !tries.get(frame.stage)?.mark)) {
      cell(frame, zone, pfn >= 0, at);
    }
  });
  return [...tries.values()];
}

/** Which of the rows 0..order to draw in a fixed number of slots: [{row}] or folds {from, to}. */
export function foldRows(order, current, slots = MAX_ROWS) {
  const run = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ row: from + i }));
  if (order < slots) return run(0, order);
  if (current < slots - 2) return [...run(0, slots - 2), { from: slots - 1, to: order }];
  if (current > order - slots + 3) return [{ row: 0 }, { from: 1, to: order - slots + 2 },
    ...run(order - slots + 3, order)];
  const lower = current - (slots - 5);
  return [{ row: 0 }, { from: 1, to: lower - 1 }, ...run(lower, current + 1), { from: current + 2, to: order }];
}

/** Tests made, equal ones put together: [{test, row, times, decides}], at most `slots`, the deciding one among them. */
export function groupTests(frames, tests, decides, slots = MAX_ROWS) {
  const groups = new Map();
  for (const at of tests) {
    const { test, stage } = frames[at], row = test.rows[test.rows.length - 1];
    const key = [stage, test.zone, test.mark_name, row.o, row.f, row.m].join();
    const group = groups.get(key) ?? { test, row, times: 0, decides: false };
    group.times += 1;
    group.decides ||= at === decides;
    groups.set(key, group);
  }
  const all = [...groups.values()];
  if (all.length <= slots) return { shown: all, hidden: 0 };
  const late = all.slice(-(slots - 1)), chosen = all.find((group) => group.decides);
  if (chosen && !late.includes(chosen)) late[0] = chosen;
  return { shown: late, hidden: all.length - late.length };
}

/** Pages have been given in this frame: a block taken, or the verdict that there is one. */
export const grants = ({ event }) => (TAKES.includes(event?.[0]) && event[4] >= 0)
  || (event?.[0] === "end" && event[1] === "page");

/** The test whose hatching Memory shows: this frame's, the deciding one, or the last refusal that still holds. */
export function evidenceAt(document, rows, cursor) {
  const { frame: at, row } = rows[cursor], { frames } = document, frame = frames[at];
  const whole = (test) => ({ test, row: test.rows.length - 1, past: true });
  if (frame.test) return { test: frame.test, row, past: false };
  if (frames[frame.decides]?.test && !grants(frame)) return whole(frames[frame.decides].test);
  if (frame.split || frame.merge || frame.depth) return null;
  const first = document.machine.zones.findIndex((zone) => zone.label === document.request.zonelist[0]);
  for (let back = at; back >= 0; back -= 1) {
    const { test, changes } = frames[back];
    if (grants(frames[back]) || changes?.some(([zone]) => zone === first)) return null;
    if (test?.ok && !test.own) return null;
    if (test && !test.own && test.zone === first) return whole(test);
  }
  return null;
}

/** The row of the evidence that refuses, or null: only a refusal has a missing buddy to show. */
export const refusal = (evidence) => {
  const row = evidence?.test.rows[evidence.row];
  return row && !row.ok && !row.slip ? row : null;
};

/** What the time line marks at each row: {mood, pass}; a pass ends where the run goes back up the ladder.
 *  One visit to the killer is marked once, however many frames tell of it. */
export function tickMoods(frames, rows, stages) {
  let pass = 0, before = null;
  return rows.map(({ frame, last }) => {
    const now = frames[frame], again = now.mood === "kill" && frames[frame - 1]?.mood === "kill";
    if (!now.depth) {
      const moved = before && (before.stage !== now.stage || (before.round ?? 1) !== (now.round ?? 1));
      if (moved && stages.indexOf(now.stage) <= stages.indexOf(before.stage)) pass += 1;
      before = now;
    }
    return { mood: last && !again ? now.mood ?? "" : "", pass };
  });
}

/** The rows whose ticks are drawn when a row has `unit` px: those that must be seen (wake, kill, wait, ends, the
 *  refusals of this pass), then the stronger before the weaker as long as none touches one that is there. */
export function thinTicks(moods, unit, pass) {
  const strength = (at) => (moods[at].mood === "no" && moods[at].pass === pass ? ALWAYS : TICKS[moods[at].mood]);
  const marked = moods.flatMap(({ mood }, at) => (mood in TICKS ? [at] : []));
  const shown = [];
  for (const at of marked.sort((a, b) => strength(b) - strength(a) || a - b)) {
    const clear = shown.every((other) => Math.abs(other - at) * unit >= TICK_ROOM);
    if (clear || strength(at) >= ALWAYS) shown.push(at);
  }
  return new Set(shown);
}

/** The index of the zone that Memory's free lists show at this frame. */
export function focusZone(document, frame, evidence) {
  const labels = document.machine.zones.map((zone) => zone.label);
  if (frame.test) return frame.test.zone;
  const named = labels.indexOf(frame.event?.[1]);
  if (named >= 0) return named;
  if (frame.changes?.length) return frame.changes[0][0];
  const taken = grants(frame) && document.frames.findLast((one) => !one.depth && one !== frame && grants(one));
  if (taken) return Math.max(0, labels.indexOf(taken.event[1]));
  return evidence?.test.zone ?? Math.max(0, labels.indexOf(document.request.zonelist[0]));
}

/** Edges of the ladder with the side and lane to draw them in, from text.chart ([from, to] pairs, to null = NULL). */
export function routeEdges(stages, chart) {
  const at = (stage) => stages.indexOf(stage), ends = stages.slice(-2);
  const edges = chart.map(([from, to]) => {
    const span = to === null ? 0 : at(to) - at(from);
    if (to === null) return { from, to, kind: "null" };
    if (span === 1) return { from, to, kind: "rail" };
    if (span <= 0) return { from, to, kind: span ? "loop" : "self", lane: 0 };
    return { from, to, kind: ends.includes(to) ? "end" : "skip", lane: ends.indexOf(to) };
  });
  const skips = edges.filter((edge) => edge.kind === "skip").sort((a, b) => at(a.to) - at(a.from) - at(b.to)
    + at(b.from));
  let taken = [];
  for (const edge of skips) { // short skips run between node and name, if no other one is there; the rest go left
    const clash = taken.some(([from, to]) => at(edge.from) < to && from < at(edge.to));
    edge.kind = clash || at(edge.to) - at(edge.from) > 2 ? "skip-left" : "skip-right";
    if (edge.kind === "skip-right") taken.push([at(edge.from), at(edge.to)]);
  }
  edges.filter((edge) => edge.kind === "skip-left").sort((a, b) => at(a.to) - at(a.from) - at(b.to) + at(b.from))
    .forEach((edge, lane) => { edge.lane = lane; }); // the longer goes round the shorter
  const loops = edges.filter((edge) => edge.kind === "loop");
  loops.sort((a, b) => at(a.from) - at(a.to) - (at(b.from) - at(b.to))).forEach((edge, lane) => { edge.lane = lane; });
  return edges;
}

/** Scale of a tank: floor for the reserve, linear near the marks, then a cut. {y(pages), floor, cut or null}. */
export function tankScale(zone, reserve, top = 6, bottom = 136) {
  const floor = bottom - (reserve ? 30 : 0), reach = Math.max(1, 1.65 * zone.pages_high), linear = 68, tear = 4;
  const above = zone.present_pages - reserve, cut = above > reach ? floor - linear : null;
  const y = (pages) => {
    const over = pages - reserve;
    if (over < 0) return bottom - ((bottom - floor) * Math.max(0, pages)) / reserve;
    if (cut === null) return Math.max(top, floor - (over / Math.max(above, reach)) * (floor - top));
    if (over <= reach) return floor - (over / reach) * linear;
    return Math.max(top, cut - tear - ((over - reach) / (above - reach)) * (cut - tear - top));
  };
  return { y, floor, cut, tear };
}

/** How many tiles stand for a list: all up to 5, then slowly more; the second lowest is then the tear. */
export function tileCount(count) {
  return count <= 5 ? count : 5 + Math.max(1, Math.round(Math.log10(count / 5) * 1.5));
}

/** Runs of the address strip: [{pfn, n, kind: "free"|"yours"|letter, order}]. `mine` = [pfn, pages] or null. */
export function stripRuns(strip, state, mine) {
  const end = strip.start + strip.pages, runs = [];
  const blocks = [...state.free].map(([pfn, key]) => ({ pfn, n: 1 << orderOf(key), kind: "free", order: orderOf(key) }));
  if (mine) blocks.push({ pfn: mine[0], n: mine[1], kind: "yours" });
  const inside = blocks.filter((block) => block.pfn < end && block.pfn + block.n > strip.start);
  inside.sort((a, b) => a.pfn - b.pfn);
  const usedUpTo = (from, to) => {
    for (let pfn = from; pfn < to; pfn += 1) {
      const letter = strip.used[pfn - strip.start], plain = letter === "P" || letter === "." ? "?" : letter;
      const kind = state.percpu.has(pfn) ? "P" : plain ?? "?", last = runs[runs.length - 1];
      if (last && last.kind === kind && last.pfn + last.n === pfn) last.n += 1;
      else runs.push({ pfn, n: 1, kind });
    }
  };
  let pfn = strip.start;
  for (const block of inside) {
    usedUpTo(pfn, block.pfn);
    const from = Math.max(block.pfn, strip.start), to = Math.min(block.pfn + block.n, end);
    if (from >= pfn) runs.push({ ...block, pfn: from, n: to - from });
    pfn = Math.max(pfn, to);
  }
  usedUpTo(pfn, end);
  return runs;
}

/** A free block of this order whose buddy lies on the strip too and is not a free block: the ghost to draw, or null. */
export function missingBuddy(strip, runs, order) {
  const inside = (pfn) => pfn >= strip.start && pfn + (1 << order) <= strip.start + strip.pages;
  const free = runs.filter((run) => run.kind === "free" && run.order === order && run.n === 1 << order);
  const found = free.reverse().find((run) => inside(run.pfn ^ (1 << order)));
  if (!found) return null;
  const buddy = found.pfn ^ (1 << order), to = buddy + (1 << order);
  const kinds = runs.filter((run) => run.pfn < to && run.pfn + run.n > buddy).map((run) => run.kind);
  const why = kinds.every((kind) => kind === "P") ? "buddyPcp" : kinds.includes("free") ? "buddySplit" : "buddyUsed";
  return { pfn: found.pfn, buddy, order, why };
}

/** [pfn, pages] of the block that the request has been given up to this frame, or null. */
export function takenBlock(document, at) {
  const { order } = document.request;
  const got = document.frames.slice(0, at + 1).findLast(({ event, depth }) => !depth && TAKES.includes(event?.[0]));
  return got && got.event[4] >= 0 && got.event[4] === document.result ? [document.result, 1 << order] : null;
}

/** A kernel event as a line of text: zone_watermark_ok(zone "Normal", order 3, mark 939, ...) = 0. */
export function eventText(event) {
  if (!event) return "";
  const [name, ...args] = event, names = EVENT_ARGS[name] ?? [];
  const argText = (arg, i) => {
    if (typeof arg === "string") return `"${arg}"`;
    if (names[i] === "gfp_mask") return `gfp_mask 0x${arg.toString(16)}`;
    if (names[i] === "alloc_flags") return flagNames(arg);
    return names[i] ? `${names[i]} ${arg}` : String(arg);
  };
  const returned = names.indexOf("=");
  const shown = args.map(argText).filter((_, i) => i !== returned);
  return `${name}(${shown.join(", ")})${returned < 0 ? "" : ` = ${args[returned]}`}`;
}

export function flagNames(flags) {
  return ALLOC_FLAGS.filter((_, bit) => flags & (1 << bit)).map((name) => `ALLOC_${name}`).join("|") || "alloc_flags 0";
}

/** Everything about a document that is read more than once. */
export function prepare(document) {
  const rows = expandRows(document.frames), { frames } = document;
  const lastRowOf = (at) => rows.findLastIndex((entry) => entry.frame === at);
  const end = frames[frames.length - 1];
  const shown = groupTests(frames, end.tests ?? [], end.decides).shown.length;
  const tries = triesSoFar(document, rows, rows.length - 1).length;
  const conds = Math.max(0, ...frames.map((frame) => frame.conds?.length ?? 0));
  const slots = Math.min(MAX_ROWS, Math.max(4, document.request.order + 1, shown, conds, document.machine.zones.length));
  const deciding = end.decides === undefined ? rows.length - 1 : lastRowOf(end.decides);
  return { document, rows, at: makeTimeline(document), levels: levelsOf(document), slots, tries, deciding };
}

/** Free pages of every zone and the clock after each frame: [{free: [...], jiffies}], cheap to look up. */
export function levelsOf(document) {
  let free = freePages(document.initial), { jiffies } = document.initial;
  return document.frames.map((frame) => {
    const counted = (frame.changes ?? []).filter(([, , key]) => key === "NR_FREE_PAGES");
    if (counted.length) free = [...free];
    for (const [zone, , , pages] of counted) free[zone] = pages;
    jiffies = frame.jiffies ?? jiffies;
    return { free, jiffies };
  });
}

/** What a visit to a stage has brought so far: {free: [before, now] per zone, jiffies, total (jiffies), kinds}. */
export function visitGain(document, levels, at) {
  const start = visitStart(document.frames, at), { jiffies } = document.initial;
  const before = start ? levels[start - 1] : { free: freePages(document.initial), jiffies };
  const kinds = {};
  for (const { reclaimed } of document.frames.slice(start, at + 1)) {
    for (const [kind, pages] of Object.entries(reclaimed ?? {})) kinds[kind] = (kinds[kind] ?? 0) + pages;
  }
  return {
    free: levels[at].free.map((pages, zone) => [before.free[zone], pages]), kinds,
    jiffies: levels[at].jiffies - before.jiffies, total: levels[at].jiffies - document.initial.jiffies,
  };
}
