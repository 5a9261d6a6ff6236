"""What re-implementers get wrong (kernel-traces/FACTS.md): a test for each numbered fact, its numbers by hand.

Each of them fails when the line of code behind the fact is changed; that was tried out for every one.
"""

import pytest
import recordings
from machines import Scripted, as_at_boot, ask, named, numa, one_zone, passes, three_zones

from buddylab import scenario
from buddylab.core import gfp
from buddylab.core.attempt import Livelock
from buddylab.core.environment import FaultAttr, PrintkRatelimit, Task
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine, wakeup_kswapd
from buddylab.core.setup import init_per_zone_pages_min
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, ALLOC_NO_WATERMARKS, Zone, zone_watermark_ok

KERNEL, NOFS, NOIO, ATOMIC = 0xD0, 0x50, 0x10, 0x20
HIGH, NOWARN, REPEAT, NOFAIL, NORETRY, NOMEMALLOC = 0x20, 0x200, 0x400, 0x800, 0x1000, 0x10000
LOW_PASS, MIN_PASS, HIGH_PASS, NO_MARK_PASS = 0x44, 0x42, 0x48, 0x1
FULL = (1000, 1000, 1000)
"""Marks that no small machine ever meets."""


def zone_with(blocks, reserve=(0,)):
    """A zone that has so many free blocks by order; where they lie does not matter to a mark."""
    zone = Zone("Normal", 0, 0, 1 << 20, lowmem_reserve=reserve)
    for order, count in blocks.items():
        zone.free_area[order] = dict.fromkeys(range(0, count << order, 1 << order))
        zone.nr_free_pages += count << order
    return zone


def ok(zone, order=0, mark=0, classzone_idx=0, alloc_flags=0):
    return zone_watermark_ok(zone, order, mark, classzone_idx, alloc_flags)


# Watermark


def test_F01_what_would_be_left_plus_one():
    # 256 - 8 + 1 = 249.
    assert ok(zone_with({8: 1}), order=3, mark=248)
    assert not ok(zone_with({8: 1}), order=3, mark=249)
    # A single page: 256 - 1 + 1 = 256.
    assert ok(zone_with({8: 1}), mark=255)


def test_F02_high_takes_half_off_rounded_in_favour_of_the_mark():
    # 125 - 62 = 63: 64 pages pass, 63 do not.
    assert ok(zone_with({0: 64}), mark=125, alloc_flags=ALLOC_HIGH)
    assert not ok(zone_with({0: 63}), mark=125, alloc_flags=ALLOC_HIGH)


def test_F03_harder_takes_a_quarter_off_after_high():
    # 63 - 15 = 48. (HARDER first: 125 - 31 = 94, 94 - 47 = 47.)
    assert ok(zone_with({0: 49}), mark=125, alloc_flags=ALLOC_HIGH | ALLOC_HARDER)
    assert not ok(zone_with({0: 48}), mark=125, alloc_flags=ALLOC_HIGH | ALLOC_HARDER)
    # Alone: 7 - 1 = 6.
    assert ok(zone_with({0: 7}), mark=7, alloc_flags=ALLOC_HARDER)
    assert not ok(zone_with({0: 6}), mark=7, alloc_flags=ALLOC_HARDER)


def test_F04_equality_with_mark_and_reserve_refuses():
    reserve = (0, 30, 40)
    assert not ok(zone_with({0: 60}, reserve), mark=20, classzone_idx=2)
    assert ok(zone_with({0: 61}, reserve), mark=20, classzone_idx=2)
    assert not ok(zone_with({0: 50}, reserve), mark=20, classzone_idx=1)
    assert ok(zone_with({0: 51}, reserve), mark=20, classzone_idx=1)


def test_F05_the_loop_over_smaller_orders():
    # Order 1, mark 14: 24-2+1 = 23, 23 - 16 = 7 against 14>>1 = 7: refused. Mark 13: 13>>1 = 6.
    assert not ok(zone_with({0: 16, 3: 1}), order=1, mark=14)
    assert ok(zone_with({0: 16, 3: 1}), order=1, mark=13)
    # Order 2: a block of order 1 is 2 pages, the mark is halved twice: 24-4+1 = 21 > 20, 21-0 > 10, 21 - 8*2 = 5 <= 5.
    assert not ok(zone_with({1: 8, 3: 1}), order=2, mark=20)
    # 19: 19>>1 = 9, 9>>1 = 4.
    assert ok(zone_with({1: 8, 3: 1}), order=2, mark=19)
    # 24 singles and an order 3: 32-4+1 = 29 > 20, 29 - 24 = 5 <= 10: refused at order 0 already.
    assert not ok(zone_with({0: 24, 3: 1}), order=2, mark=20)
    # The reserve is not in the loop: 74-2+1 = 73 > 10+60, 73 - 10 = 63 > 5 (with the reserve: 63 <= 65).
    assert ok(zone_with({0: 10, 6: 1}, reserve=(60,)), order=1, mark=10)
    # Blocks of the order that is asked for are not taken off: 16 - 8 + 1 = 9 > 8, and only order 3 has blocks.
    assert ok(zone_with({3: 2}), order=3, mark=8)


