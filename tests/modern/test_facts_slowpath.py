"""What re-implementers get wrong (kernel-6.12/FACTS.md), G51 to G81: kswapd, the slow path, OOM, the warning, set-up.

A test for each numbered fact, its numbers by hand. Each fails when the line behind the fact is changed: changes.json
has the changes that were tried.
"""

import pytest

from buddylab.modern import mm, setup
from buddylab.modern.environment import RatelimitState, Task
from buddylab.modern.freelist import gfp_pfmemalloc_flags, show_mem_filter, warning
from buddylab.modern.ladder import Livelock, alloc_pages, begin, step
from buddylab.modern.scenario import replay, setup_figures
from buddylab.modern.zone import Zone, zone_watermark_ok
from modern.kept import named as recording
from modern.machines import (
    ATOMIC,
    FULL,
    HIGH,
    KERNEL,
    MEMALLOC,
    NOFAIL,
    NOFS,
    NOIO,
    NOMEMALLOC,
    NORETRY,
    NOWAIT,
    NOWARN,
    RETRY_MAYFAIL,
    THISNODE,
    USER_MOVABLE,
    ask,
    bare,
    do,
    flags,
    named,
    names,
    world,
    zone,
)

QUIET = KERNEL | NOWARN
ONCE = QUIET | NORETRY


def small(marks=FULL, lists=None, **more):
    """A zone that no request gets a page from: two pages and marks of 1000."""
    return zone(marks=marks, lists=lists or {"0U": [8, 10]}, blocks="UU", **more)


def stages(events):
    """The functions of the slow path in the order in which they were entered."""
    wanted = {"get_page_from_freelist": "pass", "__alloc_pages_direct_compact": "compact"}
    wanted |= {"__alloc_pages_direct_reclaim": "reclaim", "__alloc_pages_may_oom": "oom", "warn_alloc": "warn"}
    wanted |= {"should_reclaim_retry": "reclaim?", "should_compact_retry": "compact?", "wake_all_kswapds": "wake"}
    return [wanted[event[1]] for event in events if event[1] in wanted]


# kswapd


def test_G51_who_is_woken_and_when():
    low = zone("DMA", 0, 512, marks=FULL, lists={}), zone("DMA32", 1024, 1024, marks=FULL, lists={})
    w = world(*low, zone("Normal", 2048, 1024, marks=FULL, lists={}, managed=0))
    _, events = ask(w, ONCE)
    # The first zone of the list with managed pages, once; on entering and at every retry.
    assert named(events, "wakeup_kswapd") == [["DMA32", ONCE, 0, 2]] * 2
    assert stages(events)[:5] == ["pass", "wake", "pass", "wake", "pass"]
    assert "wake_all_kswapds" not in names(ask(w, ONCE & ~0x800)[1])


def test_G52_wakeup_kswapd():
    def wake(order=0, context=None, marks=FULL, boost=0, mask=ONCE):
        w = world(small(marks, boost=boost, flags=4))
        _, events = ask(w, mask, order, **(context or {}))
        found = [event[1] for event in events if event[1] in ("wake_up_interruptible", "wakeup_kcompactd")]
        node = w.machine.node
        return found[:1], [node.kswapd_order, node.kswapd_highest_zoneidx], events

    # kswapd takes order and zone as soon as it is woken; awake it takes nothing.
    found, left, events = wake(2)
    assert found == ["wake_up_interruptible"] and left == [0, 4]
    assert named(events, "wake_up_interruptible")[0] == [2, 2]
    assert wake(2, {"kswapd_awake": 1})[:2] == ([], [2, 2])
    # Raised, never lowered; "none" is 4.
    w = world(zone("DMA32", marks=FULL, lists={}), zone("Normal", 1024, 64, marks=FULL, lists={}))
    for mask, order, noted in ((ONCE | 0x4, 3, [3, 1]), (ONCE, 1, [3, 2]), (ONCE | 0x4, 0, [3, 2])):
        ask(w, mask, order, kswapd_awake=1)
        assert [w.machine.node.kswapd_order, w.machine.node.kswapd_highest_zoneidx] == noted
    # Failed 16 times: kcompactd instead, and only for masks without DIRECT_RECLAIM.
    hopeless = {"kswapd_failures": 16}
    assert wake(context={"kswapd_failures": 15})[0] == ["wake_up_interruptible"]
    assert wake(context=hopeless)[0] == [] and wake(context=hopeless, mask=NOWAIT)[0] == ["wakeup_kcompactd"]
    assert "pgdat_balanced" not in names(wake(context=hopeless)[2])
    # Balanced (2 > 1 at the high mark), though low refuses with its boost... none: not woken; boosted: woken.
    assert wake(marks=(1000, 1000, 1, 1))[0] == []
    assert wake(marks=(1000, 1000, 0, 0), boost=1)[0] == ["wake_up_interruptible"]


