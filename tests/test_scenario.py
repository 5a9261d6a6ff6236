"""Scenario files that cannot be used, scenario files by hand, FORMAT.md, and the command line that reads them."""

import contextlib
import copy
import gzip
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recordings import DATA, FILES, named

import buddylab
from buddylab.__main__ import main
from buddylab.commands.progress import Progress
from buddylab.commands.replay import PAYS, REPLAYED
from buddylab.core.attempt import Livelock
from buddylab.core.events import KERNEL
from buddylab.said import as_is
from buddylab.scenario import ScenarioError, build_machine, check, compare, load, replay
from buddylab.scenario.schema import DEEPEST, FAULT_KEYS, SCENARIOS

FORMAT_MD = Path(buddylab.__file__).parent / "scenario" / "FORMAT.md"


def by_hand(*ops, **machine):
    """A scenario as one writes it: 64 pages, no recordings."""
    zone = {
        "name": "Normal",
        "node": 0,
        "start_pfn": 0,
        "spanned_pages": 64,
        "holes": [],
        "present_pages": 64,
        "pages_min": 4,
        "pages_low": 5,
        "pages_high": 6,
        "lowmem_reserve": [0],
        "pcp_hot": {"batch": 1, "high": 0},
        "pcp_cold": {"batch": 1, "high": 0},
    }
    return {
        "format": "alloc-oracle-1",
        "name": "by hand",
        "config": {"zone_types": ["Normal"], "numa": False},
        "machine": {"nodes": 1, "remote_distance": 20, "jiffies": 0, "fault": None, "zones": [zone]} | machine,
        "ops": list(ops),
    }


def alloc(key=1, gfp_mask=0xD0, order=0, **more):
    return {"op": "alloc", "id": key, "gfp_mask": gfp_mask, "order": order} | more


def free(key=1, **more):
    return {"op": "free", "id": key} | more


# What can be played.


def test_a_scenario_by_hand():
    scenario = by_hand(alloc(), free(), {"op": "tick", "jiffies": 3}, {"op": "drain"}, alloc(2, order=11), free(2))
    outcome = replay(check(scenario))
    assert [op.get("result") for op in outcome["ops"]] == [0, None, None, None, None, None]
    assert [event[0] for event in outcome["ops"][1]["events"]] == [
        "free_hot_cold_page",
        "free_pages_bulk",
        "__free_one_page",
    ]
    # Order 11 gives null without an event, and to free it is nothing at all.
    assert outcome["ops"][4]["events"] == outcome["ops"][5]["events"] == []
    assert compare(scenario, outcome) is None


def test_an_id_that_holds_nothing_any_more_is_freed_in_peace():
    outcome = replay(by_hand(alloc(), free(), free(), alloc(1, order=3), free(via="free_pages")))
    assert [len(op["events"]) for op in outcome["ops"]][2] == 0
    assert outcome["ops"][4]["zones"]["Normal"][0] == 64


def test_the_order_of_keys_and_of_zones_does_not_matter():
    scenario = named("lowmem_reserve_exact")
    turned = copy.deepcopy(scenario)
    turned["machine"]["zones"] = [
        {
            key: dict(reversed(value.items())) if isinstance(value, dict) else value
            for key, value in reversed(zone.items())
        }
        for zone in reversed(turned["machine"]["zones"])
    ]
    assert replay(turned) == replay(scenario)
    # pcp_hot and pcp_cold by name, not by place.
    scenario = named("pcp_cold_overflow")
    for zone in scenario["machine"]["zones"]:
        for pcp in ("pcp_hot", "pcp_cold"):
            zone[pcp] = dict(reversed(zone[pcp].items()))
    assert compare(scenario, replay(scenario)) is None


