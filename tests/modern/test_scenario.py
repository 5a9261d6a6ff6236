"""A file of `alloc-oracle-2` that cannot be played says where and why; the commands know both formats."""

import copy
import json
import subprocess
import sys

import pytest

from buddylab.commands.replay import EQUAL, judge
from buddylab.modern.environment import Task
from buddylab.modern.scenario import build_world, check, replay
from buddylab.scenario import ScenarioError
from buddylab.scenario.schema_6_12 import FLAGS, FORMAT
from modern.kept import DATA, named

WRONG = [
    ([], "format", "alloc-oracle-1", "\"format\" must be 'alloc-oracle-2'"),
    ([], "machine", None, "'machine' must be an object"),
    ([], "ops", {}, "'ops' must be a list"),
    (["machine"], "jiffies", -1, "'jiffies' must be 0 or more"),
    (["machine"], "mobility_grouping", 2, "'mobility_grouping' must be 1 or less"),
    (["machine"], "watchdog", "many", "'watchdog' must be a whole number"),
    (["machine"], "zones", [], "at least one zone"),
    (["machine"], "fault", {"times": 1}, "fault: 'ignore_gfp_reclaim' is missing"),
    (["machine", "zones", 0], "name", "HighMem", "'name' must be one of DMA, DMA32, Normal, Movable, not 'HighMem'"),
    (["machine", "zones", 0], "spanned_pages", 0, "'spanned_pages' must be 1 or more"),
    (["machine", "zones", 0], "marks", [1, 2, 3], "'marks' must be a list of 4 numbers"),
    (["machine", "zones", 0], "lowmem_reserve", [0, 0, 0, -1], "'lowmem_reserve' must be a list of 4 numbers"),
    (["machine", "zones", 0], "blocks", "MX", "'blocks' must be letters of UMEH"),
    (["machine", "zones", 0], "holes", [[1]], "a hole must be a list of 2 numbers"),
    (["machine", "zones", 0], "flags", 8, "'flags' must be 7 or less"),
    (["machine", "zones", 0, "pcp"], "batch", 0, "pcp: 'batch' must be 1 or more"),
    (["machine", "zones", 0], "lists", {"11M": []}, "a list is an order from 0 to 10 and a letter"),
    (["machine", "zones", 0], "lists", {"1M": [[2, 1]]}, "a run of list '1M' must be a list of 3 numbers"),
    (["machine", "zones", 0], "lists", {"1M": [[3, 1, 0]]}, "a free block of order 1 at pfn 3 is not aligned"),
    (["machine", "zones", 0], "lists", {"1M": [[2, 2, 1]]}, "not aligned to its order, or outside"),
    (["machine", "zones", 0], "lists", {"1M": [[2, 1, 0]], "0M": [[3, 1, 0]]}, "overlap"),
    (["machine", "zones", 0], "pcp_lists", {"14": []}, "per-cpu lists are numbered from 0 to 13"),
    (["machine", "zones", 0], "pcp_lists", {"4": [1]}, "a block on per-cpu list 4 at pfn 1 is not aligned"),
    (["machine"], "held", [[1, 2, 0]], "a block of 'held' must be a list of 4 numbers"),
    (["machine"], "held", [[1, 3, 1, 0]], "no zone has a block of order 1 at pfn 3"),
    (["machine"], "held", [[1, 1 << 30, 0, 0]], "no zone has a block of order 0 at pfn 1073741824"),
    (["ops", 0], "op", "sleep", "op 0: 'op' must be one of alloc, free, drain, decay, tick, lru, zone, not 'sleep'"),
    (["ops", 0], "gfp_mask", 0x18, "both __GFP_MOVABLE and __GFP_RECLAIMABLE"),
    (["ops", 0], "gfp_mask", 1 << 32, "'gfp_mask' must be 4294967295 or less"),
    (["ops", 0], "order", -1, "'order' must be 0 or more"),
    (["ops", 0], "lru", 2, "'lru' must be 1 or less"),
    (["ops", 0], "context", {"mood": 1}, "'context' must be one of PF_MEMALLOC"),
    (["ops", 0], "context", {"rt_task": 2}, "context: 'rt_task' must be 1 or less"),
    (["ops", 0], "script", {"kswapd": []}, '"a script\'s list" must be one of wake_up_interruptible'),
    (["ops", 0], "script", {"cond_resched": ["x"]}, "'an entry' must be an object"),
    (["ops", 0], "script", {"cond_resched": [{"free": [77]}]}, "frees id 77, which no operation ever allocates"),
    (["ops", 0], "script", {"cond_resched": [{"zone": [["Normal", 1]]}]}, "'zone' must be rows of name, set, clear"),
    (["ops", 0], "script", {"cond_resched": [{"zone": [["DMA", 1, 0, 0]]}]}, "'zone' must be one of Normal"),
    (["ops", 0], "script", {"cond_resched": [{"capture": "Normal"}]}, "only a compaction has 'capture'"),
    (["ops", 0], "script", {"cond_resched": [{"alloc": [{"id": 9, "order": 0}]}]}, "'gfp_mask' is missing"),
]


