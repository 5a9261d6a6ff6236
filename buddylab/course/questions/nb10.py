"""Questions of notebook 10: out of memory, and the look at pages_high before it."""

from itertools import product
from random import Random

from buddylab.core import gfp
from buddylab.core.ladder import begin, high_attempt, out_of_memory, step
from buddylab.core.machine import Machine
from buddylab.core.record import record
from buddylab.core.zone import ALLOC_WMARK_HIGH, Zone, zone_watermark_ok
from buddylab.course.bench import full
from buddylab.course.experiments.nb10 import SCHEDULES, Suspect, at_the_kill, points, two_cpus, victim
from buddylab.course.question import Question, Text, Wrong, pick
from buddylab.explorer.filling import prepare

__all__ = ["free_at_kill", "order3", "recheck", "two_at_once", "after_kill", "who_dies", "who_may", "badness"]

ZERO = "oom_means_zero_free"


def free_at_kill(rng: Random | None) -> Question:
    """How many pages are free when the killer is called?"""
    size = pick(rng, 64, [4, 8, 32])
    choices: tuple[tuple[str, Text], ...] = (
        ("none", ("none", "一页也没有")),
        ("some", ("some, but fewer than the marks ask for", "有一些，但少于水位线的要求")),
        ("many", ("more than pages_high", "多于 pages_high")),
    )

    def free() -> str:
        kill = at_the_kill(0, 960, 90, size)
        return "none" if kill is None or not kill.free else "many" if kill.free > kill.pages_high else "some"

    def after() -> Text:
        kill = at_the_kill(0, 960, 90, size)
        told = (kill.free, kill.pages_high, kill.victim) if kill else (0, 0, "")
        return (
            f"{told[0]} pages are free, pages_high is {told[1]}. Killed: {told[2]}.",
            f"空闲 {told[0]} 页，pages_high 是 {told[1]}。被杀：{told[2]}。",
        )

    return Question(
        kind="choice",
        choices=choices,
        answer=free,
        step=after,
        text=(
            f"A machine of {size} MB is full of programs, and there is no swap. A GFP_KERNEL request for one page "
            "finds nothing to reclaim, and the OOM killer is called. How many pages are free at this moment in the "
            "zone that it asks first?",
            f"{size} MB 的机器装满程序，没有交换区。一个要一页的 GFP_KERNEL 请求回收不到任何东西，OOM killer 被调用。"
            "此刻，它最先询问的区里有多少空闲页？",
        ),
        right=(
            "Out of memory means: no zone may give away a page. The rest below the marks is the reserve.",
            "内存耗尽的意思是：没有一个区可以再给出页。水位线以下剩的是储备。",
        ),
        otherwise=(
            "The passes before were refused by a mark. What does a mark leave in the zone?",
            "前面几次都是被水位线拒绝的。水位线会在区里留下什么？",
        ),
        wrong=(
            Wrong(
                "none",
                (
                    "The marks refuse long before the last page is gone. What lies below is kept for those "
                    "who free memory, or die.",
                    "远在最后一页用完之前，水位线就拒绝了。剩下的留给正在释放内存或垂死的任务。",
                ),
                ZERO,
            ),
            Wrong(
                "many",
                (
                    "Then the look at pages_high would have found a page, and nobody would be called.",
                    "那样的话，按 pages_high 的那一眼就找到页了，不会叫谁来。",
                ),
            ),
        ),
    )


def left_free(pressure: int) -> int:
    """Free pages of zone Normal at this memory pressure, before the request."""
    return prepare("small", pressure, 100, "no_swap").machine.zones[-1].nr_free_pages


