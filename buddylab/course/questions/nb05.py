"""Questions of notebook 05: the case of 280 MB free."""

from functools import cache
from random import Random

from buddylab.course.experiments.nb05 import case, changed, clumped, first_request
from buddylab.course.field import figures, told, written
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.texts import texts
from buddylab.explorer.knobs import checked, start
from buddylab.explorer.recording import play
from buddylab.reports import Explanation, ZoneTest, explain, row_text
from buddylab.said import Said, as_is

__all__ = ["big_blocks", "which_row", "short_by", "order2", "dma", "moves", "last_stage", "largest", "what_helps"]

say = texts("nb05")
"""The words of the questions, by the question's name and what they are said about."""

YES_NO = (("yes", say("YES_NO.yes")), ("no", say("YES_NO.no")))


def from_field(rng: Random | None) -> Explanation:
    """The case, or another refused GFP_ATOMIC request, explained."""
    name = pick(rng, "", ["numa", "small", "network"])
    return told(name) if name else explain(case())


def asked(one: Explanation) -> Said:
    """The figures of the zone tried first, and the request."""
    en, zh = figures(one)
    return say("asked.request", order=one.order, words=Said(en, zh))


SHARES = (
    ("most", say("SHARES.most")),
    ("tenth", say("SHARES.tenth")),
    ("hundredth", say("SHARES.hundredth")),
    ("less", say("SHARES.less")),
)


def big_blocks(rng: Random | None) -> Question:
    """Which share of the free pages lies in blocks that are large enough?"""
    order = pick(rng, 3, [1, 2, 4])

    def pages() -> tuple[int, int]:
        counts = case().zone("Normal").blocks or ()
        held = [nr << o for o, nr in enumerate(counts)]
        return sum(held[order:]), sum(held)

    def share() -> str:
        large, total = pages()
        return next(
            (key for key, parts in (("most", 2), ("tenth", 10), ("hundredth", 100)) if large * parts > total), "less"
        )

    large, total = pages()
    return Question(
        kind="choice",
        choices=SHARES,
        answer=share,
        text=say("big_blocks.text", total=total, order=order, block=1 << order),
        step=lambda: say("big_blocks.step", large=large, total=total, share=large / total),
        right=say("big_blocks.right"),
        otherwise=say("big_blocks.otherwise"),
        wrong=(Wrong("most", say("big_blocks.wrong_most"), "fragmentation_is_rare"),),
    )


def which_row(rng: Random | None) -> Question:
    """Which row of the test refuses?"""
    one = from_field(rng)
    fact, row = asked(one), one.tests[0].last_row
    wrong = [Wrong(0, say("which_row.wrong_0"), "any_free_is_enough")]
    if one.order:
        wrong.append(Wrong(one.order + 1, say("which_row.wrong_order_plus_1", order=one.order)))
    return Question(
        kind="number",
        unit=say("which_row.unit"),
        answer=lambda: one.tests[0].last_row.order,
        step=lambda: written(one.tests[0]),
        text=say("which_row.text", fact=Said(*fact)),
        right=say("which_row.right", row_text_row=row_text(row)),
        otherwise=say("which_row.otherwise"),
        wrong=tuple(slip for slip in wrong if slip.given != row.order),
    )


def short_by(rng: Random | None) -> Question:
    """How many pages were missing in the row that refused?"""
    one = from_field(rng)
    fact, row = asked(one), one.tests[0].last_row
    return Question(
        kind="number",
        unit=say("short_by.unit"),
        answer=lambda: one.tests[0].short,
        text=say("short_by.text", order=row.order, row_text_row=row_text(row), fact=Said(*fact)),
        right=say("short_by.right"),
        otherwise=say("short_by.otherwise", needed=row.needed),
        wrong=(Wrong(row.needed - row.free, say("short_by.wrong_needed_less_free")),),
    )


def order2(rng: Random | None) -> Question:
    """Would another order have passed?"""
    order = pick(rng, 2, [1, 4, 5])
    passes = bool(explain(case(), order=order).tests[0].passes)
    there = sum((case().zone("Normal").blocks or ())[order:])
    slip = (
        Wrong("no", say("order2.wrong_no", order=order))
        if passes
        else Wrong("yes", say("order2.wrong_yes", order=order, there=there), "any_free_is_enough")
    )
    return Question(
        kind="choice",
        choices=YES_NO,
        step=lambda: written(explain(case(), order=order).tests[0]),
        answer=lambda: "yes" if explain(case(), order=order).tests[0].passes else "no",
        text=say("order2.text", order=order),
        right=say("order2.right"),
        otherwise=say("order2.otherwise"),
        wrong=(slip,),
    )


def dma(rng: Random | None) -> Question:
    """May the request have a block of the zone below?"""
    order = pick(rng, 3, [0, 1, 2, 4, 5])

    def tested() -> ZoneTest:
        return explain(case(), order=order).tests[1]

    passes = bool(tested().passes)
    slip = (
        Wrong("no", say("dma.wrong_no")) if passes else Wrong("yes", say("dma.wrong_yes"), "fallback_is_free_for_all")
    )
    return Question(
        kind="choice",
        choices=YES_NO,
        answer=lambda: "yes" if tested().passes else "no",
        step=lambda: written(tested()),
        text=say("dma.text", order=order),
        right=say("dma.right"),
        otherwise=say("dma.otherwise"),
        wrong=(slip,),
    )


