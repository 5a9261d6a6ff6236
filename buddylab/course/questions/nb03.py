"""Questions of notebook 03: the inequality."""

from collections.abc import Sequence
from functools import partial
from random import Random

from buddylab.core import gfp
from buddylab.core.ladder import alloc_pages
from buddylab.core.record import record
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, Zone, watermark_rows, zone_watermark_ok
from buddylab.core.zone import lowered as core_lowered
from buddylab.course.experiments.nb03 import who_passes
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.small_machines import with_free
from buddylab.course.texts import texts
from buddylab.said import Said, as_is
from buddylab.view.rows import compared

__all__ = ["least", "kb", "first_or_second", "lowered", "below_min", "split_up", "row"]

say = texts("nb03")
"""The words of the questions, by the question's name and what they are said about."""

KB = "kb_and_pages"
BELOW = "below_min_nobody"
PASSES = (("yes", say("PASSES.yes")), ("no", say("PASSES.no")))
FLAGS = {"HIGH": ALLOC_HIGH, "HARDER": ALLOC_HARDER, "HIGH and HARDER": ALLOC_HIGH | ALLOC_HARDER}


def _normal(*blocks: int) -> Zone:
    """The Normal zone of 1 GB (pages_min 939) with so many free blocks of order 0, 1, ..."""
    return with_free("i386_1g", Normal=blocks).zone("Normal")


