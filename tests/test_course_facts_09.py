"""What notebook 09 says: by the recorded kernel's rule, by arithmetic, and by the experiments themselves."""

import pytest

from buddylab.core import gfp
from buddylab.core.environment import FaultAttr, Task
from buddylab.core.ladder import begin, nofail_alloc, nopage, rebalance, step
from buddylab.core.record import record
from buddylab.core.zone import HZ, Zonelist
from buddylab.course import find
from buddylab.course.experiments.nb09 import (
    fate,
    goes_round,
    own_events,
    reclaim_once,
    retry_table,
    rounds_by_order,
    short_of_memory,
    stages_of,
)
from buddylab.course.small_machines import full

KERNEL = gfp.GFP_KERNEL


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("09.which_orders", "low"),  # order 3 <= 3 < 4
        ("09.nofail_noretry", "refused"),  # !(gfp_mask & __GFP_NORETRY) is the outermost test
        ("09.nofail_atomic", "nopage"),  # no __GFP_WAIT at rebalance
        ("09.progress", 0),  # anonymous pages need a write, GFP_NOIO forbids it; the zone is not written off
        ("09.after_reclaim", "should_retry"),  # no __GFP_FS, no OOM killer
        ("09.looks", 2),  # pages_low and pages_min, both before the first reclaim
        ("09.give_up", 0x10 | 0x40 | 0x1000),  # __GFP_WAIT, __GFP_IO, __GFP_NORETRY
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_the_table_is_the_kernels_rule_written_out():
    """The C: !(NORETRY) and (order <= 3 or REPEAT), or !(NORETRY) and NOFAIL."""
    four, all_, none = [1, 1, 1, 1] + [0] * 7, [1] * 11, [0] * 11
    masks = [0xD0, 0xD0 | 0x400, 0xD0 | 0x800, 0xD0 | 0x1000, 0xD0 | 0x800 | 0x1000, 0x50]
    assert retry_table(masks) == [four, all_, all_, none, none, four]
    assert not goes_round(0, 0xD0 | 0x400 | 0x1000)


def test_four_ways_to_get_null_with_nofail():
    assert fate(gfp.GFP_ATOMIC | gfp.NOFAIL).end == "refused"
    assert fate(KERNEL | gfp.NOFAIL | gfp.NORETRY).end == "refused"
    memalloc = begin(full(), KERNEL | gfp.NOFAIL | gfp.NOMEMALLOC, 0, task=Task(PF_MEMALLOC=True))
    memalloc.stage = rebalance
    assert step(memalloc) is nopage
    empty = begin(full(), KERNEL | gfp.NOFAIL, 0)
    empty.zonelist = Zonelist(())
    while empty.stage is not None:
        step(empty)
    assert empty.page is None and empty.rounds == 0
    loop = begin(full(), KERNEL | gfp.NOFAIL, 0, task=Task(PF_MEMALLOC=True))
    loop.stage = nofail_alloc
    assert step(loop) is nofail_alloc
    assert not FaultAttr(probability=100, times=-1).should_fail_alloc_page(gfp.NOFAIL, 0, Task(), lambda: 0, None)


def test_nofail_alone_gets_its_page_at_the_price_of_a_kill():
    one = fate(KERNEL | gfp.NOFAIL)
    assert (one.end, one.kills) == ("page", 1)


def test_progress_of_two_callers_on_one_machine():
    assert reclaim_once(gfp.GFP_NOIO, "swapping") == (1, 0)
    progress, freed = reclaim_once(KERNEL, "swapping")
    assert progress == 1 and freed >= 32


def test_rounds_by_order():
    mask = KERNEL | gfp.REPEAT
    assert rounds_by_order(mask, "slab", range(7)) == [(order, 1) for order in range(7)]
    assert rounds_by_order(mask, "desktop", range(7)) == [(0, 2), (1, 2), (2, 2), (3, 2), (4, 2), (5, 5), (6, 40)]
    assert [rounds for _, rounds in rounds_by_order(mask, "dirty", range(4))] == [3, 8, 40, 40]
    assert fate(KERNEL, 3, mix="dirty").end == "still retrying"
    assert rounds_by_order(KERNEL, "slab", range(6)) == [(order, 1) for order in range(4)], "above 3 it is refused"


def test_nofs_never_comes_back_and_is_saved_by_somebody_else():
    """A round: 25 jiffies of throttle_vm_writeout in each of two zones, 5 of congestion_wait."""
    kernel, nofs, longer = fate(KERNEL), fate(gfp.GFP_NOFS), fate(gfp.GFP_NOFS, limit=100)
    assert (kernel.end, kernel.kills) == ("page", 1) and kernel.jiffies < 5
    assert (nofs.end, nofs.rounds, nofs.passes, nofs.kills) == ("still retrying", 40, 2, 0)
    assert nofs.jiffies == 41 * 50 + 41 * 5 and nofs.jiffies // HZ == 9
    assert (longer.rounds, longer.passes, longer.jiffies // HZ) == (100, 2, 22)
    helped = fate(gfp.GFP_NOFS, rescue_at=500)
    assert (helped.end, helped.passes, helped.kills) == ("page", 3, 0) and helped.jiffies > 500


def test_own_events_leave_out_what_reclaim_asked_for():
    run = record(short_of_memory("dirty").machine, gfp.GFP_NOIO | gfp.IO, 0, max_rounds=3)
    own = own_events(run)
    assert stages_of(own).count("might_sleep") == 1
    assert "nested_alloc" not in [event[0] for event in own]
