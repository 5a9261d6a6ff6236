"""The machine's invariants under any sequence of operations, and what it says to those who misuse it."""

import random
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from machines import Scripted, ask, named, numa, one_zone, state, three_zones

from buddylab.core import gfp
from buddylab.core.attempt import Livelock
from buddylab.core.environment import NobodyElse, Task
from buddylab.core.events import as_dict
from buddylab.core.ladder import alloc_pages, begin, step
from buddylab.core.machine import Machine
from buddylab.core.validate import validate_machine
from buddylab.core.zone import ZONE_TYPES, BadPage, Zone

FULL = (1000, 1000, 1000)

# Random machines: any zone types, holes, up to three nodes, NUMA or not.


@st.composite
def kernels(draw):
    """(zones to be made, options of Machine): plain data, so that two equal machines can be built of it."""
    types = tuple(name for name in ZONE_TYPES if name == "Normal" or draw(st.booleans()))
    nodes = draw(st.integers(1, 3))
    options = {
        "zone_types": types,
        "nodes": nodes,
        "numa": nodes > 1 or draw(st.booleans()),
        "remote_distance": draw(st.sampled_from([10, 20, 21])),
        "jiffies": draw(st.sampled_from([0, 10_000])),
    }
    places = draw(
        st.lists(
            st.sampled_from([(node, i) for node in range(nodes) for i in range(len(types))]), min_size=1, unique=True
        )
    )
    zones, first = [], 0
    for node, index in sorted(places):
        first += draw(st.sampled_from([0, 1, 5, 24, 1000, 1024]))
        zones.append(draw(zones_at(types, node, index, nodes, first)))
        first += zones[-1]["spanned_pages"]
    return zones, options


