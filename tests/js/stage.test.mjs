// The stage's pure functions. Expected values are worked out in the tests or read off Linux 2.6.21's own gotos.
import assert from "node:assert/strict";
import { test } from "node:test";
import { numbered, countsAfter } from "../../buddylab/screen/stage/counts.js";
import { floorOf, gridOf, sizeName } from "../../buddylab/screen/stage/geometry.js";
import { askerOf, maskChange } from "../../buddylab/screen/stage/knobrow.js";
import { fitting, widthOf, wrapped } from "../../buddylab/screen/stage/measure.js";
import { brief, sizeOf, spoken } from "../../buddylab/screen/stage/motion.js";
import { Film } from "../../buddylab/screen/stage/player.js";
import { lineOf, ladderSizes, partOfLine, routed } from "../../buddylab/screen/stage/rungs.js";
import { rowNumbers, rowsShown } from "../../buddylab/screen/stage/scene_tests.js";
import { momentAt } from "../../buddylab/screen/stage/timeline.js";
import { box, group, treeText, words } from "../../buddylab/screen/stage/tree.js";
import { leadsBack } from "../../buddylab/screen/stage/types.js";

test("the width decides where everything stands, and nothing lies outside", () => {
  assert.deepEqual([390, 836, 996, 1500].map((width) => sizeName(width)), ["narrow", "base", "medium", "wide"]);
  assert.deepEqual([836, 996].map((width) => gridOf(width).height), [640, 740]);
  for (const [width, hall] of [[360, false], [390, false], [836, false], [996, false], [1500, false], [1280, true]]) {
    const grid = gridOf(width, hall), { main } = grid, rows = [grid.ask, grid.knobs, grid.say, grid.time,
      main].filter(Boolean);
    for (const { x, y, w, h } of rows) assert.ok(x >= 0 && y >= 0 && x + w <= width && y + h <= grid.height);
    const sorted = [...rows].sort((a, b) => a.y - b.y);
    sorted.slice(1).forEach((row, n) => assert.ok(row.y >= sorted[n].y + sorted[n].h));
    for (const part of [grid.stage, grid.code, grid.note].filter(Boolean)) {
      assert.ok(part.x + part.w <= main.w && part.y + part.h <= main.h + 1);
    }
    const floor = floorOf(grid);
    assert.ok(floor.w > 150 && floor.h > 90 && Math.abs(floor.h + floor.shelf + 4 - floor.H) < 0.01);
  }
  assert.ok(gridOf(836).code.h >= 8 * 15);
});

test("numbers are short where room is", () => {
  assert.deepEqual([70053, -975].map(spoken), ["70,053", "−975"]);
  assert.deepEqual([800, 9999, 44578, 225280, 1_200_000].map(brief), ["800", "9,999", "44.6k", "225k", "1.2M"]);
  assert.deepEqual([0, 3, 8, 10].map(sizeOf), ["4 kB", "32 kB", "1 MB", "4 MB"]);
  assert.equal(fitting(30, 11, ["a very long label", "short", "s"]), "short");
  assert.deepEqual(wrapped("one two three", widthOf("one two", 10) + 1, 10), ["one two", "three"]);
});

test("the tree is written as SVG, and no text of a run can become markup", () => {
  const tree = group([box(0, 0, 1.26, 2), null, [words(1, 2, "<b>&\"")]], { class: null });
  assert.equal(treeText(tree),
    '<g><rect x="0" y="0" width="1.3" height="2"></rect><text x="1" y="2">&lt;b&gt;&amp;&quot;</text></g>');
});

test("changes are added up by list, whatever its type", () => {
  const changes = [[0, "lists", "3:U", 0, 8], [0, "lists", "2", 1, 12], [0, "pcp", "cold", 2, 5], [0, "counts",
    "NR_FREE_PAGES", 7],
    [0, "blocks", 4, "U"]];
  assert.deepEqual(numbered(changes), [[0, 3, 0, 8], [0, 2, 1, 12], [0, 12, 2, 5], [0, 13, 0, 7]]);
  const [{ free, n }] = countsAfter([{ free: 9, n: Array(13).fill(1) }], numbered(changes));
  assert.deepEqual([free, n[3], n[2], n[12], n[11]], [7, 0, 2, 2, 1]);
});

test("the mark is halved in the middle of a row, from what it was to what it is", () => {
  const row = (f, m) => ({ o: 0, f, m, above: f + 7, nr: null, ok: f > m }), test_ = { order: 3,
    rows: [row(70053, 353), row(25475, 176)] };
  assert.deepEqual(rowNumbers(test_, 1, 0), { have: 70053, goal: 353, few: false });
  assert.deepEqual(rowNumbers(test_, 1, 1), { have: 25475, goal: 176, few: false });
  assert.deepEqual(rowNumbers({ order: 3, rows: [{ ...row(-1, 20), above: 6 }] }, 0, 1), { have: 6, goal: 8,
    few: true });
  assert.deepEqual(rowsShown(4, 2, 5), [0, 1, 2, 3]);
  for (let now = 0; now < 11; now += 1) {
    const shown = rowsShown(11, now, 5);
    assert.ok(shown.length === 5 && shown[0] === 0 && shown.includes(now));
  }
});

