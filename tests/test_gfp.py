"""gfp_mask: the bits of 2.6.21 as numbers, read and written in names."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buddylab.core import gfp
from buddylab.core.gfp import gfp_parse, gfp_str, gfp_zone

# include/linux/gfp.h of 2.6.21, by FACTS F30 and F31.
BITS = {
    "DMA": 0x1,
    "HIGHMEM": 0x2,
    "DMA32": 0x4,
    "WAIT": 0x10,
    "HIGH": 0x20,
    "IO": 0x40,
    "FS": 0x80,
    "COLD": 0x100,
    "NOWARN": 0x200,
    "REPEAT": 0x400,
    "NOFAIL": 0x800,
    "NORETRY": 0x1000,
    "NO_GROW": 0x2000,
    "COMP": 0x4000,
    "ZERO": 0x8000,
    "NOMEMALLOC": 0x10000,
    "HARDWALL": 0x20000,
    "THISNODE": 0x40000,
}
MASKS = {
    "GFP_NOWAIT": 0,
    "GFP_ATOMIC": 0x20,
    "GFP_NOIO": 0x10,
    "GFP_NOFS": 0x50,
    "GFP_KERNEL": 0xD0,
    "GFP_USER": 0x200D0,
    "GFP_HIGHUSER": 0x200D2,
    "GFP_DMA": 0x1,
    "GFP_DMA32": 0x4,
    "GFP_THISNODE": 0x41200,
}


def test_the_bits_are_these_and_no_others():
    assert gfp.BITS == BITS
    for name, value in BITS.items():
        assert getattr(gfp, name) == value


def test_the_composed_masks():
    for name, value in MASKS.items():
        assert getattr(gfp, name) == gfp.NAMES[name] == value
    # C: GFP_LEVEL_MASK, the bits that a slab allocation may pass on.
    level = (
        "WAIT",
        "HIGH",
        "IO",
        "FS",
        "COLD",
        "NOWARN",
        "REPEAT",
        "NOFAIL",
        "NORETRY",
        "NO_GROW",
        "COMP",
        "NOMEMALLOC",
        "HARDWALL",
        "THISNODE",
    )
    assert sum(BITS[name] for name in level) == gfp.GFP_LEVEL_MASK


@pytest.mark.parametrize(
    ("mask", "text"),
    [
        (0xD0, "GFP_KERNEL"),
        (0x8050, "GFP_NOFS|__GFP_ZERO"),
        (0x0, "GFP_NOWAIT"),
        (0x1, "GFP_DMA"),
        (0x4, "GFP_DMA32"),
        (0x2, "__GFP_HIGHMEM"),
        (0x10, "GFP_NOIO"),
        (0x20, "GFP_ATOMIC"),
        (0x30, "GFP_NOIO|__GFP_HIGH"),
        (0x90, "GFP_NOIO|__GFP_FS"),
        (0xD1, "GFP_KERNEL|__GFP_DMA"),
        (0x200D0, "GFP_USER"),
        (0x200D2, "GFP_HIGHUSER"),
        (0x41200, "GFP_THISNODE"),
        (0x412D0, "GFP_KERNEL|GFP_THISNODE"),
        (0x40200, "__GFP_NOWARN|__GFP_THISNODE"),
        (0x80020, "GFP_ATOMIC|0x80000"),
        (0x8, "0x8"),
        (0xFFF80008, "0xfff80008"),
    ],
)
def test_a_mask_in_words(mask, text):
    assert gfp_str(mask) == text
    assert gfp_parse(text) == mask


def test_every_bit_alone_reads_back():
    for name, value in BITS.items():
        assert gfp_parse(f"__GFP_{name}") == value
        assert gfp_parse(gfp_str(value)) == value


@given(st.integers(0, 0xFFFFFFFF))
@example(0xFFFFFFFF)
@example(sum(BITS.values()))
def test_round_trip_of_every_mask(mask):
    text = gfp_str(mask)
    assert gfp_parse(text) == mask
    # No bit is said twice, and every unknown bit is in the hex word, which comes last.
    words = [gfp_parse(word) for word in text.split("|")]
    assert sum(words) == mask
    unknown = mask & ~sum(BITS.values())
    assert (hex(unknown) in text.split("|")[-1:]) == bool(unknown)


@given(st.integers(0, 0xFFFFFFFF))
def test_numbers_are_read_in_hex_and_decimal(mask):
    assert gfp_parse(hex(mask)) == gfp_parse(f"0X{mask:X}") == gfp_parse(str(mask)) == mask


@given(st.lists(st.sampled_from([*MASKS, *(f"__GFP_{name}" for name in BITS), "0x80000", "64"]), min_size=1))
def test_names_in_any_order_with_spaces(words):
    value = 0
    for word in words:
        value |= gfp_parse(word)
    assert gfp_parse(" | ".join(words)) == gfp_parse("|".join(reversed(words))) == value


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "''"),
        ("GFP_KERNAL", "'GFP_KERNAL'"),
        ("GFP_KERNEL|", "''"),
        ("GFP_KERNEL||0x1", "''"),
        ("gfp_kernel", "'gfp_kernel'"),
        ("__GFP_MOVABLE", "'__GFP_MOVABLE'"),
        ("0x", "'0x'"),
        ("-1", "'-1'"),
        ("1.5", "'1.5'"),
        ("0b1", "'0b1'"),
        ("1_000", "'1_000'"),
        ("٣", "'٣'"),
        ("GFP_KERNEL GFP_DMA", "'GFP_KERNEL GFP_DMA'"),
    ],
)
def test_a_word_that_cannot_be_read_is_named(text, word):
    with pytest.raises(ValueError, match="is not a gfp mask: write names") as error:
        gfp_parse(text)
    assert str(error.value).startswith(word)


@pytest.mark.parametrize("text", ["0x100000000", "4294967296", "0xffffffffffffffff"])
def test_a_number_beyond_32_bits_is_refused(text):
    with pytest.raises(ValueError, match="from 0 to 0xffffffff"):
        gfp_parse(text)


@pytest.mark.parametrize("mask", [-1, 1 << 32, 1.0, "0xd0", None, True])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(ValueError, match="gfp_mask must be an int from 0 to 0xffffffff"):
        gfp_str(mask)


@pytest.mark.parametrize("dma", [False, True])
@pytest.mark.parametrize("dma32", [False, True])
@pytest.mark.parametrize("highmem", [False, True])
def test_zone_of_every_mask_in_every_kernel(dma, dma32, highmem):
    types = ("DMA",) * dma + ("DMA32",) * dma32 + ("Normal",) + ("HighMem",) * highmem
    for bits in itertools.product((0, 1), repeat=3):
        mask = bits[0] * 0x1 | bits[1] * 0x4 | bits[2] * 0x2
        if bits[0] and dma:
            wished = "DMA"
        elif bits[1] and dma32:
            wished = "DMA32"
        elif bits[2] and highmem:
            wished = "HighMem"
        else:
            wished = "Normal"
        for other in (0, 0xD0, 0xFFFFFFF8):
            assert types[gfp_zone(mask | other, types)] == wished
