"""The explorer's Python side: its knobs, what they reach, and what it says to a knob that cannot stand like that."""

import ipywidgets
import pytest
import traitlets

from buddylab.core import ladder
from buddylab.core.record import record
from buddylab.core.validate import validate_machine
from buddylab.explorer.filling import MIXES, TRACK, Mix, default_pressure, free_blocks, pages_at, position_of, prepare
from buddylab.explorer.reach import REACH, search
from buddylab.machines.hardware import MACHINES
from buddylab.reclaim.lru import validate_zone
from buddylab.said import as_is
from buddylab.widgets import Explorer, ProgressBar, StageButtons

STAGES = {
    "might_sleep": {},
    "fault_injection": {},
    "restart": {},
    "got_pg": {},
    "thisnode": {"pressure": 900},
    "wake_kswapd": {"pressure": 900},
    "alloc_flags": {"pressure": 900},
    "min_attempt": {"pressure": 900},
    "rebalance": {"pressure": 900},
    "direct_reclaim": {"pressure": 900},
    "retry_after_reclaim": {"pressure": 900},
    "should_retry": {"pressure": 900},
    "nofail_alloc": {"pressure": 900, "PF_MEMALLOC": True},
    "high_attempt": {"pressure": 900, "mix": "no_swap"},
    "out_of_memory": {"pressure": 900, "mix": "no_swap"},
    "nopage": {"pressure": 1000, "gfp_mask": "GFP_ATOMIC"},
}
"""A setting of the knobs that reaches each stage, from GFP_KERNEL, order 0, on the small machine."""


@pytest.fixture(scope="module")
def explorer():
    return Explorer(machine="small", gfp_mask="GFP_KERNEL", order=0)


REST = {
    "gfp_mask": "GFP_KERNEL",
    "order": 0,
    "pressure": 500,
    "mix": "desktop",
    "PF_MEMALLOC": False,
    "TIF_MEMDIE": False,
    "in_interrupt": False,
    "rt_task": False,
}


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_reached_by_hand(explorer, stage):
    explorer.set(**REST | STAGES[stage])
    assert stage in explorer.stages()


def test_the_table_of_settings_is_what_the_search_finds():
    assert search() == REACH and list(REACH) == [stage.__name__ for stage in ladder.STAGES]


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_is_reached_by_a_button(explorer, stage):
    assert stage in explorer.reach(stage).stages()


def test_pressure_and_machine_can_be_turned_at_once():
    explorer = Explorer(machine="tiny").set(machine="small", pressure=900)
    assert explorer.knobs["pressure"] == 900 == explorer.deck["pressure"]["value"]


def test_free_memory_is_given_in_pages_instead_of_pressure():
    """64 MB: up to 1.65 * 288 = 475.2 pages free a step of the track is 475.2 / 480 < 1 page, so 192 is exact."""
    explorer = Explorer(machine="small", free=192)
    assert explorer.deck["pressure"]["free"] == 192 and explorer.pressure == 806
    assert explorer.set(free=0).pressure == 1000 and explorer.set(free=12288).pressure == 0
    assert explorer.set(machine="tiny", free=1024).pressure == 0
    assert explorer.compare(free=0).other == {"pressure": 1000}
    for knobs, said in (
        ({"free": 5, "pressure": 5}, "give pressure or free, not both"),
        ({"free": 1025}, "free must be a whole number of pages from 0 to 1024, all of Normal, not 1025"),
        ({"free": -1}, "not -1"),
        ({"free": True}, "not True"),
    ):
        with pytest.raises(ValueError, match=said):
            explorer.set(**knobs)


def test_a_stage_that_is_none(explorer):
    with pytest.raises(ValueError, match="no stage 'got_page': there are might_sleep, fault_injection"):
        explorer.reach("got_page")


def test_both_ends_and_the_endless_retry_are_reached(explorer):
    assert explorer.set(**REST).run.end == "page"
    assert explorer.set(**REST | {"pressure": 1000, "gfp_mask": "GFP_ATOMIC"}).run.end == "no_page"
    assert explorer.set(**REST | {"pressure": 1000, "mix": "kernel"}).run.end == "livelock"
    assert explorer.document["frames"][-1]["mood"] == "end-loop"


def test_a_numa_machine_shows_what_thisnode_is_for(explorer):
    numa = Explorer(machine="numa", gfp_mask="GFP_THISNODE", order=4, pressure=940)
    assert numa.stages()[-3:] == ["thisnode", "nopage", "got_pg"]
    assert numa.set(gfp_mask="__GFP_THISNODE|__GFP_NORETRY").stages()[-3:] != ["thisnode", "nopage", "got_pg"]


