"""Questions of notebook 08: the reserve, and who may use it."""

from random import Random

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.record import record
from buddylab.course.experiments.nb08 import PAGE, ask, first_empty, left_by, with_free
from buddylab.course.question import Question, Wrong, pick

__all__ = ["packets_leave", "opens", "which_stage", "nested", "closes", "on_kswapd", "limit_of", "weaker_siege"]

MASK_OPENS, NOBODY_BELOW = "mask_opens_reserve", "below_min_nobody"
BITS = ("HIGH", "NOFAIL", "REPEAT", "NORETRY", "NOMEMALLOC", "COLD", "ZERO", "NOWARN")
"""On offer where a mask is asked for; none of them lets a request wait."""


def halved(mark: int) -> int:
    """The mark under ALLOC_HIGH."""
    return mark - mark // 2


def less_a_quarter(mark: int) -> int:
    """The mark under ALLOC_HARDER."""
    return mark - mark // 4


def task_with(flag: str, in_interrupt: bool = False) -> Task:
    """A task with this flag, "" for none; in_interrupt: an interrupt runs on top of it."""
    task = Task(in_interrupt=in_interrupt)
    if flag:
        setattr(task, flag, True)
    return task


MAY = (
    ("task", ("yes: it runs in the place of a task that may", "能：它运行在有资格的任务之上")),
    ("mask", ("yes: GFP_ATOMIC opens the reserve", "能：GFP_ATOMIC 打开储备")),
    ("no", ("no: it ends where every packet ends", "不能：和别的数据包一样，到自己的下限为止")),
)


def on_kswapd(rng: Random | None) -> Question:
    """May an interrupt on top of a task with access use its reserve?"""
    free, flag = pick(rng, (60, "PF_MEMALLOC"), [(30, "PF_MEMALLOC"), (60, "TIF_MEMDIE"), (10, "TIF_MEMDIE")])
    floor = less_a_quarter(halved(221))
    who = ("kswapd", " kswapd") if flag == "PF_MEMALLOC" else ("an OOM victim", "一个被 OOM killer 选中的任务")

    def may() -> str:
        got = {
            inside: ask(with_free(free), gfp.GFP_ATOMIC, task_with(flag, inside)) == PAGE for inside in (True, False)
        }
        plain = ask(with_free(free), gfp.GFP_ATOMIC, Task(in_interrupt=True)) == PAGE
        return "mask" if plain else "task" if got[True] else "no"

    return Question(
        kind="choice",
        choices=MAY,
        answer=may,
        text=(
            f"pages_min is 221 and {free} pages are free. The processor runs {who[0]}, which has {flag}. A network "
            "card interrupts, and the handler asks for one page with GFP_ATOMIC. Does it get the page?",
            f"pages_min 为 221，空闲 {free} 页。处理器正在运行{who[1]}，它带有 {flag}。网卡产生中断，处理程序用 "
            "GFP_ATOMIC 申请一页。能得到吗？",
        ),
        right=(
            f"{flag} belongs to the task. The packet has nothing to do with it, and `!in_interrupt()` says so. "
            f"Its own limit is {floor}, and {free} > {floor} is false.",
            f"{flag} 属于任务。数据包与它无关，`!in_interrupt()` 正是这个意思。数据包自己的下限是 {floor}，"
            f"而 {free} > {floor} 不成立。",
        ),
        otherwise=(
            "Ask twice: what may a packet by itself, and does the interrupted task count?",
            "分两步问：数据包凭自己能拿到吗？被中断的任务算不算数？",
        ),
        wrong=(
            Wrong(
                "mask",
                (
                    f"GFP_ATOMIC lowers the mark to {floor}. It is a lower limit, and no key to what lies below.",
                    f"GFP_ATOMIC 把水位线降到 {floor}。这只是更低的下限，不是打开下面储备的钥匙。",
                ),
                MASK_OPENS,
            ),
            Wrong(
                "task",
                (
                    "It runs there by chance. If the flag counted, every packet that comes while memory is "
                    "being freed could take what freeing needs.",
                    "它只是碰巧在那里运行。如果标志算数，回收期间到来的每个数据包都能拿走回收所需的内存。",
                ),
            ),
        ),
    )


