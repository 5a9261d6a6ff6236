"""Questions of notebook 06: the per-cpu lists."""

from random import Random

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.record import record
from buddylab.core.setup import setup_pageset, zone_batchsize
from buddylab.core.zone import Zone
from buddylab.course.bench import at_hand, lines, lists, little
from buddylab.course.question import Question, Text, Wrong, pick

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

    def after() -> Text:
        machine = little(64, 3)
        before = machine.zones[0].nr_free_pages
        held = taken(machine, 12)
        middle = machine.zones[0].nr_free_pages
        risen(machine, held[:pages])
        told = at_hand(machine)
        return (
            f"NR_FREE_PAGES at first {before}, with 12 pages handed out {middle}. Afterwards:\n{told}",
            f"NR_FREE_PAGES 起初为 {before}，交出 12 页后为 {middle}。归还之后：\n{told}",
        )

    many = "a single page" if pages == 1 else f"{pages} single pages, one after the other"
    return Question(
        kind="number",
        unit=("pages", "页"),
        step=after,
        answer=lambda: rise_of_singles(pages),
        text=(
            f"Of 64 pages 12 are in use. The per-cpu list is empty and may hold up to 17 pages. A program gives back "
            f"{many}. By how many pages does NR_FREE_PAGES rise?",
            f"64 页中 12 页在用。每 CPU 链表是空的，最多可存 17 页。程序归还 {pages} 个单页。NR_FREE_PAGES "
            "增加多少页？",
        ),
        right=(
            "They lie on the hot list. NR_FREE_PAGES counts what lies in the free lists, and nothing came there.",
            "它们在热链表上。NR_FREE_PAGES 只数空闲链表里的页，而那里什么也没有来。",
        ),
        otherwise=(
            "Where do the pages go first? Only what reaches a free list is counted.",
            "这些页先去了哪里？只有到达空闲链表的才被计数。",
        ),
        wrong=(
            Wrong(
                pages,
                (
                    "Free, yes, but counted as free only once they reach a free list. First they wait on "
                    "the hot list, for this processor alone.",
                    "它们确实没人用，但到达空闲链表后才算空闲。它们先留在热链表上，只供这个处理器用。",
                ),
                INCLUDES,
            ),
        ),
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
        unit=("pages", "页"),
        answer=rise,
        text=(
            f"The same machine. Now a block of order {order} is given back, {pages} pages in one piece. By how many "
            "pages does NR_FREE_PAGES rise?",
            f"同一台机器。现在归还一个 {order} 阶块，即连续的 {pages} 页。NR_FREE_PAGES 增加多少页？",
        ),
        right=(
            "The per-cpu lists hold single pages only. Every other order goes straight to the free lists, under the "
            "zone's lock.",
            "每 CPU 链表只放单页。其他各阶都在持有区锁的情况下直接进入空闲链表。",
        ),
        otherwise=(
            f"Order {order} does not go by the per-cpu lists: count the pages of the block.",
            f"{order} 阶不经过每 CPU 链表：数一数这个块有几页。",
        ),
        wrong=(
            Wrong(
                0,
                (
                    "That would be so if the per-cpu lists served every order. They hold single pages, order 0, "
                    "and nothing else.",
                    "只有当每 CPU 链表服务于所有阶时才会这样。它们只放 0 阶的单页。",
                ),
                EVERY_ORDER,
            ),
        ),
    )


