"""Experiments of notebook 03: zone_watermark_ok over orders, free pages and flags, on a zone freed in random order."""

from collections.abc import Sequence
from random import Random

from buddylab.core.buddy import free_one_page
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, MAX_ORDER, Zone, zone_watermark_ok
from buddylab.course.small_machines import with_free

FLAG_SETS = {"no flag": 0, "HARDER": ALLOC_HARDER, "HIGH": ALLOC_HIGH, "HIGH and HARDER": ALLOC_HIGH | ALLOC_HARDER}
"""From the highest mark to the lowest: where one passes, all behind it do."""
WORDS = {0: "nobody", 1: "only HIGH and HARDER", 2: "HIGH alone too", 3: "HARDER alone too", 4: "everybody"}
"""How many of the flag sets pass, in words."""


def passes(zone: Zone, order: int, alloc_flags: int) -> bool:
    """Does a request of this zone's own class pass its pages_min?"""
    return zone_watermark_ok(zone, order, zone.pages_min, zone.index, alloc_flags)


def who_passes(zone: Zone, order: int) -> int:
    """How many of the four flag sets pass, a key of `WORDS`."""
    return sum(passes(zone, order, flags) for flags in FLAG_SETS.values())


def freed_at_random(targets: Sequence[int], seed: int = 1) -> list[list[int]]:
    """By order 0 to 10 a list: `who_passes` when so many pages of Normal on `i386_1g` are free.

    All pages are in use and come back singly, in an order drawn from `seed`. targets: rising numbers of free pages;
    raises ValueError where they do not rise or the zone has not as many.
    """
    zone = with_free("i386_1g").zone("Normal")
    if list(targets) != sorted(set(targets)) or not 0 <= targets[0] <= targets[-1] <= zone.present_pages:
        raise ValueError(f"numbers of free pages must rise, from 0 to {zone.present_pages} at the most: {targets!r}")
    pfns = list(range(zone.start_pfn, zone.end_pfn))
    Random(seed).shuffle(pfns)
    columns = []
    for before, target in zip((0, *targets), targets, strict=False):
        for pfn in pfns[before:target]:
            free_one_page(zone, pfn, 0)
        columns.append([who_passes(zone, order) for order in range(MAX_ORDER)])
    return [list(row) for row in zip(*columns, strict=True)]
