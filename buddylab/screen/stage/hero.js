// The one number of this step: the inequality, the equality, how many pages.
import { whoAsks } from "./actors.js";
import { fitting, widthOf } from "./measure.js";
import { part, spoken } from "./motion.js";
import { rowNumbers } from "./scene_tests.js";
import { pen, words } from "./tree.js";
import { COLD, HOT } from "./types.js";

/** @typedef {import("./types.js").Look} Look */
/** @typedef {import("./types.js").Test} Test */
/** A piece of the large line: text, how it is coloured, how large (1 = full). @typedef {[string, string?, number?]}
 *  Piece */
/** @typedef {{big: Piece[], small: string[]}} Hero */

const KNOWN = 0.88;

/** What stands behind the inequality. @param {Look} look @param {import("./types.js").Row} row @returns {Piece[]} */
function outcome({ t }, row) {
  if (row.slip) return [[t("unsigned"), "ink2", 0.42]];
  const why = row.ok ? t("holds") : row.f < 0 ? t("fewer") : row.f === row.m ? t("equal") : t("short",
    { n: row.m - row.f + 1 });
  return [[row.ok ? "✓" : "✗", row.ok ? "ok" : "no", 0.8], [why, row.ok ? "ok" : "no", 0.42]];
}

/** The two sides written out, in long and short. @param {Look} look @param {Test} test @param
 *  {import("./types.js").Row} row */
export function spelled({ t, doc }, test, row) {
  const size = 1 << test.order, { o, above } = row, lowered = test.chain.length ? test.chain[test.chain.length - 1][1]
    : test.mark;
  const name = `${doc.machine.zones[test.zone].label} · ${test.own ? t("ownTest") : test.mark_name || t("noMark")}`;
  if (row.f < 0) return [`${name}: ${spoken(above)} < ${spoken(size)}`];
  const left = t(o ? "spellBlocks" : "spellAll", { above, o, size });
  const right = o ? t(o === 1 ? "spellOnce" : o === 2 ? "spellTwice" : "spellTimes", { mark: lowered, o })
    : t(test.reserve ? "spellReserve" : "spellMark", { mark: lowered, reserve: test.reserve });
  return [`${name}: ${left} > ${right}`, `${left} > ${right}`, `${spoken(above)} − ${size} + 1 > ${spoken(row.m)}`];
}

/** @param {Look} look @returns {Hero} */
function rowHero(look) {
  const { doc, beat, p } = look, test = /** @type {Test} */ (doc.frames[beat.frame].test), row = test.rows[beat.row];
  const { have, goal, few } = rowNumbers(test, beat.row, p), told = beat.row > 0 || p > 0.42;
  return { big: [[spoken(have)], [few ? "<" : ">", "ink3"], [told ? spoken(goal) : "…", told ? "ink" : "ink3"],
    ...(p > KNOWN ? outcome(look, row) : [/** @type {Piece} */ (["?", "ink3", 0.7])])], small: spelled(look, test,
      row) };
}

/** Sizes of the block, the one that is at hand marked. @param {number} from @param {number} to @param {number} now */
const chain = (from, to, now) => Array.from({ length: Math.abs(from - to) + 1 }, (_,
  n) => from + Math.sign(to - from) * n)
  .map((order) => (order === now ? `[${1 << order}]` : `${1 << order}`)).join(" · ");

/** @param {string} nth @param {string} sizes */
const withChain = (nth, sizes) => [`${nth}: ${sizes}`, nth];
/** 939 → 470 → 353. @param {any} one a zone's mark and how it is lowered */
const fallOf = (one) => [one.mark, ...one.chain.map((/** @type {any[]} */ step) => step[1])].map(spoken).join(" → ");

