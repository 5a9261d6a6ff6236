// What the stage reads of a run's document (FORMAT.md), and what it makes of it; the ladder's stages.

/** @typedef {number[]} Change  [zone, list, operation, pfn] */
/** @typedef {{o: number, f: number, m: number, above: number, nr: number | null, ok: boolean, slip?: boolean,
  say?: string,
 *    args?: Record<string, any>}} Row */
/** @typedef {{zone: number, own: boolean, mark_name: string, mark: number, order: number, chain: [string, number][],
 *    reserve: number, ok: boolean, rows: Row[],
 *    missing?: {pfn: number, buddy: number, order: number, why: string}}} Test */
/** @typedef {{stage: string, say: string, lines?: [number, number], entry?: string, args?: Record<string, any>,
 *    event?: any[], round?: number, depth?: number, mood?: string, conds?: any[][], test?: Test, chains?: any[],
 *    split?: {from: number, yours: number, back: number[]}, merge?: {from: number, to: number, buddies: number[][]},
 *    changes?: any[][], steps?: any[][][], jiffies?: number, log?: string, note?: string, by?: string,
 *    reclaimed?: Record<string, number>, badness?: [string, number][], asleep?: string[], decides?: number,
 *    tests?: number[]}} Frame */
/** @typedef {{label: string, start_pfn: number, spanned_pages: number, present_pages: number, pages_min: number,
 *    pages_low: number, pages_high: number, lowmem_reserve: number[],
 *    pcp: Record<string, {batch: number, high: number}>}} Zone */
/** @typedef {{zone: number, start: number, pages: number, free: [number, number | string][], used: string}} Strip */
/** @typedef {{machine: {name: [string, string], numa: boolean, HZ: number, zone_types: string[], zones: Zone[]},
 *    request: {gfp_mask: number, names: string, order: number, node: number, zonelist: string[], classzone_idx: number,
 *    context: Record<string, number>}, initial: {jiffies: number, zones: any[]}, strip: Strip[], frames: Frame[],
 *    result: number | null, end: "page" | "no_page" | "livelock" | "freed"}} Doc */
/** Pages free and the length of each list (0 to 10, hot, cold), per zone.
 *  @typedef {{free: number, n: number[]}[]} Counts */
/** One movement. frame -1 is the opening. travel: the edge that the token runs before it.
 *  @typedef {{kind: string, frame: number, before: Counts, after: Counts, stage: string, depth: number, round: number,
 *    travel: [string, string] | null, edges: Record<string, number>, cast: Cast, mood: string, say: string,
 *    args: Record<string, any>, deciding: boolean, first: boolean, zone: number,
 *    travelMs: number, moveMs: number, dwellMs: number, at: number, ms: number} & Record<string, any>} Beat */
/** @typedef {"asks" | "frees" | "sleeps" | "has" | "none" | "round" | "gives" | "gone"} CallerState */
/** @typedef {{caller: CallerState, kswapd: "asleep" | "awake" | "works", was: "asleep" | "awake" | "works"}} Cast */
/** All that a picture is a function of.
 *  @typedef {{doc: Doc, text: any, beats: Beat[], at: number, beat: Beat, p: number, floor:
  *  import("./geometry.js").Floor,
 *    c: import("./palette.js").Palette, id: string, lang: "en" | "zh",
 *    t: (key: string, args?: Record<string, any>) => string,
 *    say: (key: string, args?: Record<string, any>) => string}} Look */

export const HOT = 11;
export const COLD = 12;
export const FREE = 13;
export const ORDERS = 11;
/** The stages of the ladder in order. */
export const STAGES = ["might_sleep", "fault_injection", "restart", "thisnode", "wake_kswapd", "alloc_flags",
  "min_attempt",
  "rebalance", "nofail_alloc", "direct_reclaim", "retry_after_reclaim", "high_attempt", "out_of_memory", "should_retry",
  "nopage", "got_pg"];

/** Does this edge lead back up the ladder? @param {[string, string]} edge */
export const leadsBack = ([from, to]) => STAGES.indexOf(to) <= STAGES.indexOf(from);
