"""Watching: one request of Linux 6.12.117 recorded, in the frame that `buddylab.core.record` has for 2.6.21's."""

import pickle
from dataclasses import dataclass, replace

from buddylab.core.events import Event
from buddylab.modern.environment import Task
from buddylab.modern.ladder import Livelock, alloc_pages
from buddylab.modern.machine import Machine
from buddylab.modern.reserves import current_gfp_context
from buddylab.modern.zone import Zone


@dataclass(slots=True)
class Trace:
    """One recorded request.

    before: copies of the zones as they stood. gfp_mask: as asked. zonelist: names in the order tried. events: as they
    were appended (`modern.events.kernel_events` nests them). page: first pfn, or None. end: "page", "no_page" or
    "livelock"; why: the reason of a livelock. jiffies: the clock at the start.
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
    task, outer, machine.trace = task or Task(), machine.trace, None
    before = pickle.loads(pickle.dumps(machine.node)).zones
    ac = machine.context(current_gfp_context(gfp_mask, task))
    names = tuple(zone.name for zone in ac.zonelist)
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
