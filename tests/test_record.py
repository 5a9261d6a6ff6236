"""The record: what each event changed rebuilds the machine's state, and watching changes nothing."""

import json
from itertools import chain

import pytest
from recordings import NAMED, named, some_random

from buddylab import scenario
from buddylab.core.environment import Task
from buddylab.core.events import FIELDS, KERNEL, as_dict, kernel_events
from buddylab.core.machine import Machine
from buddylab.core.record import COUNT, Run, apply, record, states
from buddylab.core.zone import Zone


def everything(zones):
    """All that the changes speak of, in list order."""
    return [
        (z.nr_free_pages, [z.free_list(order) for order in range(11)], list(z.hot.pages), list(z.cold.pages))
        for z in zones
    ]


def rebuilds(recording):
    """Play a recording; after every operation the changes must have made the same state out of the one before."""
    machine = scenario.build_machine(recording)
    world = scenario.ScriptedWorld(machine)
    for number, op in enumerate(recording["ops"]):
        before, machine.trace = tuple(zone.copy() for zone in machine.zones), []
        world.play(op)
        run = Run(machine, before, 0, 0, 0, Task(), 0, (), 0, machine.trace, None, "page")
        for change in chain.from_iterable(run.changes()):
            apply(before, change)
        assert everything(before) == everything(machine.zones), f"op {number}"


@pytest.mark.parametrize("name", NAMED)
def test_changes_rebuild_the_state(name):
    rebuilds(named(name))


def test_changes_rebuild_the_state_of_random_recordings():
    for recording in some_random()[::3]:
        rebuilds(recording)


def test_states_stop_at_every_event():
    """split_big_block, worked out by hand: one block of order 10 at pfn 0; page 0 leaves one block of every order."""
    machine = scenario.build_machine(named("split_big_block"))
    run = record(machine, 0xD0, 0)
    split = [zones[0].nr_free_pages for event, zones in states(run) if event[0] == "__rmqueue"]
    assert split == [1023]
    *_, (_, zones) = states(run)
    assert zones[0].free_list(9) == [512] and zones[0].free_list(0) == [1] and zones[0].free_list(10) == []


@pytest.mark.parametrize("name", NAMED)
def test_recording_never_changes_the_path(name):
    recording = named(name)
    pages = []
    for watch in (True, False):
        machine = scenario.build_machine(recording)
        world = scenario.ScriptedWorld(machine)
        machine.trace = [] if watch else None
        pages.append([world.play(op).get("result") for op in recording["ops"]] + [scenario.lists(machine)])
    assert pages[0] == pages[1]


@pytest.mark.parametrize("name", NAMED)
def test_record_sees_what_the_kernel_did(name):
    recording = named(name)
    world = scenario.ScriptedWorld(scenario.build_machine(recording))
    for op in recording["ops"]:
        if op["op"] != "alloc" or op["order"] > 10:
            world.play(op)
            continue
        run = world.record(op)
        assert [list(event) for event in kernel_events(run.events)] == op["expect"]["events"]
        assert run.page == op["expect"]["result"]


def test_every_event_goes_through_json_and_has_named_arguments():
    seen = set()
    for recording in (*map(named, NAMED), *some_random()):
        for op in recording["ops"]:
            for event in op["expect"]["events"]:
                if event[0] not in seen:
                    seen.add(event[0])
                    assert [event[0], *as_dict(tuple(event)).values()] == json.loads(json.dumps(event))
    assert seen == set(KERNEL)


@pytest.mark.parametrize("event", [("stage", "restart"), ("no_such_event",), ("tick",)])
def test_an_event_that_is_none_is_refused(event):
    with pytest.raises(ValueError, match="is not an event"):
        as_dict(event)


def test_a_run_without_end_ends_the_run_as_a_livelock():
    zone = Zone("Normal", 0, 0, 64, marks=(100, 120, 140), lowmem_reserve=[0])
    machine = Machine([zone], ("Normal",))
    run = record(machine, 0xD0, 0, max_rounds=5)
    assert (run.end, run.page) == ("livelock", None)
    assert "out_of_memory" in [event[0] for event in run.events] and "OOM killer" in run.why
    assert machine.trace is None


def test_lists_of_a_large_machine_cost_nothing():
    """4 TiB: a request is recorded without a million list entries being touched."""
    zone = Zone("Normal", 0, 0, 1 << 30, marks=(100, 120, 140), lowmem_reserve=[0], hot=(31, 186))
    run = record(Machine([zone], ("Normal",)), 0xD0, 3)
    assert run.before[0].nr_free(10) == 1 << 20
    assert run.page == (1 << 30) - 1024
    assert [change for changed in run.changes() for change in changed if change[1] == COUNT] == [
        ("Normal", COUNT, 0, (1 << 30) - 8)
    ]


def test_fields_name_every_argument_once():
    assert all(len(set(names)) == len(names) for names in FIELDS.values())
