"""All of reclaim put together: mm/vmscan.c's functions over one machine's zones, caches and swap."""

from collections.abc import Callable, Sequence

from buddylab.core.events import Event
from buddylab.reclaim import direct, shrink, slab, writeback
from buddylab.reclaim.lru import LruZone, Pagevecs
from buddylab.reclaim.page import AddressSpace, Page
from buddylab.reclaim.pageout import VM_SWAPPINESS, Backing, PageOut, ScanControl
from buddylab.reclaim.slab import Shrinker
from buddylab.reclaim.tasks import ReclaimState, TaskStruct
from buddylab.reclaim.tracing import Steps


class Vmscan:
    """Reclaim's settings and figures; its methods are the kernel's functions on them.

    vm_swappiness: 0 to 100. vm_total_pages: pages the VM controls. total_swap_pages: the swap devices' size.
    laptop_mode: write as late and as much at once as possible. shrinkers: caches in the order they registered;
    shrinker_lock_busy: somebody registers one. dirty_limits: (dirty limit, pages under writeback or unstable) now.
    """

    def __init__(
        self,
        zones: Sequence[LruZone],
        backing: Backing,
        swapper_space: AddressSpace,
        *,
        free_hot_cold_page: Callable[[Page, int], object] | None = None,
        vm_swappiness: int = VM_SWAPPINESS,
        vm_total_pages: int | None = None,
        total_swap_pages: int = 0,
        laptop_mode: bool = False,
        dirty_limits: Callable[[], tuple[int, int]] | None = None,
        wakeup_pdflush: Callable[[int], object] = lambda nr_pages: None,
        trace: list[Event] | None = None,
    ) -> None:
        """zones: all the machine's. free_hot_cold_page: how a reclaimed page is freed, if not by its zone itself."""
        self.zones, self.trace = zones, trace
        self.vm_swappiness, self.total_swap_pages, self.laptop_mode = vm_swappiness, total_swap_pages, laptop_mode
        self.vm_total_pages = sum(z.zone.present_pages for z in zones) if vm_total_pages is None else vm_total_pages
        self.buffer_heads_over_limit = False
        self.shrinkers: list[Shrinker] = []
        self.shrinker_lock_busy = False
        self.dirty_limits = dirty_limits or self.own_dirty_limits
        self.pdflush = wakeup_pdflush
        self.pagevecs = Pagevecs(free_hot_cold_page or free_into_its_zone)
        self.page_out = PageOut(backing, swapper_space, self.pagevecs, trace)

    def own_dirty_limits(self) -> tuple[int, int]:
        """The limit for writers, and what is under writeback; there is no NFS here."""
        mapped = sum(z.nr_file_mapped + z.nr_anon_pages for z in self.zones)
        limit = writeback.get_dirty_limits(self.vm_total_pages, mapped)[1]
        return limit, sum(z.nr_writeback for z in self.zones)

    def shrink_active_list(self, nr_pages: int, zone: LruZone, sc: ScanControl, priority: int) -> None:
        """Look at pages of the active list."""
        shrink.shrink_active_list(nr_pages, zone, sc, priority, self)

    def turn_active_list(self, nr_pages: int, zone: LruZone, sc: ScanControl, priority: int) -> int:
        """Pages of the active list that would all be kept, looked at as one."""
        return shrink.turn_active_list(nr_pages, zone, sc, priority, self)

    def shrink_inactive_list(self, max_scan: int, zone: LruZone, sc: ScanControl) -> int:
        """Look at pages of the inactive list; pages freed."""
        return shrink.shrink_inactive_list(max_scan, zone, sc, self)

    def throttle_vm_writeout(self, gfp_mask: int) -> Steps[None]:
        """Wait while too much is being written."""
        return writeback.throttle_vm_writeout(gfp_mask, self.dirty_limits, self.trace)

    def shrink_zone(self, priority: int, zone: LruZone, sc: ScanControl) -> Steps[int]:
        """Scan one zone; pages freed."""
        return shrink.shrink_zone(priority, zone, sc, self)

    def shrink_slab(self, scanned: int, gfp_mask: int, lru_pages: int, current: TaskStruct) -> int:
        """Age the caches; objects gone. The shrinkers add the pages that come back to `current.reclaim_state`."""
        if self.trace is not None:
            self.trace.append(("shrink_slab", scanned, lru_pages))
        return slab.shrink_slab(
            self.shrinkers, scanned, gfp_mask, lru_pages, lock_busy=self.shrinker_lock_busy, trace=self.trace
        )

    def wakeup_pdflush(self, nr_pages: int) -> None:
        """Ask for so many dirty pages to be written in the background; 0: all."""
        if self.trace is not None:
            self.trace.append(("wakeup_pdflush", nr_pages))
        self.pdflush(nr_pages)

    def disable_swap_token(self) -> None:
        """Nobody's memory is spared any more (the token itself is left out)."""
        if self.trace is not None:
            self.trace.append(("disable_swap_token",))

    def try_to_free_pages(self, zones: Sequence[LruZone], gfp_mask: int, current: TaskStruct) -> Steps[int]:
        """Direct reclaim by the task itself: 1 = progress, 0 = none. Slab pages count while it runs."""
        current.reclaim_state = ReclaimState()
        progress = yield from direct.try_to_free_pages(zones, gfp_mask, current, self)
        current.reclaim_state = None
        return progress


def free_into_its_zone(page: Page, cold: int) -> None:
    """Free a page straight into its zone's per-cpu list, where no Machine keeps the books of who owns what."""
    page.zone.free_hot_cold_page(page.pfn, cold)
