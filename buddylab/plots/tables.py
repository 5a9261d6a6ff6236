"""Every plot as a text table, for a Python without matplotlib: the same names, arguments, checks and figures.

A table prints itself when it is made, as a picture would show itself below its cell, and is given back. `ax` has no
meaning here. A long series is told in at most `ROWS` rows, and the table says so.
"""

from bisect import bisect_right
from collections.abc import Sequence

from buddylab.core.machine import Machine
from buddylab.core.record import Run
from buddylab.core.zone import HZ, MAX_ORDER
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
    not_drawn,
    observed,
    size_of,
    stall_summary,
    stretches,
    two_moments,
    zone_of,
)
from buddylab.plots.table import ROWS, Cell, Table, show
from buddylab.plots.words import Say, say_in
from buddylab.world.observe import KSWAPD, Series
from buddylab.world.observe import unusable_index as index_of

ALL = tuple(range(1, MAX_ORDER))


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
    return show(text, text("pressure_title", zone=label), heads, rows, notes, model=True)


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
    if not isinstance(data, Timed):
        raise not_drawn(data)
    series, text = checked(data), say_in(lang)
    label = observed(series, zone)
    groups = stretches(len(series.jiffies), ROWS)
    by_order = [medians([blocks[order] for blocks in series.nr_free[label]], ROWS) for order in range(MAX_ORDER)]
    rows = [
        [series.jiffies[s.start] / HZ, *(int(column[n]) << order for order, column in enumerate(by_order))]
        for n, s in enumerate(groups)
    ]
    return show(
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
    return show(text, text("free_by_order_title", zone=label), heads, rows)


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
    return show(text, text("side_title", before=first, after=second), heads, rows, notes)


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
    return show(
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
    return show(text, text("unusable_moment_title"), [text("request_order"), text("size"), text("share")], rows)


def stalls(data: Timed, *, ax: None = None, lang: str = "en") -> Table:
    """How many stalls took from how long to how long."""
    series, text = checked(data), say_in(lang)
    counts = by_length(series.stalls)
    rows = [[MS << n - 1 if n else 0, MS << n, count] for n, count in enumerate(counts)]
    return show(
        text,
        text("stalls_title"),
        [text("length_from"), text("length_to"), text("number_of_stalls")],
        rows,
        stall_summary(series, text).splitlines(),
        model=True,
    )
