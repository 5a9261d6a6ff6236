// The request as a sentence, and the switches of the view.
import { CONTEXT, PAGES_OF } from "./kernel.js";
import { THEMES } from "./constants.js";
import { WORDS, sideOf } from "./words.js";
import { fill } from "./say.js";
import { h, keyed, setText } from "./dom.js";

/** Split a template at its places: "{a} asks" -> [["a"], " asks"], so that a place can become a control. */
export function templateParts(template) {
  return template.split(/(\{\w+\})/).filter(Boolean).map((part) => (part[0] === "{" ? [part.slice(1, -1)] : part));
}

export const sizeText = (order) => (order < 8 ? `${4 << order} kB` : `${(4 << order) / 1024} MB`);

export function makeTop(app) {
  const ask = h("div", { class: "ask" }), tools = h("div", { class: "tools" });
  const skip = h("button", { type: "button", class: "skip", on: { click: () => app.acts.toScrubber() } });
  const open = (control) => () => app.acts.openDeck(control);
  const segment = (label, ...buttons) => h("div", { class: "seg", role: "group", "aria-label": label }, buttons);
  const pressed = (on, text, click, more) =>
    h("button", { type: "button", "aria-pressed": String(on), on: { click }, ...more }, text);

  function sentenceNodes() {
    const { request, machine } = app.document, who = CONTEXT.find((name) => request.context?.[name]);
    const pages = request.order ? app.t("pages", { n: PAGES_OF[request.order], order: request.order }) : app.t("page");
    const words = {
      who: [app.t(who ?? "task"), "who"], pages: [pages, "order"], mask: [request.names, "mask"],
      machine: [fill("{m}", { m: machine.name }, app.lang), "machine"],
    };
    const articles = { a: /^[aeiou]/i.test(words.who[0]) ? "An " : "A ", one: machine.numa ? "" : "a " };
    const button = ([name]) => (articles[name]
      ?? h("button", { type: "button", "aria-expanded": String(app.switches.deckOpen), on: { click: open(words[name][1]) } },
      words[name][0]));
    const template = app.document.end === "freed" ? WORDS.givesBack : WORDS.request;
    return templateParts(template[sideOf(app.lang)]).map((part) => (Array.isArray(part) ? button(part) : part));
  }

  function toolNodes() {
    return [
      pressed(app.switches.deckOpen, app.t("knobs"), () => app.acts.openDeck(null), { class: "solo" }),
      app.forms && pressed(Boolean(app.switches.shareOpen), app.t("share"), () => app.acts.openShare(), { class: "solo" }),
      segment(app.t("language"), pressed(app.lang === "en", "en", () => app.ask.tell("lang", "en"), { lang: "en" }),
        pressed(app.lang === "zh", "中文", () => app.ask.tell("lang", "zh"), { lang: "zh" })),
      segment(app.t("view"),
        h("button", { type: "button", "aria-label": app.t("theme", { theme: app.t(app.switches.theme) }),
          title: app.t("theme", { theme: app.t(app.switches.theme) }),
          on: { click: () => app.ask.tell("theme", THEMES[(THEMES.indexOf(app.switches.theme) + 1) % THEMES.length]) } },
          `◐ ${app.t(app.switches.theme)}`),
        pressed(app.switches.lecture, app.t("lecture"), () => app.acts.setLecture(!app.switches.lecture)),
        pressed(app.switches.transcript, app.t("transcript"), app.acts.toggleTranscript),
        h("button", { type: "button", "aria-label": app.t("savePicture"), title: app.t("savePicture"),
          on: { click: () => app.acts.savePicture() } }, "SVG"),
        h("button", { type: "button", "aria-label": app.t("keyHelp"), title: app.t("keyHelp"), "aria-haspopup": "dialog",
          on: { click: app.acts.toggleHelp } }, "?")),
    ];
  }

  function show() {
    keyed(ask, [app.lang, app.switches.deckOpen, JSON.stringify(app.document.request),
      JSON.stringify(app.document.machine.name)].join(), sentenceNodes);
    keyed(tools, [app.lang, app.switches.deckOpen, app.switches.shareOpen, Boolean(app.forms), app.switches.theme, app.switches.lecture,
      app.switches.transcript].join(), toolNodes);
    setText(skip, app.t("skip"));
    skip.hidden = !app.switches.deckOpen;
  }
  return { el: h("div", { class: "top" }, ask, tools, skip), show };
}
