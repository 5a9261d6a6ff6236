"""The two lists of each zone on which pages grow old, and how pages move on them.

C: mm/swap.c, include/linux/mm_inline.h.

A list is an OrderedDict whose last key is the head (where pages are added) and whose first is the tail (where reclaim
takes them). Units: pages.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

from buddylab.core.events import Event
from buddylab.core.pcp import free_hot_cold_page, free_pages_ok
from buddylab.core.zone import Zone
from buddylab.reclaim.page import PG_ACTIVE, PG_DIRTY, PG_LOCKED, PG_LRU, PG_RECLAIM, PG_REFERENCED, PG_WRITEBACK, Page

PAGEVEC_SIZE = 14
DEF_PRIORITY = 12


class PageList(OrderedDict[Page, None]):
    """One list: its first key is the tail."""

    def turn(self, pages: int) -> bool:
        """Whether so many pages went from the tail to the head untouched: a plain list has each page looked at."""
        return False


class LruZone:
    """The reclaim half of struct zone, beside core's Zone: the two lists, their counters, the scan's memory.

    nr_scan_active, nr_scan_inactive: pages due to be scanned. pages_scanned: since pages last reached the buddy lists.
    all_unreclaimable: written off by kswapd. prev_priority: how hard it was last time (12 easy, 0 hopeless).
    nr_*: pages of this zone in that state (C: vm_stat).
    """

    __slots__ = (
        "active_list",
        "all_unreclaimable",
        "inactive_list",
        "nr_active",
        "nr_anon_pages",
        "nr_file_mapped",
        "nr_inactive",
        "nr_scan_active",
        "nr_scan_inactive",
        "nr_writeback",
        "pages_scanned",
        "prev_priority",
        "trace",
        "zone",
    )

    def __init__(self, zone: Zone, trace: list[Event] | None = None) -> None:
        """Empty lists for this zone of the core."""
        self.zone, self.trace = zone, trace
        self.active_list, self.inactive_list = PageList(), PageList()
        self.nr_active = self.nr_inactive = 0
        self.nr_file_mapped = self.nr_anon_pages = self.nr_writeback = 0
        self.nr_scan_active = self.nr_scan_inactive = 0
        self.pages_scanned = 0
        self.all_unreclaimable = False
        self.prev_priority = DEF_PRIORITY

    def __repr__(self) -> str:
        state = "written off" if self.all_unreclaimable else f"priority {self.prev_priority}"
        return f"<LruZone {self.zone.label}: {self.nr_active:,} active, {self.nr_inactive:,} inactive, {state}>"

    @property
    def lru_pages(self) -> int:
        """Pages on both lists."""
        return self.nr_active + self.nr_inactive

    def zone_is_near_oom(self) -> bool:
        """Three times the lists were scanned for nothing. C: mm/vmscan.c, zone_is_near_oom."""
        return self.pages_scanned >= self.lru_pages * 3

    def set_all_unreclaimable(self, value: bool) -> None:
        """Write the zone off, or take it back; traced if it changes."""
        if value != self.all_unreclaimable and self.trace is not None:
            self.trace.append(("unreclaimable", self.zone.label, int(value)))
        self.all_unreclaimable = value

    def reached_buddy(self) -> None:
        """Pages reached the zone's buddy lists: it is worth scanning again. C: free_pages_bulk, free_one_page."""
        self.pages_scanned = 0
        self.set_all_unreclaimable(False)

    def freeing(self, free: Callable[[], object]) -> None:
        """Free pages of this zone by any call of the core's; `reached_buddy` if they did not stop at a per-cpu list."""
        before = self.zone.nr_free_pages
        free()
        if self.zone.nr_free_pages != before:
            self.reached_buddy()

    def free_hot_cold_page(self, pfn: int, cold: int) -> None:
        """Free a single page into the hot or cold per-cpu list. C: mm/page_alloc.c, free_hot_cold_page."""
        self.freeing(lambda: free_hot_cold_page(self.zone, pfn, cold))

    def free_pages_ok(self, pfn: int, order: int) -> None:
        """Free a block of order 1 or more. C: mm/page_alloc.c, __free_pages_ok."""
        self.freeing(lambda: free_pages_ok(self.zone, pfn, order))

    def add_page_to_active_list(self, page: Page) -> None:
        """At the head."""
        self.active_list[page] = None
        self.nr_active += 1

    def add_page_to_inactive_list(self, page: Page) -> None:
        """At the head."""
        self.inactive_list[page] = None
        self.nr_inactive += 1

    def del_page_from_lru(self, page: Page) -> None:
        """Off whichever list it is on; PG_active goes too."""
        if page.flags & PG_ACTIVE:
            page.flags &= ~PG_ACTIVE
            del self.active_list[page]
            self.nr_active -= 1
        else:
            del self.inactive_list[page]
            self.nr_inactive -= 1


