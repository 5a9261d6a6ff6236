"""What re-implementers get wrong (kernel-6.12/FACTS.md), G01 to G27: entry, passes, watermark, free lists.

A test for each numbered fact, its numbers by hand. Each fails when the line behind the fact is changed: changes.json
has the changes that were tried.
"""

from buddylab.modern import gfp, mm
from buddylab.modern.environment import Task
from buddylab.modern.freelist import current_gfp_context
from buddylab.modern.setup import page_group_by_mobility_disabled
from buddylab.modern.zone import Zone, zone_watermark_fast, zone_watermark_ok
from modern.machines import (
    ATOMIC,
    FULL,
    HIGHMEM,
    KERNEL,
    MOVABLE,
    NORETRY,
    NOWAIT,
    NOWARN,
    RECLAIMABLE,
    USER_MOVABLE,
    WRITE,
    E,
    H,
    M,
    U,
    ask,
    bare,
    do,
    flags,
    free_list,
    named,
    names,
    take,
    world,
    zone,
)

# Entry


def test_G01_order_11_and_what_a_task_may_not_ask_for():
    w = world(zone())
    assert ask(w, KERNEL, 11) == (None, [])
    assert ask(w, 0xFF000000 | KERNEL)[1][0][2] == KERNEL
    scoped = {
        ("PF_MEMALLOC_NOIO",): 0xC00,  # without IO 0x40 and FS 0x80
        ("PF_MEMALLOC_NOFS",): 0xC40,
        ("PF_MEMALLOC_NOIO", "PF_MEMALLOC_NOFS"): 0xC00,
        (): 0xCC0,
    }
    for scopes, left in scoped.items():
        assert current_gfp_context(KERNEL, Task(**dict.fromkeys(scopes, True))) == left
    # HIGHUSER_MOVABLE of a task that pins pages: without MOVABLE it is for zone 2, not 3, and unmovable.
    _, events = ask(w, 0x100CCA, PF_MEMALLOC_PIN=1)
    assert events[0][2:7] == [0x100CC2, 0, 0x901, 2, U]
    assert ask(w, 0x100CCA)[1][0][2:7] == [0x100CCA, 0, 0x901, 3, M]


def test_G02_zone_of_a_mask():
    # Over MOVABLE, DMA32, HIGHMEM, DMA: nothing, HIGHMEM and MOVABLE alone are Normal; both Movable; DMA, DMA|MOVABLE
    # DMA; DMA32, DMA32|MOVABLE DMA32; all others read 0.
    wished = {0: 2, 2: 2, 8: 2, 10: 3, 1: 0, 9: 0, 4: 1, 12: 1}
    assert [gfp.gfp_zone(0xCC0 | low) for low in range(16)] == [wished.get(low, 0) for low in range(16)]


def test_G03_migratetype_and_grouping():
    w = world(zone(pages=4096))
    assert [ask(w, KERNEL | bit)[1][0][6] for bit in (0, MOVABLE, RECLAIMABLE)] == [U, M, E]
    assert [ask(world(zone(), grouping=0), KERNEL | bit)[1][0][6] for bit in (0, MOVABLE, RECLAIMABLE)] == [U, U, U]
    # 512 * 4 types = 2048 pages.
    for managed, disabled in ((2047, True), (2048, False)):
        assert page_group_by_mobility_disabled([Zone("DMA", 0, 47), Zone("Normal", 64, managed - 47)]) is disabled
    node = world(zone(), grouping=0).machine.node
    for written, found in ((M, U), (E, U), (U, U), (H, H)):
        node.set_pageblock_migratetype(512, 9, written)
        assert node.pageblock_types[1] == found


def test_G04_the_zone_list():
    w = world(zone("DMA", pages=512), zone("DMA32", 1024, 512), zone("Movable", 4096, 512))
    assert [[z.name for z in zones] for zones in w.machine.zonelists] == [
        ["DMA"],
        ["DMA32", "DMA"],
        ["DMA32", "DMA"],
        ["Movable", "DMA32", "DMA"],
    ]
    # No populated zone up to DMA32: nothing is found, nothing is woken, nothing reclaimed.
    w = world(zone("Normal"), jiffies=0)
    result, events = ask(w, KERNEL | 0x4)
    assert result is None
    assert names(events)[:4] == ["get_page_from_freelist", "__alloc_pages_slowpath", "gfp_to_alloc_flags", "warn_alloc"]


