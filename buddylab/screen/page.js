// A page without Python behind it: recorded runs to choose from, or a grid of them that the knobs lead through.
import { mount } from "./app.js";
import { staticModel } from "./model.js";
import { svgOf } from "./picture.js";
import { WORDS } from "./words.js";
import { h, setText } from "./dom.js";

/** A run as it was before its equal parts were put on the shelf: [{name: place}, [places of the frames]]. */
export function unshelve(shelf, place) {
  const [parts, frames] = shelf[place];
  const whole = Object.fromEntries(Object.entries(parts).map(([name, at]) => [name, shelf[at]]));
  return { ...whole, frames: frames.map((at) => shelf[at]) };
}

/** A value whose parts stand on the shelf: {name: place}. */
export const unshelveParts = (shelf, place) => Object.fromEntries(Object.entries(shelf[place])
  .map(([name, at]) => [name, shelf[at]]));

/** The traits of the explorer that shows one of the page's runs. */
export function traitsOf(page, run) {
  const deck = unshelveParts(page.shelf, run.deck);
  return { document: unshelve(page.shelf, run.document), deck, ...deck.knobs, text: page.text, mask: "", error: [],
    index: page.index ?? -1, lang: page.lang, theme: page.theme };
}

/** Where a grid holds the recording of these knobs, the free memory taken to the nearest level; -1 if it has none. */
export function placeInGrid(grid, knobs) {
  const { axes, near, fixed } = grid, away = (some) => Math.abs(some[near] - knobs[near]);
  const same = (some) => Object.entries(some)
    .every(([name, value]) => JSON.stringify(knobs[name] ?? false) === JSON.stringify(value));
  const at = axes.map((axis) => (near in axis[0] ? axis.indexOf(axis.reduce((a, b) => (away(b) < away(a) ? b : a)))
    : axis.findIndex(same)));
  return at.includes(-1) || !same(fixed) ? -1 : at.reduce((place, index, i) => place * axes[i].length + index, 0);
}

/** The mask that a text names, by a preset's name or as a number; null for anything else. */
export function typedMask(grid, text) {
  const word = text.trim();
  return grid.names[word] ?? (/^(0x[0-9a-f]+|\d+)$/i.test(word) ? Number(word) : null);
}

/** A model that answers the knobs from what was recorded, and says what was not. */
export function gridModel(page) {
  const { grid } = page, first = traitsOf(page, page.runs[0]);
  const base = staticModel({ ...first, deck: { ...first.deck, note: grid.note } });
  let stand = grid.places.findIndex(([run, deck]) => run === page.runs[0].document && deck === page.runs[0].deck);
  const give = (traits) => { for (const [name, value] of Object.entries(traits)) base.set(name, value); };
  function save() {
    const typed = base.get("mask"), deck = base.get("deck");
    const turned = Object.fromEntries(Object.keys(deck.knobs).map((name) => [name, base.get(name)]));
    const wanted = typed ? { ...deck.knobs, gfp_mask: typedMask(grid, typed) } : turned;
    if (JSON.stringify(wanted) === JSON.stringify(deck.knobs)) return typed && give({ mask: "", error: [] });
    const place = placeInGrid(grid, wanted);
    if (place < 0) return give({ mask: "", ...deck.knobs, deck, error: grid.missing });
    const [run, at] = grid.places[place], fresh = { ...unshelveParts(page.shelf, at), note: grid.note };
    const shown = place === stand ? {} : { index: -1, document: unshelve(page.shelf, run) };
    stand = place;
    give({ mask: "", error: [], ...fresh.knobs, deck: fresh, ...shown });
  }
  return { ...base, live: true, save };
}

/** Draw a page into el; returns its model. */
export function openPage(el, page) {
  const model = page.grid ? gridModel(page) : staticModel(traitsOf(page, page.runs[0]));
  const titleOf = (run) => run.title[model.get("lang") === "zh" ? 1 : 0];
  const heading = h("h1", {}, page.heading), label = h("span");
  const choice = h("select", { on: { change: () => {
    const traits = traitsOf(page, page.runs[choice.value]);
    model.set("index", -1);
    for (const name of [...Object.keys(traits.deck.knobs), "deck", "document"]) model.set(name, traits[name]);
  } } }, page.runs.map((_, at) => h("option", { value: at })));
  const speak = () => {
    const at = model.get("lang") === "zh" ? 1 : 0;
    document.documentElement.lang = ["en", "zh-Hans"][at];
    setText(label, WORDS.recorded[at]);
    page.runs.forEach((run, i) => setText(choice.options[i], titleOf(run)));
  };
  const head = h("header", { class: "bl-page" }, heading, page.runs.length > 1 && h("label", {}, label, choice));
  el.append(head);
  mount(el, model);
  const dress = () => { // the paper around the explorer follows its theme
    const { backgroundColor, color, colorScheme } = getComputedStyle(el.querySelector(".bl"));
    Object.assign(document.body.style, { background: backgroundColor, color, colorScheme });
  };
  new MutationObserver(dress).observe(el.querySelector(".bl"), { attributes: true, attributeFilter: ["data-theme"] });
  model.on("lang", speak);
  speak();
  dress();
  el.pageModel = model; // whoever takes pictures of the page turns it by this, and asks for the SVG
  el.pageSvg = () => svgOf(el.querySelector(".bl"));
  return model;
}
