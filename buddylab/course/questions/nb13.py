"""Questions of notebook 13: five reports, the annotator's notes, and what is said in forums."""

from functools import partial
from random import Random

from buddylab.core import gfp
from buddylab.course.bench import free, full, lists
from buddylab.course.claims import Claim, which_holds
from buddylab.course.experiments import nb13 as core
from buddylab.course.experiments.nb00 import from_interrupt
from buddylab.course.experiments.nb05 import case, changed
from buddylab.course.field import figures, state, told, written
from buddylab.course.notes import note
from buddylab.course.question import Question, Wrong, pick
from buddylab.reports import explain

__all__ = [
    "numa",
    "network",
    "oom",
    "high_atomic",
    "torn",
    "note_guess",
    "note_kswapd",
    "note_progress",
    "door",
    "nofail",
    "forum_pieces",
    "forum_marks",
    "note_other",
]


# -- five reports


def numa(rng: Random | None) -> Question:
    """Two nodes, three zones: what is true?"""
    order = pick(rng, 1, [2, 3])
    one = explain(told("numa").report, order=order)
    normal, dma = one.tests[0], one.tests[2]
    return which_holds(
        (
            f"swapper, GFP_ATOMIC, here with order {order}. {figures(one)[0]} Two more zones follow: Node 0 DMA32 and "
            "Node 0 DMA. What is true?",
            f"swapper，GFP_ATOMIC，这里按 {order} 阶申请。{figures(one)[1]}"
            "之后还有 Node 0 DMA32 和 Node 0 DMA 两个区。哪一句对？",
        ),
        (
            Claim(
                "free",
                ("184,796 kB free in Node 1 are enough for it.", "Node 1 空闲 184,796 kB，够了。"),
                lambda: bool(normal.passes),
                ("They lie in 45,755 single pages and a few large blocks.", "它们是 45,755 个单页和少数几个大块。"),
                "any_free_is_enough",
            ),
            Claim(
                "swapper",
                ("swapper asked for it: the idle task wastes memory.", "是 swapper 要的：空闲任务在浪费内存。"),
                lambda: not from_interrupt("numa"),
                ("The trace begins with <IRQ>: a packet came in.", "调用栈以 <IRQ> 开头：来了一个数据包。"),
                "named_process_is_guilty",
            ),
            Claim(
                "dma",
                (
                    "Node 0 DMA has two free blocks of 4 MB, so it gives one.",
                    "Node 0 DMA 有两个 4 MB 空闲块，会给出一块。",
                ),
                lambda: bool(dma.passes),
                (
                    "3,896 pages of it are kept from requests that may use a higher zone.",
                    "对可用更高区的请求，它保留 3,896 页。",
                ),
                "fallback_is_free_for_all",
            ),
            Claim(
                "all",
                (
                    "All three refuse: two for want of large blocks, DMA for its reserve.",
                    "三个区都拒绝：两个是缺大块，DMA 是因为保留量。",
                ),
                lambda: [bool(test.last_row.order) for test in one.tests if not test.passes] == [True, True, False],
            ),
        ),
        ("Each zone is a test of its own, with its own reason.", "每个区各做各的检查，各有各的原因。"),
        lambda: written(normal),
    )


def network(rng: Random | None) -> Question:
    """How many zones would have given a single page?"""
    name, order = pick(rng, ("network", 0), [("numa", 0), ("oom", 0), ("network", 1)])
    one = told(name)
    zones = len(one.tests)
    shown = " ".join(figures(one, place)[0] for place in range(zones))
    shown_zh = "".join(figures(one, place)[1] for place in range(zones))

    def giving() -> int:
        return sum(bool(test.passes) for test in explain(one.report, order=order).tests)

    slips = (
        Wrong(
            zones,
            (
                "The lowest zone has pages enough, but keeps them: its reserve is larger than what is free.",
                "最低的区页数虽够，却要留着：它的保留量比空闲页还多。",
            ),
            "fallback_is_free_for_all",
        ),
        Wrong(
            0,
            (
                "Below min a plain request is refused, an urgent one is not: its mark is lowered.",
                "低于 min 时普通请求被拒绝，紧急请求不会：它的水位线更低。",
            ),
            "below_min_nobody",
        ),
    )
    return Question(
        kind="number",
        unit=("zones", "个区"),
        answer=giving,
        text=(
            f"{shown} The request is {one.readings[0]}. Suppose it were of order {order}. How many of these zones "
            "would give a block?",
            f"{shown_zh}请求是 {one.readings[0]}。假设它是 {order} 阶。这些区里有几个会给出一块？",
        ),
        right=(
            "Order 0 has one row only: free pages against mark and reserve.",
            "0 阶只有一行：空闲页对水位线加保留量。",
        )
        if order == 0
        else ("Row 1 takes the single pages out.", "第 1 行去掉单页。"),
        otherwise=(
            "Do row 0 for each zone, with its own mark and its own reserve.",
            "对每个区算第 0 行，用它自己的水位线和保留量。",
        ),
        wrong=tuple(slip for slip in slips if slip.given != giving()),
    )


