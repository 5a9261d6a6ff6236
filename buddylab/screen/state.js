// The state of the machine after any frame: the recorded changes, applied.
import { ADD_HEAD, PAGES_OF, REMOVE } from "./kernel.js";
import { SNAPSHOT_EVERY } from "./constants.js";
/** @import { Change, Frame, Initial, List as Sent, RunDocument, Strip, ZoneState as SentZone } from "./document" */
/** @import { Level, List, State, StripState, ZoneState } from "./types" */

/** A list's name among all of its zone: a free list's key ("3", or "3:U" where lists have types), else "pcp:" and it.

 *  @param {string} part @param {string} key */
export const listName = (part, key) => (part === "pcp" ? `pcp:${key}` : key);

/** The order of the blocks on a list: 3 of "3" and of "3:U"; the per-cpu lists "hot" and "cold" hold single pages.
 *  @param {string} key */
export const orderOf = (key) => Number.parseInt(key, 10) || 0;

/** The free pages of every zone. @param {Initial} initial */
export const freePages = ({ zones }) => zones.map(({ counts }) => counts.NR_FREE_PAGES);

/** @param {SentZone | ZoneState} zone @returns {ZoneState} */
const openZone = ({ counts, lists, pcp }) => ({ counts: { ...counts }, lists: openLists(lists), pcp: openLists(pcp) });

/** @param {Record<string, Sent>} lists @returns {Record<string, List>} */
const openLists = (lists) => Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, openList(list)]));

/** @param {Sent} list @returns {List} */
export function openList(list) {
  if (Array.isArray(list)) return { count: list.length, head: [...list], tail: [] };
  return { count: list.count, head: [...list.head], tail: [...list.tail] };
}

/** @param {RunDocument} document @returns {Strip[]} */
export const stripsOf = (document) => document.strip ?? [];

/** The state before the first frame. A list is {count, head, tail}; it is torn where count > head + tail.
 *  @param {RunDocument} document @returns {State} */
export function initialState(document) {
  const zones = document.initial.zones.map(openZone);
  const strips = stripsOf(document).map(({ free, used, start }) => ({
    free: new Map(free), percpu: new Set([...used].flatMap((letter, at) => (letter === "P" ? [start + at] : []))),
  }));
  return { jiffies: document.initial.jiffies, zones, strips };
}

/** @param {State} state @returns {State} */
export function cloneState(state) {
  return {
    jiffies: state.jiffies,
    zones: state.zones.map(openZone),
    strips: state.strips.map((strip) => ({ free: new Map(strip.free), percpu: new Set(strip.percpu) })),
  };
}

/** Apply one op to a list {count, head, tail}; a pfn that did not travel leaves the torn part.
 *  @param {List} list @param {number} op @param {number} pfn */
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

/** Apply a frame's changes and clock to the state, in place. `strips` are the document's strips (for their zones).
 *  @param {State} state @param {Frame} frame @param {Strip[]} [strips] */
export function applyFrame(state, frame, strips = []) {
  for (const change of frame.changes ?? []) {
    if (change[1] === "counts") state.zones[change[0]].counts[change[2]] = change[3];
    else if (change[1] !== "blocks") {
      const [zone, part, key, op, pfn] = change;
      changeList(state.zones[zone][part][key], op, pfn);
      strips.forEach((strip, at) => strip.zone === zone && changeStrip(state.strips[at], part, key, op, pfn));
    }
  }
  if (frame.jiffies !== undefined) state.jiffies = frame.jiffies;
  return state;
}

/** @param {StripState} strip @param {string} part @param {string} key @param {number} op @param {number} pfn */
export function changeStrip(strip, part, key, op, pfn) {
  const pages = part === "pcp" ? strip.percpu : strip.free;
  if (op === REMOVE) pages.delete(pfn);
  else if (part === "pcp") strip.percpu.add(pfn);
  else strip.free.set(pfn, key);
}

/** For every list of a zone that a block entered in these changes, the list that most of it came from, both by name:
 *  Map to -> from.
 *  @param {Change[]} changes @param {number} zone @returns {Map<string, string>} */
export function flights(changes, zone) {
  const found = new Map(), here = changes.flatMap((change) => {
    if (change[0] !== zone || change[1] === "counts" || change[1] === "blocks") return [];
    const [, part, key, op, pfn] = change;
    return [{ name: listName(part, key), size: PAGES_OF[orderOf(key)], op, pfn }];
  });
  const left = here.filter(({ op }) => op === REMOVE).sort((a, b) => b.size - a.size);
  for (const { name, size, op, pfn } of here) {
    if (op === REMOVE) continue;
    const source = left.find((from) => from.pfn < pfn + size && pfn < from.pfn + from.size);
    if (source && source.name !== name) found.set(name, source.name);
  }
  return found;
}

/** at(n): the state after frame n (n = -1: before the first). Keeps snapshots, so that any jump is cheap.
 *  @param {RunDocument} document */
export function makeTimeline(document) {
  const strips = stripsOf(document), first = { at: -1, state: initialState(document) }, kept = [first];
  let cache = { at: -1, state: cloneState(first.state) };
  /** @param {number} frame @returns {State} */
  return function at(frame) {
    if (frame < cache.at) {
      const before = kept.findLast((one) => one.at <= frame) ?? first;
      cache = { at: before.at, state: cloneState(before.state) };
    }
    while (cache.at < frame) {
      cache.at += 1;
      applyFrame(cache.state, document.frames[cache.at], strips);
      const newest = kept[kept.length - 1].at;
      if (cache.at >= newest + SNAPSHOT_EVERY) kept.push({ at: cache.at, state: cloneState(cache.state) });
    }
    return cache.state;
  };
}

/** Free pages of every zone and the clock after each frame: [{free: [...], jiffies}], cheap to look up.
 *  @param {RunDocument} document @returns {Level[]} */
export function levelsOf(document) {
  let free = freePages(document.initial), { jiffies } = document.initial;
  return document.frames.map((frame) => {
    for (const change of frame.changes ?? []) {
      if (change[1] === "counts" && change[2] === "NR_FREE_PAGES") free = free.with(change[0], change[3]);
    }
    jiffies = frame.jiffies ?? jiffies;
    return { free, jiffies };
  });
}
