"""What re-implementers get wrong (kernel-6.12/FACTS.md), G28 to G50: per-cpu lists, fallback, boost, reserve.

A test for each numbered fact, its numbers by hand. Each fails when the line behind the fact is changed: changes.json
has the changes that were tried.
"""

from buddylab.modern.fallback import boost_watermark, reserve_highatomic_pageblock, unreserve_highatomic
from buddylab.modern.pcp import clamp, nr_pcp_alloc, nr_pcp_free, nr_pcp_high
from buddylab.modern.zone import Zone
from modern.machines import (
    ATOMIC,
    FULL,
    KERNEL,
    NORETRY,
    NOWAIT,
    NOWARN,
    RECLAIMABLE,
    USER_MOVABLE,
    E,
    H,
    M,
    U,
    ask,
    do,
    free_list,
    named,
    names,
    pcp,
    take,
    world,
    zone,
)

BELOW_HIGH, RECLAIM_ACTIVE, BOOSTED = 4, 2, 1


def lists_of(batch=1, high=0, high_min=0, high_max=0, zone_flags=0, **figures):
    """A zone whose per-cpu lists have these figures."""
    z = Zone("Normal", 0, 4096)
    z.flags = zone_flags
    p = z.pcp
    p.batch, p.high, p.high_min, p.high_max = batch, high, high_min, high_max
    for name, value in figures.items():
        setattr(p, name, value)
    return z


# Per-cpu lists


def test_G28_which_orders_and_lists():
    w = world(zone(pages=4096, blocks="MMEEUUHH"), held=[(order, order << 5, order, 0) for order in range(5)][:0])
    used = [order for order in range(11) if "rmqueue_pcplist" in names(ask(w, USER_MOVABLE, order)[1])]
    assert used == [0, 1, 2, 3, 9]
    # 3 * order + type; of order 9 list 13 for movable, 12 for unmovable and reclaimable. An H block's go to M.
    held = [(1, 0, 2, 0), (2, 512, 2, 0), (3, 1024, 2, 0), (4, 1536, 2, 0)]
    held += [(5, 2048, 9, 0), (6, 2560, 9, 0), (7, 3072, 9, 0), (8, 3584, 9, 0)]
    w = world(zone(pages=4096, lists={}, blocks="UMEHUMEH", pcp=(64, 9000, 9000, 9000)), held=held)
    for key in range(1, 9):
        do(w, "free", id=key)
    assert [pcp(w, number) for number in (6, 7, 8)] == [[0], [1536, 512], [1024]]
    assert [pcp(w, number) for number in (12, 13)] == [[3072, 2048], [3584, 2560]]


def test_G29_refill_at_the_tail_take_from_the_head():
    w = world(zone(pages=64, pcp=(4, 16, 16, 16), pcp_lists={"1": [60]}, lists={"5M": [0]}))
    w.machine.zones[0].pcp.free_count = 9
    # 9 >> 1 = 4 first; a list that has something is not refilled.
    assert take(w, 1, USER_MOVABLE) == [60] and w.machine.zones[0].pcp.free_count == 4
    assert take(w, 1, USER_MOVABLE) == [0] and pcp(w, 1) == [1, 2, 3]
    # Nothing to be had for unmovable in the first scan (types kept apart): refill and free lists fail, claimed once
    # each; the second scan steals.
    w = world(zone(lists={"3E": [0]}, blocks="EE"), boost_factor=0)
    _, events = ask(w, KERNEL)
    assert [len(named(events, name)) for name in ("__rmqueue_claim", "rmqueue_buddy")] == [3, 1]
    assert named(events, "rmqueue_pcplist") == [["Normal", 0, U, 0x901, "=", -1], ["Normal", 0, U, 0x801, "=", 0]]


