// Making and changing nodes.

/** Attributes, and listeners by type.
 *  @typedef {{ on?: Record<string, (event: any) => void>, [name: string]: any }} Attrs */

/** @template {Element} N @param {N} node @param {Attrs | null | undefined} attrs @param {any[]} children
 *  @returns {N} */
export function put(node, attrs, children) {
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name,
      value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
/** @template {keyof HTMLElementTagNameMap} K @param {K} name @param {Attrs | null} [attrs]
 *  @param {...any} children @returns {HTMLElementTagNameMap[K]} */
export const h = (name, attrs, ...children) => put(document.createElement(name), attrs, children);
/** @template {keyof SVGElementTagNameMap} K @param {K} name @param {Attrs | null} [attrs]
 *  @param {...any} children @returns {SVGElementTagNameMap[K]} */
export const s = (name, attrs, ...children) => put(document.createElementNS("http://www.w3.org/2000/svg", name), attrs,
  children);

/** @type {WeakMap<Element, unknown>} */
export const keys = new WeakMap();
/** Make the children of a node anew only if the key has changed: what has not changed keeps its nodes.
 *  @param {Element} node @param {unknown} key @param {() => any} make */
export function keyed(node, key, make) {
  if (keys.get(node) === key) return;
  keys.set(node, key);
  node.replaceChildren(...[make()].flat(Infinity).filter(Boolean));
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @param {string} id */
export function patterns(id) {
  return s("svg", { width: 0, height: 0, class: "defs", "aria-hidden": "true" }, s("defs", {},
    s("pattern", { id: `${id}-hatch`, width: 5, height: 5, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)" },
      s("rect", { width: 5, height: 5, fill: "var(--bg)" }),
      s("line", { y2: 5, stroke: "var(--ink3)", "stroke-width": 1.6 })),
    s("pattern", { id: `${id}-cross`, width: 6, height: 6, patternUnits: "userSpaceOnUse" },
      s("rect", { width: 6, height: 6, fill: "var(--bg)" }),
        s("path", { d: "M0 0L6 6M6 0L0 6", stroke: "var(--resv)" })),
    s("pattern", { id: `${id}-dots`, width: 4, height: 4, patternUnits: "userSpaceOnUse" },
      s("rect", { width: 4, height: 4, fill: "var(--use3)" }),
        s("circle", { cx: 1, cy: 1, r: 0.8, fill: "var(--use1)" })),
    s("pattern", { id: `${id}-lines`, width: 4, height: 4, patternUnits: "userSpaceOnUse" },
      s("rect", { width: 4, height: 4, fill: "var(--bg2)" }), s("path", { d: "M0 2H4", stroke: "var(--use2)" }))));
}

/** @param {boolean} ok */
export function bigMark(ok) {
  const d = ok ? "M4 13l5.5 6L20 5" : "M5 5l14 14M19 5L5 19";
  return s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 3.6 }));
}

/** Shape of a stage, centred on 0,0: the one grammar for ladder, legend and ways on.
 *  @param {string | undefined} kind @returns {SVGElement} */
export function stageShape(kind) {
  if (kind === "asks") return s("path", { class: "dot", d: "M0 -7L7 0L0 7L-7 0Z" });
  if (kind === "acts") return s("rect", { class: "dot", x: -5.5, y: -5.5, width: 11, height: 11 });
  if (kind === "ends") return s("rect", { class: "dot", x: -8, y: -5.5, width: 16, height: 11, rx: 5.5 });
  return s("circle", { class: "dot", r: kind === "tries" ? 6 : 3.8 });
}

/** A name for ids and radio groups that no other explorer of the page has: each may come from its own Blob. */
export const uniqueId = () => `bl${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
