"""`__alloc_pages()` of Linux 6.12.117 as fourteen stages: labels are functions, gotos are returns.

`step` runs one stage and is the only verb; `alloc_pages` is a while loop over it. C: mm/page_alloc.c.
"""

from buddylab.modern import freelist, gfp, mm, slowpath
from buddylab.modern.environment import Task
from buddylab.modern.machine import Machine
from buddylab.modern.slowpath import Attempt, Stage


class Livelock(Exception):
    """The ladder would turn for ever: the bound on rounds was reached. `attempt` is left as it stands."""

    def __init__(self, attempt: Attempt, rounds: int) -> None:
        """rounds: how often the ladder went back up."""
        super().__init__(f"after {rounds:,} rounds the request is still being retried: {attempt.why_retried()}")
        self.attempt = attempt


def fast_path(a: Attempt) -> Stage | None:
    """Fault injection may refuse; then one pass at the low mark, keeping the types apart in Normal."""
    m, fault = a.machine, a.machine.fail_page_alloc
    if fault and fault.should_fail_alloc_page(a.gfp_mask, a.order, a.p, m.world.get_random_u32_below, m.trace):
        return None
    a.page = a.get_page_from_freelist(freelist.fast_path_flags(a.gfp_mask, a.ac))
    return restart if a.page is None else None


def restart(a: Attempt) -> Stage:
    """The slow path begins: how deep into the reserves may this caller go? Without a zone it ends at once."""
    a.machine.note("__alloc_pages_slowpath", a.gfp_mask, a.order, a.ac.highest_zoneidx, a.ac.migratetype)
    a.ac.spread_dirty_pages = False
    a.alloc_flags = freelist.gfp_to_alloc_flags(a.machine, a.p, a.gfp_mask, a.order)
    return wake if a.ac.zonelist else nopage


def wake(a: Attempt) -> Stage:
    """Wake kswapd, if the mask says so; it works later, the request goes on."""
    if a.alloc_flags & mm.ALLOC_KSWAPD:
        freelist.wake_all_kswapds(a.machine, a.p, a.order, a.gfp_mask, a.ac)
    return first_pass


def first_pass(a: Attempt) -> Stage:
    """A pass at the min mark; costly and unmovable requests that may compact do so before they reclaim."""
    a.page = a.get_page_from_freelist(a.alloc_flags)
    if a.page is not None:
        return got_pg
    wanted = a.costly or a.order > 0 and a.ac.migratetype != mm.MOVABLE
    return first_compact if wanted and a.can_compact and not freelist.gfp_pfmemalloc_flags(a.gfp_mask, a.p) else retry


def first_compact(a: Attempt) -> Stage:
    """Compact without waiting for anything; for costly requests with __GFP_NORETRY this may be all."""
    slowpath.direct_compact(a, mm.COMPACT_PRIO_ASYNC)
    if a.page is not None:
        return got_pg
    if a.costly and a.has(gfp.NORETRY):
        if a.compact_result in (mm.COMPACT_SKIPPED, mm.COMPACT_DEFERRED) or a.has(gfp.THISNODE):
            return nopage
        a.compact_priority = mm.COMPACT_PRIO_ASYNC
    return retry


def retry(a: Attempt) -> Stage:
    """Every round begins here: wake kswapd, and a pass, at a reserve for those who free memory or die."""
    if a.alloc_flags & mm.ALLOC_KSWAPD:
        freelist.wake_all_kswapds(a.machine, a.p, a.order, a.gfp_mask, a.ac)
    reserve_flags = freelist.gfp_pfmemalloc_flags(a.gfp_mask, a.p)
    if reserve_flags:
        a.alloc_flags = reserve_flags | a.alloc_flags & mm.ALLOC_KSWAPD
    a.page = a.get_page_from_freelist(a.alloc_flags)
    if a.page is not None:
        return got_pg
    return reclaim if a.has(gfp.DIRECT_RECLAIM) and not a.p.PF_MEMALLOC else nopage


def reclaim(a: Attempt) -> Stage:
    """The caller frees memory itself; after progress a pass, and a second one once hidden pages were given back."""
    a.machine.note("__alloc_pages_direct_reclaim", a.gfp_mask, a.order, a.alloc_flags)
    slowpath.perform_reclaim(a)
    if a.did_some_progress:
        a.page = a.get_page_from_freelist(a.alloc_flags)
        if a.page is None:
            slowpath.unreserve_highatomic_pageblock(a, force=False)
            a.machine.drain_local_pages()
            a.page = a.get_page_from_freelist(a.alloc_flags)
    a.leave(a.page, a.did_some_progress)
    return compact if a.page is None else got_pg


