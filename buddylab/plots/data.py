"""What the plots draw, taken from a run: checked, in seconds and pages, without matplotlib."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median_low

from buddylab.core.machine import Machine
from buddylab.core.record import Run, states
from buddylab.core.zone import HZ, MAX_ORDER, Zone
from buddylab.plots.words import Say
from buddylab.said import Said, SaidError, unknown
from buddylab.world.observe import KSWAPD, Series, Stall
from buddylab.world.simulation import Simulation

MS = 1000 // HZ
"""Milliseconds in a jiffy."""
STRETCHES = 300
"""A longer series is drawn in at most so many stretches, each by its median: more would only flicker."""

Blocks = Sequence[int]
"""Free blocks of the orders 0 to 10: 11 whole numbers."""
Timed = Series | Simulation
"""What is drawn over time."""
Whole = Zone | Machine | Run | Series | Simulation
Moment = Blocks | Whole
"""What has free blocks at one moment: a zone and a machine now, a run after it, a simulation at its last sample."""
ZONE = Said("zone", "内存区")
Span = tuple[float, float]
"""(start, length), in seconds."""


def seconds(jiffies: Sequence[int]) -> list[float]:
    """Jiffies as seconds."""
    return [j / HZ for j in jiffies]


def checked(data: Timed) -> Series:
    """The series, if it has a sample; that of a simulation. Raises SaidError."""
    series = data.series if isinstance(data, Simulation) else data
    if not isinstance(series, Series):
        raise SaidError(
            "this plot is drawn over time: give it a Simulation that has run, or the Series that its run gives, not a "
            f"{type(series).__name__}",
            f"此图按时间绘制：请给出运行过的 Simulation 或其 run 所给的 Series，不能是 {type(series).__name__}",
        )
    if not series.jiffies:
        raise SaidError("this series has no sample yet: run the simulation first", "此序列还没有样本：请先运行模拟")
    return series


def observed(series: Series, zone: str | None) -> str:
    """The label of the zone to draw; None = that with the highest marks. Raises SaidError for an unknown one."""
    marks = series.marks
    if zone is None:
        return max(marks, key=lambda label: marks[label][2])
    if zone not in marks:
        raise unknown(ZONE, zone, marks)
    return zone


def extent(series: Series) -> tuple[float, float]:
    """From when to when the picture reaches, in seconds: from 0 if the first sample is the run's first."""
    first = series.jiffies[0]
    return (0.0 if first <= series.every else first / HZ), (series.jiffies[-1] + series.every) / HZ


