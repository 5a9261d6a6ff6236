"""Per-cpu lists: blocks of order 0 to 3 and 9 at hand, as many as their use asks for. C: mm/page_alloc.c."""

from collections import deque

from buddylab.modern import mm
from buddylab.modern.buddy import free_one_page, free_pages_ok, rmqueue_smallest
from buddylab.modern.fallback import rmqueue_fallback
from buddylab.modern.mm import MOVABLE, PAGEBLOCK_ORDER, PCP_BATCH_SCALE_MAX, PCPF_PREV_FREE_HIGH_ORDER
from buddylab.modern.zone import Zone, zone_watermark_ok

PINDEX = (*((n, n + 1, n + 2, n + 1) for n in (0, 3, 6, 9)), *((),) * 5, (12, 13, 12, 13), ())
"""The list of an order by migratetype, nothing where the order has none (C: order_to_pindex); H goes to M."""


def clamp(value: int, low: int, high: int) -> int:
    """The value between two bounds. The kernel asks the upper one first, which shows where they cross."""
    return high if value >= high else low if value <= low else value


def nr_pcp_alloc(zone: Zone, order: int) -> int:
    """How many blocks a refill takes."""
    pcp = zone.pcp
    high_min, high_max, batch = pcp.high_min, pcp.high_max, pcp.batch
    high = pcp.high = clamp(pcp.high, high_min, high_max)
    if high < batch:
        count = 1
    else:
        count = batch if order else batch << pcp.alloc_factor
        if high_min != high_max and not zone.flags & mm.ZONE_BELOW_HIGH:
            high = pcp.high = min(high + count, high_max)
        if not order:
            most = max(high - pcp.count - batch, batch)
            if count <= most and pcp.alloc_factor < PCP_BATCH_SCALE_MAX:
                pcp.alloc_factor += 1
            count = min(count, most)
        if count > 1:
            count = max(count >> order, 2)
    zone.note("nr_pcp_alloc", zone.name, order, "=", count, pcp.high, pcp.alloc_factor)
    return count


def rmqueue_bulk(zone: Zone, order: int, count: int, migratetype: int, alloc_flags: int, pages: deque[int]) -> None:
    """Move up to `count` blocks from the free lists to the tail of a per-cpu list."""
    zone.note("rmqueue_bulk", zone.name, order, count, migratetype, alloc_flags)
    mode, got = mm.RMQUEUE_NORMAL, 0
    while got < count:
        pfn = rmqueue_smallest(zone, order, migratetype) if mode == mm.RMQUEUE_NORMAL else None
        if pfn is None:
            pfn, mode = rmqueue_fallback(zone, order, migratetype, alloc_flags, mode)
            if pfn is None:
                break
        pages.append(pfn)
        got += 1
    zone.pcp.count += got << order
    zone.note("=", got)


def rmqueue_pcplist(zone: Zone, order: int, migratetype: int, alloc_flags: int) -> int | None:
    """Take the head of a per-cpu list, refilled if it is empty; None without a list, or with nothing to be had."""
    trace, pcp, pindex = zone.trace, zone.pcp, PINDEX[order]
    if not pindex:
        return None
    pages = pcp.lists[pindex[migratetype]]
    pcp.free_count >>= 1
    if trace is not None:
        trace.append(("rmqueue_pcplist", zone.name, order, migratetype, alloc_flags))
    if not pages:
        rmqueue_bulk(zone, order, nr_pcp_alloc(zone, order), migratetype, alloc_flags, pages)
    found = None
    if pages:
        found = pages.popleft()
        pcp.count -= 1 << order
    if trace is not None:
        trace.append(("=", -1 if found is None else found))
    return found


def rmqueue_buddy(zone: Zone, order: int, alloc_flags: int, migratetype: int) -> int | None:
    """Take a block straight from the free lists: the high-atomic ones first or last for those who may."""
    zone.note("rmqueue_buddy", zone.name, order, alloc_flags, migratetype)
    pfn = None
    if alloc_flags & mm.ALLOC_HIGHATOMIC:
        pfn = rmqueue_smallest(zone, order, mm.HIGHATOMIC)
    if pfn is None:
        pfn = rmqueue_smallest(zone, order, migratetype)
    if pfn is None:
        pfn, _ = rmqueue_fallback(zone, order, migratetype, alloc_flags, mm.RMQUEUE_NORMAL)
    if pfn is None and alloc_flags & (mm.ALLOC_OOM | mm.ALLOC_NON_BLOCK):
        pfn = rmqueue_smallest(zone, order, mm.HIGHATOMIC)
    zone.note("=", -1 if pfn is None else pfn)
    return pfn


