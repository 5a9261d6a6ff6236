"""Where a filled machine's free blocks lie among those in use: a zone is cut in pieces of 1 MB that are much alike.

Every free block below order 10 has a used buddy as long as there is room for that. Blocks of 1 MB and more are placed
one by one; the smaller ones are dealt out over the remaining pieces, like cards, and each sort of piece is cut once:
all others of its sort are its mirror images (pieces.py). So a machine of 4 GB is there in a moment. The placing is a
MODEL. Units: pages.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from random import Random
from typing import NamedTuple

from buddylab.core.buddy import free_one_page, rmqueue
from buddylab.core.zone import MAX_ORDER, TOP, Zone
from buddylab.explorer.pieces import Blocks, Cut, Cutting

PIECE = 8
"""Order of a piece, where the zone begins and ends at a multiple of that: 256 pages, 1 MB."""
LARGEST = 5
"""Order of the largest block in use that is not a free block's buddy."""


class Item(NamedTuple):
    """Free blocks that need room: 2^room pages each, twice their own where the buddy is to be in use."""

    room: int
    order: int
    blocks: int


def carve(zone: Zone, counts: Sequence[int], rng: Random) -> Cutting:
    """Leave just these free blocks by order in a freshly booted zone; how it is cut.

    A zone that has no large enough block left for one of 1 MB and more gets two halves of it.
    """
    small = min(PIECE, _alignment(zone))
    items, used = _items(zone, counts), [list[int]() for _ in range(MAX_ORDER)]
    large: list[tuple[int, int]] = []
    for item in items:
        if item.room > small or item.order == small:
            for _ in range(item.blocks):
                large += _place(zone, item.room, item.order, used, rng)
    pieces = _take_all(zone, small)
    rng.shuffle(pieces)
    dealt = [item for item in items if item.room <= small and item.order < small]
    cuts = []
    for alike, hand in _deal(dealt, pieces, small):
        blocks = [item for item, times in zip(dealt, hand, strict=True) for _ in range(times)]
        cuts.append(_cut(alike, small, blocks, rng))
    cutting = Cutting(small, [sorted(blocks) for blocks in used], cuts)
    for order in range(small):
        zone.free_area[order] = cutting.free(order)
        zone.nr_free_pages += len(zone.free_area[order]) << order
    rng.shuffle(large)
    for pfn, order in large:
        free_one_page(zone, pfn, order)
    return cutting


def _alignment(zone: Zone) -> int:
    """The order to which both ends of the zone are aligned."""
    ends = zone.start_pfn | zone.end_pfn
    return (ends & -ends).bit_length() - 1


def _items(zone: Zone, counts: Sequence[int]) -> list[Item]:
    """The free blocks, those that need most room first; each has a used buddy.

    Where more than half of the zone is free, that is not so for blocks of order 10 and for one block of each order that
    makes up the excess; these never are each other's buddies.
    """
    excess = max(0, 2 * sum(count << order for order, count in enumerate(counts)) - zone.present_pages)
    items: list[Item] = []
    for order, count in enumerate(counts):
        alone = count if order == TOP else min(count, excess >> order & 1)
        items += [Item(order + 1, order, count - alone), Item(order, order, alone)]
    return sorted((item for item in items if item.blocks), reverse=True)


def _place(zone: Zone, room: int, order: int, used: Blocks, rng: Random) -> list[tuple[int, int]]:
    """Take room for one large block; (first pfn, order) of what is to be freed there."""
    pfn = rmqueue(zone, room)
    if pfn is None and room > order:
        return _place(zone, order, order, used, rng)
    if pfn is None:
        halves = [_place(zone, order - 1, order - 1, used, rng) for _ in range(2 if order else 0)]
        return list(chain.from_iterable(halves))
    if room > order:
        upper = rng.randrange(2) << order
        used[order].append(pfn + (1 << order) - upper)
        pfn += upper
    return [(pfn, order)]


def _take_all(zone: Zone, small: int) -> list[int]:
    """All that is left, in pieces of this order: their first pfns, ascending."""
    pieces: list[int] = []
    for order in range(small, MAX_ORDER):
        for pfn in zone.free_list(order):
            pieces += range(pfn, pfn + (1 << order), 1 << small)
        zone.free_area[order].clear()
    zone.untouched, zone.nr_free_pages = [], 0
    return sorted(pieces)


def _deal(items: Sequence[Item], pieces: list[int], small: int) -> Iterator[tuple[list[int], tuple[int, ...]]]:
    """Share the blocks out over the pieces, each kind from where the last one ended: (pieces, blocks of each kind).

    Pieces that are given the same come together.
    """
    room, turn = [1 << small] * len(pieces), 0
    hands = [[0] * len(items) for _ in pieces]
    for kind, item in enumerate(items):
        left = item.blocks
        while left:
            fit = [i for i in chain(range(turn, len(pieces)), range(turn)) if room[i] >> item.room]
            each, more = divmod(left, len(fit))
            for place, i in enumerate(fit if each else fit[:more]):
                given = min(room[i] >> item.room, each + (place < more))
                hands[i][kind] += given
                room[i] -= given << item.room
                left -= given
            turn = (fit[more - 1] + 1) % len(pieces) if more else turn
    groups: dict[tuple[int, ...], list[int]] = {}
    for piece, hand in zip(pieces, hands, strict=True):
        groups.setdefault(tuple(hand), []).append(piece)
    for given_to_all, group in groups.items():
        yield group, given_to_all


def _cut(pieces: list[int], small: int, hand: Sequence[Item], rng: Random) -> Cut:
    """Cut one piece for this hand (largest first), the rest into blocks in use; all others are its mirror images."""
    mirrors = [piece | rng.randrange(1 << small) for piece in pieces]
    cut = Cut(mirrors, [[] for _ in range(MAX_ORDER)], [[] for _ in range(MAX_ORDER)])
    left = [(0, small)]
    for room, order, _ in hand:
        at = _split(left, rng.randrange(len(left)), room, rng)
        if room > order:
            upper = rng.randrange(2) << order
            cut.used[order].append(at + (1 << order) - upper)
            at += upper
        cut.free[order].append(at)
    while left:
        at, order = left.pop()
        if order > LARGEST or order > 2 and rng.randrange(2):
            left += [(at, order - 1), (at + (1 << order - 1), order - 1)]
        else:
            cut.used[order].append(at)
    return cut


def _split(left: list[tuple[int, int]], place: int, room: int, rng: Random) -> int:
    """Take 2^room pages out of the run at this place of `left`; the halves that are split off stay there."""
    left[place], left[-1] = left[-1], left[place]
    at, order = left.pop()
    while order > room:
        order -= 1
        upper = rng.randrange(2) << order
        left.append((at + (1 << order) - upper, order))
        at += upper
    return at