def test_a_per_cpu_list_that_never_fills():
    # batch 0: rmqueue_bulk brings nothing, so single pages are never had, and a free leaves nothing from the tail.
    scenario = by_hand(alloc(gfp_mask=0x20), alloc(2, 0x20, 1))
    scenario["machine"]["zones"][0]["pcp_hot"] = {"batch": 0, "high": 0}
    outcome = replay(scenario)
    assert [op["result"] for op in outcome["ops"]] == [None, 0]
    assert ["rmqueue_bulk", "Normal", 0, 0] in outcome["ops"][0]["events"]


def test_allocations_inside_allocations_inside_allocations():
    inner = alloc(3, 0x20, 5, script={"kswapd": [{"free": [1]}]})
    middle = alloc(2, 0x20, 5, script={"kswapd": [{"alloc": [inner]}]})
    outcome = replay(by_hand(alloc(1, 0x20, 5), alloc(9, 0x20, 4), middle, alloc(4, 0x20)))
    events = outcome["ops"][2]["events"]
    assert ["nested_alloc", 3] in events and ["script_free", 1] in events
    # The innermost freed id 1 (pages 0 to 31) and then had it; the middle one got nothing.
    assert ["nested_alloc_result", 3, 0] in events and outcome["ops"][2]["result"] is None


def test_a_death_inside_an_inner_request_is_the_whole_tasks():
    inner = alloc(2, 0xD0, 0, script={"out_of_memory": [{"memdie": 1}]})
    outer = alloc(1, 0xD0, 0, script={"cond_resched": [{"alloc": [inner]}]})
    scenario = by_hand(outer)
    scenario["machine"]["zones"][0] |= {"pages_min": 99, "pages_low": 99, "pages_high": 99}
    played = replay(scenario)["ops"][0]
    # Both had a page without any mark, the outer one after its own round of reclaim.
    assert played["task_after"] == [0, 1] and played["result"] is not None
    assert ["nested_alloc_result", 2, 0] in played["events"]
    assert [event[3] for event in played["events"] if event[0] == "get_page_from_freelist"] == [
        0x44,
        0x42,
        0x44,
        0x42,
        0x48,
        0x44,
        0x42,
        0x1,
        0x48,
        0x44,
        0x42,
        0x1,
    ]


@pytest.mark.parametrize("jiffies", [1 << 32, (1 << 63) + 5])
def test_late_jiffies(jiffies):
    scenario = named("ratelimit")
    early = replay(scenario)
    scenario["machine"]["jiffies"] = jiffies
    assert [op["events"] for op in replay(scenario)["ops"]] == [op["events"] for op in early["ops"]]


# What cannot.


def refusal(scenario, where="scenario"):
    with pytest.raises(ScenarioError) as error:
        check(scenario, where)
    with pytest.raises(ScenarioError):
        replay(scenario)
    sentence = str(error.value)
    assert sentence.startswith(where) and "\n" not in sentence and len(sentence) < 500
    return sentence


def changed(place, value):
    """The scenario by hand, with one value changed."""
    scenario = by_hand(alloc(script={"try_to_free_pages": [{"free": [1], "alloc": [alloc(2)], "progress": 1}]}), free())
    target = scenario
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    return scenario


