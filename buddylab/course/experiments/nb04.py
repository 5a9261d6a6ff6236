"""Experiments of notebook 04: what lowmem_reserve leaves of the DMA zone to requests of each class."""

from collections.abc import Iterable

from buddylab.core import gfp
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.setup import LOWMEM_RESERVE_RATIO, setup_per_zone_lowmem_reserve
from buddylab.core.zone import TOP
from buddylab.course.small_machines import with_free

MASKS = {"DMA": gfp.GFP_KERNEL | gfp.DMA, "Normal": gfp.GFP_KERNEL, "HighMem": gfp.GFP_HIGHUSER}
"""A request of each class: the zone in which it begins."""
NO_RESERVE = 1 << 20
"""A ratio so large that nothing is kept."""


def only_dma(ratio: int) -> Machine:
    """`i386_1g` with all of DMA free and nothing else, and this lowmem_reserve_ratio for DMA."""
    machine = with_free("i386_1g", DMA=[*[0] * TOP, 4])
    setup_per_zone_lowmem_reserve(machine.zones, machine.zone_types, {**LOWMEM_RESERVE_RATIO, "DMA": ratio})
    return machine


def take(machine: Machine, mask: int) -> int:
    """Ask for single pages until one is refused; how many there were."""
    taken = 0
    while alloc_pages(machine, mask | gfp.NORETRY | gfp.NOWARN, 0) is not None:
        taken += 1
    return taken


def usable(ratios: Iterable[int]) -> dict[str, list[tuple[int, int]]]:
    """Class -> (ratio, pages of DMA that it can have), each on a machine of its own."""
    given = list(ratios)
    return {name: [(ratio, take(only_dma(ratio), mask)) for ratio in given] for name, mask in MASKS.items()}


def programs_first(ratio: int) -> tuple[int, int]:
    """Programs take what they can get; then a sound card asks: pages for the programs, pages for the card."""
    machine = only_dma(ratio)
    return take(machine, MASKS["HighMem"]), take(machine, MASKS["DMA"])
