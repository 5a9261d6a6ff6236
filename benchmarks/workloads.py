"""What is timed: machines, sequences of operations made from a seed, and the loops that play them.

A sequence is played alike by the core, by the plain buddy and by the C reference. Every allocation has a slot of its
own, so the slots say afterwards what each of them was given.
"""

import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.plain_buddy import PlainBuddy
from buddylab.core.environment import Task
from buddylab.core.gfp import COLD, GFP_KERNEL
from buddylab.core.machine import Machine, get_page_from_freelist
from buddylab.core.pcp import buffered_rmqueue
from buddylab.core.setup import setup_zones
from buddylab.core.zone import ALLOC_WMARK_LOW, MAX_ORDER, PerCpuPages, Zone, zone_watermark_ok
from buddylab.core.zone import BadPage as BadPage

GIB = 1 << 18
"""Pages in 1 GiB."""
ZONE_TYPES = ("DMA", "DMA32", "Normal")
ZONE_STARTS = (0, 1 << 12, 1 << 20)
"""Where the zones of x86-64 start, in pages."""
MIX = tuple(0.5**order for order in range(MAX_ORDER))
"""How often each order is asked for: each half as often as the one below it."""

Slots = list[int | None]


def build_machine(pages: int, *, per_cpu_lists: bool = True) -> Machine:
    """A booted x86-64 machine of this size; without per-cpu lists their batch is 1 and their high mark 0."""
    ends = (*ZONE_STARTS[1:], pages)
    zones = [
        Zone(name, index, start, min(end, pages) - start)
        for index, (name, start, end) in enumerate(zip(ZONE_TYPES, ZONE_STARTS, ends, strict=True))
        if start < pages
    ]
    setup_zones(zones, ZONE_TYPES)
    for zone in zones if not per_cpu_lists else ():
        zone.hot, zone.cold = PerCpuPages(1, 0), PerCpuPages(1, 0)
    return Machine(zones, ZONE_TYPES)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Operations in three columns: allocate (1) or free (0), the order, the slot that the block is kept in."""

    allocs: tuple[int, ...]
    orders: tuple[int, ...]
    slots: tuple[int, ...]
    nr_slots: int

    def __len__(self) -> int:
        return len(self.allocs)

    def part(self, first: int, end: int) -> "Sequence":
        """The operations [first, end), with the same slots."""
        return Sequence(self.allocs[first:end], self.orders[first:end], self.slots[first:end], self.nr_slots)

    def new_slots(self) -> Slots:
        """No block in any slot."""
        return [None] * self.nr_slots

    def save(self, path: Path) -> None:
        """Write it as the C reference reads it: a 32-bit word for each operation."""
        columns = zip(self.allocs, self.orders, self.slots, strict=True)
        path.write_bytes(array("I", [slot << 5 | order << 1 | alloc for alloc, order, slot in columns]).tobytes())


class _Writer:
    """Writes a sequence operation by operation and knows which slots hold a block."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.orders: list[int] = []
        self.live: list[int] = []
        self.operations: list[tuple[int, int, int]] = []

    def alloc(self, order: int) -> None:
        slot = len(self.orders)
        self.orders.append(order)
        self.live.append(slot)
        self.operations.append((1, order, slot))

    def free(self) -> None:
        """Any block, all equally likely."""
        place = self.rng.randrange(len(self.live))
        self.live[place], self.live[-1] = self.live[-1], self.live[place]
        slot = self.live.pop()
        self.operations.append((0, self.orders[slot], slot))

    def sequence(self) -> Sequence:
        allocs, orders, slots = zip(*self.operations, strict=True)
        return Sequence(allocs, orders, slots, len(self.orders))


def mixed_orders(blocks: int, seed: int) -> Sequence:
    """So many blocks of mixed orders are handed out, as often again one is freed or handed out, then all are freed."""
    rng = Random(seed)
    writer, orders = _Writer(rng), range(MAX_ORDER)
    for order in rng.choices(orders, MIX, k=blocks):
        writer.alloc(order)
    for order in rng.choices(orders, MIX, k=blocks):
        if writer.live and rng.random() < 0.5:
            writer.free()
        else:
            writer.alloc(order)
    while writer.live:
        writer.free()
    return writer.sequence()


def order_0_pairs(pairs: int) -> Sequence:
    """A single page is handed out and given back at once, so many times."""
    return Sequence((1, 0) * pairs, (0, 0) * pairs, (0, 0) * pairs, 1)