def test_F06_less_than_nothing_is_refused_and_the_class_is_the_first_populated_zones():
    # 3 - 32 + 1 = -28.
    assert not ok(zone_with({0: 1, 1: 1}), order=5)
    assert not ok(zone_with({0: 1, 1: 1}, reserve=(100,)), order=5)
    # HighMem is unpopulated: the class is Normal's, 1; DMA keeps 30 from it: 64 > 20 + 30.
    machine = three_zones((64, 8, 0), ((10, 20, 30), FULL, FULL), ((0, 30, 60), (0, 0, 0), (0, 0, 0)))
    _, events = ask(machine, gfp.GFP_HIGHUSER)
    assert named(events, "get_page_from_freelist") == [(0x200D2, 0, LOW_PASS, 1)]
    assert named(events, "zone_watermark_ok") == [("Normal", 0, 1000, 1, 0x44, 0), ("DMA", 0, 20, 1, 0x44, 1)]


def test_F07_per_cpu_pages_are_not_free_and_the_mark_is_checked_all_the_same():
    machine = one_zone(8, marks=(4, 4, 4), hot=(4, 100))
    assert ask(machine, KERNEL)[0] is not None
    assert machine.zones[0].nr_free_pages == 4
    assert len(machine.zones[0].hot.pages) == 3
    pfn, events = ask(machine, ATOMIC | NOWARN)
    # ATOMIC: 4 - 2 = 2, 2 - 0 = 2: second pass, from the three at hand. NOIO has no bonus: 4 <= 4.
    assert pfn is not None and len(passes(events)) == 2
    pfn, events = ask(machine, NOIO | NORETRY)
    assert pfn is None
    assert all(result == 0 for *_, result in named(events, "zone_watermark_ok"))
    assert len(machine.zones[0].hot.pages) == 2


# Lists


def take(machine, count, order=0):
    return [ask(machine, KERNEL, order)[0] for _ in range(count)]


def test_F08_free_lists_are_stacks():
    machine = one_zone(64)
    assert take(machine, 8) == [0, 1, 2, 3, 4, 5, 6, 7]
    for pfn in (1, 5, 3):
        machine.free_pages(pfn, 0)
    assert machine.zones[0].free_list(0) == [3, 5, 1]
    assert take(machine, 3) == [3, 5, 1]


def test_F09_smallest_sufficient_order_low_half_returned():
    machine = one_zone(64)
    assert take(machine, 1, order=2) == [0]
    # 64 pages: 32 stay at 32, 16 at 16, 8 at 8, 4 at 4.
    assert [machine.zones[0].free_list(order) for order in range(7)] == [[], [], [4], [8], [16], [32], []]
    # 4 fits exactly; then 8 is the smallest that is larger than 4 pages.
    assert take(machine, 2, order=2) == [4, 8]
    assert machine.zones[0].free_list(2) == [12]


def test_F10_from_the_top_of_the_zone_downwards_inside_a_block_upwards():
    machine = one_zone(3072)
    assert machine.zones[0].free_list(10) == [2048, 1024, 0]
    assert take(machine, 3) == [2048, 2049, 2050]
    assert take(machine, 2, order=10) == [1024, 0]
    machine = one_zone(24)
    # 16 at 0, 8 at 16.
    assert take(machine, 9) == [16, 17, 18, 19, 20, 21, 22, 23, 0]


def test_F11_a_merged_block_goes_to_the_head():
    machine = one_zone(64)
    take(machine, 16)
    for pfn in (4, 0, 1, 8, 9):
        machine.free_pages(pfn, 0)
    assert machine.zones[0].free_list(1) == [8, 0]
    # 4 has lain there longest; merged with 5 it is the newest.
    machine.free_pages(5, 0)
    assert machine.zones[0].free_list(1) == [4, 8, 0]
    assert take(machine, 1, order=1) == [4]