ZONE = ("machine", "zones", 0)
ENTRY = ("ops", 0, "script", "try_to_free_pages", 0)


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("format",), "alloc-oracle-2", "\"format\" must be 'alloc-oracle-1', not 'alloc-oracle-2'"),
        (("format",), None, "\"format\" must be 'alloc-oracle-1', not None"),
        (("config",), [], "'config' must be an object, not []"),
        (("config", "zone_types"), ["DMA"], "zone_types must be some of DMA, DMA32, Normal, HighMem"),
        (("config", "zone_types"), ["HighMem", "Normal"], "zone_types must be some of"),
        (("config", "zone_types"), ["Normal", {}], "zone_types must be some of"),
        (("config", "numa"), 1, "'numa' must be true or false, not 1"),
        (("config", "HZ"), 100, "config's HZ must be 250, not 100"),
        (("config", "MAX_ORDER"), 12, "config's MAX_ORDER must be 11, not 12"),
        (("machine", "nodes"), 0, "'nodes' must be 1 or more, not 0"),
        (("machine", "nodes"), 10**9, "'nodes' must be 4 or less"),
        (("machine", "jiffies"), -1, "'jiffies' must be 0 or more, not -1"),
        (("machine", "jiffies"), 1.5, "'jiffies' must be a whole number, not 1.5"),
        (("machine", "remote_distance"), "20", "'remote_distance' must be a whole number, not '20'"),
        (("machine", "zones"), {}, "'zones' must be a list, not {}"),
        (("machine", "zones"), [], "a machine needs at least one zone"),
        (("machine", "zones"), [7], "zone 0: 'zone' must be an object, not 7"),
        (("machine", "fault"), 5, "'fault' must be an object, not 5"),
        (("machine", "fault"), {}, "fault: 'ignore_gfp_wait' is missing"),
        (("machine", "fault"), dict.fromkeys(FAULT_KEYS, -1), "fault: 'ignore_gfp_wait' must be 0 or more, not -1"),
        ((*ZONE, "name"), "HighMem", "zone 0 (HighMem): this zone type is not compiled in"),
        ((*ZONE, "node"), 1, "zone 0 (Normal): 'node' must be 0 or less, not 1"),
        ((*ZONE, "start_pfn"), -1, "'start_pfn' must be 0 or more, not -1"),
        ((*ZONE, "start_pfn"), 1 << 34, "'start_pfn' must be"),
        ((*ZONE, "spanned_pages"), 0, "'spanned_pages' must be 1 or more, not 0"),
        ((*ZONE, "spanned_pages"), 10**30, "'spanned_pages' must be"),
        ((*ZONE, "present_pages"), 63, "'present_pages' must be spanned_pages less the holes, 64, not 63"),
        ((*ZONE, "present_pages"), 0, "'present_pages' must be 1 or more"),
        ((*ZONE, "holes"), [[0]], "'a hole' must be a list of 2 numbers of pages, not [0]"),
        ((*ZONE, "holes"), [[0, True]], "'a hole' must be a list of 2 numbers"),
        ((*ZONE, "pages_low"), None, "'pages_low' must be a whole number, not None"),
        ((*ZONE, "lowmem_reserve"), [0, 0], "'lowmem_reserve' must be a list of 1 numbers of pages, not [0, 0]"),
        ((*ZONE, "lowmem_reserve"), [-1], "'lowmem_reserve' must be a list of 1 numbers"),
        ((*ZONE, "pcp_hot"), [1, 0], "'pcp_hot' must be an object"),
        ((*ZONE, "pcp_hot"), {"batch": 1}, "pcp_hot: 'high' is missing"),
        ((*ZONE, "pcp_cold"), {"batch": 8, "high": 4}, "pcp_cold has batch 8 above high 4: it would give back more"),
        (("ops",), None, "'ops' must be a list, not None"),
        (("ops", 0), "alloc", "op 0: 'op' must be an object"),
        (("ops", 0, "op"), "malloc", "op 0: an operation is alloc, free, drain or tick, not 'malloc'"),
        (("ops", 0, "id"), "1", "op 0: 'id' must be a whole number, not '1'"),
        (("ops", 0, "order"), -1, "op 0: 'order' must be 0 or more, not -1"),
        (("ops", 0, "order"), 0.0, "op 0: 'order' must be a whole number, not 0.0"),
        (("ops", 0, "order"), True, "op 0: 'order' must be a whole number, not True"),
        (("ops", 0, "gfp_mask"), -1, "op 0: 'gfp_mask' must be 0 or more, not -1"),
        (("ops", 0, "gfp_mask"), 1 << 32, "op 0: 'gfp_mask' must be 4294967295 or less, not 4294967296"),
        (("ops", 0, "gfp_mask"), "GFP_KERNEL", "op 0: 'gfp_mask' must be a whole number, not 'GFP_KERNEL'"),
        (("ops", 0, "node"), 1, "op 0: 'node' must be 0 or less, not 1"),
        (("ops", 0, "node"), -1, "op 0: 'node' must be 0 or more, not -1"),
        (("ops", 0, "context"), [], "op 0: 'context' must be an object"),
        (("ops", 0, "context"), {"PF_MEMALOC": 1}, "op 0: 'context' knows in_interrupt, rt_task, PF_MEMALLOC"),
        (("ops", 0, "context"), {"rt_task": 2}, "op 0: context's 'rt_task' must be 0 or 1, not 2"),
        (("ops", 0, "context"), {"cpuset_deny": "Normal"}, "op 0: 'cpuset_deny' must be a list"),
        (("ops", 0, "context"), {"cpuset_deny": [["Normal"]]}, "'cpuset_deny' names zones of Normal, not ['Normal']"),
        (("ops", 0, "context"), {"cpuset_deny": ["DMA"]}, "'cpuset_deny' names zones of Normal, not 'DMA'"),
        (("ops", 0, "script"), [], "op 0: 'script' must be an object"),
        (("ops", 0, "script"), {"pdflush": []}, "op 0: a script has lists for kswapd, cond_resched"),
        (("ops", 0, "script"), {"kswapd": {}}, "op 0: script: 'kswapd' must be a list"),
        (("ops", 0, "script"), {"kswapd": [5]}, "script kswapd: 'an entry' must be an object, not 5"),
        (("ops", 0, "script"), {"random32": [1 << 32]}, "script random32: 'random32' must be 4294967295 or less"),
        ((*ENTRY, "free"), 1, "script try_to_free_pages: 'free' must be a list, not 1"),
        ((*ENTRY, "free"), [3], "script try_to_free_pages frees id 3, which no operation ever allocates"),
        ((*ENTRY, "free"), [[1]], "frees id [1], which no operation ever allocates"),
        ((*ENTRY, "progress"), "1", "script try_to_free_pages: 'progress' must be a whole number"),
        ((*ENTRY, "jiffies"), -5, "script try_to_free_pages: 'jiffies' must be 0 or more, not -5"),
        ((*ENTRY, "alloc"), alloc(2), "'alloc' must be a list"),
        ((*ENTRY, "alloc"), [free()], "op 0: an operation is alloc inside a script, not 'free'"),
        ((*ENTRY, "alloc"), [alloc(2, order=-1)], "script try_to_free_pages: op 0: 'order' must be 0 or more"),
        ((*ENTRY, "alloc"), [alloc(2, node=9)], "script try_to_free_pages: op 0: 'node' must be 0 or less, not 9"),
        (("ops", 1, "id"), 7, "op 1: frees id 7, which no operation ever allocates"),
        (("ops", 1, "id"), None, "op 1: 'id' must be a whole number, not None"),
        (("ops", 1, "via"), "kfree", "'via' must be one of __free_pages, free_cold_page, free_pages, not 'kfree'"),
        (("ops", 1), {"op": "tick"}, "op 1: 'jiffies' is missing"),
        (("ops", 1), {"op": "tick", "jiffies": -1}, "op 1: 'jiffies' must be 0 or more, not -1"),
    ],
)
def test_a_refusal_says_where_and_why(place, value, says):
    assert says in refusal(changed(place, value))
    assert refusal(changed(place, value), "f.json").startswith("f.json" if place == ("format",) else "f.json (by hand)")


