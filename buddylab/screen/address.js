// The stretches of the address strip.
import { TAKEN_PFN, TAKES, PAGES_OF } from "./kernel.js";
import { refusal } from "./evidence.js";
import { orderOf } from "./state.js";
/** @import { Frame, RunDocument, Strip } from "./document" */
/** @import { Evidence, Stretch, StripState } from "./types" */

/** Runs of the address strip: [{pfn, n, kind: "free"|"yours"|letter, order}]. `mine` = [pfn, pages] or null.
 *  @param {Strip} strip @param {StripState} state @param {[number, number] | null} mine @returns {Stretch[]} */
export function stripRuns(strip, state, mine) {
  const end = strip.start + strip.pages;
  /** @type {Stretch[]} */
  const runs = [];
  /** @type {Stretch[]} */
  const blocks = [...state.free].map(([pfn, key]) =>
    ({ pfn, n: PAGES_OF[orderOf(key)], kind: "free", order: orderOf(key) }));
  if (mine) blocks.push({ pfn: mine[0], n: mine[1], kind: "yours" });
  const inside = blocks.filter((block) => block.pfn < end && block.pfn + block.n > strip.start);
  inside.sort((a, b) => a.pfn - b.pfn);
  /** @param {number} from @param {number} to */
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

/** The buddy that a refusing test misses, as long as the block that would merge with it is there; else null.
 *  @param {Evidence | null} evidence @param {Stretch[]} runs */
export function missingBuddy(evidence, runs) {
  const missing = refusal(evidence) ? evidence?.test.missing : undefined;
  const there = missing && runs.some(({ kind, pfn, order }) =>
    kind === "free" && pfn === missing.pfn && order === missing.order);
  return there ? missing : null;
}

/** [pfn, pages] of the block that the request has been given up to this frame, or null.
 *  @param {RunDocument} document @param {number} at @returns {[number, number] | null} */
export function takenBlock(document, at) {
  const { order } = document.request;
  const got = document.frames.slice(0, at + 1).findLast(({ event, depth }) =>
    !depth && TAKES.includes(event?.[0] ?? ""));
  const { result } = document;
  return result !== null && got?.event?.[TAKEN_PFN] === result ? [result, PAGES_OF[order]] : null;
}
