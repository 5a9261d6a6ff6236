"""Questions of notebook 05: the case of 280 MB free."""

from functools import cache
from random import Random

from buddylab.course.experiments.nb05 import case, changed, clumped, first_request
from buddylab.course.field import figures, told, written
from buddylab.course.question import Question, Text, Wrong, pick
from buddylab.explorer.knobs import START, checked, play
from buddylab.reports import Explanation, ZoneTest, explain, row_text

__all__ = ["big_blocks", "which_row", "short_by", "order2", "dma", "moves", "last_stage", "largest", "what_helps"]

YES_NO = (("yes", ("yes", "会")), ("no", ("no", "不会")))


def from_field(rng: Random | None) -> Explanation:
    """The case, or another refused GFP_ATOMIC request, explained."""
    name = pick(rng, "", ["numa", "small", "network"])
    return told(name) if name else explain(case())


def asked(one: Explanation) -> Text:
    """The figures of the zone tried first, and the request."""
    en, zh = figures(one)
    return (f"{en} A GFP_ATOMIC request of order {one.order}.", f"{zh}一个 {one.order} 阶的 GFP_ATOMIC 请求。")


SHARES = (
    ("most", ("more than half", "一半以上")),
    ("tenth", ("between a tenth and a half", "十分之一到一半")),
    ("hundredth", ("between a hundredth and a tenth", "百分之一到十分之一")),
    ("less", ("less than a hundredth", "不到百分之一")),
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
        text=(
            f"Normal has {total:,} pages free. Which share of them lies in blocks of order {order} or more, "
            f"{1 << order} pages in one piece? Guess first, then look at the line that counts blocks by size.",
            f"Normal 区空闲 {total:,} 页。其中位于 {order} 阶及以上块（{1 << order} 页连成一块）里的占多少？"
            "先猜，再看按大小数块的那一行。",
        ),
        step=lambda: (
            f"{large:,} of {total:,} pages: {large / total:.2%}",
            f"{total:,} 页中的 {large:,} 页：{large / total:.2%}",
        ),
        right=("A machine that has run for days looks like this.", "运行了几天的机器就是这个样子。"),
        otherwise=("Add up blocks x pages from the order on.", "从该阶起，把块数乘每块页数加起来。"),
        wrong=(
            Wrong(
                "most",
                (
                    "You took fragmentation for rare. It is what every machine comes to that has filled its memory "
                    "once: "
                    "what is free then was freed page by page, from anywhere.",
                    "你以为碎片化很少见。凡是内存曾被用满过的机器都会如此：空闲的页是从各处一页页还回来的。",
                ),
                "fragmentation_is_rare",
            ),
        ),
    )


def which_row(rng: Random | None) -> Question:
    """Which row of the test refuses?"""
    one = from_field(rng)
    fact, row = asked(one), one.tests[0].last_row
    wrong = [
        Wrong(
            0,
            (
                "Row 0 counts all free pages against the lowered mark, and there are more than enough.",
                "第 0 行拿全部空闲页与降低后的水位线比，绰绰有余。",
            ),
            "any_free_is_enough",
        )
    ]
    if one.order:
        wrong.append(
            Wrong(
                one.order + 1,
                (
                    f"A request of order {one.order} has rows 0 to {one.order}: one for all pages, one per smaller "
                    "order.",
                    f"{one.order} 阶请求有第 0 到第 {one.order} 行：全部页一行，每个更小的阶一行。",
                ),
            )
        )
    return Question(
        kind="number",
        unit=("(row)", "（行）"),
        answer=lambda: one.tests[0].last_row.order,
        step=lambda: written(one.tests[0]),
        text=(
            f"{fact[0]} Row 0 of the test counts all free pages, row n those in blocks of order n and more. "
            "Which row refuses?",
            f"{fact[1]} 检查的第 0 行数全部空闲页，第 n 行数 n 阶及以上块里的页。哪一行拒绝？",
        ),
        right=(
            f"{row_text(row)}: the first row that does not hold ends the test.",
            f"{row_text(row)}：第一个不成立的行结束检查。",
        ),
        otherwise=(
            "GFP_ATOMIC: take half off the mark, then a quarter of the rest. In each further row halve it, and "
            "leave out the pages in smaller blocks.",
            "GFP_ATOMIC：水位线先减一半，再减余下的四分之一。以后每行减半，并去掉更小的块里的页。",
        ),
        wrong=tuple(slip for slip in wrong if slip.given != row.order),
    )