NEXT = (
    ("moves", say("NEXT.moves")),
    ("reclaims", say("NEXT.reclaims")),
    ("kills", say("NEXT.kills")),
    ("gives_up", say("NEXT.gives_up")),
)


@cache
def stages(gfp_mask: str, order: int) -> list[str]:
    """The stages that the explorer's setting goes through, on the machine of the report."""
    knobs = {**start(), "gfp_mask": gfp_mask, "order": order, "in_interrupt": gfp_mask == "GFP_ATOMIC"}
    return [event[1] for event in play(checked(knobs))[1].events if event[0] == "stage"]


def moves(rng: Random | None) -> Question:
    """What does the kernel do to get a block?"""
    mask = pick(rng, "GFP_KERNEL", ["GFP_ATOMIC", "GFP_NOFS", "GFP_NOIO"])

    def done() -> str:
        way = stages(mask, 3)
        ends = (("direct_reclaim", "reclaims"), ("out_of_memory", "kills"), ("nopage", "gives_up"))
        return next(key for stage, key in ends if stage in way)

    return Question(
        kind="choice",
        choices=NEXT,
        answer=done,
        step=lambda: as_is(" -> ".join(stages(mask, 3))),
        text=say("moves.text", mask=mask),
        right=Said(
            "The stages below show it. Whether blocks of eight come of it is luck: buddies merge only where both "
            "happen to be freed."
            if mask != "GFP_ATOMIC"
            else "It may not sleep, so it cannot reclaim. That is all the kernel has to offer.",
            "下面的各阶段说明了。能否凑成八页的块要看运气：只有两个伙伴恰好都被释放才会合并。"
            if mask != "GFP_ATOMIC"
            else "它不能睡眠，所以不能回收。内核没有别的办法了。",
        ),
        otherwise=say("moves.otherwise"),
        wrong=(Wrong("moves", say("moves.wrong_moves"), "kernel_moves_pages"),),
    )


def last_stage(rng: Random | None) -> Question:
    """From which stage does the ladder leave for nopage?"""
    mask, order = pick(rng, ("GFP_ATOMIC", 3), [("GFP_KERNEL", 5), ("GFP_KERNEL", 6), ("GFP_ATOMIC", 5)])

    def before() -> str:
        way = stages(mask, order)
        return way[way.index("nopage") - 1]

    return Question(
        kind="stage",
        answer=before,
        step=lambda: as_is(" -> ".join(stages(mask, order))),
        text=say("last_stage.text", mask=mask, order=order),
        right=say("last_stage.right"),
        otherwise=say("last_stage.otherwise"),
        wrong=(
            Wrong("min_attempt", say("last_stage.wrong_min_attempt")),
            Wrong("out_of_memory", say("last_stage.wrong_out_of_memory"), "oom_means_zero_free"),
        ),
    )


def largest(rng: Random | None) -> Question:
    """The largest order that such a zone gives."""
    scatter = pick(rng, -1, [100, 90, 80, 70])
    report = case() if scatter < 0 else clumped(scatter)
    counts = report.zone("Normal").blocks or ()
    top = max(order for order, nr in enumerate(counts) if nr)

    def given() -> int:
        return max(order for order, passes in enumerate(first_request(report)) if passes)

    listed = ", ".join(map(str, counts))
    return Question(
        kind="number",
        unit=say("largest.unit"),
        answer=given,
        text=say("largest.text", listed=listed),
        right=say("largest.right"),
        otherwise=say("largest.otherwise"),
        wrong=() if top == given() else (Wrong(top, say("largest.wrong_top", top=top), "any_free_is_enough"),),
    )


HELPS = (
    ("pages", say("HELPS.pages")),
    ("block", say("HELPS.block")),
    ("marks", say("HELPS.marks")),
    ("nothing", say("HELPS.nothing")),
)


def what_helps(rng: Random | None) -> Question:
    """Which change would have let the request pass?"""
    name = pick(rng, "", ["numa", "network", "numa"])
    one = told(name) if name else explain(case())
    fact, right = asked(one), next((how for how in ("pages", "block", "marks") if changed(one, how)), "nothing")
    wrong = (
        Wrong("pages", say("what_helps.wrong_pages"), "free_is_interchangeable"),
        Wrong("block", say("what_helps.wrong_block")),
        Wrong("marks", say("what_helps.wrong_marks")),
    )
    return Question(
        kind="choice",
        choices=HELPS,
        answer=lambda: next((how for how in ("pages", "block", "marks") if changed(one, how)), "nothing"),
        text=say("what_helps.text", fact=Said(*fact)),
        right=say("what_helps.right"),
        otherwise=say("what_helps.otherwise"),
        wrong=tuple(slip for slip in wrong if slip.given != right),
    )
