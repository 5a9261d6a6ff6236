"""Masks against the names that the kernels themselves printed, and against include/linux/gfp.h of older ones."""

import re

import pytest
from test_parse import ROWS, text_of

from buddylab.core import gfp
from buddylab.reports import decode, release
from buddylab.reports.masks import fits, read, tables, tables_for
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


@pytest.mark.parametrize(("kernel", "mask", "names"), [
    ("2.6.9", 0xC0D0, "GFP_KERNEL|__GFP_COMP|0x8000"), ("2.6.23", 0xA01D2, "GFP_HIGHUSER_MOVABLE|__GFP_COLD"),
    ("2.6.38", 0x800010, "GFP_NOIO|0x800000"), ("3.2", 0x1000010, "GFP_NOIO|0x1000000"),
    ("3.7", 0x1002010, "GFP_NOIO|__GFP_MEMALLOC|__GFP_WRITE"), ("3.16", 0x100010, "GFP_NOIO|0x100000"),
    ("4.10.1", 0x14000C0, "GFP_KERNEL"),
    ("2.6.8", 0x1D2, "GFP_HIGHUSER|__GFP_COLD"),
    ("2.6.15", 0x201D2, "GFP_HIGHUSER|__GFP_COLD"),
    ("2.6.12", 0x101D2, "GFP_HIGHUSER|__GFP_COLD|__GFP_NOMEMALLOC"), ("2.6.14", 0x401D2, "GFP_HIGHUSER|__GFP_COLD"),
    ("2.6.13", 0x200D0, "GFP_KERNEL|__GFP_NORECLAIM"), ("3.0", 0xC00020, "GFP_ATOMIC|__GFP_NO_KSWAPD|__GFP_OTHER_NODE"),
    ("4.1", 0x1000D0, "GFP_KERNEL|__GFP_NOACCOUNT"), ("4.4", 0x24000C0, "GFP_KERNEL"),
    ("2.6.24", 0x1201D2, "GFP_HIGHUSER_MOVABLE|__GFP_COLD"),
    ("2.6.25", 0x10D0, "GFP_KERNEL|__GFP_NORETRY"),
    ("2.6.38", 0x4020, "GFP_ATOMIC|__GFP_COMP"),
    ("3.13", 0x280DA, "GFP_HIGHUSER_MOVABLE|__GFP_ZERO"),
    ("3.18", 0x2080D0, "GFP_KERNEL|__GFP_ZERO|__GFP_NOTRACK"),
    ("3.10.0-327", 0x204020, "GFP_ATOMIC|__GFP_COMP|__GFP_NOTRACK"),
])  # fmt: skip
def test_masks_of_kernels_that_print_no_names(kernel, mask, names):
    known = release(kernel)
    assert str(decode(mask, known, known)[0]) == names


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
