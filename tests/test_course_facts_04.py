"""What notebook 04 says in numbers: lowmem_reserve by its arithmetic, and by asking the exact core until it refuses."""

import json
from pathlib import Path

import pytest

from buddylab.core import gfp
from buddylab.core.record import record
from buddylab.core.setup import setup_per_zone_lowmem_reserve
from buddylab.course import find
from buddylab.course.experiments.nb02 import LOW_MEMORY, zones_of
from buddylab.course.experiments.nb04 import NO_RESERVE, only_dma, programs_first, usable
from buddylab.course.small_machines import with_free

ROWS = json.loads((Path(__file__).parent / "data" / "setup.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("04.which_class", "2"),  # 1000 > 21, 1000 > 21 + 880 = 901, 1000 <= 21 + 1008 = 1029
        ("04.kept", 1008),  # (225280 + 32768) / 256
        ("04.other_ratio", "more"),  # 258048 / 128 = 2016
        ("04.flags", 888),  # 17 - 8 = 9, 9 - 2 = 7, 7 + 880 = 887, and one more
        ("04.own_class", "DMA32"),
        ("04.upper_rows", "yes"),  # 1000 - 1 = 999 > 901; 999 - 600 = 399 > 21 >> 1 = 10
        ("04.first_try", 2198),  # 1173 + 32768 / 32 = 2197, and one more
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_the_tables_are_the_recorded_ones():
    told = {row["desc"]: row["figures"]["zones"] for row in ROWS}
    for ram in (64, 1024, 2048, 4096):
        recorded = told[f"32-bit style, {ram} MB, sizeof(struct page) deducted 0"]
        assert {z.label: z.lowmem_reserve for z in zones_of(ram, LOW_MEMORY)} == {
            name: figures["lowmem_reserve"] for name, figures in recorded.items()
        }


def test_4_gb_keep_100_mb_of_normal_and_shut_dma():
    dma, normal, _ = zones_of(4096, LOW_MEMORY)
    assert normal.lowmem_reserve[2] == 819200 // 32 == 25600 == 100 * 256
    assert dma.lowmem_reserve[2] == (225280 + 819200) // 256 == 4080
    assert dma.lowmem_reserve[2] + dma.pages_min >= dma.present_pages


def test_the_lines_of_the_plot():
    lines = {name: dict(line) for name, line in usable([32, 64, 256, 4096]).items()}
    assert set(lines["DMA"].values()) == {4096 - 17}
    for name, above in (("Normal", 225280), ("HighMem", 225280 + 32768)):
        assert lines[name] == {ratio: max(0, 4096 - 17 - above // ratio) for ratio in lines[name]}
    assert (lines["Normal"][256], lines["HighMem"][256]) == (3199, 3071)
    assert all(lines["HighMem"][ratio] < lines["Normal"][ratio] for ratio in (64, 256, 4096))


def test_the_reserve_is_what_the_card_gets():
    assert programs_first(256) == (3071, 1008) and programs_first(NO_RESERVE) == (4079, 0)
    assert 1008 * 4 // 1024 == 3 and round(1008 * 4 / 1024) == 4  # MB


def test_the_run_of_the_panel():
    run = record(with_free("i386_1g", DMA=[1000]), gfp.GFP_HIGHUSER | gfp.NORETRY, 0)
    tests = [event[3:] for event in run.events if event[0] == "zone_watermark_ok" and event[1] == "DMA"]
    assert run.page is None
    assert tests == [(21, 2, 0x44, 0), (21, 0, 0, 1), (17, 2, 0x42, 0)]  # the middle one is wakeup_kswapd's
    assert 1000 <= 17 + 1008 == 1025


def test_a_ratio_below_one_counts_as_one():
    machine = only_dma(0)
    assert machine.zone("DMA").lowmem_reserve == [0, 225280, 225280 + 32768]
    setup_per_zone_lowmem_reserve(machine.zones, machine.zone_types)
    assert machine.zone("DMA").lowmem_reserve == [0, 880, 1008]