def _least_that_passes(order: int, mark: int, flags: int) -> int:
    """The smallest number of free pages that passes, where all lie in blocks of order 10."""
    zone = _normal(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    for free in range(zone.nr_free_pages):
        zone.nr_free_pages = free
        if zone_watermark_ok(zone, order, mark, 1, flags):
            return free
    raise ValueError(f"order {order} does not pass {mark} with up to {free} free pages")


def least(rng: Random | None) -> Question:
    """How many pages must be free, if they lie in one piece?"""
    order = pick(rng, 0, [1, 2, 3, 4])
    size = 1 << order

    def fewest() -> int:
        return _least_that_passes(order, 939, 0)

    wrong = [Wrong(939 + size - 1, say("least.wrong_n939_plus_size_less_1"))]
    if order > 1:
        wrong.append(Wrong(940, say("least.wrong_940", size=size, others=size - 1)))
    wrong.append(Wrong(3760 if not order else 3756 + 4 * size, say("least.wrong"), KB))
    return Question(
        kind="number",
        unit=say("least.unit"),
        answer=fewest,
        wrong=tuple(wrong),
        text=say("least.text", order=order),
        right=say("least.right", size=size, above_939=939 + size),
        otherwise=say("least.otherwise", size=size),
    )


def kb(rng: Random | None) -> Question:
    """A free memory in kB against a mark in pages."""
    free = pick(rng, 3400, [1200, 2800, 3600, 4400])

    def outcome() -> str:
        return "yes" if who_passes(_normal(free // 4), 0) == 4 else "no"

    def rows() -> Said:
        told = f"{free} kB = {free // 4} pages; {free // 4} > 939?"
        return Said(told, f"{free} kB = {free // 4} 页；{free // 4} > 939？")

    return Question(
        kind="choice",
        choices=PASSES,
        answer=outcome,
        step=rows,
        text=say("kb.text", free=free),
        right=say("kb.right"),
        otherwise=say("kb.otherwise", free=free, pages=free // 4),
        wrong=() if free // 4 > 939 else (Wrong("yes", say("kb.wrong_yes", free=free, pages=free // 4), KB),),
    )


def first_or_second(rng: Random | None) -> Question:
    """In which stage does a request find its page?"""
    free, name = pick(
        rng, (1000, "GFP_KERNEL"), [(1500, "GFP_KERNEL"), (600, "GFP_ATOMIC"), (1200, "GFP_ATOMIC"), (1100, "GFP_NOFS")]
    )

    def stage() -> str:
        events = record(with_free("i386_1g", Normal=[free]), gfp.NAMES[name], 0).events
        return str([event[1] for event in events if event[0] == "stage"][-2])

    wrong = (
        ()
        if free > 1173
        else (
            Wrong("restart", say("first_or_second.wrong_restart", free=free)),
            Wrong("direct_reclaim", say("first_or_second.wrong_direct_reclaim"), BELOW if free < 939 else ""),
        )
    )
    return Question(
        kind="stage",
        answer=stage,
        wrong=wrong,
        text=say("first_or_second.text", free=free, name=name),
        right=say("first_or_second.right"),
        otherwise=say("first_or_second.otherwise"),
    )


def lowered(rng: Random | None) -> Question:
    """What do HIGH and HARDER make of a mark?"""
    mark, name = pick(
        rng,
        (939, "HIGH and HARDER"),
        [(125, "HIGH and HARDER"), (939, "HARDER"), (641, "HIGH"), (109, "HIGH and HARDER")],
    )
    flags = FLAGS[name]
    steps = core_lowered(mark, flags)

    def after() -> int:
        return _least_that_passes(0, mark, flags) - 1

    eighths = {"HIGH and HARDER": 3, "HARDER": 6, "HIGH": 4}[name]
    other = (mark - mark // 4) - (mark - mark // 4) // 2
    foreseen = [
        Wrong(mark * eighths // 8, say("lowered.wrong_mark_times_eighths_by_8", eighths=eighths, mark=mark)),
        *([Wrong(other, say("lowered.wrong_other"))] if eighths == 3 else []),
        Wrong(mark // 4, say("lowered.wrong_mark_by_4")),
        Wrong(steps[-1][1] * 4, say("lowered.wrong_steps_1_times_4"), KB),
    ]
    given = [wrong.given for wrong in foreseen]
    said = "; ".join(f"{flag}: {value}" for flag, value in steps)
    return Question(
        kind="number",
        unit=say("lowered.unit"),
        answer=after,
        text=say("lowered.text", mark=mark, name=Said(name, name.replace("and", "和"))),
        right=say("lowered.right", mark=mark, said=said),
        otherwise=say("lowered.otherwise", mark=mark, half=mark // 2, quarter=mark // 4),
        wrong=tuple(wrong for at, wrong in enumerate(foreseen) if wrong.given not in (steps[-1][1], *given[:at])),
    )


WHO = (("0", say("WHO.0")), ("1", say("WHO.1")), ("2", say("WHO.2")), ("3", say("WHO.3")), ("4", say("WHO.4")))


def below_min(rng: Random | None) -> Question:
    """Fewer pages than pages_min are free: who gets one?"""
    free = pick(rng, 600, [400, 800, 930, 300])
    wrong = [Wrong("4", say("below_min.wrong_4"))]
    if free > 353:
        wrong.insert(0, Wrong("0", say("below_min.wrong_0"), BELOW))
    return Question(
        kind="choice",
        choices=WHO,
        answer=lambda: str(who_passes(_normal(free), 0)),
        wrong=tuple(wrong),
        text=say("below_min.text", free=free),
        right=say("below_min.right", free=free),
        otherwise=say("below_min.otherwise"),
    )


def both_tests(blocks: Sequence[int]) -> Said:
    """The rows of the order-2 test against pages_min for a request without rights and for one with both."""
    zone = _normal(*blocks)
    told = "\n".join(
        f"{name}: " + ", ".join(map(compared, watermark_rows(zone, 2, zone.pages_min, 1, flags)))
        for name, flags in (("GFP_KERNEL", 0), ("GFP_ATOMIC", ALLOC_HIGH | ALLOC_HARDER))
    )
    return as_is(told)


def split_up(rng: Random | None) -> Question:
    """Much is free, in small blocks: who gets an order-2 block?"""
    blocks = pick(rng, (20000, 2700, 50), [(20000, 2700, 70), (20000, 2700, 20), (3000, 800, 60), (400, 90, 240)])
    free = sum(nr << order for order, nr in enumerate(blocks))

    def who() -> str:
        got = [
            alloc_pages(with_free("i386_1g", Normal=blocks), mask | gfp.NORETRY, 2) is not None
            for mask in (gfp.GFP_KERNEL, gfp.GFP_ATOMIC)
        ]
        return ("none", "atomic", "both")[sum(got)]

    large = blocks[2] * 4 - 3
    wrong = []
    if large <= 234:
        wrong.append(
            Wrong(
                "both",
                say("split_up.wrong_both", free=free, large=large, upper_pages=blocks[2] * 4),
                "any_free_is_enough",
            )
        )
    if large > 88:
        wrong.append(Wrong("none", say("split_up.wrong_none", large=large)))
    return Question(
        kind="choice",
        answer=who,
        step=partial(both_tests, blocks),
        wrong=tuple(wrong),
        choices=(
            ("none", say("split_up.choices_none")),
            ("atomic", say("split_up.choices_atomic")),
            ("kernel", say("split_up.choices_kernel")),
            ("both", say("split_up.choices_both")),
        ),
        text=say("split_up.text", blocks0=blocks[0], blocks1=blocks[1], blocks2=blocks[2]),
        right=say("split_up.right"),
        otherwise=say("split_up.otherwise"),
    )


ROWS: list[tuple[int, tuple[int, ...]]] = [
    (3, (1200, 300, 20, 10)),
    (2, (500, 200, 5)),
    (3, (4000, 10, 5, 60)),
    (3, (100, 100, 100, 200)),
    (2, (2000, 300, 300)),
]
"""Other requests for `row`: the order, and free blocks of the orders from 0 on."""


def row(rng: Random | None) -> Question:
    """At which row of the test does a request fail?"""
    order, blocks = pick(rng, (3, (900, 20, 40, 30)), ROWS)
    free = sum(nr << o for o, nr in enumerate(blocks))

    def ends() -> str:
        zone = _normal(*blocks)
        last = watermark_rows(zone, order, zone.pages_min, 1, 0)[-1]
        return "none" if last.ok else str(last.order)

    def rows() -> Said:
        zone = _normal(*blocks)
        told = "\n".join(f"{row.order}: {compared(row)}" for row in watermark_rows(zone, order, zone.pages_min, 1, 0))
        return as_is(told)

    names = [
        (str(o), Said(f"the row of order {o}" if o else "row 0: all free blocks", f"第 {o} 行"))
        for o in range(order + 1)
    ]
    listed = ", ".join(map(str, blocks))
    return Question(
        kind="choice",
        answer=ends,
        step=rows,
        choices=(*names, ("none", say("row.choices_none"))),
        text=say("row.text", listed=listed, free=free, order=order),
        right=say("row.right"),
        otherwise=say("row.otherwise", free=free, block=1 << order),
        wrong=(Wrong("none", say("row.wrong_none"), "any_free_is_enough"),)
        if not zone_watermark_ok(_normal(*blocks), order, 939, 1, 0)
        else (),
    )