FAULT = {"ignore_gfp_reclaim": 0, "ignore_gfp_highmem": 0, "min_order": 0, "probability": 100, "interval": 1}
FAULT |= {"times": -1, "space": 0, "task_filter": 0}


def refused(masks, **fault):
    """Which of these (mask, order, context) requests fault injection refuses; and the world."""
    w = world(zone(), fault=FAULT | fault)
    return [
        named(ask(w, mask, order, **context)[1], "should_fail_alloc_page")[0][3] for mask, order, context in masks
    ], w


def test_G05_fault_injection():
    w = world(zone(), fault=FAULT)
    assert ask(w, KERNEL) == (None, [[0, "should_fail_alloc_page", KERNEL, 0, "=", 1, -1, 0, 0]])
    plain = (ATOMIC, 0, {})
    assert refused([(ATOMIC, 1, {}), (ATOMIC, 2, {})], min_order=2)[0] == [0, 1]
    assert refused([(ATOMIC | 0x8000, 0, {})])[0] == [0]
    assert refused([plain, (ATOMIC | HIGHMEM, 0, {})], ignore_gfp_highmem=1)[0] == [1, 0]
    # KSWAPD_RECLAIM alone does not count as reclaim.
    assert refused([plain, (0x420, 0, {})], ignore_gfp_reclaim=1)[0] == [1, 0]
    marked = (ATOMIC, 0, {"make_it_fail": 1})
    soft, hard = (ATOMIC, 0, marked[2] | {"in_softirq": 1}), (ATOMIC, 0, marked[2] | {"in_interrupt": 1})
    assert refused([plain, marked, soft, hard], task_filter=1)[0] == [0, 1, 0, 0]
    assert refused([plain] * 3, times=2)[0] == [1, 1, 0]
    # HANDCHECKS 26: 13 - 1 - 2 - 4 - 1 - 2 = 3, as long as it is larger than the request.
    answers, w = refused([(ATOMIC, order, {}) for order in (0, 1, 2, 0, 1, 2)], space=13)
    assert answers == [0, 0, 0, 0, 0, 1] and w.machine.fail_page_alloc.attr.space == 3
    # The count rises by 1 and is never reset: the 2nd, 4th, 6th go on.
    answers, w = refused([plain] * 6, interval=2)
    assert answers == [0, 1, 0, 1, 0, 1] and w.machine.fail_page_alloc.attr.count == 6
    # Probability 0 comes before everything that counts.
    answers, w = refused([plain] * 2, interval=2, probability=0, space=5)
    attr = w.machine.fail_page_alloc.attr
    assert (answers, attr.count, attr.space) == ([0, 0], 0, 5)
    for dice, answer in ((49, 1), (50, 0)):
        w = world(zone(), fault=FAULT | {"probability": 50})
        events = ask(w, ATOMIC, script={"get_random_u32_below": [dice]})[1]
        assert named(events, "should_fail_alloc_page")[0][3] == answer


def test_G06_flags_of_the_first_pass():
    # LOW 1, KSWAPD 0x800, NOFRAGMENT 0x100 where the first zone of the list is Normal.
    w = world(zone("DMA32", pages=1024), zone("Normal", 1024), zone("Movable", 4096))
    assert [ask(w, mask)[1][0][4] for mask in (KERNEL, KERNEL & ~0x800, KERNEL | 0x4, 0xCCA, ATOMIC, NOWAIT)] == [
        0x901,
        0x101,
        0x801,
        0x801,
        0x901,
        0x901,
    ]


# get_page_from_freelist


def marks_of(events):
    """(zone, mark, result) of every test of a pass."""
    return [(row[0], row[2], row[-1]) for row in named(events, "zone_watermark_fast")]


