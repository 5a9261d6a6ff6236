"""Watching: one request of Linux 6.12.117 recorded, in the frame that `buddylab.core.record` has for 2.6.21's.

In a trace a function has one tuple where it is entered and one, headed "=", where it returns, or both in one.
"""

import pickle
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from buddylab.core.events import OURS, Event
from buddylab.modern import gfp
from buddylab.modern.environment import Task
from buddylab.modern.freelist import current_gfp_context
from buddylab.modern.ladder import Livelock, alloc_pages
from buddylab.modern.machine import Machine
from buddylab.modern.zone import Zone

MARKS = {
    *("warn_alloc", "printk_suppressed", "printk", "dump_stack", "show_mem"),
    *("script_free", "nested_alloc", "nested_alloc_result", "drain_local_pages"),
}
"""What opens no depth: the report's parts, and what a script says of itself."""


def kernel_events(trace: Iterable[Event], stages: bool = False) -> list[list[Any]]:
    """What the kernel did, as recorded: [depth, name, arguments..., "=", values...] in the order of entry.

    A function that never returned (a watchdog broke the run off) has no "=". stages: those of the ladder, too.
    """
    rows: list[list[Any]] = []
    entered: list[list[Any]] = []
    for event in trace:
        if event[0] == "=":
            row = entered.pop()
            row += event if len(event) > 1 else ()
        elif event[0] == "stage" and stages:
            rows.append([len(entered), *event])
        elif event[0] not in OURS:
            row = [len(entered), *event]
            rows.append(row)
            if "=" not in event and event[0] not in MARKS:
                entered.append(row)
    return rows


@dataclass(slots=True)
class Trace:
    """One recorded request.

    before: copies of the zones as they stood. zonelist: names in the order tried. events: as they were appended
    (`kernel_events` nests them). page: first pfn, or None. end: "page", "no_page" or "livelock"; why: its reason.
    """

    machine: Machine
    before: tuple[Zone, ...]
    gfp_mask: int
    order: int
    task: Task
    jiffies: int
    zonelist: tuple[str, ...]
    highest_zoneidx: int
    events: list[Event]
    page: int | None = None
    end: str = "no_page"
    why: str = ""

    def __repr__(self) -> str:
        return f"<Trace of Linux 6.12: order {self.order}, {len(self.events)} events, {self.end}>"


def record(machine: Machine, gfp_mask: int, order: int, *, task: Task | None = None, max_rounds: int = 100) -> Trace:
    """Play one request on this machine and record it; the path is the one that `alloc_pages` takes.

    A ladder that goes back up more than `max_rounds` times ends the trace as a livelock.
    """
    task = task or Task()
    ac = machine.context(current_gfp_context(gfp.check_mask(gfp_mask), task))
    outer, machine.trace, names = machine.trace, None, tuple(zone.name for zone in ac.zonelist)
    before = pickle.loads(pickle.dumps(machine.node)).zones
    trace = Trace(machine, before, gfp_mask, order, replace(task), machine.jiffies, names, ac.highest_zoneidx, [])
    machine.trace = trace.events
    try:
        trace.page = alloc_pages(machine, gfp_mask, order, task=task, max_rounds=max_rounds)
        trace.end = "no_page" if trace.page is None else "page"
    except Livelock as livelock:
        trace.end, trace.why = "livelock", str(livelock)
    finally:
        machine.trace = outer
    return trace