def test_G53_balanced():
    def balanced(low, high, order=0, mask=ONCE, reserve=(0, 0, 0, 0), boost=0):
        w = world(
            zone("DMA32", 0, 1024, marks=(999, 999, *low), lists={"0M": [0, 2]}, reserve=reserve, boost=boost, flags=4),
            zone("Normal", 1024, 1024, marks=(999, 999, *high), lists={"1M": [1024]}, flags=4),
        )
        rows = [event[2:] for event in ask(w, mask, order)[1] if event[1] in ("pgdat_balanced", "__zone_watermark_ok")]
        place = next(number for number, row in enumerate(rows) if len(row) == 4)
        return rows[place][-1], [row[0] for row in rows[place + 1 : place + 3] if row[4] == 0 and row[2] < 900]

    # Any managed zone, lowest first, above high: 2 > 1.
    assert balanced((1, 1), (999, 999)) == (1, ["DMA32"])
    assert balanced((2, 2), (1, 1)) == (1, ["DMA32", "Normal"]) and balanced((2, 2), (2, 2))[0] == 0
    # Up to the index of the request: DMA32's does not ask Normal.
    assert balanced((2, 2), (1, 1), mask=ONCE | 0x4) == (0, ["DMA32"])
    # For the order, with the reserve of the index, and with the boost.
    assert balanced((0, 0), (0, 0), order=1) == (1, ["DMA32", "Normal"])
    assert balanced((1, 1), (2, 2), reserve=(0, 0, 1, 1))[0] == 0 and balanced((1, 1), (2, 2), boost=1)[0] == 0


# Flags of the slow path

CPUSET, KSWAPD, NON_BLOCK, MIN_RESERVE, HIGHATOMIC, OOM, NO_WATERMARKS = 0x40, 0x800, 0x10, 0x20, 0x200, 0x8, 0x4


def test_G54_gfp_to_alloc_flags():
    def of(mask, order=0, **context):
        return named(ask(world(small()), mask | NOWARN | NORETRY, order, **context)[1], "gfp_to_alloc_flags")[0][3]

    assert of(KERNEL) == CPUSET | KSWAPD and of(KERNEL & ~0x800) == CPUSET
    assert of(KERNEL | HIGH) == CPUSET | KSWAPD | MIN_RESERVE
    # Those that cannot reclaim: NON_BLOCK; with HIGH no CPUSET, and HIGHATOMIC above order 0.
    assert of(NOWAIT, 1) == CPUSET | KSWAPD | NON_BLOCK
    assert of(ATOMIC) == KSWAPD | MIN_RESERVE | NON_BLOCK
    assert of(ATOMIC, 1) == KSWAPD | MIN_RESERVE | NON_BLOCK | HIGHATOMIC
    assert of(ATOMIC | NOMEMALLOC, 1) == KSWAPD | MIN_RESERVE
    # A real-time task, unless an interrupt runs, and only one that can reclaim.
    assert of(KERNEL, rt_task=1) == CPUSET | KSWAPD | MIN_RESERVE
    assert of(KERNEL, rt_task=1, in_interrupt=1) == of(KERNEL, rt_task=1, in_softirq=1) == CPUSET | KSWAPD
    assert of(NOWAIT, rt_task=1) == CPUSET | KSWAPD | NON_BLOCK


def test_G55_reserve_flags():
    def of(mask=KERNEL, **task):
        return gfp_pfmemalloc_flags(mask, Task(**task))

    assert of() == 0 and of(KERNEL | MEMALLOC) == NO_WATERMARKS
    assert of(KERNEL | MEMALLOC | NOMEMALLOC) == of(KERNEL | NOMEMALLOC, PF_MEMALLOC=True) == 0
    assert of(PF_MEMALLOC=True) == NO_WATERMARKS and of(oom_victim=True) == OOM
    assert of(PF_MEMALLOC=True, oom_victim=True) == NO_WATERMARKS
    assert of(PF_MEMALLOC=True, in_softirq=True) == NO_WATERMARKS
    assert of(PF_MEMALLOC=True, in_interrupt=True) == of(oom_victim=True, in_interrupt=True) == 0
    assert of(oom_victim=True, in_softirq=True) == 0
    # They replace the flags, only KSWAPD is kept, and stay for later passes though the task's state has changed.
    events = ask(world(small()), ONCE | HIGH, oom_victim=1)[1]
    assert flags(events)[-1] == OOM | KSWAPD


