"""Per-cpu lists: single pages kept at hand, hot and cold, filled and emptied in batches.

One CPU, as in the recordings. C: mm/page_alloc.c, buffered_rmqueue and free_hot_cold_page.
"""

from buddylab.core import gfp
from buddylab.core.buddy import free_one_page, rmqueue
from buddylab.core.zone import PerCpuPages, Zone


def rmqueue_bulk(zone: Zone, count: int, pcp: PerCpuPages) -> None:
    """Move up to `count` single pages from the buddy lists to the tail of a per-cpu list."""
    if zone.trace is not None:
        zone.trace.append(("rmqueue_bulk", zone.label, 0, count))
    for _ in range(count):
        pfn = rmqueue(zone, 0)
        if pfn is None:
            break
        pcp.pages.append(pfn)


def buffered_rmqueue(zone: Zone, order: int, gfp_mask: int) -> int | None:
    """Take a block: a single page from the hot or cold list (refilled if empty), larger ones from the buddy lists.

    Returns its first pfn, or None when the zone has no block that large.
    """
    if order:
        pfn = rmqueue(zone, order)
    else:
        pcp = zone.cold if gfp_mask & gfp.COLD else zone.hot
        pages = pcp.pages
        if not pages:
            rmqueue_bulk(zone, pcp.batch, pcp)
        pfn = pages.popleft() if pages else None
    if zone.trace is not None:
        cold = 1 if gfp_mask & gfp.COLD else 0
        zone.trace.append(("buffered_rmqueue", zone.label, order, cold, -1 if pfn is None else pfn))
    return pfn


def free_pages_bulk(zone: Zone, count: int, pcp: PerCpuPages) -> None:
    """Give `count` pages from the tail of a per-cpu list back to the buddy lists."""
    if zone.trace is not None:
        zone.trace.append(("free_pages_bulk", zone.label, count, 0))
    for _ in range(count):
        free_one_page(zone, pcp.pages.pop(), 0)


def free_hot_cold_page(zone: Zone, pfn: int, cold: int) -> None:
    """Put a single page at the head of the hot or cold list; a list that is full gives a batch back from its tail."""
    if zone.trace is not None:
        zone.trace.append(("free_hot_cold_page", zone.label, pfn, cold))
    pcp = zone.cold if cold else zone.hot
    pages = pcp.pages
    pages.appendleft(pfn)
    if len(pages) >= pcp.high:
        free_pages_bulk(zone, pcp.batch, pcp)


def free_pages_ok(zone: Zone, pfn: int, order: int) -> None:
    """Give a block of order 1 or more straight back to the buddy lists. C: __free_pages_ok."""
    if zone.trace is not None:
        zone.trace.append(("__free_pages_ok", zone.label, pfn, order))
    free_one_page(zone, pfn, order)


def drain_pages(zone: Zone) -> None:
    """Give everything on the zone's two per-cpu lists back, the hot list first."""
    for pcp in (zone.hot, zone.cold):
        free_pages_bulk(zone, len(pcp.pages), pcp)
