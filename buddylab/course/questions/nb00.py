"""Questions of notebook 00: one line of dmesg."""

from random import Random

from buddylab.core import gfp
from buddylab.core.zone import PAGE_SIZE
from buddylab.course.experiments.nb00 import from_interrupt, trace
from buddylab.course.experiments.nb00 import verdict as verdict_of
from buddylab.course.field import figures, told, written
from buddylab.course.question import Question, Wrong, pick

__all__ = ["enough", "block_kb", "in_pages", "who_asked", "verdict", "bits"]

YES_NO = (("yes", ("yes, easily", "够，绰绰有余")), ("no", ("no", "不够")))


def enough(rng: Random | None) -> Question:
    """Does so much free memory suffice?"""
    name = pick(rng, "normal", ["numa", "network", "numa"])
    one = told(name)
    test, kb = one.tests[0], one.report.page_kb
    free = (test.state.free if test.state else 0) * kb
    return Question(
        kind="choice",
        choices=YES_NO,
        answer=lambda: "yes" if told(name).tests[0].passes else "no",
        step=lambda: written(told(name).tests[0]),
        text=(
            f"A network driver, which cannot wait, asks for {kb << one.order} kB in one piece. The zone {test.label} "
            f"has {free:,} kB free. Is that enough?",
            f"网卡驱动不能等待，要一整块 {kb << one.order} kB 内存。{test.label} 区空闲 {free:,} kB。够吗？",
        ),
        right=(
            "What is free does not decide. It must lie in large enough pieces, and some must be left afterwards.",
            "空闲多少并不决定。它必须连成足够大的块，而且之后还得剩下一些。",
        ),
        otherwise=("It would be enough if it lay in one piece.", "如果连成一块就够了。"),
        wrong=(
            Wrong(
                "yes",
                (
                    "So everybody thinks who files this as a bug. Free memory comes in pieces, and the rows below show "
                    "that too little of it lies in pieces of this size.",
                    "把这当成 bug 报上来的人都这么想。空闲内存是零碎的，下面各行说明：够大的块太少。",
                ),
                "any_free_is_enough",
            ),
        ),
    )


def block_kb(rng: Random | None) -> Question:
    """What is an order in kB?"""
    order = pick(rng, 3, [1, 2, 5])
    pages = 1 << order
    return Question(
        kind="number",
        unit=("kB", "kB"),
        answer=lambda: (PAGE_SIZE << order) // 1024,
        text=(
            f"The line says `order:{order}`. How many kB in one piece were asked for? A page has 4 kB.",
            f"这一行写着 `order:{order}`。要的是一整块多少 kB？一页 4 kB。",
        ),
        right=(f"2 to the power of {order} is {pages} pages of 4 kB.", f"2 的 {order} 次方是 {pages} 页，每页 4 kB。"),
        otherwise=(
            "An order is an exponent: order n is 2 to the power of n pages.",
            "阶是指数：n 阶是 2 的 n 次方页。",
        ),
        wrong=tuple(
            slip
            for slip in (
                Wrong(
                    pages,
                    (f"That is the number of pages, {pages}. A page has 4 kB.", f"那是页数 {pages}。一页 4 kB。"),
                    "kb_and_pages",
                ),
                Wrong(4 * order, (f"{order} is the exponent, not the number of pages.", f"{order} 是指数，不是页数。")),
            )
            if slip.given != (PAGE_SIZE << order) // 1024
        ),
    )


def in_pages(rng: Random | None) -> Question:
    """A figure of the report in pages."""
    name, word = pick(rng, ("normal", "free"), [("normal", "min"), ("dma", "free"), ("normal", "high"), ("dma", "low")])
    zone = told(name).report.zones[0]
    kb = zone.kb(word) or 0
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=lambda: told(name).report.zones[0].pages(word, 4),
        text=(
            f"The report says: zone {zone.name}, `{word}:{kb}kB`. How many pages is that?",
            f"报告写着：{zone.name} 区，`{word}:{kb}kB`。这是多少页？",
        ),
        right=("The report prints kB, the kernel's test counts pages.", "报告印的是 kB，内核的检查数的是页。"),
        otherwise=("Divide by 4: a page of this machine has 4 kB.", "除以 4：这台机器一页 4 kB。"),
        wrong=(
            Wrong(
                kb,
                ("These are the kB themselves. The test counts pages of 4 kB.", "这还是 kB 数。检查数的是 4 kB 的页。"),
                "kb_and_pages",
            ),
            Wrong(
                kb * 4,
                (
                    "You multiplied. A page holds 4 kB, so there are fewer pages than kB.",
                    "你用了乘法。一页装 4 kB，所以页数比 kB 数小。",
                ),
            ),
        ),
    )


ASKED = (
    ("task", ("the process that the line names", "行首写的那个进程")),
    ("interrupt", ("an interrupt that came while it was running", "它运行时到来的一个中断")),
)