def compact(a: Attempt) -> Stage:
    """The caller moves pages to make a block. Those who must not retry, or want much, give up afterwards."""
    slowpath.direct_compact(a, a.compact_priority)
    if a.page is not None:
        return got_pg
    if a.has(gfp.NORETRY):
        return nopage
    if a.costly and not (a.can_compact and a.has(gfp.RETRY_MAYFAIL)):
        return nopage
    return should_reclaim_retry


def should_reclaim_retry(a: Attempt) -> Stage:
    """Could reclaim still make it? If not, perhaps compaction after reclaim's progress."""
    if slowpath.reclaim_retries(a):
        return retry
    return should_compact_retry if a.did_some_progress and a.can_compact else may_oom


def should_compact_retry(a: Attempt) -> Stage:
    """Could compaction still make it?"""
    return retry if slowpath.compaction_retries(a) else may_oom


def may_oom(a: Attempt) -> Stage:
    """Have somebody killed, unless a page is there after all; then round again, as long as that makes progress."""
    slowpath.alloc_pages_may_oom(a)
    if a.page is not None:
        return got_pg
    if a.p.oom_victim and (a.alloc_flags & mm.ALLOC_OOM or a.has(gfp.NOMEMALLOC)):
        return nopage
    if a.did_some_progress:
        a.no_progress_loops = 0
        return retry
    return nopage


def nopage(a: Attempt) -> Stage:
    """Nothing: a failure, unless __GFP_NOFAIL may go on, with half of the min mark and for ever."""
    if not a.has(gfp.NOFAIL) or not a.has(gfp.DIRECT_RECLAIM):
        return fail
    a.page = slowpath.cpuset_fallback(a, mm.ALLOC_MIN_RESERVE)
    if a.page is not None:
        return got_pg
    a.cond_resched()
    return retry


def fail(a: Attempt) -> None:
    """Say so in the log, unless asked not to or too much was said already."""
    freelist.warn_alloc(a.machine, a.p, a.gfp_mask, a.order)
    a.leave(None)
    return None


def got_pg(a: Attempt) -> None:
    """The way out with the page."""
    a.leave(a.page)
    return None


ONCE: tuple[Stage, ...] = (fast_path, restart, wake, first_pass, first_compact)
WAYS_BACK: tuple[Stage, ...] = (should_reclaim_retry, should_compact_retry, may_oom, nopage)
"""The stages that may go back to `retry`."""
STAGES: tuple[Stage, ...] = (*ONCE, retry, reclaim, compact, *WAYS_BACK, fail, got_pg)
"""The ladder from top to bottom."""


def begin(machine: Machine, gfp_mask: int, order: int, *, task: Task | None = None) -> Attempt:
    """A request that stands before its first stage. Raises ValueError for an order below 0 or a mask that is none."""
    task = task or Task()
    mask = freelist.current_gfp_context(gfp.check_mask(gfp_mask), task)
    if type(order) is not int or order < 0:
        raise ValueError(f"order must be an int from 0 up (0 to {mm.MAX_PAGE_ORDER} can be served), not {order!r}")
    stage = fast_path if order <= mm.MAX_PAGE_ORDER else None
    return Attempt(machine, mask, order, machine.context(mask), task, stage)


def step(a: Attempt) -> Stage | None:
    """Run the attempt's next stage; returns (and notes in `a.stage`) the one after it, None at the end."""
    stage = a.stage
    if stage is None:
        raise ValueError("this request has ended; begin another one")
    task = (int(a.p.PF_MEMALLOC), int(a.p.oom_victim))
    a.machine.note("stage", stage.__name__, a.alloc_flags, a.did_some_progress, *task)
    a.stage = stage(a)
    if a.stage is retry and stage in WAYS_BACK:
        a.rounds += 1
    return a.stage


def alloc_pages(
    machine: Machine, gfp_mask: int, order: int, *, task: Task | None = None, max_rounds: int = 10_000
) -> int | None:
    """Ask for 2^order pages: the block's first pfn, or None, as for any order above 10. C: __alloc_pages.

    Raises Livelock once the ladder has gone back up more than `max_rounds` times, ValueError for a bad argument.
    """
    if max_rounds < 0:
        raise ValueError(f"max_rounds must be 0 or more, not {max_rounds!r}")
    a = begin(machine, gfp_mask, order, task=task)
    while a.stage is not None:
        if a.rounds > max_rounds:
            raise Livelock(a, max_rounds)
        step(a)
    return a.page