def test_F12_merging_stops_at_order_10():
    machine = one_zone(2048)
    assert take(machine, 2, order=10) == [1024, 0]
    machine.free_pages(0, 10)
    machine.free_pages(1024, 10)
    assert machine.zones[0].free_list(10) == [1024, 0]


def test_F12_buddies_by_absolute_pfn_of_the_same_order_in_the_same_zone():
    # Pages 3 to 8: 3, a block of four at 4, 8.
    machine = one_zone(6, start=3)
    zone = machine.zones[0]
    assert sorted(take(machine, 6)) == [3, 4, 5, 6, 7, 8]
    machine.free_pages(3, 0)
    machine.free_pages(4, 0)
    assert zone.free_list(0) == [4, 3]
    machine.free_pages(5, 0)
    assert (zone.free_list(0), zone.free_list(1)) == ([3], [4])
    # 6 alone is no buddy of the two at 4.
    machine.free_pages(6, 0)
    assert (zone.free_list(0), zone.free_list(1)) == ([6, 3], [4])
    machine.free_pages(7, 0)
    assert zone.free_list(2) == [4]
    # Page 0 in DMA, page 1 in Normal: buddies by number only.
    zones = [Zone("DMA", 0, 0, 1, lowmem_reserve=[0, 0]), Zone("Normal", 1, 1, 1, lowmem_reserve=[0, 0])]
    machine = Machine(zones, ("DMA", "Normal"))
    assert take(machine, 2) == [1, 0]
    machine.free_pages(0, 0)
    machine.free_pages(1, 0)
    assert [zone.free_list(0) for zone in machine.zones] == [[0], [1]]


def test_F13_refill_at_the_tail_take_from_the_head_free_to_the_head():
    machine = one_zone(64, hot=(4, 8))
    pcp = machine.zones[0].hot.pages
    assert take(machine, 1) == [0]
    assert list(pcp) == [1, 2, 3]
    machine.free_pages(0, 0)
    assert list(pcp) == [0, 1, 2, 3]
    assert take(machine, 8) == [0, 1, 2, 3, 4, 5, 6, 7]
    for pfn in range(7):
        machine.free_pages(pfn, 0)
    assert list(pcp) == [6, 5, 4, 3, 2, 1, 0]
    # The eighth reaches `high`: four leave from the tail and become a block at 0.
    machine.free_pages(7, 0)
    assert list(pcp) == [7, 6, 5, 4]
    assert machine.zones[0].free_list(2) == [0]


def test_F13_refill_ignores_the_marks():
    # 6 > 3, then four pages go and 2 are left, below the mark.
    machine = one_zone(6, marks=(3, 3, 3), hot=(4, 8))
    assert take(machine, 1) == [4]
    assert list(machine.zones[0].hot.pages) == [5, 0, 1]
    assert machine.zones[0].nr_free_pages == 2


def test_F14_small_zones_hold_nothing_back():
    # 4096/1024/4 = 1; 2^(fls(1)-1) - 1 = 0. The next size that counts is 2 -> fls(3) = 2 -> 1 at 8192.
    for pages, hot, cold in ((4096, (1, 0), (1, 0)), (8191, (1, 0), (1, 0)), (8192, (1, 6), (1, 2))):
        zone = as_at_boot(pages)
        assert (zone.hot.batch, zone.hot.high) == hot and (zone.cold.batch, zone.cold.high) == cold
    machine = one_zone(64, hot=(1, 0))
    assert take(machine, 1) == [0]
    machine.free_pages(0, 0)
    assert not machine.zones[0].hot.pages
    assert machine.zones[0].free_list(6) == [0]


def test_F15_cold_and_hot_are_separate():
    machine = one_zone(64, hot=(2, 8), cold=(3, 8))
    zone = machine.zones[0]
    assert take(machine, 1) == [0]
    assert ask(machine, KERNEL | gfp.COLD)[0] == 2
    assert (list(zone.hot.pages), list(zone.cold.pages)) == ([1], [3, 4])
    machine.free_pages(0, 0, cold=True)
    machine.free_pages(2, 0)
    assert (list(zone.hot.pages), list(zone.cold.pages)) == ([2, 1], [0, 3, 4])


def test_F16_cold_matters_at_order_0_only():
    machine = one_zone(64, hot=(2, 8), cold=(3, 8))
    pfn, events = ask(machine, KERNEL | gfp.COLD, 1)
    assert pfn == 0
    assert [event[0] for event in events[-2:]] == ["__rmqueue", "buffered_rmqueue"]
    assert named(events, "buffered_rmqueue") == [("Normal", 1, 1, 0)]
    assert not machine.zones[0].cold.pages
    with pytest.raises(ValueError, match="only single pages"):
        machine.free_pages(0, 1, cold=True)


