"""What the events of a block given back by hand say: key of the sentence, its args, and the frame's parts.

One function an event, which takes its arguments. What reclaim gives back is told in sums instead.
"""

from collections.abc import Callable
from typing import Any

from buddylab.core.zone import TOP
from buddylab.view.sentences import args_of

Parts = dict[str, Any]
Told = tuple[str, Parts, Parts]


def free_hot_cold_page(zone: str, pfn: int, cold: int) -> Told:
    """A single page goes to a per-cpu list."""
    return "free_page", {"zone": zone, "pfn": pfn}, {}


def free_pages_bulk(zone: str, count: int, order: int) -> Told:
    """That list is full and gives a batch back."""
    return "free_bulk", {"zone": zone, "batch": count}, {}


def free_pages_ok(zone: str, pfn: int, order: int) -> Told:
    """A block goes to the buddy lists."""
    return "free_block", {"zone": zone, "pfn": pfn, "order": order}, {}


def free_one_page(zone: str, pfn: int, order: int, head: int, merged: int) -> Told:
    """Merged with as many buddies as were free; the first that was not is the one of the whole block."""
    size = 1 << merged
    args = {"pfn": pfn, "order": order, "head": head, "to": merged, "buddy": head ^ size, "size": size}
    key = "free_merge" if merged > order else "free_alone" if merged < TOP else "free_top"
    buddies = [[(pfn >> o << o) ^ 1 << o, o] for o in range(order, merged)]
    conds = [[f"{pfn >> o << o} ^ {1 << o}", buddy, "c_buddy_free", {"order": o}] for buddy, o in buddies]
    if merged < TOP:
        conds.append([f"{head} ^ {size}", head ^ size, "c_buddy_used", {"order": merged}])
    merge = {"from": order, "to": merged, "buddies": buddies, "joined": (1 << merged) - (1 << order)}
    return key, args_of(key, args), {"mood": "ok", "merge": merge, "conds": conds}


GIVEN_BACK: dict[str, Callable[..., Told]] = {
    "free_hot_cold_page": free_hot_cold_page,
    "free_pages_bulk": free_pages_bulk,
    "__free_pages_ok": free_pages_ok,
    "__free_one_page": free_one_page,
}
"""By the event's name."""
