"""Direct reclaim: a task that finds no memory frees some itself, zone by zone, until it is enough. C: mm/vmscan.c.

Units: pages; priority 12 looks at 1/4096 of a list, 0 at all of it. What may sleep is a generator (see tracing.Steps).
"""

from collections.abc import Sequence
from typing import Protocol

from buddylab.core.events import Event
from buddylab.reclaim.lru import DEF_PRIORITY, LruZone
from buddylab.reclaim.pageout import ScanControl
from buddylab.reclaim.tasks import TaskStruct
from buddylab.reclaim.tracing import Steps
from buddylab.reclaim.writeback import congestion_wait


class ZoneShrinker(Protocol):
    """What try_to_free_pages and balance_pgdat call."""

    trace: list[Event] | None
    laptop_mode: bool
    vm_swappiness: int

    def shrink_zone(self, priority: int, zone: LruZone, sc: ScanControl) -> Steps[int]:
        """Scan one zone; pages freed."""

    def shrink_slab(self, scanned: int, gfp_mask: int, lru_pages: int, current: TaskStruct) -> int:
        """Age the caches; objects gone. Pages that come back are added to the task's reclaim_state."""

    def wakeup_pdflush(self, nr_pages: int) -> None:
        """Ask for so many dirty pages to be written in the background; 0: all."""

    def disable_swap_token(self) -> None:
        """Nobody's memory is spared any more."""


def note_zone_scanning_priority(zone: LruZone, priority: int) -> None:
    """Remember the most urgent priority at which the zone is scanned."""
    zone.prev_priority = min(zone.prev_priority, priority)


def shrink_zones(priority: int, zones: Sequence[LruZone], sc: ScanControl, vm: ZoneShrinker) -> Steps[int]:
    """Scan every populated zone of the list, written-off ones at priority 12 only; pages freed.

    zones: those that the task's cpuset allows. C: mm/vmscan.c, shrink_zones.
    """
    nr_reclaimed = 0
    sc.all_unreclaimable = True
    for zone in zones:
        if not zone.zone.present_pages:
            continue
        note_zone_scanning_priority(zone, priority)
        if zone.all_unreclaimable and priority != DEF_PRIORITY:
            continue
        sc.all_unreclaimable = False
        nr_reclaimed += yield from vm.shrink_zone(priority, zone, sc)
    return nr_reclaimed


def try_to_free_pages(zones: Sequence[LruZone], gfp_mask: int, current: TaskStruct, vm: ZoneShrinker) -> Steps[int]:
    """Direct reclaim by the task itself: 1 = progress (32 pages freed, or a zone not yet written off), 0 = none.

    zones: the zonelist's, in order; those in the task's cpuset_deny are passed over. C: mm/vmscan.c.
    """
    sc = ScanControl(current, gfp_mask, may_writepage=not vm.laptop_mode, swappiness=vm.vm_swappiness)
    allowed = [zone for zone in zones if zone.zone.label not in current.cpuset_deny]
    priority, progress = DEF_PRIORITY, False
    lru_pages = sum(zone.lru_pages for zone in allowed)
    total_scanned = nr_reclaimed = 0
    while priority >= 0:
        sc.nr_scanned = 0
        if priority == 0:
            vm.disable_swap_token()
        nr_reclaimed += yield from shrink_zones(priority, allowed, sc, vm)
        vm.shrink_slab(sc.nr_scanned, gfp_mask, lru_pages, current)
        nr_reclaimed += take_reclaimed_slab(current)
        total_scanned += sc.nr_scanned
        if nr_reclaimed >= sc.swap_cluster_max:
            progress = True
            break
        if total_scanned > sc.swap_cluster_max + sc.swap_cluster_max // 2:
            vm.wakeup_pdflush(0 if vm.laptop_mode else total_scanned)
            sc.may_writepage = True
        if sc.nr_scanned and priority < DEF_PRIORITY - 2:
            yield from congestion_wait(vm.trace)
        priority -= 1
    for zone in allowed:
        zone.prev_priority = max(priority, 0)
    return int(progress or not sc.all_unreclaimable)


def take_reclaimed_slab(current: TaskStruct) -> int:
    """Slab pages that came back on the task's behalf since last asked."""
    if current.reclaim_state is None:
        return 0
    pages, current.reclaim_state.reclaimed_slab = current.reclaim_state.reclaimed_slab, 0
    return pages