# Ladder


def dies(task):
    task.TIF_MEMDIE = True


def test_F17_hardwall_on_the_first_and_the_high_pass_only():
    machine = one_zone(64, FULL)
    machine.world = Scripted(out_of_memory=[dies])
    pfn, events = ask(machine, KERNEL)
    assert pfn is not None
    low, second, high = (0x200D0, LOW_PASS), (0xD0, MIN_PASS), (0x200D0, HIGH_PASS)
    assert passes(events) == [low, second, high, low, second, (0xD0, NO_MARK_PASS)]


def test_F18_the_second_pass_asks_the_cpuset_only_for_those_who_can_wait():
    assert passes(ask(one_zone(64, FULL), ATOMIC)[1]) == [(0x20020, LOW_PASS), (0x20, 0x32)]
    assert passes(ask(one_zone(64, FULL), NOIO | NORETRY)[1]) == [(0x21010, LOW_PASS), (0x1010, MIN_PASS)]
    denied = Task(cpuset_deny=frozenset({"Normal"}))
    assert ask(one_zone(64), ATOMIC, task=denied)[0] is not None
    assert ask(one_zone(64), NOIO | NORETRY, task=denied)[0] is None


def test_F19_the_pass_after_reclaim_has_the_second_passes_flags():
    machine = one_zone(64, FULL)
    machine.world = Scripted(try_to_free_pages=[1])
    _, events = ask(machine, KERNEL | HIGH | NORETRY, task=Task(rt_task=True))
    assert passes(events) == [(0x210F0, LOW_PASS), (0x10F0, 0x72), (0x10F0, 0x72)]


def test_F20_no_watermarks_stands_alone():
    assert ALLOC_NO_WATERMARKS == 1
    _, events = ask(one_zone(64, FULL), KERNEL | HIGH, task=Task(PF_MEMALLOC=True, rt_task=True))
    assert passes(events) == [(0x200F0, LOW_PASS), (0xF0, 0x72), (0xF0, 1)]
    # Neither the cpuset is asked nor a mark looked at.
    assert [event[0] for event in events[-4:]] == [
        "get_page_from_freelist",
        "rmqueue_bulk",
        "__rmqueue",
        "buffered_rmqueue",
    ]
    assert ask(one_zone(64), KERNEL, task=Task(PF_MEMALLOC=True, cpuset_deny=frozenset({"Normal"})))[0] is not None


def test_F21_rebalance_repeats_neither_pass():
    machine = one_zone(64, (8, 8, 8))
    held = take(machine, 7, order=3)

    def others_free(task):
        for pfn in held:
            machine.free_pages(pfn, 3)

    # Memory comes back during the first nap; nobody looks before the third reclaim reports progress.
    machine.world = Scripted(congestion_wait=[others_free], try_to_free_pages=[0, 0, 1])
    pfn, events = ask(machine, NOFS)
    assert pfn is not None
    assert passes(events) == [(0x20050, LOW_PASS), (0x50, MIN_PASS), (0x50, MIN_PASS)]
    assert [progress for *_, progress in named(events, "try_to_free_pages")] == [0, 0, 1]
    assert len(named(events, "congestion_wait")) == 2


def test_F22_memalloc_is_cleared_after_reclaim_not_restored():
    seen = []
    machine = one_zone(64, FULL)
    machine.world = Scripted(try_to_free_pages=[lambda task: seen.append(task.PF_MEMALLOC)])
    task = Task(PF_MEMALLOC=True, in_interrupt=True)
    _, events = ask(machine, NOIO | NORETRY, task=task)
    assert seen == [True] and named(events, "try_to_free_pages") == [(0x1010, 1, 0)]
    assert not task.PF_MEMALLOC
    # And one who did not have it has it during reclaim.
    task = Task()
    machine.world = Scripted(try_to_free_pages=[lambda task: seen.append(task.PF_MEMALLOC)])
    ask(machine, NOIO | NORETRY, task=task)
    assert seen == [True, True] and not task.PF_MEMALLOC


def test_F23_oom_for_any_order_never_without_fs_or_with_noretry():
    for order in (0, 3, 4, 10):
        machine = one_zone(1024, (1024, 1024, 1024))
        machine.world = Scripted(out_of_memory=[dies])
        assert named(ask(machine, KERNEL, order)[1], "out_of_memory") == [(0xD0, order)]
    for mask, order in ((NOFS, 4), (NOFS | NORETRY, 0), (KERNEL | NORETRY, 0), (KERNEL | NORETRY, 10)):
        pfn, events = ask(one_zone(1024, (2000, 2000, 2000)), mask, order)
        assert pfn is None
        assert not named(events, "out_of_memory") and len(passes(events)) == 2


