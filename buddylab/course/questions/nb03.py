"""Questions of notebook 03: the inequality."""

from collections.abc import Sequence
from functools import partial
from random import Random

from buddylab.core import gfp
from buddylab.core.ladder import alloc_pages
from buddylab.core.record import record
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, Zone, zone_watermark_ok
from buddylab.course.bench import with_free
from buddylab.course.experiments.nb03 import who_passes
from buddylab.course.question import Question, Text, Wrong, pick
from buddylab.view.rows import chain, watermark_rows

__all__ = ["least", "kb", "first_or_second", "lowered", "below_min", "split_up", "row"]

KB = "kb_and_pages"
BELOW = "below_min_nobody"
PASSES = (("yes", ("yes, it passes", "能通过")), ("no", ("no, it is refused", "被拒绝")))
FLAGS = {"HIGH": ALLOC_HIGH, "HARDER": ALLOC_HARDER, "HIGH and HARDER": ALLOC_HIGH | ALLOC_HARDER}


def _normal(*blocks: int) -> Zone:
    """The Normal zone of 1 GB (pages_min 939) with so many free blocks of order 0, 1, ..."""
    return with_free("i386_1g", Normal=blocks).zone("Normal")


def _least_that_passes(order: int, mark: int, flags: int) -> int:
    """The smallest number of free pages that passes, where all lie in blocks of order 10."""
    zone = _normal(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2)
    for free in range(zone.nr_free_pages):
        zone.nr_free_pages = free
        if zone_watermark_ok(zone, order, mark, 1, flags):
            return free
    raise ValueError(f"order {order} does not pass {mark} with up to {free} free pages")


def least(rng: Random | None) -> Question:
    """How many pages must be free, if they lie in one piece?"""
    order = pick(rng, 0, [1, 2, 3, 4])
    size = 1 << order

    def fewest() -> int:
        return _least_that_passes(order, 939, 0)

    wrong = [
        Wrong(
            939 + size - 1,
            ("Equality refuses: what is left has to be more than the mark.", "相等即拒绝：余下的必须大于水位线。"),
        )
    ]
    if order > 1:
        wrong.append(
            Wrong(
                940,
                (
                    f"That would do for one page. {size} are asked for, and {size - 1} more are taken off.",
                    f"这只够一页。申请的是 {size} 页，要多减去 {size - 1} 页。",
                ),
            )
        )
    wrong.append(
        Wrong(
            3760 if not order else 3756 + 4 * size,
            (
                "That is in kB: a page has 4 kB. The kernel compares pages with pages.",
                "这是 kB 数：一页 4 kB。内核拿页数和页数比。",
            ),
            KB,
        )
    )
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=fewest,
        wrong=tuple(wrong),
        text=(
            "pages_min is 939, all free memory lies in large blocks, and no flag lowers the mark. How many pages "
            f"must be free at least so that a request of order {order} passes?",
            f"pages_min 为 939，空闲内存都是大块，没有标志降低水位线。至少要有多少空闲页，{order} 阶请求才能通过？",
        ),
        right=(
            f"{939 + size} - {size} + 1 = 940 > 939. One page less, and 939 > 939 is false.",
            f"{939 + size} - {size} + 1 = 940 > 939。再少一页，939 > 939 就不成立。",
        ),
        otherwise=(
            f"Write it down: free - {size} + 1 > 939, and look for the smallest number that makes it true.",
            f"写出来：空闲 - {size} + 1 > 939，找出使它成立的最小的数。",
        ),
    )


