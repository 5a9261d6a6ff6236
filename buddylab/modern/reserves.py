"""Who may go below the marks, and what the log says when nobody may.

C: mm/page_alloc.c, current_gfp_context, alloc_flags_nofragment, gfp_to_alloc_flags, __gfp_pfmemalloc_flags, warn_alloc.
"""

from buddylab.modern import gfp, mm
from buddylab.modern.environment import AllocContext, Task
from buddylab.modern.machine import Machine


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
    """The slow path: the min mark, lowered by what the caller has earned.

    __GFP_HIGH has the value of ALLOC_MIN_RESERVE, __GFP_KSWAPD_RECLAIM that of ALLOC_KSWAPD.
    """
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