def oom(rng: Random | None) -> Question:
    """What does an out-of-memory report say?"""
    place = pick(rng, 0, [1])
    one = told("oom")
    test = one.tests[place]
    zone, known = one.report.zone(test.label), state(test)
    high = zone.kb("high") or 0
    return which_holds(
        (
            f"badsysprogram invoked the OOM killer: order 0, held against the high mark. {figures(one, place)[0]} "
            "What is "
            "true of this zone?",
            f"badsysprogram 触发了 OOM killer：0 阶，与 high 水位线相比。{figures(one, place)[1]}哪一句对？",
        ),
        (
            Claim(
                "zero",
                ("No page of it was free any more.", "它一页空闲都没有了。"),
                lambda: known.free == 0,
                (
                    "It was far from empty. The killer comes when reclaim brings nothing and a last look, at the high "
                    "mark, fails.",
                    "远没有空。回收一无所获、最后按 high 水位线再试一次也失败时，才轮到 OOM killer。",
                ),
                "oom_means_zero_free",
            ),
            Claim(
                "enough",
                (f"{known.free:,} free pages are enough for one page.", f"{known.free:,} 个空闲页够给一页了。"),
                lambda: bool(test.passes),
                ("One page is not the question, but what is left after it.", "问题不在这一页，而在给出之后还剩多少。"),
                "any_free_is_enough",
            ),
            Claim(
                "pages",
                (f"Its high mark is {high:,} pages.", f"它的 high 水位线是 {high:,} 页。"),
                lambda: known.mark == high,
                ("The report prints kB. A page has four.", "报告印的是 kB，一页 4 kB。"),
                "kb_and_pages",
            ),
            Claim(
                "short",
                (f"{test.short:,} pages more, and it would have been served.", f"再多 {test.short:,} 页就能满足。"),
                lambda: test.last_row.free + test.short > test.last_row.needed >= test.last_row.free + test.short - 1,
            ),
        ),
        ("The test is the same as ever, only the mark is the high one.", "还是同样的检查，只是水位线换成了 high。"),
        lambda: written(test),
    )


def high_atomic(rng: Random | None) -> Question:
    """The state passes: what can be the reason of the refusal?"""
    word = pick(rng, "free_pcp", ["local_pcp"])
    test = told("passes").tests[0]
    zone = told("passes").report.zone(test.label)
    buddy, kb = zone.buddy, zone.kb(word) or 0
    return which_holds(
        (
            f"4.8, GFP_ATOMIC, order 0. Zone DMA32: free 30,128 kB, {word} {kb} kB; as printed it passes: 7,532 > 528. "
            "Its blocks: 10*4kB (H) 3*8kB (H) 47*16kB (H) ... all with an (H). What is true?",
            f"4.8，GFP_ATOMIC，0 阶。DMA32 区：空闲 30,128 kB，{word} {kb} kB，按打印的状态可以通过：7,532 > 528。"
            "它的块：10*4kB (H) 3*8kB (H) 47*16kB (H) ……全带 (H)。哪一句对？",
        ),
        (
            Claim(
                "same",
                ("Free is free: some of these blocks are as good for it as any.", "空闲就是空闲：这些块总有能用的。"),
                lambda: any(set(letters) - {"H", "C", "I"} for letters in (buddy.types if buddy else ())),
                (
                    "Blocks have types, and from 4.4 on (commit 0aaa29a56e4f) (H) is kept for urgent requests of more "
                    "than one page.",
                    "块有类型；从 4.4 起（commit 0aaa29a56e4f），(H) 留给多于一页的紧急请求。",
                ),
                "free_is_interchangeable",
            ),
            Claim(
                "pcp",
                (
                    f"The {kb} kB on per-cpu lists are a part of the 30,128 kB free.",
                    f"每 CPU 链表上的 {kb} kB 是 30,128 kB 的一部分。",
                ),
                lambda: buddy is not None and buddy.sum_kb + kb == zone.kb("free"),
                (
                    "The blocks alone add up to 30,128 kB. Pages on the per-cpu lists are counted apart.",
                    "单是这些块加起来就是 30,128 kB。每 CPU 链表上的页另算。",
                ),
                "free_includes_pcp",
            ),
            Claim(
                "kept",
                (
                    "All its free blocks are of a type that is kept for other requests.",
                    "它的空闲块全是留给别的请求的类型。",
                ),
                lambda: (
                    all(set(letters) <= {"H"} for nr, letters in zip(buddy.counts, buddy.types, strict=True) if nr)
                    if buddy
                    else False
                ),
            ),
        ),
        ("The letters behind the blocks matter as much as the blocks.", "块后面的字母和块一样重要。"),
    )


