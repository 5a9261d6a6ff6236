"""The set-up arithmetic against marks that Linux 6.12 itself set up, and against older releases' rules by hand."""

import json
from pathlib import Path

import pytest

from buddylab.reports import parse
from buddylab.reports.release import release
from buddylab.reports.setup import reserve_with, setup_of

RECORDED = json.loads((Path(__file__).parent / "setup_6_12.json").read_text(encoding="utf-8"))
USUAL = 10
"""watermark_scale_factor where none was set."""


def report_of(case):
    lines = ["Mem-Info:"]
    for zone in case["zones"]:
        low, mid, high = (4 * mark for mark in zone["marks"])
        size = 4 * zone["managed"]
        lines.append(f"{zone['name']} free:4kB min:{low}kB low:{mid}kB high:{high}kB present:{size}kB managed:{size}kB")
    return parse("\n".join(lines) + "\n")[0]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['min_free_kbytes']}-{len(case['zones'])}")
def test_marks_of_6_12_are_read_back_and_set_up_again(case):
    setup = setup_of(report_of(case), release("6.12"))
    assert setup is not None
    assert 0 <= case["min_free_kbytes"] // 4 - setup.pages_min <= len(case["zones"])
    for zone in case["zones"]:
        told = setup.marks(zone["name"], pages_min=case["min_free_kbytes"] // 4)
        assert all(
            abs(ours - printed) <= 2
            for ours, printed in zip((told.min, told.low, told.high), zone["marks"], strict=True)
        )


def test_twice_the_setting_gives_what_the_kernel_gives():
    """The rule by hand: with another setting only the share changes.

    6.12, one zone of 100,000 pages, min 1,000: a quarter is 250, 10/10,000 of the zone 100. Twice: 2,000, 2,500, 3,000.
    With a scale factor of 100 the gap is 1,000 whatever min is.
    """
    zone = {"name": "Normal", "managed": 100_000, "marks": [1000, 1250, 1500]}
    setup = setup_of(report_of({"zones": [zone]}), release("6.12"))
    twice, wide = setup.marks("Normal", pages_min=2000), setup.marks("Normal", scale=100)
    assert (twice.min, twice.low, twice.high) == (2000, 2500, 3000)
    assert (wide.min, wide.low, wide.high) == (1000, 2000, 3000)


def test_highmem_keeps_its_own_min_and_takes_its_gaps_from_the_share():
    """3.10: HighMem's min is 65,536 / 1,024 = 64; its share 2,521 x 65,536 / 60,485 = 2,731: 64 + 682, 64 + 1,365."""
    zones = [
        {"name": "Normal", "managed": 60485, "marks": [2521, 3151, 3781]},
        {"name": "HighMem", "managed": 65536, "marks": [64, 746, 1429]},
    ]
    setup = setup_of(report_of({"zones": zones}), release("3.10"))
    half = setup.marks("HighMem", pages_min=1260)
    share = 1260 * 65536 // 60485
    assert (half.min, half.low, half.high) == (64, 64 + share // 4, 64 + share // 2)


def test_marks_that_no_setting_gives_are_not_explained():
    zone = {"name": "Normal", "managed": 100_000, "marks": [1000, 1900, 1950]}
    assert setup_of(report_of({"zones": [zone]}), release("3.10")) is None


def test_a_ratio_is_worked_out_on_the_pages_above():
    """225,280 / 256 = 880; at most 877: 225,280 / 257 = 876. Unknown pages above: as many as round down to 880."""
    assert reserve_with(880, 225_280, 256, 877) == (257, 876)
    assert reserve_with(880, None, 256, 877) == (257, 877)
