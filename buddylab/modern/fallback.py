"""When a type's own lists are empty: claim or steal; and the high-atomic reserve. C: mm/page_alloc.c, __rmqueue."""

from buddylab.modern import buddy, mm
from buddylab.modern.zone import Zone

FALLBACKS = ((mm.RECLAIMABLE, mm.MOVABLE), (mm.RECLAIMABLE, mm.UNMOVABLE), (mm.UNMOVABLE, mm.MOVABLE))
"""Whose blocks an unmovable, a movable and a reclaimable request takes."""


def rmqueue_fallback(zone: Zone, order: int, migratetype: int, alloc_flags: int, mode: int) -> tuple[int | None, int]:
    """Claim a pageblock, else steal a block; and the mode in which a refill goes on. C: the rest of __rmqueue."""
    pfn = rmqueue_claim(zone, order, migratetype, alloc_flags) if mode == mm.RMQUEUE_NORMAL else None
    if pfn is not None:
        return pfn, mm.RMQUEUE_NORMAL
    if not alloc_flags & mm.ALLOC_NOFRAGMENT:
        pfn = rmqueue_steal(zone, order, migratetype)
    return pfn, mm.RMQUEUE_STEAL


def fallback_head(zone: Zone, order: int, migratetype: int) -> tuple[int, int] | None:
    """(block, type): the head of the first other type with blocks of just this order. C: find_suitable_fallback."""
    for other in FALLBACKS[migratetype]:
        pfn = buddy.get_page_from_free_area(zone, order, other)
        if pfn is not None:
            return pfn, other
    return None


def rmqueue_claim(zone: Zone, order: int, migratetype: int, alloc_flags: int) -> int | None:
    """From the largest order down: take over the pageblock of another type's block. C: __rmqueue_claim."""
    zone.note("__rmqueue_claim", zone.name, order, migratetype, alloc_flags)
    least = max(order, mm.PAGEBLOCK_ORDER) if alloc_flags & mm.ALLOC_NOFRAGMENT else order
    any_size = migratetype != mm.MOVABLE or zone.node.page_group_by_mobility_disabled
    pfn = None
    for current in range(mm.MAX_PAGE_ORDER, least - 1, -1):
        found = fallback_head(zone, current, migratetype)
        if found is not None:
            if not any_size and current < mm.PAGEBLOCK_ORDER // 2:
                break
            zone.note("try_to_steal_block", zone.name, found[0], current, order, migratetype, alloc_flags)
            pfn = try_to_steal_block(zone, found[0], current, order, migratetype, alloc_flags)
            zone.note("=", -1 if pfn is None else pfn)
            if pfn is not None:
                break
    zone.note("=", -1 if pfn is None else pfn)
    return pfn


def rmqueue_steal(zone: Zone, order: int, migratetype: int) -> int | None:
    """From the wanted order up: take another type's block alone, the rest stays with it. C: __rmqueue_steal."""
    pfn = None
    for current in mm.UP[order]:
        found = fallback_head(zone, current, migratetype)
        if found is not None:
            pfn, other = found
            buddy.del_page_from_free_list(zone, pfn, current)
            buddy.expand(zone, pfn, order, current, other)
            buddy.account_freepages(zone, -1 << order, other)
            break
    zone.note("__rmqueue_steal", zone.name, order, migratetype, "=", -1 if pfn is None else pfn)
    return pfn


def try_to_steal_block(
    zone: Zone, block: int, block_order: int, order: int, migratetype: int, alloc_flags: int
) -> int | None:
    """Claim the pageblock of a free block if that is whole, or at least half of the pageblock is free or alike."""
    block_type = buddy.get_pageblock_migratetype(zone, block)
    if block_type == mm.HIGHATOMIC:
        return None
    if block_order >= mm.PAGEBLOCK_ORDER:
        buddy.del_page_from_free_list(zone, block, block_order)
        zone.node.set_pageblock_migratetype(block, block_order, migratetype)
        buddy.expand(zone, block, order, block_order, migratetype)
        buddy.account_freepages(zone, -1 << order, migratetype)
        return block
    if boost_watermark(zone) and alloc_flags & mm.ALLOC_KSWAPD:
        zone.flags |= mm.ZONE_BOOSTED_WATERMARK
    inside, free, movable = buddy.prep_move_freepages_block(zone, block, count=True)
    if not inside:
        return None
    alike = mm.PAGEBLOCK_PAGES - free - movable if block_type == mm.MOVABLE else 0
    if migratetype == mm.MOVABLE:
        alike = movable
    if free + alike < mm.PAGEBLOCK_PAGES // 2 and not zone.node.page_group_by_mobility_disabled:
        return None
    buddy.move_freepages(zone, block, block_type, migratetype)
    return buddy.rmqueue_smallest(zone, order, migratetype)


def boost_watermark(zone: Zone) -> bool:
    """Raise the marks for a while, one pageblock at a time, so that kswapd frees more; whether it was done."""
    ceiling = zone.watermark[mm.WMARK_HIGH] * zone.node.watermark_boost_factor // 10000
    done = zone.managed_pages >= mm.PAGEBLOCK_PAGES * 4 and ceiling > 0
    if done:
        most = max(mm.PAGEBLOCK_PAGES, ceiling)
        zone.watermark_boost = min(zone.watermark_boost + mm.PAGEBLOCK_PAGES, most)
    zone.note("boost_watermark", zone.name, "=", int(done), zone.watermark_boost)
    return done


def reserve_highatomic_pageblock(zone: Zone, pfn: int, order: int) -> None:
    """Keep the pageblock that a high-atomic request was served from for others like it, up to 1 % of the zone."""
    zone.note("reserve_highatomic_pageblock", pfn, order, zone.name)
    percent = zone.managed_pages // 100
    limit = percent + -percent % mm.PAGEBLOCK_PAGES if percent >= mm.PAGEBLOCK_PAGES else 0
    block_type = buddy.get_pageblock_migratetype(zone, pfn)
    if zone.nr_reserved_highatomic < limit and block_type != mm.HIGHATOMIC:
        if order >= mm.PAGEBLOCK_ORDER:
            zone.node.set_pageblock_migratetype(pfn, order, mm.HIGHATOMIC)
            zone.nr_reserved_highatomic += 1 << order
        elif buddy.prep_move_freepages_block(zone, pfn)[0]:
            buddy.move_freepages(zone, pfn, block_type, mm.HIGHATOMIC)
            zone.nr_reserved_highatomic += mm.PAGEBLOCK_PAGES
    zone.note("=")


def unreserve_highatomic(zone: Zone, order: int, migratetype: int) -> bool:
    """Give the pageblock of the first free high-atomic block of this order to a type. Did that move free pages?"""
    pfn = buddy.get_page_from_free_area(zone, order, mm.HIGHATOMIC)
    if pfn is None:
        return False
    zone.nr_reserved_highatomic -= min(max(mm.PAGEBLOCK_PAGES, 1 << order), zone.nr_reserved_highatomic)
    if order < mm.PAGEBLOCK_ORDER:
        inside, _, _ = buddy.prep_move_freepages_block(zone, pfn)
        return inside and buddy.move_freepages(zone, pfn, mm.HIGHATOMIC, migratetype) > 0
    buddy.move_to_free_list(zone, pfn, order, mm.HIGHATOMIC, migratetype)
    zone.node.set_pageblock_migratetype(pfn, order, migratetype)
    return True
