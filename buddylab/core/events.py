"""The trace's vocabulary: one tuple per tracepoint, named after the kernel function that it stands in.

An event is `(name, *arguments)` and carries int, str, bool and None only. `FIELDS` names the arguments.
The names and arguments of `KERNEL` are those of the recordings (see FORMAT.md); `OURS` are marks of buddylab's own
that no kernel function makes.
"""

from typing import Any

Event = tuple[Any, ...]
"""One event: its name, then its arguments in the order of `FIELDS`."""

KERNEL: dict[str, tuple[str, ...]] = {
    "might_sleep_if": ("wait",),
    "should_fail": ("size", "result", "times", "space", "count"),
    "get_page_from_freelist": ("gfp_mask", "order", "alloc_flags", "classzone_idx"),
    "cpuset_zone_allowed_softwall": ("zone", "gfp_mask", "result"),
    "zone_watermark_ok": ("zone", "order", "mark", "classzone_idx", "alloc_flags", "result"),
    "zone_reclaim": ("zone", "gfp_mask", "order", "value"),
    "rmqueue_bulk": ("zone", "order", "batch"),
    "__rmqueue": ("zone", "order", "block_order", "pfn"),
    "buffered_rmqueue": ("zone", "order", "cold", "pfn"),
    "wakeup_kswapd": ("zone", "order"),
    "cpuset_zone_allowed_hardwall": ("zone", "gfp_mask", "result"),
    "wake_up_interruptible": ("node", "kswapd_max_order"),
    "cond_resched": (),
    "cpuset_memory_pressure_bump": (),
    "try_to_free_pages": ("gfp_mask", "memalloc", "progress"),
    "out_of_memory": ("gfp_mask", "order"),
    "congestion_wait": ("rw", "timeout"),
    "printk_ratelimit": ("result",),
    "printk_suppressed": ("missed",),
    "printk": ("order", "gfp_mask"),
    "dump_stack": (),
    "show_mem": (),
    "drain_local_pages": (),
    "free_hot_cold_page": ("zone", "pfn", "cold"),
    "free_pages_bulk": ("zone", "count", "order"),
    "__free_pages_ok": ("zone", "pfn", "order"),
    "__free_one_page": ("zone", "pfn", "order", "block_pfn", "block_order"),
    "script_free": ("id",),
    "nested_alloc": ("id",),
    "nested_alloc_result": ("id", "pfn"),
}

OURS: dict[str, tuple[str, ...]] = {
    "stage": ("name", "alloc_flags", "did_some_progress", "memalloc", "memdie"),
    "tick": ("jiffies",),
    "note": ("kind", "zone", "pages", "by"),
    "freeing": ("kind", "zone", "by"),
    "judged": ("comm", "points"),
    "kswapd_sleeps": ("comm",),
}
"""stage: a stage of the ladder is entered (with the locals it finds); tick: the clock now shows `jiffies`.
The others are a model's word. note: what the world did: `kind` is one of GIVEN, or says why memory did not come back;
by: the task that did it, "" for none. freeing: the pages freed from here on are of this kind, freed by this task.
judged: the badness that the OOM killer found for one task. kswapd_sleeps: it waits to be woken again."""

GIVEN = ("clean", "anon", "slab", "heads", "exit")
"""Kinds of memory that came back: page cache, pages that lie in swap now, slab, buffer heads of writes that have ended,
a victim's memory."""

FIELDS = KERNEL | OURS


def as_dict(event: Event) -> dict[str, Any]:
    """The arguments of one event by name.

    >>> as_dict(("wake_up_interruptible", 0, 3))
    {'node': 0, 'kswapd_max_order': 3}
    """
    name, *arguments = event
    if name not in FIELDS or len(arguments) != len(FIELDS[name]):
        raise ValueError(f"{event!r} is not an event: {name!r} takes {FIELDS.get(name, 'no known')} arguments")
    return dict(zip(FIELDS[name], arguments, strict=True))


def kernel_events(trace: list[Event]) -> list[Event]:
    """What the kernel itself did: the trace without the marks of our own."""
    return [event for event in trace if event[0] not in OURS]
