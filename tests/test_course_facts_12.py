"""What notebook 12 says: by the arithmetic of buddies, and by the experiments themselves."""

from collections import Counter
from itertools import pairwise

import pytest

from buddylab.core.ladder import alloc_pages
from buddylab.course import find
from buddylab.course.experiments.nb12 import (
    WAYS,
    after_waiting,
    all_but,
    blocks,
    fewest_pins,
    largest,
    long_run,
    pins,
    share_over_time,
    usable_by_pins,
)
from buddylab.course.small_machines import lists
from buddylab.world.observe import Series


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("12.layouts", "B"),
        ("12.middle", ((), (), (8, 4)) + ((),) * 8),  # 4 XOR 4 = 0, 8 XOR 4 = 12: both in use
        ("12.every_eighth", 2),  # of 8 pages the first is used: 1, 2-3 and 4-7 are left
        ("12.waiting", 2),
        ("12.fewest", 1024 // 8),
        ("12.pull", 5),  # pages 0 to 7 hold no other
        ("12.index", round(100 * (20 + 2 * 10 + 4 * 5) / (20 + 20 + 20 + 40))),
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_two_layouts_of_one_sum():
    striped, halved = all_but(range(1, 16, 2)), all_but(range(8))
    assert striped.zones[0].nr_free_pages == halved.zones[0].nr_free_pages == 8
    assert (largest(striped), largest(halved)) == (0, 3)
    assert alloc_pages(striped, 0, 3) is None and alloc_pages(halved, 0, 3) == 8


def test_one_page_in_two_to_the_order_rules_the_order_out():
    assert [fewest_pins(order) for order in range(1, 11)] == [1024 >> order for order in range(1, 11)]
    for kept in range(128):  # with one page less in any place, a block of order 3 is there
        assert largest(all_but([8 * number for number in range(128) if number != kept], 1024)) == 3


def test_where_pins_lie_decides():
    shares = {how: dict(usable_by_pins(how, 3, [0, 10, 12.5, 25])) for how in WAYS}
    assert shares["together"][25] == 100 and shares["together"][10] > 99
    assert 40 < shares["scattered"][10] < 50 and 8 < shares["scattered"][25] < 12
    assert shares["evenly"][12.5] == shares["evenly"][25] == 0 < shares["evenly"][10]
    assert abs(shares["scattered"][10] - 100 * 0.9**7) < 3, "seven others of its eight must be free: 0.9^7"
    assert {len(set(pins(410, how))) for how in WAYS} == {410}
    with pytest.raises(ValueError, match="together, scattered, evenly"):
        pins(1, "here")


def test_nothing_moves():
    night = all_but(range(0, 1024, 8), 1024)
    before = lists(night)
    assert after_waiting(night, 8) == 2 and lists(night) == before
    assert blocks(night)[:3] == [128, 128, 128]


@pytest.fixture(scope="module")
def aged():
    return long_run(1_000_000)


def test_a_machine_ages_from_the_large_orders_down(aged):
    shares, ends = share_over_time(aged, 16)
    assert shares[0] == [0] * 16 and 3 < float(ends[1]) < 3.5
    assert all(row[1:] == [100] * 15 for row in shares[7:])
    assert (shares[3][0], shares[3][-1], shares[2][-1]) == (1, 50, 29) and 5 < shares[1][-1] < 10
    assert all(50 <= shares[order][-1] <= 70 for order in (4, 5, 6))
    assert all(upper >= lower for low, high in pairwise(shares) for lower, upper in zip(low, high, strict=True))
    for order in (2, 3, 4):
        assert sum(shares[order][:8]) < sum(shares[order][8:])


def test_the_refused_requests_are_the_cards(aged):
    orders = Counter(order for _, order, _, _ in aged.failures)
    assert orders[3] > 0.99 * aged.count["failures"] > 500 and {cause for *_, cause in aged.failures} == {"no_wait"}
    assert min(aged.free["Normal"]) > 8
    filled = aged.free["Normal"][200:]
    assert max(filled) < 3 * aged.marks["Normal"][2]


def test_a_run_has_no_more_parts_than_samples():
    with pytest.raises(ValueError, match="1 to 0 parts"):
        share_over_time(Series(), 4)