def torn(rng: Random | None) -> Question:
    """What may be said of a damaged report?"""
    what = pick(rng, "", ["lowmem_reserve", "Normal free"])
    one = core.without("network", what) if what else told("torn")
    lost = (
        "Two CPUs printed at once, their lines lie in each other: `order:00*1024kB`, `Node 1 Normal: 4172*4kB`.",
        "两个 CPU 同时打印，行与行混在一起：`order:00*1024kB`、`Node 1 Normal: 4172*4kB`。",
    )
    if what:
        lost = (
            f"Of the report of aoe_tx every line with `{what}` is missing.",
            f"aoe_tx 的报告里，含 `{what}` 的行全丢了。",
        )
    return which_holds(
        (f"{lost[0]} Which verdict can be defended?", f"{lost[1]}哪种结论站得住脚？"),
        (
            Claim(
                "given",
                ("It should have passed: enough is free.", "本该通过：空闲够多。"),
                lambda: one.verdict.passes is True,
                ("You need a mark to say so, and a reserve, and the order.", "这么说，得先知道水位线、保留量和阶数。"),
                "any_free_is_enough",
            ),
            Claim(
                "refused",
                ("It was refused in the last row, as most are.", "它在最后一行被拒绝，多数都是这样。"),
                lambda: one.verdict.passes is False,
                ("Likely is not known. Figures of this test are missing.", "可能不等于知道。这个检查的数字不全。"),
            ),
            Claim(
                "none",
                ("None: figures that the test needs are missing.", "没有：检查所需的数字不全。"),
                lambda: one.verdict.passes is None,
            ),
        ),
        (f"buddylab says so too: {one.verdict.sentence}.", f"buddylab 也这么说：{one.verdict.sentence.zh}。"),
    )


# -- the annotator's notes


def note_guess(rng: Random | None) -> Question:
    """One of the two guesses."""
    return note(
        rng,
        "fault_injection",
        ["might_sleep"],
        {"fault_injection": "annotators_guesses", "might_sleep": "annotators_guesses"},
    )


def note_kswapd(rng: Random | None) -> Question:
    """The note on waking kswapd."""
    return note(rng, "wake_kswapd", ["thisnode", "oom_kill"], {"wake_kswapd": "waking_is_synchronous"})


def note_progress(rng: Random | None) -> Question:
    """The note on what follows reclaim."""
    return note(rng, "progress", ["oom_check", "cond_resched"], {"progress": "progress_means_pages"})


def note_other(rng: Random | None) -> Question:
    """Any other note."""
    return note(
        rng,
        "nofail",
        ["watermarks", "low_attempt", "min_attempt", "no_watermarks", "thisnode", "oom_kill"],
        {"no_watermarks": "mask_opens_reserve"},
    )


