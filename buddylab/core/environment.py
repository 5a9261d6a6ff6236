"""What surrounds the allocator: the task that asks, the world that acts in between, chance, and the log's limit.

The world acts only at the calls where `__alloc_pages` lets others act: `Environment`. It holds the machine that it
acts upon (its clock too); the ladder hands it the task and what the kernel's call passes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from buddylab.core import gfp
from buddylab.core.events import Event
from buddylab.core.zone import HZ, Zone


@dataclass(slots=True)
class Task:
    """The caller: the kernel's `current`, and whether an interrupt runs on top of it.

    cpuset_deny: labels of the zones that its cpuset refuses. make_it_fail: marked for fault injection.
    """

    comm: str = "swapper"
    in_interrupt: bool = False
    rt_task: bool = False
    PF_MEMALLOC: bool = False
    TIF_MEMDIE: bool = False
    make_it_fail: bool = False
    cpuset_deny: frozenset[str] = frozenset()


class Environment(Protocol):
    """Who acts while `__alloc_pages` runs. Waits return how many jiffies the task sleeps from now."""

    def wake_up_interruptible(self, task: Task, node: int) -> None:
        """kswapd of this node has been woken; it may take `kswapd_max_order` (set it to 0) and start."""

    def cond_resched(self, task: Task) -> None:
        """The task offers the CPU to others."""

    def try_to_free_pages(self, task: Task, zones: Sequence[Zone], gfp_mask: int) -> int:
        """Direct reclaim by the task itself; returns the progress, 0 = none."""

    def out_of_memory(self, task: Task, zones: Sequence[Zone], gfp_mask: int, order: int) -> int:
        """Kill something, or nobody; returns the jiffies slept afterwards."""

    def congestion_wait(self, task: Task, timeout: int) -> int:
        """Wait for a write queue to clear, at most `timeout` jiffies; returns the jiffies slept."""

    def zone_reclaim(self, task: Task, zone: Zone, gfp_mask: int, order: int) -> int:
        """NUMA: reclaim in a near zone before going to a far one; non-zero = try that zone after all."""

    def random32(self) -> int:
        """A random number from 0 to 2^32-1, for fault injection."""


class NobodyElse:
    """An empty world: nobody frees anything, waits last as long as they may."""

    def wake_up_interruptible(self, task: Task, node: int) -> None:
        """kswapd does not come."""

    def cond_resched(self, task: Task) -> None:
        """Nobody else wants the CPU."""

    def try_to_free_pages(self, task: Task, zones: Sequence[Zone], gfp_mask: int) -> int:
        """No progress."""
        return 0

    def out_of_memory(self, task: Task, zones: Sequence[Zone], gfp_mask: int, order: int) -> int:
        """Nobody can be killed; the caller sleeps one tick."""
        return 1

    def congestion_wait(self, task: Task, timeout: int) -> int:
        """No queue clears: the whole time-out."""
        return timeout

    def zone_reclaim(self, task: Task, zone: Zone, gfp_mask: int, order: int) -> int:
        """Nothing to reclaim."""
        return 0

    def random32(self) -> int:
        """Always 0."""
        return 0


@dataclass(slots=True)
class FaultAttr:
    """Fault injection's settings (C: struct fault_attr and fail_page_alloc in 2.6.21).

    probability: percent. interval: fail every n-th only. times: how often at most (-1 = no limit, 0 = never).
    space: pages that pass before the first failure. task_filter: only tasks with make_it_fail, never interrupts.
    """

    ignore_gfp_wait: int = 1
    ignore_gfp_highmem: int = 1
    probability: int = 0
    interval: int = 1
    times: int = 0
    space: int = 0
    task_filter: int = 0
    count: int = 0

    def should_fail_alloc_page(
        self, gfp_mask: int, order: int, task: Task, random32: Callable[[], int], trace: list[Event] | None
    ) -> bool:
        """Is this request to fail on purpose? C: should_fail_alloc_page."""
        spared = (gfp.HIGHMEM if self.ignore_gfp_highmem else 0) | (gfp.WAIT if self.ignore_gfp_wait else 0)
        if gfp_mask & (gfp.NOFAIL | spared):
            return False
        result = self.should_fail(1 << order, task, random32)
        if trace is not None:
            trace.append(("should_fail", 1 << order, int(result), self.times, self.space, self.count))
        return result

    def should_fail(self, size: int, task: Task, random32: Callable[[], int]) -> bool:
        """The filters one after the other; size in pages. C: lib/fault-inject.c, should_fail."""
        if self.task_filter and (task.in_interrupt or not task.make_it_fail):
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
        if self.probability <= random32() % 100:
            return False
        if self.times != -1:
            self.times -= 1
        return True


@dataclass(slots=True)
class PrintkRatelimit:
    """The kernel-wide limit on warnings: a bucket of ten, one more every five seconds. C: __printk_ratelimit.

    toks and last_msg in jiffies; missed: messages swallowed since the last one printed.
    """

    ratelimit_jiffies: int = 5 * HZ
    ratelimit_burst: int = 10
    toks: int = field(default=10 * 5 * HZ)
    last_msg: int = 0
    missed: int = 0

    def allows(self, now: int, trace: list[Event] | None, log: list[str] | None = None) -> bool:
        """May a message be printed at this jiffy? How many were swallowed before goes to the log first."""
        self.toks = min(self.toks + now - self.last_msg, self.ratelimit_burst * self.ratelimit_jiffies)
        self.last_msg = now
        allowed, lost = self.toks >= self.ratelimit_jiffies, self.missed
        if allowed:
            self.toks -= self.ratelimit_jiffies
            self.missed = 0
        else:
            self.missed += 1
        if allowed and lost and log is not None:
            log.append(f"printk: {lost} messages suppressed.\n")
        if trace is not None:
            trace.append(("printk_ratelimit", int(allowed)))
            if allowed and lost:
                trace.append(("printk_suppressed", lost))
        return allowed


def warning(comm: str, order: int, gfp_mask: int) -> str:
    """The line in the kernel's log when a request fails, byte for byte. C: mm/page_alloc.c, label nopage."""
    return f"{comm}: page allocation failure. order:{order}, mode:0x{gfp_mask:x}\n"
