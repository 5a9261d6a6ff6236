"""Questions of notebook 12: fragmentation over time."""

from random import Random

from buddylab.course.bench import lines, lists
from buddylab.course.experiments.nb12 import after_waiting, all_but, fewest_pins, largest
from buddylab.course.question import Question, Text, Wrong, pick
from buddylab.world.observe import unusable_index

__all__ = ["layouts", "middle", "every_eighth", "waiting", "fewest", "pull", "index"]

SAME, BUDDY, MOVES = "free_is_interchangeable", "neighbours_are_buddies", "kernel_moves_pages"


def layouts(rng: Random | None) -> Question:
    """Two layouts of the same free total: which serves the order?"""
    pages = pick(rng, 16, [8, 32, 64])
    half, order = pages // 2, pages.bit_length() - 2
    size = half * 4
    choices: tuple[tuple[str, Text], ...] = (
        ("A", ("A only", "只有 A")),
        ("B", ("B only", "只有 B")),
        ("both", ("both: the same number of pages is free", "两个都行：空闲页数相同")),
        ("none", ("neither", "都不行")),
    )

    def serves() -> str:
        each = all_but(range(1, pages, 2), pages), all_but(range(half), pages)
        found = [name for name, machine in zip("AB", each, strict=True) if largest(machine) >= order]
        return {0: "none", 1: "".join(found), 2: "both"}[len(found)]

    return Question(
        kind="choice",
        choices=choices,
        answer=serves,
        text=(
            f"Two zones of {pages} pages, {half} free in each. In A every even page is free, in B the upper half. "
            f"Which one can serve a request of order {order}, {size} kB?",
            f"两个区，各 {pages} 页，各空闲 {half} 页。A 中偶数页空闲，B 中较高的一半空闲。哪个区能满足 {order} 阶"
            f"（{size} kB）的请求？",
        ),
        right=(
            "In A no free page has a free buddy, so nothing merges. In B all of them are one block.",
            "A 里没有一个空闲页的伙伴也空闲，所以什么也不合并。B 里它们合成一块。",
        ),
        otherwise=(
            "In A, which pages are the buddies of the free ones, and are they free?",
            "在 A 里，空闲页的伙伴是哪些页？它们空闲吗？",
        ),
        wrong=(
            Wrong(
                "both",
                (
                    "Free pages are not like money in an account: where they lie decides what they can do.",
                    "空闲页不像账户里的钱：它们在什么位置，决定了能派什么用场。",
                ),
                SAME,
            ),
            Wrong("A", ("Every free page of A has its buddy in use.", "A 的每个空闲页，其伙伴都在使用中。")),
            Wrong(
                "none",
                (
                    "The upper half of a zone that begins at pfn 0 is one aligned block.",
                    "从 pfn 0 开始的区，较高的一半正好是一个对齐的块。",
                ),
            ),
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

    def told() -> Text:
        text = lines(all_but([*range(first), *range(end, pages)], pages), orders[-1])
        return text, text

    whole: list[tuple[int, ...]] = [()] * 11
    whole[order] = (first,)
    swapped: list[tuple[int, ...]] = [()] * 11
    swapped[order - 1] = (first, first + (end - first) // 2)
    return Question(
        kind="lists",
        orders=orders,
        answer=after,
        step=told,
        text=(
            f"Of {pages} pages all are in use, as single pages. Pages {first} to {end - 1} come back, in ascending "
            f"order: {end - first} pages side by side. What lies on the free lists then? Write the head first, leave "
            "an empty list empty.",
            f"共 {pages} 页，全部在使用中，都是按单页分配的。第 {first} 到 {end - 1} 页按升序归还："
            f"{end - first} 页连在一起。此后各空闲链表上有什么？先写表头；链表为空就不填。",
        ),
        right=(
            f"The two halves are neighbours and no buddies: the buddy of {first} is {first} XOR "
            f"{1 << order - 1} = {first ^ 1 << order - 1}, which is in use. So there is no block of order {order}.",
            f"这两半相邻，但不是伙伴：{first} 的伙伴是 {first} XOR {1 << order - 1} = {first ^ 1 << order - 1}，"
            f"在使用中。所以没有 {order} 阶块。",
        ),
        otherwise=(
            "Follow the merges: which is the buddy of each grown block, and is it free?",
            "一步步跟着合并：每个变大的块，伙伴是谁？空闲吗？",
        ),
        wrong=(
            Wrong(
                tuple(whole),
                (
                    f"A block of order {order} begins at a multiple of {1 << order}, and {first} is none.",
                    f"{order} 阶块从 {1 << order} 的倍数开始，{first} 不是。",
                ),
                BUDDY,
            ),
            Wrong(
                tuple(swapped),
                (
                    "The right blocks; but the one that was merged last lies at the head.",
                    "块是对的，但最后合并出来的在表头。",
                ),
            ),
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
        unit=("(order)", "（阶）"),
        answer=order,
        text=(
            f"1,024 pages. Pages 0, {step}, {2 * step} and so on stay in use, all others are free: {part:g} "
            "percent. Which is the largest order that is free?",
            f"共 1,024 页。第 0、{step}、{2 * step}……页一直在使用中，其余全部空闲：{part:g}%。最大的空闲阶是几？",
        ),
        right=(
            f"Of each {step} pages the first is taken. The largest block that is left is the half without it: order "
            f"{bits - 1}.",
            f"每 {step} 页里第一页被占用，剩下最大的块就是不含它的那一半：{bits - 1} 阶。",
        ),
        otherwise=(
            f"Look at {step} pages of which the first is in use. How do the others merge?",
            f"看 {step} 页，其中第一页在使用中。其余的怎样合并？",
        ),
        wrong=(
            Wrong(
                9,
                (
                    "Almost everything is free, but not in one piece: a page that stays splits every block around it.",
                    "几乎全部空闲，但不是一整块：留下的一页把它周围的每个块都隔断了。",
                ),
                SAME,
            ),
            Wrong(
                10,
                (
                    "A single page in use is enough to rule out order 10 here.",
                    "这里只要有一页在使用中，10 阶就没有了。",
                ),
                SAME,
            ),
            Wrong(
                bits,
                (
                    f"There are {step - 1} free pages in a row, one too few, and not aligned.",
                    f"连续空闲 {step - 1} 页，差一页，也不对齐。",
                ),
                BUDDY,
            ),
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
        unit=("(order)", "（阶）"),
        answer=order,
        text=(
            f"The zone has 1,024 pages; one page in {step} is in use, and its largest free order is {before}. For "
            f"{hours} hours nobody allocates and nobody frees. Which is its largest free order then?",
            f"该区有 1,024 页，每 {step} 页里有一页在使用中，最大空闲阶是 {before}。"
            f"{hours} 小时内没有人分配也没有人释放。之后最大空闲阶是几？",
        ),
        right=(
            "Nothing moves by itself: in 2.6.21 a page stays where it is until its owner gives it back.",
            "什么也不会自己移动：在 2.6.21 里，页面一直待在原处，直到所有者归还。",
        ),
        otherwise=("Who would change anything in the lists?", "谁会去改动链表？"),
        wrong=(
            Wrong(
                10,
                (
                    "Nobody tidies up: 2.6.21 moves no page that is in use to make room.",
                    "没有人整理：2.6.21 内核不会为了腾地方而移动使用中的页。",
                ),
                MOVES,
            ),
            Wrong(
                before + 1,
                ("Merging happens when a block is freed, at no other time.", "只有释放时才合并，别的时候都不会。"),
                MOVES,
            ),
        ),
    )


def fewest(rng: Random | None) -> Question:
    """How few pages in use can rule out an order altogether?"""
    order = pick(rng, 3, [2, 4, 5])
    size = 1 << order

    def count() -> int:
        return fewest_pins(order)

    return Question(
        kind="number",
        unit=("(pages)", "（页）"),
        answer=count,
        text=(
            "A zone has 1,024 pages. What is the smallest number of pages in use with which no block of order "
            f"{order}, {size * 4} kB, can be free?",
            f"一个区有 1,024 页。最少只要有多少页在使用中，就能使 {order} 阶（{size * 4} kB）的空闲块一个也没有？",
        ),
        right=(
            f"There are 1,024 / {size} places where such a block could begin, and one page in each spoils it.",
            f"这样的块有 1,024 / {size} 个可能的位置，每个位置只要占用一页就不成了。",
        ),
        otherwise=(
            f"Where can a block of order {order} begin? How many such places are there?",
            f"{order} 阶块可以从哪里开始？这样的位置有几个？",
        ),
        wrong=(
            Wrong(
                512,
                (
                    "That would be half of the zone. It takes far less: what counts is where the pages are.",
                    "那是半个区。用不了那么多：关键在页面的位置。",
                ),
                SAME,
            ),
            Wrong(
                1024 - size + 1,
                (
                    f"That is how many pages in use leave fewer than {size} free. Fewer pages in "
                    "use, well placed, do it too.",
                    f"那是使空闲页少于 {size} 所需的页数。位置合适的话，少得多的页就够了。",
                ),
                SAME,
            ),
        ),
    )


def pull(rng: Random | None) -> Question:
    """Three pages stay: which one must go for a block of order 3?"""
    stay = pick(rng, (5, 8, 11), [(2, 9, 12), (1, 6, 13), (3, 10, 15), (0, 4, 14)])

    def which() -> int:
        return next(pfn for pfn in stay if largest(all_but([one for one in stay if one != pfn])) >= 3)

    def before() -> Text:
        text = lines(all_but(stay), 3)
        return text, text

    lonely = next(pfn for pfn in stay if sum(one // 8 == pfn // 8 for one in stay) == 1)
    names, names_zh = (sep.join(map(str, stay)) for sep in (", ", "、"))
    return Question(
        kind="number",
        unit=("(pfn)", "（页帧号）"),
        answer=which,
        step=before,
        text=(
            f"Of 16 pages only {names} are in use. You may have one of them given back, and want a block of order 3. "
            "Which one?",
            f"16 页里只有第 {names_zh} 页在使用中。你可以让其中一页归还，想得到一个 3 阶块。该选哪一页？",
        ),
        right=(
            "Its half of the zone has no other page in use, so it becomes one block of eight.",
            "它所在的那一半里没有别的页在使用中，于是合成一个 8 页的块。",
        ),
        otherwise=(
            "A block of order 3 is page 0 to 7 or 8 to 15, nothing in between.",
            "3 阶块要么是第 0～7 页，要么是第 8～15 页，中间的不算。",
        ),
        wrong=tuple(
            Wrong(pfn, ("The other page in its half still splits it.", "它那一半里的另一页仍把块隔开。"))
            for pfn in stay
            if pfn != lonely
        ),
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
        unit=("(percent)", "（%）"),
        answer=percent,
        text=(
            f"Free blocks: {listed}. What share of the free pages lies in blocks too small for order {order}, in "
            "whole percent?",
            f"空闲块：{listed_zh}。空闲页中，百分之几位于对 {order} 阶来说太小的块里（取整数）？",
        ),
        right=(f"{free - useful} of {free} pages.", f"{free} 页中的 {free - useful} 页。"),
        otherwise=("Count pages, not blocks: a block of order n has 2^n pages.", "数页，不数块：n 阶块有 2^n 页。"),
        wrong=tuple(
            Wrong(value, say)
            for value, say in (
                (
                    round(100 * sum(counts[:order]) / sum(counts)),
                    ("That is the share of the blocks, not of the pages.", "那是块的比例，不是页的比例。"),
                ),
                (
                    round(100 * useful / free),
                    ("That is the usable share; the rest was asked for.", "那是可用的比例；问的是其余的部分。"),
                ),
            )
            if value != percent()
        ),
    )
