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

/** What is wished while a question is open: of each kind the newest, the kind that was wished last at the end. */
function makeWishes() {
  /** @type {Map<string, Wish>} */
  const wishes = new Map();
  return {
    /** @param {string} kind @param {Wish} wish */
    add(kind, wish) {
      const whole = { ...wishes.get(kind), ...wish };
      wishes.delete(kind);
      wishes.set(kind, whole);
    },
    /** The oldest wish, which is no wish any more. */
    take() {
      for (const [kind, wish] of wishes) {
        wishes.delete(kind);
        return wish;
      }
      return null;
    },
    /** @param {string} kind */
    get: (kind) => wishes.get(kind),
    /** @param {string} kind */
    drop: (kind) => wishes.delete(kind),
    dropAll: () => wishes.clear(),
  };
}

/** What has changed, gathered until the end of the task: by then all of a message is there.
 *  @param {(names: Set<string>) => void} take @param {typeof BROWSER_CLOCK} clock */
function makeInbox(take, clock) {
  /** @type {Set<string>} */
  let news = new Set();
  let muffled = false;
  function empty() {
    const names = news;
    news = new Set();
    take(names);
  }
  return {
    /** Something with this name has changed. @param {string} name */
    hear(name) {
      if (muffled) return;
      if (!news.size) clock.defer(empty);
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
  };
}

/**
 * @param {Carrier} carrier
 * @param {typeof BROWSER_CLOCK} clock
 */
export function makeConversation(carrier, clock = BROWSER_CLOCK) {
  let open = false, number = 0;
  /** @type {any} */
  let timer = null;
  const wishes = makeWishes(), inbox = makeInbox(takeMessage, clock);

  /** @param {boolean} on */
  function setOpen(on) {
    clock.stop(timer);
    if (on) timer = clock.start(silence, ANSWER_MS);
    if (on !== open) carrier.busy(open = on);
  }

  /** Ask for the first of the wishes that asks for anything. */
  function next() {
    for (let wish = wishes.take(); wish; wish = wishes.take()) {
      number += 1;
      setOpen(true); // first: an answer may come while the question is put
      if (carrier.send(wish, number)) return;
      setOpen(false);
    }
  }

  function silence() {
    wishes.dropAll();
    setOpen(false);
    carrier.silent();
  }

  /** @param {Set<string>} names */
  function takeMessage(names) {
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
      wishes.add(kind, wish);
      if (!open) next();
    },
    /** Not wished any more. @param {string} kind */
    forget: (kind) => wishes.drop(kind),
    /** What is wished and not yet asked. @param {string} kind @returns {Wish | undefined} */
    wished: (kind) => wishes.get(kind),
    isOpen: () => open,
    hear: inbox.hear,
    unheard: inbox.unheard,
    end: () => clock.stop(timer),
  };
}
