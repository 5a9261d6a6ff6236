"""Questions of notebook 04: lowmem_reserve."""

from random import Random

from buddylab.core import gfp
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, Zone, zone_watermark_ok
from buddylab.course.bench import with_free
from buddylab.course.experiments.nb02 import LOW_MEMORY, zones_of
from buddylab.course.experiments.nb04 import only_dma
from buddylab.course.question import Question, Text, Wrong, pick
from buddylab.view.rows import watermark_rows

__all__ = ["which_class", "kept", "other_ratio", "flags", "own_class", "upper_rows", "first_try"]

FREE_FOR_ALL = "fallback_is_free_for_all"
CLASSES = ("DMA", "Normal", "HighMem")


def which_class(rng: Random | None) -> Question:
    """So many pages are free in DMA: a request of which class gets one?"""
    free = pick(rng, 1000, [500, 950, 1200, 15])

    def passing() -> str:
        zone = with_free("i386_1g", DMA=[free]).zone("DMA")
        return str(sum(zone_watermark_ok(zone, 0, zone.pages_low, index, 0) for index in range(3)))

    def rows() -> Text:
        zone = with_free("i386_1g", DMA=[free]).zone("DMA")
        told = "\n".join(
            f"{name}: {free} {'>' if free > 21 + kept else '≤'} 21 + {kept}"
            for name, kept in zip(CLASSES, zone.lowmem_reserve, strict=True)
        )
        return told, told

    return Question(
        kind="choice",
        answer=passing,
        step=rows,
        choices=(
            ("0", ("none of them", "都不行")),
            ("1", ("only one that begins in DMA", "只有从 DMA 开始的")),
            ("2", ("one that begins in DMA or Normal", "从 DMA 或 Normal 开始的")),
            ("3", ("all three", "三种都行")),
        ),
        text=(
            f"1 GB on i386: {free:,} pages are free in DMA, whose pages_low is 21. HighMem and Normal have refused. "
            "DMA keeps 880 pages from requests that begin in Normal, 1,008 from those that begin in HighMem. Which "
            "request gets a page of DMA on its first try?",
            f"i386，1 GB：DMA 有 {free:,} 个空闲页，pages_low 为 21。HighMem 和 Normal 已拒绝。DMA 对从 Normal "
            "开始的请求保留 880 页，对从 HighMem 开始的请求保留 1,008 页。第一次尝试时，哪种请求能得到 DMA 的页？",
        ),
        right=(
            "The floor is higher for those who come from farther above: 21, 901, 1,029.",
            "来处越高，门槛越高：21、901、1,029。",
        ),
        otherwise=(
            "Add the reserve to the mark: 21 + 0, 21 + 880, 21 + 1,008. Who is below the free pages?",
            "把保留量加到水位线上：21 + 0、21 + 880、21 + 1,008。哪些小于空闲页数？",
        ),
        wrong=()
        if free > 1029
        else (
            Wrong(
                "3",
                (
                    f"A zone on the list is not free for all: {free:,} is not more than 21 + 1,008.",
                    f"列表里的区并不是谁都可以随便用：{free:,} 不大于 21 + 1,008。",
                ),
                FREE_FOR_ALL,
            ),
        ),
    )


