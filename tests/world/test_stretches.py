"""Lists whose older part is made of numbers: they behave as the plain lists of 2.6.21's pages do."""

from collections import OrderedDict
from itertools import pairwise
from random import Random

import pytest

from buddylab.core import gfp
from buddylab.core.record import record
from buddylab.core.zone import Zone
from buddylab.explorer.filling import prepare
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


@pytest.mark.parametrize("seed", range(20))
def test_pages_that_turn_unseen_lie_where_they_would_lie_if_each_were_moved(seed):
    rng, (plain, lazy) = Random(seed), lists(60)
    lazy.run.anon = True
    for place in rng.sample(range(60), 5):
        lazy.run.lose(place)
        del plain[lazy.run.entry(place)]
    for pages in (rng.randrange(1, 40) for _ in range(12)):
        assert lazy.turn(pages)
        for pfn in [pfn for pfn, _ in zip(plain, range(pages), strict=False)]:
            plain.move_to_end(pfn)
        assert len(lazy) == len(plain)
    assert [page.pfn for page in lazy] == list(plain)


def test_a_page_that_somebody_has_looked_at_does_not_turn():
    _, lazy = lists(60)
    lazy.run.anon = True
    assert lazy.run.page(10) is not None
    assert lazy.turn(10) and not lazy.turn(1) and not lists(60)[1].turn(1)


MIXED = [
    (machine, pressure, mix, order, mask)
    for machine in ("small", "tiny")
    for pressure in (600, 900)
    for mix in ("no_swap", "swapping", "desktop", "dirty")
    for order, mask in ((5, gfp.GFP_KERNEL), (2, gfp.GFP_NOIO), (0, gfp.GFP_NOFS))
]


@pytest.mark.parametrize("setting", MIXED, ids=str)
def test_a_run_is_the_same_page_by_page(setting):
    """The same request where each page is looked at: the same events, the same pages in the same places."""
    machine, pressure, mix, order, mask = setting
    numbers, plain = (prepare(machine, pressure, None, mix) for _ in range(2))
    for lru in plain.population.zones:
        lru.active_list.run.anon = False
    events = [record(world.machine, mask, order, max_rounds=4).events for world in (numbers, plain)]
    assert events[0] == events[1]
    for lru, other in zip(numbers.population.zones, plain.population.zones, strict=True):
        assert [page.pfn for page in lru.active_list] == [page.pfn for page in other.active_list]
        assert [page.pfn for page in lru.inactive_list] == [page.pfn for page in other.inactive_list]
        assert (lru.pages_scanned, lru.nr_active, lru.nr_scan_active) == (
            other.pages_scanned,
            other.nr_active,
            other.nr_scan_active,
        )


def test_the_head_is_never_taken():
    with pytest.raises(ValueError, match="from a list's tail only"):
        lists(3)[1].popitem()