def test_a_knob_from_the_browser_records_anew(explorer):
    explorer.set(**REST)
    explorer.set_state({"order": 4})
    assert explorer.run.order == 4 == explorer.document["request"]["order"]
    explorer.mask = "GFP_NOFS|__GFP_ZERO"
    assert explorer.run.gfp_mask == 0x8050 == explorer.knobs["gfp_mask"] and explorer.error == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("GFP_KERNAL", "'GFP_KERNAL' is not a gfp mask"),
        ("0x1ffffffff", "from 0 to 0xffffffff"),
        ("-1", "is not a gfp mask"),
        ("<img src=x>", "is not a gfp mask"),
    ],
)
def test_a_mask_that_is_none_is_told_and_the_last_run_stays(explorer, typed, said):
    before = explorer.set(**REST).document
    explorer.mask = typed
    assert said in explorer.error[0] and explorer.document is before and explorer.mask == ""
    assert explorer.set(order=1).error == []


@pytest.mark.parametrize(
    ("knobs", "said"),
    [
        ({"order": 11}, "order must be a whole number from 0"),
        ({"order": -1}, "order must be"),
        ({"order": 1.5}, "order must be"),
        ({"order": True}, "order must be"),
        ({"gfp_mask": 1 << 32}, "gfp_mask must be"),
        ({"machine": "cray"}, "no machine 'cray': choose one of report"),
        ({"mix": "soup"}, "no mix 'soup'"),
        ({"pressure": 1001}, "pressure must be a whole number from 0 to 1000"),
        ({"scatter": -1}, "scatter must be"),
        ({"colour": 3}, "no such knob: colour"),
    ],
)
def test_a_knob_that_cannot_stand_like_that(explorer, knobs, said):
    before, stand = explorer.set(**REST).document, explorer.knobs
    with pytest.raises(ValueError, match=said):
        explorer.set(**knobs)
    assert explorer.document is before and explorer.knobs == stand
    if "colour" not in knobs:
        with pytest.raises(traitlets.TraitError, match=said):
            setattr(explorer, *knobs.popitem())
        assert explorer.document is before and {name: getattr(explorer, name) for name in stand} == stand


def test_what_comes_from_the_browser_is_never_trusted(explorer):
    before, stand = explorer.set(**REST).document, explorer.knobs
    for junk in (
        {"machine": None},
        {"order": 2, "pressure": "full"},
        {"machine": ["tiny"]},
        {"order": 11},
        {"machine": {"Normal": "<b>"}},
        {"in_interrupt": "yes"},
    ):
        explorer.set_state(junk)
        assert explorer.error and explorer.document is before
        assert {name: getattr(explorer, name) for name in stand} == stand
        explorer.set_state({"order": 1})
        assert explorer.error == []
        before = explorer.set(order=stand["order"]).document


def test_a_knob_is_a_trait_like_any_other(explorer):
    explorer.set(**REST)
    seen = []
    explorer.observe(lambda change: seen.append((change.new, explorer.run.order)), "order")
    slider = ipywidgets.IntSlider(value=2, max=12)
    link = ipywidgets.link((slider, "value"), (explorer, "order"))
    assert explorer.run.order == 2 and seen == [(2, 2)]
    slider.value = 5
    explorer.set(order=1)
    assert slider.value == 1 and seen == [(2, 2), (5, 5), (1, 1)]
    with pytest.raises(traitlets.TraitError, match="from 0"):
        slider.value = 12
    assert explorer.order == 1 == explorer.run.order
    link.unlink()
    explorer.unobserve_all("order")
    explorer.observe(explorer._turned, "order")


def test_several_knobs_at_once_record_once(explorer):
    explorer.set(**REST)
    recorded = []
    explorer.observe(recorded.append, "document")
    with explorer.hold_trait_notifications():
        explorer.order, explorer.gfp_mask, explorer.rt_task = 4, "GFP_ATOMIC", True
    assert len(recorded) == 1 and (explorer.run.order, explorer.run.gfp_mask) == (4, 0x20) and explorer.run.task.rt_task
    with pytest.raises(traitlets.TraitError, match="no mix 'soup'"), explorer.hold_trait_notifications():
        explorer.order, explorer.mix = 2, "soup"
    assert len(recorded) == 1 and explorer.order == 4
    explorer.unobserve(recorded.append, "document")


def test_a_mask_is_read_back_as_a_number(explorer):
    explorer.set(**REST)
    explorer.gfp_mask = "GFP_NOFS|__GFP_ZERO"
    assert explorer.gfp_mask == 0x8050 == explorer.run.gfp_mask


def test_another_machine_has_its_own_pressure_and_scatter(explorer):
    explorer.set(**REST, machine="small")
    explorer.machine = "tiny"
    assert (explorer.pressure, explorer.scatter) == (default_pressure("tiny"), MACHINES["tiny"].scatter)
    explorer.machine = "small"


def test_the_text_form_is_short_and_gives_nothing_away(explorer):
    explorer.set(**REST)
    assert repr(explorer) == "<Explorer: order 0, GFP_KERNEL>"
    assert explorer.transcript("zh")[-1].startswith("got_pg: 成功：从 Normal 得到 1 页")


