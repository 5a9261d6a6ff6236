"""In what blocks free memory lies: a map over time, and two moments side by side."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import BoundaryNorm, LinearSegmentedColormap
from matplotlib.patches import Patch

from buddylab.core.machine import Machine
from buddylab.core.record import Run
from buddylab.core.zone import MAX_ORDER
from buddylab.plots.data import (
    Blocks,
    Moment,
    Timed,
    checked,
    extent,
    free_blocks,
    not_drawn,
    observed,
    seconds,
    size_of,
    stretches,
    two_moments,
    zone_of,
)
from buddylab.plots.style import (
    FREE,
    FREE2,
    FREE3,
    HAIR,
    HATCH,
    INK,
    INK2,
    LINE,
    PAPER,
    SMALL,
    TINY,
    USE3,
    Look,
    axes,
    dress,
    lines_across,
    look,
)
from buddylab.world.observe import Series

WATER = LinearSegmentedColormap.from_list("water", ["#eaf3fb", FREE2, FREE, "#0c2742"])
"""Light = few pages, dark = many; its lightness falls steadily, so it reads in grey too."""

ROOM = 1.25
"""Times the longest bar: so wide is a half, for the number beside it."""


def free_by_order(
    data: Timed | Machine | Run, zone: str | None = None, *, ax: Axes | None = None, lang: str = "en"
) -> Axes:
    """A map of one zone's free memory: time to the right, order upwards, the darker the more pages lie there.

    A Machine has one moment, so its orders are bars; a Run has two, before it and after it, side by side.

    Drawn are pages in free blocks of each order (blocks x 2^order), in steps of a factor of four; hatched paper where
    there was no block. More than 300 samples are drawn in stretches, each by its median. data: a simulation that has
    run, its Series of n samples, a machine, or a run; zone: label, None = the one with the highest marks. lang: "en" or
    "zh" (English without a Chinese font). Raises ValueError for no sample, an unknown zone or language.
    """
    if isinstance(data, Machine):
        return _moment(data, zone, ax, look(lang))
    if isinstance(data, Run):
        return before_and_after(free_blocks(data, zone, 0), free_blocks(data, zone), ax=ax, lang=lang)
    if not isinstance(data, Timed):
        raise not_drawn(data)
    return _over_time(checked(data), zone, ax, look(lang))


def _over_time(series: Series, zone: str | None, ax: Axes | None, text: Look) -> Axes:
    """The map of a series."""
    label = observed(series, zone)
    blocks = np.array(series.nr_free[label], dtype=np.int64).reshape(-1, MAX_ORDER)
    groups = stretches(len(blocks))
    middle = np.array([np.sort(blocks[s], axis=0)[(s.stop - s.start - 1) // 2] for s in groups])
    pages = np.ma.masked_equal((middle << np.arange(MAX_ORDER)).T, 0)
    with text.context():
        ax = axes(ax)
        edges = [*seconds([series.jiffies[s.start] for s in groups]), extent(series)[1]]
        steps = max(1, (int(pages.filled(0).max()).bit_length() + 1) // 2)
        mesh = ax.pcolormesh(
            edges,
            np.arange(MAX_ORDER + 1) - 0.5,
            pages,
            cmap=WATER,
            linewidth=0,
            rasterized=True,
            norm=BoundaryNorm([4**n for n in range(steps + 1)], WATER.N),
        )
        ax.set_xlim(*extent(series))
        _scale(ax, mesh, text)
        _order_names(ax)
        empty = Patch(facecolor=PAPER, edgecolor=USE3, hatch=HATCH, linewidth=HAIR, label=text("none_free"))
        ax.legend(
            handles=[empty],
            loc="lower left",
            bbox_to_anchor=(0, 1),
            frameon=False,
            fontsize=TINY,
            borderaxespad=0.4,
            borderpad=0,
        )
        dress(ax, text, text("free_by_order_title", zone=label), text("time"), text("block_order"), model=True)
        ax.tick_params(axis="y", length=0)
    return ax


def _moment(machine: Machine, zone: str | None, ax: Axes | None, text: Look) -> Axes:
    """One zone as it stands: a bar for each order."""
    chosen = zone_of(machine.zones, zone)
    counts = free_blocks(chosen)
    with text.context():
        ax = axes(ax)
        ax.set_xlim(0, ROOM * max(1, *(count << order for order, count in enumerate(counts))))
        _half(ax, counts, chosen.label, 1, text)
        _order_names(ax)
        ax.xaxis.set_major_formatter("{x:,.0f}")
        lines_across(ax, "x")
        dress(ax, text, text("free_by_order_title", zone=chosen.label), text("pages_of_order"), text("block_order"))
        ax.tick_params(axis="both", length=0)
    return ax


def _scale(ax: Axes, mesh: QuadMesh, text: Look) -> None:
    """The colours' meaning, in pages; paper where nothing is."""
    ax.patch.set(facecolor=PAPER, edgecolor=USE3, hatch=HATCH, linewidth=0)
    bar = ax.figure.colorbar(mesh, cax=ax.inset_axes((1.015, 0, 0.018, 1)), format="{x:,.0f}")
    bar.set_label(text("pages_in_blocks"), fontsize=SMALL, color=INK2)
    bar.ax.tick_params(labelsize=TINY, labelcolor=INK2, length=0)
    bar.outline.set(linewidth=HAIR, edgecolor=LINE)


