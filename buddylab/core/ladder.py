"""`__alloc_pages()` as sixteen stages: labels are functions, gotos are returns.

A stage does what its lines of the C do and returns the stage that comes next, or None where the C returns.
`step` runs one stage and is the only verb; `alloc_pages` is a while loop over it. C: mm/page_alloc.c.
"""

from buddylab.core import gfp
from buddylab.core.attempt import Attempt, Livelock, Stage, cond_resched, congestion_wait, try_to_free_pages
from buddylab.core.environment import Task, warning
from buddylab.core.machine import Machine, wakeup_kswapd
from buddylab.core.zone import (
    ALLOC_CPUSET,
    ALLOC_HARDER,
    ALLOC_HIGH,
    ALLOC_NO_WATERMARKS,
    ALLOC_WMARK_HIGH,
    ALLOC_WMARK_LOW,
    ALLOC_WMARK_MIN,
    MAX_ORDER,
)


def might_sleep(a: Attempt) -> Stage:
    """A debug check: may this caller sleep? It waits for nothing."""
    if a.machine.trace is not None:
        a.machine.trace.append(("might_sleep_if", int(bool(a.gfp_mask & gfp.WAIT))))
    return fault_injection


def fault_injection(a: Attempt) -> Stage | None:
    """Is the request to fail on purpose? Then return at once, without a word in the log."""
    m = a.machine
    if m.fault_attr.should_fail_alloc_page(a.gfp_mask, a.order, a.p, m.world.random32, m.trace):
        return None
    return restart


def restart(a: Attempt) -> Stage | None:
    """First try: every zone must stay above pages_low. An empty zonelist ends it."""
    if not a.zonelist.zones:
        return None
    a.page = a.get_page_from_freelist(a.gfp_mask | gfp.HARDWALL, ALLOC_WMARK_LOW | ALLOC_CPUSET)
    return got_pg if a.page is not None else thisnode


def thisnode(a: Attempt) -> Stage:
    """All three bits of GFP_THISNODE on a NUMA kernel: the caller would rather try elsewhere than reclaim."""
    if a.machine.numa and a.gfp_mask & gfp.GFP_THISNODE == gfp.GFP_THISNODE:
        return nopage
    return wake_kswapd


def wake_kswapd(a: Attempt) -> Stage:
    """Offer every zone of the list to kswapd; it works later, the request goes on."""
    for zone in a.zonelist.zones:
        wakeup_kswapd(a.machine, a.p, zone, a.order)
    return alloc_flags


def alloc_flags(a: Attempt) -> Stage:
    """How deep into the reserves may this caller go?"""
    wait = a.gfp_mask & gfp.WAIT
    a.alloc_flags = ALLOC_WMARK_MIN
    if (a.p.rt_task and not a.p.in_interrupt) or not wait:
        a.alloc_flags |= ALLOC_HARDER
    if a.gfp_mask & gfp.HIGH:
        a.alloc_flags |= ALLOC_HIGH
    if wait:
        a.alloc_flags |= ALLOC_CPUSET
    return min_attempt


def min_attempt(a: Attempt) -> Stage:
    """Second try: pages_min, lowered by what the caller has earned."""
    a.page = a.get_page_from_freelist(a.gfp_mask, a.alloc_flags)
    return got_pg if a.page is not None else rebalance


def rebalance(a: Attempt) -> Stage:
    """The crossroads: who may use the reserve, who must give up, who reclaims?"""
    if (a.p.PF_MEMALLOC or a.p.TIF_MEMDIE) and not a.p.in_interrupt:
        return nopage if a.gfp_mask & gfp.NOMEMALLOC else nofail_alloc
    return direct_reclaim if a.gfp_mask & gfp.WAIT else nopage


def nofail_alloc(a: Attempt) -> Stage:
    """Third try, for those who free memory or die: no mark at all. With __GFP_NOFAIL for ever."""
    a.page = a.get_page_from_freelist(a.gfp_mask, ALLOC_NO_WATERMARKS)
    if a.page is not None:
        return got_pg
    if a.gfp_mask & gfp.NOFAIL:
        congestion_wait(a)
        return nofail_alloc
    return nopage


def direct_reclaim(a: Attempt) -> Stage:
    """The caller frees memory itself; meanwhile it may use the reserve (PF_MEMALLOC)."""
    cond_resched(a)
    if a.machine.trace is not None:
        a.machine.trace.append(("cpuset_memory_pressure_bump",))
    a.p.PF_MEMALLOC = True
    a.did_some_progress = try_to_free_pages(a)
    a.p.PF_MEMALLOC = False
    cond_resched(a)
    if a.did_some_progress:
        return retry_after_reclaim
    if a.gfp_mask & gfp.FS and not a.gfp_mask & gfp.NORETRY:
        return high_attempt
    return should_retry