def opens(rng: Random | None) -> Question:
    """Which bits, each alone, get an ordinary caller a page?"""
    free = pick(rng, 50, [20, 100, 120, 150])

    def mask() -> int:
        got = (gfp.BITS[bit] for bit in BITS if ask(with_free(free), gfp.BITS[bit], Task()) == PAGE)
        return sum(got)

    high, low = less_a_quarter(halved(221)), less_a_quarter(221)
    enough = free > high
    fact = (
        f"The mark is {low} here: 221 less a quarter, since the caller cannot wait. __GFP_HIGH makes it {high}. "
        "No other bit moves it.",
        f"这里的水位线是 {low}：调用者不能等待，221 减四分之一。__GFP_HIGH 使它变成 {high}。别的位都不影响它。",
    )
    wrong = (0,) if enough else (gfp.HIGH, gfp.HIGH | gfp.NOFAIL, gfp.NOFAIL)
    opened = (
        f"{fact[0]} The last reserve is opened by what the task is, by PF_MEMALLOC or TIF_MEMDIE. No bit of "
        "the mask does it.",
        f"{fact[1]}打开最后储备的是任务的身份（PF_MEMALLOC 或 TIF_MEMDIE），掩码的任何一位都不行。",
    )
    return Question(
        kind="mask",
        bits=BITS,
        answer=mask,
        text=(
            f"pages_min is 221 and {free} pages are free. An ordinary driver that cannot wait asks for one page "
            "with the mask 0 and gets nothing. Tick every bit that, added alone, would get it the page. Tick none "
            "if there is no such bit.",
            f"pages_min 为 221，空闲 {free} 页。一个不能等待的普通驱动程序用掩码 0 申请一页，得不到。"
            "请勾出只要单独加上就能得到页的每一位；没有这样的位就一个也不勾。",
        ),
        right=fact,
        otherwise=fact,
        wrong=tuple(Wrong(given, fact if enough else opened, "" if enough else MASK_OPENS) for given in wrong),
    )


def which_stage(rng: Random | None) -> Question:
    """The stage in which a privileged request gets its page or gives up."""
    flag, mask = pick(
        rng,
        ("TIF_MEMDIE", "GFP_KERNEL"),
        [
            ("PF_MEMALLOC", "GFP_NOFS"),
            ("TIF_MEMDIE", "GFP_KERNEL|__GFP_NOMEMALLOC"),
            ("PF_MEMALLOC", "GFP_NOFS|__GFP_NOMEMALLOC"),
        ],
    )
    closed = "NOMEMALLOC" in mask
    who = {
        "TIF_MEMDIE": ("A victim of the OOM killer (TIF_MEMDIE)", "被 OOM killer 选中的任务（TIF_MEMDIE）"),
        "PF_MEMALLOC": ("kswapd (PF_MEMALLOC)", " kswapd（PF_MEMALLOC）"),
    }[flag]

    def stages() -> list[str]:
        events = record(with_free(10), gfp.gfp_parse(mask), 0, task=task_with(flag)).events
        return [str(event[1]) for event in events if event[0] == "stage" and event[1] != "got_pg"]

    return Question(
        kind="stage",
        answer=lambda: stages()[-1],
        step=lambda: (" → ".join(stages()), " → ".join(stages())),
        text=(
            f"pages_min is 221 and 10 pages are free. {who[0]} asks for one page with "
            f"{mask}. In which stage does the request get its page, or give up?",
            f"pages_min 为 221，空闲 10 页。{who[1]}用 {mask} 申请一页。请求在哪个阶段得到页，或者放弃？",
        ),
        right=(
            (
                "__GFP_NOMEMALLOC sends it straight to nopage: neither the reserve nor reclaim.",
                "__GFP_NOMEMALLOC 让它直接到 nopage：既不用储备，也不回收。",
            )
            if closed
            else (
                "rebalance sends it to nofail_alloc, where no mark is tested.",
                "rebalance 把它送到 nofail_alloc，那里不检查水位线。",
            )
        ),
        otherwise=(
            "At rebalance the task's flags decide, then one bit of the mask.",
            "在 rebalance 处先看任务的标志，再看掩码的一位。",
        ),
        wrong=(
            Wrong(
                "direct_reclaim",
                (
                    "Who frees memory, or dies, never gets there. A reclaimer would reclaim in order to reclaim.",
                    "正在回收的任务和将死的任务都到不了那里，否则就成了为回收而回收。",
                ),
            ),
            Wrong(
                "nofail_alloc" if closed else "min_attempt",
                ("The bit forbids it, even to those who may.", "这一位禁止动用储备，有资格的也不行。")
                if closed
                else (
                    "10 > 221 is false, and a task's flags lower no mark.",
                    "10 > 221 不成立，而任务的标志不会降低水位线。",
                ),
            ),
        ),
    )