def test_G30_nr_pcp_alloc():
    # HANDCHECKS 7: batch 2, high 200: 2, 4, 8, 16, 32; the factor up to 5.
    z = lists_of(batch=2, high=200, high_min=200, high_max=200)
    assert [nr_pcp_alloc(z, 0) for _ in range(6)] == [2, 4, 8, 16, 32, 64]
    assert z.pcp.alloc_factor == 5
    # HANDCHECKS 8: batch 7, high 30 to 130: 37, 51, 79, min(135, 130).
    z = lists_of(batch=7, high=30, high_min=30, high_max=130)
    grown = [(nr_pcp_alloc(z, 0), z.pcp.high) for _ in range(4)]
    assert grown == [(7, 37), (14, 51), (28, 79), (56, 130)]
    # BELOW_HIGH: high stays.
    z = lists_of(batch=7, high=30, high_min=30, high_max=130, zone_flags=BELOW_HIGH)
    assert (nr_pcp_alloc(z, 0), z.pcp.high) == (7, 30)
    # HANDCHECKS 9: batch 15: 15 >> 1 = 7, 3, 1 but at least 2. Order 1 leaves the factor alone.
    z = lists_of(batch=15, high=100, high_min=100, high_max=100)
    assert [nr_pcp_alloc(z, order) for order in (1, 2, 3)] == [7, 3, 2] and z.pcp.alloc_factor == 0
    z.pcp.alloc_factor = 2
    assert nr_pcp_alloc(z, 1) == 7
    # high < batch: 1. Room: 20 - 12 - 4 = 4 is most; 4 << 2 = 16 is more: the factor stays.
    assert nr_pcp_alloc(lists_of(batch=4, high=3, high_min=3, high_max=3), 0) == 1
    z = lists_of(batch=4, high=20, high_min=20, high_max=20, count=12, alloc_factor=2)
    assert nr_pcp_alloc(z, 0) == 4 and z.pcp.alloc_factor == 2
    # A single one stays one: batch 1, order 3.
    assert nr_pcp_alloc(lists_of(batch=1, high=20, high_min=20, high_max=20), 3) == 1
    assert lists_of(high=3).pcp.high == 3 and nr_pcp_alloc(lists_of(high_min=2, high_max=2, batch=2), 0) == 2


def test_G31_freeing():
    held = [(n, n, 0, 0) for n in range(5)] + [(10, 16, 1, 0), (11, 20, 1, 0), (12, 24, 1, 0)]
    w = world(zone(pages=1024, lists={}, pcp=(5, 100, 100, 100)), held=held)
    p = w.machine.zones[0].pcp
    p.alloc_factor = 5
    for key in range(5):
        do(w, "free", id=key)
    # The newest at the head; 5 >> 5 = 0; one page each.
    assert pcp(w, 1) == [4, 3, 2, 1, 0] and (p.alloc_factor, p.count, p.free_count, p.flags) == (0, 5, 5, 0)
    # HANDCHECKS 12: the first order-1 free is not of a series; the second is: 5 + 2 >= 5, all nine leave.
    assert named(do(w, "free", id=10), "nr_pcp_high") == [["Normal", 5, 0, "=", 100, 100]]
    assert (p.flags, p.free_count, p.count) == (1, 7, 7)
    events = do(w, "free", id=11)
    assert named(events, "nr_pcp_high") == [["Normal", 5, 1, "=", 0, 100]]
    assert named(events, "nr_pcp_free") == [[5, 0, 1, "=", 9]] and p.count == 0
    # An order-0 free clears the flag.
    w.live[20] = (0, 0)
    w.machine.owner[0] = 2 << 5
    do(w, "free", id=20)
    assert p.flags == 0
    # free_count is not raised any more at 32 batches.
    p.free_count = 160
    w.live[21], w.machine.owner[1] = (1, 0), 2 << 5
    do(w, "free", id=21)
    assert p.free_count == 160


def test_G31_free_high_batch_waits_for_a_batch():
    held = [(number, 4 * number, 1, 0) for number in range(4)]
    w = world(zone(pages=1024, lists={}, pcp=(8, 100, 100, 100)), held=held)
    p, seen = w.machine.zones[0].pcp, []
    for key in range(4):
        p.free_count, p.flags = 8, 3
        seen.append(named(do(w, "free", id=key), "nr_pcp_high")[0][2])
    # 2, 4, 6 pages are fewer than the batch of 8.
    assert seen == [0, 0, 0, 1]


