// The numbers and small tables that the screen is drawn with.
export const ORDERS = 11; //                the orders are 0..10
export const REMOVE = 0, ADD_HEAD = 1; //   ops of a change; 2 adds at the tail
export const SNAPSHOT_EVERY = 50; //        frames between two kept states: scrubbing replays at most this many
export const MAX_ROWS = 6; //               rows that Why shows at once; more are folded
export const WIDE = 1000, STACKED = 560; // px of the widget, not of the window; the same numbers stand in explorer.css
export const TICK_ROOM = 9; //              px that a tick of the time line takes; of two nearer ones the stronger stays
export const ANSWER_MS = 4000; //           how long to wait for Python before saying that it is silent
export const SETTLE_MS = 100; //           after a new run is drawn, Python is told where the screen stands
export const AWAY_MS = 500; //             how long the verdict stands before the search for what would turn it begins
export const FRAME_MS = 900; //             one step of Play at speed 1

export const ICONS = {
  ok: "✓", no: "✗", wake: "▲", wait: "◷", warn: "!", kill: "☠", reclaim: "↺",
  "end-ok": "✓", "end-no": "✗", "end-loop": "∞",
};
export const SHAPES = { // of a stage on the ladder: asks, tries, acts, ends; the others are small dots
  fault_injection: "asks", thisnode: "asks", rebalance: "asks", should_retry: "asks",
  restart: "tries", min_attempt: "tries", nofail_alloc: "tries", retry_after_reclaim: "tries", high_attempt: "tries",
  wake_kswapd: "acts", direct_reclaim: "acts", out_of_memory: "acts", nopage: "ends", got_pg: "ends",
};
export const TICKS = { // how strong a tick is when there is no room for all; from ALWAYS on it is drawn whatever comes
  reclaim: 1, ok: 2, no: 2, warn: 3, wait: 4, wake: 4, kill: 4, "end-ok": 5, "end-no": 5, "end-loop": 5,
};
export const ALWAYS = 4;
export const THEMES = ["auto", "light", "dark"]; // auto follows JupyterLab, else the system
export const ALLOC_FLAGS = ["NO_WATERMARKS", "WMARK_MIN", "WMARK_LOW", "WMARK_HIGH", "HARDER", "HIGH", "CPUSET"];
export const EVENT_ARGS = { // names of an event's arguments, as in kernel-traces/FORMAT.md; "=" is the value returned
  might_sleep_if: ["wait"], should_fail: ["size", "=", "times", "space", "count"],
  get_page_from_freelist: ["gfp_mask", "order", "alloc_flags", "classzone_idx"],
  zone_watermark_ok: ["zone", "order", "mark", "classzone_idx", "alloc_flags", "="],
  cpuset_zone_allowed_softwall: ["zone", "gfp_mask", "="], cpuset_zone_allowed_hardwall: ["zone", "gfp_mask", "="],
  zone_reclaim: ["zone", "gfp_mask", "order", "="], rmqueue_bulk: ["zone", "order", "batch"],
  __rmqueue: ["zone", "order", "block", "="], buffered_rmqueue: ["zone", "order", "cold", "="],
  wakeup_kswapd: ["zone", "order"], wake_up_interruptible: ["node", "kswapd_max_order"],
  try_to_free_pages: ["gfp_mask", "PF_MEMALLOC", "="], out_of_memory: ["gfp_mask", "order"],
  congestion_wait: ["rw", "timeout"], printk_ratelimit: ["="], printk: ["order", "gfp_mask"],
  free_hot_cold_page: ["zone", "pfn", "cold"], free_pages_bulk: ["zone", "count", "order"],
  __free_pages_ok: ["zone", "pfn", "order"], __free_one_page: ["zone", "pfn", "order", "head", "merged"],
};
export const USED = { // letters of the address strip
  K: "kernel", A: "anon", C: "cache", P: "percpu", H: "hole", R: "reserved", "?": "unknown",
};
export const TAKES = ["__rmqueue", "buffered_rmqueue"]; // events that hand out a block; [4] is its pfn
export const CONTEXT = ["in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE"];
