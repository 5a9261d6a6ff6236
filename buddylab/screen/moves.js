// Moving the cursor: to a place, a step, a stage, a refusal; and telling where it stands.
import { SETTLE_MS } from "./constants.js";
import { stops } from "./frames.js";
/** @import { RunDocument } from "./document" */
/** @import { App, Entry, Screen } from "./types" */

/** Whether a step of the run refuses: a row of the request's own tests, or an end without a page.
 *  @param {RunDocument} document @param {Entry} entry */
function refuses({ frames }, { frame, row, last }) {
  const { test, mood } = frames[frame];
  return test ? !test.rows[row].ok && !test.own : last && mood === "end-no";
}

/** @param {App} app @param {Pick<Screen, "panels" | "ties" | "conversation" | "show" | "tell">} screen */
export function makeMoves(app, { panels, ties, conversation, show, tell }) {
  const lastRow = () => app.run.rows.length - 1;
  const ownLimit = () => panels.predict.limit();
  /** The last row that may be seen, here and on every screen of the page that shows this run. */
  const limit = () => Math.min(ownLimit(), ties.limit());
  /** @param {number} cursor */
  const clamp = (cursor) => Math.max(0, Math.min(lastRow(), limit(), cursor));

  /** Tell Python where the screen stands. While the next run is awaited this is no place in it: that one is told. */
  const settle = () => { if (!conversation.isOpen()) tell({ index: app.cursor }); };
  /** @type {any} */
  let settling = 0;
  /** A new run's place is told once it has been painted: Python's answer costs the notebook time. */
  function settleSoon() {
    clearTimeout(settling);
    settling = setTimeout(settle, SETTLE_MS);
  }

  /** @param {number} cursor @param {{ settle?: boolean, forward?: boolean }} [how] */
  function go(cursor, { settle: told = false, forward = false } = {}) {
    app.forward = forward;
    app.cursor = clamp(cursor);
    show();
    ties.tell({ cursor: app.cursor, forward });
    if (told) settle();
  }
  /** @param {number} by @param {boolean} [told] */
  function step(by, told = true) {
    const places = stops(app.run.rows, app.document.frames, app.film.granularity);
    const next = by > 0 ? places.find((place) => place > app.cursor) : places.findLast((place) => place < app.cursor);
    go(next ?? (by > 0 ? lastRow() : 0), { settle: told, forward: by > 0 });
  }
  /** To the next step of which this is so; where it never comes, to the end.
   *  @param {(entry: Entry) => boolean} isIt */
  function toNext(isIt) {
    const to = app.run.rows.findIndex((entry, i) => i > app.cursor && isIt(entry));
    go(to < 0 ? lastRow() : to, { settle: true });
  }
  return {
    go, step, limit, ownLimit, clamp, settle, settleSoon,
    /** @param {string} stage */
    runTo: (stage) => toNext(({ frame, row }) => row <= 0 && app.document.frames[frame].stage === stage),
    nextRefusal: () => toNext((entry) => refuses(app.document, entry)),
    end: () => clearTimeout(settling),
  };
}