def test_G32_nr_pcp_high():
    def after(free_high=False, **figures):
        z = lists_of(**figures)
        return nr_pcp_high(z, free_high), z.pcp.high

    assert after() == (0, 0)
    # free_high: 0, and pcp->high 100 - 32 * 2 = 36.
    assert after(True, batch=2, high=100, high_min=10, high_max=100) == (0, 36)
    assert after(True, batch=4, high=100, high_min=10, high_max=100) == (0, 10)
    # HANDCHECKS 11: batch 4: 100 - 21 = 79, min(16, 79); 79 - 22 = 57; ...; 34 - 24 = 10: 10.
    assert after(batch=4, high=100, high_min=10, high_max=100, free_count=21, zone_flags=RECLAIM_ACTIVE) == (16, 79)
    assert after(batch=4, high=34, high_min=10, high_max=100, free_count=24, zone_flags=RECLAIM_ACTIVE) == (10, 10)
    assert after(batch=4, high=34, high_min=10, high_max=100, free_count=1, zone_flags=RECLAIM_ACTIVE) == (16, 30)
    # high_min = high_max: high, whatever the count.
    assert after(batch=4, high=9, high_min=30, high_max=30, count=90, free_count=99) == (30, 30)
    assert after(batch=4, high=30, high_min=30, high_max=30, zone_flags=BELOW_HIGH) == (30, 30)
    # BELOW_HIGH: shrinks, and the limit is what there is: 50 - 7 = 43.
    below = {"batch": 4, "high": 50, "high_min": 20, "high_max": 90, "free_count": 7, "zone_flags": BELOW_HIGH}
    assert after(count=33, **below) == (33, 43) and after(count=3, **below) == (20, 43)
    # Full: room for what was just freed, up to high_max; the old high is the limit.
    full = {"batch": 4, "high": 50, "high_min": 20, "high_max": 90}
    assert after(count=50, free_count=60, **full) == (50, 64)
    assert after(count=50, free_count=99, **full) == (50, 90)
    assert after(count=50, free_count=46, **full) == (50, 50) and after(count=49, free_count=60, **full) == (50, 50)


def test_G33_nr_pcp_free():
    # HANDCHECKS 10: clamp(10, 4, 10 - 4) = 6; clamp(20, 4, 16) = 16.
    assert nr_pcp_free(lists_of(batch=4, free_count=10), 10, False) == 6
    assert nr_pcp_free(lists_of(batch=4, free_count=20), 20, False) == 16
    assert nr_pcp_free(lists_of(batch=4, free_count=2), 20, False) == 4
    assert nr_pcp_free(lists_of(batch=4), 3, False) == 1
    # free_high: all, 32 batches at most.
    assert nr_pcp_free(lists_of(batch=5, count=9), 0, True) == 9
    assert nr_pcp_free(lists_of(batch=2, count=99), 0, True) == 64


def test_G34_where_the_bounds_cross():
    # HANDCHECKS 13: bounds 8 and 3: 1 is not >= 3, so 8; 3 and 10 are, so 3.
    assert [nr_pcp_free(lists_of(batch=8, free_count=count), 11, False) for count in (1, 3, 10)] == [8, 3, 3]
    # high_min 90, high_max 40: 0 -> 90 -> 40 -> 40.
    z, highs = lists_of(batch=2, high_min=90, high_max=40), []
    for _ in range(3):
        nr_pcp_high(z, False)
        highs.append(z.pcp.high)
    assert highs == [90, 40, 40]
    z = lists_of(batch=2, high_min=90, high_max=40, zone_flags=BELOW_HIGH)
    nr_pcp_alloc(z, 0)
    assert z.pcp.high == 90
    assert [clamp(n, 3, 8) for n in (1, 3, 5, 8, 9)] == [3, 3, 5, 8, 8]
    # high = batch: clamp(5, 4, 0) = 0: a full list frees nothing.
    assert nr_pcp_free(lists_of(batch=4, free_count=5), 4, False) == 0


def test_G35_a_flush_goes_round_from_the_list_that_was_freed_to():
    lists = {"0": [1], "4": [8, 12], "13": [512]}
    w = world(
        zone(pages=2048, lists={}, blocks="UMUU", pcp=(2, 100, 100, 100), pcp_lists=lists), held=[(1, 1024, 2, 0)]
    )
    p = w.machine.zones[0].pcp
    assert p.count == 1 + 4 + 512
    p.high = p.high_min = p.high_max = 8
    p.free_count = 7
    # Freed to list 6: clamp(7, 2, 6) = 6 pages: its 4, then list 13 (512 at once: it may overshoot).
    events = do(w, "free", id=1)
    assert named(events, "free_pcppages_bulk") == [["Normal", 6, 6]]
    # Each with its pageblock's type of now.
    assert [row[:4] for row in named(events, "__free_one_page")] == [[1024, "Normal", 2, U], [512, "Normal", 9, M]]
    assert (pcp(w, 0), pcp(w, 4), p.count) == ([1], [8, 12], 5)
    # From the tail; 8 and 12 lie on a list for movable blocks in a pageblock that is unmovable by now.
    rows = [row[:4] for row in named(do(w, "drain"), "__free_one_page")]
    assert rows == [[1, "Normal", 0, U], [12, "Normal", 1, U], [8, "Normal", 1, U]]
    assert pcp(w, 4) == [] and p.count == 0
    w = world(zone(lists={}, pcp_lists={"1": [5, 7, 9]}))
    assert [row[0] for row in named(do(w, "drain"), "__free_one_page")] == [9, 7, 5]


