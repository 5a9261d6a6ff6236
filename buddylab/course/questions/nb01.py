"""Questions of notebook 01: buddies and free lists."""

from random import Random

from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.zone import PAGE_SIZE, TOP
from buddylab.course.bench import free, full, lines, lists, little
from buddylab.course.question import Question, Text, Wrong, pick

__all__ = ["order_of", "split_lists", "next_page", "merge56", "merged_order", "buddy_of"]

BUDDY = "neighbours_are_buddies"
YES_NO = (
    ("yes", ("yes, one block of order 1", "会，成为一个 1 阶块")),
    ("no", ("no, two blocks of order 0", "不会，还是两个 0 阶块")),
)


def merge56(rng: Random | None) -> Question:
    """Two single neighbouring pages are free: do they merge?"""
    first = pick(rng, 5, list(range(15)))

    def after() -> Text:
        told = lines(free(full(), [first, first + 1]), 1)
        return told, told

    def merges() -> str:
        return "yes" if lists(free(full(), [first, first + 1]))[1] else "no"

    buddy = first ^ 1
    fact = (
        f"The buddy of page {first} is {first} XOR 1 = {buddy}.",
        f"第 {first} 页的伙伴是 {first} XOR 1 = {buddy}。",
    )
    return Question(
        kind="choice",
        choices=YES_NO,
        answer=merges,
        step=after,
        text=(
            f"Of 16 pages all are in use. Page {first} is given back, then page {first + 1}. Do the two merge?",
            f"共 16 页，全部在用。先归还第 {first} 页，再归还第 {first + 1} 页。它们会合并吗？",
        ),
        right=(f"{fact[0]} Only the buddy counts, not the neighbour.", f"{fact[1]} 只看伙伴，不看邻居。"),
        otherwise=(f"{fact[0]} It is free, so the two become one block.", f"{fact[1]} 它空闲，于是两页合成一块。"),
        wrong=()
        if first % 2 == 0
        else (
            Wrong(
                "yes",
                (
                    f"They are neighbours, not buddies. {fact[0]} A block of order 1 begins at an even pfn.",
                    f"它们是邻居，不是伙伴。{fact[1]} 1 阶块总从偶数页帧号开始。",
                ),
                BUDDY,
            ),
        ),
    )


def order_of(rng: Random | None) -> Question:
    """Which order holds so many kB?"""
    kb = pick(rng, 100, [36, 50, 72, 130, 200, 300])
    pages = -(-kb * 1024 // PAGE_SIZE)
    order = (pages - 1).bit_length()
    size = (PAGE_SIZE << order) // 1024
    return Question(
        kind="number",
        unit=("(order)", "（阶）"),
        answer=lambda: next(o for o in range(TOP) if PAGE_SIZE << o >= kb << 10),
        text=(
            f"A driver wants {kb} kB in one piece. Which order must it ask for? A page has 4 kB.",
            f"驱动程序要一整块 {kb} kB 的内存。它必须申请几阶？一页 4 kB。",
        ),
        right=(
            f"{kb} kB are {pages} pages, and order {order} is the first with as many: {1 << order} pages, "
            f"{size} kB. {size - kb} kB of it stay unused: internal fragmentation.",
            f"{kb} kB 是 {pages} 页，{order} 阶是第一个够大的：{1 << order} 页，{size} kB。"
            f"其中 {size - kb} kB 用不上：内部碎片。",
        ),
        otherwise=(
            f"Count pages first: {kb} kB are {pages} pages. Then take the smallest power of two that is not less.",
            f"先数页：{kb} kB 是 {pages} 页。再取不小于它的最小的 2 的幂。",
        ),
        wrong=(
            Wrong(
                order - 1,
                (
                    f"Order {order - 1} has {1 << order - 1} pages, {size // 2} kB: too small.",
                    f"{order - 1} 阶只有 {1 << order - 1} 页，{size // 2} kB：太小。",
                ),
            ),
            Wrong(
                order + 2,
                (
                    f"2^{order + 2} is {1 << order + 2}: you counted kB. An order counts pages of 4 kB.",
                    f"2^{order + 2} 是 {1 << order + 2}：你数的是 kB。阶数的是 4 kB 的页。",
                ),
                "kb_and_pages",
            ),
            Wrong(
                pages,
                (
                    f"{pages} is the number of pages. An order is the exponent: order n has 2^n pages.",
                    f"{pages} 是页数。阶是指数：n 阶有 2^n 页。",
                ),
            ),
        ),
    )


def split_lists(rng: Random | None) -> Question:
    """One block is split: what lies on the lists afterwards?"""
    order = pick(rng, 0, [1, 2])

    def after() -> Text:
        machine = little()
        alloc_pages(machine, 0, order)
        told = lines(machine, 4)
        return told, told

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
        text=(
            f"16 pages are free as one block of order 4 at pfn 0. Somebody takes {size}. "
            "What lies on the free lists then? Leave an empty list empty.",
            f"16 页空闲，是 pfn 0 处的一个 4 阶块。有人取走一个 {order} 阶块。此后各空闲链表上有什么？空链表留空。",
        ),
        right=(
            "expand() keeps the low half and puts every upper half on the list of its order.",
            "expand() 留下低的一半，把每次的高一半挂到相应阶的链表上。",
        ),
        otherwise=(
            "Halve 16 pages until the size fits. Each time the low half goes on, the upper half becomes free.",
            "把 16 页对半分，直到大小合适。每次低的一半继续分，高的一半变为空闲。",
        ),
        wrong=(
            Wrong(
                tuple(lower),
                (
                    "You gave away the upper end. expand() hands out the low half and frees the upper.",
                    "你交出的是高端。expand() 交出低的一半，空出高的一半。",
                ),
            ),
        ),
    )


