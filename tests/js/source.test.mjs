// What stands in the place of an annotation, by view and language.
import assert from "node:assert/strict";
import { test } from "node:test";
import { annotationLines } from "../../buddylab/screen/source.js";

const ENTRIES = {
  wrong: { lines: [17, 20], verdict: "wrong", zh: "甲", en: "A", note_en: "not A", note_zh: "非甲" },
  right: { lines: [43, 43], verdict: "right", zh: "乙", en: "B", note_en: "", note_zh: "" },
};
const told = (view, lang, line) => annotationLines(ENTRIES, view, lang).get(line);

test("the original is the file's own line, marked as Chinese in both languages", () => {
  for (const lang of ["en", "zh"]) assert.deepEqual(told("original", lang, 18), { kind: "original", lang: "zh" });
});

test("a translation stands on the first line, the others of the annotation are left out", () => {
  assert.deepEqual(told("translated", "en", 17), { kind: "translated", lang: "en", text: "/* A */",
    label: "byTranslation" });
  assert.equal(told("translated", "en", 20).text, null);
  assert.equal(told("translated", "en", 21), undefined);
});

test("in Chinese the annotator needs no translation", () => {
  assert.deepEqual(told("translated", "zh", 17), { kind: "original", lang: "zh" });
});

test("a correction takes the place of what is wrong, and only of that", () => {
  assert.deepEqual([told("corrected", "en", 17).text, told("corrected", "en", 17).label], ["/* not A */",
    "byCorrection"]);
  assert.deepEqual([told("corrected", "zh", 17).text, told("corrected", "zh", 43).text], ["/* 非甲 */", "/* 乙 */"]);
  assert.deepEqual([told("corrected", "en", 43).text, told("corrected", "en", 43).label], ["/* B */", "byRight"]);
});
