"""Why a page stayed in memory although reclaim came to it: the page-out of 2.6.21, watched. See MODEL.md."""

from collections.abc import Callable

from buddylab.core import gfp
from buddylab.reclaim.page import PG_DIRTY, PG_REFERENCED, PG_WRITEBACK, Page
from buddylab.reclaim.pageout import Label, PageOut, ScanControl

REASONS = ("writing", "no_fs", "no_swap", "referenced", "busy", "written_off", "empty")
"""Why pages stayed. no_swap: no slot for them; referenced: used a moment ago; busy: the disk's queue is full."""


class Watched(PageOut):
    """shrink_page_list that says of every page that stays why it stays."""

    kept: Callable[[str, Page], object]

    def shrink_page(self, page: Page, sc: ScanControl) -> Label:
        """One page, as ever."""
        used = bool(page.flags & PG_REFERENCED or page.pte_young)
        label = super().shrink_page(page, sc)
        if label != "free_it":
            self.kept(self.reason(page, sc, used), page)
        return label

    def reason(self, page: Page, sc: ScanControl, used: bool) -> str:
        """Why it stayed. used: it was marked as used before it was asked."""
        if page.flags & PG_WRITEBACK:
            return "writing"
        if used or not page.anon and not page.flags & PG_DIRTY:
            return "referenced"
        if page.anon and self.page_mapping(page) is None:
            return "no_swap"
        may_write = sc.gfp_mask & gfp.FS or page.anon and sc.gfp_mask & gfp.IO
        return "busy" if may_write else "no_fs"