def order3(rng: Random | None) -> Question:
    """More than pages_high free, all of it scattered, order 3: is anybody killed?"""
    pressure = pick(rng, 550, [600, 580, 530])
    kill = (
        ("yes", ("yes, a program is killed", "会，有程序被杀")),
        ("no", ("no, there is free memory", "不会，还有空闲内存")),
    )

    def killed() -> str:
        return "yes" if at_the_kill(3, pressure, 100, 64) else "no"

    def after() -> Text:
        one = at_the_kill(3, pressure, 100, 64)
        free, blocks, who = (one.free, one.blocks, one.victim) if one else (0, (), "")
        return (
            f"{free} pages are free, by order {list(blocks)}. Killed: {who}.",
            f"空闲 {free} 页，各阶 {list(blocks)}。被杀：{who}。",
        )

    pages = left_free(pressure)
    return Question(
        kind="choice",
        choices=kill,
        answer=killed,
        step=after,
        text=(
            f"64 MB full of programs, no swap. Zone Normal has {pages} pages free, its pages_high is 288; but they "
            "lie in blocks of four pages and less. GFP_KERNEL wants order 3, 32 kB, and goes round again and again. "
            "Does it come to a kill?",
            f"64 MB，装满程序，没有交换区。Normal 区空闲 {pages} 页，pages_high 是 288；但都在不超过 4 页的块里。"
            "GFP_KERNEL 要 3 阶（32 kB），一轮又一轮地重试。会杀人吗？",
        ),
        right=(
            "Order 3 may not fail, and reclaim finds nothing. The killer is not asked how much is free, only "
            "whether this request can be served.",
            "3 阶不许失败，回收又一无所获。没有人问还剩多少空闲，只问这个请求能不能满足。",
        ),
        otherwise=(
            "Follow the ladder: progress? __GFP_FS? Does the look at pages_high find order 3?",
            "沿阶梯走：有进展吗？有 __GFP_FS 吗？按 pages_high 的那一眼能找到 3 阶吗？",
        ),
        wrong=(
            Wrong(
                "no",
                (
                    "Free memory does not keep the killer away: the free pages do not serve this order.",
                    "有空闲内存并不能挡住 killer：这些空闲页满足不了这个阶。",
                ),
                ZERO,
            ),
        ),
    )


def recheck(rng: Random | None) -> Question:
    """How many pages must be free for the look at pages_high?"""
    low, high = pick(rng, (240, 288), [(80, 96), (1171, 1405), (400, 480)])
    least = low * 4 // 5

    def enough() -> int:
        return next(pages for pages in range(2 * high) if _passes(pages, (least, low, high)))

    return Question(
        kind="number",
        unit=("(pages)", "（页）"),
        answer=enough,
        text=(
            f"A zone has pages_min {least}, pages_low {low} and pages_high {high}, and no reserve. The last look "
            "before the killer is for one page. How many pages must be free at least for it to succeed?",
            f"一个区 pages_min {least}、pages_low {low}、pages_high {high}，没有保留。killer 之前的最后一眼要一页。"
            "至少要有多少空闲页才能成功？",
        ),
        right=(
            f"It is the pass at pages_high, and equality refuses: {high} + 1.",
            f"这次按 pages_high，相等也拒绝：{high} + 1。",
        ),
        otherwise=("Which mark does this pass use, and does equality pass?", "这次用哪条水位线？相等能通过吗？"),
        wrong=(
            Wrong(high, ("Free must be more than the mark: equality refuses.", "空闲必须多于水位线：相等就拒绝。")),
            Wrong(
                least + 1,
                (
                    "That is the pass at pages_min. This look wants much more, so that it succeeds only "
                    f"if somebody has freed a lot: {high} + 1.",
                    f"那是按 pages_min 的。这一眼要得多得多，只有别人刚释放了很多才会成功：{high} + 1。",
                ),
            ),
            Wrong(1, ("A page is free, but the marks come first.", "是有一页空闲，但先看水位线。"), ZERO),
        ),
    )


def _passes(pages: int, marks: tuple[int, int, int]) -> bool:
    zone = Zone("Normal", 0, 0, 4096, marks=marks, lowmem_reserve=[0])
    Machine([zone], ("Normal",))
    zone.nr_free_pages = pages
    return zone_watermark_ok(zone, 0, zone.pages_high, 0, ALLOC_WMARK_HIGH)


