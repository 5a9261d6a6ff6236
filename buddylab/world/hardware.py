"""Machines to choose from: where their zones lie; the kernel's own arithmetic gives them their figures."""

from dataclasses import dataclass

from buddylab.core.machine import Machine
from buddylab.core.zone import Zone, setup_zones


@dataclass(frozen=True, slots=True)
class Hardware:
    """A machine to choose: zones as (type, node, start pfn, pages) and, for a real report, its free blocks by order.

    scatter: how finely its free memory lies scattered if nobody turns that knob, in percent.
    """

    name_en: str
    name_zh: str
    zone_types: tuple[str, ...]
    zones: tuple[tuple[str, int, int, int], ...]
    numa: bool = False
    nodes: int = 1
    scatter: int = 60
    blocks: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def machine(self) -> Machine:
        """The machine after boot, with the figures that the kernel computes for its size."""
        zones = [
            Zone(name, self.zone_types.index(name), start, pages, node=node,
                 label=f"{name}/{node}" if self.nodes > 1 else name)
            for name, node, start, pages in self.zones
        ]  # fmt: skip
        setup_zones(zones, self.zone_types)
        return Machine(zones, self.zone_types, nodes=self.nodes, numa=self.numa)


_PC = (("DMA", 0, 0, 4096), ("Normal", 0, 4096, 225280), ("HighMem", 0, 229376, 32768))
MACHINES = {
    "report": Hardware(
        "1 GB i386, as reported", "1 GB i386（报告现场）", ("DMA", "Normal", "HighMem"), _PC, scatter=92,
        blocks=(("DMA", (256, 47, 2, 1, 1, 0, 0, 0, 0, 1, 0)), ("Normal", (44578, 11117, 800, 0, 1, 1, 0, 0, 0, 0, 0))),
    ),
    "i386_1g": Hardware("1 GB i386", "1 GB i386", ("DMA", "Normal", "HighMem"), _PC),
    "small": Hardware("64 MB, two zones", "64 MB，两个区", ("DMA", "Normal"),
                      (("DMA", 0, 0, 4096), ("Normal", 0, 4096, 12288))),
    "tiny": Hardware("4 MB, one zone", "4 MB，一个区", ("Normal",), (("Normal", 0, 0, 1024),), scatter=40),
    "numa": Hardware("2 nodes, 128 MB each", "2 个节点，各 128 MB", ("DMA", "DMA32", "Normal"),
                     (("DMA", 0, 0, 4096), ("DMA32", 0, 4096, 12288), ("Normal", 0, 16384, 16384),
                      ("Normal", 1, 32768, 32768)), numa=True, nodes=2),
}  # fmt: skip
