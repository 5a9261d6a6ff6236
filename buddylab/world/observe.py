"""What a run leaves behind: a time series kept in plain lists, thinned so that its memory stays bounded.

Units: jiffies (250 a second), pages of 4096 bytes, blocks. Only `Series.arrays` needs numpy, and imports it there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from buddylab.core.zone import MAX_ORDER, Zone

KSWAPD = "kswapd"
OTHERS = "others"
NAMES = 24
"""Reclaimers that have a column of their own; who comes later is counted among the others."""

Stall = tuple[int, int, str]
"""(jiffy at which it began, jiffies that it took, task name): a task in direct reclaim."""
Kill = tuple[int, str, int]
"""(jiffy, task name, pages it held): the OOM killer's victims."""
Failure = tuple[int, int, int, str]
"""(jiffy, order, gfp_mask, cause): a request that got no page."""


def unusable_index(blocks: Sequence[int], order: int) -> float:
    """The share of the free pages that lie in blocks too small for this order: 0.0 = all serve it, 1.0 = none do.

    blocks: free blocks by order. Nothing free counts as 1.0. M. Gorman's unusable free space index, a measure that
    later kernels print; 2.6.21 has none.

    >>> unusable_index([6, 1, 2], 2)
    0.5
    """
    free = sum(count << o for o, count in enumerate(blocks))
    useful = sum(count << o for o, count in enumerate(blocks) if o >= order)
    return (free - useful) / free if free else 1.0


