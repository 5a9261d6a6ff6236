"""The flow chart of 6.12's slow path, derived from the returns, against FACTS.md's table, written out by hand."""

import pytest

from buddylab.modern import ladder
from buddylab.view.chart import flow_chart

# Every way out of every stage as the table has it (None: the function returns).
EDGES = {
    # page: done. Else restart. (Fault injection refuses before anything else: null.)
    "fast_path": {None, "restart"},
    # no zone: nopage. Else wake
    "restart": {"nopage", "wake"},
    "wake": {"first_pass"},
    # page: got_pg. Else first compact if it may and is worth it; else retry
    "first_pass": {"got_pg", "first_compact", "retry"},
    # page: got_pg. Costly and NORETRY: skipped, deferred or THISNODE: nopage. retry
    "first_compact": {"got_pg", "nopage", "retry"},
    # page: got_pg. No DIRECT_RECLAIM: nopage. PF_MEMALLOC: nopage. Else reclaim
    "retry": {"got_pg", "nopage", "reclaim"},
    # no progress: compact. Page: got_pg. Second pass: page: got_pg. Else compact
    "reclaim": {"compact", "got_pg"},
    # page: got_pg. NORETRY: nopage. Costly and not (IO and RETRY_MAYFAIL): nopage. Else should_reclaim_retry
    "compact": {"got_pg", "nopage", "should_reclaim_retry"},
    # yes: retry. No, and progress and IO: should_compact_retry. No otherwise: may_oom
    "should_reclaim_retry": {"retry", "should_compact_retry", "may_oom"},
    # yes: retry. No: may_oom
    "should_compact_retry": {"retry", "may_oom"},
    # page: got_pg. Victim with OOM or NOMEMALLOC: nopage. Progress: retry. Else nopage
    "may_oom": {"got_pg", "nopage", "retry"},
    # not NOFAIL, or not DIRECT_RECLAIM: fail. Two passes: page: got_pg; retry
    "nopage": {"fail", "got_pg", "retry"},
    "fail": {None},
    "got_pg": {None},
}


def test_the_stages_are_the_tables():
    assert [stage.__name__ for stage in ladder.STAGES] == list(EDGES)
    assert list(flow_chart(ladder.STAGES)) == list(EDGES)


@pytest.mark.parametrize("stage", EDGES)
def test_the_returns_are_the_ways_out(stage):
    ways = flow_chart(ladder.STAGES)[stage]
    assert set(ways) == EDGES[stage]
    assert len(ways) == len(set(ways)), f"a way out of {stage} is drawn twice: {ways}"


def test_the_ways_back_up_lead_to_retry():
    order = list(EDGES)
    back = {stage for stage in order for way in EDGES[stage] if way and order.index(way) <= order.index(stage)}
    assert back == {stage.__name__ for stage in ladder.WAYS_BACK}
    assert all("retry" in EDGES[stage] for stage in back)
