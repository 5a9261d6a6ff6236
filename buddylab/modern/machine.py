"""A machine: the zones of one node, their zonelists, a clock, a log, and the blocks that were handed out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, ParamSpec, TypeVar

from buddylab.core.events import Event
from buddylab.core.zone import BadPage
from buddylab.machines.hardware import of
from buddylab.modern import gfp, mm
from buddylab.modern.buddy import free_bootmem
from buddylab.modern.environment import AllocContext, Environment, FailPageAlloc, NobodyElse, RatelimitState
from buddylab.modern.pcp import drain_pages, free_unref_page
from buddylab.modern.setup import page_group_by_mobility_disabled, setup_zones
from buddylab.modern.zone import Node, Zone
from buddylab.said import SaidError

P = ParamSpec("P")
T = TypeVar("T")
LRU = 16
"""In `Machine.owner`: the block's pages are on an LRU list."""


class Machine:
    """Zones, zonelists and the pages handed out. `world` acts in between; `trace` records if it is a list.

    owner: first pfn of every block handed out -> its zone's index * 32 + LRU + its order.
    """

    def __init__(
        self,
        zones: Sequence[Zone],
        pageblock_types: Mapping[int, int] | None = None,
        page_group_by_mobility_disabled: bool = False,
        booted: Collection[str] = mm.ZONES,
    ) -> None:
        """zones: empty ones. pageblock_types: by number, where not MOVABLE. booted: names of those that boot fills."""
        check_zones(zones)
        self.zones, types = tuple(sorted(zones, key=lambda zone: zone.index)), dict(pageblock_types or {})
        self.node = Node(self.zones, types, page_group_by_mobility_disabled=page_group_by_mobility_disabled)
        best = [zone for zone in reversed(self.zones) if zone.present_pages]
        self.zonelists = [tuple(zone for zone in best if zone.index <= i) for i in range(mm.MAX_NR_ZONES)]
        self.by_index = {zone.index: zone for zone in zones}
        self.jiffies = 0
        self.fail_page_alloc: FailPageAlloc | None = None
        self.ratelimit, self.log = RatelimitState(), list[str]()
        self.world: Environment = NobodyElse()
        self.owner: dict[int, int] = {}
        self._trace: list[Event] | None = None
        for zone in self.zones:
            zone.node, zone.pageblock_types = self.node, types
            if zone.name in booted:
                free_bootmem(zone)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{zone.name} {zone.present_pages >> 8:,} MB" for zone in self.zones)
        free, present = (sum(getattr(z, what) for z in self.zones) for what in ("nr_free_pages", "present_pages"))
        return f"<Machine of Linux 6.12: {sizes}; {free:,} of {present:,} pages free>"

    @property
    def trace(self) -> list[Event] | None:
        """The list that events are appended to; None records nothing."""
        return self._trace

    @trace.setter
    def trace(self, trace: list[Event] | None) -> None:
        self._trace = trace
        for zone in self.zones:
            zone.trace = trace

    def note(self, *event: int | str) -> None:
        """Record an event, if anything is recorded."""
        if self._trace is not None:
            self._trace.append(event)

    def ask(self, event: Event, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let the world act, and record the call; a number that it answers stands at the end."""
        self.note(*event)
        value = act(*args, **kwargs)
        self.note("=", *([int(value)] if isinstance(value, int) else []))
        return value

    def zone(self, name: str) -> Zone:
        """The zone of this name. Raises ValueError for one that is not here."""
        for zone in self.zones:
            if zone.name == name:
                return zone
        raise ValueError(f"no zone {name!r} here: there are {', '.join(zone.name for zone in self.zones)}")

    def context(self, gfp_mask: int) -> AllocContext:
        """Zones, zone index and migratetype of a request with this mask. Raises ValueError for two migratetypes."""
        migratetype = gfp_mask >> 3 & 3
        if migratetype == mm.HIGHATOMIC:
            en = "a request is __GFP_MOVABLE or __GFP_RECLAIMABLE, not both: leave one of them out"
            raise SaidError(en, "请求只能是 __GFP_MOVABLE 或 __GFP_RECLAIMABLE 之一：请去掉一个")
        if self.node.page_group_by_mobility_disabled:
            migratetype = mm.UNMOVABLE
        index = gfp.gfp_zone(gfp_mask)
        return AllocContext(self.zonelists[index], index, migratetype, bool(gfp_mask & gfp.WRITE))

    def tick(self, jiffies: int) -> None:
        """Let time pass, in jiffies (250 a second)."""
        if type(jiffies) is not int or jiffies < 0:
            raise ValueError(f"time runs forward, in whole jiffies, not by {jiffies!r}")
        if jiffies:
            self.jiffies += jiffies
            self.note("tick", self.jiffies)

    def free_pages(self, pfn: int, order: int) -> None:
        """Give a block back that was handed out with this order. Else raises BadPage, with nothing changed."""
        block = self.owner.get(pfn, -1)
        if block & 15 != order or block < 0:
            raise BadPage(f"cannot free pfn {pfn} as a block of order {order}: {self._whose(pfn)}")
        if block & LRU:
            self.set_lru(pfn, False)
        del self.owner[pfn]
        free_unref_page(self.by_index[block >> 5], pfn, order)

    def set_lru(self, pfn: int, on: bool) -> None:
        """The pages of a block in use go to an LRU list, or leave it. Raises BadPage for a block that is not in use."""
        block = self.owner.get(pfn)
        if block is None:
            raise BadPage(f"cannot put pfn {pfn} on an LRU list or take it off: {self._whose(pfn)}")
        if bool(block & LRU) != on:
            self.owner[pfn] = block ^ LRU
            pages, lru_pages = 1 << (block & 15), self.node.lru_pages
            step = min(pages, mm.PAGEBLOCK_PAGES)
            for first in range(pfn, pfn + pages, step):
                number = first >> mm.PAGEBLOCK_ORDER
                lru_pages[number] = lru_pages.get(number, 0) + (step if on else -step)

    def drain_local_pages(self) -> None:
        """Give all pages on the per-cpu lists back to the free lists."""
        for zone in self.zones:
            drain_pages(zone)

    def _whose(self, pfn: int) -> str:
        """Whose a page is, in one sentence. Searches; only called on the way to an error."""
        if pfn in self.owner:
            return f"it was handed out with order {self.owner[pfn] & 15}"
        for head in (pfn >> order << order for order in range(1, mm.NR_PAGE_ORDERS)):
            if head in self.owner and pfn < head + (1 << (self.owner[head] & 15)):
                return f"it lies inside the block of order {self.owner[head] & 15} at pfn {head}"
        zone = self.node.zone_of(pfn)
        if zone is None or any(first <= pfn < first + pages for first, pages in zone.holes):
            return "no zone has this page" if zone is None else f"it is a hole in zone {zone.name}"
        if any(pfn in pages for pages in zone.pcp.lists):
            return f"it is already free, on a per-cpu list of zone {zone.name}"
        return f"nobody was given this page of zone {zone.name}: it is free, or has been in use from the start"


def named_machine(what: str | Mapping[str, Any]) -> Machine:
    """A machine of the explorer's list, or of sizes, after boot with 6.12's figures; KeyError for no name.

    HighMem is Movable here, as 6.12 has no HighMem on 64 bits. Raises SaidError for a machine of several nodes.
    """
    hardware = of(what)
    if hardware.nodes > 1:
        raise SaidError(
            f"Linux 6.12 is here on one node, this machine has {hardware.nodes}: choose another one.",
            f"这里的 Linux 6.12 只有一个节点，这台机器有 {hardware.nodes} 个：请另选一台。",
        )
    zones = [Zone(kind.replace("HighMem", "Movable"), start, pages) for kind, _, start, pages in hardware.zones]
    setup_zones(zones)
    return Machine(zones, page_group_by_mobility_disabled=page_group_by_mobility_disabled(zones))


def check_zones(zones: Sequence[Zone]) -> None:
    """Raise ValueError for no zones, for zones that overlap or stand twice, have no pages, or a hole outside."""
    if not zones or len({zone.name for zone in zones}) < len(zones):
        names = ", ".join(zone.name for zone in zones)
        raise ValueError(f"a machine needs at least one zone, each type once at most, not: {names or 'none'}")
    for zone in zones:
        first = zone.start_pfn
        for hole, pages in (*zone.holes, (zone.end_pfn, 0)):
            if hole < first or pages < 0 or hole + pages > zone.end_pfn or min(first, zone.spanned_pages - 1) < 0:
                raise ValueError(
                    f"zone {zone.name} must span at least one page from pfn 0 up, and its holes must lie apart inside "
                    f"pfn {zone.start_pfn} to {zone.end_pfn - 1}, not {[list(hole) for hole in zone.holes]!r:.80}"
                )
            first = hole + pages
    for lower, upper in pairwise(sorted(zones, key=lambda zone: zone.start_pfn)):
        if lower.end_pfn > upper.start_pfn:
            raise ValueError(
                f"zones {lower.name} and {upper.name} overlap: {lower.name} ends at pfn "
                f"{lower.end_pfn - 1}, {upper.name} starts at {upper.start_pfn}"
            )
