// The clinic's pure functions: words, gaps in the text shown, the scale of a zone's bar.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clinicScale, clinicTicks, withGaps } from "../../buddylab/screen/clinic_report.js";
import { clinicSay } from "../../buddylab/screen/clinic_words.js";

test("words come in both languages, numbers with their commas", () => {
  assert.equal(clinicSay("refuses", "en", { n: 12160 }), "refuses, 12,160 short");
  assert.equal(clinicSay("refuses", "zh", { n: 12160 }), "拒绝，差 12,160");
});

test("what is put into a text is not looked at for places again", () => {
  assert.equal(clinicSay("asks", "en", { who: "{size}", size: "4 kB", mask: "0x20" }),
    "{size} asks for 4 kB with 0x20");
});

test("a gap stands wherever lines are left out, and nowhere else", () => {
  const lines = [[1, "a"], [2, "b"], [9, "c"], [10, "d"]];
  assert.deepEqual(withGaps(lines), [[1, "a"], [2, "b"], null, [9, "c"], [10, "d"]]);
  assert.deepEqual(withGaps([]), []);
});

test("a zone far above its marks has a torn bar, on which the marks can still be told apart", () => {
  const scale = clinicScale({ free: 70060, marks: [939, 1173, 1408], reserve: 0 });
  assert.ok(scale.torn && scale.free === 96);
  // the untorn part, 90 of 100, ends at 2.4 high marks: 939 / (2.4 × 1408) × 90 = 25.01, and 90 / 2.4 = 37.5
  assert.deepEqual(scale.marks.map((x) => x.toFixed(2)), ["25.01", "31.24", "37.50"]);
});

test("a zone below its reserve shows free pages and reserve on one scale", () => {
  const scale = clinicScale({ free: 894, marks: [17, 21, 25], reserve: 880 });
  assert.ok(!scale.torn && scale.free < 100);
  assert.ok(Math.abs(scale.free / scale.reserve - 894 / 880) < 1e-9);
});

test("a zone without any figure above 0 divides by nothing", () => {
  assert.deepEqual(clinicScale({ free: 0, marks: [0, 0, 0], reserve: 0 }), { torn: false, free: 0, marks: [0, 0, 0],
    reserve: 0 });
});

test("names that would print over each other are left out, the first given stay", () => {
  const ticks = [["min", 2], ["reserve", 93], ["high", 3], ["low", 2.5]];
  assert.deepEqual(clinicTicks(ticks), [["min", 2], ["reserve", 93]]);
  assert.deepEqual(clinicTicks([["min", 25], false, ["high", 37.5], ["low", 31.2]]),
    [["min", 25], ["high", 37.5], ["low", 31.2]]);
});
