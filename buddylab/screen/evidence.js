// Which tests were made, and which of them a frame stands on.
import { MAX_ROWS } from "./constants.js";
import { TAKEN_PFN, TAKES } from "./kernel.js";
/** @import { Slot, Try } from "./types" */

/** @import { Frame, RunDocument, Test } from "./document" */
/** @import { Entry, Evidence } from "./types" */

/** The rows of the table tries x zones, from the tests and takings so far; repeated tries of a stage share a row.
 *  A cell counts per outcome, the newest outcome last: {outcomes: [{ok, times}], current}.
 *  @param {RunDocument} document @param {Entry[]} rows @param {number} cursor
 *  @returns {Try[]} */
export function triesSoFar(document, rows, cursor) {
  const { frame: upTo, last } = rows[cursor], labels = document.machine.zones.map((zone) => zone.label);
  /** @type {Map<string, Try>} */
  const tries = new Map();
  /** @param {Frame} frame @param {string} zone @param {boolean | null} ok @param {number} at */
  const cell = (frame, zone, ok, at) => {
    const row = tries.get(frame.stage) ?? { stage: frame.stage, mark: null, cells: {} };
    const past = row.cells[zone]?.outcomes.filter((one) => one.ok !== ok) ?? [];
    const times = row.cells[zone]?.outcomes.find((one) => one.ok === ok)?.times ?? 0;
    row.cells[zone] = { outcomes: [...past, { ok, times: times + 1 }], current: at === upTo };
    tries.set(frame.stage, row);
    return row;
  };
  document.frames.slice(0, upTo + 1).forEach((frame, at) => {
    if (frame.depth) return;
    /** @type {any[]} */
    const [name, zone, , , pfn] = frame.event ?? [];
    if (frame.test && !frame.test.own) {
      const known = at < upTo || last;
      cell(frame, labels[frame.test.zone], known ? frame.test.ok : null, at).mark = frame.test.mark_name;
    } else if (name === "get_page_from_freelist" && !tries.has(frame.stage)) {
      tries.set(frame.stage, { stage: frame.stage, mark: null, cells: {} });
    } else if (TAKES.includes(name) && (pfn < 0 || !tries.get(frame.stage)?.mark)) {
      cell(frame, zone, pfn >= 0, at);
    }
  });
  return [...tries.values()];
}

/** Tests made, equal ones put together: [{test, row, times, decides}], at most `slots`, the deciding one among them.
 *  @param {Frame[]} frames @param {number[]} tests @param {number | undefined} decides @param {number} [slots] */
export function groupTests(frames, tests, decides, slots = MAX_ROWS) {
  /** @type {Map<string, { test: Test, row: Test["rows"][number], times: number, decides: boolean }>} */
  const groups = new Map();
  for (const at of tests) {
    const { test, stage } = frames[at];
    if (!test) continue;
    const row = test.rows[test.rows.length - 1];
    const key = [stage, test.zone, test.mark_name, row.o, row.f, row.m].join();
    const group = groups.get(key) ?? { test, row, times: 0, decides: false };
    group.times += 1;
    group.decides ||= at === decides;
    groups.set(key, group);
  }
  const all = [...groups.values()];
  if (all.length <= slots) return { shown: all, hidden: 0 };
  const late = all.slice(-(slots - 1)), chosen = all.find((group) => group.decides);
  if (chosen && !late.includes(chosen)) late[0] = chosen;
  return { shown: late, hidden: all.length - late.length };
}

/** Which of the rows 0..order to draw in a fixed number of slots: [{row}] or folds {from, to}.
 *  @param {number} order @param {number} current @param {number} [slots] @returns {Slot[]} */
export function foldRows(order, current, slots = MAX_ROWS) {
  /** @param {number} from @param {number} to */
  const run = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ row: from + i }));
  if (order < slots) return run(0, order);
  if (current < slots - 2) return [...run(0, slots - 2), { from: slots - 1, to: order }];
  if (current > order - slots + 3) return [{ row: 0 }, { from: 1, to: order - slots + 2 },
    ...run(order - slots + 3, order)];
  const lower = current - (slots - 5);
  return [{ row: 0 }, { from: 1, to: lower - 1 }, ...run(lower, current + 1), { from: current + 2, to: order }];
}

/** Pages have been given in this frame: a block taken, or the verdict that there is one. @param {Frame} frame */
export const grants = ({ event: [name, ...args] = [""] }) => (name === "end" ? args[0] === "page"
  : TAKES.includes(name) && Number(args[TAKEN_PFN - 1]) >= 0);

/** A test that was seen to its end. @param {Test} test */
const whole = (test) => ({ test, row: test.rows.length - 1, past: true });

/** The test whose hatching Memory shows: this frame's, the deciding one, or the last refusal that still holds.
 *  @param {RunDocument} document @param {Entry[]} rows @param {number} cursor @returns {Evidence | null} */
export function evidenceAt(document, rows, cursor) {
  const { frame: at, row } = rows[cursor], { frames } = document, frame = frames[at];
  if (frame.test) return { test: frame.test, row, past: false };
  const decided = frame.decides === undefined ? undefined : frames[frame.decides].test;
  if (decided && !grants(frame)) return whole(decided);
  if (frame.split || frame.merge || frame.depth) return null;
  const first = document.machine.zones.findIndex((zone) => zone.label === document.request.zonelist[0]);
  return standing(frames, at, first);
}

/** The last refusal of this zone that still holds at a frame: nothing has changed there since, nothing was granted.
 *  @param {Frame[]} frames @param {number} at @param {number} first @returns {Evidence | null} */
function standing(frames, at, first) {
  for (let back = at; back >= 0; back -= 1) {
    const { test, changes } = frames[back];
    if (grants(frames[back]) || changes?.some(([zone]) => zone === first)) return null;
    if (test?.ok && !test.own) return null;
    if (test && !test.own && test.zone === first) return whole(test);
  }
  return null;
}

/** The row of the evidence that refuses, or null: only a refusal has a missing buddy to show.
 *  @param {Evidence | null} evidence */
export const refusal = (evidence) => {
  const row = evidence?.test.rows[evidence.row];
  return row && !row.ok && !row.slip ? row : null;
};

/** The index of the zone that Memory's free lists show at this frame.
 *  @param {RunDocument} document @param {Frame} frame @param {Evidence | null} evidence @returns {number} */
export function focusZone(document, frame, evidence) {
  const labels = document.machine.zones.map((zone) => zone.label);
  if (frame.test) return frame.test.zone;
  const named = labels.indexOf(String(frame.event?.[1]));
  if (named >= 0) return named;
  if (frame.changes?.length) return frame.changes[0][0];
  const taken = grants(frame) && document.frames.findLast((one) => !one.depth && one !== frame && grants(one));
  if (taken) return Math.max(0, labels.indexOf(String(taken.event?.[1])));
  return evidence?.test.zone ?? Math.max(0, labels.indexOf(document.request.zonelist[0]));
}
