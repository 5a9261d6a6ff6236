"""What notebook 00 says in numbers, by the arithmetic of 2.6.21 and from the reports as posted."""

import pytest

from buddylab.course import find
from buddylab.course.experiments.nb00 import FOUR, beside, by_order, from_interrupt, trace, verdict
from buddylab.course.field import NAMES, figures, text, told


def test_one_report_for_each_of_the_four_verdicts():
    assert {name: verdict(told(name)) for name in FOUR} == {
        "normal": "pieces",
        "dma": "kept",
        "small": "few",
        "passes": "passes",
    }


def test_the_examples_have_their_names():
    assert "Normal free:280240kB" in text("normal") and "DMA free:3576kB" in text("dma")
    assert text("small").splitlines()[0].endswith("kswapd0: page allocation failure: order:0, ")
    assert "aoe_tx" in text("network") and "Node 1 Normal" in text("numa") and "oom-killer" in text("oom")
    assert text("passes").startswith("in:imklog") and len(NAMES) == 8
    assert figures(told("dma"))[0].startswith("Zone DMA: 894 pages free, min 17, reserve 880; ")
    with pytest.raises(ValueError, match="no report 'other': there are normal, dma"):
        text("other")


@pytest.mark.parametrize(
    ("name", "interrupt", "frame"),
    [
        ("small", True, "net_rx_action < __do_softirq < __irq_exit_rcu < irq_exit"),
        ("numa", True, "<IRQ> < __alloc_pages < cache_grow"),
        ("network", False, "__alloc_pages_nodemask < new_slab"),
        ("oom", False, "handle_mm_fault < __do_page_fault"),
    ],
)
def test_who_asked_is_in_the_trace(name, interrupt, frame):
    assert from_interrupt(name) is interrupt and frame in trace(name)


def test_free_memory_beside_the_request():
    kb = by_order("normal")
    assert [kb[size]["too small"] for size in ("4 kB", "8 kB", "16 kB")] == [4 * 44578, 8 * 11117, 16 * 800]
    large = {size: row["large enough"] for size, row in kb.items() if row["large enough"]}
    assert large == {"64 kB": 64, "128 kB": 128}
    shown = beside()
    assert next(iter(shown.values())) == {"free": 280240, "in blocks large enough": 192, "asked for": 32}
    times = [row["free"] / row["asked for"] for row in shown.values()]
    assert 100 < min(times) < 120 and 8700 < max(times) < 9000
    shorter = [row["in blocks large enough"] * 100 < row["free"] for row in shown.values()]
    assert shorter == [True, False, False, False]


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("enough", "no"),
        ("block_kb", 32),
        ("in_pages", 70060),
        ("who_asked", "interrupt"),
        ("verdict", "kept"),  # 887 <= 7 + 880, and 887 > 7
        ("bits", 0x20),
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(f"00.{name}").answer() == answer
