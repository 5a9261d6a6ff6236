"""Questions of notebook 11: who leaves early, and the annotator's two guesses."""

from itertools import product
from random import Random

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.ladder import begin, step, thisnode
from buddylab.core.record import record
from buddylab.core.zone import HZ
from buddylab.course.experiments.nb09 import short_of_memory, stages_of
from buddylab.course.experiments.nb11 import faulty, leave, machine_refuses, refused, two_nodes, woken
from buddylab.course.question import Question, Text, Wrong, pick

__all__ = ["foresees", "log_lines", "waits", "after_thisnode", "cpuset", "exempt", "early"]

GUESS = "annotators_guesses"
NULL_OR_PAGE: tuple[tuple[str, Text], ...] = (
    ("null", ("it returns NULL", "返回 NULL")),
    ("page", ("a page", "返回一页")),
)
"""The two ways in which any request ends."""


def foresees(rng: Random | None) -> Question:
    """Everything is free and the probability is 100: what does should_fail_alloc_page decide?"""
    pages, words = pick(rng, (64, "GFP_ATOMIC"), [(1024, "GFP_ATOMIC"), (256, "GFP_NOWAIT"), (512, "GFP_ATOMIC")])
    mask = gfp.NAMES[words]

    def outcome() -> str:
        return "null" if machine_refuses(faulty(pages=pages, probability=100), mask) else "page"

    def after() -> Text:
        left = leave(faulty(pages=pages, probability=100), mask)
        return str(left), f"{'NULL' if left.page is None else '一页'}，经过 {left.stages} 个阶段，日志 {left.log} 行。"

    return Question(
        kind="choice",
        choices=NULL_OR_PAGE,
        answer=outcome,
        step=after,
        text=(
            f"The annotator writes about should_fail_alloc_page(): 'a simple algorithm checks, before the real "
            f"allocation, whether the allocation would fail'. A machine has {pages} pages, all of them free; "
            f"fail_page_alloc is set to a probability of 100. {words} asks for one page. What comes back?",
            "注释者这样解释 should_fail_alloc_page()：“通过简单算法在真正分配前检查分配是否会失败”。"
            f"一台机器有 {pages} 页，全部空闲；fail_page_alloc 的概率设为 100。{words} 要一页。返回什么？",
        ),
        right=(
            "It predicts nothing: it makes the request fail, on purpose, so that the caller's error path is run.",
            "它什么也不预测：它故意让请求失败，好让调用者的出错路径跑一遍。",
        ),
        otherwise=("Which memory does should_fail_alloc_page() look at?", "should_fail_alloc_page() 看过哪块内存？"),
        wrong=(
            Wrong(
                "page",
                (
                    "That would be the annotator's guess: a check that sees that there is enough. It looks "
                    "at no memory at all, it draws a random number.",
                    "那就是注释者的猜测了：检查一下，发现足够。其实它根本不看内存，只抽随机数。",
                ),
                GUESS,
            ),
        ),
    )


def log_lines(rng: Random | None) -> Question:
    """How much does the log say about injected failures?"""
    requests = pick(rng, 100, [50, 40, 200])

    def lines() -> int:
        return refused(gfp.GFP_ATOMIC, requests, probability=100)[1]

    return Question(
        kind="number",
        unit=("(lines)", "（行）"),
        answer=lines,
        text=(
            f"With a probability of 100, {requests} requests with GFP_ATOMIC are refused by fault injection, one "
            "after the other. How many lines 'page allocation failure' does the log get?",
            f"概率为 100，{requests} 个 GFP_ATOMIC 请求接连被故障注入拒绝。日志里有多少行“page allocation failure”？",
        ),
        right=(
            "None. The return stands before the ladder, the warning at its end.",
            "一行也没有。这个 return 在阶梯之前，警告在阶梯末尾。",
        ),
        otherwise=(
            "Where in the function is the line printed, and does an injected failure pass there?",
            "那一行在函数的什么地方打印？注入的失败会经过那里吗？",
        ),
        wrong=(
            Wrong(
                requests,
                (
                    "Each of them returns before it has come near the printk at nopage.",
                    "它们都在到达 nopage 的 printk 之前就返回了。",
                ),
            ),
            Wrong(
                10,
                (
                    "Ten is the burst of printk_ratelimit(). It is not even asked here.",
                    "10 是 printk_ratelimit() 的突发额度。这里连问都不问它。",
                ),
            ),
        ),
    )