def retry_after_reclaim(a: Attempt) -> Stage:
    """Reclaim reported progress: try again with the second try's flags."""
    a.page = a.get_page_from_freelist(a.gfp_mask, a.alloc_flags)
    return got_pg if a.page is not None else should_retry


def high_attempt(a: Attempt) -> Stage:
    """Before anyone is killed: has somebody else just freed so much that even pages_high is met?"""
    a.page = a.get_page_from_freelist(a.gfp_mask | gfp.HARDWALL, ALLOC_WMARK_HIGH | ALLOC_CPUSET)
    return got_pg if a.page is not None else out_of_memory


def out_of_memory(a: Attempt) -> Stage:
    """Have somebody killed, then down the whole ladder again."""
    if a.machine.trace is not None:
        a.machine.trace.append(("out_of_memory", a.gfp_mask, a.order))
    a.sleep(a.machine.world.out_of_memory(a.p, a.zonelist.zones, a.gfp_mask, a.order))
    return restart


def should_retry(a: Attempt) -> Stage:
    """Orders up to 3, __GFP_REPEAT and __GFP_NOFAIL go round again; __GFP_NORETRY beats them all."""
    if not a.gfp_mask & gfp.NORETRY and (a.order <= 3 or a.gfp_mask & (gfp.REPEAT | gfp.NOFAIL)):
        congestion_wait(a)
        return rebalance
    return nopage


def nopage(a: Attempt) -> Stage:
    """Failed: say so in the log, unless asked not to or too much was said already."""
    m = a.machine
    if not a.gfp_mask & gfp.NOWARN and m.printk_ratelimit.allows(m.jiffies, m.trace, m.log):
        m.log.append(warning(a.p.comm, a.order, a.gfp_mask))
        if m.trace is not None:
            m.trace += [("printk", a.order, a.gfp_mask), ("dump_stack",), ("show_mem",)]
    return got_pg


def got_pg(a: Attempt) -> None:
    """The one regular way out: the page, or nothing when control fell through from nopage."""
    return None


STAGES: tuple[Stage, ...] = (
    might_sleep,
    fault_injection,
    restart,
    thisnode,
    wake_kswapd,
    alloc_flags,
    min_attempt,
    rebalance,
    nofail_alloc,
    direct_reclaim,
    retry_after_reclaim,
    high_attempt,
    out_of_memory,
    should_retry,
    nopage,
    got_pg,
)
"""The ladder from top to bottom."""

BACK_EDGES = frozenset({(nofail_alloc, nofail_alloc), (out_of_memory, restart), (should_retry, rebalance)})
"""The three ways back up."""


def begin(machine: Machine, gfp_mask: int, order: int, *, node: int = 0, task: Task | None = None) -> Attempt:
    """A request that stands before its first stage. Raises ValueError for an order below 0, a mask or node outside."""
    gfp.check_mask(gfp_mask)
    if not isinstance(order, int) or isinstance(order, bool) or order < 0:
        raise ValueError(f"order must be an int from 0 up (0 to {MAX_ORDER - 1} can be served), not {order!r}")
    if type(node) is not int or not 0 <= node < len(machine.nodes):
        raise ValueError(f"node must be from 0 to {len(machine.nodes) - 1}, not {node!r}")
    zonelist = machine.zonelist(gfp_mask, node)
    stage = might_sleep if order < MAX_ORDER else None
    return Attempt(machine, gfp_mask, order, zonelist, task or Task(), wake_at=machine.jiffies, stage=stage)


def step(a: Attempt) -> Stage | None:
    """Run the attempt's next stage; returns (and notes in `a.stage`) the one after it, None at the end."""
    stage = a.stage
    if stage is None:
        raise ValueError("this request has ended; begin another one")
    if a.machine.trace is not None:
        a.machine.trace.append(
            ("stage", stage.__name__, a.alloc_flags, a.did_some_progress, int(a.p.PF_MEMALLOC), int(a.p.TIF_MEMDIE))
        )
    a.stage = stage(a)
    if (stage, a.stage) in BACK_EDGES:
        a.rounds += 1
    return a.stage


def alloc_pages(
    machine: Machine, gfp_mask: int, order: int, *, node: int = 0, task: Task | None = None, max_rounds: int = 10_000
) -> int | None:
    """Ask for 2^order pages: the block's first pfn, or None. C: alloc_pages_node and __alloc_pages.

    Order 11 and above gives None without entering the ladder. Sleeps let the machine's clock run.
    Raises Livelock once the ladder has gone back up more than `max_rounds` times, ValueError for a bad argument.
    """
    if max_rounds < 0:
        raise ValueError(f"max_rounds must be 0 or more, not {max_rounds!r}")
    a = begin(machine, gfp_mask, order, node=node, task=task)
    while a.stage is not None:
        if a.wake_at > machine.jiffies:
            machine.tick(a.wake_at - machine.jiffies)
        if a.rounds > max_rounds:
            raise Livelock(a, max_rounds)
        step(a)
    return a.page
