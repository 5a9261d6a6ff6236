"""What the stages have at hand: the locals, and the functions that they call. C: mm/page_alloc.c."""

from collections.abc import Callable
from dataclasses import dataclass

from buddylab.modern import gfp, mm
from buddylab.modern.environment import AllocContext, Task
from buddylab.modern.fallback import unreserve_highatomic
from buddylab.modern.freelist import get_page_from_freelist
from buddylab.modern.machine import Machine
from buddylab.modern.zone import Zone, zone_watermark_ok

Stage = Callable[["Attempt"], "Stage | None"]


@dataclass(slots=True, eq=False)
class Attempt:
    """The C function's arguments and locals; the `stage` that runs next, None at the end; ways back in `rounds`."""

    machine: Machine
    gfp_mask: int
    order: int
    ac: AllocContext
    p: Task
    stage: Stage | None = None
    page: int | None = None
    alloc_flags: int = 0
    did_some_progress: int = 0
    no_progress_loops: int = 0
    compact_result: int = mm.COMPACT_SKIPPED
    compact_priority: int = mm.COMPACT_PRIO_SYNC_LIGHT
    compaction_retries: int = 0
    rounds: int = 0

    @property
    def costly(self) -> bool:
        """More than order 3: not tried as hard."""
        return self.order > mm.PAGE_ALLOC_COSTLY_ORDER

    @property
    def can_compact(self) -> bool:
        """May the caller compact? It has to be able to reclaim and to do I/O."""
        return self.has(gfp.DIRECT_RECLAIM) and self.has(gfp.IO)

    def has(self, bit: int) -> bool:
        """Does the mask have this bit?"""
        return bool(self.gfp_mask & bit)

    def leave(self, *values: int | None) -> None:
        """Record what a function returned; a page that is none is -1."""
        self.machine.note("=", *(-1 if value is None else int(value) for value in values))

    def get_page_from_freelist(self, alloc_flags: int, gfp_mask: int | None = None) -> int | None:
        """One pass over the zones, with the request's own mask unless another is given."""
        mask = self.gfp_mask if gfp_mask is None else gfp_mask
        return get_page_from_freelist(self.machine, self.p, mask, self.order, alloc_flags, self.ac)

    def cond_resched(self) -> None:
        """Offer the CPU to others."""
        self.machine.ask(("cond_resched",), self.machine.world.cond_resched, self.p)

    def sleep(self) -> None:
        """Sleep one tick."""
        self.machine.note("schedule_timeout_uninterruptible", 1)
        self.machine.tick(self.machine.world.schedule_timeout_uninterruptible(self.p, 1))
        self.leave()

    def why_retried(self) -> str:
        """Why the rules send this request round again, in one sentence."""
        words = gfp.gfp_str(self.gfp_mask)
        if self.has(gfp.NOFAIL):
            return f"{words} has __GFP_NOFAIL, which never gives up"
        return f"reclaim, compaction or the OOM killer goes on reporting progress to {words}, order {self.order}"


def cpuset_fallback(a: Attempt, alloc_flags: int) -> int | None:
    """A pass in the cpuset, then one without it."""
    page = a.get_page_from_freelist(alloc_flags | mm.ALLOC_CPUSET)
    return a.get_page_from_freelist(alloc_flags) if page is None else page


def direct_compact(a: Attempt, priority: int) -> None:
    """Compact in the caller's name: `a.page` is the block that was captured, or what a pass finds afterwards."""
    a.machine.note("__alloc_pages_direct_compact", a.gfp_mask, a.order, a.alloc_flags, priority)
    if a.order:
        captured = try_to_compact_pages(a, priority)
        if a.compact_result != mm.COMPACT_SKIPPED:
            a.page = a.get_page_from_freelist(a.alloc_flags) if captured is None else captured
            if a.page is None:
                a.cond_resched()
            else:
                zone = a.machine.by_index[a.machine.owner[a.page] >> 5]
                a.machine.note("compaction_defer_reset", zone.name, a.order, 1)
                a.leave()
    a.leave(a.page, a.compact_result)


def try_to_compact_pages(a: Attempt, priority: int) -> int | None:
    """Let the world compact, with PF_MEMALLOC set; the block that it captured, which is the caller's now."""
    m, memalloc, a.p.PF_MEMALLOC = a.machine, a.p.PF_MEMALLOC, True
    m.note("try_to_compact_pages", a.gfp_mask, a.order, a.alloc_flags, priority, 1)
    a.compact_result, captured = m.world.try_to_compact_pages(a.p, a.ac, a.order, a.alloc_flags, priority)
    a.leave(a.compact_result, captured)
    a.p.PF_MEMALLOC = memalloc
    if captured is not None:
        zone = next(zone for zone in m.zones if zone.start_pfn <= captured < zone.end_pfn)
        m.owner[captured] = zone.index << 5 | a.order
    return captured


