"""Zones, their marks, free lists and per-cpu lists, the node that they lie on, and the watermark tests.

Units: pages of 4096 bytes; pfn = page frame number; order n = a block of 2^n pages; a pageblock has 512 pages.
C: include/linux/mmzone.h; mm/page_alloc.c, __zone_watermark_ok, zone_watermark_fast.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from buddylab.core.events import Event
from buddylab.modern import mm
from buddylab.modern.mm import ALLOC_RESERVES


@dataclass(slots=True, eq=False)
class PerCpuPages:
    """One CPU's lists (C: struct per_cpu_pages), by `pcp.PINDEX`; `count` in pages."""

    batch: int = 1
    high: int = 0
    high_min: int = 0
    high_max: int = 0
    alloc_factor: int = 0
    free_count: int = 0
    flags: int = 0
    count: int = 0
    lists: tuple[deque[int], ...] = field(default_factory=lambda: tuple(deque() for _ in range(mm.NR_PCP_LISTS)))


class FreeList:
    """The free blocks of one order and migratetype: both ends and the middle in O(1), no object for a block.

    The newest key of `front` is the head, the newest key of `back` the tail. Between them lie the blocks that nobody
    has touched since boot, as [first pfn, end pfn] runs (order 10 only). When the front is used up the rest moves
    there, a block at most once. benchmarks/lists.py holds this design against another one.
    """

    __slots__ = ("back", "front", "untouched")

    def __init__(self) -> None:
        self.front: dict[int, None] = {}
        self.back: dict[int, None] = {}
        self.untouched: list[list[int]] = []

    def __iter__(self) -> Iterator[int]:
        yield from reversed(self.front)
        for first, end in self.untouched:
            yield from range(first, end, 1 << mm.MAX_PAGE_ORDER)
        yield from self.back


@dataclass(slots=True, eq=False)
class CaptureControl:
    """A compaction that keeps the block it makes for its request (C: struct capture_control). page: the one kept."""

    zone: "Zone"
    order: int
    migratetype: int
    page: int | None = None


@dataclass(slots=True, eq=False)
class Node:
    """The one node: what its zones share, and its kswapd (C: pg_data_t).

    pageblock_types: pageblock number -> migratetype, MOVABLE where none is named. lru_pages: pageblock number ->
    pages in use that are on an LRU list. capture_control: that of the running task.
    """

    zones: tuple["Zone", ...] = ()
    pageblock_types: dict[int, int] = field(default_factory=dict)
    lru_pages: dict[int, int] = field(default_factory=dict)
    page_group_by_mobility_disabled: bool = False
    watermark_boost_factor: int = 15000
    kswapd_order: int = 0
    kswapd_highest_zoneidx: int = mm.MAX_NR_ZONES
    kswapd_failures: int = 0
    kswapd_awake: bool = False
    capture_control: CaptureControl | None = None

    def zone_of(self, pfn: int) -> "Zone | None":
        """The zone in whose span the frame lies."""
        return next((zone for zone in self.zones if zone.start_pfn <= pfn < zone.end_pfn), None)

    def set_pageblock_migratetype(self, pfn: int, order: int, migratetype: int) -> None:
        """Write the type of all pageblocks of a block of order 9 or more; with grouping off U for all but H."""
        if self.page_group_by_mobility_disabled and migratetype != mm.HIGHATOMIC:
            migratetype = mm.UNMOVABLE
        for first in range(pfn, pfn + (1 << order), mm.PAGEBLOCK_PAGES):
            self.pageblock_types[first >> mm.PAGEBLOCK_ORDER] = migratetype


