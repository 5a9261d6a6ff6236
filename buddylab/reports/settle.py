"""What is done with reports when all of a text is read: contradictions go, and dumps that only repeat are dropped."""

from typing import Any

from buddylab.reports import procfs, zones
from buddylab.reports.paste import Repair, Text
from buddylab.reports.report import Report, Unread
from buddylab.said import Said

LATER_FIGURES = {f"{word}_kb": word for word in ("managed", "boost", "reserved_highatomic", "free_highatomic")}
"""Figures that only later kernels print, and the feature that each shows."""


def settle(report: Report, text: Text) -> None:
    """Drop figures that contradict each other or differ in form from the others, and say so."""
    procfs.take_types(report)
    for zone, what, why in list(zones.shape_complaints(report.zones)):
        line = zone.buddy.line if what == "buddy" and zone.buddy else zone.reserve_line or zone.line
        report.unread.append(Unread(line, text.shown(line), why))
        if what == "buddy":
            zone.buddy = None
        else:
            zone.lowmem_reserve = zone.reserve_line = None
    for zone in report.zones:
        if not LATER_FIGURES.keys().isdisjoint(zone.figures):
            report.features.update(word for key, word in LATER_FIGURES.items() if key in zone.figures)
    report.unread.sort(key=lambda unread: unread.line)


def _dump(report: Report) -> dict[str, Any]:
    """What a dump says, without where."""
    return {
        zone.label: (
            {word: figure.value for word, figure in zone.figures.items()},
            zone.lowmem_reserve,
            zone.buddy and (zone.buddy.counts, zone.buddy.printed_kb),
        )
        for zone in report.zones
    }


def once(reports: list[Report]) -> list[Report]:
    """The reports without dumps that only repeat the one before."""
    kept: list[Report] = []
    for report in reports:
        if kept and report.kind == "memory" and report.request is None and report.zones and kept[-1].zones:
            if _dump(report).items() <= _dump(kept[-1]).items():
                kept[-1].unread += report.unread
                kept[-1].repairs.append(Repair(report.line, TWICE))
                continue
        kept.append(report)
    return kept


TWICE = Said("the same dump stands here a second time: it counts once", "同样的内存状态在此重复出现，只算一次")