@st.composite
def zones_at(draw, types, node, index, nodes, first):
    pages = draw(st.one_of(st.integers(1, 100), st.integers(1000, 2100)))
    # Every hole lies in its own stretch: [0, cut), [cut, next cut), ...
    cuts = [0, *sorted(draw(st.sets(st.integers(1, pages), max_size=3))), pages]
    holes = []
    for start, end in pairwise(cuts):
        size = draw(st.integers(0, end - start))
        if size and sum(size for _, size in holes) + size < pages:
            holes.append((first + start + draw(st.integers(0, end - start - size)), size))
    low = draw(st.integers(0, pages))
    pcps = [draw(st.sampled_from([(1, 0), (0, 0), (1, 1), (3, 18), (4, 5), (31, 186)])) for _ in range(2)]
    return {
        "name": types[index],
        "index": index,
        "start_pfn": first,
        "spanned_pages": pages,
        "node": node,
        "label": f"{types[index]}/{node}" if nodes > 1 else types[index],
        "holes": holes,
        "marks": (low // 2, low, low + low // 2),
        "hot": pcps[0],
        "cold": pcps[1],
        "lowmem_reserve": [0] * (index + 1) + [draw(st.integers(0, 20)) for _ in types[index + 1 :]],
    }


def build(kernel):
    zones, options = kernel
    return Machine([Zone(**zone) for zone in zones], **options)


masks = st.sets(st.sampled_from([*gfp.BITS.values(), 0x8, 0x80000])).map(sum) | st.sampled_from(
    [gfp.GFP_KERNEL, gfp.GFP_ATOMIC, gfp.GFP_HIGHUSER, gfp.GFP_NOFS | gfp.NOFAIL, gfp.GFP_KERNEL | gfp.GFP_THISNODE]
)
orders = st.integers(0, 11)
contexts = st.fixed_dictionaries(
    {
        flag: st.sampled_from([False, False, True])
        for flag in ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE", "make_it_fail")
    }
)


class Busy(NobodyElse):
    """A world that frees somebody's memory now and then, kills the caller, or does nothing."""

    def __init__(self, machine, seed):
        self.machine, self.random, self.freed = machine, random.Random(seed), []

    def act(self):
        owner = self.machine.owner
        for _ in range(min(len(owner), self.random.choice((0, 0, 1, 3)))):
            pfn = self.random.choice(sorted(owner))
            self.machine.free_pages(pfn, owner[pfn] & 15)
            self.freed.append(pfn)
        return self.random.choice((0, 1))

    def wake_up_interruptible(self, task, node):
        self.machine.nodes[node].kswapd_max_order = 0
        self.act()

    def cond_resched(self, task):
        self.act()

    def try_to_free_pages(self, task, zones, gfp_mask):
        return self.act()

    def out_of_memory(self, task, zones, gfp_mask, order):
        task.TIF_MEMDIE = bool(self.act())
        return 1

    def congestion_wait(self, task, timeout):
        self.act()
        return self.random.randint(0, timeout)

    def zone_reclaim(self, task, zone, gfp_mask, order):
        return self.act()


# The naive model: what is free is a set of page numbers, and the buddy lists follow from the set.


def pages_of(pfn, order):
    return set(range(pfn, pfn + (1 << order)))


def blocks_of(pages):
    """{(pfn, order)}: the largest aligned blocks, up to order 10, that fit into a set of pages."""
    rest, blocks = set(pages), set()
    for order in range(10, -1, -1):
        for pfn in sorted({page >> order << order for page in rest}):
            if pages_of(pfn, order) <= rest:
                rest -= pages_of(pfn, order)
                blocks.add((pfn, order))
    return blocks


class AnyOperations(RuleBasedStateMachine):
    @initialize(kernel=kernels(), seed=st.integers(0, 1000))
    def start(self, kernel, seed):
        self.machine = build(kernel)
        self.machine.world = Busy(self.machine, seed)
        self.present = [
            set(range(zone.start_pfn, zone.end_pfn)).difference(*(range(first, first + n) for first, n in zone.holes))
            for zone in self.machine.zones
        ]
        self.used = {}

    @rule(mask=masks, order=orders, context=contexts, deny=st.booleans(), node=st.integers(0, 2), awake=st.booleans())
    def alloc(self, mask, order, context, deny, node, awake):
        machine = self.machine
        for each in machine.nodes:
            each.kswapd_awake = awake
        denied = frozenset({machine.zones[0].label} if deny else ())
        task, before = Task(**context, cpuset_deny=denied), set(machine.owner)
        try:
            pfn = alloc_pages(machine, mask, order, node=node % len(machine.nodes), task=task, max_rounds=3)
        except Livelock:
            pfn = None
        for freed in machine.world.freed:
            del self.used[freed]
        machine.world.freed.clear()
        if pfn is None:
            assert set(machine.owner) <= before
            return
        # A block of that order, aligned, of pages that were nobody else's, in one zone that the mask allows.
        assert order <= 10 and pfn % (1 << order) == 0
        block = pages_of(pfn, order)
        assert not any(block & pages_of(*other) for other in self.used.items())
        home = [zone for zone, pages in zip(machine.zones, self.present, strict=True) if block <= pages]
        assert len(home) == 1 and home[0].index <= gfp.gfp_zone(mask, machine.zone_types)
        self.used[pfn] = order

    @precondition(lambda self: self.used)
    @rule(data=st.data(), cold=st.booleans())
    def free(self, data, cold):
        pfn = data.draw(st.sampled_from(sorted(self.used)))
        order = self.used.pop(pfn)
        self.machine.free_pages(pfn, order, cold=cold and order == 0)

    @precondition(lambda self: self.used)
    @rule(data=st.data(), shift=st.integers(1, 1023), order=st.integers(-1, 11))
    def free_what_is_not_there(self, data, shift, order):
        pfn = data.draw(st.sampled_from(sorted(self.used)))
        wrong = [(pfn, order)] if self.used[pfn] != order else []
        if pfn + shift not in self.used:
            wrong.append((pfn + shift, order))
        before = state(self.machine)
        for bad in wrong:
            with pytest.raises(BadPage):
                self.machine.free_pages(*bad)
        assert state(self.machine) == before

    @rule()
    def drain(self):
        self.machine.drain_local_pages()
        assert not any(zone.hot.pages or zone.cold.pages for zone in self.machine.zones)

    @rule(jiffies=st.integers(0, 1000))
    def tick(self, jiffies):
        before = self.machine.jiffies
        self.machine.tick(jiffies)
        assert self.machine.jiffies == before + jiffies

    @invariant()
    def all_invariants_hold(self):
        validate_machine(self.machine)

    @invariant()
    def lists_are_what_the_set_of_free_pages_says(self):
        taken = set().union(*(pages_of(*block) for block in self.used.items()))
        for zone, present in zip(self.machine.zones, self.present, strict=True):
            at_hand = [*zone.hot.pages, *zone.cold.pages]
            free = present - taken - set(at_hand)
            lists = [(pfn, order) for order in range(11) for pfn in zone.free_list(order)]
            assert len(set(at_hand)) == len(at_hand) and set(at_hand) <= present - taken
            assert len(lists) == len(set(lists)) and set(lists) == blocks_of(free)
            assert zone.nr_free_pages == len(free)
            assert [zone.nr_free(order) for order in range(11)] == [
                sum(o == order for _, o in lists) for order in range(11)
            ]


TestAnyOperations = AnyOperations.TestCase
TestAnyOperations.settings = settings(max_examples=60, stateful_step_count=30)


# Watching changes nothing.

operations = st.lists(
    st.one_of(
        st.tuples(st.just("alloc"), masks, orders, contexts),
        st.tuples(st.just("free"), st.integers(0, 100), st.booleans()),
        st.tuples(st.just("drain")),
        st.tuples(st.just("tick"), st.integers(0, 400)),
    ),
    max_size=25,
)


def run(machine, ops, watched):
    """The pages given, and the state after every operation."""
    pages, states = [], []
    for kind, *arguments in ops:
        machine.trace = [] if watched else None
        if kind == "alloc":
            mask, order, context = arguments
            try:
                pages.append(alloc_pages(machine, mask, order, task=Task(**context), max_rounds=3))
            except Livelock as error:
                pages.append(str(error))
        elif kind == "free" and machine.owner:
            pfn = sorted(machine.owner)[arguments[0] % len(machine.owner)]
            order = machine.owner[pfn] & 15
            machine.free_pages(pfn, order, cold=arguments[1] and not order)
        elif kind == "drain":
            machine.drain_local_pages()
        elif kind == "tick":
            machine.tick(*arguments)
        for event in machine.trace or ():
            as_dict(event)
            assert all(type(value) in (int, str, bool, type(None)) for value in event)
        states.append(state(machine))
    return pages, states


@settings(max_examples=100)
@given(kernels(), operations, st.integers(0, 1000))
def test_watching_does_not_change_the_path(kernel, ops, seed):
    machines = [build(kernel), build(kernel)]
    for machine in machines:
        machine.world = Busy(machine, seed)
    assert run(machines[0], ops, watched=False) == run(machines[1], ops, watched=True)


# validate_machine finds each kind of damage.


def damage_counter(zone, machine):
    zone.nr_free_pages += 1


def damage_lost_block(zone, machine):
    del zone.free_area[3][8]
    zone.nr_free_pages -= 8


def damage_lost_per_cpu_page(zone, machine):
    zone.hot.pages.pop()


def damage_block_twice(zone, machine):
    zone.free_area[1][8] = None


def damage_per_cpu_page_free(zone, machine):
    zone.cold.pages.append(9)


def damage_per_cpu_page_twice(zone, machine):
    zone.cold.pages.append(zone.hot.pages[0])


def damage_used_block_free(zone, machine):
    machine.owner[16] = zone.place << 4 | 2


def damage_freed_hole(zone, machine):
    zone.free_area[0][60] = None
    zone.nr_free_pages += 1


def damage_misaligned(zone, machine):
    zone.free_area[3][9] = zone.free_area[3].pop(8)


def damage_outside(zone, machine):
    zone.free_area[3][64] = zone.free_area[3].pop(8)


def damage_unmerged(zone, machine):
    del zone.free_area[3][8]
    zone.free_area[2] |= {8: None, 12: None}


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (damage_counter, "NR_FREE_PAGES is 57, the lists hold 56"),
        (damage_lost_block, "56 pages are accounted for, it spans 64"),
        (damage_lost_per_cpu_page, "63 pages are accounted for, it spans 64"),
        (damage_block_twice, "a free block of order 1 at pfn 8 overlaps a free block of order 3 at pfn 8"),
        (damage_per_cpu_page_free, "a free block of order 3 at pfn 8 overlaps a per-cpu page at pfn 9"),
        (damage_per_cpu_page_twice, "a per-cpu page at pfn 1 overlaps a per-cpu page at pfn 1"),
        (damage_used_block_free, "overlaps a free block of order 4 at pfn 16"),
        (damage_freed_hole, "overlaps a hole at pfn 60"),
        (damage_misaligned, "free block of order 3 at pfn 9 is not aligned or outside"),
        (damage_outside, "free block of order 3 at pfn 64 is not aligned or outside"),
        (damage_unmerged, "and its buddy are both free at order 2"),
    ],
)
def test_damage_is_found(damage, says):
    machine = prepared()
    validate_machine(machine)
    damage(machine.zones[0], machine)
    with pytest.raises(BadPage, match=r"^zone Normal: ") as error:
        validate_machine(machine)
    assert says in str(error.value)


