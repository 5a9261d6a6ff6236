"""The unusable-space index: what share of the free pages lies in blocks too small for a request."""

from collections.abc import Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from buddylab.core.zone import MAX_ORDER
from buddylab.plots.data import (
    Moment,
    Timed,
    checked,
    checked_blocks,
    checked_orders,
    extent,
    medians,
    middles,
    observed,
    seconds,
    size_of,
)
from buddylab.plots.orders import WATER
from buddylab.plots.style import HATCH, INK, PAPER, TINY, Look, axes, dress, label_right, lines_across, look
from buddylab.world.observe import unusable_index as index_of

ALL = tuple(range(1, MAX_ORDER))
DASHES = ("-", (0, (6, 2)), (0, (3, 1.5)), (0, (1, 1.2)), (0, (6, 2, 1, 2)))
NEAR = 0.005
"""Lines that end closer together than this share a label."""


def unusable_index(
    data: Timed, zone: str | None = None, orders: Sequence[int] = ALL, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """A line per order: the share of one zone's free pages that no request of this order can use, over time.

    0% = every free page lies in a block large enough, 100% = none does (or nothing is free). A higher order's line
    never lies below a lower one's, so the lines keep their order; order 0 is always at 0%. M. Gorman's index; 2.6.21
    does not print it. More than 300 samples are drawn in stretches, each by its median.
    data: a simulation that has run, or its Series of n samples; zone: label, None = the one with the highest marks;
    orders: those to draw, 0 to 10. lang: "en" or "zh" (English without a Chinese font). Raises ValueError for a series
    without samples, an unknown zone or language, an impossible order.
    """
    series, chosen, text = checked(data), checked_orders(orders), look(lang)
    label = observed(series, zone)
    with text.context():
        ax = axes(ax)
        for order in chosen:
            shares = medians(series.unusable_index(label, order))
            ax.plot(
                middles(seconds(series.jiffies)),
                shares,
                color=WATER(0.25 + 0.075 * order),
                linestyle=DASHES[order % len(DASHES)],
                linewidth=1.2,
                label=text("order", order=order),
                clip_on=False,
            )
        _percent(ax)
        ax.set_xlim(*extent(series))
        ends = [(index_of(series.nr_free[label][-1], order), order) for order in chosen]
        dress(ax, text, text("unusable_title", zone=label), text("time"), text("index"), model=True, pad=10)
        label_right(ax, _shared(ends, text), text)
    return ax


def _percent(ax: Axes) -> None:
    """From 0 to 100%, with hairlines."""
    ax.set_ylim(0, 1)
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    lines_across(ax)


def _shared(ends: Sequence[tuple[float, int]], text: Look) -> list[tuple[float, str]]:
    """A label for every line, one for those that end together: (height, words)."""
    found = []
    for _, group in groupby(ends, key=lambda end: round(end[0] / NEAR)):
        heights, orders = zip(*group, strict=True)
        name = text("orders" if len(orders) > 1 else "order", order=orders[0], last=orders[-1])
        found.append((sum(heights) / len(heights), f"{name}  {heights[-1]:.0%}"))
    return found


def unusable_by_order(blocks: Moment, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """One moment: per order of a request, the share of the free pages in blocks too small for it, as bars.

    blocks: free blocks of the orders 0 to 10 (`free_blocks` takes them from one zone at one moment), a Zone or a
    Machine as it stands, a Run after it, or a simulation at its last sample. lang: "en" or "zh" (English without a
    Chinese font). Raises ValueError for a moment that has not 11 orders or a negative count, or an unknown language.
    """
    counts, text = checked_blocks(blocks), look(lang)
    shares = [index_of(counts, order) for order in range(MAX_ORDER)]
    with text.context():
        ax = axes(ax)
        bars = ax.bar(range(MAX_ORDER), shares, width=0.7, facecolor=PAPER, edgecolor=INK, linewidth=0.8, hatch=HATCH)
        ax.bar_label(bars, [f"{share:.0%}" for share in shares], padding=2, fontsize=TINY)
        _percent(ax)
        ax.set_xticks(range(MAX_ORDER), [f"{n}\n{size_of(n)}" if n % 2 == 0 else f"{n}" for n in range(MAX_ORDER)])
        dress(ax, text, text("unusable_moment_title"), text("request_order"), text("index"))
    return ax
