// The conversation with Python, with a clock of its own and a Python that is late, silent, says things twice or in
// another order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ANSWER_MS } from "../../buddylab/screen/constants.js";
import { makeConversation } from "../../buddylab/screen/conversation.js";

/** A clock that stands until it is moved; what is deferred runs with `endTask`. */
function makeClock() {
  let now = 0, timers = [], deferred = [];
  return {
    start(act, ms) {
      timers.push({ act, at: now + ms });
      return timers.at(-1);
    },
    stop: (timer) => { timers = timers.filter((one) => one !== timer); },
    defer: (act) => deferred.push(act),
    endTask() {
      const due = deferred;
      deferred = [];
      for (const act of due) act();
    },
    pass(ms) {
      now += ms;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers = timers.filter((one) => one !== timer);
        timer.act();
      }
    },
  };
}

/** A screen whose answers say which question they answer, as "answer 3"; everything that happens is written down. */
function makeScreen(more = {}) {
  const clock = makeClock(), sent = [], taken = [], told = [];
  const numbered = (names) => Math.max(0, ...[...names].map((name) => Number(name.split(" ")[1] ?? 0)));
  const talk = makeConversation({
    send: (wish, number) => { sent.push([number, wish]); return true; },
    answers: numbered, take: (names) => taken.push([...names]),
    taken: (_, answered) => answered && told.push("answered"),
    busy: (open) => told.push(open ? "busy" : "free"), silent: () => told.push("silent"), ...more,
  }, clock);
  const arrive = (...names) => { // one message
    for (const name of names) talk.hear(name);
    clock.endTask();
  };
  return { clock, talk, sent, taken, told, arrive };
}

test("a question is put, its answer closes it", () => {
  const { talk, sent, told, arrive } = makeScreen();
  talk.wish("knobs", { order: 3 });
  assert.deepEqual([sent, told, talk.isOpen()], [[[1, { order: 3 }]], ["busy"], true]);
  arrive("answer 1");
  assert.deepEqual([told, talk.isOpen()], [["busy", "free", "answered"], false]);
});

test("one question at a time: of what is wished meanwhile the newest is asked, and no knob is forgotten", () => {
  const { talk, sent, arrive } = makeScreen();
  talk.wish("knobs", { order: 1 });
  talk.wish("knobs", { order: 2, rt_task: true });
  talk.wish("knobs", { order: 3 });
  assert.equal(sent.length, 1);
  assert.deepEqual(talk.wished("knobs"), { order: 3, rt_task: true });
  arrive("answer 1");
  assert.deepEqual(sent, [[1, { order: 1 }], [2, { order: 3, rt_task: true }]]);
  arrive("answer 2");
  assert.equal(sent.length, 2);
  assert.equal(talk.isOpen(), false);
});

test("wishes of other kinds wait their turn, the newest last; one that is taken back is never asked", () => {
  const { talk, sent, arrive } = makeScreen();
  talk.wish("knobs", { order: 1 });
  talk.wish("knobs", { order: 2 });
  talk.wish("mask", { mask: "GFP_KERNEL" });
  talk.wish("other", { other: { order: 0 } });
  talk.wish("knobs", { rt_task: true });
  talk.forget("other");
  arrive("answer 1");
  arrive("answer 2");
  assert.deepEqual(sent.slice(1), [[2, { mask: "GFP_KERNEL" }], [3, { order: 2, rt_task: true }]]);
});

test("all that one message changes is taken together, before the next question is asked", () => {
  const steps = [], { talk, arrive } = makeScreen({ take: (names) => steps.push([...names].join("+")),
    send: (wish) => { steps.push(`ask ${wish.order}`); return true; }, taken: () => steps.push("drawn") });
  talk.wish("knobs", { order: 1 });
  talk.wish("knobs", { order: 2 });
  arrive("deck", "trace", "answer 1", "forms", "deck");
  assert.deepEqual(steps, ["ask 1", "deck+trace+answer 1+forms", "ask 2", "drawn"]);
});

test("two messages are two: the second one's news are taken for themselves", () => {
  const { taken, arrive } = makeScreen();
  arrive("deck", "trace");
  arrive("lang");
  assert.deepEqual(taken, [["deck", "trace"], ["lang"]]);
});

