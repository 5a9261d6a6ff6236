"""kswapd: sleeps until a zone falls below pages_low, then works until all are above pages_high or written off.

C: mm/vmscan.c, kswapd and balance_pgdat. What may sleep is a generator (see tracing.Steps).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from buddylab.core import gfp
from buddylab.core.machine import Node
from buddylab.core.zone import SWAP_CLUSTER_MAX, zone_watermark_ok
from buddylab.reclaim.direct import ZoneShrinker, note_zone_scanning_priority
from buddylab.reclaim.lru import DEF_PRIORITY, LruZone
from buddylab.reclaim.pageout import ScanControl
from buddylab.reclaim.tasks import ReclaimState, TaskStruct
from buddylab.reclaim.tracing import COND_RESCHED, SCHEDULE, Steps
from buddylab.reclaim.writeback import congestion_wait

UNRECLAIMABLE = 6
"""A zone is written off when so many times its lists were scanned and nothing came of it."""


@dataclass(slots=True)
class Round:
    """One run of balance_pgdat from priority 12 down. total_scanned, nr_reclaimed: pages so far in this round."""

    temp_priority: list[int]
    total_scanned: int = 0
    nr_reclaimed: int = 0

    def in_vain(self) -> bool:
        """Did less than two thirds of what was scanned come back?"""
        return self.total_scanned > self.nr_reclaimed + self.nr_reclaimed // 2


@dataclass(slots=True)
class Kswapd:
    """The node's reclaim daemon. zones: all the node's, lowest first (C: pg_data_t).

    node: core's record of what it is asked for. A zone of 0 present pages is unpopulated.
    """

    zones: Sequence[LruZone]
    vm: ZoneShrinker
    node: Node = field(default_factory=Node)
    task: TaskStruct = field(default_factory=lambda: TaskStruct(comm="kswapd0"))

    def __post_init__(self) -> None:
        """It may use the reserves, write to full queues, and has nobody to reclaim for it."""
        self.task.PF_MEMALLOC = self.task.PF_SWAPWRITE = self.task.PF_KSWAPD = True
        self.task.reclaim_state = ReclaimState()

    def kswapd(self, balance_pgdat: Callable[[int], Steps[int]] | None = None) -> Steps[None]:
        """The outer loop, without end: take the wanted order, sleep if it is not larger than the last, balance.

        balance_pgdat: what to do when awake; its own method if not given. C: mm/vmscan.c, kswapd.
        """
        balance_pgdat = balance_pgdat or self.balance_pgdat
        order = 0
        while True:
            self.log("prepare_to_wait", self.node.kswapd_max_order)
            new_order, self.node.kswapd_max_order = self.node.kswapd_max_order, 0
            if order < new_order:
                order = new_order
            else:
                self.node.kswapd_awake = False
                self.log("schedule", self.node.kswapd_max_order)
                yield SCHEDULE
                order = self.node.kswapd_max_order
            self.node.kswapd_awake = True
            self.log("finish_wait")
            self.log("balance_pgdat", order)
            yield from balance_pgdat(order)

    def balance_pgdat(self, order: int) -> Steps[int]:
        """Reclaim until every zone is above pages_high for this order or written off; pages freed in the last round.

        C: mm/vmscan.c, balance_pgdat.
        """
        sc = ScanControl(self.task, gfp.GFP_KERNEL, swappiness=self.vm.vm_swappiness)
        while True:
            now = Round([DEF_PRIORITY] * len(self.zones))
            sc.may_writepage = not self.vm.laptop_mode
            all_zones_ok = yield from self.balance_round(order, now, sc)
            for zone, priority in zip(self.zones, now.temp_priority, strict=True):
                zone.prev_priority = priority
            if all_zones_ok:
                return now.nr_reclaimed
            self.log("cond_resched")
            yield COND_RESCHED
            self.log("try_to_freeze")

    def balance_round(self, order: int, now: Round, sc: ScanControl) -> Steps[bool]:
        """Priorities 12 to 0, until all is fine, 32 pages have come back, or 0 is done. Is all fine?"""
        all_zones_ok = True
        for priority in range(DEF_PRIORITY, -1, -1):
            if priority == 0:
                self.vm.disable_swap_token()
            end_zone = self.end_zone(order, priority)
            if end_zone is None:
                return True
            all_zones_ok = yield from self.shrink_up_to(end_zone, order, priority, now, sc)
            if all_zones_ok:
                break
            if now.total_scanned and priority < DEF_PRIORITY - 2:
                yield from congestion_wait(self.vm.trace)
            if now.nr_reclaimed >= SWAP_CLUSTER_MAX:
                break
        return all_zones_ok

    def end_zone(self, order: int, priority: int) -> int | None:
        """Place of the highest zone that is short of pages_high, without any reserve; None if none is."""
        for i in range(len(self.zones) - 1, -1, -1):
            zone = self.zones[i]
            if not self.passed_over(zone, priority) and not self.watermark(zone, order, 0):
                return i
        return None

    def passed_over(self, zone: LruZone, priority: int) -> bool:
        """Unpopulated, or written off: those are only looked at once a round."""
        return not zone.zone.present_pages or zone.all_unreclaimable and priority != DEF_PRIORITY

    def watermark(self, zone: LruZone, order: int, classzone_idx: int) -> bool:
        """Is the zone above pages_high for this order?"""
        return zone_watermark_ok(zone.zone, order, zone.zone.pages_high, classzone_idx, 0)

    def shrink_up_to(self, end_zone: int, order: int, priority: int, now: Round, sc: ScanControl) -> Steps[bool]:
        """Scan every zone from the lowest to end_zone, those that are fine too. Were all fine before?"""
        all_zones_ok = True
        classzone_idx = self.zones[end_zone].zone.index
        lru_pages = sum(zone.lru_pages for zone in self.zones[: end_zone + 1])
        for i, zone in enumerate(self.zones[: end_zone + 1]):
            if self.passed_over(zone, priority):
                continue
            if not self.watermark(zone, order, classzone_idx):
                all_zones_ok = False
            now.temp_priority[i] = priority
            nr_slab = yield from self.shrink(zone, priority, lru_pages, now, sc)
            if zone.all_unreclaimable:
                continue
            if nr_slab == 0 and zone.pages_scanned >= zone.lru_pages * UNRECLAIMABLE:
                zone.set_all_unreclaimable(True)
            if now.total_scanned > SWAP_CLUSTER_MAX * 2 and now.in_vain():
                sc.may_writepage = True
        return all_zones_ok

    def shrink(self, zone: LruZone, priority: int, lru_pages: int, now: Round, sc: ScanControl) -> Steps[int]:
        """Scan one zone and the caches in proportion; the caches' answer as an int of 32 bits, 0 = nothing went."""
        sc.nr_scanned = 0
        note_zone_scanning_priority(zone, priority)
        now.nr_reclaimed += yield from self.vm.shrink_zone(priority, zone, sc)
        slab = self.task.reclaim_state = ReclaimState()
        nr_slab = self.vm.shrink_slab(sc.nr_scanned, gfp.GFP_KERNEL, lru_pages, self.task) % (1 << 32)
        now.nr_reclaimed += slab.reclaimed_slab
        now.total_scanned += sc.nr_scanned
        return nr_slab

    def log(self, *event: int | str) -> None:
        """Record an event, if anybody listens."""
        if self.vm.trace is not None:
            self.vm.trace.append(event)
