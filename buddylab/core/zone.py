"""Zones, their marks and reserves, and the zonelists that lead a request from one to the next.

Units: pages of 4096 bytes; pfn = page frame number; order n = a block of 2^n pages.
C: include/linux/mmzone.h and the set-up half of mm/page_alloc.c.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import chain, islice
from math import isqrt

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
LOWMEM_RESERVE_RATIO = {"DMA": 256, "DMA32": 256, "Normal": 32}
"""C: sysctl_lowmem_reserve_ratio."""


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
        "cold",
        "free_area",
        "holes",
        "hot",
        "index",
        "label",
        "lowmem_reserve",
        "name",
        "node",
        "nr_free_pages",
        "pages_high",
        "pages_low",
        "pages_min",
        "place",
        "present_pages",
        "spanned_pages",
        "start_pfn",
        "trace",
        "untouched",
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


@dataclass(slots=True)
class Zonelist:
    """The zones that may serve a request, the best first, with the NUMA build's memory of full ones.

    fullzones: places in `zones` found full since `last_full_zap` (jiffies). C: struct zonelist_cache.
    """

    zones: tuple[Zone, ...]
    fullzones: set[int] = field(default_factory=set)
    last_full_zap: int = 0


def build_zonelists(
    zones: Sequence[Zone], zone_types: Sequence[str], nodes: int = 1, numa: bool = False, remote_distance: int = 20
) -> list[list[tuple[Zone, ...]]]:
    """For every node and zone type the populated zones in the order in which a request tries them.

    remote_distance: distance between two nodes (10 to itself). C: mm/page_alloc.c, build_zonelists.
    """
    by_place = {(zone.node, zone.index): zone for zone in zones if zone.present_pages}
    orders = (
        _node_orders(nodes, remote_distance)
        if numa
        else [[*range(local, nodes), *range(local)] for local in range(nodes)]
    )
    return [
        [
            tuple(by_place[node, i] for node in order for i in range(kind, -1, -1) if (node, i) in by_place)
            for kind in range(len(zone_types))
        ]
        for order in orders
    ]


def _node_orders(nodes: int, remote_distance: int) -> list[list[int]]:
    """Every node's order of nodes: near ones first, the load of being first among equals spread.

    C: find_next_best_node; all nodes but the first are without a CPU here.
    """
    node_load = [0] * nodes
    orders = []
    for local in range(nodes):
        order, load, previous = [local], nodes - 1, local
        while len(order) < nodes:
            near = {n: 10 if n == local else remote_distance for n in range(nodes)}
            values = {
                n: ((near[n] + (n < local) + (n == 0)) * nodes * 4 + node_load[n], n)
                for n in range(nodes)
                if n not in order
            }
            best = min(values, key=values.__getitem__)
            if near[best] != near[previous]:
                node_load[best] += load
            order.append(best)
            previous, load = best, load - 1
        orders.append(order)
    return orders


def init_per_zone_pages_min(zones: Sequence[Zone]) -> int:
    """min_free_kbytes of a machine with these zones: the square root of 16 times its low memory in kB.

    C: mm/page_alloc.c, init_per_zone_pages_min; between 128 and 65,536.
    """
    lowmem_kbytes = sum(zone.present_pages for zone in zones if zone.name != "HighMem") * (PAGE_SIZE >> 10)
    return min(max(isqrt(lowmem_kbytes * 16), 128), 65536)


def setup_per_zone_pages_min(zones: Sequence[Zone], min_free_kbytes: int) -> None:
    """Share min_free_kbytes out over the zones and set their three marks. C: setup_per_zone_pages_min."""
    pages_min = min_free_kbytes * 1024 // PAGE_SIZE
    lowmem_pages = sum(zone.present_pages for zone in zones if zone.name != "HighMem")
    for zone in zones:
        share = pages_min * zone.present_pages // lowmem_pages
        high = zone.name == "HighMem"
        zone.pages_min = min(max(zone.present_pages // 1024, SWAP_CLUSTER_MAX), 128) if high else share
        zone.pages_low = zone.pages_min + (share >> 2)
        zone.pages_high = zone.pages_min + (share >> 1)


def setup_per_zone_lowmem_reserve(
    zones: Sequence[Zone], zone_types: Sequence[str], ratio: Mapping[str, int] = LOWMEM_RESERVE_RATIO
) -> None:
    """Set what each zone keeps from requests that could have used a higher one: the pages above it / its ratio.

    C: setup_per_zone_lowmem_reserve, which takes a ratio below 1 as 1.
    """
    present = {(zone.node, zone.index): zone.present_pages for zone in zones}
    for zone in zones:
        reserve, above = [0] * len(zone_types), 0
        for j in range(zone.index + 1, len(zone_types)):
            above += present.get((zone.node, j), 0)
            reserve[j] = above // max(ratio[zone.name], 1)
        zone.lowmem_reserve = reserve


def calculate_totalreserve_pages(zones: Sequence[Zone]) -> int:
    """Pages that the marks and reserves keep back on the whole machine. C: calculate_totalreserve_pages."""
    return sum(min(max(zone.lowmem_reserve[zone.index :]) + zone.pages_high, zone.present_pages) for zone in zones)


def zone_batchsize(zone: Zone) -> int:
    """How many pages a per-cpu list takes at once: about a thousandth of the zone. C: zone_batchsize."""
    batch = max(min(zone.present_pages // 1024, 512 * 1024 // PAGE_SIZE) // 4, 1)
    return (1 << ((batch + batch // 2).bit_length() - 1)) - 1


def setup_pageset(zone: Zone, batch: int) -> None:
    """Size the two per-cpu lists. C: setup_pageset."""
    zone.hot = PerCpuPages(batch=max(1, batch), high=6 * batch)
    zone.cold = PerCpuPages(batch=max(1, batch // 2), high=2 * batch)


def setup_zones(zones: Sequence[Zone], zone_types: Sequence[str], min_free_kbytes: int | None = None) -> int:
    """Give the zones the marks, reserves and per-cpu lists that the kernel would; returns min_free_kbytes."""
    if min_free_kbytes is None:
        min_free_kbytes = init_per_zone_pages_min(zones)
    setup_per_zone_pages_min(zones, min_free_kbytes)
    setup_per_zone_lowmem_reserve(zones, zone_types)
    for zone in zones:
        setup_pageset(zone, zone_batchsize(zone))
    return min_free_kbytes
