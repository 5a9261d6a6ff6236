"""Lists whose older part is made of numbers: they behave as the plain lists of 2.6.21's pages do."""

from collections import OrderedDict
from itertools import pairwise
from random import Random

import pytest

from buddylab.core.zone import Zone
from buddylab.explorer.stretches import LruList, Stretch
from buddylab.reclaim.lru import LruZone
from buddylab.reclaim.page import Page

ZONE = LruZone(Zone("Normal", 0, 0, 4096))


def lists(length):
    """The same pages as a plain list and as one with a run; `page_of` gives the second one's page by its number."""
    run = Stretch(range(length), lambda pfn: Page(pfn, ZONE))
    plain = OrderedDict((run.entry(place), None) for place in range(length))
    return plain, LruList(run)


@pytest.mark.parametrize("length", [0, 1, 2, 7, 100, 101, 1000])
def test_every_page_comes_once_and_neighbours_lie_apart(length):
    plain, lazy = lists(length)
    pfns = [lazy.popitem(last=False)[0].pfn for _ in range(length)]
    assert pfns == list(plain) and sorted(pfns) == list(range(length)) and not lazy
    if length >= 100:
        assert all(abs(b - a) > length // 10 for a, b in pairwise(pfns))


@pytest.mark.parametrize("seed", range(20))
def test_it_behaves_as_a_plain_list(seed):
    """Pop the tail, add at the head, take from the middle, rotate to the tail: both lists stay equal."""
    rng, (plain, lazy) = Random(seed), lists(60)
    fresh = 1000
    for _ in range(200):
        deed = rng.choice(("pop", "add", "remove", "rotate", "make"))
        pages = {page.pfn: page for page in lazy} if deed in ("remove", "rotate") else {}
        if deed == "add":
            fresh += 1
            plain[fresh] = None
            lazy[Page(fresh, ZONE)] = None
        elif deed == "pop" and plain:
            assert lazy.popitem(last=False)[0].pfn == plain.popitem(last=False)[0]
        elif deed == "make":
            lazy.run.page(rng.randrange(60))
        elif pages:
            pfn = rng.choice(list(pages))
            if deed == "remove":
                del plain[pfn]
                del lazy[pages[pfn]]
            else:
                plain.move_to_end(pfn, last=False)
                lazy.move_to_end(pages[pfn], last=False)
        assert len(lazy) == len(plain)
    assert [page.pfn for page in lazy] == list(plain)


def test_the_head_is_never_taken():
    with pytest.raises(ValueError, match="from a list's tail only"):
        lists(3)[1].popitem()
