"""What a report says: the request, the zones, and where each figure stands in the pasted text.

Units: kB as the reports print them (names in _kb), pages as /proc/zoneinfo prints them. Lines count from 1.
"""

from dataclasses import dataclass, field
from operator import lshift
from typing import NamedTuple

from buddylab.reports.killed import Killing
from buddylab.reports.paste import Repair
from buddylab.reports.release import Release
from buddylab.said import Said, SaidError

ZONE_NAMES = ("DMA", "DMA32", "Normal", "HighMem", "Movable", "Device")
"""All zone types that a report can name, lowest first. C: include/linux/mmzone.h, enum zone_type."""


class Figure(NamedTuple):
    """A number and the line it was read from."""

    value: int
    line: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that looks like a part of a report and could not be read, and why."""

    line: int
    text: str
    why: Said


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. order, mode: None where the message has none; names: as printed, None if it prints none."""

    kind: str
    line: int
    process: str | None = None
    order: int | None = None
    mode: int | None = None
    names: str | None = None


@dataclass(frozen=True, slots=True)
class Buddy:
    """One buddy line: blocks per order, migrate-type letters per order, and the sum that the kernel printed beside it.

    printed_kb is None where the source prints no sum (/proc/buddyinfo).
    """

    counts: tuple[int, ...]
    types: tuple[str, ...]
    page_kb: int
    printed_kb: int | None
    line: int

    @property
    def sum_kb(self) -> int:
        """The blocks added up, in kB."""
        pages: int = sum(map(lshift, self.counts, range(len(self.counts))))
        return self.page_kb * pages

    @property
    def sum_ok(self) -> bool:
        """Does the printed sum agree? True where none is printed."""
        return self.printed_kb is None or self.printed_kb == self.sum_kb


SIZES = ("present_kb", "present", "managed_kb", "managed")
"""Figures that say how large a zone is."""


@dataclass(slots=True)
class ZoneReport:
    """One zone as reported. figures: by the kernel's own word, e.g. free_kb, min_kb, or free, min (pages).

    lowmem_reserve: pages kept from requests for each zone type. empty: the buddy line says `empty`.
    """

    node: int | None
    name: str
    line: int
    figures: dict[str, Figure] = field(default_factory=dict)
    lowmem_reserve: tuple[int, ...] | None = None
    reserve_line: int | None = None
    buddy: Buddy | None = None
    empty: bool = False

    @property
    def label(self) -> str:
        """As printed: `Normal`, or `Node 0 Normal` where the kernel puts the node in front."""
        return self.name if self.node is None else f"Node {self.node} {self.name}"

    @property
    def blocks(self) -> tuple[int, ...] | None:
        """Free blocks per order; None if there is no buddy line or its sum does not agree."""
        return self.buddy.counts if self.buddy and self.buddy.sum_ok else None

    def kb(self, word: str) -> int | None:
        """A figure in kB as printed, None if it was not."""
        figure = self.figures.get(f"{word}_kb")
        return figure.value if figure else None

    def pages(self, word: str, page_kb: int) -> int | None:
        """A figure in pages, from kB or as /proc/zoneinfo has it; None if it was not printed."""
        if (figure := self.figures.get(word)) is not None:
            return figure.value
        kb = self.kb(word)
        return None if kb is None else kb // page_kb

    @property
    def populated(self) -> bool:
        """Has the zone any page, as far as the report shows?"""
        sizes = [self.figures[key].value for key in SIZES if key in self.figures]
        return min(sizes) > 0 if sizes else not self.empty


def node_list(text: str) -> frozenset[int]:
    """The nodes of `0-1,4`, as the kernel prints a node mask."""
    ends = (part.partition("-")[::2] for part in text.split(","))
    return frozenset(node for first, last in ends for node in range(int(first), int(last or first) + 1))


class Mems(NamedTuple):
    """mems_allowed= as printed: the memory nodes that the task's cpuset allows, and the line."""

    nodes: frozenset[int]
    text: str
    line: int


@dataclass(slots=True)
class Report:
    """One report: kind is `alloc-failure`, `oom`, `vmalloc`, `stall`, `mask`, `memory` (no request line), `proc`, or
    where only a killing is told `cgroup` or `userspace`.

    page_types: blocks per order by zone and migrate type, from /proc/pagetypeinfo; None for a count that it cuts off.
    """

    kind: str
    line: int
    request: Request | None = None
    zones: list[ZoneReport] = field(default_factory=list)
    kernel: str | None = None
    release: Release | None = None
    features: set[str] = field(default_factory=set)
    killing: Killing | None = None
    mems: Mems | None = None
    page_types: dict[tuple[str, str], tuple[int | None, ...]] = field(default_factory=dict)
    unread: list[Unread] = field(default_factory=list)
    repairs: list[Repair] = field(default_factory=list)
    notes: list[Said] = field(default_factory=list)
    _by_name: dict[tuple[int | None, str], ZoneReport] = field(default_factory=dict, repr=False)

    @property
    def page_kb(self) -> int:
        """Size of a page in kB, from the first buddy line; 4 if there is none."""
        return next((zone.buddy.page_kb for zone in self.zones if zone.buddy and zone.buddy.printed_kb is not None), 4)

    def add(self, zone: ZoneReport) -> ZoneReport:
        """Take a zone in; where one of its name is here already, both stay, and `find` finds the first."""
        self.zones.append(zone)
        self._by_name.setdefault((zone.node, zone.name), zone)
        return zone

    def find(self, node: int | None, name: str) -> ZoneReport | None:
        """The first zone taken in under this node and name."""
        return self._by_name.get((node, name))

    def zone(self, label: str) -> ZoneReport:
        """The zone of this label, e.g. `Node 0 Normal`. Raises ValueError with the labels there are."""
        for zone in self.zones:
            if zone.label == label:
                return zone
        there = ", ".join(zone.label for zone in self.zones)
        raise SaidError(
            f"no zone {label!r} in this report: there are {there}", f"报告中没有内存区 {label!r}：有 {there}"
        )
