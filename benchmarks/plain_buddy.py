"""A buddy allocator as one writes it first: a set of free blocks for every order, and nothing else.

No watermarks, no zones, no per-cpu lists, no owner, no order within a list, no trace.
"""

from buddylab.core.zone import MAX_ORDER, TOP


class PlainBuddy:
    """Memory from pfn 0 up to `pages`, all free; `pages` is a multiple of 1,024."""

    def __init__(self, pages: int) -> None:
        """pages: how many, from pfn 0 up."""
        self.free: list[set[int]] = [set() for _ in range(MAX_ORDER)]
        self.free[TOP].update(range(0, pages, 1 << TOP))

    def alloc(self, order: int) -> int | None:
        """The first pfn of a block of 2^order pages, or None."""
        for current in range(order, MAX_ORDER):
            if self.free[current]:
                pfn = self.free[current].pop()
                while current > order:
                    current -= 1
                    self.free[current].add(pfn + (1 << current))
                return pfn
        return None

    def release(self, pfn: int, order: int) -> None:
        """Take a block back and merge it with its buddy while that is free too."""
        while order < TOP and pfn ^ (1 << order) in self.free[order]:
            buddy = pfn ^ (1 << order)
            self.free[order].remove(buddy)
            pfn = min(pfn, buddy)
            order += 1
        self.free[order].add(pfn)

    def nr_free_pages(self) -> int:
        """Pages in all free blocks."""
        return sum(len(blocks) << order for order, blocks in enumerate(self.free))
