"""Questions of notebook 04: lowmem_reserve."""

from random import Random

from buddylab.core import gfp
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, Zone, lowered, watermark_rows, zone_watermark_ok
from buddylab.course.experiments.nb02 import LOW_MEMORY, zones_of
from buddylab.course.experiments.nb04 import only_dma
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.small_machines import with_free
from buddylab.course.texts import texts
from buddylab.said import Said, as_is
from buddylab.view.rows import compared

__all__ = ["which_class", "kept", "other_ratio", "flags", "own_class", "upper_rows", "first_try"]

say = texts("nb04")
"""The words of the questions, by the question's name and what they are said about."""

FREE_FOR_ALL = "fallback_is_free_for_all"
CLASSES = ("DMA", "Normal", "HighMem")


def which_class(rng: Random | None) -> Question:
    """So many pages are free in DMA: a request of which class gets one?"""
    free = pick(rng, 1000, [500, 950, 1200, 15])

    def passing() -> str:
        zone = with_free("i386_1g", DMA=[free]).zone("DMA")
        return str(sum(zone_watermark_ok(zone, 0, zone.pages_low, index, 0) for index in range(3)))

    def rows() -> Said:
        zone = with_free("i386_1g", DMA=[free]).zone("DMA")
        told = "\n".join(
            f"{name}: {free} {'>' if free > 21 + kept else '≤'} 21 + {kept}"
            for name, kept in zip(CLASSES, zone.lowmem_reserve, strict=True)
        )
        return as_is(told)

    return Question(
        kind="choice",
        answer=passing,
        step=rows,
        choices=(
            ("0", say("which_class.choices_0")),
            ("1", say("which_class.choices_1")),
            ("2", say("which_class.choices_2")),
            ("3", say("which_class.choices_3")),
        ),
        text=say("which_class.text", free=free),
        right=say("which_class.right"),
        otherwise=say("which_class.otherwise"),
        wrong=() if free > 1029 else (Wrong("3", say("which_class.wrong_3", free=free), FREE_FOR_ALL),),
    )


def kept(rng: Random | None) -> Question:
    """What does DMA keep from requests for HighMem?"""
    ram = pick(rng, 1024, [1536, 2048, 4096])
    dma, normal, high = (zone.present_pages for zone in zones_of(ram, LOW_MEMORY))
    right = (normal + high) // 256
    return Question(
        kind="number",
        unit=say("kept.unit"),
        answer=lambda: zones_of(ram, LOW_MEMORY)[0].lowmem_reserve[2],
        text=say("kept.text", ram=ram, dma=dma, normal=normal, high=high),
        right=say("kept.right", normal=normal, high=high, right=right),
        otherwise=say("kept.otherwise"),
        wrong=(
            Wrong(high // 256, say("kept.wrong_high_by_256")),
            Wrong(normal // 256, say("kept.wrong_normal_by_256")),
            Wrong(dma // 256, say("kept.wrong_dma_by_256")),
            Wrong(right * 4, say("kept.wrong_right_times_4"), "kb_and_pages"),
            Wrong(0, say("kept.wrong_0"), FREE_FOR_ALL),
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
            ("more", say("other_ratio.choices_more", factor=factor)),
            ("less", say("other_ratio.choices_less", factor=factor)),
            ("same", say("other_ratio.choices_same")),
        ),
        text=say("other_ratio.text", ratio=ratio),
        right=say("other_ratio.right"),
        otherwise=say("other_ratio.otherwise"),
        wrong=(Wrong("less" if smaller else "more", say("other_ratio.wrong")),),
    )


def flags(rng: Random | None) -> Question:
    """Do HIGH and HARDER lower the reserve too?"""
    pages_min, reserve = pick(rng, (17, 880), [(64, 48), (40, 500), (101, 300)])
    (_, half), (_, mark) = lowered(pages_min, ALLOC_HIGH | ALLOC_HARDER)
    _, (_, together) = lowered(pages_min + reserve, ALLOC_HIGH | ALLOC_HARDER)

    def least() -> int:
        zone = Zone("DMA", 0, 0, 4096, lowmem_reserve=[0, reserve])
        for free in range(4096):
            zone.nr_free_pages = free
            if zone_watermark_ok(zone, 0, pages_min, 1, ALLOC_HIGH | ALLOC_HARDER):
                return free
        raise ValueError(f"a reserve of {reserve} pages is never met")

    return Question(
        kind="number",
        unit=say("flags.unit"),
        answer=least,
        text=say("flags.text", pages_min=pages_min, reserve=reserve),
        right=say("flags.right", pages_min=pages_min, half=half, mark=mark, reserve=reserve, level=mark + reserve),
        otherwise=say("flags.otherwise", pages_min=pages_min, reserve=reserve),
        wrong=(
            Wrong(together + 1, say("flags.wrong_lowered_plus_1")),
            Wrong(mark + 1, say("flags.wrong_mark_plus_1"), FREE_FOR_ALL),
            Wrong(mark + reserve, say("flags.wrong_mark_plus_reserve")),
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
        choices=tuple((kind, Said(kind, f"{kind} 区")) for kind in kinds),
        text=say("own_class.text", name=name, words=Said(en, zh)),
        right=say("own_class.right"),
        otherwise=say("own_class.otherwise"),
        wrong=() if machine == "i386_1g" else (Wrong(named, say("own_class.wrong_named", named=named)),),
    )


def upper_rows(rng: Random | None) -> Question:
    """Is the reserve in the rows for larger orders too?"""
    singles, pairs = pick(rng, (600, 200), [(900, 30), (700, 120), (500, 100), (1020, 3)])
    free = singles + 2 * pairs

    def outcome() -> str:
        machine = with_free("i386_1g", DMA=[singles, pairs])
        zone = machine.zone("DMA")
        return "yes" if zone_watermark_ok(zone, 1, zone.pages_low, 1, 0) else "no"

    def rows() -> Said:
        zone = with_free("i386_1g", DMA=[singles, pairs]).zone("DMA")
        told = "\n".join(f"{row.order}: {compared(row)}" for row in watermark_rows(zone, 1, zone.pages_low, 1, 0))
        return as_is(told)

    passes = free - 1 > 901 and 2 * pairs - 1 > 10
    told = (
        say("upper_rows.wrong_passes") if passes else say("upper_rows.wrong_refused", free=free, pair_pages=2 * pairs)
    )
    return Question(
        kind="choice",
        answer=outcome,
        step=rows,
        choices=(("yes", say("upper_rows.choices_yes")), ("no", say("upper_rows.choices_no"))),
        text=say("upper_rows.text", singles=singles, pairs=pairs),
        right=say("upper_rows.right"),
        otherwise=say("upper_rows.otherwise"),
        wrong=(Wrong("no" if passes else "yes", told, "" if free - 1 > 901 else FREE_FOR_ALL),),
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
        unit=say("first_try.unit"),
        answer=least,
        text=say("first_try.text", ram=ram, present_pages=high.present_pages, pages_low=normal.pages_low),
        right=say(
            "first_try.right",
            present_pages=high.present_pages,
            pages_low=normal.pages_low,
            reserve=normal.lowmem_reserve[2],
        ),
        otherwise=say("first_try.otherwise"),
        wrong=(
            Wrong(floor, say("first_try.wrong_floor")),
            Wrong(normal.pages_low + 1, say("first_try.wrong_pages_low_plus_1"), FREE_FOR_ALL),
            Wrong(
                normal.pages_low + high.present_pages // 256 + 1, say("first_try.wrong_pages_low_plus_present_pages")
            ),
        ),
    )
