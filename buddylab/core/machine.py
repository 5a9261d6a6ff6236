"""A machine: zones on nodes, their zonelists, a clock, a log, and the allocator's two questions to all of them.

C: mm/page_alloc.c, get_page_from_freelist and the free functions; mm/vmscan.c, wakeup_kswapd.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass

from buddylab.core import gfp
from buddylab.core.buddy import free_bootmem
from buddylab.core.environment import Environment, FaultAttr, NobodyElse, PrintkRatelimit, Task
from buddylab.core.events import Event
from buddylab.core.pcp import buffered_rmqueue, drain_pages, free_hot_cold_page, free_pages_ok
from buddylab.core.setup import build_zonelists, check_zones
from buddylab.core.zone import (
    ALLOC_CPUSET,
    ALLOC_NO_WATERMARKS,
    ALLOC_WMARK_LOW,
    ALLOC_WMARK_MIN,
    HZ,
    MAX_ORDER,
    RECLAIM_DISTANCE,
    BadPage,
    Zone,
    Zonelist,
    zone_watermark_ok,
)


@dataclass(slots=True)
class Node:
    """A NUMA node's kswapd: the largest order that it was asked for, and whether it is already at work."""

    kswapd_max_order: int = 0
    kswapd_awake: bool = False


class Machine:
    """Zones, nodes, zonelists and the pages handed out. `world` acts in between; `trace` records if it is a list.

    owner: first pfn of every block handed out -> its zone's place in `zones` * 16 + its order.
    """

    def __init__(
        self,
        zones: Sequence[Zone],
        zone_types: Sequence[str],
        *,
        nodes: int = 1,
        numa: bool = False,
        remote_distance: int = 20,
        jiffies: int = 0,
        fault: FaultAttr | None = None,
    ) -> None:
        """zones: empty ones, node by node, lowest type first; boot fills them. zone_types: those compiled in."""
        check_zones(zones, nodes)
        self.zones, self.zone_types = tuple(zones), tuple(zone_types)
        self.nodes = [Node() for _ in range(nodes)]
        self.numa, self.remote_distance = numa, remote_distance
        self.zone_reclaim_mode = numa and nodes > 1 and remote_distance > RECLAIM_DISTANCE
        self.zonelists = [
            [Zonelist(listed) for listed in kinds]
            for kinds in build_zonelists(zones, zone_types, nodes, numa, remote_distance)
        ]
        self.jiffies = jiffies
        self.fault_attr = fault or FaultAttr()
        self.printk_ratelimit = PrintkRatelimit()
        self.log: list[str] = []
        self.world: Environment = NobodyElse()
        self.owner: dict[int, int] = {}
        self._by_pfn = sorted(self.zones, key=lambda zone: zone.start_pfn)
        self._starts = [zone.start_pfn for zone in self._by_pfn]
        self._trace: list[Event] | None = None
        for place, zone in enumerate(self.zones):
            zone.place = place
            free_bootmem(zone)

    def __repr__(self) -> str:
        sizes = [f"{zone.label} {zone.present_pages >> 8:,} MB" for zone in self.zones]
        listed = ", ".join(sizes if len(sizes) < 6 else [*sizes[:4], f"{len(sizes) - 4} more zones"])
        free, present = (sum(getattr(z, what) for z in self.zones) for what in ("nr_free_pages", "present_pages"))
        return f"<Machine: {listed:.120}; {free:,} of {present:,} pages free>"

    def copy(self) -> "Machine":
        """A machine in the same state that can go its own way; nobody else acts on it and it records nothing."""
        twin = copy(self)
        twin.zones = tuple(zone.copy() for zone in self.zones)
        twin.nodes = [copy(node) for node in self.nodes]
        twin.zonelists = [[z.of(twin.zones) for z in kinds] for kinds in self.zonelists]
        twin.fault_attr, twin.printk_ratelimit = copy(self.fault_attr), copy(self.printk_ratelimit)
        twin.owner, twin.log = self.owner.copy(), self.log.copy()
        twin._by_pfn = [twin.zones[zone.place] for zone in self._by_pfn]
        twin.world, twin._trace = NobodyElse(), None
        return twin

    @property
    def trace(self) -> list[Event] | None:
        """The list that events are appended to; None records nothing."""
        return self._trace

    @trace.setter
    def trace(self, trace: list[Event] | None) -> None:
        self._trace = trace
        for zone in self.zones:
            zone.trace = trace

    def zone(self, label: str) -> Zone:
        """The zone of this label (`Normal`, or `Normal/1` on a machine with several nodes)."""
        for zone in self.zones:
            if zone.label == label:
                return zone
        raise ValueError(f"no zone {label!r} here: there are {', '.join(zone.label for zone in self.zones)}")

    def zonelist(self, gfp_mask: int, node: int = 0) -> Zonelist:
        """The zones that a request with this mask on this node may use, in order."""
        return self.zonelists[node][gfp.gfp_zone(gfp_mask, self.zone_types)]

    def tick(self, jiffies: int) -> None:
        """Let time pass, in jiffies (250 a second)."""
        if type(jiffies) is not int or jiffies < 0:
            raise ValueError(f"time runs forward, in whole jiffies, not by {jiffies!r}")
        if jiffies:
            self.jiffies += jiffies
            if self._trace is not None:
                self._trace.append(("tick", self.jiffies))

    def free_pages(self, pfn: int, order: int, cold: bool = False) -> None:
        """Give a block back that was handed out with this order (C: __free_pages; cold: free_cold_page).

        Raises BadPage, with nothing changed, for a double free, a wrong order, or a page that nobody was given.
        """
        block = self.owner.get(pfn)
        if block is None or block & 15 != order:
            raise BadPage(self._accusation(pfn, order))
        if cold and order:
            raise ValueError(f"only single pages can be freed as cold, not a block of order {order}")
        del self.owner[pfn]
        zone = self.zones[block >> 4]
        if order:
            free_pages_ok(zone, pfn, order)
        else:
            free_hot_cold_page(zone, pfn, 1 if cold else 0)

    def drain_local_pages(self) -> None:
        """Give all pages on the per-cpu lists back to the buddy lists."""
        for zone in self.zones:
            drain_pages(zone)

    def _accusation(self, pfn: int, order: int) -> str:
        """What is wrong with freeing this, in one sentence. Searches; only called on the way to an error."""
        what = f"cannot free pfn {pfn} as a block of order {order}: "
        if pfn in self.owner:
            return what + f"it was handed out with order {self.owner[pfn] & 15}"
        place = bisect_right(self._starts, pfn) - 1
        if place < 0 or pfn >= self._by_pfn[place].end_pfn:
            return what + "no zone has this page"
        zone = self._by_pfn[place]
        if any(first <= pfn < first + pages for first, pages in zone.holes):
            return what + f"it is a hole in zone {zone.label}, never handed out"
        if pfn in zone.hot.pages or pfn in zone.cold.pages:
            return what + f"it is already free, on a per-cpu list of zone {zone.label}"
        for o in range(1, MAX_ORDER):
            head = pfn >> o << o
            if self.owner.get(head, 0) & 15 >= o:
                return what + f"it lies inside the block of order {self.owner[head] & 15} at pfn {head}"
        return what + f"it is already free, in a buddy list of zone {zone.label}"