# The slow path


def test_G56_compaction_of_order_0_and_PF_MEMALLOC():
    _, events = ask(world(small()), ONCE)
    # Recorded, but nothing is compacted, and the result stays "skipped".
    assert named(events, "__alloc_pages_direct_compact") == [[ONCE, 0, 0x840, 1, "=", -1, 1]]
    assert "try_to_compact_pages" not in names(events)
    # PF_MEMALLOC is put back to what it was: a nested request in reclaim finds it set, and leaves it set.
    w = world(small(), watchdog=400)
    inner = {"id": 7, "gfp_mask": ONCE, "order": 0}
    w.machine.trace = []
    op = {"op": "alloc", "id": 1, "gfp_mask": ONCE, "order": 4, "context": {}}
    op["script"] = {"try_to_compact_pages": [{"value": 5, "alloc": [inner]}], "try_to_free_pages": [{"alloc": [inner]}]}
    outcome = w.play(op)
    assert outcome["task_after"] == [0, 0] and sorted(w.live) == [7]
    # A task that frees memory keeps the flag.
    assert w.play(op | {"context": {"PF_MEMALLOC": 1}, "script": {}})["task_after"] == [1, 0]
    op |= {"context": {"PF_MEMALLOC": 1}, "script": {}, "gfp_mask": ONCE | NOMEMALLOC}
    w.machine.trace = []
    assert w.play(op)["task_after"] == [1, 0]
    assert "try_to_compact_pages" in [event[0] for event in w.machine.trace]


def test_G57_a_captured_page_needs_no_mark():
    w = world(small(), held=[(5, 512, 4, 0)])
    script = {"try_to_compact_pages": [{"value": 5, "free": [5], "capture": "Normal"}]}
    result, events = ask(w, ONCE, 4, script)
    assert result == 512
    # No pass after the compaction, and the deferral is reset.
    assert stages(events) == ["pass", "wake", "pass", "compact"]
    assert named(events, "compaction_defer_reset") == [["Normal", 4, 1]]
    w.machine.free_pages(512, 4)


def test_G58_later_passes_use_the_flags_of_retry():
    # A victim: half of min, 0x8 | KSWAPD, in the passes after reclaim and compaction, too.
    _, events = ask(world(small()), ONCE, 1, {"try_to_free_pages": [1], "try_to_compact_pages": [5]}, oom_victim=1)
    assert flags(events)[2:] == [OOM | KSWAPD] * 4
    assert [row[2] for row in named(events, "__alloc_pages_direct_reclaim")] == [OOM | KSWAPD]


def test_G59_small_orders_have_no_unconditional_loop():
    # Order 0, no progress, nothing reclaimable: one round, one look at the OOM killer, and it fails.
    _, events = ask(world(small()), QUIET)
    assert stages(events).count("reclaim") == 1 and named(events, "out_of_memory") == [[QUIET, 0, "=", 0]]
    # As long as reclaimable pages would do: 2 + 1000 > 1000.
    _, events = ask(world(small()), QUIET, script={"zone_reclaimable_pages": [1000, 1000]})
    assert stages(events).count("reclaim") == 3


def test_G60_noretry():
    _, events = ask(world(small()), ONCE)
    assert stages(events)[-2:] == ["compact", "warn"] and "out_of_memory" not in names(events)
    assert "should_reclaim_retry" not in names(events)
    # It does not beat NOFAIL.
    assert ask(world(small(), watchdog=60), ONCE | NOFAIL)[0] == "watchdog"


def test_the_slow_paths_first_compaction():
    def first(mask, order, **context):
        return "compact" in stages(ask(world(small()), mask | NOWARN | NORETRY, order, **context)[1])[:4]

    # Costly, or unmovable above order 0; with DIRECT_RECLAIM and IO; without a reserve of one's own.
    assert first(USER_MOVABLE, 4) and first(KERNEL, 1)
    assert not first(USER_MOVABLE, 3) and not first(KERNEL, 0) and not first(NOIO, 4) and not first(NOWAIT, 4)
    assert not first(KERNEL, 4, oom_victim=1) and first(KERNEL | NOMEMALLOC, 4, oom_victim=1)

    def then(result, mask=0, order=4):
        w = world(small())
        return stages(ask(w, ONCE | mask, order, {"try_to_compact_pages": [result, result]})[1])

    # Costly and NORETRY: skipped and deferred end it, and THISNODE; else it goes on, without waiting (priority 2).
    assert then(1)[-2:] == ["compact", "warn"] and then(2)[-3:] == ["compact", "pass", "warn"]
    assert "reclaim" not in then(1) + then(2)
    assert "reclaim" not in then(5, THISNODE) and "reclaim" in then(5)
    assert "reclaim" in then(1, order=3)
    for order, priority in ((4, 2), (3, 1)):
        events = ask(world(small()), ONCE, order, {"try_to_compact_pages": [5, 5]})[1]
        assert [row[3] for row in named(events, "__alloc_pages_direct_compact")] == [2, priority]


