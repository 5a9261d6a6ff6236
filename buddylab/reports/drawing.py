"""Explained reports as plain data that a screen draws: all that it says is said here, in English and Chinese.

Every figure carries the lines of the paste that it was read from. A pair is [English, Chinese].
"""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from buddylab.printable import printable
from buddylab.reports.as_dict import WORDS
from buddylab.reports.caller import caller
from buddylab.reports.causes import cause, rights_at
from buddylab.reports.cures import cures
from buddylab.reports.explain import explain
from buddylab.reports.explanation import Explanation
from buddylab.reports.parse import parse
from buddylab.reports.paste import Text, clean
from buddylab.reports.report import Report, ZoneReport
from buddylab.reports.rules import Rights, Row, Rule, State, lowered, usable_less
from buddylab.reports.verdict import ZoneTest
from buddylab.said import Said, as_is

Json = dict[str, Any]
MOST_REPORTS, MOST_ZONES, MOST_UNREAD = 32, 48, 40
"""How many of each are drawn; the rest is counted."""
ALL_LINES, AROUND, MOST_LETTERS = 5_000, 2, 600
"""A paste up to ALL_LINES lines is shown whole, of a longer one the lines with figures and AROUND beside them."""


def examples() -> list[Json]:
    """Reports from the field to begin with: title as a pair, kernel (empty where the report says it), text."""
    folder = files("buddylab.reports").joinpath("examples")
    index = json.loads(folder.joinpath("index.json").read_text(encoding="utf-8"))
    return [
        {"title": Said(en, zh), "kernel": kernel, "text": folder.joinpath(f"{name}.txt").read_text(encoding="utf-8")}
        for name, kernel, en, zh in index
    ]


def told_of(text: str | bytes, kernel: str | None = None) -> list[Explanation]:
    """Every report of a paste, explained. Raises ValueError for a kernel that is no release."""
    return [explain(report) for report in parse(text, kernel or None)]


def drawing(text: str | bytes, told: list[Explanation]) -> Json:
    """The paste and what was found in it: {reports, more, lines: [[number, text]], skipped}."""
    cleaned = clean(text)
    drawn = [_report(one) for one in told[:MOST_REPORTS]]
    lines = sorted({line for report in drawn for line in report["lines"]})
    shown = _shown(lines, _length(cleaned))
    return {
        "reports": drawn,
        "more": len(told) - len(drawn),
        "skipped": _length(cleaned) - len(shown),
        "lines": [[n, _printable(cleaned.raw[n - 1])] for n in shown],
    }


def _length(text: Text) -> int:
    return len(text.raw) - (text.raw[-1] == "")


def _printable(line: str) -> str:
    """A pasted line as the screen shows it: MOST_LETTERS of it, control characters as dots."""
    line = line.expandtabs(8)
    return printable(line[:MOST_LETTERS], "·") + "…" * (len(line) > MOST_LETTERS)


def _shown(lines: list[int], length: int) -> list[int]:
    if length <= ALL_LINES:
        return list(range(1, length + 1))
    near = {other for line in lines for other in range(line - AROUND, line + AROUND + 1)}
    return sorted(line for line in near if 1 <= line <= length)


def _report(told: Explanation) -> Json:
    report, verdict, found = told.report, told.verdict, cause(told)
    zones = [_zone(zone, report.page_kb) for zone in _in_order(told)[:MOST_ZONES]]
    tests = [_test(told, test) for test in told.tests[:MOST_ZONES]]
    unread = [{"line": one.line, "text": one.text.strip(), "why": one.why} for one in report.unread[:MOST_UNREAD]]
    lines = {line for zone in zones for line in zone["lines"]} | {one["line"] for one in unread}
    if report.killing:
        lines |= {report.killing.line, *(victim.line for victim in report.killing.victims)}
    return {
        "title": _title(report),
        "cause": {"id": found.id, "text": _safe(found.said)},
        "passes": verdict.passes,
        "zone": verdict.zone,
        "sentence": verdict.sentence,
        "asked": _asked(told),
        "request_line": report.request.line if report.request else None,
        "kernel": report.kernel,
        "rule": _rule(told.rule),
        "zones": zones,
        "tests": tests,
        "more_zones": len(report.zones) - len(zones),
        "reasons": list(told.reasons),
        "cures": [
            {
                "zone": cure.zone,
                "kind": cure.kind,
                "text": cure.sentence,
                "margin": cure.margin,
                "price": cure.price,
                "command": cure.turn.command,
                "passes": cure.passes,
            }
            for cure in cures(told)
        ],
        "notes": list(told.notes),
        "repairs": [{"line": repair.line, "text": repair.said} for repair in report.repairs[:MOST_UNREAD]],
        "unread": unread,
        "more_unread": len(report.unread) - len(unread),
        "lines": sorted(lines | ({report.request.line} if report.request else {report.line})),
    }


def _safe(said: Said) -> Said:
    return Said(printable(said.en), printable(said.zh))


def _in_order(told: Explanation) -> list[ZoneReport]:
    """The zones that were tested, the first tried first, then the others as printed."""
    place = {test.label: number for number, test in enumerate(told.tests)}
    return sorted(told.report.zones, key=lambda zone: place.get(zone.label, len(place)))


def _title(report: Report) -> Said:
    request = report.request
    if not request:
        killed = report.killing.victims[0].name if report.killing and report.killing.victims else None
        if killed:
            return Said(f"line {report.line}: {killed} killed", f"第 {report.line} 行：{killed} 被杀死")
        return Said(f"line {report.line}: figures, no request", f"第 {report.line} 行：只有数字，没有请求")
    who = request.process or report.kind
    order = "" if request.order is None else f", order {request.order}"
    order_zh = "" if request.order is None else f"，{request.order} 阶"
    return Said(f"line {report.line}: {who}{order}", f"第 {report.line} 行：{who}{order_zh}")


