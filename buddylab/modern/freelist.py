"""Who may go how deep into the zones, one pass over them, the waking of kswapd, and what the log says at the end.

C: mm/page_alloc.c; mm/vmscan.c, wakeup_kswapd and pgdat_balanced.
"""

from buddylab.modern import gfp, mm
from buddylab.modern.environment import AllocContext, Task
from buddylab.modern.fallback import reserve_highatomic_pageblock
from buddylab.modern.machine import Machine
from buddylab.modern.mm import ALLOC_HIGHATOMIC, WMARK_HIGH, ZONE_BELOW_HIGH, ZONE_BOOSTED_WATERMARK
from buddylab.modern.pcp import rmqueue_buddy, rmqueue_pcplist
from buddylab.modern.zone import Zone, zone_watermark_fast, zone_watermark_ok


def current_gfp_context(gfp_mask: int, task: Task) -> int:
    """The mask less the bits that this kernel does not know, and less what the task's scopes forbid."""
    gfp_mask &= gfp.GFP_ALLOWED_MASK
    if task.PF_MEMALLOC_NOIO:
        gfp_mask &= ~(gfp.IO | gfp.FS)
    elif task.PF_MEMALLOC_NOFS:
        gfp_mask &= ~gfp.FS
    return gfp_mask & ~gfp.MOVABLE if task.PF_MEMALLOC_PIN else gfp_mask


def fast_path_flags(gfp_mask: int, ac: AllocContext) -> int:
    """The first pass: the low mark; types kept apart where the first zone is Normal. C: alloc_flags_nofragment."""
    flags = mm.WMARK_LOW | gfp_mask & gfp.KSWAPD_RECLAIM
    return flags | mm.ALLOC_NOFRAGMENT if ac.zonelist and ac.zonelist[0].index == mm.ZONE_NORMAL else flags


def gfp_to_alloc_flags(machine: Machine, task: Task, gfp_mask: int, order: int) -> int:
    """The slow path: the min mark, lowered by what the caller has earned."""
    # __GFP_HIGH has the value of ALLOC_MIN_RESERVE, __GFP_KSWAPD_RECLAIM that of ALLOC_KSWAPD.
    flags = mm.WMARK_MIN | mm.ALLOC_CPUSET | gfp_mask & (gfp.HIGH | gfp.KSWAPD_RECLAIM)
    if not gfp_mask & gfp.DIRECT_RECLAIM:
        if not gfp_mask & gfp.NOMEMALLOC:
            flags |= mm.ALLOC_NON_BLOCK
            if order and flags & mm.ALLOC_MIN_RESERVE:
                flags |= mm.ALLOC_HIGHATOMIC
        if flags & mm.ALLOC_MIN_RESERVE:
            flags &= ~mm.ALLOC_CPUSET
    elif task.rt_task and task.in_task:
        flags |= mm.ALLOC_MIN_RESERVE
    machine.note("gfp_to_alloc_flags", gfp_mask, order, "=", flags)
    return flags


def gfp_pfmemalloc_flags(gfp_mask: int, task: Task) -> int:
    """The reserve that is open to those who free memory, or die: no mark at all, or half of it; 0 = to others."""
    if gfp_mask & gfp.NOMEMALLOC:
        return 0
    if gfp_mask & gfp.MEMALLOC or task.PF_MEMALLOC and (task.in_softirq or task.in_task):
        return mm.ALLOC_NO_WATERMARKS
    return mm.ALLOC_OOM if task.oom_victim and task.in_task else 0


def warn_alloc(machine: Machine, task: Task, gfp_mask: int, order: int) -> None:
    """Report the failure, unless asked not to, too soon after the last one, or for DMA on a machine without."""
    machine.note("warn_alloc", gfp_mask)
    if gfp_mask & gfp.NOWARN:
        return
    allowed, suppressed = machine.ratelimit.ratelimit(machine.jiffies)
    if suppressed:
        machine.log.append(f"warn_alloc: {suppressed} callbacks suppressed\n")
        machine.note("printk_suppressed", suppressed)
    has_managed_dma = any(zone.index == 0 and zone.managed_pages for zone in machine.zones)
    if allowed and (not gfp_mask & gfp.DMA or has_managed_dma):
        machine.log.append(warning(task.comm, order, gfp_mask))
        machine.note("printk", order, gfp_mask)
        machine.note("dump_stack")
        machine.note("show_mem", show_mem_filter(task, gfp_mask), gfp.gfp_zone(gfp_mask))


def warning(comm: str, order: int, gfp_mask: int) -> str:
    """The report's first line, byte for byte, on one node and in the root cpuset."""
    mode = f"mode:{gfp_mask:#x}({gfp.gfp_str(gfp_mask)})"
    return f"{comm}: page allocation failure: order:{order}, {mode}, nodemask=(null),cpuset=/,mems_allowed=0\n"


def show_mem_filter(task: Task, gfp_mask: int) -> int:
    """1: Mem-Info leaves out the nodes that the task may not use; 0: it has them all."""
    dying = task.oom_victim or task.PF_MEMALLOC or task.PF_EXITING
    everywhere = not gfp_mask & gfp.NOMEMALLOC and dying or not task.in_task or not gfp_mask & gfp.DIRECT_RECLAIM
    return 0 if everywhere else mm.SHOW_MEM_FILTER_NODES


def get_page_from_freelist(
    machine: Machine, task: Task, gfp_mask: int, order: int, alloc_flags: int, ac: AllocContext
) -> int | None:
    """Go through the zonelist for the first zone that may and can give a block; its first pfn, or None.

    May: the high mark holds, or, once the zone is known to be below that, the mark that `alloc_flags` names.
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
    """Note what is wanted of kswapd, and wake it if it sleeps; if it could do nothing, perhaps kcompactd."""
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
