// The knobs.
import { ORDERS, PAGES_OF } from "./kernel.js";
import { fill, fmt } from "./say.js";
import { h, keyed, s, setText } from "./dom.js";
import { sizeText } from "./top.js";
import { sideOf } from "./words.js";

export function makeDeck(app) {
  const el = h("section", { class: "deck" });
  let controls = {}; // name -> function that shows the value of the traits in the control

  const row = (label, ...content) => [h("span", { class: "l" }, label), h("div", { class: "v" }, content)];
  const labelled = (text, node) => h("label", { class: "mini" }, text, node);
  const option = ([value, text]) => h("option", { value }, text);
  const locked = () => !app.live;
  const said = (pair, values) => fill(pair[sideOf(app.lang)], values, app.lang);
  const shown = (control, wanted = () => true) => (app.deck.controls ?? [])
    .filter((knob) => knob.control === control && wanted(knob));

  function select(name, label, options, change, value) {
    const node = h("select", { "aria-label": label, "data-knob": name, disabled: locked(),
      on: { change: () => change(node.value) } },
      options.map(option));
    controls[name] = () => { node.value = String(value()); };
    return node;
  }

  function bitSwitch(id, label, title, checked, change, ignored = false) {
    const input = h("input", { type: "checkbox", role: "switch", "aria-label": title, disabled: locked(),
      on: { change: () => change(input.checked) } });
    controls[id] = () => { input.checked = checked(); };
    return h("label", { class: ignored ? "bit off" : "bit", title: ignored ? `${title}: ${app.t("ignored")}` : title },
      input, h("span", {}, label));
  }

  function maskLine({ title }) {
    const hex = () => `0x${app.knobs.gfp_mask.toString(16)}`;
    const known = (mask) => app.deck.presets.some(([, value]) => value === mask);
    const preset = select("preset", app.t("preset"),
      [["", app.t("ownMask")], ...app.deck.presets.map(([name, mask]) => [mask, name])],
      (mask) => mask && app.ask.patch({ gfp_mask: Number(mask) }),
        () => (known(app.knobs.gfp_mask) ? app.knobs.gfp_mask : ""));
    const input = h("input", { class: "hex", type: "text", spellcheck: "false", autocomplete: "off",
      "data-knob": "mask",
      "aria-label": said(title), title: said(title), disabled: locked() });
    let sent = null; // Enter and leaving the field both send what was typed, once (in JupyterLab Enter changes nothing)
    const send = () => {
      if (!input.value.trim()) {
        input.value = sent = hex();
        app.ask.forgetMask();
      } else if (input.value !== sent) app.ask.typeMask((sent = input.value));
    };
    input.addEventListener("focus", () => { sent = input.value; });
    input.addEventListener("keydown", (event) => event.key === "Enter" && send());
    input.addEventListener("blur", () => { send(); controls.mask(); });
    const names = h("span", { class: "names" }), wrong = h("span", { class: "bad", role: "status" });
    controls.mask = () => {
      const error = [].concat(app.deck.mask_error ?? [])[sideOf(app.lang)] ?? [].concat(app.deck.mask_error ?? [])[0];
      if (document.activeElement !== input) input.value = hex();
      input.toggleAttribute("aria-invalid", Boolean(error));
      setText(names, error ? "" : app.deck.mask_text);
      setText(wrong, error ?? "");
    };
    return h("div", { class: "mask" }, preset, input, names, wrong);
  }

  function bitGroup([name, bits]) {
    const one = ([name, bit, ignored]) => bitSwitch(`bit${bit}`, name, `__GFP_${name}`,
      () => Boolean(app.knobs.gfp_mask & bit), () => app.ask.patch({ gfp_mask: (app.knobs.gfp_mask ^ bit) >>> 0 }),
        ignored);
    return h("fieldset", { class: "grp" }, h("legend", {}, said(name)),
      h("div", { class: "bits" }, bits.map(one)));
  }

  function orderLine({ label: name }) {
    const inputs = Array.from({ length: ORDERS },
      (_, order) => h("input", { type: "radio", name: `${app.id}-order`, disabled: locked(),
      "data-knob": order ? null : "order", on: { change: () => app.ask.patch({ order }) } }));
    const size = h("span", { class: "size" });
    controls.order = () => {
      inputs.forEach((input, order) => { input.checked = order === app.knobs.order; });
      const pages = PAGES_OF[app.knobs.order];
      keyed(size, `${pages}`, () => [h("b", {}, app.t(pages === 1 ? "onePage" : "nPages", { n: pages })),
        ` · ${sizeText(app.knobs.order)}`]);
    };
    const label = (input, order) => h("label", { title: `${fmt(PAGES_OF[order])} × 4 kB = ${sizeText(order)}` }, input,
      String(order));
    return row(said(name), h("div", { class: "seg ord", role: "radiogroup", "aria-label": said(name) },
      inputs.map(label)), size);
  }

  function switches(label, part, knobs) {
    const one = ({ name, label: text, title }) => bitSwitch(name, said(text), said(title), () => Boolean(app.knobs[name]),
      (on) => app.ask.patch({ [name]: on }));
    return knobs.length ? row(label, h("div", { class: "bits", "data-knob": part }, knobs.map(one))) : null;
  }

  function slider(name, label, max, value) {
    const input = h("input", { type: "range", min: 0, max, "aria-label": label, "data-knob": name,
      disabled: locked() });
    let dragging = false;
    input.addEventListener("input", () => { dragging = true; app.ask.patch({ [name]: Number(input.value) }); });
    input.addEventListener("change", () => { dragging = false; controls[name](); });
    controls[name] = () => { if (!dragging) input.value = value(); };
    return input;
  }

  function pressureLine({ name, label, title, most }) {
    const { zone } = app.deck.pressure, track = s("svg", { "aria-hidden": "true" }),
      pages = h("span", { class: "size" });
    const input = slider(name, said(title, { zone }), most, () => app.deck.pressure.value);
    controls.track = () => {
      const { free, present, cut, ticks, value, recorded = [] } = app.deck.pressure, at = (position) => `${position / 10}%`;
      const px = app.size.trackWidth / 1000, [min, low, high] = ticks.map(([, , x]) => x * px);
      const lowClear = min - low > 14 && low - high > 14, totalClear = high > 90; // fuller to the right
      keyed(track, JSON.stringify([cut, ticks, value, present, lowClear, totalClear]), () => [
        ...[[0, cut - 10], [cut + 10, 1000 - cut - 10]].map(([x, w]) =>
          s("rect", { x: at(x), y: 16, width: at(w), height: 6, fill: "var(--free3)" })),
        ...[[value, cut - 10], [Math.max(value, cut + 10), 1000]].filter(([from, to]) => from < to).map(([from, to]) =>
          s("rect", { x: at(from), y: 16, width: at(to - from), height: 6, fill: "var(--free2)" })),
        ...[-8, 4].map((shift) => s("line", { x1: at(cut + shift), x2: at(cut + shift + 5), y1: 25, y2: 13,
          stroke: "var(--ink2)" })),
        ...ticks.map(([, , x]) => s("line", { x1: at(x), x2: at(x), y1: 11, y2: 25, stroke: "var(--ink)",
          "stroke-width": 1.5 })),
        ...recorded.map((x) => s("circle", { cx: at(x), cy: 19, r: 3.5, fill: "var(--bg)", stroke: "var(--ink)" })),
        ...ticks.map(([name, , x], i) => (i !== 1 || lowClear) && s("text",
          { x: at(x), y: 9, "text-anchor": ["start", "middle", "end"][i] }, name)),
        totalClear && s("text", { x: 0, y: 9 }, fmt(present))].filter(Boolean));
      const text = app.t(free === 1 ? "onePage" : "nPages", { n: free });
      setText(pages, text);
      input.setAttribute("aria-valuetext", text);
    };
    return row(said(label, { zone }), h("div", { class: "press" }, track, input), pages);
  }

  function choiceLine({ name, label, choices }) {
    const choose = select(name, said(label), choices.map(([id, text]) => [id, said(text)]),
      (id) => app.ask.patch({ [name]: id }), () => app.knobs[name]);
    return row(said(label), choose, ...name === "mix" ? mixShares() : []);
  }

  function mixShares() {
    const mix = () => app.deck.mixes.find(([id]) => id === app.knobs.mix) ?? app.deck.mixes[0];
    const bar = s("svg", { class: "mixbar", role: "img" }), shares = h("span", { class: "shares" });
    controls.mixbar = () => {
      const [, k, a, c, slab, d, swap] = mix(), w = app.t(swap ? "swapLeft" : "swapNone", { n: swap });
      const text = app.t("mixShares", { k, s: slab, a, c, d, w });
      bar.setAttribute("aria-label", text);
      keyed(bar, text, () => [s("rect", { width: `${k}%`, height: 14, fill: "var(--use1)" }),
        s("rect", { x: `${k}%`, width: `${a}%`, height: 14, fill: app.draw.pattern("dots") }),
        s("rect", { x: `${k + a}%`, width: `${c}%`, height: 14, fill: "var(--use3)" })]);
      setText(shares, text);
    };
    return [bar, shares, h("span", { class: "model" }, app.t("model"))];
  }

  // -- sizes of the reader's own; what was typed stays, whatever Python says to it
  const own = { open: false, typed: {}, shown: "" };
  const isReported = () => Boolean(app.knobs.machine?.reported);
  const hasOwn = () => typeof app.knobs.machine === "object" && !isReported();
  const ownSizes = () => {
    if (hasOwn()) return { ...app.knobs.machine };
    const sizes = {};
    for (const { label, present_pages: pages } of app.document.machine.zones) {
      const [kind, node = 0] = label.split("/");
      sizes[kind] = (sizes[kind] ?? 0) + pages / 256;
      if (node > 0) sizes.nodes = Number(node) + 1;
    }
    return sizes;
  };

  function ownForm() {
    const inputs = Object.entries(app.deck.own).map(([kind, [from, to]]) => {
      const name = app.t(kind === "nodes" ? "ownNodes" : "ownName", { kind, a: from, b: to });
      const input = h("input", { type: "number", min: from, max: to, step: 1, "aria-label": name, title: name,
        placeholder: kind === "nodes" ? "1" : "–", disabled: locked(),
        on: { input: () => { own.typed[kind] = input.value; }, keydown: (event) => event.key === "Enter" && make() } });
      return [kind, input];
    });
    const make = () => app.ask.patch({ machine: Object.fromEntries(Object.entries(own.typed)
      .filter(([, value]) => value !== "" && value !== undefined).map(([kind, value]) => [kind, Number(value)])) });
    const node = h("div", { class: "v own", role: "group", "aria-label": app.t("ownHint"), title: app.t("ownHint") },
      inputs.map(([kind, input]) => h("label", {}, kind === "nodes" ? app.t("nodesWord") : kind, input)), "MB",
      h("button", { type: "button", class: "solo", disabled: locked(), on: { click: make } }, app.t("buildIt")));
    controls.own = () => {
      node.hidden = !own.open && !hasOwn();
      const now = hasOwn() ? JSON.stringify(app.knobs.machine) : "";
      if (now && now !== own.shown) own.typed = ownSizes();
      own.shown = now || own.shown;
      for (const [kind, input] of inputs) {
        const value = String(own.typed[kind] ?? "");
        if (document.activeElement !== input && input.value !== value) input.value = value;
      }
    };
    return [h("span"), node];
  }

  function machineLine({ label }) {
    const choose = select("machine", said(label),
      [...app.deck.machines.map(([id, name]) => [id, said(name)]), ...app.deck.own ? [["own", app.t("ownSizes")]] : [],
        ...isReported() ? [["reported", app.t("reportedMachine")]] : []],
      (id) => {
        own.open = id === "own";
        if (own.open && !hasOwn()) own.typed = ownSizes();
        if (own.open) for (const update of Object.values(controls)) update();
        else if (id !== "reported") app.ask.patch({ machine: id });
      }, () => (own.open || hasOwn() ? "own" : isReported() ? "reported" : app.knobs.machine));
    const sliders = shown("slider").map(({ name, label: beside, title, most }) =>
      labelled(said(beside), slider(name, said(title), most, () => app.knobs[name])));
    return [row(said(label), choose, sliders),
    app.deck.own ? ownForm() : null];
  }

  function build() {
    controls = {};
    return [
      h("div", { class: "gfp" }, shown("mask").map(maskLine), app.deck.bits.map(bitGroup),
        app.deck.note ? h("p", { class: "fixed" }, app.deck.note[sideOf(app.lang)])
          : app.live ? null : h("p", { class: "fixed" }, app.t("noPython"))),
      h("div", { class: "kn" }, shown("order").map(orderLine), // a scripted run has no knobs of memory
        switches(app.t("whoAsks"), "who", shown("switch", ({ part }) => part === "who")),
        shown("track").map(pressureLine), shown("choice").map(choiceLine), shown("machine").map(machineLine),
        switches("", "more", shown("switch", ({ part }) => part !== "who"))),
    ];
  }

  function show() {
    el.hidden = !app.switches.deckOpen;
    el.setAttribute("aria-label", app.t("knobs"));
    const { controls: knobs, presets, bits, machines, pressure } = app.deck;
    keyed(el, JSON.stringify([app.lang, app.live, knobs, presets, bits, machines, pressure?.zone,
      app.deck.note, isReported()]), build);
    for (const update of Object.values(controls)) update();
  }
  return { el, show };
}
