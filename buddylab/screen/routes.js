// Where the edges of the ladder run.
/** @import { Edge, Text } from "./types" */

/** Edges of the ladder with the side and lane to draw them in, from text.chart ([from, to] pairs, to null = NULL).
 *  @param {string[]} stages @param {Text["chart"]} chart @returns {Edge[]} */
export function routeEdges(stages, chart) {
  /** @param {string | null} stage */
  const at = (stage) => stages.indexOf(stage ?? "");
  const ends = stages.slice(-2);
  const edges = chart.map(/** @returns {Edge} */ ([from, to]) => {
    const span = to === null ? 0 : at(to) - at(from);
    if (to === null) return { from, to, kind: "null" };
    if (span === 1) return { from, to, kind: "rail" };
    if (span <= 0) return { from, to, kind: span ? "loop" : "self", lane: 0 };
    return { from, to, kind: ends.includes(to) ? "end" : "skip", lane: ends.indexOf(to) };
  });
  const skips = edges.filter((edge) => edge.kind === "skip").sort((a, b) => at(a.to) - at(a.from) - at(b.to)
    + at(b.from));
  /** @type {[number, number][]} */
  const taken = [];
  for (const edge of skips) { // short skips run between node and name, if no other one is there; the rest go left
    const clash = taken.some(([from, to]) => at(edge.from) < to && from < at(edge.to));
    edge.kind = clash || at(edge.to) - at(edge.from) > 2 ? "skip-left" : "skip-right";
    if (edge.kind === "skip-right") taken.push([at(edge.from), at(edge.to)]);
  }
  edges.filter((edge) => edge.kind === "skip-left").sort((a, b) => at(a.to) - at(a.from) - at(b.to) + at(b.from))
    .forEach((edge, lane) => { edge.lane = lane; }); // the longer goes round the shorter
  const loops = edges.filter((edge) => edge.kind === "loop");
  loops.sort((a, b) => at(a.from) - at(a.to) - (at(b.from) - at(b.to))).forEach((edge, lane) => { edge.lane = lane; });
  return edges;
}
