"""Questions of notebook 06: the per-cpu lists."""

from random import Random

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.record import record
from buddylab.core.setup import setup_pageset, zone_batchsize
from buddylab.core.zone import Zone
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.small_machines import at_hand, lines, lists, little
from buddylab.course.texts import texts
from buddylab.said import Said, as_is

__all__ = [
    "free_rises",
    "order1_rises",
    "refilled_lists",
    "next_page",
    "overflow",
    "mark_first",
    "where_from",
    "batch_of",
]

say = texts("nb06")
"""The words of the questions, by the question's name and what they are said about."""

EVERY_ORDER, INCLUDES = "pcp_serves_every_order", "free_includes_pcp"


def taken(machine: Machine, pages: int, order: int = 0) -> list[int]:
    """So many blocks, taken from the machine one after the other."""
    asked = (alloc_pages(machine, 0, order) for _ in range(pages))
    return [pfn for pfn in asked if pfn is not None]


def risen(machine: Machine, pfns: list[int], order: int = 0) -> int:
    """By how many pages NR_FREE_PAGES rises when these blocks come back."""
    before = machine.zones[0].nr_free_pages
    for pfn in pfns:
        machine.free_pages(pfn, order)
    return machine.zones[0].nr_free_pages - before


def rise_of_singles(pages: int) -> int:
    """Of 64 pages 12 are taken and so many given back: by how much does NR_FREE_PAGES rise?"""
    machine = little(64, 3)
    held = taken(machine, 12)
    return risen(machine, held[:pages])


def free_rises(rng: Random | None) -> Question:
    """Single pages are given back: does the count of free pages rise?"""
    pages = pick(rng, 1, [2, 3, 4, 5])

    def after() -> Said:
        machine = little(64, 3)
        before = machine.zones[0].nr_free_pages
        held = taken(machine, 12)
        middle = machine.zones[0].nr_free_pages
        risen(machine, held[:pages])
        told = at_hand(machine)
        return say("free_rises.after", before=before, middle=middle, told=told)

    many = "a single page" if pages == 1 else f"{pages} single pages, one after the other"
    return Question(
        kind="number",
        unit=say("free_rises.unit"),
        step=after,
        answer=lambda: rise_of_singles(pages),
        text=say("free_rises.text", many=many, pages=pages),
        right=say("free_rises.right"),
        otherwise=say("free_rises.otherwise"),
        wrong=(Wrong(pages, say("free_rises.wrong_pages"), INCLUDES),),
    )


def order1_rises(rng: Random | None) -> Question:
    """A block of a higher order is given back: does the count rise?"""
    order = pick(rng, 1, [2, 3, 4])
    pages = 1 << order

    def rise() -> int:
        machine = little(64, 3)
        return risen(machine, taken(machine, 1, order), order)

    return Question(
        kind="number",
        unit=say("order1_rises.unit"),
        answer=rise,
        text=say("order1_rises.text", order=order, pages=pages),
        right=say("order1_rises.right"),
        otherwise=say("order1_rises.otherwise", order=order),
        wrong=(Wrong(0, say("order1_rises.wrong_0"), EVERY_ORDER),),
    )


def refilled_lists(rng: Random | None) -> Question:
    """One page is asked for, a batch leaves the free lists."""
    batch, pages = pick(rng, (3, 16), [(1, 16), (7, 16), (3, 8), (7, 32)])
    upto = pages.bit_length() - 1

    def after(size: int) -> Machine:
        machine = little(pages, size)
        alloc_pages(machine, 0, 0)
        return machine

    def shown() -> Said:
        told = f"{lines(after(batch), upto)}\n{at_hand(after(batch))}"
        return as_is(told)

    one = lists(after(0))
    return Question(
        kind="lists",
        orders=tuple(range(upto)),
        answer=lambda: lists(after(batch)),
        step=shown,
        text=say("refilled_lists.text", pages=pages, batch=batch, last=upto - 1),
        right=say("refilled_lists.right", batch=batch),
        otherwise=say("refilled_lists.otherwise", batch=batch),
        wrong=() if one == lists(after(batch)) else (Wrong(one, say("refilled_lists.wrong_one", batch=batch)),),
    )


def next_page(rng: Random | None) -> Question:
    """Some pages are given back: which is handed out next?"""
    order = pick(rng, [2, 7, 4], [[5, 1, 8], [0, 6, 3], [9, 2, 5], [3, 1, 8]])
    said = ", ".join(map(str, order))

    def handed_out() -> int:
        machine = little(64, 3)
        taken(machine, 12)
        risen(machine, order)
        return taken(machine, 1)[0]

    return Question(
        kind="number",
        unit=say("next_page.unit"),
        answer=handed_out,
        text=say("next_page.text", said=said),
        right=say("next_page.right"),
        otherwise=say("next_page.otherwise"),
        wrong=(Wrong(order[0], say("next_page.wrong_order_0")), Wrong(min(order), say("next_page.wrong_min_order")))[
            : 1 + (min(order) != order[0])
        ],
    )


