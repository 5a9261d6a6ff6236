// The explorer's pure functions. Expected values: the worked case of the design (1 GB i386, GFP_ATOMIC, order 3),
// numbers written out by hand, and the gotos of __alloc_pages() in Linux 2.6.21.
import assert from "node:assert/strict";
import { test } from "node:test";
import { applyFrame, changeList, initialState, levelsOf, makeTimeline } from "../../buddylab/screen/state.js";
import {
  eventText, expandRows, nextStage, stops, visitGain, visitStart, wayTaken,
} from "../../buddylab/screen/frames.js";
import { evidenceAt, focusZone, foldRows, groupTests, refusal, triesSoFar } from "../../buddylab/screen/evidence.js";
import { fill, fmt, sentence } from "../../buddylab/screen/say.js";
import { missingBuddy, stripRuns, takenBlock } from "../../buddylab/screen/address.js";
import { prepare } from "../../buddylab/screen/run.js";
import { routeEdges } from "../../buddylab/screen/routes.js";
import { tankScale, tileCount } from "../../buddylab/screen/scale.js";
import { thinTicks, tickMoods } from "../../buddylab/screen/ticks.js";
import { templateParts } from "../../buddylab/screen/top.js";
import { edgePath } from "../../buddylab/screen/ladder.js";
import { comparison, whyKind } from "../../buddylab/screen/why.js";
import { staticModel } from "../../buddylab/screen/model.js";

const NORMAL = 1, DMA = 0;
const zones = [
  { label: "DMA", present_pages: 4096, pages_min: 17, pages_low: 21, pages_high: 25, lowmem_reserve: [0, 880] },
  { label: "Normal", present_pages: 225280, pages_min: 939, pages_low: 1173, pages_high: 1408, lowmem_reserve: [0, 0] },
];
const row = (o, f, m, above, nr, ok) => ({ o, f, m, above, nr, ok, say: "row", args: {} });
const low = { zone: NORMAL, own: false, mark_name: "pages_low", mark: 1173, chain: [], reserve: 0, order: 3, ok: false,
  rows: [row(0, 70053, 1173, 70060, null, true), row(1, 25475, 586, 25482, 44578, true),
    row(2, 3241, 293, 3248, 11117, true), row(3, 41, 146, 48, 800, false)] };
const lowDma = { zone: DMA, own: false, mark_name: "pages_low", mark: 21, chain: [], reserve: 880, order: 3, ok: false,
  rows: [row(0, 887, 901, 894, null, false)] };
const min = { zone: NORMAL, own: false, mark_name: "pages_min", mark: 939, chain: [["HIGH", 470], ["HARDER", 353]],
  reserve: 0, order: 3, ok: false, rows: [row(0, 70053, 353, 70060, null, true), row(1, 25475, 176, 25482, 44578, true),
    row(2, 3241, 88, 3248, 11117, true), row(3, 41, 44, 48, 800, false)] };
const own = { ...low, own: true };
const torn = (count, first) => ({ count, head: Array.from({ length: 32 }, (_, i) => first + 2 * i), tail: [900, 902] });
const lists = (...free) => Object.fromEntries(Array.from({ length: 11 }, (_, order) => [order, free[order] ?? []]));
const LIST = (zone, key, op, pfn) => [zone, "lists", key, op, pfn], FREE = (zone, pages) => [zone, "counts",
  "NR_FREE_PAGES", pages];

