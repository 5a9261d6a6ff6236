"""Machines to choose from, against the figures that the kernel's boot code gave such machines."""

import json
from pathlib import Path

import pytest

from buddylab.explorer.knobs import checked
from buddylab.machines import hardware
from buddylab.machines.hardware import MACHINES, MB
from buddylab.said import SaidError
from buddylab.widgets import Explorer

ROWS = json.loads((Path(__file__).parent / "data" / "setup.json").read_text(encoding="utf-8"))
WHOLE = [
    row
    for row in ROWS
    if row["nodes"] == 1
    and row["config"] in ("x86_32", "x86_64", "normal", "dma_normal")
    and all(
        zone["present_pages"] == zone["spanned_pages"]
        and zone["spanned_pages"] % MB == 0
        and zone["spanned_pages"] // MB <= hardware.LIMITS[zone["name"]][1]
        for zone in row["zones"]
    )
    and {zone["name"] for zone in row["zones"]} & {"DMA32", "Normal"}
]
"""Recorded machines whose zones are whole megabytes, with nothing taken off for the memory map."""
PRESETS = {
    "report": "32-bit style, 1024 MB, sizeof(struct page) deducted 0",
    "i386_1g": "32-bit style, 1024 MB, sizeof(struct page) deducted 0",
    "small": "two zones, 64 MB",
    "x86_64_4g": "64-bit style, 4096 MB, sizeof(struct page) deducted 0",
}


def figures(machine):
    return {
        zone.label: {
            "pages_min": zone.pages_min,
            "pages_low": zone.pages_low,
            "pages_high": zone.pages_high,
            "pcp_hot": {"batch": zone.hot.batch, "high": zone.hot.high},
            "pcp_cold": {"batch": zone.cold.batch, "high": zone.cold.high},
        }
        for zone in machine.zones
        if zone.present_pages
    }


def recorded(row):
    return {
        label: {name: zone[name] for name in ("pages_min", "pages_low", "pages_high", "pcp_hot", "pcp_cold")}
        for label, zone in row["figures"]["zones"].items()
    }


def check(machine, row):
    """Marks, per-cpu lists and, for every zone type that both know, the reserves are the recorded ones."""
    assert figures(machine) == recorded(row)
    for zone in filter(lambda zone: zone.present_pages, machine.zones):
        wanted = dict(zip(row["zone_types"], row["figures"]["zones"][zone.label]["lowmem_reserve"], strict=True))
        assert zone.lowmem_reserve == [wanted[kind] for kind in machine.zone_types]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_has_the_figures_of_the_kernel(name):
    row = next(row for row in ROWS if row["desc"].startswith(PRESETS[name]))
    check(MACHINES[name].machine(), row)


@pytest.mark.parametrize("row", WHOLE, ids=lambda row: row["config"] + " " + row["desc"])
def test_sizes_of_ones_own_have_the_figures_of_the_kernel(row):
    own = {zone["name"]: zone["spanned_pages"] // MB for zone in row["zones"]}
    check(hardware.of(own).machine(), row)


def test_two_nodes_have_half_of_the_memory_each():
    """256 MB by address: node 0 ends at 128 MB = 16 + 48 + 64, node 1 has the other half of Normal's 192."""
    own = hardware.of({"DMA": 16, "DMA32": 48, "Normal": 192, "nodes": 2})
    assert own.zones == MACHINES["numa"].zones and own.numa and own.nodes == 2
    assert figures(own.machine()) == figures(MACHINES["numa"].machine())


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"DMA": 17, "Normal": 1}, "DMA must be a whole number from 1 to 16 MB, or left out, not 17"),
        ({"Normal": 1.5}, "Normal must be a whole number"),
        ({"Normal": True}, "not True"),
        ({"Normal": "9"}, "not '9'"),
        ({"Normal": 4097}, "from 1 to 4096 MB"),
        ({"Normal": 8, "nodes": 5}, "nodes must be a whole number from 1 to 4"),
        ({"DMA": 16}, "needs memory in Normal or DMA32"),
        ({}, "needs memory"),
        ({"DMA32": 9, "HighMem": 9}, "both DMA32 .* and HighMem"),
        ({"Movable": 3}, "not 'Movable'"),
    ],
)
def test_sizes_that_cannot_be_are_told(sizes, said):
    with pytest.raises(SaidError, match=said):
        hardware.sizes(sizes)
    with pytest.raises(SaidError, match=said) as caught:
        checked({**Explorer(machine="tiny").knobs, "machine": sizes})
    assert any("\u4e00" <= letter <= "\u9fff" for letter in caught.value.said.zh)


def test_the_explorer_takes_sizes():
    explorer = Explorer(machine={"Normal": 496, "DMA": 16})
    assert explorer.machine == {"DMA": 16, "Normal": 496}
    assert [zone.present_pages for zone in explorer.run.machine.zones] == [4096, 126976]
    assert explorer.document["machine"]["name"] == ("DMA 16, Normal 496 MB",) * 2
    assert explorer.set(machine={"DMA": 0, "Normal": 8, "nodes": 1}).machine == {"Normal": 8}
