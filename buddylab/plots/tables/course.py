"""The course's pictures as text."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from buddylab.course import Report
from buddylab.course.check import spoken
from buddylab.plots.given import checked_runs
from buddylab.plots.table import Cell, Table
from buddylab.plots.tables.show import show
from buddylab.plots.words import Say, say_in


def largest_order(runs: Mapping[str, Sequence[int]], *, ax: None = None, lang: str = "en") -> Table:
    """A row for each number of pages at which a run's largest order changes, and the last; -1 is no block."""
    text, longest = say_in(lang), max(map(len, checked_runs(runs).values()))
    rows: list[list[Cell]] = [[n, *(run[n] if n < len(run) else None for run in runs.values())] for n in range(longest)]
    changes = [after for before, after in pairwise(rows) if before[1:] != after[1:]]
    told = [rows[0], *changes, *(rows[-1:] if rows[-1] not in changes and longest > 1 else [])]
    return show(
        text,
        text("largest_order_title"),
        [text("pages_back"), *runs],
        told,
        [f"{text('largest_order')}; {text('changes_only')}"],
    )


def first_difference(report: Report, *, ax: None = None, lang: str = "en") -> Table:
    """The kernel's answer and the student's, in the first case where they differ."""
    text = say_in(lang)
    title = text("as_kernel") if report.right else text("differs") if report.first else text("not_written")
    rows: list[list[Cell]] = []
    notes = []
    if report.first is not None:
        rows = [
            [text("kernel"), _answer(report.said(report.first.wanted), text)],
            [text("yours"), _answer(report.said(report.got), text)],
        ]
        given = {key: value for key, value in report.first.given.items() if key != "free_lists"}
        notes = [text("case", given=spoken(given))]
    return show(text, f"{report.name}: {title}", [text("who"), text("answer")] if rows else [], rows, notes)


def _answer(answer: object, text: Say) -> str:
    """What a function gave back, as a reader would say it."""
    if isinstance(answer, bool):
        return text("yes" if answer else "no")
    return ", ".join(map(str, answer)) if isinstance(answer, list) else str(answer)
