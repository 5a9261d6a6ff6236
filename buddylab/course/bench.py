"""Small machines for questions: one zone of a few pages, no marks, and per-cpu lists that keep nothing."""

from collections.abc import Iterable

from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.zone import MAX_ORDER, Zone

Lists = tuple[tuple[int, ...], ...]


def little(pages: int = 16) -> Machine:
    """A machine of so many pages, all free, whose marks are 0: the buddy lists alone decide."""
    return Machine([Zone("Normal", 0, 0, pages, lowmem_reserve=[0])], ("Normal",))


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
    return "\n".join(f"order {order}: {' '.join(map(str, pfns)) or '-'}" for order, pfns in
                     enumerate(lists(machine)[: upto + 1]))  # fmt: skip