def prepared():
    """64 pages of which 60 to 63 are a hole, 0 is used, 1 to 3 are on the hot list, 4 to 7 and so on are free."""
    machine = one_zone(64, hot=(4, 8), holes=[(60, 4)])
    zone = machine.zones[0]
    upper = [ask(machine, gfp.GFP_KERNEL, order)[0] for order in (2, 3, 4)]
    assert upper == [56, 48, 32]
    assert ask(machine, gfp.GFP_KERNEL)[0] == 0
    for pfn, order in zip(upper, (2, 3, 4), strict=True):
        machine.free_pages(pfn, order)
    assert list(zone.hot.pages) == [1, 2, 3] and zone.nr_free_pages == 56
    return machine


# BadPage says what was wrong, and nothing has changed.


@pytest.mark.parametrize(
    ("pfn", "order", "says"),
    [
        (0, 1, "pfn 0 as a block of order 1: it was handed out with order 0"),
        (0, -1, "it was handed out with order 0"),
        (8, 0, "it was handed out with order 3"),
        (8, 11, "it was handed out with order 3"),
        (9, 0, "it lies inside the block of order 3 at pfn 8"),
        (15, 0, "it lies inside the block of order 3 at pfn 8"),
        (12, 2, "it lies inside the block of order 3 at pfn 8"),
        (1, 0, "it is already free, on a per-cpu list of zone Normal"),
        (4, 2, "it is already free, in a buddy list of zone Normal"),
        (5, 0, "it is already free, in a buddy list of zone Normal"),
        (16, 4, "it is already free, in a buddy list of zone Normal"),
        (61, 0, "it is a hole in zone Normal"),
        (64, 0, "no zone has this page"),
        (-1, 0, "no zone has this page"),
        (10**20, 0, "no zone has this page"),
    ],
)
def test_a_bad_free_is_named_and_changes_nothing(pfn, order, says):
    machine = prepared()
    assert ask(machine, gfp.GFP_KERNEL, 3)[0] == 48
    assert ask(machine, gfp.GFP_KERNEL, 3)[0] == 8
    machine.trace = []
    before = state(machine)
    with pytest.raises(BadPage) as error:
        machine.free_pages(pfn, order)
    assert str(error.value).endswith(says) or says in str(error.value)
    assert state(machine) == before and machine.trace == []


