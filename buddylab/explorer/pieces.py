"""A zone cut in pieces that are mirror images of a few: its blocks as sequences that nobody has to write out.

A block at x of the piece that was cut lies at x XOR m in a piece whose mirror is m (the piece's first pfn and a mask);
so aligned blocks stay aligned, and every block of a zone of any size has a number that is worked out when it is asked
for. Units: pages.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain

from buddylab.core.zone import MAX_ORDER

Blocks = list[list[int]]
"""First pfns of blocks, by order."""


@dataclass
class Cut:
    """Pieces that are alike. mirrors: one for each piece. free, used: what lies where in the piece that was cut."""

    mirrors: list[int]
    free: Blocks
    used: Blocks

    @cached_property
    def pages(self) -> dict[int, tuple[int, int]]:
        """Every page of a block in use -> (its block's order, place among those of this order)."""
        return {
            page: (order, place)
            for order, offsets in enumerate(self.used)
            for place, first in enumerate(offsets)
            for page in range(first, first + (1 << order))
        }


class Spread(Sequence[int]):
    """The first pfns of one order, free or in use: `others` first, then those of the cut pieces.

    Neighbours in the sequence lie in different pieces.
    """

    def __init__(self, order: int, others: Sequence[int], cuts: Iterable[tuple[list[int], list[int]]]) -> None:
        """cuts: (mirrors, offsets) of every kind of piece."""
        self.order, self.others, self.cuts = order, others, list(cuts)
        lengths = (len(mirrors) * len(offsets) for mirrors, offsets in self.cuts)
        self.starts = list(accumulate(lengths, initial=len(others)))

    def __len__(self) -> int:
        return self.starts[-1]

    def __getitem__(self, place: int) -> int:  # type: ignore[override]  # nobody asks for a slice
        if place < len(self.others):
            return self.others[place]
        cut = bisect_right(self.starts, place) - 1
        mirrors, offsets = self.cuts[cut]
        which, piece = divmod(place - self.starts[cut], len(mirrors))
        return mirrors[piece] >> self.order << self.order ^ offsets[which]

    def __iter__(self) -> Iterator[int]:
        """All of them, without asking for each."""
        return chain(self.others, chain.from_iterable(self._cut(*cut) for cut in self.cuts))

    def __reversed__(self) -> Iterator[int]:
        return (self[place] for place in range(len(self) - 1, -1, -1))

    def _cut(self, mirrors: list[int], offsets: list[int]) -> Iterator[int]:
        aligned = [mirror >> self.order << self.order for mirror in mirrors]
        return chain.from_iterable(map(offset.__xor__, aligned) for offset in offsets)


@dataclass
class Cutting:
    """All blocks of a zone. large: blocks in use that were placed one by one, ascending. small: order of a piece."""

    small: int
    large: Blocks
    cuts: list[Cut] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing is looked up yet."""
        self.used = [
            Spread(order, self.large[order], ((cut.mirrors, cut.used[order]) for cut in self.cuts))
            for order in range(MAX_ORDER)
        ]

    @cached_property
    def placed(self) -> list[tuple[int, list[int]]]:
        """Of the large blocks those orders that there are."""
        return [(order, heads) for order, heads in enumerate(self.large) if heads]

    @cached_property
    def where(self) -> dict[int, tuple[int, int]]:
        """First pfn of every piece -> (which cut, which piece of it)."""
        small = self.small
        return {
            mirror >> small: (number, piece)
            for number, cut in enumerate(self.cuts)
            for piece, mirror in enumerate(cut.mirrors)
        }

    def block_of(self, pfn: int) -> tuple[int, int, int] | None:
        """The block in use that holds this page: first pfn, order, place in `used`; None if none does."""
        for order, heads in self.placed:
            head = pfn >> order << order
            place = bisect_left(heads, head)
            if place < len(heads) and heads[place] == head:
                return head, order, place
        number, piece = self.where.get(pfn >> self.small, (-1, 0))
        if number < 0:
            return None
        cut = self.cuts[number]
        found = cut.pages.get((pfn ^ cut.mirrors[piece]) & (1 << self.small) - 1)
        if found is None:
            return None
        order, which = found
        return pfn >> order << order, order, self.used[order].starts[number] + which * len(cut.mirrors) + piece

    def free(self, order: int) -> "FreeList":
        """The free blocks of this order as they were cut."""
        lookup = {number: set(cut.free[order]) for number, cut in enumerate(self.cuts) if cut.free[order]}
        return FreeList(self, Spread(order, (), ((cut.mirrors, cut.free[order]) for cut in self.cuts)), lookup)


class FreeList(dict[int, None]):
    """A list of `Zone.free_area` whose older part is as it was cut; what came later is in the dict itself.

    gone: blocks that have left the older part. end: the places before it have not been taken from the head yet.
    """

    def __init__(self, cutting: Cutting, older: Spread, offsets: dict[int, set[int]]) -> None:
        """offsets: by number of a cut where its pieces have such a block."""
        super().__init__()
        self.cutting, self.older, self.offsets = cutting, older, offsets
        self.gone: set[int] = set()
        self.end = len(older)

    def copy(self) -> "FreeList":
        """A list in the same state that can go its own way."""
        twin = FreeList(self.cutting, self.older, self.offsets)
        twin.update(dict.items(self))
        twin.gone, twin.end = self.gone.copy(), self.end
        return twin

    def __len__(self) -> int:
        return super().__len__() + len(self.older) - len(self.gone)

    def __contains__(self, pfn: object) -> bool:
        return super().__contains__(pfn) or isinstance(pfn, int) and self._is_older(pfn)

    def _is_older(self, pfn: int) -> bool:
        """Is it still in the older part?"""
        order, small = self.older.order, self.cutting.small
        number, piece = self.cutting.where.get(pfn >> small, (-1, 0))
        if number not in self.offsets or pfn in self.gone:
            return False
        mirror = self.cutting.cuts[number].mirrors[piece]
        return pfn ^ mirror >> order << order in self.offsets[number]

    def __missing__(self, pfn: int) -> None:
        if not self._is_older(pfn):
            raise KeyError(pfn)

    def __delitem__(self, pfn: int) -> None:
        if super().__contains__(pfn):
            super().__delitem__(pfn)
        elif self._is_older(pfn):
            self.gone.add(pfn)
        else:
            raise KeyError(pfn)

    def popitem(self) -> tuple[int, None]:
        """Take the head: the newest."""
        if super().__len__():
            return super().popitem()
        while self.end:
            self.end -= 1
            pfn = self.older[self.end]
            if pfn not in self.gone:
                self.gone.add(pfn)
                return pfn, None
        raise KeyError("the list is empty")

    def clear(self) -> None:
        """Nothing is free any more."""
        super().clear()
        self.gone.update(self.older)
        self.end = 0

    def __iter__(self) -> Iterator[int]:
        """From the tail to the head."""
        return chain((pfn for pfn in self.older if pfn not in self.gone), super().__iter__())

    def __reversed__(self) -> Iterator[int]:
        """From the head to the tail."""
        return chain(super().__reversed__(), (pfn for pfn in reversed(self.older) if pfn not in self.gone))

    def keys(self) -> KeysView[int]:  # type: ignore[override]  # so that all of them are seen
        """As a dict has it."""
        return KeysView(self)
