"""Questions of notebook 02: zones and where the marks come from."""

from random import Random

from buddylab.core import gfp
from buddylab.core.zone import Zone, init_per_zone_pages_min, setup_per_zone_pages_min
from buddylab.course.experiments.nb02 import LOW_MEMORY, min_free_kbytes, zones_of
from buddylab.course.question import Question, Wrong, pick
from buddylab.machines import hardware
from buddylab.machines.hardware import MB

__all__ = ["order_of_zones", "more_ram", "share", "low_mark", "highmem_mark", "min_free", "mask"]

PERCENT = "marks_are_a_percentage"
KB = "kb_and_pages"
ORDERS = (
    ("HND", ("HighMem, then Normal, then DMA", "先 HighMem，再 Normal，后 DMA")),
    ("DNH", ("DMA, then Normal, then HighMem", "先 DMA，再 Normal，后 HighMem")),
    ("ND", ("Normal, then DMA", "先 Normal，后 DMA")),
    ("H", ("HighMem only", "只有 HighMem")),
    ("D", ("DMA only", "只有 DMA")),
)


def order_of_zones(rng: Random | None) -> Question:
    """Which zones are tried for this mask, and in which order?"""
    name = pick(rng, "GFP_HIGHUSER", ["GFP_KERNEL", "GFP_DMA", "GFP_USER"])

    def tried() -> str:
        return "".join(zone.label[0] for zone in hardware.of("i386_1g").machine().zonelist(gfp.NAMES[name]).zones)

    wrong = (
        Wrong(
            "DNH",
            (
                "DMA is tried last: it is the smallest, and there are devices that have nothing else.",
                "DMA 最后才试：它最小，而有的设备只能用它。",
            ),
        ),
        Wrong(
            "H",
            (
                "HighMem is where it begins. Without room there it goes on to the zones below.",
                "它从 HighMem 开始；那里没有余地，就继续试下面的区。",
            ),
        ),
        Wrong("D", ("Only a request with __GFP_DMA is bound to DMA.", "只有带 __GFP_DMA 的请求才限于 DMA。")),
    )
    return Question(
        kind="choice",
        choices=ORDERS,
        answer=tried,
        text=(
            f"1 GB on i386: the zones are DMA, Normal and HighMem. A page is asked for with {name}. "
            "Which zones are tried, and in which order?",
            f"i386，1 GB，有 DMA、Normal、HighMem 三个区。以 {name} 申请一页。会试哪些区，按什么次序？",
        ),
        right=(
            "The mask says where to begin, and from there it goes down, never up: whoever can use high memory "
            "can use low memory too, and not the other way round.",
            "掩码决定从哪里开始，然后只向下、不向上：能用高端内存的也能用低端内存，反之不行。",
        ),
        otherwise=(
            f"Look for a zone bit in {name}: without one a request begins in Normal. Then it goes down.",
            f"看 {name} 里有没有区位：没有就从 Normal 开始，然后向下。",
        ),
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
            ("1", ("they stay as they are", "不变")),
            (str(root), (f"they become about {root} times as large", f"变为约 {root} 倍")),
            (str(times), (f"they become about {times} times as large", f"变为约 {times} 倍")),
        ),
        text=(
            f"A server without HighMem gets {times} times its RAM: {256 * times} MB instead of 256 MB. "
            "What happens to pages_min, pages_low and pages_high?",
            f"一台没有 HighMem 的服务器，内存从 256 MB 增加到 {times} 倍，即 {256 * times} MB。"
            "pages_min、pages_low、pages_high 怎么变？",
        ),
        right=(
            f"They grow with the square root: {times} times the RAM, {root} times the marks. As a part of the RAM "
            "they shrink.",
            f"它们随平方根增长：内存 {times} 倍，水位线 {root} 倍。占内存的比例反而变小。",
        ),
        otherwise=(
            "They do grow, but a larger machine needs them less than in proportion.",
            "会变大，但机器越大，所需的比例越小。",
        ),
        wrong=(
            Wrong(
                str(times),
                (
                    "That would be so if the marks were a percentage of the RAM. They are not: min_free_kbytes is a "
                    "square "
                    "root.",
                    "如果水位线是内存的百分比才会这样。并不是：min_free_kbytes 是个平方根。",
                ),
                PERCENT,
            ),
        ),
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
        Wrong(
            all_pages,
            (
                f"{all_pages} pages are the share of all low memory. DMA gets its part of them.",
                f"{all_pages} 页是全部低端内存的份额，DMA 也要分去一部分。",
            ),
        ),
        Wrong(
            kbytes * normal // low,
            ("That is in kB. A mark is in pages, and a page has 4 kB.", "这是 kB 数。水位线以页计，一页 4 kB。"),
            KB,
        ),
    ]
    if with_high != mine:
        wrong.append(
            Wrong(
                with_high,
                (
                    "You divided by all RAM. Only low memory counts: HighMem is not in the sum.",
                    "你除以了全部内存。只算低端内存：HighMem 不在其中。",
                ),
            )
        )
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=lambda: zones_of(ram, LOW_MEMORY)[1].pages_min,
        wrong=tuple(wrong),
        text=(
            f"{ram} MB on i386. min_free_kbytes is {kbytes} kB, to be shared out by size over {low:,} pages of low "
            f"memory, of which Normal has {normal:,}. What is pages_min of Normal? Drop fractions at each step.",
            f"i386，{ram} MB。min_free_kbytes 为 {kbytes} kB，按大小分给 {low:,} 页低端内存，其中 Normal 有 "
            f"{normal:,} 页。Normal 的 pages_min 是多少？每步舍去小数。",
        ),
        right=(
            f"{kbytes} / 4 = {all_pages} pages in all, and {all_pages} * {normal:,} / {low:,} = {mine}.",
            f"{kbytes} / 4 = {all_pages} 页，{all_pages} * {normal:,} / {low:,} = {mine}。",
        ),
        otherwise=(
            "First from kB to pages, then times the zone's pages, divided by all pages of low memory.",
            "先把 kB 换成页，再乘以本区页数，除以低端内存总页数。",
        ),
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
        unit=("pages", "页"),
        answer=low,
        text=(
            f"pages_min of a zone is {pages_min}, and that is its whole share. What is pages_low? Drop the fraction.",
            f"某区的 pages_min 是 {pages_min}，正是它的全部份额。pages_low 是多少？舍去小数。",
        ),
        right=(
            f"{pages_min} + {pages_min} / 4 = {pages_min + quarter}. pages_high is the same with half a share: "
            f"{pages_min + half}.",
            f"{pages_min} + {pages_min} / 4 = {pages_min + quarter}。pages_high 则加一半：{pages_min + half}。",
        ),
        otherwise=(
            f"pages_low lies a quarter of the share above pages_min: {pages_min} / 4 without its fraction is "
            f"{quarter}.",
            f"pages_low 比 pages_min 高四分之一份额：{pages_min} / 4 舍去小数是 {quarter}。",
        ),
        wrong=(
            Wrong(
                pages_min + half,
                ("That is pages_high: half a share above pages_min.", "那是 pages_high：比 pages_min 高半份。"),
            ),
            Wrong(
                pages_min * 2,
                (
                    "The marks lie closer together than that: a quarter of the share apart.",
                    "三条线离得更近：相隔四分之一份额。",
                ),
            ),
        ),
    )


