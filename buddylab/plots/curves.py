"""Lines of points that can be told apart without colour."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter

from buddylab.plots.given import Number, Point, checked_lines, number
from buddylab.plots.style import (
    FREE,
    FREE2,
    INK,
    INK2,
    INK3,
    NO,
    PAPER,
    SMALL,
    TINY,
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
MARKED = 40
"""A line of more points goes without markers."""
APART = 3
"""Two lines that end nearer to each other than this, in points, are one end to the eye."""
WIDTH = 0.62
"""An average letter's width, in its height."""


def width_in_points(ax: Axes) -> float:
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
