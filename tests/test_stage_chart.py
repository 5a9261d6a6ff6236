"""The flow chart that the stages' return statements give, against the gotos of the C text, written out by hand."""

import pytest

from buddylab.commentary import load
from buddylab.core import ladder
from buddylab.view.chart import flow_chart

# Every way out of every stage: where it leads (None: the function returns), and the lines of
# alloc_pages_annotated.txt that say so: a goto, a return, or the line that control falls into.
EDGES: dict[str, dict[str | None, tuple[int, ...]]] = {
    # 16: an assertion, nothing is decided
    "might_sleep": {"fault_injection": (21,)},
    # 21: refused on purpose, or not
    "fault_injection": {None: (23,), "restart": (24,)},
    # 26: an empty zonelist; 44: a page; neither
    "restart": {None: (28,), "got_pg": (45,), "thisnode": (55,)},
    # 55: all three bits of GFP_THISNODE in a NUMA build, or not
    "thisnode": {"nopage": (56,), "wake_kswapd": (59,)},
    # 59, 60: a loop over the zones, nothing is decided
    "wake_kswapd": {"alloc_flags": (71,)},
    # 71 to 77: nothing is decided
    "alloc_flags": {"min_attempt": (87,)},
    # 88: a page, or none
    "min_attempt": {"got_pg": (89,), "rebalance": (91,)},
    # 92 and 94 true: through the door; 92 true and 94 false: line 109; 112: cannot wait; otherwise reclaim
    "rebalance": {"nofail_alloc": (95,), "nopage": (109, 113), "direct_reclaim": (115,)},
    # 101: a page; 104: again; otherwise out of both blocks to line 109
    "nofail_alloc": {"got_pg": (102,), "nofail_alloc": (106,), "nopage": (109,)},
    # 126 true; 126 false and 132 true; both false: past line 146
    "direct_reclaim": {"retry_after_reclaim": (126,), "high_attempt": (132,), "should_retry": (154,)},
    # 129: a page; otherwise past the else and line 146
    "retry_after_reclaim": {"got_pg": (130,), "should_retry": (154,)},
    # 141: a page, or none
    "high_attempt": {"got_pg": (142,), "out_of_memory": (144,)},
    # the whole ladder again
    "out_of_memory": {"restart": (145,)},
    # 161: again, or falls into the label
    "should_retry": {"rebalance": (163,), "nopage": (165,)},
    # falls into the label, page is NULL
    "nopage": {"got_pg": (173,)},
    # the regular exit
    "got_pg": {None: (174,)},
}


def test_stages_are_the_commentarys() -> None:
    assert tuple(stage.__name__ for stage in ladder.STAGES) == load().stage_names
    assert tuple(EDGES) == load().stage_names


def test_chart_has_one_row_for_each_stage() -> None:
    assert list(flow_chart()) == list(EDGES)


@pytest.mark.parametrize("stage", EDGES)
def test_returns_are_the_gotos(stage: str) -> None:
    ways = flow_chart()[stage]
    assert set(ways) == set(EDGES[stage])
    assert len(ways) == len(set(ways)), f"a way out of {stage} is drawn twice: {ways}"


# The table above against the C text


@pytest.mark.parametrize("stage", EDGES)
def test_the_cited_lines_say_so(stage: str) -> None:
    for target, cited in EDGES[stage].items():
        for line_no in cited:
            line = load().original(line_no)
            if target is None:
                assert line in ("return NULL;", "return page;")
            elif line.startswith("goto "):
                assert line == f"goto {target};"
            else:
                assert line_no == load().stage(target).ranges[0][0], f"line {line_no} does not begin {target}"


def test_every_goto_and_return_is_cited() -> None:
    jumps = {n for n, line in enumerate(load().source, 1) if line.startswith(("goto ", "return "))}
    cited = {n for ways in EDGES.values() for lines in ways.values() for n in lines}
    assert jumps <= cited


def test_a_jump_is_cited_by_the_stage_it_stands_in() -> None:
    for stage, ways in EDGES.items():
        own = [n for first, last in load().stage(stage).ranges for n in range(first, last + 1)]
        jumps = {n for n in own if load().original(n).startswith(("goto ", "return "))}
        cited = {n for lines in ways.values() for n in lines}
        assert jumps <= cited, f"{stage} leaves out lines {sorted(jumps - cited)}"
