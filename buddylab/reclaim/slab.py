"""Caches outside the page lists (dentries, inodes ...) shrink in proportion to what reclaim scanned.

Units: objects, not pages; the pages that come back are counted in the task's reclaim_state. C: mm/vmscan.c.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from buddylab.core.events import Event
from buddylab.core.zone import SWAP_CLUSTER_MAX

SHRINK_BATCH = 128
DEFAULT_SEEKS = 2
ULONG = 1 << 64
"""unsigned long wraps here, and so do the 64 bits of `delta`."""


class Cache(Protocol):
    """A cache's own shrink function."""

    def __call__(self, nr_to_scan: int, gfp_mask: int) -> int:
        """0: how many objects could go? Else look at so many: how many are left, or -1 if it must not now."""


@dataclass(slots=True, eq=False)
class Shrinker:
    """A registered cache. seeks: what an object costs to make again. nr: objects still to be looked at."""

    shrink: Cache
    seeks: int = DEFAULT_SEEKS
    nr: int = 0


def shrink_slab(
    shrinkers: Iterable[Shrinker],
    scanned: int,
    gfp_mask: int,
    lru_pages: int,
    *,
    lock_busy: bool = False,
    trace: list[Event] | None = None,
) -> int:
    """Age every cache by the share that reclaim scanned of the page lists; returns the objects that went.

    scanned: pages (0 counts as 32). lru_pages: pages on the lists of the zones in question. lock_busy: somebody is
    registering a cache: nothing is done, and 1 returned so that the caller goes on. C: mm/vmscan.c, shrink_slab.
    """
    if lock_busy:
        return 1
    gone = 0
    for shrinker in shrinkers:
        add_pressure(shrinker, scanned or SWAP_CLUSTER_MAX, gfp_mask, lru_pages, trace)
        gone += run_shrinker(shrinker, gfp_mask)
    return gone % ULONG


def add_pressure(shrinker: Shrinker, scanned: int, gfp_mask: int, lru_pages: int, trace: list[Event] | None) -> None:
    """Raise what the cache still has to look at, to twice its objects at most.

    The C compares the signed nr with an unsigned bound, and divides by 32 bits of lru_pages + 1.
    """
    max_pass = shrinker.shrink(0, gfp_mask) % ULONG
    delta = 4 * scanned % ULONG // shrinker.seeks * max_pass % ULONG // ((lru_pages + 1) % (1 << 32))
    nr = as_long(shrinker.nr + delta)
    if nr < 0:
        if trace is not None:
            trace.append(("negative_nr", nr))
        nr = as_long(max_pass)
    if nr % ULONG > max_pass * 2 % ULONG:
        nr = as_long(max_pass * 2)
    shrinker.nr = nr


def run_shrinker(shrinker: Shrinker, gfp_mask: int) -> int:
    """Let the cache look at whole batches of 128; what is left stays pending. Returns the objects that went."""
    total_scan, shrinker.nr, gone = shrinker.nr % ULONG, 0, 0
    while total_scan >= SHRINK_BATCH:
        nr_before = shrinker.shrink(0, gfp_mask)
        shrink_ret = shrinker.shrink(SHRINK_BATCH, gfp_mask)
        if shrink_ret == -1:
            break
        gone += max(nr_before - shrink_ret, 0)
        total_scan -= SHRINK_BATCH
    shrinker.nr = as_long(shrinker.nr + total_scan)
    return gone


def as_long(value: int) -> int:
    """The value as a signed long of 64 bits."""
    return (value + (ULONG >> 1)) % ULONG - (ULONG >> 1)
