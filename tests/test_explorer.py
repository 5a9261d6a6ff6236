"""The explorer's Python side: its knobs, what they reach, and what it says to a knob that cannot stand like that."""

import pytest

from buddylab.core.gfp import gfp_str
from buddylab.core.validate import validate_machine
from buddylab.widgets import Explorer
from buddylab.world.hardware import MACHINES
from buddylab.world.pressure import (
    MIXES,
    TRACK,
    default_pressure,
    free_blocks,
    pages_at,
    position_of,
    prepare,
)

STAGES = {
    "might_sleep": {}, "fault_injection": {}, "restart": {}, "got_pg": {},
    "thisnode": {"pressure": 100}, "wake_kswapd": {"pressure": 100}, "alloc_flags": {"pressure": 100},
    "min_attempt": {"pressure": 100}, "rebalance": {"pressure": 100}, "direct_reclaim": {"pressure": 100},
    "retry_after_reclaim": {"pressure": 100}, "should_retry": {"pressure": 100},
    "nofail_alloc": {"pressure": 100, "PF_MEMALLOC": True},
    "high_attempt": {"pressure": 100, "mix": "no_swap"}, "out_of_memory": {"pressure": 100, "mix": "no_swap"},
    "nopage": {"pressure": 0, "gfp_mask": "GFP_ATOMIC"},
}  # fmt: skip
"""A setting of the knobs that reaches each stage, from GFP_KERNEL, order 0, on the small machine."""


@pytest.fixture(scope="module")
def explorer():
    return Explorer(machine="small", gfp_mask="GFP_KERNEL", order=0)


REST = {"gfp_mask": "GFP_KERNEL", "order": 0, "pressure": 500, "mix": "desktop", "PF_MEMALLOC": False,
        "TIF_MEMDIE": False, "in_interrupt": False, "rt_task": False}  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_reached_by_hand(explorer, stage):
    explorer.set(**REST | STAGES[stage])
    assert stage in explorer.stages()


def test_both_ends_and_the_endless_retry_are_reached(explorer):
    assert explorer.set(**REST).run.end == "page"
    assert explorer.set(**REST | {"pressure": 0, "gfp_mask": "GFP_ATOMIC"}).run.end == "no_page"
    assert explorer.set(**REST | {"pressure": 0, "mix": "kernel"}).run.end == "livelock"
    assert explorer.trace["frames"][-1]["mood"] == "end-loop"


def test_a_numa_machine_shows_what_thisnode_is_for(explorer):
    numa = Explorer(machine="numa", gfp_mask="GFP_THISNODE", order=4, pressure=60)
    assert numa.stages()[-3:] == ["thisnode", "nopage", "got_pg"]
    assert numa.set(gfp_mask="__GFP_THISNODE|__GFP_NORETRY").stages()[-3:] != ["thisnode", "nopage", "got_pg"]


def test_a_knob_from_the_browser_records_anew(explorer):
    explorer.set(**REST)
    explorer.knobs = {**explorer.knobs, "order": 4}
    assert explorer.run.order == 4 == explorer.trace["request"]["order"]
    explorer.mask = "GFP_NOFS|__GFP_ZERO"
    assert explorer.run.gfp_mask == 0x8050 == explorer.knobs["gfp_mask"] and explorer.error == []


@pytest.mark.parametrize(("typed", "said"), [
    ("GFP_KERNAL", "'GFP_KERNAL' is not a gfp mask"), ("0x1ffffffff", "from 0 to 0xffffffff"),
    ("-1", "is not a gfp mask"), ("<img src=x>", "is not a gfp mask")])  # fmt: skip
def test_a_mask_that_is_none_is_told_and_the_last_run_stays(explorer, typed, said):
    before = explorer.set(**REST).trace
    explorer.mask = typed
    assert said in explorer.error[0] and explorer.trace is before and explorer.mask == ""
    assert explorer.set(order=1).error == []


@pytest.mark.parametrize(("knobs", "said"), [
    ({"order": 11}, "order must be a whole number from 0"), ({"order": -1}, "order must be"),
    ({"order": 1.5}, "order must be"), ({"order": True}, "order must be"), ({"gfp_mask": 1 << 32}, "gfp_mask must be"),
    ({"machine": "cray"}, "no machine 'cray': choose one of report"), ({"mix": "soup"}, "no mix 'soup'"),
    ({"pressure": 1001}, "pressure must be a whole number from 0 to 1000"), ({"scatter": -1}, "scatter must be"),
    ({"colour": 3}, "no such knob: colour")])  # fmt: skip
def test_a_knob_that_cannot_stand_like_that(explorer, knobs, said):
    before = explorer.set(**REST).trace
    with pytest.raises(ValueError, match=said):
        explorer.set(**knobs)
    assert explorer.trace is before
    explorer.knobs = {**explorer.knobs, **knobs}
    assert said in explorer.error[0] and explorer.trace is before


