"""What reclaim does with the pages it took off an inactive list, one by one. C: mm/vmscan.c, shrink_page_list."""

from dataclasses import dataclass
from typing import Literal, Protocol

from buddylab.core import gfp
from buddylab.core.events import Event
from buddylab.core.zone import SWAP_CLUSTER_MAX
from buddylab.reclaim.lru import PAGEVEC_SIZE, Pagevecs
from buddylab.reclaim.page import (
    AS_EIO,
    AS_ENOSPC,
    ENOSPC,
    PG_ACTIVE,
    PG_DIRTY,
    PG_LOCKED,
    PG_PRIVATE,
    PG_RECLAIM,
    PG_SWAPCACHE,
    PG_WRITEBACK,
    AddressSpace,
    Page,
    clear_page_dirty_for_io,
    drop_buffers,
    is_page_cache_freeable,
    page_referenced,
)
from buddylab.reclaim.tasks import BackingDevInfo, TaskStruct

SWAP_SUCCESS, SWAP_AGAIN, SWAP_FAIL = 0, 1, 2
"""Answers of try_to_unmap: no page table maps the page any more; some still do; it must stay (locked or young)."""
AOP_WRITEPAGE_ACTIVATE = 0x80000
VM_SWAPPINESS = 60

Label = Literal["free_it", "activate_locked", "keep_locked", "keep"]
"""Where shrink_page_list goes with a page; the kernel's labels."""
Written = Literal["PAGE_KEEP", "PAGE_ACTIVATE", "PAGE_SUCCESS", "PAGE_CLEAN"]
"""What pageout says; after PAGE_SUCCESS the page is unlocked (C: pageout_t)."""


@dataclass(slots=True, eq=False)
class ScanControl:
    """One reclaimer's orders (C: struct scan_control), and who it is.

    nr_scanned: inactive pages looked at, mapped and swap-cache ones counted twice. may_writepage, may_swap: may dirty
    pages be written, mapped ones be taken? swap_cluster_max: pages per turn.
    """

    current: TaskStruct
    gfp_mask: int
    may_writepage: bool = True
    may_swap: bool = True
    swap_cluster_max: int = SWAP_CLUSTER_MAX
    swappiness: int = VM_SWAPPINESS
    nr_scanned: int = 0
    all_unreclaimable: bool = False


class Backing(Protocol):
    """The rest of the kernel, asked about one page."""

    def get_swap_page(self, page: Page) -> bool:
        """Take a swap slot (and the swap cache's own memory) for this page; False if there is none."""

    def swap_free(self, page: Page) -> None:
        """The page leaves the swap cache, its slot is no longer needed on its account."""

    def try_to_unmap(self, page: Page) -> int:
        """Take it out of all page tables (page_remove_rmap and a reference each, PG_dirty if a table says so)."""

    def try_to_free_buffers(self, page: Page) -> bool:
        """May the buffers of this page be dropped?"""

    def remove_from_page_cache(self, page: Page) -> None:
        """The page leaves its file's cache."""


