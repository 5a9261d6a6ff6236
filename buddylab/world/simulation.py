"""One clock, several CPUs, many processes: the machine's world while time passes.

Requests go through the ladder's own `step`, one stage a turn once they have left the fast path, so two can stand
between high_attempt and out_of_memory at once, and an endless retry is a process that goes on. Units: jiffies
(250 a second), pages.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from random import Random

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.zone import HZ, SWAP_CLUSTER_MAX, Zone
from buddylab.reclaim.kswapd import Kswapd
from buddylab.reclaim.oom import OomKiller, constrained_alloc
from buddylab.reclaim.pageout import ScanControl
from buddylab.reclaim.tasks import TaskStruct
from buddylab.reclaim.tracing import COND_RESCHED, CONGESTION_WAIT, SCHEDULE, Nap, run
from buddylab.world.observe import Series
from buddylab.world.population import Population
from buddylab.world.process import Process, Script, as_script, as_task_struct
from buddylab.world.scheduler import Scheduler
from buddylab.world.users import Memory

SPEED = 1000
"""Pages that a CPU hands out, frees or looks at in a jiffy (model: 4 microseconds each)."""
MAX_WRITEBACK_PAGES = 1024
DIRTY_WRITEBACK, DIRTY_EXPIRE = 5 * HZ, 30 * HZ
"""pdflush comes every 5 seconds, for what has been dirty for 30. C: mm/page-writeback.c."""
ZONE_RECLAIM_PRIORITY = 4
INIT_PID = 1


class Simulation:
    """A machine's world: its processes, kswapd, pdflush, the disk and the OOM killer on one clock.

    The same seed of rng gives the same run. panic: the kernel's last words, if it came to that; nothing runs after it.
    Somebody who is no process of it may ask the ladder too (the explorer does): while such a caller waits, the others
    run, at most `speed` pages a jiffy and CPU.
    """

    def __init__(
        self,
        population: Population,
        rng: Random,
        *,
        cpus: int = 2,
        speed: int = SPEED,
        high_recheck: bool = True,
        series: Series | None = None,
    ) -> None:
        """Becomes the machine's world. high_recheck=False leaves out the stage high_attempt, to show what it is for.

        Raises ValueError for a machine without a CPU, or one that stands still.
        """
        for number, what in ((cpus, "CPU"), (speed, "page a jiffy")):
            if type(number) is not int or number < 1:
                raise ValueError(f"a machine needs at least 1 {what}, not {number!r}")
        self.population, self.machine, self.speed = population, population.machine, speed
        self.series = Series() if series is None else series
        self.scheduler = Scheduler(population, self.series, rng, cpus, high_recheck)
        self.pids = self.to_write = 0
        self.panic = ""
        self.broken_off = False
        self.pdflush = Process("pdflush", script=self._pdflush(), population=population, waits="event")
        self.kswapd = [self._kswapd(node) for node in range(len(self.machine.nodes))]
        population.vm.pdflush = self._wakeup_pdflush
        self.machine.world = self

    def __repr__(self) -> str:
        return f"<Simulation: jiffy {self.jiffies:,}, {len(self.population.tasks)} processes, {self.operations:,} ops>"

    @property
    def jiffies(self) -> int:
        """The clock."""
        return self.scheduler.jiffies

    @property
    def operations(self) -> int:
        """Blocks handed out and given back so far."""
        return self.scheduler.asked + self.population.given

    def spawn(
        self,
        comm: str,
        script: Callable[[Process], Script] | None = None,
        *,
        total_vm: int = 0,
        parent: Process | None = None,
        oomkilladj: int = 0,
        in_interrupt: bool = False,
    ) -> Process:
        """A new process. script: what it does, given the process itself; None = it only owns memory.

        total_vm: pages of address space it has mapped so far.
        """
        self.pids += 1
        pid = INIT_PID + self.pids
        p = Process(
            comm,
            pid=pid,
            tgid=pid,
            mm=Memory(total_vm),
            population=self.population,
            waits="event",
            start_time=self.jiffies // HZ,
            oomkilladj=oomkilladj,
            in_interrupt=in_interrupt,
        )
        if script is not None:
            p.script = script(p)
            self.scheduler.wake(p)
        if parent is not None:
            parent.children.append(p)
        self.population.tasks.append(p)
        return p

    def _kswapd(self, node: int) -> Process:
        """The node's kswapd, asleep."""
        zones = sorted((z for z in self.population.zones if z.zone.node == node), key=lambda z: z.zone.index)
        thread = Process(f"kswapd{node}", population=self.population, waits="event")
        steps = Kswapd(zones, self.population.vm, self.machine.nodes[node], thread).kswapd()
        next(steps)
        thread.script = as_script(steps)
        return thread

    def _pdflush(self) -> Script:
        """Writes until little enough is dirty, and what was asked for, and what is old. C: mm/page-writeback.c."""
        population = self.population
        while True:
            wanted, self.to_write = self.to_write, 0
            while wanted > 0 or population.nr_dirty > population.dirty_limits()[0]:
                started = population.write_oldest(MAX_WRITEBACK_PAGES)
                if not started:
                    break
                wanted -= started
                yield CONGESTION_WAIT if population.disk.congested else COND_RESCHED
            population.write_oldest(MAX_WRITEBACK_PAGES, self.jiffies - DIRTY_EXPIRE)
            yield SCHEDULE

    def _wakeup_pdflush(self, nr_pages: int) -> None:
        self.to_write = max(self.to_write, nr_pages or self.population.nr_dirty)
        if self.pdflush.waits == "event":
            self.scheduler.wake(self.pdflush)

    # time

    def run(
        self,
        jiffies: int | None = None,
        *,
        operations: int | None = None,
        progress: Callable[[float], object] | None = None,
    ) -> Series:
        """Let so much time pass, or until so many more operations are done (blocks handed out or given back).

        Ends early when nobody is left, or the kernel panics. progress: called with the share done, 0.0 to 1.0.
        Ctrl-C ends the run too: what was gathered stays, but it cannot go on. Raises ValueError for a negative time.
        """
        for number in (jiffies, operations):
            if number is not None and (type(number) is not int or number < 0):
                raise ValueError(f"a run goes forward by a whole number of jiffies or operations, not by {number!r}")
        if jiffies is None and operations is None:
            raise ValueError("say for how many jiffies or operations to run")
        if self.broken_off:
            raise ValueError("this run was broken off in the middle of a step; prepare another one")
        self.broken_off = True
        start, before = self.jiffies, self.operations

        def share() -> float:
            return max(_share(self.jiffies - start, jiffies), _share(self.operations - before, operations))

        with suppress(KeyboardInterrupt):
            self._run(share, progress)
            self.broken_off = False
        return self.series

    def _run(self, share: Callable[[], float], progress: Callable[[float], object] | None) -> None:
        told = -1.0
        while not self.panic:
            done = share()
            if progress and (done >= 1.0 or done >= told + 0.01):
                told = done
                progress(min(done, 1.0))
            if done >= 1.0 or self.idle_for_ever():
                return
            self.machine.tick(1)
            self.jiffy()

    def idle_for_ever(self) -> bool:
        """Does nobody run, sleep or wait for the disk any more?"""
        return not (self.scheduler.runnable or self.scheduler.sleeping or self.population.disk.queue)

    def jiffy(self) -> bool:
        """A jiffy passes for everybody; may those go on who wait for writes?"""
        scheduler = self.scheduler
        scheduler.jiffies += 1
        go_on = self.population.writes_end()
        if go_on:
            scheduler.wake_writers()
        scheduler.wake_due()
        if self.jiffies % DIRTY_WRITEBACK == 0 and self.pdflush.waits == "event":
            scheduler.wake(self.pdflush)
        scheduler.work(scheduler.cpus * self.speed)
        if self.jiffies >= self.series.due:
            self.series.sample(self.jiffies, self.machine.zones)
        return go_on

    def others_run(self, jiffies: int, until_writes: bool = False) -> int:
        """A caller from outside sleeps: the others have the CPUs. How long it slept, in jiffies."""
        for slept in range(1, jiffies + 1):
            if self.jiffy() and until_writes:
                return slept
        return jiffies

    # what the ladder asks of the world (core.environment.Environment)

    def wake_up_interruptible(self, task: Task, node: int) -> None:
        """kswapd is woken; it reads what was asked for when it runs."""
        if self.kswapd[node].waits == "event":
            self.scheduler.wake(self.kswapd[node])

    def cond_resched(self, task: Task) -> None:
        """Others run in their own turns."""

    def try_to_free_pages(self, task: Task, zones: Sequence[Zone], gfp_mask: int) -> int:
        """The answer that the scheduler has ready; for a caller from outside, the whole reclaim now."""
        if isinstance(task, Process) and task.progress is not None:
            progress, task.progress = task.progress, None
            return progress
        population, current = self.population, as_task_struct(task)
        population.current, before = current, population.freed
        lru = population.lru(zones)
        progress = run(population.vm.try_to_free_pages(lru, gfp_mask, current), lambda nap: self._nap(nap, current))
        self.series.add_reclaimed(current.comm, population.freed - before)
        return progress

    def _nap(self, nap: Nap, current: TaskStruct) -> None:
        """A caller from outside naps while it reclaims; the clock runs on."""
        if nap.timeout:
            self.machine.tick(self.others_run(nap.timeout, nap is CONGESTION_WAIT))
            self.population.current = current

    def out_of_memory(self, task: Task, zones: Sequence[Zone], gfp_mask: int, order: int) -> int:
        """The OOM killer chooses; the victim dies when it next runs. Jiffies that the caller sleeps."""
        tasks = self.population.tasks
        for p in tasks:
            p.utime = p.spent // self.speed if isinstance(p, Process) else p.utime
        killer = OomKiller(tasks, as_task_struct(task), self.jiffies // HZ, trace=[])
        present = [sum(z.present_pages for z in self.machine.zones if z.node == n) for n in range(len(self.kswapd))]
        outcome = killer.out_of_memory(
            constrained_alloc(present, [(z.node, z.label not in task.cpuset_deny) for z in zones])
        )
        self.judged({event[1]: event[2] for event in killer.trace or () if event[0] == "badness"})
        for victim in killer.victims:
            self.killed(victim)
        if outcome == "panic_no_process":
            self.panic = "Kernel panic - not syncing: Out of memory and no killable processes..."
        return killer.sleep() if isinstance(task, Process) else self.others_run(killer.sleep())

    def judged(self, points: Mapping[int, int]) -> None:
        """The killer has looked at these tasks: badness by pid."""

    def killed(self, victim: TaskStruct) -> None:
        """The killer has chosen; a victim that only sleeps is woken, and goes first (C: time_slice = HZ)."""
        pages = victim.mm.resident if isinstance(victim.mm, Memory) else 0
        self.series.add_kill(self.jiffies, victim.comm, pages)
        if isinstance(victim, Process) and victim.waits in ("event", "time") and victim.attempt is None:
            self.scheduler.wake(victim, first=True)

    def congestion_wait(self, task: Task, timeout: int) -> int:
        """Until writes end, at most the time-out: the scheduler wakes its processes, others wait here."""
        return timeout if isinstance(task, Process) else self.others_run(timeout, until_writes=True)

    def zone_reclaim(self, task: Task, zone: Zone, gfp_mask: int, order: int) -> int:
        """NUMA: unmapped clean cache of the near zone goes first. C: mm/vmscan.c, zone_reclaim."""
        lru = self.population.zones[zone.place]
        if not gfp_mask & gfp.WAIT or task.PF_MEMALLOC or lru.all_unreclaimable or zone.node:
            return 0
        current, freed = as_task_struct(task), 0
        sc = ScanControl(
            current, gfp_mask, may_writepage=False, may_swap=False, swap_cluster_max=max(1 << order, SWAP_CLUSTER_MAX)
        )
        self.population.current, task.PF_MEMALLOC = current, True
        for priority in range(ZONE_RECLAIM_PRIORITY, -1, -1):
            freed += run(self.population.vm.shrink_zone(priority, lru, sc))
            if freed >= 1 << order:
                break
        task.PF_MEMALLOC = False
        return int(freed >= 1 << order)

    def random32(self) -> int:
        """For fault injection."""
        return self.scheduler.rng.getrandbits(32)


def _share(done: int, goal: int | None) -> float:
    """What share of the way is done; without a goal none ever is."""
    return 0.0 if goal is None else done / goal if goal else 1.0
