"""Experiments of notebook 01: how large a block can be had while pages come back."""

from random import Random

from buddylab.core.zone import MAX_ORDER
from buddylab.course.small_machines import free, full

ORDERS_OF_FREEING = ("fifo", "lifo", "random")


def largest_free_order(how: str, pages: int = 1024, seed: int = 1) -> list[int]:
    """Fill a zone with single pages, then give them back one by one: the largest free order after each, -1 before.

    how: "fifo" (the page handed out first comes back first), "lifo" (last first) or "random" (drawn from `seed`).
    Raises ValueError for another one.
    """
    if how not in ORDERS_OF_FREEING:
        raise ValueError(f"pages come back in one of the orders {', '.join(ORDERS_OF_FREEING)}, not {how!r}")
    machine = full(pages)
    handed_out = list(machine.owner)
    if how == "lifo":
        handed_out.reverse()
    elif how == "random":
        Random(seed).shuffle(handed_out)
    zone, largest = machine.zones[0], [-1]
    for pfn in handed_out:
        free(machine, [pfn])
        largest.append(max(order for order in range(MAX_ORDER) if zone.nr_free(order)))
    return largest


def needed_for(order: int, largest: list[int]) -> int:
    """How many pages were free when a block of this order was first there. Raises ValueError if it never was."""
    found = next((pages for pages, biggest in enumerate(largest) if biggest >= order), None)
    if found is None:
        raise ValueError(f"no block of order {order} in this run; the largest is {max(largest)}")
    return found
