"""What pages are used for: private memory, a file's cache, shrinkable slab; and the disk that they are written to.

A MODEL: one disk with a rate, files as numbered pages, memory as numbered addresses. Units: pages, jiffies.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from buddylab.core import gfp
from buddylab.reclaim.lru import end_page_writeback
from buddylab.reclaim.page import AddressSpace, Page
from buddylab.reclaim.tasks import BackingDevInfo, Mm

OBJECTS = 30
"""Dentries in one page of slab (136 bytes each on i386)."""
REQUEST = 8
"""Pages that one request to the disk holds on average (model); the queue has the kernel's 128 requests."""
CONGESTION_ON, CONGESTION_OFF = 113 * REQUEST, 103 * REQUEST
"""C: block/ll_rw_blk.c, blk_queue_congestion_threshold, in pages here."""


class AnonPage(Page):
    """A page of private memory; memory: whose, None once its owner is gone."""

    __slots__ = ("address", "memory")
    memory: "Memory | None"
    address: int


class CachePage(Page):
    """A page of a file; index: which one."""

    __slots__ = ("index",)
    index: int


@dataclass(slots=True, eq=False)
class Memory(Mm):
    """A process's private memory. pages: by address those in memory, or still in the swap cache.

    swapped: addresses whose page lies on the swap device only. untouched: pages not yet made objects (see runs.py);
    left makes them.
    """

    pages: dict[int, AnonPage] = field(default_factory=dict)
    swapped: dict[int, None] = field(default_factory=dict)
    untouched: int = 0
    left: Iterator[Page] = field(default_factory=lambda: iter(()))

    @property
    def resident(self) -> int:
        """Pages in memory."""
        return len(self.pages) + self.untouched


@dataclass(slots=True, eq=False)
class File(AddressSpace):
    """A file and the pages of it that are cached, by index. size: its pages."""

    pages: dict[int, CachePage] = field(default_factory=dict)
    size: int = 0


@dataclass(slots=True, eq=False)
class Disk(BackingDevInfo):
    """The write queue of the one disk, first in, first out. pages_per_jiffy: 40 is 40 MB/s."""

    pages_per_jiffy: int = 40
    queue: deque[Page] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Raises ValueError for a disk that never writes."""
        if type(self.pages_per_jiffy) is not int or self.pages_per_jiffy < 1:
            raise ValueError(f"a disk writes at least 1 page a jiffy, not {self.pages_per_jiffy!r}")

    def submit(self, page: Page) -> None:
        """A page under writeback queues up."""
        self.queue.append(page)
        if len(self.queue) >= CONGESTION_ON:
            self.congested = True

    def jiffy(self) -> bool:
        """A jiffy's worth of writes ends. May those go on that wait for the queue? C: clear_queue_congested."""
        ended = min(self.pages_per_jiffy, len(self.queue))
        for _ in range(ended):
            end_page_writeback(self.queue.popleft())
        if len(self.queue) < CONGESTION_OFF:
            self.congested = False
        return ended > 0 and not self.congested

    def copy(self) -> "Disk":
        """An idle disk of the same speed."""
        return Disk(pages_per_jiffy=self.pages_per_jiffy)


class SlabCache:
    """Unused dentries, 30 to a page, the oldest page first: a page comes back when its last object has gone.

    free: gives a page back. C: fs/dcache.c, shrink_dcache_memory.
    """

    def __init__(self, free: Callable[[int], None]) -> None:
        """An empty cache."""
        self.free = free
        self.pages: deque[int] = deque()
        self.gone = 0

    @property
    def objects(self) -> int:
        """Unused objects held."""
        return len(self.pages) * OBJECTS - self.gone

    def add(self, pfn: int) -> None:
        """A page full of objects that nobody uses any more."""
        self.pages.append(pfn)

    def shrink(self, nr_to_scan: int, gfp_mask: int) -> int:
        """The cache's shrink function: unused objects in hundreds; -1 if the caller may not enter the file system."""
        if nr_to_scan:
            if not gfp_mask & gfp.FS:
                return -1
            self.gone += min(nr_to_scan, self.objects)
            while self.gone >= OBJECTS:
                self.gone -= OBJECTS
                self.free(self.pages.popleft())
        return self.objects // 100 * 100
