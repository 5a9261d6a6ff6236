"""The kernel's recordings, replayed: every event, counter and list equal; and the comparison itself put to the test."""

import copy
import gzip
import json
import os
from pathlib import Path

import pytest
from recordings import DATA, FILES, file_of
from sampling import sample

from buddylab.scenario import build_machine, compare, recorded, replay

RANDOM = (DATA / "random.jsonl.gz",)
RECORDINGS = os.environ.get("BUDDYLAB_RECORDINGS")
"""A folder with named/*.json and random.jsonl.gz, the full set, or one in which that lies as kernel-traces."""


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def stripped(scenario: dict) -> dict:
    """What a player may see: nothing that the kernel answered."""
    machine = {key: value for key, value in scenario["machine"].items() if key != "zonelists"}
    ops = [{key: value for key, value in op.items() if key != "expect"} for op in scenario["ops"]]
    kept = {key: scenario[key] for key in ("format", "name", "config")}
    return kept | {"machine": machine, "ops": ops}


def zonelists(scenario: dict) -> list[dict[str, list[str]]]:
    machine = build_machine(stripped(scenario))
    return [
        {kind: [zone.label for zone in listed.zones] for kind, listed in zip(machine.zone_types, kinds, strict=True)}
        for kinds in machine.zonelists
    ]


def assert_equal_to_the_kernel(scenario: dict) -> None:
    outcome = replay(stripped(scenario))
    assert compare(scenario, outcome) is None
    # compare looks for what is recorded; so nothing may be missing there, and nothing more may be played.
    assert outcome["initial"] == scenario["initial"]
    assert outcome["final"] == scenario["final"]
    assert [set(op) for op in outcome["ops"]] == [set(op["expect"]) for op in scenario["ops"]]
    assert zonelists(scenario) == scenario["machine"]["zonelists"]


def lines_of(file: Path, part: int, parts: int) -> list[str]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [line for number, line in enumerate(lines) if number % parts == part]