test("ways of the ladder: loops lead back, the token runs along them", () => {
  assert.equal(leadsBack(["should_retry", "rebalance"]), true);
  assert.equal(leadsBack(["restart", "thisnode"]), false);
  const edges = routed([["restart", "thisnode"], ["should_retry", "rebalance"], ["out_of_memory", "restart"],
    ["thisnode", "nopage"],
    ["restart", null]]);
  assert.deepEqual(edges.map(({ side }) => side), ["rail", "loop", "loop", "end", "null"]);
  assert.notEqual(edges[1].lane, edges[2].lane);
  const line = lineOf(edges[1], ladderSizes({ w: 190, h: 440 })), half = partOfLine(line, 0.5);
  assert.deepEqual(partOfLine(line, 1).at(-1), line.at(-1));
  assert.ok(half.length < line.length + 1 && half.at(-1)[0] === line[1][0]);
});

test("a mask that may sleep moves an interrupt's request to a task; chosen on purpose it stays", () => {
  const bits = [[["May", "允许"], [["WAIT", 16, false], ["IO", 64, false]]]],
    app = (knobs) => ({ deck: { bits }, knobs });
  assert.deepEqual(maskChange(app({ gfp_mask: 32, in_interrupt: true }), 208),
    { change: { gfp_mask: 208, in_interrupt: false }, moved: true });
  assert.deepEqual(maskChange(app({ gfp_mask: 208, in_interrupt: true }), 16), { change: { gfp_mask: 16 },
    moved: false });
  assert.equal(askerOf({ in_interrupt: true }), "irq");
  assert.equal(askerOf({ in_interrupt: true, rt_task: true }), null);
});

function film({ locked = () => false, still = false } = {}) {
  const beats = [0, 100, 100, 100].map((moveMs, n) => ({ travelMs: 0, moveMs, dwellMs: n ? 50 : 0, ms: n ? 150 : 0,
    at: n ? (n - 1) * 150 : 0, mood: n === 2 ? "no" : "", stage: n < 3 ? "restart" : "got_pg", round: 1, depth: 0 }));
  let now = 0, next = null;
  const drawn = [], clock = { now: () => now, next: (act) => { next = act; return 1; },
    cancel: () => { next = null; } };
  const made = new Film({ locked, still: () => still, changed() {}, show: (at, moment) => drawn.push([at, moment]) },
    clock);
  made.take(beats, 0);
  return { made, drawn, run(ms) {
    for (const end = now + ms; now < end && next;) {
      now += 10;
      const act = next;
      next = null;
      act(now);
    }
  } };
}

test("the film plays every beat for its time, and stops at the end", () => {
  const { made, run } = film();
  made.play();
  run(135);
  assert.equal(made.at, 1);
  run(400);
  assert.deepEqual([made.at, made.playing, made.moment], [3, false, 1]);
  made.step(-1);
  assert.deepEqual([made.at, made.moment], [2, 1]);
});

test("a step forward plays one beat; what still moves is first seen to its end", () => {
  const { made, run } = film();
  made.step(1);
  run(40);
  assert.ok(made.at === 1 && made.moment < 1);
  made.step(1);
  assert.deepEqual([made.at, made.moment], [1, 1]);
});

test("a locked beat is neither played nor left", () => {
  const { made, run } = film({ locked: (at) => at === 2 });
  made.play();
  run(1000);
  assert.deepEqual([made.at, made.playing, made.moment], [2, false, 0]);
  made.step(1);
  assert.equal(made.at, 2);
});

test("it stops at a refusal when told to, and without movement the dwell is the same", () => {
  const one = film();
  one.made.stopAtRefusal = true;
  one.made.play();
  one.run(1000);
  assert.equal(one.made.at, 2);
  const calm = film({ still: true });
  calm.made.play();
  calm.run(135);
  assert.deepEqual([calm.made.at, calm.drawn.every(([, moment]) => moment === 1)], [1, true]);
});

test("a place on the time line is a beat and a moment of it", () => {
  const { made } = film(), { beats } = made;
  assert.deepEqual(momentAt(beats, 408, 4), { at: 1, ms: 0 });
  assert.equal(momentAt(beats, 408, 4 + 400 / 3 + 1).at, 2);
  assert.equal(momentAt(beats, 408, 999).at, 3);
});
