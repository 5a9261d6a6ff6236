"""What the prose of the course's notebooks says in numbers, by the arithmetic or by the experiment itself."""

from buddylab.core.buddy import expand
from buddylab.core.zone import MAX_ORDER, PAGE_SIZE, Zone
from buddylab.course.experiments.nb01 import largest_free_order, needed_for


def test_01_orders_and_sizes():
    assert PAGE_SIZE == 4096 and MAX_ORDER - 1 == 10
    for order in range(10):  # one page more than 2^order takes 2^(order+1): all but one page of the upper half is lost
        assert ((1 << order) + 1 - 1).bit_length() == order + 1


def test_01_a_split_from_top_to_bottom_takes_ten_steps():
    zone = Zone("Normal", 0, 0, 1024, lowmem_reserve=[0])
    expand(zone, 0, 0, 10)
    assert [zone.free_list(order) for order in range(10)] == [[1 << order] for order in range(10)]


def test_01_random_order_needs_more_than_a_third_for_order_3_and_more_than_four_fifths_for_order_5():
    runs = {how: largest_free_order(how) for how in ("fifo", "lifo", "random")}
    assert runs["fifo"] == runs["lifo"]
    assert [needed_for(order, runs["fifo"]) for order in (3, 5, 9)] == [8, 32, 512]
    assert 1024 / 3 < needed_for(3, runs["random"]) < 1024 / 2
    assert 1024 * 4 / 5 < needed_for(5, runs["random"])
