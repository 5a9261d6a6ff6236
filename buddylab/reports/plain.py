"""An explained report as plain data, for JSON: figures in kB and blocks per order, zones by their printed labels."""

from typing import Any

from buddylab.reports.explain import Explanation, explain
from buddylab.reports.report import Report, ZoneReport

WORDS = ("free", "min", "low", "high")


def as_dict(told: Explanation) -> dict[str, Any]:
    """One report with its verdict: numbers, strings, lists and None only; what was not printed is None."""
    report, request, verdict = told.report, told.report.request, told.verdict
    return {
        "process": request.process if request else None,
        "order": request.order if request else None,
        "mode": request.mode if request else None,
        "flags": _flags(told),
        "kernel": report.kernel,
        "zones": {zone.label: _zone(zone, report.page_kb) for zone in report.zones},
        "verdict": {"passes": verdict.passes, "zone": verdict.zone, "row": verdict.row, "sentence": verdict.sentence},
        "unread": [{"line": unread.line, "text": unread.text, "why": unread.why} for unread in report.unread],
    }


def reports_as_dict(reports: list[Report]) -> dict[str, Any]:
    """All reports of a paste, each explained: {"reports": [...]}."""
    return {"reports": [as_dict(explain(report)) for report in reports]}


def _flags(told: Explanation) -> list[str] | None:
    """The names that the kernel printed, else the best reading of the mask; None without a mask."""
    request = told.report.request
    if request and request.names is not None:
        return request.names.split("|") if request.names else []
    return str(told.readings[0]).split("|") if told.readings and str(told.readings[0]) else None


def _zone(zone: ZoneReport, page_kb: int) -> dict[str, Any]:
    told: dict[str, Any] = {f"{word}_kb": _kb(zone, word, page_kb) for word in WORDS}
    told["lowmem_reserve"] = None if zone.lowmem_reserve is None else list(zone.lowmem_reserve)
    told["blocks"] = None if zone.blocks is None else list(zone.blocks)
    return told


def _kb(zone: ZoneReport, word: str, page_kb: int) -> int | None:
    """As printed, or from the pages of /proc/zoneinfo."""
    printed, pages = zone.kb(word), zone.pages(word, page_kb)
    return printed if printed is not None or pages is None else pages * page_kb
