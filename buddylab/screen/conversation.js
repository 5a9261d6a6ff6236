// The conversation with Python: what the reader wishes goes out, one question at a time; what comes in is taken a
// message at a time. It knows neither traits nor knobs: who carries it says what is a question and what an answer.
//
//           wish                       the message with its answer has been taken
//   quiet ────────> asked ──────────────────────────────────────────────> quiet, or asked again where more is wished
//                     └── ANSWER_MS without an answer: silent, nothing is wished any more ──> quiet
//
// An answer that comes late, twice or to an older question is news like any other, and opens or closes nothing.
import { ANSWER_MS } from "./constants.js";

/** @typedef {Record<string, any>} Wish  what shall stand otherwise, by name */

/**
 * @typedef {object} Carrier
 * @property {(wish: Wish, number: number) => boolean} send  put this question; false where there is nothing to ask
 * @property {(names: Set<string>, number: number) => number} answers  which question these news answer, where `number`
 *   is open or was the last; 0: none
 * @property {(names: Set<string>) => void} take  all that one message changed, while its question is still open
 * @property {(names: Set<string>, answered: boolean) => void} taken  behind it, when the next question is on its way
 * @property {(open: boolean) => void} busy  a question is open, or none is
 * @property {() => void} silent  no answer came; all wishes are dropped
 */

/** The clock of a browser; a test has its own. */
const BROWSER_CLOCK = {
  /** @param {() => void} act @param {number} ms @returns {any} */
  start: (act, ms) => setTimeout(act, ms),
  /** @param {any} timer */
  stop: (timer) => clearTimeout(timer),
  /** Call at the end of this task: what one message changes is all there by then. @param {() => void} act */
  defer: (act) => queueMicrotask(act),
};

/**
 * @param {Carrier} carrier
 * @param {typeof BROWSER_CLOCK} clock
 */
export function makeConversation(carrier, clock = BROWSER_CLOCK) {
  let open = false, number = 0, muffled = false;
  /** @type {any} */
  let timer = null;
  /** Names of what has changed since the last message was taken. @type {Set<string>} */
  let news = new Set();
  /** What is wished while a question is open: of each kind the newest. @type {Map<string, Wish>} */
  const wishes = new Map();

  /** @param {boolean} on */
  function setOpen(on) {
    clock.stop(timer);
    if (on) timer = clock.start(silence, ANSWER_MS);
    if (on !== open) carrier.busy(open = on);
  }

  /** Ask for the first of the wishes that asks for anything. */
  function next() {
    for (const [kind, wish] of wishes) {
      wishes.delete(kind);
      number += 1;
      setOpen(true); // first: an answer may come while the question is put
      if (carrier.send(wish, number)) return;
      setOpen(false);
    }
  }

  function silence() {
    wishes.clear();
    setOpen(false);
    carrier.silent();
  }

  function takeMessage() {
    const names = news;
    news = new Set();
    carrier.take(names);
    const answered = open && carrier.answers(names, number) === number;
    if (answered) {
      setOpen(false);
      next();
    }
    carrier.taken(names, answered);
  }

  return {
    /**
     * Of two wishes of one kind the newer wins; what only the older one names is still wished.
     * @param {string} kind @param {Wish} wish
     */
    wish(kind, wish) {
      const whole = { ...wishes.get(kind), ...wish };
      wishes.delete(kind); // the newest stands last
      wishes.set(kind, whole);
      if (!open) next();
    },
    /** Not wished any more. @param {string} kind */
    forget: (kind) => wishes.delete(kind),
    /** What is wished and not yet asked. @param {string} kind @returns {Wish | undefined} */
    wished: (kind) => wishes.get(kind),
    isOpen: () => open,
    /** Something with this name has changed. @param {string} name */
    hear(name) {
      if (muffled) return;
      if (!news.size) clock.defer(takeMessage);
      news.add(name);
    },
    /** What is changed meanwhile is no news: we change it ourselves. @param {() => void} act */
    unheard(act) {
      const before = muffled;
      muffled = true;
      try {
        act();
      } finally {
        muffled = before;
      }
    },
    end: () => clock.stop(timer),
  };
}