def door(rng: Random | None) -> Question:
    """Which bit shuts the door to the reserve?"""
    order = pick(rng, 0, [1, 2])
    offered = ("HIGH", "NOMEMALLOC", "REPEAT", "NOFAIL", "COLD", "NOWARN")
    return Question(
        kind="mask",
        bits=offered,
        answer=lambda: sum(gfp.BITS[bit] for bit in offered if core.shuts_the_door(gfp.BITS[bit], order)),
        text=(
            f"The annotator has the mask open the last reserve. In fact kswapd has it for being kswapd. It asks for "
            f"order {order} with GFP_KERNEL, far below min, and gets it. Which bits, added, would make it fail?",
            "注释者说，是掩码打开了最后的储备。其实 kswapd 凭自己的身份就能用："
            f"空闲页远低于 min 时，它以 GFP_KERNEL 申请一个 {order} 阶块，得到了。再加上哪些位会使它失败？",
        ),
        right=(
            "__GFP_NOMEMALLOC can only shut the door. No bit opens it in 2.6.21.",
            "__GFP_NOMEMALLOC 只能关门。在 2.6.21 里没有哪一位能开门。",
        ),
        otherwise=(
            "One of these bits says: not from the reserve, whoever I am.",
            "其中一位的意思是：不管我是谁，都不动用储备。",
        ),
        wrong=(
            Wrong(
                gfp.HIGH,
                (
                    "__GFP_HIGH lowers the mark and no more. It neither opens the reserve nor shuts it.",
                    "__GFP_HIGH 只是降低水位线，既不打开储备，也不关上它。",
                ),
                "mask_opens_reserve",
            ),
            Wrong(0, ("There is one: whoever sets it goes without the reserve.", "有一位：谁设置它，谁就不动用储备。")),
        ),
    )


def nofail(rng: Random | None) -> Question:
    """Which mask can come back with nothing?"""
    fails = pick(
        rng, "GFP_ATOMIC|__GFP_NOFAIL", [f"GFP_{who}|__GFP_NOFAIL|__GFP_NORETRY" for who in ("KERNEL", "NOIO", "USER")]
    )
    looping = ("GFP_KERNEL|__GFP_NOFAIL", "GFP_NOFS")

    def null(mask: str) -> bool:
        return core.returns_null(gfp.gfp_parse(mask))

    round_and_round = ("It goes round and round: order 0 is too small to fail.", "它一直重试：0 阶“小得不许失败”。")
    return which_holds(
        (
            "'If __GFP_NOFAIL is set, retry without end', says another note. Nothing is free and nobody helps; one "
            "page "
            f"is asked for. Which request comes back with NULL? ({', '.join(looping)} or {fails}?)",
            f"另一条注释说：“设置了 __GFP_NOFAIL 则不断重试”。没有空闲页，也没有人释放；申请一页。哪个请求会得到 NULL？"
            f"（{'、'.join(looping)} 还是 {fails}？）",
        ),
        (
            *(Claim(mask, (mask, f"带 {mask} 的"), partial(null, mask), round_and_round) for mask in looping),
            Claim(fails, (fails, f"带 {fails} 的"), partial(null, fails)),
            Claim(
                "none",
                ("none of them", "都不会"),
                lambda: not any(map(null, (*looping, fails))),
                (
                    "The retry stands behind other doors: who may not wait, or set __GFP_NORETRY, never comes to it.",
                    "重试之前还有别的关口：不能等待的、或设了 __GFP_NORETRY 的请求到不了那里。",
                ),
                "nofail_always_succeeds",
            ),
        ),
        (
            "__GFP_NOFAIL is looked at only where a request may wait and retry at all.",
            "只有在请求可以等待、可以重试的地方才看 __GFP_NOFAIL。",
        ),
    )


# -- what is said in forums


