"""One pass over the zones of a request, and the waking of kswapd.

C: mm/page_alloc.c, get_page_from_freelist, rmqueue, wake_all_kswapds; mm/vmscan.c, wakeup_kswapd, pgdat_balanced.
"""

from buddylab.modern import gfp
from buddylab.modern.environment import AllocContext, Task
from buddylab.modern.fallback import reserve_highatomic_pageblock
from buddylab.modern.machine import Machine
from buddylab.modern.pcp import PINDEX, rmqueue_buddy, rmqueue_pcplist
from buddylab.modern.watermark import zone_watermark_fast, zone_watermark_ok
from buddylab.modern.zone import (
    ALLOC_HIGHATOMIC,
    ALLOC_KSWAPD,
    ALLOC_NO_WATERMARKS,
    ALLOC_NOFRAGMENT,
    ALLOC_WMARK_MASK,
    MAX_NR_ZONES,
    WMARK_HIGH,
    ZONE_BELOW_HIGH,
    ZONE_BOOSTED_WATERMARK,
    Zone,
)

MAX_RECLAIM_RETRIES = 16


def get_page_from_freelist(
    machine: Machine, task: Task, gfp_mask: int, order: int, alloc_flags: int, ac: AllocContext
) -> int | None:
    """Go through the zonelist for the first zone that may and can give a block; its first pfn, or None.

    May: the high mark, and once the zone is known to be below it the mark that `alloc_flags` names.
    """
    trace, highest_zoneidx = machine._trace, ac.highest_zoneidx
    if trace is not None:
        trace.append(("get_page_from_freelist", gfp_mask, order, alloc_flags, highest_zoneidx, ac.migratetype))
    zones = ac.zonelist
    if ac.spread_dirty_pages and zones and not machine.ask(("node_dirty_ok",), machine.world.node_dirty_ok, task):
        zones = ()
    found = None
    while True:
        for zone in zones:
            if not zone.flags & ZONE_BELOW_HIGH:
                mark = zone.watermark[WMARK_HIGH] + zone.watermark_boost
                above = zone_watermark_fast(zone, order, mark, highest_zoneidx, alloc_flags, gfp_mask)
                if not above:
                    zone.flags |= ZONE_BELOW_HIGH
            if zone.flags & ZONE_BELOW_HIGH:
                mark = zone.watermark[alloc_flags & ALLOC_WMARK_MASK] + zone.watermark_boost
                if (
                    not zone_watermark_fast(zone, order, mark, highest_zoneidx, alloc_flags, gfp_mask)
                    and not alloc_flags & ALLOC_NO_WATERMARKS
                ):
                    continue
            found = rmqueue(machine, task, zone, order, alloc_flags, ac.migratetype)
            if found is not None:
                machine.owner[found] = zone.index << 5 | order
                if alloc_flags & ALLOC_HIGHATOMIC:
                    reserve_highatomic_pageblock(zone, found, order)
                break
        if found is not None or not alloc_flags & ALLOC_NOFRAGMENT:
            break
        alloc_flags &= ~ALLOC_NOFRAGMENT
    if trace is not None:
        trace.append(("=", -1 if found is None else found))
    return found


def rmqueue(
    machine: Machine, task: Task, zone: Zone, order: int, alloc_flags: int, migratetype: int
) -> int | None:
    """Take a block of a zone: from the per-cpu list, or else from the free lists; a boosted zone wakes kswapd."""
    pfn = rmqueue_pcplist(zone, order, migratetype, alloc_flags) if order in PINDEX else None
    if pfn is None:
        pfn = rmqueue_buddy(zone, order, alloc_flags, migratetype)
    if zone.flags & ZONE_BOOSTED_WATERMARK and alloc_flags & ALLOC_KSWAPD:
        zone.flags &= ~ZONE_BOOSTED_WATERMARK
        wakeup_kswapd(machine, task, zone, 0, 0, zone.index)
    return pfn


def wake_all_kswapds(machine: Machine, task: Task, order: int, gfp_mask: int, ac: AllocContext) -> None:
    """Wake the node's kswapd, for the first zone of the list that has managed pages."""
    trace = machine.trace
    if trace is not None:
        trace.append(("wake_all_kswapds", order, gfp_mask))
    for zone in ac.zonelist:
        if zone.managed_pages:
            wakeup_kswapd(machine, task, zone, gfp_mask, order, ac.highest_zoneidx)
            break
    if trace is not None:
        trace.append(("=",))


def wakeup_kswapd(
    machine: Machine, task: Task, zone: Zone, gfp_mask: int, order: int, highest_zoneidx: int
) -> None:
    """Note what is wanted of kswapd, and wake it if it sleeps and there is something to do; else kcompactd."""
    trace, node = machine.trace, machine.node
    if trace is not None:
        trace.append(("wakeup_kswapd", zone.name, gfp_mask, order, highest_zoneidx))
    if zone.managed_pages:
        if node.kswapd_highest_zoneidx in (MAX_NR_ZONES, *range(highest_zoneidx)):
            node.kswapd_highest_zoneidx = highest_zoneidx
        node.kswapd_order = max(node.kswapd_order, order)
        if not node.kswapd_awake:
            _wake(machine, task, gfp_mask, order, highest_zoneidx)
    if trace is not None:
        trace.append(("=",))


def _wake(machine: Machine, task: Task, gfp_mask: int, order: int, highest_zoneidx: int) -> None:
    """kswapd sleeps: wake it, or where it would do nothing kcompactd, unless the caller compacts itself."""
    node = machine.node
    boosted = any(z.watermark_boost for z in machine.zones if z.index <= highest_zoneidx and z.managed_pages)
    hopeless = node.kswapd_failures >= MAX_RECLAIM_RETRIES
    if hopeless or pgdat_balanced(machine, order, highest_zoneidx) and not boosted:
        if not gfp_mask & gfp.DIRECT_RECLAIM:
            kcompactd = ("wakeup_kcompactd", order, highest_zoneidx)
            machine.ask(kcompactd, machine.world.wakeup_kcompactd, order, highest_zoneidx)
    else:
        woken = ("wake_up_interruptible", node.kswapd_order, node.kswapd_highest_zoneidx)
        machine.ask(woken, machine.world.wake_up_interruptible, task)


def pgdat_balanced(machine: Machine, order: int, highest_zoneidx: int) -> bool:
    """Does any managed zone up to this index pass its high mark? True if there is none."""
    trace = machine.trace
    if trace is not None:
        trace.append(("pgdat_balanced", order, highest_zoneidx))
    zones = [zone for zone in machine.zones if zone.index <= highest_zoneidx and zone.managed_pages]
    balanced = not zones or any(
        zone_watermark_ok(zone, order, zone.watermark[WMARK_HIGH] + zone.watermark_boost, highest_zoneidx, 0)
        for zone in zones
    )
    if trace is not None:
        trace.append(("=", int(balanced)))
    return balanced