function flagship() {
  return {
    machine: { name: ["1 GB i386", "1 GB i386"], HZ: 250, numa: false, zones },
    request: { gfp_mask: 32, names: "GFP_ATOMIC", order: 3, zonelist: ["Normal", "DMA"], classzone_idx: 1,
      context: {} },
    initial: { jiffies: 100, zones: [
      { counts: { NR_FREE_PAGES: 894 }, lists: lists(), pcp: { hot: [], cold: [] } },
      { counts: { NR_FREE_PAGES: 70060 }, pcp: { hot: [7], cold: [] },
        lists: lists(torn(44578, 100), torn(11117, 300), torn(800, 500), [], [199456], [48384]) }] },
    strip: [{ zone: NORMAL, start: 199440, pages: 32, free: [[199440, "3"], [199456, "4"]],
      used: "?".repeat(8) + "K".repeat(8) + "?".repeat(16) }],
    frames: [
      { stage: "might_sleep", event: ["might_sleep_if", 0] },
      { stage: "restart", event: ["get_page_from_freelist", 131104, 3, 68, 1] },
      { stage: "restart", event: ["zone_watermark_ok", "Normal", 3, 1173, 1, 68, 0], test: low, mood: "no" },
      { stage: "restart", event: ["zone_watermark_ok", "DMA", 3, 21, 1, 68, 0], test: lowDma, mood: "no" },
      { stage: "wake_kswapd", event: ["zone_watermark_ok", "Normal", 3, 1173, 0, 0, 0], test: own },
      { stage: "min_attempt", event: ["zone_watermark_ok", "Normal", 3, 939, 1, 50, 0], test: min, mood: "no" },
      { stage: "got_pg", event: ["end", "no_page"], mood: "end-no", decides: 5, tests: [2, 3, 5] },
    ],
    result: null, end: "no_page",
  };
}

test("numbers have thousands commas and a true minus sign", () => {
  assert.equal(fmt(70053), "70,053");
  assert.equal(fmt(-975), "−975");
  assert.equal(fmt("pages_low"), "pages_low");
  assert.equal(fmt(null), "");
});

test("templates are filled in the chosen language, and a place without a value stays visible", () => {
  assert.equal(fill("{zone}: {f} > {m}.", { zone: "Normal", f: 70053, m: 353 }), "Normal: 70,053 > 353.");
  assert.equal(fill("{m}", { m: ["kernel", "内核"] }, "zh"), "内核");
  assert.equal(fill("{a} and {b}", { a: 1 }), "1 and {b}");
});

test("a sentence with a missing key shows the key, and @ names another sentence", () => {
  const say = { no: ["{zone} refuses {who}.", "{zone} 拒绝 {who}。"], irq: ["an interrupt", "中断"] };
  assert.equal(sentence(say, "no", { zone: "DMA", who: "@irq" }, "zh"), "DMA 拒绝 中断。");
  assert.equal(sentence(say, "lost", {}, "en"), "⟨lost⟩");
  assert.equal(sentence(say, "no", { zone: "DMA", who: "@lost" }, "en"), "DMA refuses ⟨lost⟩.");
  assert.equal(sentence(say, "", {}, "en"), "");
});

test("a template falls into text and places, so that places can become controls", () => {
  assert.deepEqual(templateParts("A {who} asks."), ["A ", ["who"], " asks."]);
});

test("a frame with a test becomes one step per row, and steps may stop at rows, events or stages", () => {
  const { frames } = flagship(), rows = expandRows(frames);
  assert.equal(rows.length, 1 + 1 + 4 + 1 + 4 + 4 + 1);
  assert.deepEqual(rows[2], { frame: 2, row: 0, last: false });
  assert.deepEqual(rows[5], { frame: 2, row: 3, last: true });
  assert.deepEqual(stops(rows, frames, "row").length, 16);
  assert.deepEqual(stops(rows, frames, "event"), [0, 1, 5, 6, 10, 14, 15]);
  assert.deepEqual(stops(rows, frames, "stage"), [0, 6, 10, 14, 15]);
});

test("changes to a whole list are exact", () => {
  const list = { count: 2, head: [10, 20], tail: [] };
  changeList(list, 1, 5);
  changeList(list, 2, 30);
  assert.deepEqual(list, { count: 4, head: [5, 10, 20, 30], tail: [] });
  changeList(list, 0, 20);
  assert.deepEqual(list, { count: 3, head: [5, 10, 30], tail: [] });
});

