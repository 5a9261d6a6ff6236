"""Questions of notebook 12: fragmentation over time."""

from random import Random

from buddylab.course.experiments.nb12 import after_waiting, all_but, fewest_pins, largest
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.small_machines import lines, lists
from buddylab.course.texts import texts
from buddylab.said import Said, as_is
from buddylab.world.observe import unusable_index

__all__ = ["layouts", "middle", "every_eighth", "waiting", "fewest", "pull", "index"]

say = texts("nb12")
"""The words of the questions, by the question's name and what they are said about."""

SAME, BUDDY, MOVES = "free_is_interchangeable", "neighbours_are_buddies", "kernel_moves_pages"


def layouts(rng: Random | None) -> Question:
    """Two layouts of the same free total: which serves the order?"""
    pages = pick(rng, 16, [8, 32, 64])
    half, order = pages // 2, pages.bit_length() - 2
    size = half * 4
    choices: tuple[tuple[str, Said], ...] = (
        ("A", say("layouts.choices_A")),
        ("B", say("layouts.choices_B")),
        ("both", say("layouts.choices_both")),
        ("none", say("layouts.choices_none")),
    )

    def serves() -> str:
        each = all_but(range(1, pages, 2), pages), all_but(range(half), pages)
        found = [name for name, machine in zip("AB", each, strict=True) if largest(machine) >= order]
        return {0: "none", 1: "".join(found), 2: "both"}[len(found)]

    return Question(
        kind="choice",
        choices=choices,
        answer=serves,
        text=say("layouts.text", pages=pages, half=half, order=order, size=size),
        right=say("layouts.right"),
        otherwise=say("layouts.otherwise"),
        wrong=(
            Wrong("both", say("layouts.wrong_both"), SAME),
            Wrong("A", say("layouts.wrong_A")),
            Wrong("none", say("layouts.wrong_none")),
        ),
    )