# should_reclaim_retry, should_compact_retry


def test_G61_sixteen_rounds_without_progress():
    def loops(order, progress, mask=QUIET, rounds=40):
        script = {"zone_reclaimable_pages": [5000] * rounds, "try_to_free_pages": [progress] * rounds}
        script["try_to_compact_pages"] = [1] * rounds
        _, events = ask(world(small(lists={"4U": [0]})), mask, order, script)
        return [row[-2:] for row in named(events, "should_reclaim_retry")], events

    # HANDCHECKS 22: 1..16 yes, at 17 no zone is looked at, nobody resched: the killer is asked.
    rows, events = loops(0, 0)
    assert rows[:17] == [[1, n] for n in range(1, 17)] + [[0, 17]]
    place = events.index(next(event for event in events if event[1] == "should_reclaim_retry" and event[-1] == 17))
    assert events[place + 1][1] == "unreserve_highatomic_pageblock"
    # Progress resets a small order's loops; a costly one counts up all the same.
    assert [row[-1] for row in loops(0, 1, rounds=20)[0][:18]] == [0] * 18
    assert [row[-1] for row in loops(4, 1, QUIET | RETRY_MAYFAIL)[0][:3]] == [1, 2, 3]


def test_G62_would_everything_reclaimable_do():
    def answer(free, reclaimable, order=0, min_mark=37, lists=None, boost=0, mask=QUIET):
        lists = lists or {"0U": [8 + 2 * n for n in range(free)]}
        w = world(zone(marks=(min_mark, 999, 999, 999), lists=lists, blocks="UU", boost=boost))
        _, events = ask(w, mask, order, {"zone_reclaimable_pages": [reclaimable]})
        return named(events, "should_reclaim_retry")[0][-2]

    # HANDCHECKS 23: min 37: 5 + 33 = 38 yes, 5 + 32 no. With the boost; with the flags as they are (37 - 18).
    assert answer(5, 33) == 1 and answer(5, 32) == 0 and answer(5, 33, boost=1) == 0
    assert answer(5, 15, mask=QUIET | HIGH) == 1 and answer(5, 14, mask=QUIET | HIGH) == 0
    # A block of the order has to be there now.
    assert answer(5, 999, order=1) == 0 and answer(5, 999, order=1, lists={"1U": [8]}) == 1
    # The first zone that passes is a yes, the rest is not asked.
    zones = [
        zone(name, start, 1024, marks=(37, 999, 999, 999), lists={}) for name, start in (("DMA32", 0), ("Normal", 1024))
    ]
    _, events = ask(world(*zones), QUIET, script={"zone_reclaimable_pages": [38]})
    asked = named(events, "zone_reclaimable_pages")
    assert asked[0] == ["Normal", "=", 38] and asked[1] == ["Normal", "=", 0] and asked[2] == ["DMA32", "=", 0]


def test_G63_then_either_way_the_cpu_is_offered():
    order = names(ask(world(small()), QUIET)[1])
    place = order.index("should_reclaim_retry")
    assert order[place + 1 : place + 5] == [
        "zone_reclaimable_pages",
        "__zone_watermark_ok",
        "cond_resched",
        "unreserve_highatomic_pageblock",
    ]
    # A workqueue worker sleeps one tick instead.
    events = ask(world(small()), QUIET, PF_WQ_WORKER=1)[1]
    assert names(events)[place + 3] == "schedule_timeout_uninterruptible"
    assert named(events, "schedule_timeout_uninterruptible") == [[1]]
    # A yes is a yes, and gives nothing back.
    events = ask(world(small()), QUIET, script={"zone_reclaimable_pages": [1000]})[1]
    first, second = (n for n, event in enumerate(events) if event[1] == "should_reclaim_retry")
    assert events[first][-2] == 1 and "unreserve_highatomic_pageblock" not in names(events[first:second])
    # A block given back turns the no into a yes.
    w = world(zone(marks=FULL, lists={"0H": [0]}, blocks="HU", nr_reserved_highatomic=512))
    assert named(ask(w, QUIET)[1], "should_reclaim_retry")[0][-2] == 1