test("changes to a torn list keep the count exact, and what travelled in order", () => {
  const list = { count: 44578, head: [23558, 23556], tail: [228352] };
  changeList(list, 1, 5);
  changeList(list, 0, 99999); // somewhere in the torn part
  changeList(list, 2, 7);
  changeList(list, 0, 228352);
  assert.deepEqual(list, { count: 44578, head: [5, 23558, 23556], tail: [7] });
});

test("a split: the order-4 block leaves, order 3 comes back, 8 pages less are free", () => {
  const document = flagship(), state = initialState(document);
  applyFrame(state, { changes: [LIST(1, "4", 0, 199456), LIST(1, "3", 1, 199464), FREE(1, 70052)], jiffies: 105 },
    document.strip);
  assert.equal(state.zones[NORMAL].counts.NR_FREE_PAGES, 70052);
  assert.deepEqual(state.zones[NORMAL].lists[4], { count: 0, head: [], tail: [] });
  assert.deepEqual(state.zones[NORMAL].lists[3], { count: 1, head: [199464], tail: [] });
  assert.equal(state.zones[NORMAL].lists[0].count, 44578);
  assert.deepEqual([...state.strips[0].free], [[199440, "3"], [199464, "3"]]);
  assert.equal(state.jiffies, 105);
});

test("any way through a run leads to the same state", () => {
  const document = flagship();
  document.frames = Array.from({ length: 180 },
    (_, i) => ({ stage: "restart", changes: [LIST(1, "0", 1, i), FREE(1, 70060 + i)], jiffies: i }));
  const straight = makeTimeline(document), jumping = makeTimeline(document);
  const kept = structuredClone(straight(120));
  for (const at of [179, 3, -1, 120, 60]) jumping(at);
  assert.deepEqual(jumping(120), kept);
  assert.equal(jumping(120).zones[NORMAL].lists[0].count, 44578 + 121);
  assert.equal(jumping(-1).zones[NORMAL].counts.NR_FREE_PAGES, 70060);
  assert.deepEqual(levelsOf(document)[120], { free: [894, 70180], jiffies: 120 });
});

test("the way taken counts stages and edges; a nested allocation has its own", () => {
  const at = (stage, round = 1, depth = 0) => ({ stage, round, depth });
  const frames = [at("rebalance"), at("direct_reclaim"), at("restart", 1, 1), at("got_pg", 1, 1), at("direct_reclaim"),
    at("should_retry"), at("rebalance", 2), at("direct_reclaim", 2), at("should_retry", 2), at("rebalance", 3)];
  const way = wayTaken(frames, 9);
  assert.deepEqual([...way.seen], ["rebalance", "direct_reclaim", "should_retry"]);
  assert.equal(way.edges.get("should_retry>rebalance"), 2);
  assert.equal(way.edges.get("direct_reclaim>should_retry"), 2);
  assert.deepEqual([...wayTaken(frames, 3).edges], [["restart>got_pg", 1]]);
  assert.deepEqual([...wayTaken([at("nofail_alloc", 1), at("nofail_alloc", 2)], 1).edges],
    [["nofail_alloc>nofail_alloc", 1]]);
  assert.equal(visitStart(frames, 4), 1);
  assert.equal(visitStart(frames, 7), 7);
});

test("the way on is told only when nothing in the visit can change it any more", () => {
  const { frames } = flagship();
  assert.equal(nextStage(frames, 0), "restart");
  assert.equal(nextStage(frames, 1), null); // two tests are to come
  assert.equal(nextStage(frames, 3), "wake_kswapd");
  assert.equal(nextStage(frames, 6), null);
});

test("the table of tries holds what was tested so far, kswapd's own test left out", () => {
  const document = flagship(), rows = expandRows(document.frames);
  assert.deepEqual(triesSoFar(document, rows, 3)[0].cells.Normal, { outcomes: [{ ok: null, times: 1 }],
    current: true });
  const last = triesSoFar(document, rows, rows.length - 1);
  assert.deepEqual(last.map(({ stage, mark }) => [stage, mark]),
    [["restart", "pages_low"], ["min_attempt", "pages_min"]]);
  assert.deepEqual(last[0].cells.Normal.outcomes, [{ ok: false, times: 1 }]);
  assert.deepEqual(last[0].cells.DMA.outcomes, [{ ok: false, times: 1 }]);
  assert.equal(last[1].cells.DMA, undefined);
});

