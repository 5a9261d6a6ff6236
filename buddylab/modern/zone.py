"""Zones, their marks, free lists and per-cpu lists, and the node that they lie on.

Units: pages of 4096 bytes; pfn = page frame number; order n = a block of 2^n pages; a pageblock has 512 pages.
C: include/linux/mmzone.h; mm/internal.h for the flags of a pass.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field

from buddylab.core.events import Event

MAX_PAGE_ORDER = 10
NR_PAGE_ORDERS = 11
UP = tuple(range(order, NR_PAGE_ORDERS) for order in range(NR_PAGE_ORDERS + 1))
"""The orders from each order up, built once."""
PAGE_ALLOC_COSTLY_ORDER = 3
PAGEBLOCK_ORDER = 9
PAGEBLOCK_PAGES = 512
HZ = 250
"""Jiffies a second."""

ZONE_NAMES = ("DMA", "DMA32", "Normal", "Movable")
MAX_NR_ZONES, ZONE_NORMAL, ZONE_MOVABLE = 4, 2, 3

UNMOVABLE, MOVABLE, RECLAIMABLE, HIGHATOMIC = range(4)
MIGRATETYPES = "UMEH"
"""The letters of the migratetypes."""
WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO = range(4)

ALLOC_NO_WATERMARKS = 0x4
ALLOC_OOM = 0x8
ALLOC_NON_BLOCK = 0x10
ALLOC_MIN_RESERVE = 0x20
ALLOC_CPUSET = 0x40
ALLOC_NOFRAGMENT = 0x100
ALLOC_HIGHATOMIC = 0x200
ALLOC_KSWAPD = 0x800
ALLOC_WMARK_MASK = 0x3
ALLOC_RESERVES = ALLOC_OOM | ALLOC_NON_BLOCK | ALLOC_MIN_RESERVE | ALLOC_HIGHATOMIC

ZONE_BOOSTED_WATERMARK, ZONE_RECLAIM_ACTIVE, ZONE_BELOW_HIGH = 1, 2, 4
PCPF_PREV_FREE_HIGH_ORDER, PCPF_FREE_HIGH_BATCH = 1, 2
NR_PCP_LISTS = 14


@dataclass(slots=True, eq=False)
class PerCpuPages:
    """One CPU's lists of a zone's blocks of order 0 to 3 and 9 (C: struct per_cpu_pages); count in pages.

    lists: 3 * order + migratetype; of order 9 list 12 for unmovable and reclaimable, 13 for movable blocks.
    """

    batch: int = 1
    high: int = 0
    high_min: int = 0
    high_max: int = 0
    alloc_factor: int = 0
    free_count: int = 0
    flags: int = 0
    count: int = 0
    lists: tuple[deque[int], ...] = field(default_factory=lambda: tuple(deque() for _ in range(NR_PCP_LISTS)))


class FreeList:
    """The free blocks of one order and migratetype, with both ends open and no object for a block.

    `front` and `back` are dicts: the newest key of `front` is the head, the newest key of `back` the tail. Between
    them lie the blocks that nobody has touched since boot, as [first pfn, end pfn] runs (order 10 only). When the
    front is used up the rest moves there, a block at most once. Of two designs this was the quicker: benchmarks/lists.
    """

    __slots__ = ("back", "front", "untouched")

    def __init__(self) -> None:
        self.front: dict[int, None] = {}
        self.back: dict[int, None] = {}
        self.untouched: list[list[int]] = []

    def __iter__(self) -> Iterator[int]:
        """First pfns from head to tail."""
        yield from reversed(self.front)
        for first, end in self.untouched:
            yield from range(first, end, 1 << MAX_PAGE_ORDER)
        yield from self.back


@dataclass(slots=True, eq=False)
class CaptureControl:
    """A compaction that would keep the block it makes for its request (C: struct capture_control). page: kept."""

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
    kswapd_highest_zoneidx: int = MAX_NR_ZONES
    kswapd_failures: int = 0
    kswapd_awake: bool = False
    capture_control: CaptureControl | None = None

    def page_zone(self, pfn: int) -> "Zone | None":
        """The zone that the frame says it belongs to: one in no zone says 0, which is DMA (None without DMA)."""
        for zone in self.zones:
            if zone.start_pfn <= pfn < zone.end_pfn:
                return zone
        return self.zones[0] if self.zones[0].index == 0 else None

    def set_pageblock_migratetype(self, pfn: int, migratetype: int) -> None:
        """Write a pageblock's type; with grouping off U, M and E are written as U."""
        if self.page_group_by_mobility_disabled and migratetype != HIGHATOMIC:
            migratetype = UNMOVABLE
        self.pageblock_types[pfn >> PAGEBLOCK_ORDER] = migratetype

    def change_pageblock_range(self, pfn: int, order: int, migratetype: int) -> None:
        """Write the type of all pageblocks of a block of order 9 or more."""
        for first in range(pfn, pfn + (1 << order), PAGEBLOCK_PAGES):
            self.set_pageblock_migratetype(first, migratetype)


