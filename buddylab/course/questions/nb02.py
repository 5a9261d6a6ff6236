"""Questions of notebook 02: zones and where the marks come from."""

from random import Random

from buddylab.core import gfp
from buddylab.core.setup import init_per_zone_pages_min, setup_per_zone_pages_min
from buddylab.core.zone import Zone
from buddylab.course.experiments.nb02 import LOW_MEMORY, min_free_kbytes, zones_of
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.texts import texts
from buddylab.machines import hardware
from buddylab.machines.hardware import MB
from buddylab.said import Said, as_is

__all__ = ["order_of_zones", "more_ram", "share", "low_mark", "highmem_mark", "min_free", "mask"]

say = texts("nb02")
"""The words of the questions, by the question's name and what they are said about."""

PERCENT = "marks_are_a_percentage"
KB = "kb_and_pages"
ORDERS = (
    ("HND", say("ORDERS.HND")),
    ("DNH", say("ORDERS.DNH")),
    ("ND", say("ORDERS.ND")),
    ("H", say("ORDERS.H")),
    ("D", say("ORDERS.D")),
)


def order_of_zones(rng: Random | None) -> Question:
    """Which zones are tried for this mask, and in which order?"""
    name = pick(rng, "GFP_HIGHUSER", ["GFP_KERNEL", "GFP_DMA", "GFP_USER"])

    def tried() -> str:
        return "".join(zone.label[0] for zone in hardware.of("i386_1g").machine().zonelist(gfp.NAMES[name]).zones)

    wrong = (
        Wrong("DNH", say("order_of_zones.wrong_DNH")),
        Wrong("H", say("order_of_zones.wrong_H")),
        Wrong("D", say("order_of_zones.wrong_D")),
    )
    return Question(
        kind="choice",
        choices=ORDERS,
        answer=tried,
        text=say("order_of_zones.text", name=name),
        right=say("order_of_zones.right"),
        otherwise=say("order_of_zones.otherwise", name=name),
        wrong=wrong if name != "GFP_DMA" else wrong[:2],
    )


def more_ram(rng: Random | None) -> Question:
    """So many times the RAM: what happens to the marks?"""
    times, root = pick(rng, (4, 2), [(9, 3), (16, 4)])

    def grown() -> str:
        before, after = zones_of(256)[1:], zones_of(256 * times)[1:]
        return str(round(sum(z.pages_min for z in after) / sum(z.pages_min for z in before)))

    return Question(
        kind="choice",
        answer=grown,
        choices=(
            ("1", say("more_ram.choices_1")),
            (str(root), say("more_ram.choices", root=root)),
            (str(times), say("more_ram.choices_2", times=times)),
        ),
        text=say("more_ram.text", times=times, ratio_pages=256 * times),
        right=say("more_ram.right", times=times, root=root),
        otherwise=say("more_ram.otherwise"),
        wrong=(Wrong(str(times), say("more_ram.wrong_times"), PERCENT),),
    )


