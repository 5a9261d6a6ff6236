"""Experiments of notebook 09: who goes round again, how often, and who never comes back. The world is the model's."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from buddylab.core.environment import Task
from buddylab.core.events import Event
from buddylab.core.ladder import BACK_EDGES, begin, rebalance, should_retry, step
from buddylab.core.record import Run, record
from buddylab.core.zone import HZ, MAX_ORDER
from buddylab.course.small_machines import little
from buddylab.explorer import filling
from buddylab.explorer.still import World
from buddylab.said import Said
from buddylab.world.process import Process, Script

SHORT, SCATTERED = 960, 90
"""A memory pressure that leaves less than pages_min free, and how finely the free pages are scattered (percent)."""
BLOCKS = 64
"""What the rescuer gives back, in blocks."""


def goes_round(order: int, gfp_mask: int) -> bool:
    """Does the last rule send this request round again? Asked of the stage itself."""
    attempt = begin(little(), gfp_mask, order)
    attempt.stage = should_retry
    return step(attempt) is rebalance


def retry_table(masks: Sequence[int]) -> list[list[int]]:
    """A row per mask, a column per order from 0 to 10: 1 = round again, 0 = give up."""
    return [[int(goes_round(order, mask)) for order in range(MAX_ORDER)] for mask in masks]


def short_of_memory(mix: str, machine: str = "small", pressure: int = SHORT) -> World:
    """A machine with little free memory, and that scattered; mix: what the rest is used for (`filling.MIXES`)."""
    return filling.prepare(machine, pressure, SCATTERED, mix)


@dataclass(frozen=True)
class Fate:
    """What became of a request. end: "page", "refused", or "still retrying" when the limit of rounds was reached.

    passes: walks over the free lists. kills: calls of the OOM killer. jiffies: how long it took, 250 a second.
    """

    end: str
    rounds: int
    passes: int
    kills: int
    jiffies: int

    def __str__(self) -> str:
        return (
            f"{self.end:14} rounds {self.rounds:3}, walks over the lists {self.passes:2}, kills {self.kills}, "
            f"{self.jiffies / HZ:5.2f} s"
        )

    def told(self) -> Said:
        """The same as a sentence, in English and Chinese."""
        return Said(
            f"{self.end}: {self.rounds} rounds, {self.passes} walks over the free lists, {self.kills} kills, "
            f"{self.jiffies / HZ:.2f} s.",
            f"{ENDS_ZH[self.end]}：{self.rounds} 轮，看了 {self.passes} 次空闲链表，杀了 {self.kills} 次，"
            f"{self.jiffies / HZ:.2f} 秒。",
        )


ENDS_ZH = {"page": "拿到一页", "refused": "返回 NULL", "still retrying": "还在重试"}
ENDS = {"page": "page", "no_page": "refused", "livelock": "still retrying"}
BACK = {(stage.__name__, after.__name__) for stage, after in BACK_EDGES}


def fate(gfp_mask: int, order: int = 0, *, mix: str = "no_swap", limit: int = 40, rescue_at: int | None = None) -> Fate:
    """Send one request down the ladder of a machine that is short of memory, at most `limit` rounds.

    rescue_at: the jiffy at which somebody else gives some of his blocks back, None = nobody does.
    """
    world = short_of_memory(mix)
    if rescue_at is not None:
        _rescuer(world, rescue_at)
    run = record(world.machine, gfp_mask, order, max_rounds=limit)
    events = own_events(run)
    stages, names = stages_of(events), [event[0] for event in events]
    return Fate(
        ENDS[run.end],
        sum(pair in BACK for pair in pairwise(stages)),
        names.count("get_page_from_freelist"),
        names.count("out_of_memory"),
        world.machine.jiffies - run.jiffies,
    )


def rounds_by_order(gfp_mask: int, mix: str, orders: Sequence[int], limit: int = 40) -> list[tuple[int, int]]:
    """(order, rounds until it had its block); the limit where it was still retrying. Refused requests are left out."""
    fates = [(order, fate(gfp_mask, order, mix=mix, limit=limit)) for order in orders]
    return [(order, one.rounds) for order, one in fates if one.end != "refused"]


def own_events(run: Run) -> list[Event]:
    """The events of the request itself, without those of requests that reclaim made on the way."""
    own: list[Event] = []
    depth = 0
    for event in run.events:
        depth += event[0] == "nested_alloc"
        if not depth:
            own.append(event)
        depth -= event[0] == "nested_alloc_result"
    return own


def stages_of(events: Sequence[Event]) -> list[str]:
    """The stages that a request went through, in order."""
    return [event[1] for event in events if event[0] == "stage"]


def reclaim_once(gfp_mask: int, mix: str, machine: str = "small", pressure: int = SHORT) -> tuple[int, int]:
    """One call of try_to_free_pages: (progress that it reports, pages that it freed)."""
    world = short_of_memory(mix, machine, pressure)
    zones = world.machine.zonelist(gfp_mask, 0).zones
    return world.try_to_free_pages(Task(comm="cc1"), zones, gfp_mask), world.population.freed


def _rescuer(world: World, jiffy: int) -> None:
    """Somebody who has some of the kernel's blocks, and gives them back at this jiffy."""

    def driver(me: Process) -> Script:
        yield from me.sleep(jiffy)
        me.release(BLOCKS)

    mine = world.spawn("driver", driver, oomkilladj=-17)
    kernels = (pfn for pfn in world.machine.owner if world.kind_of(pfn) == "kernel")
    mine.blocks.extend((pfn, world.machine.owner[pfn] & 15) for pfn in islice(kernels, BLOCKS))