TWO_AT_ONCE: tuple[tuple[Text, Text], ...] = (
    (
        (
            "When the victim is gone, the second one looks at pages_high.",
            "牺牲者消失以后，第二个才按 pages_high 去看。",
        ),
        (
            "The death has lifted the zone above pages_high: the second look finds a page.",
            "死者让该区高过 pages_high：第二眼找到了页。",
        ),
    ),
    (
        (
            "The second one has looked already, too early. It calls the killer while the victim is still dying.",
            "第二个已经看过了，看得太早。它调用 killer 时，牺牲者还没死完。",
        ),
        (
            "select_bad_process() meets a task with TIF_MEMDIE and kills nobody.",
            "select_bad_process() 遇到带 TIF_MEMDIE 的任务，于是谁也不杀。",
        ),
    ),
    (
        (
            "The second one has looked already, too early. It calls the killer when the victim is gone.",
            "第二个已经看过了，看得太早。它调用 killer 时，牺牲者已经消失。",
        ),
        (
            "Neither guard helps here: its look came too early, and nobody is dying any more.",
            "两道防线都失灵：它看得太早，而此刻已没有垂死的任务。",
        ),
    ),
)
"""What the second CPU has done when the first one kills, and why the answer is what it is."""


def two_at_once(rng: Random | None) -> Question:
    """Two CPUs are out of memory at once: how many die?"""
    which = pick(rng, 1, [0, 2])
    story, why = TWO_AT_ONCE[which]

    def after() -> Text:
        names = two_cpus(SCHEDULES[which])
        return f"Killed: {', '.join(names)}.", f"被杀：{'、'.join(names)}。"

    wrong = 1 if which == 2 else 2
    say = (
        (
            "There is a gap between the look and the call, and here the whole death falls into it.",
            "“看”与“调用”之间有空隙，这里整个死亡过程正好落在其中。",
        )
        if which == 2
        else (
            "That is what the kernel guards against, twice: by the look at pages_high, and by killing nobody while "
            "somebody is dying.",
            "内核正是防着这个，防了两次：按 pages_high 再看一眼；有人垂死时谁也不杀。",
        )
    )
    return Question(
        kind="number",
        unit=("(killed)", "（个被杀）"),
        answer=lambda: len(two_cpus(SCHEDULES[which])),
        step=after,
        text=(
            f"Two CPUs run out of memory at the same time. The first looks at pages_high in vain and has a program "
            f"killed. {story[0]} How many programs are killed in all?",
            f"两个 CPU 同时内存耗尽。第一个按 pages_high 看了没有，于是杀掉一个程序。{story[1]}一共杀掉几个程序？",
        ),
        right=why,
        otherwise=(
            "Two things can stop the second one: its own look, and the victim's TIF_MEMDIE.",
            "能挡住第二个的有两样：它自己的那一眼，和牺牲者的 TIF_MEMDIE。",
        ),
        wrong=(
            Wrong(wrong, say),
            Wrong(0, ("The first one found nothing: somebody had to go.", "第一个什么也没找到：总得有人走。")),
        ),
    )


def after_kill(rng: Random | None) -> Question:
    """Which stage follows the killer?"""
    name = pick(rng, "GFP_KERNEL", ["GFP_USER", "GFP_HIGHUSER"])

    def following() -> str:
        attempt = begin(full(), gfp.NAMES[name], 0)
        attempt.stage = out_of_memory
        after = step(attempt)
        return after.__name__ if after else ""

    return Question(
        kind="stage",
        answer=following,
        text=(
            f"A {name} request has had a program killed, and has slept for a jiffy. Which stage is next?",
            f"一个 {name} 请求让一个程序被杀，并睡了一个 jiffy。下一阶段是哪个？",
        ),
        right=(
            "goto restart: the whole ladder again, kswapd included. The victim's pages come back only when it has run.",
            "goto restart：整个阶梯重来，包括唤醒 kswapd。牺牲者要运行过才会交还页面。",
        ),
        otherwise=("Read the line after the call of out_of_memory().", "请读 out_of_memory() 调用之后的那一行。"),
        wrong=(
            Wrong(
                "got_pg", ("The killer hands out no page. It only sends a signal.", "killer 不给页，它只发一个信号。")
            ),
            Wrong(
                "rebalance",
                (
                    "That is where a retry goes. After a kill it goes further up.",
                    "那是重试去的地方。杀人之后要回到更上面。",
                ),
            ),
            Wrong(
                "should_retry",
                ("No rule is asked: whoever came here always starts again.", "不问规则：到过这里的总要重来。"),
            ),
        ),
    )


