"""When reclaim has to wait for pages to be written. C: mm/page-writeback.c. Units: pages, jiffies."""

from collections.abc import Callable

from buddylab.core import gfp
from buddylab.core.events import Event
from buddylab.reclaim.tracing import CONGESTION_WAIT, Steps

VM_DIRTY_RATIO = 40
DIRTY_BACKGROUND_RATIO = 10
ULONG = 1 << 64
WRITE = 1


def congestion_wait(trace: list[Event] | None) -> Steps[None]:
    """Sleep until a write queue has room, 25 jiffies (HZ/10) at most. C: congestion_wait(WRITE, HZ/10)."""
    if trace is not None:
        trace.append(("congestion_wait", WRITE, CONGESTION_WAIT.timeout))
    yield CONGESTION_WAIT


def throttle_vm_writeout(gfp_mask: int, look: Callable[[], tuple[int, int]], trace: list[Event] | None) -> Steps[None]:
    """Hold a reclaimer back while too much is being written; one that may not do I/O waits once, unasked.

    look: (dirty limit, pages under writeback or unstable on NFS) at this moment. C: throttle_vm_writeout.
    """
    if gfp_mask & (gfp.FS | gfp.IO) != gfp.FS | gfp.IO:
        yield from congestion_wait(trace)
        return
    while True:
        dirty_thresh, writeback = look()
        if trace is not None:
            trace.append(("get_dirty_limits", dirty_thresh))
        dirty_thresh += dirty_thresh // 10 if dirty_thresh >= 0 else -(-dirty_thresh // 10)
        if writeback % ULONG <= dirty_thresh % ULONG:
            return
        yield from congestion_wait(trace)


def get_dirty_limits(
    vm_total_pages: int,
    mapped_pages: int,
    *,
    vm_dirty_ratio: int = VM_DIRTY_RATIO,
    dirty_background_ratio: int = DIRTY_BACKGROUND_RATIO,
    urgent: bool = False,
) -> tuple[int, int]:
    """(pages dirty at which pdflush starts, pages dirty at which the writer itself has to write).

    mapped_pages: mapped file pages and anonymous pages. urgent: a real-time or PF_LESS_THROTTLE writer.
    C: get_dirty_limits, for a mapping that may use all memory.
    """
    unmapped_ratio = 100 - mapped_pages * 100 // vm_total_pages
    dirty_ratio = max(min(vm_dirty_ratio, int(unmapped_ratio / 2)), 5)
    background_ratio = dirty_background_ratio if dirty_background_ratio < dirty_ratio else dirty_ratio // 2
    background, dirty = background_ratio * vm_total_pages // 100, dirty_ratio * vm_total_pages // 100
    return (background + background // 4, dirty + dirty // 4) if urgent else (background, dirty)
