"""Answers to the course's questions: the right one as the screen sends it, and wrong ones near it, by kind."""

from dataclasses import replace
from functools import cache

from buddylab.core import gfp
from buddylab.core.zone import MAX_ORDER
from buddylab.course import find
from buddylab.course.question import STAGE_NAMES


def drawn(name, seed=0):
    """This draw of a question, which asks the simulator once however often it is judged."""
    question = find(name, seed)
    return replace(question, answer=cache(question.answer), step=question.step and cache(question.step))


def said(question, value):
    """An answer as the screen sends it."""
    if question.kind == "lists":
        return {str(order): " ".join(map(str, value[order])) for order in question.orders}
    return value if question.kind == "mask" else str(value)


def lists_near(question, answer):
    """A page more, the first list lost, every list one order off, and each from tail to head."""
    rows = [answer[order] for order in question.orders]
    changed = [[(*rows[0], 999), *rows[1:]], [(), *rows[1:]], [*rows[1:], rows[0]], [row[::-1] for row in rows]]
    found = [dict(zip(question.orders, rows, strict=True)) for rows in changed]
    return [tuple(rows.get(order, ()) for order in range(MAX_ORDER)) for rows in found]


NEAR = {
    "number": lambda _, answer: [answer - 1, answer + 1, 2 * answer, 0],
    "choice": lambda question, _: [key for key, _ in question.choices],
    "stage": lambda _, answer: [name for name in STAGE_NAMES if name != answer][:3],
    "mask": lambda question, answer: [answer ^ gfp.BITS[bit] for bit in question.bits],
    "lists": lists_near,
}
"""kind -> what a student might give instead of the answer; the answer itself may be among it."""


def wrong_ones(question):
    """Different wrong answers to a question: those near the right one, and those that it foresees."""
    answer = question.answer()
    near = [*NEAR[question.kind](question, answer), *(wrong.given for wrong in question.wrong)]
    return [given for given in dict.fromkeys(near) if given != answer]