def test_G07_the_high_mark_first_until_the_zone_is_known_to_be_below_it():
    w = world(zone(pages=64, marks=(8, 16, 60, 70), pcp=(2, 10, 10, 10)))
    # Refills of 2 and 4: 64 > 60, 62 > 60, 62 > 60; then 58 is not.
    assert [marks_of(ask(w, USER_MOVABLE)[1]) for _ in range(3)] == [[("Normal", 60, 1)]] * 3
    assert marks_of(ask(w, USER_MOVABLE)[1]) == [("Normal", 60, 0), ("Normal", 16, 1)]
    assert marks_of(ask(w, USER_MOVABLE)[1]) == [("Normal", 16, 1)]
    z = w.machine.zones[0]
    assert z.flags == mm.ZONE_BELOW_HIGH
    # Five pages are in use. Draining does not clear it, nor a flush at 60; one above 60 does.
    do(w, "drain")
    assert z.flags == mm.ZONE_BELOW_HIGH and z.nr_free_pages == 59
    z.pcp.high = z.pcp.high_min = z.pcp.high_max = 1  # below the batch: one page leaves with every free
    events = [named(do(w, "free", id=pfn), "__zone_watermark_ok") for pfn in sorted(w.live)[:3]]
    # Order 0, the high mark, zone index 3, no flags.
    assert events == [[["Normal", 0, 60, 3, 0, 60, "=", 0]], [["Normal", 0, 60, 3, 0, 61, "=", 1]], []]
    assert z.flags == 0


def test_G07_the_test_comes_after_a_flush_that_freed_nothing():
    # high = batch: clamp(2, 2, 0) asks the upper bound first: 0 pages leave, and the mark is asked all the same.
    held = [(number, number, 0, 0) for number in range(2)]
    w = world(zone(pages=64, marks=(0, 0, 60, 60), lists={}, pcp=(2, 2, 2, 2), flags=4), held=held)
    do(w, "free", id=0)
    events = do(w, "free", id=1)
    assert named(events, "nr_pcp_free") == [[2, 2, 0, "=", 0]] and named(events, "__free_one_page") == []
    assert len(named(events, "__zone_watermark_ok")) == 1


def test_G08_no_watermarks_takes_what_a_mark_refuses():
    w = world(zone(pages=64, marks=FULL))
    result, events = ask(w, KERNEL | 0x20000)  # __GFP_MEMALLOC
    assert result is not None
    assert flags(events)[-1] & mm.ALLOC_NO_WATERMARKS
    assert marks_of(events)[-1] == ("Normal", 1000, 0)


def fragmented():
    """Normal has reclaimable blocks of order 3 only, DMA32 unmovable pages."""
    normal = zone("Normal", 1024, 1024, lists={"3E": [1024, 1040]}, blocks="EU")
    return normal, zone("DMA32", 0, 1024, lists={"0U": [7, 9]}, blocks="UU")


def test_G09_taking_may_fail_although_the_mark_passed():
    w = world(*fragmented())
    result, events = ask(w, KERNEL)
    # Unmovable wanted, types kept apart: Normal passes and gives nothing, DMA32 gives.
    assert result == 7
    assert marks_of(events) == [("Normal", 0, 1), ("DMA32", 0, 1)]
    assert flags(events) == [0x901]


def test_G10_the_second_scan_without_nofragment():
    w = world(fragmented()[0], boost_factor=0)
    result, events = ask(w, KERNEL)
    # One pass, two scans: the second may steal; free 16 + alike 0 < 256: no claim, the head of the order-3 list.
    assert result == 1024
    assert len(flags(events)) == 1 and len(marks_of(events)) == 2
    assert named(events, "__rmqueue_steal")[0][:3] == ["Normal", 0, U]


def test_G11_the_dirty_limit_is_asked_once_in_the_fast_path():
    w = world(zone("DMA", pages=512), zone("Normal", 1024))
    result, events = ask(w, KERNEL | WRITE, script={"node_dirty_ok": [0]})
    # Both zones are skipped in both scans of the fast path; the slow path does not ask.
    assert result is not None
    assert named(events, "node_dirty_ok") == [["=", 0]]
    assert len(flags(events)) == 2 and [event[1] for event in events[1:3]] == [
        "node_dirty_ok",
        "__alloc_pages_slowpath",
    ]
    assert len(named(ask(w, KERNEL | WRITE)[1], "node_dirty_ok")) == 1
    assert named(ask(w, KERNEL)[1], "node_dirty_ok") == []


def test_G12_a_high_atomic_success_reserves():
    # Low mark 70, min 0: the second pass, with the rights, serves it from the block at 0.
    w = world(zone(pages=64, marks=(0, 70, 70, 70)))
    result, events = ask(w, ATOMIC, 1)
    assert result == 0 and flags(events)[-1] & mm.ALLOC_HIGHATOMIC
    assert [event[2:] for event in events if event[1] == "reserve_highatomic_pageblock"] == [[0, 1, "Normal"]]
    assert not named(ask(w, ATOMIC, 0)[1], "reserve_highatomic_pageblock")