def test_F24_noretry_beats_nofail_and_repeat():
    for mask in (NORETRY | NOFAIL, NORETRY | REPEAT, NORETRY | NOFAIL | REPEAT):
        pfn, events = ask(one_zone(64, FULL), NOFS | mask)
        assert pfn is None
        assert not named(events, "congestion_wait")
        assert len(named(events, "try_to_free_pages")) == 1


def rounds(mask, order):
    """How often a request naps that gets nowhere until the fourth reclaim makes room."""
    machine = one_zone(64, (0, 0, 0))
    held = [ask(machine, KERNEL, 5)[0] for _ in range(2)]

    def makes_room(task):
        for pfn in held:
            machine.free_pages(pfn, 5)
        return 1

    machine.world = Scripted(try_to_free_pages=[0, 1, 0, makes_room])
    pfn, events = ask(machine, mask, order)
    return pfn is not None, len(named(events, "congestion_wait"))


def test_F25_order_3_goes_round_without_repeat():
    assert [rounds(NOFS, order) for order in (0, 1, 2, 3)] == [(True, 3)] * 4
    assert [rounds(NOFS, order) for order in (4, 5)] == [(False, 0)] * 2


def test_F26_repeat_matters_only_above_3():
    assert [rounds(NOFS | REPEAT, order) for order in (4, 5)] == [(True, 3)] * 2
    for order in range(4):
        assert rounds(NOFS | REPEAT, order) == rounds(NOFS, order)


def test_F27_nofail_can_return_null():
    # Atomic: nothing can be done for it.
    assert ask(one_zone(64, FULL), ATOMIC | NOFAIL)[0] is None
    # NOMEMALLOC under PF_MEMALLOC: shut out of the reserve, and no reclaim inside reclaim.
    assert ask(one_zone(64, FULL), KERNEL | NOFAIL | NOMEMALLOC, task=Task(PF_MEMALLOC=True))[0] is None
    assert ask(one_zone(64, FULL), KERNEL | NOFAIL | NORETRY)[0] is None
    # An empty zonelist.
    machine = three_zones((0, 64, 64))
    assert ask(machine, KERNEL | NOFAIL | gfp.DMA) == (None, [("might_sleep_if", 1)])
    # Otherwise it goes round for ever: under PF_MEMALLOC as well, once the reserve is used up.
    for task, order in ((Task(), 10), (Task(PF_MEMALLOC=True), 10)):
        with pytest.raises(Livelock):
            alloc_pages(one_zone(64), NOFS | NOFAIL, order, task=task, max_rounds=50)


def test_F28_no_warning_for_a_refusal_on_purpose_or_an_empty_list():
    machine = one_zone(64, fault=FaultAttr(probability=100, times=-1))
    assert ask(machine, ATOMIC) == (None, [("might_sleep_if", 0), ("should_fail", 1, 1, -1, 0, 0)])
    empty = three_zones((0, 64, 64))
    assert ask(empty, ATOMIC | gfp.DMA) == (None, [("might_sleep_if", 0), ("should_fail", 1, 0, 0, 0, 0)])
    assert machine.log == empty.log == []
    # Where it does fail in earnest there is one, byte for byte.
    full = one_zone(64, FULL)
    assert ask(full, ATOMIC, 1)[1][-4:] == [
        ("printk_ratelimit", 1),
        ("printk", 1, 0x20),
        ("dump_stack",),
        ("show_mem",),
    ]
    assert full.log == ["swapper: page allocation failure. order:1, mode:0x20\n"]


def test_F29_order_11_never_reaches_the_function():
    for order in (11, 12, 31, 1000):
        assert ask(one_zone(64), KERNEL, order) == (None, [])
    pfn, events = ask(one_zone(64), ATOMIC, 10)
    assert pfn is None and events


# Masks


def test_F30_the_bits():
    names = [
        "DMA",
        "HIGHMEM",
        "DMA32",
        "WAIT",
        "HIGH",
        "IO",
        "FS",
        "COLD",
        "NOWARN",
        "REPEAT",
        "NOFAIL",
        "NORETRY",
        "NO_GROW",
        "COMP",
        "ZERO",
        "NOMEMALLOC",
        "HARDWALL",
        "THISNODE",
    ]
    values = [
        1,
        2,
        4,
        0x10,
        0x20,
        0x40,
        0x80,
        0x100,
        0x200,
        0x400,
        0x800,
        0x1000,
        0x2000,
        0x4000,
        0x8000,
        0x10000,
        0x20000,
        0x40000,
    ]
    assert dict(zip(names, values, strict=True)) == gfp.BITS


