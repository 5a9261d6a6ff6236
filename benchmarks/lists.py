"""Two designs of a free list that is open at both ends and in the middle, without an object for a block.

Each list is given and asked the same: blocks enter at the head or the tail, leave at the head, or from the middle by
their pfn. "Pair" is what `buddylab.modern.zone.FreeList` is: two dicts, and beside them the dict of all free blocks of
an order that says in which of the two a block stands. "Ordered" is an OrderedDict of its own for every list, and
beside it the dict of all free blocks of an order that says on which list a block is.
"""

from collections import OrderedDict
from random import Random

Operation = tuple[str, int]
"""What is done, and the block: ("head", pfn), ("tail", pfn), ("take", 0), ("remove", pfn)."""


def operations(count: int, seed: int) -> list[Operation]:
    """A mix as merging and splitting makes it: mostly heads, a quarter leaves from the middle."""
    rng, live, done = Random(seed), list[int](), list[Operation]()
    order: OrderedDict[int, None] = OrderedDict()
    for pfn in range(count):
        kind = rng.choices(("head", "tail", "take", "remove"), (40, 15, 25, 20))[0]
        if kind in ("head", "tail"):
            order[pfn] = None
            if kind == "head":
                order.move_to_end(pfn, last=False)
            live.append(pfn)
            done.append((kind, pfn))
        elif live:
            victim = next(iter(order)) if kind == "take" else live[rng.randrange(len(live))]
            del order[victim]
            live.remove(victim)
            done.append((kind, 0 if kind == "take" else victim))
    return done


def play_pair(done: list[Operation]) -> list[int]:
    """Play on two dicts; what was taken at the head."""
    front: dict[int, None] = {}
    back: dict[int, None] = {}
    buddies: dict[int, dict[int, None]] = {}
    taken = []
    for kind, pfn in done:
        if kind == "head":
            front[pfn], buddies[pfn] = None, front
        elif kind == "tail":
            back[pfn], buddies[pfn] = None, back
        elif kind == "remove":
            del buddies.pop(pfn)[pfn]
        else:
            if not front:
                for moved in reversed(back):
                    front[moved], buddies[moved] = None, front
                back.clear()
            found = front.popitem()[0]
            del buddies[found]
            taken.append(found)
    return taken


def play_ordered(done: list[Operation]) -> list[int]:
    """Play on an OrderedDict; what was taken at the head."""
    blocks: OrderedDict[int, None] = OrderedDict()
    buddies: dict[int, OrderedDict[int, None]] = {}
    taken = []
    for kind, pfn in done:
        if kind == "head":
            blocks[pfn], buddies[pfn] = None, blocks
            blocks.move_to_end(pfn, last=False)
        elif kind == "tail":
            blocks[pfn], buddies[pfn] = None, blocks
        elif kind == "remove":
            del buddies.pop(pfn)[pfn]
        else:
            found = blocks.popitem(last=False)[0]
            del buddies[found]
            taken.append(found)
    return taken