# Watermark

OOM, NON_BLOCK, MIN_RESERVE, HIGHATOMIC = 0x8, 0x10, 0x20, 0x200


def ok(z, order=0, mark=0, index=2, alloc_flags=0, free=None):
    return zone_watermark_ok(z, order, mark, index, alloc_flags, free)


def test_G13_what_cannot_be_used():
    # HANDCHECKS 3: 56 free, 25 of them high-atomic, min 30: 31 > 30; 55 - 25 = 30 is not.
    z = bare({(0, M): 31, (0, H): 25})
    assert ok(z, mark=30)
    assert not ok(bare({(0, M): 30, (0, H): 25}), mark=30)
    # Any of the four rights counts them in: 55 > 30 - 15, 55 > 30 (NON_BLOCK alone lowers nothing).
    for right in (OOM, NON_BLOCK, MIN_RESERVE, HIGHATOMIC):
        assert ok(bare({(0, M): 30, (0, H): 25}), mark=30, alloc_flags=right)
    # 2^3 - 1 = 7 of 68: 61 > 60; of 67: 60.
    assert ok(bare({(3, M): 8, (2, M): 1}), order=3, mark=60)
    assert not ok(bare({(3, M): 8, (0, M): 3}), order=3, mark=60)
    # Reserved blocks that are in use count nothing: only free pages on H lists do.
    z.nr_reserved_highatomic = 512
    assert ok(z, mark=30)


def test_G14_halves_and_quarters():
    pages = {38: (True, True), 37: (True, True), 36: (False, False)}
    # HANDCHECKS 1: 93 - 46 = 47, 47 - 11 = 36. (The quarter first would be 93 - 23 = 70, 70 - 35 = 35.)
    for count, (both, _) in pages.items():
        assert ok(bare({(0, M): count}), mark=93, alloc_flags=MIN_RESERVE | NON_BLOCK) is both
    # HANDCHECKS 2: 40 - 20 = 20.
    assert ok(bare({(0, M): 21}), mark=40, alloc_flags=OOM) and not ok(bare({(0, M): 20}), mark=40, alloc_flags=OOM)
    # Half of 93 is 47, after that OOM takes 23 off: 24.
    assert ok(bare({(0, M): 25}), mark=93, alloc_flags=MIN_RESERVE | OOM)
    assert not ok(bare({(0, M): 24}), mark=93, alloc_flags=MIN_RESERVE | OOM)


def test_G15_non_block_alone_lowers_nothing():
    assert not ok(bare({(0, M): 40}), mark=40, alloc_flags=NON_BLOCK)
    assert ok(bare({(0, M): 41}), mark=40, alloc_flags=NON_BLOCK)


def test_G16_the_reserve_of_the_masks_class():
    reserve = (0, 0, 30, 50)
    # HANDCHECKS 4: 90 > 12 + 30; equality refuses; class 3 keeps 50.
    assert ok(bare({(0, M): 43}, reserve), mark=12)
    assert not ok(bare({(0, M): 42}, reserve), mark=12)
    assert not ok(bare({(0, M): 62}, reserve), mark=12, index=3) and ok(bare({(0, M): 63}, reserve), mark=12, index=3)
    # Less than nothing: 3 - 31 = -28.
    assert not ok(bare({(0, M): 1, (1, M): 1}), order=5)
    # The index is the mask's, also where no zone of that type is populated.
    w = world(zone("DMA32", pages=1024, marks=(0, 0, 0, 0), reserve=(0, 0, 30, 50)))
    assert named(ask(w, 0x100CCA)[1], "zone_watermark_fast")[0][3] == 3


def test_G17_one_block_is_enough():
    # HANDCHECKS 5, in small: many small pages and one block of order 4. (2.6.21 refused.)
    assert ok(bare({(0, M): 100, (4, E): 1}), order=4, mark=20)
    assert not ok(bare({(0, M): 100, (3, M): 2}), order=4, mark=20)
    high = {(0, M): 100, (4, H): 1}
    assert not ok(bare(high), order=4, mark=20) and not ok(bare(high), order=4, mark=20, alloc_flags=MIN_RESERVE)
    assert ok(bare(high), order=4, mark=20, alloc_flags=HIGHATOMIC) and ok(bare(high), 4, 20, alloc_flags=OOM)
    # Order 0 asks for no block.
    assert ok(bare({}), mark=5, free=6)


