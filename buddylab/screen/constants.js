// The numbers and small tables that the screen is drawn with. What the kernel says stands in kernel.js.
export const SNAPSHOT_EVERY = 50; //        frames between two kept states: scrubbing replays at most this many
export const MAX_ROWS = 6; //               rows that Why shows at once; more are folded
export const STACKED = 560;
export const WIDE = 1000; // px of the widget, not of the window; the same numbers stand in explorer.css
export const TICK_ROOM = 9; //              px that a tick of the time line takes; of two nearer ones the stronger stays
export const ANSWER_MS = 4000; //           how long to wait for Python before saying that it is silent
export const SETTLE_MS = 100; //           after a new run is drawn, Python is told where the screen stands
export const AWAY_MS = 500; //             how long the verdict stands before the search for what would turn it begins
export const FRAME_MS = 900; //             one step of Play at speed 1

/** @type {Record<string, string>} */
export const ICONS = {
  ok: "✓", no: "✗", wake: "▲", wait: "◷", warn: "!", kill: "☠", reclaim: "↺",
  "end-ok": "✓", "end-no": "✗", "end-loop": "∞",
};
/** @type {Record<string, string>} */
export const SHAPES = { // of a stage on the ladder: asks, tries, acts, ends; the others are small dots
  fault_injection: "asks", thisnode: "asks", rebalance: "asks", should_retry: "asks",
  restart: "tries", min_attempt: "tries", nofail_alloc: "tries", retry_after_reclaim: "tries", high_attempt: "tries",
  wake_kswapd: "acts", direct_reclaim: "acts", out_of_memory: "acts", nopage: "ends", got_pg: "ends",
};
/** @type {Record<string, number>} */
export const TICKS = { // how strong a tick is when there is no room for all; from ALWAYS on it is drawn whatever comes
  reclaim: 1, ok: 2, no: 2, warn: 3, wait: 4, wake: 4, kill: 4, "end-ok": 5, "end-no": 5, "end-loop": 5,
};
export const ALWAYS = 4;
export const THEMES = ["auto", "light", "dark"]; // auto follows JupyterLab, else the system
