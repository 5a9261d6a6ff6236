"""Who runs when: turns handed out from a seed, sleepers woken by the clock, by the disk, or by somebody.

A turn is a few requests that get their page without reclaim, or one stage of the ladder from `rebalance` on, or one
stretch of reclaim between two places where the kernel offers the CPU to others. Units: jiffies (250 a second), pages.
"""

import heapq
from random import Random

from buddylab.core import gfp
from buddylab.core.attempt import Attempt
from buddylab.core.ladder import begin, direct_reclaim, high_attempt, out_of_memory, rebalance, step
from buddylab.reclaim.tracing import CONGESTION_WAIT, Nap
from buddylab.world.observe import KSWAPD, Series
from buddylab.world.population import Population
from buddylab.world.process import Process

BURST = 32
"""Requests of a process before others may run, while there is no need to reclaim."""
SLICE = 250
"""Units of work before the next in the queue gets the CPU."""
CLUSTER = 64
"""Work between two of reclaim's offers to others: a cluster from either list."""


class Scheduler:
    """The processes of a machine and whose turn it is.

    cpus: how many run at once. high_recheck: whether the ladder's stage high_attempt is there. runnable: the queue, its
    first `cpus` are on a CPU. sleeping: (wake_at, tie, process), as a heap. at_disk: those who wait for writes.
    asked: blocks handed out. jiffies: the clock.
    """

    def __init__(self, population: Population, series: Series, rng: Random, cpus: int, high_recheck: bool) -> None:
        """Nobody is here yet."""
        self.population, self.series, self.rng = population, series, rng
        self.cpus, self.high_recheck = cpus, high_recheck
        self.jiffies = population.machine.jiffies
        self.runnable: list[Process] = []
        self.sleeping: list[tuple[int, int, Process]] = []
        self.at_disk: list[Process] = []
        self.asked = self.ties = 0

    # sleep

    def wake(self, p: Process, first: bool = False) -> None:
        """It may run again; first: before all others."""
        p.waits = ""
        self.runnable.insert(0 if first else len(self.runnable), p)

    def sleep(self, p: Process, nap: Nap) -> None:
        """Put it to sleep as the nap says; a time-out of 0 only ends its turn."""
        if nap.timeout is None:
            p.waits = "event"
        elif nap.timeout:
            self.sleep_until(p, self.jiffies + nap.timeout, nap.name == CONGESTION_WAIT.name)

    def sleep_until(self, p: Process, wake_at: int, for_writes: bool) -> None:
        """Until then, or until writes end."""
        p.waits, p.wake_at = "writes" if for_writes else "time", wake_at
        self.ties += 1
        heapq.heappush(self.sleeping, (wake_at, self.ties, p))
        if for_writes:
            self.at_disk.append(p)

    def wake_due(self) -> None:
        """Those whose time has come."""
        while self.sleeping and self.sleeping[0][0] <= self.jiffies:
            wake_at, _, p = heapq.heappop(self.sleeping)
            if p.waits in ("time", "writes") and p.wake_at == wake_at:
                self.wake(p)

    def wake_writers(self) -> None:
        """Those who wait for writes. C: clear_bdi_congested."""
        waiting, self.at_disk = self.at_disk, []
        for p in waiting:
            if p.waits == "writes":
                if p.attempt is not None:
                    p.attempt.wake_at = min(p.attempt.wake_at, self.jiffies)
                self.wake(p)

    # turns

    def work(self, units: int) -> None:
        """Hand out this much CPU time, turn by turn: whose turn it is among those on a CPU is chance."""
        runnable, random = self.runnable, self.rng.random
        while units > 0 and runnable:
            place = int(random() * min(self.cpus, len(runnable)))
            p = runnable[place]
            used = self.turn(p)
            units -= used
            p.spent += used
            if p.waits:
                runnable.pop(place)
            elif p.resched or p.spent % SLICE < used:
                p.resched = False
                runnable.append(runnable.pop(place))

    def turn(self, p: Process) -> int:
        """Let it go on for a turn; the units of work it took. What came back meanwhile is its merit."""
        population = self.population
        population.current, before = p, population.freed
        used = self.play(p) if p.attempt is None else self.climb(p, p.attempt)
        if population.freed > before:
            self.series.add_reclaimed(KSWAPD if p.PF_KSWAPD else p.comm, population.freed - before)
        return used

    def play(self, p: Process) -> int:
        """Its script goes on, for as long as its requests need no reclaim."""
        if p.SIGKILL and not p.PF_EXITING:
            p.script, p.value = p.do_exit(), None
        machine = self.population.machine
        for used in range(1, BURST + 1):
            value, p.value = p.value, None
            wanted = self.resume(p, value)
            if wanted is None:
                return used
            if isinstance(wanted, Nap):
                self.sleep(p, wanted)
                return CLUSTER if p.PF_KSWAPD or p.PF_EXITING else used
            a = begin(machine, wanted[0], wanted[1], task=p)
            while a.stage is not None and a.stage is not rebalance:
                step(a)
            if a.stage is not None:
                p.attempt = a
                return used
            self.finish(p, a)
        return BURST

    def resume(self, p: Process, value: int | None) -> Nap | tuple[int, int] | None:
        """What the script wants next; None: it has ended, and the process exits, or is gone."""
        if p.script is not None:
            try:
                return p.script.send(value)
            except StopIteration:
                p.script = None
        if p.PF_EXITING:
            p.waits = "gone"
        else:
            p.script = p.do_exit()
        return None

    def climb(self, p: Process, a: Attempt) -> int:
        """One stage of its request, once it needs reclaim."""
        if a.stage is direct_reclaim and p.progress is None:
            return self.reclaim(p, a)
        if a.stage is high_attempt and not self.high_recheck:
            a.stage = out_of_memory
        if a.stage is not None:
            killing = a.stage is out_of_memory
            p.resched = a.stage is direct_reclaim  # it ends with cond_resched
            step(a)
        if a.stage is None:
            p.attempt = None
            self.finish(p, a)
        elif a.wake_at > self.jiffies:
            self.sleep_until(p, a.wake_at, not killing)
        return 1

    def reclaim(self, p: Process, a: Attempt) -> int:
        """Its direct reclaim goes on to the next nap; once it has ended the ladder is told what came of it.

        The stage asks the world for try_to_free_pages when it is stepped; the answer is ready by then.
        """
        if p.reclaim is None:
            zones = self.population.lru(a.zonelist.zones)
            p.reclaim, p.since = self.population.vm.try_to_free_pages(zones, a.gfp_mask, p), self.jiffies
        p.PF_MEMALLOC = True
        try:
            self.sleep(p, next(p.reclaim))
        except StopIteration as end:
            p.progress, p.reclaim, p.PF_MEMALLOC = end.value, None, False
            self.series.add_stall(p.since, self.jiffies - p.since, p.comm)
        return CLUSTER

    def finish(self, p: Process, a: Attempt) -> None:
        """The request has ended."""
        p.value = a.page
        if a.page is None:
            self.series.add_failure(self.jiffies, a.order, a.gfp_mask, cause(p, a))
        else:
            self.asked += 1


def cause(p: Process, a: Attempt) -> str:
    """Why the ladder let this request fall."""
    if (p.PF_MEMALLOC or p.TIF_MEMDIE) and not p.in_interrupt:
        return "memalloc"
    if not a.gfp_mask & gfp.WAIT:
        return "no_wait"
    return "noretry" if a.gfp_mask & gfp.NORETRY else "too_large"
