// The list of keys, the transcript's lines and what is read out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readOutIn } from "../../buddylab/screen/caption.js";
import { ELSEWHERE, keyLines } from "../../buddylab/screen/help.js";
import { transcriptLines } from "../../buddylab/screen/transcript.js";
import { WORDS } from "../../buddylab/screen/words.js";

test("every key that acts is listed, and undo only where there is one", () => {
  const acts = { n: ["nextNoName", null], "?": ["keyHelp", null] };
  const keys = (undo) => keyLines(acts, undo).flatMap(([some]) => some);
  assert.deepEqual(keys(null).slice(0, 2), ["n", "?"]);
  assert.ok(keys(null).includes("Escape") && !keys(null).includes("Ctrl+Z") && keys(() => {}).includes("Ctrl+Z"));
  for (const [, word] of [...ELSEWHERE, ...keyLines(acts, () => {})]) assert.equal(WORDS[word].length, 2);
});

test("a line a frame, and none that has not been seen", () => {
  const document = { frames: [{ stage: "restart", say: "a", args: { n: 1 } }, { stage: "thisnode", say: "b" }] };
  const rows = [{ frame: 0, row: 0, last: false }, { frame: 0, row: 1, last: true }, { frame: 1, row: -1, last: true }];
  const say = (key, args) => `${key}${args?.n ?? ""}`;
  assert.deepEqual(transcriptLines(document, rows, Infinity, say).map(({ at, text }) => [at, text]), [[1, "a1"], [2,
    "b"]]);
  assert.deepEqual(transcriptLines(document, rows, 1, say).map(({ frame }) => frame), [0]);
  assert.deepEqual(transcriptLines(document, rows, 0, say), []); // in the middle of a test it has no outcome yet
});

test("a sentence is read out when it has stood for half a second, in a film one in four seconds", () => {
  assert.equal(readOutIn(false, 0), 500);
  assert.equal(readOutIn(true, 100), 3900);
  assert.equal(readOutIn(true, 9000), 500);
});
