// The picture as a tree of plain objects: drawn into the page, or written as text, from the same tree.

/** @typedef {{tag: string, attrs: Record<string, string | number | null | undefined>, kids: Tree[], text?: string}}
 *  Tree */
/** @typedef {Record<string, string | number | null | undefined>} Attrs */
/** @typedef {Tree | null | undefined | false | Kids[]} Kids */

const SVG = "http://www.w3.org/2000/svg";

/** One decimal is enough for a picture, and keeps it small. @param {number} value */
export const tenth = (value) => Math.round(value * 10) / 10;

/** The trees in order, whatever the nesting and the gaps. @param {Kids[]} kids @returns {Tree[]} */
export function flatten(kids) {
  /** @type {Tree[]} */
  const out = [];
  for (const kid of kids) {
    if (Array.isArray(kid)) out.push(...flatten(kid));
    else if (kid) out.push(kid);
  }
  return out;
}

/** @param {string} tag @param {Attrs} attrs @param {Kids[]} kids @returns {Tree} */
export const node = (tag, attrs, ...kids) => ({ tag, attrs, kids: flatten(kids) });

/** @param {Kids} kids @param {Attrs} [attrs] */
export const group = (kids, attrs = {}) => node("g", attrs, kids);

/** @param {number} x @param {number} y @param {Kids} kids @param {Attrs} [attrs] */
export const moved = (x, y, kids, attrs = {}) => node("g", { transform: `translate(${tenth(x)},${tenth(y)})`,
  ...attrs },
  kids);

/** @param {number} x @param {number} y @param {number} width @param {number} height @param {Attrs} [attrs] */
export const box = (x, y, width, height, attrs = {}) => node("rect", { x: tenth(x), y: tenth(y),
  width: tenth(Math.max(0, width)), height: tenth(Math.max(0, height)), ...attrs });

/** @param {number} cx @param {number} cy @param {number} r @param {Attrs} [attrs] */
export const disc = (cx, cy, r, attrs = {}) => node("circle", { cx: tenth(cx), cy: tenth(cy),
  r: tenth(Math.max(0, r)), ...attrs });

/** A path of absolute or relative commands; numbers are rounded. @param {(string | number)[]} parts @param {Attrs}
 *  attrs */
export const pen = (parts, attrs) => node("path", { fill: "none",
  d: parts.map((part) => (typeof part === "number" ? tenth(part) : part)).join(" "), ...attrs });

/** A label: words never take part in layout, so they carry their own size. @param {number} x @param {number} y
 *  @param {string | number} text @param {Attrs} [attrs] @returns {Tree} */
export const words = (x, y, text, attrs = {}) => ({ tag: "text", kids: [], text: String(text),
  attrs: { x: tenth(x), y: tenth(y), ...attrs } });

/** @param {unknown} value */
const escaped = (value) => String(value).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
  .replace(/"/g, "&quot;");

/** The tree as SVG text. @param {Tree} tree @returns {string} */
export function treeText({ tag, attrs, kids, text }) {
  const given = Object.entries(attrs).filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`).join("");
  return `<${tag}${given}>${text === undefined ? kids.map(treeText).join("") : escaped(text)}</${tag}>`;
}

/** All trees of a tree, itself first. @param {Tree} tree @returns {Generator<Tree>} */
export function* everyNode(tree) {
  yield tree;
  for (const kid of tree.kids) yield* everyNode(kid);
}

/** What was drawn into each element last, so that only what changed is touched. @type {WeakMap<Element, Tree>} */
const drawn = new WeakMap();

/** Make an element look like the tree. @param {Element} element @param {Tree} tree */
export function drawTree(element, tree) {
  const before = drawn.get(element), old = before?.attrs ?? {};
  if (before === tree) return;
  for (const name in old) if (tree.attrs[name] === null
    || tree.attrs[name] === undefined) element.removeAttribute(name);
  for (const name in tree.attrs) {
    const value = tree.attrs[name];
    if (value !== null && value !== undefined && old[name] !== value) element.setAttribute(name, String(value));
  }
  drawn.set(element, tree);
  if (tree.text !== undefined) {
    if (element.textContent !== tree.text) element.textContent = tree.text;
    return;
  }
  drawKids(element, tree.kids);
}

/** @param {Element} parent @param {Tree[]} kids */
function drawKids(parent, kids) {
  kids.forEach((kid, at) => {
    const here = parent.childNodes[at];
    let element = here instanceof Element && here.nodeName === kid.tag ? here : null;
    if (!element) {
      element = document.createElementNS(SVG, kid.tag);
      if (here) parent.replaceChild(element, here);
      else parent.append(element);
    }
    drawTree(element, kid);
  });
  while (parent.childNodes.length > kids.length) parent.lastChild?.remove();
}
