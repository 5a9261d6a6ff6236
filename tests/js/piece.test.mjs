import assert from "node:assert/strict";
import { test } from "node:test";
import { PIECES, makeTies } from "../../buddylab/screen/piece.js";

globalThis.window = new EventTarget();

test("who shows the same run hears, who moved or shows another does not", () => {
  const heard = { a: [], b: [], c: [] };
  const join = (id, run) => makeTies({ id }, () => run, ({ cursor }) => heard[id].push(cursor));
  const a = join("a", "run 1"), b = join("b", "run 1");
  join("c", "run 2");
  a.tell({ cursor: 4 });
  assert.deepEqual(heard, { a: [], b: [4], c: [] });
  b.off();
  a.tell({ cursor: 5 });
  assert.deepEqual(heard, { a: [], b: [4], c: [] });
});

test("a screen without a run hears nobody", () => {
  const heard = [];
  makeTies({ id: "x" }, () => undefined, (what) => heard.push(what));
  makeTies({ id: "y" }, () => undefined, () => {}).tell({ cursor: 1 });
  assert.deepEqual(heard, []);
});

test("every piece has its parts", () => {
  assert.deepEqual(Object.keys(PIECES), ["ladder", "why", "source", "lists", "memory"]);
});