@pytest.mark.parametrize(("path", "key", "value", "says"), WRONG, ids=[f"{row[1]}-{n}" for n, row in enumerate(WRONG)])
def test_what_cannot_be_played_is_named(path, key, value, says):
    scenario = named("fast_path_low")
    target = scenario
    for step in path:
        target = target[step]
    target[key] = value
    with pytest.raises(ScenarioError) as error:
        check(scenario, "here")
    assert says in str(error.value) and str(error.value).startswith("here")


@pytest.mark.parametrize("key", ["id", "gfp_mask", "order"])
def test_a_missing_key_is_named(key):
    scenario = named("fast_path_low")
    del scenario["ops"][0][key]
    with pytest.raises(ScenarioError, match=f"op 0: '{key}' is missing"):
        check(scenario)


@pytest.mark.parametrize(
    ("op", "says"),
    [
        ({"op": "free", "id": 99}, "names id 99, which no operation ever allocates"),
        ({"op": "lru", "id": 99, "on": 1}, "names id 99"),
        ({"op": "decay", "zone": "DMA"}, "'zone' must be one of Normal"),
        ({"op": "zone", "zone": "Normal", "set": 9}, "'set' must be 7 or less"),
        ({"op": "tick"}, "'jiffies' is missing"),
        (7, "'op' must be an object"),
    ],
)
def test_other_operations_are_checked(op, says):
    scenario = named("fast_path_low")
    scenario["ops"].append(op)
    with pytest.raises(ScenarioError, match=says):
        check(scenario)


def test_requests_inside_requests_have_a_bottom():
    scenario = named("fast_path_low")
    inner = {"id": 1, "gfp_mask": 0xCC0, "order": 0}
    for _ in range(9):
        inner = {"id": 1, "gfp_mask": 0xCC0, "order": 0, "script": {"cond_resched": [{"alloc": [inner]}]}}
    scenario["ops"][0] |= inner
    with pytest.raises(ScenarioError, match="nested more than 8 deep"):
        check(scenario)


@pytest.mark.parametrize("given", [None, [], 7, "text", {}])
def test_what_is_no_scenario(given):
    with pytest.raises(ScenarioError, match='"format" must be'):
        check(given)


def test_context_and_task_have_the_same_flags():
    assert set(FLAGS) == set(Task.__slots__) - {"comm"}


def test_marks_of_a_scenario_are_its_own():
    scenario = named("fast_path_low")
    before = copy.deepcopy(scenario)
    world = build_world(scenario)
    world.machine.zones[0].watermark[0] = world.machine.zones[0].lowmem_reserve[0] = 99
    assert scenario == before and FORMAT == scenario["format"]


# The commands


def test_judging_both_formats():
    scenario = named("kswapd_wake")
    assert judge(("here", json.dumps(scenario))).word is EQUAL
    scenario["ops"][0]["expect"]["result"] = 5
    verdict = judge(("here", json.dumps(scenario)))
    given = replay(scenario)["ops"][0]["result"]
    assert verdict.message.en == f"here (kswapd_wake): op 0: result: recorded 5, played {given}".replace("None", "null")
    scenario["format"] = "alloc-oracle-3"
    message = judge(("here", json.dumps(scenario))).message.en
    assert "'alloc-oracle-1' (Linux 2.6.21) or 'alloc-oracle-2' (Linux 6.12), not 'alloc-oracle-3'" in message


def command(*words, text=None):
    done = subprocess.run([sys.executable, "-m", "buddylab", *words], input=text, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def test_the_command_line():
    code, out, _ = command("replay", str(DATA / "named.jsonl.gz"))
    assert (code, out) == (0, "226 scenarios, 1,940 operations: all equal\n")
    code, out, err = command("run", "-", text=json.dumps(named("kswapd_wake")))
    assert (code, out) == (2, "") and "one of Linux 6.12" in err and "cannot be shown yet" in err
    code, out, _ = command("gfp", "--kernel", "6.12.117", "0x2800", "GFP_KERNEL|__GFP_ZERO")
    assert code == 0 and out.splitlines()[0].startswith("0x2800 = GFP_NOWAIT   (Linux 6.12")
    assert out.splitlines()[1].startswith("0xdc0 = GFP_KERNEL|__GFP_ZERO")
    code, _, err = command("gfp", "--kernel", "6.12", "__GFP_WAIT")
    assert code == 2 and "not a gfp mask of Linux 6.12" in err
