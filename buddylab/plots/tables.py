"""Every plot as a text table, for a Python without matplotlib: the same names, arguments, checks and figures.

A table prints itself when it is made, as a picture would show itself below its cell, and is given back. `ax` has no
meaning here. A long series is told in at most `ROWS` rows, and the table says so.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from buddylab.core.machine import Machine
from buddylab.core.record import Run
from buddylab.core.zone import HZ, MAX_ORDER
from buddylab.course import Report
from buddylab.course.check import spoken
from buddylab.plots.data import (
    MS,
    Moment,
    Timed,
    by_length,
    checked,
    checked_blocks,
    checked_orders,
    free_blocks,
    medians,
    observed,
    size_of,
    stall_summary,
    stretches,
    two_moments,
    zone_of,
)
from buddylab.plots.given import Bars, Number, Point, checked_bars, checked_lines, checked_matrix, checked_runs, number
from buddylab.plots.table import Cell, Table
from buddylab.plots.words import Say, say_in
from buddylab.world.observe import KSWAPD, Series
from buddylab.world.observe import unusable_index as index_of

ROWS = 24
COLUMNS = 12
ALL = tuple(range(1, MAX_ORDER))


def _show(
    text: Say,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    notes: Iterable[str] = (),
    *,
    model: bool = False,
) -> Table:
    """Print a table and give it back."""
    table = Table(
        text("as_table", title=title).strip(),
        heads,
        rows,
        [note for note in (*notes, text("is_model") if model else "") if note],
    )
    print(table)
    return table


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
    return _show(text, title, heads, rows, [*notes, thinned], model=model)


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
    return _show(text, title, heads, said, notes, model=model)


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
    return _show(text, title, heads, [[label, *group.values()] for label, group in groups.items()], model=model)


def largest_order(runs: Mapping[str, Sequence[int]], *, ax: None = None, lang: str = "en") -> Table:
    """A row for each number of pages at which a run's largest order changes, and the last; -1 is no block."""
    text, longest = say_in(lang), max(map(len, checked_runs(runs).values()))
    rows: list[list[Cell]] = [[n, *(run[n] if n < len(run) else None for run in runs.values())] for n in range(longest)]
    changes = [after for before, after in pairwise(rows) if before[1:] != after[1:]]
    told = [rows[0], *changes, *(rows[-1:] if rows[-1] not in changes and longest > 1 else [])]
    return _show(
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
    return _show(text, f"{report.name}: {title}", [text("who"), text("answer")] if rows else [], rows, notes)


def _answer(answer: object, text: Say) -> str:
    """What a function gave back, as a reader would say it."""
    if isinstance(answer, bool):
        return text("yes" if answer else "no")
    return ", ".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def pressure(data: Timed, zone: str | None = None, *, ax: None = None, lang: str = "en") -> Table:
    """Free pages over time, who gave pages back until the next row, and what went wrong until then."""
    series, text = checked(data), say_in(lang)
    label = observed(series, zone)
    free, groups = series.free[label], stretches(len(series.jiffies), ROWS)
    happened = [_events(series, groups, kind) for kind in ("stalls", "failures", "kills")]
    rows = [
        [
            series.jiffies[s.start] / HZ,
            median,
            min(free[s]),
            max(free[s]),
            *_given_back(series, s),
            *(kind[n] for kind in happened),
        ]
        for n, (s, median) in enumerate(zip(groups, medians(free, ROWS), strict=True))
    ]
    heads = [
        text("time"),
        text("free_pages"),
        text("lowest"),
        text("highest"),
        text("by_kswapd"),
        text("by_tasks"),
        text("stalls"),
        text("failures"),
        text("kills"),
    ]
    notes = [text("marks_are", marks=series.marks[label]), _long(groups, text)]
    return _show(text, text("pressure_title", zone=label), heads, rows, notes, model=True)


def _given_back(series: Series, s: slice) -> tuple[int, int]:
    """Pages that kswapd and that tasks gave back from a stretch's first sample to the next stretch's."""
    end, pages = min(s.stop, len(series.jiffies) - 1), [0, 0]
    for name, column in series.reclaimed.items():
        pages[name != KSWAPD] += column[end] - column[s.start] if column else 0
    return pages[0], pages[1]


def _events(series: Series, groups: Sequence[slice], kind: str) -> list[Cell]:
    """How many stalls, failures or kills (of those kept) began in each stretch; the first has those before it too."""
    begins, counts = [series.jiffies[s.start] for s in groups], [0] * len(groups)
    for at, *_ in getattr(series, kind):
        counts[max(0, bisect_right(begins, at) - 1)] += 1
    return [*counts]


def _long(groups: Sequence[slice], text: Say) -> str:
    """A note where a row is more than a sample."""
    return text("medians", count=groups[0].stop) if groups[0].stop > 1 else ""


def free_by_order(data: Timed | Machine | Run, zone: str | None = None, *, ax: None = None, lang: str = "en") -> Table:
    """Pages in free blocks of each order over time; of a machine now, of a run before it and after it."""
    if isinstance(data, Machine):
        return _moment(data, zone, say_in(lang))
    if isinstance(data, Run):
        return before_and_after(free_blocks(data, zone, 0), free_blocks(data, zone), lang=lang)
    series, text = checked(data), say_in(lang)
    label = observed(series, zone)
    groups = stretches(len(series.jiffies), ROWS)
    by_order = [medians([blocks[order] for blocks in series.nr_free[label]], ROWS) for order in range(MAX_ORDER)]
    rows = [
        [series.jiffies[s.start] / HZ, *(int(column[n]) << order for order, column in enumerate(by_order))]
        for n, s in enumerate(groups)
    ]
    return _show(
        text,
        text("free_by_order_title", zone=label),
        [text("time"), *map(str, range(MAX_ORDER))],
        rows,
        [text("in_pages"), _long(groups, text)],
        model=True,
    )


def _moment(machine: Machine, zone: str | None, text: Say) -> Table:
    """Blocks and pages of each order in one zone as it stands."""
    chosen = zone_of(machine.zones, zone)
    counts, label = free_blocks(chosen), chosen.label
    rows: list[list[Cell]] = [[order, size_of(order), nr, nr << order] for order, nr in enumerate(counts)]
    heads = [text("block_order"), text("size"), text("blocks_of", name=label), text("pages_of", name=label)]
    return _show(text, text("free_by_order_title", zone=label), heads, rows)


def before_and_after(
    before: Moment,
    after: Moment | None = None,
    *,
    names: tuple[str, str] | None = None,
    ax: None = None,
    lang: str = "en",
) -> Table:
    """Blocks and pages of each order at both moments."""
    (one, two), text = two_moments(before, after), say_in(lang)
    first, second = names or (text("before"), text("after"))
    rows: list[list[Cell]] = [
        [order, size_of(order), one[order], one[order] << order, two[order], two[order] << order]
        for order in range(MAX_ORDER)
    ]
    heads = [
        text("block_order"),
        text("size"),
        *(text(key, name=name) for name in (first, second) for key in ("blocks_of", "pages_of")),
    ]
    notes = [
        text("half", name=name, pages=text("page") if free == 1 else text("pages", count=f"{free:,}"))
        for name, free in ((first, _pages(one)), (second, _pages(two)))
    ]
    return _show(text, text("side_title", before=first, after=second), heads, rows, notes)


def _pages(blocks: Sequence[int]) -> int:
    """The pages in these free blocks."""
    return sum(count << order for order, count in enumerate(blocks))


def unusable_index(
    data: Timed, zone: str | None = None, orders: Sequence[int] = ALL, *, ax: None = None, lang: str = "en"
) -> Table:
    """The share of a zone's free pages that no request of each order can use, over time."""
    series, chosen, text = checked(data), checked_orders(orders), say_in(lang)
    label = observed(series, zone)
    groups = stretches(len(series.jiffies), ROWS)
    shares = [medians(series.unusable_index(label, order), ROWS) for order in chosen]
    rows = [[series.jiffies[s.start] / HZ, *(_percent(column[n]) for column in shares)] for n, s in enumerate(groups)]
    return _show(
        text,
        text("unusable_title", zone=label),
        [text("time"), *(text("of_order", order=order) for order in chosen)],
        rows,
        [_long(groups, text)],
        model=True,
    )


def _percent(share: float) -> float:
    return round(100 * share, 1)


def unusable_by_order(blocks: Moment, *, ax: None = None, lang: str = "en") -> Table:
    """The share of the free pages in blocks too small for a request, per order of the request."""
    counts, text = checked_blocks(blocks), say_in(lang)
    rows: list[list[Cell]] = [[order, size_of(order), _percent(index_of(counts, order))] for order in range(MAX_ORDER)]
    return _show(text, text("unusable_moment_title"), [text("request_order"), text("size"), text("share")], rows)


def stalls(data: Timed, *, ax: None = None, lang: str = "en") -> Table:
    """How many stalls took from how long to how long."""
    series, text = checked(data), say_in(lang)
    counts = by_length(series.stalls)
    rows = [[MS << n - 1 if n else 0, MS << n, count] for n, count in enumerate(counts)]
    return _show(
        text,
        text("stalls_title"),
        [text("length_from"), text("length_to"), text("number_of_stalls")],
        rows,
        stall_summary(series, text).splitlines(),
        model=True,
    )
