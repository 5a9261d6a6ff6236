"""A machine after a failure report: its zones with the marks, reserves and free blocks that the report prints.

As a knob it is plain data, so that it can be shared as text and checked wherever it comes from. Units: pages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from buddylab.core.buddy import place_free, regions_needed
from buddylab.core.machine import Machine
from buddylab.core.setup import setup_pageset, zone_batchsize
from buddylab.core.zone import MAX_ORDER, TOP, ZONE_TYPES, Zone
from buddylab.said import SaidError

KEYS = ("reported", "types", "kernel")
ZONE_KEYS = ("name", "node", "start", "pages", "free", "marks", "reserve", "blocks")
LATER_TYPES = (*ZONE_TYPES, "Movable", "Device")
"""What may be compiled in; a zone that has memory is of one of the first four."""
MOST_ZONES, MOST_PAGES, MOST_BLOCKS, MOST_KERNEL = 64, 1 << 25, 2_000_000, 60
"""128 GB of pages of 4 kB is what can be played in a moment."""


@dataclass(frozen=True, slots=True)
class ReportedZone:
    """One zone as reported. start: its first pfn, a multiple of 1024. free: the printed counter, apart from blocks."""

    name: str
    node: int
    start: int
    pages: int
    free: int
    marks: tuple[int, ...]
    reserve: tuple[int, ...]
    blocks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReportedMachine:
    """The zones, the zone types compiled in, lowest first, and the kernel that printed the report ("" = not named)."""

    zones: tuple[ReportedZone, ...]
    types: tuple[str, ...]
    kernel: str

    @property
    def nodes(self) -> int:
        """How many nodes its zones are of."""
        return len({zone.node for zone in self.zones})

    def empty_zones(self) -> list[Zone]:
        """The zones with their marks and reserves, nothing in them yet; `Normal`, or `Normal/1` with several nodes."""
        zones = [
            Zone(
                zone.name,
                self.types.index(zone.name),
                zone.start,
                zone.pages,
                node=zone.node,
                label=f"{zone.name}/{zone.node}" if self.nodes > 1 else zone.name,
                marks=list(zone.marks),
                lowmem_reserve=list(zone.reserve),
            )
            for zone in self.zones
        ]
        for zone in zones:
            setup_pageset(zone, zone_batchsize(zone))
        return zones

    def machine(self) -> Machine:
        """A machine with these free blocks; every other page belongs to a block handed out, free counts as printed."""
        machine = Machine(self.empty_zones(), self.types, nodes=self.nodes, numa=self.nodes > 1)
        for zone, told in zip(machine.zones, self.zones, strict=True):
            fill(machine, zone, told.blocks)
            zone.nr_free_pages = told.free
        return machine

    def as_data(self) -> dict[str, Any]:
        """The knob's plain data, which `read` reads back."""
        zones = [
            {key: list(value) if isinstance(value := getattr(zone, key), tuple) else value for key in ZONE_KEYS}
            for zone in self.zones
        ]
        return {"reported": zones, "types": list(self.types), "kernel": self.kernel}


def fill(machine: Machine, zone: Zone, counts: Sequence[int]) -> None:
    """Give a zone as many free blocks per order as `counts` says; every other page belongs to a block handed out."""
    machine.owner.update((pfn, zone.place << 4 | order) for pfn, order in place_free(zone, counts))


