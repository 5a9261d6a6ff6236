"""Three general charts for the notebooks' experiments: lines, a map of two variables, bars."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import LogLocator, NullFormatter

from buddylab.plots.given import Bars, Number, Point, checked_bars, checked_lines, checked_matrix, number
from buddylab.plots.orders import WATER
from buddylab.plots.style import (
    FREE,
    FREE2,
    FREE3,
    HAIR,
    HATCH,
    INK,
    INK2,
    INK3,
    LINE,
    NO,
    NO_BG,
    PAPER,
    SMALL,
    TINY,
    USE3,
    Look,
    axes,
    dress,
    label_right,
    lines_across,
    look,
)

STROKES = (
    ("-", "o", FREE),
    ("--", "s", INK),
    (":", "^", NO),
    ("-.", "D", INK2),
    ((0, (5, 1)), "v", FREE2),
    ((0, (1, 1)), "x", INK3),
)
"""Style, marker and colour of each line in turn; a second round has open markers."""
FILLS = (
    (FREE, "", FREE),
    (PAPER, HATCH, INK),
    (FREE3, "..", FREE),
    (NO_BG, "\\\\\\", NO),
    (USE3, "", INK2),
    (PAPER, "xxx", INK2),
)
"""Face, hatching and edge of each series of bars: they differ in grey too."""
WORDED = (FILLS[3], FILLS[0], FILLS[2], FILLS[1], FILLS[4], FILLS[5])
"""The fills of a map's words: the first, often a refusal, is hatched."""
MARKED = 40
"""A line of more points goes without markers."""
APART = 3
"""Two lines that end nearer to each other than this, in points, are one end to the eye."""
WIDTH = 0.62
"""An average letter's width, in its height."""
MOST_ROWS = 24
"""Rows of a map that there is room to name."""


def _points(ax: Axes) -> float:
    """How wide the picture is, in points."""
    return float(ax.get_window_extent().width) * 72 / ax.figure.dpi


