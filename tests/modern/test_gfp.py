"""Masks of Linux 6.12: bits and names as kernel-6.12/FORMAT.md has them, both ways, and against the reports' table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buddylab.modern import gfp
from buddylab.reports.masks import table_of
from buddylab.reports.release import Release

# FORMAT.md, "Figures".
BITS = {
    "DMA": 0x1,
    "HIGHMEM": 0x2,
    "DMA32": 0x4,
    "MOVABLE": 0x8,
    "RECLAIMABLE": 0x10,
    "HIGH": 0x20,
    "IO": 0x40,
    "FS": 0x80,
    "ZERO": 0x100,
    "DIRECT_RECLAIM": 0x400,
    "KSWAPD_RECLAIM": 0x800,
    "WRITE": 0x1000,
    "NOWARN": 0x2000,
    "RETRY_MAYFAIL": 0x4000,
    "NOFAIL": 0x8000,
    "NORETRY": 0x10000,
    "MEMALLOC": 0x20000,
    "COMP": 0x40000,
    "NOMEMALLOC": 0x80000,
    "HARDWALL": 0x100000,
    "THISNODE": 0x200000,
    "ACCOUNT": 0x400000,
    "ZEROTAGS": 0x800000,
}
MASKS = {
    "GFP_ATOMIC": 0x820,
    "GFP_KERNEL": 0xCC0,
    "GFP_NOWAIT": 0x2800,
    "GFP_NOIO": 0xC00,
    "GFP_NOFS": 0xC40,
    "GFP_USER": 0x100CC0,
    "GFP_HIGHUSER_MOVABLE": 0x100CCA,
    "GFP_DMA": 0x1,
    "GFP_DMA32": 0x4,
    "GFP_TRANSHUGE_LIGHT": 0x1C20CA,
    "GFP_TRANSHUGE": 0x1C24CA,
}


def test_bits_and_masks():
    assert gfp.BITS == BITS
    assert {name: gfp.NAMES[name] for name in MASKS} == MASKS


@pytest.mark.parametrize("name", MASKS)
def test_names_both_ways(name):
    assert gfp.gfp_str(MASKS[name]) == name and gfp.gfp_parse(name) == MASKS[name]


@given(st.integers(0, gfp.GFP_MAX))
def test_every_mask_is_read_back(mask):
    assert gfp.gfp_parse(gfp.gfp_str(mask)) == mask


def test_the_bits_are_those_of_the_reports_table():
    assert table_of(Release(6, 12)).bits == {name: bit for name, bit in BITS.items() if name != "ZEROTAGS"}


# As kernels of 6.x have printed them in their logs.
PRINTED = {
    0x40DC0: "GFP_KERNEL|__GFP_COMP|__GFP_ZERO",
    0x40820: "GFP_ATOMIC|__GFP_COMP",
    0x52DC0: "GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_ZERO",
    0x140DCA: "GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO",
    0x400CC0: "GFP_KERNEL_ACCOUNT",
}


@pytest.mark.parametrize("mask", PRINTED)
def test_words_in_the_kernels_order(mask):
    assert gfp.gfp_str(mask) == PRINTED[mask]


@pytest.mark.parametrize(
    ("text", "mask"),
    [("0xcc0", 0xCC0), ("3264", 0xCC0), (" GFP_KERNEL | __GFP_ZERO ", 0xDC0), ("none", 0), ("0x820|1", 0x821)],
)
def test_ways_to_write_a_mask(text, mask):
    assert gfp.gfp_parse(text) == mask


@pytest.mark.parametrize("text", ["GFP_TEMPORARY", "__GFP_WAIT", "0xg", "", "GFP_KERNEL|", "٣"])
def test_what_is_no_mask_is_named(text):
    with pytest.raises(ValueError, match=r"is not a gfp mask of Linux 6\.12: write names"):
        gfp.gfp_parse(text)


def test_unknown_bits_stay_visible():
    assert gfp.gfp_str(0x1000820) == "GFP_ATOMIC|0x1000000" and gfp.gfp_str(0x200) == "0x200"
    with pytest.raises(ValueError, match="from 0 to 0xffffffff"):
        gfp.gfp_str(1 << 32)
