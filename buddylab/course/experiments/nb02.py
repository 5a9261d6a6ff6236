"""Experiments of notebook 02: the marks of machines of any size, by the kernel's own set-up."""

from collections.abc import Iterable, Sequence

from buddylab.core.setup import setup_zones
from buddylab.core.zone import Zone
from buddylab.machines.hardware import MB

LOW_MEMORY = 896
"""MB that an i386 kernel maps for itself; what is above is HighMem."""
DMA = 16
"""MB that an ISA card can address."""
TYPES = ("DMA", "Normal", "HighMem")


def zones_of(ram: int, low: int | None = None) -> list[Zone]:
    """The zones of a machine with so many MB of RAM, with all their figures. Raises ValueError below 1 MB.

    low: MB below HighMem, as `LOW_MEMORY`; None = there is no HighMem.
    """
    if ram < 1:
        raise ValueError(f"a machine has at least 1 MB, not {ram!r}")
    normal = min(ram, low or ram)
    bounds = (("DMA", 0, min(DMA, ram)), ("Normal", DMA, normal), ("HighMem", normal, ram))
    zones = [
        Zone(name, TYPES.index(name), first * MB, (end - first) * MB) for name, first, end in bounds if end > first
    ]
    setup_zones(zones, TYPES)
    return zones


def min_free_kbytes(rams: Iterable[int], low: int | None = None) -> list[tuple[int, int]]:
    """(MB of RAM, min_free_kbytes) of machines of these sizes."""
    return [(ram, setup_zones(zones_of(ram, low), TYPES)) for ram in rams]


def marks(zones: Sequence[Zone]) -> str:
    """The zones as a table: pages present, and the three marks in pages."""
    rows = [("zone", "present", "pages_min", "pages_low", "pages_high")]
    rows += [(z.label, z.present_pages, z.pages_min, z.pages_low, z.pages_high) for z in zones]  # type: ignore[misc]
    return "\n".join(f"{row[0]:8}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows)