def test_the_kept_recordings_are_there():
    assert len({file.stem for file in FILES}) == len(FILES) == 105
    assert RANDOM[0].stat().st_size <= 3_000_000
    kinds = {
        (s["config"]["name"], s["machine"]["nodes"], s["machine"]["remote_distance"])
        for s in map(json.loads, lines_of(RANDOM[0], 0, 1))
    }
    numa = {("numa", nodes, distance) for nodes in (2, 3) for distance in (15, 20, 21)}
    assert kinds == numa | {(name, 1, 20) for name in ("all4", "dma_normal", "normal", "x86_32", "x86_64")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_named_recording(file):
    assert_equal_to_the_kernel(read(file))


@pytest.mark.parametrize("part", sample("tenths of the random recordings", range(10), 3))
def test_random_recordings(part):
    for line in lines_of(RANDOM[0], part, 10):
        assert_equal_to_the_kernel(json.loads(line))


@pytest.mark.full
@pytest.mark.skipif(RECORDINGS is None, reason="BUDDYLAB_RECORDINGS names no folder with the full set of recordings")
@pytest.mark.parametrize("part", range(20))
def test_full_set(part):
    texts = full_set(Path(RECORDINGS), part, 20)
    assert texts
    for text in texts:
        assert_equal_to_the_kernel(json.loads(text))


def full_set(folder: Path, part: int, parts: int) -> list[str]:
    """This part of the recordings in a folder; fails if the folder lacks the named or the random ones."""
    if (folder / "kernel-traces").is_dir():
        folder /= "kernel-traces"
    named = sorted((folder / "named").glob("*.json"))
    assert named, f"BUDDYLAB_RECORDINGS: there is no {folder}/named/*.json"
    random = folder / "random.jsonl.gz"
    assert random.is_file(), f"BUDDYLAB_RECORDINGS: there is no {random}"
    return [file.read_text(encoding="utf-8") for file in named[part::parts]] + lines_of(random, part, parts)


def test_the_full_set_lies_in_the_folder_or_in_kernel_traces_below_it(tmp_path):
    for folder in (tmp_path / "alone", tmp_path / "both" / "kernel-traces"):
        (folder / "named").mkdir(parents=True)
        (folder / "named" / "a.json").write_text("{}")
        with gzip.open(folder / "random.jsonl.gz", "wt") as lines:
            lines.write("[]")
    assert full_set(tmp_path / "alone", 0, 1) == full_set(tmp_path / "both", 0, 1) == ["{}", "[]"]


def test_an_empty_folder_of_recordings_fails_loudly(tmp_path):
    with pytest.raises(AssertionError, match=r"there is no .*/named/\*\.json"):
        full_set(tmp_path, 0, 20)
    (tmp_path / "named").mkdir()
    (tmp_path / "named" / "a.json").write_text("{}")
    with pytest.raises(AssertionError, match=r"there is no .*random\.jsonl\.gz"):
        full_set(tmp_path, 0, 20)


# What is recorded is out of the player's sight.


class Forbidden(dict):
    """An object in which looking at what is recorded is an error."""

    ANSWERS = ("expect", "initial", "final", "zonelists")

    def __getitem__(self, key):
        assert key not in self.ANSWERS
        return super().__getitem__(key)

    def get(self, key, default=None):
        assert key not in self.ANSWERS
        return super().get(key, default)

    def values(self):
        raise AssertionError("all values, what is recorded too")

    items = values


@pytest.mark.parametrize("name", ["numa_zone_reclaim", "oom_twice", "nested_alloc_in_reclaim", "pcp_cold_overflow"])
def test_replay_reads_no_answer(name):
    scenario = read(file_of(name))
    wished = replay(stripped(scenario))
    poisoned = copy.deepcopy(scenario) | {"initial": 7, "final": ["nonsense"]}
    poisoned["machine"]["zonelists"] = [{"Normal": ["DMA"]}]
    for op in poisoned["ops"]:
        op["expect"] = {"result": -5, "events": None, "zones": {}, "task_after": "?", "lists_crc32": 0}
    assert replay(poisoned) == wished
    blind = Forbidden(scenario)
    blind["machine"] = Forbidden(blind["machine"])
    blind["ops"] = [Forbidden(op) for op in scenario["ops"]]
    assert replay(blind) == wished


# The comparison finds what is wrong, and says where.


@pytest.fixture
def example() -> dict:
    """Two requests of which the second one goes down the whole ladder, and a free."""
    return read(file_of("oom_restart_success"))


def change(scenario: dict, place: list, value: object) -> dict:
    target = scenario
    for key in place[:-1]:
        target = target[key]
    assert target[place[-1]] != value
    target[place[-1]] = value
    return scenario


def leaves(value: object, path: tuple = ()):
    """Path of every single value inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None:
        yield path
    else:
        for key, inner in inside:
            yield from leaves(inner, (*path, key))


def test_a_changed_result_is_reported(example):
    number = next(i for i, op in enumerate(example["ops"]) if op["op"] == "alloc")
    given = example["ops"][number]["expect"]["result"]
    change(example, ["ops", number, "expect", "result"], 123456)
    assert compare(example, replay(example)) == (f"op {number}", "result", 123456, given)


def test_a_changed_event_is_reported_whole(example):
    event = list(example["ops"][0]["expect"]["events"][1])
    change(example, ["ops", 0, "expect", "events", 1, 1], 99)
    assert compare(example, replay(example)) == ("op 0", "events[1]", [event[0], 99, *event[2:]], event)


def test_a_missing_and_a_surplus_event_are_reported(example):
    events = example["ops"][0]["expect"]["events"]
    last = events.pop()
    assert compare(example, replay(example)) == ("op 0", f"events[{len(events)}]", None, last)
    events += [last, ["show_mem"]]
    assert compare(example, replay(example)) == ("op 0", f"events[{len(events) - 1}]", ["show_mem"], None)


def test_a_changed_counter_list_and_crc_are_reported(example):
    label = next(iter(example["initial"]["zones"]))
    free = example["initial"]["zones"][label][0]
    wrong = change(copy.deepcopy(example), ["initial", "zones", label, 0], -1)
    assert compare(wrong, replay(example)) == ("initial", f"zones.{label}[0]", -1, free)
    crc = example["ops"][0]["expect"]["lists_crc32"]
    wrong = change(copy.deepcopy(example), ["ops", 0, "expect", "lists_crc32"], 1)
    assert compare(wrong, replay(example)) == ("op 0", "lists_crc32", 1, crc)
    free_lists = example["final"]["lists"][label]["free_lists"]
    order = next(order for order, pfns in enumerate(free_lists) if pfns)
    wrong = change(copy.deepcopy(example), ["final", "lists", label, "free_lists", order, 0], -1)
    place = f"lists.{label}.free_lists[{order}][0]"
    assert compare(wrong, replay(example)) == ("final", place, -1, free_lists[order][0])


def test_every_single_recorded_value_counts(example):
    outcome = replay(example)
    parts = [("initial",), ("final",), *(("ops", i, "expect") for i in range(len(example["ops"])))]
    paths = [path for part in parts for path in leaves(_at(example, part), part)]
    assert len(paths) > 300
    for path in paths:
        wrong = change(copy.deepcopy(example), list(path), "poison")
        found = compare(wrong, outcome)
        assert found is not None and "poison" in str(found[2]), path
        place = f"op {path[1]}" if path[0] == "ops" else path[0]
        assert found[0] == place


def _at(value, path):
    for key in path:
        value = value[key]
    return value


def test_what_is_not_recorded_is_no_difference(example):
    bare = stripped(example)
    assert compare(bare, replay(bare)) is None
    assert not any(fields for _, fields in recorded(bare))
