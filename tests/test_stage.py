"""The stage's pictures of real runs: every beat, at every size, in both languages, without a browser."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from recordings import NAMED, named
from stage_stories import STORIES, played

from buddylab import scenario
from buddylab.view.document import text, view

HERE = Path(__file__).parent
RSVG = shutil.which("rsvg-convert")
SIZES = [[836, False], [996, False], [1500, False], [390, False], [1280, True]]


def last_counts(run):
    """Free pages of every zone at the end, from the machine itself."""
    return [zone.nr_free_pages for zone in run.machine.zones]


def stories():
    for name in STORIES:
        done = played(name)
        yield name, done.document | {"last": last_counts(done.run)}


def scenarios():
    """Of every named scenario the request with the most to tell."""
    for name in NAMED:
        world = scenario.ScriptedWorld(scenario.build_machine(named(name)))
        best = None
        for op in named(name)["ops"]:
            if op["op"] != "alloc" or op["order"] >= 11:
                world.play(op)
                continue
            run = world.record(op)
            document = view(run) | {"last": last_counts(run)}
            if best is None or len(document["frames"]) > len(best["frames"]):
                best = document
        if best is not None:
            yield name, best


def looked_at(documents, moments, sizes):
    asked = json.dumps({"documents": documents, "text": text(), "moments": moments, "sizes": sizes})
    done = subprocess.run(["node", HERE / "stage_check.mjs"], input=asked, capture_output=True, text=True)
    assert done.stderr == ""
    return json.loads(done.stdout)


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no node: apt-get install nodejs")


@needs_node
def test_every_picture_of_the_stories_is_whole():
    """Nothing cut, nothing on top of another label, 11 px at least, at all sizes; a run plays a minute at most."""
    found = looked_at(dict(stories()), [0, 0.5, 1], SIZES)
    assert found["problems"] == []
    assert max(found["times"].values()) <= 60_000
    assert max(found["times"]["refused en"], found["times"]["refused zh"]) <= 35_000
    moved = {"row", "flags", "gate", "take", "halve", "yours", "join", "list", "page", "take1", "wake", "freed", "stay"}
    moved |= {"write", "report", "sleep", "lineup", "choose", "kill", "exit", "holds", "nested", "strip", "end", "open"}
    assert moved <= set(found["kinds"]), moved - set(found["kinds"])


@needs_node
def test_every_named_scenario_has_a_picture_for_every_beat():
    found = looked_at(dict(scenarios()), [1], SIZES[:1])
    assert found["problems"] == []
    assert {"cpuset", "nearReclaim", "comeBack", "log"} <= set(found["kinds"])
    assert max(found["times"].values()) <= 60_000
