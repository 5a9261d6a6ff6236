// Made by tools/javascript.py (make javascript) from buddylab/view/constants.py: change that, not this.
/** @type {number} */
export const ORDERS = 11;
/** @type {number[]} */
export const PAGES_OF = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];
/** @type {number} */
export const REMOVE = 0;
/** @type {number} */
export const ADD_HEAD = 1;
/** @type {[string, number][]} */
export const ALLOC_FLAGS = [["ALLOC_NO_WATERMARKS", 1], ["ALLOC_WMARK_MIN", 2], ["ALLOC_WMARK_LOW", 4],
  ["ALLOC_WMARK_HIGH", 8], ["ALLOC_HARDER", 16], ["ALLOC_HIGH", 32], ["ALLOC_CPUSET", 64]];
/** @type {Record<string, string[]>} */
export const EVENT_ARGS = {"might_sleep_if": ["wait"], "should_fail": ["size", "result", "times", "space", "count"],
  "get_page_from_freelist": ["gfp_mask", "order", "alloc_flags", "classzone_idx"], "cpuset_zone_allowed_softwall":
  ["zone", "gfp_mask", "result"], "zone_watermark_ok": ["zone", "order", "mark", "classzone_idx", "alloc_flags",
  "result"], "zone_reclaim": ["zone", "gfp_mask", "order", "value"], "rmqueue_bulk": ["zone", "order", "batch"],
  "__rmqueue": ["zone", "order", "block_order", "pfn"], "buffered_rmqueue": ["zone", "order", "cold", "pfn"],
  "wakeup_kswapd": ["zone", "order"], "cpuset_zone_allowed_hardwall": ["zone", "gfp_mask", "result"],
  "wake_up_interruptible": ["node", "kswapd_max_order"], "cond_resched": [], "cpuset_memory_pressure_bump": [],
  "try_to_free_pages": ["gfp_mask", "PF_MEMALLOC", "progress"], "out_of_memory": ["gfp_mask", "order"],
  "congestion_wait": ["rw", "timeout"], "printk_ratelimit": ["result"], "printk_suppressed": ["missed"], "printk":
  ["order", "gfp_mask"], "dump_stack": [], "show_mem": [], "drain_local_pages": [], "free_hot_cold_page": ["zone",
  "pfn", "cold"], "free_pages_bulk": ["zone", "count", "order"], "__free_pages_ok": ["zone", "pfn", "order"],
  "__free_one_page": ["zone", "pfn", "order", "block_pfn", "block_order"], "script_free": ["id"], "nested_alloc":
  ["id"], "nested_alloc_result": ["id", "pfn"], "stage": ["name", "alloc_flags", "did_some_progress", "PF_MEMALLOC",
  "TIF_MEMDIE"], "tick": ["jiffies"], "note": ["kind", "zone", "pages", "by"], "freeing": ["kind", "zone", "by"],
  "judged": ["comm", "points"], "kswapd_sleeps": ["comm"]};
/** @type {Record<string, string>} */
export const RETURNS = {"cpuset_zone_allowed_hardwall": "result", "cpuset_zone_allowed_softwall": "result",
  "printk_ratelimit": "result", "should_fail": "result", "try_to_free_pages": "progress", "zone_reclaim": "value",
  "zone_watermark_ok": "result", "__rmqueue": "pfn", "buffered_rmqueue": "pfn"};
/** @type {string[]} */
export const TAKES = ["__rmqueue", "buffered_rmqueue"];
/** @type {number} */
export const TAKEN_PFN = 4;
/** @type {string[]} */
export const CONTEXT = ["in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE"];
/** @type {Record<string, string>} */
export const USED = {"K": "kernel", "A": "anon", "C": "cache", "P": "percpu", "H": "hole", "?": "unknown"};
