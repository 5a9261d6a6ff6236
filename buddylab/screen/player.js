// The film: a step every FRAME_MS, until the end or what it shall stop at.
import { FRAME_MS } from "./constants.js";
/** @import { App, Moves } from "./types" */

/** @param {App} app @param {Omit<Moves, "play">} moves @param {() => void} show */
export function makePlayer(app, moves, show) {
  const { film } = app;
  /** @type {any} */
  let timer = 0;
  const atEnd = () => app.cursor === Math.min(app.run.rows.length - 1, moves.limit());
  /** @param {() => void} act @param {number} [frames] */
  const soon = (act, frames = 1) => { timer = setTimeout(act, (frames * FRAME_MS) / film.speed); };

  function pause() {
    clearTimeout(timer);
    if (!film.playing) return;
    film.playing = false;
    show();
    moves.settle();
  }
  function fromStart() {
    moves.go(0);
    soon(tick);
  }
  function tick() {
    moves.step(1, false);
    const { frame, last } = app.run.rows[app.cursor];
    const refused = last && ["no", "end-no"].includes(app.document.frames[frame].mood ?? "");
    if (atEnd() && film.loop && !app.predict.on) soon(fromStart, 2);
    else if (atEnd() || (film.stopAtRefusal && refused)) pause();
    else soon(tick);
  }
  function play() {
    if (film.playing) return pause();
    film.playing = true;
    if (atEnd()) moves.go(0);
    else show();
    soon(tick);
  }
  /** Another run has come: nothing plays. */
  function stop() {
    clearTimeout(timer);
    film.playing = false;
  }
  return { play, stop, end: stop };
}