def cpuset_zone_allowed_softwall(machine: Machine, task: Task, zone: Zone, gfp_mask: int) -> bool:
    """May the task's cpuset use this zone? A stand-in: the cpuset is a list of zones that it refuses."""
    allowed = zone.label not in task.cpuset_deny
    if machine._trace is not None:
        machine._trace.append(("cpuset_zone_allowed_softwall", zone.label, gfp_mask, int(allowed)))
    return allowed


def get_page_from_freelist(
    machine: Machine, task: Task, gfp_mask: int, order: int, zonelist: Zonelist, alloc_flags: int
) -> int | None:
    """Go through the zonelist for the first zone that may and can give a block; its first pfn, or None.

    May: the cpuset, then the mark that `alloc_flags` names, or what zone_reclaim says where the mark refuses.
    """
    zones: Iterable[Zone] = zonelist.zones
    classzone_idx = zonelist.zones[0].index
    if machine._trace is not None:
        machine._trace.append(("get_page_from_freelist", gfp_mask, order, alloc_flags, classzone_idx))
    if machine.numa:
        zones = _zones_by_turns(machine, task, gfp_mask, zonelist, alloc_flags)
    for zone in zones:
        if alloc_flags & ALLOC_CPUSET and not cpuset_zone_allowed_softwall(machine, task, zone, gfp_mask):
            continue
        if not alloc_flags & ALLOC_NO_WATERMARKS:
            if alloc_flags & ALLOC_WMARK_MIN:
                mark = zone.pages_min
            elif alloc_flags & ALLOC_WMARK_LOW:
                mark = zone.pages_low
            else:
                mark = zone.pages_high
            if not zone_watermark_ok(zone, order, mark, classzone_idx, alloc_flags) and (
                not machine.zone_reclaim_mode or not zone_reclaim(machine, task, zone, gfp_mask, order)
            ):
                continue
        pfn = buffered_rmqueue(zone, order, gfp_mask)
        if pfn is not None:
            machine.owner[pfn] = zone.place << 4 | order
            return pfn
    return None