def curves(
    lines: Mapping[str, Sequence[Point]],
    *,
    title: str = "",
    x: str = "",
    y: str = "",
    log: str = "",
    marks: Mapping[str, Number] | None = None,
    model: bool = False,
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """Lines through points, named at their right ends, or in a legend where those do not tell them apart.

    lines: name -> (x, y) after (x, y); y None leaves a gap. x, y: the axes' labels with their units. log: the axes that
    grow by factors. marks: name -> x of a vertical line. model: say that it is a model. lang: "en" or "zh".
    Raises ValueError without a point, for more lines than can be told apart, for what has no place on the axes.
    """
    marks = marks or {}
    points, text = checked_lines(lines, log, marks), look(lang)
    with text.context():
        ax = axes(ax)
        for at, (name, line) in enumerate(zip(lines, points, strict=True)):
            _line(ax, at, name, line)
        _scales(ax, log)
        lines_across(ax)
        lanes = _marks(ax, marks)
        dress(ax, text, title, x, y, model=model, pad=10 + 11 * lanes)
        _names(ax, lines, points, text)
    return ax


def _line(ax: Axes, at: int, name: str, line: Sequence[Point]) -> None:
    """One line in its style, with its markers where there is room for them."""
    style, marker, color = STROKES[at % len(STROKES)]
    xs, ys = zip(*[(x, float("nan") if y is None else y) for x, y in line], strict=True)
    ax.plot(
        xs,
        ys,
        linestyle=style,
        linewidth=(2.6, 1.5, 2.0)[at % 3],
        color=color,
        label=name,
        marker=marker if len(line) <= MARKED else None,
        markersize=4.5,
        clip_on=False,
        zorder=3,
        markerfacecolor=PAPER if at >= len(STROKES) else color,
    )


def _scales(ax: Axes, log: str) -> None:
    """Plain numbers with commas on both axes; from 0 up where nothing is negative."""
    for axis in ("x", "y"):
        scale = ax.set_xscale if axis == "x" else ax.set_yscale
        low, _ = ax.get_xlim() if axis == "x" else ax.dataLim.intervaly
        ticks = ax.xaxis if axis == "x" else ax.yaxis
        if axis in log:
            scale("log")
            first, last = ax.get_xlim() if axis == "x" else ax.get_ylim()
            if last < 1000 * first:  # a few powers of ten alone would be too few to read from
                ticks.set_major_locator(LogLocator(subs=(1, 2, 5)))
                ticks.set_minor_formatter(NullFormatter())
        elif axis == "y" and low >= 0:
            ax.set_ylim(0, None if ax.dataLim.y1 else 1)
        ticks.set_major_formatter(lambda value, _: number(value))
    ax.margins(x=0)


def _marks(ax: Axes, marks: Mapping[str, Number]) -> int:
    """Vertical lines, named above the picture in as many lanes as keep the names apart: how many lanes."""
    for at in marks.values():
        ax.axvline(at, color=INK2, linewidth=0.9, linestyle=(0, (2, 2)), zorder=2, label="_mark")
    ends: list[float] = []  # where the last name of each lane ends, in points
    for name, at in sorted(marks.items(), key=lambda mark: mark[1]):
        middle = float(ax.transData.transform((at, ax.get_ylim()[0]))[0]) * 72 / ax.figure.dpi
        half = len(name) * TINY * WIDTH / 2 + 3
        lane = next((n for n, end in enumerate(ends) if end <= middle - half), len(ends))
        ends[lane : lane + 1] = [middle + half]
        ax.annotate(
            name,
            (at, 1),
            (0, 4 + 11 * lane),
            xycoords=ax.get_xaxis_transform(),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=TINY,
            color=INK2,
            annotation_clip=False,
        )
    return len(ends)


def _names(ax: Axes, lines: Mapping[str, object], points: Sequence[Sequence[Point]], text: Look) -> None:
    """Each line's name at its right end, in its colour; a legend where the ends do not tell the lines apart."""
    ends = [max((x, y) for x, y in line if y is not None) for line in points]
    if list(lines) == [""]:
        return
    if len(lines) <= 6 and _tells_apart(ax, ends):
        colors = {name: STROKES[at % len(STROKES)][2] for at, name in enumerate(lines)}
        label_right(
            ax, [(float(y), name) for (_, y), name in zip(ends, lines, strict=True)], text, size=SMALL, colors=colors
        )
    else:
        ax.legend(frameon=False, fontsize=SMALL, handlelength=3, loc="best")


def _tells_apart(ax: Axes, ends: Sequence[tuple[float, float]]) -> bool:
    """Do all lines reach the right edge, at heights that the eye can tell apart?"""
    edge = ax.get_xlim()[1]
    heights = sorted(float(ax.transData.transform(end)[1]) * 72 / ax.figure.dpi for end in ends)
    return all(x == edge for x, _ in ends) and all(high - low >= APART for low, high in pairwise(heights))


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
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """A map: a field for each row, the first above, and each column; the number stands in it where there is room.

    values: a list of rows; None = nothing there. Numbers are the darker the larger; with words (value -> word) each
    word has a hatching of its own. rows, columns: names, x, y: what they are, with units. model: say that it is a
    model. lang: "en" or "zh". Raises ValueError for values of another shape, or one without a word.
    """
    matrix, text = checked_matrix(values, rows, columns, words), look(lang)
    with text.context():
        ax = axes(ax)
        ax.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
        ax.patch.set(facecolor=PAPER, edgecolor=USE3, hatch="..", linewidth=0)
        _ticks(ax, rows, columns)
        found = [value for row in matrix for value in row if value is not None]
        scale = Normalize(min(found, default=0), max([*found, min(found, default=0) + 1]))
        longest = max((len(words[value] if words else number(value)) for value in found), default=0)
        fits = longest * TINY * WIDTH < _points(ax) / len(columns) and len(rows) <= MOST_ROWS
        for down, row in enumerate(matrix):
            for across, value in enumerate(row):
                if value is not None:
                    _field(ax, (across, down), scale(value), words, value, said=fits)
        if not words and not fits:
            _shades(ax, scale)
        _key(ax, words, text, empty=any(None in row for row in matrix))
        dress(ax, text, title, x, y, model=model)
        ax.tick_params(length=0)
    return ax


def _ticks(ax: Axes, rows: Sequence[object], columns: Sequence[object]) -> None:
    """The names of the rows and columns; of many columns every second, third, ..."""
    longest = max(len(str(name)) for name in columns) + 1
    every = max(1, ceil(len(columns) * longest * SMALL * WIDTH / _points(ax)))
    ax.set_xticks([n + 0.5 for n in range(0, len(columns), every)], [str(name) for name in columns[::every]])
    every = -(-len(rows) // MOST_ROWS)
    ax.set_yticks([n + 0.5 for n in range(0, len(rows), every)], [str(name) for name in rows[::every]])


def _field(
    ax: Axes, at: tuple[int, int], shade: float, words: Mapping[Number, str] | None, value: Number, *, said: bool
) -> None:
    """One field of the map; said: with its word or number."""
    face, hatch, edge = WORDED[list(words).index(value)] if words else (WATER(shade), "", PAPER)
    ax.add_patch(Rectangle(at, 1, 1, facecolor=face, hatch=hatch, edgecolor=edge, linewidth=0))
    ax.add_patch(Rectangle(at, 1, 1, facecolor="none", edgecolor=PAPER, linewidth=1))
    if said:
        dark = face == FREE if words else shade > 0.45
        box = {"facecolor": face, "edgecolor": "none", "pad": 1.5} if hatch else None
        ax.text(
            at[0] + 0.5,
            at[1] + 0.5,
            words[value] if words else number(value),
            ha="center",
            va="center",
            fontsize=TINY,
            bbox=box,
            color=PAPER if dark else INK,
        )


def _shades(ax: Axes, scale: Normalize) -> None:
    """What the shades mean, where the numbers have no room."""
    bar = ax.figure.colorbar(
        ScalarMappable(scale, WATER), cax=ax.inset_axes((1.015, 0, 0.018, 1)), format=lambda value, _: number(value)
    )
    bar.ax.tick_params(labelsize=TINY, labelcolor=INK2, length=0)
    bar.outline.set(linewidth=HAIR, edgecolor=LINE)


def _key(ax: Axes, words: Mapping[Number, str] | None, text: Look, *, empty: bool) -> None:
    """What the fills mean, above the map."""
    keys = [
        Patch(facecolor=face, hatch=hatch, edgecolor=edge, linewidth=HAIR, label=word)
        for word, (face, hatch, edge) in zip((words or {}).values(), WORDED, strict=False)
    ]
    if empty:
        keys.append(Patch(facecolor=PAPER, edgecolor=USE3, hatch="..", linewidth=HAIR, label=text("nothing")))
    if keys:
        ax.legend(
            handles=keys,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(keys),
            frameon=False,
            fontsize=TINY,
            borderaxespad=0.4,
            borderpad=0,
        )


def bars(
    bars: Bars,
    *,
    title: str = "",
    x: str = "",
    unit: str = "pages",
    log: bool = False,
    model: bool = False,
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """Bars, each with its number at its end: upright, or lying where their names are long.

    bars: name -> number, or name -> {series: number}; None = no bar. x: what the names are. unit: of the numbers.
    log: the axis grows by factors. model: say that it is a model. lang: "en" or "zh".
    Raises ValueError without a bar, for another form, for more series than can be told apart.
    """
    groups, text = checked_bars(bars, log), look(lang)
    series = list(next(iter(groups.values())))
    with text.context():
        ax = axes(ax)
        lying = max(map(len, groups)) * len(groups) * SMALL * WIDTH > _points(ax)
        _length(ax, groups, lying=lying, log=log)
        beside = max(sum(value is not None for value in group.values()) for group in groups.values())
        width = 0.8 / (len(series) if beside > 1 else 1)
        for at, name in enumerate(series):
            aside = width * (at - (len(series) - 1) / 2) if beside > 1 else 0
            places = [n + aside for n in range(len(groups))]
            _series(ax, at, name, places, [group[name] for group in groups.values()], width, lying=lying)
        if series != [""]:
            ax.legend(
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=len(series),
                frameon=False,
                fontsize=SMALL,
                borderaxespad=0.4,
                borderpad=0,
            )
        dress(ax, text, title, *((unit, x) if lying else (x, unit)), model=model)
    return ax


def _series(
    ax: Axes, at: int, name: str, places: Sequence[float], values: Sequence[Number | None], width: float, *, lying: bool
) -> None:
    """One series in its fill, the numbers at the bars' ends; a bar of 0 is its number alone."""
    face, hatch, edge = FILLS[at]
    floor = max(0.0, min(ax.get_xlim() if lying else ax.get_ylim()))  # on an axis by factors there is no 0
    looks: dict[str, Any] = {
        "facecolor": face,
        "hatch": hatch,
        "edgecolor": edge,
        "linewidth": 0.8,
        "label": name,
        "left" if lying else "bottom": floor,
    }
    there = [(place, value) for place, value in zip(places, values, strict=True) if value is not None]
    (ax.barh if lying else ax.bar)(
        [place for place, _ in there], [(value or floor) - floor for _, value in there], width * 0.92, **looks
    )
    for place, value in there:
        end: tuple[float, float] = (value or floor, place) if lying else (place, value or floor)
        shift, side = (3 if value >= 0 else -3), ("left", "right") if lying else ("bottom", "top")
        ax.annotate(
            number(value),
            end,
            (shift, 0) if lying else (0, shift),
            textcoords="offset points",
            fontsize=TINY,
            ha=side[value < 0] if lying else "center",
            va="center" if lying else side[value < 0],
            annotation_clip=False,
        )


def _length(ax: Axes, groups: Mapping[str, Mapping[str, Number | None]], *, lying: bool, log: bool) -> None:
    """The axis of the numbers with room for them, and the names along the other."""
    values = [value for group in groups.values() for value in group.values() if value is not None]
    low, high = min(0, *values, 0), max(0, *values, 0)
    limits = (low * 1.15, high * 1.15 or (0.0 if low else 1.0))
    if log:
        least = min((value for value in values if value), default=1)
        limits = (least / 2, max(high, least) * 2)
        (ax.set_xscale if lying else ax.set_yscale)("log")
    along, names = ("x", "y") if lying else ("y", "x")
    ax.set(**{f"{along}lim": limits})
    (ax.set_yticks if lying else ax.set_xticks)(range(len(groups)), list(groups))
    (ax.xaxis if lying else ax.yaxis).set_major_formatter(lambda value, _: number(value))
    lines_across(ax, along)
    ax.tick_params(axis=names, length=0)  # type: ignore[arg-type]
    if lying:
        ax.invert_yaxis()
    if low < 0:
        (ax.axvline if lying else ax.axhline)(0, color=LINE, linewidth=HAIR)
