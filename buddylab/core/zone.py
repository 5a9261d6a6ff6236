"""Zones, the zonelists that lead a request from one to the next, and the test that it must pass in each.

Units: pages of 4096 bytes; pfn = page frame number; order n = a block of 2^n pages.
C: include/linux/mmzone.h; mm/page_alloc.c, zone_watermark_ok.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import NamedTuple

from buddylab.core.events import Event

MAX_ORDER = 11
"""Orders are 0 to 10."""
TOP = MAX_ORDER - 1
BELOW = tuple(range(order) for order in range(MAX_ORDER))
"""The orders below each order. Built once: a call of `range` would cost more than a round of the watermark loop."""
PAGE_SIZE = 4096
SWAP_CLUSTER_MAX = 32
RECLAIM_DISTANCE = 20
"""A node farther away than this is left alone until zone_reclaim has tried at home."""
HZ = 250
"""Jiffies a second."""

ALLOC_NO_WATERMARKS = 0x01
ALLOC_WMARK_MIN = 0x02
ALLOC_WMARK_LOW = 0x04
ALLOC_WMARK_HIGH = 0x08
ALLOC_HARDER = 0x10
ALLOC_HIGH = 0x20
ALLOC_CPUSET = 0x40

ZONE_TYPES = ("DMA", "DMA32", "Normal", "HighMem")
"""All zone types, lowest first; a kernel has some of them compiled in, always with Normal."""


class BadPage(Exception):
    """A page was given back that was not handed out like that (kernel: bad_page). Nothing has changed."""


@dataclass(slots=True)
class PerCpuPages:
    """One per-cpu list of single pages (C: struct per_cpu_pages). `pages`: pfns from head to tail."""

    batch: int
    high: int
    pages: deque[int] = field(default_factory=deque)


class Zone:
    """A run of page frames with three marks and a stack of free blocks for every order.

    `free_area[0..9]` are dicts used as the kernel's lists: the newest key is the head. Order 10 needs no
    removal from the middle (nothing merges beyond it), so `free_area[10]` is a plain list, newest last, on top of
    `untouched`: the blocks that lie there since boot, as [first pfn, end pfn] runs. So a zone of 4 TiB costs
    no more than one of 4 MiB, and the order of every list is the kernel's.
    """

    __slots__ = (
        *("name", "index", "node", "label", "place", "start_pfn", "spanned_pages", "holes", "present_pages"),
        *("pages_min", "pages_low", "pages_high", "lowmem_reserve", "hot", "cold"),
        *("free_area", "untouched", "nr_free_pages", "trace"),
    )

    def __init__(
        self,
        name: str,
        index: int,
        start_pfn: int,
        spanned_pages: int,
        *,
        node: int = 0,
        label: str = "",
        holes: Iterable[Sequence[int]] = (),
        marks: Sequence[int] = (0, 0, 0),
        lowmem_reserve: Sequence[int] = (),
        hot: tuple[int, int] = (1, 0),
        cold: tuple[int, int] = (1, 0),
    ) -> None:
        """name, index: zone type and its place among those compiled in (classzone_idx). holes: (first pfn, pages),
        never free. marks: pages_min, pages_low, pages_high. lowmem_reserve: pages kept from each zone type.
        hot, cold: (batch, high) of the per-cpu lists. The zone is empty until `free_bootmem` fills it.
        """
        self.name, self.index, self.node, self.label = name, index, node, label or name
        self.start_pfn, self.spanned_pages = start_pfn, spanned_pages
        self.holes = tuple(sorted((first, pages) for first, pages in holes))
        self.present_pages = spanned_pages - sum(pages for _, pages in self.holes)
        self.pages_min, self.pages_low, self.pages_high = marks
        self.lowmem_reserve = list(lowmem_reserve) or [0] * len(ZONE_TYPES)
        self.hot, self.cold = PerCpuPages(*hot), PerCpuPages(*cold)
        self.free_area: list[dict[int, None]] = [{} for _ in range(TOP)]
        self.free_area.append([])  # type: ignore[arg-type]  # order 10: see the class's text
        self.untouched: list[list[int]] = []
        self.nr_free_pages = 0
        self.trace: list[Event] | None = None
        self.place = 0

    @property
    def end_pfn(self) -> int:
        """The first pfn behind the zone."""
        return self.start_pfn + self.spanned_pages

    @property
    def top_list(self) -> list[int]:
        """The free blocks of order 10 that came back after boot, newest last."""
        return self.free_area[TOP]  # type: ignore[return-value]

    def nr_free(self, order: int) -> int:
        """Number of free blocks of this order (C: free_area[order].nr_free)."""
        count = len(self.free_area[order])
        return count if order < TOP else count + sum(end - first >> TOP for first, end in self.untouched)

    def is_free(self, pfn: int, order: int) -> bool:
        """Is there a free block of just this order at this pfn?"""
        if order < TOP:
            return pfn in self.free_area[order]
        never = any(first <= pfn < end for first, end in self.untouched)
        return pfn % (1 << TOP) == 0 and (never or pfn in self.top_list)

    def free_list(self, order: int, limit: int | None = None) -> list[int]:
        """First pfns of the free blocks of this order, from head (taken next) to tail; at most `limit` of them."""
        pfns: Iterable[int] = reversed(self.free_area[order])
        if order == TOP:
            never = (range(end - (1 << TOP), first - 1, -(1 << TOP)) for first, end in reversed(self.untouched))
            pfns = chain(pfns, chain.from_iterable(never))
        return list(islice(pfns, limit))

    def copy(self) -> "Zone":
        """A zone of the same pages, marks and lists that can go its own way; it records nothing."""
        twin = copy(self)
        twin.hot, twin.cold = (PerCpuPages(p.batch, p.high, p.pages.copy()) for p in (self.hot, self.cold))
        twin.free_area = [area.copy() for area in self.free_area]
        twin.untouched = [run.copy() for run in self.untouched]
        twin.lowmem_reserve, twin.trace = list(self.lowmem_reserve), None
        return twin

    def __repr__(self) -> str:
        return f"<Zone {self.label}: {self.nr_free_pages:,} of {self.present_pages:,} pages free>"


def zone_watermark_ok(zone: Zone, order: int, mark: int, classzone_idx: int, alloc_flags: int) -> bool:
    """May this zone give away a block of 2^order pages and still keep its mark, in blocks large enough?

    C: mm/page_alloc.c, zone_watermark_ok.
    """
    free_pages, floor = zone.nr_free_pages - (1 << order) + 1, mark
    if alloc_flags & ALLOC_HIGH:
        floor -= floor // 2
    if alloc_flags & ALLOC_HARDER:
        floor -= floor // 4
    ok = free_pages > floor + zone.lowmem_reserve[classzone_idx]
    if ok and order:
        free_area = zone.free_area
        for o in BELOW[order]:
            free_pages -= len(free_area[o]) << o
            floor >>= 1
            if free_pages <= floor:
                ok = False
                break
    if zone.trace is not None:
        zone.trace.append(("zone_watermark_ok", zone.label, order, mark, classzone_idx, alloc_flags, int(ok)))
    return ok


class Row(NamedTuple):
    """One comparison of the test: it holds if `free_pages` is more than `mark`.

    order: whose blocks count, and those above. above: their free pages; free_pages: the same less 2^order - 1 of the
    order asked for. mark: what is left of it here, on row 0 with the reserve. nr_free: blocks left out, None on row 0.
    """

    order: int
    free_pages: int
    mark: int
    above: int
    nr_free: int | None
    ok: bool

    @property
    def slips(self) -> bool:
        """C compares row 0 unsigned, as the reserve is: too few pages for the block pass, and row 1 refuses them."""
        return self.ok and self.free_pages < 0


def lowered(mark: int, alloc_flags: int) -> list[tuple[str, int]]:
    """How the flags lower a mark, step by step: (flag, mark after it)."""
    steps = []
    for name, bit, part in (("HIGH", ALLOC_HIGH, 2), ("HARDER", ALLOC_HARDER, 4)):
        if alloc_flags & bit:
            mark -= mark // part
            steps.append((name, mark))
    return steps


def rows(free_pages: int, nr_free: Sequence[int], order: int, mark: int, reserve: int, alloc_flags: int) -> list[Row]:
    """`zone_watermark_ok` with its numbers: the comparisons down to the first that refuses, `order` + 1 if none does.

    nr_free: free blocks by order; those of smaller orders than the one asked for are looked at.
    """
    above, floor, extra = free_pages, [mark, *(after for _, after in lowered(mark, alloc_flags))][-1], (1 << order) - 1
    left = above - extra
    found = [Row(0, left, floor + reserve, above, None, left > floor + reserve or left < 0)]
    while found[-1].ok and len(found) <= order:
        o = len(found)
        above, floor = above - (nr_free[o - 1] << o - 1), floor >> 1
        found.append(Row(o, above - extra, floor, above, nr_free[o - 1], above - extra > floor))
    return found


def watermark_rows(zone: Zone, order: int, mark: int, classzone_idx: int, alloc_flags: int) -> list[Row]:
    """`rows` of this zone as it stands: `zone_watermark_ok` is true if the last one holds."""
    nr_free = [zone.nr_free(o) for o in range(order)]
    return rows(zone.nr_free_pages, nr_free, order, mark, zone.lowmem_reserve[classzone_idx], alloc_flags)


@dataclass(slots=True)
class Zonelist:
    """The zones that may serve a request, the best first, with the NUMA build's memory of full ones.

    fullzones: places in `zones` found full since `last_full_zap` (jiffies). C: struct zonelist_cache.
    """

    zones: tuple[Zone, ...]
    fullzones: set[int] = field(default_factory=set)
    last_full_zap: int = 0

    def of(self, zones: Sequence[Zone]) -> "Zonelist":
        """The same list of a machine's copied zones."""
        return Zonelist(tuple(zones[zone.place] for zone in self.zones), set(self.fullzones), self.last_full_zap)
