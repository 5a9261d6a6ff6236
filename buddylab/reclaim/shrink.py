"""How 2.6.21 scans a zone: its two lists, page by page, in proportion to their length. C: mm/vmscan.c.

Units: pages; priority 12 looks at 1/4096 of a list, 0 at all of it. What may sleep is a generator (see tracing.Steps).
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from buddylab.core.events import Event
from buddylab.reclaim.lru import PAGEVEC_SIZE, LruZone, Pagevecs
from buddylab.reclaim.page import PG_ACTIVE, PG_LRU, Page, page_referenced
from buddylab.reclaim.pageout import PageOut, ScanControl
from buddylab.reclaim.tracing import COND_RESCHED, Steps

ULONG = 1 << 64


class VmState(Protocol):
    """The whole machine's figures and the helpers that scanning a list needs."""

    page_out: PageOut
    pagevecs: Pagevecs
    zones: Sequence[LruZone]
    vm_total_pages: int
    total_swap_pages: int
    buffer_heads_over_limit: bool
    trace: list[Event] | None


class Tendency(NamedTuple):
    """How shrink_active_list comes to take mapped pages or not; percentages."""

    mapped_ratio: int
    distress: int
    swap_tendency: int


def isolate_lru_pages(nr_to_scan: int, src: OrderedDict[Page, None]) -> tuple[list[Page], int]:
    """Take up to nr_to_scan pages off the tail of a list; returns them in that order, and how many were looked at.

    Pages without a reference are being freed elsewhere: they go to the head. C: mm/vmscan.c, isolate_lru_pages.
    """
    taken: list[Page] = []
    scan = 0
    while scan < nr_to_scan and src:
        page = src.popitem(last=False)[0]
        if page.count:
            page.count += 1
            page.flags &= ~PG_LRU
            taken.append(page)
        else:
            src[page] = None
        scan += 1
    return taken, scan


