// The state of the machine after any frame: the recorded changes, applied.
import { ADD_HEAD, REMOVE, PAGES_OF } from "./kernel.js";
import { SNAPSHOT_EVERY } from "./constants.js";

/** A list's name among all of its zone: a free list's key ("3", or "3:U" where lists have types), else "pcp:" and it. */
export const listName = (part, key) => (part === "pcp" ? `pcp:${key}` : key);

/** The order of the blocks on a list: 3 of "3" and of "3:U"; the per-cpu lists "hot" and "cold" hold single pages. */
export const orderOf = (key) => Number.parseInt(key, 10) || 0;

/** The free pages of every zone. */
export const freePages = ({ zones }) => zones.map(({ counts }) => counts.NR_FREE_PAGES);

const openZone = ({ counts, lists, pcp }) => ({ counts: { ...counts }, lists: openLists(lists), pcp: openLists(pcp) });

const openLists = (lists) => Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, openList(list)]));

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
    .map(([, part, key, op, pfn]) => ({ name: listName(part, key), size: PAGES_OF[orderOf(key)], op, pfn }));
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
