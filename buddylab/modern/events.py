"""The trace's vocabulary: one tuple where a function is entered, one where it returns, both in one where nothing
lies between. `kernel_events` nests them as the recordings have them.
"""

from collections.abc import Iterable
from typing import Any

from buddylab.core.events import Event

CALLS: dict[str, tuple[str, str]] = {
    "should_fail_alloc_page": ("gfp_mask order", "result times space count"),
    "get_page_from_freelist": ("gfp_mask order alloc_flags highest_zoneidx migratetype", "page"),
    "node_dirty_ok": ("", "value"),
    "zone_watermark_fast": ("zone order mark highest_zoneidx alloc_flags gfp_mask", "result"),
    "__zone_watermark_ok": ("zone order mark highest_zoneidx alloc_flags free_pages", "result"),
    "rmqueue_pcplist": ("zone order migratetype alloc_flags", "page"),
    "nr_pcp_alloc": ("zone order", "count high alloc_factor"),
    "rmqueue_bulk": ("zone order count migratetype alloc_flags", "got"),
    "rmqueue_buddy": ("zone order alloc_flags migratetype", "page"),
    "__rmqueue_smallest": ("zone order migratetype", "page"),
    "__rmqueue_claim": ("zone order migratetype alloc_flags", "page"),
    "try_to_steal_block": ("zone pfn block_order order migratetype alloc_flags", "page"),
    "boost_watermark": ("zone", "done watermark_boost"),
    "prep_move_freepages_block": ("zone pfn", "inside free_pages movable_pages"),
    "__move_freepages_block": ("zone start_pfn old_type new_type", "moved"),
    "__rmqueue_steal": ("zone order migratetype", "page"),
    "reserve_highatomic_pageblock": ("pfn order zone", ""),
    "unreserve_highatomic_pageblock": ("force", "result"),
    "free_unref_page": ("pfn order", ""),
    "nr_pcp_high": ("zone batch free_high", "limit high"),
    "nr_pcp_free": ("batch limit free_high", "count"),
    "free_pcppages_bulk": ("zone count pindex", ""),
    "__free_pages_ok": ("pfn order fpi_flags", ""),
    "__free_one_page": ("pfn zone order migratetype fpi_flags", "block_pfn block_order to_tail"),
    "decay_pcp_high": ("zone", "todo high"),
    "__alloc_pages_slowpath": ("gfp_mask order highest_zoneidx migratetype", "page"),
    "gfp_to_alloc_flags": ("gfp_mask order", "alloc_flags"),
    "wake_all_kswapds": ("order gfp_mask", ""),
    "wakeup_kswapd": ("zone gfp_mask order highest_zoneidx", ""),
    "pgdat_balanced": ("order highest_zoneidx", "result"),
    "wake_up_interruptible": ("kswapd_order kswapd_highest_zoneidx", ""),
    "wakeup_kcompactd": ("order highest_zoneidx", ""),
    "__alloc_pages_direct_compact": ("gfp_mask order alloc_flags priority", "page compact_result"),
    "try_to_compact_pages": ("gfp_mask order alloc_flags priority memalloc", "result page"),
    "compaction_defer_reset": ("zone order alloc_success", ""),
    "__alloc_pages_direct_reclaim": ("gfp_mask order alloc_flags", "page progress"),
    "try_to_free_pages": ("order gfp_mask memalloc", "progress"),
    "cond_resched": ("", ""),
    "schedule_timeout_uninterruptible": ("timeout", ""),
    "should_reclaim_retry": ("gfp_mask order alloc_flags did_some_progress no_progress_loops", "result loops_after"),
    "zone_reclaimable_pages": ("zone", "value"),
    "should_compact_retry": (
        "order alloc_flags compact_result priority retries",
        "result priority_after retries_after",
    ),
    "compaction_zonelist_suitable": ("order alloc_flags", "value"),
    "__alloc_pages_may_oom": ("gfp_mask order", "page progress"),
    "mutex_trylock": ("", "value"),
    "out_of_memory": ("gfp_mask order", "value"),
}
"""Functions of the kernel: the names of their arguments, and of what stands behind the "=" once they have returned."""

MARKS: dict[str, str] = {
    "warn_alloc": "gfp_mask",
    "printk_suppressed": "missed",
    "printk": "order gfp_mask",
    "dump_stack": "",
    "show_mem": "filter zoneidx",
    "script_free": "id",
    "nested_alloc": "id",
    "nested_alloc_result": "id pfn",
    "drain_local_pages": "value",
}
"""What opens no depth: the report's parts, and what a script says of itself."""

OURS: dict[str, str] = {
    "stage": "name alloc_flags did_some_progress memalloc oom_victim",
    "tick": "jiffies",
    "note": "kind zone pages",
}
"""Marks of buddylab's own, as core has them: a stage is entered, the clock has moved, a world says what it did."""


def kernel_events(trace: Iterable[Event]) -> list[list[Any]]:
    """What the kernel did, as recorded: [depth, name, arguments..., "=", values...] in the order of entry.

    A function that never returned (a watchdog broke the run off) has no "=".
    """
    rows: list[list[Any]] = []
    entered: list[list[Any]] = []
    for event in trace:
        name = event[0]
        if name == "=":
            row = entered.pop()
            if len(event) > 1:
                row += event
        elif name not in OURS:
            row = [len(entered), *event]
            rows.append(row)
            if "=" not in event and name not in MARKS:
                entered.append(row)
    return rows


def as_dict(row: list[Any]) -> dict[str, Any]:
    """The arguments and values of one row of `kernel_events` by name. Raises ValueError for what is none.

    >>> as_dict([1, "wakeup_kcompactd", 3, 2])
    {'order': 3, 'highest_zoneidx': 2}
    """
    _, name, *rest = row
    arguments, values = CALLS[name] if name in CALLS else (MARKS.get(name, "?"), "")
    names = arguments.split() + (["=", *values.split()] if "=" in rest else [])
    if len(names) != len(rest):
        raise ValueError(f"{row!r} is no event of Linux 6.12: {name!r} has {arguments!r} and, at the end, {values!r}")
    return {name: value for name, value in zip(names, rest, strict=True) if name != "="}
