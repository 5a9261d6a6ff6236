"""What the prose of notebook 07 says in numbers: arithmetic written out, and what the model's runs are said to show."""

import pytest

from buddylab.core.zone import SWAP_CLUSTER_MAX
from buddylab.course import find
from buddylab.course.experiments.nb07 import HARDWARE, a_second, loaded, states_between, watch
from buddylab.machines.hardware import of


def test_07_the_marks_of_512_mb():
    """isqrt(16 * 524288) kB = 2896 kB = 724 pages; a quarter 181 more, and half 362 more."""
    zone = of(HARDWARE).machine().zones[0]
    assert (zone.pages_min, zone.pages_low, zone.pages_high) == (724, 724 + 181, 724 + 362)
    assert zone.hot.batch == 31 and SWAP_CLUSTER_MAX == 32


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("07.between", "either"),
        ("07.freed_meanwhile", 0),
        ("07.where_back", "direct_reclaim"),
        ("07.who_pays", "at_once"),  # 221 - 110 = 111, 111 - 27 = 84 < free
        ("07.stops_at", 1409),  # high 1408: 1409 - 1 + 1 > 1408
        ("07.calls_until", 7),  # 20000 by 4096 is 4, plus 1: 7 * 5 = 35 >= 32 > 6 * 5
        ("07.edge", 5_000),  # 20 pages in each of 250 jiffies
    ],
)
def test_07_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_07_a_saw_between_low_and_high():
    """No stall, never near min; from low it goes up to high in a jiffy or two, about a dozen times a second."""
    second, series = a_second(4_000, mix="file_server")
    free = series.free["Normal"]
    assert second.served == 4_000 and (second.direct, second.stalls) == (0, 0)
    assert min(free) > 724 + 4 * 31 and max(free[80:]) < 1086 + 3 * 31
    leaps = sum(later - now > 100 for now, later in zip(free, free[2:], strict=False))
    assert 10 <= leaps / 2 <= 16  # each leap is seen from two places


def test_07_between_the_marks_kswapd_is_seen_awake_and_asleep():
    assert min(states_between().values()) > 10
    moments = watch(6_000, 60)
    assert [m.jiffy for m in moments] == list(range(60)) and not moments[0].awake


def test_07_the_edge_is_the_disk():
    """40 pages a jiffy are 10,000 a second. Below it nobody stalls, beyond it most pages come by the task itself."""
    assert 40 * 250 == 10_000
    below, beyond = a_second(8_000)[0], a_second(16_000)[0]
    assert (below.served, below.direct, below.stalled) == (8_000, 0, 0)
    assert beyond.direct > beyond.kswapd and 9_500 < beyond.served < 10_500
    assert 80 < beyond.stalls < 150 and beyond.stalled == 336
    assert a_second(16_000, mix="file_server")[0].stalls == 0


def test_07_half_the_disk_half_the_edge():
    assert a_second(4_000, disk=20)[0].stalls == 0 < a_second(6_000, disk=20)[0].stalls
    with pytest.raises(ValueError, match="at least 1 page a second"):
        loaded(0)


def test_07_most_stalls_are_short_and_the_longest_takes_28_ms():
    lengths = [jiffies * 4 for _, jiffies, _ in a_second(16_000)[1].stalls]
    assert len(lengths) == 116 and sum(ms < 4 for ms in lengths) == 90
    assert sum(ms >= 8 for ms in lengths) == 20 and max(lengths) == 28
