"""When a type's own lists are empty: claim pageblocks or steal blocks of other types; and the high-atomic reserve.

C: mm/page_alloc.c, __rmqueue and what it calls.
"""

from buddylab.modern.buddy import (
    account_freepages,
    del_page_from_free_list,
    expand,
    get_page_from_free_area,
    get_pageblock_migratetype,
    move_freepages,
    move_freepages_block,
    move_to_free_list,
    page_del_and_expand,
    prep_move_freepages_block,
    rmqueue_smallest,
)
from buddylab.modern.zone import (
    ALLOC_KSWAPD,
    ALLOC_NOFRAGMENT,
    HIGHATOMIC,
    MAX_PAGE_ORDER,
    MOVABLE,
    NR_PAGE_ORDERS,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
    RECLAIMABLE,
    UNMOVABLE,
    UP,
    WMARK_HIGH,
    ZONE_BOOSTED_WATERMARK,
    Zone,
)

RMQUEUE_NORMAL, RMQUEUE_CLAIM, RMQUEUE_STEAL = range(3)
FALLBACKS = {
    UNMOVABLE: (RECLAIMABLE, MOVABLE),
    MOVABLE: (RECLAIMABLE, UNMOVABLE),
    RECLAIMABLE: (UNMOVABLE, MOVABLE),
}


def rmqueue(zone: Zone, order: int, migratetype: int, alloc_flags: int, mode: int) -> tuple[int | None, int]:
    """Take a block from the own lists, else claim, else steal; and the mode in which a refill goes on.

    C: __rmqueue.
    """
    if mode == RMQUEUE_NORMAL:
        pfn = rmqueue_smallest(zone, order, migratetype)
        if pfn is not None:
            return pfn, RMQUEUE_NORMAL
    if mode != RMQUEUE_STEAL:
        pfn = rmqueue_claim(zone, order, migratetype, alloc_flags)
        if pfn is not None:
            return pfn, RMQUEUE_NORMAL
    if not alloc_flags & ALLOC_NOFRAGMENT:
        pfn = rmqueue_steal(zone, order, migratetype)
        if pfn is not None:
            return pfn, RMQUEUE_STEAL
    return None, mode


def find_suitable_fallback(zone: Zone, order: int, migratetype: int) -> int | None:
    """The first other type that has a block of just this order."""
    for other in FALLBACKS[migratetype]:
        free_list = zone.free_list[other][order]
        if free_list.front or free_list.back or free_list.untouched:
            return other
    return None


def can_steal_fallback(zone: Zone, order: int, migratetype: int) -> bool:
    """May a whole pageblock be asked for? Not for a movable request that finds a small block only."""
    return order >= PAGEBLOCK_ORDER // 2 or migratetype != MOVABLE or zone.node.page_group_by_mobility_disabled


def rmqueue_claim(zone: Zone, order: int, migratetype: int, alloc_flags: int) -> int | None:
    """From the largest order down: take over the pageblock of another type's block. C: __rmqueue_claim."""
    if zone.trace is not None:
        zone.trace.append(("__rmqueue_claim", zone.name, order, migratetype, alloc_flags))
    least = max(order, PAGEBLOCK_ORDER) if alloc_flags & ALLOC_NOFRAGMENT else order
    pfn = None
    for current in range(MAX_PAGE_ORDER, least - 1, -1):
        other = find_suitable_fallback(zone, current, migratetype)
        if other is None:
            continue
        if not can_steal_fallback(zone, current, migratetype):
            break
        block = get_page_from_free_area(zone, current, other)
        if block is not None:
            pfn = try_to_steal_block(zone, block, current, order, migratetype, alloc_flags)
        if pfn is not None:
            break
    if zone.trace is not None:
        zone.trace.append(("=", -1 if pfn is None else pfn))
    return pfn


def rmqueue_steal(zone: Zone, order: int, migratetype: int) -> int | None:
    """From the wanted order up: take another type's block alone, the rest stays with it. C: __rmqueue_steal."""
    pfn = None
    for current in UP[order]:
        other = find_suitable_fallback(zone, current, migratetype)
        if other is not None:
            pfn = get_page_from_free_area(zone, current, other)
        if other is not None and pfn is not None:
            page_del_and_expand(zone, pfn, order, current, other)
            break
    if zone.trace is not None:
        zone.trace.append(("__rmqueue_steal", zone.name, order, migratetype, "=", -1 if pfn is None else pfn))
    return pfn