def highmem_mark(rng: Random | None) -> Question:
    """How does HighMem get its pages_min?"""
    high = pick(rng, 128, [64, 1152, 3200])

    def how() -> str:
        zones = zones_of(LOW_MEMORY + high, LOW_MEMORY)
        pages = init_per_zone_pages_min(zones) // 4 * high // LOW_MEMORY
        return {0: "none", pages: "share"}.get(zones[2].pages_min, "clamp")

    def figure() -> tuple[str, str]:
        told = f"HighMem: pages_min {zones_of(LOW_MEMORY + high, LOW_MEMORY)[2].pages_min}"
        return told, told

    return Question(
        kind="choice",
        answer=how,
        step=figure,
        choices=(
            ("share", ("by its size, as the others", "和其他区一样，按大小")),
            ("clamp", ("by a rule of its own: a small number", "另有规则：一个小数目")),
            ("none", ("it has none: 0", "没有：为 0")),
        ),
        text=(
            f"The same i386 machine has {high} MB of HighMem. The kernel keeps nothing of its own there. "
            "How does HighMem get its pages_min?",
            f"这台 i386 机器有 {high} MB 的 HighMem，内核自己的数据不放在那里。HighMem 的 pages_min 怎么定？",
        ),
        right=(
            "A thousandth of its pages, but from 32 to 128. No kernel data lives there, so no emergency of the "
            "kernel's can need it.",
            "取其页数的约千分之一，但限在 32 到 128 之间。那里没有内核数据，内核的急用也就不靠它。",
        ),
        otherwise=(
            "Not 0: the kernel sets 32 pages at least, whatever the size.",
            "不是 0：不论大小，内核至少设 32 页。",
        ),
        wrong=(
            Wrong(
                "share",
                (
                    "Sharing by size would lock up pages for emergencies that cannot use them. The share "
                    "only sets how far pages_low and pages_high lie above.",
                    "按大小分，就会为用不上它的急用锁住页面。份额只决定另两条线高出多少。",
                ),
            ),
        ),
    )


