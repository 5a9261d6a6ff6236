"""Pages on a list that nobody has looked at yet: numbers until the list's turn comes to them.

A prepared machine has hundreds of thousands of pages on its lists and reclaim looks at a few. So the list's older part
is a run of numbers, shared by all copies, and a page becomes an object when it is reached.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from buddylab.explorer.plan import Listed, Stride
from buddylab.reclaim.lru import PageList
from buddylab.reclaim.page import Page


class Stretch:
    """Entries from the list's tail to its head, read in large strides so that neighbours in memory lie far apart.

    entries: numbers, shared and never changed. make: turns one into a page. at, end: the places of those that are here;
    behind the last number the first comes again.
    """

    def __init__(self, entries: Listed, make: Callable[[int], Page]) -> None:
        """All of them are on the list."""
        self.entries, self.make = entries, make
        self.at, self.end = 0, len(entries)
        self.left = len(entries)
        self.early: dict[int, Page | None] = {}
        self.place_of: dict[Page, int] = {}
        self.stride, self.anon = Stride(len(entries)), False

    def entry(self, place: int) -> int:
        """The number at this place, counted from the tail."""
        return self.entries[self.stride.there(place)]

    def tag(self, place: int) -> int:
        """The last eight bits of the number at this place, which tell what sort of page it is."""
        return self.entries.tag(self.stride.there(place))

    def lose(self, place: int) -> None:
        """The page at this place has never been here."""
        self.early[place] = None
        self.left -= 1

    def page(self, place: int) -> Page | None:
        """The page at this place, made now if need be; it stays where it is. None if it has left the list."""
        if place in self.early:
            return self.early[place]
        if not self.at <= place < self.end:
            return None
        page = self.early[place] = self.make(self.entry(place))
        self.place_of[page] = place
        return page

    def pop(self) -> Page:
        """The page at the tail leaves the run."""
        while True:
            place, self.at = self.at, self.at + 1
            if place not in self.early:
                page: Page | None = self.make(self.entry(place))
            else:
                page = self.early.pop(place)
            if page is not None:
                self.place_of.pop(page, None)
                self.left -= 1
                return page

    def remove(self, page: Page) -> None:
        """A page in the middle leaves; KeyError if it is not here."""
        self.early[self.place_of.pop(page)] = None
        self.left -= 1

    def turn(self, pages: int) -> bool:
        """So many pages go from the tail to the head, if nobody has looked at one of them yet; else nothing happens."""
        to, gone = self.at + pages, list[int]()
        for place in sorted(place for place in self.early if place >= self.at):
            if place >= to:
                break
            if self.early[place] is not None:
                return False
            gone.append(place)
            to += 1
        if pages > self.left:
            return False
        for place in gone:
            del self.early[place]
        self.early.update(dict.fromkeys((place + len(self.entries) for place in gone), None))
        self.at, self.end = to, self.end + to - self.at
        return True

    def __iter__(self) -> Iterator[Page]:
        """All that are left, from the tail; makes them."""
        pages = (self.page(place) for place in range(self.at, self.end))
        return (page for page in pages if page is not None)


class LruList(PageList):
    """A list of lru.LruZone whose oldest part is a run: `rotated` (the tail), the run, then the newer pages."""

    def __init__(self, run: Stretch) -> None:
        """Nothing but the run."""
        super().__init__()
        self.run = run
        self.rotated: OrderedDict[Page, None] = OrderedDict()

    def __len__(self) -> int:
        return super().__len__() + len(self.rotated) + self.run.left

    def __iter__(self) -> Iterator[Page]:
        """From the tail to the head."""
        yield from self.rotated
        yield from self.run
        yield from super().__iter__()

    def __contains__(self, page: object) -> bool:
        return super().__contains__(page) or page in self.rotated or page in self.run.place_of

    def __delitem__(self, page: Page) -> None:
        if super().__contains__(page):
            super().__delitem__(page)
        elif page in self.rotated:
            del self.rotated[page]
        else:
            self.run.remove(page)

    def popitem(self, last: bool = True) -> tuple[Page, None]:
        """Take the page at the tail (last=False); the head is never asked for."""
        if last:
            raise ValueError("reclaim takes pages from a list's tail only")
        if self.rotated:
            return self.rotated.popitem(last=False)
        if self.run.left:
            return self.run.pop(), None
        return super().popitem(last=False)

    def turn(self, pages: int) -> bool:
        """Anonymous pages that nobody has looked at yet turn as numbers."""
        return self.run.anon and not self.rotated and not super().__len__() and self.run.turn(pages)

    def move_to_end(self, key: Page, last: bool = True) -> None:
        """To the tail (last=False), or to the head."""
        del self[key]
        if last:
            self[key] = None
        else:
            self.rotated[key] = None
            self.rotated.move_to_end(key, last=False)