def test_G36_draining():
    low, high = zone("DMA", lists={}, pcp_lists={"1": [3]}), zone("Normal", 1024, lists={}, pcp_lists={"1": [2000]})
    middle = zone("DMA32", 4096, lists={})
    w = world(high, middle, low)
    # By index, upwards; an empty list is passed over silently; no event of its own.
    assert [(event[0], event[1], event[2]) for event in do(w, "drain") if event[1] == "free_pcppages_bulk"] == [
        (0, "free_pcppages_bulk", "DMA"),
        (0, "free_pcppages_bulk", "Normal"),
    ]
    # 32 batches at a time, from list 0: 40 pages with batch 1 are 32 and 8.
    w = world(zone(lists={}, pcp_lists={"1": list(range(0, 80, 2))}))
    assert named(do(w, "drain"), "free_pcppages_bulk") == [["Normal", 32, 0], ["Normal", 8, 0]]


def test_G37_decay():
    # HANDCHECKS 14: batch 3, count 59, high 90: 79, 70, 62, 55 (4 leave), 49 (6 leave), 43.
    pages = {"1": list(range(0, 118, 2))}
    w = world(zone(lists={}, pcp=(3, 90, 12, 200), pcp_lists=pages))
    p, seen = w.machine.zones[0].pcp, []
    for _ in range(5):
        events = do(w, "decay", zone="Normal")
        seen.append((p.high, p.count, [row[1:] for row in named(events, "free_pcppages_bulk")]))
    assert seen[:3] == [(79, 59, []), (70, 59, []), (62, 59, [])]
    # 4 pages in pieces of 3, each from list 0 on.
    assert seen[3:] == [(55, 55, [[3, 0], [1, 0]]), (49, 49, [[3, 0], [3, 0]])]
    assert named(events, "decay_pcp_high") == [["Normal", "=", 1, 49]]
    # The floor: batch 1, count 90, high 100: max(90 - 32, 88, 4) = 88.
    w = world(zone(lists={}, pcp=(1, 100, 4, 200), pcp_lists={"1": list(range(0, 180, 2))}))
    do(w, "decay", zone="Normal")
    assert (w.machine.zones[0].pcp.high, w.machine.zones[0].pcp.count) == (88, 88)
    # max(count - 32 batches): 90 - 32 = 58 > 60 - 7.
    w = world(zone(lists={}, pcp=(1, 60, 4, 200), pcp_lists={"1": list(range(0, 180, 2))}))
    do(w, "decay", zone="Normal")
    assert w.machine.zones[0].pcp.high == 58
    # At high_min nothing decays, and with nothing too much there is no work left.
    w = world(zone(lists={}, pcp=(1, 4, 4, 200)))
    assert named(do(w, "decay", zone="Normal"), "decay_pcp_high") == [["Normal", "=", 0, 4]]


def test_G38_the_other_orders_are_freed_at_once():
    held = [(order, 2048 * order, order, 0) for order in (3, 4, 8, 9, 10)]
    w = world(zone(pages=1 << 15, lists={}, pcp=(1, 9999, 9999, 9999)), held=held)
    straight = [order for order in (3, 4, 8, 9, 10) if "__free_pages_ok" in names(do(w, "free", id=order))]
    assert straight == [4, 8, 10]


# Fallback


def sequence(events):
    """Where the free lists were asked, in order."""
    short = {"__rmqueue_smallest": "own", "__rmqueue_claim": "claim", "__rmqueue_steal": "steal"}
    return [short[event[1]] for event in events if event[1] in short]


def test_G39_own_lists_then_claim_then_steal():
    # Small blocks of E, and a pageblock's worth in use: nothing can be claimed for U.
    lists = {"0U": [0], "2E": [516, 524]}
    w = world(zone(lists=lists, blocks="UE", pcp=(4, 90, 90, 90)), boost_factor=0)
    ask(w, KERNEL)  # the first scan's refill of 4 gives one and, types kept apart, no more
    _, events = ask(w, KERNEL)
    # First scan: refill (own, claim), free lists (own, claim). Second scan: own, claim, steal; the refill remembers
    # that it stole and goes straight to stealing for its other pages: 8 there are, the ninth attempt finds none.
    assert sequence(events)[:4] == ["own", "claim"] * 2
    assert sequence(events)[4:] == ["own", "claim", *["steal"] * 9]
    # A claim puts it back to its own lists: a whole pageblock, then its remainders.
    w = world(zone(lists={"9E": [512]}, blocks="UE", pcp=(4, 90, 90, 90)), boost_factor=0)
    events = ask(w, KERNEL)[1]
    # (The claimed block's rest is on the own lists.)
    assert sequence(events) == ["own", "claim", "own", "own", "own"]


