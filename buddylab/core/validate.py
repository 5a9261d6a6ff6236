"""Every invariant of a machine, checked slowly: for tests and for a reader who doubts."""

from itertools import pairwise

from buddylab.core.machine import Machine
from buddylab.core.zone import MAX_ORDER, TOP, BadPage, Zone


def validate_machine(machine: Machine) -> None:
    """Check every invariant, slowly; raises BadPage with the first that does not hold.

    Pages conserved; blocks aligned, inside their zone and disjoint; no two free buddies of one order (below 10);
    NR_FREE_PAGES equal to what the lists hold.
    """
    for zone in machine.zones:
        claimed = sorted(_claims(machine, zone))
        for (first, pages, what), (after, _, other) in pairwise(claimed):
            if first + pages > after:
                raise BadPage(f"zone {zone.label}: {what} at pfn {first} overlaps {other} at pfn {after}")
        if sum(pages for _, pages, _ in claimed) != zone.spanned_pages:
            raise BadPage(
                f"zone {zone.label}: {sum(pages for _, pages, _ in claimed)} pages are accounted for, "
                f"it spans {zone.spanned_pages}"
            )
        free = sum(zone.nr_free(order) << order for order in range(MAX_ORDER))
        if free != zone.nr_free_pages:
            raise BadPage(f"zone {zone.label}: NR_FREE_PAGES is {zone.nr_free_pages}, the lists hold {free}")
        for order in range(TOP):
            for pfn in zone.free_area[order]:
                if pfn ^ (1 << order) in zone.free_area[order]:
                    raise BadPage(f"zone {zone.label}: pfn {pfn} and its buddy are both free at order {order}")


def _claims(machine: Machine, zone: Zone) -> list[tuple[int, int, str]]:
    """(first pfn, pages, what) of everything that holds pages of this zone."""
    claims = [(first, pages, "a hole") for first, pages in zone.holes]
    for order in range(MAX_ORDER):
        for pfn in zone.free_list(order):
            if pfn % (1 << order) or pfn < zone.start_pfn or pfn + (1 << order) > zone.end_pfn:
                raise BadPage(f"zone {zone.label}: free block of order {order} at pfn {pfn} is not aligned or outside")
            claims.append((pfn, 1 << order, f"a free block of order {order}"))
    claims += [(pfn, 1, "a per-cpu page") for pcp in (zone.hot, zone.cold) for pfn in pcp.pages]
    claims += [
        (pfn, 1 << (block & 15), f"a used block of order {block & 15}")
        for pfn, block in machine.owner.items()
        if block >> 4 == zone.place
    ]
    return claims