def overflow(rng: Random | None) -> Question:
    """A list reaches `high`: how much goes back to the free lists?"""
    batch, more = pick(rng, (3, 0), [(1, 0), (3, -1), (7, 0), (3, 1), (7, -1)])
    high = 6 * batch
    frees = high + more

    def reached() -> int:
        machine = little(64, batch)
        return risen(machine, drained(machine, 2 * high)[:frees])

    keeps = Wrong(0, say("overflow.wrong_0"))
    return Question(
        kind="number",
        unit=say("overflow.unit"),
        answer=reached,
        text=say("overflow.text", batch=batch, high=high, frees=frees),
        right=say("overflow.right", batch=batch, high=high),
        otherwise=say("overflow.otherwise", high=high, batch=batch),
        wrong=(Wrong(frees, say("overflow.wrong_frees")), *((keeps,) if more >= 0 else ())),
    )


def drained(machine: Machine, pages: int) -> list[int]:
    """So many pages, taken; what the refill brought beyond that goes back to the free lists."""
    held = taken(machine, pages)
    machine.drain_local_pages()
    return held


def marked(free: int, at_hand: int = 15) -> Machine:
    """64 pages with marks 10, 20 and 30, of which so many lie in the free lists and so many on the hot list."""
    zone = Zone("Normal", 0, 0, 64, marks=(10, 20, 30), lowmem_reserve=[0])
    machine, reclaimer = Machine([zone], ("Normal",)), Task(PF_MEMALLOC=True)
    held = [alloc_pages(machine, 0, 0, task=reclaimer) for _ in range(64 - free)]
    setup_pageset(zone, 16)
    for pfn in held[:at_hand]:
        if pfn is not None:
            machine.free_pages(pfn, 0)
    return machine


def mark_first(rng: Random | None) -> Question:
    """The mark is tested before the per-cpu list is looked at."""
    free = pick(rng, 20, [21, 16, 12, 24])

    def stages() -> list[str]:
        events = record(marked(free), gfp.GFP_KERNEL, 0).events
        return [str(event[1]) for event in events if event[0] == "stage" and event[1] != "got_pg"]

    return Question(
        kind="stage",
        answer=lambda: stages()[-1],
        step=lambda: as_is(" → ".join(stages())),
        text=say("mark_first.text", free=free),
        right=say("mark_first.right"),
        otherwise=say("mark_first.otherwise"),
        wrong=(Wrong("restart", say("mark_first.wrong_restart", free=free), INCLUDES),)
        if free <= 20
        else (Wrong("min_attempt", say("mark_first.wrong_min_attempt", free=free)),),
    )


PLACES = (("hot", say("PLACES.hot")), ("cold", say("PLACES.cold")), ("free", say("PLACES.free")))


def where_from(rng: Random | None) -> Question:
    """The hot list is well filled, and __GFP_COLD is set: where does the block come from?"""
    order = pick(rng, 0, [1, 2])
    block = "one page" if order == 0 else f"a block of order {order}"

    def place() -> str:
        machine = little(64, 3)
        risen(machine, taken(machine, 12))
        zone = machine.zones[0]
        hot, free = len(zone.hot.pages), zone.nr_free_pages
        alloc_pages(machine, gfp.COLD, order)
        return "hot" if len(zone.hot.pages) < hot else "cold" if order == 0 and zone.nr_free_pages < free else "free"

    return Question(
        kind="choice",
        choices=PLACES,
        answer=place,
        text=say("where_from.text", block=block, order=order),
        right=(say("where_from.right") if order == 0 else say("where_from.right_2")),
        otherwise=say("where_from.otherwise"),
        wrong=(
            Wrong("hot", say("where_from.wrong_hot"), EVERY_ORDER if order else ""),
            *(
                (Wrong("cold", say("where_from.wrong_cold"), EVERY_ORDER),)
                if order
                else (Wrong("free", say("where_from.wrong_free")),)
            ),
        ),
    )


def batch_of(rng: Random | None) -> Question:
    """The batch that the kernel computes for a zone of this size."""
    mb = pick(rng, 48, [32, 96, 160, 256, 400, 880])
    pages = mb * 256
    quarter = min(pages // 1024, 128) // 4
    batch = zone_batchsize(Zone("Normal", 0, 0, pages))
    rounded = quarter if quarter != batch else quarter + 1
    return Question(
        kind="number",
        unit=say("batch_of.unit"),
        answer=lambda: zone_batchsize(Zone("Normal", 0, 0, pages)),
        text=say("batch_of.text", mb=mb, pages=pages),
        right=say(
            "batch_of.right",
            pages=pages,
            quarter=quarter,
            batch=batch,
            thousandth=pages // 1024,
            one_and_a_half=quarter + quarter // 2,
            next=batch + 1,
        ),
        otherwise=say("batch_of.otherwise"),
        wrong=(Wrong(rounded, say("batch_of.wrong_rounded")), Wrong(batch + 1, say("batch_of.wrong_batch_plus_1")))[
            : 2 if rounded != batch + 1 else 1
        ],
    )