@pytest.mark.parametrize("junk", [None, 5, "alloc-oracle-1", [], [by_hand()], {}, {"format": []}])
def test_what_is_no_scenario_at_all(junk):
    assert '"format" must be' in refusal(junk)


def test_zones_that_overlap():
    scenario = by_hand()
    scenario["config"]["zone_types"] = ["DMA", "Normal"]
    scenario["machine"]["zones"].append(scenario["machine"]["zones"][0] | {"name": "DMA", "start_pfn": 63})
    for zone in scenario["machine"]["zones"]:
        zone["lowmem_reserve"] = [0, 0]
    assert "zones Normal and DMA overlap: Normal ends at pfn 63, DMA starts at 63" in refusal(scenario)
    scenario["machine"]["zones"][1] |= {"name": "Normal", "start_pfn": 64}
    assert "two zones share a label" in refusal(scenario)


def test_free_cold_page_of_a_block():
    scenario = by_hand(alloc(order=1), free(via="free_cold_page"))
    assert "free_cold_page is for single pages, id 1 is allocated with order 1" in refusal(scenario)


def test_scripts_may_be_nested_but_not_for_ever():
    def nested(depth):
        op = alloc(0, 0x20, 6)
        for key in range(1, depth + 1):
            op = alloc(key, 0x20, 6, script={"kswapd": [{"alloc": [op]}]})
        # Nothing is free, so that kswapd is woken at every depth.
        return by_hand(alloc(99, 0x20, 5), op)

    events = replay(nested(DEEPEST))["ops"][1]["events"]
    assert sum(event[0] == "nested_alloc" for event in events) == DEEPEST
    assert f"nested more than {DEEPEST} deep" in refusal(nested(DEEPEST + 1))


