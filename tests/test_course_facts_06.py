"""What the prose of notebook 06 says in numbers: arithmetic written out, and figures that the kernel computed."""

import json
from pathlib import Path

import pytest

from buddylab.core.gfp import GFP_KERNEL
from buddylab.core.ladder import alloc_pages
from buddylab.core.record import record, record_free
from buddylab.core.setup import zone_batchsize
from buddylab.core.zone import Zone
from buddylab.course import find
from buddylab.course.experiments.nb06 import BATCHES, LOADS, free_list_work, locked, moved
from buddylab.course.questions.nb06 import marked, taken
from buddylab.course.small_machines import at_hand, little
from buddylab.reports.picture import examples

SETUP = json.loads((Path(__file__).parent / "data" / "setup.json").read_text(encoding="utf-8"))


def test_06_the_batches_are_all_that_the_kernel_computed_at_boot():
    recorded = {
        0 if figures["pcp_hot"]["high"] == 0 else figures["pcp_hot"]["batch"]
        for machine in SETUP
        for figures in machine["figures"]["zones"].values()
    }
    assert recorded == set(BATCHES)
    for pages in range(1024, 1 << 18, 512):
        assert zone_batchsize(Zone("Normal", 0, 0, pages)) in BATCHES


def test_06_high_is_six_batches_and_cold_is_half_a_batch_up_to_four_of_them():
    for machine in SETUP:
        for figures in machine["figures"]["zones"].values():
            hot, cold = figures["pcp_hot"], figures["pcp_cold"]
            if hot["high"]:
                assert (hot["high"], cold["batch"]) == (6 * hot["batch"], max(1, hot["batch"] // 2))
                assert cold["high"] == 2 * hot["batch"]
            else:
                assert (hot["batch"], cold["batch"], cold["high"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("06.free_rises", 0),
        ("06.order1_rises", 2),
        ("06.next_page", 4),  # 2, 7, 4: the last one in is the first one out
        ("06.refilled_lists", ((3,), (), (4,), (8,)) + ((),) * 7),  # 0, 1, 2 go; 3 + 4 * 1 + 8 * 1 = 13 pages are left
        ("06.overflow", 3),  # the 18th page makes it 18 = 6 * 3: a batch goes
        ("06.mark_first", "min_attempt"),  # 20 > 20 is false, 20 > 10 is true
        ("06.where_from", "cold"),
        ("06.batch_of", 3),  # 12288 / 1024 = 12, a quarter 3, 3 + 1 = 4 = 2^2, less 1
    ],
)
def test_06_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_06_three_pages_leave_for_one_and_go_out_in_ascending_order():
    machine = little(16, 3)
    assert taken(machine, 3) == [0, 1, 2]
    assert at_hand(machine) == "hot: -\ncold: -\nNR_FREE_PAGES 13"


def test_06_the_eighteenth_page_sends_the_three_oldest_back():
    machine = little(64, 3)
    for pfn in taken(machine, 24)[:17]:
        machine.free_pages(pfn, 0)
    given_back = [event[2] for event in record_free(machine, 20, 0).events if event[0] == "__free_one_page"]
    assert given_back == [0, 1, 2]


def test_06_a_refill_asks_no_mark():
    machine = marked(21, at_hand=0)
    assert alloc_pages(machine, GFP_KERNEL, 0) is not None
    assert machine.zones[0].nr_free_pages == 21 - 16 == 5 < machine.zones[0].pages_min == 10


def test_06_22000_blocks_and_2000_locks_without_the_lists():
    """1 block off the list of order 10 and 10 halves on; back again 10 buddies off and 1 block on; a lock each way."""
    assert free_list_work(0, 1).moved == 1000 * (1 + 10 + 10 + 1)
    assert all(free_list_work(0, most).locked == 2000 for most in LOADS.values())
    assert free_list_work(31, LOADS["1 to 200 pages"]).locked < 10
    assert locked(record(little(), 0, 1).events) == 1 and moved(record(little(), 0, 1).events) == 1 + 4 - 1
    with pytest.raises(ValueError, match="1 to 1000 pages"):
        free_list_work(3, 0)


def test_06_the_reports_machine_has_a_batch_of_31_and_86_pages_at_hand():
    text = next(report["text"] for report in examples() if report["title"][0].startswith("3.13"))
    assert "hi:  186, btch:  31 usd:  86" in text and 64 * 86 > 5000