def short_by(rng: Random | None) -> Question:
    """How many pages were missing in the row that refused?"""
    one = from_field(rng)
    fact, row = asked(one), one.tests[0].last_row
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=lambda: one.tests[0].short,
        text=(
            f"{fact[0]} Row {row.order} refuses: {row_text(row)}. How many more pages would this row have needed?",
            f"{fact[1]} 第 {row.order} 行拒绝：{row_text(row)}。这一行还差多少页？",
        ),
        right=("The test asks for more than the mark: equal is not enough.", "检查要求大于水位线：相等不够。"),
        otherwise=(f"The left side must become greater than {row.needed:,}.", f"左边必须大于 {row.needed:,}。"),
        wrong=(
            Wrong(
                row.needed - row.free,
                (
                    "Then both sides would be equal, and equal is refused: the kernel writes `if (free_pages <= min)`.",
                    "那样两边相等，而相等也拒绝：内核写的是 `if (free_pages <= min)`。",
                ),
            ),
        ),
    )


def order2(rng: Random | None) -> Question:
    """Would another order have passed?"""
    order = pick(rng, 2, [1, 4, 5])
    passes = bool(explain(case(), order=order).tests[0].passes)
    there = sum((case().zone("Normal").blocks or ())[order:])
    slip = (
        Wrong(
            "no",
            (
                f"Row {order} counts what is left after the smaller blocks are taken out, and that is still "
                "above the halved mark.",
                f"第 {order} 行数去掉更小的块之后剩下的页，它仍高于减半后的水位线。",
            ),
        )
        if passes
        else Wrong(
            "yes",
            (
                f"Free blocks of order {order} or more: {there}. But row 3 refuses before that counts.",
                f"{order} 阶及以上的空闲块：{there} 个。但第 3 行先拒绝了。",
            ),
            "any_free_is_enough",
        )
    )
    return Question(
        kind="choice",
        choices=YES_NO,
        step=lambda: written(explain(case(), order=order).tests[0]),
        answer=lambda: "yes" if explain(case(), order=order).tests[0].passes else "no",
        text=(
            f"The same zone Normal, the same moment, but the driver asks for order {order}. Does the zone give a "
            "block?",
            f"同一个 Normal 区、同一时刻，但驱动程序要 {order} 阶。这个区会给一块吗？",
        ),
        right=(
            "The rows below say it: row by row the smaller blocks are taken out.",
            "下面各行说明了：逐行去掉更小的块。",
        ),
        otherwise=("Write the rows down to this order.", "把各行写到这一阶。"),
        wrong=(slip,),
    )


def dma(rng: Random | None) -> Question:
    """May the request have a block of the zone below?"""
    order = pick(rng, 3, [0, 1, 2, 4, 5])

    def tested() -> ZoneTest:
        return explain(case(), order=order).tests[1]

    passes = bool(tested().passes)
    slip = (
        Wrong(
            "no",
            (
                "It is close, but the reserve leaves a few pages to requests from above.",
                "差得不多，但保留量给上面来的请求留了几页。",
            ),
        )
        if passes
        else Wrong(
            "yes",
            (
                "The block is there, but not for this request: it could have been served from Normal, so 880 "
                "pages of DMA are added to the mark.",
                "块是有，但不给这个请求：它本可由 Normal 满足，所以 DMA 的水位线要加上 880 页的保留量。",
            ),
            "fallback_is_free_for_all",
        )
    )
    return Question(
        kind="choice",
        choices=YES_NO,
        answer=lambda: "yes" if tested().passes else "no",
        step=lambda: written(tested()),
        text=(
            f"Normal has refused, and the kernel tries the next zone: DMA. It has 894 pages free, min 17, and a "
            f"block of 2 MB in one piece. `lowmem_reserve[]: 0 880 1007`. Does a GFP_ATOMIC request of order {order} "
            "get a block of it?",
            f"Normal 拒绝后，内核试下一个区：DMA。它空闲 894 页，min 17，还有一整块 2 MB。"
            f"`lowmem_reserve[]: 0 880 1007`。一个 {order} 阶的 GFP_ATOMIC 请求能从这里得到一块吗？",
        ),
        right=(
            "The mark 17 becomes 7 for GFP_ATOMIC, and 880 is added: 887.",
            "对 GFP_ATOMIC，水位线 17 变成 7，再加 880：887。",
        ),
        otherwise=(
            "Row 0: free pages less the block plus one, against mark and reserve.",
            "第 0 行：空闲页减去这一块再加一，与水位线加保留量相比。",
        ),
        wrong=(slip,),
    )


