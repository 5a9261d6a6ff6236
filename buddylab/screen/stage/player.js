// The film of a run: which beat, how far into it; playing, stepping, scrubbing. It knows no page but its clock.
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
/** ms that one step of the clock counts at most: a tab that was hidden goes on where it was. */
const LONGEST = 100;

/** Of one visit to a stage? @param {Beat} a @param {Beat} b */
const together = (a, b) => a.stage === b.stage && a.round === b.round;

export class Film {
  /** @param {Screen} screen @param {typeof FRAMES} [clock] */
  constructor(screen, clock = FRAMES) {
    this.screen = screen;
    this.clock = clock;
    this.playing = false;
    this.speed = 1;
    this.loop = false;
    this.stopAtRefusal = false;
    /** @type {Beat[]} */
    this.beats = [];
    this.at = 0;
    this.ms = 0;
    this.seen = 0;
    this.single = false;
    this.last = 0;
    /** @type {any} */
    this.frame = 0;
    this.tick = this.tick.bind(this);
  }

  get beat() { return this.beats[this.at]; }

  /** ms of this beat in which something moves. */
  get moving() { return this.beat.travelMs + this.beat.moveMs; }

  /** How far this beat's movement has got, 0 to 1. */
  get moment() { return this.screen.still() || this.moving === 0 ? 1 : within(this.ms / this.moving); }

  get atEnd() { return this.at === this.beats.length - 1; }

  draw() { this.screen.show(this.at, this.moment); }

  /** A run has come. @param {Beat[]} beats @param {number} to */
  take(beats, to) {
    this.end();
    this.playing = this.single = false;
    this.beats = beats;
    this.at = within(to, 0, beats.length - 1);
    this.ms = this.at ? this.moving : 0;
    this.seen = this.at;
  }

  /** @param {number} to @param {number} into ms */
  move(to, into) {
    const before = this.at;
    this.at = within(to, 0, this.beats.length - 1);
    this.ms = into;
    this.seen = Math.max(this.seen, this.at);
    this.draw();
    if (before !== this.at) this.screen.changed();
  }

  /** To a moment of a beat, standing. @param {number} to @param {number} into ms */
  place(to, into) {
    this.pause();
    this.move(to, into);
  }

  /** To the end picture of a beat, standing. @param {number} to */
  jump(to) {
    const into = this.beats[within(to, 0, this.beats.length - 1)];
    this.place(to, into.travelMs + into.moveMs);
  }

  pause() {
    const was = this.playing || this.single;
    this.playing = this.single = false;
    this.end();
    if (was) this.screen.changed();
  }

  /** Run on; only this beat, or to the end. @param {boolean} single */
  start(single) {
    this.single = single;
    this.playing = !single;
    this.last = this.clock.now();
    this.end();
    this.frame = this.clock.next(this.tick);
    this.screen.changed();
  }

  play() {
    if (this.playing) return this.pause();
    if (this.atEnd && this.moment >= 1) this.move(0, 0);
    if (this.at === 0) this.move(1, 0);
    this.start(false);
  }

  /** Stand still here: at its end picture, or before what is asked first. @param {number} ms */
  hold(ms) {
    this.ms = ms;
    this.draw();
    this.pause();
  }

  /** One step of the clock. @param {number} now */
  tick(now) {
    this.ms += Math.min(LONGEST, now - this.last) * this.speed;
    this.last = now;
    if (this.screen.locked(this.at)) return this.hold(Math.min(this.ms, this.beat.travelMs));
    if (this.single && (this.ms >= this.moving || this.screen.still())) return this.hold(this.moving);
    if (this.ms < this.beat.ms) this.draw();
    else if (this.stopAtRefusal && ["no", "end-no"].includes(this.beat.mood)) return this.hold(this.moving);
    else if (!this.atEnd) this.move(this.at + 1, 0);
    else if (this.loop) this.move(0, 0);
    else return this.pause();
    this.frame = this.clock.next(this.tick);
  }

  /** One beat on, played; or back, at once. A beat that still moves is first seen to its end. @param {number} by */
  step(by) {
    if (by < 0) return this.jump(this.at - 1);
    if (this.screen.locked(this.at)) return;
    const unfinished = this.at > 0 && this.moment < 1;
    this.pause();
    if (unfinished) return this.jump(this.at);
    if (this.atEnd) return;
    this.move(this.at + 1, 0);
    this.start(true);
  }

  /** To the first beat of the next stage, or of the one before. @param {number} by */
  stage(by) {
    const { beat, beats, at } = this;
    if (by > 0) {
      const next = beats.findIndex((one, n) => n > at && !together(one, beat));
      return this.jump(next < 0 ? beats.length - 1 : next);
    }
    let first = beats.findLastIndex((one, n) => n < at && !together(one, beat));
    while (first > 0 && together(beats[first - 1], beats[first])) first -= 1;
    this.jump(Math.max(0, first));
  }

  /** To the next beat of which this is so, the first of all where none follows. @param {(beat: Beat) => boolean} is */
  toNext(is) {
    const next = this.beats.findIndex((beat, n) => n > this.at && is(beat)), to = next < 0 ? this.beats.findIndex(is)
      : next;
    if (to >= 0) this.jump(to);
    return to >= 0;
  }

  end() { this.clock.cancel(this.frame); }
}
