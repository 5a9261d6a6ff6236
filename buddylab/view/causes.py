"""Which frame shows what came back: the one that says so, never one before it.

Reclaim and a dying task free their pages before the world tells of them in sums, and in what order they please. Each
group of changes that one event made goes to the note of its kind, zone and task; where a group needs what a later note
shows (a merge takes a buddy that another kind gave back), it goes there too.
"""

from collections.abc import Iterable, Sequence

from buddylab.core.record import COUNT, Change
from buddylab.core.zone import Zone

FREES = frozenset({"free_hot_cold_page", "free_pages_bulk", "__free_pages_ok", "__free_one_page"})
"""The events by which pages come back."""
Cause = tuple[str, str, str]
"""(kind, zone label, task) of pages that come back, as the world's notes name them."""


class Causes:
    """Groups of changes in the order of the events, each with the frame that shows it."""

    def __init__(self) -> None:
        """Nothing has changed yet."""
        self.groups: list[tuple[int, list[Change]]] = []
        self.cause: Cause | None = None
        self.waiting: dict[Cause, list[int]] = {}

    def begin(self, *cause: str) -> None:
        """Pages of this kind come back from here on."""
        self.cause = cause[0], cause[1], cause[2]

    def add(self, frame: int, event: str, changes: Sequence[Change]) -> None:
        """One event's changes: they wait for their note, or stand in the frame that is open."""
        if event in FREES and self.cause is not None:
            self.waiting.setdefault(self.cause, []).append(len(self.groups))
        self.groups.append((frame, list(changes)))

    def told(self, frame: int, *cause: str) -> None:
        """The note of this kind, zone and task is that frame: it shows what waits for it."""
        for group in self.waiting.pop((cause[0], cause[1], cause[2]), []):
            self.groups[group] = frame, self.groups[group][1]
        if not self.waiting:
            self.cause = None

    def placed(self, before: Iterable[Zone]) -> dict[int, list[list[Change]]]:
        """frame -> its groups of changes; what the lists hold and NR_FREE_PAGES are right after every one of them."""
        last: dict[tuple[str, int, int], int] = {}
        moved: dict[int, list[list[Change]]] = {}
        for frame, changes in self.groups:
            keys = [change[:2] + change[3:] for change in changes if change[1] != COUNT]
            frame = max([frame, *(last[key] for key in keys if key in last)])
            last |= dict.fromkeys(keys, frame)
            moved.setdefault(frame, []).append(changes)
        return _counted(moved, self._steps({zone.label: zone.nr_free_pages for zone in before}), before)

    def _steps(self, free: dict[str, int]) -> dict[int, int]:
        """By the identity of a group: how many pages NR_FREE_PAGES rises by it."""
        steps = {}
        for _, changes in self.groups:
            for label, place, _, pages in changes:
                if place == COUNT:
                    steps[id(changes)] = pages - free[label]
                    free[label] = pages
        return steps


def _counted(
    moved: dict[int, list[list[Change]]], steps: dict[int, int], before: Iterable[Zone]
) -> dict[int, list[list[Change]]]:
    """The changes frame by frame, with NR_FREE_PAGES counted up in the new order."""
    free = {zone.label: zone.nr_free_pages for zone in before}
    shown: dict[int, list[list[Change]]] = {}
    for frame in sorted(moved):
        shown[frame] = []
        for changes in moved[frame]:
            group: list[Change] = []
            for label, place, operation, page in changes:
                if place == COUNT:
                    free[label] += steps[id(changes)]
                    page = free[label]
                group.append((label, place, operation, page))
            shown[frame].append(group)
    return shown