NEXT = (
    (
        "moves",
        (
            "it moves used pages together until eight free ones lie side by side",
            "把在用的页挪到一起，直到八个空闲页相邻",
        ),
    ),
    (
        "reclaims",
        ("the caller frees pages itself, and the request is tried again", "调用者自己去回收页面，然后再试一次"),
    ),
    ("kills", ("it kills a process at once", "立刻杀死一个进程")),
    ("gives_up", ("nothing: the request fails", "什么也不做：请求失败")),
)


@cache
def stages(gfp_mask: str, order: int) -> list[str]:
    """The stages that the explorer's setting goes through, on the machine of the report."""
    knobs = {**START, "gfp_mask": gfp_mask, "order": order, "in_interrupt": gfp_mask == "GFP_ATOMIC"}
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
        step=lambda: (" -> ".join(stages(mask, 3)),) * 2,
        text=(
            f"44,578 single pages are free, and no block of eight may be had. The request is made with {mask}. Both "
            "looks at the free lists fail. What does Linux 2.6.21 do next for it?",
            f"有 44,578 个单页空闲，却拿不到一个八页的块。请求带的是 {mask}。两次查看空闲链表都失败。"
            "Linux 2.6.21 接下来为它做什么？",
        ),
        right=(
            "The stages below show it. Whether blocks of eight come of it is luck: buddies merge only where both "
            "happen to be freed."
            if mask != "GFP_ATOMIC"
            else "It may not sleep, so it cannot reclaim. That is all the kernel has to offer.",
            "下面的各阶段说明了。能否凑成八页的块要看运气：只有两个伙伴恰好都被释放才会合并。"
            if mask != "GFP_ATOMIC"
            else "它不能睡眠，所以不能回收。内核没有别的办法了。",
        ),
        otherwise=(
            "Look for __GFP_WAIT in the mask: only with it may the caller work for its memory.",
            "看掩码里有没有 __GFP_WAIT：有它，调用者才能自己动手。",
        ),
        wrong=(
            Wrong(
                "moves",
                (
                    "This kernel moves no page for the sake of a larger block. Its own pages cannot move at all: the "
                    "kernel "
                    "uses them by physical address. Compaction came with 2.6.35 (commit 748446bb6b5a).",
                    "这个内核不会为凑大块而移动任何页。内核自己的页根本不能移动：它按物理地址使用它们。"
                    "内存规整（compaction）到 2.6.35 才有（commit 748446bb6b5a）。",
                ),
                "kernel_moves_pages",
            ),
        ),
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
        step=lambda: (" -> ".join(stages(mask, order)),) * 2,
        text=(
            f"A {mask} request of order {order} on the machine of the report fails. At which stage does "
            "__alloc_pages() decide to give up and go to nopage?",
            f"报告中的机器上，一个 {order} 阶的 {mask} 请求失败了。__alloc_pages() 在哪个阶段决定放弃、跳到 nopage？",
        ),
        right=(
            "The last stage before nopage, below, asks the question that ends it.",
            "下面 nopage 前的最后一个阶段，问的就是结束它的那个问题。",
        ),
        otherwise=(
            "Refusals alone do not end a request. Ask who decides that nothing more will be tried.",
            "单是被拒绝还不会结束请求。想想由谁决定不再尝试。",
        ),
        wrong=(
            Wrong(
                "min_attempt",
                (
                    "There the second look at the lists fails. But a failed look only leads to the next question.",
                    "第二次查看链表在那里失败。但查看失败只会引出下一个问题。",
                ),
            ),
            Wrong(
                "out_of_memory",
                (
                    "The OOM killer is never asked here: memory is not short, it is in pieces.",
                    "这里从不调用 OOM killer：内存不缺，只是太碎。",
                ),
                "oom_means_zero_free",
            ),
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
        unit=("(order)", "（阶）"),
        answer=given,
        text=(
            f"Normal has 70,060 pages free, min 939. Free blocks of order 0, 1, 2, ...: {listed}. Which is the "
            "largest order that a GFP_ATOMIC request gets?",
            f"Normal 区空闲 70,060 页，min 939。0、1、2……阶的空闲块：{listed}。GFP_ATOMIC 请求最多能得到几阶？",
        ),
        right=(
            "A block being there is not enough: enough pages must remain in blocks of that size.",
            "有那样的块还不够：那样大的块里必须剩下足够多的页。",
        ),
        otherwise=(
            "353 is halved from row to row: 176, 88, 44, 22, 11. Take out the smaller blocks each time.",
            "353 逐行减半：176、88、44、22、11。每次去掉更小的块。",
        ),
        wrong=()
        if top == given()
        else (
            Wrong(
                top,
                (
                    f"There is a block of order {top}, yes. The test looks whether enough would be left, and it would "
                    "not.",
                    f"{top} 阶的块确实有。但检查看的是剩下的够不够，结果不够。",
                ),
                "any_free_is_enough",
            ),
        ),
    )


