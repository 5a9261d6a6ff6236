"""Experiments of notebook 11: who leaves the ladder early, and what an injected fault does to whom. All of it is exact.

Nobody reclaims here: the world only draws the random numbers that fault injection asks for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from buddylab.core import gfp
from buddylab.core.environment import FaultAttr, NobodyElse, Task
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.record import Run, record
from buddylab.core.zone import Zone
from buddylab.course.experiments.nb09 import stages_of

PAGES, MARKS = 64, (8, 10, 12)
"""A node's pages and marks."""


class Chance(NobodyElse):
    """A world in which nobody acts, with random numbers from a seed."""

    def __init__(self, seed: int) -> None:
        """The numbers begin anew."""
        self.rng = Random(seed)

    def random32(self) -> int:
        """A random number from 0 to 2^32-1."""
        return self.rng.getrandbits(32)


def two_nodes(left: int = 4, numa: bool = True) -> Machine:
    """Two nodes of 64 pages; the near one has `left` pages free, the far one all. numa=False: one zone, no nodes."""
    zones = [
        Zone(
            "Normal",
            0,
            1024 * node,
            PAGES,
            node=node,
            label=f"Normal/{node}" if numa else "Normal",
            marks=MARKS,
            lowmem_reserve=[0],
        )
        for node in range(2 if numa else 1)
    ]
    machine = Machine(zones, ("Normal",), nodes=len(zones), numa=numa)
    while machine.zones[0].nr_free_pages > left:
        alloc_pages(machine, gfp.GFP_ATOMIC | gfp.THISNODE, 0, task=Task(PF_MEMALLOC=True))
    return machine


def no_dma() -> Machine:
    """A machine whose kernel has a zone DMA compiled in, and whose memory has none: that zonelist is empty."""
    return Machine([Zone("Normal", 1, 0, PAGES, marks=MARKS, lowmem_reserve=[0, 0])], ("DMA", "Normal"))


def faulty(seed: int = 1, pages: int = PAGES, **settings: int) -> Machine:
    """A machine with all of its memory free and fault injection at work. settings: of `FaultAttr`; no limit of times.

    Raises TypeError for an unknown setting.
    """
    machine = Machine(
        [Zone("Normal", 0, 0, pages, lowmem_reserve=[0])], ("Normal",), fault=FaultAttr(**({"times": -1} | settings))
    )
    machine.world = Chance(seed)
    return machine


@dataclass(frozen=True)
class Exit:
    """How a request left. stages: how many it saw; last: the last one; log: lines; woken: was kswapd?"""

    page: int | None
    stages: int
    last: str
    log: int
    woken: bool

    def __str__(self) -> str:
        got = "NULL" if self.page is None else f"page {self.page}"
        return (
            f"{got:10} {self.stages:2} stages, last {self.last or 'none':16} log lines {self.log}, "
            f"kswapd {'woken' if self.woken else 'not woken'}"
        )


def leave(machine: Machine, gfp_mask: int, order: int = 0, task: Task | None = None) -> Exit:
    """Send a request down the ladder of this machine, and see how it leaves."""
    before = len(machine.log)
    run = record(machine, gfp_mask, order, task=task, max_rounds=3)
    stages = stages_of(run.events)
    return Exit(run.page, len(stages), stages[-1] if stages else "", len(machine.log) - before, woken(run))


def woken(run: Run) -> bool:
    """Was any kswapd woken in this run?"""
    return any(event[0] == "wake_up_interruptible" for event in run.events)


def exits() -> dict[str, Exit]:
    """The early ways out beside the regular one, each on a machine where it happens."""
    return {
        "order 11": leave(faulty(), gfp.GFP_KERNEL, 11),
        "injected fault": leave(faulty(probability=100), gfp.GFP_ATOMIC),
        "empty zonelist": leave(no_dma(), gfp.GFP_KERNEL | gfp.DMA),
        "GFP_THISNODE": leave(two_nodes(), gfp.GFP_THISNODE),
        "the long way": leave(two_nodes(numa=False, left=1), gfp.GFP_ATOMIC),
    }


def refused(gfp_mask: int, requests: int, *, order: int = 0, seed: int = 1, **settings: int) -> tuple[int, int]:
    """(requests refused, lines in the log) of so many, each block given back at once, with memory to spare."""
    machine = faulty(seed, pages=1024, **settings)
    failures = sum(machine_refuses(machine, gfp_mask, order) for _ in range(requests))
    return failures, len(machine.log)


def machine_refuses(machine: Machine, gfp_mask: int, order: int = 0) -> bool:
    """One request, given back at once: was it refused?"""
    pfn = alloc_pages(machine, gfp_mask, order, max_rounds=0)
    if pfn is not None:
        machine.free_pages(pfn, order)
    return pfn is None


def refusals(masks: Iterable[int], requests: int, **settings: int) -> dict[str, int]:
    """How many of so many requests are refused, by the mask's name."""
    return {gfp.gfp_str(mask): refused(mask, requests, **settings)[0] for mask in masks}


def doses(requests: int, seed: int = 1, **settings: int) -> list[tuple[int, int]]:
    """(requests so far, refused so far) of GFP_ATOMIC requests for single pages."""
    machine, points, failures = faulty(seed, **settings), [(0, 0)], 0
    for number in range(1, requests + 1):
        failures += machine_refuses(machine, gfp.GFP_ATOMIC)
        points.append((number, failures))
    return points