test("a try that succeeds after three refusals shows both, the newest last", () => {
  const document = flagship(), granted = { ...min, ok: true };
  const again = (round, test) => ({ stage: "retry_after_reclaim", round, test });
  document.frames = [again(1, min), again(2, min), again(3, min), again(4, granted)];
  const rows = expandRows(document.frames), cell = (cursor) => triesSoFar(document, rows,
    cursor)[0].cells.Normal.outcomes;
  assert.deepEqual(cell(rows.length - 1), [{ ok: false, times: 3 }, { ok: true, times: 1 }]);
  assert.deepEqual(cell(rows.length - 2), [{ ok: false, times: 3 }, { ok: null, times: 1 }]);
  assert.deepEqual(cell(11), [{ ok: false, times: 3 }]);
});

test("Why folds rows so that it never grows: six slots from order 0 to order 10", () => {
  assert.deepEqual(foldRows(3, 3), [{ row: 0 }, { row: 1 }, { row: 2 }, { row: 3 }]);
  for (let current = 0; current <= 10; current += 1) {
    const slots = foldRows(10, current), covered = slots.flatMap(({ row: one, from, to }) =>
      (one === undefined ? [from, to] : [one]));
    assert.equal(slots.length, 6, `row ${current}`);
    assert.ok(slots.some((slot) => slot.row === current), `row ${current} is shown`);
    assert.equal(covered[0], 0);
    assert.equal(covered.at(-1), 10);
    const size = slots.reduce((n, { row: one, from, to }) => n + (one === undefined ? to - from + 1 : 1), 0);
    assert.equal(size, 11, `row ${current}: every row once`);
  }
});

test("equal tests are told once, and the deciding one is always among them", () => {
  const { frames } = flagship();
  const { shown, hidden } = groupTests(frames, [2, 3, 5], 5);
  assert.deepEqual(shown.map(({ row: { f, m }, decides }) => [f, m, decides]),
    [[41, 146, false], [887, 901, false], [41, 44, true]]);
  assert.equal(hidden, 0);
  const many = Array.from({ length: 9 }, (_, i) =>
    ({ stage: "restart", test: { ...low, rows: [row(0, i, 50, i, null, false)] } }));
  const few = groupTests([...many, many[8]], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 0, 4);
  assert.deepEqual(few.shown.map((group) => [group.row.f, group.times]), [[0, 1], [7, 1], [8, 2]]);
  assert.equal(few.hidden, 6);
});

test("the evidence stays after the refusal, until the memory that it speaks of has changed", () => {
  const document = flagship(), rows = expandRows(document.frames);
  assert.deepEqual(evidenceAt(document, rows, 4), { test: low, row: 2, past: false });
  assert.deepEqual(evidenceAt(document, rows, rows.length - 1), { test: min, row: 3, past: true });
  assert.equal(evidenceAt(document, rows, 0), null);
  document.frames.splice(6, 0, { stage: "rebalance", event: ["stage", "rebalance"] },
    { stage: "direct_reclaim", changes: [LIST(1, "0", 1, 5)] });
  const more = expandRows(document.frames);
  assert.equal(evidenceAt(document, more, 15).test, min);
  assert.equal(evidenceAt(document, more, 16), null);
});

test("a granted run shows no older refusal when it takes and when it ends", () => {
  const document = flagship();
  document.frames = [document.frames[2], { stage: "nofail_alloc", event: ["get_page_from_freelist", 32, 3, 1, 1] },
    { stage: "nofail_alloc", event: ["__rmqueue", "DMA", 3, 4, 512] },
    { stage: "got_pg", event: ["end", "page"], tests: [0], decides: 0 }];
  const rows = expandRows(document.frames);
  assert.equal(evidenceAt(document, rows, 4).test, low); // before the take the refusal still holds
  assert.equal(evidenceAt(document, rows, 5), null);
  assert.equal(evidenceAt(document, rows, 6), null);
  document.frames.splice(1, 1, { stage: "min_attempt", test: { ...min, zone: DMA, ok: true } },
    { stage: "min_attempt" });
  assert.equal(evidenceAt(document, expandRows(document.frames), 8), null);
});

