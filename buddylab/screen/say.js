// Numbers and sentences as they are read.
/** @import { Args, Lang, Text } from "./types" */

const NUMBER = new Intl.NumberFormat("en-US");

/** 70053 -> "70,053", -975 -> "−975"; anything that is not a number as it is. @param {unknown} value */
export function fmt(value) {
  return typeof value === "number" ? NUMBER.format(value).replace("-", "−") : String(value ?? "");
}

/** Put args into the {name} places of a template; an argument may itself be [en, zh].
 *  @param {string} template @param {Args} args @param {Lang} lang */
export function fill(template, args = {}, lang = "en") {
  return template.replace(/\{(\w+)\}/g, (place, name) => {
    const value = args[name];
    if (value === undefined) return place;
    return fmt(Array.isArray(value) ? value[lang === "zh" ? 1 : 0] : value);
  });
}

/** The sentence of a key of text.say; a missing one shows itself as ⟨key⟩. An argument "@key" is a sentence itself.
 *  @param {Text["say"] | undefined} say @param {string | undefined} key @param {Args | undefined} args
 *  @param {Lang} lang @returns {string} */
export function sentence(say, key, args, lang) {
  if (!key) return "";
  const template = say?.[key]?.[lang === "zh" ? 1 : 0];
  if (template === undefined) return `⟨${key}⟩`;
  /** @param {any} value */
  const said = (value) => (typeof value === "string" && value[0] === "@" ? sentence(say, value.slice(1), {}, lang)
    : value);
  return fill(template, Object.fromEntries(Object.entries(args ?? {}).map(([name, value]) => [name, said(value)])),
    lang);
}