/** @type {Record<string, (look: Look) => Hero>} */
const HEROES = {
  row: rowHero,
  strip: ({ t, beat, p, doc, ...rest }) => {
    const { pfn, order, buddy } = beat.lost, test = /** @type {Test} */ (doc.frames[beat.frame].test);
    return { big: [[spoken(pfn)], ["^", "ink3"], [spoken(1 << order)], ["=", "ink3"], [p > 0.45 ? spoken(buddy) : "…"],
      ...(p > 0.7 ? /** @type {Piece[]} */ ([["✗", "no", 0.8], [t("cannotGrow"), "no", 0.42]]) : [])],
    small: spelled({ t, beat, p, doc, ...rest }, test, test.rows[beat.row]) };
  },
  flags: ({ doc, beat, p, t }) => {
    const [first, ...others] = doc.frames[beat.frame].chains ?? [], values = [first.mark,
      ...first.chain.map((/** @type {any[]} */ one) => one[1])];
    const told = values.slice(0, beat.link + (p > 0.6 || !beat.link ? 1 : 0)), zones = doc.machine.zones;
    return { big: told.flatMap((v, n) => /** @type {Piece[]} */ ([...(n ? [["→", "ink3"]] : []), [spoken(v),
      n === told.length - 1 ? "ink" : "ink3"]])),
    small: [[first, ...others].map((one) => `${zones[one.zone].label} ${one.mark_name} ${fallOf(one)}`).join("   ·   "),
      t("lowers")] };
  },
  take: ({ beat, t }) => ({ big: [[spoken(1 << beat.from)], [t("pages"), "ink2", 0.42]],
    small: [chain(beat.from, beat.yours, beat.from)] }),
  halve: ({ beat, p, t }) => ({ big: [[spoken(2 << beat.o)], ["=", "ink3"], ...(p > 0.2
    ? /** @type {Piece[]} */ ([[spoken(1 << beat.o)], ["+", "ink3"],
    [spoken(1 << beat.o), "free"]]) : [/** @type {Piece} */ (["…", "ink3"])])],
  small: [`${t("halving", { n: beat.n, of: beat.of })}: ${chain(beat.from, beat.yours, beat.o)}`, t("halving",
    { n: beat.n, of: beat.of })] }),
  yours: ({ beat, t }) => ({ big: [[spoken(1 << beat.o), "ok"], ["✓", "ok", 0.8], [t("yours"), "ok", 0.42]],
    small: [`pfn ${spoken(beat.pfn)}`] }),
  give: ({ beat, t }) => ({ big: [[spoken(1 << (beat.o ?? beat.args.order ?? 0))], [t("pages"), "ink2", 0.42]],
    small: [`pfn ${spoken(beat.pfn ?? beat.args.pfn ?? 0)}`] }),
  join: ({ beat, p, t }) => ({ big: [[spoken(1 << beat.o)], ["+", "ink3"], [p > 0.3 ? spoken(1 << beat.o) : "…",
    "free"], ["=", "ink3"],
    [p > 0.75 ? spoken(2 << beat.o) : "…"]],
    small: withChain(t("joining", { n: beat.n, of: beat.of }), chain(beat.from, beat.to, p > 0.75 ? beat.o + 1
      : beat.o)) }),
  list: ({ beat, t }) => ({ big: [[spoken(1 << beat.o)], [t("pages"), "ink2", 0.42]],
    small: [t("blockAt", { o: beat.o, n: 1 << beat.o, pfn: beat.pfn })] }),
  page: ({ beat, p, t }) => ({ big: [[spoken(beat.before[beat.zone].n[beat.list] + Number(p > 0.85))],
    [t("cpuList", { side: t(beat.list === COLD ? "cold" : "hot") }), "ink2", 0.42]],
    small: [t("pageN", { n: beat.n, of: beat.of })] }),
  drain: ({ beat, t }) => ({ big: [[spoken(beat.before[beat.zone].n[beat.from] - 1)], [t("perCpu"), "ink2", 0.42]],
    small: [t("pageN", { n: beat.n, of: beat.of })] }),
  take1: ({ beat, t }) => {
    const n = beat.list >= HOT ? 1 : 1 << (beat.list ?? 0);
    return { big: [[spoken(n), "ok"], [t(n === 1 ? "page" : "pages"), "ok", 0.42]],
      small: [`pfn ${spoken(beat.pfn ?? 0)}`] };
  },
  freed: (look) => countedUp(look, look.t(`kind${kindName(look)}`)),
  comeBack: (look) => ({ big: [[`+${spoken(Math.round(gained(look) * part(look.p, 0.3, 0.95)))}`, "free"],
    [look.t("pages"), "ink2", 0.42]], small: [look.t("cameBack")] }),
  exit: (look) => countedUp(look, look.t("kindExit")),
  write: (look) => stays(look), stay: (look) => stays(look),
  holds: (look) => ({ big: [[spoken(look.beat.args.pages ?? 0)], [look.t("pages"), "ink2", 0.42]],
    small: [look.t("holdsStill", { n: look.beat.args.pages ?? 0 })] }),
  choose: (look) => victim(look, ""),
  kill: (look) => victim(look, look.p > 0.45 ? look.t("stillUsed", { n: look.beat.pages }) : ""),
  lineup: ({ t }) => ({ big: [["out_of_memory()", "ink", 0.62]], small: [`min ✗ · high ✗ · ${t("badness")}`] }),
  sleep: ({ beat, t }) => ({ big: [[t("ms", { n: beat.args.ms ?? 20 })], [t("atMost"), "ink2", 0.42]],
    small: [t("meanwhile")] }),
  wake: ({ doc, beat, p, t }) => ({ big: [[t(beat.cast.was !== "asleep" ? "isWoken" : p > 0.5 ? "wakes" : "sleepsYet"),
    "ink", 0.62]],
    small: [doc.machine.zones[beat.zone]].map(({ label, pages_low: low }) => (
      `${label}: ${spoken(beat.before[beat.zone].free)} · low ${spoken(low)}`)) }),
  reclaim: ({ doc, beat, say }) => {
    const conds = doc.frames[beat.frame].conds ?? [], told = conds.map(([code, value]) => `${code} = ${Number(value)}`);
    return { big: [["try_to_free_pages()", "ink", 0.62]],
      small: [conds.map(([, , key], n) => `${told[n]}: ${say(key)}`).join("  ·  "), told.join("  ·  ")] };
  },
  look: ({ doc, beat, t }) => {
    const mark = doc.frames[beat.frame].conds?.find(([code]) => code === "mark")?.[1] ?? "–";
    return { big: [[mark === "–" ? t("noMark") : mark, "ink", 0.62]], small: ["get_page_from_freelist()"] };
  },
  gate: ({ doc, beat, say }) => {
    const [code, value, key, args] = doc.frames[beat.frame].conds?.[0] ?? ["", "", ""];
    return { big: [[`${code} = ${typeof value === "number" ? spoken(value) : Number(value)}`.replace("NaN",
      String(value)), "ink", 0.62]], small: [key ? say(key, args) : ""] };
  },
  nested: ({ t }) => ({ big: [[t("nested"), "ink", 0.5]], small: [""] }),
  nestedDone: ({ t }) => ({ big: [[t("nestedDone"), "ink", 0.5]], small: [""] }),
  end: (look) => ending(look),
};
HEROES.report = HEROES.gate;

