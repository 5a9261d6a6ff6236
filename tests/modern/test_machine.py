"""The invariants of 6.12's machine under any sequence of operations, and what it says to those who misuse it."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from buddylab.core.zone import BadPage
from buddylab.modern import gfp, mm
from buddylab.modern.environment import NobodyElse, Task
from buddylab.modern.ladder import Livelock, alloc_pages
from buddylab.modern.machine import LRU, Machine, named_machine
from buddylab.modern.pcp import decay_pcp_high
from buddylab.modern.record import record
from buddylab.modern.setup import page_group_by_mobility_disabled
from buddylab.modern.zone import PerCpuPages, Zone
from buddylab.said import SaidError
from modern.machines import ATOMIC, KERNEL, NOFAIL, NORETRY, NOWARN, USER_MOVABLE, H, M, ask, do, world, zone

# What must hold


def claims(machine, z):
    """(first pfn, pages, what) of everything that has pages of this zone."""
    yield from ((first, pages, "a hole") for first, pages in z.holes)
    for lists in z.free_list:
        yield from ((pfn, 1 << order, "free") for order in range(mm.NR_PAGE_ORDERS) for pfn in lists[order])
    for number, pages in enumerate(z.pcp.lists):
        order = number // 3 if number < 12 else 9
        yield from ((pfn, 1 << order, "at hand") for pfn in pages)
    for pfn, block in machine.owner.items():
        if block >> 5 == z.index:
            yield pfn, 1 << (block & 15), "in use"


def mergeable(machine, pfn, order, z):
    """Whether a free block and its buddy, both free, should be one."""
    if order < mm.PAGEBLOCK_ORDER:
        return True
    types = [machine.node.pageblock_types.get(p >> 9, M) for p in (pfn, pfn ^ (1 << order))]
    return order == mm.PAGEBLOCK_ORDER and (types[0] == types[1] or H not in types)


def complaints(machine):
    """Every invariant that does not hold, a sentence each."""
    node = machine.node
    for z in machine.zones:
        claimed = sorted(claims(machine, z))
        for (first, pages, what), (after, _, other) in pairwise(claimed):
            if first + pages > after:
                yield f"{what} at {first} overlaps {other} at {after}"
        if any(
            first % pages or first < z.start_pfn or first + pages > z.end_pfn
            for first, pages, w in claimed
            if w != "a hole"
        ):
            yield "a block is not aligned, or outside"
        if sum(pages for _, pages, _ in claimed) != z.spanned_pages:
            yield f"{sum(pages for _, pages, _ in claimed)} pages accounted for of {z.spanned_pages}"
        free = [[list(of_order) for of_order in lists] for lists in z.free_list]
        counts = [sum(len(pfns) << order for order, pfns in enumerate(lists)) for lists in free]
        if sum(counts) != z.nr_free_pages:
            yield f"NR_FREE_PAGES is {z.nr_free_pages}, the lists hold {sum(counts)}"
        if not node.page_group_by_mobility_disabled and counts[H] != z.nr_free_highatomic:
            yield f"nr_free_highatomic is {z.nr_free_highatomic}, the lists hold {counts[H]}"
        if z.pcp.count != sum(len(p) << (n // 3 if n < 12 else 9) for n, p in enumerate(z.pcp.lists)):
            yield "pcp.count is wrong"
        for order in range(mm.NR_PAGE_ORDERS):
            here = [pfn for lists in free for pfn in lists[order]]
            if z.nr_free(order) != len(here):
                yield f"nr_free of order {order} is wrong"
            if any(pfn ^ (1 << order) in here and mergeable(machine, pfn, order, z) for pfn in here if order < 10):
                yield f"two free buddies of order {order}"
            for letter, lists in enumerate(free):
                for pfn in lists[order] if not node.page_group_by_mobility_disabled else ():
                    numbers = range(pfn >> 9, max(pfn + (1 << order) >> 9, (pfn >> 9) + 1))
                    if any(node.pageblock_types.get(number, M) != letter for number in numbers):
                        yield f"{pfn} of order {order} lies on list {letter}, its pageblock says otherwise"
    lru = {}
    for pfn, block in machine.owner.items():
        for first in range(pfn, pfn + (1 << (block & 15)), 512):
            if block & LRU:
                lru[first >> 9] = lru.get(first >> 9, 0) + min(1 << (block & 15), 512)
    if lru != {number: count for number, count in node.lru_pages.items() if count}:
        yield "lru_pages is wrong"


# Random machines


@st.composite
def kernels(draw):
    """Zones and pageblock types: plain data, so that two equal machines can be built of it."""
    zones, first = [], draw(st.sampled_from([0, 1, 37]))
    for name in sorted(draw(st.sets(st.sampled_from(mm.ZONES), min_size=1, max_size=3)), key=mm.ZONES.index):
        pages = draw(st.sampled_from([60, 700, 1024, 2500]))
        hole = draw(st.integers(1, 30))
        low = draw(st.integers(0, pages // 3))
        high_min = draw(st.sampled_from([0, 4, 40]))
        pcp = draw(st.sampled_from([(1, high_min, high_min), (3, high_min, 90), (15, high_min, 200), (7, 90, 40)]))
        zones.append((name, first, pages, hole, (low // 2, low, low + low // 2, 2 * low), pcp))
        first += pages + draw(st.sampled_from([0, 0, 5, 512]))
    letters = draw(st.dictionaries(st.integers(0, first >> 9), st.sampled_from([0, 2]), max_size=4))
    return zones, letters, draw(st.booleans())


def build(kernel):
    zones = []
    for name, first, pages, hole, marks, (batch, high_min, high_max) in kernel[0]:
        z = Zone(name, first, pages, [(first + pages // 2, hole)])
        z.watermark, z.pcp = list(marks), PerCpuPages(batch, 0, high_min, high_max)
        z.managed_pages = 60000  # so that boosting and the high-atomic reserve play their part
        zones.append(z)
    return Machine(zones, kernel[1], page_group_by_mobility_disabled=kernel[2])


class Busy(NobodyElse):
    """A world that frees somebody's memory now and then, takes a boost away, kills the caller, or does nothing."""

    def __init__(self, machine, seed):
        self.machine, self.random = machine, random.Random(seed)

    def act(self):
        owner = self.machine.owner
        for _ in range(min(len(owner), self.random.choice((0, 0, 1, 3)))):
            pfn = self.random.choice(sorted(owner))
            self.machine.free_pages(pfn, owner[pfn] & 15)
        return self.random.choice((0, 1))

    def wake_up_interruptible(self, task):
        node = self.machine.node
        node.kswapd_order, node.kswapd_highest_zoneidx = 0, mm.MAX_NR_ZONES
        for z in self.machine.zones:
            z.watermark_boost = 0
        self.act()

    def cond_resched(self, task):
        self.act()

    def try_to_free_pages(self, task, ac, order, gfp_mask):
        return self.act()

    def try_to_compact_pages(self, task, ac, order, alloc_flags, priority):
        self.act()
        return self.random.randint(0, 8), None

    def out_of_memory(self, task, ac, gfp_mask, order):
        task.oom_victim = bool(self.act())
        return self.random.choice((0, 1))

    def zone_reclaimable_pages(self, task, zone):
        return self.random.choice((0, 5000))


