"""The figures that the kernel computes at boot: marks, reserves, sizes of the per-cpu lists.

C: mm/page_alloc.c, init_per_zone_wmark_min, setup_per_zone_lowmem_reserve, zone_batchsize, zone_highsize.
"""

from collections.abc import Sequence
from math import isqrt

from buddylab.modern.zone import PAGEBLOCK_PAGES, PerCpuPages, Zone

LOWMEM_RESERVE_RATIO = (256, 256, 32, 0)
"""C: sysctl_lowmem_reserve_ratio, by zone index."""
WATERMARK_SCALE_FACTOR = 10
"""Ten-thousandths of a zone between two marks."""
MIN_PERCPU_PAGELIST_HIGH_FRACTION = 8


def low_pages(zones: Sequence[Zone]) -> int:
    """Managed pages of all zones but Movable."""
    return sum(zone.managed_pages for zone in zones if zone.name != "Movable")


def calculate_min_free_kbytes(zones: Sequence[Zone], user_min_free_kbytes: int = 0) -> int:
    """The root of 16 times low memory in kB, from 128 to 262,144, unless the user wrote as much or more."""
    kbytes = isqrt(low_pages(zones) * 4 * 16)
    return user_min_free_kbytes if kbytes <= user_min_free_kbytes else min(max(kbytes, 128), 262144)


def setup_per_zone_wmarks(zones: Sequence[Zone], min_free_kbytes: int, scale_factor: int) -> None:
    """Share min_free_kbytes out over the zones and set their four marks."""
    pages_min, lowmem_pages = min_free_kbytes >> 2, low_pages(zones)
    for zone in zones:
        managed = zone.managed_pages
        share = pages_min * managed // lowmem_pages if lowmem_pages else 0
        lowest = min(max(managed // 1024, 32), 128) if zone.name == "Movable" else share
        gap = max(share >> 2, managed * scale_factor // 10000)
        zone.watermark = [lowest + n * gap for n in range(4)]
        zone.watermark_boost = 0


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
    """How many pages the CPU's lists may hold: the low mark, or a fraction of the zone, but four batches at least."""
    return max(zone.managed_pages // high_fraction if high_fraction else zone.watermark[1], 4 * batch)


def setup_zones(
    zones: Sequence[Zone],
    *,
    user_min_free_kbytes: int = 0,
    scale_factor: int = WATERMARK_SCALE_FACTOR,
    ratio: Sequence[int] = LOWMEM_RESERVE_RATIO,
    high_fraction: int = 0,
) -> int:
    """Give the zones the marks, reserves and per-cpu lists that the kernel would; returns min_free_kbytes."""
    min_free_kbytes = calculate_min_free_kbytes(zones, user_min_free_kbytes)
    setup_per_zone_wmarks(zones, min_free_kbytes, scale_factor)
    setup_per_zone_lowmem_reserve(zones, ratio)
    for zone in zones:
        batch = zone_batchsize(zone)
        high_max = zone_highsize(zone, batch, high_fraction or MIN_PERCPU_PAGELIST_HIGH_FRACTION)
        zone.pcp = PerCpuPages(batch, 0, zone_highsize(zone, batch, high_fraction), high_max)
    return min_free_kbytes


def totalreserve_pages(zones: Sequence[Zone]) -> int:
    """Pages that the marks and reserves keep back on the whole machine. C: calculate_totalreserve_pages."""
    return sum(min(max(zone.lowmem_reserve[zone.index :]) + zone.watermark[2], zone.managed_pages) for zone in zones)


def page_group_by_mobility_disabled(zones: Sequence[Zone]) -> bool:
    """Is there too little memory to keep the migratetypes apart? C: build_all_zonelists; 4 types here."""
    return sum(zone.managed_pages for zone in zones) < PAGEBLOCK_PAGES * 4