def waits(rng: Random | None) -> Question:
    """How long does might_sleep_if() wait for pages?"""
    mix, words = pick(
        rng, ("dirty", "GFP_KERNEL"), [("desktop", "GFP_USER"), ("slab", "GFP_KERNEL"), ("swapping", "GFP_NOFS")]
    )
    users: dict[str, Text] = {
        "dirty": ("a cache full of dirty pages", "装满脏页的缓存"),
        "desktop": ("a desktop's programs", "桌面程序"),
        "slab": ("a large slab", "很大的 slab"),
        "swapping": ("programs, and swap space", "程序，另有交换区"),
    }

    def jiffies() -> int:
        attempt = begin(short_of_memory(mix).machine, gfp.NAMES[words], 0)
        start = attempt.machine.jiffies
        step(attempt)  # might_sleep
        return max(attempt.wake_at, attempt.machine.jiffies) - start

    return Question(
        kind="number",
        unit=("(jiffies)", "（jiffies）"),
        answer=jiffies,
        text=(
            f"A machine with {users[mix][0]} is short of memory, and others are about to free some. {words} may "
            "wait: __GFP_WAIT is set. The annotator asks whether might_sleep_if(wait) blocks 'to wait for other "
            "processes to free more pages??'. How many jiffies does it wait for pages?",
            f"一台机器（{users[mix][1]}）内存紧张，别人正要释放一些。{words} 可以等：设了 __GFP_WAIT。注释者问："
            "might_sleep_if(wait) 阻塞，“目的是为了等待其它进程释放更多的页面??”它为页面等了多少 jiffies？",
        ),
        right=(
            "It is an assertion for debugging: 'whoever calls me like this must be allowed to sleep'. It waits for "
            "nothing.",
            "它是调试用的断言：“这样调用我的人必须可以睡眠”。它什么也不等。",
        ),
        otherwise=("It runs before anybody has looked whether a page is free.", "它运行时，还没有人看过有没有空闲页。"),
        wrong=(
            Wrong(
                HZ // 50,
                (
                    "5 jiffies, 20 ms, is congestion_wait() much further down. Here nobody waits for "
                    "pages: that is the annotator's guess, and he put two question marks behind it.",
                    "5 jiffies（20 ms）是下面很远处的 congestion_wait()。这里没有人等页面：那是注释者的猜"
                    "测，他自己也加了两个问号。",
                ),
                GUESS,
            ),
            Wrong(
                1,
                (
                    "Not even one. With CONFIG_PREEMPT_VOLUNTARY it may let another task run first, if one is "
                    "due; not in order to wait for pages.",
                    "一个也没有。在 CONFIG_PREEMPT_VOLUNTARY 下它可能让别的任务先运行，但不是为了等页面。",
                ),
                GUESS,
            ),
        ),
    )


THIS = ("THISNODE", "NORETRY", "NOWARN")


def after_thisnode(rng: Random | None) -> Question:
    """Some of the bits, a NUMA kernel or not: which stage follows thisnode?"""
    extra, numa = pick(rng, ((0,), True), [((0, 1), True), ((0, 2), True), ((0, 1, 2), True), ((0, 1, 2), False)])
    mask = sum(gfp.BITS[THIS[bit]] for bit in extra)
    words = "|".join(f"__GFP_{THIS[bit]}" for bit in extra)
    kernel, kernel_zh = ("a NUMA kernel", "NUMA 内核") if numa else ("a kernel without NUMA", "非 NUMA 内核")
    leaves = numa and len(extra) == 3

    def following() -> str:
        attempt = begin(two_nodes(numa=numa), mask, 0)
        while attempt.stage is not None and attempt.stage is not thisnode:
            step(attempt)
        after = step(attempt)
        return after.__name__ if after else ""

    if leaves:
        right: Text = (
            "All three bits on a NUMA kernel: the caller, the slab allocator, would rather ask another node.",
            "NUMA 内核上三位齐全：调用者（slab 分配器）宁可去问别的节点。",
        )
        wrong = Wrong(
            "wake_kswapd",
            (
                "With all three bits set nobody is woken: reclaim is to be avoided.",
                "三位齐全时谁也不唤醒：正是要避免回收。",
            ),
        )
    else:
        right = (
            "GFP_THISNODE is three bits, and the test wants all of them, on a NUMA kernel. So this one goes on.",
            "GFP_THISNODE 是三位，测试要求三位齐全，而且是 NUMA 内核。所以它继续走。",
        )
        wrong = Wrong(
            "nopage",
            (
                "The annotator read it like that too: one flag. But (gfp_mask & GFP_THISNODE) == "
                "GFP_THISNODE asks for __GFP_THISNODE, __GFP_NORETRY and __GFP_NOWARN together, in a "
                "kernel built for NUMA.",
                "注释者也这么读：一个标志。但 (gfp_mask & GFP_THISNODE) == GFP_THISNODE 要求 "
                "__GFP_THISNODE、__GFP_NORETRY、__GFP_NOWARN 同时设置，"
                "而且内核为 NUMA 编译。",
            ),
        )
    return Question(
        kind="stage",
        answer=following,
        text=(
            f"The near node is below pages_low. On {kernel} a request with {words} has failed the first pass and "
            "stands at thisnode. Which stage is next?",
            f"近处节点低于 pages_low。在{kernel_zh}上，一个带 {words} 的请求第一次没有成功，站在 thisnode。"
            "下一阶段是哪个？",
        ),
        right=right,
        otherwise=("There are only two ways on from here.", "从这里只有两条路。"),
        wrong=(wrong, Wrong("got_pg", ("There is no page yet.", "还没有页。"))),
    )


