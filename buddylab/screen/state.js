// The state of the machine after any frame: the recorded changes, applied.
import { ADD_HEAD, HOT, NR_FREE, REMOVE, SNAPSHOT_EVERY } from "./constants.js";

export function openList(list) {
  if (Array.isArray(list)) return { count: list.length, head: [...list], tail: [] };
  return { count: list.count, head: [...list.head], tail: [...list.tail] };
}

/** The state before the first frame. A list is {count, head, tail}; it is torn where count > head + tail. */
export function initialState(trace) {
  const zones = trace.initial.zones.map((zone) => ({
    free: zone.free, lists: [...zone.lists, zone.hot, zone.cold].map(openList),
  }));
  const strips = [].concat(trace.strip ?? []).map((strip) => ({
    free: new Map(strip.free), percpu: new Set([...strip.used].flatMap((c, i) => (c === "P" ? [strip.start + i] : []))),
  }));
  return { jiffies: trace.initial.jiffies, zones, strips };
}

export function cloneState(state) {
  return {
    jiffies: state.jiffies,
    zones: state.zones.map((zone) => ({ free: zone.free, lists: zone.lists.map(openList) })),
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

/** Apply a frame's changes and clock to the state, in place. `strips` are the trace's strips (for their zones). */
export function applyFrame(state, frame, strips = []) {
  for (const [zone, list, op, pfn] of frame.changes ?? []) {
    if (list === NR_FREE) {
      state.zones[zone].free = pfn;
      continue;
    }
    changeList(state.zones[zone].lists[list], op, pfn);
    strips.forEach((strip, at) => strip.zone === zone && changeStrip(state.strips[at], list, op, pfn));
  }
  if (frame.jiffies !== undefined) state.jiffies = frame.jiffies;
  return state;
}

export function changeStrip(strip, list, op, pfn) {
  if (list >= HOT) op === REMOVE ? strip.percpu.delete(pfn) : strip.percpu.add(pfn);
  else op === REMOVE ? strip.free.delete(pfn) : strip.free.set(pfn, list);
}

/** For every list of a zone that a block entered in these changes, the list that most of it came from: Map to -> from. */
export function flights(changes, zone) {
  const size = (list) => (list < HOT ? 1 << list : 1), found = new Map();
  const here = changes.filter(([where, list]) => where === zone && list !== NR_FREE);
  const left = here.filter(([, , op]) => op === REMOVE).sort(([, a], [, b]) => size(b) - size(a));
  for (const [, to, op, pfn] of here) {
    if (op === REMOVE) continue;
    const source = left.find(([, from, , start]) => start < pfn + size(to) && pfn < start + size(from));
    if (source && source[1] !== to) found.set(to, source[1]);
  }
  return found;
}

/** at(n): the state after frame n (n = -1: before the first). Keeps snapshots, so that any jump is cheap. */
export function makeTimeline(trace) {
  const strips = [].concat(trace.strip ?? []);
  const kept = [[-1, initialState(trace)]];
  let cache = { at: -1, state: cloneState(kept[0][1]) };
  return function at(frame) {
    if (frame < cache.at) {
      const [start, state] = kept.findLast(([n]) => n <= frame);
      cache = { at: start, state: cloneState(state) };
    }
    while (cache.at < frame) {
      cache.at += 1;
      applyFrame(cache.state, trace.frames[cache.at], strips);
      const newest = kept[kept.length - 1][0];
      if (cache.at >= newest + SNAPSHOT_EVERY) kept.push([cache.at, cloneState(cache.state)]);
    }
    return cache.state;
  };
}

/** Free pages of every zone and the clock after each frame: [{free: [...], jiffies}], cheap to look up. */
export function levelsOf(trace) {
  let free = trace.initial.zones.map((zone) => zone.free), { jiffies } = trace.initial;
  return trace.frames.map((frame) => {
    const counters = (frame.changes ?? []).filter(([, list]) => list === NR_FREE);
    if (counters.length) free = [...free];
    for (const [zone, , , pages] of counters) free[zone] = pages;
    jiffies = frame.jiffies ?? jiffies;
    return { free, jiffies };
  });
}
