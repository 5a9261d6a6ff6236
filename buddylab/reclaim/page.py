"""One page that may be reclaimed: its flags, what it caches, who uses it.

C: include/linux/page-flags.h, mm/rmap.c, mm/page-writeback.c. Units: pages; counts of references and page tables.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from buddylab.reclaim.tasks import BackingDevInfo

if TYPE_CHECKING:
    from buddylab.reclaim.lru import LruZone

PG_LOCKED = 1 << 0
PG_ERROR = 1 << 1
PG_REFERENCED = 1 << 2
PG_DIRTY = 1 << 4
PG_LRU = 1 << 5
PG_ACTIVE = 1 << 6
PG_PRIVATE = 1 << 11
PG_WRITEBACK = 1 << 12
PG_SWAPCACHE = 1 << 15
PG_RECLAIM = 1 << 17

AS_EIO = 1
AS_ENOSPC = 2
ENOSPC = 28


@dataclass(slots=True, eq=False)
class AddressSpace:
    """What a cached page belongs to: a file, or swap (C: struct address_space and its operations).

    i_mmap: how many mmap the file. writepage: starts writing a locked page; returns 0, an error below 0 or
    AOP_WRITEPAGE_ACTIVATE; None: cannot be written. releasepage: may a page's buffers be dropped? None: ask
    the buffers themselves. flags: AS_EIO, AS_ENOSPC after a failed write.
    """

    backing_dev_info: BackingDevInfo
    writepage: Callable[["Page"], int] | None = None
    i_mmap: int = 0
    releasepage: Callable[["Page", int], bool] | None = None
    flags: int = 0


class Page:
    """A page that may be reclaimed (C: struct page). The zone's lists hold it while PG_LRU is set.

    count: references (`_count`). mapcount: page tables that map it; pte_young: how many of those say "accessed".
    anon: private memory (PageAnon). mapping: the file it caches; None for private memory and truncated pages.
    """

    __slots__ = ("anon", "count", "flags", "mapcount", "mapping", "pfn", "pte_young", "zone")

    def __init__(
        self,
        pfn: int,
        zone: "LruZone",
        mapping: AddressSpace | None = None,
        *,
        anon: bool = False,
        mapcount: int = 0,
        flags: int = 0,
        count: int = 1,
        pte_young: int = 0,
    ) -> None:
        """A page with one reference, on no list yet."""
        self.pfn, self.zone, self.mapping, self.anon = pfn, zone, mapping, anon
        self.mapcount, self.flags, self.count, self.pte_young = mapcount, flags, count, pte_young

    def __repr__(self) -> str:
        kind = "anonymous" if self.anon else "file" if self.mapping else "truncated"
        return f"<Page {self.pfn}: {kind}, flags {self.flags:#x}, count {self.count}, mapped {self.mapcount} times>"


def set_page_writeback(page: Page) -> None:
    """Its write has been started. C: test_set_page_writeback."""
    if not page.flags & PG_WRITEBACK:
        page.flags |= PG_WRITEBACK
        page.zone.nr_writeback += 1


def page_referenced(page: Page, is_locked: bool) -> int:
    """How often it was used since last asked; forgets what it tells. C: mm/rmap.c, page_referenced.

    is_locked: the caller holds the page's lock; a mapped file page that somebody else has locked counts as used.
    """
    referenced = 1 if page.flags & PG_REFERENCED else 0
    page.flags &= ~PG_REFERENCED
    if not page.mapcount or not (page.anon or page.mapping):
        return referenced
    if not page.anon and not is_locked and page.flags & PG_LOCKED:
        return referenced + 1
    referenced += page.pte_young
    page.pte_young = 0
    return referenced


def page_remove_rmap(page: Page) -> None:
    """One page table less maps it. C: mm/rmap.c; dropping the page table's reference is the caller's business."""
    page.mapcount -= 1
    if page.mapcount == 0:
        if page.anon:
            page.zone.nr_anon_pages -= 1
        else:
            page.zone.nr_file_mapped -= 1


def page_add_rmap(page: Page) -> None:
    """One page table more maps it. C: page_add_file_rmap, page_add_new_anon_rmap."""
    if page.mapcount == 0:
        if page.anon:
            page.zone.nr_anon_pages += 1
        else:
            page.zone.nr_file_mapped += 1
    page.mapcount += 1


def clear_page_dirty_for_io(page: Page) -> bool:
    """Take the dirty mark off a page that is about to be written; was it dirty?"""
    dirty = bool(page.flags & PG_DIRTY)
    page.flags &= ~PG_DIRTY
    return dirty


def drop_buffers(page: Page) -> None:
    """Its buffers are gone, and their reference with them. C: fs/buffer.c, __clear_page_buffers."""
    page.flags &= ~PG_PRIVATE
    page.count -= 1


def is_page_cache_freeable(page: Page) -> bool:
    """Does nobody hold it but the reclaimer, the cache, and its own buffers? C: mm/vmscan.c."""
    return page.count - (1 if page.flags & PG_PRIVATE else 0) == 2