def kept(rng: Random | None) -> Question:
    """What does DMA keep from requests for HighMem?"""
    ram = pick(rng, 1024, [1536, 2048, 4096])
    dma, normal, high = (zone.present_pages for zone in zones_of(ram, LOW_MEMORY))
    right = (normal + high) // 256
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=lambda: zones_of(ram, LOW_MEMORY)[0].lowmem_reserve[2],
        text=(
            f"{ram} MB on i386: DMA has {dma:,} pages, Normal {normal:,}, HighMem {high:,}. The ratio of DMA is 256. "
            "How many pages does DMA keep from requests that begin in HighMem?",
            f"i386，{ram} MB：DMA 有 {dma:,} 页，Normal {normal:,} 页，HighMem {high:,} 页。DMA 的比率是 256。"
            "DMA 对从 HighMem 开始的请求保留多少页？",
        ),
        right=(
            f"({normal:,} + {high:,}) / 256 = {right:,}: all that lies above DMA, up to where the request begins.",
            f"({normal:,} + {high:,}) / 256 = {right:,}：DMA 之上、直到请求起点的所有页。",
        ),
        otherwise=(
            "Add the pages of all zones above DMA up to HighMem, and divide by 256.",
            "把 DMA 之上直到 HighMem 的各区页数相加，除以 256。",
        ),
        wrong=(
            Wrong(
                high // 256,
                (
                    "That is HighMem alone. Normal lies above DMA too, and such a request could have used it.",
                    "这只算了 HighMem。Normal 也在 DMA 之上，这种请求本来也能用它。",
                ),
            ),
            Wrong(
                normal // 256,
                ("That is kept from requests that begin in Normal.", "这是对从 Normal 开始的请求保留的。"),
            ),
            Wrong(
                dma // 256,
                (
                    "It is not a part of the zone's own pages, but of those above it.",
                    "不按本区的页数算，按它之上的页数算。",
                ),
            ),
            Wrong(right * 4, ("That is in kB; the reserve is in pages.", "这是 kB 数；保留量以页计。"), "kb_and_pages"),
            Wrong(
                0,
                (
                    "Then such requests would have the zone to themselves in a moment.",
                    "那样这类请求一转眼就会把这个区占完。",
                ),
                FREE_FOR_ALL,
            ),
        ),
    )


def other_ratio(rng: Random | None) -> Question:
    """Another ratio: does the zone keep more, or less?"""
    ratio = pick(rng, 128, [64, 512, 1024])
    factor = max(ratio, 256) // min(ratio, 256)

    def outcome() -> str:
        before, after = (only_dma(r).zone("DMA").lowmem_reserve[2] for r in (256, ratio))
        return "more" if after > before else "less" if after < before else "same"

    smaller = ratio < 256
    return Question(
        kind="choice",
        answer=outcome,
        choices=(
            ("more", (f"DMA keeps {factor} times as much", f"DMA 保留量变为 {factor} 倍")),
            ("less", (f"DMA keeps 1/{factor} of it", f"DMA 保留量变为 1/{factor}")),
            ("same", ("it keeps the same", "不变")),
        ),
        text=(
            f"An administrator writes {ratio} instead of 256 as the lowmem_reserve_ratio of DMA. What happens?",
            f"管理员把 DMA 的 lowmem_reserve_ratio 从 256 改成 {ratio}。会怎样？",
        ),
        right=(
            "The ratio is what is divided by: the smaller it is, the more is kept.",
            "比率是除数：越小，保留得越多。",
        ),
        otherwise=("Reserve = pages above / ratio.", "保留量 = 之上的页数 / 比率。"),
        wrong=(
            Wrong(
                "less" if smaller else "more",
                (
                    "It is a divisor, not an amount. The name is easily misread.",
                    "它是除数，不是数量。这个名字容易误解。",
                ),
            ),
        ),
    )


def flags(rng: Random | None) -> Question:
    """Do HIGH and HARDER lower the reserve too?"""
    pages_min, reserve = pick(rng, (17, 880), [(64, 48), (40, 500), (101, 300)])
    half = pages_min - pages_min // 2
    mark = half - half // 4
    together = pages_min + reserve
    lowered = together - together // 2
    lowered -= lowered // 4

    def least() -> int:
        zone = Zone("DMA", 0, 0, 4096, lowmem_reserve=[0, reserve])
        for free in range(4096):
            zone.nr_free_pages = free
            if zone_watermark_ok(zone, 0, pages_min, 1, ALLOC_HIGH | ALLOC_HARDER):
                return free
        raise ValueError(f"a reserve of {reserve} pages is never met")

    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=least,
        text=(
            f"DMA has pages_min {pages_min} and keeps {reserve} pages from requests that begin in Normal. An "
            "interrupt asks for one page with GFP_ATOMIC, and Normal is used up. How many pages must be free in DMA "
            "at least?",
            f"DMA 的 pages_min 为 {pages_min}，对从 Normal 开始的请求保留 {reserve} 页。一个中断以 GFP_ATOMIC "
            "申请一页，而 Normal 已用尽。DMA 至少要有多少空闲页？",
        ),
        right=(
            f"The flags lower the mark only: {pages_min}, {half}, {mark}. Then {mark} + {reserve} = "
            f"{mark + reserve}, and it must be more.",
            f"标志只降低水位线：{pages_min}、{half}、{mark}。然后 {mark} + {reserve} = {mark + reserve}，还须更多。",
        ),
        otherwise=(
            f"Lower {pages_min} by a half and then a quarter; add {reserve}; one more than that.",
            f"把 {pages_min} 减半，再减四分之一；加上 {reserve}；再多一页。",
        ),
        wrong=(
            Wrong(
                lowered + 1,
                (
                    "You lowered mark and reserve together. The reserve is added afterwards, whole.",
                    "你把水位线和保留量一起降低了。保留量是后来才整个加上的。",
                ),
            ),
            Wrong(
                mark + 1,
                (
                    "You left the reserve out. It holds for an interrupt as for all others.",
                    "你漏了保留量。中断也和别人一样要算它。",
                ),
                FREE_FOR_ALL,
            ),
            Wrong(mark + reserve, ("Equality refuses.", "相等即拒绝。")),
        ),
    )


