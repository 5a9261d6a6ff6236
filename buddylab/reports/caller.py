"""Who asks, as far as a mask shows: for how much, from where, and whether the caller may sleep."""

from buddylab.reports.explanation import Explanation
from buddylab.said import Said

COSTLY_ORDER = 3
"""C: include/linux/mmzone.h, PAGE_ALLOC_COSTLY_ORDER. Above it the kernel gives up early."""


def may_sleep(told: Explanation) -> bool:
    """May the caller sleep, so that memory can be reclaimed for it?"""
    return told.table is not None and can_sleep(told, told.mode)


def can_sleep(told: Explanation, mode: int) -> bool:
    """Would this mask let its caller sleep?"""
    return told.table is not None and bool(mode & (told.table.bit("WAIT") | told.table.bit("DIRECT_RECLAIM")))


def names(told: Explanation) -> set[str]:
    """The words of the mask: as printed, else of its best reading."""
    request = told.report.request
    if request and request.names and request.mode == told.mode:
        return {*request.names.split("|")}
    return {*told.readings[0].words} if told.readings else set()


USER = {"GFP_HIGHUSER_MOVABLE", "GFP_HIGHUSER", "GFP_USER", "GFP_TRANSHUGE", "GFP_TRANSHUGE_LIGHT"}


def for_a_process(told: Explanation) -> bool:
    """Is the memory for a process or the page cache, so that nobody can choose another mask?"""
    return bool(names(told) & USER)


KINDS: tuple[tuple[frozenset[str], Said], ...] = (
    (frozenset({"GFP_TRANSHUGE", "GFP_TRANSHUGE_LIGHT"}), Said("a huge page for a process", "为进程分配大页")),
    (frozenset({"GFP_HIGHUSER_MOVABLE", "__GFP_COLD"}), Said("the page cache (reading a file)", "页缓存（读文件）")),
    (frozenset({"GFP_HIGHUSER_MOVABLE"}), Said("a page fault of a process, or the page cache", "进程的缺页，或页缓存")),
    (frozenset({"GFP_HIGHUSER", "__GFP_COLD"}), Said("the page cache (reading a file)", "页缓存（读文件）")),
    (frozenset({"GFP_HIGHUSER"}), Said("a page fault of a process, or the page cache", "进程的缺页，或页缓存")),
    (frozenset({"GFP_USER"}), Said("the kernel, on behalf of a process", "内核，代表某个进程")),
    (
        frozenset({"GFP_ATOMIC"}),
        Said("a driver or the network in an interrupt, which cannot sleep", "中断中的驱动程序或网络，不能睡眠"),
    ),
    (
        frozenset({"GFP_NOWAIT"}),
        Said("a caller that does not wait and has no reserve of its own", "不等待、也没有自己储备的调用者"),
    ),
    (frozenset({"GFP_NOFS"}), Said("a file system, which may not call itself again", "文件系统，不得再次进入自身")),
    (
        frozenset({"GFP_NOIO"}),
        Said("the block layer, which may start no input or output", "块设备层，不得发起输入输出"),
    ),
    (
        frozenset({"GFP_KERNEL_ACCOUNT"}),
        Said("the kernel for a process, charged to its cgroup", "内核，记入进程的 cgroup"),
    ),
    (frozenset({"GFP_KERNEL"}), Said("the kernel or a driver, which may sleep", "内核或驱动程序，可以睡眠")),
    (frozenset({"GFP_TEMPORARY"}), Said("the kernel, for a short while", "内核，短时使用")),
    (frozenset({"__GFP_HIGH"}), Said("an urgent caller", "紧急的调用者")),
)
"""(words that a mask has, who asks with them), the most telling first."""
HUGE_ORDER = 9


def caller(told: Explanation) -> Said:
    """What kind of caller asks with this mask."""
    words = names(told)
    if {"GFP_HIGHUSER_MOVABLE", "__GFP_COMP"} <= words and told.order >= HUGE_ORDER:
        return KINDS[0][1]
    found = next((said for needed, said in KINDS if needed <= words), None)
    if found:
        return found
    if told.table is None:
        return Said("a caller that the mask does not show", "从掩码看不出的调用者")
    if may_sleep(told):
        return Said("a caller that may sleep", "可以睡眠的调用者")
    return Said("a caller that cannot sleep", "不能睡眠的调用者")


def size(order: int, page_kb: int) -> Said:
    """A block of this order in words: 32 kB in one piece."""
    kb = page_kb << order
    if not order:
        return Said(f"one page ({kb} kB)", f"一页（{kb} kB）")
    return Said(f"{kb:,} kB in one piece (order {order})", f"连续的 {kb:,} kB（{order} 阶）")
