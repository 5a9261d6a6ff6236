"""The figures of boot of Linux 6.12.117 against the recorded rows, and what holds by the formulas themselves."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddylab.modern.scenario import setup_figures
from buddylab.modern.setup import setup_zones
from buddylab.modern.zone import Zone
from modern.kept import DATA

ROWS = json.loads((DATA / "setup.json").read_text(encoding="utf-8"))


def test_all_rows_are_here():
    assert len(ROWS) == 80


@pytest.mark.parametrize("number", range(80))
def test_figures_of_every_row(number):
    row = ROWS[number]
    assert setup_figures({key: value for key, value in row.items() if key != "figures"}) == row["figures"]


sizes = st.integers(1, 1 << 24)


@given(sizes, sizes, sizes)
def test_relations_between_the_figures(dma, normal, movable):
    zones = [Zone("DMA", 0, dma), Zone("Normal", 1 << 25, normal), Zone("Movable", 1 << 26, movable)]
    kbytes = setup_zones(zones)
    assert 128 <= kbytes <= 262144
    # Every zone's share is rounded down, so that at most one page a zone is lost.
    assert kbytes // 4 - 2 < sum(zone.watermark[0] for zone in zones[:2]) <= kbytes // 4
    for zone in zones:
        low, high, promo = (after - before for before, after in zip(zone.watermark, zone.watermark[1:], strict=False))
        assert low == high == promo >= zone.managed_pages * 10 // 10000
        assert zone.lowmem_reserve == sorted(zone.lowmem_reserve)
        assert not any(zone.lowmem_reserve[: zone.index + 1])
        assert (zone.pcp.batch + 1).bit_count() == 1 and 1 <= zone.pcp.batch <= 63
        assert zone.pcp.high_min >= 4 * zone.pcp.batch <= zone.pcp.high_max and zone.pcp.high == 0