def swap_tendency(zone: LruZone, sc: ScanControl, priority: int, vm: VmState) -> Tendency | None:
    """May mapped pages leave the active list? From 100 on they may. None: not asked (no swapping, or near OOM)."""
    if not sc.may_swap or zone.zone_is_near_oom():
        return None
    distress = 100 >> min(zone.prev_priority, priority)
    mapped = sum(z.nr_file_mapped + z.nr_anon_pages for z in vm.zones)
    mapped_ratio = mapped * 100 % ULONG // vm.vm_total_pages
    return Tendency(mapped_ratio, distress, mapped_ratio // 2 + distress + sc.swappiness)


def reclaim_mapped(zone: LruZone, sc: ScanControl, priority: int, vm: VmState) -> bool:
    """Whether mapped pages may leave the active list: near OOM always, without may_swap never."""
    tendency = swap_tendency(zone, sc, priority, vm)
    return sc.may_swap if tendency is None else tendency.swap_tendency >= 100


def shrink_active_list(nr_pages: int, zone: LruZone, sc: ScanControl, priority: int, vm: VmState) -> None:
    """Look at nr_pages from the tail of the active list; what is not kept goes to the head of the inactive one.

    C: mm/vmscan.c, shrink_active_list.
    """
    if vm.trace is not None:
        vm.trace.append(("active", nr_pages))
    mapped_too = reclaim_mapped(zone, sc, priority, vm)
    if vm.trace is not None:
        vm.trace.append(("reclaim_mapped", int(mapped_too)))
    vm.pagevecs.lru_add_drain()
    if not (mapped_too and vm.total_swap_pages) and zone.active_list.turn(nr_pages):
        zone.pages_scanned += nr_pages
        return
    l_hold, pgscanned = isolate_lru_pages(nr_pages, zone.active_list)
    zone.pages_scanned += pgscanned
    zone.nr_active -= len(l_hold)
    l_inactive: list[Page] = []
    l_active: list[Page] = []
    for page in l_hold:
        keep = page.mapcount and (
            not mapped_too or vm.total_swap_pages == 0 and page.anon or page_referenced(page, is_locked=False)
        )
        (l_active if keep else l_inactive).append(page)
    pvec = deactivate(l_inactive, vm)
    put_back(l_active, pvec, vm.pagevecs)
    vm.pagevecs.pagevec_release(pvec)


def turn_active_list(nr_pages: int, zone: LruZone, sc: ScanControl, priority: int, vm: VmState) -> int:
    """So many pages at most, in whole turns, that shrink_active_list would keep unseen, at once; how many they were.

    Without swap anonymous pages stay, and else as long as mapped pages do, which near OOM they do no more. 0: nothing
    was done. For a reclaimer whom nobody disturbs between two turns the result is the same.
    """
    if vm.total_swap_pages:
        if reclaim_mapped(zone, sc, priority, vm):
            return 0
        if sc.may_swap:
            nr_pages = min(nr_pages, zone.lru_pages * 3 - zone.pages_scanned)
    nr_pages = min(nr_pages, zone.nr_active) // sc.swap_cluster_max * sc.swap_cluster_max
    if vm.trace is not None or nr_pages <= 0 or not zone.active_list.turn(nr_pages):
        return 0
    zone.pages_scanned += nr_pages
    return nr_pages


def deactivate(pages: list[Page], vm: VmState) -> list[Page]:
    """Put pages at the head of the inactive list, 14 at a time; returns the last, still referenced batch.

    With too many buffer heads about, the pages' buffers are dropped on the way.
    """
    pvec: list[Page] = []
    for page in pages:
        page.flags = page.flags & ~PG_ACTIVE | PG_LRU
        page.zone.add_page_to_inactive_list(page)
        pvec.append(page)
        if len(pvec) == PAGEVEC_SIZE:
            if vm.buffer_heads_over_limit:
                vm.page_out.pagevec_strip(pvec)
            vm.pagevecs.pagevec_release(pvec)
    if vm.buffer_heads_over_limit:
        vm.page_out.pagevec_strip(pvec)
    return pvec


def put_back(pages: list[Page], pvec: list[Page], pagevecs: Pagevecs) -> None:
    """Put pages at the head of the list that their PG_active names; their references are dropped 14 at a time.

    pvec: the batch under way; its pages are still referenced afterwards.
    """
    for page in pages:
        page.flags |= PG_LRU
        if page.flags & PG_ACTIVE:
            page.zone.add_page_to_active_list(page)
        else:
            page.zone.add_page_to_inactive_list(page)
        pvec.append(page)
        if len(pvec) == PAGEVEC_SIZE:
            pagevecs.pagevec_release(pvec)


def shrink_inactive_list(max_scan: int, zone: LruZone, sc: ScanControl, vm: VmState) -> int:
    """Take pages off the tail of the inactive list, a cluster at a time, until max_scan were looked at; pages freed.

    C: mm/vmscan.c, shrink_inactive_list.
    """
    if vm.trace is not None:
        vm.trace.append(("inactive", max_scan))
    pvec: list[Page] = []
    nr_scanned = nr_reclaimed = 0
    vm.pagevecs.lru_add_drain()
    while True:
        taken, nr_scan = isolate_lru_pages(sc.swap_cluster_max, zone.inactive_list)
        zone.nr_inactive -= len(taken)
        zone.pages_scanned += nr_scan
        nr_scanned += nr_scan
        nr_freed, kept = vm.page_out.shrink_page_list(taken, sc)
        nr_reclaimed += nr_freed
        if not taken:
            break
        put_back(kept, pvec, vm.pagevecs)
        if nr_scanned >= max_scan:
            break
    vm.pagevecs.pagevec_release(pvec)
    if vm.trace is not None:
        vm.trace.append(("reclaimed", nr_reclaimed, sc.nr_scanned))
    return nr_reclaimed


class ListShrinker(Protocol):
    """What shrink_zone calls."""

    @property
    def trace(self) -> list[Event] | None:
        """Where events go; None records nothing."""

    def shrink_active_list(self, nr_pages: int, zone: LruZone, sc: ScanControl, priority: int) -> None:
        """Look at pages of the active list."""

    def turn_active_list(self, nr_pages: int, zone: LruZone, sc: ScanControl, priority: int) -> int:
        """Pages of the active list that would all be kept, looked at as one: how many."""

    def shrink_inactive_list(self, max_scan: int, zone: LruZone, sc: ScanControl) -> int:
        """Look at pages of the inactive list; pages freed."""

    def throttle_vm_writeout(self, gfp_mask: int) -> Steps[None]:
        """Wait while too much is being written."""


def shrink_zone(priority: int, zone: LruZone, sc: ScanControl, vm: ListShrinker) -> Steps[int]:
    """Scan a zone's lists in proportion to their length; pages freed. Small quotas wait until a cluster is due.

    C: mm/vmscan.c, shrink_zone.
    """
    if vm.trace is not None:
        vm.trace.append(("shrink_zone", zone.zone.label, priority, int(sc.may_writepage), zone.prev_priority))
    nr_active, zone.nr_scan_active = due(zone.nr_scan_active, zone.nr_active, priority, sc)
    nr_inactive, zone.nr_scan_inactive = due(zone.nr_scan_inactive, zone.nr_inactive, priority, sc)
    nr_reclaimed = 0
    while nr_active or nr_inactive:
        if sc.current.undisturbed and not nr_inactive:
            nr_active -= vm.turn_active_list(nr_active, zone, sc, priority)
        if nr_active:
            nr_to_scan = min(nr_active, sc.swap_cluster_max)
            nr_active -= nr_to_scan
            vm.shrink_active_list(nr_to_scan, zone, sc, priority)
        if nr_inactive:
            nr_to_scan = min(nr_inactive, sc.swap_cluster_max)
            nr_inactive -= nr_to_scan
            nr_reclaimed += vm.shrink_inactive_list(nr_to_scan, zone, sc)
        yield COND_RESCHED
    if vm.trace is not None:
        vm.trace.append(("throttle_vm_writeout", sc.gfp_mask))
    yield from vm.throttle_vm_writeout(sc.gfp_mask)
    return nr_reclaimed


def due(nr_scan: int, length: int, priority: int, sc: ScanControl) -> tuple[int, int]:
    """(pages of this list to scan now, pages that stay due): all once a cluster is due, else none."""
    nr_scan = (nr_scan + (length >> priority) + 1) % ULONG
    return (nr_scan, 0) if nr_scan >= sc.swap_cluster_max else (0, nr_scan)