def forum_pieces(rng: Random | None) -> Question:
    """Five answers to the case of 280 MB free."""
    order = pick(rng, 2, [1, 0])
    counts = case().zone("Normal").blocks or ()
    large = sum(nr << o for o, nr in enumerate(counts) if o >= 3)
    return which_holds(
        (
            f"Normal has 70,060 pages free; 44,578 of them are single. Order 3 is refused. Order {order} is what "
            "another "
            "driver would ask for. Five answers from a forum: which one holds?",
            f"Normal 区空闲 70,060 页，其中 44,578 个是单页。3 阶被拒绝；另一个驱动会要 {order} 阶。"
            "论坛上五个回答，哪个成立？",
        ),
        (
            Claim(
                "rare",
                (
                    "Fragmentation is rare: more than half of it lies in blocks of order 3 or more. It is a bug.",
                    "碎片化很少见：一半以上在 3 阶及以上的块里。这是 bug。",
                ),
                lambda: 2 * large > sum(nr << o for o, nr in enumerate(counts)),
                (
                    f"{large} pages do. That is how free memory looks after some days.",
                    f"只有 {large} 页。运行几天后就是这样。",
                ),
                "fragmentation_is_rare",
            ),
            Claim(
                "moves",
                (
                    "With GFP_KERNEL nothing need be freed: the kernel moves pages until eight lie side by side.",
                    "用 GFP_KERNEL 不必回收：内核会挪动页面，直到八页相邻。",
                ),
                lambda: core.without_reclaim("GFP_KERNEL"),
                (
                    "It got its block only after direct reclaim. In 2.6.21 no page moves to make room.",
                    "它是在直接回收之后才得到的。2.6.21 不会为了腾地方而挪页。",
                ),
                "kernel_moves_pages",
            ),
            Claim(
                "merge",
                (
                    "Of so many single pages some are neighbours. Two free neighbours become a pair.",
                    "这么多单页总有相邻的。两个相邻的空闲页会合成一对。",
                ),
                lambda: bool(lists(free(full(), [5, 6]))[1]),
                (
                    "Pages 5 and 6 do not: only buddies merge, and they have merged already.",
                    "第 5、6 页就不会：只有伙伴才合并，而能合并的早已合并。",
                ),
                "neighbours_are_buddies",
            ),
            Claim(
                "same",
                ("Eight single pages do as well as a block of eight.", "八个单页和一个八页的块一样好用。"),
                lambda: core.singles_serve(3),
                (
                    "The caller needs one piece of physical memory. Single pages are not counted.",
                    "调用者要的是物理上连续的一块。单页不算。",
                ),
                "free_is_interchangeable",
            ),
            Claim(
                "less",
                (f"A request of order {order} would have passed.", f"{order} 阶的请求会通过。"),
                lambda: bool(explain(case(), order=order).tests[0].passes),
            ),
        ),
        (
            "Ask for less in one piece: the only advice of the five that changes the row that refused.",
            "一次要小一点的块：五条里只有这一条能改变拒绝的那一行。",
        ),
    )


def forum_marks(rng: Random | None) -> Question:
    """Five sentences about marks and reserves."""
    name = pick(rng, "", ["numa", "network"])
    one = told(name) if name else explain(case())
    return which_holds(
        (
            f"{figures(one)[0]} Order {one.order} was refused to a caller that cannot wait. Which sentence holds?",
            f"{figures(one)[1]}不能等待的调用者要 {one.order} 阶，被拒绝。下面五句话，哪句成立？",
        ),
        (
            Claim(
                "percent",
                (
                    "The marks are a percentage: with four times the RAM min is four times as high.",
                    "水位线是百分比：内存变成四倍，min 也变成四倍。",
                ),
                lambda: core.pages_min(1024) == 4 * core.pages_min(256),
                (
                    "256 MB have 512 pages, 1,024 MB have 1,024: the square root, so twice.",
                    "256 MB 是 512 页，1024 MB 是 1024 页：按平方根，只有两倍。",
                ),
                "marks_are_a_percentage",
            ),
            Claim(
                "pcp",
                ("The per-cpu lists would have served it, whatever the order.", "每 CPU 链表可以满足它，不论几阶。"),
                lambda: core.pcp_alone(3),
                ("They hold single pages only.", "它们只有单页。"),
                "pcp_serves_every_order",
            ),
            Claim(
                "below",
                (
                    "Below min nobody gets a page: with 500 free and min 939 an interrupt gets none either.",
                    "低于 min 谁也拿不到：空闲 500、min 939 时，中断也拿不到。",
                ),
                lambda: not core.below_min(500),
                ("It gets one: its mark is 353.", "它拿得到：它的水位线是 353。"),
                "below_min_nobody",
            ),
            Claim(
                "waits",
                ("kswapd was woken first, and the request waited for its work.", "先唤醒了 kswapd，请求等它干完活。"),
                lambda: core.time_passed() > 0,
                ("Waking takes no time: no jiffy passes, and kswapd runs later.", "唤醒不花时间：kswapd 以后才运行。"),
                "waking_is_synchronous",
            ),
            Claim(
                "twice",
                (
                    "With min_free_kbytes twice as high it would have been refused in that moment too.",
                    "min_free_kbytes 调高一倍，当时照样拒绝。",
                ),
                lambda: not changed(one, "marks"),
            ),
        ),
        (
            "Higher marks refuse more, not less. What they buy is earlier reclaim.",
            "水位线越高拒绝越多。换来的是更早的回收。",
        ),
    )
