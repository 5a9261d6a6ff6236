// A question's form: what it sends to Python, by kind.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readForm, told } from "../../buddylab/screen/question.js";

test("an empty form is no answer", () => {
  assert.equal(readForm("number", [["value", "  "], ["sure", "2"]]), null);
  assert.equal(readForm("choice", [["sure", "2"]]), null);
});
test("a number goes as it was typed, Python reads it", () => {
  assert.equal(readForm("number", [["value", "1,024"]]), "1,024");
});
test("the bits of a mask add up, no bit is a mask too", () => {
  assert.equal(readForm("mask", [["bit", "16"], ["bit", "64"], ["sure", "1"]]), 80);
  assert.equal(readForm("mask", []), 0);
});
test("free lists go order by order, without the confidence", () => {
  assert.deepEqual(readForm("lists", [["0", "1 3"], ["1", ""], ["sure", "3"]]), { 0: "1 3", 1: "" });
});
test("a text has two languages", () => {
  assert.equal(told(["yes", "是"], "zh"), "是");
  assert.equal(told(["yes", "是"], "en"), "yes");
  assert.equal(told(undefined, "en"), "");
});