def middle(rng: Random | None) -> Question:
    """The middle of a zone is free, side by side: what lies on the lists?"""
    pages = pick(rng, 16, [8, 32])
    first, end = pages // 4, pages * 3 // 4
    order = (end - first).bit_length() - 1
    orders = tuple(range(pages.bit_length()))

    def after() -> tuple[tuple[int, ...], ...]:
        return lists(all_but([*range(first), *range(end, pages)], pages))

    def told() -> Said:
        text = lines(all_but([*range(first), *range(end, pages)], pages), orders[-1])
        return as_is(text)

    whole: list[tuple[int, ...]] = [()] * 11
    whole[order] = (first,)
    swapped: list[tuple[int, ...]] = [()] * 11
    swapped[order - 1] = (first, first + (end - first) // 2)
    return Question(
        kind="lists",
        orders=orders,
        answer=after,
        step=told,
        text=say("middle.text", pages=pages, first=first, last=end - 1, length=end - first),
        right=say("middle.right", first=first, block=1 << order - 1, order=order, buddy=first ^ 1 << order - 1),
        otherwise=say("middle.otherwise"),
        wrong=(
            Wrong(tuple(whole), say("middle.wrong_tuple_whole", order=order, block=1 << order, first=first), BUDDY),
            Wrong(tuple(swapped), say("middle.wrong_tuple_swapped")),
        ),
    )


def every_eighth(rng: Random | None) -> Question:
    """One page in so many stays: the largest free order?"""
    step = pick(rng, 8, [16, 32, 64])
    part, bits = 100 - 100 / step, step.bit_length() - 1

    def order() -> int:
        return largest(all_but(range(0, 1024, step), 1024))

    return Question(
        kind="number",
        unit=say("every_eighth.unit"),
        answer=order,
        text=say("every_eighth.text", step=step, part=part, two_steps=2 * step),
        right=say("every_eighth.right", step=step, one_fewer=bits - 1),
        otherwise=say("every_eighth.otherwise", step=step),
        wrong=(
            Wrong(9, say("every_eighth.wrong_9"), SAME),
            Wrong(10, say("every_eighth.wrong_10"), SAME),
            Wrong(bits, say("every_eighth.wrong_bits", before=step - 1), BUDDY),
        ),
    )


def waiting(rng: Random | None) -> Question:
    """Nobody allocates or frees for hours: does a larger block appear?"""
    hours, step = pick(rng, (8, 8), [(10, 8), (3, 16), (24, 32)])
    before = step.bit_length() - 2

    def order() -> int:
        return after_waiting(all_but(range(0, 1024, step), 1024), hours)

    return Question(
        kind="number",
        unit=say("waiting.unit"),
        answer=order,
        text=say("waiting.text", step=step, before=before, hours=hours),
        right=say("waiting.right"),
        otherwise=say("waiting.otherwise"),
        wrong=(Wrong(10, say("waiting.wrong_10"), MOVES), Wrong(before + 1, say("waiting.wrong_before_plus_1"), MOVES)),
    )


def fewest(rng: Random | None) -> Question:
    """How few pages in use can rule out an order altogether?"""
    order = pick(rng, 3, [2, 4, 5])
    size = 1 << order

    def count() -> int:
        return fewest_pins(order)

    return Question(
        kind="number",
        unit=say("fewest.unit"),
        answer=count,
        text=say("fewest.text", order=order, kb=size * 4),
        right=say("fewest.right", size=size),
        otherwise=say("fewest.otherwise", order=order),
        wrong=(
            Wrong(512, say("fewest.wrong_512"), SAME),
            Wrong(1024 - size + 1, say("fewest.wrong_n1024_less_size_plus_1", size=size), SAME),
        ),
    )


def pull(rng: Random | None) -> Question:
    """Three pages stay: which one must go for a block of order 3?"""
    stay = pick(rng, (5, 8, 11), [(2, 9, 12), (1, 6, 13), (3, 10, 15), (0, 4, 14)])

    def which() -> int:
        return next(pfn for pfn in stay if largest(all_but([one for one in stay if one != pfn])) >= 3)

    def before() -> Said:
        text = lines(all_but(stay), 3)
        return as_is(text)

    lonely = next(pfn for pfn in stay if sum(one // 8 == pfn // 8 for one in stay) == 1)
    names, names_zh = (sep.join(map(str, stay)) for sep in (", ", "、"))
    return Question(
        kind="number",
        unit=say("pull.unit"),
        answer=which,
        step=before,
        text=say("pull.text", names=Said(names, names_zh)),
        right=say("pull.right"),
        otherwise=say("pull.otherwise"),
        wrong=tuple(Wrong(pfn, say("pull.wrong_pfn")) for pfn in stay if pfn != lonely),
    )


def index(rng: Random | None) -> Question:
    """The unusable free space index of a list of blocks."""
    counts, order = pick(rng, ((20, 10, 5, 5), 3), [((40, 10, 10, 0), 2), ((12, 5, 5, 10), 3), ((18, 4, 4, 3), 2)])
    free = sum(count << o for o, count in enumerate(counts))
    useful = sum(count << o for o, count in enumerate(counts) if o >= order)
    listed = ", ".join(f"{count} of order {o}" for o, count in enumerate(counts))
    listed_zh = "，".join(f"{o} 阶 {count} 块" for o, count in enumerate(counts))

    def percent() -> int:
        return round(100 * unusable_index(counts, order))

    return Question(
        kind="number",
        unit=say("index.unit"),
        answer=percent,
        text=say("index.text", order=order, listed=Said(listed, listed_zh)),
        right=say("index.right", free=free, useless=free - useful),
        otherwise=say("index.otherwise"),
        wrong=tuple(
            Wrong(value, say)
            for value, say in (
                (round(100 * sum(counts[:order]) / sum(counts)), say("index.wrong")),
                (round(100 * useful / free), say("index.wrong_2")),
            )
            if value != percent()
        ),
    )
