"""May a zone give away a block and still keep its mark? C: mm/page_alloc.c."""

from buddylab.modern.zone import (
    ALLOC_HIGHATOMIC,
    ALLOC_MIN_RESERVE,
    ALLOC_NON_BLOCK,
    ALLOC_OOM,
    ALLOC_RESERVES,
    ALLOC_WMARK_MASK,
    HIGHATOMIC,
    UP,
    WMARK_MIN,
    Zone,
)


def zone_watermark_ok(
    zone: Zone, order: int, mark: int, highest_zoneidx: int, alloc_flags: int, free_pages: int | None = None
) -> bool:
    """Would the mark and the reserve hold, and is there a block? free_pages: None for NR_FREE_PAGES.

    C: __zone_watermark_ok.
    """
    given = zone.nr_free_pages if free_pages is None else free_pages
    free, floor = given - (1 << order) + 1, mark
    if not alloc_flags & ALLOC_RESERVES:
        free -= zone.nr_free_highatomic
    else:
        if alloc_flags & ALLOC_MIN_RESERVE:
            floor -= floor // 2
            if alloc_flags & ALLOC_NON_BLOCK:
                floor -= floor // 4
        if alloc_flags & ALLOC_OOM:
            floor -= floor // 2
    ok = free > floor + zone.lowmem_reserve[highest_zoneidx]
    if ok and order:
        ok = has_block(zone, order, alloc_flags)
    if zone.trace is not None:
        zone.trace.append(
            ("__zone_watermark_ok", zone.name, order, mark, highest_zoneidx, alloc_flags, given, "=", int(ok))
        )
    return ok


def has_block(zone: Zone, order: int, alloc_flags: int) -> bool:
    """Is a block of this order or more on a list that the flags may use?"""
    types = 4 if alloc_flags & (ALLOC_HIGHATOMIC | ALLOC_OOM) else HIGHATOMIC
    for lists in zone.free_list[:types]:
        for current in UP[order]:
            free_list = lists[current]
            if free_list.front or free_list.back or free_list.untouched:
                return True
    return False


def zone_watermark_fast(
    zone: Zone, order: int, mark: int, highest_zoneidx: int, alloc_flags: int, gfp_mask: int
) -> bool:
    """The test of a pass: a short cut for single pages, then the full test, and for some once more without boost."""
    trace = zone.trace
    if not order:
        usable = zone.nr_free_pages
        if not alloc_flags & ALLOC_RESERVES:
            usable -= zone.nr_free_highatomic
        if usable > mark + zone.lowmem_reserve[highest_zoneidx]:
            if trace is not None:
                trace.append(
                    ("zone_watermark_fast", zone.name, 0, mark, highest_zoneidx, alloc_flags, gfp_mask, "=", 1)
                )
            return True
    if trace is not None:
        trace.append(("zone_watermark_fast", zone.name, order, mark, highest_zoneidx, alloc_flags, gfp_mask))
    ok = zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags)
    if (
        not ok
        and not order
        and alloc_flags & ALLOC_MIN_RESERVE
        and zone.watermark_boost
        and alloc_flags & ALLOC_WMARK_MASK == WMARK_MIN
    ):
        ok = zone_watermark_ok(zone, order, zone.watermark[WMARK_MIN], highest_zoneidx, alloc_flags)
    if trace is not None:
        trace.append(("=", int(ok)))
    return ok