def compactions(results, order, mask=QUIET, progress=1, suitable=(), **context):
    """(result, priority after, retries after) of every should_compact_retry."""
    w = world(small(), watchdog=4000)
    script = {"try_to_compact_pages": results, "try_to_free_pages": [progress] * 100}
    script["compaction_zonelist_suitable"] = list(suitable)
    return [row[-3:] for row in named(ask(w, mask, order, script, **context)[1], "should_compact_retry")]


def test_G64_should_compact_retry():
    # HANDCHECKS 24: order 5, success each time (the first compaction asks nobody): 1..4 yes, 5 > 4, and 1 is the least.
    rows = compactions([8] * 99, 5, QUIET | RETRY_MAYFAIL)
    assert rows[:5] == [[1, 1, 1], [1, 1, 2], [1, 1, 3], [1, 1, 4], [0, 1, 5]]
    # HANDCHECKS 25: order 3, "complete": priority 1 -> 0 yes; at 0 no.
    assert compactions([5] * 99, 3)[:2] == [[1, 0, 0], [0, 0, 0]]
    # Success at order 3: 16 yes, then the priority rises and they begin again, 16 yes, no: 34 decisions.
    rows = compactions([8] * 99, 3)
    assert rows[15:18] == [[1, 1, 16], [1, 0, 0], [1, 0, 1]] and rows[32:34] == [[1, 0, 16], [0, 0, 17]]
    # Skipped: what the world says; priority and retries stay.
    assert compactions([1] * 99, 3, suitable=[1, 0])[:2] == [[1, 1, 0], [0, 1, 0]]
    # Not for order 0, nor for one that is to die.
    assert compactions([5] * 99, 0)[:1] == [[0, 1, 0]]
    assert compactions([5] * 99, 3, fatal_signal=1)[:1] == [[0, 1, 0]]


def test_G65_only_asked_with_progress_and_io():
    assert compactions([5] * 9, 3, progress=0) == [] and compactions([5] * 9, 3, NOIO | NOWARN) == []
    assert compactions([5] * 9, 3, NOFS | NOWARN) != []


# OOM


def test_G66_the_lock_is_busy():
    _, events = ask(world(small()), QUIET, script={"mutex_trylock": [0]})
    # A tick, progress 1, no page, no look: round again, with the loops at 0.
    assert named(events, "__alloc_pages_may_oom")[0] == [QUIET, 0, "=", -1, 1]
    place = names(events).index("mutex_trylock")
    assert names(events)[place + 1 : place + 3] == ["schedule_timeout_uninterruptible", "wake_all_kswapds"]
    assert [row[4] for row in named(events, "should_reclaim_retry")] == [0, 0]


def test_G67_with_the_lock_a_look_at_the_high_mark():
    _, events = ask(world(small()), QUIET)
    place = names(events).index("mutex_trylock")
    # HARDWALL in, DIRECT_RECLAIM out; high mark and CPUSET.
    assert events[place + 1][2:5] == [(QUIET | 0x100000) & ~0x400, 0, mm.WMARK_HIGH | CPUSET]
    # A page ends it with progress 0, and nobody is killed.
    w = world(zone(marks=(1000, 1000, 1, 1), lists={"0U": [8, 10]}, blocks="UU", flags=4))
    result, events = ask(w, QUIET)
    assert result == 8 and named(events, "__alloc_pages_may_oom") == [[QUIET, 0, "=", 8, 0]]
    assert "out_of_memory" not in names(events)


def test_G68_for_whom_nobody_is_killed():
    def killed(mask=0, order=0, zone_name="Normal", **context):
        w = world(zone(zone_name, marks=FULL, lists={}))
        script = {"try_to_compact_pages": [5] * 9}
        return "out_of_memory" in names(ask(w, (QUIET | mask), order, script, **context)[1])

    assert killed() and killed(order=3)
    assert not killed(PF_DUMPCORE=1) and not killed(RETRY_MAYFAIL) and not killed(THISNODE)
    assert not killed(RETRY_MAYFAIL, 4) and not killed(0x4, zone_name="DMA32")
    _, events = ask(world(small()), QUIET, PF_DUMPCORE=1)
    assert named(events, "__alloc_pages_may_oom") == [[QUIET, 0, "=", -1, 0]] and stages(events)[-1] == "warn"
    # (Costly by NOFAIL alone: the order is what counts.)
    assert "out_of_memory" not in names(ask(world(small(), watchdog=80), QUIET | NOFAIL, 4)[1])


def test_G69_called_without_fs():
    assert named(ask(world(small()), NOFS | NOWARN)[1], "out_of_memory") == [[NOFS | NOWARN, 0, "=", 0]]