class Pagevecs:
    """The CPU's two batches of pages on their way to the lists, and the dropping of references in batches of 14.

    free_hot_cold_page: where a page goes whose last reference is dropped; its second argument is 1 for the cold list.
    """

    def __init__(self, free_hot_cold_page: Callable[[Page, int], object]) -> None:
        """Both batches are empty."""
        self.free_hot_cold_page = free_hot_cold_page
        self.lru_add_pvecs: list[Page] = []
        self.lru_add_active_pvecs: list[Page] = []

    def lru_cache_add(self, page: Page) -> None:
        """A new page for the inactive list, once the batch is full or drained."""
        page.count += 1
        self.lru_add_pvecs.append(page)
        if len(self.lru_add_pvecs) == PAGEVEC_SIZE:
            self.pagevec_lru_add()

    def lru_cache_add_active(self, page: Page) -> None:
        """A new page for the active list, once the batch is full or drained."""
        page.count += 1
        self.lru_add_active_pvecs.append(page)
        if len(self.lru_add_active_pvecs) == PAGEVEC_SIZE:
            self.pagevec_lru_add_active()

    def lru_add_drain(self) -> None:
        """Put what waits in the two batches on the lists."""
        if self.lru_add_pvecs:
            self.pagevec_lru_add()
        if self.lru_add_active_pvecs:
            self.pagevec_lru_add_active()

    def pagevec_lru_add(self) -> None:
        """The whole batch to the inactive lists, and drop its references."""
        pvec, self.lru_add_pvecs = self.lru_add_pvecs, []
        for page in pvec:
            page.flags |= PG_LRU
            page.zone.add_page_to_inactive_list(page)
        self.release_pages(pvec, 0)

    def pagevec_lru_add_active(self) -> None:
        """The whole batch to the active lists, and drop its references."""
        pvec, self.lru_add_active_pvecs = self.lru_add_active_pvecs, []
        for page in pvec:
            page.flags |= PG_LRU | PG_ACTIVE
            page.zone.add_page_to_active_list(page)
        self.release_pages(pvec, 0)

    def pagevec_release(self, pvec: list[Page]) -> None:
        """Drop the batch's references after draining the CPU's own two; empties it. Pages that end here are cold."""
        if pvec:
            self.lru_add_drain()
            self.release_pages(pvec, 1)
            pvec.clear()

    def release_pages(self, pages: Iterable[Page], cold: int) -> None:
        """Drop one reference each; pages without any leave their list and are freed, 14 at a time."""
        pages_to_free: list[Page] = []
        for page in pages:
            page.count -= 1
            if page.count:
                continue
            if page.flags & PG_LRU:
                page.flags &= ~PG_LRU
                page.zone.del_page_from_lru(page)
            pages_to_free.append(page)
            if len(pages_to_free) == PAGEVEC_SIZE:
                self.pagevec_free(pages_to_free, cold)
        self.pagevec_free(pages_to_free, cold)

    def pagevec_release_nonlru(self, pvec: list[Page]) -> None:
        """Drop one reference each of pages that are on no list; empties the batch."""
        for page in pvec:
            page.count -= 1
        pages_to_free = [page for page in pvec if not page.count]
        self.pagevec_free(pages_to_free, 1)
        pvec.clear()

    def pagevec_free(self, pages: list[Page], cold: int) -> None:
        """Free the pages of a batch, the last one first; empties it. C: mm/page_alloc.c, __pagevec_free."""
        while pages:
            self.free_hot_cold_page(pages.pop(), cold)


def activate_page(page: Page) -> None:
    """To the head of the active list, if it is on the inactive one."""
    if page.flags & (PG_LRU | PG_ACTIVE) == PG_LRU:
        page.zone.del_page_from_lru(page)
        page.flags |= PG_ACTIVE
        page.zone.add_page_to_active_list(page)


def mark_page_accessed(page: Page) -> None:
    """A touch: the first one is remembered, the second one activates."""
    if page.flags & (PG_ACTIVE | PG_REFERENCED | PG_LRU) == PG_REFERENCED | PG_LRU:
        activate_page(page)
        page.flags &= ~PG_REFERENCED
    else:
        page.flags |= PG_REFERENCED


def end_page_writeback(page: Page) -> None:
    """Its write has ended; a page that reclaim wants back goes to the tail, to be taken next. C: mm/filemap.c."""
    if page.zone.trace is not None:
        page.zone.trace.append(("end_page_writeback", page.pfn))
    wanted = page.flags & PG_RECLAIM
    page.flags &= ~PG_RECLAIM
    if wanted:
        rotate_reclaimable_page(page)
    if page.flags & PG_WRITEBACK:
        page.flags &= ~PG_WRITEBACK
        page.zone.nr_writeback -= 1


def rotate_reclaimable_page(page: Page) -> None:
    """To the tail of the inactive list, if it is there, clean and unlocked."""
    if page.flags & (PG_LOCKED | PG_DIRTY | PG_ACTIVE | PG_LRU) == PG_LRU:
        page.zone.inactive_list.move_to_end(page, last=False)


def validate_zone(zone: LruZone) -> None:
    """Check a zone's lists, slowly; raises ValueError with the first thing that does not hold.

    Counters equal list lengths; pages say where they are; nobody is on two lists; no negative counter.
    """
    label = zone.zone.label
    for name, pages, counter, flag in (
        ("active", zone.active_list, zone.nr_active, PG_ACTIVE),
        ("inactive", zone.inactive_list, zone.nr_inactive, 0),
    ):
        if len(pages) != counter:
            raise ValueError(f"zone {label}: nr_{name} is {counter}, its list holds {len(pages)} pages")
        for page in pages:
            if page.zone is not zone or page.flags & (PG_LRU | PG_ACTIVE) != PG_LRU | flag:
                raise ValueError(f"zone {label}: {page!r} is on the {name} list")
    for name in ("nr_file_mapped", "nr_anon_pages", "nr_writeback", "pages_scanned"):
        if getattr(zone, name) < 0:
            raise ValueError(f"zone {label}: {name} is {getattr(zone, name)}")