def test_G40_whose_blocks_are_taken():
    def order_of_choice(mask, blocks):
        letters = {f"4{letter}": [pfn] for pfn, letter in ((0, "U"), (512, "M"), (1024, "E"), (1536, "H"))}
        lists = {key: pfns for key, pfns in letters.items() if key[1] in blocks}
        w = world(zone("DMA32", 0, 2048, lists=lists, blocks="UMEH"), boost_factor=0)
        return ask(w, mask | NORETRY | NOWARN, 4)[0]

    unmovable, movable, reclaimable = KERNEL, USER_MOVABLE, KERNEL | RECLAIMABLE
    assert order_of_choice(unmovable, "MEH") == 1024 and order_of_choice(unmovable, "MH") == 512
    assert order_of_choice(movable, "UEH") == 1024 and order_of_choice(movable, "UH") == 0
    assert order_of_choice(reclaimable, "UMH") == 0 and order_of_choice(reclaimable, "MH") == 512
    assert order_of_choice(unmovable, "H") is None


def test_G41_claiming_from_the_largest_order_down():
    def tries(mask, lists, blocks="UEE", order=0, zone_name="DMA32", grouping=1):
        w = world(zone(zone_name, 0, 1536, lists=lists, blocks=blocks), boost_factor=0, grouping=grouping)
        events = ask(w, mask, order)[1]
        return [row[2] for row in named(events, "try_to_steal_block")], events

    # 5, then 3, 2: each order's head, none is claimed (too little is free). (The refill and the free lists again.)
    small = {"2E": [512], "3E": [520], "5E": [544]}
    assert tries(KERNEL, small)[0] == [5, 3, 2]
    # A movable request stops below order 4.
    assert tries(USER_MOVABLE, small)[0] == [5]
    assert tries(USER_MOVABLE, {"3E": [520], "4E": [528]})[0] == [4]
    # Down to the wanted order only.
    assert tries(KERNEL, small, order=3)[0] == [5, 3]
    # With NOFRAGMENT (the first zone is Normal) only from order 9 on, so the first scan tries none of these.
    tried, events = tries(KERNEL, small, zone_name="Normal")
    first_scan = [row[3] for row in named(events, "__rmqueue_claim")]
    assert first_scan == [0x901, 0x901, 0x801] and tried == [5, 3, 2]
    assert tries(KERNEL, small | {"9E": [1024]}, zone_name="Normal")[0] == [9]
    # Order 10 is wanted: not below it, though NOFRAGMENT says 9.
    assert tries(KERNEL | NORETRY | NOWARN, {"9E": [512]}, order=10, zone_name="Normal")[0] == []
    # With grouping off everyone asks for any size.
    assert tries(USER_MOVABLE, {"3M": [520]}, blocks="MMM", grouping=0)[0] == [3]


def test_G42_half_of_the_pageblock():
    # HANDCHECKS 15, 16: unmovable out of a movable pageblock: 64 free, 256 movable in use: 512 - 320 = 192: 256.
    held = [(pfn, pfn, 0, 1) for pfn in range(64, 321)]
    for count, done in ((256, True), (257, False)):
        w = world(zone("DMA32", lists={"6M": [0]}, blocks="MU"), held=held[:count], boost_factor=0)
        events = ask(w, KERNEL)[1]
        assert named(events, "prep_move_freepages_block")[0] == ["DMA32", 0, "=", 1, 64, count]
        assert (named(events, "__move_freepages_block") != []) is done
    # HANDCHECKS 17: a movable request counts the movable ones only: 128 + 128 = 256; without them not.
    held = [(pfn, pfn, 0, 1) for pfn in range(128, 256)]
    for lru, done in ((held, True), (held[:127], False), ([], False)):
        w = world(zone("DMA32", lists={"7U": [0]}, blocks="UU"), held=lru, boost_factor=0)
        assert (named(ask(w, USER_MOVABLE)[1], "__move_freepages_block") != []) is done
    # Unmovable out of reclaimable: nothing is alike; 256 free are needed.
    for lists, done in (({"8E": [0]}, True), ({"7E": [0], "6E": [128]}, False)):
        w = world(zone("DMA32", lists=lists, blocks="EU"), boost_factor=0)
        assert (named(ask(w, KERNEL)[1], "__move_freepages_block") != []) is done
    # With grouping off it is always claimed.
    w = world(zone("DMA32", lists={"4M": [0]}, blocks="MM"), boost_factor=0, grouping=0)
    assert named(ask(w, KERNEL)[1], "__move_freepages_block") == [["DMA32", 0, M, U, "=", 16]]