def fast(z, order, mark, alloc_flags=0):
    """(result, the full tests that were made) of the test of a pass."""
    z.trace = []
    result = zone_watermark_fast(z, order, mark, 2, alloc_flags, KERNEL)
    return result, [event[3] for event in z.trace if event[0] == "__zone_watermark_ok"]


def test_G18_the_short_cut_of_order_0():
    assert fast(bare({(0, M): 21}), 0, 20) == (True, [])
    assert fast(bare({(0, M): 20}), 0, 20) == (False, [20])
    # It gives no rights, so that the full test has to serve those: 20 > 20 - 10.
    assert fast(bare({(0, M): 20}), 0, 20, MIN_RESERVE) == (True, [20])
    # Free high-atomic pages are taken off here, too, unless there are rights.
    assert fast(bare({(0, M): 20, (0, H): 9}), 0, 20) == (False, [20])
    assert fast(bare({(0, M): 20, (0, H): 9}), 0, 20, NON_BLOCK) == (True, [])
    assert fast(bare({(1, M): 40}), 1, 20) == (True, [20])


def test_G19_once_more_without_boost():
    # HANDCHECKS 6: min 30, boost 300, 74 free: 330 - 165 = 165, - 41 = 124: no; 30 - 15 = 15, - 3 = 12: yes.
    z = bare({(0, M): 74})
    z.watermark, z.watermark_boost = [30, 60, 90, 120], 300
    rights = MIN_RESERVE | NON_BLOCK
    assert fast(z, 0, 330, rights) == (True, [330, 30])
    # This holds even when the mark just tested was high, as long as the flags say min.
    assert fast(z, 0, 390, rights) == (True, [390, 30])
    assert fast(z, 0, 360, rights | mm.WMARK_LOW) == (False, [360])
    assert fast(z, 0, 330, NON_BLOCK) == (False, [330])
    assert fast(z, 1, 330, rights) == (False, [330])
    z.watermark_boost = 0
    assert fast(z, 0, 330, rights) == (False, [330])


def test_G20_per_cpu_blocks_are_not_free():
    # The only block of order 3 lies on the per-cpu list 3 * 3 + 0; without a free block the mark refuses.
    w = world(zone(pages=1024, lists={"0U": [64, 66]}, blocks="UU", pcp_lists={"9": [8]}, pcp=(1, 8, 8, 8)))
    result, events = ask(w, KERNEL | NORETRY | NOWARN, 3)
    assert result is None and all(row[-1] == 0 for row in named(events, "zone_watermark_fast"))
    assert w.machine.zones[0].nr_free_pages == 2
    # Eight pages at hand do not help a mark of 5 either: 2 <= 5.
    w = world(zone(marks=(5, 5, 5, 5), lists={"0U": [64, 66]}, blocks="UU", pcp_lists={"9": [8]}))
    assert ask(w, KERNEL | NORETRY | NOWARN)[0] is None


# Free lists


def test_G21_a_block_is_taken_off_the_list_it_is_on():
    # Grouping off: the pageblock says movable, its blocks lie on U; freeing 0 (movable by its pageblock) merges all.
    w = world(zone(lists={"0U": [1], "1U": [2]}, blocks="MM"), held=[(5, 0, 0, 0)], grouping=0)
    do(w, "free", id=5)
    assert free_list(w, 2, M) == [0]
    assert free_list(w, 0, U) == free_list(w, 1, U) == []
    # Taken over by another type from list M, though its pageblock says U.
    w = world(zone(lists={"4M": [0]}, blocks="UM"), grouping=0, boost_factor=0)
    assert take(w, 1) == [0] and free_list(w, 4, M) == []