def who_asked(rng: Random | None) -> Question:
    """Did the process that is named ask?"""
    name = pick(rng, "small", ["numa", "network", "oom", "passes"])
    request = told(name).report.request
    comm = request.process if request else None
    slip = (
        Wrong(
            "task",
            (
                f"{comm} only had the processor at that moment. Read the trace from its end: an interrupt arrives, a "
                "handler "
                "runs, and that asks. Whoever is named may have nothing to do with it.",
                f"{comm} 只是当时占着处理器。从下往上读调用栈：中断到来，处理程序运行，是它在申请。"
                "被点名的进程可能毫不相干。",
            ),
            "named_process_is_guilty",
        )
        if from_interrupt(name)
        else Wrong(
            "interrupt",
            (
                "The trace shows no interrupt: the task itself is on the way down into the allocator.",
                "调用栈里没有中断：是这个任务自己一路调用到分配器的。",
            ),
        )
    )
    return Question(
        kind="choice",
        choices=ASKED,
        answer=lambda: "interrupt" if from_interrupt(name) else "task",
        text=(
            f"The report begins with {comm}. Its call trace, each function called by the next: {trace(name)}. "
            "Who asked for the memory?",
            f"报告以 {comm} 开头。它的调用栈（每个函数由后一个调用）：{trace(name)}。是谁在申请内存？",
        ),
        right=(
            "A report names the task that was running. Only the trace says whether it asked.",
            "报告写的是当时在运行的任务。只有调用栈能说明是不是它在申请。",
        ),
        otherwise=("Look for irq or softirq in the trace.", "在调用栈里找 irq 或 softirq。"),
        wrong=(slip,),
    )


VERDICTS = (
    ("few", ("too few pages are free", "空闲页太少")),
    ("kept", ("enough are free, but they are kept for other requests", "空闲页够，但留给别的请求")),
    ("pieces", ("enough are free, but in pieces that are too small", "空闲页够，但都太零碎")),
    ("passes", ("as printed, the zone would have given the block", "按打印的状态本可给出")),
)


def verdict(rng: Random | None) -> Question:
    """Which of the four verdicts is it?"""
    name = pick(rng, "dma", ["normal", "small", "passes", "numa", "network"])
    one = told(name)
    test, fact = one.tests[0], figures(one)
    row = test.rows[0] if test.rows else test.last_row
    wrong = (
        Wrong("passes", ("One of the rows below does not hold.", "下面有一行不成立。"), "any_free_is_enough"),
        Wrong("pieces", ("Orders do not decide here: look at row 0.", "这里起作用的不是阶：看第 0 行。")),
        Wrong(
            "few",
            (
                "Row 0 holds, or would hold without the reserve. So there are enough pages.",
                "第 0 行成立，或者去掉保留量就会成立。所以页数是够的。",
            ),
        ),
    )
    return Question(
        kind="choice",
        choices=VERDICTS,
        answer=lambda: verdict_of(told(name)),
        step=lambda: written(told(name).tests[0]),
        text=(
            f"{fact[0]} {one.readings[0]}, order {one.order}. For this request the mark and the reserve together are "
            f"{row.needed:,}. Which verdict is it?",
            f"{fact[1]}{one.readings[0]}，{one.order} 阶。对这个请求，水位线加保留量是 {row.needed:,}。是哪一种结论？",
        ),
        right=(
            "Row 0 tells too few and kept apart, the last row tells whether it is the pieces.",
            "第 0 行区分“太少”和“留给别人”，最后一行说明是否太零碎。",
        ),
        otherwise=(
            "Compare the free pages with mark and reserve first, then look at the sizes of the blocks.",
            "先把空闲页与水位线加保留量相比，再看块的大小。",
        ),
        wrong=tuple(slip for slip in wrong if slip.given != verdict_of(one)),
    )


CALLERS = {
    "GFP_ATOMIC": (
        "An interrupt handler asks. It must not sleep, and it is urgent: it may go below the mark.",
        "中断处理程序在申请。它不能睡眠，而且紧急：可以低于水位线。",
    ),
    "GFP_KERNEL": (
        "A system call asks. It may sleep, start disk I/O, and call into file systems.",
        "系统调用在申请。它可以睡眠、启动磁盘 I/O，也可以调用文件系统。",
    ),
    "GFP_NOFS": (
        "A file system asks while it holds a lock. It may sleep and start disk I/O, but must not be called "
        "again itself.",
        "文件系统持锁时申请。它可以睡眠、启动磁盘 I/O，但不能再次被调用。",
    ),
    "GFP_NOIO": (
        "A disk driver asks while it writes. It may sleep, but must not start more I/O.",
        "磁盘驱动写盘时申请。它可以睡眠，但不能再启动 I/O。",
    ),
}


def bits(rng: Random | None) -> Question:
    """Which bits does a caller's mask have?"""
    name = pick(rng, "GFP_ATOMIC", ["GFP_KERNEL", "GFP_NOFS", "GFP_NOIO"])
    en, zh = CALLERS[name]
    mask = gfp.gfp_parse(name)
    return Question(
        kind="mask",
        bits=("WAIT", "HIGH", "IO", "FS"),
        answer=lambda: gfp.gfp_parse(name),
        text=(f"{en} Set the bits of its mask.", f"{zh} 请设置它的掩码位。"),
        right=(f"That is {name}, {mask:#x}: what `mode:` prints.", f"这就是 {name}，{mask:#x}：`mode:` 打印的就是它。"),
        otherwise=(
            "__GFP_WAIT: may sleep. __GFP_HIGH: urgent. __GFP_IO: may start I/O. __GFP_FS: may call into file systems.",
            "__GFP_WAIT：可以睡眠。__GFP_HIGH：紧急。__GFP_IO：可以启动 I/O。__GFP_FS：可以调用文件系统。",
        ),
        wrong=(
            Wrong(
                mask ^ gfp.WAIT,
                ("The other way round: whether it may sleep is __GFP_WAIT.", "反了：能不能睡眠由 __GFP_WAIT 表示。"),
            ),
        ),
    )
