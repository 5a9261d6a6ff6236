"""Bars, in groups where there are several series; their fills differ in grey too."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes

from buddylab.plots.curves import WIDTH, width_in_points
from buddylab.plots.given import Bars, Number, checked_bars, number
from buddylab.plots.style import (
    FREE,
    FREE3,
    HAIR,
    HATCH,
    INK,
    INK2,
    LINE,
    NO,
    NO_BG,
    PAPER,
    SMALL,
    TINY,
    USE3,
    axes,
    dress,
    lines_across,
    look,
)

FILLS = (
    (FREE, "", FREE),
    (PAPER, HATCH, INK),
    (FREE3, "..", FREE),
    (NO_BG, "\\\\\\", NO),
    (USE3, "", INK2),
    (PAPER, "xxx", INK2),
)
"""Face, hatching and edge of each series of bars: they differ in grey too."""


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
        lying = max(map(len, groups)) * len(groups) * SMALL * WIDTH > width_in_points(ax)
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