def share(rng: Random | None) -> Question:
    """What is a zone's share of min_free_kbytes?"""
    ram = pick(rng, 1024, [512, 768, 2048])
    zones = zones_of(ram, LOW_MEMORY)
    kbytes = init_per_zone_pages_min(zones)
    normal, low = zones[1].present_pages, min(ram, LOW_MEMORY) * MB
    all_pages, mine = kbytes // 4, kbytes // 4 * normal // low
    with_high = all_pages * normal // (ram * MB)
    wrong = [
        Wrong(all_pages, say("share.wrong_all_pages", all_pages=all_pages)),
        Wrong(kbytes * normal // low, say("share.wrong_kbytes_times_normal_by_low"), KB),
    ]
    if with_high != mine:
        wrong.append(Wrong(with_high, say("share.wrong_with_high")))
    return Question(
        kind="number",
        unit=say("share.unit"),
        answer=lambda: zones_of(ram, LOW_MEMORY)[1].pages_min,
        wrong=tuple(wrong),
        text=say("share.text", ram=ram, kbytes=kbytes, low=low, normal=normal),
        right=say("share.right", kbytes=kbytes, all_pages=all_pages, normal=normal, low=low, mine=mine),
        otherwise=say("share.otherwise"),
    )


def low_mark(rng: Random | None) -> Question:
    """From pages_min to the other two."""
    pages_min = pick(rng, 939, [250, 641, 1023, 4096])

    def low() -> int:
        zone = Zone("Normal", 0, 0, MB * MB, lowmem_reserve=[0])
        setup_per_zone_pages_min([zone], pages_min * 4)
        return zone.pages_low

    quarter, half = pages_min >> 2, pages_min >> 1
    return Question(
        kind="number",
        unit=say("low_mark.unit"),
        answer=low,
        text=say("low_mark.text", pages_min=pages_min),
        right=say("low_mark.right", pages_min=pages_min, low=pages_min + quarter, high=pages_min + half),
        otherwise=say("low_mark.otherwise", pages_min=pages_min, quarter=quarter),
        wrong=(
            Wrong(pages_min + half, say("low_mark.wrong_pages_min_plus_half")),
            Wrong(pages_min * 2, say("low_mark.wrong_pages_min_times_2")),
        ),
    )


def highmem_mark(rng: Random | None) -> Question:
    """How does HighMem get its pages_min?"""
    high = pick(rng, 128, [64, 1152, 3200])

    def how() -> str:
        zones = zones_of(LOW_MEMORY + high, LOW_MEMORY)
        pages = init_per_zone_pages_min(zones) // 4 * high // LOW_MEMORY
        return {0: "none", pages: "share"}.get(zones[2].pages_min, "clamp")

    def figure() -> Said:
        told = f"HighMem: pages_min {zones_of(LOW_MEMORY + high, LOW_MEMORY)[2].pages_min}"
        return as_is(told)

    return Question(
        kind="choice",
        answer=how,
        step=figure,
        choices=(
            ("share", say("highmem_mark.choices_share")),
            ("clamp", say("highmem_mark.choices_clamp")),
            ("none", say("highmem_mark.choices_none")),
        ),
        text=say("highmem_mark.text", high=high),
        right=say("highmem_mark.right"),
        otherwise=say("highmem_mark.otherwise"),
        wrong=(Wrong("share", say("highmem_mark.wrong_share")),),
    )


def min_free(rng: Random | None) -> Question:
    """min_free_kbytes of a machine, in the head."""
    ram = pick(rng, 256, [16, 64, 1024, 4096, 16384])
    kbytes = 4 * int((ram * 1024) ** 0.5)
    percent = ram * 1024 // 100
    return Question(
        kind="number",
        unit=as_is("kB"),
        answer=lambda: min_free_kbytes([ram])[0][1],
        text=say("min_free.text", ram=ram),
        right=say("min_free.right", ram=ram, kbytes=kbytes, kb=ram * 1024, product=ram * 16384),
        otherwise=say("min_free.otherwise"),
        wrong=(
            Wrong(percent, say("min_free.wrong_percent", percent=percent), PERCENT),
            Wrong(kbytes // 4, say("min_free.wrong_kbytes_by_4"), KB),
        ),
    )


def mask(rng: Random | None) -> Question:
    """Put a mask together out of bits."""
    name, en, zh = pick(
        rng,
        (
            "GFP_HIGHUSER",
            "a page of a program, which may lie anywhere; the caller may wait, start "
            "I/O and enter file systems, and stays inside its cpuset",
            "程序的一页，放哪里都行；调用者可以等待、做 I/O、进入文件系统，且不出自己的 cpuset",
        ),
        [
            (
                "GFP_KERNEL",
                "kernel data; the caller may wait, start I/O and enter file systems",
                "内核数据；调用者可以等待、做 I/O、进入文件系统",
            ),
            (
                "GFP_DMA",
                "a buffer for a card that sees 16 MB; the caller cannot wait and wants no more",
                "只能看到 16 MB 的卡所用的缓冲区；调用者不能等待，也没有别的要求",
            ),
            (
                "GFP_ATOMIC",
                "kernel data, from an interrupt: no waiting, but more of the reserve",
                "中断里要的内核数据：不能等待，但可以多用一些储备",
            ),
        ],
    )
    meant = gfp.NAMES[name]
    wrong = [Wrong(meant | gfp.DMA | gfp.HIGHMEM, say("mask.wrong"))]
    if meant & gfp.HIGHMEM:
        wrong.append(Wrong(meant & ~gfp.HIGHMEM, say("mask.wrong_2")))
    return Question(
        kind="mask",
        bits=("DMA", "HIGHMEM", "WAIT", "HIGH", "IO", "FS", "HARDWALL"),
        answer=lambda: meant,
        text=say("mask.text", words=Said(en, zh)),
        right=say("mask.right", name=name, meant=meant),
        otherwise=say("mask.otherwise"),
        wrong=tuple(wrong),
    )