def cpuset(rng: Random | None) -> Question:
    """Does the cpuset hold back a request that cannot wait?"""
    words = pick(rng, "GFP_ATOMIC", ["GFP_NOWAIT", "GFP_ATOMIC|__GFP_COMP", "GFP_KERNEL|__GFP_NORETRY"])
    mask = gfp.gfp_parse(words)
    can_wait = bool(mask & gfp.WAIT)

    def ask() -> tuple[str, str]:
        left = leave(two_nodes(left=0), mask, task=Task(cpuset_deny=frozenset({"Normal/1"})))
        return ("null" if left.page is None else "page"), str(left)

    right: Text = (
        (
            "With __GFP_WAIT the cpuset is asked in every pass, so the far node stays closed.",
            "有 __GFP_WAIT 时，每次都问 cpuset，所以远处节点一直关着。",
        )
        if can_wait
        else (
            "The first pass asks the cpuset (ALLOC_CPUSET), the second one does not for callers that cannot "
            "wait: they would have no other way out.",
            "第一次问 cpuset（ALLOC_CPUSET），第二次对不能等的调用者不问：他们没有别的出路。",
        )
    )
    wrong = (
        Wrong("page", ("Only callers that cannot wait get past their cpuset.", "只有不能等的调用者才能越过 cpuset。"))
        if can_wait
        else Wrong(
            "null",
            (
                "A cpuset is a wish about where memory should come from. It does not make an interrupt fail.",
                "cpuset 是“内存最好从哪里来”的愿望，它不会让中断里的请求失败。",
            ),
        )
    )
    return Question(
        kind="choice",
        choices=NULL_OR_PAGE,
        answer=lambda: ask()[0],
        step=lambda: (ask()[1], "返回 NULL。" if ask()[0] == "null" else "返回一页。"),
        text=(
            "A task's cpuset allows node 0 only. Node 0 has no page left, node 1 is all free. It asks for one page "
            f"with {words}. What comes back?",
            f"一个任务的 cpuset 只允许节点 0。节点 0 一页不剩，节点 1 全部空闲。它以 {words} 要一页。返回什么？",
        ),
        right=right,
        otherwise=(
            "Look at alloc_flags: who gets ALLOC_CPUSET in the second pass?",
            "看 alloc_flags：第二次谁有 ALLOC_CPUSET？",
        ),
        wrong=(wrong,),
    )