masks = st.sampled_from(
    [
        KERNEL,
        ATOMIC,
        0x2800,
        USER_MOVABLE,
        0x100CCA,
        KERNEL | 0x10,
        KERNEL | NORETRY,
        0x1,
        0x4,
        KERNEL | NOFAIL,
        0x1C24CA,
        KERNEL | 0x4000,
        KERNEL | 0x1000,
    ]
) | st.sets(st.sampled_from([bit for name, bit in gfp.BITS.items() if name != "RECLAIMABLE"])).map(sum)
contexts = st.sets(st.sampled_from([name for name in Task.__slots__ if name != "comm"]), max_size=2)


class AnyOperations(RuleBasedStateMachine):
    @initialize(kernel=kernels(), seed=st.integers(0, 1000))
    def start(self, kernel, seed):
        self.machine = build(kernel)
        self.machine.world = Busy(self.machine, seed)

    @rule(mask=masks, order=st.integers(0, 11), context=contexts, lru=st.booleans())
    def alloc(self, mask, order, context, lru):
        try:
            pfn = alloc_pages(self.machine, mask, order, task=Task(**dict.fromkeys(context, True)), max_rounds=3)
        except Livelock:
            pfn = None
        if pfn is not None:
            block = self.machine.owner[pfn]
            limit = gfp.gfp_zone(mask if "PF_MEMALLOC_PIN" not in context else mask & ~0x8)
            assert order <= 10 and pfn % (1 << order) == 0 and block & 15 == order and block >> 5 <= limit
            self.machine.set_lru(pfn, lru)

    @precondition(lambda self: self.machine.owner)
    @rule(data=st.data(), on=st.booleans())
    def lru(self, data, on):
        self.machine.set_lru(data.draw(st.sampled_from(sorted(self.machine.owner))), on)

    @precondition(lambda self: self.machine.owner)
    @rule(data=st.data())
    def free(self, data):
        pfn = data.draw(st.sampled_from(sorted(self.machine.owner)))
        self.machine.free_pages(pfn, self.machine.owner[pfn] & 15)

    @rule()
    def drain(self):
        self.machine.drain_local_pages()
        assert not any(pages for z in self.machine.zones for pages in z.pcp.lists)

    @rule(data=st.data())
    def decay(self, data):
        decay_pcp_high(data.draw(st.sampled_from(self.machine.zones)))

    @rule(data=st.data(), flags=st.integers(0, 7))
    def flags(self, data, flags):
        data.draw(st.sampled_from(self.machine.zones)).flags = flags

    @rule(jiffies=st.integers(0, 3000))
    def tick(self, jiffies):
        self.machine.tick(jiffies)

    @invariant()
    def everything_holds(self):
        assert list(complaints(self.machine)) == []