def _order_names(ax: Axes) -> None:
    """Orders with their sizes up the left edge."""
    names = [f"{size_of(order)}   {order:2}" for order in range(MAX_ORDER)]
    ax.set_yticks(range(MAX_ORDER), names)
    ax.set_ylim(-0.5, MAX_ORDER - 0.5)


def before_and_after(
    before: Moment,
    after: Moment | None = None,
    *,
    names: tuple[str, str] | None = None,
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """Free blocks by order of two moments, or of two zones, side by side: the first to the left, the second right.

    A bar is as long as its blocks have pages; how many blocks they are is written beside it. before, after: free
    blocks of the orders 0 to 10 (11 numbers; `free_blocks` takes them from one zone at one moment), or a Zone or a
    Machine as it stands now. A Run alone has both moments, and so has a simulation: its first sample and its last.
    names: what to call the two. lang: "en" or "zh" (English without a Chinese font).
    Raises ValueError for a moment that has not 11 orders or a negative count, or an unknown language.
    """
    counts, text = two_moments(before, after), look(lang)
    names = names or (text("before"), text("after"))
    with text.context():
        ax = axes(ax)
        longest = max(1, *(count << order for blocks in counts for order, count in enumerate(blocks)))
        ax.set_xlim(-ROOM * longest, ROOM * longest)
        for blocks, name, side in zip(counts, names, (-1, 1), strict=True):
            _half(ax, blocks, name, side, text)
        _order_names(ax)
        ax.axvline(0, color=INK, linewidth=HAIR)
        ax.xaxis.set_major_formatter(lambda pages, _: f"{abs(pages):,.0f}")
        lines_across(ax, "x")
        dress(
            ax, text, text("side_title", before=names[0], after=names[1]), text("pages_of_order"), text("block_order")
        )
        ax.tick_params(axis="both", length=0)
    return ax


def _half(ax: Axes, blocks: Blocks, name: str, side: int, text: Look) -> None:
    """One moment's bars: hatched to the left (-1), filled to the right (1)."""
    pages = [side * (count << order) for order, count in enumerate(blocks)]
    bars = ax.barh(
        range(MAX_ORDER),
        pages,
        height=0.7,
        facecolor=FREE3 if side < 0 else FREE,
        edgecolor=FREE,
        hatch=HATCH if side < 0 else None,
        linewidth=0.8,
        label=name,
        zorder=2,
    )
    ax.bar_label(bars, [f"{count:,}" if count else "" for count in blocks], padding=3, fontsize=TINY, color=INK)
    free = sum(map(abs, pages))
    heading = text("half", name=name, pages=text("page") if free == 1 else text("pages", count=f"{free:,}"))
    ax.annotate(
        heading,
        (0.5, 1),
        (8 * side, 6),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        fontsize=SMALL,
        color=INK2,
    )