def test_G22_the_low_half_stays_the_upper_halves_head_their_lists():
    # HANDCHECKS 20.
    w = world(zone(pages=1024), zone("Movable", 1024, 1024))
    given = [ask(w, USER_MOVABLE, order)[0] for order in (0, 0, 0, 1, 2, 0, 4, 0, 6, 5)]
    assert given == [0, 1, 2, 4, 8, 3, 16, 6, 64, 32]
    w = world(zone(lists={"2M": [16, 8], "0M": [64]}))
    assert take(w, 2, USER_MOVABLE, 1) == [16, 18]
    assert take(w, 1, USER_MOVABLE, 1) == [8] and free_list(w, 1, M) == [10]
    # A block that changes its type goes to the tail: 16 + 16 + 7 * 32 = 256 free, behind 1024.
    w = world(
        zone(
            pages=2048,
            lists={"3E": [0, 8], "4E": [64], "5E": [256, 320, 384, 448, 128, 192, 32], "3U": [1024]},
            blocks="EUU",
        ),
        boost_factor=0,
    )
    assert ask(w, KERNEL, 5)[0] is not None
    assert free_list(w, 3, U) == [1024, 0, 8]


def test_G23_merging():
    w = world(zone(pages=2048, lists={"9M": [512], "9H": [1024]}, blocks="UMHM"), held=[(5, 0, 9, 0), (6, 1536, 9, 0)])
    z = w.machine.zones[0]
    z.pcp.high = z.pcp.high_min = z.pcp.high_max = 0
    # 0 (U) and 512 (M): they merge at order 9, and the buddy's pageblock takes the type of what is being freed.
    assert named(do(w, "free", id=5), "__free_one_page") == [[0, "Normal", 9, U, 0, "=", 0, 10, 0]]
    assert free_list(w, 10, U) == [0] and z.pageblock_types[1] == U
    # 1536 (M) and 1024 (H): one is high-atomic, so they stay apart.
    assert named(do(w, "free", id=6), "__free_one_page") == [[1536, "Normal", 9, M, 0, "=", 1536, 9, 0]]
    # The buddy of 5 is 4, and one of another order is no buddy.
    w = world(zone(lists={"1M": [6], "0M": [4]}), held=[(5, 5, 0, 0)])
    do(w, "free", id=5)
    assert free_list(w, 2, M) == [4]
    # Nothing merges beyond order 10.
    w = world(zone(pages=2048, lists={"10M": [1024]}), held=[(5, 0, 10, 0)])
    do(w, "free", id=5)
    assert free_list(w, 10, M) == [0, 1024]


def test_G24_where_a_freed_block_goes():
    # HANDCHECKS 21: order-2 blocks. 8 freed: doubled 8..15, its buddy 0..7 is not free: head. 16 merges with 20.
    # 24 freed: doubled 24..31, its buddy 16..23 is a free order-3 block: tail.
    w = world(zone(lists={"2M": [20, 100]}), held=[(1, 8, 2, 0), (2, 16, 2, 0), (3, 24, 2, 0)])
    z = w.machine.zones[0]
    ends = [named(do(w, "free", id=key), "__free_one_page")[0][-3:] for key in (1, 2, 3)]
    assert ends == [[8, 2, 0], [16, 3, 0], [24, 2, 1]]
    assert free_list(w, 2, M) == [8, 100, 24]
    # Order 9 does not look: its doubled block's buddy would be order 10. 0 is in use, 1024 a free order-10 block.
    w = world(zone(pages=4096, lists={"10M": [1024], "9M": [2048]}), held=[(1, 0, 9, 0)])
    z = w.machine.zones[0]
    z.pcp.high = z.pcp.high_min = z.pcp.high_max = 0
    assert named(do(w, "free", id=1), "__free_one_page")[0][-3:] == [0, 9, 0] and free_list(w, 9, M) == [0, 2048]


def test_G24_the_doubled_blocks_first_frame_names_the_zone_that_is_asked():
    def freed(*zones):
        w = world(*zones, held=[(1, 1031, 0, 0)])
        return named(do(w, "free", id=1), "__free_one_page")[0][-1]

    # 1031 is freed; the doubled block begins at 1030, whose buddy one order up is 1030 ^ 2 = 1028.
    # 1030 lies in Normal, too: Normal is asked, and 1028 is free there.
    assert freed(zone("Normal", 1024, 64, lists={"0M": [1050], "1M": [1028]})) == 1
    # Normal begins at 1031, 1028 is free in DMA32. 1030 lies in DMA32 as its last frame, or as a hole: DMA32 is asked.
    normal = zone("Normal", 1031, 57, lists={"0M": [1050]})
    assert freed(zone("DMA32", 1024, 7, lists={"1M": [1028]}), normal) == 1
    assert freed(zone("DMA32", 1024, 7, lists={"1M": [1028]}, holes=[(1030, 1)]), normal) == 1
    # 1030 lies in no zone: that counts as DMA, which has 1028, or is another zone's, or is not there.
    assert freed(zone("DMA", 1024, 6, lists={"1M": [1028]}), normal) == 1
    assert freed(zone("DMA32", 1024, 6, lists={"1M": [1028]}), normal) == 0


