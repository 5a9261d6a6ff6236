"""Who may go below the marks, and what the log says when nobody may.

C: mm/page_alloc.c, current_gfp_context, alloc_flags_nofragment, gfp_to_alloc_flags, __gfp_pfmemalloc_flags, warn_alloc.
"""

from buddylab.modern import gfp
from buddylab.modern.environment import AllocContext, Task
from buddylab.modern.machine import Machine
from buddylab.modern.zone import (
    ALLOC_CPUSET,
    ALLOC_HIGHATOMIC,
    ALLOC_MIN_RESERVE,
    ALLOC_NO_WATERMARKS,
    ALLOC_NOFRAGMENT,
    ALLOC_NON_BLOCK,
    ALLOC_OOM,
    WMARK_LOW,
    WMARK_MIN,
    ZONE_NORMAL,
)

SHOW_MEM_FILTER_NODES = 1


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
    flags = WMARK_LOW | gfp_mask & gfp.KSWAPD_RECLAIM
    return flags | ALLOC_NOFRAGMENT if ac.zonelist and ac.zonelist[0].index == ZONE_NORMAL else flags


def gfp_to_alloc_flags(machine: Machine, task: Task, gfp_mask: int, order: int) -> int:
    """The slow path: the min mark, lowered by what the caller has earned.

    __GFP_HIGH has the value of ALLOC_MIN_RESERVE, __GFP_KSWAPD_RECLAIM that of ALLOC_KSWAPD.
    """
    flags = WMARK_MIN | ALLOC_CPUSET | gfp_mask & (gfp.HIGH | gfp.KSWAPD_RECLAIM)
    if not gfp_mask & gfp.DIRECT_RECLAIM:
        if not gfp_mask & gfp.NOMEMALLOC:
            flags |= ALLOC_NON_BLOCK
            if order and flags & ALLOC_MIN_RESERVE:
                flags |= ALLOC_HIGHATOMIC
        if flags & ALLOC_MIN_RESERVE:
            flags &= ~ALLOC_CPUSET
    elif task.rt_task and task.in_task:
        flags |= ALLOC_MIN_RESERVE
    if machine.trace is not None:
        machine.trace.append(("gfp_to_alloc_flags", gfp_mask, order, "=", flags))
    return flags


def gfp_pfmemalloc_flags(gfp_mask: int, task: Task) -> int:
    """The reserve that is open to those who free memory, or die: no mark at all, or half of it; 0 = to others."""
    if gfp_mask & gfp.NOMEMALLOC:
        return 0
    if gfp_mask & gfp.MEMALLOC or task.in_softirq and task.PF_MEMALLOC:
        return ALLOC_NO_WATERMARKS
    if task.in_task:
        if task.PF_MEMALLOC:
            return ALLOC_NO_WATERMARKS
        if task.oom_victim:
            return ALLOC_OOM
    return 0


def warn_alloc(machine: Machine, task: Task, gfp_mask: int, order: int) -> None:
    """Report the failure, unless asked not to, too soon after the last one, or for DMA on a machine without."""
    trace = machine.trace
    if trace is not None:
        trace.append(("warn_alloc", gfp_mask))
    if gfp_mask & gfp.NOWARN:
        return
    allowed, suppressed = machine.ratelimit.ratelimit(machine.jiffies)
    if suppressed:
        machine.log.append(f"warn_alloc: {suppressed} callbacks suppressed\n")
        if trace is not None:
            trace.append(("printk_suppressed", suppressed))
    has_managed_dma = any(zone.index == 0 and zone.managed_pages for zone in machine.zones)
    if not allowed or gfp_mask & gfp.DMA and not has_managed_dma:
        return
    machine.log.append(warning(task.comm, order, gfp_mask))
    if trace is not None:
        shown = show_mem_filter(task, gfp_mask)
        trace += [("printk", order, gfp_mask), ("dump_stack",), ("show_mem", shown, gfp.gfp_zone(gfp_mask))]


def warning(comm: str, order: int, gfp_mask: int) -> str:
    """The report's first line, byte for byte, on one node and in the root cpuset."""
    mode = f"mode:{gfp_mask:#x}({gfp.gfp_str(gfp_mask)})"
    return f"{comm}: page allocation failure: order:{order}, {mode}, nodemask=(null),cpuset=/,mems_allowed=0\n"


def show_mem_filter(task: Task, gfp_mask: int) -> int:
    """1: Mem-Info leaves out the nodes that the task may not use; 0: it has them all."""
    dying = task.oom_victim or task.PF_MEMALLOC or task.PF_EXITING
    everywhere = not gfp_mask & gfp.NOMEMALLOC and dying or not task.in_task or not gfp_mask & gfp.DIRECT_RECLAIM
    return 0 if everywhere else SHOW_MEM_FILTER_NODES