def nr_pcp_high(zone: Zone, free_high: bool) -> int:
    """How many pages the lists may hold now."""
    pcp, flags = zone.pcp, zone.flags
    high_min, high_max, batch, high = pcp.high_min, pcp.high_max, pcp.batch, pcp.high
    if not high_min <= high < high_max:
        high = pcp.high = clamp(high, high_min, high_max)
    limit = high
    if free_high and high:
        pcp.high, limit = max(high - (batch << PCP_BATCH_SCALE_MAX), high_min), 0
    elif flags and high and (flags & mm.ZONE_RECLAIM_ACTIVE or flags & mm.ZONE_BELOW_HIGH and high_min != high_max):
        pcp.high = max(high - max(pcp.free_count, batch), high_min)
        limit = min(batch << 2, pcp.high) if flags & mm.ZONE_RECLAIM_ACTIVE else max(pcp.count, high_min)
    elif pcp.count >= high > 0 and high_min != high_max and high < pcp.free_count + batch:
        pcp.high = clamp(pcp.free_count + batch, high_min, high_max)
    if zone.trace is not None:
        zone.trace.append(("nr_pcp_high", zone.name, batch, int(free_high), "=", limit, pcp.high))
    return limit


def nr_pcp_free(zone: Zone, high: int, free_high: bool) -> int:
    """How many pages leave the lists that have grown to `high`."""
    pcp = zone.pcp
    batch = pcp.batch
    if free_high:
        count = min(pcp.count, batch << PCP_BATCH_SCALE_MAX)
    elif high < batch:
        count = 1
    else:
        count = clamp(pcp.free_count, batch, high - batch)
    if zone.trace is not None:
        zone.trace.append(("nr_pcp_free", batch, high, int(free_high), "=", count))
    return count


def free_pcppages_bulk(zone: Zone, count: int, pindex: int) -> None:
    """Give pages from the tails back, one list after the other from `pindex` on, each with its pageblock's type."""
    trace, pcp, types = zone.trace, zone.pcp, zone.pageblock_types
    if trace is not None:
        trace.append(("free_pcppages_bulk", zone.name, count, pindex))
    keep = max(pcp.count - count, 0)
    while pcp.count > keep:
        pages, order = pcp.lists[pindex], pindex // 3 if pindex < 12 else PAGEBLOCK_ORDER
        while pages and pcp.count > keep:
            pfn = pages.pop()
            pcp.count -= 1 << order
            free_one_page(zone, pfn, order, types.get(pfn >> PAGEBLOCK_ORDER, MOVABLE))
        pindex = (pindex + 1) % mm.NR_PCP_LISTS
    if trace is not None:
        trace.append(("=",))


def free_unref_page(zone: Zone, pfn: int, order: int) -> None:
    """Give a block back: to the head of its per-cpu list, or straight to the free lists.

    Lists that hold too much give some of it back; after that the zone may be above its high mark again.
    """
    trace, pcp, indexes, free_high = zone.trace, zone.pcp, PINDEX[order], False
    if trace is not None:
        trace.append(("free_unref_page", pfn, order))
    if not indexes:
        free_pages_ok(zone, pfn, order)
    else:
        batch, size = pcp.batch, 1 << order
        pindex = indexes[zone.pageblock_types.get(pfn >> PAGEBLOCK_ORDER, MOVABLE)]
        pcp.alloc_factor >>= 1
        pcp.lists[pindex].appendleft(pfn)
        pcp.count += size
        if order and order < PAGEBLOCK_ORDER:
            again = pcp.free_count >= batch and pcp.flags & PCPF_PREV_FREE_HIGH_ORDER
            free_high = bool(again and (not pcp.flags & mm.PCPF_FREE_HIGH_BATCH or pcp.count >= batch))
            pcp.flags |= PCPF_PREV_FREE_HIGH_ORDER
        elif pcp.flags:
            pcp.flags &= ~PCPF_PREV_FREE_HIGH_ORDER
        if pcp.free_count < batch << PCP_BATCH_SCALE_MAX:
            pcp.free_count += size
        high = nr_pcp_high(zone, free_high)
        if pcp.count >= high:
            free_pcppages_bulk(zone, nr_pcp_free(zone, high, free_high), pindex)
            mark = zone.watermark[mm.WMARK_HIGH] + zone.watermark_boost
            if zone.flags & mm.ZONE_BELOW_HIGH and zone_watermark_ok(zone, 0, mark, mm.ZONE_MOVABLE, 0):
                zone.flags &= ~mm.ZONE_BELOW_HIGH
    if trace is not None:
        trace.append(("=",))


def drain_pages(zone: Zone) -> None:
    """Give everything on the zone's per-cpu lists back. C: drain_pages_zone."""
    pcp = zone.pcp
    while pcp.count:
        free_pcppages_bulk(zone, min(pcp.count, pcp.batch << PCP_BATCH_SCALE_MAX), 0)


def decay_pcp_high(zone: Zone) -> bool:
    """Let lists that lie idle shrink, as the periodic vmstat work does; whether there was work left."""
    pcp, todo = zone.pcp, False
    zone.note("decay_pcp_high", zone.name)
    if pcp.high > pcp.high_min:
        pcp.high = max(pcp.count - (pcp.batch << PCP_BATCH_SCALE_MAX), pcp.high - (pcp.high >> 3), pcp.high_min)
        todo = pcp.high > pcp.high_min
    surplus = pcp.count - pcp.high
    while surplus > 0:
        free_pcppages_bulk(zone, min(surplus, pcp.batch), 0)
        surplus -= pcp.batch
        todo = True
    zone.note("=", int(todo), pcp.high)
    return todo