TestAnyOperations = AnyOperations.TestCase
TestAnyOperations.settings = settings(max_examples=60, stateful_step_count=30)


# Each kind of damage is found


def damage(change):
    w = world(zone(pages=2048, lists={"3M": [8], "2U": [516], "9M": [1024]}, blocks="MUMM", pcp_lists={"1": [3]}))
    machine = w.machine
    z = machine.zones[0]
    for pfn in (0, 1, 2, *range(4, 8)):
        machine.owner[pfn] = z.index << 5
    for first, end in ((16, 512), (512, 516), (520, 1024), (1536, 2048)):
        machine.owner |= dict.fromkeys(range(first, end), z.index << 5)
    assert list(complaints(machine)) == []
    change(machine, z)
    return " ".join(complaints(machine))


def put(z, order, letter, pfn):
    z.free_list[letter][order].front[pfn] = None
    z.buddies[order][pfn] = z.free_list[letter][order].front


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m, z: setattr(z, "nr_free_pages", 1), "NR_FREE_PAGES is 1, the lists hold 524"),
        (lambda m, z: setattr(z, "nr_free_highatomic", 1), "nr_free_highatomic is 1, the lists hold 0"),
        (lambda m, z: setattr(z.pcp, "count", 0), "pcp.count is wrong"),
        (lambda m, z: m.owner.pop(16), "2047 pages accounted for of 2048"),
        (lambda m, z: put(z, 0, M, 9), "free at 8 overlaps free at 9"),
        (lambda m, z: put(z, 3, M, 4), "not aligned"),
        (lambda m, z: z.buddies[3].clear(), "nr_free of order 3 is wrong"),
        (lambda m, z: put(z, 3, M, 0), "two free buddies of order 3"),
        (lambda m, z: m.node.pageblock_types.clear(), "516 of order 2 lies on list 0"),
        (lambda m, z: m.node.lru_pages.update({0: 1}), "lru_pages is wrong"),
    ],
)
def test_damage_is_found(change, says):
    assert says in damage(change)


# Watching changes nothing


@settings(max_examples=60)
@given(kernels(), st.lists(st.tuples(masks, st.integers(0, 10), contexts), max_size=20), st.integers(0, 1000))
def test_watching_does_not_change_the_path(kernel, requests, seed):
    def run(watched):
        machine, seen = build(kernel), []
        machine.world = Busy(machine, seed)
        for mask, order, context in requests:
            machine.trace = [] if watched else None
            try:
                seen.append(alloc_pages(machine, mask, order, task=Task(**dict.fromkeys(context, True)), max_rounds=2))
            except Livelock as error:
                seen.append(str(error))
            for event in machine.trace or ():
                assert all(type(value) in (int, str) for value in event)
        return seen, dict(machine.owner), [(z.nr_free_pages, z.pcp.count, z.flags) for z in machine.zones], machine.log

    assert run(False) == run(True)


# Misuse


@pytest.mark.parametrize(
    ("pfn", "order", "says"),
    [
        (8, 0, "pfn 8 as a block of order 0: it was handed out with order 3"),
        (9, 0, "it lies inside the block of order 3 at pfn 8"),
        (5, 0, "it is already free, on a per-cpu list of zone Normal"),
        (40, 0, "it is a hole in zone Normal"),
        (99, 0, "no zone has this page"),
        (-1, 0, "no zone has this page"),
        (33, 0, "nobody was given this page of zone Normal"),
    ],
)
def test_a_bad_free_is_named_and_changes_nothing(pfn, order, says):
    w = world(
        zone(pages=64, lists={"0M": [33]}, holes=[(40, 2)], pcp_lists={"1": [5]}, pcp=(1, 9, 9, 9)), held=[(1, 8, 3, 0)]
    )
    before = (dict(w.machine.owner), list(w.machine.zones[0].pcp.lists[1]), w.machine.zones[0].nr_free_pages)
    with pytest.raises(BadPage) as error:
        w.machine.free_pages(pfn, order)
    assert says in str(error.value)
    after = (dict(w.machine.owner), list(w.machine.zones[0].pcp.lists[1]), w.machine.zones[0].nr_free_pages)
    assert before == after
    with pytest.raises(BadPage, match="cannot put pfn 99 on an LRU list"):
        w.machine.set_lru(99, True)


