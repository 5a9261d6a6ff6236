"""What surrounds the allocator: the task that asks, the world that acts in between, chance, and the log's limit.

The world acts only at the calls where the kernel lets others act: `Environment`. A model and a script are such worlds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from buddylab.core.events import Event
from buddylab.modern import gfp
from buddylab.modern.zone import HZ, Zone

COMPACT_SKIPPED, COMPACT_DEFERRED, COMPACT_SUCCESS = 1, 2, 8
"""Of the results of a compaction those that decide something."""
COMPACT_PRIO_SYNC_FULL, COMPACT_PRIO_SYNC_LIGHT, COMPACT_PRIO_ASYNC = range(3)


@dataclass(slots=True)
class Task:
    """The caller: the kernel's `current`, and what runs on top of it: a hard or a soft interrupt.

    make_it_fail: marked for fault injection.
    """

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
    """Who acts while a request runs. The machine's clock is the world's to move, but for the last method but one."""

    def wake_up_interruptible(self, task: Task) -> None:
        """kswapd has been woken; it may take the node's `kswapd_order` and `kswapd_highest_zoneidx` and start."""

    def wakeup_kcompactd(self, order: int, highest_zoneidx: int) -> None:
        """kcompactd has been woken to compact in the background."""

    def try_to_free_pages(self, task: Task, ac: AllocContext, order: int, gfp_mask: int) -> int:
        """Direct reclaim by the task itself; the pages reclaimed (progress)."""

    def try_to_compact_pages(
        self, task: Task, ac: AllocContext, order: int, gfp_mask: int, alloc_flags: int, priority: int
    ) -> tuple[int, int | None]:
        """Direct compaction by the task itself; the compact result, and the block that it captured."""

    def compaction_zonelist_suitable(self, task: Task, ac: AllocContext, order: int, alloc_flags: int) -> int:
        """Could reclaim make compaction possible? Asked where compaction was skipped."""

    def out_of_memory(self, task: Task, ac: AllocContext, gfp_mask: int, order: int) -> int:
        """Kill something (not 0), or nobody (0)."""

    def zone_reclaimable_pages(self, task: Task, zone: Zone) -> int:
        """Pages of the zone that reclaim could still get."""

    def mutex_trylock(self, task: Task) -> int:
        """Take oom_lock (1), unless someone else has it (0)."""

    def node_dirty_ok(self, task: Task) -> int:
        """Is the node within its limit of dirty pages?"""

    def cond_resched(self, task: Task) -> None:
        """The task offers the CPU to others."""

    def schedule_timeout_uninterruptible(self, task: Task, timeout: int) -> int:
        """The task sleeps; the jiffies by which the clock then has to be moved."""

    def get_random_u32_below(self, ceiling: int) -> int:
        """A random number from 0 to ceiling - 1, for fault injection."""


class NobodyElse:
    """An empty world: nobody frees, moves or kills anything."""

    def wake_up_interruptible(self, task: Task) -> None:
        """kswapd does not come."""

    def wakeup_kcompactd(self, order: int, highest_zoneidx: int) -> None:
        """kcompactd does not come."""

    def try_to_free_pages(self, task: Task, ac: AllocContext, order: int, gfp_mask: int) -> int:
        """No progress."""
        return 0

    def try_to_compact_pages(
        self, task: Task, ac: AllocContext, order: int, gfp_mask: int, alloc_flags: int, priority: int
    ) -> tuple[int, int | None]:
        """Skipped, for want of free pages."""
        return COMPACT_SKIPPED, None

    def compaction_zonelist_suitable(self, task: Task, ac: AllocContext, order: int, alloc_flags: int) -> int:
        """No."""
        return 0

    def out_of_memory(self, task: Task, ac: AllocContext, gfp_mask: int, order: int) -> int:
        """Nobody can be killed."""
        return 0

    def zone_reclaimable_pages(self, task: Task, zone: Zone) -> int:
        """None."""
        return 0

    def mutex_trylock(self, task: Task) -> int:
        """Nobody else wants it."""
        return 1

    def node_dirty_ok(self, task: Task) -> int:
        """Nothing is dirty."""
        return 1

    def cond_resched(self, task: Task) -> None:
        """Nobody else wants the CPU."""

    def schedule_timeout_uninterruptible(self, task: Task, timeout: int) -> int:
        """The whole time."""
        return timeout

    def get_random_u32_below(self, ceiling: int) -> int:
        """Always 0."""
        return 0


@dataclass(slots=True)
class FaultAttr:
    """Fault injection's settings (C: struct fault_attr and fail_page_alloc).

    probability: percent. interval: fail every n-th only. times: how often at most (-1 = no limit, 0 = never).
    space: pages that pass before the first failure. task_filter: only tasks with make_it_fail, never interrupts.
    """

    ignore_gfp_reclaim: int = 1
    ignore_gfp_highmem: int = 1
    min_order: int = 1
    probability: int = 0
    interval: int = 1
    times: int = 0
    space: int = 0
    task_filter: int = 0
    count: int = 0

    def should_fail_alloc_page(
        self, gfp_mask: int, order: int, task: Task, random: Callable[[int], int], trace: list[Event] | None
    ) -> bool:
        """Is this request to fail on purpose? C: should_fail_alloc_page."""
        spared = (
            order < self.min_order
            or gfp_mask & gfp.NOFAIL
            or self.ignore_gfp_highmem
            and gfp_mask & gfp.HIGHMEM
            or self.ignore_gfp_reclaim
            and gfp_mask & gfp.DIRECT_RECLAIM
        )
        result = not spared and self.should_fail(1 << order, task, random)
        if trace is not None:
            left = (self.times, self.space, self.count)
            trace.append(("should_fail_alloc_page", gfp_mask, order, "=", int(result), *left))
        return result

    def should_fail(self, size: int, task: Task, random: Callable[[int], int]) -> bool:
        """The filters one after the other; size in pages. C: lib/fault-inject.c, should_fail_ex."""
        if self.probability == 0:
            return False
        if self.task_filter and not (task.in_task and task.make_it_fail):
            return False
        if self.times == 0:
            return False
        if self.space > size:
            self.space -= size
            return False
        if self.interval > 1:
            self.count += 1
            if self.count % self.interval:
                return False
        if self.probability <= random(100):
            return False
        if self.times != -1:
            self.times -= 1
        return True


@dataclass(slots=True)
class RatelimitState:
    """The limit on warn_alloc's reports: one in ten seconds (C: nopage_rs, lib/ratelimit.c).

    begin: the jiffy at which the window began, 0 = none has. missed: reports swallowed in this window.
    """

    interval: int = 10 * HZ
    burst: int = 1
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
        allowed = self.printed < self.burst
        self.printed += allowed
        self.missed += not allowed
        return allowed, suppressed
