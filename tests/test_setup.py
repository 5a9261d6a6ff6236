"""The figures of boot against the recorded rows, and the results that were worked out by hand from the C text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from machines import as_at_boot, ask, named, one_zone, passes, three_zones

from buddylab import scenario
from buddylab.core import gfp
from buddylab.core.environment import PrintkRatelimit
from buddylab.core.setup import build_zonelists, setup_zones
from buddylab.core.zone import Zone
from buddylab.scenario import setup_figures

ROWS = json.loads((Path(__file__).parent / "data" / "setup.json").read_text(encoding="utf-8"))


def given_of(row):
    return {key: value for key, value in row.items() if key not in ("figures", "zonelists")}


def test_all_rows_are_here():
    assert len(ROWS) == 91


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["desc"])
def test_figures_and_zonelists_of_every_row(row):
    assert setup_figures(given_of(row)) == row["figures"]
    assert scenario.build_zonelists(given_of(row)) == row["zonelists"]


# What holds for every machine by the formulas themselves.

sizes = st.integers(0, 1 << 24)


@given(st.integers(1, 1 << 24), sizes)
def test_more_memory_never_lowers_a_figure_of_a_single_zone(present, more):
    small, large = as_at_boot(present), as_at_boot(present + more)
    for figure in ("pages_min", "pages_low", "pages_high"):
        assert getattr(small, figure) <= getattr(large, figure)
    for small_pcp, large_pcp in ((small.hot, large.hot), (small.cold, large.cold)):
        assert small_pcp.batch <= large_pcp.batch and small_pcp.high <= large_pcp.high


@given(st.integers(1, 1 << 24), sizes, sizes)
def test_relations_between_the_figures(dma, normal, highmem):
    types = ("DMA", "Normal", "HighMem")
    sizes_of = enumerate(zip(types, (dma, normal, highmem), strict=True))
    zones = [Zone(name, index, index << 26, pages) for index, (name, pages) in sizes_of if pages]
    kbytes = setup_zones(zones, types)
    assert 128 <= kbytes <= 65536
    low = [zone for zone in zones if zone.name != "HighMem"]
    # Every zone's share is rounded down, so that at most one page a zone is lost.
    assert kbytes // 4 - len(low) < sum(zone.pages_min for zone in low) <= kbytes // 4
    for zone in zones:
        assert zone.pages_min <= zone.pages_low <= zone.pages_high
        assert zone.lowmem_reserve == sorted(zone.lowmem_reserve)
        assert not any(zone.lowmem_reserve[: zone.index + 1])
        assert zone.hot.batch in (1, 3, 7, 15, 31)
        assert (zone.hot.high, zone.cold.high) in ((0, 0), (6 * zone.hot.batch, 2 * zone.hot.batch))


# Nodes beyond what the rows have, by hand: val = (distance + 1 below us + 1 with a CPU) * nodes * 4 + load.


def node_orders(nodes, distance):
    zones = [Zone("Normal", 0, 1024 * node, 16, node=node) for node in range(nodes)]
    return [[zone.node for zone in kinds[0]] for kinds in build_zonelists(zones, ("Normal",), nodes, True, distance)]


def test_order_of_three_nodes():
    # From 0: 1 and 2 alike (20*12 = 240), the lower one; its load grows by 2. From 1: 0 costs 22*12 = 264, 2 costs 240.
    # From 2: 0 costs (20+1+1)*12 = 264, 1 costs (20+1)*12 + 2 = 254.
    assert node_orders(3, 20) == [[0, 1, 2], [1, 2, 0], [2, 1, 0]]


def test_order_of_four_nodes():
    # From 0: 1, 2, 3 cost 320 each: 1 (load 3), 2, 3. From 1: 0 costs 352, 2 and 3 320: 2 (load 3), 3, 0.
    # From 2: 0 352, 1 336 + 3, 3 320: 3 (load 3); then 1, 0. From 3: 0 352, 1 336 + 3, 2 336 + 3: 1 (load 6), 2, 0.
    assert node_orders(4, 20) == [[0, 1, 2, 3], [1, 2, 3, 0], [2, 3, 1, 0], [3, 1, 2, 0]]


def test_a_distance_of_ten_spreads_no_load():
    # No distance ever changes, so node_load stays 0; from 2 and from 3 on, the node with the CPU comes last.
    assert node_orders(3, 10) == [[0, 1, 2], [1, 2, 0], [2, 1, 0]]
    # From 3: 1 costs (10+1)*16, 2 the same: the lower one.
    assert node_orders(4, 10)[3] == [3, 1, 2, 0]


# HANDCHECKS.md, point by point, with its numbers.


@pytest.mark.parametrize(("pages", "minimum", "pages_given"), [(50, 125, 2), (38, 93, 2)])
def test_handcheck_1_high_before_harder(pages, minimum, pages_given):
    # 125 - 62 = 63, 63 - 15 = 48; 93 - 46 = 47, 47 - 11 = 36. Two pages above each. HARDER first would give a third.
    machine = one_zone(pages, (minimum, 140, 150))
    got = [ask(machine, gfp.GFP_ATOMIC | gfp.NOWARN)[0] for _ in range(5)]
    assert [pfn is not None for pfn in got] == [True] * pages_given + [False] * (5 - pages_given)
    # The highest free block first (pages 48, 49; of 38 pages 36, 37), upwards inside it.
    assert got[:2] == [pages - 2, pages - 1]
    assert passes(ask(machine, gfp.GFP_ATOMIC | gfp.NOWARN)[1])[1] == (0x220, 0x2 | 0x20 | 0x10)


def singles_and_a_block(singles):
    """So many single pages (odd pfns below 34) and one block of order 3 at pfn 64; all marks 14."""
    holes = [(pfn, 1) for pfn in range(0, 2 * singles, 2)] + [(2 * singles, 64 - 2 * singles)]
    return one_zone(72, (14, 14, 14), holes=holes)


def test_handcheck_2_the_loop_over_orders():
    machine = singles_and_a_block(16)
    assert [machine.zones[0].nr_free(order) for order in range(4)] == [16, 0, 0, 1]
    # 24-2+1 = 23 > 14; then 23-16 = 7 and 14>>1 = 7: refused.
    pfn, events = ask(machine, gfp.GFP_KERNEL | gfp.NORETRY, 1)
    assert pfn is None and all(
        row == ("Normal", 1, 14, 0, flags, 0)
        for row, flags in zip(named(events, "zone_watermark_ok"), (0x44, 0, 0x42), strict=True)
    )
    # Order 0: 24 > 14, the newest single page.
    assert ask(machine, gfp.GFP_KERNEL)[0] == 31
    # One single page more changes nothing: 24 - 17 = 7.
    machine = singles_and_a_block(17)
    assert ask(machine, gfp.GFP_KERNEL | gfp.NORETRY, 1)[0] is None
    assert ask(machine, gfp.GFP_KERNEL)[0] == 33
    # HIGH and HARDER: 14-7 = 7, 7-1 = 6; 23-16 = 7 > 6>>1 = 3: from the block.
    assert ask(singles_and_a_block(16), gfp.GFP_ATOMIC, 1)[0] == 64


def test_handcheck_3_figures_of_1024_mb():
    types = ("DMA", "Normal", "HighMem")
    zones = [Zone("DMA", 0, 0, 4096), Zone("Normal", 1, 4096, 225280), Zone("HighMem", 2, 229376, 32768)]
    # Low memory 229376 pages = 917504 kB; sqrt(16 * 917504) = 3831.4.
    assert setup_zones(zones, types) == 3831
    dma, normal, highmem = zones
    # 3831 >> 2 = 957 pages to share: 957*4096/229376 = 17, 957*225280/229376 = 939; gaps a quarter and a half.
    assert (dma.pages_min, dma.pages_low, dma.pages_high) == (17, 21, 25)
    assert (normal.pages_min, normal.pages_low, normal.pages_high) == (939, 1173, 1408)
    # HighMem's share, 957*32768/229376 = 136, makes the gaps only; its mark is 32768/1024 = 32.
    assert (highmem.pages_min, highmem.pages_low, highmem.pages_high) == (32, 66, 100)
    # 225280/256, (32768+225280)/256, 32768/32.
    assert [zone.lowmem_reserve for zone in zones] == [[0, 880, 1008], [0, 0, 1024], [0, 0, 0]]
    # 225280/1024 = 220, capped to 128, a quarter 32, 2^(fls(48)-1) - 1 = 31.
    assert (normal.hot.batch, normal.hot.high, normal.cold.batch, normal.cold.high) == (31, 186, 15, 62)
    # 4096/1024/4 = 1, 2^0 - 1 = 0: batch max(1, 0), high 6 * 0.
    assert (dma.hot.batch, dma.hot.high, dma.cold.batch, dma.cold.high) == (1, 0, 1, 0)


def test_handcheck_4_splitting_a_big_block():
    machine = one_zone(1024, (4, 6, 8))
    assert ask(machine, gfp.GFP_KERNEL)[0] == 0
    assert [machine.zones[0].free_list(order) for order in range(10)] == [[1 << order] for order in range(10)]
    assert [ask(machine, gfp.GFP_KERNEL)[0] for _ in range(8)] == [1, 2, 3, 4, 5, 6, 7, 8]
    # Page 8 has split the block of order 3: the next one comes from order 4, at 16, and leaves 24.
    assert ask(machine, gfp.GFP_KERNEL, 3)[0] == 16
    assert machine.zones[0].free_list(3) == [24]
    assert ask(machine, gfp.GFP_KERNEL)[0] == 9
    assert ask(machine, gfp.GFP_KERNEL, 6)[0] == 64


def test_handcheck_5_the_limit_on_warnings():
    limit, trace = PrintkRatelimit(), []
    # A full bucket of 12500, 1250 each: ten are printed, three are not.
    assert [limit.allows(0, None) for _ in range(13)] == [True] * 10 + [False] * 3
    assert not limit.allows(1249, None)
    assert limit.allows(1250, trace)
    assert trace == [("printk_ratelimit", 1), ("printk_suppressed", 4)]
    # 2500 more: two. 200000 more: the bucket holds ten.
    assert [limit.allows(3750, None) for _ in range(3)] == [True, True, False]
    assert [limit.allows(203750, None) for _ in range(11)] == [True] * 10 + [False]


def test_handcheck_6_the_reserve_exactly():
    marks = ((10, 20, 30), (100, 120, 140), (100, 120, 140))
    machine = three_zones((61, 8, 8), marks, ((0, 30, 40), (0, 0, 50), (0, 0, 0)))
    highuser, user = gfp.GFP_HIGHUSER | gfp.NORETRY, gfp.GFP_USER | gfp.NORETRY
    dma = machine.zone("DMA")
    # Class HighMem: 61 > 20 + 40. Class Normal: 60 > 20 + 30. Both on the first pass.
    assert [len(passes(ask(machine, mask)[1])) for mask in (highuser, user)] == [1, 1]
    assert dma.nr_free_pages == 59
    # 59 <= 20 + 40; the second pass, 59 > 10 + 40.
    assert len(passes(ask(machine, highuser)[1])) == 2
    assert dma.nr_free_pages == 58


def test_handcheck_7_the_low_mark_and_an_order():
    machine = one_zone(256, (20, 245, 256))
    # 256-8+1 = 249 > 245.
    assert passes(ask(machine, gfp.GFP_KERNEL, 3)[1]) == [(0x200D0, 0x44)]
    # 248-7 = 241 <= 245: the second pass, at min.
    assert passes(ask(machine, gfp.GFP_KERNEL, 3)[1]) == [(0x200D0, 0x44), (0xD0, 0x42)]


def test_handcheck_8_holes_at_boot():
    zone = one_zone(256, holes=[(64, 3), (130, 30)]).zones[0]
    blocks = {(pfn, order) for order in range(11) for pfn in zone.free_list(order)}
    assert blocks == {(0, 6), (67, 0), (68, 2), (72, 3), (80, 4), (96, 5), (128, 1), (160, 5), (192, 6)}
    # Freed upwards, so that the highest of each order is the head.
    assert zone.free_list(6) == [192, 0] and zone.free_list(5) == [160, 96]
    assert zone.nr_free_pages == 256 - 33