def test_G42_whole_blocks_edges_and_high_atomic_ones():
    # Order 10: taken whole, both pageblocks change, no boost; the remainders are unmovable's.
    w = world(zone("DMA32", pages=4096, marks=(0, 0, 800, 800), lists={"10M": [1024]}, blocks="M" * 8))
    assert ask(w, KERNEL)[0] == 1024
    z = w.machine.zones[0]
    assert (z.pageblock_types[2], z.pageblock_types[3], z.watermark_boost) == (U, U, 0)
    assert free_list(w, 9, U, "DMA32") == [1536]
    # Below order 9: boosted first, even if nothing comes of it; BOOSTED only with KSWAPD in the flags.
    for mask, flag in ((KERNEL, BOOSTED), (KERNEL & ~0x800, 0)):
        w = world(zone("DMA32", pages=4096, marks=(0, 0, 800, 800), lists={"4M": [0]}, blocks="M" * 8))
        events = ask(w, mask)[1]
        assert named(events, "boost_watermark")[0] == ["DMA32", "=", 1, 512]
        # G45 has cleared it: whoever had it set wakes kswapd.
        assert ("wakeup_kswapd" in names(events)) is bool(flag)
    # A pageblock that reaches over the zone's edge is not claimed, though 384 of its 384 frames here are free.
    w = world(zone("DMA32", 128, 1024, lists={"8E": [256], "7E": [128]}, blocks="EUU"), boost_factor=0)
    events = ask(w, KERNEL)[1]
    assert named(events, "prep_move_freepages_block")[0] == ["DMA32", 256, "=", 0, -1, -1]
    assert named(events, "__move_freepages_block") == []
    # Frames of a hole count as in use and not on an LRU: 64 free, 255 movable, the hole's 193 are alike.
    held = [(pfn, pfn, 0, 1) for pfn in range(64, 319)]
    w = world(zone("DMA32", lists={"6M": [0]}, blocks="MU", holes=[(319, 193)]), held=held, boost_factor=0)
    assert named(ask(w, KERNEL)[1], "__move_freepages_block") != []
    # H by the pageblock, though the list says E: no.
    w = world(zone("DMA32", lists={"8E": [0], "7E": [256]}, blocks="HU"), boost_factor=0)
    assert [row[-1] for row in named(ask(w, KERNEL)[1], "try_to_steal_block")] == [-1, -1]


def test_G43_stealing_from_the_smallest_order_up():
    # U finds E in orders 1, 2 and 5 (and too little of it to claim): order 1 first; the rest stays E's.
    w = world(zone("DMA32", 0, 1536, lists={"2E": [512], "5E": [544], "1E": [1024]}, blocks="UEE"), boost_factor=0)
    assert ask(w, KERNEL)[0] == 1024
    assert free_list(w, 0, E, "DMA32") == [1025] and w.machine.node.pageblock_types[2] == E
    # At one order the first fallback type: U's are E, then M.
    held = [(pfn, pfn, 0, 1) for pfn in range(1026, 1400)]
    w = world(zone("DMA32", 0, 1536, lists={"1M": [1024], "1E": [512]}, blocks="UEM"), held=held, boost_factor=0)
    assert ask(w, KERNEL)[0] == 512