def closes(rng: Random | None) -> Question:
    """Which bits, each alone, keep a privileged caller from the reserve?"""
    flag, mask = pick(
        rng,
        ("PF_MEMALLOC", "GFP_NOFS"),
        [("TIF_MEMDIE", "GFP_KERNEL"), ("PF_MEMALLOC", "GFP_NOIO"), ("TIF_MEMDIE", "GFP_ATOMIC")],
    )
    base = gfp.NAMES[mask]
    bits = tuple(bit for bit in BITS if not base & gfp.BITS[bit])

    def closing() -> int:
        kept = (gfp.BITS[bit] for bit in bits if ask(with_free(10), base | gfp.BITS[bit], task_with(flag)) != PAGE)
        return sum(kept)

    return Question(
        kind="mask",
        bits=bits,
        answer=closing,
        text=(
            f"pages_min is 221 and 10 pages are free. A task with {flag} asks for one page with {mask} and gets "
            "it. Tick every bit that, added alone, would keep the page from it.",
            f"pages_min 为 221，空闲 10 页。带 {flag} 的任务用 {mask} 申请一页，得到了。"
            "请勾出只要单独加上就会使它得不到的每一位。",
        ),
        right=(
            "The mask cannot open the reserve, but it can shut it: __GFP_NOMEMALLOC.",
            "掩码打不开储备，却能关上它：__GFP_NOMEMALLOC。",
        ),
        otherwise=(
            "Look at rebalance: one bit of the mask is asked for there.",
            "看 rebalance：那里只检查掩码的一位。",
        ),
        wrong=(
            Wrong(0, ("One bit does it. Its name says what it is about.", "有一位能做到，它的名字就说明了用途。")),
            Wrong(
                gfp.NORETRY,
                (
                    "__GFP_NORETRY forbids a second round. The page comes in the first.",
                    "__GFP_NORETRY 禁止第二轮。页在第一轮就得到了。",
                ),
            ),
        ),
    )


HOW = (
    ("recurses", ("it reclaims in its turn, one level deeper", "再深一层去回收")),
    ("reserve", ("it takes the page from the reserve", "从储备中取页")),
    ("fails", ("it fails at once", "立即失败")),
)


