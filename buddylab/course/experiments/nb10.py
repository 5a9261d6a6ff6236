"""Experiments of notebook 10: who is killed, how many, and what the look at pages_high is for. The world is a model."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from buddylab.core import gfp
from buddylab.core.attempt import Attempt, Stage
from buddylab.core.ladder import begin, high_attempt, step
from buddylab.core.ladder import out_of_memory as killer_stage
from buddylab.core.machine import Machine
from buddylab.core.zone import HZ, MAX_ORDER
from buddylab.course.experiments.nb09 import SCATTERED, SHORT
from buddylab.explorer import filling
from buddylab.machines import hardware
from buddylab.machines.hardware import OwnSizes
from buddylab.reclaim.oom import OomKiller, badness
from buddylab.reclaim.tasks import Mm, TaskStruct
from buddylab.world.population import Population
from buddylab.world.process import Process, Script
from buddylab.world.simulation import Simulation

SCHEDULES = ("look after the death", "look before, call while it dies", "look before, call after the death")
"""What the second CPU does, seen from the victim of the first."""
DEATH = 100
"""Jiffies after which any victim of these machines is gone."""


def two_cpus(schedule: str) -> list[str]:
    """Two requests on two CPUs have found nothing to reclaim. The first kills; the names of all who are killed.

    schedule: one of SCHEDULES, when the second one looks at pages_high and when it calls the killer. Raises ValueError
    for another.
    """
    if schedule not in SCHEDULES:
        raise ValueError(f"the second CPU comes in one of the ways {'; '.join(SCHEDULES)}, not {schedule!r}")
    world = filling.prepare("small", SHORT, SCATTERED, "no_swap")
    first, second = (_climb(begin(world.machine, gfp.GFP_KERNEL, 0), high_attempt) for _ in range(2))
    step(first)
    if schedule != SCHEDULES[0]:
        step(second)
    step(first)  # out_of_memory
    if schedule != SCHEDULES[1]:
        world.machine.tick(world.others_run(DEATH))
    step(second)
    return [name for _, name, _ in world.series.kills]


def _climb(attempt: Attempt, upto: Stage, rounds: int = 12) -> Attempt:
    """Run a request up to this stage, or to its end, or until it has gone round so often."""
    machine = attempt.machine
    while attempt.stage is not None and attempt.stage is not upto and attempt.rounds < rounds:
        if attempt.wake_at > machine.jiffies:
            machine.tick(attempt.wake_at - machine.jiffies)
        step(attempt)
    return attempt


@dataclass(frozen=True)
class Kill:
    """The moment of a kill. free, pages_high: of the zone that the request asks first, in pages; victim: its name.

    blocks: free blocks of that zone by order.
    """

    free: int
    pages_high: int
    blocks: tuple[int, ...]
    victim: str


@cache
def at_the_kill(order: int, pressure: int, scatter: int, mb: int = 64) -> Kill | None:
    """A GFP_KERNEL request on a machine of programs without swap climbs until the killer is called; None: it is not.

    pressure: on its memory, 0 to 1000; scatter: how finely what is free is scattered, in percent. mb: its size; one
    zone, but 64 MB have DMA too.
    """
    world = filling.prepare("small" if mb == 64 else {"Normal": mb}, pressure, scatter, "no_swap")
    attempt = _climb(begin(world.machine, gfp.GFP_KERNEL, order), killer_stage)
    if attempt.stage is not killer_stage:
        return None
    zone = attempt.zonelist.zones[0]
    free, blocks = zone.nr_free_pages, tuple(map(zone.nr_free, range(MAX_ORDER)))
    step(attempt)
    return Kill(free, zone.pages_high, blocks, world.series.kills[0][1] if world.series.kills else "")


# who dies


@dataclass(frozen=True)
class Suspect:
    """A process as the killer sees it. mb: address space in MB; cpu, age: seconds of CPU time and since its start."""

    comm: str
    mb: int
    cpu: int = 0
    age: int = 0
    root: bool = False
    nice: bool = False
    oomkilladj: int = 0

    def task(self, pid: int, uptime: int) -> TaskStruct:
        """The same as a task."""
        return TaskStruct(
            comm=self.comm,
            pid=pid,
            tgid=pid,
            mm=Mm(self.mb * 256),
            utime=self.cpu * HZ,
            start_time=uptime - self.age,
            uid=1000 * (not self.root),
            euid=1000 * (not self.root),
            nice=10 * self.nice,
            oomkilladj=self.oomkilladj,
        )


UPTIME = 100 * 86_400
"""Seconds since boot: long enough for every suspect."""


def points(suspect: Suspect) -> int:
    """Its badness, in points."""
    return badness(suspect.task(2, UPTIME), UPTIME)


def victim(suspects: Sequence[Suspect]) -> str:
    """Whom the killer kills, by name; "" if nobody may be killed."""
    tasks = [suspect.task(pid, UPTIME) for pid, suspect in enumerate(suspects, 2)]
    killer = OomKiller(tasks, TaskStruct(comm="current"), UPTIME)
    killer.out_of_memory()
    return killer.victims[0].comm if killer.victims else ""


def points_by_cpu_time(mb: int, seconds: Sequence[int]) -> list[tuple[int, int]]:
    """(CPU time in seconds, points) of a process of this size that is otherwise young."""
    return [(cpu, points(Suspect("p", mb, cpu=cpu))) for cpu in seconds]


def table(suspects: Sequence[Suspect]) -> str:
    """A line for each: size in MB, CPU time and age in seconds, points."""
    lines = [f"{'':9} {'MB':>4} {'CPU s':>7} {'age s':>10} {'points':>7}"]
    lines += [f"{s.comm:9} {s.mb:4} {s.cpu:7,} {s.age:10,} {points(s):7,}{'  root' * s.root}" for s in suspects]
    return "\n".join(lines)


# how many die


MACHINE: OwnSizes = {"Normal": 1}
"""1 MB: small, so that hundreds of runs take a few seconds."""
PINNED, LITTLE, WANTED = 60, 6, 4
"""Pages of the kernel; how many small processes come, and how many pages each of them wants."""
CPUS, PACE, JIFFIES = 4, 64, 80


def crowd(seed: int, high_recheck: bool) -> Simulation:
    """A hog fills a small machine, then six processes want four pages each. One death is enough for all of them."""
    machine: Machine = hardware.of(MACHINE).machine()
    simulation = Simulation(Population(machine), Random(seed), cpus=CPUS, speed=PACE, high_recheck=high_recheck)

    def kernel(me: Process) -> Script:
        yield from me.kernel(0, PINNED)
        me.mm = None
        yield from me.sleep(HZ * 3600)

    def little(me: Process) -> Script:
        yield from me.sleep(5)
        yield from me.grow(WANTED)
        yield from me.sleep(HZ * 3600)

    def hog(me: Process) -> Script:
        while True:
            yield from me.grow(8)

    simulation.spawn("kernel", kernel, oomkilladj=-17)
    for _ in range(LITTLE):
        simulation.spawn("little", little)
    simulation.spawn("hog", hog)
    return simulation


def kills_over_seeds(seeds: int, high_recheck: bool, progress: Callable[[float], object] | None = None) -> Counter[int]:
    """In how many runs of `crowd` so many processes were killed: {kills: runs}. progress: told the share done."""
    found: Counter[int] = Counter()
    for seed in range(seeds):
        found[crowd(seed, high_recheck).run(JIFFIES).count["kills"]] += 1
        if progress is not None:
            progress((seed + 1) / seeds)
    return found
