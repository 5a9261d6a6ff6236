// Who is on the stage at every beat, and what each is doing: from what the frames say of them.

/** @typedef {import("./types.js").Doc} Doc */
/** @typedef {import("./types.js").Beat} Beat */

/** Write each beat's cast. @param {Doc} doc @param {Beat[]} beats */
export function castOf(doc, beats) {
  /** @type {import("./types.js").Cast["kswapd"]} */
  let kswapd = "asleep";
  beats.forEach((beat, at) => {
    const was = kswapd, frame = doc.frames[beat.frame];
    if (beat.kind === "wake" && kswapd === "asleep") kswapd = "awake";
    if (frame?.by?.startsWith("kswapd")) kswapd = "works";
    else if (kswapd === "works" && !beat.depth && frame && !frame.note) kswapd = "awake";
    beat.cast = { caller: callerAt(doc, beats, at), kswapd, was };
    const leaves = beats[at + 1]?.frame !== beat.frame;
    if (leaves && frame?.asleep?.length) kswapd = "asleep";
  });
}

/** @param {Doc} doc @param {Beat[]} beats @param {number} at @returns {import("./types.js").CallerState} */
function callerAt(doc, beats, at) {
  const { kind, stage } = beats[at], frame = doc.frames[beats[at].frame];
  if (kind === "end") return /** @type {const} */ ({ page: "has", no_page: "none", livelock: "round",
    freed: "gone" })[doc.end];
  if (doc.end === "freed") return "gives";
  if (sleepsAt(doc, beats[at])) return "sleeps";
  if (stage === "direct_reclaim" && frame?.say !== "reclaim_progress" && frame?.say !== "reclaim_none") return "frees";
  return "asks";
}

/** While others have the CPU: in congestion_wait, after a kill, and while a note tells of another task's work.
 *  @param {Doc} doc @param {Beat} beat */
function sleepsAt(doc, { frame, stage, depth }) {
  const here = doc.frames[frame];
  if (!here) return false;
  if (here.event?.[0] === "congestion_wait") return true;
  if (here.note && here.by && here.by !== "caller") return true;
  if (here.note === "holds") return true;
  return stage === "should_retry" && (Boolean(here.note) || depth > 0 || String(here.event?.[0]).startsWith("nested"));
}