@pytest.mark.parametrize("order", [-1, 1.0, True, "1"])
def test_a_bad_order(order):
    with pytest.raises(ValueError, match="order must be an int from 0 up"):
        alloc_pages(world(zone()).machine, KERNEL, order)


def test_other_bad_input():
    machine = world(zone()).machine
    for mask in (-1, 1 << 32, True, "GFP_KERNEL"):
        with pytest.raises(ValueError, match="gfp_mask must be an int"):
            alloc_pages(machine, mask, 0)
        with pytest.raises(ValueError, match="gfp_mask must be an int"):
            record(machine, mask, 0)
    with pytest.raises(ValueError, match="not both"):
        alloc_pages(machine, KERNEL | 0x18, 0)
    with pytest.raises(ValueError, match="max_rounds must be 0 or more"):
        alloc_pages(machine, KERNEL, 0, max_rounds=-1)
    with pytest.raises(ValueError, match="time runs forward"):
        machine.tick(-1)
    with pytest.raises(ValueError, match="no zone 'DMA' here: there are Normal"):
        machine.zone("DMA")
    assert machine.trace is None and machine.zones[0].nr_free_pages == 1024


@pytest.mark.parametrize(
    ("zones", "says"),
    [
        ([], "at least one zone"),
        ([Zone("DMA", 0, 8), Zone("DMA", 8, 8)], "each type once"),
        ([Zone("DMA", 0, 9), Zone("Normal", 8, 8)], "overlap: DMA ends at pfn 8, Normal starts at 8"),
        ([Zone("DMA", -1, 8)], "must span at least one page from pfn 0 up"),
        ([Zone("DMA", 0, 0)], "must span at least one page"),
        ([Zone("DMA", 0, 8, [(6, 3)])], "holes must lie apart inside"),
        ([Zone("DMA", 0, 8, [(2, 3), (4, 1)])], "holes must lie apart inside"),
    ],
)
def test_zones_that_cannot_be(zones, says):
    with pytest.raises(ValueError, match=says):
        Machine(zones)


# Machines by name, and a recorded run


def test_machines_by_name():
    small = named_machine("small")
    assert [(z.name, z.present_pages) for z in small.zones] == [("DMA", 4096), ("Normal", 12288)]
    # (4096 + 12288) * 4 kB * 16: the root of 1048576 is 1024; Normal's share 256 * 12288 / 16384 = 192, gap 48.
    assert small.zone("Normal").watermark == [192, 240, 288, 336]
    assert [z.name for z in named_machine("i386_1g").zones] == ["DMA", "Normal", "Movable"]
    tiny = named_machine("tiny")
    assert tiny.node.page_group_by_mobility_disabled and page_group_by_mobility_disabled(tiny.zones)
    # Sizes of one's own, in MB.
    assert [(z.name, z.managed_pages) for z in named_machine({"DMA32": 64}).zones] == [("DMA32", 16384)]
    with pytest.raises(SaidError, match="one node"):
        named_machine("numa")
    with pytest.raises(KeyError):
        named_machine("huge")


def test_a_recorded_run():
    machine = named_machine("small")
    run = record(machine, ATOMIC, 3)
    assert (run.end, run.order, run.zonelist, run.highest_zoneidx, run.jiffies) == ("page", 3, ("Normal", "DMA"), 2, 0)
    assert run.page in machine.owner and run.events[0][:2] == ("stage", "fast_path")
    # Before is a copy: 12288 then, 12288 less a refill now; and what is done to it changes nothing.
    before, now = run.before[1], machine.zone("Normal")
    assert before.nr_free_pages == 12288 > now.nr_free_pages and before is not now
    assert list(before.free_list[M][10])[:2] == [4096, 5120]
    assert before.node.zones[1] is before and machine.trace is None
    assert repr(run).startswith("<Trace of Linux 6.12: order 3")


def test_a_livelock_is_recorded_with_its_reason():
    w = world(zone(marks=(9, 9, 9, 9), lists={"0U": []}))
    w.machine.world = NobodyElse()
    run = record(w.machine, KERNEL | NOFAIL | NOWARN, 0, max_rounds=3)
    assert run.end == "livelock" and "after 3 rounds" in run.why and run.page is None
    assert record(w.machine, KERNEL | NORETRY | NOWARN, 0).end == "no_page"


def test_the_list_gives_its_blocks_in_order_after_any_mixture():
    w = world(zone(pages=8192))
    # Untouched runs between what came back to the head and what was put to the tail.
    pfn, _ = ask(w, USER_MOVABLE, 10)
    assert pfn == 0 and list(w.machine.zones[0].free_list[M][10]) == list(range(1024, 8192, 1024))
    do(w, "free", id=0)
    assert list(w.machine.zones[0].free_list[M][10]) == list(range(0, 8192, 1024))