def test_a_request_without_end_names_its_op():
    with pytest.raises(Livelock, match="may call the OOM killer") as error:
        replay(by_hand(alloc(), alloc(2, 0xD0, 10)))
    assert error.value.__notes__ == ["op 1"]


def test_recordings_that_are_none():
    scenario = by_hand(alloc())
    outcome = replay(scenario)
    for place in ({"initial": 5}, {"final": []}, {"ops": [alloc(expect="?")]}):
        with pytest.raises(ScenarioError, match="what is recorded must be an object"):
            compare(scenario | place, outcome)


# Any junk anywhere: accepted and played, or refused with a sentence.

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([-1, 0, 1, 2, 3, 11, 64, 1 << 31, 1 << 32, 1 << 64, 10**30]),
    st.sampled_from([0.0, 1.5, float("nan"), float("inf")]),
    st.sampled_from(["", "Normal", "alloc", "free", "DMA/0"]),
    st.sampled_from([[], [0], [[0, 1]], [None], [{}], {}, {"batch": 2, "high": 3}, {"free": [1]}, {"kswapd": [{}]}]),
)


def places(value, path=()):
    """Every place in a scenario that is played."""
    if path and path[-1] in ("expect", "initial", "final", "zonelists"):
        return
    if path:
        yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


SMALL = [json.loads(file.read_text(encoding="utf-8")) for file in FILES if file.stat().st_size < 8_000]
PLACES = [list(places(scenario)) for scenario in SMALL]


@settings(max_examples=300)
@given(st.data())
def test_junk_is_refused_or_played(data):
    number = data.draw(st.integers(0, len(SMALL) - 1))
    scenario = copy.deepcopy(SMALL[number])
    for path in data.draw(st.lists(st.sampled_from(PLACES[number]), min_size=1, max_size=2)):
        with contextlib.suppress(LookupError, TypeError):  # the first change may have taken the place away
            target = scenario
            for key in path[:-1]:
                target = target[key]
            if data.draw(st.booleans()):
                del target[path[-1]]
            else:
                target[path[-1]] = data.draw(JUNK)
    with contextlib.suppress(ScenarioError):
        assert check(scenario) is scenario
        with contextlib.suppress(Livelock):
            compare(scenario, replay(scenario))


# Files.


def write(path, scenarios):
    text = "".join(json.dumps(scenario) + "\n" for scenario in scenarios)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_one_scenario_a_line(tmp_path, name):
    file = write(tmp_path / name, [by_hand(alloc()), by_hand(alloc(), free())])
    assert [len(scenario["ops"]) for scenario in load(file)] == [1, 2]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.jsonl.gz"])