def test_a_double_free():
    machine = one_zone(64)
    for order in (0, 3):
        pfn = ask(machine, gfp.GFP_KERNEL, order)[0]
        machine.free_pages(pfn, order)
        before = state(machine)
        with pytest.raises(BadPage, match="already free"):
            machine.free_pages(pfn, order)
        assert state(machine) == before


def test_cold_is_for_single_pages():
    machine = one_zone(64)
    pfn = ask(machine, gfp.GFP_KERNEL, 1)[0]
    before = state(machine)
    with pytest.raises(ValueError, match="only single pages can be freed as cold, not a block of order 1"):
        machine.free_pages(pfn, 1, cold=True)
    assert state(machine) == before
    machine.free_pages(pfn, 1)


# A ladder that would turn for ever.


@pytest.mark.parametrize(
    ("mask", "order", "task", "says", "stage"),
    [
        (
            gfp.GFP_KERNEL | gfp.NOFAIL,
            0,
            Task(PF_MEMALLOC=True),
            "GFP_KERNEL|__GFP_NOFAIL has __GFP_NOFAIL, which",
            "nofail_alloc",
        ),
        (gfp.GFP_KERNEL, 0, Task(), "GFP_KERNEL may call the OOM killer and starts again after each call", "restart"),
        (gfp.GFP_KERNEL, 10, Task(), "GFP_KERNEL may call the OOM killer", "restart"),
        (gfp.GFP_NOFS, 3, Task(), "order 3 is at most 3 and GFP_NOFS lacks __GFP_NORETRY", "rebalance"),
        (gfp.GFP_NOFS | gfp.REPEAT, 4, Task(), "GFP_NOFS|__GFP_REPEAT has __GFP_REPEAT", "rebalance"),
        (gfp.GFP_NOFS | gfp.NOFAIL, 4, Task(), "GFP_NOFS|__GFP_NOFAIL has __GFP_NOFAIL", "rebalance"),
    ],
)
def test_a_livelock_is_raised_with_its_reason(mask, order, task, says, stage):
    machine = one_zone(1, FULL)
    machine.owner[0] = 0
    machine.zones[0].free_area[0].clear()
    machine.zones[0].nr_free_pages = 0
    with pytest.raises(Livelock) as error:
        alloc_pages(machine, mask, order, task=task, max_rounds=7)
    assert str(error.value).startswith(f"after 7 rounds the request is still being retried: {says}")
    assert error.value.attempt.stage.__name__ == stage
    assert error.value.attempt.rounds == 8
    validate_machine(machine)


