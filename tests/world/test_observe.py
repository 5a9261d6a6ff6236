"""The time series: what is kept, how it is thinned, what the numbers mean."""

import numpy as np
import pytest

from buddylab.core.zone import Zone
from buddylab.world.observe import NAMES, OTHERS, Series, unusable_index


def zone_with(blocks):
    """A zone of 4096 pages, marks 10, 12, 15, with so many free blocks by order."""
    zone = Zone("Normal", 0, 0, 4096, marks=(10, 12, 15))
    first = 0
    for order in range(len(blocks) - 1, -1, -1):
        for _ in range(blocks[order]):
            zone.free_area[order][first] = None
            zone.nr_free_pages += 1 << order
            first += 2 << order
    return zone


def test_unusable_index_by_hand():
    """6 single pages, one block of 2, two of 4: 16 free; order 1 cannot use 6 of them, order 2 cannot use 8."""
    assert [unusable_index([6, 1, 2], o) for o in range(4)] == [0.0, 6 / 16, 8 / 16, 1.0]
    assert unusable_index([0] * 11, 0) == 1.0


def test_a_sample_is_what_the_zone_held():
    series = Series()
    series.add_reclaimed("kswapd", 32)
    series.sample(5, [zone_with([6, 1, 2])])
    series.add_reclaimed("hog", 7)
    series.sample(6, [zone_with([0])])
    assert series.jiffies == [5, 6] and series.free == {"Normal": [16, 0]}
    assert series.marks == {"Normal": (10, 12, 15)}
    assert series.nr_free["Normal"][0] == (6, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0)
    assert series.reclaimed == {"kswapd": [32, 32], "hog": [0, 7]}
    assert series.largest_free_order("Normal") == [2, -1]
    assert series.unusable_index("Normal", 2) == [0.5, 1.0]


def test_arrays_have_the_promised_shapes():
    series = Series()
    for jiffy in range(3):
        series.sample(jiffy, [zone_with([6, 1, 2])])
    arrays = series.arrays()
    assert arrays["jiffies"].shape == arrays["free"]["Normal"].shape == arrays["reclaimed"]["kswapd"].shape == (3,)
    assert arrays["nr_free"]["Normal"].shape == arrays["unusable"]["Normal"].shape == (3, 11)
    assert arrays["unusable"]["Normal"][0, 1] == 6 / 16 and arrays["nr_free"]["Normal"].dtype == np.int64
    assert Series().arrays()["jiffies"].shape == (0,)


def test_thinning_keeps_every_second_sample_and_doubles_the_interval():
    series, zone = Series(limit=4), zone_with([1])
    for jiffy in range(5):
        series.sample(jiffy, [zone])
    assert (series.jiffies, series.every) == ([0, 2, 4], 2)
    for jiffy in range(5, 200):
        if jiffy >= series.due:
            series.sample(jiffy, [zone])
    assert len(series.jiffies) <= 4
    assert {
        len(column) for column in (series.free["Normal"], series.nr_free["Normal"], series.reclaimed["kswapd"])
    } == {len(series.jiffies)}


def test_lists_are_thinned_and_counted():
    """Limit 4: the fifth entry leaves 0, 2, 4; from then on every second one is kept, until that is too many again."""
    series = Series(limit=4)
    for jiffy in range(9):
        series.add_stall(jiffy, 1, "cat")
    assert [start for start, _, _ in series.stalls] == [0, 4, 8] and series.count["stalls"] == 9


def test_columns_stay_bounded():
    series = Series()
    for number in range(100):
        series.add_reclaimed(f"task {number}", 1)
    assert len(series.totals) == NAMES + 1 and series.totals[OTHERS] == 100 - (NAMES - 1)


def test_what_cannot_be_is_told():
    with pytest.raises(ValueError, match="at least 2 samples"):
        Series(limit=1)
    with pytest.raises(ValueError, match="no zone 'DMA' was observed: there are none yet"):
        Series().largest_free_order("DMA")
    with pytest.raises(ValueError, match="order must be from 0 to 10"):
        Series().unusable_index("Normal", 11)
