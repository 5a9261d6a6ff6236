"""What the world's tracepoints are called, and how a function that may sleep says so.

Events are core's: `(name, *arguments)`, int, str, bool and None only; a zone is given by its label. `FIELDS` names the
arguments; the names are the kernel's functions, or (in `OURS`) plain words for what no function of the kernel says.
"""

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar

from buddylab.core.events import Event

KERNEL: dict[str, tuple[str, ...]] = {
    "shrink_zone": ("zone", "priority", "may_writepage", "prev_priority"),
    "shrink_slab": ("scanned", "lru_pages"),
    "throttle_vm_writeout": ("gfp_mask",),
    "get_dirty_limits": ("dirty_thresh",),
    "congestion_wait": ("rw", "timeout"),
    "wakeup_pdflush": ("nr_pages",),
    "disable_swap_token": (),
    "cond_resched": (),
    "try_to_freeze": (),
    "prepare_to_wait": ("kswapd_max_order",),
    "schedule": ("kswapd_max_order",),
    "finish_wait": (),
    "balance_pgdat": ("order",),
    "reclaim_mapped": ("reclaim_mapped",),
    "add_to_swap": ("pfn",),
    "writepage": ("pfn",),
    "end_page_writeback": ("pfn",),
    "badness": ("pid", "points"),
    "sigkill": ("pid",),
    "warn_on": (),
}

OURS: dict[str, tuple[str, ...]] = {
    "unreclaimable": ("zone", "all_unreclaimable"),
    "active": ("nr_to_scan",),
    "inactive": ("nr_to_scan",),
    "reclaimed": ("pages", "nr_scanned"),
    "no_swap": ("pfn",),
    "unmap": ("pfn",),
    "release": ("pfn",),
    "free_buffers": ("pfn",),
    "page_cache_remove": ("pfn",),
    "swap_cache_delete": ("pfn",),
    "negative_nr": ("nr",),
    "notifiers": ("freed",),
    "report": (),
    "select": ("pid", "points"),
    "select_nobody": (),
    "select_wait": (),
    "kill_or_child": ("constraint", "pid", "points"),
    "killed": ("pid",),
    "memdie": ("pid", "time_slice"),
    "refused_init": (),
    "refused_no_mm": (),
    "sleep": ("jiffies",),
}
"""active, inactive: pages asked for from a list; reclaimed: pages freed by that turn, and sc.nr_scanned so far;
no_swap to swap_cache_delete: what happened to one page; negative_nr: a cache's pending count that had wrapped."""

FIELDS = KERNEL | OURS


def as_dict(event: Event) -> dict[str, Any]:
    """The arguments of one of the world's events by name.

    >>> as_dict(("shrink_slab", 32, 5000))
    {'scanned': 32, 'lru_pages': 5000}
    """
    name, *arguments = event
    if name not in FIELDS or len(arguments) != len(FIELDS[name]):
        raise ValueError(f"{event!r} is not an event: {name!r} takes {FIELDS.get(name, 'no known')} arguments")
    return dict(zip(FIELDS[name], arguments, strict=True))


class Nap(NamedTuple):
    """A place where the kernel may give the CPU away: its name there, and the time-out in jiffies.

    A time-out of 0 means "go on when the scheduler likes", None "until somebody wakes it".
    """

    name: str
    timeout: int | None


CONGESTION_WAIT = Nap("congestion_wait", 25)
"""congestion_wait(WRITE, HZ/10): ends when writes finish, after 25 jiffies at the latest."""
COND_RESCHED = Nap("cond_resched", 0)
SCHEDULE = Nap("schedule", None)

T = TypeVar("T")
Steps = Generator[Nap, None, T]
"""A kernel function that may sleep: it yields its naps and returns its value. A scheduler resumes it when the nap is
over; `run` drives it in one go."""


def run(steps: Steps[T], nap: Callable[[Nap], object] = lambda nap: None) -> T:
    """Drive a function that may sleep to its end; `nap` is called for every nap, and lets time pass or not."""
    while True:
        try:
            nap(next(steps))
        except StopIteration as end:
            value: T = end.value
            return value