def test_G70_after_a_kill():
    # True: progress 1, round again; false: over.
    _, events = ask(world(small()), QUIET, script={"out_of_memory": [1]})
    assert [row[-1] for row in named(events, "__alloc_pages_may_oom")] == [1, 0]
    # NOFAIL: progress 1 in any case, a pass without marks in the cpuset, then without it. The first finds one here.
    result, events = ask(world(small()), QUIET | NOFAIL)
    assert result == 8 and flags(events)[-1] == NO_WATERMARKS | CPUSET
    assert named(events, "__alloc_pages_may_oom") == [[QUIET | NOFAIL, 0, "=", 8, 1]]
    _, events = ask(world(small(lists={"0U": []}), watchdog=20), QUIET | NOFAIL)
    place = next(n for n, event in enumerate(events) if event[1] == "out_of_memory")
    assert flags(events[place:])[:2] == [NO_WATERMARKS | CPUSET, NO_WATERMARKS]


def test_G71_a_victim_leaves():
    # Before it became a victim in this very call it goes one more round first: the flags have no OOM yet.
    _, events = ask(world(small()), QUIET, script={"out_of_memory": [{"value": 1, "oom_victim": 1}] * 5})
    assert stages(events).count("oom") == 2 and flags(events)[-2] == OOM | KSWAPD
    _, events = ask(world(small()), QUIET, script={"out_of_memory": [1] * 5}, oom_victim=1)
    assert stages(events).count("oom") == 1 and stages(events)[-1] == "warn"
    # With NOMEMALLOC in the mask it leaves, too.
    _, events = ask(world(small()), QUIET | NOMEMALLOC, script={"out_of_memory": [1] * 5}, oom_victim=1)
    assert stages(events).count("oom") == 1


# NOFAIL, warning


def test_G72_nofail():
    # At nopage: half of min (MIN_RESERVE, no NON_BLOCK) in the cpuset, then without it; cond_resched; retry, for ever.
    w = world(small(lists={"0U": []}), watchdog=60)
    result, events = ask(w, ONCE | NOFAIL)
    assert result == "watchdog" and "warn_alloc" not in names(events)
    nopage = [f for f in flags(events) if f in (MIN_RESERVE | CPUSET, MIN_RESERVE)]
    assert nopage[:4] == [MIN_RESERVE | CPUSET, MIN_RESERVE] * 2
    place = next(
        n for n, event in enumerate(events) if event[1] == "get_page_from_freelist" and event[4] == MIN_RESERVE
    )
    rest = [event[1] for event in events[place + 1 :] if event[0] == 1]
    assert rest[:3] == ["cond_resched", "wake_all_kswapds", "get_page_from_freelist"]
    # Costly orders and PF_MEMALLOC as well.
    assert ask(world(small(lists={"0U": []}), watchdog=60), QUIET | NOFAIL, 4)[0] == "watchdog"
    assert ask(world(small(lists={"0U": []}), watchdog=60), QUIET | NOFAIL, PF_MEMALLOC=1)[0] == "watchdog"
    # Half of 3 is 2 > ... 2 free: 3 - 1 = 2, not; 3 free: yes.
    for free, given in (([8, 10], "watchdog"), ([8, 10, 12], 8)):
        w = world(zone(marks=(3, 99, 99, 99), lists={"0U": free}, blocks="UU", flags=4), watchdog=60)
        assert ask(w, ONCE | NOFAIL)[0] == given
    # Without DIRECT_RECLAIM it fails all the same.
    assert ask(world(small(lists={"0U": []})), NOWAIT | NOFAIL)[0] is None
    # A real machine's ladder says why it would turn for ever.
    with pytest.raises(Livelock, match="__GFP_NOFAIL, which never gives up"):
        alloc_pages(world(small(lists={"0U": []})).machine, ONCE | NOFAIL, 0, max_rounds=5)


