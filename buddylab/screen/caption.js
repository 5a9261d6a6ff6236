// One sentence per frame, always in one place.
import { ICONS } from "./constants.js";
import { h, setText } from "./dom.js";
/** @import { App, View } from "./types" */

const QUIET_MS = 500, PLAYING_MS = 4000;
/** ms until a sentence is read out: it must have stood a while, and in a film only one is read every few seconds.
 *  @param {boolean} playing @param {number} sinceLast */
export const readOutIn = (playing, sinceLast) => Math.max(QUIET_MS, playing ? PLAYING_MS - sinceLast : 0);

/** @param {App} app */
export function makeCaption(app) {
  const icon = h("div", { class: "ic", "aria-hidden": "true" }),
    text = h("div", { class: "tx" }), aloud = h("div", { class: "aloud", role: "status" });
  const stage = h("b"), small = h("small"), room = h("div", { class: "room", "aria-hidden": "true" });
  const el = h("section", { class: "say" }, icon, h("div", { class: "both" }, room, text),
    h("div", { class: "st" }, stage, small));
  /** @type {any} */
  let waiting = 0;
  let saidAt = 0;
  /** Of the screens that move together one is heard: the one with the focus, and never beside its own scrubber.
   *  @param {Document} document */
  function isHeard({ activeElement: focus }) {
    const holder = focus?.closest(".bl");
    return !focus?.matches(".scrub") && (holder ? holder === app.root : !app.piece);
  }
  /** What screen readers say: not each step of a film or of a scrub. @param {string} line */
  function readOut(line) {
    clearTimeout(waiting);
    if (aloud.textContent !== line) setText(aloud, ""); // what is no longer so is not left to be read
    waiting = setTimeout(() => {
      saidAt = performance.now();
      setText(aloud, isHeard(document) ? line : "");
    }, readOutIn(app.film.playing, performance.now() - saidAt));
  }

  let longest = { key: "", text: "" };
  /** The longest sentence that the run may say as far as it may be seen. */
  function longestSaid() {
    const limit = app.moves.limit(), key = `${app.run.id} ${app.lang} ${limit}`, { frames } = app.document;
    if (longest.key !== key) {
      const known = frames.slice(0, (app.run.rows[limit]?.frame ?? frames.length) + 1);
      const speakers = known.flatMap((frame) => [frame, ...frame.test?.rows ?? []]);
      const said = speakers.map(({ say, args }) => app.say(say, args));
      longest = { key, text: said.reduce((a, b) => (b.length > a.length ? b : a), "") };
    }
    return longest.text;
  }

  /** @param {View} view */
  function show(view) {
    const { HZ } = app.document.machine, passed = app.run.levels[view.at].jiffies - app.document.initial.jiffies;
    el.setAttribute("aria-label", app.t("verdict"));
    el.dataset.mood = view.mood;
    setText(icon, ICONS[view.mood] ?? "›");
    setText(text, view.text);
    readOut(`${view.frame.stage}: ${view.text}`);
    setText(room, longestSaid()); // unseen: keeps the height that the longest sentence of the run needs
    setText(stage, view.frame.stage);
    const n = view.cursor + 1, hidden = app.moves.limit() < app.run.rows.length - 1;
    setText(small, [app.t(hidden ? "stepOf" : "frameOf", { n, of: app.run.rows.length }),
      view.frame.depth && app.t("nested"),
      passed && `+${app.t("millis", { n: (passed * 1000) / HZ })}`].filter(Boolean).join(" · "));
  }
  return { el, aloud, show };
}
