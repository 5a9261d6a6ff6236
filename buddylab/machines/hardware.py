"""Machines to choose from: where their zones lie; the kernel's own arithmetic gives them their figures."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from buddylab.core.machine import Machine
from buddylab.core.setup import setup_zones
from buddylab.core.zone import Zone
from buddylab.machines.reported import ReportedMachine, read
from buddylab.said import Said, SaidError, as_is

OwnSizes = dict[str, Any]
"""A machine of the reader's own: MB by zone type, and `nodes` where there are several; or that of a report."""
MB = 256
"""Pages."""
LIMITS = {"DMA": [1, 16], "DMA32": [1, 4080], "Normal": [1, 4096], "HighMem": [1, 4096], "nodes": [1, 4]}
"""From and to of what a machine of one's own may have: MB, and nodes. DMA ends at 16 MB and DMA32 at 4 GB, as in 2.6.21
on x86; the other two at what the explorer can fill in a moment."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """A machine to choose: zones as (type, node, start pfn, pages) and, for a real report, its free blocks by order.

    scatter: how finely its free memory lies scattered if nobody turns that knob, in percent.
    """

    name: Said
    zone_types: tuple[str, ...]
    zones: tuple[tuple[str, int, int, int], ...]
    numa: bool = False
    nodes: int = 1
    scatter: int = 60
    blocks: tuple[tuple[str, tuple[int, ...]], ...] = ()
    reported: ReportedMachine | None = None

    def machine(self) -> Machine:
        """The machine after boot, with the figures that the kernel computes for its size, or that a report prints."""
        zones = self.reported.empty_zones() if self.reported else self._computed()
        return Machine(zones, self.zone_types, nodes=self.nodes, numa=self.numa)

    def _computed(self) -> list[Zone]:
        zones = [
            Zone(
                name,
                self.zone_types.index(name),
                start,
                pages,
                node=node,
                label=f"{name}/{node}" if self.nodes > 1 else name,
            )
            for name, node, start, pages in self.zones
        ]
        setup_zones(zones, self.zone_types)
        return zones


_PC = (("DMA", 0, 0, 4096), ("Normal", 0, 4096, 225280), ("HighMem", 0, 229376, 32768))
MACHINES = {
    "report": Hardware(
        Said("1 GB i386, as reported", "1 GB i386（报告现场）"),
        ("DMA", "Normal", "HighMem"),
        _PC,
        scatter=92,
        blocks=(("DMA", (256, 47, 2, 1, 1, 0, 0, 0, 0, 1, 0)), ("Normal", (44578, 11117, 800, 0, 1, 1, 0, 0, 0, 0, 0))),
    ),
    "small": Hardware(
        Said("64 MB machine, two zones", "64 MB，两个区"),
        ("DMA", "Normal"),
        (("DMA", 0, 0, 4096), ("Normal", 0, 4096, 12288)),
    ),
    "i386_1g": Hardware(Said("1 GB i386 with HighMem", "1 GB i386，有 HighMem"), ("DMA", "Normal", "HighMem"), _PC),
    "x86_64_4g": Hardware(
        Said("4 GB x86_64 with DMA32", "4 GB x86_64，有 DMA32"),
        ("DMA", "DMA32", "Normal"),
        (("DMA", 0, 0, 4096), ("DMA32", 0, 4096, 1044480)),
    ),
    "numa": Hardware(
        Said("machine of 2 nodes, 128 MB each", "2 个节点，各 128 MB"),
        ("DMA", "DMA32", "Normal"),
        (("DMA", 0, 0, 4096), ("DMA32", 0, 4096, 12288), ("Normal", 0, 16384, 16384), ("Normal", 1, 32768, 32768)),
        numa=True,
        nodes=2,
    ),
    "tiny": Hardware(
        Said("4 MB machine, one zone", "4 MB，一个区"), ("Normal",), (("Normal", 0, 0, 1024),), scatter=40
    ),
}


def of(machine: str | Hardware | Mapping[str, Any]) -> Hardware:
    """The hardware that a name of MACHINES, sizes of one's own or a report's zones stand for; KeyError for no name."""
    if isinstance(machine, Hardware):
        return machine
    if isinstance(machine, Mapping) and "reported" in machine:
        return _reported(json.dumps(dict(machine), sort_keys=True))
    return MACHINES[machine] if isinstance(machine, str) else _own(tuple(sizes(machine).items()))


def sizes(given: Mapping[str, Any]) -> OwnSizes:
    """Sizes of one's own, checked, in the order of the zone types; a size of 0 and one node are left out.

    Raises SaidError with what is allowed.
    """
    if "reported" in given:
        read(given)
        return dict(given)
    unknown = [name for name in given if name not in LIMITS]
    if unknown:
        raise SaidError(
            f"a machine has {', '.join(LIMITS)}, not {', '.join(map(repr, unknown))}",
            f"机器的大小有 {', '.join(LIMITS)}，没有 {', '.join(map(repr, unknown))}。",
        )
    own = {name: _size(name, given[name]) for name in LIMITS if given.get(name)}
    if own.get("nodes") == 1:
        del own["nodes"]
    if "DMA32" in own and "HighMem" in own:
        raise SaidError(
            "no machine has both DMA32 (x86_64) and HighMem (i386): leave one of them out",
            "没有机器同时有 DMA32（x86_64）和 HighMem（i386）：请去掉一个。",
        )
    if not {"DMA32", "Normal"} & set(own):
        raise SaidError(
            "a machine needs memory in Normal or DMA32, where GFP_KERNEL looks first",
            "机器须有 Normal 或 DMA32 内存，GFP_KERNEL 先在那里找。",
        )
    return own


def _size(name: str, value: Any) -> int:
    low, high = LIMITS[name]
    if type(value) is not int or not low <= value <= high:
        unit = "" if name == "nodes" else " MB"
        raise SaidError(
            f"{name} must be a whole number from {low} to {high}{unit}, or left out, not {value!r}",
            f"{name} 须为 {low} 到 {high}{unit} 的整数，或不填，不能是 {value!r}。",
        )
    return value


@lru_cache(maxsize=32)
def _own(own: tuple[tuple[str, int], ...]) -> Hardware:
    """The zones one behind the other; several nodes have equal parts of all memory by address, as boards have it."""
    pages = {name: size * MB for name, size in own if name != "nodes"}
    nodes = dict(own).get("nodes", 1)
    types = (
        ("DMA", "DMA32", "Normal")
        if "DMA32" in pages
        else tuple(name for name in ("DMA", "Normal", "HighMem") if name in pages or name == "Normal")
    )
    bounds = [sum(pages.values()) * node // nodes for node in range(nodes + 1)]
    zones, start = [], 0
    for name, size in pages.items():
        for node in range(nodes):
            first, end = max(start, bounds[node]), min(start + size, bounds[node + 1])
            if first < end:
                zones.append((name, node, first, end - first))
        start += size
    listed = as_is(", ".join(f"{name} {size // MB}" for name, size in pages.items()) + " MB")
    return Hardware(
        Said(f"{nodes} nodes, ", f"{nodes} 个节点，").then(listed) if nodes > 1 else listed,
        types,
        tuple(sorted(zones, key=lambda zone: (zone[1], types.index(zone[0])))),
        numa=nodes > 1,
        nodes=nodes,
    )


@lru_cache(maxsize=8)
def _reported(text: str) -> Hardware:
    """The machine of a report, from the knob's JSON."""
    machine = read(json.loads(text))
    zones = tuple((zone.name, zone.node, zone.start, zone.pages) for zone in machine.zones)
    return Hardware(
        Said("machine rebuilt from a report (one shape of many)", "按报告搭建的机器（多种可能之一）"),
        machine.types,
        zones,
        numa=machine.nodes > 1,
        nodes=machine.nodes,
        reported=machine,
    )