def test_G25_a_block_of_order_10_comes_back_in_two_pieces():
    w = world(zone(pages=2048, lists={}, blocks="HMMM"), held=[(1, 0, 10, 0)])
    events = do(w, "free", id=1)
    # Each with its own pageblock's type; H and M do not merge.
    assert [row[:4] for row in named(events, "__free_one_page")] == [[0, "Normal", 9, H], [512, "Normal", 9, M]]
    assert free_list(w, 9, H) == [0] and free_list(w, 9, M) == [512]
    assert w.machine.zones[0].nr_free_highatomic == 512


def test_G26_boot_puts_the_lowest_block_at_the_head():
    w = world(zone(pages=3072))
    assert free_list(w, 10, M) == [0, 1024, 2048]
    assert take(w, 2, USER_MOVABLE, 10) == [0, 1024]
    # Pieces: a hole of 3 at 64: 67 (1), 68 (4), 72 (8), 80 (16), 96 (32), 128 (128).
    w = world(zone(pages=256, holes=[(64, 3)]))
    assert [free_list(w, order, M) for order in range(8)] == [[67], [], [68], [72], [80], [96], [0], [128]]
    w = world(zone(pages=4096, holes=[(1024, 1024)]))
    assert take(w, 3, USER_MOVABLE, 10) == [0, 2048, 3072]
    # With types of their own, too: the tail, upwards.
    w = world(zone(pages=3072, blocks="MMUUMM"))
    assert free_list(w, 10, M) == [0, 2048] and free_list(w, 10, U) == [1024]


def capture(request, freed, blocks="MM", zone_name="Normal", **context):
    """The outcome of a first compaction that frees a held block (pfn, order) while it captures for a request."""
    pfn, order = freed
    w = world(
        zone("DMA", 0, 1024, marks=FULL, lists={"0U": [1023]}, blocks="UU"),
        zone("Normal", 1024, 1024, marks=FULL, lists={"0U": [2046]}, blocks=blocks),
        held=[(5, pfn, order, 0)],
    )
    script = {"try_to_compact_pages": [{"value": 5, "free": [5], "capture": zone_name}]}
    result, events = ask(w, *request, script=script, **context)
    return result, named(events, "try_to_compact_pages")[0][-2:], w.machine.zone("Normal").nr_free_pages


def test_G27_capture():
    asked = (KERNEL | NORETRY | NOWARN, 4)
    # Without any mark (FULL): the order is right, the zone, the type: kept, out of the free count, the result 8.
    assert capture(asked, (1024, 4), "UU") == (1024, [8, 1024], 1)
    # Of another order or zone: not. It is freed, the result is the entry's.
    assert capture(asked, (1024, 5), "UU")[1] == [5, -1]
    assert capture(asked, (1024, 4), "UU", "DMA")[1] == [5, -1]
    # A movable pageblock below order 9 is not for an unmovable request; a whole pageblock is.
    assert capture(asked, (1024, 4), "MM")[1] == [5, -1]
    assert capture((KERNEL | MOVABLE | NORETRY | NOWARN, 4), (1024, 4), "MM")[1] == [8, 1024]
    assert capture((KERNEL | NORETRY | NOWARN, 9), (1024, 9), "MM")[1] == [8, 1024]
    # Not for a kernel thread; and a block that reaches the order by merging counts.
    assert capture(asked, (1024, 4), "UU", PF_KTHREAD=1)[1] == [5, -1]
    w = world(zone(pages=1024, marks=FULL, lists={"3U": [8]}, blocks="UU"), held=[(5, 0, 3, 0)])
    script = {"try_to_compact_pages": [{"value": 5, "free": [5], "capture": "Normal"}]}
    result, events = ask(w, *asked, script=script)
    assert result == 0 and named(events, "__free_one_page")[0][-3:] == [-1, -1, 0]
    assert w.machine.zones[0].nr_free_pages == 0
