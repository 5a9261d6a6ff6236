"""One pass over the zones of a request, and the waking of kswapd.

C: mm/page_alloc.c, get_page_from_freelist, rmqueue, wake_all_kswapds; mm/vmscan.c, wakeup_kswapd, pgdat_balanced.
"""

from buddylab.modern import gfp, mm
from buddylab.modern.environment import AllocContext, Task
from buddylab.modern.fallback import reserve_highatomic_pageblock
from buddylab.modern.machine import Machine
from buddylab.modern.mm import ALLOC_HIGHATOMIC, WMARK_HIGH, ZONE_BELOW_HIGH, ZONE_BOOSTED_WATERMARK
from buddylab.modern.pcp import rmqueue_buddy, rmqueue_pcplist
from buddylab.modern.zone import Zone, zone_watermark_fast, zone_watermark_ok


def get_page_from_freelist(
    machine: Machine, task: Task, gfp_mask: int, order: int, alloc_flags: int, ac: AllocContext
) -> int | None:
    """Go through the zonelist for the first zone that may and can give a block; its first pfn, or None.

    May: the high mark, and once the zone is known to be below it the mark that `alloc_flags` names. Can: from the
    per-cpu list or else from the free lists (C: rmqueue); a zone that is freshly boosted then wakes kswapd.
    """
    trace, zoneidx, zones = machine._trace, ac.highest_zoneidx, ac.zonelist
    if trace is not None:
        trace.append(("get_page_from_freelist", gfp_mask, order, alloc_flags, zoneidx, ac.migratetype))
    if ac.spread_dirty_pages and zones and not machine.ask(("node_dirty_ok",), machine.world.node_dirty_ok, task):
        zones = ()
    found, any_zone = None, alloc_flags & mm.ALLOC_NO_WATERMARKS
    while True:
        for zone in zones:
            above = False
            if not zone.flags & ZONE_BELOW_HIGH:
                mark = zone.watermark[WMARK_HIGH] + zone.watermark_boost
                above = zone_watermark_fast(zone, order, mark, zoneidx, alloc_flags, gfp_mask)
                if not above:
                    zone.flags |= ZONE_BELOW_HIGH
            if not above:
                mark = zone.watermark[alloc_flags & mm.ALLOC_WMARK_MASK] + zone.watermark_boost
                above = zone_watermark_fast(zone, order, mark, zoneidx, alloc_flags, gfp_mask)
            if above or any_zone:
                found = rmqueue_pcplist(zone, order, ac.migratetype, alloc_flags)
                if found is None:
                    found = rmqueue_buddy(zone, order, alloc_flags, ac.migratetype)
                if zone.flags & ZONE_BOOSTED_WATERMARK and alloc_flags & mm.ALLOC_KSWAPD:
                    zone.flags &= ~ZONE_BOOSTED_WATERMARK
                    wakeup_kswapd(machine, task, zone, 0, 0, zone.index)
                if found is not None:
                    machine.owner[found] = zone.index << 5 | order
                    if alloc_flags & ALLOC_HIGHATOMIC:
                        reserve_highatomic_pageblock(zone, found, order)
                    break
        if found is not None or not alloc_flags & mm.ALLOC_NOFRAGMENT:
            break
        alloc_flags &= ~mm.ALLOC_NOFRAGMENT
    if trace is not None:
        trace.append(("=", -1 if found is None else found))
    return found


def wake_all_kswapds(machine: Machine, task: Task, order: int, gfp_mask: int, ac: AllocContext) -> None:
    """Wake the node's kswapd, for the first zone of the list that has managed pages."""
    machine.note("wake_all_kswapds", order, gfp_mask)
    for zone in [zone for zone in ac.zonelist if zone.managed_pages][:1]:
        wakeup_kswapd(machine, task, zone, gfp_mask, order, ac.highest_zoneidx)
    machine.note("=")


def wakeup_kswapd(machine: Machine, task: Task, zone: Zone, gfp_mask: int, order: int, highest_zoneidx: int) -> None:
    """Note what is wanted of kswapd, and wake it if it sleeps and there is something to do.

    Where it is hopeless or not needed kcompactd is woken, unless the caller can compact itself.
    """
    node, world = machine.node, machine.world
    machine.note("wakeup_kswapd", zone.name, gfp_mask, order, highest_zoneidx)
    if node.kswapd_highest_zoneidx == mm.MAX_NR_ZONES or node.kswapd_highest_zoneidx < highest_zoneidx:
        node.kswapd_highest_zoneidx = highest_zoneidx
    node.kswapd_order = max(node.kswapd_order, order)
    if not node.kswapd_awake:
        boosted = any(z.watermark_boost for z in machine.zones if z.index <= highest_zoneidx and z.managed_pages)
        hopeless = node.kswapd_failures >= mm.MAX_RECLAIM_RETRIES
        if not hopeless and (not pgdat_balanced(machine, order, highest_zoneidx) or boosted):
            woken = ("wake_up_interruptible", node.kswapd_order, node.kswapd_highest_zoneidx)
            machine.ask(woken, world.wake_up_interruptible, task)
        elif not gfp_mask & gfp.DIRECT_RECLAIM:
            kcompactd = ("wakeup_kcompactd", order, highest_zoneidx)
            machine.ask(kcompactd, world.wakeup_kcompactd, order, highest_zoneidx)
    machine.note("=")


def pgdat_balanced(machine: Machine, order: int, highest_zoneidx: int) -> bool:
    """Does any managed zone up to this index pass its high mark? True if there is none."""
    machine.note("pgdat_balanced", order, highest_zoneidx)
    zones = [zone for zone in machine.zones if zone.index <= highest_zoneidx and zone.managed_pages]
    marks = ((zone, zone.mark(WMARK_HIGH)) for zone in zones)
    balanced = not zones or any(zone_watermark_ok(zone, order, mark, highest_zoneidx, 0) for zone, mark in marks)
    machine.note("=", int(balanced))
    return balanced