def own_class(rng: Random | None) -> Question:
    """On a machine without a zone, what is a request's class?"""
    machine, name, en, zh = pick(
        rng,
        (
            "x86_64_4g",
            "GFP_KERNEL",
            "x86_64 with 4 GB, all of it below the 4 GB line: zones DMA and DMA32 have memory, Normal has none",
            "x86_64，4 GB，全部在 4 GB 线以下：DMA 和 DMA32 有内存，Normal 没有",
        ),
        [
            (
                "small",
                "GFP_HIGHUSER",
                "i386 with 64 MB: zones DMA and Normal have memory, HighMem none",
                "i386，64 MB：DMA 和 Normal 有内存，HighMem 没有",
            ),
            (
                "i386_1g",
                "GFP_HIGHUSER",
                "i386 with 1 GB: zones DMA, Normal and HighMem have memory",
                "i386，1 GB：DMA、Normal 和 HighMem 都有内存",
            ),
        ],
    )

    def own() -> str:
        made = with_free(machine)
        return made.zonelist(gfp.NAMES[name]).zones[0].name

    named = "HighMem" if name == "GFP_HIGHUSER" else "Normal"
    kinds = ("DMA", "DMA32", "Normal") if machine == "x86_64_4g" else CLASSES
    return Question(
        kind="choice",
        answer=own,
        choices=tuple((kind, (kind, f"{kind} 区")) for kind in kinds),
        text=(
            f"The machine: {en}. A page is asked for with {name}. Of which class is the request, that is, from "
            "which zone are the reserves counted?",
            f"机器：{zh}。以 {name} 申请一页。这个请求属于哪一类，即保留量从哪个区算起？",
        ),
        right=(
            "The class is the first zone of the zonelist that has memory. So a machine does not keep anything for "
            "a zone that it has not.",
            "类别是区列表里第一个有内存的区。机器不会为它没有的区保留什么。",
        ),
        otherwise=(
            "Write down the zonelist of the mask, without the empty zones. Its first zone is the class.",
            "写出该掩码的区列表，去掉空的区。第一个区就是类别。",
        ),
        wrong=()
        if machine == "i386_1g"
        else (
            Wrong(
                named,
                (
                    f"The mask says {named}, but there is no memory there; the list begins with the next zone below.",
                    f"掩码说的是 {named}，但那里没有内存；列表从下面一个区开始。",
                ),
            ),
        ),
    )


