"""A machine: the zones of one node, their zonelists, a clock, a log, and the blocks that were handed out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise
from typing import ParamSpec, TypeVar

from buddylab.core.events import Event
from buddylab.core.zone import BadPage
from buddylab.modern import gfp
from buddylab.modern.buddy import free_bootmem
from buddylab.modern.environment import AllocContext, Environment, FaultAttr, NobodyElse, RatelimitState, Task
from buddylab.modern.pcp import drain_pages, free_unref_page
from buddylab.modern.zone import (
    HIGHATOMIC,
    MAX_NR_ZONES,
    NR_PAGE_ORDERS,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
    UNMOVABLE,
    CaptureControl,
    Node,
    Zone,
)

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
        *,
        jiffies: int = 0,
        fault: FaultAttr | None = None,
        pageblock_types: Mapping[int, int] | None = None,
        page_group_by_mobility_disabled: bool = False,
        watermark_boost_factor: int = 15000,
        booted: Collection[str] | None = None,
    ) -> None:
        """zones: empty ones. booted: names of those that boot fills (None: all).

        pageblock_types: pageblock number -> type, where it is not MOVABLE.
        """
        check_zones(zones)
        self.zones = tuple(sorted(zones, key=lambda zone: zone.index))
        self.node = Node(
            self.zones,
            dict(pageblock_types or {}),
            page_group_by_mobility_disabled=page_group_by_mobility_disabled,
            watermark_boost_factor=watermark_boost_factor,
        )
        populated = [zone for zone in reversed(self.zones) if zone.present_pages]
        self.zonelists = [tuple(zone for zone in populated if zone.index <= i) for i in range(MAX_NR_ZONES)]
        self.by_index = {zone.index: zone for zone in zones}
        self.jiffies, self.fault_attr = jiffies, fault
        self.ratelimit, self.log = RatelimitState(), list[str]()
        self.world: Environment = NobodyElse()
        self.owner: dict[int, int] = {}
        self._trace: list[Event] | None = None
        for zone in self.zones:
            zone.join(self.node)
            if booted is None or zone.name in booted:
                free_bootmem(zone)

    @property
    def trace(self) -> list[Event] | None:
        """The list that events are appended to; None records nothing."""
        return self._trace

    @trace.setter
    def trace(self, trace: list[Event] | None) -> None:
        self._trace = trace
        for zone in self.zones:
            zone.trace = trace

    def zone(self, name: str) -> Zone:
        """The zone of this name."""
        for zone in self.zones:
            if zone.name == name:
                return zone
        raise ValueError(f"no zone {name!r} here: there are {', '.join(zone.name for zone in self.zones)}")

    def context(self, gfp_mask: int) -> AllocContext:
        """Zones, zone index and migratetype of a request with this mask. Raises ValueError for two migratetypes."""
        migratetype = gfp_mask >> 3 & 3
        if migratetype == HIGHATOMIC:
            raise ValueError("a request is __GFP_MOVABLE or __GFP_RECLAIMABLE, not both: leave one of them out")
        if self.node.page_group_by_mobility_disabled:
            migratetype = UNMOVABLE
        index = gfp.gfp_zone(gfp_mask)
        return AllocContext(self.zonelists[index], index, migratetype, bool(gfp_mask & gfp.WRITE))

    def ask(self, event: Event, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Let the world act, with the event of the call; a value that is a number stands at its end."""
        trace = self._trace
        if trace is not None:
            trace.append(event)
        value = act(*args, **kwargs)
        if trace is not None:
            trace.append(("=", int(value)) if isinstance(value, int) else ("=",))
        return value

    def capture_control(self, task: Task, zone: Zone, order: int, migratetype: int) -> CaptureControl | None:
        """What a compaction that captures sets up; nothing is captured for a kernel thread. C: task_capc."""
        return None if task.PF_KTHREAD else CaptureControl(zone, order, migratetype)

    def tick(self, jiffies: int) -> None:
        """Let time pass, in jiffies (250 a second)."""
        if type(jiffies) is not int or jiffies < 0:
            raise ValueError(f"time runs forward, in whole jiffies, not by {jiffies!r}")
        if jiffies:
            self.jiffies += jiffies
            if self._trace is not None:
                self._trace.append(("tick", self.jiffies))

    def free_pages(self, pfn: int, order: int) -> None:
        """Give a block back that was handed out with this order; its pages leave the LRU first. C: __free_pages.

        Raises BadPage, with nothing changed, for a double free, a wrong order, or a page that nobody was given.
        """
        block = self.owner.get(pfn)
        if block is None or block & 15 != order:
            raise BadPage(self._accusation(pfn, order))
        if block & LRU:
            self.set_lru(pfn, False)
        del self.owner[pfn]
        free_unref_page(self.by_index[block >> 5], pfn, order)

    def set_lru(self, pfn: int, on: bool) -> None:
        """The pages of a block in use go to an LRU list, or leave it. Raises BadPage for a block that is not in use."""
        block = self.owner.get(pfn)
        if block is None:
            raise BadPage(f"pfn {pfn} begins no block in use: it cannot go to an LRU list or leave one")
        if bool(block & LRU) == on:
            return
        self.owner[pfn] = block ^ LRU
        pages, lru_pages = 1 << (block & 15), self.node.lru_pages
        step = min(pages, PAGEBLOCK_PAGES)
        for first in range(pfn, pfn + pages, step):
            number = first >> PAGEBLOCK_ORDER
            lru_pages[number] = lru_pages.get(number, 0) + (step if on else -step)

    def drain_local_pages(self) -> None:
        """Give all pages on the per-cpu lists back to the free lists."""
        for zone in self.zones:
            drain_pages(zone)

    def _accusation(self, pfn: int, order: int) -> str:
        """What is wrong with freeing this, in one sentence. Searches; only called on the way to an error."""
        what = f"cannot free pfn {pfn} as a block of order {order}: "
        if pfn in self.owner:
            return what + f"it was handed out with order {self.owner[pfn] & 15}"
        zone = next((zone for zone in self.zones if zone.start_pfn <= pfn < zone.end_pfn), None)
        if zone is None:
            return what + "no zone has this page"
        if any(first <= pfn < first + pages for first, pages in zone.holes):
            return what + f"it is a hole in zone {zone.name}, never handed out"
        if any(pfn in pages for pages in zone.pcp.lists):
            return what + f"it is already free, on a per-cpu list of zone {zone.name}"
        for o in range(1, NR_PAGE_ORDERS):
            head = pfn >> o << o
            if self.owner.get(head, 0) & 15 >= o:
                return what + f"it lies inside the block of order {self.owner[head] & 15} at pfn {head}"
        return what + f"it is free, or in use without having been handed out, in zone {zone.name}"