def test_G44_boosting():
    def boosts(managed=4096, high=400, factor=15000, times=3):
        z = Zone("Normal", 0, 8192)
        z.managed_pages, z.watermark = managed, [0, 0, high, high]
        z.node.watermark_boost_factor = factor
        return [(boost_watermark(z), z.watermark_boost) for _ in range(times)]

    # HANDCHECKS 18: high 400: max(512, 600): 512, 600, 600. High 800: 512, 1024, 1200.
    assert boosts() == [(True, 512), (True, 600), (True, 600)]
    assert boosts(high=800) == [(True, 512), (True, 1024), (True, 1200)]
    # At least a pageblock: 100 * 1.5 = 150.
    assert boosts(high=100) == [(True, 512)] * 3
    assert boosts(factor=0) == boosts(managed=2047) == boosts(high=0) == [(False, 0)] * 3
    assert boosts(managed=2048)[0] == (True, 512)
    # Once for each order that a request tries: two.
    lists = {"4E": [0], "5E": [32]}
    w = world(zone("DMA32", pages=4096, marks=(0, 0, 800, 800), lists=lists, blocks="E" * 8))
    assert [row[-1] for row in named(ask(w, KERNEL)[1], "boost_watermark")] == [512, 1024]


def test_G45_a_boosted_zone_wakes_kswapd():
    def woken(mask, zone_flags=BOOSTED, lists=None, **more):
        low = zone(
            "DMA32",
            2048,
            1024,
            marks=(0, 0, 99, 99),
            lists={"3U": [2048]} if lists is None else lists,
            blocks="UU",
            flags=zone_flags | BELOW_HIGH,
            boost=7,
        )
        w = world(low)
        result, events = ask(w, mask | NOWARN | NORETRY, **more)
        return result, named(events, "wakeup_kswapd"), w.machine.zones[0].flags & BOOSTED

    # Mask 0, order 0, the zone's own index; the flag is cleared, the boost stays until kswapd takes it.
    assert woken(KERNEL & ~0x400) == (2048, [["DMA32", 0, 0, 1]], 0)
    # Without KSWAPD in the flags: nothing.
    assert woken(KERNEL & ~0xC00) == (2048, [], BOOSTED)
    # Also where no page could be taken: __GFP_MEMALLOC needs no mark, but the only block is H.
    result, wakes, flag = woken(0x20000 | KERNEL, lists={"4H": [2048]}, order=1)
    assert result is None and ["DMA32", 0, 0, 1] in wakes and flag == 0


# High-atomic reserve


def test_G46_who_takes_from_h_first():
    def given(mask, order, lists, **more):
        w = world(zone(pages=1024, marks=(0, 900, 900, 900), lists=lists, blocks="UH", **more))
        return ask(w, mask | NOWARN, order)[0]

    both = {"4U": [0], "4H": [512]}
    assert given(ATOMIC, 4, both) == 512
    # Not for order 0, nor without HIGH, nor with NOMEMALLOC, nor for those who can reclaim.
    assert given(ATOMIC, 0, both) == 0
    assert given(NOWAIT, 4, both) == 0
    assert given(ATOMIC | 0x80000, 4, both) == 0
    assert given(KERNEL | 0x20 | NORETRY, 4, both) == 0
    # Only in the slow path: at the low mark the first pass serves it.
    w = world(zone(pages=1024, lists=both, blocks="UH"))
    assert ask(w, ATOMIC, 4)[0] == 0
    # The per-cpu list comes before, and knows no H.
    assert given(ATOMIC, 1, {"1U": [0], "1H": [512]}) == 0


def test_G47_who_takes_from_h_at_last():
    def given(mask, order=0, **context):
        w = world(zone(marks=(0, 900, 900, 900), lists={"3H": [512]}, blocks="UH"))
        return ask(w, mask | NOWARN | NORETRY, order, **context)[0]

    assert given(NOWAIT) == 512
    # (Above order 0 only OOM and HIGHATOMIC count H blocks in the mark.)
    assert given(KERNEL, oom_victim=1) == 512 and given(KERNEL, 2, oom_victim=1) == 512
    assert given(KERNEL) is None and given(KERNEL | 0x20) is None


