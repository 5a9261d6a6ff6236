"""Small machines for questions (one zone of a few pages and no marks; per-cpu lists keep nothing unless asked to), and
large ones of which only so many blocks are free.
"""

from collections.abc import Iterable, Sequence

from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.setup import setup_pageset
from buddylab.core.zone import MAX_ORDER, Zone
from buddylab.machines import hardware
from buddylab.machines.reported import fill

Lists = tuple[tuple[int, ...], ...]


def little(pages: int = 16, batch: int = 0) -> Machine:
    """A machine of so many pages, all free, whose marks are 0: the lists alone decide.

    batch: of the per-cpu lists, which the kernel sizes by it; 0 = they keep nothing.
    """
    zone = Zone("Normal", 0, 0, pages, lowmem_reserve=[0])
    setup_pageset(zone, batch)
    return Machine([zone], ("Normal",))


def full(pages: int = 16) -> Machine:
    """The same with every page handed out, each as a block of order 0."""
    machine = little(pages)
    for _ in range(pages):
        alloc_pages(machine, 0, 0)
    return machine


def free(machine: Machine, pfns: Iterable[int], order: int = 0) -> Machine:
    """Give these blocks back in this order."""
    for pfn in pfns:
        machine.free_pages(pfn, order)
    return machine


def lists(machine: Machine) -> Lists:
    """The free lists of the only zone: first pfns by order, from head to tail."""
    return tuple(tuple(machine.zones[0].free_list(order)) for order in range(MAX_ORDER))


def lines(machine: Machine, upto: int) -> str:
    """The free lists of orders 0 to `upto`, a line each, as they stand."""
    return "\n".join(
        f"order {order}: {' '.join(map(str, pfns)) or '-'}" for order, pfns in enumerate(lists(machine)[: upto + 1])
    )


def at_hand(machine: Machine) -> str:
    """The two per-cpu lists of the only zone, head first, and NR_FREE_PAGES."""
    zone = machine.zones[0]
    told = [f"{name}: {' '.join(map(str, pcp.pages)) or '-'}" for name, pcp in (("hot", zone.hot), ("cold", zone.cold))]
    return "\n".join([*told, f"NR_FREE_PAGES {zone.nr_free_pages}"])


def with_free(machine: str, **blocks: Sequence[int]) -> Machine:
    """A machine of `hardware.MACHINES` of which only these blocks are free: zone=[of order 0, of order 1, ...].

    Of a zone that is not named nothing is free. Raises ValueError for a zone that the machine has not.
    """
    made = hardware.of(machine).machine()
    for label in blocks:
        made.zone(label)
    for zone in made.zones:
        counts = blocks.get(zone.label, ())
        fill(made, zone, [*counts, *[0] * (MAX_ORDER - len(counts))])
    return made