def check_zones(zones: Sequence[Zone]) -> None:
    """Raise ValueError if zones overlap or stand twice, have no pages, or a hole outside."""
    if not zones:
        raise ValueError("a machine needs at least one zone")
    for zone in zones:
        if zone.start_pfn < 0 or zone.spanned_pages < 1:
            raise ValueError(
                f"zone {zone.name} must span at least one page from pfn 0 up, "
                f"not {zone.spanned_pages} from pfn {zone.start_pfn}"
            )
        first = zone.start_pfn
        for hole, pages in zone.holes:
            if hole < first or pages < 1 or hole + pages > zone.end_pfn:
                raise ValueError(
                    f"zone {zone.name}: the hole of {pages} pages at pfn {hole} overlaps another "
                    f"or lies outside pfn {zone.start_pfn} to {zone.end_pfn - 1}"
                )
            first = hole + pages
    for lower, upper in pairwise(sorted(zones, key=lambda zone: zone.start_pfn)):
        if lower.end_pfn > upper.start_pfn:
            raise ValueError(
                f"zones {lower.name} and {upper.name} overlap: {lower.name} ends at pfn "
                f"{lower.end_pfn - 1}, {upper.name} starts at {upper.start_pfn}"
            )
    if len({zone.name for zone in zones}) < len(zones):
        raise ValueError(f"a zone type stands twice: {', '.join(zone.name for zone in zones)}")