def exempt(rng: Random | None) -> Question:
    """Of many requests, how many does fault injection refuse at its default settings?"""
    words = pick(rng, "GFP_KERNEL", ["GFP_ATOMIC", "GFP_ATOMIC|__GFP_NOFAIL", "GFP_HIGHUSER"])
    mask, requests = gfp.gfp_parse(words), 200
    hit = words == "GFP_ATOMIC"
    why: Text = {
        "GFP_KERNEL": (
            "ignore-gfp-wait is 1 by default: who may wait is left alone.",
            "ignore-gfp-wait 默认为 1：可以等的不碰。",
        ),
        "GFP_HIGHUSER": (
            "ignore-gfp-wait and ignore-gfp-highmem are both 1 by default, and each would do.",
            "ignore-gfp-wait 和 ignore-gfp-highmem 默认都是 1，有一个就够了。",
        ),
        "GFP_ATOMIC": (
            "It cannot wait, wants no HighMem and lacks __GFP_NOFAIL: nothing exempts it.",
            "它不能等，不要 HighMem，也没有 __GFP_NOFAIL：没有豁免。",
        ),
        "GFP_ATOMIC|__GFP_NOFAIL": (
            "__GFP_NOFAIL is never failed on purpose, whatever the settings.",
            "无论怎么设置，都不会故意让 __GFP_NOFAIL 失败。",
        ),
    }[words]
    return Question(
        kind="number",
        unit=("(refused)", "（次拒绝）"),
        answer=lambda: refused(mask, requests, probability=100)[0],
        text=(
            "fail_page_alloc: probability 100, interval 1, no limit of times, all else as it is by default. "
            f"{requests} requests with {words} come. How many are refused?",
            f"fail_page_alloc：概率 100，间隔 1，次数不限，其余为默认。来了 {requests} 个 {words} 请求。多少个被拒绝？",
        ),
        right=why,
        otherwise=why,
        wrong=(
            Wrong(
                0 if hit else requests,
                (
                    "Three kinds of requests are exempt: __GFP_NOFAIL always, __GFP_WAIT and __GFP_HIGHMEM by default.",
                    "有三类豁免：__GFP_NOFAIL 总是豁免，__GFP_WAIT 和 __GFP_HIGHMEM 默认豁免。",
                ),
            ),
        ),
    )


BITS = ("WAIT", "HIGH", "THISNODE", "NORETRY", "NOWARN")


def early(rng: Random | None) -> Question:
    """The fewest bits with which a request leaves before kswapd is woken."""
    more = pick(rng, "", ["WAIT", "HIGH"])
    need = gfp.BITS[more] if more else 0

    def fewest() -> int:
        ways = sorted(product((0, 1), repeat=len(BITS)), key=sum)
        masks = (sum(gfp.BITS[bit] for bit, chosen in zip(BITS, way, strict=True) if chosen) for way in ways)
        return next(mask for mask in masks if mask & need == need and _leaves(mask))

    carries, carries_zh = (f" It carries __GFP_{more} too.", f"它还带着 __GFP_{more}。") if more else ("", "")
    return Question(
        kind="mask",
        bits=BITS,
        answer=fewest,
        text=(
            "The near node is below pages_low, the far one is free. A part of the kernel wants a page of the near "
            "node or none: it would then ask elsewhere. It wants nobody to be woken and nothing to be "
            f"printed.{carries} Set as few bits as possible.",
            "近处节点低于 pages_low，远处空闲。内核的某个部分要么要近处节点的一页，要么不要：那样它会去别处问。"
            f"它不想唤醒谁，也不想打印什么。{carries_zh}请设置尽可能少的位。",
        ),
        right=(
            "The three bits of GFP_THISNODE. NORETRY and NOWARN are part of the test, though nothing is retried here.",
            "GFP_THISNODE 的三位。NORETRY 和 NOWARN 是测试的一部分，虽然这里并没有重试。",
        ),
        otherwise=(
            "At which stage does a request turn off before wake_kswapd, and what does it ask?",
            "哪个阶段会在 wake_kswapd 之前拐出去？它问什么？",
        ),
        wrong=(
            Wrong(
                need | gfp.THISNODE,
                (
                    "That keeps it to the near node, and then kswapd is woken after all.",
                    "这样它只用近处节点，但还是会唤醒 kswapd。",
                ),
            ),
            Wrong(
                need | gfp.THISNODE | gfp.NORETRY,
                ("Two of the three: the test wants all.", "三位只有两位：测试要求齐全。"),
            ),
            Wrong(
                need | gfp.NORETRY | gfp.NOWARN,
                (
                    "Without __GFP_THISNODE it takes a page of the far node.",
                    "没有 __GFP_THISNODE，它会拿远处节点的页。",
                ),
            ),
        ),
    )


def _leaves(mask: int) -> bool:
    """NULL, nobody woken, nothing printed?"""
    machine = two_nodes()
    run = record(machine, mask, 0, max_rounds=2)
    return run.end == "no_page" and not woken(run) and not machine.log and "wake_kswapd" not in stages_of(run.events)