def test_the_deck_shows_the_marks_where_the_track_has_them(explorer):
    """64 MB: the kernel's own marks, min 192, low 240, high 288 pages; 1.65 * 288 = 475.2 free at 520, none at 1000.

    1000 - 480 * 192 / 475.2 = 806.06, 1000 - 480 * 240 / 475.2 = 757.58, 1000 - 480 * 288 / 475.2 = 709.09.
    """
    explorer.set(**REST)
    assert explorer.deck["pressure"]["ticks"] == [["min", 192, 806], ["low", 240, 758], ["high", 288, 709]]


@pytest.mark.parametrize(
    ("machine", "mix"), [*((machine, "desktop") for machine in MACHINES), *(("small", mix) for mix in MIXES)]
)
def test_a_filled_machine_is_a_sound_one(machine, mix):
    for pressure, scatter in ((None, None), (TRACK, 0), (760, 100), (300, 30), (0, 60)):
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
    first = Explorer(machine="small", pressure=900, gfp_mask="GFP_KERNEL", order=3).document
    assert Explorer(machine="small", pressure=900, gfp_mask="GFP_KERNEL", order=3).document == first


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


@pytest.mark.parametrize(
    ("mix", "mask", "told"),
    [
        ("desktop", 0xD0, {"clean", "writing"}),
        ("dirty", 0xD0, {"writing"}),
        ("dirty", 0x50, {"no_fs"}),
        ("swapping", 0xD0, {"writing"}),
        ("no_swap", 0xD0, {"no_swap", "written_off", "killed", "exit"}),
        ("slab", 0xD0, {"slab"}),
        ("kernel", 0xD0, {"empty", "killed"}),
    ],
)
def test_the_world_says_what_came_back_and_why_not_more(mix, mask, told):
    world = prepare("small", 900, None, mix)
    events = record(world.machine, mask, 0, max_rounds=6).events
    assert told <= {event[1] for event in events if event[0] == "note"}
    validate_machine(world.machine)
    for zone in world.population.zones:
        validate_zone(zone)


def test_without_fs_nobody_dies_and_the_retry_is_endless():
    events = record(prepare("small", 1000, None, "no_swap").machine, 0x50, 0, max_rounds=20).events
    assert "killed" not in {event[1] for event in events if event[0] == "note"}
    assert sum(event[:2] == ("stage", "should_retry") for event in events) == 21


def test_kswapd_would_have_written_the_zone_off():
    """The prepared state of a machine without anything to reclaim is what kswapd's own rules lead to."""
    world = prepare("small", 900, None, "no_swap")
    assert all(zone.all_unreclaimable for zone in world.population.zones)
    for zone in world.population.zones:
        zone.all_unreclaimable, zone.pages_scanned = False, 0
    for _ in range(3):
        world.machine.nodes[0].kswapd_max_order = 0
        world.wake_up_interruptible(None, 0)
        world.others_run(2000)
    assert all(zone.all_unreclaimable for zone in world.population.zones)


def test_a_copy_starts_afresh():
    """A run on one copy leaves the next one as it was."""
    first = record(prepare("small", 900).machine, 0xD0, 0).events
    assert record(prepare("small", 900).machine, 0xD0, 0).events == first


@pytest.mark.parametrize(
    ("shares", "said"),
    [((50, 50, 50, 0), "100 together, not 50, 50, 50, 0, 0"), ((100, -10, 10, 0), "whole percentages")],
)
def test_shares_that_cannot_be_are_told(shares, said):
    with pytest.raises(ValueError, match=said):
        Mix(as_is("x"), *shares)


def test_shares_of_your_own():
    world = prepare("tiny", 700, None, Mix(as_is("half"), 50, 50, 0, 0, swap=10))
    anonymous = sum(p.memory().resident for p in world.owners)
    assert anonymous > 300 and world.population.nr_swap_pages == anonymous * 10 // 100


def test_the_buttons_lead_to_their_stages_and_stand_on_them():
    explorer = Explorer(machine="small")
    buttons = StageButtons(explorer)
    assert repr(buttons) == "<StageButtons: 16 stages>"
    for button in buttons.children:
        english, chinese = button.tooltip.split(" · ")
        assert button.description in english and button.description in chinese and "到达" in chinese
        button.click()
        steps = [frame for frame in explorer.document["frames"] for _ in frame.get("test", {}).get("rows", [0])]
        assert steps[explorer.index]["stage"] == button.description in explorer.stages()


def test_the_progress_bar_shows_itself_once_and_follows(monkeypatch):
    shown = []
    monkeypatch.setattr("buddylab.widgets.progress.display", shown.append)
    bar = ProgressBar("filling")
    for share in (0.0, 0.5, 1.0):
        bar(share)
        assert bar.value == share
    assert shown == [bar] and repr(bar) == "<ProgressBar: 100%>"
