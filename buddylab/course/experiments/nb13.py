"""Notebook 13: reports cut short, margins against min_free_kbytes, what the core says to claims, one's certainty."""

from collections.abc import Sequence
from functools import cache

from buddylab.core import gfp
from buddylab.core.attempt import Livelock
from buddylab.core.environment import Task
from buddylab.core.ladder import alloc_pages
from buddylab.core.record import record
from buddylab.course.experiments.nb00 import verdict
from buddylab.course.field import state, text, told
from buddylab.course.question import NOT_ANSWERED
from buddylab.course.session import Session, session
from buddylab.course.small_machines import full, with_free
from buddylab.explorer.knobs import checked, start
from buddylab.explorer.recording import play
from buddylab.machines import hardware
from buddylab.reports import Explanation, explain, parse
from buddylab.reports.rules import lowered
from buddylab.said import Said

FIVE = {
    "numa": "2.6.x, two nodes",
    "network": "2.6.38, aoe_tx",
    "oom": "3.13, out of memory",
    "passes": "4.8, in:imklog",
    "torn": "4.9, torn",
}
"""The five reports: name in `course.field`, and what the notebook calls them."""


def verdict_word(one: Explanation) -> str:
    """One of the four verdicts of notebook 00, or `none` where the report does not say enough."""
    return "none" if one.verdict.passes is None else verdict(one)


def without(name: str, word: str) -> Explanation:
    """The report with every line taken out that has this word."""
    kept = "\n".join(line for line in text(name).splitlines() if word not in line)
    return explain(parse(kept)[0])


def margins(name: str, factors: Sequence[float]) -> list[tuple[float, int]]:
    """(factor, pages to spare in the tightest row of the zone tried first) if its mark were so many times as high.

    Negative: so many pages short. C: zone_watermark_ok up to 4.3; from 4.4 on only its first row.
    """
    one = told(name)
    known, rule, found = state(one.tests[0]), one.rule, []
    if rule is None:
        raise ValueError(f"the kernel of the report {name!r} has no rule here")
    for factor in factors:
        mark = lowered(round(known.mark * factor), one.rights, rule)
        free = known.free - (1 << one.order) + 1
        spare = free - mark - known.reserve
        for order in range(1, one.order + 1) if rule.name == "loop" else ():
            free -= (known.counts or ())[order - 1] << order - 1
            spare = min(spare, free - (mark >> order))
        found.append((factor, spare))
    return found


def shuts_the_door(bit: int, order: int) -> bool:
    """Does this bit turn the request of a task with PF_MEMALLOC, on a machine below min, from a page into NULL?"""
    machine = with_free("small", Normal=[4, 2, 1])
    return alloc_pages(machine, gfp.GFP_KERNEL | bit, order, task=Task(PF_MEMALLOC=True)) is None


def returns_null(gfp_mask: int) -> bool:
    """Does a request for one page return NULL where nothing is free and nobody helps? False: it goes round for ever."""
    try:
        return alloc_pages(full(), gfp_mask, 0, max_rounds=20) is None
    except Livelock:
        return False


@cache
def without_reclaim(gfp_mask: str) -> bool:
    """Does an order-3 request on the machine of the report get its block though nothing was freed for it?"""
    run = play(checked({**start(), "gfp_mask": gfp_mask}))[1]
    return run.page is not None and not any(event[0] == "try_to_free_pages" for event in run.events)


@cache
def singles_serve(order: int) -> bool:
    """70,060 single pages are free in Normal of a 1 GB machine: does a GFP_ATOMIC request of this order get a block?"""
    return alloc_pages(with_free("i386_1g", Normal=[70060]), gfp.GFP_ATOMIC, order) is not None


def pages_min(mb: int) -> int:
    """pages_min of a machine with one zone of so many MB."""
    return hardware.of({"Normal": mb}).machine().zones[0].pages_min


def pcp_alone(order: int) -> bool:
    """Twelve single pages are free besides those on the per-cpu lists, no mark to respect: is this order to be had?"""
    machine = with_free("small", Normal=[200])
    zone = machine.zones[-1]
    zone.pages_min = zone.pages_low = 0
    while zone.nr_free_pages > 12:
        alloc_pages(machine, gfp.GFP_ATOMIC, 0)
    return alloc_pages(machine, gfp.GFP_ATOMIC, order) is not None


def below_min(free: int) -> bool:
    """So many single pages are free in Normal of a 1 GB machine: does a GFP_ATOMIC request for one page get it?"""
    return alloc_pages(with_free("i386_1g", Normal=[free]), gfp.GFP_ATOMIC, 0) is not None


def time_passed() -> int:
    """Jiffies that a GFP_ATOMIC request takes that wakes kswapd."""
    machine = with_free("i386_1g", Normal=[500])
    run = record(machine, gfp.GFP_ATOMIC, 3)
    return machine.jiffies - run.jiffies


def certainty(work: Session = session) -> str:
    """How often one was right, by how sure one was: a line for guess, fairly, certain."""
    lines = []
    for level, word in enumerate((Said("guess", "猜的"), Said("fairly", "较有把握"), Said("certain", "确定")), 1):
        tries = [attempt.right for attempt in work.attempts if attempt.confidence == level]
        if tries:
            right = Said(f"{sum(tries)} of {len(tries)} right", f"答对 {sum(tries)}/{len(tries)}")
            lines.append(f"{word.both()}: {right.both()}")
    return "\n".join(lines) or NOT_ANSWERED
