// The screen as a picture that stands alone: an SVG with the explorer's own nodes and its own style sheet in it.
import { h, s } from "./dom.js";

/** The style sheets of the page that speak of the explorer, as text. @param {Element} root */
function ownRules(root) {
  const home = root.getRootNode(), own = home instanceof ShadowRoot ? home.styleSheets : [];
  const sheets = [...document.styleSheets, ...own].filter((sheet) => !sheet.href);
  const rules = sheets.flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText));
  return [...new Set(rules)].filter((rule) => rule.includes(".bl")).join("\n");
}

/** What a copy of the nodes would forget: what is ticked, chosen and typed, and how far a panel is scrolled.
 *  @param {Element} from @param {Element} to */
function copyState(from, to) {
  /** @type {NodeListOf<any>} */
  const originals = from.querySelectorAll("*");
  /** @type {NodeListOf<any>} */
  const copies = to.querySelectorAll("*");
  originals.forEach((node, at) => {
    const copy = copies[at];
    if (node.matches("input")) {
      copy.toggleAttribute("checked", node.checked);
      copy.setAttribute("value", node.value);
    }
    if (node.matches("option")) copy.toggleAttribute("selected", node.selected);
    if (node.scrollTop > 0) {
      copy.style.overflow = "hidden";
      if (copy.firstElementChild) copy.firstElementChild.style.marginTop = `${-node.scrollTop}px`;
    }
  });
}

/** The whole screen as the text of an SVG that needs no other file. @param {HTMLElement} root */
export function svgOf(root) {
  const { offsetWidth: w, offsetHeight: tall } = root;
  const copy = /** @type {HTMLElement} */ (root.cloneNode(true));
  copyState(root, copy);
  copy.style.width = `${w}px`;
  const holder = s("foreignObject", { width: w, height: tall });
  holder.append(copy);
  const style = s("style");
  style.textContent = ownRules(root);
  const svg = s("svg", { width: w, height: tall, viewBox: `0 0 ${w} ${tall}` }, style, holder);
  return new XMLSerializer().serializeToString(svg);
}

/** Give the reader a file. @param {string} name @param {string} text @param {string} type */
export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
