"""Who uses what on a filled machine, decided when somebody looks: by where a block stands among those of its order.

A MODEL (see MODEL.md): the blocks in use of an order, each a stride away from the last, go to the kinds of user by the
mix's shares; so how many pages each has is known at once, and whose a page is follows from its number. Units: pages.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from math import gcd
from typing import NamedTuple

from buddylab.core.machine import Machine
from buddylab.core.zone import MAX_ORDER, Zone
from buddylab.explorer.pieces import Cutting

KINDS = ("kernel", "slab", "anon", "clean", "dirty")
LISTED = ("anon", "clean", "dirty")
"""Those whose pages are on the lists that reclaim goes through."""
CLEAN, DIRTY, MAPPED, ANON = range(4)
"""What an entry of a list is: pfn << 8 | whose << 2 | kind."""
PROCESSES = (("browser", 7), ("Xorg", 4), ("mail", 3), ("sshd", 1), ("sh", 1))
"""Who owns the anonymous pages, in sixteenths."""
SHARES = [place for place, (_, sixteenths) in enumerate(PROCESSES) for _ in range(sixteenths)]
MAPPED_EVERY = 8
"""One page of clean cache in so many is mapped."""


def spread(pfn: int) -> int:
    """A number from 0 to 4095 that has nothing to do with where the page lies."""
    return pfn * 2654435761 >> 11 & 4095


class Stride:
    """A way through all of `length` places in strides near the golden section, and back."""

    def __init__(self, length: int, step: int | None = None) -> None:
        """The smallest step from there on, or from `step` on, that has no factor in common with the length."""
        self.length, self.step = length, max(1, length * 618 // 1000) if step is None else step
        while gcd(self.step, length) > 1:
            self.step += 1
        self.inverse = pow(self.step, -1, length) if length > 1 else 0

    def there(self, place: int) -> int:
        """Where the stride of this number leads."""
        return place * self.step % self.length

    def back(self, place: int) -> int:
        """The number of the stride that leads there."""
        return place * self.inverse % self.length


class Users:
    """Who uses which page of one zone.

    pages: how many each kind has, without those that lie on a per-cpu list instead (`at_hand`).
    """

    def __init__(self, zone: Zone, cutting: Cutting, shares: Sequence[int]) -> None:
        """shares: of KINDS, in percent; what comes out uneven at one order is made up for at the smaller ones."""
        self.zone, self.cutting = zone, cutting
        self.at_hand: set[int] = set()
        self.bounds: list[list[int]] = [[] for _ in range(MAX_ORDER)]
        due = [0.0] * len(KINDS)
        for order, used in reversed(list(enumerate(cutting.used))):
            due = [pages + (len(used) << order) * share / 100 for pages, share in zip(due, shares, strict=True)]
            counts = _shared_out(len(used), shares, [pages / (1 << order) for pages in due])
            due = [pages - (count << order) for pages, count in zip(due, counts, strict=True)]
            self.bounds[order] = list(accumulate(counts, initial=0))
        self.steps = [Stride(len(used)) for used in cutting.used]
        self.starts = {kind: self._starts(number) for number, kind in enumerate(KINDS)}
        self.pages = {kind: starts[-1] for kind, starts in self.starts.items()}
        self.turns = {kind: Stride(pages, None if kind in LISTED else 1) for kind, pages in self.pages.items()}

    def _starts(self, kind: int) -> list[int]:
        """The number of a kind's first page at every order, and behind the last."""
        sizes = (bounds[kind + 1] - bounds[kind] << order for order, bounds in enumerate(self.bounds))
        return list(accumulate(sizes, initial=0))

    def holds(self, pfn: int) -> bool:
        """Does the page belong to this zone?"""
        return self.zone.start_pfn <= pfn < self.zone.end_pfn

    def page(self, kind: str, number: int) -> int:
        """The pfn of a kind's page of this number: of slab one after the other, of what is on lists far apart."""
        number = self.turns[kind].there(number)
        order = bisect_right(self.starts[kind], number) - 1
        block, page = divmod(number - self.starts[kind][order], 1 << order)
        used = self.cutting.used[order]
        return used[self.steps[order].back(self.bounds[order][KINDS.index(kind)] + block)] + page

    def find(self, pfn: int) -> tuple[str, int, int, int] | None:
        """Of the block in use that holds the page: kind, first pfn, order, and the page's number; None if none does."""
        found = self.cutting.block_of(pfn)
        if found is None:
            return None
        head, order, place = found
        turned = self.steps[order].there(place)
        kind = bisect_right(self.bounds[order], turned) - 1
        number = self.starts[KINDS[kind]][order] + (turned - self.bounds[order][kind] << order) + pfn - head
        return KINDS[kind], head, order, self.turns[KINDS[kind]].back(number)

    def take(self, kind: str) -> int:
        """A page of this kind leaves its user for a per-cpu list; its pfn."""
        self.pages[kind] -= 1
        pfn = self.page(kind, self.pages[kind])
        self.at_hand.add(pfn)
        return pfn

    def owner(self, pfn: int) -> int | None:
        """What Machine.owner says of this page: kernel memory is a block, all other is page by page."""
        found = None if pfn in self.at_hand else self.find(pfn)
        if found is None or found[0] == "kernel" and found[1] != pfn:
            return None
        return self.zone.place << 4 | (found[2] if found[0] == "kernel" else 0)

    def owners(self) -> Iterator[int]:
        """First pfns of all that Machine.owner knows here."""
        for order, blocks in enumerate(self.cutting.used):
            kernel = self.bounds[order][1]
            for place, head in enumerate(blocks):
                if self.steps[order].there(place) < kernel:
                    yield head
                else:
                    yield from (pfn for pfn in range(head, head + (1 << order)) if pfn not in self.at_hand)

    def nr_owners(self) -> int:
        """How many those are."""
        kernel = sum(bounds[1] for bounds in self.bounds)
        return kernel + sum(pages for kind, pages in self.pages.items() if kind != "kernel")