def upper_rows(rng: Random | None) -> Question:
    """Is the reserve in the rows for larger orders too?"""
    singles, pairs = pick(rng, (600, 200), [(900, 30), (700, 120), (500, 100), (1020, 3)])
    free = singles + 2 * pairs

    def outcome() -> str:
        machine = with_free("i386_1g", DMA=[singles, pairs])
        zone = machine.zone("DMA")
        return "yes" if zone_watermark_ok(zone, 1, zone.pages_low, 1, 0) else "no"

    def rows() -> Text:
        zone = with_free("i386_1g", DMA=[singles, pairs]).zone("DMA")
        told = "\n".join(
            f"{r['o']}: {r['f']:,} {'>' if r['ok'] else '≤'} {r['m']:,}"
            for r in watermark_rows(zone, 1, zone.pages_low, 1, 0)
        )
        return told, told

    passes = free - 1 > 901 and 2 * pairs - 1 > 10
    say = (
        (
            "You took the reserve into row 1. It stands in row 0 only; there it is half of 21, which is 10.",
            "你把保留量也算进了第 1 行。它只在第 0 行；第 1 行只是 21 的一半，即 10。",
        )
        if passes
        else (
            f"Row 0: {free} − 1 must be more than 21 + 880; row 1: {2 * pairs} − 1 must be more than 10.",
            f"第 0 行：{free} − 1 须大于 21 + 880；第 1 行：{2 * pairs} − 1 须大于 10。",
        )
    )
    return Question(
        kind="choice",
        answer=outcome,
        step=rows,
        choices=(("yes", ("yes", "能")), ("no", ("no", "不能"))),
        text=(
            f"DMA has {singles} free blocks of order 0 and {pairs} of order 1; pages_low 21, reserve 880. Normal "
            "has refused. Does a GFP_KERNEL request of order 1 pass here on its first try?",
            f"DMA 有 {singles} 个 0 阶和 {pairs} 个 1 阶空闲块；pages_low 为 21，保留量 880。Normal 已拒绝。"
            "以 GFP_KERNEL 申请 1 阶块，第一次尝试能在这里通过吗？",
        ),
        right=(
            "The reserve is in row 0 only: it counts pages of any size. The rows above it compare with the bare "
            "mark, halved.",
            "保留量只在第 0 行：它数的是任意大小的页。以后各行只与减半的水位线比较。",
        ),
        otherwise=(
            "Row 0 with the reserve, row 1 without it and with half of the mark.",
            "第 0 行加保留量；第 1 行不加，水位线减半。",
        ),
        wrong=(Wrong("no" if passes else "yes", say, "" if free - 1 > 901 else FREE_FOR_ALL),),
    )


def first_try(rng: Random | None) -> Question:
    """How much must be free in Normal for a program's page?"""
    ram = pick(rng, 1024, [1536, 2048, 3072])
    _, normal, high = zones_of(ram, LOW_MEMORY)
    floor = normal.pages_low + normal.lowmem_reserve[2]

    def least() -> int:
        zone = zones_of(ram, LOW_MEMORY)[1]
        while not zone_watermark_ok(zone, 0, zone.pages_low, 2, 0):
            zone.nr_free_pages += 1
        return zone.nr_free_pages

    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=least,
        text=(
            f"{ram} MB on i386. HighMem has {high.present_pages:,} pages, all used up. Normal has pages_low "
            f"{normal.pages_low:,}, and its ratio is 32. How many pages must be free in Normal at least so that "
            "GFP_HIGHUSER gets one on its first try?",
            f"i386，{ram} MB。HighMem 有 {high.present_pages:,} 页，已用尽。Normal 的 pages_low 为 "
            f"{normal.pages_low:,}，比率为 32。Normal 至少要有多少空闲页，GFP_HIGHUSER 第一次尝试才能得到一页？",
        ),
        right=(
            f"{high.present_pages:,} / 32 = {normal.lowmem_reserve[2]:,}, plus {normal.pages_low:,}, and one more.",
            f"{high.present_pages:,} / 32 = {normal.lowmem_reserve[2]:,}，加 {normal.pages_low:,}，再多一页。",
        ),
        otherwise=(
            "pages_low, plus the pages of HighMem divided by 32, plus one, since equality refuses.",
            "pages_low，加上 HighMem 页数除以 32，再加一，因为相等即拒绝。",
        ),
        wrong=(
            Wrong(floor, ("Equality refuses.", "相等即拒绝。")),
            Wrong(
                normal.pages_low + 1,
                (
                    "That would do for GFP_KERNEL. A request from above has to leave the reserve.",
                    "这对 GFP_KERNEL 够了。从上面来的请求还要留下保留量。",
                ),
                FREE_FOR_ALL,
            ),
            Wrong(
                normal.pages_low + high.present_pages // 256 + 1,
                (
                    "256 is the ratio of DMA. Normal has 32: it keeps more, because kernel data can lie nowhere else.",
                    "256 是 DMA 的比率。Normal 是 32：保留得更多，因为内核数据没有别处可放。",
                ),
            ),
        ),
    )
