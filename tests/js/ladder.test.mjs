// The ladder's branches and the lines of Why, on a hand-made run of the C's gotos.
import assert from "node:assert/strict";
import { test } from "node:test";
import { besideName, edgePath, lookedAt } from "../../buddylab/screen/ladder.js";

const at = (stage, event, code, value, depth = 0) =>
  ({ stage, event: [event], depth, conds: code ? [[code, value, "c_no"]] : [] });
const RUN = [
  at("fault_injection", "stage", "should_fail()", "–"), //                0: nothing was asked
  at("restart", "stage", "zonelist", "Normal"), //                        1: no diamond
  at("rebalance", "stage", "__GFP_WAIT", true), //                        2
  at("direct_reclaim", "stage", "__GFP_IO", 1), //                        3: not yet decided
  at("rebalance", "stage", "PF_MEMALLOC", 1, 1), //                       4: a request inside the reclaim
  at("direct_reclaim", "try_to_free_pages", "did_some_progress", 1), //   5
  at("should_retry", "stage", "order", 3), //                             6
  at("should_retry", "congestion_wait", "HZ/50", 20), //                  7: a wait decides nothing
];
const said = (upTo) => Object.fromEntries(lookedAt(RUN, upTo));

test("a branch says what its decision read, from the frame in which it was read", () => {
  assert.deepEqual(said(1), {});
  assert.deepEqual(said(3), { rebalance: "__GFP_WAIT = 1" });
  assert.deepEqual(said(5), { rebalance: "__GFP_WAIT = 1", direct_reclaim: "did_some_progress = 1" });
  assert.deepEqual(said(7), { ...said(5), should_retry: "order = 3" });
});

test("a request inside reclaim has a ladder of its own", () => {
  assert.deepEqual(said(4), { rebalance: "PF_MEMALLOC = 1" });
});

test("a later visit to a stage replaces what the earlier one read", () => {
  const again = [...RUN, at("rebalance", "stage", "TIF_MEMDIE", 1)];
  assert.equal(lookedAt(again, 8).get("rebalance"), "TIF_MEMDIE = 1");
  const reclaims = [...again, { ...at("direct_reclaim", "shrink_zone"), round: 2 }];
  assert.equal(lookedAt(reclaims, 9).get("direct_reclaim"), undefined); // this round's progress is not known yet
});

test("a label stands beside the name where it ends before the exits, else under it", () => {
  assert.equal(besideName("rebalance", "__GFP_WAIT = 1", false), true);
  assert.equal(besideName("direct_reclaim", "did_some_progress = 1", false), false);
  assert.equal(besideName("fault_injection", "a", true), false); // there the way to NULL begins
});

test("two skips on the left run in lanes of their own, apart from rail and loops", () => {
  const y = (stage) => ({ a: 0, b: 50, c: 100 })[stage];
  const lane = (edge) => Number(edgePath(edge, y).match(/Q(\d+)/)[1]);
  const [inner, outer] = [0, 1].map((n) => lane({ from: "a", to: "c", kind: "skip-left", lane: n }));
  const loop = lane({ from: "c", to: "a", kind: "loop", lane: 0 });
  assert.ok(loop + 8 <= outer && outer + 8 <= inner && inner + 8 <= 43, [loop, outer, inner].join());
});