@pytest.mark.parametrize("rounds", [0, 1, 2, 5])
@pytest.mark.parametrize("loop", ["nofail_alloc", "out_of_memory", "should_retry"])
def test_a_request_that_ends_is_no_livelock(loop, rounds):
    def request(bound):
        machine = one_zone(64, (8, 8, 8))
        held = [ask(machine, gfp.GFP_KERNEL, 3)[0] for _ in range(7)]
        held.append(ask(machine, gfp.GFP_KERNEL, 3, task=Task(TIF_MEMDIE=True))[0])

        def makes_room(task):
            for pfn in held:
                machine.free_pages(pfn, 3)
            return 1

        waits = [None] * rounds
        if loop == "should_retry":
            machine.world = Scripted(try_to_free_pages=[*([0] * rounds), makes_room])
            return alloc_pages(machine, gfp.GFP_NOFS, 0, max_rounds=bound)
        if loop == "out_of_memory":
            machine.world = Scripted(try_to_free_pages=[*([0] * rounds), makes_room])
            return alloc_pages(machine, gfp.GFP_KERNEL, 0, max_rounds=bound)
        if not rounds:
            makes_room(None)
        machine.world = Scripted(congestion_wait=[*waits[1:], makes_room])
        return alloc_pages(machine, gfp.GFP_KERNEL | gfp.NOFAIL, 0, task=Task(PF_MEMALLOC=True), max_rounds=bound)

    assert request(rounds) is not None
    if rounds:
        with pytest.raises(Livelock):
            request(rounds - 1)


# One clear sentence for misuse.


@pytest.mark.parametrize("order", [-1, 1.0, "0", None, True])
def test_what_is_no_order(order):
    with pytest.raises(ValueError, match=r"^order must be an int from 0 up") as error:
        alloc_pages(one_zone(64), gfp.GFP_KERNEL, order)
    assert repr(order) in str(error.value)