def read(given: Mapping[str, Any]) -> ReportedMachine:
    """The machine that this data says. Raises SaidError for data that no report brings about."""
    zones, types, kernel = (given.get(key) for key in KEYS)
    parts, wanted = ", ".join(map(repr, given)), ", ".join(KEYS)
    _require(set(given) == set(KEYS), f"it has the parts {parts}, not {wanted}", f"它有 {parts}，而应有 {wanted}")
    _require(
        isinstance(kernel, str) and len(kernel) <= MOST_KERNEL,
        f"kernel must be a text of {MOST_KERNEL} letters",
        f"kernel 须为不超过 {MOST_KERNEL} 个字符的文本",
    )
    known = ", ".join(LATER_TYPES)
    _require(
        isinstance(types, list) and types and types == [kind for kind in LATER_TYPES if kind in types],
        f"types must be of {known}, each once, lowest first",
        f"types 须取自 {known}，各一次，由低到高",
    )
    _require(
        isinstance(zones, list) and 0 < len(zones) <= MOST_ZONES,
        f"it must have 1 to {MOST_ZONES} zones",
        f"须有 1 至 {MOST_ZONES} 个区",
    )
    made = [_zone(zone, list(types or ())) for zone in zones or ()]
    made.sort(key=lambda zone: (zone.node, ZONE_TYPES.index(zone.name)))
    _check_places(made)
    return ReportedMachine(tuple(made), tuple(types or ()), str(kernel))


def _zone(zone: Any, types: Sequence[str]) -> ReportedZone:
    """One zone, every figure checked."""
    wanted, allowed, named = ", ".join(ZONE_KEYS), ", ".join(types), ", ".join(ZONE_TYPES)
    _require(
        isinstance(zone, Mapping) and set(zone) == set(ZONE_KEYS), f"a zone must have {wanted}", f"每个区须有 {wanted}"
    )
    _require(
        zone["name"] in types and zone["name"] in ZONE_TYPES,
        f"zone {zone['name']!r:.40} is not of {allowed} in {named}",
        f"区 {zone['name']!r:.40} 不在 {named} 中的 {allowed} 之列",
    )
    numbers = [zone[key] for key in ("node", "start", "pages", "free")]
    for key, length in (("marks", 3), ("reserve", len(types)), ("blocks", MAX_ORDER)):
        _require(
            isinstance(zone[key], list) and len(zone[key]) == length,
            f"{key} must be a list of {length} numbers",
            f"{key} 须为 {length} 个数的列表",
        )
        numbers += zone[key]
    _require(
        all(type(number) is int and 0 <= number <= MOST_PAGES for number in numbers),
        f"every figure must be a whole number from 0 to {MOST_PAGES}",
        f"每个数须为 0 至 {MOST_PAGES} 的整数",
    )
    _require(
        zone["start"] % (1 << TOP) == 0, "a zone must begin at a multiple of 1024 pages", "区须从 1024 页的倍数开始"
    )
    _require(
        regions_needed(zone["blocks"]) <= zone["pages"] >> TOP,
        f"{zone['name']} has not the room for its blocks",
        f"{zone['name']} 容不下它的块",
    )
    _require(
        sum(zone["blocks"]) <= MOST_BLOCKS,
        f"a zone may have {MOST_BLOCKS} free blocks at most",
        f"一个区最多有 {MOST_BLOCKS} 个空闲块",
    )
    return ReportedZone(zone["name"], *numbers[:4], *(tuple(zone[key]) for key in ("marks", "reserve", "blocks")))


def _check_places(zones: Sequence[ReportedZone]) -> None:
    """No two zones overlap or are the same one; nodes are numbered from 0 on."""
    _require(
        sum(zone.pages for zone in zones) <= MOST_PAGES,
        f"a machine may have {MOST_PAGES} pages at most",
        f"一台机器最多 {MOST_PAGES} 页",
    )
    nodes = {zone.node for zone in zones}
    _require(nodes == set(range(len(nodes))), "nodes must be numbered from 0 on", "节点须从 0 起编号")
    _require(len({(zone.node, zone.name) for zone in zones}) == len(zones), "a zone is there twice", "有一个区出现两次")
    ordered = sorted(zones, key=lambda zone: zone.start)
    _require(
        all(one.start + one.pages <= other.start for one, other in pairwise(ordered)),
        "zones must not overlap",
        "区不得重叠",
    )


def _require(holds: object, en: str, zh: str) -> None:
    if not holds:
        raise SaidError(f"no machine of a report: {en}", f"不是报告中的机器：{zh}")
