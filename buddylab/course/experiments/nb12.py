"""Experiments of notebook 12: what time does to free memory, and what a few pages that stay can do.

Pins and layouts are exact lists; the machine that runs for long is the model's.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from random import Random
from statistics import mean

from buddylab.core.machine import Machine
from buddylab.core.zone import HZ, MAX_ORDER
from buddylab.course.small_machines import free, full, lists
from buddylab.world.observe import Series, unusable_index
from buddylab.world.workloads import start

WAYS = ("together", "scattered", "evenly")
"""Where the pages lie that stay: one behind the other, anywhere, or at equal distances."""


def all_but(pinned: Iterable[int], pages: int = 16) -> Machine:
    """A zone of which only these pages are in use."""
    stays = frozenset(pinned)
    return free(full(pages), (pfn for pfn in range(pages) if pfn not in stays))


def blocks(machine: Machine) -> list[int]:
    """Free blocks of the only zone by order."""
    return [machine.zones[0].nr_free(order) for order in range(MAX_ORDER)]


def largest(machine: Machine) -> int:
    """The largest order of which the only zone has a free block, -1 = none."""
    return max((order for order, found in enumerate(lists(machine)) if found), default=-1)


def pins(count: int, how: str, pages: int = 4096, seed: int = 1) -> list[int]:
    """So many pages that stay. how: one of WAYS. Raises ValueError for another, or for more pages than there are."""
    if how not in WAYS or not 0 <= count <= pages:
        raise ValueError(f"0 to {pages} pages stay {', '.join(WAYS)}, not {count} {how!r}")
    if how == "together":
        return list(range(count))
    if how == "scattered":
        return Random(seed).sample(range(pages), count)
    return [number * pages // count for number in range(count)]


def usable_by_pins(
    how: str, order: int, percents: Sequence[float], pages: int = 4096, seed: int = 1
) -> list[tuple[float, float]]:
    """(pages that stay in percent, free pages that serve this order in percent) of a zone of which all else is free."""
    points = []
    for percent in percents:
        machine = all_but(pins(round(pages * percent / 100), how, pages, seed), pages)
        points.append((percent, round(100 * (1 - unusable_index(blocks(machine), order)), 1)))
    return points


def fewest_pins(order: int, pages: int = 1024) -> int:
    """The fewest evenly placed pages in use that leave no block of this order, out of powers of two."""
    step = max(1 << n for n in range(pages.bit_length()) if largest(all_but(range(0, pages, 1 << n), pages)) < order)
    return pages // step


def after_waiting(machine: Machine, hours: int) -> int:
    """The largest free order after so many hours in which nobody allocates or frees."""
    machine.tick(hours * 3600 * HZ)
    machine.drain_local_pages()
    return largest(machine)


# a machine over time (model)


def long_run(
    operations: int, workload: str = "file_server", seed: int = 1, progress: Callable[[float], object] | None = None
) -> Series:
    """A machine of 64 MB from its start on, for so many blocks handed out or given back."""
    return start(workload, seed=seed).run(operations=operations, progress=progress)


def share_over_time(series: Series, parts: int, zone: str = "Normal") -> tuple[list[list[int]], list[str]]:
    """A row per order: the mean unusable share in percent in each of so many equal parts of the run; the parts' ends.

    Raises ValueError if there are more parts than samples.
    """
    samples = len(series.jiffies)
    if not 1 <= parts <= samples:
        raise ValueError(f"a run of {samples} samples has 1 to {samples} parts, not {parts}")
    edges = [number * samples // parts for number in range(parts + 1)]
    rows = []
    for order in range(MAX_ORDER):
        shares = series.unusable_index(zone, order)
        rows.append([round(100 * mean(shares[first:end])) for first, end in pairwise(edges)])
    return rows, [f"{series.jiffies[end - 1] / HZ:.1f}" for end in edges[1:]]
