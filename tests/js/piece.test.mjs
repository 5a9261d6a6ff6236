import assert from "node:assert/strict";
import { test } from "node:test";
import { makeTies, PIECES } from "../../buddylab/screen/piece.js";

globalThis.window = new EventTarget();

test("who shows the same run hears, who moved or shows another does not", () => {
  const heard = { a: [], b: [], c: [] };
  const join = (id, run) => makeTies({ id, moves: { ownLimit: () => Infinity } }, () => run,
    ({ cursor }) => cursor !== undefined && heard[id].push(cursor));
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
  makeTies({ id: "x", moves: { ownLimit: () => Infinity } }, () => undefined, (what) => heard.push(what));
  makeTies({ id: "y", moves: { ownLimit: () => Infinity } }, () => undefined, () => {}).tell({ cursor: 1 });
  assert.deepEqual(heard, []);
});

test("a screen that may not look ahead keeps the others that show its run, also those that come later", () => {
  let limit = 3;
  const join = (id, own) => makeTies({ id, moves: { ownLimit: own } }, () => "run 3", () => {});
  const early = join("p", () => Infinity), asks = join("q", () => limit), late = join("r", () => Infinity);
  assert.equal(late.limit(), Infinity);
  late.tell({ hello: true });
  assert.deepEqual([early.limit(), late.limit(), asks.limit()], [3, 3, Infinity]);
  limit = 8;
  asks.tell({ cursor: 4 });
  assert.deepEqual([early.limit(), late.limit()], [8, 8]);
  asks.off();
  assert.deepEqual([early.limit(), late.limit()], [Infinity, Infinity]);
});

test("a screen that has gone on to another run keeps nobody in this one", () => {
  let run = "run 4";
  const stays = makeTies({ id: "s", moves: { ownLimit: () => Infinity } }, () => "run 4", () => {});
  const goes = makeTies({ id: "g", moves: { ownLimit: () => 2 } }, () => run, () => {});
  goes.tell({ cursor: 1 });
  assert.equal(stays.limit(), 2);
  run = "run 5";
  goes.tell({ cursor: 0 });
  assert.equal(stays.limit(), Infinity);
});

test("every piece has its parts", () => {
  assert.deepEqual(Object.keys(PIECES), ["ladder", "why", "source", "lists", "memory"]);
});
