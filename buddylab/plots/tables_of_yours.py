"""The general charts and those of the exercises as text tables: figures that the reader gives."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from buddylab.course import Report
from buddylab.course.check import spoken
from buddylab.plots.given import Bars, Number, Point, checked_bars, checked_lines, checked_matrix, checked_runs, number
from buddylab.plots.table import ROWS, Cell, Table, show
from buddylab.plots.words import Say, say_in

COLUMNS = 12


def _thinned(count: int, most: int) -> list[int]:
    """At most so many places of a sequence, evenly spaced, the first and the last among them.

    >>> _thinned(3, 5), _thinned(100, 4)
    ([0, 1, 2], [0, 33, 66, 99])
    """
    return list(range(count)) if count <= most else [n * (count - 1) // (most - 1) for n in range(most)]


def curves(
    lines: Mapping[str, Sequence[Point]],
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    log: str = "",
    marks: Mapping[str, Number] | None = None,
    model: bool = False,
    ax: None = None,
    lang: str = "en",
) -> Table:
    """A row for each x with every line's y; a row for each point where the lines have places of their own."""
    points, text = checked_lines(lines, log, marks or {}), say_in(lang)
    places = [[x for x, _ in line] for line in points]
    notes = [y, *(text("mark", name=name, x=x or "x", at=number(at)) for name, at in (marks or {}).items())]
    if any(other != places[0] for other in places):
        rows: list[list[Cell]] = [
            [name, *line[n]] for name, line in zip(lines, points, strict=True) for n in _kept([line])
        ]
        heads = [text("line"), x or "x", y or "y"]
        shown, count = len(rows), sum(map(len, points))
    else:
        kept = _kept(points)
        rows = [[places[0][n], *(line[n][1] for line in points)] for n in kept]
        heads = [x or "x", *lines]
        shown, count = len(kept), len(places[0])
    thinned = text("some_points", shown=shown, count=count) if shown < count else ""
    return show(text, title, heads, rows, [*notes, thinned], model=model)


def _kept(lines: Sequence[Sequence[Point]]) -> list[int]:
    """Which points of lines with the same x are told: evenly spaced ones, and each line's lowest and highest."""
    kept = set(_thinned(len(lines[0]), ROWS))
    for line in lines:
        there = [(y, n) for n, (_, y) in enumerate(line) if y is not None]
        kept |= {min(there)[1], max(there)[1]}
    return sorted(kept)


def heat(
    values: Sequence[Sequence[Number | None]],
    *,
    rows: Sequence[object],
    columns: Sequence[object],
    title: str = "",
    x: str = "",
    y: str = "",
    words: Mapping[Number, str] | None = None,
    model: bool = False,
    ax: None = None,
    lang: str = "en",
) -> Table:
    """The map's rows and columns, with its numbers or words."""
    matrix, text = checked_matrix(values, rows, columns, words), say_in(lang)
    down, across = _thinned(len(rows), ROWS), _thinned(len(columns), COLUMNS)
    said: list[list[Cell]] = [[str(rows[r]), *(_field(matrix[r][c], words) for c in across)] for r in down]
    notes = [
        text("some_fields", shown=len(kept), count=len(names), what=text(what))
        for kept, names, what in ((down, rows, "rows"), (across, columns, "columns"))
        if len(kept) < len(names)
    ]
    heads = [" \\ ".join(filter(None, (y, x))), *(str(columns[c]) for c in across)]
    return show(text, title, heads, said, notes, model=model)


def _field(value: Number | None, words: Mapping[Number, str] | None) -> Cell:
    """What stands in a field of the map."""
    return words[value] if words and value is not None else value


def bars(
    bars: Bars,
    *,
    title: str = "",
    x: str = "",
    unit: str = "pages",
    log: bool = False,
    model: bool = False,
    ax: None = None,
    lang: str = "en",
) -> Table:
    """A row for each bar, or for each group with a column for each series."""
    groups, text = checked_bars(bars, log), say_in(lang)
    series = list(next(iter(groups.values())))
    heads = [x, unit] if series == [""] else [x, *(f"{name} ({unit})" if unit else name for name in series)]
    return show(text, title, heads, [[label, *group.values()] for label, group in groups.items()], model=model)


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
