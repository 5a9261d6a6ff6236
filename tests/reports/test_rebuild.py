"""A report's zones as a machine of the core: blocks, marks, reserves, and the core's own answer to the request."""

import time

import pytest
from calibration import slowness
from hypothesis import given, settings
from hypothesis import strategies as st
from test_explain import COMPLETE, DMA, NORMAL
from test_parse import text_of, truth_zones

from buddylab.core import gfp
from buddylab.core.buddy import regions_needed
from buddylab.core.environment import Task
from buddylab.core.machine import Machine, get_page_from_freelist
from buddylab.core.validate import validate_machine
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, ALLOC_WMARK_MIN, MAX_ORDER, Zone, zone_watermark_ok
from buddylab.machines.reported import fill
from buddylab.reports import core_mask, explain, parse, rebuild

LOOP = [row for row in COMPLETE if (told := explain(parse(text_of(row["id"]))[0])).rule and told.rule.name == "loop"]


def label_of(report, zone):
    nodes = sorted({z.node for z in report.zones if z.populated}, key=lambda node: node or 0)
    return f"{zone.name}/{nodes.index(zone.node)}" if len(nodes) > 1 else zone.name


@pytest.mark.parametrize("row", COMPLETE, ids=lambda row: row["id"])
def test_every_complete_report_as_a_machine(row):
    (report,) = parse(text_of(row["id"]))
    machine = rebuild(report)
    for label, truth in truth_zones(row).items():
        if not truth.get("blocks") or not report.zone(label).populated:
            continue
        zone = machine.zone(label_of(report, report.zone(label)))
        assert [zone.nr_free(order) for order in range(MAX_ORDER)] == truth["blocks"]
        assert [m * 4 for m in (zone.pages_min, zone.pages_low, zone.pages_high)] == [
            truth["min_kb"],
            truth["low_kb"],
            truth["high_kb"],
        ]
        assert zone.nr_free_pages * 4 == truth["free_kb"]
        assert zone.lowmem_reserve == (truth.get("lowmem_reserve") or truth["protection"])
        assert zone.present_pages * 4 >= (truth.get("present_kb") or 0)
        zone.nr_free_pages = sum(nr << order for order, nr in enumerate(truth["blocks"]))
    validate_machine(machine)


@pytest.mark.parametrize("row", LOOP, ids=lambda row: row["id"])
def test_the_machines_answer_is_that_of_the_rows(row):
    (report,) = parse(text_of(row["id"]))
    told = explain(report)
    machine = rebuild(report)
    flags = ALLOC_HIGH * told.rights.high | ALLOC_HARDER * told.rights.harder
    assert told.tests
    for test in told.tests:
        zone = machine.zone(label_of(report, report.zone(test.label)))
        mark = zone.pages_high if test.mark == "high" else zone.pages_min
        idx = told.classzone_idx
        assert zone_watermark_ok(zone, told.order, mark, idx, flags) is test.passes is test.core


def test_the_rebuilt_machine_can_be_played():
    machine = rebuild(parse(NORMAL)[0], zone_types=("DMA", "Normal", "HighMem"))
    task, zonelist = Task(), machine.zonelist(gfp.GFP_ATOMIC)
    assert get_page_from_freelist(machine, task, 0x20, 3, zonelist, ALLOC_WMARK_MIN | ALLOC_HIGH | ALLOC_HARDER) is None
    pfn = get_page_from_freelist(machine, task, 0x20, 2, zonelist, ALLOC_WMARK_MIN | ALLOC_HIGH | ALLOC_HARDER)
    assert pfn is not None
    for block, code in list(machine.owner.items()):
        machine.free_pages(block, code & 15)
    machine.drain_local_pages()
    validate_machine(machine)
    assert machine.zone("Normal").nr_free_pages == machine.zone("Normal").present_pages


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=11, max_size=11), st.integers(0, 3000), st.integers(0, 3))
def test_any_counts_find_a_shape(counts, more, start):
    zone = Zone("Normal", 0, start << 10, max((regions_needed(counts) << 10) + more, 1))
    machine = Machine([zone], ["Normal"])
    fill(machine, zone, counts)
    assert [zone.nr_free(order) for order in range(MAX_ORDER)] == counts
    validate_machine(machine)


@pytest.mark.parametrize(
    ("counts", "regions"),
    [
        ([1] * 10 + [0], 1),  # one page in use, its ten upper buddies free
        ([2] + [0] * 10, 1),
        ([512] + [0] * 10, 1),
        ([513] + [0] * 10, 2),
        ([0] * 9 + [3, 0], 3),
        ([0] * 10 + [7], 7),
    ],
)
def test_the_least_memory_for_blocks(counts, regions):
    assert regions_needed(counts) == regions


def test_a_large_zone_is_cheap():
    text = (
        "a: page allocation failure: order:0, mode:0x20\n"
        "Normal free:1073741824kB min:4kB low:4kB high:4kB present:2147483648kB\nlowmem_reserve[]: 0 0\n"
        "Normal: 0*4kB 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 262144*4096kB"
        " = 1073741824kB\n"
    )
    begin = time.process_time()
    machine = rebuild(parse(text)[0], zone_types=("Normal", "HighMem"))
    assert time.process_time() - begin < 1 * slowness() and machine.zone("Normal").nr_free(10) == 262144


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("1*2048kB", "900000000*2048kB", "at most"),
        ("lowmem_reserve[]: 0 880 1007", "", "not enough figures"),
        ("256*4kB", "257*4kB", "not enough figures"),
    ],
)
def test_what_cannot_be_built_says_why(old, new, why):
    text = DMA.replace(old, new)
    if "900000000" in new:
        text = text.replace("= 3576kB", f"= {3576 - 2048 + 900000000 * 2048}kB")
    with pytest.raises(ValueError, match=why):
        rebuild(parse(text)[0])


# 4.8: DIRECT_RECLAIM 0x400000 and KSWAPD_RECLAIM 0x2000000; 0x24000c0 is GFP_KERNEL.
@pytest.mark.parametrize(
    ("kernel", "mode", "mask"),
    [
        ("3.13", 0x280DA, gfp.GFP_HIGHUSER | gfp.ZERO),
        ("4.8", 0x24000C0, gfp.GFP_KERNEL),
        ("2.6.21", 0x20, 0x20),
        ("4.8", 0x2080020, gfp.GFP_ATOMIC),
    ],
)
def test_masks_in_the_bits_of_2_6_21(kernel, mode, mask):
    told = explain(parse(NORMAL, kernel=kernel)[0], mode=mode)
    assert core_mask(mode, told.readings[0].table) == mask
