// Size: container queries do the layout, these numbers are for what is measured in pixels.
import { STACKED, WIDE } from "./constants.js";
import { LADDER } from "./ladder.js";
/** @import { App, Screen } from "./types" */

/** @param {App} app @param {Pick<Screen, "panels" | "show">} screen @param {boolean} onlyLists */
export function makeSize(app, { panels, show }, onlyLists) {
  const { root, size, switches } = app;
  let fitted = -1;
  /** @param {Element | null} node @param {number} otherwise */
  const widthOf = (node, otherwise) => node?.clientWidth || otherwise;

  /** @param {number} width */
  function measure(width) {
    size.zoom = switches.lecture ? 1.2 : 1;
    size.wide = width / size.zoom > WIDE && !app.piece;
    size.stacked = width / size.zoom <= STACKED || onlyLists;
    size.memWidth = widthOf(panels.memory.el, 600) / size.zoom;
    size.trackWidth = widthOf(panels.deck.el.querySelector(".press svg"), 300);
    size.stripWidth = widthOf(panels.strip.el, 600) / size.zoom;
    size.scrubWidth = widthOf(panels.time.el.querySelector(".scr"), 600);
    size.ladderScale = widthOf(panels.ladder.el.querySelector("svg.ld"), LADDER.width) / LADDER.width;
  }
  /** @param {boolean} on */
  function setLecture(on) {
    switches.lecture = on;
    root.toggleAttribute("data-lecture", on);
    switches.deckOpen = !on && size.wide;
    fit();
  }
  /** @returns {void} */
  function fit() {
    const width = root.clientWidth;
    measure(width);
    if (switches.deckOpen === null && width) {
      switches.deckOpen = size.wide;
      if (root.closest(".reveal")) return setLecture(true); // a slide of reveal.js: for a hall, and nobody turns knobs
    }
    app.forward = false;
    show();
    panels.note.fit();
    fitted = width;
  }
  const refit = () => { if (root.clientWidth !== fitted) fit(); }; // what is drawn may change the height alone
  return { fit, refit, setLecture };
}