class Zone:
    """A run of page frames: marks, reserve, a free list for every order and migratetype, and per-cpu lists.

    buddies: for each order the free blocks -> the dict of their list that they stand in (not the untouched ones).
    """

    __slots__ = (
        "buddies",
        "end_pfn",
        "flags",
        "free_list",
        "holes",
        "index",
        "lowmem_reserve",
        "managed_pages",
        "name",
        "node",
        "nr_free_highatomic",
        "nr_free_pages",
        "nr_reserved_highatomic",
        "pageblock_types",
        "pcp",
        "present_pages",
        "spanned_pages",
        "start_pfn",
        "trace",
        "watermark",
        "watermark_boost",
    )

    def __init__(
        self,
        name: str,
        start_pfn: int,
        spanned_pages: int,
        *,
        holes: Iterable[Sequence[int]] = (),
        managed_pages: int | None = None,
        marks: Sequence[int] = (0, 0, 0, 0),
        lowmem_reserve: Sequence[int] = (0, 0, 0, 0),
        pcp: PerCpuPages | None = None,
    ) -> None:
        """holes: (first pfn, pages), never free. managed_pages: what the formulas use (None: all that are present).
        marks: min, low, high, promo, without boost. lowmem_reserve: pages kept from each zone type.
        """
        self.name, self.index = name, ZONE_NAMES.index(name)
        self.start_pfn, self.spanned_pages, self.end_pfn = start_pfn, spanned_pages, start_pfn + spanned_pages
        self.holes = tuple(sorted((first, pages) for first, pages in holes))
        self.present_pages = spanned_pages - sum(pages for _, pages in self.holes)
        self.managed_pages = self.present_pages if managed_pages is None else managed_pages
        self.watermark, self.lowmem_reserve = list(marks), list(lowmem_reserve)
        self.watermark_boost = self.flags = 0
        self.nr_free_pages = self.nr_free_highatomic = self.nr_reserved_highatomic = 0
        self.free_list = [[FreeList() for _ in range(NR_PAGE_ORDERS)] for _ in MIGRATETYPES]
        self.buddies: list[dict[int, dict[int, None]]] = [{} for _ in range(NR_PAGE_ORDERS)]
        self.pcp = pcp or PerCpuPages()
        self.trace: list[Event] | None = None
        self.join(Node())

    def join(self, node: Node) -> None:
        """Lie on this node."""
        self.node, self.pageblock_types = node, node.pageblock_types

    def nr_free(self, order: int) -> int:
        """Number of free blocks of this order, all types together (C: free_area[order].nr_free)."""
        runs = (run for lists in self.free_list for run in lists[order].untouched)
        return len(self.buddies[order]) + sum(end - first >> MAX_PAGE_ORDER for first, end in runs)

    def copy(self, node: Node) -> "Zone":
        """A zone of the same state on another node; it records nothing."""
        twin = copy(self)
        twin.watermark, twin.lowmem_reserve = list(self.watermark), list(self.lowmem_reserve)
        twin.pcp, twin.trace = copy(self.pcp), None
        twin.pcp.lists = tuple(pages.copy() for pages in self.pcp.lists)
        twin.free_list = [[FreeList() for _ in lists] for lists in self.free_list]
        twin.buddies = [{} for _ in self.buddies]
        for lists, twins in zip(self.free_list, twin.free_list, strict=True):
            for order, (old, new) in enumerate(zip(lists, twins, strict=True)):
                new.front, new.back = old.front.copy(), old.back.copy()
                new.untouched = [run.copy() for run in old.untouched]
                for part in (new.front, new.back):
                    twin.buddies[order].update(dict.fromkeys(part, part))
        twin.join(node)
        return twin

    def __repr__(self) -> str:
        return f"<Zone {self.name}: {self.nr_free_pages:,} of {self.present_pages:,} pages free>"
