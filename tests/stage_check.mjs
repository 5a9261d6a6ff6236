// Every picture of the runs that Python hands over on stdin, at every size and in both languages: prints what is wrong.
import { readFileSync } from "node:fs";
import { beatsOf } from "../buddylab/screen/stage/beats.js";
import { gridOf } from "../buddylab/screen/stage/geometry.js";
import { widthOf } from "../buddylab/screen/stage/measure.js";
import { lettersIn, playingTime } from "../buddylab/screen/stage/pacing.js";
import { SCENES, picture, speaker } from "../buddylab/screen/stage/picture.js";
import { everyNode, treeText } from "../buddylab/screen/stage/tree.js";

const { documents, text, moments, sizes } = JSON.parse(readFileSync(0, "utf-8"));
const problems = [], kinds = {}, times = {};

/** All labels with their place, in units of the picture. */
function labels(tree, x = 0, y = 0, faint = false) {
  const [, dx = 0, dy = 0] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(tree.attrs.transform ?? "") ?? [];
  const left = x + Number(dx), top = y + Number(dy), pale = faint || tree.attrs.opacity < 0.5;
  if (tree.text === undefined) return tree.kids.flatMap((kid) => labels(kid, left, top, pale));
  const size = Number(tree.attrs["font-size"]), bold = tree.attrs["font-weight"] === 700;
  const w = tree.attrs.textLength ?? widthOf(tree.text, size, { bold, mono: tree.attrs["font-family"] === "monospace" });
  const anchor = { middle: 0.5, end: 1 }[tree.attrs["text-anchor"]] ?? 0, at = left + Number(tree.attrs.x) - w * anchor;
  return tree.text.trim() ? [{ text: tree.text, size, pale, x: at, w, y: top + Number(tree.attrs.y) - size * 0.74, h: size * 0.92 }] : [];
}
const touch = (a, b) => a.x + 0.5 < b.x + b.w && b.x + 0.5 < a.x + a.w && a.y + 1 < b.y + b.h && b.y + 1 < a.y + a.h;

function look(name, run, at, moment, how) {
  const tree = picture(run, at, moment, how), where = `${name} ${how.grid.name} ${how.lang} beat ${at} ${run.beats[at].kind} ${moment}`;
  const svg = treeText(tree), { scale, main } = how.grid;
  if (/NaN|undefined|Infinity|foreignObject|var\(/.test(svg)) problems.push(`${where}: ${/.{30}(NaN|undefined|Infinity|foreignObject|var\()/.exec(svg)?.[0]}`);
  const ids = [...everyNode(tree)].map(({ attrs }) => attrs.id).filter(Boolean);
  if (ids.some((id) => !String(id).startsWith(how.id)) || new Set(ids).size < ids.length) problems.push(`${where}: ids`);
  const all = labels(tree);
  for (const label of all) {
    if (label.size * scale < 11) problems.push(`${where}: "${label.text}" is ${label.size * scale} px`);
    if (label.x < -1 || label.x + label.w > main.w / scale + 1 || label.y < -2 || label.y + label.h > main.h / scale + 1) {
      problems.push(`${where}: "${label.text}" is cut`);
    }
  }
  if (moment === 1) all.forEach((a, i) => all.slice(i + 1).forEach((b) => {
    if (!a.pale && !b.pale && touch(a, b)) problems.push(`${where}: "${a.text}" on "${b.text}"`);
  }));
}

for (const [name, doc] of Object.entries(documents)) {
  for (const lang of ["en", "zh"]) {
    const { say } = speaker(text, lang), beats = beatsOf(doc, say), said = new Set();
    times[`${name} ${lang}`] = playingTime(beats);
    for (const [at, beat] of beats.entries()) {
      kinds[beat.kind] = (kinds[beat.kind] ?? 0) + 1;
      if (!(beat.kind in SCENES)) problems.push(`${name}: no scene for ${beat.kind}`);
      const isNew = beat.say && !said.has(beat.say) && beat.kind !== "open";
      said.add(beat.say);
      if (isNew && (beat.first || beat.kind === "row") && beat.ms < lettersIn(say(beat.say, beat.args)) * 15 - 1) problems.push(`${name} beat ${at}: too short to read`);
      if (beat.deciding && beat.ms < 2999) problems.push(`${name} beat ${at}: the deciding test takes ${beat.ms}`);
      for (const [width, lecture] of sizes) for (const moment of width === sizes[0][0] ? moments : [1]) {
        look(name, { doc, text, beats }, at, moment, { grid: gridOf(width, lecture), lang, theme: "light", id: "x" });
      }
    }
    if (beats.length && JSON.stringify(beats.at(-1).after.map(({ free }) => free)) !== JSON.stringify(doc.last)) problems.push(`${name}: the last counts`);
  }
}
console.log(JSON.stringify({ problems, kinds, times }));