def stretches(length: int, most: int = STRETCHES) -> list[slice]:
    """Samples taken together, in order: each alone if there are at most so many.

    >>> stretches(3), len(stretches(1876)), stretches(1876)[-1]
    ([slice(0, 1, None), slice(1, 2, None), slice(2, 3, None)], 268, slice(1869, 1876, None))
    """
    step = max(1, -(-length // most))
    return [slice(n, min(n + step, length)) for n in range(0, length, step)]


def middles(values: Sequence[float], most: int = STRETCHES) -> list[float]:
    """Of each stretch the middle sample: where its median is drawn, if these are times."""
    return [values[(s.start + s.stop - 1) // 2] for s in stretches(len(values), most)]


def medians(values: Sequence[float], most: int = STRETCHES) -> list[float]:
    """Of each stretch the median, the lower of two."""
    return [median_low(values[s]) for s in stretches(len(values), most)]


def reclaim_spans(series: Series, direct: bool) -> list[Span]:
    """When pages came back by kswapd, or by tasks themselves: stretches of time, joined where they touch.

    A long series is looked at in half as many stretches as `STRETCHES`.
    """
    last = len(series.jiffies) - 1
    places = [*range(0, last, max(1, -(-last * 2 // STRETCHES))), last]
    columns = [c for name, c in series.reclaimed.items() if (name != KSWAPD) == direct and c]
    spans: list[Span] = []
    for a, b in pairwise(places):
        if any(column[b] > column[a] for column in columns):
            spans.append((series.jiffies[a] / HZ, (series.jiffies[b] - series.jiffies[a]) / HZ))
    return joined(spans)


def joined(spans: Sequence[Span]) -> list[Span]:
    """Spans in ascending order, those that touch made one.

    >>> joined([(0.0, 1.0), (1.0, 1.0), (3.0, 1.0)])
    [(0.0, 2.0), (3.0, 1.0)]
    """
    found: list[Span] = []
    for start, length in spans:
        if found and start <= sum(found[-1]) + 1e-9:
            start, length = found[-1][0], start + length - found.pop()[0]
        found.append((start, length))
    return found


def by_length(stalls: Sequence[Stall]) -> list[int]:
    """How many stalls took 0 jiffies, 1, 2 to 3, 4 to 7, and so on.

    >>> by_length([(0, 0, "cc"), (5, 1, "cc"), (9, 3, "cc")])
    [1, 1, 1]
    """
    counts = [0] * (1 + max((jiffies.bit_length() for _, jiffies, _ in stalls), default=0))
    for _, jiffies, _ in stalls:
        counts[jiffies.bit_length()] += 1
    return counts


def stall_summary(series: Series, text: Say) -> str:
    """The distribution of a series' stalls in a sentence."""
    kept, count = series.stalls, series.count["stalls"]
    if not kept:
        return text("none_stalled")
    lengths = sorted(jiffies for _, jiffies, _ in kept)
    median = lengths[(len(lengths) - 1) // 2]
    worst = max(kept, key=lambda stall: stall[1])
    total = f"{sum(lengths) * MS * count / len(kept) / 1000:,.1f}"
    key = "stalls_all" if count == len(kept) else "stalls_kept"
    return text(
        "stalls_sum",
        stalls=text(key, count=f"{count:,}", total=total, step=round(count / len(kept))),
        median=text("up_to", ms=f"{median * MS:,}") if median else text("under"),
        longest=f"{worst[1] * MS:,}",
        who=text("by", name=worst[2]) if worst[1] else "",
    )


def not_drawn(data: object) -> SaidError:
    """What is said of something that has no free blocks of 2.6.21's, such as a run of another kernel."""
    return SaidError(
        f"this plot takes a machine, a run or a simulation of Linux 2.6.21, not {data!r:.60}",
        f"此图取 Linux 2.6.21 的机器、运行或模拟，不能是 {data!r:.60}",
    )


def free_blocks(data: Whole, zone: str | None = None, at: int = -1) -> tuple[int, ...]:
    """Free blocks of the orders 0 to 10 in one zone at one moment: 11 numbers, for `before_and_after`.

    zone: its label; None = the one with the highest marks. at: which sample of a Series or a Simulation (0 = first,
    -1 = last), or how many events of a Run have passed (0 = before it, -1 = after it). A Machine or a Zone is taken as
    it stands. Raises SaidError for an unknown zone, ValueError for a moment that is not in the record.
    """
    if isinstance(data, Zone):
        return _of_zone(data)
    if not isinstance(data, Whole):
        raise not_drawn(data)
    if isinstance(data, Run | Machine):
        return _of_zone(zone_of(_zones_at(data, at) if isinstance(data, Run) else data.zones, zone))
    series = checked(data)
    column = series.nr_free[observed(series, zone)]
    return tuple(column[_place(at, len(column), "samples")])


def zone_of(zones: Sequence[Zone], label: str | None) -> Zone:
    """The zone of this label; None = the one with the highest marks. Raises SaidError for an unknown one."""
    by_label = {zone.label: zone for zone in zones}
    if label is None:
        return max(zones, key=lambda zone: zone.pages_high)
    if label not in by_label:
        raise unknown(ZONE, label, by_label)
    return by_label[label]


def _of_zone(zone: Zone) -> tuple[int, ...]:
    return tuple(map(zone.nr_free, range(MAX_ORDER)))


def _place(at: int, length: int, what: str) -> int:
    """A place counted from the front. Raises ValueError."""
    if not -length <= at < length:
        raise ValueError(f"the record has {length:,} {what}: {at!r} is none of them")
    return at % length


def _zones_at(run: Run, at: int) -> Sequence[Zone]:
    """The zones after so many events."""
    place = _place(at, len(run.events) + 1, "moments")
    zones: Sequence[Zone] = run.before
    for passed, (_, after) in enumerate(states(run), 1):
        if passed > place:
            break
        zones = after
        if passed == place:
            break
    return zones


def checked_blocks(moment: Moment) -> tuple[int, ...]:
    """11 numbers of blocks. Raises ValueError."""
    if not isinstance(moment, Whole | Iterable):
        raise not_drawn(moment)
    counts = free_blocks(moment) if isinstance(moment, Whole) else tuple(moment)
    if len(counts) != MAX_ORDER or any(count < 0 for count in counts):
        raise ValueError(
            f"a moment is the number of free blocks of each order, {MAX_ORDER} of them and none "
            f"negative, not {counts!r}"
        )
    return counts


def two_moments(before: Moment, after: Moment | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The blocks of two moments; a Run, a Simulation and a Series have both. Raises SaidError for one alone."""
    if after is not None:
        return checked_blocks(before), checked_blocks(after)
    if not isinstance(before, Run | Series | Simulation):
        raise SaidError(
            "two moments are needed: give a second one, or a Run or a Simulation, which has both",
            "需要两个时刻：请给出第二个，或给出 Run 或 Simulation，它们有两个时刻",
        )
    return free_blocks(before, at=0), free_blocks(before)


def checked_orders(orders: Sequence[int]) -> list[int]:
    """Orders, ascending, each once. Raises ValueError."""
    for order in orders:
        if type(order) is not int or not 0 <= order < MAX_ORDER:
            raise ValueError(f"order must be from 0 to {MAX_ORDER - 1}, not {order!r}")
    if not orders:
        raise ValueError("choose at least one order")
    return sorted(set(orders))


def size_of(order: int) -> str:
    """How large a block of this order is.

    >>> size_of(0), size_of(10)
    ('4 kB', '4 MB')
    """
    kb = 4 << order
    return f"{kb} kB" if kb < 1024 else f"{kb >> 10} MB"
