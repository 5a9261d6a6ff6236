"""How the document names a zone's lists and counters: a free list by its order, a per-cpu list by its own name.

Other kernels keep a list for every order and type ("3:U"); whoever reads the document takes the keys as they come.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from buddylab.core.record import COLD, COUNT, HOT, REMOVE, Change
from buddylab.core.zone import MAX_ORDER, TOP, Zone

WHOLE, FIRST, LAST = 64, 32, 8
"""A list longer than WHOLE entries travels as its FIRST and LAST pfns and a count."""
PCP = {HOT: "hot", COLD: "cold"}
"""The per-cpu lists: place in a change of the record -> name, which is the zone's attribute too."""


def zone_facts(zone: Zone) -> dict[str, Any]:
    """What a zone is and what was set up for it."""
    facts = (
        "label",
        "start_pfn",
        "spanned_pages",
        "present_pages",
        "pages_min",
        "pages_low",
        "pages_high",
        "lowmem_reserve",
    )
    pcp = {name: {"batch": getattr(zone, name).batch, "high": getattr(zone, name).high} for name in PCP.values()}
    return {**{fact: getattr(zone, fact) for fact in facts}, "pcp": pcp}


def zone_lists(zone: Zone) -> dict[str, Any]:
    """A zone's counters and lists as they stand, pfns from head to tail."""
    return {
        "counts": {"NR_FREE_PAGES": zone.nr_free_pages},
        "lists": {str(order): _travels(zone, order) for order in range(MAX_ORDER)},
        "pcp": {name: list(getattr(zone, name).pages) for name in PCP.values()},
    }


def net(changes: Sequence[Change]) -> list[Change]:
    """The same changes without what they undo among themselves: in and out of one list, counts but the last."""
    kept: dict[Any, Change] = {}
    for change in changes:
        label, place, operation, pfn = change
        if operation == REMOVE and place != COUNT and (label, place, pfn) in kept:
            del kept[label, place, pfn]
        elif place == COUNT:
            kept.pop((label, COUNT), None)
            kept[label, COUNT] = change
        else:
            kept[(label, place, pfn) if operation != REMOVE else (label, place, pfn, REMOVE)] = change
    return list(kept.values())


def named(change: Change, place: int) -> list[Any]:
    """A change of the record as the document has it. place: of its zone."""
    _, where, operation, pfn = change
    if where == COUNT:
        return [place, "counts", "NR_FREE_PAGES", pfn]
    part, key = ("pcp", PCP[where]) if where in PCP else ("lists", str(where))
    return [place, part, key, operation, pfn]


def _travels(zone: Zone, order: int) -> Any:
    """A free list as it travels: whole, or its two ends and a count."""
    count = zone.nr_free(order)
    if count <= WHOLE:
        return zone.free_list(order)
    tail = zone.free_list(order)[-LAST:] if order == TOP else list(islice(zone.free_area[order], LAST))[::-1]
    return {"count": count, "head": zone.free_list(order, FIRST), "tail": tail}