class Zone:
    """A run of page frames: marks, reserve, a free list for every order and migratetype, and per-cpu lists.

    managed_pages: what the formulas use. watermark: min, low, high, promo, without boost. lowmem_reserve: pages kept
    from each zone type. buddies: for each order the free blocks -> the dict of their list that they stand in (not the
    untouched ones).
    """

    def __init__(self, name: str, start_pfn: int, spanned_pages: int, holes: Iterable[Sequence[int]] = ()) -> None:
        """holes: (first pfn, pages), never free. All figures are 0, and what is present counts as managed."""
        self.name, self.index = name, mm.ZONES.index(name)
        self.start_pfn, self.spanned_pages, self.end_pfn = start_pfn, spanned_pages, start_pfn + spanned_pages
        self.holes = tuple(sorted((first, pages) for first, pages in holes))
        self.present_pages = self.managed_pages = spanned_pages - sum(pages for _, pages in self.holes)
        self.watermark, self.lowmem_reserve = [0] * 4, [0] * mm.MAX_NR_ZONES
        self.watermark_boost = self.flags = 0
        self.nr_free_pages = self.nr_free_highatomic = self.nr_reserved_highatomic = 0
        self.free_list = [[FreeList() for _ in range(mm.NR_PAGE_ORDERS)] for _ in mm.LETTERS]
        self.buddies: list[dict[int, dict[int, None]]] = [{} for _ in range(mm.NR_PAGE_ORDERS)]
        self.pcp = PerCpuPages()
        self.trace: list[Event] | None = None
        self.node = Node()
        self.pageblock_types = self.node.pageblock_types

    def note(self, *event: int | str) -> None:
        """Record an event, if anything is recorded."""
        if self.trace is not None:
            self.trace.append(event)

    def mark(self, which: int) -> int:
        """A mark as it is now, with the boost. C: wmark_pages."""
        return self.watermark[which] + self.watermark_boost

    def nr_free(self, order: int) -> int:
        """Number of free blocks of this order, all types together (C: free_area[order].nr_free)."""
        runs = (run for lists in self.free_list for run in lists[order].untouched)
        return len(self.buddies[order]) + sum(end - first >> mm.MAX_PAGE_ORDER for first, end in runs)

    def __repr__(self) -> str:
        return f"<Zone {self.name}: {self.nr_free_pages:,} of {self.present_pages:,} pages free>"


def zone_watermark_ok(
    zone: Zone, order: int, mark: int, highest_zoneidx: int, alloc_flags: int, free_pages: int | None = None
) -> bool:
    """Would mark and reserve hold, and is there a block? free_pages: None: those there are. C: __zone_watermark_ok."""
    given = zone.nr_free_pages if free_pages is None else free_pages
    free, floor = given - (1 << order) + 1, mark
    if not alloc_flags & ALLOC_RESERVES:
        free -= zone.nr_free_highatomic
    if alloc_flags & mm.ALLOC_MIN_RESERVE:
        floor -= floor // 2
        if alloc_flags & mm.ALLOC_NON_BLOCK:
            floor -= floor // 4
    if alloc_flags & mm.ALLOC_OOM:
        floor -= floor // 2
    ok = free > floor + zone.lowmem_reserve[highest_zoneidx] and (not order or has_block(zone, order, alloc_flags))
    if zone.trace is not None:
        arguments = (zone.name, order, mark, highest_zoneidx, alloc_flags, given)
        zone.trace.append(("__zone_watermark_ok", *arguments, "=", int(ok)))
    return ok


def has_block(zone: Zone, order: int, alloc_flags: int) -> bool:
    """Is a block of this order or more on a list that the flags may use?"""
    types = 4 if alloc_flags & (mm.ALLOC_HIGHATOMIC | mm.ALLOC_OOM) else mm.HIGHATOMIC
    for lists in zone.free_list[:types]:
        for current in mm.UP[order]:
            free_list = lists[current]
            if free_list.front or free_list.back or free_list.untouched:
                return True
    return False


def zone_watermark_fast(
    zone: Zone, order: int, mark: int, highest_zoneidx: int, alloc_flags: int, gfp_mask: int
) -> bool:
    """The test of a pass: a short cut for single pages, then the full test, and for some once more without boost."""
    trace = zone.trace
    if not order:
        usable = zone.nr_free_pages
        if not alloc_flags & ALLOC_RESERVES:
            usable -= zone.nr_free_highatomic
        if usable > mark + zone.lowmem_reserve[highest_zoneidx]:
            if trace is not None:
                arguments = (zone.name, 0, mark, highest_zoneidx, alloc_flags, gfp_mask)
                trace.append(("zone_watermark_fast", *arguments, "=", 1))
            return True
    if trace is not None:
        trace.append(("zone_watermark_fast", zone.name, order, mark, highest_zoneidx, alloc_flags, gfp_mask))
    ok = zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags)
    boosted = not ok and not order and alloc_flags & mm.ALLOC_MIN_RESERVE and zone.watermark_boost
    if boosted and alloc_flags & mm.ALLOC_WMARK_MASK == mm.WMARK_MIN:
        ok = zone_watermark_ok(zone, order, zone.watermark[mm.WMARK_MIN], highest_zoneidx, alloc_flags)
    if trace is not None:
        trace.append(("=", int(ok)))
    return ok
