"""Who uses what on a filled machine, as plain numbers: a world makes pages of them when reclaim comes to them. A MODEL.

Units: pages.
"""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from buddylab.core.machine import Machine
from buddylab.core.zone import Zone

CLEAN, DIRTY, MAPPED, ANON = range(4)
"""What an entry of a run is: pfn << 8 | whose << 2 | kind."""
PROCESSES = (("browser", 7), ("Xorg", 4), ("mail", 3), ("sshd", 1), ("sh", 1))
"""Who owns the anonymous pages, in sixteenths."""
SHARES = [place for place, (_, sixteenths) in enumerate(PROCESSES) for _ in range(sixteenths)]


def spread(pfn: int) -> int:
    """A number from 0 to 4095 that has nothing to do with where the page lies."""
    return pfn * 2654435761 >> 11 & 4095


@dataclass
class Plan:
    """Who uses what on this machine; every world made from it starts from the same state.

    used: (first pfn, order, kind) by pfn. pools: kind -> zone place -> pages that could be reclaimed one by one.
    runs: per zone the entries of the active and the inactive list. swap: free slots in percent
    of the anonymous pages, 0 = no swap device.
    """

    machine: Machine
    swap: int
    used: list[tuple[int, int, str]] = field(default_factory=list)
    pools: dict[str, list[list[int]]] = field(default_factory=dict)
    runs: list[tuple["array[int]", "array[int]"]] = field(default_factory=list)

    def settle(self, zone: Zone, pfn: int, order: int, kind: str) -> None:
        """Give a block to a kind of user: kernel memory as a block, all others page by page."""
        self.used.append((pfn, order, kind))
        if kind == "kernel":
            self.machine.owner[pfn] = zone.place << 4 | order
            return
        pages = range(pfn, pfn + (1 << order))
        self.machine.owner.update(dict.fromkeys(pages, zone.place << 4))
        self.pools.setdefault(kind, [[] for _ in self.machine.zones])[zone.place].extend(pages)

    def pool(self, kind: str, zone: Zone) -> list[int]:
        """The pages of this kind in this zone."""
        return self.pools[kind][zone.place] if kind in self.pools else []

    def finish(self) -> None:
        """Put every page on a list: three quarters of the anonymous pages are active, a quarter of the cache."""
        self.used.sort()
        for zone in self.machine.zones:
            lists: tuple[array[int], array[int]] = (array("Q"), array("Q"))
            for pfn in self.pool("anon", zone):
                h = spread(pfn)
                lists[bool(self.swap) and h % 4 == 0].append(pfn << 8 | SHARES[h >> 4 & 15] << 2 | ANON)
            for kind, number in (("clean", CLEAN), ("dirty", DIRTY)):
                for pfn in self.pool(kind, zone):
                    h = spread(pfn)
                    is_mapped = number == CLEAN and h >> 6 & 7 == 0
                    lists[h % 4 > 0].append(pfn << 8 | (MAPPED if is_mapped else number))
            self.runs.append(lists)

    @cached_property
    def kinds(self) -> list[Counter[int]]:
        """How many entries of each kind and owner a zone's lists have, for every world made from this plan."""
        return [Counter(entry & 255 for entry in (*active, *inactive)) for active, inactive in self.runs]

    def without(self, pinned: frozenset[int]) -> "Plan":
        """The same plan, but these pages are on no list of reclaim's and in no cache."""
        pools = {
            kind: [[pfn for pfn in pool if pfn not in pinned] for pool in zones] for kind, zones in self.pools.items()
        }
        runs = [
            (
                array("Q", (entry for entry in active if entry >> 8 not in pinned)),
                array("Q", (entry for entry in inactive if entry >> 8 not in pinned)),
            )
            for active, inactive in self.runs
        ]
        return Plan(self.machine, self.swap, self.used, pools, runs)