test("an answer that takes its time is waited for, and the silence is counted from the newest question", () => {
  const { talk, clock, told, arrive } = makeScreen();
  talk.wish("knobs", { order: 1 });
  clock.pass(ANSWER_MS - 1);
  talk.wish("knobs", { order: 2 });
  arrive("answer 1");
  clock.pass(ANSWER_MS - 1);
  assert.ok(!told.includes("silent"));
  arrive("answer 2");
  clock.pass(10 * ANSWER_MS);
  assert.ok(!told.includes("silent"));
});

test("an answer that is lost: after ANSWER_MS nothing is wished any more, and one may ask again", () => {
  const { talk, clock, sent, told } = makeScreen();
  talk.wish("knobs", { order: 1 });
  talk.wish("knobs", { order: 2 });
  clock.pass(ANSWER_MS);
  assert.deepEqual([told, talk.isOpen(), talk.wished("knobs")], [["busy", "free", "silent"], false, undefined]);
  talk.wish("knobs", { order: 3 });
  assert.deepEqual(sent, [[1, { order: 1 }], [2, { order: 3 }]]);
});

test("a late answer is taken as news, and does not pass for the answer to the next question", () => {
  const { talk, clock, taken, told, arrive } = makeScreen();
  talk.wish("knobs", { order: 1 });
  clock.pass(ANSWER_MS);
  talk.wish("knobs", { order: 2 });
  talk.wish("knobs", { order: 3 });
  arrive("answer 1");
  assert.deepEqual(taken, [["answer 1"]]);
  assert.equal(talk.isOpen(), true);
  assert.deepEqual(talk.wished("knobs"), { order: 3 });
  assert.ok(!told.includes("answered"));
  arrive("answer 2");
  assert.equal(talk.wished("knobs"), undefined);
});

test("an answer that comes twice answers once", () => {
  const { talk, sent, told, arrive } = makeScreen();
  talk.wish("knobs", { order: 1 });
  talk.wish("knobs", { order: 2 });
  talk.wish("mask", { mask: "0x10" });
  arrive("answer 1");
  arrive("answer 1");
  assert.deepEqual([sent.length, told.filter((one) => one === "answered").length], [2, 1]);
});

test("answers that cross: the older one, coming behind the newer, changes nothing but what it brings", () => {
  const { talk, clock, sent, arrive, taken } = makeScreen();
  talk.wish("knobs", { order: 1 });
  clock.pass(ANSWER_MS);
  talk.wish("knobs", { order: 2 });
  arrive("answer 2");
  assert.equal(talk.isOpen(), false);
  talk.wish("knobs", { order: 3 });
  arrive("answer 1");
  assert.equal(talk.isOpen(), true);
  assert.deepEqual([sent.length, taken.length], [3, 2]);
});

test("an answer that comes while the question is being put is one (a page answers itself)", () => {
  const { talk, told, clock } = makeScreen({ send: () => { talk.hear("answer 1"); return true; } });
  talk.wish("knobs", { order: 1 });
  clock.endTask();
  assert.deepEqual([talk.isOpen(), told], [false, ["busy", "free", "answered"]]);
});

test("where there is nothing to ask, the next wish is asked, and nobody waits", () => {
  const put = [], send = (wish) => { put.push(wish); return !wish.same; };
  const { talk, clock, told, arrive } = makeScreen({ send });
  talk.wish("knobs", { same: true });
  assert.equal(talk.isOpen(), false);
  talk.wish("knobs", { order: 1 });
  talk.wish("knobs", { same: true });
  talk.wish("mask", { mask: "0x10" });
  arrive("answer 2");
  assert.deepEqual(put, [{ same: true }, { order: 1 }, { same: true }, { mask: "0x10" }]);
  clock.pass(ANSWER_MS);
  assert.ok(told.includes("silent"));
});

test("what the screen sets itself is no news", () => {
  const { talk, taken, clock } = makeScreen();
  talk.unheard(() => { talk.hear("mask"); });
  assert.throws(() => talk.unheard(() => { throw new Error("no"); }), /no/);
  talk.hear("deck");
  clock.endTask();
  assert.deepEqual(taken, [["deck"]]);
});

test("when the screen is gone, no silence is told", () => {
  const { talk, clock, told } = makeScreen();
  talk.wish("knobs", { order: 1 });
  talk.end();
  clock.pass(ANSWER_MS);
  assert.deepEqual(told, ["busy"]);
});
