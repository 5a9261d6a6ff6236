"""What notebook 03 says in numbers, by the arithmetic of zone_watermark_ok written out."""

import pytest

from buddylab.core import gfp
from buddylab.core.record import record
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH
from buddylab.course import find
from buddylab.course.experiments.nb03 import WORDS, freed_at_random, who_passes
from buddylab.course.small_machines import with_free


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("03.least", 940),  # 940 - 1 + 1 = 940 > 939; 939 > 939 is false
        ("03.kb", "no"),  # 3400 / 4 = 850 <= 939
        ("03.first_or_second", "min_attempt"),  # 1000 <= 1173, 1000 > 939
        ("03.lowered", 353),  # 939 - 469 = 470, 470 - 117 = 353
        ("03.below_min", "2"),  # 600 <= 939, 600 <= 705, 600 > 470, 600 > 353
        ("03.split_up", "atomic"),  # 200 - 3 = 197 <= 939 >> 2 = 234, 197 > 353 >> 2 = 88
        ("03.row", "1"),  # 900 + 40 + 160 + 240 = 1340 - 7 = 1333 > 939; 1333 - 900 = 433 <= 469
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_the_four_marks_and_why_not_352():
    assert 939 - 939 // 2 == 470 and 939 - 939 // 4 == 705 and 470 - 470 // 4 == 353 and 939 * 3 // 8 == 352
    assert 705 - 705 // 2 == 353  # with 939 the order makes no difference
    assert (125 - 62, 63 - 15, 125 - 31, 94 - 47) == (63, 48, 94, 47)  # with 125 it does
    passing = {
        free: WORDS[who_passes(with_free("i386_1g", Normal=[free]).zone("Normal"), 0)]
        for free in (353, 354, 470, 471, 705, 706, 939, 940)
    }
    assert passing == {
        353: WORDS[0],
        354: WORDS[1],
        470: WORDS[1],
        471: WORDS[2],
        705: WORDS[2],
        706: WORDS[3],
        939: WORDS[3],
        940: WORDS[4],
    }


def test_the_zone_with_100_mb_free():
    assert 20000 + 2 * 2700 + 4 * 50 == 25600 == 100 * 256
    machine = with_free("i386_1g", DMA=[200], Normal=[20000, 2700, 50])
    run = record(machine, gfp.GFP_ATOMIC, 2)
    tests = [event[1:] for event in run.events if event[0] == "zone_watermark_ok" and event[5]]
    atomic = 0x02 | ALLOC_HIGH | ALLOC_HARDER
    assert run.page is not None and tests == [
        ("Normal", 2, 1173, 1, 0x44, 0),  # 197 <= 1173 >> 2 = 293
        ("DMA", 2, 21, 1, 0x44, 0),  # 200 - 3 = 197 <= 21 + 880
        ("Normal", 2, 939, 1, atomic, 1),
    ]
    machine = with_free("i386_1g", DMA=[200], Normal=[20000, 2700, 50])
    assert record(machine, gfp.GFP_KERNEL | gfp.NORETRY, 2).page is None


def test_the_map_says_what_the_text_says():
    free = [300, 400, 600, 800, 1000, 5000, 7500, 10000, 15000, 40000, 50000, 80000, 100000, 215000, 225000]
    rows = [dict(zip(free, row, strict=True)) for row in freed_at_random(free)]
    assert [rows[0][pages] for pages in (300, 400, 600, 800, 1000)] == [0, 1, 2, 3, 4]
    assert (rows[1][5000], rows[1][15000], rows[2][15000], rows[2][50000]) == (0, 4, 0, 4)
    assert (rows[3][50000], rows[3][100000]) == (0, 4) and 80000 / 256 > 300  # MB
    assert all(rows[order][215000] == 0 and rows[order][225000] == 4 for order in (8, 9, 10))


def test_free_pages_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match="must rise"):
        freed_at_random([500, 400])
    with pytest.raises(ValueError, match="225280"):
        freed_at_random([500, 300000])