def nested(rng: Random | None) -> Question:
    """A request made while reclaiming."""
    mask, what = pick(
        rng,
        ("GFP_NOFS", ("a buffer head for a dirty page that is to be written", "写出脏页所需的缓冲区头（buffer head）")),
        [
            ("GFP_NOIO", ("a request to the disk", "发给磁盘的请求")),
            ("GFP_ATOMIC|__GFP_NOMEMALLOC", ("a node of the swap cache's tree", "交换缓存树的节点")),
        ],
    )
    closed = "NOMEMALLOC" in mask

    def how() -> str:
        trace = record(with_free(30), gfp.gfp_parse(mask), 0, task=Task("cc", PF_MEMALLOC=True))
        if any(event[:2] == ("stage", "direct_reclaim") for event in trace.events):
            return "recurses"
        return "fails" if trace.page is None else "reserve"

    return Question(
        kind="choice",
        choices=HOW,
        answer=how,
        text=(
            "pages_min is 221 and 30 pages are free. A program is in direct reclaim. For that it needs memory "
            f"itself: {what[0]}, with {mask}. What happens to this request?",
            f"pages_min 为 221，空闲 30 页。一个程序正在直接回收。为此它自己需要内存：{what[1]}，掩码 {mask}。"
            "这个请求会怎样？",
        ),
        right=(
            (
                "The bit shuts the reserve. The page that was to be swapped stays where it is, for now.",
                "这一位关上了储备。要换出的那一页暂时留在原处。",
            )
            if closed
            else (
                "direct_reclaim sets PF_MEMALLOC for as long as it runs. So what reclaim needs comes from the reserve.",
                "direct_reclaim 在运行期间设置 PF_MEMALLOC。所以回收所需的内存来自储备。",
            )
        ),
        otherwise=(
            "What does the stage direct_reclaim set before it calls try_to_free_pages?",
            "direct_reclaim 阶段在调用 try_to_free_pages 之前设置了什么？",
        ),
        wrong=(
            Wrong(
                "recurses",
                (
                    "Then reclaim would wait for reclaim. PF_MEMALLOC, set while the task reclaims, prevents it.",
                    "那样就成了回收等回收。任务在回收期间带着 PF_MEMALLOC，正是为了防止这一点。",
                ),
            ),
        ),
    )


def packets_leave(rng: Random | None) -> Question:
    """Packets take pages until none gets one: what is left?"""
    pages_min, mask = pick(
        rng, (939, gfp.GFP_ATOMIC), [(221, gfp.GFP_ATOMIC), (724, gfp.GFP_ATOMIC), (939, 0), (2040, gfp.GFP_ATOMIC)]
    )
    name = gfp.gfp_str(mask) if mask else "the mask 0 (GFP_NOWAIT)"
    zh_name = gfp.gfp_str(mask) if mask else "掩码 0（GFP_NOWAIT）"
    high = halved(pages_min) if mask else pages_min
    row = " → ".join(map(str, dict.fromkeys((pages_min, high, less_a_quarter(high)))))
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=lambda: left_by(mask, Task(in_interrupt=True), pages_min),
        text=(
            f"pages_min is {pages_min}. Packets arrive much faster than anybody can free memory, and each takes "
            f"one page with {name}. The per-cpu lists keep nothing. How many pages are free when for the first "
            "time a packet gets none?",
            f"pages_min 为 {pages_min}。数据包来得比任何人释放内存都快得多，每个用 {zh_name} 取一页。每 CPU "
            "链表不留页。第一次有数据包得不到页时，还有多少空闲页？",
        ),
        right=(
            f"{row}. The test refuses when free is not larger than the mark.",
            f"{row}。空闲页不大于水位线时就拒绝。",
        ),
        otherwise=(
            "Lower the mark step by step, rounding down what is taken off: "
            f"{'half first, then ' if mask else ''}a quarter.",
            f"逐步降低水位线，减去的部分向下取整：{'先减半，再' if mask else ''}减四分之一。",
        ),
        wrong=(
            Wrong(
                0,
                (
                    "Then packets could take everything. The mask lowers the mark. It does not open the reserve "
                    "below it.",
                    "那样数据包就能拿走一切。掩码只是降低水位线，并不打开其下的储备。",
                ),
                MASK_OPENS,
            ),
            Wrong(
                pages_min,
                (
                    "That is where those stop who can wait and reclaim. Who cannot is let below min.",
                    "能等待、能回收的请求到那里为止；不能等待的可以低于 min。",
                ),
                NOBODY_BELOW,
            ),
        ),
    )


LIMITS = (
    ("rt_task", "GFP_KERNEL", "a real-time program", "实时程序"),
    ("", "GFP_KERNEL", "an ordinary program", "普通程序"),
    ("", "GFP_KERNEL|__GFP_HIGH", "an ordinary program", "普通程序"),
    ("rt_task", "GFP_KERNEL|__GFP_HIGH", "a real-time program", "实时程序"),
    ("PF_MEMALLOC", "GFP_NOFS", "kswapd", "kswapd "),
    ("PF_MEMALLOC", "GFP_NOFS|__GFP_NOMEMALLOC", "kswapd", "kswapd "),
)
"""Flag of the task, mask, and who it is."""


