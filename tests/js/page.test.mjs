// A page without Python: what stands on the shelf, and what the knobs find there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gridModel, placeInGrid, typedMask, unshelve, unshelveParts } from "../../buddylab/screen/page.js";

const who = [{ rt_task: false }, { rt_task: true }];
const grid = { near: "pressure", fixed: { machine: "small" },
  axes: [[{ pressure: 0 }, { pressure: 100 }, { pressure: 900 }], [{ gfp_mask: 0x20 }, { gfp_mask: 0xd0 }],
    [{ order: 0 }, { order: 3 }], who],
  names: { GFP_ATOMIC: 0x20, GFP_KERNEL: 0xd0 }, note: ["n", "n"], missing: ["not here", "没有"] };
const knobs = { machine: "small", pressure: 100, gfp_mask: 0xd0, order: 3, rt_task: true };

test("a run comes back from the shelf whole", () => {
  const shelf = ["small", { stage: "restart" }, [{ name: 0 }, [1, 1]], { name: 0 }];
  assert.deepEqual(unshelve(shelf, 2), { name: "small", frames: [{ stage: "restart" }, { stage: "restart" }] });
  assert.deepEqual(unshelveParts(shelf, 3), { name: "small" });
});

test("a setting's place counts levels, masks, orders, callers, the last quickest", () => {
  assert.equal(placeInGrid(grid, knobs), ((1 * 2 + 1) * 2 + 1) * 2 + 1);
  assert.equal(placeInGrid(grid, { ...knobs, pressure: 0, gfp_mask: 0x20, order: 0, rt_task: false }), 0);
});

test("free memory goes to the nearest level, nothing else is bent", () => {
  assert.equal(placeInGrid(grid, { ...knobs, pressure: 160 }), placeInGrid(grid, knobs));
  for (const other of [{ order: 2 }, { gfp_mask: 0x10 }, { machine: "tiny" }]) {
    assert.equal(placeInGrid(grid, { ...knobs, ...other }), -1);
  }
});

test("a typed mask is a preset's name or a number", () => {
  assert.equal(typedMask(grid, " GFP_KERNEL "), 0xd0);
  assert.equal(typedMask(grid, "0xD0"), 0xd0);
  assert.equal(typedMask(grid, "208"), 208);
  assert.equal(typedMask(grid, "GFP_KERNAL"), null);
});

test("the model answers with the recorded run, and says what was not recorded", () => {
  // two levels, one mask, one order, one caller: place 0 and 1
  const shelf = [{ ...knobs, pressure: 0 }, { ...knobs, pressure: 900 }, { knobs: 0 }, { knobs: 1 },
    [{ result: 6 }, []], [{ result: 7 }, []], null, 4711];
  const page = { shelf, runs: [{ document: 4, deck: 2 }], text: {}, lang: "en", theme: "auto",
    grid: { ...grid, axes: [[{ pressure: 0 }, { pressure: 900 }], [{ gfp_mask: 0xd0 }], [{ order: 3 }], [who[1]]], places: [[4, 2], [5, 3]] } };
  const model = gridModel(page);
  assert.equal(model.get("document").result, null);
  model.set("pressure", 700);
  model.save();
  assert.deepEqual([model.get("document").result, model.get("pressure"), model.get("error")], [4711, 900, []]);
  model.set("order", 4);
  model.save();
  assert.deepEqual([model.get("order"), model.get("error")], [3, ["not here", "没有"]]);
  model.set("mask", "0xd0");
  model.save();
  assert.deepEqual([model.get("mask"), model.get("error")], ["", []]);
});
