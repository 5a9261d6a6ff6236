// Moving the cursor: to a place, a step, a stage, a refusal; and telling where it stands.
import { SETTLE_MS } from "./constants.js";
import { stops } from "./frames.js";

/** Whether a step of the run refuses: a row of the request's own tests, or an end without a page. */
function refuses({ frames }, { frame, row, last }) {
  const { test, mood } = frames[frame];
  return row >= 0 ? !test.rows[row].ok && !test.own : last && mood === "end-no";
}

export function makeMoves(app, { panels, ties, conversation, show, tell }) {
  const lastRow = () => app.run.rows.length - 1;
  const ownLimit = () => panels.predict.limit();
  /** The last row that may be seen, here and on every screen of the page that shows this run. */
  const limit = () => Math.min(ownLimit(), ties.limit());
  const clamp = (cursor) => Math.max(0, Math.min(lastRow(), limit(), cursor));

  /** Tell Python where the screen stands. While the next run is awaited this is no place in it: that one is told. */
  const settle = () => { if (!conversation.isOpen()) tell({ index: app.cursor }); };
  let settling = 0;
  /** A new run's place is told once it has been painted: Python's answer costs the notebook time. */
  function settleSoon() {
    clearTimeout(settling);
    settling = setTimeout(settle, SETTLE_MS);
  }

  function go(cursor, { settle: told = false, forward = false } = {}) {
    app.forward = forward;
    app.cursor = clamp(cursor);
    show();
    ties.tell({ cursor: app.cursor, forward });
    if (told) settle();
  }
  function step(by, told = true) {
    const places = stops(app.run.rows, app.document.frames, app.film.granularity);
    const next = by > 0 ? places.find((place) => place > app.cursor) : places.findLast((place) => place < app.cursor);
    go(next ?? (by > 0 ? lastRow() : 0), { settle: told, forward: by > 0 });
  }
  /** To the next step of which this is so; where it never comes, to the end. */
  function toNext(isIt) {
    const to = app.run.rows.findIndex((entry, i) => i > app.cursor && isIt(entry));
    go(to < 0 ? lastRow() : to, { settle: true });
  }
  return {
    go, step, limit, ownLimit, clamp, settle, settleSoon,
    runTo: (stage) => toNext(({ frame, row }) => row <= 0 && app.document.frames[frame].stage === stage),
    nextRefusal: () => toNext((entry) => refuses(app.document, entry)),
    end: () => clearTimeout(settling),
  };
}
