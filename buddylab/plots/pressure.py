"""Pressure over time: one zone's free pages between its marks, who reclaims, and what went wrong meanwhile."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.transforms import Transform

from buddylab.core.zone import HZ
from buddylab.plots.data import Timed, checked, extent, medians, middles, observed, reclaim_spans, seconds, stretches
from buddylab.plots.style import (
    FREE,
    FREE2,
    FREE3,
    HAIR,
    HATCH,
    INK,
    INK2,
    LINE,
    NO,
    TINY,
    USE3,
    Look,
    axes,
    dress,
    label_right,
    lines_across,
    look,
    numbers,
    shifted,
    tear,
)
from buddylab.world.observe import Series

LANE = 12.0
"""Points from lane to lane below the picture."""
LANES = ("stalls", "failures", "kills")
MARKS = (("min", "-"), ("low", (0, (6, 3))), ("high", (0, (1.5, 2))))
NAMED = 3
"""Victims are named while there are no more than these."""


def pressure(data: Timed, zone: str | None = None, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Free pages of one zone over time, with pages_min, pages_low and pages_high; below it stalls, failures, kills.

    data: a simulation that has run, or its Series of n samples; pages against seconds. zone: label; None = the one
    with the highest marks. Shading says who gave pages back, of whatever zone: grey = kswapd, hatched = tasks in
    direct reclaim. More than 300 samples are drawn in stretches: their median as the line, their range as a band. Where
    there is much more free than the marks, the axis is linear near the marks and torn above them. lang: "en" or "zh"
    (English without a Chinese font). Raises ValueError for a series without samples, an unknown zone or language.
    """
    series, text = checked(data), look(lang)
    label = observed(series, zone)
    with text.context():
        ax = axes(ax)
        _free(ax, series, label, text)
        _shading(ax, series, text)
        ax.set_xlim(*extent(series))
        _marks(ax, series.marks[label])
        _lanes(ax, series, text)
        dress(ax, text, text("pressure_title", zone=label), text("time"), text("free_pages"), model=True)
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=4,
            frameon=False,
            fontsize=TINY,
            borderaxespad=0.4,
            borderpad=0,
            handlelength=1.8,
            columnspacing=1.3,
        )
        named = zip(MARKS, series.marks[label], strict=True)
        label_right(ax, [(pages, f"{name:4} {pages:,}") for (name, _), pages in named], text, mono=True)
    return ax


def _free(ax: Axes, series: Series, label: str, text: Look) -> None:
    """The line, with water below it, on an axis that shows the marks."""
    pages, high = series.free[label], series.marks[label][2]
    times, line, groups = middles(seconds(series.jiffies)), medians(pages), stretches(len(pages))
    ax.fill_between(times, line, color=FREE3, linewidth=0, zorder=1)
    ax.plot(times, line, color=FREE, linewidth=1.3, zorder=3, label=text("free_pages"))
    if len(groups) < len(pages):
        ax.fill_between(
            times,
            [min(pages[s]) for s in groups],
            [max(pages[s]) for s in groups],
            facecolor=FREE2,
            linewidth=0,
            zorder=1.5,
            label=text("range"),
        )
    near, top = 2.2 * high, 1.08 * max(pages)
    if high and top > 2 * near:
        tear(ax, near, top)
    else:
        ax.set_ylim(0, max(top, near, 1))
    numbers(ax, "y")
    lines_across(ax)


def _shading(ax: Axes, series: Series, text: Look) -> None:
    """Who reclaims: kswapd in grey, tasks hatched; where both do, both show."""
    whole = ax.get_xaxis_transform()
    ax.broken_barh(
        reclaim_spans(series, direct=False),
        (0, 1),
        transform=whole,
        facecolor=USE3,
        alpha=0.45,
        linewidth=0,
        zorder=0.5,
        label=text("kswapd"),
    )
    ax.broken_barh(
        reclaim_spans(series, direct=True),
        (0, 1),
        transform=whole,
        facecolor="none",
        edgecolor=NO,
        hatch=HATCH,
        linewidth=0,
        alpha=0.55,
        zorder=0.6,
        label=text("direct"),
    )


def _marks(ax: Axes, marks: Sequence[int]) -> None:
    """Three lines, each with a dash of its own."""
    for (name, dash), pages in zip(MARKS, marks, strict=True):
        ax.axhline(pages, color=INK, linewidth=0.9, linestyle=dash, zorder=2.5, label=f"_{name}")


def _lanes(ax: Axes, series: Series, text: Look) -> None:
    """Below the floor: a lane each for stalls, failures and kills, named at the left, counted at the right."""
    ax.axhline(0, color=LINE, linewidth=HAIR)
    ax.spines.bottom.set_position(("outward", LANE * len(LANES) + 4))
    for row, kind in enumerate(LANES):
        middle = -LANE * (row + 0.6) - 1
        for x, align, shift, words in ((0, "right", -5, text(kind)), (1, "left", 5, _count(series, kind, text))):
            ax.annotate(
                words,
                (x, 0),
                (shift, middle),
                xycoords="axes fraction",
                textcoords="offset points",
                ha=align,
                va="center",
                fontsize=TINY,
                color=INK2,
            )
    lane = [shifted(ax, ax.get_xaxis_transform(), 0, -LANE * (row + 0.6) - 1) for row in range(len(LANES))]
    _stall_lane(ax, series, lane[0])
    ax.plot(
        seconds([at for at, *_ in series.failures]),
        [0] * len(series.failures),
        "x",
        color=NO,
        markersize=4,
        markeredgewidth=0.8,
        transform=lane[1],
        clip_on=False,
        in_layout=False,
        label="_failures",
    )
    _kills(ax, series, lane[2])


def _count(series: Series, kind: str, text: Look) -> str:
    """How many there were, and how many of them are drawn if not all."""
    count, kept = series.count[kind], len(getattr(series, kind))
    if count == kept:
        return f"{count:,}"
    return text("one_in", count=f"{count:,}", step=round(count / max(kept, 1)))


def _stall_lane(ax: Axes, series: Series, lane: Transform) -> None:
    """A tick where each stall begins, a bar as long as it took. An empty line lies at (0, 0), so no layout sees it."""
    begun = [start / HZ for start, _, _ in series.stalls]
    ended = [(start + jiffies) / HZ for start, jiffies, _ in series.stalls]
    ax.hlines(
        [0] * len(begun),
        begun,
        ended,
        colors=INK2,
        linewidth=3.5,
        transform=lane,
        clip_on=False,
        in_layout=False,
        label="_stall lengths",
    )
    ax.plot(
        begun,
        [0] * len(begun),
        "|",
        color=INK,
        markersize=6,
        markeredgewidth=HAIR,
        transform=lane,
        clip_on=False,
        in_layout=False,
        label="_stalls",
    )


def _kills(ax: Axes, series: Series, lane: Transform) -> None:
    """A triangle per victim; a few of them have their name and a line through the picture."""
    ax.plot(
        seconds([at for at, _, _ in series.kills]),
        [0] * len(series.kills),
        "v",
        color=NO,
        markeredgecolor=INK,
        markeredgewidth=HAIR,
        markersize=5.5,
        transform=lane,
        clip_on=False,
        in_layout=False,
        label="_kills",
    )
    for at, name, _ in series.kills if len(series.kills) <= NAMED else ():
        ax.axvline(at / HZ, color=NO, linewidth=0.8, linestyle=(0, (2, 2)), zorder=2, label="_kill")
        ax.annotate(
            name,
            (at / HZ, 0),
            (5, 0),
            xycoords=lane,
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=TINY,
            color=INK,
            annotation_clip=False,
        )