def try_to_steal_block(
    zone: Zone, block: int, block_order: int, order: int, migratetype: int, alloc_flags: int
) -> int | None:
    """Claim the pageblock of a free block if that is whole, or at least half of the pageblock is free or alike."""
    if zone.trace is not None:
        zone.trace.append(("try_to_steal_block", zone.name, block, block_order, order, migratetype, alloc_flags))
    pfn = _steal_block(zone, block, block_order, order, migratetype, alloc_flags)
    if zone.trace is not None:
        zone.trace.append(("=", -1 if pfn is None else pfn))
    return pfn


def _steal_block(
    zone: Zone, block: int, block_order: int, order: int, migratetype: int, alloc_flags: int
) -> int | None:
    block_type = get_pageblock_migratetype(zone, block)
    if block_type == HIGHATOMIC:
        return None
    if block_order >= PAGEBLOCK_ORDER:
        del_page_from_free_list(zone, block, block_order)
        zone.node.change_pageblock_range(block, block_order, migratetype)
        expand(zone, block, order, block_order, migratetype)
        account_freepages(zone, -1 << order, migratetype)
        return block
    if boost_watermark(zone) and alloc_flags & ALLOC_KSWAPD:
        zone.flags |= ZONE_BOOSTED_WATERMARK
    inside, free, movable = prep_move_freepages_block(zone, block, count=True)
    if not inside:
        return None
    alike = 0
    if migratetype == MOVABLE:
        alike = movable
    elif block_type == MOVABLE:
        alike = PAGEBLOCK_PAGES - free - movable
    if free + alike < PAGEBLOCK_PAGES // 2 and not zone.node.page_group_by_mobility_disabled:
        return None
    move_freepages(zone, block & -PAGEBLOCK_PAGES, block_type, migratetype)
    return rmqueue_smallest(zone, order, migratetype)


def boost_watermark(zone: Zone) -> bool:
    """Raise the marks for a while, one pageblock at a time, so that kswapd frees more; whether it was done."""
    factor, ceiling, done = zone.node.watermark_boost_factor, 0, False
    if factor and zone.managed_pages >= PAGEBLOCK_PAGES * 4:
        ceiling = zone.watermark[WMARK_HIGH] * factor // 10000
    if ceiling:
        zone.watermark_boost = min(zone.watermark_boost + PAGEBLOCK_PAGES, max(PAGEBLOCK_PAGES, ceiling))
        done = True
    if zone.trace is not None:
        zone.trace.append(("boost_watermark", zone.name, "=", int(done), zone.watermark_boost))
    return done


def reserve_highatomic_pageblock(zone: Zone, pfn: int, order: int) -> None:
    """Keep the pageblock that a high-atomic request was served from for others like it, up to 1 % of the zone."""
    if zone.trace is not None:
        zone.trace.append(("reserve_highatomic_pageblock", pfn, order, zone.name))
    percent = zone.managed_pages // 100
    limit = percent + -percent % PAGEBLOCK_PAGES if percent >= PAGEBLOCK_PAGES else 0
    block_type = get_pageblock_migratetype(zone, pfn)
    if zone.nr_reserved_highatomic < limit and block_type != HIGHATOMIC:
        if order >= PAGEBLOCK_ORDER:
            zone.node.change_pageblock_range(pfn, order, HIGHATOMIC)
            zone.nr_reserved_highatomic += 1 << order
        elif move_freepages_block(zone, pfn, block_type, HIGHATOMIC) != -1:
            zone.nr_reserved_highatomic += PAGEBLOCK_PAGES
    if zone.trace is not None:
        zone.trace.append(("=",))


def unreserve_highatomic(zone: Zone, migratetype: int) -> bool:
    """Give one of the zone's reserved pageblocks that has a free block back to a type."""
    return any(_unreserve(zone, order, migratetype) for order in range(NR_PAGE_ORDERS))


def _unreserve(zone: Zone, order: int, migratetype: int) -> bool:
    """Give the pageblock of the first high-atomic block of this order back, or do nothing."""
    pfn = get_page_from_free_area(zone, order, HIGHATOMIC)
    if pfn is None:
        return False
    zone.nr_reserved_highatomic -= min(max(PAGEBLOCK_PAGES, 1 << order), zone.nr_reserved_highatomic)
    if order < PAGEBLOCK_ORDER:
        return move_freepages_block(zone, pfn, HIGHATOMIC, migratetype) > 0
    move_to_free_list(zone, pfn, order, HIGHATOMIC, migratetype)
    zone.node.change_pageblock_range(pfn, order, migratetype)
    return True