def kb(rng: Random | None) -> Question:
    """A free memory in kB against a mark in pages."""
    free = pick(rng, 3400, [1200, 2800, 3600, 4400])

    def outcome() -> str:
        return "yes" if who_passes(_normal(free // 4), 0) == 4 else "no"

    def rows() -> Text:
        told = f"{free} kB = {free // 4} pages; {free // 4} > 939?"
        return told, f"{free} kB = {free // 4} 页；{free // 4} > 939？"

    return Question(
        kind="choice",
        choices=PASSES,
        answer=outcome,
        step=rows,
        text=(
            f"A report says `Normal free:{free}kB`, and pages_min of this zone is 939. Does one page for GFP_KERNEL "
            "pass the second try?",
            f"报告写着 `Normal free:{free}kB`，该区的 pages_min 是 939。以 GFP_KERNEL 申请一页，第二次尝试能通过吗？",
        ),
        right=("Same unit first: reports print kB, the inequality has pages.", "先统一单位：报告用 kB，不等式用页。"),
        otherwise=(
            f"{free} kB are {free // 4} pages. Compare that with 939.",
            f"{free} kB 是 {free // 4} 页，拿它和 939 比。",
        ),
        wrong=()
        if free // 4 > 939
        else (
            Wrong(
                "yes",
                (
                    f"{free} is larger than 939, but they are kB. In pages it is {free // 4}.",
                    f"{free} 虽大于 939，但那是 kB。换成页是 {free // 4}。",
                ),
                KB,
            ),
        ),
    )


def first_or_second(rng: Random | None) -> Question:
    """In which stage does a request find its page?"""
    free, name = pick(
        rng, (1000, "GFP_KERNEL"), [(1500, "GFP_KERNEL"), (600, "GFP_ATOMIC"), (1200, "GFP_ATOMIC"), (1100, "GFP_NOFS")]
    )

    def stage() -> str:
        events = record(with_free("i386_1g", Normal=[free]), gfp.NAMES[name], 0).events
        return str([event[1] for event in events if event[0] == "stage"][-2])

    wrong = (
        ()
        if free > 1173
        else (
            Wrong(
                "restart",
                (
                    f"The first try asks for pages_low, and {free} is not above 1,173.",
                    f"第一次尝试用 pages_low，{free} 不大于 1,173。",
                ),
            ),
            Wrong(
                "direct_reclaim",
                (
                    "Before anything is reclaimed there is a second try, at pages_min.",
                    "回收之前还有第二次尝试，用 pages_min。",
                ),
                BELOW if free < 939 else "",
            ),
        )
    )
    return Question(
        kind="stage",
        answer=stage,
        wrong=wrong,
        text=(
            f"Normal has {free:,} free pages, all single, and the marks 939, 1,173 and 1,408; DMA has nothing. One "
            f"page is asked for with {name}. In which stage is it found?",
            f"Normal 有 {free:,} 个空闲单页，三条水位线为 939、1,173、1,408；DMA 没有空闲页。以 {name} 申请一页。"
            "在哪个阶段得到？",
        ),
        right=(
            "restart tries at pages_low, min_attempt at pages_min, lowered where the caller has earned it.",
            "restart 按 pages_low 尝试，min_attempt 按 pages_min 尝试，够格者水位线再降低。",
        ),
        otherwise=(
            "Go down the ladder: the first try is in restart, at pages_low; the second in min_attempt, at pages_min.",
            "沿阶梯向下：第一次尝试在 restart，用 pages_low；第二次在 min_attempt，用 pages_min。",
        ),
    )


def lowered(rng: Random | None) -> Question:
    """What do HIGH and HARDER make of a mark?"""
    mark, name = pick(
        rng,
        (939, "HIGH and HARDER"),
        [(125, "HIGH and HARDER"), (939, "HARDER"), (641, "HIGH"), (109, "HIGH and HARDER")],
    )
    flags = FLAGS[name]
    steps = [(flag, after) for flag, after in chain(mark, flags)]

    def after() -> int:
        return _least_that_passes(0, mark, flags) - 1

    eighths = {"HIGH and HARDER": 3, "HARDER": 6, "HIGH": 4}[name]
    other = (mark - mark // 4) - (mark - mark // 4) // 2
    foreseen = [
        Wrong(
            mark * eighths // 8,
            (
                f"{eighths}/8 of {mark} at once, rounded down. The kernel subtracts a rounded "
                "part each time, and what is left is rounded up.",
                f"一次取 {mark} 的 {eighths}/8 并舍去小数。内核每次减去舍去小数后的部分，剩下的就等于向上取整。",
            ),
        ),
        *(
            [
                Wrong(
                    other,
                    (
                        "You took HARDER first. HIGH comes first, and here it makes a difference.",
                        "你先算了 HARDER。先算的是 HIGH，这里结果不同。",
                    ),
                )
            ]
            if eighths == 3
            else []
        ),
        Wrong(
            mark // 4,
            ("HARDER takes a quarter off, it does not leave a quarter.", "HARDER 减去四分之一，不是只留四分之一。"),
        ),
        Wrong(steps[-1][1] * 4, ("Marks are in pages, not in kB.", "水位线以页计，不是 kB。"), KB),
    ]
    given = [wrong.given for wrong in foreseen]
    said = "; ".join(f"{flag}: {value}" for flag, value in steps)
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=after,
        text=(
            f"A mark is {mark} pages, and the request has {name}. HIGH takes away a half, then HARDER a quarter of "
            "what is left by then; what is taken away is rounded down. Which mark remains?",
            f"水位线为 {mark} 页，请求带有 {name.replace('and', '和')}。HIGH 减去一半，然后 HARDER "
            "减去剩下的四分之一；减去的部分舍去小数。还剩多少？",
        ),
        right=(f"Step by step: {mark}; {said}.", f"逐步：{mark}；{said}。"),
        otherwise=(
            f"Half of {mark} without its fraction is {mark // 2}, a quarter {mark // 4}. Subtract, one after "
            "the other.",
            f"{mark} 的一半舍去小数是 {mark // 2}，四分之一是 {mark // 4}。依次相减。",
        ),
        wrong=tuple(wrong for at, wrong in enumerate(foreseen) if wrong.given not in (steps[-1][1], *given[:at])),
    )


WHO = (
    ("0", ("nobody", "谁也不行")),
    ("1", ("only requests with both HIGH and HARDER", "只有同时带 HIGH 和 HARDER 的")),
    ("2", ("those with HIGH, with or without HARDER", "带 HIGH 的，有无 HARDER 都行")),
    ("3", ("those with HIGH or HARDER", "带 HIGH 或 HARDER 的")),
    ("4", ("everybody", "谁都行")),
)


def below_min(rng: Random | None) -> Question:
    """Fewer pages than pages_min are free: who gets one?"""
    free = pick(rng, 600, [400, 800, 930, 300])
    wrong = [Wrong("4", ("Without a flag the mark is 939, and that is not met.", "没有标志时水位线是 939，达不到。"))]
    if free > 353:
        wrong.insert(
            0,
            Wrong(
                "0",
                (
                    "pages_min is no wall. HIGH lowers it to 470, HARDER to 705, both to 353: what lies between is "
                    "for them.",
                    "pages_min 不是一堵墙。HIGH 把它降到 470，HARDER 降到 705，两者降到 353：中间就是为它们留的。",
                ),
                BELOW,
            ),
        )
    return Question(
        kind="choice",
        choices=WHO,
        answer=lambda: str(who_passes(_normal(free), 0)),
        wrong=tuple(wrong),
        text=(
            f"{free} single pages are free in Normal, pages_min is 939. Who gets one of them on the second try?",
            f"Normal 有 {free} 个空闲单页，pages_min 为 939。第二次尝试时，谁能得到一页？",
        ),
        right=(
            f"The marks are 939, with HARDER 705, with HIGH 470, with both 353. Compare {free} with each.",
            f"水位线是 939；带 HARDER 为 705，带 HIGH 为 470，两者都带为 353。拿 {free} 逐个比。",
        ),
        otherwise=(
            "Compute the four marks first: 939, then with HARDER, with HIGH, with both.",
            "先算四个水位线：939，再算带 HARDER、带 HIGH、两者都带的。",
        ),
    )


def both_tests(blocks: Sequence[int]) -> Text:
    """The rows of the order-2 test against pages_min for a request without rights and for one with both."""
    zone = _normal(*blocks)
    told = "\n".join(
        f"{name}: "
        + ", ".join(
            f"{row['f']:,} {'>' if row['ok'] else '≤'} {row['m']:,}"
            for row in watermark_rows(zone, 2, zone.pages_min, 1, flags)
        )
        for name, flags in (("GFP_KERNEL", 0), ("GFP_ATOMIC", ALLOC_HIGH | ALLOC_HARDER))
    )
    return told, told


def split_up(rng: Random | None) -> Question:
    """Much is free, in small blocks: who gets an order-2 block?"""
    blocks = pick(rng, (20000, 2700, 50), [(20000, 2700, 70), (20000, 2700, 20), (3000, 800, 60), (400, 90, 240)])
    free = sum(nr << order for order, nr in enumerate(blocks))

    def who() -> str:
        got = [
            alloc_pages(with_free("i386_1g", Normal=blocks), mask | gfp.NORETRY, 2) is not None
            for mask in (gfp.GFP_KERNEL, gfp.GFP_ATOMIC)
        ]
        return ("none", "atomic", "both")[sum(got)]

    large = blocks[2] * 4 - 3
    wrong = []
    if large <= 234:
        wrong.append(
            Wrong(
                "both",
                (
                    f"{free:,} pages are free, but only {blocks[2] * 4} of them in blocks of four or more. The loop "
                    "counts "
                    f"those, against a mark halved twice: {large} > 234 does not hold.",
                    f"空闲 {free:,} 页，但四页以上的块里只有 {blocks[2] * 4} 页。循环数的是它们，而水位线减半两次："
                    f"{large} > "
                    "234 不成立。",
                ),
                "any_free_is_enough",
            )
        )
    if large > 88:
        wrong.append(
            Wrong(
                "none",
                (
                    f"GFP_ATOMIC has HIGH and HARDER: 353, halved twice 88, and {large} > 88 holds.",
                    f"GFP_ATOMIC 带 HIGH 和 HARDER：353，减半两次为 88，{large} > 88 成立。",
                ),
            )
        )
    return Question(
        kind="choice",
        answer=who,
        step=partial(both_tests, blocks),
        wrong=tuple(wrong),
        choices=(
            ("none", ("neither", "都不行")),
            ("atomic", ("GFP_ATOMIC only", "只有 GFP_ATOMIC")),
            ("kernel", ("GFP_KERNEL only", "只有 GFP_KERNEL")),
            ("both", ("both", "都行")),
        ),
        text=(
            f"Normal, pages_min 939, has {blocks[0]:,} free blocks of order 0, {blocks[1]:,} of order 1 and "
            f"{blocks[2]} of order 2, and none larger. A block of order 2 is wanted. Who passes the second try: "
            "GFP_KERNEL, GFP_ATOMIC?",
            f"Normal 区，pages_min 为 939，有 {blocks[0]:,} 个 0 阶、{blocks[1]:,} 个 1 阶、{blocks[2]} 个 2 "
            "阶空闲块，没有更大的。要一个 2 阶块。GFP_KERNEL 和 GFP_ATOMIC，谁能通过第二次尝试？",
        ),
        right=(
            "Only blocks that are large enough count at the end, and the mark is halved once for each order.",
            "最后只数够大的块，而水位线每阶减半一次。",
        ),
        otherwise=(
            "Three rows for each: all blocks against the mark, blocks from order 1 against half of it, blocks "
            "from order 2 against a quarter.",
            "每个请求三行：全部块对水位线，1 阶以上的块对一半，2 阶以上的块对四分之一。",
        ),
    )


def row(rng: Random | None) -> Question:
    """At which row of the test does a request fail?"""
    order, blocks = pick(
        rng,
        (3, (900, 20, 40, 30)),
        [
            (3, (1200, 300, 20, 10)),
            (2, (500, 200, 5)),
            (3, (4000, 10, 5, 60)),
            (3, (100, 100, 100, 200)),
            (2, (2000, 300, 300)),
        ],
    )
    free = sum(nr << o for o, nr in enumerate(blocks))

    def ends() -> str:
        zone = _normal(*blocks)
        last = watermark_rows(zone, order, zone.pages_min, 1, 0)[-1]
        return "none" if last["ok"] else str(last["o"])

    def rows() -> Text:
        zone = _normal(*blocks)
        told = "\n".join(
            f"{r['o']}: {r['f']:,} {'>' if r['ok'] else '≤'} {r['m']:,}"
            for r in watermark_rows(zone, order, zone.pages_min, 1, 0)
        )
        return told, told

    names = [
        (str(o), (f"the row of order {o}" if o else "row 0: all free blocks", f"第 {o} 行")) for o in range(order + 1)
    ]
    listed = ", ".join(map(str, blocks))
    return Question(
        kind="choice",
        answer=ends,
        step=rows,
        choices=(*names, ("none", ("none: it passes", "没有：能通过"))),
        text=(
            f"pages_min is 939, no flag. Free blocks of order 0, 1, 2, ...: {listed}; that is {free:,} pages. A "
            f"block of order {order} is asked for. Which row of the test refuses?",
            f"pages_min 为 939，没有标志。0、1、2……阶空闲块数：{listed}；共 {free:,} 页。申请一个 {order} 阶块。"
            "测试的哪一行拒绝？",
        ),
        right=(
            "Take off the blocks of one order, halve the mark, compare. The first row that fails ends it.",
            "减去一阶的块，水位线减半，比较。第一个不成立的行就是终点。",
        ),
        otherwise=(
            f"Begin with {free:,} - {1 << order} + 1 against 939. Each further row loses the blocks of one "
            "order and half of the mark.",
            f"从 {free:,} - {1 << order} + 1 对 939 开始。以后每行少一阶的块，水位线少一半。",
        ),
        wrong=(
            Wrong(
                "none",
                (
                    "Much is free, but look how little of it is in blocks that are large enough.",
                    "空闲的不少，但看看够大的块里有多少。",
                ),
                "any_free_is_enough",
            ),
        )
        if not zone_watermark_ok(_normal(*blocks), order, 939, 1, 0)
        else (),
    )
