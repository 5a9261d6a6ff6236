"""An explained report as plain data, for JSON: figures in kB and blocks per order, zones by their printed labels.

schema.json says what may stand where; VERSION counts up when a program that reads it would have to change.
"""

from typing import Any

from buddylab.printable import printable
from buddylab.reports.causes import cause
from buddylab.reports.cures import Cure, cures
from buddylab.reports.explain import explain
from buddylab.reports.explanation import Explanation
from buddylab.reports.report import Report, ZoneReport
from buddylab.reports.rules import Rule
from buddylab.reports.verdict import ZoneTest
from buddylab.said import Said

WORDS = ("free", "min", "low", "high")
VERSION = 1


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
        "verdict": {
            "passes": verdict.passes,
            "zone": verdict.zone,
            "row": verdict.row,
            "sentence": verdict.sentence.en,
            "sentence_zh": verdict.sentence.zh,
        },
        "unread": [{"line": unread.line, "text": unread.text, "why": unread.why.en} for unread in report.unread],
        "cause": _cause(told),
        "rows": [_test(test) for test in told.tests],
        "rule": _rule(told.rule),
        "cures": [_cure(cure) for cure in cures(told)],
        "notes": [note.en for note in [*told.reasons, *told.notes]],
        "repairs": [{"line": repair.line, "what": repair.said.en} for repair in report.repairs],
    }


def reports_as_dict(reports: list[Report]) -> dict[str, Any]:
    """All reports of a paste, each explained: {"version": 1, "reports": [...]}."""
    return document([explain(report) for report in reports])


def document(all_told: list[Explanation]) -> dict[str, Any]:
    """Explained reports as one document of this version."""
    return {"version": VERSION, "reports": [as_dict(told) for told in all_told]}


def _cause(told: Explanation) -> dict[str, Any]:
    """{id, sentences, figures}."""
    found = cause(told)
    return {"id": found.id, **_sentence(found.said), **found.figures}


def _sentence(said: Said) -> dict[str, str]:
    return {"sentence": printable(said.en), "sentence_zh": printable(said.zh)}


def _test(test: ZoneTest) -> dict[str, Any]:
    """The rows of one zone, down to the one that decided; none where figures are missing."""
    return {
        "zone": test.label,
        "mark": test.mark,
        "passes": test.passes,
        "rows": [
            {"order": row.order, "free": row.free, "needed": row.needed, "passes": row.ok} for row in test.rows or ()
        ],
    }


def _rule(rule: Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    last = None if rule.last.minor == 999 and rule.last.major > 5 else str(rule.last).removesuffix(".999")
    return {"name": rule.name, "first": str(rule.first), "last": last, "words": rule.words.en}


def _cure(cure: Cure) -> dict[str, Any]:
    """What to turn, and by how much it then passes; `passes` is False for what helps the next request only."""
    return {
        "kind": cure.kind,
        "knob": cure.turn.knob,
        "from": cure.turn.from_,
        "to": cure.turn.to,
        "margin": cure.margin,
        "price": cure.price.en,
        "command": cure.turn.command,
        "zone": cure.zone or None,
        "passes": cure.passes,
        **_sentence(cure.sentence),
    }


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