@dataclass
class Series:
    """A run seen at intervals, n samples long, and what happened in between.

    jiffies: (n) when each sample was taken, ascending.
    free: {zone label: (n)} pages in the zone's buddy lists (NR_FREE_PAGES; per-cpu pages are not in it).
    marks: {zone label: (pages_min, pages_low, pages_high)} in pages, constant.
    nr_free: {zone label: (n) tuples of 11} free blocks of the orders 0 to 10.
    reclaimed: {"kswapd" or task name: (n)} pages given back so far, cumulative; direct reclaim under the task's name.
    stalls: (start jiffy, jiffies, task name) per call of direct reclaim, calls that took no time included.
    kills: (jiffy, task name, pages it held) per OOM kill. failures: (jiffy, order, gfp_mask, cause) per refused
    request; cause is one of "no_wait" (it may not wait), "too_large" (order above 3 and nothing came of reclaim),
    "noretry", "memalloc" (a reclaimer found the reserve empty) and "fault" (fault injection).
    limit: samples kept at most. At the limit every second one goes and the interval `every` (jiffies) doubles; the
    three lists are thinned alike, and `count` keeps their true lengths: {"stalls": ..., "kills": ..., "failures": ...}.
    """

    limit: int = 2048
    every: int = 1
    jiffies: list[int] = field(default_factory=list)
    free: dict[str, list[int]] = field(default_factory=dict)
    marks: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    nr_free: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)
    reclaimed: dict[str, list[int]] = field(default_factory=lambda: {KSWAPD: []})
    stalls: list[Stall] = field(default_factory=list)
    kills: list[Kill] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    count: dict[str, int] = field(default_factory=lambda: {"stalls": 0, "kills": 0, "failures": 0})
    totals: dict[str, int] = field(default_factory=lambda: {KSWAPD: 0})
    due: int = 0
    _steps: dict[str, int] = field(default_factory=lambda: {"stalls": 1, "kills": 1, "failures": 1})

    def __post_init__(self) -> None:
        """Raises ValueError for a limit or an interval that cannot be."""
        if self.limit < 2 or self.every < 1:
            raise ValueError(
                f"a series keeps at least 2 samples, a jiffy apart or more, not {self.limit} samples "
                f"{self.every} jiffies apart"
            )

    def __repr__(self) -> str:
        every = "1 jiffy" if self.every == 1 else f"{self.every:,} jiffies"
        return (
            f"<Series: {len(self.jiffies):,} samples, {every} apart, of {', '.join(self.free) or 'no zone yet':.120}>"
        )

    def sample(self, jiffies: int, zones: Sequence[Zone]) -> None:
        """Look at the zones now. Call it when `due` is reached; it says when the next one is."""
        self.jiffies.append(jiffies)
        for zone in zones:
            label = zone.label
            self.marks.setdefault(label, (zone.pages_min, zone.pages_low, zone.pages_high))
            self.free.setdefault(label, []).append(zone.nr_free_pages)
            blocks = tuple(map(zone.nr_free, range(MAX_ORDER)))
            self.nr_free.setdefault(label, []).append(blocks)
        for name, pages in self.totals.items():
            column = self.reclaimed.setdefault(name, [])
            column += [0] * (len(self.jiffies) - 1 - len(column))
            column.append(pages)
        self.due = jiffies + self.every
        if len(self.jiffies) > self.limit:
            self._thin()

    def _thin(self) -> None:
        """Drop every second sample; the first and the newest stay when their number is odd."""
        self.every *= 2
        for column in (self.jiffies, *self.free.values(), *self.nr_free.values(), *self.reclaimed.values()):
            del column[1::2]  # type: ignore[attr-defined]

    def add_reclaimed(self, name: str, pages: int) -> None:
        """So many pages came back by this reclaimer's work."""
        if name not in self.totals and len(self.totals) >= NAMES:
            name = OTHERS
        self.totals[name] = self.totals.get(name, 0) + pages

    def add_stall(self, start: int, jiffies: int, name: str) -> None:
        """A task was in direct reclaim."""
        self._add("stalls", self.stalls, (start, jiffies, name))

    def add_kill(self, jiffies: int, name: str, pages: int) -> None:
        """The OOM killer chose this task, which held so many pages."""
        self._add("kills", self.kills, (jiffies, name, pages))

    def add_failure(self, jiffies: int, order: int, gfp_mask: int, cause: str) -> None:
        """A request got no page."""
        self._add("failures", self.failures, (jiffies, order, gfp_mask, cause))

    def _add(self, kind: str, kept: list[Any], entry: tuple[Any, ...]) -> None:
        """Keep every `_steps`-th entry; thin once there are more than the limit."""
        if self.count[kind] % self._steps[kind] == 0:
            kept.append(entry)
        self.count[kind] += 1
        if len(kept) > self.limit:
            del kept[1::2]
            self._steps[kind] *= 2

    def largest_free_order(self, label: str) -> list[int]:
        """(n) the largest order of which the zone had a free block; -1 = nothing free."""
        return [max((o for o, count in enumerate(blocks) if count), default=-1) for blocks in self._blocks(label)]

    def unusable_index(self, label: str, order: int) -> list[float]:
        """(n) the share, 0.0 to 1.0, of the zone's free pages that lay in blocks too small for this order."""
        if not 0 <= order < MAX_ORDER:
            raise ValueError(f"order must be from 0 to {MAX_ORDER - 1}, not {order!r}")
        return [unusable_index(blocks, order) for blocks in self._blocks(label)]

    def _blocks(self, label: str) -> list[tuple[int, ...]]:
        if label not in self.nr_free:
            raise ValueError(f"no zone {label!r} was observed: there are {', '.join(self.nr_free) or 'none yet'}")
        return self.nr_free[label]

    def arrays(self) -> dict[str, Any]:
        """Everything as numpy arrays, n samples long.

        jiffies (n) int64; free {label: (n) int64} pages; marks {label: (min, low, high)} pages;
        nr_free {label: (n, 11) int64} blocks; reclaimed {name: (n) int64} pages, cumulative;
        unusable {label: (n, 11) float64} 0 to 1; stalls, kills, failures: lists of tuples, as they are kept.
        """
        import numpy as np

        def ints(values: Sequence[Any], *shape: int) -> Any:
            return np.array(values, dtype=np.int64).reshape(len(values), *shape)

        return {
            "jiffies": ints(self.jiffies),
            "free": {label: ints(pages) for label, pages in self.free.items()},
            "marks": dict(self.marks),
            "nr_free": {label: ints(blocks, MAX_ORDER) for label, blocks in self.nr_free.items()},
            "reclaimed": {name: ints(pages) for name, pages in self.reclaimed.items()},
            "unusable": {
                label: np.array([self.unusable_index(label, o) for o in range(MAX_ORDER)], dtype=np.float64).T
                for label in self.nr_free
            },
            "stalls": list(self.stalls),
            "kills": list(self.kills),
            "failures": list(self.failures),
        }
