"""Machines to choose from: where their zones lie; the kernel's own arithmetic gives them their figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
_PC64 = (("DMA", 0, 0, 4096), ("DMA32", 0, 4096, 782336), ("Normal", 0, 1048576, 262144))
"""A gigabyte below 4 GB is left to devices; its memory lies above."""
MACHINES = {
    "report": Hardware(
        "1 GB i386, as reported", "1 GB i386（报告现场）", ("DMA", "Normal", "HighMem"), _PC, scatter=92,
        blocks=(("DMA", (256, 47, 2, 1, 1, 0, 0, 0, 0, 1, 0)), ("Normal", (44578, 11117, 800, 0, 1, 1, 0, 0, 0, 0, 0))),
    ),
    "i386_1g": Hardware("1 GB i386", "1 GB i386", ("DMA", "Normal", "HighMem"), _PC),
    "small": Hardware("64 MB, two zones", "64 MB，两个区", ("DMA", "Normal"),
                      (("DMA", 0, 0, 4096), ("Normal", 0, 4096, 12288))),
    "x86_64_4g": Hardware("4 GB x86_64", "4 GB x86_64", ("DMA", "DMA32", "Normal"), _PC64),
    "tiny": Hardware("4 MB, one zone", "4 MB，一个区", ("Normal",), (("Normal", 0, 0, 1024),), scatter=40),
    "numa": Hardware("2 nodes, 128 MB each", "2 个节点，各 128 MB", ("DMA", "DMA32", "Normal"),
                     (("DMA", 0, 0, 4096), ("DMA32", 0, 4096, 12288), ("Normal", 0, 16384, 16384),
                      ("Normal", 1, 32768, 32768)), numa=True, nodes=2),
}  # fmt: skip
"""The machines to choose from, by name."""
TYPES = ("DMA", "DMA32", "Normal", "HighMem")
LARGEST = {"DMA": 16, "DMA32": 4096, "Normal": 4096, "HighMem": 4096}
"""MB that a zone of your own may have, and all of them together: 4096."""
NODES = 4
MB = 256
"""Pages in a megabyte."""
Sizes = Mapping[str, int | Sequence[int]]
"""Zone type -> megabytes, or megabytes node by node."""


def named(machine: str | Sizes) -> str:
    """A machine's name: one of MACHINES, or its sizes, as in `DMA:16+Normal:48`; on two nodes `Normal:64/64`.

    Raises ValueError, saying what is allowed, for a machine that cannot be.
    """
    if isinstance(machine, Mapping):
        per_node = {kind: [size] if isinstance(size, int) else list(size) for kind, size in machine.items()}
        machine = "+".join(f"{kind}:{'/'.join(map(str, sizes))}" for kind, sizes in per_node.items())
    if not isinstance(machine, str):
        raise ValueError(f"a machine is a name ({', '.join(MACHINES)}) or sizes in MB by zone, not {machine!r}")
    if machine not in MACHINES:
        _own(machine)
    return machine


def find(name: str) -> Hardware:
    """The machine of this name, or of these sizes. Raises ValueError as `named` does."""
    return MACHINES[name] if name in MACHINES else _own(name)


@lru_cache(maxsize=32)
def _own(text: str) -> Hardware:
    """The machine that `DMA:16+Normal:48` spells out."""
    sizes: dict[str, list[int]] = {}
    for part in text.split("+"):
        kind, colon, numbers = part.partition(":")
        if not colon or kind not in TYPES or kind in sizes or not all(n.isdecimal() for n in numbers.split("/")):
            raise ValueError(f"no machine {text[:60]!r}: choose one of {', '.join(MACHINES)}, or give sizes in MB such "
                             f"as DMA:16+Normal:48, with each of {', '.join(TYPES)} once at most")  # fmt: skip
        sizes[kind] = [int(n[:9]) for n in numbers.split("/")]
    for kind, per_node in sizes.items():
        if len(per_node) > NODES or not 0 < sum(per_node) <= LARGEST[kind]:
            raise ValueError(f"{kind} may have 1 to {LARGEST[kind]} MB on 1 to {NODES} nodes, not "
                             f"{'/'.join(map(str, per_node))}")  # fmt: skip
    total = sum(map(sum, sizes.values()))
    if total > LARGEST["Normal"]:
        raise ValueError(f"a machine of your own may have {LARGEST['Normal']} MB in all, not {total}")
    return _laid_out(text, sizes)


def _laid_out(text: str, sizes: dict[str, list[int]]) -> Hardware:
    """Zones one behind the other, node by node and in the order of their types."""
    nodes, zones, start = max(map(len, sizes.values())), [], 0
    for node in range(nodes):
        for kind in TYPES:
            megabytes = sizes.get(kind, [])[node : node + 1]
            if megabytes and megabytes[0]:
                zones.append((kind, node, start, megabytes[0] * MB))
                start += megabytes[0] * MB
    types = tuple(kind for kind in TYPES if kind in sizes or kind == "Normal")
    words = text.replace("+", " + ").replace(":", " ")
    return Hardware(f"{words} MB", f"{words} MB", types, tuple(zones), numa=nodes > 1, nodes=nodes)
