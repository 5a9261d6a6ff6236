"""Notebook 07: one task's demand for memory against what kswapd brings back. A MODEL's world on the exact core."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

from buddylab.core.zone import HZ
from buddylab.explorer.filling import prepare
from buddylab.explorer.still import World
from buddylab.world.observe import KSWAPD, Series
from buddylab.world.process import Process, Script

HARDWARE = {"Normal": 512}
"""One zone of 512 MB: everything happens in one place."""
RATES = (2_000, 6_000, 8_000, 10_000, 12_000, 16_000, 24_000)
"""Demands to try, in pages a second."""
CPUS, SPEED = 2, 1000
"""Of the model: processors, and pages that each hands out, frees or looks at in a jiffy."""


@dataclass(frozen=True)
class Second:
    """One second under a load. rate: pages asked for; served: pages got; kswapd, direct: pages given back, by whom.

    stalls: how often the task had to reclaim for itself; stalled: for how long in all, in milliseconds.
    """

    rate: int
    served: int
    kswapd: int
    direct: int
    stalls: int
    stalled: int


@dataclass(frozen=True)
class Moment:
    """One jiffy. free: NR_FREE_PAGES of the zone; awake: is kswapd at work?"""

    jiffy: int
    free: int
    awake: bool


def loaded(rate: int, mix: str = "swapping", disk: int = 40) -> World:
    """The machine with one more task, `hog`, that touches `rate` new pages a second.

    mix: what the used memory is, a name of `explorer.filling.MIXES`. disk: pages that the disk writes in a jiffy.
    Raises ValueError for a rate below 1, KeyError for an unknown mix.
    """
    if rate < 1:
        raise ValueError(f"a load asks for at least 1 page a second, not {rate!r}")
    world = prepare(HARDWARE, mix=mix)
    world.speed, world.scheduler.cpus = SPEED, CPUS
    world.population.disk.pages_per_jiffy = disk
    world.spawn("hog", lambda me: _hog(me, rate))
    return world


def _hog(me: Process, rate: int) -> Script:
    """A portion every jiffy; it adds up to the rate."""
    jiffy = 0
    while True:
        yield from me.grow(rate * (jiffy + 1) // HZ - rate * jiffy // HZ)
        yield from me.sleep(1)
        jiffy += 1


def a_second(rate: int, mix: str = "swapping", disk: int = 40) -> tuple[Second, Series]:
    """What came of one second of this load, and its series. Raises ValueError as `loaded` does."""
    world = loaded(rate, mix, disk)
    series = world.run(HZ)
    direct = sum(pages for name, pages in series.totals.items() if name != KSWAPD)
    stalled = sum(jiffies for _, jiffies, _ in series.stalls) * 1000 // HZ
    served = world.scheduler.asked
    return Second(rate, served, series.totals[KSWAPD], direct, series.count["stalls"], stalled), series


def watch(rate: int, jiffies: int = HZ, mix: str = "swapping") -> list[Moment]:
    """The zone and kswapd, looked at in every jiffy."""
    world, moments = loaded(rate, mix), []
    for jiffy in range(jiffies):
        world.run(1)
        moments.append(Moment(jiffy, world.machine.zones[0].nr_free_pages, world.machine.nodes[0].kswapd_awake))
    return moments


@cache
def states_between(rate: int = 6_000) -> dict[str, int]:
    """In how many jiffies of a second kswapd was awake, in how many asleep, while low < free <= high."""
    zone = prepare(HARDWARE, mix="swapping").machine.zones[0]
    between = [m.awake for m in watch(rate) if zone.pages_low < m.free <= zone.pages_high]
    return {"awake": sum(between), "asleep": len(between) - sum(between)}


@cache
def first_stall(disk: int, demands: range) -> int:
    """The smallest of these demands at which the task has to reclaim for itself. disk: as `loaded` has it.

    Takes it that a larger demand never stalls less often. Raises IndexError where none stalls.
    """
    return demands[bisect_left(demands, True, key=lambda rate: a_second(rate, disk=disk)[0].stalls > 0)]