def perform_reclaim(a: Attempt) -> None:
    """Let the world reclaim in the caller's name, with PF_MEMALLOC set."""
    a.cond_resched()
    memalloc, a.p.PF_MEMALLOC = a.p.PF_MEMALLOC, True
    world = a.machine.world
    event = ("try_to_free_pages", a.order, a.gfp_mask, 1)
    a.did_some_progress = a.machine.ask(event, world.try_to_free_pages, a.p, a.ac, a.order, a.gfp_mask)
    a.p.PF_MEMALLOC = memalloc
    a.cond_resched()


def unreserve_highatomic_pageblock(a: Attempt, force: bool) -> bool:
    """Give a reserved pageblock back to the request's type; force: the last one of a zone, too."""
    a.machine.note("unreserve_highatomic_pageblock", int(force))
    done = any(
        unreserve_highatomic(zone, order, a.ac.migratetype)
        for zone in a.ac.zonelist
        if force or zone.nr_reserved_highatomic > mm.PAGEBLOCK_PAGES
        for order in range(mm.NR_PAGE_ORDERS)
    )
    a.leave(done)
    return done


def would_meet_the_mark(a: Attempt, zone: Zone) -> bool:
    """The zone's min mark against its free and its reclaimable pages; a block of the order has to be there now."""
    event, world = ("zone_reclaimable_pages", zone.name), a.machine.world
    available = zone.nr_free_pages + a.machine.ask(event, world.zone_reclaimable_pages, a.p, zone)
    return zone_watermark_ok(zone, a.order, zone.mark(mm.WMARK_MIN), a.ac.highest_zoneidx, a.alloc_flags, available)


def reclaim_retries(a: Attempt) -> bool:
    """Would all that is reclaimable help? 16 rounds without progress at most. C: should_reclaim_retry."""
    before = (int(a.did_some_progress > 0), a.no_progress_loops)
    a.machine.note("should_reclaim_retry", a.gfp_mask, a.order, a.alloc_flags, *before)
    a.no_progress_loops = 0 if a.did_some_progress and not a.costly else a.no_progress_loops + 1
    again = False
    if a.no_progress_loops <= mm.MAX_RECLAIM_RETRIES:
        again = any(would_meet_the_mark(a, zone) for zone in a.ac.zonelist)
        if a.p.PF_WQ_WORKER:
            a.sleep()
        else:
            a.cond_resched()
    again = again or unreserve_highatomic_pageblock(a, force=True)
    a.leave(again, a.no_progress_loops)
    return again


def compaction_retries(a: Attempt) -> bool:
    """After success some more tries; then, and after failure, a more thorough one. C: should_compact_retry."""
    before = (a.compact_result, a.compact_priority, a.compaction_retries)
    a.machine.note("should_compact_retry", a.order, a.alloc_flags, *before)
    again = False
    if a.order and not a.p.fatal_signal and a.compact_result == mm.COMPACT_SKIPPED:
        event, suitable = ("compaction_zonelist_suitable",), a.machine.world.compaction_zonelist_suitable
        again = bool(a.machine.ask((*event, a.order, a.alloc_flags), suitable, a.p, a.ac, a.order, a.alloc_flags))
    elif a.order and not a.p.fatal_signal:
        if a.compact_result == mm.COMPACT_SUCCESS:
            a.compaction_retries += 1
            again = a.compaction_retries <= (mm.MAX_COMPACT_RETRIES // 4 if a.costly else mm.MAX_COMPACT_RETRIES)
        least = mm.COMPACT_PRIO_SYNC_LIGHT if a.costly else mm.COMPACT_PRIO_SYNC_FULL
        if not again and a.compact_priority > least:
            a.compact_priority -= 1
            a.compaction_retries, again = 0, True
    a.leave(again, a.compact_priority, a.compaction_retries)
    return again


def alloc_pages_may_oom(a: Attempt) -> None:
    """With oom_lock: a pass at the high mark, and if that finds nothing the OOM killer, where it may be called."""
    a.machine.note("__alloc_pages_may_oom", a.gfp_mask, a.order)
    world, a.did_some_progress = a.machine.world, 0
    if not a.machine.ask(("mutex_trylock",), world.mutex_trylock, a.p):
        a.did_some_progress = 1
        a.sleep()
    else:
        mask = (a.gfp_mask | gfp.HARDWALL) & ~gfp.DIRECT_RECLAIM
        a.page = a.get_page_from_freelist(mm.WMARK_HIGH | mm.ALLOC_CPUSET, mask)
        if a.page is None and may_kill(a):
            event = ("out_of_memory", a.gfp_mask, a.order)
            killed = a.machine.ask(event, world.out_of_memory, a.p, a.ac, a.gfp_mask, a.order)
            if killed or a.has(gfp.NOFAIL):
                a.did_some_progress = 1
                if a.has(gfp.NOFAIL):
                    a.page = cpuset_fallback(a, mm.ALLOC_NO_WATERMARKS)
    a.leave(a.page, a.did_some_progress)


def may_kill(a: Attempt) -> bool:
    """Not for a task that dumps core, nor for requests that may fail, nor for the low zones."""
    unhelpful = a.p.PF_DUMPCORE or a.costly or a.ac.highest_zoneidx < mm.ZONE_NORMAL
    return not unhelpful and not a.has(gfp.RETRY_MAYFAIL | gfp.THISNODE)