def who_dies(rng: Random | None) -> Question:
    """Five processes: whom does the killer choose?"""
    hour, day = 3600, 86_400
    size = pick(rng, 60, [40, 30, 80])
    suspects = (
        Suspect("postgres", 400, cpu=hour, age=10 * day),
        Suspect("httpd", 100, cpu=60, age=day),
        Suspect("Xorg", 200, cpu=100, age=day, root=True),
        Suspect("cc1", size, cpu=5, age=30),
        Suspect("sshd", 10, cpu=1, age=20 * day, root=True),
    )
    what = "; ".join(
        f"{s.comm} {s.mb} MB, {s.cpu:,} s of CPU time, runs for {s.age:,} s{', root' if s.root else ''}"
        for s in suspects
    )
    what_zh = "；".join(
        f"{s.comm} {s.mb} MB，CPU 时间 {s.cpu:,} 秒，已运行 {s.age:,} 秒{'，root' if s.root else ''}" for s in suspects
    )

    def after() -> Text:
        told = ", ".join(f"{s.comm} {points(s):,}" for s in suspects)
        return f"Points: {told}.", f"分数：{told}。"

    return Question(
        kind="choice",
        choices=tuple((s.comm, (s.comm, f"{s.comm} 进程")) for s in suspects),
        step=after,
        answer=lambda: victim(suspects),
        text=(f"Out of memory. There are: {what}. Who is killed?", f"内存耗尽。进程有：{what_zh}。谁被杀？"),
        right=(
            "Size counts, but it is divided by what is worth keeping: long work, long life, root.",
            "看大小，但要除以值得保留的东西：干得久、活得久、root。",
        ),
        otherwise=(
            "Divide: by the root of the CPU time, by the fourth root of the age, by 4 for root.",
            "做除法：除以 CPU 时间的平方根、年龄的四次方根，root 再除以 4。",
        ),
        wrong=(
            Wrong(
                "postgres",
                (
                    "The largest, but it has worked for an hour and runs for ten days: that divides by 20 and by 5.",
                    "它最大，但已干了一小时、运行了十天：要除以 20 再除以 5。",
                ),
            ),
            Wrong(
                "Xorg",
                (
                    "It is root's, that divides by 4; and by 3 for its CPU time, by 3 for its age.",
                    "它属于 root，除以 4；CPU 时间再除以 3，年龄再除以 3。",
                ),
            ),
        ),
    )


BITS = ("WAIT", "IO", "FS", "REPEAT", "NOFAIL", "NORETRY")


