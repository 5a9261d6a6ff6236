// A page without Python behind it: recorded runs to choose from.
import { mount, staticModel } from "./app.js";
import { WORDS } from "./words.js";
import { h, setText } from "./dom.js";

/** A run as it was before its equal parts were put on the shelf: [{name: place}, [places of the frames]]. */
export function unshelve(shelf, place) {
  const [parts, frames] = shelf[place];
  const whole = Object.fromEntries(Object.entries(parts).map(([name, at]) => [name, shelf[at]]));
  return { ...whole, frames: frames.map((at) => shelf[at]) };
}

/** The traits of the explorer that shows one of the page's runs. */
export function traitsOf(page, run) {
  const deck = page.shelf[run.deck];
  return { trace: unshelve(page.shelf, run.trace), deck, knobs: deck.knobs, text: page.text, mask: "", error: [],
    index: page.index ?? -1, lang: page.lang, theme: page.theme };
}

/** Draw a page into el; returns its model. */
export function openPage(el, page) {
  const model = staticModel(traitsOf(page, page.runs[0]));
  const titleOf = (run) => run.title[model.get("lang") === "zh" ? 1 : 0];
  const heading = h("h1", {}, page.heading), label = h("span");
  const choice = h("select", { on: { change: () => {
    const { trace, deck, knobs } = traitsOf(page, page.runs[choice.value]);
    for (const [name, value] of Object.entries({ index: -1, deck, knobs, trace })) model.set(name, value);
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
  return model;
}