def test_F31_the_composed_masks():
    assert (gfp.GFP_NOWAIT, gfp.GFP_ATOMIC, gfp.GFP_NOIO, gfp.GFP_NOFS, gfp.GFP_KERNEL) == (0, 0x20, 0x10, 0x50, 0xD0)
    assert (gfp.GFP_USER, gfp.GFP_HIGHUSER, gfp.GFP_DMA, gfp.GFP_DMA32) == (0x200D0, 0x200D2, 1, 4)


def test_F32_thisnode_needs_all_three_bits_and_a_numa_kernel():
    assert gfp.GFP_THISNODE == 0x41200
    machine = numa(marks=FULL)
    pfn, events = ask(machine, KERNEL | 0x41200)
    # One pass over the one node, twice (without the memory of full zones the second time), then the end.
    assert pfn is None and passes(events) == [(0x612D0, LOW_PASS)]
    assert [zone for zone, *_ in named(events, "zone_watermark_ok")] == ["Normal/0", "Normal/0"]
    assert not named(events, "wakeup_kswapd") and not named(events, "printk_ratelimit")
    for two_bits in (0x41000, 0x1200):
        assert named(ask(numa(marks=FULL), KERNEL | two_bits)[1], "wakeup_kswapd")
    # No NUMA: down the ladder with the same bits.
    assert named(ask(one_zone(64, FULL), KERNEL | 0x41200)[1], "wakeup_kswapd") == [("Normal", 0)]


def test_F32_gfp_zone_goes_by_dma_then_dma32_then_highmem():
    every = ("DMA", "DMA32", "Normal", "HighMem")
    assert [gfp.gfp_zone(mask, every) for mask in range(8)] == [2, 0, 3, 0, 1, 0, 1, 0]
    assert [gfp.gfp_zone(mask, ("DMA", "Normal", "HighMem")) for mask in range(8)] == [1, 0, 2, 0, 1, 0, 2, 0]
    assert [gfp.gfp_zone(mask, ("DMA", "DMA32", "Normal")) for mask in range(8)] == [2, 0, 2, 0, 1, 0, 1, 0]
    assert [gfp.gfp_zone(mask, ("Normal",)) for mask in range(8)] == [0] * 8


# kswapd


def test_F33_kswapd_is_offered_every_zone_of_the_list():
    machine = three_zones(marks=((0, 0, 0), FULL, FULL))
    # DMA could serve, if its reserve allowed it.
    machine.zones[0].lowmem_reserve = [0, 1000, 1000]
    _, events = ask(machine, gfp.GFP_HIGHUSER | NORETRY, 1)
    assert named(events, "wakeup_kswapd") == [("HighMem", 1), ("Normal", 1), ("DMA", 1)]
    assert len(named(events, "wake_up_interruptible")) == 2
    events = ask(machine, NOFS | NORETRY)[1]
    assert named(events, "wakeup_kswapd") == [("Normal", 0), ("DMA", 0)]


def woken(machine, order=0, task=None, zone=0):
    """Events of offering one zone to kswapd."""
    machine.trace = []
    wakeup_kswapd(machine, task or Task(), machine.zones[zone], order)
    return machine.trace


def test_F34_woken_below_low_only():
    assert named(woken(one_zone(64, (0, 64, 0))), "wake_up_interruptible") == [(0, 0)]
    assert woken(one_zone(64, (0, 63, 0))) == [
        ("wakeup_kswapd", "Normal", 0),
        ("zone_watermark_ok", "Normal", 0, 63, 0, 0, 1),
    ]
    # With the order that was asked for: 64 - 8 + 1 = 57.
    assert not named(woken(one_zone(64, (0, 56, 0)), 3), "wake_up_interruptible")
    assert named(woken(one_zone(64, (0, 57, 0)), 3), "wake_up_interruptible") == [(0, 3)]


def test_F34_class_0_and_no_flags():
    machine = three_zones(marks=((0, 63, 0), (0, 63, 0), (0, 63, 0)), reserves=((0, 50, 50), (0, 0, 50), (0, 0, 0)))
    for zone, label in enumerate(("DMA", "Normal", "HighMem")):
        assert named(woken(machine, zone=zone), "zone_watermark_ok") == [(label, 0, 63, 0, 0, 1)]