/** @param {Look} look */
function kindName({ doc, beat }) {
  const kind = doc.frames[beat.frame].note ?? "clean";
  return `${kind[0].toUpperCase()}${kind.slice(1)}`;
}
/** @param {Look} look */
const gained = ({ beat }) => beat.after.reduce((sum, zone, at) => sum + Math.max(0, zone.free - beat.before[at].free),
  0);
/** @param {Look} look @param {string} what @returns {Hero} */
function countedUp({ doc, beat, p, t }, what) {
  const { by } = doc.frames[beat.frame], who = !by ? ""
    : ` · ${by === "caller" ? t("byCaller") : t("byTask", { who: by })}`;
  return { big: [[`+${spoken(Math.round((beat.args.pages ?? 0) * part(p, 0.3, 0.95)))}`, "free"], [what, "ink2", 0.42]],
    small: [`${doc.machine.zones[beat.zone].label} · ${t("cameBack")}${who}`] };
}
/** @param {Look} look @returns {Hero} */
function stays({ doc, beat, t }) {
  const why = `why_${doc.frames[beat.frame].note}`.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return { big: [[spoken(beat.args.pages ?? 0)], [t("stay"), "ink2", 0.42]],
    small: [`${doc.machine.zones[beat.zone].label} · ${t(why)}`] };
}
/** @param {Look} look @param {string} small @returns {Hero} */
function victim({ doc, beat, t }, small) {
  const found = doc.frames.slice(0,
    beat.frame + 1).findLast(({ badness }) => badness)?.badness?.find(([comm]) => comm === beat.victim);
  return { big: [[String(beat.victim)], ...(found ? [/** @type {Piece} */ ([t("points", { n: found[1] }), "ink2",
    0.42])] : [])], small: [small] };
}
/** @param {Look} look @returns {Hero} */
function ending(look) {
  const { doc, beat, t } = look, test = doc.frames[doc.frames[beat.frame].decides ?? -1]?.test,
    row = test?.rows[test.rows.length - 1];
  const pages = spoken(1 << doc.request.order);
  if (doc.end === "livelock") return { big: [["∞"], [t("rounds", { n: beat.args.rounds ?? 0 }), "ink2", 0.42]],
    small: [""] };
  if (doc.end === "freed") return { big: [[spoken(beat.args.asked ?? 1), "ok"], ["✓", "ok", 0.8]], small: [""] };
  if (!test || !row) return { big: [doc.end === "page" ? [pages, "ok"] : ["0", "no"], [t("pages"), "ink2", 0.42]],
    small: [t(whoAsks(doc))] };
  const few = row.f < 0;
  return { big: [[spoken(few ? row.above : row.f)], [few ? "<" : ">", "ink3"], [spoken(few ? 1 << test.order : row.m)],
    ...outcome(look, row)],
    small: spelled(look, test, row) };
}

