"""What the prose of notebook 08 says in numbers: arithmetic written out, and what the model's run is said to show."""

import pytest
from recordings import named

from buddylab.core.environment import Task
from buddylab.core.gfp import GFP_ATOMIC, GFP_KERNEL, NOMEMALLOC
from buddylab.course import find
from buddylab.course.experiments.nb08 import CALLERS, HARDWARE, NOTHING, PAGE, RECLAIMS, besieged, left_by, meets, storm
from buddylab.course.experiments.nb08 import with_free as machine_with_free
from buddylab.machines.hardware import of


def test_08_the_marks_of_48_mb():
    """isqrt(16 * 49152) kB = 886 kB = 221 pages; a quarter 55 more, a half 110 more; batch 3."""
    zone = of(HARDWARE).machine().zones[0]
    assert (zone.pages_min, zone.pages_low, zone.pages_high, zone.hot.batch) == (221, 221 + 55, 221 + 110, 3)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("08.packets_leave", 353),  # 939 - 469 = 470, 470 - 117 = 353
        ("08.opens", 0),
        ("08.which_stage", "nofail_alloc"),
        ("08.closes", NOMEMALLOC),
        ("08.nested", "reserve"),
        ("08.on_kswapd", "no"),
        ("08.limit_of", 705),  # 939 - 234
        ("08.weaker_siege", 13),
    ],
)
def test_08_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


@pytest.mark.parametrize(
    ("caller", "below", "first", "otherwise"),
    [
        ("a program", 221, 222, RECLAIMS),
        ("a real-time program", 166, 167, RECLAIMS),  # 221 - 55 = 166
        ("a packet", 84, 85, NOTHING),
        ("a packet, on top of kswapd", 84, 85, NOTHING),  # 221 - 110 = 111, 111 - 27 = 84
        ("kswapd", 0, 1, NOTHING),
        ("an OOM victim", 0, 1, NOTHING),
        ("kswapd, NOMEMALLOC", 221, 222, NOTHING),
    ],
)
def test_08_who_meets_what(caller, below, first, otherwise):
    assert (meets(caller, below), meets(caller, first)) == (otherwise, PAGE)
    assert len(CALLERS) == 7


def test_08_as_the_recorded_kernel_has_it():
    """An interrupt on top of PF_MEMALLOC or TIF_MEMDIE got nothing; with NOMEMALLOC nobody did; kswapd got its page."""
    for name, got in (("memalloc_in_interrupt", False), ("nomemalloc", False), ("memalloc_no_watermark", True)):
        recorded = named(name)["ops"][0]["expect"]["result"]
        assert (recorded is not None) is got
    assert (meets("a packet, on top of kswapd", 10), meets("kswapd, NOMEMALLOC", 10)) == (NOTHING, NOTHING)
    assert meets("kswapd", 10) == PAGE


def test_08_packets_are_left_84_pages_and_kswapd_takes_the_last():
    assert left_by(GFP_ATOMIC, Task(in_interrupt=True), 221) == 84
    assert left_by(GFP_ATOMIC, Task(PF_MEMALLOC=True), 221) == 0
    assert left_by(GFP_KERNEL, Task(), 221) == 221
    with pytest.raises(ValueError, match="884 pages"):
        machine_with_free(885)


def test_08_a_storm_on_top_of_kswapd():
    """From 250 in steps of 3. 85 > 84 passes and 3 pages go: 82 are left. Without the guard nothing is."""
    guarded, open_to_all = storm(300), storm(300, guarded=False)
    assert guarded[0] == open_to_all[0] == 250 and guarded[-1] == 85 - 3 and open_to_all[-1] == 0


def test_08_the_siege():
    guarded, unguarded = besieged(), besieged(guarded=False)
    assert len(guarded.free) == 500 and (min(guarded.free), guarded.free.count(0)) == (82, 0)
    assert (min(unguarded.free), unguarded.free.count(0)) == (0, 267)
    assert (guarded.dropped, unguarded.dropped) == (9_528, 8_443) and 0.11 < 1 - 8_443 / 9_528 < 0.115
    assert unguarded.answered == 8_370 < guarded.answered == 9_878
    with pytest.raises(ValueError, match="at least 1 packet"):
        besieged(burst=0)


def test_08_the_smallest_burst_that_empties_the_unguarded_machine():
    """Exercise 2: 13 packets a jiffy; with the guard the machine keeps to its limit of 84, less what a refill takes."""
    assert besieged(guarded=False, burst=12).free.count(0) == 0 < besieged(guarded=False, burst=13).free.count(0)
    assert 84 - 3 < min(besieged(burst=13).free) <= 84