def test_F34_allowed_by_the_cpuset_and_asleep():
    machine = one_zone(64, FULL)
    events = woken(machine, task=Task(cpuset_deny=frozenset({"Normal"})))
    assert events[2:] == [("cpuset_zone_allowed_hardwall", "Normal", 0xD0, 0)]
    machine.nodes[0].kswapd_awake = True
    assert woken(machine)[2:] == [("cpuset_zone_allowed_hardwall", "Normal", 0xD0, 1)]
    machine.nodes[0].kswapd_awake = False
    assert woken(machine)[3:] == [("wake_up_interruptible", 0, 0)]


def test_F34_an_unpopulated_zone_is_never_offered():
    machine = three_zones((64, 0, 64), marks=(FULL, FULL, FULL))
    assert named(ask(machine, gfp.GFP_HIGHUSER | NORETRY)[1], "wakeup_kswapd") == [("HighMem", 0), ("DMA", 0)]
    # Nothing but a hole: as good as not there.
    hollow = Zone("Normal", 1, 64, 64, holes=[(64, 64)], marks=FULL)
    machine = Machine([Zone("DMA", 0, 0, 64, marks=FULL), hollow], ("DMA", "Normal"))
    assert named(ask(machine, KERNEL | NORETRY)[1], "wakeup_kswapd") == [("DMA", 0)]


def test_F35_the_order_is_raised_before_the_last_two_tests():
    machine = one_zone(64, FULL)
    woken(machine, 3, Task(cpuset_deny=frozenset({"Normal"})))
    assert machine.nodes[0].kswapd_max_order == 3
    machine.nodes[0].kswapd_awake = True
    woken(machine, 5)
    assert machine.nodes[0].kswapd_max_order == 5
    # Never lowered, and not raised by a zone that is above its mark.
    woken(machine, 2)
    assert machine.nodes[0].kswapd_max_order == 5
    machine = one_zone(64, (0, 0, 0))
    woken(machine, 3)
    assert machine.nodes[0].kswapd_max_order == 0


# Others


def test_F48_printk_ratelimit_is_a_bucket_of_ten_and_one_more_every_five_seconds():
    limit = PrintkRatelimit()
    assert [limit.allows(0, None) for _ in range(11)] == [True] * 10 + [False]
    # 5 s * 250 = 1250 jiffies.
    assert [limit.allows(now, None) for now in (1249, 1250, 1251)] == [False, True, False]
    assert [limit.allows(1 << 40, None) for _ in range(11)] == [True] * 10 + [False]
    # The count of what was swallowed comes with the next message and starts again.
    limit, trace = PrintkRatelimit(), []
    for now in (0,) * 12 + (1250, 2500):
        limit.allows(now, trace)
    assert named(trace, "printk_suppressed") == [(2,)]


def test_F48_the_bucket_is_kernel_wide():
    machine = numa(marks=FULL)
    for number in range(12):
        ask(machine, ATOMIC, node=number % 2, task=Task(comm=f"task{number}"))
    assert len(machine.log) == 10
    # NOWARN asks the bucket for nothing.
    machine = one_zone(64, FULL)
    assert not named(ask(machine, ATOMIC | NOWARN)[1], "printk_ratelimit")
    assert machine.printk_ratelimit.toks == 12500


def test_F48_congestion_wait_takes_20_ms_or_less():
    machine = one_zone(64, jiffies=100)
    held = take(machine, 2, order=5)

    def makes_room(task):
        machine.free_pages(held[0], 5)
        return 1

    # HZ/50 = 5 jiffies; the second nap is ended early, after 2.
    machine.world = Scripted(try_to_free_pages=[0, 0, makes_room], congestion_wait=[None, 2])
    pfn, events = ask(machine, NOFS)
    assert pfn is not None
    assert named(events, "congestion_wait") == [(1, 5), (1, 5)]
    assert machine.jiffies == 107


def test_F48_might_sleep_is_a_check_only():
    for mask, wait in ((KERNEL, 1), (ATOMIC, 0), (NOIO, 1), (0, 0)):
        assert ask(one_zone(64), mask)[1][0] == ("might_sleep_if", wait)


def always(**attributes):
    """Fault injection that refuses whatever it may."""
    settings = {"ignore_gfp_wait": 0, "ignore_gfp_highmem": 0, "probability": 100, "times": -1}
    return FaultAttr(**(settings | attributes))