def who_may(rng: Random | None) -> Question:
    """The fewest bits with which a request can have somebody killed."""
    order, io = pick(rng, (0, False), [(3, True), (4, False), (0, True)])

    def fewest() -> int:
        ways = sorted(product((0, 1), repeat=len(BITS)), key=sum)
        masks = (sum(gfp.BITS[bit] for bit, chosen in zip(BITS, way, strict=True) if chosen) for way in ways)
        return next(mask for mask in masks if bool(mask & gfp.IO) == io and _kills(mask, order))

    base = gfp.IO if io else 0
    more = ", and it starts input and output" if io else ", and it starts no input or output"
    more_zh = "，而且它会发起输入输出" if io else "，而且它不发起输入输出"
    return Question(
        kind="mask",
        bits=BITS,
        answer=fewest,
        text=(
            f"Reclaim finds nothing. With which bits can a request of order {order} have somebody killed{more}? Set "
            "as few as possible.",
            f"回收一无所获。一个 {order} 阶请求带哪些位才能让人被杀{more_zh}？请设置尽可能少的位。",
        ),
        right=(
            "__GFP_WAIT leads to reclaim, __GFP_FS from there to the killer. The order does not matter.",
            "__GFP_WAIT 通向回收，__GFP_FS 从那里通向 killer。阶不起作用。",
        ),
        otherwise=(
            "First it must come to direct_reclaim at all, then the condition before high_attempt must hold.",
            "首先得走到 direct_reclaim，然后要满足 high_attempt 之前的条件。",
        ),
        wrong=(
            Wrong(
                base | gfp.FS, ("Without __GFP_WAIT it never comes to reclaim.", "没有 __GFP_WAIT，根本到不了回收。")
            ),
            Wrong(
                base | gfp.WAIT,
                (
                    "Without __GFP_FS nobody is killed: the caller has not tried all that reclaim can do.",
                    "没有 __GFP_FS 就不杀人：调用者没有用尽回收的本事。",
                ),
            ),
            Wrong(
                base | gfp.WAIT | gfp.FS | gfp.NOFAIL,
                ("It works, but __GFP_NOFAIL is not needed for it.", "可以，但不需要 __GFP_NOFAIL。"),
            ),
        ),
    )


def _kills(mask: int, order: int) -> bool:
    """Does such a request come to the killer? Asked of a machine without a free page and without anything else."""
    run = record(full(), mask, order, max_rounds=2)
    names = [event[1] for event in run.events if event[0] == "stage"]
    return high_attempt.__name__ in names and out_of_memory.__name__ in names


def badness(rng: Random | None) -> Question:
    """The points of one process."""
    mb, cpu, age, root = pick(
        rng, (100, 1024, 16_384, True), [(50, 200, 90_000, False), (200, 3600, 2000, True), (80, 60, 900_000, False)]
    )
    one = Suspect("p", mb, cpu=cpu, age=age, root=root)
    pages = mb * 256
    worked, lived = cpu * 250 >> 11, age >> 10
    whose = ("root's", "root 的") if root else ("an ordinary user's", "普通用户的")
    return Question(
        kind="number",
        unit=("(points)", "（分）"),
        answer=lambda: points(one),
        text=(
            f"A process of {whose[0]} has {mb} MB of address space, has used {cpu:,} s of CPU time and runs for "
            f"{age:,} s. How many points does badness() give it? CPU time counts in units of 2048 jiffies, age in "
            "units of 1024 s; all roots and divisions drop what is behind the point.",
            f"一个{whose[1]}进程有 {mb} MB 地址空间，用了 {cpu:,} 秒 CPU 时间，已运行 {age:,} 秒。badness() 给它多少"
            "分？CPU 时间以 2048 jiffies 为单位，年龄以 1024 秒为单位；所有开方和除法都舍去小数。",
        ),
        right=(
            f"{pages:,} pages, divided by the root of {worked} and by the fourth root of {lived}"
            f"{', and by 4 for root' if root else ''}.",
            f"{pages:,} 页，除以 {worked} 的平方根，再除以 {lived} 的四次方根{'，root 再除以 4' if root else ''}。",
        ),
        otherwise=(
            f"Begin with {pages:,} pages. CPU time: {worked} units. Age: {lived} units.",
            f"从 {pages:,} 页开始。CPU 时间 {worked} 个单位，年龄 {lived} 个单位。",
        ),
        wrong=(
            Wrong(pages, ("That is the size alone.", "这只是大小。")),
            Wrong(mb, ("badness() counts pages, not MB.", "badness() 数的是页，不是 MB。"), "kb_and_pages"),
        ),
    )
