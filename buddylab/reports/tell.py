"""An explained report for people: as plain text, and as one HTML file that asks for nothing."""

import html
from collections.abc import Iterator

from buddylab.reports.cures import cures
from buddylab.reports.explain import Explanation
from buddylab.reports.verdict import ZoneTest

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
:root { color-scheme: light dark }
h2 { border-top: 1px solid; padding-top: 1rem } td, th { text-align: right; padding: 2px 10px }
th:first-child, td:first-child { text-align: left } .no { font-weight: bold } code { font-size: .95em }
caption { text-align: left; font-weight: bold } .model { border: 1px dotted; padding: 0 .3em }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def as_text(told: Explanation) -> str:
    """The verdict first, then zone by zone the rows down to the one that decided, cures, and what could not be read."""
    return "\n".join([*_heading(told), *_zones(told), *_after(told)])


def _heading(told: Explanation) -> Iterator[str]:
    report, request = told.report, told.report.request
    yield told.verdict.sentence
    if request:
        best = told.readings[0] if told.readings else "?"
        mask = "" if request.mode is None else f", mode {request.mode:#x} = {best}"
        yield f"  {report.kind}: {request.process or '(no process named)'}, order {request.order}{mask}"
    if len(told.readings) > 1:
        yield f"  other readings of the mask: {', '.join(map(str, told.readings[1:4]))}"
    rule = f"rule: {told.rule.words}" if told.rule else "no rule applies"
    yield f"  kernel {report.kernel or 'not named'}; {rule}"


def _zones(told: Explanation) -> Iterator[str]:
    for test in told.tests:
        if test.state is None or not test.rows:
            yield f"  {test.label}: figures are missing"
            continue
        state = test.state
        yield (f"  {test.label}: free {state.free:,} pages, {test.mark} {state.mark:,}, reserve {state.reserve:,}: "
               f"{'passes' if test.passes else f'refuses, {test.short:,} short'}")  # fmt: skip
        yield from (f"      {name:<22}{left:>12} {sign} {right:<10} {'yes' if ok else 'no'}"
                    for name, left, sign, right, ok in row_cells(test))  # fmt: skip


def row_cells(test: ZoneTest) -> list[tuple[str, str, str, str, bool]]:
    """Every row of a zone's test: what it counts, the count, > or <=, the mark, whether it holds."""
    return [("all free pages" if not row.order else f"blocks of order {row.order}+", f"{row.free:,}",
             ">" if row.ok else "<=", f"{row.needed:,}", row.ok) for row in test.rows or ()]  # fmt: skip


def _after(told: Explanation) -> Iterator[str]:
    for reason in told.reasons:
        yield f"  it may be: {reason}"
    for cure in cures(told):
        warning = f" ({cure.warning})" if cure.warning else ""
        yield f"  would help in {cure.zone}: {cure.sentence}, with {cure.margin:,} to spare{warning}"
    for note in told.report.notes:
        yield f"  note: {note}"
    for unread in told.report.unread:
        yield f"  line {unread.line} could not be read ({unread.why}): {unread.text.strip()[:80]!r}"


def as_html(all_told: list[Explanation], title: str = "Why did this allocation fail?") -> str:
    """One HTML file with every report; nothing in it comes from elsewhere, and no text of the report becomes markup."""
    parts = "".join(_section(told) for told in all_told)
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n"
            f"<body><h1>{html.escape(title)}</h1>\n{parts}</body></html>\n")  # fmt: skip


def _section(told: Explanation) -> str:
    verdict, *heading = _heading(told)
    tables = "".join(map(_table, told.tests))
    listed = "".join(f"<li>{html.escape(line.strip())}</li>" for line in [*heading, *_after(told)])
    return f"<h2>{html.escape(verdict)}</h2><ul>{listed}</ul>{tables}\n"


def _table(test: ZoneTest) -> str:
    if test.state is None:
        return f"<p>{html.escape(test.label)}: figures are missing</p>"
    state = test.state
    caption = (f"{test.label}: free {state.free:,} pages, {test.mark} {state.mark:,}, reserve {state.reserve:,}")
    rows = "".join(f'<tr class="{"yes" if ok else "no"}"><td>{name}</td><td>{left}</td><td>{html.escape(sign)}</td>'
                   f"<td>{right}</td><td>{'✓ yes' if ok else '✗ no'}</td></tr>"
                   for name, left, sign, right, ok in row_cells(test))  # fmt: skip
    return (f"<table><caption>{html.escape(caption)}</caption><tr><th>counted</th><th>pages</th><th></th><th>mark</th>"
            f"<th>above?</th></tr>{rows}</table>")  # fmt: skip