test("only a row that refuses has a missing buddy to show", () => {
  assert.equal(refusal({ test: low, row: 2 }), null);
  assert.equal(refusal({ test: low, row: 3 }).f, 41);
  assert.equal(refusal({ test: { rows: [{ f: -992, m: 901, ok: false, slip: true }] }, row: 0 }), null);
  assert.equal(refusal(null), null);
});

test("a negative count is never shown: pages there against pages asked (order 10 on 1 GB, zone DMA)", () => {
  assert.deepEqual(comparison(row(0, -992, 901, 31, null, true), 10), [31, "<", 1024]);
  assert.deepEqual(comparison(row(1, -993, 10, 30, 1, false), 10), [30, "<", 1024]);
  assert.deepEqual(comparison(row(0, 739, 1173, 1762, null, false), 10), [739, ">", 1173]);
  assert.deepEqual(comparison(row(3, 0, 44, 7, 0, false), 3), [0, ">", 44]); // zero is a count like any other
});

test("a pass of the time line ends where the run goes back up the ladder, and a kill is marked once", () => {
  const at = (stage, mood, round = 1, depth = 0) => ({ stage, mood, round, depth });
  const frames = [at("restart", "no"), at("high_attempt", "no"), at("out_of_memory", "kill"),
    at("out_of_memory", "kill"), at("restart", "no", 2), at("restart", "no", 1, 1), at("nofail_alloc", "", 1),
    at("nofail_alloc", "ok", 2)];
  assert.deepEqual(tickMoods(frames, expandRows(frames), STAGES).map(({ mood, pass }) => `${mood}${pass}`),
    ["no0", "no0", "kill0", "0", "no1", "no1", "1", "ok2"]);
});

test("where ticks are dense the strong ones stay, and all refusals of this pass", () => {
  const moods = ["no", "no", "wake", "no", "reclaim", "kill", "no", "no", "", "end-loop"].map((mood, i) =>
    ({ mood, pass: i < 6 ? 0 : 1 }));
  const shown = (unit, pass) => [...thinTicks(moods, unit, pass)].sort((a, b) => a - b);
  assert.deepEqual(shown(9, 0), [0, 1, 2, 3, 4, 5, 6, 7, 9]); // 9 px each: nothing is in the way
  assert.deepEqual(shown(3, 1), [2, 5, 6, 7, 9]); // 9 px from one wake to the kill
  assert.deepEqual(shown(3, 0), [0, 1, 2, 3, 5, 9]);
  assert.deepEqual(shown(1, 2), [2, 5, 9]);
});

test("the free lists follow the frame's zone", () => {
  const document = flagship();
  assert.equal(focusZone(document, document.frames[3], null), DMA);
  assert.equal(focusZone(document, { event: ["__rmqueue", "DMA", 0, 0, 1] }, null), DMA);
  assert.equal(focusZone(document, { changes: [LIST(0, "1", 0, 5)] }, null), DMA);
  assert.equal(focusZone(document, document.frames[0], null), NORMAL);
  const end = { event: ["end", "page"] };
  document.frames = [{ event: ["__rmqueue", "DMA", 0, 0, 512] }, end];
  assert.equal(focusZone(document, end, null), DMA); // where the page came from, not where the request began
});

// The sixteen stages and the gotos of __alloc_pages(), as in the C.
const STAGES = ["might_sleep", "fault_injection", "restart", "thisnode", "wake_kswapd", "alloc_flags", "min_attempt",
  "rebalance", "nofail_alloc", "direct_reclaim", "retry_after_reclaim", "high_attempt", "out_of_memory", "should_retry",
  "nopage", "got_pg"];
