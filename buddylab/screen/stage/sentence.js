// What is said at each beat: the run's own sentence, or the stage's for a part of a movement. Never before it is seen.

/** @typedef {import("./types.js").Look} Look */

const KNOWN = 0.88;
/** Beats that say more than their frame does. @type {Record<string, (look: Look) => string>} */
const OWN = {
  open: ({ t }) => t("nothingYet"),
  take: ({ t, beat, doc }) => t("takeSay", { zone: doc.machine.zones[beat.zone].label, from: beat.from }),
  halve: ({ t, beat }) => t("halveSay", { b: beat.upper ?? 0, o: beat.o }),
  yours: ({ t, beat }) => t("yoursSay", { n: 1 << beat.o, a: beat.pfn }),
  join: ({ t, beat }) => t("joinSay", { a: beat.pfn, b: beat.buddy, o: beat.o + 1 }),
  strip: ({ t, beat: { lost } }) => t("growSay", { o: lost.order, own: lost.pfn, size: 1 << lost.order,
    b: lost.buddy }),
  page: ({ t, beat, doc }) => t("pageSay", { zone: doc.machine.zones[beat.zone].label, n: beat.n, of: beat.of,
    o: beat.from }),
};

/** The sentence of this moment. still: nothing moves, so all is known. @param {Look} look @param {boolean} still */
export function sentenceAt(look, still) {
  const { beat, doc, p, t, say } = look, own = OWN[beat.kind];
  if (own) return own(look);
  if (beat.kind === "row" && p < KNOWN && !still) {
    const zone = doc.machine.zones[beat.zone].label;
    return `${zone}, ${beat.row ? t("orderFrom", { o: beat.row }) : t("anySize")}: …`;
  }
  if (beat.kind === "end" && p < 0.4 && !still) return "…";
  if (beat.kind === "choose" && p < 0.25 && !still) return say("oom");
  return say(beat.say, beat.args);
}

/** The sign before the sentence, once it is deserved. @param {Look} look @param {Record<string, string>} signs @param
 *  {boolean} still */
export function signAt({ beat, p }, signs, still) {
  if (beat.kind === "open") return { sign: "?", mood: "" };
  if (beat.kind === "end" && p < 0.4 && !still) return { sign: "…", mood: "" };
  const known = beat.kind !== "row" || p > KNOWN || still;
  return known && signs[beat.mood] ? { sign: signs[beat.mood], mood: beat.mood } : { sign: "›", mood: "" };
}
