"""What notebook 02 says in numbers: by the arithmetic, or against the figures that the kernel computed."""

import json
from pathlib import Path

import pytest

from buddylab.core import gfp
from buddylab.course import find
from buddylab.course.experiments.nb02 import LOW_MEMORY, marks, min_free_kbytes, zones_of
from buddylab.course.small_machines import with_free

ROWS = json.loads((Path(__file__).parent / "data" / "setup.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("02.order_of_zones", "HND"),
        ("02.more_ram", "2"),  # sqrt(4) = 2
        ("02.share", 939),  # 957 * 225280 / 229376 = 939.91
        ("02.highmem_mark", "clamp"),  # 32768 / 1024 = 32; the share would be 957 * 32768 / 229376 = 136
        ("02.low_mark", 1173),  # 939 + 234
        ("02.min_free", 2048),  # sqrt(16 * 262144) = 4 * 512
        ("02.mask", 0x200D2),  # 0x2 + 0x10 + 0x40 + 0x80 + 0x20000
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_the_experiment_has_the_recorded_figures():
    """The recorded machines without deductions: `two zones` has no HighMem, `32-bit style` has it above 896 MB."""
    checked = 0
    for row in ROWS:
        kind, _, size = row["desc"].partition(", ")
        if row["zones"][0]["present_pages"] != row["zones"][0]["spanned_pages"] or " MB" not in size:
            continue
        if kind == "two zones" or (kind == "32-bit style" and size.endswith(" 0")):
            ram, low = int(size.split()[0]), LOW_MEMORY if kind == "32-bit style" else None
            assert min_free_kbytes([ram], low) == [(ram, row["figures"]["min_free_kbytes"])]
            if low:
                assert {z.label: [z.pages_min, z.pages_low, z.pages_high] for z in zones_of(ram, low)} == {
                    name: [told["pages_min"], told["pages_low"], told["pages_high"]]
                    for name, told in row["figures"]["zones"].items()
                }
            checked += 1
    assert checked >= 20


def test_the_bounds_and_the_flat_line():
    figures = dict(min_free_kbytes([1, 128, 256, 1 << 18, 1 << 20]))
    assert (figures[1], figures[1 << 18], figures[1 << 20]) == (128, 65536, 65536)  # sqrt(16 * 1024) = 128
    assert figures[128] > 128 * 1024 / 100 and figures[256] < 256 * 1024 / 100  # where it crosses one percent
    assert min_free_kbytes([8192]) == [(8192, 11585)]  # the comment in the source says 11584
    assert {kbytes for _, kbytes in min_free_kbytes([896, 1024, 65536], LOW_MEMORY)} == {3831}
    assert 100 * 65536 / (1 << 30) < 0.01  # percent of 1 TB


def test_more_memory_lowers_the_marks_of_dma():
    assert [zones_of(ram, LOW_MEMORY)[0].pages_min for ram in (64, 1024)] == [64, 17]
    assert "939       1173       1408" in marks(zones_of(1024, LOW_MEMORY))
    assert 939 * 4 == 3756
    with pytest.raises(ValueError, match="at least 1 MB"):
        zones_of(0)


def test_the_walk_down_the_zonelist():
    machine = with_free("i386_1g", DMA=[1000], Normal=[4000, 2000, 500, 20], HighMem=[60])
    assert [zone.nr_free_pages for zone in machine.zones] == [1000, 10160, 60]
    assert machine.zone("HighMem").pages_low == 66
    assert [zone.label for zone in machine.zonelist(gfp.GFP_HIGHUSER).zones] == ["HighMem", "Normal", "DMA"]
    with pytest.raises(ValueError, match="no zone 'Norml'"):
        with_free("i386_1g", Norml=[1])
