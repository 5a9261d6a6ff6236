"""Who uses a machine's memory: every page is really allocated, and the lists know it until it is given back.

A MODEL of the users; the lists and what reclaim decides about them are 2.6.21's (see MODEL.md). Units: pages.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from buddylab.core import gfp
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.zone import Zone
from buddylab.reclaim import writeback
from buddylab.reclaim.lru import LruZone, mark_page_accessed
from buddylab.reclaim.page import (
    PG_DIRTY,
    PG_LOCKED,
    PG_SWAPCACHE,
    PG_WRITEBACK,
    AddressSpace,
    Page,
    page_add_rmap,
    page_remove_rmap,
    set_page_writeback,
)
from buddylab.reclaim.pageout import SWAP_FAIL, SWAP_SUCCESS
from buddylab.reclaim.slab import Shrinker
from buddylab.reclaim.tasks import TaskStruct
from buddylab.reclaim.vmscan import Vmscan
from buddylab.world.users import AnonPage, CachePage, Disk, File, Memory, SlabCache

MASKS = {
    "anon": gfp.GFP_HIGHUSER,
    "cache": gfp.GFP_HIGHUSER,
    "kernel": gfp.GFP_KERNEL,
    "slab": gfp.GFP_KERNEL,
    "skb": gfp.GFP_ATOMIC,
}
"""The gfp mask with which the kernel asks for memory of each kind."""
WRITES_PER_HEAD = 64
"""File pages under writeback for which reclaim needs one more page of buffer heads (model: 56 bytes a head)."""
LIMIT = 1_000_000
"""Pages on the lists at most: Python needs about half a kilobyte for each."""


class Population:
    """The pages in use, by whom, and the answers that reclaim asks of the rest of the kernel (`pageout.Backing`).

    tasks: in the task list's order. current: who reclaims just now. dirty: cached file pages to be written, the oldest
    first, and since which jiffy. freed: pages that reclaim has given back. given: how often a block of any kind came
    back. nr_cached: pages on the lists. gave_back: told of every page (kind, zone, 1). asks: told
    before reclaim itself asks for memory.
    """

    def __init__(self, machine: Machine, *, swap_pages: int = 0, disk: Disk | None = None, limit: int = LIMIT) -> None:
        """Nobody uses anything yet. Raises ValueError for a swap device of negative size."""
        if type(swap_pages) is not int or swap_pages < 0:
            raise ValueError(f"a swap device has 0 pages or more, not {swap_pages!r}")
        self.machine, self.disk, self.limit = machine, disk or Disk(), limit
        self.zones = [LruZone(zone) for zone in machine.zones]
        self.nr_swap_pages = swap_pages
        swapper_space = AddressSpace(self.disk, self.writepage)
        self.vm = Vmscan(
            self.zones, self, swapper_space, free_hot_cold_page=self.free_page, total_swap_pages=swap_pages
        )
        self.tasks: list[TaskStruct] = []
        self.slab = SlabCache(self.free_slab)
        self.vm.shrinkers.append(Shrinker(self.slab.shrink))
        self.dirty: dict[CachePage, int] = {}
        self.heads: deque[int] = deque()
        self.current: TaskStruct | None = None
        self.freed = self.given = self.nr_cached = 0
        self.nr_untouched_dirty = 0
        self.untouched_dirty: Iterator[Page] = iter(())
        self.gave_back: Callable[[str, Zone, int], object] | None = None
        self.asks: Callable[[], object] | None = None

    def lru(self, zones: Sequence[Zone]) -> list[LruZone]:
        """The reclaim halves of these zones."""
        return [self.zones[zone.place] for zone in zones]

    def zone_of(self, pfn: int) -> LruZone:
        """The zone of a block that was handed out."""
        return self.zones[self.machine.owner[pfn] >> 4]

    # coming

    def file(self, size: int) -> File:
        """A new file of so many pages, none of them cached."""
        return File(self.disk, self.writepage, size=size)

    def add_anon(self, memory: Memory, address: int, pfn: int) -> AnonPage:
        """A fresh page of private memory, mapped and just used: active, by way of the batch of 14."""
        self._one_more()
        page = AnonPage(pfn, self.zone_of(pfn), anon=True, count=1, pte_young=1)
        page.memory, page.address = memory, address
        memory.pages[address] = page
        if address in memory.swapped:
            del memory.swapped[address]
            self.nr_swap_pages += 1
        page_add_rmap(page)
        self.vm.pagevecs.lru_cache_add_active(page)
        return page

    def add_cached(self, file: File, index: int, pfn: int) -> CachePage:
        """A page of a file that has been read: inactive, by way of the batch of 14."""
        self._one_more()
        page = CachePage(pfn, self.zone_of(pfn), file)
        page.index = index
        file.pages[index] = page
        self.vm.pagevecs.lru_cache_add(page)
        mark_page_accessed(page)
        return page

    def _one_more(self) -> None:
        if self.nr_cached >= self.limit:
            raise ValueError(
                f"the population holds {self.limit:,} pages, the most that it was built for: "
                "give the workload less memory or smaller files"
            )
        self.nr_cached += 1

    def map_cached(self, page: CachePage) -> None:
        """A process maps a cached page; the fault counts as a touch."""
        if not page.mapcount:
            page.count += 1
            page_add_rmap(page)
            if isinstance(page.mapping, File):
                page.mapping.i_mmap = 1
        page.pte_young = 1

    def map_again(self, page: AnonPage) -> None:
        """A fault finds the page still in the swap cache."""
        page.count += 1
        page_add_rmap(page)
        page.pte_young = 1

    def set_page_dirty(self, page: CachePage) -> None:
        """The page's contents differ from the disk's."""
        page.flags |= PG_DIRTY
        self.dirty.setdefault(page, self.machine.jiffies)

    # going

    def free_page(self, page: Page, cold: int) -> None:
        """The last reference is gone: into a per-cpu list."""
        self.nr_cached -= 1
        self.given += 1
        if cold:
            self._count("anon" if page.anon else "clean", page.zone.zone, 1)
        elif self.gave_back is not None:
            self.gave_back("exit", page.zone.zone, 1)
        page.zone.freeing(lambda: self.machine.free_pages(page.pfn, 0, cold=bool(cold)))

    def free_slab(self, pfn: int) -> None:
        """A slab page without objects goes back, and is counted in the reclaimer's name."""
        zone = self.zone_of(pfn)
        if self.current is not None and self.current.reclaim_state is not None:
            self.current.reclaim_state.reclaimed_slab += 1
        self._count("slab", zone.zone, 1)
        self.free_block(pfn, 0)

    def free_block(self, pfn: int, order: int) -> None:
        """A block that is on no list goes back."""
        self.given += 1
        self.zone_of(pfn).freeing(lambda: self.machine.free_pages(pfn, order))

    def _count(self, kind: str, zone: Zone, pages: int) -> None:
        self.freed += pages
        if self.gave_back is not None:
            self.gave_back(kind, zone, pages)

    def unmap_anon(self, page: AnonPage) -> None:
        """The owner goes away: page table, swap cache (unless under writeback), and with the last the page itself."""
        page.memory = None
        drop = page.mapcount
        if page.mapcount:
            page_remove_rmap(page)
        if page.flags & (PG_SWAPCACHE | PG_WRITEBACK) == PG_SWAPCACHE:
            page.flags &= ~(PG_SWAPCACHE | PG_DIRTY)
            self.nr_swap_pages += 1
            drop += 1
        page.count -= max(drop - 1, 0)
        if drop:
            self.vm.pagevecs.release_pages([page], 0)

    # what reclaim asks (pageout.Backing)

    def get_swap_page(self, page: Page) -> bool:
        """A slot on the swap device, if one is free."""
        if not self.nr_swap_pages:
            return False
        self.nr_swap_pages -= 1
        return True

    def swap_free(self, page: Page) -> None:
        """It leaves the swap cache: its contents are on the device only, or nobody's any more."""
        if not isinstance(page, AnonPage) or page.memory is None:
            self.nr_swap_pages += 1
        else:
            del page.memory.pages[page.address]
            page.memory.swapped[page.address] = None

    def try_to_unmap(self, page: Page) -> int:
        """Out of the one page table that maps it, unless it was used a moment ago."""
        if page.pte_young:
            page.pte_young = 0
            return SWAP_FAIL
        page_remove_rmap(page)
        page.count -= 1
        return SWAP_SUCCESS

    def try_to_free_buffers(self, page: Page) -> bool:
        """Pages have no buffers of their own here."""
        return True

    def remove_from_page_cache(self, page: Page) -> None:
        """The file forgets the page."""
        if isinstance(page, CachePage) and isinstance(page.mapping, File):
            del page.mapping.pages[page.index]

    def writepage(self, page: Page) -> int:
        """Its write is queued at the disk; a file's page may need a page of buffer heads first (GFP_NOFS)."""
        page.flags &= ~PG_LOCKED
        if not page.anon and not self.buffer_heads():
            page.flags |= PG_DIRTY
            return 0
        if isinstance(page, CachePage):
            self.dirty.pop(page, None)
        set_page_writeback(page)
        self.disk.submit(page)
        return 0

    def buffer_heads(self) -> bool:
        """Is there room for one more write's buffer head? A reclaimer may take the reserve for that."""
        if len(self.disk.queue) < len(self.heads) * WRITES_PER_HEAD or not self.current:
            return True
        mask = gfp.GFP_NOFS if self.current.PF_MEMALLOC else gfp.GFP_NOFS & ~gfp.WAIT
        machine, trace = self.machine, self.machine.trace
        if self.asks is not None:
            self.asks()
        if trace is not None:
            trace.append(("nested_alloc", 0))
        pfn = alloc_pages(machine, mask | gfp.NOWARN, 0, task=self.current)
        if trace is not None:
            trace.append(("nested_alloc_result", 0, -1 if pfn is None else pfn))
        if pfn is not None:
            self.heads.append(pfn)
        return pfn is not None

    def writes_end(self) -> bool:
        """A jiffy's worth of writes ends; may those go on who wait for the disk? Unused buffer heads go back."""
        go_on = self.disk.jiffy()
        while self.heads and not self.disk.queue:
            pfn = self.heads.popleft()
            if self.gave_back is not None:
                self.gave_back("heads", self.zone_of(pfn).zone, 1)
            self.free_block(pfn, 0)
        return go_on

    # dirty pages

    def dirty_limits(self) -> tuple[int, int]:
        """(dirty pages at which pdflush starts, at which writers must write). C: get_dirty_limits."""
        mapped = sum(zone.nr_file_mapped + zone.nr_anon_pages for zone in self.zones)
        return writeback.get_dirty_limits(self.vm.vm_total_pages, mapped)

    @property
    def nr_dirty(self) -> int:
        """File pages to be written."""
        return len(self.dirty) + self.nr_untouched_dirty

    @property
    def nr_writeback(self) -> int:
        """Pages that are being written."""
        return len(self.disk.queue)

    def write_oldest(self, pages: int, dirtied_by: int | None = None) -> int:
        """Start writing up to so many of the oldest dirty pages; how many were started.

        dirtied_by: only those dirty since this jiffy or longer.
        """
        if len(self.dirty) < pages and dirtied_by is None:
            for _ in islice(self.untouched_dirty, pages - len(self.dirty)):
                pass
        started = 0
        for page in list(islice(self.dirty, pages)):
            if dirtied_by is not None and self.dirty[page] > dirtied_by:
                break
            if page.flags & (PG_LOCKED | PG_WRITEBACK):
                continue
            page.flags = page.flags & ~PG_DIRTY | PG_LOCKED
            self.writepage(page)
            if page.flags & PG_DIRTY:
                break
            started += 1
        return started
