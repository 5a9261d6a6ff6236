// The stage without Python behind it: one recorded run, its knobs locked; what a page of its own shows.
import { h } from "../dom.js";
import { speaker } from "./picture.js";
import { makeStage } from "./screen.js";
import { SCREEN_WORDS } from "./screen_words.js";
import { STAGE_WORDS } from "./words.js";

/** Words of the screen and of the picture. @param {any} text @param {"en" | "zh"} lang */
export const screenSpeaker = (text, lang) => speaker(text, lang, { ...STAGE_WORDS, ...SCREEN_WORDS });

/** Show a run. given: {document, deck, text}. how: {lang, theme, lecture, still}.
 *  @param {HTMLElement} el @param {{document: any, deck: any, text: any}} given @param {Record<string, string>} how */
export function showStage(el, given, how) {
  const lang = how.lang === "zh" ? "zh" : "en", calm = matchMedia("(prefers-reduced-motion: reduce)");
  /** @type {any} */
  const app = { id: `bl${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`, live: Boolean(how.live), lang,
    text: given.text, document: given.document, deck: given.deck, knobs: given.deck.knobs,
    run: { id: 1 }, beats: [], switches: { sourceView: "original", lecture: Boolean(how.lecture) },
      ...screenSpeaker(given.text, lang),
    theme: () => (how.theme === "dark" ? "dark" : "light"), still: () => calm.matches, locked: () => false, toPlay() {},
      open() {}, moved() {},
    ask: { patch() {}, oneAway: () => given.deck.away ?? null } };
  const stage = makeStage(app, []);
  stage.el.dataset.theme = app.theme();
  el.append(h("div", { lang: lang === "zh" ? "zh-Hans" : "en" }, stage.el));
  stage.take(0);
  stage.show();
  new ResizeObserver(() => stage.show()).observe(el);
  return { app, stage };
}
