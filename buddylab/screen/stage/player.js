// The film of a run: which beat, how far into it; playing, stepping, scrubbing. It knows no page but its clock.
import { playingTime } from "./pacing.js";
import { within } from "./motion.js";

/** @typedef {import("./types.js").Beat} Beat */
/** show: draw beat and moment; changed: another beat is shown, or playing began or ended; locked: may this beat not be
 *  left or played yet?; still: no movement, the end pictures with the same dwell.
 *  @typedef {{show: (at: number, moment: number) => void, changed: () => void, locked: (at: number) => boolean,
 *    still: () => boolean}} Screen */

/** A browser's clock; a test has its own. */
const FRAMES = {
  /** @param {(now: number) => void} act @returns {any} */
  next: (act) => requestAnimationFrame(act),
  /** @param {any} frame */
  cancel: (frame) => cancelAnimationFrame(frame),
  now: () => performance.now(),
};
const LONGEST = 100;

/** @param {Screen} screen @param {typeof FRAMES} clock */
export function makeFilm(screen, clock = FRAMES) {
  const film = { playing: false, speed: 1, loop: false, stopAtRefusal: false };
  /** @type {Beat[]} */
  let beats = [];
  let at = 0, ms = 0, seen = 0, single = false, last = 0;
  /** @type {any} */
  let frame = 0;
  const moves = () => beats[at].travelMs + beats[at].moveMs;
  const moment = () => (screen.still() || moves() === 0 ? 1 : within(ms / moves()));
  const draw = () => screen.show(at, moment());

  /** @param {number} to @param {number} into */
  function place(to, into) {
    const before = at;
    at = within(to, 0, beats.length - 1);
    ms = into;
    seen = Math.max(seen, at);
    draw();
    if (before !== at) screen.changed();
  }
  function pause() {
    const was = film.playing || single;
    film.playing = single = false;
    clock.cancel(frame);
    if (was) screen.changed();
  }
  /** @param {boolean} one only this beat */
  function start(one) {
    single = one;
    film.playing = !one;
    last = clock.now();
    clock.cancel(frame);
    frame = clock.next(tick);
    screen.changed();
  }
  function atEnd() {
    if (!film.loop) return pause();
    place(0, 0);
    frame = clock.next(tick);
  }
  /** @param {number} now */
  function tick(now) {
    ms += Math.min(LONGEST, now - last) * film.speed;
    last = now;
    if (screen.locked(at)) {
      ms = Math.min(ms, beats[at].travelMs);
      draw();
      return pause();
    }
    if (single && (ms >= moves() || screen.still())) {
      ms = moves();
      draw();
      return pause();
    }
    if (ms < beats[at].ms) draw();
    else if (film.stopAtRefusal && ["no", "end-no"].includes(beats[at].mood)) {
      ms = moves();
      draw();
      return pause();
    } else if (at === beats.length - 1) return atEnd();
    else place(at + 1, 0);
    frame = clock.next(tick);
  }
  /** At its end: the picture when its movement is over. @param {number} to */
  function jump(to) {
    pause();
    const into = within(to, 0, beats.length - 1);
    place(into, beats[into].travelMs + beats[into].moveMs);
  }
  function forward() {
    const unfinished = at > 0 && moment() < 1;
    if (screen.locked(at)) return;
    pause();
    if (unfinished) return jump(at);
    if (at === beats.length - 1) return;
    place(at + 1, 0);
    start(true);
  }
  const same = (/** @type {Beat} */ a, /** @type {Beat} */ b) => a.stage === b.stage && a.round === b.round;

  return {
    film,
    /** @param {Beat[]} list @param {number} to */
    take(list, to) {
      clock.cancel(frame);
      film.playing = single = false;
      beats = list;
      at = within(to, 0, beats.length - 1);
      ms = at ? moves() : 0;
      seen = at;
    },
    where: () => ({ at, ms, seen, moment: moment() }),
    total: () => playingTime(beats),
    draw, jump, pause, place: (/** @type {number} */ to, /** @type {number} */ into) => { pause(); place(to, into); },
    play() {
      if (film.playing) return pause();
      if (at === beats.length - 1 && moment() >= 1) place(0, 0);
      if (at === 0) place(1, 0);
      start(false);
    },
    /** @param {number} by */
    step: (by) => (by > 0 ? forward() : jump(at - 1)),
    /** To the first beat of the next stage, or of this or the one before. @param {number} by */
    stage(by) {
      const here = beats[at];
      if (by > 0) {
        const next = beats.findIndex((beat, n) => n > at && !same(beat, here));
        return jump(next < 0 ? beats.length - 1 : next);
      }
      let first = beats.findLastIndex((beat, n) => n < at && !same(beat, here));
      while (first > 0 && same(beats[first - 1], beats[first])) first -= 1;
      return jump(Math.max(0, first));
    },
    end: () => clock.cancel(frame),
  };
}
