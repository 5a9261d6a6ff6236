// What the panels take of the shared object is in it: a name that was renamed is found here, and not by a reader.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";

const SCREEN = new URL("../../buddylab/screen/", import.meta.url);
const read = (name) => readFileSync(new URL(name, SCREEN), "utf-8");
const shared = /export interface App \{([\s\S]*?)\n\}/.exec(read("types.d.ts"))[1];
const names = new Set([...shared.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].map(([, name]) => name));

/** The names that a text takes of `app`, without those that are not in the shared object's type. */
const strangers = (text) => [...text.matchAll(/\bapp\.(\w+)/g)].map(([, name]) => name)
  .filter((name) => !names.has(name) && name !== "js");

test("every panel takes only what the shared object has", () => {
  assert.ok(names.size > 20 && names.has("lang"), [...names].join());
  const files = readdirSync(SCREEN).filter((name) => name.endsWith(".js"));
  assert.deepEqual(files.flatMap((name) => strangers(read(name)).map((taken) => `${name}: app.${taken}`)), []);
});

test("a name that the shared object has not is found", () => {
  assert.deepEqual(strangers("app.lang + app.index"), ["index"]);
});