const CHART = [["fault_injection", null], ["restart", null], ["restart", "got_pg"], ["thisnode", "nopage"],
  ["min_attempt", "got_pg"],
  ["rebalance", "nofail_alloc"], ["rebalance", "direct_reclaim"], ["rebalance", "nopage"],
    ["nofail_alloc", "nofail_alloc"],
  ["nofail_alloc", "got_pg"], ["nofail_alloc", "nopage"], ["direct_reclaim", "retry_after_reclaim"],
    ["direct_reclaim", "high_attempt"],
  ["direct_reclaim", "should_retry"], ["retry_after_reclaim", "got_pg"], ["retry_after_reclaim", "should_retry"],
  ["high_attempt", "got_pg"], ["high_attempt", "out_of_memory"], ["out_of_memory", "restart"],
    ["should_retry", "rebalance"],
  ["should_retry", "nopage"], ["nopage", "got_pg"]];

test("edges are routed by what they are: rail, exits, skips, loops", () => {
  const kinds = Object.fromEntries(routeEdges(STAGES,
    CHART).map(({ from, to, kind, lane }) => [`${from}>${to}`, lane > 0 ? `${kind} ${lane}` : kind]));
  assert.equal(kinds["fault_injection>null"], "null");
  assert.equal(kinds["restart>null"], "null");
  assert.equal(kinds["high_attempt>out_of_memory"], "rail");
  assert.equal(kinds["rebalance>direct_reclaim"], "skip-right");
  assert.equal(kinds["direct_reclaim>high_attempt"], "skip-right");
  assert.equal(kinds["retry_after_reclaim>should_retry"], "skip-left");
  assert.equal(kinds["direct_reclaim>should_retry"], "skip-left 1"); // the longer skip runs outside
  assert.equal(kinds["nofail_alloc>nofail_alloc"], "self");
  assert.equal(kinds["should_retry>rebalance"], "loop");
  assert.equal(kinds["out_of_memory>restart"], "loop 1"); // the longer loop runs outside
  assert.equal(kinds["thisnode>nopage"], "end");
  assert.equal(kinds["restart>got_pg"], "end 1");
  assert.equal(kinds["should_retry>nopage"], "rail");
});

test("a rail goes straight down, a loop goes up on the left", () => {
  const y = (stage) => STAGES.indexOf(stage) * 10;
  assert.equal(edgePath({ from: "thisnode", to: "wake_kswapd", kind: "rail" }, y), "M43 30V40");
  assert.match(edgePath({ from: "should_retry", to: "rebalance", kind: "loop", lane: 0 }, y),
    /^M43 130H19Q13 130 13 124V76/);
});

test("a tank is linear near the marks and cut above them; the reserve is its floor", () => {
  const normal = tankScale(zones[1], 0), dma = tankScale(zones[0], 880);
  assert.equal(normal.y(0), 136);
  assert.equal(normal.cut, 68);
  const step = normal.y(939) - normal.y(1173);
  assert.ok(Math.abs(step - (234 / (1.65 * 1408)) * 68) < 1e-9);
  assert.equal(normal.y(225280), 6);
  assert.ok(normal.y(70060) < 64 && normal.y(70060) > 6);
  assert.equal(dma.floor, 106);
  assert.equal(dma.y(880), 106);
  assert.equal(dma.y(440), 121);
  assert.ok(dma.y(894) < 106);
  assert.equal(tankScale({ present_pages: 100, pages_high: 96 }, 0).cut, null); // too small a zone to need a cut
});

test("stacks show all of a short list and a little more for a very long one", () => {
  assert.deepEqual([0, 1, 5, 6, 800, 11117, 44578].map(tileCount), [0, 1, 5, 6, 8, 10, 11]);
});

