// eslint and tsc over the screen's JavaScript: node tools/check_javascript.mjs
//
// unchecked.json is the one list of files that are not held to them yet. A file that is on the list and has no fault,
// or does not exist, is a fault itself, so that the list can only become shorter.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const LIST = "tools/unchecked.json";

/** What is to be told: the faults of files that are checked, and of the list itself. `faults`: Map(file -> lines). */
export function verdict(faults, list, exists) {
  const told = [...faults].flatMap(([file, lines]) => (list.includes(file) ? [] : lines));
  for (const file of list) {
    if (!exists(file)) told.push(`${LIST}: ${file} does not exist`);
    else if (!faults.get(file)?.length) told.push(`${LIST}: ${file} has no fault: take it off the list`);
  }
  if (new Set(list).size < list.length) told.push(`${LIST}: names a file twice`);
  return told;
}

/** tsc's lines by file; a line that is indented goes on with the one above. */
export function tscFaults(output) {
  const faults = new Map();
  let lines = [];
  for (const line of output.split("\n").filter(Boolean)) {
    const file = /^(\S[^(]*)\(\d+,\d+\): error/.exec(line)?.[1];
    if (file) faults.set(file, lines = faults.get(file) ?? []);
    else if (!line.startsWith(" ")) faults.set("tsc", lines = faults.get("tsc") ?? []);
    lines.push(line);
  }
  return faults;
}

async function eslintFaults() {
  const { ESLint } = await import("eslint");
  const results = await new ESLint({ cwd: ROOT }).lintFiles(["buddylab", "tests/js", "tools", "eslint.config.js"]);
  return new Map(results.filter(({ messages }) => messages.length).map(({ filePath, messages }) => {
    const file = relative(ROOT, filePath);
    return [file, messages.map((one) => `${file}(${one.line},${one.column}): ${one.message} (${one.ruleId})`)];
  }));
}

function runTsc() {
  const done = spawnSync(resolve(ROOT, "node_modules/.bin/tsc"), ["--project", ROOT, "--pretty", "false"],
    { cwd: ROOT, encoding: "utf-8" });
  if (done.error) throw done.error;
  return tscFaults(done.stdout + done.stderr);
}

async function main() {
  const faults = await eslintFaults();
  for (const [file, lines] of runTsc()) faults.set(file, [...faults.get(file) ?? [], ...lines]);
  const list = JSON.parse(readFileSync(resolve(ROOT, LIST), "utf-8"));
  const told = verdict(faults, list, (file) => existsSync(resolve(ROOT, file)));
  for (const line of told) console.log(line);
  const well = `eslint and tsc: all is well; not checked yet: ${list.length} files`;
  console.log(told.length ? `${told.length} faults` : well);
  process.exitCode = told.length ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
