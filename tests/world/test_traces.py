"""What the world traces: every event has its words, survives JSON, and leaves sound lists behind."""

import json

import pytest

from buddylab.core import events as core_events
from buddylab.reclaim import tracing
from buddylab.reclaim.lru import validate_zone
from buddylab.reclaim.oom import OomKiller
from buddylab.reclaim.slab import Shrinker, shrink_slab
from buddylab.reclaim.writeback import throttle_vm_writeout

from . import recorded
from .test_facts import Kernel, file_page, lru_zone
from .test_recorded import load, split


@pytest.fixture(scope="module")
def traces():
    """The raw traces of all integrated reclaims and OOM decisions, and of what these two do not reach."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recorded, "integrated_events", lambda trace: found.append(list(trace)) or [])
        patch.setattr(recorded, "OomKiller", lambda *inputs: found.append(inputs[-1]) or OomKiller(*inputs))
        patch.setattr(recorded, "ScriptedZones", spy(recorded.ScriptedZones, found))
        for kind in ("reclaim_integrated", "oom_decisions", "kswapd_loop"):
            for vector in load(kind):
                recorded.outputs(kind, split(kind, vector)[0])
    found.append([])
    tracing.run(throttle_vm_writeout(0xD0, lambda: (1, 0), found[-1]))
    shrink_slab([Shrinker(lambda nr_to_scan, gfp_mask: 0, nr=-5)], 1, 0xD0, 1, trace=found[-1])
    orphan = kernel_with_trace(found[-1])
    orphan.page_out.clean_orphan(file_page(lru_zone(), orphan, flags=recorded.PG_PRIVATE))
    return found


def spy(kind, found):
    """The class, but its traces are kept."""
    return lambda case, trace: found.append(trace) or kind(case, trace)


def kernel_with_trace(trace):
    kernel = Kernel()
    kernel.page_out.trace = trace
    return kernel


def test_every_event_has_its_words_and_survives_json(traces):
    for event in (event for trace in traces for event in trace):
        as_dict = core_events.as_dict if event[0] in core_events.FIELDS else tracing.as_dict
        assert len(as_dict(event)) == len(event) - 1
        assert tuple(json.loads(json.dumps(event))) == event
        assert {type(value) for value in event} <= {int, str}, event


def test_every_word_is_used(traces):
    assert tracing.FIELDS.keys() <= {event[0] for trace in traces for event in trace}


def test_words_that_core_has_too_mean_the_same():
    for name in tracing.FIELDS.keys() & core_events.FIELDS.keys():
        assert tracing.FIELDS[name] == core_events.FIELDS[name]


def test_an_unknown_event_is_refused():
    with pytest.raises(ValueError, match="'badness' takes"):
        tracing.as_dict(("badness", 1))


def test_lists_are_sound_after_every_recorded_reclaim(monkeypatch):
    after = recorded.integrated_after
    monkeypatch.setattr(recorded, "integrated_after", lambda zone: validate_zone(zone) or after(zone))
    for vector in load("reclaim_integrated"):
        recorded.outputs("reclaim_integrated", split("reclaim_integrated", vector)[0])


def test_an_unsound_list_is_found():
    zone = lru_zone()
    zone.add_page_to_inactive_list(file_page(zone, Kernel(), flags=recorded.PG_LRU))
    validate_zone(zone)
    zone.nr_inactive += 1
    with pytest.raises(ValueError, match="nr_inactive is 2, its list holds 1"):
        validate_zone(zone)
    zone.nr_inactive -= 1
    next(iter(zone.inactive_list)).flags |= recorded.PG_ACTIVE
    with pytest.raises(ValueError, match="is on the inactive list"):
        validate_zone(zone)
