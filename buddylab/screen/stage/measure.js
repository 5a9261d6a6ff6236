// How wide words are, near enough to lay them out without a page: a table of a wide common face, the narrow ones fit
// too.

/** Thousandths of the size by character. @type {Record<string, number>} */
const WIDTHS = {};
for (const [width, letters] of /** @type {[number, string][]} */ ([
  [222, "ijl'|"], [278, "ftI.,:;!/\\ []"], [333, "r()-·`"], [500, "ckJsvxyz"], [556, "abdeghnopquL0123456789?_#$"],
  [584, "+<>=~×−"], [611, "FTZ"], [667, "ABEKPSVXY&"], [722, "CDHNRUw"], [778, "GOQ"], [833, "mM½"], [944, "W"],
  [470, "^*\"°"], [560, "≥≤≠"], [890, "%"], [1000, "@→←↑↓…∞✓✗◆◇≈"],
])) for (const letter of letters) WIDTHS[letter] = width;
const LATIN = 560, WIDE = 1000, MONO = 610, BOLD = 1.1;

/** Is it one of the letters that stand in a square? @param {string} letter */
const square = (letter) => letter >= "\u2e80" && letter <= "\uffef";

/** Width in the units of the size. @param {string} text @param {number} size @param {{bold?: boolean, mono?:
 *  boolean}} [how] */
export function widthOf(text, size, { bold = false, mono = false } = {}) {
  let sum = 0;
  for (const letter of text) sum += square(letter) ? WIDE : mono ? MONO : WIDTHS[letter] ?? LATIN;
  return (sum * size * (bold && !mono ? BOLD : 1)) / 1000;
}

/** The largest of these texts (from long to short) that fits,
  or the last one. @param {number} width @param {number} size
 *  @param {string[]} texts @param {{bold?: boolean, mono?: boolean}} [how] */
export const fitting = (width, size, texts, how) => texts.find((text) => widthOf(text, size, how) <= width)
  ?? texts[texts.length - 1];

/** Lines of at most this width; a line breaks between words, in Chinese anywhere. @param {string} text
 *  @param {number} width @param {number} size @param {{bold?: boolean}} [how] @returns {string[]} */
export function wrapped(text, width, size, how) {
  const pieces = text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) ?? [text];
  const lines = [""];
  for (const piece of pieces) {
    if (lines[lines.length - 1] && widthOf((lines[lines.length - 1] + piece).trimEnd(), size,
      how) > width) lines.push("");
    lines[lines.length - 1] += piece;
  }
  return lines.map((line) => line.trimEnd());
}