def limit_of(rng: Random | None) -> Question:
    """How deep a caller gets without reclaiming."""
    (flag, mask, who, zh), pages_min = pick(rng, (LIMITS[0], 939), [(one, m) for one in LIMITS for m in (939, 221)])
    value = gfp.gfp_parse(mask)
    reserve = flag == "PF_MEMALLOC" and "NOMEMALLOC" not in mask
    mark = halved(pages_min) if value & gfp.HIGH else pages_min
    mark = less_a_quarter(mark) if flag == "rt_task" else mark
    limit = 0 if reserve else mark
    sentence = who if who == "kswapd" else who[0].upper() + who[1:]  # a name of the kernel keeps its letters
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=lambda: left_by(value, task_with(flag), pages_min),
        text=(
            f"pages_min is {pages_min}. {sentence} takes page after page with {mask}, and nobody "
            "frees anything. The per-cpu lists keep nothing. How many pages are free when for the first time it "
            "does not get one at once?",
            f"pages_min 为 {pages_min}。{zh}用 {mask} 一页接一页地申请，没有人释放。每 CPU 链表不留页。"
            "第一次不能立即得到页时，还有多少空闲页？",
        ),
        right=(
            ("It tests no mark: down to the last page.", "它不检查水位线：直到最后一页。")
            if reserve
            else (f"Its mark is {limit}.", f"它的水位线是 {limit}。")
        ),
        otherwise=(
            "__GFP_HIGH takes half off, a real-time task a quarter of the rest. PF_MEMALLOC takes off "
            "nothing: it opens the reserve, if the mask does not shut it.",
            "__GFP_HIGH 减半，实时任务再减余下的四分之一。PF_MEMALLOC 什么也不减：它打开储备，除非掩码把储备关上。",
        ),
        wrong=(
            *(
                (Wrong(pages_min, ("Its mark is lower than pages_min.", "它的水位线低于 pages_min。"), NOBODY_BELOW),)
                if limit != pages_min
                else ()
            ),
            *(
                (Wrong(0, ("No bit of the mask opens the reserve.", "掩码的任何一位都打不开储备。"), MASK_OPENS),)
                if not reserve
                else ()
            ),
        ),
    )


def weaker_siege(rng: Random | None) -> Question:
    """Fewer packets, no guard: when is the last page gone?"""
    jiffies, least = pick(rng, (500, 11), [(400, 14), (300, 19), (250, 22)])
    call, bursts = f"besieged(guarded=False, burst=..., jiffies={jiffies})", range(least, least + 4)
    return Question(
        kind="number",
        unit=("packets a jiffy", "个/jiffy"),
        answer=lambda: first_empty(jiffies, bursts),
        text=(
            f"Without the guard, for {jiffies} jiffies of 4 ms (model): {call}. Of the bursts from {least} to "
            f"{bursts[-1]}, which is the smallest for which there is a jiffy without a free page?",
            f"没有守卫，{jiffies} 个 4 毫秒的 jiffy（模型）：{call}。在 {least} 到 {bursts[-1]} 的 burst 中，"
            "会出现没有任何空闲页的 jiffy 的最小值是多少？",
        ),
        right=("One packet fewer, and reclaim keeps up to the end.", "再少一个包，回收就能一直跟上。"),
        otherwise=("Run it for each burst and look at siege.free.count(0).", "逐个运行，看 siege.free.count(0)。"),
        wrong=(
            Wrong(
                40,
                (
                    "That is the siege of the experiment. Far fewer packets are enough.",
                    "那是实验里的围攻。少得多的包就够了。",
                ),
            ),
            Wrong(least, ("There reclaim keeps up: look at the least free.", "那时回收还跟得上：看最少空闲页。")),
            Wrong(
                84,
                (
                    "That is the packets' limit in free pages. Packets a jiffy are asked for.",
                    "那是数据包的下限（空闲页数）。这里问的是每 jiffy 的包数。",
                ),
            ),
        ),
    )
