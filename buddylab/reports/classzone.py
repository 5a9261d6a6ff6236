"""Which zone types a report's kernel has, which of them a request may use, and whose reserve counts."""

from functools import lru_cache
from itertools import combinations

from buddylab.reports.masks import Table
from buddylab.reports.release import Release
from buddylab.reports.report import ZONE_NAMES, Report, ZoneReport
from buddylab.reports.rules import State

BY_REQUEST_FROM = Release(5, 8)
"""From here on the reserve is looked up by the zone that was asked for, before by the best that has pages.
C: commit 97a225e69a1f of 3 June 2020, three days after 5.7; a mail of July 2020, before 5.8, has it in mainline."""


LARGE_PAGE = 16
"""kB of a page with which only 64-bit machines print reports: those have no HighMem."""


def zone_types_of(report: Report, first: Release, last: Release) -> list[tuple[str, ...]]:
    """The sets of zone types that can be compiled in: as many as a reserve has entries, and in line with them."""
    widths = {len(zone.lowmem_reserve) for zone in report.zones if zone.lowmem_reserve is not None}
    if len(widths) != 1:
        return []
    named = {zone.name for zone in report.zones} | {"Normal"}
    names = [name for name in ZONE_NAMES if name != "HighMem" or report.page_kb < LARGE_PAGE or name in named]
    if last < Release(2, 6, 11) and widths == {3}:  # whatever the machine; here a zone's own mark is a reserve too
        return [types for types in [("DMA", "Normal", "HighMem")] if named <= set(types)]
    possible = [
        types
        for types in combinations(names, widths.pop())
        if named <= set(types) and _in_time(types, first, last) and _in_line(report, types)
    ]
    possible = [types for types in possible if _likely(report, types)] or possible
    lost = {types: _lost(report, types) for types in possible}
    return [types for types in possible if lost[types] == min(lost.values())]


def _in_time(types: tuple[str, ...], first: Release, last: Release) -> bool:
    """Do these releases have such a set? DMA32 from 2.6.15, Movable from 2.6.23, Device from 4.3 on."""
    if "DMA32" in types and last < Release(2, 6, 15) or "Movable" in types and last < Release(2, 6, 23):
        return False
    if "Device" in types and last < Release(4, 3):
        return False
    return "Movable" in types or first < Release(2, 6, 24)


def _in_line(report: Report, types: tuple[str, ...]) -> bool:
    """No zone keeps pages from requests for itself or a lower one."""
    return all(
        not any(zone.lowmem_reserve[: types.index(zone.name) + 1])
        for zone in report.zones
        if zone.lowmem_reserve is not None
    )


def _lost(report: Report, types: tuple[str, ...]) -> int:
    """How many zones the reserves show to have pages although the report has none of their name."""
    named = {zone.name for zone in report.zones}
    places = {place for zone in report.zones for place in grown(zone.lowmem_reserve)}
    return sum(types[place] not in named for place in places)


LEAST_DMA32 = 1500
"""A DMA32 zone below a Normal one has at least about 1.5 GB: DMA keeps a 256th, so many pages, from its requests."""


def _likely(report: Report, types: tuple[str, ...]) -> bool:
    """Is DMA32 as large as it must be where memory goes on above it?"""
    if "DMA32" not in types or "Normal" not in types:
        return True
    kept = next((z.lowmem_reserve for z in report.zones if z.name == "DMA" and z.lowmem_reserve), None)
    if kept is None:
        return True
    below, above = kept[types.index("DMA32")], kept[types.index("Normal")]
    return not 0 < below < min(above, LEAST_DMA32)


def asked_zone(mode: int, table: Table, zone_types: tuple[str, ...]) -> int:
    """Index of the highest zone type that the request may use. C: include/linux/gfp.h, gfp_zone."""
    bit = table.bit
    if mode & bit("HIGHMEM") and mode & bit("MOVABLE") and "Movable" in zone_types:
        return zone_types.index("Movable")
    for name, zone in (("DMA", "DMA"), ("DMA32", "DMA32"), ("HIGHMEM", "HighMem")):
        if mode & bit(name) and zone in zone_types:
            return zone_types.index(zone)
    return zone_types.index("Normal")


def classzones(
    report: Report, zone_types: tuple[str, ...], table: Table, mode: int, first: Release, last: Release
) -> set[int]:
    """The places in lowmem_reserve that may count: by the zone asked for, or by the best one of each node."""
    asked = asked_zone(mode, table, zone_types)
    found = {asked} if last >= BY_REQUEST_FROM else set()
    if first < BY_REQUEST_FROM:
        by_node: dict[int | None, set[int]] = {}
        for zone in report.zones:
            places = by_node.setdefault(zone.node, set())
            places |= grown(zone.lowmem_reserve)
            if zone.populated:
                places.add(zone_types.index(zone.name))
        found |= {max((p for p in places if p <= asked), default=asked) for places in by_node.values()}
    return found


@lru_cache(maxsize=256)
def grown(kept: tuple[int, ...] | None) -> frozenset[int]:
    """Places of zone types that have pages, as a zone's reserves show: there they grow.

    So a zone counts that the paste has lost. C: setup_per_zone_lowmem_reserve.
    """
    return frozenset(place for place in range(1, len(kept or ())) if kept and kept[place] > kept[place - 1])


def state_of(zone: ZoneReport, page_kb: int, mark: str, classzone_idx: int) -> State | None:
    """The zone as the rules see it; None if its free pages, mark or reserve are missing."""
    free = zone.pages("free", page_kb)
    if free is None and zone.buddy and zone.buddy.sum_ok:
        free = zone.buddy.sum_kb // page_kb
    level = zone.pages(mark, page_kb)
    if free is None or level is None or zone.lowmem_reserve is None or zone.buddy is not None and not zone.buddy.sum_ok:
        return None
    high_atomic = zone.pages("free_highatomic", page_kb)
    if high_atomic is None:
        high_atomic = zone.pages("reserved_highatomic", page_kb) or 0
    types = zone.buddy.types if zone.buddy else None
    return State(
        zone.label,
        free,
        level,
        zone.lowmem_reserve[classzone_idx],
        zone.blocks,
        types,
        zone.pages("free_cma", page_kb) or 0,
        high_atomic,
        zone.pages("boost", page_kb) or 0,
    )