def refilled_lists(rng: Random | None) -> Question:
    """One page is asked for, a batch leaves the free lists."""
    batch, pages = pick(rng, (3, 16), [(1, 16), (7, 16), (3, 8), (7, 32)])
    upto = pages.bit_length() - 1

    def after(size: int) -> Machine:
        machine = little(pages, size)
        alloc_pages(machine, 0, 0)
        return machine

    def shown() -> Text:
        told = f"{lines(after(batch), upto)}\n{at_hand(after(batch))}"
        return told, told

    one = lists(after(0))
    return Question(
        kind="lists",
        orders=tuple(range(upto)),
        answer=lambda: lists(after(batch)),
        step=shown,
        text=(
            f"A zone of {pages} free pages, one block at pfn 0. The hot list is empty, its batch is {batch}. "
            f"Somebody asks for one page. What lies on the free lists of orders 0 to {upto - 1} afterwards? Heads "
            "first.",
            f"一个区有 {pages} 个空闲页，是从 pfn 0 开始的一整块。热链表为空，batch 为 {batch}。有人申请一页。"
            f"之后 0 到 {upto - 1} 阶的空闲链表上各有什么？先写表头。",
        ),
        right=(
            f"The refill takes {batch} from the free lists, one at a time. The caller gets the first of them.",
            f"补充时从空闲链表逐页取 {batch} 页。调用者得到其中的第一页。",
        ),
        otherwise=(
            f"Take single pages one after the other, {batch} of them, as in notebook 01: the head of the "
            "smallest list that has a block, cut down to one page.",
            f"像笔记本 01 那样逐页取 {batch} 次：取最小的有块的链表的表头，拆到一页。",
        ),
        wrong=()
        if one == lists(after(batch))
        else (
            Wrong(
                one,
                (
                    f"That is what one page leaves behind. The list was empty, so {batch} pages go, not one.",
                    f"这是只取一页的结果。链表是空的，所以取走 {batch} 页，不是一页。",
                ),
            ),
        ),
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
        unit=("(pfn)", "（页帧号）"),
        answer=handed_out,
        text=(
            f"The hot list is empty. Pages {said} are given back in this order, then somebody asks for one page. "
            "Which one is it?",
            f"热链表为空。依次归还第 {said} 页，然后有人申请一页。得到的是哪一页？",
        ),
        right=(
            "Pages that come back enter at the head, and the head is what goes out. It was used last, so it is "
            "the one most likely still in the cache.",
            "归还的页进入表头，交出的也是表头。它最近被用过，最可能还在缓存里。",
        ),
        otherwise=(
            "It is one of those that came back: they lie on the hot list, the latest at the head.",
            "是归还的几页之一：它们在热链表上，最新的在表头。",
        ),
        wrong=(
            Wrong(
                order[0],
                (
                    "That one has waited the longest. The list is a stack for those who give back: the "
                    "latest page goes out first.",
                    "那一页等得最久。对归还者来说链表是个栈：最新的页先出去。",
                ),
            ),
            Wrong(min(order), ("Nothing is sorted by address.", "这里不按地址排序。")),
        )[: 1 + (min(order) != order[0])],
    )


def overflow(rng: Random | None) -> Question:
    """A list reaches `high`: how much goes back to the free lists?"""
    batch, more = pick(rng, (3, 0), [(1, 0), (3, -1), (7, 0), (3, 1), (7, -1)])
    high = 6 * batch
    frees = high + more

    def reached() -> int:
        machine = little(64, batch)
        return risen(machine, drained(machine, 2 * high)[:frees])

    keeps = Wrong(
        0,
        (
            "A list that has `high` pages after a free is full already: the test is count >= high.",
            "归还之后页数达到 high 就已经满了：测试是 count >= high。",
        ),
    )
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=reached,
        text=(
            f"The hot list is empty, its batch is {batch} and its high is {high}. {frees} single pages are given "
            "back, one after the other. How many of them are on the free lists then?",
            f"热链表为空，batch 为 {batch}，high 为 {high}。依次归还 {frees} 个单页。其中多少页到了空闲链表上？",
        ),
        right=(
            f"The list gives a batch of {batch} back from its tail once it holds {high}, and goes on collecting.",
            f"链表存到 {high} 页时，从表尾还回一批 {batch} 页，然后继续收集。",
        ),
        otherwise=(
            f"When does the list reach {high}? Then {batch} pages leave it, those that have lain there longest.",
            f"链表何时达到 {high} 页？那时有 {batch} 页离开，是放得最久的那些。",
        ),
        wrong=(
            Wrong(
                frees,
                (
                    "Then the list would have kept nothing. A batch leaves, the rest stays at hand.",
                    "那样链表就什么也没留下。离开的只是一批，其余仍在手边。",
                ),
            ),
            *((keeps,) if more >= 0 else ()),
        ),
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
        step=lambda: (" → ".join(stages()), " → ".join(stages())),
        text=(
            f"A zone has the marks 10, 20 and 30. {free} pages lie in its free lists and 15 more on this "
            "processor's hot list. A GFP_KERNEL request for one page comes. In which stage does it get its page?",
            f"一个区的水位线为 10、20、30。空闲链表里有 {free} 页，这个处理器的热链表上另有 15 页。"
            "来了一个 GFP_KERNEL 的单页请求。它在哪个阶段得到页？",
        ),
        right=(
            "The mark comes first and counts the free lists only. Who passes it then takes the page from the hot list.",
            "先测水位线，而且只数空闲链表。通过之后才从热链表取页。",
        ),
        otherwise=(
            "Hold NR_FREE_PAGES against pages_low first (stage restart), then against pages_min "
            "(min_attempt). The 15 pages do not count.",
            "先拿 NR_FREE_PAGES 与 pages_low 比（restart 阶段），再与 pages_min 比（min_attempt）。那 15 页不算。",
        ),
        wrong=(
            Wrong(
                "restart",
                (
                    f"With {free} + 15 pages it would pass. But the pages at hand do not count as free, and {free} > "
                    "20 is "
                    "false.",
                    f"若按 {free} + 15 页算就能通过。但手边的页不算空闲，而 {free} > 20 不成立。",
                ),
                INCLUDES,
            ),
        )
        if free <= 20
        else (
            Wrong(
                "min_attempt",
                (f"{free} > 20 is true: the first test passes already.", f"{free} > 20 成立：第一次测试就通过了。"),
            ),
        ),
    )


