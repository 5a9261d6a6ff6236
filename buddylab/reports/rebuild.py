"""A report's zones as a machine of the exact core: its marks, reserves and blocks per order, on free lists that fit.

A report says how many blocks each order has, not where they lie. The shape here is one of many: free blocks of order 10
at the bottom of the zone, the broken ones above them, memory in use on top. Only the counts are the report's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from buddylab.core import gfp
from buddylab.core.buddy import regions_needed
from buddylab.core.machine import Machine
from buddylab.core.zone import TOP, ZONE_TYPES
from buddylab.machines.reported import MOST_KERNEL, ReportedMachine, ReportedZone
from buddylab.reports.classzone import zone_types_of
from buddylab.reports.masks import Table
from buddylab.reports.release import era
from buddylab.reports.report import Report, ZoneReport
from buddylab.said import SaidError

MOST_BLOCKS = 2_000_000
"""Free blocks below order 10 that a rebuilt machine may have; the worst report known has under 100,000."""
MOST_PAGES = 1 << 30
"""4 TiB of pages of 4 kB, all zones together."""
MOST_NODES = 64
"""MAX_NUMNODES of 2.6.21's x86_64."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of one zone: blocks per order 0 to 10, and pages in all."""

    zone: ZoneReport
    counts: tuple[int, ...]
    pages: int


def rebuild(report: Report, zone_types: Sequence[str] | None = None) -> Machine:
    """The machine of `reported`; memory that is not free belongs to blocks handed out (`owner`)."""
    return reported(report, zone_types).machine()


def reported(report: Report, zone_types: Sequence[str] | None = None) -> ReportedMachine:
    """The report's populated zones with their figures, laid out one behind the other.

    zone_types: those compiled in, lowest first, as long as a lowmem_reserve; by default what fits the reserves best.
    NR_FREE_PAGES is the printed `free:`, which the kernel counts apart from its lists: the two may differ by a little.
    Zones that 2.6.21 does not have (Movable, Device) are left out. Nodes are numbered anew from 0, zones are labelled
    `Normal`, or `Normal/1` with several nodes. Raises ValueError with what is missing or too large.
    """
    zones = [zone for zone in report.zones if zone.populated and zone.name in ZONE_TYPES]
    if not zones:
        raise SaidError(
            "the report shows no zone with pages: there is nothing to build a machine from",
            "报告中没有有页的区：无从搭建机器",
        )
    if missing := [zone.label for zone in zones if _lacking(zone, report.page_kb)]:
        raise SaidError(
            f"the report has not enough figures to build a machine from for {', '.join(missing)}: "
            "marks, reserve and a whole buddy line are needed",
            f"报告中 {'、'.join(missing)} 的数字不足以搭建机器：需要水位线、保留和完整的伙伴行",
        )
    types = tuple(zone_types or _types(report))
    if strangers := [zone.name for zone in zones if zone.name not in types]:
        raise SaidError(
            f"zone types must name {', '.join(strangers)}, not only {', '.join(types)}",
            f"区的类型必须包括 {'、'.join(strangers)}，而不只是 {'、'.join(types)}",
        )
    plans = [_plan(zone, report.page_kb) for zone in zones]
    _check_size(plans)
    return _build(report, sorted(plans, key=lambda plan: types.index(plan.zone.name)), types)


def _types(report: Report) -> tuple[str, ...]:
    """The likeliest set; up to 2.6.10 a zone may keep pages from itself too, there the zones that are named count."""
    found = zone_types_of(report, *era(report.release, report.features))
    named = tuple(name for name in ZONE_TYPES if any(zone.name == name for zone in report.zones))
    if not found and all(len(zone.lowmem_reserve or ()) == len(named) for zone in report.zones):
        return named
    if not found:
        raise SaidError(
            "the reserves do not say which zones this kernel has: name the zone types",
            "从保留值看不出此内核有哪些区：请写明区的类型",
        )
    return found[0]


def _lacking(zone: ZoneReport, page_kb: int) -> bool:
    marks = [zone.pages(mark, page_kb) for mark in ("min", "low", "high")]
    return None in marks or zone.lowmem_reserve is None or zone.blocks is None


def _plan(zone: ZoneReport, page_kb: int) -> Plan:
    """Blocks above order 10 become several of order 10; the zone has what is present, or more if its blocks need it."""
    blocks = zone.blocks or ()
    counts = [*blocks[:TOP], *[0] * (TOP - len(blocks))]
    counts.append(sum(nr << order for order, nr in enumerate(blocks[TOP:])))
    sizes = [zone.pages(word, page_kb) or 0 for word in ("present", "managed")]
    return Plan(zone, tuple(counts), max(*sizes, regions_needed(counts) << TOP))


def _check_size(plans: list[Plan]) -> None:
    pages, blocks = sum(plan.pages for plan in plans), sum(sum(plan.counts[:TOP]) for plan in plans)
    nodes = len({plan.zone.node for plan in plans})
    for what, zh, given, most in (
        ("pages", "页", pages, MOST_PAGES),
        ("free blocks", "个空闲块", blocks, MOST_BLOCKS),
        ("nodes", "个节点", nodes, MOST_NODES),
    ):
        if given > most:
            raise SaidError(
                f"the report has {given:,} {what}; a machine is built from {most:,} at most",
                f"报告有 {given:,} {zh}；搭建机器最多 {most:,}",
            )


def _build(report: Report, plans: list[Plan], types: tuple[str, ...]) -> ReportedMachine:
    """Zone behind zone, node by node, each from a multiple of 1024 pages on."""
    numbers = sorted({plan.zone.node for plan in plans}, key=lambda node: node or 0)
    zones, at = [], 0
    for plan in sorted(plans, key=lambda plan: numbers.index(plan.zone.node)):
        zones.append(_zone(plan, report.page_kb, types, numbers.index(plan.zone.node), at))
        at = (at + plan.pages + (1 << TOP) - 1) >> TOP << TOP
    return ReportedMachine(tuple(zones), types, (report.kernel or "")[:MOST_KERNEL])


def _zone(plan: Plan, page_kb: int, types: tuple[str, ...], node: int, start: int) -> ReportedZone:
    told, counted = plan.zone, sum(nr << order for order, nr in enumerate(plan.counts))
    reserve, free = (told.lowmem_reserve or ())[: len(types)], told.pages("free", page_kb)
    return ReportedZone(
        told.name,
        node,
        start,
        plan.pages,
        counted if free is None else free,
        tuple(told.pages(mark, page_kb) or 0 for mark in ("min", "low", "high")),
        (*reserve, *[0] * (len(types) - len(reserve))),
        plan.counts,
    )


def core_mask(mode: int, table: Table) -> int:
    """A mask of another release in the bits of 2.6.21: what has the same name, and leave to reclaim as __GFP_WAIT.

    What 2.6.21 has no bit for is lost.
    """
    mask = sum(bit for name, bit in gfp.BITS.items() if mode & table.bit(name))
    return mask | (gfp.WAIT if mode & table.bit("DIRECT_RECLAIM") else 0)