def _zones_by_turns(
    machine: Machine, task: Task, gfp_mask: int, zonelist: Zonelist, alloc_flags: int
) -> Iterator[Zone]:
    """A NUMA kernel's zonelist: after the first try zones lately found full are passed over, then all tried once more.

    Asking for the next zone says that the one before gave nothing; it counts as full unless the cpuset refused it.
    """
    for with_cache in (True, False):
        cached = False
        for place, zone in enumerate(zonelist.zones):
            if cached and place in zonelist.fullzones:
                continue
            if gfp_mask & gfp.THISNODE and zone.node != zonelist.zones[0].node:
                break
            yield zone
            if not alloc_flags & ALLOC_CPUSET or zone.label not in task.cpuset_deny:
                zonelist.fullzones.add(place)
            if with_cache and not cached:
                zlc_setup(zonelist, machine.jiffies)
                cached = True


def zlc_setup(zonelist: Zonelist, jiffies: int) -> None:
    """Forget which zones were full if that was more than a second ago."""
    if jiffies - zonelist.last_full_zap > HZ:
        zonelist.fullzones.clear()
        zonelist.last_full_zap = jiffies


def zone_reclaim(machine: Machine, task: Task, zone: Zone, gfp_mask: int, order: int) -> int:
    """Let the world reclaim in this zone before a farther one is tried; its answer."""
    trace = machine.trace
    if trace is None:
        return machine.world.zone_reclaim(task, zone, gfp_mask, order)
    entry = len(trace)
    trace.append(("zone_reclaim", zone.label, gfp_mask, order, 0))
    value = machine.world.zone_reclaim(task, zone, gfp_mask, order)
    trace[entry] = ("zone_reclaim", zone.label, gfp_mask, order, value)
    return value


def wakeup_kswapd(machine: Machine, task: Task, zone: Zone, order: int) -> None:
    """Wake the node's kswapd if this zone is below its low mark, without reserve or flags. C: mm/vmscan.c."""
    trace = machine.trace
    if trace is not None:
        trace.append(("wakeup_kswapd", zone.label, order))
    if zone_watermark_ok(zone, order, zone.pages_low, 0, 0):
        return
    node = machine.nodes[zone.node]
    node.kswapd_max_order = max(node.kswapd_max_order, order)
    allowed = zone.label not in task.cpuset_deny
    if trace is not None:
        trace.append(("cpuset_zone_allowed_hardwall", zone.label, gfp.GFP_KERNEL, int(allowed)))
    if not allowed or node.kswapd_awake:
        return
    if trace is not None:
        trace.append(("wake_up_interruptible", zone.node, node.kswapd_max_order))
    machine.world.wake_up_interruptible(task, zone.node)
