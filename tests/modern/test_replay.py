"""The recordings of Linux 6.12.117, replayed: every event, counter and list equal."""

import copy
import json
import os

import pytest

from buddylab.modern.scenario import check, replay
from buddylab.scenario import compare
from buddylab.scenario.compare import summary
from modern.kept import DATA, RECORDINGS, full_set, lines, named, names

RANDOM = DATA / "random.jsonl.gz"
PARTS = 10


def stripped(scenario):
    """What a player may see: nothing that the kernel answered."""
    ops = [{key: value for key, value in op.items() if key != "expect"} for op in scenario["ops"]]
    return {key: scenario[key] for key in ("format", "name", "machine")} | {"ops": ops}


def assert_equal_to_the_kernel(scenario):
    outcome = replay(stripped(scenario))
    assert compare(scenario, outcome) is None
    # compare looks for what is recorded; so nothing may be missing there, and nothing more may be played.
    assert outcome["initial"] == scenario["initial"]
    assert outcome["final"] == scenario["final"]
    for op, played in zip(scenario["ops"], outcome["ops"], strict=True):
        shortened = {"events"} if "nr_events" in op["expect"] else set()
        recorded = set(op["expect"]) - {"nr_events", "events_crc32"}
        assert set(played) - shortened == recorded


def test_the_kept_recordings_are_there():
    assert len(names()) == 226
    assert sum(name.startswith("twin_") for name in names()) == 38
    assert RANDOM.stat().st_size <= 2_000_000
    assert {named(name)["format"] for name in names()} == {"alloc-oracle-2"}


@pytest.mark.parametrize("name", names())
def test_named_recording(name):
    assert_equal_to_the_kernel(named(name))


@pytest.mark.parametrize("part", range(PARTS))
def test_random_recordings(part):
    mine = [line for number, line in enumerate(lines(RANDOM)) if number % PARTS == part]
    assert mine
    for line in mine:
        assert_equal_to_the_kernel(json.loads(line))


@pytest.mark.skipif(full_set() is None, reason="BUDDYLAB_RECORDINGS names no folder with kernel-6.12 in it")
@pytest.mark.parametrize("part", range(2 * PARTS))
def test_full_set(part):
    folder = full_set()
    files = sorted((folder / "named").glob("*.json"))
    assert files
    for file in files[part :: 2 * PARTS]:
        assert_equal_to_the_kernel(json.loads(file.read_text(encoding="utf-8")))
    for number, line in enumerate(lines(folder / "random.jsonl.gz")):
        if number % (2 * PARTS) == part:
            assert_equal_to_the_kernel(json.loads(line))


def test_a_folder_without_recordings_fails_loudly(tmp_path):
    with pytest.raises(AssertionError, match=r"there is no .*kernel-6\.12/random\.jsonl\.gz"):
        full_set(str(tmp_path))
    (tmp_path / "named").mkdir()  # the recordings of 2.6.21 themselves: nothing of 6.12 is promised
    assert full_set(str(tmp_path)) is None


@pytest.mark.skipif(RECORDINGS is None, reason="BUDDYLAB_RECORDINGS is not set")
def test_the_folder_named_is_a_folder():
    assert os.path.isdir(RECORDINGS)


# What is recorded is out of the player's sight.


class Forbidden(dict):
    """An object in which looking at what is recorded is an error."""

    ANSWERS = ("expect", "initial", "final", "twin")

    def __getitem__(self, key):
        assert key not in self.ANSWERS
        return super().__getitem__(key)

    def get(self, key, default=None):
        assert key not in self.ANSWERS
        return super().get(key, default)

    def values(self):
        raise AssertionError("all values, what is recorded too")

    items = values


@pytest.mark.parametrize("name", ["twin_oom_big_order", "oom_twice", "nested_alloc_in_reclaim", "compact_capture"])
def test_replay_reads_no_answer(name):
    scenario = named(name)
    wished = replay(stripped(scenario))
    poisoned = copy.deepcopy(scenario) | {"initial": 7, "final": ["nonsense"], "twin": "?"}
    for op in poisoned["ops"]:
        op["expect"] = {"result": -5, "events": None, "zones": {}, "task_after": "?", "crc32": 0}
    assert replay(poisoned) == wished
    blind = Forbidden(scenario)
    blind["ops"] = [Forbidden(op) for op in scenario["ops"]]
    assert replay(blind) == wished


def test_a_scenario_is_played_twice_alike_and_left_as_it_was():
    scenario = named("pcp_high_auto_tune")
    before = copy.deepcopy(scenario)
    assert replay(scenario) == replay(scenario)
    assert check(scenario) is scenario and scenario == before


# The comparison finds what is wrong, where only a checksum of the events is kept, too.


def test_a_changed_checksum_or_number_of_events_is_reported():
    scenario = named("kswapd_wake")
    outcome = replay(scenario)
    for op, played in zip(scenario["ops"], outcome["ops"], strict=True):
        op["expect"] |= summary(played["events"])
        del op["expect"]["events"]
    assert compare(scenario, outcome) is None
    number = scenario["ops"][0]["expect"]["nr_events"]
    scenario["ops"][0]["expect"]["nr_events"] += 1
    assert compare(scenario, outcome) == ("op 0", "nr_events", number + 1, number)
    scenario["ops"][0]["expect"]["nr_events"] = number
    checksum = scenario["ops"][0]["expect"]["events_crc32"]
    scenario["ops"][0]["expect"]["events_crc32"] = 1
    assert compare(scenario, outcome) == ("op 0", "events_crc32", 1, checksum)