def test_G48_reserving():
    def reserved(managed, pfns, order=0, start=0, blocks=""):
        w = world(zone("Normal", start, 1 << 14, managed=managed, lists={}, blocks=blocks))
        z = w.machine.zones[0]
        counts = []
        for pfn in pfns:
            reserve_highatomic_pageblock(z, pfn, order)
            counts.append(z.nr_reserved_highatomic)
        return counts, [number for number, letter in z.pageblock_types.items() if letter == H]

    # HANDCHECKS 19: 102400 / 100 = 1024: two blocks.
    assert reserved(102400, (0, 512, 1024)) == ([512, 1024, 1024], [0, 1])
    # 51200 / 100 = 512: one; 51199: none. 51300 / 100 = 513, rounded up to 1024.
    assert reserved(51200, (0, 512))[0] == [512, 512] and reserved(51199, (0,))[0] == [0]
    assert reserved(51300, (0, 512, 1024))[0] == [512, 1024, 1024]
    # 600 < 1024 (of 513 rounded up).
    w = world(zone(managed=51300, lists={}, nr_reserved_highatomic=600))
    reserve_highatomic_pageblock(w.machine.zones[0], 0, 0)
    assert w.machine.zones[0].nr_reserved_highatomic == 1112
    # Not twice, not over the zone's edge.
    assert reserved(102400, (0, 5))[0] == [512, 512]
    assert reserved(102400, (300, 512), start=256)[0] == [0, 512]
    # Order 10: both pageblocks, 1024 pages.
    assert reserved(102400, (0,), order=10) == ([1024], [0, 1])
    # Free blocks of the pageblock move along.
    w = world(zone(pages=1024, managed=102400, lists={"3U": [8]}, blocks="UU"))
    reserve_highatomic_pageblock(w.machine.zones[0], 0, 0)
    assert free_list(w, 3, H) == [8] and w.machine.zones[0].nr_free_highatomic == 8


def test_G49_unreserving():
    def given_back(reserved, lists, order, migratetype=U):
        w = world(zone(pages=2048, lists=lists, blocks="HHHH", nr_reserved_highatomic=reserved))
        z = w.machine.zones[0]
        return unreserve_highatomic(z, order, migratetype), z.nr_reserved_highatomic, w

    # The whole pageblock changes, with what is free in it: 8 + 2.
    done, left, w = given_back(1024, {"3H": [8], "1H": [100]}, 3)
    assert (done, left) == (True, 512) and free_list(w, 3, U) == [8] and free_list(w, 1, U) == [100]
    assert w.machine.zones[0].nr_free_highatomic == 0 and w.machine.zones[0].pageblock_types[0] == U
    # Never below 0; order 10: 1024 at once, to the tail of the type's list, both pageblocks.
    assert given_back(100, {"3H": [8]}, 3)[1] == 0
    done, left, w = given_back(2048, {"10H": [1024], "10M": [0]}, 10, M)
    assert (done, left) == (True, 1024) and free_list(w, 10, M) == [0, 1024]
    assert [w.machine.zones[0].pageblock_types[n] for n in (2, 3)] == [M, M]
    assert given_back(512, {}, 0)[0] is False


def failing(zones, script=None, mask=KERNEL | NOWARN | NORETRY, order=0):
    w = world(*zones)
    return w, ask(w, mask, order, script=script)


def test_G49_which_zone_and_order():
    # Not forced (after reclaim with progress): a zone with 512 or less reserved is passed over; the smallest order.
    progress = {"try_to_free_pages": [1]}
    first = zone("Normal", 2048, 1024, marks=FULL, lists={"2H": [2048]}, blocks="HH", nr_reserved_highatomic=512)
    second = zone(
        "DMA32", 0, 2048, marks=FULL, lists={"4H": [0], "2H": [512]}, blocks="HHHH", nr_reserved_highatomic=513
    )
    w, (_, events) = failing((first, second), progress)
    assert named(events, "unreserve_highatomic_pageblock") == [[0, "=", 1]]
    assert [row[:2] for row in named(events, "__move_freepages_block")] == [["DMA32", 512]]
    assert w.machine.zone("DMA32").nr_reserved_highatomic == 1


def test_G50_when_it_is_called():
    reserve = zone(marks=FULL, lists={"2H": [0]}, blocks="HU", nr_reserved_highatomic=512)
    # After reclaim with progress but no page: not forced. Without progress not at all (NORETRY ends it).
    _, (_, events) = failing((reserve,), {"try_to_free_pages": [1]})
    assert named(events, "unreserve_highatomic_pageblock") == [[0, "=", 0]]
    _, (_, events) = failing((reserve,))
    assert named(events, "unreserve_highatomic_pageblock") == []
    # Where should_reclaim_retry would say no: forced; if a block was given back, that is a yes.
    _, (_, events) = failing((reserve,), mask=KERNEL | NOWARN)
    assert named(events, "unreserve_highatomic_pageblock")[0] == [1, "=", 1]
    assert [row[-2] for row in named(events, "should_reclaim_retry")][:2] == [1, 0]
    # The second pass, before draining, is after it.
    order = [event[1] for event in failing((reserve,), {"try_to_free_pages": [1]})[1][1]]
    place = order.index("unreserve_highatomic_pageblock")
    assert "get_page_from_freelist" in order[place - 3 : place] and order[place + 1] == "get_page_from_freelist"