test("the address strip tells free, used and yours apart", () => {
  const document = flagship(), state = initialState(document).strips[0];
  assert.deepEqual(stripRuns(document.strip[0], state, null),
    [{ pfn: 199440, n: 8, kind: "free", order: 3 }, { pfn: 199448, n: 8, kind: "K" },
    { pfn: 199456, n: 16, kind: "free", order: 4 }]);
  state.free.delete(199456);
  state.free.set(199464, "3");
  state.percpu.add(199450);
  assert.deepEqual(stripRuns(document.strip[0], state, [199456, 8]).map(({ kind, n }) => `${kind}${n}`),
    ["free8", "K2", "P1", "K5", "yours8", "free8"]);
});

test("the missing buddy is the one that Python names, while the block that would merge with it is there", () => {
  const missing = { pfn: 199440, buddy: 199448, order: 3, why: "used" }, test = { ...low, missing };
  const runs = [{ pfn: 199440, n: 8, kind: "free", order: 3 }, { pfn: 199448, n: 8, kind: "K" }];
  assert.equal(missingBuddy({ test, row: 3 }, runs), missing);
  assert.equal(missingBuddy({ test, row: 2 }, runs), null); // that row holds
  assert.equal(missingBuddy({ test, row: 3 }, [{ ...runs[0], kind: "K" }]), null);
  assert.equal(missingBuddy({ test: low, row: 3 }, runs), null);
});

test("the block given is known from the moment it is taken", () => {
  const frames = [{ event: ["might_sleep_if", 0] }, { event: ["__rmqueue", "Normal", 3, 4, 199456] },
    { event: ["end", "page"] }];
  const document = { request: { order: 3 }, result: 199456, frames };
  assert.equal(takenBlock(document, 0), null);
  assert.deepEqual(takenBlock(document, 2), [199456, 8]);
});

test("a kernel event reads like the call that it was", () => {
  assert.equal(eventText(["zone_watermark_ok", "Normal", 3, 939, 1, 50, 0]),
    'zone_watermark_ok("Normal", order 3, mark 939, classzone_idx 1, ALLOC_WMARK_MIN|ALLOC_HARDER|ALLOC_HIGH) = 0');
  assert.equal(eventText(["try_to_free_pages", 208, 1, 0]), "try_to_free_pages(gfp_mask 0xd0, PF_MEMALLOC 1) = 0");
  assert.equal(eventText(["show_mem"]), "show_mem()");
  assert.equal(eventText(undefined), "");
});

test("each frame has one kind of picture", () => {
  const { frames } = flagship();
  assert.deepEqual(frames.map(whyKind), ["stage", "stage", "test", "test", "test", "test", "end"]);
  assert.equal(whyKind({ split: { from: 4, yours: 3, back: [3] } }), "split");
  assert.equal(whyKind({ mood: "reclaim", reclaimed: { clean: 32 } }), "passing");
  assert.equal(whyKind({ conds: [["__GFP_WAIT", 0, ""]] }), "conds");
});

test("what a visit to a stage brought: pages, kinds and time since it began", () => {
  const document = flagship();
  document.frames = [{ stage: "rebalance", changes: [FREE(1, 70000)] },
    { stage: "direct_reclaim", reclaimed: { clean: 32 }, changes: [FREE(1, 70032)], jiffies: 103 },
    { stage: "direct_reclaim", reclaimed: { clean: 8, anon: 1 }, changes: [FREE(0, 900)], jiffies: 105 }];
  assert.deepEqual(visitGain(document, levelsOf(document), 2),
    { free: [[894, 900], [70000, 70032]], kinds: { clean: 40, anon: 1 }, jiffies: 5, total: 5 });
});

test("a run opens at the row that decided", () => {
  const run = prepare(flagship());
  assert.equal(run.deciding, 14);
  assert.equal(run.slots, 4);
  assert.equal(run.tries, 2);
});

test("the stand-alone model tells its listeners and is not live", () => {
  const model = staticModel({ lang: "en" }), heard = [];
  const off = model.on("lang", () => heard.push(model.get("lang")));
  model.set("lang", "zh");
  off();
  model.set("lang", "en");
  assert.deepEqual(heard, ["zh"]);
  assert.equal(model.live, false);
});
