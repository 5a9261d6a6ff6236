"""What notebook 05 says in numbers, by the arithmetic of 2.6.21 written out."""

import pytest

from buddylab.course import find
from buddylab.course.experiments.nb05 import case, changed, clumped, first_request, obtainable, under
from buddylab.reports import cures, explain, row_text

BLOCKS = (44578, 11117, 800, 0, 1, 1)


def test_the_marks_and_the_rows():
    assert 280240 // 4 == 70060 == sum(count << order for order, count in enumerate(BLOCKS))
    assert (939 - 939 // 2, 470 - 470 // 4) == (470, 353) and [353 >> n for n in (1, 2, 3)] == [176, 88, 44]
    free = 70060 - (1 << 3) + 1
    rows = [(free, 353), (free - 44578, 176), (free - 44578 - 2 * 11117, 88), (free - 44578 - 2 * 11117 - 4 * 800, 44)]
    assert rows == [(70053, 353), (25475, 176), (3241, 88), (41, 44)]
    normal, dma = explain(case()).tests
    assert [(row.free, row.needed) for row in normal.rows] == rows and normal.passes is False
    # DMA: 894 pages; min 17 - 8 = 9, 9 - 2 = 7; reserve 880 for a request that may use Normal.
    assert (894 - 8 + 1, 17 - 17 // 2 - 9 // 4 + 880) == (887, 887)
    assert [row_text(row) for row in dma.rows] == ["887 <= 887"] and dma.passes is False


def test_half_of_the_mark_in_pairs_is_kept():
    """`half of the mark in pairs or more, a quarter in blocks of four`: what the halving of each row leaves."""
    assert 939 >> 1 == 469 and 939 >> 2 == 234
    assert [row_text(row) for row in explain(case(), mode=0xD0).tests[0].rows][1:3] == ["25475 > 469", "3241 > 234"]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("big_blocks", "less"),  # 16 + 32 of 70,060 pages
        ("which_row", 3),
        ("short_by", 4),  # 45 > 44
        ("order2", "yes"),  # 70,057; 25,479; 3,245 > 88
        ("dma", "no"),
        ("moves", "reclaims"),  # GFP_KERNEL has __GFP_WAIT
        ("last_stage", "rebalance"),
        ("largest", 2),
        ("what_helps", "block"),  # 41 + 8 > 44
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(f"05.{name}").answer() == answer


def test_the_same_total_lying_otherwise():
    reports = {None: case(), **{scatter: clumped(scatter) for scatter in (100, 80, 60, 40, 20, 0)}}
    for report in reports.values():
        assert report.zone("Normal").buddy.sum_kb == 280240
    largest = [sum(first_request(report)) - 1 for report in reports.values()]
    assert largest == sorted(largest) and largest[:2] == [2, 4] and largest[-2:] == [10, 10]


def test_what_can_be_had_of_the_report():
    """Pairs: order 1 and more are 25,482 pages of Normal, less what must stay (176), and 893 - 880 - 7 of DMA."""
    total = 70060 + 894
    assert 100 * (25482 - 180) / total < obtainable(case(), 1) < 100 * (25482 + 10) / total
    assert 4 < obtainable(case(), 2) < 5 and obtainable(case(), 3) == 0
    assert obtainable(clumped(0), 8) > 95


def test_the_single_changes_and_later_rules():
    told = explain(case())
    assert not changed(told, "pages") and changed(told, "block") and not changed(told, "marks")
    assert {"order", "memory", "min_free_kbytes"} <= {cure.kind for cure in cures(told)}
    assert [under(kernel).verdict.passes for kernel in ("2.6.21", "4.3", "4.4")] == [False, False, True]