def _asked(told: Explanation) -> Json | None:
    """The request: who, for how much, with which mask in the words of its kernel."""
    request = told.report.request
    if not request:
        return None
    readings = [str(reading) or "0" for reading in told.readings]
    size = None if request.order is None or request.order < 0 else told.report.page_kb << request.order
    return {
        "process": request.process,
        "order": request.order,
        "kb": size,
        "caller": caller(told) if request.mode is not None else None,
        "mode": None if request.mode is None else f"{request.mode:#x}",
        "names": request.names or (readings[0] if readings else None),
        "others": readings[1:4],
    }


def _rule(rule: Rule | None) -> Json | None:
    if rule is None:
        return None
    last = None if rule.last.minor == 999 else str(rule.last).removesuffix(".999")
    return {"words": rule.words, "first": str(rule.first), "last": last, "source": rule.source}


def _line(zone: ZoneReport, word: str) -> int | None:
    """The line that says this figure: `free_kb` of a report, `free` of /proc/zoneinfo."""
    figure = zone.figures.get(f"{word}_kb") or zone.figures.get(word)
    return figure.line if figure else None


def _zone(zone: ZoneReport, page_kb: int) -> Json:
    """The zone's figures in pages, each with its line."""
    told = {word: {"v": zone.pages(word, page_kb), "line": _line(zone, word)} for word in WORDS}
    buddy, reserve = zone.buddy, zone.lowmem_reserve
    lines = [figure["line"] for figure in told.values()] + [zone.reserve_line, buddy.line if buddy else None]
    return {
        "label": zone.label,
        "empty": not zone.populated,
        **told,
        "reserve": {"v": None if reserve is None else list(reserve), "line": zone.reserve_line},
        "blocks": {
            "v": None if zone.blocks is None else list(zone.blocks),
            "line": buddy.line if buddy else None,
            "types": list(buddy.types) if buddy and any(buddy.types) else None,
        },
        "lines": sorted({line for line in lines if line}),
    }


def _test(told: Explanation, test: ZoneTest) -> Json:
    """One zone's rows, and how the mark that they are held against came about."""
    zone = told.report.zone(test.label)
    lines = {
        "first": _lines(_line(zone, "free"), _line(zone, test.mark), zone.reserve_line),
        "blocks": _lines(zone.buddy.line if zone.buddy else None),
    }
    shown: Json = {"zone": test.label, "mark": test.mark, "ok": test.passes, "rows": [], "reserve": 0, "steps": []}
    if test.state is None or not test.rows or told.rule is None:
        return shown
    rights = rights_at(told, test)
    rows = [_row(row, test.state, told, rights, lines) for row in test.rows]
    return shown | {
        "rows": rows,
        "reserve": test.state.reserve,
        "short": test.short,
        "steps": list(_steps(test.state, rights, told.rule, test.rows[0])),
    }


def _lines(*lines: int | None) -> list[int]:
    return sorted({line for line in lines if line})


def _steps(state: State, rights: Rights, rule: Rule, first: Row) -> Iterator[list[Any]]:
    """[what was taken off, the mark after it] down to the mark in force."""
    if rights.no_watermarks or rule.name == "protection":
        return
    mark = state.mark
    if lowered(mark, rights, rule) + state.reserve != first.needed:
        mark -= state.boost
        yield [Said("boost", "水位提升"), mark]
    if rights.high:
        yield ["−½ HIGH", lowered(mark, Rights(high=True), rule)]
    if rights.harder:
        yield ["−¼ HARDER", lowered(mark, rights, rule)]


def _row(row: Row, state: State, told: Explanation, rights: Rights, lines: dict[str, list[int]]) -> Json:
    counts = row.nr is not None and (told.rule is not None and told.rule.name == "any" or rights.no_watermarks)
    if counts:
        what = Said(f"blocks of order ≥ {row.order}", f"{row.order} 阶及以上的块")
        left, right = Said("free, on lists it may take from", "空闲且可取用"), Said("none", "无")
    elif row.order:
        n, size = row.nr or 0, 1 << row.order - 1
        what = Said(f"order ≥ {row.order}", f"{row.order} 阶及以上")
        left = Said(f"− {n:,} × {size:,} in order {row.order - 1}", f"− {row.order - 1} 阶 {n:,} × {size:,}")
        right = Said(f"mark halved ×{row.order}", f"水位线减半 ×{row.order}")
    else:
        what, left, right = _first_row(row, state, told, rights)
    return {
        "o": row.order,
        "f": row.free,
        "m": row.needed,
        "ok": row.ok,
        "what": what,
        "left": left,
        "right": right,
        "count": counts,
        "lines": lines["blocks" if counts or row.order else "first"],
    }


def _first_row(row: Row, state: State, told: Explanation, rights: Rights) -> tuple[Said, Said, Said]:
    size, less = 1 << told.order, usable_less(state, rights, told.rule) if told.rule else 0
    left = as_is(f"{state.free:,} − {size:,} + 1")
    if less:
        left = left.then(Said(f" − {less:,} kept for others", f" − 留给其他请求的 {less:,}"))
    mark = row.needed - state.reserve
    right = Said(f"mark {mark:,} + reserve {state.reserve:,}", f"水位线 {mark:,} + 保留 {state.reserve:,}")
    return Said("all free pages", "全部空闲页"), left, right