PLACES = (
    ("hot", ("from the hot list", "热链表")),
    ("cold", ("from the cold list, which is refilled first", "冷链表，先补充它")),
    ("free", ("straight from the free lists", "直接来自空闲链表")),
)


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
        text=(
            f"The hot list holds 12 pages, the cold list is empty. A request for {block} has __GFP_COLD. Where "
            "does its memory come from?",
            f"热链表上有 12 页，冷链表为空。一个带 __GFP_COLD 的 {order} 阶请求到来。它的内存从哪里来？",
        ),
        right=(
            (
                "The two lists are apart. An empty one is refilled, however full its neighbour is.",
                "两条链表互不相干。空了就补充，不管另一条有多满。",
            )
            if order == 0
            else (
                "Above order 0 there is no per-cpu list, and __GFP_COLD means nothing.",
                "0 阶以上没有每 CPU 链表，__GFP_COLD 不起作用。",
            )
        ),
        otherwise=(
            "Two questions decide: is it order 0, and if so, is __GFP_COLD set?",
            "看两点：是不是 0 阶；若是，有没有 __GFP_COLD？",
        ),
        wrong=(
            Wrong(
                "hot",
                (
                    "__GFP_COLD asks for a page that is not in the cache, so that warm ones stay for those "
                    "who need them. The lists do not help each other out.",
                    "__GFP_COLD 要的是不在缓存里的页，把热页留给需要的人。两条链表互不接济。",
                ),
                EVERY_ORDER if order else "",
            ),
            *(
                (
                    Wrong(
                        "cold",
                        (
                            "The cold list holds single pages too. Larger blocks pass both lists by.",
                            "冷链表也只放单页。更大的块绕过这两条链表。",
                        ),
                        EVERY_ORDER,
                    ),
                )
                if order
                else (
                    Wrong(
                        "free",
                        (
                            "Single pages always go by a list, and a list is filled by the batch.",
                            "单页总要经过链表，而链表是成批补充的。",
                        ),
                    ),
                )
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
        unit=("pages", "页"),
        answer=lambda: zone_batchsize(Zone("Normal", 0, 0, pages)),
        text=(
            f"A zone has {mb} MB, {pages:,} pages of 4 kB. What is the batch of its hot list?",
            f"一个区有 {mb} MB，即 {pages:,} 个 4 kB 的页。它的热链表的 batch 是多少？",
        ),
        right=(
            f"{pages:,} / 1024 is {pages // 1024}, a quarter of at most 128 is {quarter}. The largest power of "
            f"two up to {quarter + quarter // 2} is {batch + 1}, and one less is {batch}.",
            f"{pages:,} / 1024 得 {pages // 1024}，不超过 128 的四分之一是 {quarter}。不大于 "
            f"{quarter + quarter // 2} 的最大 2 的幂是 {batch + 1}，减 1 得 {batch}。",
        ),
        otherwise=(
            "Pages by 1024, at most 128; a quarter of it; half as much again; round down to a power of two; "
            "take one off.",
            "页数除以 1024，至多 128；取四分之一；再加一半；向下取到 2 的幂；减 1。",
        ),
        wrong=(
            Wrong(rounded, ("Not yet rounded to a power of two less one.", "还没有取到 2 的幂减 1。")),
            Wrong(
                batch + 1, ("Nearly: one less, so that it is no power of two.", "差一点：还要减 1，使它不是 2 的幂。")
            ),
        )[: 2 if rounded != batch + 1 else 1],
    )