def should_fail(fault, mask, order=0, task=None, random32=lambda: 0):
    """(refused, event's numbers or None if should_fail was not reached)."""
    trace = []
    refused = fault.should_fail_alloc_page(mask, order, task or Task(), random32, trace)
    return refused, trace[0][1:] if trace else None


def test_F49_nofail_is_exempt():
    assert should_fail(always(), ATOMIC | NOFAIL) == (False, None)
    assert should_fail(always(), ATOMIC) == (True, (1, 1, -1, 0, 0))


def test_F50_highmem_and_wait_are_exempt_by_default():
    default = {"ignore_gfp_wait": FaultAttr().ignore_gfp_wait, "ignore_gfp_highmem": FaultAttr().ignore_gfp_highmem}
    assert default == {"ignore_gfp_wait": 1, "ignore_gfp_highmem": 1}
    assert should_fail(always(**default), KERNEL) == (False, None)
    assert should_fail(always(**default), ATOMIC | gfp.HIGHMEM) == (False, None)
    assert should_fail(always(**default), ATOMIC)[0]
    assert should_fail(always(), gfp.GFP_HIGHUSER)[0]


def test_F50_size_and_space_are_in_pages_and_every_order_counts():
    # Six pages pass: two by two, until 2 > 2 no longer holds. No order is too small.
    fault = always(space=6)
    assert [should_fail(fault, ATOMIC, 1) for _ in range(3)] == [
        (False, (2, 0, -1, 4, 0)),
        (False, (2, 0, -1, 2, 0)),
        (True, (2, 1, -1, 2, 0)),
    ]
    assert should_fail(always(), ATOMIC, 4) == (True, (16, 1, -1, 0, 0))


def test_F50_times_interval_probability_and_task_filter():
    # Twice at most.
    fault = always(times=2)
    assert [should_fail(fault, ATOMIC) for _ in range(3)] == [
        (True, (1, 1, 1, 0, 0)),
        (True, (1, 1, 0, 0, 0)),
        (False, (1, 0, 0, 0, 0)),
    ]
    # Every third.
    fault = always(interval=3)
    assert [should_fail(fault, ATOMIC)[1] for _ in range(4)] == [
        (1, 0, -1, 0, 1),
        (1, 0, -1, 0, 2),
        (1, 1, -1, 0, 3),
        (1, 0, -1, 0, 4),
    ]
    # 30 %: 29 refuses, 30 does not; of a number only the last two digits.
    drawn = {0: True, 29: True, 30: False, 99: False, 129: True, 130: False, 0xFFFFFFFF: False}
    for number, refused in drawn.items():
        assert should_fail(always(probability=30), ATOMIC, random32=[number].pop)[0] is refused
    # Only marked tasks, never in an interrupt.
    fault = always(task_filter=1)
    for task, refused in (
        (Task(), False),
        (Task(make_it_fail=True), True),
        (Task(make_it_fail=True, in_interrupt=True), False),
    ):
        assert should_fail(fault, ATOMIC, task=task)[0] is refused


def test_F50_a_real_time_task_tries_harder_outside_interrupts():
    flags = {
        (rt, interrupt): passes(
            ask(one_zone(64, FULL), NOIO | NORETRY, task=Task(rt_task=rt, in_interrupt=interrupt))[1]
        )[1][1]
        for rt in (False, True)
        for interrupt in (False, True)
    }
    assert flags == {(False, False): 0x42, (True, False): 0x52, (False, True): 0x42, (True, True): 0x42}


def test_F51_the_codes_figure_at_8192_mb():
    # sqrt(8192 * 1024 * 16) = 11585.2; the comment's table says 11584.
    assert init_per_zone_pages_min([Zone("Normal", 0, 0, 8192 * 256)]) == 11585
    assert init_per_zone_pages_min([Zone("Normal", 0, 0, 1), Zone("HighMem", 1, 1, 1 << 30)]) == 128
    assert init_per_zone_pages_min([Zone("Normal", 0, 0, 1 << 34)]) == 65536


def test_F48_the_log_says_how_many_were_swallowed():
    """The text of kernel/printk.c; the recording gives the counts."""
    recording = recordings.named("ratelimit_late_start")
    machine = scenario.build_machine(recording)
    world = scenario.ScriptedWorld(machine)
    for op in recording["ops"]:
        world.play(op)
    events = [event for op in recording["ops"] for event in op["expect"]["events"]]
    lines = [f"printk: {event[1]} messages suppressed.\n" for event in events if event[0] == "printk_suppressed"]
    assert lines and [line for line in machine.log if line.startswith("printk: ")] == lines
