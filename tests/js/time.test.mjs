// Predict and Compare: what is asked and what lies beside each other. The runs are written out by hand after the gotos
// of __alloc_pages() in Linux 2.6.21.
import assert from "node:assert/strict";
import { test } from "node:test";
import { expandRows } from "../../buddylab/screen/frames.js";
import { otherChoices, stretches } from "../../buddylab/screen/compare.js";
import { questionsOf, score, wayOn } from "../../buddylab/screen/predict.js";

const CHART = [["might_sleep", "fault_injection"], ["fault_injection", "restart"], ["fault_injection", null],
  ["restart", "thisnode"], ["restart", "got_pg"], ["thisnode", "wake_kswapd"], ["thisnode", "nopage"],
  ["rebalance", "nofail_alloc"], ["rebalance", "direct_reclaim"], ["rebalance", "nopage"], ["nopage", "got_pg"]];
const rows = (n) => Array.from({ length: n }, (_, o) => ({ o, f: 9, m: 1, ok: o < n - 1 }));
const at = (stage, more) => ({ stage, event: ["stage", stage], ...more });
const refused = (zone, n, own = false) => ({ zone, own, mark_name: "pages_low", order: n - 1, ok: false,
  rows: rows(n) });
const RUN = [at("might_sleep"), at("fault_injection", { event: ["should_fail", 8, 0] }),
  { stage: "restart", event: ["zone_watermark_ok"], test: refused(1, 4) }, at("thisnode"),
  { stage: "wake_kswapd", event: ["zone_watermark_ok"], test: refused(1, 2, true) }, at("rebalance"), at("nopage"),
  { stage: "got_pg", event: ["end", "no_page"] }];

test("a question stands before each decision and before each test of the request", () => {
  const asked = questionsOf(RUN, CHART);
  assert.deepEqual(asked.map(({ at, kind, stage, truth }) => [at, kind, stage, truth]), [
    [1, "way", "fault_injection", "restart"], [2, "test", "restart", "refuses"], [6, "way", "thisnode", "wake_kswapd"],
    [9, "way", "rebalance", "nopage"]]); // rows: restart's test has four, kswapd's own two
  assert.deepEqual(asked[3].choices, ["nofail_alloc", "direct_reclaim", "nopage"]);
});

test("kswapd's own test, nested requests and the end are not asked about", () => {
  const nested = RUN.map((frame) => ({ ...frame, depth: 1 }));
  assert.deepEqual(questionsOf(nested, CHART), []);
  assert.deepEqual(questionsOf([RUN[4], RUN[7]], CHART), []);
});

test("a question's row is the first of its frame", () => {
  const expanded = expandRows(RUN);
  for (const { at: row } of questionsOf(RUN, CHART)) assert.ok(expanded[row].row <= 0);
});

test("the way on is the next stage, the next round of the same stage too", () => {
  assert.equal(wayOn(RUN, 5), "nopage");
  assert.equal(wayOn([at("nofail_alloc"), at("nofail_alloc", { round: 2 })], 0), "nofail_alloc");
  assert.equal(wayOn([at("fault_injection"), { stage: "fault_injection", event: ["end", "no_page"] }], 0), null);
  assert.equal(wayOn([at("should_retry"), { stage: "should_retry", event: ["end", "livelock"] }], 0), undefined);
});

test("answers are counted, and by how sure they were", () => {
  const answers = [{ right: true, confidence: "certain" }, { right: false, confidence: "certain" },
    { right: true, confidence: "guess" }];
  assert.deepEqual(score(answers), { right: 2, of: 3, by: [["guess", 1, 1], ["fairly", 0, 0], ["certain", 1, 2]] });
});

test("the other request turns one knob, and never a bit that the machine ignores", () => {
  const deck = { presets: [["GFP_KERNEL", 0xd0], ["GFP_ATOMIC", 0x20]],
    bits: [[["Zone", ""], [["DMA", 1, false], ["DMA32", 4, true]]], [["Reserve", ""], [["HIGH", 0x20, false]]]],
    controls: [{ name: "order", part: "request" }, ...["in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE"]
      .map((name) => ({ name, part: "who" }))] };
  const knobs = { gfp_mask: 0x20, order: 0, in_interrupt: true, rt_task: false, PF_MEMALLOC: false, TIF_MEMDIE: false };
  const found = otherChoices(knobs, deck);
  assert.deepEqual(found.map(([key, args, change]) => [key, Object.values(args)[0], change]), [
    ["otherOrder", 1, { order: 1 }], ["otherMask", "GFP_KERNEL", { gfp_mask: 0xd0 }],
    ["with", "__GFP_DMA", { gfp_mask: 0x21 }], ["without", "__GFP_HIGH", { gfp_mask: 0 }],
    ["without", "in_interrupt", { in_interrupt: false }], ["with", "rt_task", { rt_task: true }],
    ["with", "PF_MEMALLOC", { PF_MEMALLOC: true }], ["with", "TIF_MEMDIE", { TIF_MEMDIE: true }]]);
});

test("a run's visits are stretches, a second round one of its own", () => {
  const frames = [at("rebalance"), at("rebalance"), at("should_retry"), at("rebalance", { round: 2 })];
  assert.deepEqual(stretches(frames).map(({ stage, from, to }) => [stage, from, to]),
    [["rebalance", 0, 1], ["should_retry", 2, 2], ["rebalance", 3, 3]]);
});
