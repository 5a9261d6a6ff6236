// Where a block on the address strip comes from when a step forward splits or merges it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { origin } from "../../buddylab/screen/strip.js";

const free = (pfn, order) => ({ kind: "free", pfn, n: 1 << order, order });

test("both halves of a split come from the whole block", () => {
  const before = [free(16, 3)];
  assert.equal(origin(free(16, 2), before), before[0]);
  assert.equal(origin(free(20, 2), before), before[0]);
});

test("a merged block comes from the larger of its parts", () => {
  const before = [{ kind: "C", pfn: 12, n: 1 }, free(13, 0), free(14, 1)];
  assert.equal(origin(free(12, 2), before), before[2]);
});

test("what was there before has not moved, and what comes from nowhere has no origin", () => {
  assert.equal(origin(free(16, 3), [free(16, 3)]), null);
  assert.equal(origin(free(16, 3), [free(32, 3)]), null);
});

test("a used block that is handed out comes from the free one", () => {
  const before = [free(8, 2)], yours = { kind: "yours", pfn: 8, n: 4 };
  assert.equal(origin(yours, before), before[0]);
});

test("of a used block that merges the free part grows; one that stays alone becomes free where it lies", () => {
  const used = { kind: "C", pfn: 0, n: 15 };
  assert.deepEqual(origin(free(14, 1), [used, free(15, 0)]), free(15, 0));
  assert.deepEqual(origin(free(8, 0), [used]), { kind: "C", pfn: 8, n: 1 });
});
