"""Notebook 06: what the per-cpu lists save, counted on the exact core."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from buddylab.core.events import Event
from buddylab.core.ladder import alloc_pages
from buddylab.course.small_machines import little

BATCHES = (0, 1, 3, 7, 15, 31)
"""All that the kernel computes, whatever the size of a zone; 0 keeps nothing."""
LOADS = {"one page at a time": 1, "1 to 20 pages": 20, "1 to 200 pages": 200}
"""Loads by name: the most pages that are held at once."""
PAGES, ALLOCATIONS = 4096, 4000


@dataclass(frozen=True)
class Work:
    """What 1,000 allocations and as many frees cost a zone. locked: how often its lock is taken. moved: blocks that
    are put on a free list or taken off one.
    """

    locked: int
    moved: int


def free_list_work(batch: int, most: int = 1, seed: int = 1) -> Work:
    """Take some single pages, 1 to `most`, from a zone in whole blocks, give them back in random order, and so on.

    batch: of the hot list, as the kernel computes it. Raises ValueError if `most` is outside of 1 to 1000.
    """
    if not 1 <= most <= 1000:
        raise ValueError(f"a load holds from 1 to 1000 pages at once, not {most!r}")
    machine, rng, events, asked = little(PAGES, batch), Random(seed), list[Event](), 0
    machine.trace = events
    while asked < ALLOCATIONS:
        held = [alloc_pages(machine, 0, 0) for _ in range(rng.randint(1, most))]
        rng.shuffle(held)
        for pfn in held:
            if pfn is not None:
                machine.free_pages(pfn, 0)
        asked += len(held)
    return Work(*(round(1000 * count / asked) for count in (locked(events), moved(events))))


def locked(events: Iterable[Event]) -> int:
    """How often the zone's lock was taken: a refill, a batch given back, or a larger block taken or given back."""
    return sum(
        event[0] in ("rmqueue_bulk", "free_pages_bulk", "__free_pages_ok")
        or event[0] == "buffered_rmqueue"
        and int(event[2]) > 0
        for event in events
    )


def moved(events: Iterable[Event]) -> int:
    """Blocks that entered or left a free list: one leaves and its upper halves enter; buddies leave and one enters."""
    count = 0
    for event in events:
        if event[0] == "__rmqueue" and event[4] >= 0:
            count += 1 + event[3] - event[2]
        elif event[0] == "__free_one_page":
            count += 1 + event[5] - event[3]
    return count