class PageOut:
    """shrink_page_list and what it calls; `backing` answers, `swapper_space` stands for swap as a file.

    pagevecs: where freed pages go, 14 at a time.
    """

    def __init__(
        self, backing: Backing, swapper_space: AddressSpace, pagevecs: Pagevecs, trace: list[Event] | None = None
    ) -> None:
        """Nothing is kept between two calls."""
        self.backing, self.swapper_space, self.pagevecs, self.trace = backing, swapper_space, pagevecs, trace

    def shrink_page_list(self, page_list: list[Page], sc: ScanControl) -> tuple[int, list[Page]]:
        """Free what can be freed of pages in this order; returns how many, and those that stay, in this order."""
        freed_pvec: list[Page] = []
        kept: list[Page] = []
        nr_reclaimed = 0
        for page in page_list:
            label = self.shrink_page(page, sc)
            if label == "activate_locked":
                page.flags |= PG_ACTIVE
            if label != "keep":
                page.flags &= ~PG_LOCKED
            if label != "free_it":
                kept.append(page)
                continue
            nr_reclaimed += 1
            freed_pvec.append(page)
            if len(freed_pvec) == PAGEVEC_SIZE:
                self.pagevecs.pagevec_release_nonlru(freed_pvec)
        self.pagevecs.pagevec_release_nonlru(freed_pvec)
        return nr_reclaimed, kept

    def shrink_page(self, page: Page, sc: ScanControl) -> Label:
        """One page: first rule that applies. From the return on, all labels but `keep` hold the page's lock."""
        if page.flags & PG_LOCKED:
            return "keep"
        page.flags |= PG_LOCKED
        sc.nr_scanned += 1
        if not sc.may_swap and page.mapcount:
            return "keep_locked"
        if page.mapcount or page.flags & PG_SWAPCACHE:
            sc.nr_scanned += 1
        if page.flags & PG_WRITEBACK:
            return "keep_locked"
        referenced = page_referenced(page, is_locked=True)
        if referenced and self.page_mapping_inuse(page):
            return "activate_locked"
        if page.anon and not page.flags & PG_SWAPCACHE and not self.add_to_swap(page):
            return "activate_locked"
        return (
            self.unmap(page)
            or (self.write(page, sc, bool(referenced)) if page.flags & PG_DIRTY else None)
            or self.take(page, sc)
        )

    def page_mapping(self, page: Page) -> AddressSpace | None:
        """What it caches: swap, a file, or nothing (private memory without a slot, truncated)."""
        return self.swapper_space if page.flags & PG_SWAPCACHE else page.mapping

    def page_mapping_inuse(self, page: Page) -> bool:
        """Is it in somebody's page tables, or swap cache, or a file that somebody mmaps?"""
        if page.mapcount or page.flags & PG_SWAPCACHE:
            return True
        return page.mapping is not None and page.mapping.i_mmap > 0

    def add_to_swap(self, page: Page) -> bool:
        """Give private memory a swap slot; it is dirty now. False if there is none. C: mm/swap_state.c."""
        if not self.backing.get_swap_page(page):
            self.log("no_swap", page)
            return False
        self.log("add_to_swap", page)
        page.flags |= PG_SWAPCACHE | PG_DIRTY
        page.count += 1
        return True

    def unmap(self, page: Page) -> Label | None:
        """Take a mapped page out of all page tables; None: go on."""
        if not page.mapcount or self.page_mapping(page) is None:
            return None
        self.log("unmap", page)
        labels: dict[int, Label] = {SWAP_FAIL: "activate_locked", SWAP_AGAIN: "keep_locked"}
        return labels.get(self.backing.try_to_unmap(page))

    def write(self, page: Page, sc: ScanControl, referenced: bool) -> Label | None:
        """A dirty page: start its write if that is allowed; None: it is clean and locked, go on."""
        may_enter_fs = sc.gfp_mask & gfp.FS or page.flags & PG_SWAPCACHE and sc.gfp_mask & gfp.IO
        if referenced or not may_enter_fs or not sc.may_writepage:
            return "keep_locked"
        written = self.pageout(page, sc.current)
        if written == "PAGE_KEEP":
            return "keep_locked"
        if written == "PAGE_ACTIVATE":
            return "activate_locked"
        if written == "PAGE_SUCCESS":
            if page.flags & (PG_WRITEBACK | PG_DIRTY | PG_LOCKED):
                return "keep"
            page.flags |= PG_LOCKED
        return None

    def pageout(self, page: Page, current: TaskStruct) -> Written:
        """Start the write of a dirty page, if it need not wait for that. C: mm/vmscan.c, pageout."""
        if not is_page_cache_freeable(page):
            return "PAGE_KEEP"
        mapping = self.page_mapping(page)
        if mapping is None:
            return "PAGE_CLEAN" if self.clean_orphan(page) else "PAGE_KEEP"
        if mapping.writepage is None:
            return "PAGE_ACTIVATE"
        if not may_write_to_queue(mapping.backing_dev_info, current):
            return "PAGE_KEEP"
        if not clear_page_dirty_for_io(page):
            return "PAGE_CLEAN"
        page.flags |= PG_RECLAIM
        self.log("writepage", page)
        res = mapping.writepage(page)
        if res < 0:
            mapping.flags |= AS_ENOSPC if res == -ENOSPC else AS_EIO
        if res == AOP_WRITEPAGE_ACTIVATE or not page.flags & PG_WRITEBACK:
            page.flags &= ~PG_RECLAIM
        return "PAGE_ACTIVATE" if res == AOP_WRITEPAGE_ACTIVATE else "PAGE_SUCCESS"

    def clean_orphan(self, page: Page) -> bool:
        """A dirty page that lost its file, with clean buffers: drop them and it is clean."""
        if not page.flags & PG_PRIVATE:
            return False
        self.log("free_buffers", page)
        if not self.backing.try_to_free_buffers(page):
            return False
        drop_buffers(page)
        page.flags &= ~PG_DIRTY
        return True

    def take(self, page: Page, sc: ScanControl) -> Label:
        """A clean page that nobody maps: drop its buffers, take it out of its cache, free it."""
        if page.flags & PG_PRIVATE:
            if not self.try_to_release_page(page, sc.gfp_mask):
                return "activate_locked"
            if self.page_mapping(page) is None and page.count == 1:
                return "free_it"
        return "free_it" if self.remove_mapping(page) else "keep_locked"

    def try_to_release_page(self, page: Page, gfp_mask: int) -> bool:
        """Drop its buffers if its file lets it. C: fs/buffer.c, try_to_release_page."""
        if page.flags & PG_WRITEBACK:
            return False
        self.log("release", page)
        if page.mapping is not None and page.mapping.releasepage is not None:
            released = page.mapping.releasepage(page, gfp_mask)
        else:
            released = self.backing.try_to_free_buffers(page)
        if released:
            drop_buffers(page)
        return released

    def remove_mapping(self, page: Page) -> bool:
        """Take it out of its cache, if it is clean and nobody else has a reference. C: mm/vmscan.c, remove_mapping."""
        if self.page_mapping(page) is None or page.count != 2 or page.flags & PG_DIRTY:
            return False
        if page.flags & PG_SWAPCACHE:
            self.log("swap_cache_delete", page)
            page.flags &= ~PG_SWAPCACHE
            self.backing.swap_free(page)
        else:
            self.log("page_cache_remove", page)
            self.backing.remove_from_page_cache(page)
            page.mapping = None
        page.count -= 1
        return True

    def pagevec_strip(self, pages: list[Page]) -> None:
        """Drop the buffers of unlocked pages, where that is possible. C: mm/swap.c, pagevec_strip."""
        for page in pages:
            if page.flags & (PG_PRIVATE | PG_LOCKED) == PG_PRIVATE:
                page.flags |= PG_LOCKED
                self.try_to_release_page(page, 0)
                page.flags &= ~PG_LOCKED

    def log(self, name: str, page: Page) -> None:
        """Record what happened to a page, if anybody listens."""
        if self.trace is not None:
            self.trace.append((name, page.pfn))


def may_write_to_queue(bdi: BackingDevInfo, current: TaskStruct) -> bool:
    """May this task write there without standing in a queue? kswapd always, and writers to that very queue."""
    return current.PF_SWAPWRITE or not bdi.congested or bdi is current.backing_dev_info
