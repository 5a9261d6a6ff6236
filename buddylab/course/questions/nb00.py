"""Questions of notebook 00: one line of dmesg."""

from random import Random

from buddylab.core import gfp
from buddylab.core.zone import PAGE_SIZE
from buddylab.course.experiments.nb00 import from_interrupt, trace
from buddylab.course.experiments.nb00 import verdict as verdict_of
from buddylab.course.field import figures, told, written
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.texts import texts
from buddylab.said import Said, as_is

__all__ = ["enough", "block_kb", "in_pages", "who_asked", "verdict", "bits"]

say = texts("nb00")
"""The words of the questions, by the question's name and what they are said about."""

YES_NO = (("yes", say("YES_NO.yes")), ("no", say("YES_NO.no")))


def enough(rng: Random | None) -> Question:
    """Does so much free memory suffice?"""
    name = pick(rng, "normal", ["numa", "network", "numa"])
    one = told(name)
    test, kb = one.tests[0], one.report.page_kb
    free = (test.state.free if test.state else 0) * kb
    return Question(
        kind="choice",
        choices=YES_NO,
        answer=lambda: "yes" if told(name).tests[0].passes else "no",
        step=lambda: written(told(name).tests[0]),
        text=say("enough.text", block=kb << one.order, label=test.label, free=free),
        right=say("enough.right"),
        otherwise=say("enough.otherwise"),
        wrong=(Wrong("yes", say("enough.wrong_yes"), "any_free_is_enough"),),
    )


def block_kb(rng: Random | None) -> Question:
    """What is an order in kB?"""
    order = pick(rng, 3, [1, 2, 5])
    pages = 1 << order
    return Question(
        kind="number",
        unit=as_is("kB"),
        answer=lambda: (PAGE_SIZE << order) // 1024,
        text=say("block_kb.text", order=order),
        right=say("block_kb.right", order=order, pages=pages),
        otherwise=say("block_kb.otherwise"),
        wrong=tuple(
            slip
            for slip in (
                Wrong(pages, say("block_kb.wrong_pages", pages=pages), "kb_and_pages"),
                Wrong(4 * order, say("block_kb.wrong_n4_times_order", order=order)),
            )
            if slip.given != (PAGE_SIZE << order) // 1024
        ),
    )


def in_pages(rng: Random | None) -> Question:
    """A figure of the report in pages."""
    name, word = pick(rng, ("normal", "free"), [("normal", "min"), ("dma", "free"), ("normal", "high"), ("dma", "low")])
    zone = told(name).report.zones[0]
    kb = zone.kb(word) or 0
    return Question(
        kind="number",
        unit=say("in_pages.unit"),
        answer=lambda: told(name).report.zones[0].pages(word, 4),
        text=say("in_pages.text", name=zone.name, word=word, kb=kb),
        right=say("in_pages.right"),
        otherwise=say("in_pages.otherwise"),
        wrong=(Wrong(kb, say("in_pages.wrong_kb"), "kb_and_pages"), Wrong(kb * 4, say("in_pages.wrong_kb_times_4"))),
    )


ASKED = (("task", say("ASKED.task")), ("interrupt", say("ASKED.interrupt")))


def who_asked(rng: Random | None) -> Question:
    """Did the process that is named ask?"""
    name = pick(rng, "small", ["numa", "network", "oom", "passes"])
    request = told(name).report.request
    comm = request.process if request else None
    slip = (
        Wrong("task", say("who_asked.wrong_task", comm=comm), "named_process_is_guilty")
        if from_interrupt(name)
        else Wrong("interrupt", say("who_asked.wrong_interrupt"))
    )
    return Question(
        kind="choice",
        choices=ASKED,
        answer=lambda: "interrupt" if from_interrupt(name) else "task",
        text=say("who_asked.text", comm=comm, trace_name=trace(name)),
        right=say("who_asked.right"),
        otherwise=say("who_asked.otherwise"),
        wrong=(slip,),
    )


VERDICTS = (
    ("few", say("VERDICTS.few")),
    ("kept", say("VERDICTS.kept")),
    ("pieces", say("VERDICTS.pieces")),
    ("passes", say("VERDICTS.passes")),
)


def verdict(rng: Random | None) -> Question:
    """Which of the four verdicts is it?"""
    name = pick(rng, "dma", ["normal", "small", "passes", "numa", "network"])
    one = told(name)
    test, fact = one.tests[0], figures(one)
    row = test.rows[0] if test.rows else test.last_row
    wrong = (
        Wrong("passes", say("verdict.wrong_passes"), "any_free_is_enough"),
        Wrong("pieces", say("verdict.wrong_pieces")),
        Wrong("few", say("verdict.wrong_few")),
    )
    return Question(
        kind="choice",
        choices=VERDICTS,
        answer=lambda: verdict_of(told(name)),
        step=lambda: written(told(name).tests[0]),
        text=say("verdict.text", order=one.order, needed=row.needed, fact=Said(*fact), reading=one.readings[0]),
        right=say("verdict.right"),
        otherwise=say("verdict.otherwise"),
        wrong=tuple(slip for slip in wrong if slip.given != verdict_of(one)),
    )


CALLERS = {
    "GFP_ATOMIC": say("CALLERS.GFP_ATOMIC"),
    "GFP_KERNEL": say("CALLERS.GFP_KERNEL"),
    "GFP_NOFS": say("CALLERS.GFP_NOFS"),
    "GFP_NOIO": say("CALLERS.GFP_NOIO"),
}


def bits(rng: Random | None) -> Question:
    """Which bits does a caller's mask have?"""
    name = pick(rng, "GFP_ATOMIC", ["GFP_KERNEL", "GFP_NOFS", "GFP_NOIO"])
    en, zh = CALLERS[name]
    mask = gfp.gfp_parse(name)
    return Question(
        kind="mask",
        bits=("WAIT", "HIGH", "IO", "FS"),
        answer=lambda: gfp.gfp_parse(name),
        text=say("bits.text", words=Said(en, zh)),
        right=say("bits.right", name=name, mask=mask),
        otherwise=say("bits.otherwise"),
        wrong=(Wrong(mask ^ gfp.WAIT, say("bits.wrong")),),
    )
