"""What a reader gives the general charts: checked, with a sentence that says what is wrong. Without matplotlib."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TypeGuard

Number = int | float
Point = tuple[Number, Number | None]
"""(x, y); y None = nothing there: the line has a gap."""
Bars = Mapping[str, Number | None] | Mapping[str, Mapping[str, Number | None]]

MOST_LINES = 12
"""Lines that can be told apart, by their style and markers, without colour."""
MOST_SERIES = 6
"""Fills of bars, and of a map's words, that can be told apart without colour."""


def number(value: Number) -> str:
    """A number for a reader: thousands commas, four digits of a fraction at most.

    >>> number(70053), number(0.251), number(2.0)
    ('70,053', '0.251', '2')
    """
    return f"{value:,.0f}" if value == round(value) or abs(value) >= 10_000 else f"{value:,.4g}"


def is_number(value: object) -> TypeGuard[Number]:
    """Whether this is a number that has a place on an axis; True and False have none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def checked_log(log: str) -> str:
    """Which axes are logarithmic. Raises ValueError."""
    if log not in ("", "x", "y", "xy"):
        raise ValueError(f"log names the axes that grow by factors, '', 'x', 'y' or 'xy', not {log!r}")
    return log


def checked_lines(lines: Mapping[str, Sequence[Point]], log: str, marks: Mapping[str, Number]) -> list[list[Point]]:
    """The points of each line. Raises ValueError for none, for too many, and for what has no place on the axes."""
    checked_log(log)
    if not isinstance(lines, Mapping) or not lines:
        raise ValueError('nothing to draw: give at least one line, such as {"free": [(0, 12), (1, 8)]}')
    if len(lines) > MOST_LINES:
        raise ValueError(f"{len(lines)} lines cannot be told apart without colour: draw at most {MOST_LINES}")
    found = [[_point(name, point, log) for point in points] for name, points in lines.items()]
    for name, points in zip(lines, found, strict=True):
        if all(y is None for _, y in points):
            raise ValueError(f"line {name!r} has no point to draw")
    for name, at in marks.items():
        _placed(f"the mark {name!r} stands", at, "x", log)
    return found


def checked_runs(runs: Mapping[str, Sequence[int]]) -> Mapping[str, Sequence[int]]:
    """Runs of the largest free order, each with a value. Raises ValueError."""
    if not runs or not all(runs.values()):
        raise ValueError("nothing to draw: give at least one run, such as {'fifo': largest_free_order('fifo')}")
    return runs


def _point(name: str, point: Point, log: str) -> Point:
    """One (x, y). Raises ValueError."""
    if not isinstance(point, Sequence) or len(point) != 2:
        raise ValueError(f"a point of line {name!r} is (x, y), not {point!r}")
    x, y = point
    _placed(f"line {name!r} has a point", x, "x", log)
    if y is not None:
        _placed(f"line {name!r} has a point", y, "y", log)
    return x, y


def _placed(what: str, value: object, axis: str, log: str) -> None:
    """Whether a value has a place on this axis. Raises ValueError."""
    if not is_number(value):
        raise ValueError(f"{what} at {axis} = {value!r}: a number is needed")
    if axis in log and value <= 0:
        raise ValueError(f"{what} at {axis} = {value!r}: an axis that grows by factors has only positive numbers")


def checked_matrix(
    values: Sequence[Sequence[Number | None]],
    rows: Sequence[object],
    columns: Sequence[object],
    words: Mapping[Number, str] | None,
) -> list[list[Number | None]]:
    """A number or None for each row and column. Raises ValueError for another shape, or for a value without a word."""
    found = [list(row) for row in values]
    if not rows or not columns:
        raise ValueError("nothing to draw: name at least one row and one column")
    if len(found) != len(rows) or any(len(row) != len(columns) for row in found):
        raise ValueError(
            f"{len(rows)} rows of {len(columns)} columns are named, but there are {len(found)} rows of "
            f"{', '.join(map(str, sorted({len(row) for row in found}))) or 'no'} values"
        )
    for value in (value for row in found for value in row if value is not None):
        if words is not None and value not in words:
            raise ValueError(f"no word for the value {value!r}: words has {', '.join(map(repr, words))}")
        if words is None and not is_number(value):
            raise ValueError(f"a value of the map is a number or None, not {value!r}; or give words for your values")
    if words is not None and len(words) > MOST_SERIES:
        raise ValueError(f"{len(words)} words cannot be told apart without colour: use at most {MOST_SERIES}")
    return found


def checked_bars(bars: Bars, log: bool) -> dict[str, dict[str, Number | None]]:
    """Label -> series -> number; plain numbers are one series without a name. None = no bar. Raises ValueError."""
    if not isinstance(bars, Mapping) or not bars:
        raise ValueError('nothing to draw: give at least one bar, such as {"order 0": 12}')
    groups = {str(label): dict(bar) if isinstance(bar, Mapping) else {"": bar} for label, bar in bars.items()}
    for label, group in groups.items():
        for series, value in group.items():
            _bar(f"{label!r}, {series!r}" if series else repr(label), value, log)
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    if "" in names and len(names) > 1:
        raise ValueError("some bars are plain numbers and some have series: give all of them the same form")
    if len(names) > MOST_SERIES:
        raise ValueError(f"{len(names)} series cannot be told apart without colour: use at most {MOST_SERIES}")
    if all(value is None for group in groups.values() for value in group.values()):
        raise ValueError("nothing to draw: no bar has a number")
    return {label: {name: group.get(name) for name in names} for label, group in groups.items()}


def _bar(where: str, value: object, log: bool) -> None:
    """One bar's length. Raises ValueError."""
    if value is not None and not is_number(value):
        raise ValueError(f"bar {where} has {value!r}: a number is needed, or None for no bar")
    if log and value is not None and value < 0:
        raise ValueError(f"bar {where} has {value!r}: an axis that grows by factors has no negative numbers")