def min_free(rng: Random | None) -> Question:
    """min_free_kbytes of a machine, in the head."""
    ram = pick(rng, 256, [16, 64, 1024, 4096, 16384])
    kbytes = 4 * int((ram * 1024) ** 0.5)
    percent = ram * 1024 // 100
    return Question(
        kind="number",
        unit=("kB", "kB"),
        answer=lambda: min_free_kbytes([ram])[0][1],
        text=(
            f"A machine has {ram} MB and no HighMem. What is min_free_kbytes?",
            f"一台机器有 {ram} MB 内存，没有 HighMem。min_free_kbytes 是多少？",
        ),
        right=(
            f"{ram} MB are {ram * 1024:,} kB, times 16 is {ram * 16384:,}, and the root of that is {kbytes:,}.",
            f"{ram} MB 是 {ram * 1024:,} kB，乘 16 得 {ram * 16384:,}，开方得 {kbytes:,}。",
        ),
        otherwise=(
            "The root of 16 times the low memory in kB. Or: four times the root of the kB.",
            "低端内存的 kB 数乘 16 再开方；也就是 kB 数开方再乘 4。",
        ),
        wrong=(
            Wrong(
                percent,
                (
                    f"{percent:,} kB would be one percent of the RAM. The marks are no percentage.",
                    f"{percent:,} kB 是内存的百分之一。水位线不是百分比。",
                ),
                PERCENT,
            ),
            Wrong(
                kbytes // 4,
                (
                    "That is the root of the kB, or the same in pages. min_free_kbytes is four times as "
                    "much: it counts kB.",
                    "这是 kB 数的平方根，也就是页数。min_free_kbytes 以 kB 计，是它的四倍。",
                ),
                KB,
            ),
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
    wrong = [
        Wrong(
            meant | gfp.DMA | gfp.HIGHMEM,
            ("With both bits DMA wins: gfp_zone looks for it first.", "两位都有时 DMA 优先：gfp_zone 先看它。"),
        )
    ]
    if meant & gfp.HIGHMEM:
        wrong.append(
            Wrong(
                meant & ~gfp.HIGHMEM,
                (
                    "Without __GFP_HIGHMEM it begins in Normal, and HighMem stays unused.",
                    "没有 __GFP_HIGHMEM 就从 Normal 开始，HighMem 用不上。",
                ),
            )
        )
    return Question(
        kind="mask",
        bits=("DMA", "HIGHMEM", "WAIT", "HIGH", "IO", "FS", "HARDWALL"),
        answer=lambda: meant,
        text=(f"Set the bits of this request: {en}.", f"为这个请求设置掩码位：{zh}。"),
        right=(f"This is {name}, {meant:#x}.", f"这就是 {name}，{meant:#x}。"),
        otherwise=(
            "One bit says where (none means Normal), one that it may wait, the others what it may do meanwhile.",
            "一位说放在哪里（没有就是 Normal），一位说能不能等，其余的说等待时可以做什么。",
        ),
        wrong=tuple(wrong),
    )