@pytest.mark.parametrize("mask", [-1, 1 << 32, 1.0, "GFP_KERNEL", None, False])
def test_what_is_no_mask(mask):
    with pytest.raises(ValueError, match=r"^gfp_mask must be an int from 0 to 0xffffffff") as error:
        alloc_pages(one_zone(64), mask, 0)
    assert repr(mask) in str(error.value)


@pytest.mark.parametrize("node", [-1, 2, 1.0, "0", None, True])
def test_what_is_no_node(node):
    with pytest.raises(ValueError, match=r"^node must be from 0 to 1") as error:
        alloc_pages(numa(), gfp.GFP_KERNEL, 0, node=node)
    assert repr(node) in str(error.value)


@pytest.mark.parametrize("jiffies", [-1, 0.5, "1", None])
def test_time_runs_forward_in_whole_jiffies(jiffies):
    machine = one_zone(64, jiffies=5)
    with pytest.raises(ValueError, match="jiffies"):
        machine.tick(jiffies)
    assert machine.jiffies == 5


def zone(label="Normal", start=0, pages=64, **options):
    return Zone("Normal", 0, start, pages, label=label, **options)


@pytest.mark.parametrize(
    ("zones", "says"),
    [
        ([], "a machine needs at least one zone"),
        ([zone("A"), zone("B", 63)], "zones A and B overlap: A ends at pfn 63, B starts at 63"),
        ([zone("B", 10), zone("A", 0, 11)], "zones A and B overlap: A ends at pfn 10, B starts at 10"),
        ([zone("A"), zone("A", 64)], "two zones share a label"),
        ([zone(start=-1)], "zone Normal must span at least one page from pfn 0 up"),
        ([zone(pages=0)], "zone Normal must span at least one page"),
        ([zone(pages=-5)], "zone Normal must span at least one page"),
        ([zone(holes=[(60, 5)])], "the hole of 5 pages at pfn 60 overlaps another or lies outside"),
        ([zone(start=8, holes=[(7, 2)])], "the hole of 2 pages at pfn 7"),
        ([zone(holes=[(0, 5), (4, 5)])], "the hole of 5 pages at pfn 4 overlaps another"),
        ([zone(holes=[(0, 0)])], "the hole of 0 pages at pfn 0"),
        ([zone(node=1)], "zone Normal is on node 1"),
    ],
)
def test_impossible_zones(zones, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        Machine(zones, ("Normal",))


def test_no_such_zone():
    with pytest.raises(ValueError, match="no zone 'HighMem' here: there are Normal"):
        one_zone(64).zone("HighMem")


def test_an_ended_attempt_cannot_be_stepped():
    for order in (0, 11):
        attempt = begin(one_zone(64), gfp.GFP_KERNEL, order)
        while attempt.stage is not None:
            step(attempt)
        with pytest.raises(ValueError, match="this request has ended; begin another one"):
            step(attempt)


def test_stepping_by_hand_is_the_same_as_a_request():
    machine, twin = three_zones(), three_zones()
    attempt = begin(machine, gfp.GFP_HIGHUSER, 2)
    while attempt.stage is not None:
        step(attempt)
    assert attempt.page == alloc_pages(twin, gfp.GFP_HIGHUSER, 2)
    assert state(machine) == state(twin)


def test_zones_without_a_reserve_serve_every_class():
    # A reserve that is left out is none, for every class that the zone can be asked by.
    machine = Machine([Zone("DMA", 0, 0, 64), Zone("Normal", 1, 64, 1, marks=FULL)], ("DMA", "Normal"))
    assert ask(machine, gfp.GFP_KERNEL)[0] == 0


def test_a_trace_ends_where_it_is_taken_away():
    machine = one_zone(64)
    _, events = ask(machine, gfp.GFP_KERNEL)
    assert named(events, "buffered_rmqueue") == [("Normal", 0, 0, 0)]
    machine.trace = None
    ask_again = alloc_pages(machine, gfp.GFP_KERNEL, 0)
    assert ask_again == 1 and machine.zones[0].trace is None
