"""The inequality with its numbers: every test that a recorded kernel made, and rows worked out by hand."""

import pytest
from recordings import NAMED, named, some_random

from buddylab.core import machine
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, Row, rows, watermark_rows, zone_watermark_ok
from buddylab.scenario import replay


@pytest.fixture
def verdicts(monkeypatch):
    """What the rows of every test say, in order, while recordings are replayed."""
    said = []

    def both(zone, order, mark, classzone_idx, alloc_flags):
        told = watermark_rows(zone, order, mark, classzone_idx, alloc_flags)
        assert all(row.ok for row in told[:-1])
        assert told[-1].ok == (len(told) == order + 1 and told[-1].free_pages > told[-1].mark)
        ok = zone_watermark_ok(zone, order, mark, classzone_idx, alloc_flags)
        assert told[-1].ok == ok
        said.append(int(told[-1].ok))
        return ok

    monkeypatch.setattr(machine, "zone_watermark_ok", both)
    return said


def recorded(recording):
    """What the kernel's own zone_watermark_ok said, in order."""
    events = (event for op in recording["ops"] for event in op.get("expect", {}).get("events", ()))
    return [event[-1] for event in events if event[0] == "zone_watermark_ok"]


def test_the_rows_say_what_the_kernel_said_in_every_recorded_test(verdicts):
    refused = granted = 0
    for recording in [*map(named, NAMED), *some_random()]:
        verdicts.clear()
        replay(recording)
        assert verdicts == recorded(recording), recording["name"]
        refused, granted = refused + verdicts.count(0), granted + verdicts.count(1)
    assert refused > 1000 and granted > 1000


def test_rows_of_plain_counts():
    """280 MB free in Normal, GFP_ATOMIC, order 3: 939 - 469 = 470, 470 - 117 = 353; free 70060 - 8 + 1 = 70053."""
    counts = [44578, 11117, 800, 0, 1, 1]  # 44578 + 2 * 11117 + 4 * 800 + 16 + 32 = 70060
    assert rows(70060, counts, 3, 939, 0, ALLOC_HIGH | ALLOC_HARDER) == [
        Row(0, 70053, 353, 70060, None, True),
        Row(1, 25475, 176, 25482, 44578, True),
        Row(2, 3241, 88, 3248, 11117, True),
        Row(3, 41, 44, 48, 800, False),
    ]


def test_the_reserve_stands_in_row_0_only():
    """DMA, 894 free, asked for 2: 893 > 21 + 880 fails by itself; with a reserve of 871 row 1 is held against 10."""
    assert rows(894, [2] * 9, 1, 21, 880, 0) == [Row(0, 893, 901, 894, None, False)]
    assert rows(894, [2] * 9, 1, 21, 871, 0)[1] == Row(1, 891, 10, 892, 2, True)


def test_a_count_below_zero_slips_through_row_0_as_c_compares_it_unsigned():
    """5 free, asked for 8: 5 - 8 + 1 = -2 passes row 0; without the single page, -3, row 1 refuses."""
    told = rows(5, [1, 0, 1], 3, 0, 0, 0)
    assert told == [Row(0, -2, 0, 5, None, True), Row(1, -3, 0, 4, 1, False)]
    assert [row.slips for row in told] == [True, False]