def test_G73_the_rate_limit():
    # HANDCHECKS 27, from jiffy 1: +1, +100 (101), +2399 (2500) are missed; one later the next window opens.
    limit = RatelimitState()
    assert [limit.ratelimit(now) for now in (1, 2, 102, 2501)] == [(True, 0), (False, 0), (False, 0), (False, 0)]
    assert limit.ratelimit(2502) == (True, 3) and limit.ratelimit(2503) == (False, 0)
    # 0 counts as not set: a warning at jiffy 0 leaves the begin open.
    limit = RatelimitState()
    assert limit.ratelimit(0) == (True, 0) and limit.ratelimit(2501) == (False, 0) and limit.begin == 2501

    def said(events):
        place = next(number for number, event in enumerate(events) if event[1] == "warn_alloc")
        return [event[1:] for event in events[place + 1 :]]

    # NOWARN: nothing, and no token. One page allocation failure, then silence, then the number missed first.
    w = world(small(marks=(5000,) * 4))
    assert said(ask(w, ATOMIC | NOWARN)[1]) == []
    assert said(ask(w, ATOMIC)[1]) == [["printk", 0, ATOMIC], ["dump_stack"], ["show_mem", 0, 2]]
    assert said(ask(w, ATOMIC)[1]) == []
    do(w, "tick", jiffies=2501)
    assert said(ask(w, ATOMIC)[1])[:2] == [["printk_suppressed", 1], ["printk", 0, ATOMIC]]
    assert w.machine.log[1] == "warn_alloc: 1 callbacks suppressed\n"
    # A mask with DMA on a machine without managed DMA pages prints nothing, but the token is gone.
    w = world(small(marks=(5000,) * 4))
    assert said(ask(w, ATOMIC | 0x1)[1]) == [] and said(ask(w, ATOMIC)[1]) == []
    w = world(zone("DMA", marks=FULL, lists={}))
    assert said(ask(w, ATOMIC | 0x1)[1])[0] == ["printk", 0, ATOMIC | 0x1]


def test_G74_the_line_and_the_filter():
    assert warning("insmod", 3, 0x40820) == (
        "insmod: page allocation failure: order:3, mode:0x40820(GFP_ATOMIC|__GFP_COMP), "
        "nodemask=(null),cpuset=/,mems_allowed=0\n"
    )
    # The mask printed is that after the scopes.
    events = ask(world(small()), KERNEL | NORETRY, PF_MEMALLOC_NOIO=1)[1]
    assert named(events, "printk") == [[0, NOIO | NORETRY]]

    def of(mask=KERNEL, **task):
        return show_mem_filter(Task(**task), mask)

    assert of() == 1 and of(PF_KTHREAD=True) == 1
    assert of(oom_victim=True) == of(PF_MEMALLOC=True) == of(PF_EXITING=True) == 0
    assert of(KERNEL | NOMEMALLOC, oom_victim=True) == 1
    assert of(in_interrupt=True) == of(in_softirq=True) == of(ATOMIC) == of(ATOMIC | NOMEMALLOC) == 0


# Set-up


def booted(**managed):
    zones = [Zone(name, 1 << 24 + mm.ZONES.index(name), pages) for name, pages in managed.items()]
    return zones, setup.setup_zones(zones)


def test_G75_min_free_kbytes():
    # HANDCHECKS 28: (4095 + 253722) * 4 = 1031268 kB, * 16 = 16500288, root 4062. Movable does not count.
    assert booted(DMA=4095, Normal=253722)[1] == booted(DMA=4095, Normal=253722, Movable=99999)[1] == 4062
    # 128 at least: 100 pages are 400 kB, root of 6400: 80. 262144 at most: 2^33 pages, root of 2^39: 741455.
    assert booted(Normal=100)[1] == 128 and booted(Normal=1 << 33)[1] == 262144
    lowmem = 257817
    assert setup.calculate_min_free_kbytes(lowmem, 4061) == 4062
    assert (
        setup.calculate_min_free_kbytes(lowmem, 4062) == 4062 and setup.calculate_min_free_kbytes(lowmem, 5000) == 5000
    )
    # What the user wrote is not clamped.
    assert setup.calculate_min_free_kbytes(100, 90) == 90


def test_G76_the_marks():
    # HANDCHECKS 29: 4062 >> 2 = 1015. DMA: 1015 * 4095 / 257817 = 16. Normal: 998. Factor 1000: gaps 409 and 25372.
    zones = [Zone("DMA", 0, 4095), Zone("Normal", 1 << 20, 253722)]
    setup.setup_zones(zones, scale_factor=1000)
    assert [z.watermark for z in zones] == [[16, 425, 834, 1243], [998, 26370, 51742, 77114]]
    # Default factor 10: a thousandth, 253 > 998 >> 2 = 249; DMA: share >> 2 = 4 (a thousandth is 4).
    setup.setup_zones(zones)
    assert zones[1].watermark == [998, 1251, 1504, 1757] and zones[0].watermark == [16, 20, 24, 28]
    # The share's quarter where that is more: one zone of 4096 pages: root of 262144 = 512, 128 pages, gap 32 > 4.
    assert booted(Normal=4096)[0][0].watermark == [128, 160, 192, 224]
    # Movable: managed / 1024, from 32 to 128; the share for the gap only: 128 * 40960 / 4096 = 1280, >> 2 = 320.
    for pages, lowest, gap in ((40960, 40, 320), (1024, 32, 8), (1 << 20, 128, 8192)):
        assert booted(Normal=4096, Movable=pages)[0][1].watermark[:2] == [lowest, lowest + gap]