def _shared_out(blocks: int, shares: Sequence[int], due: Sequence[float]) -> list[int]:
    """So many blocks, to each kind that has a share as many whole ones as come nearest to what it is due."""
    counts = [max(int(number), 0) for number in due]
    while more := blocks - sum(counts):
        step = 1 if more > 0 else -1
        able = [kind for kind, share in enumerate(shares) if share and counts[kind] + step >= 0]
        counts[max(able, key=lambda kind: (due[kind] - counts[kind]) * step)] += step
    return counts


def every(place: int) -> int:
    """All numbers."""
    return place


def quarter(place: int) -> int:
    """Every fourth number, from 0 on."""
    return place * 4


def rest(place: int) -> int:
    """All other numbers."""
    return place + place // 3 + 1


class Part(NamedTuple):
    """What one kind has on a list. turn: the page's number for a place among them."""

    kind: str
    pages: int
    turn: Callable[[int], int]


class Listed(Sequence[int]):
    """The entries of one list of one zone, worked out when asked for: who, and which page."""

    def __init__(self, users: Users, parts: Sequence[Part]) -> None:
        """parts: anonymous pages, clean and dirty cache."""
        self.users, self.parts = users, parts
        self.starts = list(accumulate((part.pages for part in parts), initial=0))

    def __len__(self) -> int:
        return self.starts[-1]

    def __getitem__(self, place: int) -> int:  # type: ignore[override]  # nobody asks for a slice
        number = bisect_right(self.starts, place) - 1
        part = self.parts[number]
        place -= self.starts[number]
        return self.users.page(part.kind, part.turn(place)) << 8 | _tag(part.kind, place)

    def tag(self, place: int) -> int:
        """The last eight bits of the entry: whose, and what kind."""
        number = bisect_right(self.starts, place) - 1
        return _tag(self.parts[number].kind, place - self.starts[number])

    def place_of(self, kind: str, number: int) -> int | None:
        """The place of the kind's page of this number; None if it is not on this list."""
        for start, part in zip(self.starts, self.parts, strict=False):
            if part.kind == kind:
                places = (number // 4, number - number // 4 - 1, number)
                found = (place for place in places if 0 <= place < part.pages and part.turn(place) == number)
                return next((start + place for place in found), None)
        return None

    def tags(self) -> Counter[int]:
        """How many entries of each sort there are."""
        found: Counter[int] = Counter()
        for part in self.parts:
            turns, more = divmod(part.pages, len(SHARES))
            for place in range(len(SHARES)):
                found[_tag(part.kind, place)] += turns + (place < more)
        return found


def _tag(kind: str, place: int) -> int:
    if kind == "anon":
        return SHARES[place % len(SHARES)] << 2 | ANON
    if kind == "dirty":
        return DIRTY
    return MAPPED if place % MAPPED_EVERY == MAPPED_EVERY - 1 else CLEAN


class Plan:
    """Who uses what on this machine; every world made from it starts from the same state.

    lists: per zone the active and the inactive list. swap: free slots in percent of the anonymous pages, 0 = no swap
    device.
    """

    def __init__(self, machine: Machine, users: Sequence[Users], swap: int) -> None:
        """Three quarters of the anonymous pages are active, a quarter of the cache; without swap all of the former."""
        self.machine, self.users, self.swap = machine, users, swap
        self.lists = [self._lists(zone) for zone in users]

    def _lists(self, users: Users) -> tuple[Listed, Listed]:
        active, inactive = [], []
        for kind in LISTED:
            pages = users.pages[kind]
            few, many = (pages + 3) // 4, pages - (pages + 3) // 4
            if kind != "anon":
                active.append(Part(kind, few, quarter))
                inactive.append(Part(kind, many, rest))
            elif self.swap:
                active.append(Part(kind, many, rest))
                inactive.append(Part(kind, few, quarter))
            else:
                active.append(Part(kind, pages, every))
        return Listed(users, active), Listed(users, inactive)

    def kind_of(self, pfn: int) -> str:
        """What the page is used for: kernel, slab, anon, clean or dirty; "free" if it is not used."""
        found = next((users.find(pfn) for users in self.users if users.holds(pfn)), None)
        return found[0] if found else "free"
