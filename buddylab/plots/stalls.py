"""How long tasks stood still in direct reclaim."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from buddylab.plots.data import MS, Timed, by_length, checked, stall_summary
from buddylab.plots.style import HATCH, INK2, NO, NO_BG, SMALL, TINY, axes, dress, lines_across, look, numbers, tear

FEWEST = 6
"""Bars that there is room for, however short the stalls."""
MOST_NAMED = 9
"""Bars whose every edge has room for its time."""


def stalls(data: Timed, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """How many calls of direct reclaim took how long, in milliseconds (a jiffy is 4 ms).

    The first bar counts those that took less than a jiffy; each further bar reaches to twice the time of the one
    before. A series that had to thin its list of stalls is drawn from those kept, and says so. lang: "en" or "zh"
    (English without a Chinese font). Raises ValueError for a series without samples or an unknown language.
    """
    series, text = checked(data), look(lang)
    with text.context():
        ax = axes(ax)
        counts = by_length(series.stalls)
        _bars(ax, counts)
        dress(ax, text, text("stalls_title"), text("length"), text("number_of_stalls"), model=True, pad=32)
        note = stall_summary(series, text)
        ax.annotate(
            note, (0, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", fontsize=SMALL, color=INK2
        )
    return ax


def _bars(ax: Axes, counts: Sequence[int]) -> None:
    """A hatched bar for each length, its count above it, the times at its edges."""
    places = [n + 0.5 for n in range(len(counts))]
    bars = ax.bar(places, counts, width=0.86, facecolor=NO_BG, edgecolor=NO, linewidth=0.8, hatch=HATCH)
    _height(ax, sorted(counts))
    numbers(ax, "y")
    lines_across(ax)
    ax.bar_label(bars, [f"{count:,}" if count else "" for count in counts], padding=2, fontsize=TINY)
    steps = max(len(counts), FEWEST)
    edges = ["0", *(f"{MS << n:,}" for n in range(steps))]
    every = 2 if steps > MOST_NAMED else 1
    ax.set_xticks(range(0, steps + 1, every), edges[::every])
    ax.set_xlim(0, steps)


def _height(ax: Axes, counts: Sequence[int]) -> None:
    """Room for the highest bar; if it dwarfs all others, the axis is torn between it and them."""
    top, second = 1.12 * counts[-1], counts[-2] if len(counts) > 1 else 0
    if second and counts[-1] > 5 * second:
        tear(ax, 1.5 * second, top)
    else:
        ax.set_ylim(0, top or 1)
