"""How the kernel sets up marks and reserves, run backwards from a report and forwards with another setting.

C: mm/page_alloc.c, setup_per_zone_pages_min (2.6), __setup_per_zone_wmarks (later), setup_per_zone_lowmem_reserve.
Units: pages; min_free_kbytes in kB.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from buddylab.reports.release import Release
from buddylab.reports.report import Report, ZoneReport

OWN_RULE = ("HighMem", "Movable")
"""Zones whose pages_min may follow a rule of their own: a 1024th of their pages, between 32 and 128."""
FEWEST_OWN, MOST_OWN = 32, 128
SCALED_FROM = Release(4, 6)
"""From here on the gap between the marks is a quarter of the share or watermark_scale_factor, whichever is more."""
BOOSTED_FROM = Release(5, 0)
USUAL_SCALE, LARGEST_SCALE = 10, 1000
"""watermark_scale_factor, in 10,000ths of the zone: C: mm/page_alloc.c, and 1000 at most from 4.6 to 6.x."""
MOST_LOST = 16
"""Pages that the shares of all zones may have lost by rounding down: one a zone; with more zones than this, some."""
SLACK = 2
"""Pages by which a mark may differ from the arithmetic: kB are printed, and shares are rounded down."""


@dataclass(frozen=True, slots=True)
class ZoneSetup:
    """One zone's marks without its boost, and what they are made of.

    size: managed pages (present where none are printed). own: pages_min has the rule of HighMem and Movable.
    extra: the gap above min that extra_free_kbytes of Android adds. scale: watermark_scale_factor, None before 4.6.
    """

    label: str
    size: int
    low_min: int
    gap: int
    extra: int
    own: bool
    scale: int | None


@dataclass(frozen=True, slots=True)
class Marks:
    """pages_min, pages_low and pages_high of a zone."""

    min: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Setup:
    """All zones of a report. pages_min: min_free_kbytes in pages, as far as it shows; lowmem: see `share`."""

    zones: dict[str, ZoneSetup]
    pages_min: int
    page_kb: int
    scaled: bool
    lowmem: int

    @property
    def min_free_kbytes(self) -> int:
        """The setting in force, as the marks add up."""
        return self.pages_min * self.page_kb

    def share(self, zone: ZoneSetup, pages_min: int) -> int:
        """What a zone has of min_free_kbytes: by its part of all memory below HighMem."""
        return pages_min * zone.size // self.lowmem

    def marks(self, label: str, pages_min: int | None = None, scale: int | None = None) -> Marks:
        """The marks of a zone with another min_free_kbytes (in pages) or watermark_scale_factor."""
        zone = self.zones[label]
        share = self.share(zone, self.pages_min if pages_min is None else pages_min)
        low_min = zone.low_min if zone.own else share
        if not self.scaled:
            return Marks(low_min, low_min + (share >> 2) + zone.extra, low_min + (share >> 1) + zone.extra)
        factor = (zone.scale or 0) if scale is None else scale
        gap = max(share >> 2, zone.size * factor // 10_000)
        return Marks(low_min, low_min + gap + zone.extra, low_min + 2 * gap + zone.extra)


def setup_of(report: Report, last: Release) -> Setup | None:
    """The settings behind the marks of a report; None where the arithmetic does not give the printed marks again.

    last: the last release that may have printed it.
    """
    scaled = last >= SCALED_FROM
    zones = [zone for zone in report.zones if zone.populated]
    sized = [_size(zone, report.page_kb) for zone in zones]
    if not any(sized) and not scaled:  # a zone's share shows in its mark, too
        sized = [zone.pages("min", report.page_kb) if zone.name not in OWN_RULE else None for zone in zones]
    told = [_zone(zone, size, report.page_kb, scaled) for zone, size in zip(zones, sized, strict=True)]
    known = {one.label: one for one in told if one is not None}
    lowmem = [one for one in known.values() if not one.own]
    if not lowmem or len(known) < len(zones):
        return None
    pages_min = sum(one.low_min for one in lowmem)
    size = sum(one.size for one in lowmem)
    fit: list[Setup] = []
    for candidate in range(pages_min, pages_min + min(len(lowmem), MOST_LOST) + 1):
        setup = Setup(known, candidate, report.page_kb, scaled, size)
        filled = {label: _filled(setup, one) for label, one in known.items()}
        setup = Setup(filled, candidate, report.page_kb, scaled, size)
        if all(_gives(setup, zone, report.page_kb) for zone in zones):
            fit.append(setup)
    return min(fit, key=lambda setup: sum(abs(setup.marks(z.label).min - z.low_min) for z in lowmem), default=None)


def _size(zone: ZoneReport, page_kb: int) -> int | None:
    return zone.pages("managed", page_kb) or zone.pages("present", page_kb)


def _zone(zone: ZoneReport, size: int | None, page_kb: int, scaled: bool) -> ZoneSetup | None:
    """What the figures of one zone say; None if one is missing."""
    boost = zone.pages("boost", page_kb) or 0
    marks = [zone.pages(word, page_kb) for word in ("min", "low", "high")]
    if not size or any(mark is None for mark in marks):
        return None
    low, mid, high = (mark - boost for mark in marks if mark is not None)
    own = zone.name in OWN_RULE and low == min(max(size // 1024, FEWEST_OWN), MOST_OWN)
    return ZoneSetup(
        zone.label, size, low, high - mid, max(0, 2 * mid - low - high), own, USUAL_SCALE if scaled else None
    )


def _filled(setup: Setup, zone: ZoneSetup) -> ZoneSetup:
    """The zone with its watermark_scale_factor and extra gap, as its own gaps show them."""
    share = setup.share(zone, setup.pages_min)
    quarter = share >> 2
    if not setup.scaled:
        return ZoneSetup(
            zone.label, zone.size, zone.low_min, zone.gap, _extra(zone, (share >> 1) - quarter), zone.own, None
        )
    exact = round(zone.gap * 10_000 / zone.size)
    near = [scale for scale in range(max(exact - 1, 0), exact + 2) if abs(zone.size * scale // 10_000 - zone.gap) <= 1]
    if zone.gap > quarter + 1 and near:
        scale = near[0]
    else:
        scale = min(USUAL_SCALE, (zone.gap + 1) * 10_000 // zone.size)
    return ZoneSetup(zone.label, zone.size, zone.low_min, zone.gap, zone.extra, zone.own, scale)


def _extra(zone: ZoneSetup, half: int) -> int:
    """The gap above min that is more than the one above low; a page of rounding is none."""
    return zone.extra if zone.extra > SLACK and zone.gap - half <= SLACK else 0


def _gives(setup: Setup, zone: ZoneReport, page_kb: int) -> bool:
    """Does the arithmetic give the printed marks again, but for rounding?"""
    boost = zone.pages("boost", page_kb) or 0
    told = setup.marks(zone.label)
    printed = [zone.pages(word, page_kb) for word in ("min", "low", "high")]
    return all(
        mark is not None and abs(mark - boost - ours) <= SLACK
        for mark, ours in zip(printed, (told.min, told.low, told.high), strict=True)
    )


def reserve_with(reserve: int, above: int | None, usual: int, most: int) -> tuple[int, int]:
    """(lowmem_reserve_ratio, reserve) just large enough to keep at most `most` pages.

    above: managed pages of the zones above, which the kernel divides by the ratio. Where they are not known, or do not
    give the printed reserve, the most that the division may have rounded off is taken.
    """
    if above is None or above // usual != reserve:
        above = reserve * usual + usual - 1
    ratio = above // (most + 1) + 1
    return ratio, above // ratio


def pages_above(
    zones: Iterable[ZoneReport], zone: ZoneReport, types: tuple[str, ...], top: int, page_kb: int
) -> int | None:
    """Managed pages of the zones of this node above a zone, up to type `top`; None if a size is missing."""
    own = types.index(zone.name)
    total = 0
    for other in zones:
        if other.node == zone.node and own < types.index(other.name) <= top and other.populated:
            size = _size(other, page_kb)
            if size is None:
                return None
            total += size
    return total
