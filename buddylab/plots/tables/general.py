"""The general charts as text: lines, a map of two variables, bars."""

from collections.abc import Mapping, Sequence

from buddylab.plots.given import Bars, Number, Point, checked_bars, checked_lines, checked_matrix, number
from buddylab.plots.table import Cell, Table
from buddylab.plots.tables.show import COLUMNS, ROWS, show, thinned
from buddylab.plots.words import say_in


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
    kept = set(thinned(len(lines[0]), ROWS))
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
    down, across = thinned(len(rows), ROWS), thinned(len(columns), COLUMNS)
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