def test_G77_lowmem_reserve():
    # HANDCHECKS 30: 253722 / 256 = 991; for DMA32, which is empty, 0. Movable counts as an upper zone.
    zones, _ = booted(DMA=4095, Normal=253722)
    assert zones[0].lowmem_reserve == [0, 0, 991, 991] and zones[1].lowmem_reserve == [0, 0, 0, 0]
    zones, _ = booted(DMA=4095, Normal=253722, Movable=32000)
    # (253722 + 32000) / 256 = 1116; 32000 / 32 = 1000.
    assert zones[0].lowmem_reserve == [0, 0, 991, 1116] and zones[1].lowmem_reserve == [0, 0, 0, 1000]
    # Managed, not present; ratio 0: nothing; an empty zone: nothing.
    zones[1].present_pages = 999999
    zones[0].managed_pages = 0
    setup.setup_per_zone_lowmem_reserve(zones, (256, 256, 0, 0))
    assert [z.lowmem_reserve for z in zones] == [[0, 0, 0, 0]] * 3
    zones[0].managed_pages = 4095
    setup.setup_per_zone_lowmem_reserve(zones, (256, 256, 0, 0))
    assert zones[0].lowmem_reserve == [0, 0, 991, 1116]


def test_G78_batch():
    def batch(pages):
        return setup.zone_batchsize(Zone("Normal", 0, pages))

    # HANDCHECKS 31: 247 / 4 = 61, 61 + 30 = 91: 63. 3 / 4 = 0, at least 1: 1 + 0 = 1: 1 - 1 = 0, at least 1.
    assert batch(253722) == 63 and batch(4095) == 1
    # 256 at most: 64 + 32 = 96: 63. 16384 >> 10 = 16, / 4 = 4, + 2 = 6: 3. 24 / 4 = 6, + 3 = 9: 7.
    assert [batch(pages) for pages in (1 << 24, 16384, 24576, 8192)] == [63, 3, 7, 1]


def test_G79_high():
    zones, _ = booted(DMA=4095, Normal=253722)
    # The low marks (998 + 253; 16 + 4), and an eighth: 31715, 511.
    assert [(z.pcp.high_min, z.pcp.high_max, z.pcp.high) for z in zones] == [(20, 511, 0), (1251, 31715, 0)]
    # Four batches at least: 253722 / 9999 = 25 < 252; both by the fraction.
    setup.setup_zones(zones, high_fraction=9999)
    assert (zones[1].pcp.high_min, zones[1].pcp.high_max) == (252, 252)
    setup.setup_zones(zones, high_fraction=100)
    assert (zones[1].pcp.high_min, zones[1].pcp.high_max) == (2537, 2537)


def test_G80_totalreserve():
    zones, _ = booted(DMA=4095, Normal=253722)
    # DMA: 991 + 24 = 1015; Normal: 0 + 1504.
    assert setup.totalreserve_pages(zones) == 1015 + 1504
    # Not more than the zone has: 100 pages.
    zones[0].managed_pages = 100
    assert setup.totalreserve_pages(zones) == 100 + 1504


def test_G81_khugepaged_is_left_out():
    # 1024 MB: it would raise min_free_kbytes to 4 * (11 * 512 * 2) = 45056 kB; the figures are those of boot.
    row = {
        "zones": [{"name": name, "start_pfn": 0, "managed_pages": n} for name, n in (("DMA", 4095), ("Normal", 253722))]
    }
    row |= {"min_free_kbytes": 0, "watermark_scale_factor": 0, "percpu_pagelist_high_fraction": 0}
    assert setup_figures(row | {"lowmem_reserve_ratio": [256, 256, 32, 0]})["min_free_kbytes"] == 4062


# What the lessons say of both kernels


def test_the_280_mb_that_2_6_21_refused():
    # HANDCHECKS 5: 70060 - 7 = 70053 > 1408, and a block of order 4 exists: from frame 144128.
    scenario = recording("twin_case_280_mb_free")
    assert scenario["twin"]["results"][0] is None
    assert replay(scenario)["ops"][0]["result"] == 144128
    assert zone_watermark_ok(bare({(0, 1): 70044, (4, 1): 1}), 3, 1408, 2, 0)


def test_one_step_at_a_time_is_the_same_run():
    w = world(small())
    a, seen = begin(w.machine, ONCE, 0), []
    while a.stage is not None:
        seen.append(a.stage.__name__)
        step(a)
    assert seen == "fast_path restart wake first_pass retry reclaim compact nopage fail".split()
    assert a.page is None
    with pytest.raises(ValueError, match="has ended"):
        step(a)