def next_page(rng: Random | None) -> Question:
    """Three pages come back: which goes out first?"""
    freed = pick(rng, [9, 3, 5], [[12, 2, 7], [10, 1, 6], [15, 0, 8]])

    def first() -> int:
        page = alloc_pages(free(full(), freed), 0, 0)
        return -1 if page is None else page

    def before() -> Text:
        told = lines(free(full(), freed), 0)
        return told, told

    first_freed, lowest, last = freed
    return Question(
        kind="number",
        unit=("(pfn)", "（页帧号）"),
        answer=first,
        step=before,
        text=(
            f"All 16 pages are in use. Pages {first_freed}, {lowest} and {last} come back, in this order; "
            "none has a free buddy. Now one page is asked for. Which one is given?",
            f"16 页全部在用。依次归还第 {first_freed}、{lowest}、{last} 页；谁的伙伴都不空闲。现在要一页。给出哪一页？",
        ),
        right=(
            "The list is a stack: list_add puts a block at the head, and the head is taken. What came back last is "
            "likely to be in the cache still.",
            "链表是个栈：list_add 把块放到表头，取的也是表头。最后归还的页多半还在缓存里。",
        ),
        otherwise=("Only a page that is free can be given.", "只能给出空闲的页。"),
        wrong=(
            Wrong(
                first_freed,
                (
                    "That would be a queue. The kernel's list is a stack: last in, first out.",
                    "那是队列。内核的链表是栈：后进先出。",
                ),
            ),
            Wrong(
                lowest,
                ("Nobody looks for the lowest address: the list is not sorted.", "没有人去找最低的地址：链表不排序。"),
            ),
        ),
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
        unit=("(pfn)", "（页帧号）"),
        answer=buddy,
        text=(
            f"A block of order {order} begins at pfn {pfn}. At which pfn does its buddy begin?",
            f"一个 {order} 阶块从 pfn {pfn} 开始。它的伙伴从哪个 pfn 开始？",
        ),
        right=(
            f"{pfn} XOR {1 << order} = {there}: the two differ in bit {order} alone.",
            f"{pfn} XOR {1 << order} = {there}：两者只差第 {order} 位。",
        ),
        otherwise=(
            f"Flip bit {order} of {pfn}, which is worth {1 << order}.",
            f"把 {pfn} 的第 {order} 位（值 {1 << order}）翻转。",
        ),
        wrong=(
            Wrong(
                up if up != there else pfn - (1 << order),
                (
                    f"That is the neighbour on the other side. Together with pfn {pfn} it would not be aligned to "
                    f"{2 << order} "
                    "pages.",
                    f"那是另一侧的邻居。它和 pfn {pfn} 合起来不按 {2 << order} 页对齐。",
                ),
                BUDDY,
            ),
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

    def before() -> Text:
        told = lines(free(full(), [pfn for pfn in range(16) if pfn != page]), 3)
        return told, told

    return Question(
        kind="number",
        unit=("(order)", "（阶）"),
        answer=order,
        step=before,
        text=(
            f"Of 16 pages only page {page} is in use. It comes back. Of which order is the block that it ends up in?",
            f"16 页里只有第 {page} 页在用。它被归还。它最后落在几阶的块里？",
        ),
        right=(
            "It merges four times: each time the buddy of the grown block is free too.",
            "它合并四次：每次长大后的块，其伙伴也空闲。",
        ),
        otherwise=(
            "Follow it up: a block of order 0 finds its buddy, one of order 1 finds its buddy, and so on.",
            "逐级看：0 阶块找到伙伴，1 阶块又找到伙伴，如此继续。",
        ),
        wrong=(
            Wrong(
                1,
                (
                    "One merge is not the end: the new block looks for its own buddy.",
                    "合并一次还没完：新块还要找自己的伙伴。",
                ),
            ),
        ),
    )