def at_the_limit(operations: int, pages: int, seed: int) -> Sequence:
    """As much as there is, then up and down around that, so that many are refused; one in ten is freed wrongly.

    Wrongly: with another order, then rightly, then once more. In the end one block in fifty stays. Meant for comparing,
    not for timing.
    """
    rng = Random(seed)
    writer, orders = _Writer(rng), range(MAX_ORDER)
    asked = 0
    for order in rng.choices(orders, MIX, k=operations):
        if not writer.live or rng.random() < (0.9 if asked < pages else 0.5):
            writer.alloc(order)
            asked += 1 << order
            continue
        writer.free()
        _, order, slot = writer.operations[-1]
        asked -= 1 << order
        if rng.random() < 0.1:
            writer.operations.insert(-1, (0, (order + rng.choice((1, 10))) % MAX_ORDER, slot))
            writer.operations.append((0, order, slot))
    while len(writer.live) > operations // 50:
        writer.free()
    return writer.sequence()


def play(
    machine: Machine, sequence: Sequence, slots: Slots, alloc_flags: int = ALLOC_WMARK_LOW, cold: bool = False
) -> int:
    """Play a sequence on the core; returns how many frees were BadPage. cold: single pages come and go as cold."""
    get, free, gfp_mask = get_page_from_freelist, machine.free_pages, GFP_KERNEL | COLD if cold else GFP_KERNEL
    task, zonelist, bad = Task(), machine.zonelist(gfp_mask), 0
    for alloc, order, slot in zip(sequence.allocs, sequence.orders, sequence.slots):  # noqa: B905  # timed
        if alloc:
            slots[slot] = get(machine, task, gfp_mask, order, zonelist, alloc_flags)
        else:
            pfn = slots[slot]
            if pfn is not None:
                try:
                    if cold and not order:
                        free(pfn, order, cold=True)
                    else:
                        free(pfn, order)
                except BadPage:
                    bad += 1
    return bad


def play_plain(buddy: PlainBuddy, sequence: Sequence, slots: Slots) -> None:
    """Play a sequence on the plain buddy."""
    alloc_block, release = buddy.alloc, buddy.release
    for alloc, order, slot in zip(sequence.allocs, sequence.orders, sequence.slots):  # noqa: B905  # timed
        if alloc:
            slots[slot] = alloc_block(order)
        else:
            pfn = slots[slot]
            if pfn is not None:
                release(pfn, order)


def play_pairs(machine: Machine, pairs: int) -> None:
    """Order-0 pairs, nothing else in the loop."""
    get, free, task, zonelist = get_page_from_freelist, machine.free_pages, Task(), machine.zonelist(GFP_KERNEL)
    for _ in range(pairs):
        free(get(machine, task, GFP_KERNEL, 0, zonelist, ALLOC_WMARK_LOW), 0)  # type: ignore[arg-type]


def play_pairs_in_zone(machine: Machine, pairs: int) -> None:
    """Order-0 pairs in the first zone without the walk along the zonelist: mark, page, owner; owner, page."""
    zone, owner, free = machine.zonelist(GFP_KERNEL).zones[0], machine.owner, machine.free_pages
    first = get_page_from_freelist(machine, Task(), GFP_KERNEL, 0, machine.zonelist(GFP_KERNEL), ALLOC_WMARK_LOW)
    assert first is not None
    note = owner[first]
    free(first, 0)
    for _ in range(pairs):
        if zone_watermark_ok(zone, 0, zone.pages_low, zone.index, ALLOC_WMARK_LOW):
            pfn = buffered_rmqueue(zone, 0, GFP_KERNEL)
            owner[pfn] = note  # type: ignore[index]
            free(pfn, 0)  # type: ignore[arg-type]


def free_pages_of(machine: Machine) -> int:
    """Pages that nobody owns, those on per-cpu lists included."""
    return sum(z.nr_free_pages + len(z.hot.pages) + len(z.cold.pages) for z in machine.zones)


def lists_of(machine: Machine) -> list[list[list[int]]]:
    """For each zone of the zonelist [[free pages], free lists of order 0 to 10, hot, cold], each from head to tail."""
    return [
        [
            [zone.nr_free_pages],
            *(zone.free_list(order) for order in range(MAX_ORDER)),
            list(zone.hot.pages),
            list(zone.cold.pages),
        ]
        for zone in machine.zonelist(GFP_KERNEL).zones
    ]


def cpu_ns(work: Callable[[], object]) -> int:
    """CPU time of one call: neighbours on the same computer weigh less than on the clock on the wall."""
    start = time.process_time_ns()
    work()
    return time.process_time_ns() - start
