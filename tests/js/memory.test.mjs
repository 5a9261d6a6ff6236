// From which list a block came in a step, read from the recorded changes: [zone, "lists", key, operation, pfn].
import assert from "node:assert/strict";
import { test } from "node:test";
import { flights } from "../../buddylab/screen/state.js";

const LEAVES = 0, HEAD = 1, TAIL = 2;
const list = (key, operation, pfn, zone = 0) => [zone, "lists", key, operation, pfn];
const hot = (operation, pfn) => [0, "pcp", "hot", operation, pfn];
const free = (pages) => [0, "counts", "NR_FREE_PAGES", pages];
const found = (changes, zone = 0) => Object.fromEntries(flights(changes, zone));

test("what a split gives back comes from the list of the block that was split", () => {
  const split = [list("4", LEAVES, 32), list("3", HEAD, 40), list("2", HEAD, 36), free(96)];
  assert.deepEqual(found(split), { 3: "4", 2: "4" });
});

test("a merged block comes from its largest buddy", () => {
  const merge = [list("0", LEAVES, 13), list("1", LEAVES, 14), list("2", HEAD, 12), free(4)];
  assert.deepEqual(found(merge), { 2: "1" });
});

test("pages move between the per-cpu lists and the buddy lists", () => {
  assert.deepEqual(found([list("0", LEAVES, 7), hot(TAIL, 7)]), { "pcp:hot": "0" });
  assert.deepEqual(found([hot(LEAVES, 7), list("0", HEAD, 7)]), { 0: "pcp:hot" });
});

test("a block from outside comes from no list, and other zones do not count", () => {
  assert.deepEqual(found([list("3", HEAD, 8)]), {});
  assert.deepEqual(found([list("4", LEAVES, 32, 1), list("3", HEAD, 40)]), {});
  assert.deepEqual(found([list("3", LEAVES, 64), list("2", HEAD, 8)]), {});
});

test("a list for every order and type has both in its key, and blocks as large as its order", () => {
  assert.deepEqual(found([list("4:M", LEAVES, 32), list("3:M", HEAD, 40), list("3:U", HEAD, 32)]),
    { "3:M": "4:M", "3:U": "4:M" });
  assert.deepEqual(found([list("3:U", LEAVES, 32), [0, "pcp", "3:U", TAIL, 32]]), { "pcp:3:U": "3:U" });
});
