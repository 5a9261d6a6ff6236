// The stretches of the address strip.
import { TAKES } from "./constants.js";
import { orderOf } from "./state.js";

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
