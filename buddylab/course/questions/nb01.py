"""Questions of notebook 01: buddies and free lists."""

from random import Random

from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.zone import PAGE_SIZE, TOP
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.small_machines import free, full, lines, lists, little
from buddylab.course.texts import texts
from buddylab.said import Said, as_is

__all__ = ["order_of", "split_lists", "next_page", "merge56", "merged_order", "buddy_of"]

say = texts("nb01")
"""The words of the questions, by the question's name and what they are said about."""

BUDDY = "neighbours_are_buddies"
YES_NO = (("yes", say("YES_NO.yes")), ("no", say("YES_NO.no")))


def merge56(rng: Random | None) -> Question:
    """Two single neighbouring pages are free: do they merge?"""
    first = pick(rng, 5, list(range(15)))

    def after() -> Said:
        told = lines(free(full(), [first, first + 1]), 1)
        return as_is(told)

    def merges() -> str:
        return "yes" if lists(free(full(), [first, first + 1]))[1] else "no"

    buddy = first ^ 1
    fact = say("merge56.fact", first=first, buddy=buddy)
    return Question(
        kind="choice",
        choices=YES_NO,
        answer=merges,
        step=after,
        text=say("merge56.text", first=first, second=first + 1),
        right=say("merge56.right", fact=Said(*fact)),
        otherwise=say("merge56.otherwise", fact=Said(*fact)),
        wrong=() if first % 2 == 0 else (Wrong("yes", say("merge56.wrong_yes", fact=Said(*fact)), BUDDY),),
    )


def order_of(rng: Random | None) -> Question:
    """Which order holds so many kB?"""
    kb = pick(rng, 100, [36, 50, 72, 130, 200, 300])
    pages = -(-kb * 1024 // PAGE_SIZE)
    order = (pages - 1).bit_length()
    size = (PAGE_SIZE << order) // 1024
    return Question(
        kind="number",
        unit=say("order_of.unit"),
        answer=lambda: next(o for o in range(TOP) if PAGE_SIZE << o >= kb << 10),
        text=say("order_of.text", kb=kb),
        right=say("order_of.right", kb=kb, pages=pages, order=order, block=1 << order, size=size, wasted=size - kb),
        otherwise=say("order_of.otherwise", kb=kb, pages=pages),
        wrong=(
            Wrong(
                order - 1, say("order_of.wrong_order_less_1", block=1 << order - 1, one_below=order - 1, half=size // 2)
            ),
            Wrong(
                order + 2, say("order_of.wrong_order_plus_2", block=1 << order + 2, two_above=order + 2), "kb_and_pages"
            ),
            Wrong(pages, say("order_of.wrong_pages", pages=pages)),
        ),
    )


def split_lists(rng: Random | None) -> Question:
    """One block is split: what lies on the lists afterwards?"""
    order = pick(rng, 0, [1, 2])

    def after() -> Said:
        machine = little()
        alloc_pages(machine, 0, order)
        told = lines(machine, 4)
        return as_is(told)

    def left() -> tuple[tuple[int, ...], ...]:
        machine = little()
        alloc_pages(machine, 0, order)
        return lists(machine)

    lower: list[tuple[int, ...]] = [()] * 11
    for half in range(order, 4):
        lower[half] = (16 - (2 << half),)
    size = "one page" if order == 0 else f"a block of order {order}"
    return Question(
        kind="lists",
        orders=(0, 1, 2, 3, 4),
        answer=left,
        step=after,
        text=say("split_lists.text", size=size, order=order),
        right=say("split_lists.right"),
        otherwise=say("split_lists.otherwise"),
        wrong=(Wrong(tuple(lower), say("split_lists.wrong_tuple_lower")),),
    )


def next_page(rng: Random | None) -> Question:
    """Three pages come back: which goes out first?"""
    freed = pick(rng, [9, 3, 5], [[12, 2, 7], [10, 1, 6], [15, 0, 8]])

    def first() -> int:
        page = alloc_pages(free(full(), freed), 0, 0)
        return -1 if page is None else page

    def before() -> Said:
        told = lines(free(full(), freed), 0)
        return as_is(told)

    first_freed, lowest, last = freed
    return Question(
        kind="number",
        unit=say("next_page.unit"),
        answer=first,
        step=before,
        text=say("next_page.text", first_freed=first_freed, lowest=lowest, last=last),
        right=say("next_page.right"),
        otherwise=say("next_page.otherwise"),
        wrong=(Wrong(first_freed, say("next_page.wrong_first_freed")), Wrong(lowest, say("next_page.wrong_lowest"))),
    )


def buddy_of(rng: Random | None) -> Question:
    """Where is a block's buddy?"""
    pfn, order = pick(rng, (12, 2), [(8, 3), (20, 2), (6, 1), (24, 3), (40, 3)])

    def buddy() -> int:
        machine = full(64)
        return next(b for b in range(0, 64, 1 << order) if b != pfn and _merge(machine.copy(), pfn, b, order))

    up, there = pfn + (1 << order), pfn ^ 1 << order
    return Question(
        kind="number",
        unit=say("buddy_of.unit"),
        answer=buddy,
        text=say("buddy_of.text", order=order, pfn=pfn),
        right=say("buddy_of.right", pfn=pfn, block=1 << order, there=there, order=order),
        otherwise=say("buddy_of.otherwise", order=order, pfn=pfn, block=1 << order),
        wrong=(
            Wrong(up if up != there else pfn - (1 << order), say("buddy_of.wrong", pfn=pfn, block=2 << order), BUDDY),
        ),
    )


def _merge(machine: Machine, pfn: int, other: int, order: int) -> bool:
    """Do these two blocks, freed page by page in a full machine, become one of the next order?"""
    size = 1 << order
    free(machine, [*range(pfn, pfn + size), *range(other, other + size)])
    return bool(lists(machine)[order + 1])


def merged_order(rng: Random | None) -> Question:
    """The last page in use comes back: how large is the block then?"""
    page = pick(rng, 6, [0, 3, 9, 13])

    def order() -> int:
        machine = free(full(), [pfn for pfn in range(16) if pfn != page])
        free(machine, [page])
        return next(o for o, pfns in enumerate(lists(machine)) if pfns)

    def before() -> Said:
        told = lines(free(full(), [pfn for pfn in range(16) if pfn != page]), 3)
        return as_is(told)

    return Question(
        kind="number",
        unit=say("merged_order.unit"),
        answer=order,
        step=before,
        text=say("merged_order.text", page=page),
        right=say("merged_order.right"),
        otherwise=say("merged_order.otherwise"),
        wrong=(Wrong(1, say("merged_order.wrong_1")),),
    )
