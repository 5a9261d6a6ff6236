import assert from "node:assert/strict";
import { test } from "node:test";
import { copyFrom } from "../../buddylab/screen/share.js";

const field = () => ({ value: "buddylab:2", done: [], focus() { this.done.push("focus"); },
  select() { this.done.push("select"); } });

test("a text is copied by the clipboard", async () => {
  const written = [], from = field();
  assert.equal(await copyFrom(from, { writeText: async (text) => written.push(text) }), "copied");
  assert.deepEqual([written, from.done], [["buddylab:2"], []]);
});

test("where the clipboard is forbidden or missing the text is selected", async () => {
  for (const clipboard of [undefined, { writeText: async () => { throw new Error("NotAllowedError"); } }]) {
    const from = field();
    assert.equal(await copyFrom(from, clipboard), "selected");
    assert.deepEqual(from.done, ["focus", "select"]);
  }
});