def test_what_comes_from_the_browser_is_never_trusted(explorer):
    before = explorer.set(**REST).trace
    good = explorer.knobs
    for junk in ({}, {"machine": None}, {**good, "pressure": "full"}, {**good, "machine": ["tiny"]}):
        explorer.knobs = junk
        assert explorer.error and explorer.trace is before
        explorer.set(**REST)
        before = explorer.trace


def test_the_text_form_is_short_and_says_what_came_of_it(explorer):
    explorer.set(**REST)
    assert repr(explorer) == f"<Explorer: order 0, {gfp_str(0xD0)}, page>"
    assert explorer.transcript("zh")[-1].startswith("got_pg: 成功：从 Normal 得到 1 页")


def test_the_deck_shows_the_marks_where_the_track_has_them(explorer):
    """64 MB: the kernel's own marks, min 192, low 240, high 288 pages; linear up to 1.65 * 288 = 475.2 at 480."""
    explorer.set(**REST)
    assert explorer.deck["pressure"]["ticks"] == [["min", 192, 194], ["low", 240, 242], ["high", 288, 291]]


@pytest.mark.parametrize(("machine", "mix"), [*((machine, "desktop") for machine in MACHINES),
                                              *(("small", mix) for mix in MIXES)])  # fmt: skip
def test_a_filled_machine_is_a_sound_one(machine, mix):
    for pressure, scatter in ((None, None), (0, 0), (240, 100), (700, 30), (TRACK, 60)):
        population = prepare(machine, pressure, scatter, mix)
        validate_machine(population.machine)
        at = default_pressure(machine) if pressure is None else pressure
        reported = dict(MACHINES[machine].blocks) if pressure is None else {}
        for zone in population.machine.zones:
            blocks = reported.get(zone.label)
            target = pages_at(zone, at) if blocks is None else sum(n << o for o, n in enumerate(blocks))
            assert zone.nr_free_pages == target


def test_the_reported_machine_is_the_report():
    population = prepare("report")
    normal, dma = population.machine.zone("Normal"), population.machine.zone("DMA")
    assert [normal.nr_free(o) for o in range(11)] == [44578, 11117, 800, 0, 1, 1, 0, 0, 0, 0, 0]
    assert [dma.nr_free(o) for o in range(11)] == [256, 47, 2, 1, 1, 0, 0, 0, 0, 1, 0]
    assert (normal.pages_min, normal.pages_low, normal.pages_high) == (939, 1173, 1408)
    assert (dma.pages_min, dma.lowmem_reserve) == (17, [0, 880, 1008])


def test_the_same_setting_gives_the_same_machine_and_runs_do_not_touch_it():
    first = Explorer(machine="small", pressure=100, gfp_mask="GFP_KERNEL", order=3).trace
    assert Explorer(machine="small", pressure=100, gfp_mask="GFP_KERNEL", order=3).trace == first


def test_the_track_is_read_back():
    zone = prepare("i386_1g").machine.zone("Normal")
    for position in range(TRACK + 1):
        assert position_of(zone, pages_at(zone, position)) == position


@pytest.mark.parametrize("target", [0, 1, 33, 512, 700, 1023, 1024])
@pytest.mark.parametrize("scatter", [0, 50, 100])
def test_free_blocks_make_up_the_target(target, scatter):
    zone = prepare("tiny").machine.zones[0]
    assert sum(count << order for order, count in enumerate(free_blocks(zone, target, scatter))) == target


def test_scatter_moves_the_blocks_to_smaller_orders():
    zone = prepare("i386_1g").machine.zone("Normal")

    def mean(scatter):
        counts = free_blocks(zone, 20000, scatter)
        return sum(order * (count << order) for order, count in enumerate(counts)) / 20000

    assert mean(100) < mean(60) < mean(20) and mean(100) < 1.5


def test_reclaim_keeps_its_plain_rules():
    """The model's rules: 32 pages a time, dirty ones only with __GFP_FS, anonymous ones only with swap and __GFP_IO."""
    for mask, mix, freed in ((0xD0, "dirty", 32), (0x10, "dirty", 0), (0x50, "desktop", 32), (0xD0, "no_swap", 0),
                             (0xD0, "kernel", 0), (0x10, "file_server", 32)):  # fmt: skip
        population = prepare("small", 100, 60, mix)
        free = sum(zone.nr_free_pages + len(zone.hot.pages) for zone in population.machine.zones)
        progress = population.try_to_free_pages(None, population.machine.zones, mask)
        after = sum(zone.nr_free_pages + len(zone.hot.pages) for zone in population.machine.zones)
        assert (after - free, progress) == (freed, int(freed > 0)), (hex(mask), mix)
        validate_machine(population.machine)
