"""The figures of boot: marks, reserves, per-cpu lists. C: mm/page_alloc.c, init_per_zone_wmark_min and others."""

from collections.abc import Sequence
from math import isqrt

from buddylab.modern import mm
from buddylab.modern.zone import PerCpuPages, Zone

LOWMEM_RESERVE_RATIO = (256, 256, 32, 0)
"""C: sysctl_lowmem_reserve_ratio, by zone index."""
WATERMARK_SCALE_FACTOR = 10
"""Ten-thousandths of a zone between two marks."""
MIN_PERCPU_PAGELIST_HIGH_FRACTION = 8


def calculate_min_free_kbytes(lowmem_pages: int, user_min_free_kbytes: int) -> int:
    """The root of 16 times low memory in kB, from 128 to 262,144, unless the user wrote as much or more."""
    kbytes = isqrt(lowmem_pages * 4 * 16)
    return user_min_free_kbytes if kbytes <= user_min_free_kbytes else min(max(kbytes, 128), 262144)


def setup_wmarks(zone: Zone, pages_min: int, lowmem_pages: int, scale_factor: int) -> None:
    """Give a zone its share of pages_min and the three marks above it. C: __setup_per_zone_wmarks."""
    managed = zone.managed_pages
    share = pages_min * managed // lowmem_pages if lowmem_pages else 0
    lowest = min(max(managed // 1024, 32), 128) if zone.index == mm.ZONE_MOVABLE else share
    gap = max(share >> 2, managed * scale_factor // 10000)
    zone.watermark = [lowest + n * gap for n in range(4)]


def setup_per_zone_lowmem_reserve(zones: Sequence[Zone], ratio: Sequence[int]) -> None:
    """What each zone keeps from requests that could have used a higher one: the managed pages above it / its ratio."""
    managed = {zone.index: zone.managed_pages for zone in zones}
    for zone in zones:
        divisor = ratio[zone.index]
        above = [sum(managed.get(i, 0) for i in range(zone.index + 1, j + 1)) for j in range(len(ratio))]
        zone.lowmem_reserve = [pages // divisor if divisor and zone.managed_pages else 0 for pages in above]


def zone_batchsize(zone: Zone) -> int:
    """How many pages a per-cpu list takes at once, at least 1."""
    batch = max(min(zone.managed_pages >> 10, 256) // 4, 1)
    return max((1 << (batch + batch // 2).bit_length() - 1) - 1, 1)


def zone_highsize(zone: Zone, batch: int, high_fraction: int) -> int:
    """How many pages the one CPU's lists may hold: the low mark, or a fraction of the zone, at least four batches."""
    return max(zone.managed_pages // high_fraction if high_fraction else zone.watermark[mm.WMARK_LOW], 4 * batch)


def setup_zones(
    zones: Sequence[Zone],
    user_min_free_kbytes: int = 0,
    scale_factor: int = WATERMARK_SCALE_FACTOR,
    ratio: Sequence[int] = LOWMEM_RESERVE_RATIO,
    high_fraction: int = 0,
) -> int:
    """Give the zones the marks, reserves and per-cpu lists that the kernel would; returns min_free_kbytes."""
    lowmem_pages = sum(zone.managed_pages for zone in zones if zone.index != mm.ZONE_MOVABLE)
    min_free_kbytes = calculate_min_free_kbytes(lowmem_pages, user_min_free_kbytes)
    setup_per_zone_lowmem_reserve(zones, ratio)
    for zone in zones:
        setup_wmarks(zone, min_free_kbytes >> 2, lowmem_pages, scale_factor)
        batch = zone_batchsize(zone)
        high_max = zone_highsize(zone, batch, high_fraction or MIN_PERCPU_PAGELIST_HIGH_FRACTION)
        zone.pcp = PerCpuPages(batch, 0, zone_highsize(zone, batch, high_fraction), high_max)
    return min_free_kbytes


def totalreserve_pages(zones: Sequence[Zone]) -> int:
    """Pages that the marks and reserves keep back on the whole machine. C: calculate_totalreserve_pages."""
    return sum(min(max(z.lowmem_reserve[z.index :]) + z.watermark[mm.WMARK_HIGH], z.managed_pages) for z in zones)


def page_group_by_mobility_disabled(zones: Sequence[Zone]) -> bool:
    """Is there too little memory to keep the 4 migratetypes apart? C: build_all_zonelists."""
    return sum(zone.managed_pages for zone in zones) < mm.PAGEBLOCK_PAGES * len(mm.LETTERS)
