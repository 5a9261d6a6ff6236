"""Masks against the names that the kernels themselves printed, and against include/linux/gfp.h of older ones."""

import re

import pytest
from test_parse import ROWS, text_of

from buddylab.core import gfp
from buddylab.reports import decode, release
from buddylab.reports.masks import fits, mask_of, read, table_of, tables, tables_for
from buddylab.reports.release import NEWEST, OLDEST

PRINTED = re.compile(r"(0x[0-9a-f]+)\(([A-Za-z_0-9|\s]*)\)")
PAIRS = [
    (row["id"], row["kernel"], int(found[1], 16), "".join(found[2].split()))
    for row in ROWS
    for found in PRINTED.finditer(text_of(row["id"]))
]


def release_of(kernel):
    found = re.match(r"\d+\.\d+(\.\d+)?", kernel)
    return release(found[0]) if found else None


def test_there_are_as_many_printed_pairs():
    assert len(PAIRS) == 59


@pytest.mark.parametrize(("number", "kernel", "mask", "names"), PAIRS)
def test_every_printed_pair_word_for_word(number, kernel, mask, names):
    known = release_of(kernel)
    best = decode(mask, known or OLDEST, known or NEWEST)[0]
    assert str(best) == names
    assert fits(mask, names, best.table)


@pytest.mark.parametrize(
    ("kernel", "mask", "names"),
    [
        ("2.6.9", 0xC0D0, "GFP_KERNEL|__GFP_COMP|0x8000"),
        ("2.6.23", 0xA01D2, "GFP_HIGHUSER_MOVABLE|__GFP_COLD"),
        ("2.6.38", 0x800010, "GFP_NOIO|0x800000"),
        ("3.2", 0x1000010, "GFP_NOIO|0x1000000"),
        ("3.7", 0x1002010, "GFP_NOIO|__GFP_MEMALLOC|__GFP_WRITE"),
        ("3.16", 0x100010, "GFP_NOIO|0x100000"),
        ("4.10.1", 0x14000C0, "GFP_KERNEL"),
        ("2.6.8", 0x1D2, "GFP_HIGHUSER|__GFP_COLD"),
        ("2.6.15", 0x201D2, "GFP_HIGHUSER|__GFP_COLD"),
        ("2.6.12", 0x101D2, "GFP_HIGHUSER|__GFP_COLD|__GFP_NOMEMALLOC"),
        ("2.6.14", 0x401D2, "GFP_HIGHUSER|__GFP_COLD"),
        ("2.6.13", 0x200D0, "GFP_KERNEL|__GFP_NORECLAIM"),
        ("3.0", 0xC00020, "GFP_ATOMIC|__GFP_NO_KSWAPD|__GFP_OTHER_NODE"),
        ("4.1", 0x1000D0, "GFP_KERNEL|__GFP_NOACCOUNT"),
        ("4.4", 0x24000C0, "GFP_KERNEL"),
        ("2.6.24", 0x1201D2, "GFP_HIGHUSER_MOVABLE|__GFP_COLD"),
        ("2.6.25", 0x10D0, "GFP_KERNEL|__GFP_NORETRY"),
        ("2.6.38", 0x4020, "GFP_ATOMIC|__GFP_COMP"),
        ("3.13", 0x280DA, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO"),
        ("3.18", 0x2080D0, "GFP_KERNEL|__GFP_ZERO|__GFP_NOTRACK"),
        ("3.10.0-327", 0x204020, "GFP_ATOMIC|__GFP_COMP|__GFP_NOTRACK"),
    ],
)
def test_masks_of_kernels_that_print_no_names(kernel, mask, names):
    known = release(kernel)
    assert str(decode(mask, known, known)[0]) == names


# Printed by kernels in public mails and bug reports; 4.17's bits are those before a patch of 16 May 2018.
@pytest.mark.parametrize(
    ("kernel", "mask", "names"),
    [
        ("4.9.24", 0x2084120, "GFP_ATOMIC|__GFP_COLD|__GFP_COMP"),
        ("4.12", 0x1082020, "GFP_ATOMIC|__GFP_MEMALLOC"),
        ("4.13.9", 0x140C4C0, "GFP_KERNEL|__GFP_RETRY_MAYFAIL|__GFP_COMP|__GFP_ZERO"),
        ("4.14", 0x16004C0, "GFP_KERNEL|__GFP_RETRY_MAYFAIL|__GFP_NOTRACK"),
        ("4.14.78", 0x1080120, "GFP_ATOMIC|__GFP_COLD"),
        ("4.15", 0x14040C0, "GFP_KERNEL|__GFP_COMP"),
        ("4.17", 0x14004C0, "GFP_KERNEL|__GFP_RETRY_MAYFAIL"),
        ("4.18", 0x6040C0, "GFP_KERNEL|__GFP_COMP"),
        ("4.18", 0x480020, "GFP_ATOMIC"),
        ("4.19", 0x6005C0, "GFP_KERNEL|__GFP_RETRY_MAYFAIL|__GFP_WRITE"),
        ("5.4.50", 0x4CC0, "GFP_KERNEL|__GFP_RETRY_MAYFAIL"),
        ("5.18.7", 0xCC0, "GFP_KERNEL"),
        ("6.8", 0x820, "GFP_ATOMIC"),
        ("3.5", 0x1000010, "GFP_NOIO|__GFP_WRITE"),
        ("3.5", 0x2010, "GFP_NOIO|0x2000"),
        ("3.6", 0x2010, "GFP_NOIO|__GFP_MEMALLOC"),
    ],
)
def test_masks_of_kernels_that_are_not_among_the_reports(kernel, mask, names):
    (reading,) = decode(mask, release(kernel), release(kernel))
    assert sorted(str(reading).split("|")) == sorted(names.split("|"))


def test_a_release_that_was_not_looked_up_says_so():
    assert not table_of(release("7.1")).sure
    assert len(decode(0xCC0, release("5.1"), release("5.1"))) == 2  # as before or as after the shuffle of January 2019


@pytest.mark.parametrize("text", ["2.6.banana", "6.x", "banana", "6"])
def test_what_is_no_release_is_told(text):
    with pytest.raises(ValueError, match=r"is not a kernel release: write it as 2\.6\.21"):
        release(text)


@pytest.mark.parametrize("kernel", ["2.4.20", "9.0"])
def test_a_release_without_a_table_is_refused(kernel):
    with pytest.raises(ValueError, match=f"no mask of Linux {kernel} can be read"):
        table_of(release(kernel))


def test_names_are_read_as_the_release_has_them():
    assert mask_of("GFP_KERNEL", table_of(release("4.9"))) == 0x24000C0
    assert mask_of("GFP_ATOMIC | __GFP_COMP", table_of(release("2.6.21"))) == 0x4020
    assert mask_of("GFP_DMA32", table_of(release("5.15"))) == mask_of("4", table_of(release("5.15"))) == 4
    for text in ("GFP_SOON", "", "0x", "010", "-1"):
        with pytest.raises(ValueError, match="neither a number nor a name"):
            mask_of(text, table_of(release("4.9")))
    with pytest.raises(ValueError, match="64 bits"):
        mask_of("0x1ffffffffffffffff", table_of(release("4.9")))


def test_the_table_of_2_6_21_is_the_cores_own():
    (table,) = tables_for(release("2.6.21"), release("2.6.21"))
    assert table.bits == gfp.BITS and table.sure


def test_an_unknown_release_gives_all_readings_best_first():
    readings = decode(0x201D2)
    assert str(readings[0]) == "GFP_HIGHUSER|__GFP_COLD"
    assert len({str(reading) for reading in readings}) == len(readings) > 3
    assert [reading.unknown.bit_count() for reading in readings] == sorted(r.unknown.bit_count() for r in readings)


def test_tables_cover_every_release_and_say_where_they_are_from():
    for text in ("2.6.0", "2.6.12", "2.6.39", "3.0", "3.19", "4.0", "4.11", "4.17", "5.1", "5.19", "6.18"):
        assert tables_for(release(text), release(text))
    assert all(table.source for table in tables())
    assert all(read(0x20, table).words for table in tables())


@pytest.mark.parametrize("mask", [-1, 1 << 64, True, "0x20"])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(ValueError, match="a mask is an int"):
        decode(mask)
