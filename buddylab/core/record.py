"""Watching: a run recorded once, of which every picture is a function of one place in the record.

`record` plays one request with the ladder's own loop and keeps its events; what each event changed in the lists
follows from the events, so watching costs the run nothing but the appends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from buddylab.core.attempt import Livelock
from buddylab.core.buddy import take_top
from buddylab.core.environment import Task
from buddylab.core.events import Event
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.zone import TOP, Zone

HOT, COLD, COUNT = 11, 12, 13
"""Places of a change beside the free lists 0 to 10: the per-cpu lists, and NR_FREE_PAGES."""
REMOVE, HEAD, TAIL = 0, 1, 2
"""What a change does with its pfn: leave the list, enter at its head, enter at its tail."""

Change = tuple[str, int, int, int]
"""(zone label, list, operation, pfn); for COUNT (zone label, COUNT, 0, pages free now)."""


@dataclass(slots=True)
class Run:
    """One recorded request, or one block given back.

    before: copies of the zones as they stood. zonelist: labels in the order tried. page: first pfn, or None.
    end: "page", "no_page", "livelock" or "freed"; why: the reason of a livelock. jiffies: the clock at the start.
    Of a block given back: gfp_mask 0, zonelist its zone, page its first pfn.
    """

    machine: Machine
    before: tuple[Zone, ...]
    gfp_mask: int
    order: int
    node: int
    task: Task
    jiffies: int
    zonelist: tuple[str, ...]
    classzone_idx: int
    events: list[Event]
    page: int | None
    end: str
    why: str = ""

    def changes(self) -> list[list[Change]]:
        """Per event the changes that it made, in order."""
        return list(_changes(self.events, {zone.label: zone.nr_free_pages for zone in self.before}))

    def __repr__(self) -> str:
        return f"<Run: order {self.order}, {len(self.events)} events, {self.end}>"


def record(
    machine: Machine, gfp_mask: int, order: int, *, node: int = 0, task: Task | None = None, max_rounds: int = 100
) -> Run:
    """Play one request on this machine and record it; the path is the one that `alloc_pages` takes.

    A ladder that goes back up more than `max_rounds` times ends the run as a livelock.
    """
    task = task or Task()
    asked = Task(**{name: getattr(task, name) for name in Task.__slots__})
    before, jiffies, outer = tuple(zone.copy() for zone in machine.zones), machine.jiffies, machine.trace
    events: list[Event] = []
    machine.trace = events
    page, why = None, ""
    try:
        page = alloc_pages(machine, gfp_mask, order, node=node, task=task, max_rounds=max_rounds)
    except Livelock as livelock:
        why = str(livelock)
    finally:
        machine.trace = outer
    zones = machine.zonelist(gfp_mask, node).zones
    labels, place = tuple(zone.label for zone in zones), zones[0].index if zones else 0
    end = "livelock" if why else "no_page" if page is None else "page"
    return Run(machine, before, gfp_mask, order, node, asked, jiffies, labels, place, events, page, end, why)


def record_free(machine: Machine, pfn: int, order: int) -> Run:
    """Give one block back and record it. Raises BadPage as `Machine.free_pages` does, with nothing recorded."""
    before, outer, events = tuple(zone.copy() for zone in machine.zones), machine.trace, list[Event]()
    machine.trace = events
    try:
        machine.free_pages(pfn, order)
    finally:
        machine.trace = outer
    zone = next(zone for zone in before if zone.start_pfn <= pfn < zone.end_pfn)
    return Run(
        machine, before, 0, order, zone.node, Task(), machine.jiffies, (zone.label,), zone.index, events, pfn, "freed"
    )


def apply(zones: Sequence[Zone], change: Change) -> None:
    """Make one change in these zones (copies of those before the run)."""
    label, place, operation, pfn = change
    zone = next(zone for zone in zones if zone.label == label)
    if place == COUNT:
        zone.nr_free_pages = pfn
    elif place in (HOT, COLD):
        pages = (zone.hot if place == HOT else zone.cold).pages
        if operation == REMOVE:
            pages.remove(pfn)
        elif operation == HEAD:
            pages.appendleft(pfn)
        else:
            pages.append(pfn)
    elif operation == HEAD:
        zone.top_list.append(pfn) if place == TOP else zone.free_area[place].update({pfn: None})
    elif place < TOP:
        del zone.free_area[place][pfn]
    elif take_top(zone) != pfn:
        raise ValueError(f"zone {label}: pfn {pfn} is not at the head of the order-10 list")


def _changes(events: Sequence[Event], free: dict[str, int]) -> Iterator[list[Change]]:
    """What each event changed. free: NR_FREE_PAGES by zone, kept up to date."""
    filling: int | None = None
    emptying, left, drained = HOT, 0, dict.fromkeys(free, COLD)
    previous = ""
    for place, event in enumerate(events):
        name, changed = event[0], []
        if name == "__rmqueue" and event[4] >= 0:
            changed = _taken(event, filling, free)
        elif name == "__free_one_page":
            changed = _given_back(event, emptying if left else None, free)
            left = max(left - 1, 0)
        elif name == "rmqueue_bulk":
            filling = HOT + next(e[3] for e in events[place:] if e[0] == "buffered_rmqueue" and e[1] == event[1])
        elif name == "buffered_rmqueue":
            filling = None
            if event[2] == 0 and event[4] >= 0:
                changed = [(event[1], HOT + event[3], REMOVE, event[4])]
        elif name == "free_hot_cold_page":
            emptying = HOT + event[3]
            changed = [(event[1], emptying, HEAD, event[2])]
        elif name == "free_pages_bulk":
            left = event[2]
            if previous != "free_hot_cold_page":
                emptying = drained[event[1]] = HOT + COLD - drained[event[1]]
        previous = name
        yield changed


def _taken(event: Event, filling: int | None, free: dict[str, int]) -> list[Change]:
    """A block left its list; what was split off went to the heads of the smaller ones."""
    _, label, order, block_order, pfn = event
    free[label] -= 1 << order
    changed = [(label, block_order, REMOVE, pfn)]
    changed += [(label, o, HEAD, pfn + (1 << o)) for o in range(block_order - 1, order - 1, -1)]
    if filling is not None:
        changed.append((label, filling, TAIL, pfn))
    return [*changed, (label, COUNT, 0, free[label])]


def _given_back(event: Event, emptying: int | None, free: dict[str, int]) -> list[Change]:
    """A block came back: its free buddies left their lists, the merged block went to the head of its own."""
    _, label, pfn, order, head, block_order = event
    free[label] += 1 << order
    changed = [] if emptying is None else [(label, emptying, REMOVE, pfn)]
    for o in range(order, block_order):
        changed.append((label, o, REMOVE, pfn ^ (1 << o)))
        pfn &= ~(1 << o)
    return [*changed, (label, block_order, HEAD, head), (label, COUNT, 0, free[label])]


def states(run: Run) -> Iterator[tuple[Event, tuple[Zone, ...]]]:
    """Every event with the zones as they stood right after it. The zones are the same objects throughout."""
    zones = tuple(zone.copy() for zone in run.before)
    for event, changed in zip(run.events, run.changes(), strict=True):
        for change in changed:
            apply(zones, change)
        yield event, zones
