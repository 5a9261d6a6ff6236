"""What notebook 11 says: by the recorded kernel's rules, by arithmetic, and by the experiments themselves."""

import json
from importlib.resources import files

import pytest

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.course import find
from buddylab.course.experiments.nb11 import Chance, doses, exits, faulty, leave, refusals, refused, two_nodes

WORDS = ("GFP_ATOMIC", "GFP_KERNEL", "GFP_HIGHUSER", "GFP_KERNEL|__GFP_NOFAIL")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("11.foresees", "null"),  # 100 percent, and nothing exempts GFP_ATOMIC
        ("11.log_lines", 0),  # return NULL stands before the ladder
        ("11.waits", 0),  # an assertion
        ("11.after_thisnode", "wake_kswapd"),  # (gfp_mask & GFP_THISNODE) == GFP_THISNODE wants three bits
        ("11.cpuset", "page"),  # ALLOC_CPUSET in the second pass only with __GFP_WAIT
        ("11.exempt", 0),  # ignore-gfp-wait is 1 by default
        ("11.early", 0x40000 | 0x1000 | 0x200),
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_the_annotator_is_quoted_as_he_wrote():
    text = files("buddylab.commentary").joinpath("commentary.json").read_text(encoding="utf-8")
    entries = {entry["id"]: entry for entry in json.loads(text)["entries"]}
    assert {entries[name]["verdict"] for name in ("might_sleep", "fault_injection")} == {"wrong"}
    assert [entry["id"] for entry in entries.values() if entry["verdict"] == "wrong"] == [
        "might_sleep",
        "fault_injection",
    ]
    for name, question in (("might_sleep", "11.waits"), ("fault_injection", "11.foresees")):
        quoted = find(question).text[1].split("“")[1].split("”")[0]
        assert quoted in entries[name]["zh"].replace("\n", ""), name
    assert "to wait for other processes to free more pages??" in entries["might_sleep"]["en"]
    assert "checks, before the real allocation, whether the allocation would fail" in entries["fault_injection"]["en"]


def test_early_exits_are_silent():
    found = exits()
    assert {name: one.log for name, one in found.items()} == {
        "order 11": 0,
        "injected fault": 0,
        "empty zonelist": 0,
        "GFP_THISNODE": 0,
        "the long way": 1,
    }
    assert all(one.page is None for one in found.values())
    assert [name for name, one in found.items() if one.woken] == ["the long way"]
    assert found["injected fault"].last == "fault_injection" and found["empty zonelist"].last == "restart"


def test_only_gfp_atomic_is_refused_at_the_default_settings():
    masks = [gfp.gfp_parse(words) for words in WORDS]
    expected = sum(draw % 100 < 10 for draw in draws(1000))
    assert refusals(masks, 1000, probability=10) == dict(zip(WORDS, (expected, 0, 0, 0), strict=True))
    waiting = refusals(masks, 1000, probability=10, ignore_gfp_wait=0)
    assert waiting == dict(zip(WORDS, (expected, expected, 0, 0), strict=True))
    both = refusals(masks, 1000, probability=10, ignore_gfp_wait=0, ignore_gfp_highmem=0)
    assert both == dict(zip(WORDS, (expected, expected, expected, 0), strict=True))
    assert 80 < expected < 120, "about a tenth"
    assert refused(gfp.GFP_ATOMIC, 100, probability=100) == (100, 0)


def draws(number, seed=1):
    world = Chance(seed)
    return [world.random32() for _ in range(number)]


def test_four_ways_to_dose():
    assert doses(400, probability=100, interval=10) == [(n, n // 10) for n in range(401)]
    plain = [sum(draw % 100 < 10 for draw in draws(n)) for n in range(401)]
    assert doses(400, probability=10) == list(enumerate(plain))
    assert doses(400, probability=10, times=20) == [(n, min(failed, 20)) for n, failed in enumerate(plain)]
    late = doses(400, probability=10, space=200)
    assert late[199][1] == 0 < late[-1][1] and late[-1][1] == plain[201], "199 pages go by before the first draw"


def test_thisnode_needs_three_bits_and_numa():
    bits = [gfp.THISNODE, gfp.THISNODE | gfp.NORETRY, gfp.GFP_THISNODE]
    assert [leave(two_nodes(), mask).woken for mask in bits] == [True, True, False]
    assert all(leave(two_nodes(), mask).page is None for mask in bits), "the far node is free, nobody goes there"
    assert leave(two_nodes(), gfp.GFP_ATOMIC).page == 1024
    assert leave(two_nodes(numa=False), gfp.GFP_THISNODE).woken


def test_a_cpuset_gives_way_for_those_who_cannot_wait():
    deny = frozenset({"Normal/1"})
    assert leave(two_nodes(left=0), gfp.GFP_ATOMIC, task=Task(cpuset_deny=deny)).page == 1024
    assert leave(two_nodes(left=0), gfp.GFP_KERNEL | gfp.NORETRY, task=Task(cpuset_deny=deny)).page is None


def test_an_unknown_setting_is_refused():
    with pytest.raises(TypeError, match="min_order"):
        faulty(min_order=1)