HELPS = (
    ("pages", ("1,000 more free pages, all of them single", "多 1,000 个空闲页，全是单页")),
    ("block", ("one more free block of the order that was asked for", "多一个所要阶数的空闲块")),
    ("marks", ("min_free_kbytes twice as high", "min_free_kbytes 调高一倍")),
    ("nothing", ("none of the three", "三样都不行")),
)


def what_helps(rng: Random | None) -> Question:
    """Which change would have let the request pass?"""
    name = pick(rng, "", ["numa", "network", "numa"])
    one = told(name) if name else explain(case())
    fact, right = asked(one), next((how for how in ("pages", "block", "marks") if changed(one, how)), "nothing")
    wrong = (
        Wrong(
            "pages",
            ("They are counted in row 0 and taken out again in row 1.", "它们在第 0 行计入，在第 1 行又被去掉。"),
            "free_is_interchangeable",
        ),
        Wrong(
            "block",
            ("One is not enough here: too many pages are missing in the last row.", "这里一块不够：最后一行差得太多。"),
        ),
        Wrong(
            "marks",
            (
                "It lifts the mark, so this test refuses all the more. It helps later, and only in so far "
                "as kswapd then keeps more memory free.",
                "它抬高水位线，这次检查更会拒绝。以后才有用：kswapd 会多留空闲内存。",
            ),
        ),
    )
    return Question(
        kind="choice",
        choices=HELPS,
        answer=lambda: next((how for how in ("pages", "block", "marks") if changed(one, how)), "nothing"),
        text=(
            f"{fact[0]} It is refused. Which of these would have let it pass in that moment?",
            f"{fact[1]} 它被拒绝。当时，下面哪一样能让它通过？",
        ),
        right=(
            "Only what counts in the last row helps, and there only blocks of this order or more count.",
            "只有计入最后一行的才有用，而那里只算这一阶或更高阶的块。",
        ),
        otherwise=(
            "Go back to the row that refused and ask what would change it.",
            "回到拒绝的那一行，想想什么能改变它。",
        ),
        wrong=tuple(slip for slip in wrong if slip.given != right),
    )
