// The list of files that eslint and tsc are not held to yet can only become shorter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { tscFaults, verdict } from "../../tools/check_javascript.mjs";

const FAULTS = new Map([["a.js", ["a.js(1,1): bad"]], ["b.js", ["b.js(2,3): bad"]]]);
const there = (file) => file !== "gone.js";

test("the faults of a file that is not on the list are told", () => {
  assert.deepEqual(verdict(FAULTS, ["b.js"], there), ["a.js(1,1): bad"]);
  assert.deepEqual(verdict(FAULTS, ["a.js", "b.js"], there), []);
});

test("a file on the list that is clean, gone or named twice is a fault", () => {
  const told = verdict(FAULTS, ["a.js", "b.js", "c.js", "gone.js", "a.js"], there);
  assert.equal(told.length, 3);
  assert.match(told[0], /c\.js has no fault/);
  assert.match(told[1], /gone\.js does not exist/);
  assert.match(told[2], /twice/);
});

test("what tsc says is read by file, and what it says of none is not lost", () => {
  const faults = tscFaults("x/a.js(1,2): error TS1: no\n  because\nx/b.js(3,4): error TS2: no\nerror TS9: no inputs\n");
  assert.deepEqual([...faults], [["x/a.js", ["x/a.js(1,2): error TS1: no", "  because"]],
    ["x/b.js", ["x/b.js(3,4): error TS2: no"]], ["tsc", ["error TS9: no inputs"]]]);
});