def test_a_file_cut_in_half(tmp_path, name):
    file = write(tmp_path / name, [named("oom_twice")])
    whole = file.read_bytes()
    for length in (0, 1, 2, len(whole) // 2, len(whole) - 5):
        file.write_bytes(whole[:length])
        with pytest.raises(ScenarioError, match=f"{re.escape(str(file))}.*(cut short|holds no scenario)"):
            load(file)


def test_a_scenario_that_comes_along_is_known_by_its_name():
    (scenario,) = load("atomic_failure")
    assert scenario == named("atomic_failure")
    names = [file.stem for file in SCENARIOS.glob("*.json")]
    assert [load(name)[0]["name"] for name in names] == names and len(names) == 6


def test_a_file_of_that_path_wins_over_a_name_and_a_folder_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("retry_repeat").mkdir()
    assert load("retry_repeat") == [named("retry_repeat")]
    write(Path("atomic_failure"), [by_hand(alloc())])
    assert load("atomic_failure")[0]["name"] == "by hand"
    assert load(Path("atomic_failure").absolute())[0]["name"] == "by hand"


@pytest.mark.parametrize("command", ["run", "replay"])
def test_an_unknown_name_lists_those_that_come_along(command, capsys):
    assert main([command, "atomic_fialure"]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said == (
        "buddylab: atomic_fialure: there is no such file, and no scenario of that name comes along. Those "
        "that do: atomic_failure, coalesce_to_max, oom_restart_success, reclaim_success, retry_repeat, "
        "thisnode_giveup"
    )


def test_a_file_that_is_something_else(tmp_path):
    for name, content in (
        ("a.json", b"\xff\xfe\x00"),
        ("a.json", b"PK\x03\x04"),
        ("a.jsonl.gz", b"no gzip"),
        ("a.json", b"[" * 100_000),
        ("a.json", b"9" * 5000),
        ("a.jsonl", b"\n"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ScenarioError, match=name):
            load(tmp_path / name)


# FORMAT.md


def fenced(language):
    return re.findall(rf"^```{language}\n(.*?)^```", FORMAT_MD.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_example_in_the_format_is_played():
    (text,) = fenced("json")
    scenario = json.loads(text)
    outcome = replay(check(scenario))
    assert compare(scenario, outcome) is None
    # It is worth its space: something is recorded at every op, and events of an ordinary request are among it.
    assert all(op["expect"] for op in scenario["ops"])
    assert any("events" in op["expect"] for op in scenario["ops"])


def test_the_formats_table_of_events_is_the_programs():
    section = FORMAT_MD.read_text(encoding="utf-8").partition("\n## Events\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \|([^|]*)\|", section, re.MULTILINE)
    assert {name: tuple(re.findall(r"`(\w+)`", arguments)) for name, arguments in rows} == KERNEL


def test_the_format_names_every_key():
    text = FORMAT_MD.read_text(encoding="utf-8")
    keys = set()
    for file in FILES:
        scenario = json.loads(file.read_text(encoding="utf-8"))
        keys |= {*scenario, *scenario["config"], *scenario["machine"], *scenario["machine"]["zones"][0]}
        for op in scenario["ops"]:
            keys |= {*op, *op.get("context", ()), *op.get("script", ())}
    row = json.loads((DATA / "setup.json").read_text(encoding="utf-8"))[0]
    keys |= {*row, *row["figures"], *FAULT_KEYS}
    assert {key for key in keys if f"`{key}`" not in text} == set()


# The command line.


def command(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "buddylab", *map(str, arguments)], capture_output=True, text=True, timeout=120, **options
    )


def test_the_command_replays(capsys):
    files = [str(file) for file in FILES[:3]]
    assert main(["replay", *files]) == 0
    out, err = capsys.readouterr()
    ops = sum(len(json.loads(Path(file).read_text(encoding="utf-8"))["ops"]) for file in files)
    assert (out, err) == (f"3 scenarios, {ops} operations: all equal\n", "")


def test_the_command_names_the_first_difference(tmp_path, capsys):
    scenario = named("fast_path_low")
    scenario["ops"][1]["expect"]["result"] = 4711
    scenario["ops"][2]["expect"]["lists_crc32"] = 5
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(scenario))
    played = replay(scenario)["ops"][1]["result"]
    assert main(["replay", str(file), str(FILES[0])]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == f"{file} (fast_path_low): op 1: result: recorded 4711, played {played}"
    assert out.splitlines()[1].endswith("operations: 1 equal, 1 different") and err == ""
    assert len(out.splitlines()) == 2


def test_the_command_says_which_line_of_a_file(tmp_path, capsys):
    wrong = named("fast_path_low")
    wrong["final"]["lists"]["Normal"]["pcp_hot"] = [1]
    file = write(tmp_path / "a.jsonl.gz", [named("fast_path_low"), wrong])
    assert main(["replay", str(file)]) == 1
    out = capsys.readouterr().out
    assert out.startswith(f"{file}, line 2 (fast_path_low): final: lists.Normal.pcp_hot[0]: recorded 1, played")


def test_the_command_says_what_it_cannot_use(tmp_path, capsys):
    half, endless, folder = tmp_path / "half.json", tmp_path / "endless.json", tmp_path / "folder.json"
    half.write_text(FILES[0].read_text(encoding="utf-8")[:500])
    endless.write_text(json.dumps(by_hand(alloc(order=10))))
    folder.mkdir()
    wrong = named("fast_path_low")
    wrong["ops"][0]["expect"]["result"] = 4711
    differs = tmp_path / "differs.json"
    differs.write_text(json.dumps(wrong))
    files = [half, endless, folder, tmp_path / "missing.json", differs, FILES[0]]
    assert main(["replay", *map(str, files)]) == 2
    out, err = capsys.readouterr()
    said = err.splitlines()
    assert said[0] == f"buddylab: {folder}: Is a directory"
    assert said[1] == f"buddylab: {tmp_path / 'missing.json'}: No such file or directory"
    assert said[2].startswith(f"buddylab: {half}: not a whole JSON document, perhaps cut short")
    assert said[3].startswith(f"buddylab: {endless} (by hand): op 0: after 10,000 rounds the request is still being")
    assert len(said) == 4
    assert out.splitlines()[-1].endswith("operations: 1 equal, 1 different, 4 unusable")


def test_a_damaged_file_is_not_half_played(tmp_path, capsys):
    file = write(tmp_path / "a.jsonl.gz", [named("oom_twice")] * 50)
    file.write_bytes(file.read_bytes()[:-20])
    assert main(["replay", str(file)]) == 2
    out, err = capsys.readouterr()
    assert out == "0 scenarios, 0 operations: 1 unusable\n" and "cut short or damaged" in err


def test_a_scenario_with_nothing_recorded_says_so(tmp_path, capsys):
    file = tmp_path / "a.json"
    file.write_text(json.dumps(by_hand(alloc())))
    assert main(["replay", str(file)]) == 0
    assert capsys.readouterr().out == (
        f"{file} (by hand): played, but nothing is recorded to compare it with\n"
        "1 scenario, 1 operation: 1 with nothing recorded\n"
    )


def test_the_command_reads_masks(capsys):
    assert main(["gfp", "0xd0", "32848", "GFP_ATOMIC | __GFP_COLD", "0", "0x80008"]) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if not line.startswith("    elsewhere")] == [
        "0xd0 = GFP_KERNEL = __GFP_WAIT|__GFP_IO|__GFP_FS",
        "0x8050 = GFP_NOFS|__GFP_ZERO = __GFP_WAIT|__GFP_IO|__GFP_ZERO",
        "0x120 = GFP_ATOMIC|__GFP_COLD = __GFP_HIGH|__GFP_COLD",
        "0x0 = GFP_NOWAIT = 0",
        "0x80008",
    ]
    assert main(["gfp", "0x10", "GFP_KERNAL", "-1", "0x100000000"]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "0x10 = GFP_NOIO = __GFP_WAIT"
    assert [line.split(" ")[:2] for line in err.splitlines()] == [
        ["buddylab:", "'GFP_KERNAL'"],
        ["buddylab:", "'-1'"],
        ["buddylab:", "gfp_mask"],
    ]


@pytest.mark.parametrize("arguments", [[], ["replay"], ["gfp"], ["--no-such-option"]])
def test_the_command_wrongly_used(arguments, capsys):
    with pytest.raises(SystemExit) as error:
        main(arguments)
    assert error.value.code == 2
    assert "usage: buddylab" in capsys.readouterr().err


def test_the_command_as_a_process(tmp_path):
    done = command("--version")
    assert (done.returncode, done.stdout) == (0, f"buddylab {buddylab.__version__}\n")
    assert command("replay", FILES[0]).returncode == 0
    junk = tmp_path / "junk.json"
    junk.write_bytes(b"\x00\xff")
    done = command("replay", junk, FILES[0])
    assert done.returncode == 2 and "Traceback" not in done.stderr and done.stderr.startswith(f"buddylab: {junk}: ")
    done = command("gfp", "208")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "0xd0 = GFP_KERNEL = __GFP_WAIT|__GFP_IO|__GFP_FS")


def test_many_scenarios_are_shared_out_and_stay_in_order(tmp_path):
    wrong = named("fast_path_low")
    wrong["ops"][0]["expect"]["result"] = 4711
    large = named("auto_x86_64")
    count = PAYS // len(json.dumps(large)) + 1
    file = write(tmp_path / "many.jsonl", [wrong] + [large] * count + [wrong])
    done = command("replay", file)
    assert done.returncode == 1 and done.stderr == ""
    assert [line.split(":")[0] for line in done.stdout.splitlines()[:2]] == [
        f"{file}, line 1 (fast_path_low)",
        f"{file}, line {count + 2} (fast_path_low)",
    ]
    assert f"{count} equal, 2 different" in done.stdout


@pytest.mark.parametrize("processes", [1, 2])
def test_an_interrupt_ends_it_cleanly(tmp_path, processes):
    # Few characters and long to play, or many.
    rest = [by_hand(alloc(order=10))] * 500 if processes == 1 else [named("auto_x86_64")] * 1000
    file = write(tmp_path / "many.jsonl", [by_hand(alloc()), *rest])
    # What was started in the background may have been told to ignore interrupts, and hands that down.
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "buddylab", "replay", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert "line 1 (by hand): played" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.splitlines()[-1] == "buddylab: interrupted" and "Traceback" not in err


def test_a_reader_who_leaves_early():
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m buddylab gfp $(seq 20000) | head -1"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "0x1 = GFP_DMA = __GFP_DMA\n" and done.stderr == ""


class Terminal:
    def __init__(self):
        self.written = []

    def isatty(self):
        return True

    def write(self, text):
        self.written.append(text)

    def flush(self):
        pass


def test_progress_after_a_second_and_on_a_terminal_only(monkeypatch, capsys):
    progress = Progress(1500, REPLAYED)
    progress.start -= 2
    progress.show(1)
    assert capsys.readouterr().err == ""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress.show(1234)
    assert terminal.written[0] == "\rreplayed 1,234 of 1,500 scenarios"
    progress.clear()
    assert "\r\033[K" in terminal.written
    terminal.written.clear()
    progress.clear()
    Progress(5, as_is("{done}")).show(1)
    assert terminal.written == []


def test_build_machine_gives_the_machine_before_its_first_op():
    machine = build_machine(by_hand(alloc()))
    assert machine.zones[0].nr_free_pages == 64 and machine.owner == {}
