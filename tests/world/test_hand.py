"""The allocator driven by hand: what is freed and allocated is what the kernel's own recordings do, and is undone."""

import pytest
from recordings import FILES

from buddylab.core.events import kernel_events
from buddylab.core.record import record_free, states
from buddylab.core.validate import validate_machine
from buddylab.explorer.filling import prepare
from buddylab.explorer.hand import block_of, checked_hand
from buddylab.said import SaidError
from buddylab.scenario import build_machine, load
from buddylab.scenario.script import ScriptedWorld
from buddylab.view.document import view
from buddylab.view.sentences import say
from buddylab.widgets import Explorer

SMALL = {"machine": "small", "gfp_mask": "GFP_KERNEL", "order": 0}


@pytest.fixture
def explorer():
    return Explorer(**SMALL)


def used_block(explorer, order):
    """First pfn of a block of this order that is in use in zone Normal."""
    machine = prepare("small").machine
    return next(pfn for pfn, what in sorted(machine.owner.items()) if what & 15 == order and what >> 4 == 1)


def test_a_freed_block_goes_where_the_recorded_kernel_puts_it(explorer):
    """__free_pages_ok, then __free_one_page with the block that it became."""
    pfn = used_block(explorer, 2)
    run = explorer.free(pfn).run
    assert run.events[0] == ("__free_pages_ok", "Normal", pfn, 2)
    name, label, first, order, head, merged = run.events[1]
    assert (name, label, first, order, run.end) == ("__free_one_page", "Normal", pfn, 2, "freed")
    *_, (_, after) = states(run)
    normal = next(zone for zone in after if zone.label == "Normal")
    assert normal.free_list(merged)[0] == head and normal.nr_free_pages == run.before[1].nr_free_pages + 4
    validate_machine(run.machine)


def test_a_block_that_reclaim_made_room_for_is_given_back_whole():
    """Freeing it does not change what the operation before was given: four pages, of which reclaim freed some."""
    explorer = Explorer(machine="small", gfp_mask="GFP_KERNEL", order=2, pressure=900).alloc(2)
    given = explorer.run.page
    assert "try_to_free_pages" in str(explorer.run.events) and given is not None
    assert explorer.free(given).run.events[0][2:] == (given, 2)


def test_a_single_page_goes_to_the_hot_list(explorer):
    pfn = used_block(explorer, 0)
    run = explorer.free(pfn).run
    assert run.events == [("free_hot_cold_page", "Normal", pfn, 0)]
    assert explorer.document["frames"][0]["say"] == "free_page"
    assert [zone.nr_free_pages for zone in run.machine.zones] == [zone.nr_free_pages for zone in run.before]


def recorded_frees():
    """(machine before, pfn, order, events) of the first recorded free by __free_pages of each named scenario."""
    for file in FILES:
        for scenario in load(file):
            machine, held = build_machine(scenario), {}
            world = ScriptedWorld(machine)
            for op in scenario["ops"]:
                expect = op.get("expect", {})
                free = op["op"] == "free" and op.get("via", "__free_pages") == "__free_pages"
                if free and held.get(op["id"]) and "events" in expect:
                    yield machine, *held[op["id"]], expect["events"]
                    break
                world.play(op)
                if op["op"] == "alloc" and expect.get("result") is not None:
                    held[op["id"]] = expect["result"], op["order"]


def test_every_recorded_free_is_recorded_the_same():
    """The events of the kernel's own recordings, in which a free was played by the compiled 2.6.21."""
    found = 0
    for machine, pfn, order, events in recorded_frees():
        assert [list(event) for event in kernel_events(record_free(machine, pfn, order).events)] == events
        found += 1
    assert found > 20


def test_a_page_without_a_user_is_told(explorer):
    free = explorer.run.before[1].free_list(3)[0]
    with pytest.raises(ValueError, match=f"pfn {free} is not in use, so it cannot be freed"):
        explorer.free(free)
    assert explorer.hand == []
    explorer.set_state({"hand": [["free", free]]})
    assert "is not in use" in explorer.error[0] and "未被使用" in explorer.error[1] and explorer.hand == []


def test_undo_brings_back_exactly_what_was(explorer):
    first = explorer.document
    explorer.alloc(4)
    second = explorer.document
    assert second["request"]["order"] == 4 and explorer.run.end == "page"
    explorer.free(explorer.run.page)
    assert explorer.document["frames"][-1]["say"] == "end_freed"
    assert explorer.undo().document == second
    assert explorer.undo().document == first
    assert explorer.undo().document == first


def test_what_was_split_off_merges_again(explorer):
    """A block of order 5 allocated and freed: the lists count the same as before, by the buddy rule."""
    before = [explorer.run.before[1].nr_free(order) for order in range(11)]
    explorer.alloc(5)
    explorer.free(explorer.run.page)
    normal = explorer.run.machine.zones[1]
    assert [normal.nr_free(order) for order in range(11)] == before
    merge = next(frame["merge"] for frame in explorer.document["frames"] if "merge" in frame)
    assert merge["from"] == 5 and all(
        buddy == (head >> o << o) ^ (1 << o)
        for (buddy, o), head in zip(merge["buddies"], [explorer.run.page] * 9, strict=False)
    )


def test_the_request_runs_on_what_was_done_by_hand(explorer):
    pfn = used_block(explorer, 3)
    free = explorer.run.before[1].nr_free_pages
    explorer.free(pfn).set(order=1)
    assert explorer.run.end == "page" and explorer.run.before[1].nr_free_pages == free + 8
    assert explorer.hand == [["free", pfn]]


def test_another_memory_has_no_hand_in_it(explorer):
    explorer.alloc(2)
    assert explorer.set(pressure=900).hand == []
    assert explorer.alloc(2).set(machine="tiny").hand == []


def test_a_page_freed_by_hand_is_not_reclaimed_too():
    explorer = Explorer(machine="small", gfp_mask="GFP_KERNEL", order=3, pressure=900)
    for pfn in [pfn for pfn, what in prepare("small", 900).machine.owner.items() if what == 1 << 4][:40]:
        explorer.free(pfn)
    explorer.set(order=4)
    validate_machine(explorer.run.machine)


@pytest.mark.parametrize(
    "junk",
    [
        "free",
        [["free"]],
        [["free", -1]],
        [["alloc", 11, 0, ""]],
        [["alloc", 1, 0, "root"]],
        [["free", 1]] * 201,
        [["burn", 1]],
        [["free", "<b>"]],
    ],
)
def test_what_is_no_operation_is_refused(junk):
    with pytest.raises(SaidError, match="hand is a list of at most 200 operations"):
        checked_hand(junk, ("in_interrupt",))


def test_the_sentence_of_a_page_that_cannot_merge_names_its_buddy(explorer):
    machine = prepare("small").machine
    head, order = block_of(machine, used_block(explorer, 2) + 3)
    document = view(record_free(machine, head, order))
    for frame in document["frames"]:
        if frame["say"] == "free_alone":
            assert frame["args"]["buddy"] == frame["args"]["head"] ^ frame["args"]["size"]
    assert say("free_alone", {"head": 8, "size": 4, "buddy": 12, "to": 2}).en.startswith(
        "Its buddy is pfn 8 xor 4 = 12"
    )
