"""What surrounds the allocator: the task that asks, the world that acts in between, chance, and a limit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from buddylab.core.environment import FaultAttr
from buddylab.core.environment import Task as MarkedTask
from buddylab.core.events import Event
from buddylab.modern import gfp, mm
from buddylab.modern.zone import Zone


@dataclass(slots=True)
class Task:
    """The caller: the kernel's `current`, and what runs on top of it: a hard or a soft interrupt."""

    comm: str = "swapper/0"
    PF_MEMALLOC: bool = False
    PF_MEMALLOC_NOFS: bool = False
    PF_MEMALLOC_NOIO: bool = False
    PF_MEMALLOC_PIN: bool = False
    PF_EXITING: bool = False
    PF_DUMPCORE: bool = False
    PF_WQ_WORKER: bool = False
    PF_KTHREAD: bool = False
    rt_task: bool = False
    in_interrupt: bool = False
    in_softirq: bool = False
    oom_victim: bool = False
    fatal_signal: bool = False
    make_it_fail: bool = False

    @property
    def in_task(self) -> bool:
        """No interrupt runs."""
        return not self.in_interrupt and not self.in_softirq


@dataclass(slots=True, eq=False)
class AllocContext:
    """What a request's passes have in common: its zones, the best first (C: struct alloc_context)."""

    zonelist: tuple[Zone, ...]
    highest_zoneidx: int
    migratetype: int
    spread_dirty_pages: bool


class Environment(Protocol):
    """Who acts while a request runs. What stands here is an empty world: nobody frees, moves or kills anything."""

    def wake_up_interruptible(self, task: Task) -> None:
        """kswapd has been woken; it may take the node's `kswapd_order` and `kswapd_highest_zoneidx` and start."""
        return None

    def wakeup_kcompactd(self, order: int, highest_zoneidx: int) -> None:
        """kcompactd has been woken to compact in the background."""
        return None

    def try_to_free_pages(self, task: Task, ac: AllocContext, order: int, gfp_mask: int) -> int:
        """Direct reclaim by the task itself; the pages reclaimed (progress)."""
        return 0

    def try_to_compact_pages(
        self, task: Task, ac: AllocContext, order: int, alloc_flags: int, priority: int
    ) -> tuple[int, int | None]:
        """Direct compaction by the task itself; the compact result, and the block that it captured."""
        return mm.COMPACT_SKIPPED, None

    def compaction_zonelist_suitable(self, task: Task, ac: AllocContext, order: int, alloc_flags: int) -> int:
        """Could reclaim make compaction possible? Asked where compaction was skipped."""
        return 0

    def out_of_memory(self, task: Task, ac: AllocContext, gfp_mask: int, order: int) -> int:
        """Kill something (not 0), or nobody (0)."""
        return 0

    def zone_reclaimable_pages(self, task: Task, zone: Zone) -> int:
        """Pages of the zone that reclaim could still get."""
        return 0

    def mutex_trylock(self, task: Task) -> int:
        """Take oom_lock (1), unless someone else has it (0)."""
        return 1

    def node_dirty_ok(self, task: Task) -> int:
        """Is the node within its limit of dirty pages?"""
        return 1

    def cond_resched(self, task: Task) -> None:
        """The task offers the CPU to others."""
        return None

    def schedule_timeout_uninterruptible(self, task: Task, timeout: int) -> int:
        """The task sleeps; the jiffies by which the machine's clock then moves on."""
        return timeout

    def get_random_u32_below(self, ceiling: int) -> int:
        """A random number from 0 to ceiling - 1, for fault injection."""
        return 0


class NobodyElse(Environment):
    """An empty world."""


@dataclass(slots=True)
class FailPageAlloc:
    """Fault injection: an attribute as 2.6.21 has it, and which requests are spared (C: fail_page_alloc)."""

    attr: FaultAttr
    ignore_gfp_reclaim: int = 1
    ignore_gfp_highmem: int = 1
    min_order: int = 1

    def should_fail_alloc_page(
        self, gfp_mask: int, order: int, task: Task, random: Callable[[int], int], trace: list[Event] | None
    ) -> bool:
        """Is this request to fail on purpose? A probability of 0 asks, and counts, nothing further."""
        attr, spared = self.attr, order < self.min_order or gfp_mask & gfp.NOFAIL
        spared = spared or self.ignore_gfp_highmem and gfp_mask & gfp.HIGHMEM
        spared = spared or self.ignore_gfp_reclaim and gfp_mask & gfp.DIRECT_RECLAIM
        asks = MarkedTask(in_interrupt=not task.in_task, make_it_fail=task.make_it_fail)
        result = not spared and attr.probability > 0 and attr.should_fail(1 << order, asks, lambda: random(100))
        if trace is not None:
            left = (attr.times, attr.space, attr.count)
            trace.append(("should_fail_alloc_page", gfp_mask, order, "=", int(result), *left))
        return result


@dataclass(slots=True)
class RatelimitState:
    """The limit on warn_alloc's reports, one in ten seconds. begin: of the window, 0 = none. C: nopage_rs."""

    interval: int = 10 * mm.HZ
    begin: int = 0
    printed: int = 0
    missed: int = 0

    def ratelimit(self, now: int) -> tuple[bool, int]:
        """May a report be printed at this jiffy, and how many were swallowed in the window that it closed?"""
        suppressed = 0
        if not self.begin:
            self.begin = now
        if self.begin + self.interval < now:
            suppressed, self.missed = self.missed, 0
            self.begin, self.printed = now, 0
        allowed = self.printed < 1
        self.printed += allowed
        self.missed += not allowed
        return allowed, suppressed
