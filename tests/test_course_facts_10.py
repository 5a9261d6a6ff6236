"""What notebook 10 says: by the recorded kernel's rules, by arithmetic, and by the experiments themselves."""

from math import isqrt

import pytest

from buddylab.course import find
from buddylab.course.experiments.nb10 import (
    LITTLE,
    SCHEDULES,
    WANTED,
    Suspect,
    at_the_kill,
    crowd,
    kills_over_seeds,
    points,
    points_by_cpu_time,
    two_cpus,
    victim,
)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("10.free_at_kill", "some"),  # below the marks lies the reserve
        ("10.order3", "yes"),  # order 3 may not fail, the killer is called for any order
        ("10.recheck", 289),  # free <= mark refuses
        ("10.two_at_once", 1),  # a task with TIF_MEMDIE: kill nobody
        ("10.after_kill", "restart"),  # goto restart
        ("10.who_dies", "cc1"),
        ("10.who_may", 0x10 | 0x80),  # __GFP_WAIT leads to reclaim, __GFP_FS to the killer
        ("10.badness", 25_600 // 11 // 2 // 4),  # isqrt(1024 x 250 / 2048 = 125) = 11; fourth root of 16 = 2; root
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_two_guards_and_the_gap_between_them():
    assert [len(two_cpus(schedule)) for schedule in SCHEDULES] == [1, 1, 2]
    with pytest.raises(ValueError, match="look after the death; "):
        two_cpus("later")


def test_pages_are_free_at_the_kill():
    order0, order3 = at_the_kill(0, 960, 90), at_the_kill(3, 550, 100)
    assert 0 < order0.free < order0.pages_high == 288 == 240 * 6 // 5
    assert order3.free == 446 > 288 and not any(order3.blocks[3:]) and order3.victim
    assert sum(count << order for order, count in enumerate(order3.blocks)) == 446
    assert at_the_kill(4, 550, 100) is None, "above order 3 the first reclaim's hope is not followed up"


def test_two_hundred_shortages():
    with_look, without = kills_over_seeds(200, True), kills_over_seeds(200, False)
    assert sum(with_look.values()) == sum(without.values()) == 200
    assert set(with_look) == {1, 2} and set(without) == {1, 2, 3}
    assert with_look[1] == 200 * 9 // 10
    assert 200 / 3 < without[1] < 80 and without[2] > 100 > without[3] > 0


@pytest.mark.parametrize("high_recheck", [True, False])
def test_the_hog_goes_first_and_its_death_is_enough(high_recheck):
    for seed in range(30):
        kills = crowd(seed, high_recheck).run(80).kills
        assert kills[0][1] == "hog" and {name for _, name, _ in kills[1:]} <= {"little"}
        assert kills[0][2] > LITTLE * WANTED


def test_progress_is_told():
    told = []
    kills_over_seeds(4, True, told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_points_by_the_kernels_arithmetic():
    """total_vm / isqrt(jiffies of CPU >> 11) / fourth root(seconds >> 10), a quarter for root."""
    postgres = 400 * 256 // isqrt(3600 * 250 >> 11) // isqrt(isqrt(864_000 >> 10))
    assert points(Suspect("postgres", 400, 3600, 864_000)) == postgres == 102_400 // 20 // 5
    assert points(Suspect("Xorg", 200, 100, 86_400, root=True)) == 51_200 // 3 // 3 // 4
    assert points(Suspect("niced", 100, nice=True)) == 2 * 25_600
    assert points(Suspect("disabled", 100, oomkilladj=-3)) == 25_600 >> 3
    assert dict(points_by_cpu_time(400, [3000]))[3000] < points(Suspect("young", 25))
    assert victim([Suspect("only", 10, oomkilladj=-17)]) == ""
