// From which list a block came in a step, read from the recorded changes: [zone, list, operation, pfn].
import assert from "node:assert/strict";
import { test } from "node:test";
import { flights } from "../../buddylab/screen/state.js";

const LEAVES = 0, HEAD = 1, TAIL = 2, HOT = 11, NR_FREE = 13;
const found = (changes, zone = 0) => Object.fromEntries(flights(changes, zone));

test("what a split gives back comes from the list of the block that was split", () => {
  const split = [[0, 4, LEAVES, 32], [0, 3, HEAD, 40], [0, 2, HEAD, 36], [0, NR_FREE, 0, 96]];
  assert.deepEqual(found(split), { 3: 4, 2: 4 });
});

test("a merged block comes from its largest buddy", () => {
  const merge = [[0, 0, LEAVES, 13], [0, 1, LEAVES, 14], [0, 2, HEAD, 12], [0, NR_FREE, 0, 4]];
  assert.deepEqual(found(merge), { 2: 1 });
});

test("pages move between the per-cpu lists and the buddy lists", () => {
  assert.deepEqual(found([[0, 0, LEAVES, 7], [0, HOT, TAIL, 7]]), { [HOT]: 0 });
  assert.deepEqual(found([[0, HOT, LEAVES, 7], [0, 0, HEAD, 7]]), { 0: HOT });
});

test("a block from outside comes from no list, and other zones do not count", () => {
  assert.deepEqual(found([[0, 3, HEAD, 8]]), {});
  assert.deepEqual(found([[1, 4, LEAVES, 32], [0, 3, HEAD, 40]]), {});
  assert.deepEqual(found([[0, 3, LEAVES, 64], [0, 2, HEAD, 8]]), {});
});