/** What the hero says at this moment. @param {Look} look @returns {Hero} */
export function heroOf(look) {
  const { beat, doc } = look, make = HEROES[beat.kind];
  if (make) return make(look);
  const name = doc.frames[beat.frame]?.event?.[0] ?? "stage";
  return { big: [[name === "stage" ? beat.stage : `${name}()`, "ink", 0.5]], small: [""] };
}

/** In its box, as large as it fits. @param {Look} look @param {number} w @param {number} h @returns
 *  {import("./tree.js").Kids} */
export function heroDrawn(look, w, h) {
  if (look.beat.kind === "open") return null;
  const { big, small } = heroOf(look), { c } = look, most = Math.min(46, h * 0.68), gap = 0.28;
  const width = (/** @type {number} */ size) => big.reduce((sum, [text, , share = 1]) => sum + widthOf(text,
    size * share, { bold: true }) + size * gap, 0);
  const size = Math.max(14, Math.min(most, (most * (w - 8)) / Math.max(1, width(most)))), base = Math.round(h * 0.6);
  let x = 4;
  return [big.map(([text, colour = "ink", share = 1]) => {
    const here = x;
    x += widthOf(text, size * share, { bold: true }) + size * gap;
    if (text === "✓" || text === "✗") return mark(c[text === "✓" ? "ok" : "no"], here, base, size * 0.5, text === "✓");
    return words(here, base, text, { "font-size": Math.round(Math.max(11, size * share) * 10) / 10,
      "font-weight": colour === "ink3" ? 400 : 700,
      fill: c[/** @type {keyof typeof c} */ (colour)] });
  }), words(4, h - 5, fitting(w - 8, 11.5, small), { "font-size": 11.5, fill: c.ink2 })];
}

/** @param {string} stroke @param {number} x @param {number} y @param {number} s @param {boolean} ok */
const mark = (stroke, x, y, s, ok) => pen(ok ? ["M", x, y - s * 0.6, "l", s * 0.5, s * 0.55, "l", s * 0.8, -s * 1.2]
  : ["M", x, y - s * 1.15, "l", s, s * 1.15, "m", 0, -s * 1.15, "l", -s, s * 1.15], { stroke,
    "stroke-width": Math.max(3, s * 0.2) });
