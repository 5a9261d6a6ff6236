"""Questions of notebook 07: kswapd and direct reclaim. Who reclaims is a MODEL's answer, the ladder's is exact."""

from functools import cache
from random import Random

from buddylab.core import gfp
from buddylab.core.ladder import begin, step
from buddylab.core.record import record
from buddylab.core.zone import HZ, SWAP_CLUSTER_MAX, Zone, zone_watermark_ok
from buddylab.course.experiments.nb07 import a_second, first_stall, states_between
from buddylab.course.question import Question, Text, Wrong, pick
from buddylab.explorer.filling import position_of, prepare
from buddylab.explorer.still import World
from buddylab.machines.hardware import of
from buddylab.reclaim.pageout import ScanControl
from buddylab.reclaim.shrink import due
from buddylab.reclaim.tasks import TaskStruct

__all__ = ["between", "freed_meanwhile", "where_back", "who_pays", "below_the_disk", "stops_at", "calls_until", "edge"]

SYNCHRONOUS = "waking_is_synchronous"
ONE_ZONE = {"Normal": 48}


def filled(free: int) -> World:
    """A machine of one zone with about so many free pages; the rest is mostly clean page cache (model)."""
    return prepare(ONE_ZONE, position_of(of(ONE_ZONE).machine().zones[0], free), mix="file_server")


STATES = (
    ("awake", ("awake", "醒着")),
    ("asleep", ("asleep", "睡着")),
    ("either", ("that cannot be told from the number", "单凭这个数说不出来")),
)


def between(rng: Random | None) -> Question:
    """Free pages lie between low and high: is kswapd at work?"""
    free = pick(rng, 1000, [930, 960, 1040, 1070])

    def state() -> str:
        seen = [name for name, jiffies in states_between().items() if jiffies]
        return seen[0] if len(seen) == 1 else "either"

    def counted() -> Text:
        seen = states_between()
        return (
            f"One second of a steady load (model): while free lay between the marks kswapd was awake in "
            f"{seen['awake']} jiffies and asleep in {seen['asleep']}.",
            f"一秒的稳定负载（模型）：空闲页位于两线之间时，kswapd 有 {seen['awake']} 个 jiffy 醒着，"
            f"{seen['asleep']} 个 jiffy 睡着。",
        )

    return Question(
        kind="choice",
        choices=STATES,
        answer=state,
        step=counted,
        text=(
            f"A zone has the marks min 724, low 905, high 1086. You see {free} free pages. Is kswapd awake?",
            f"一个区的水位线为 min 724、low 905、high 1086。你看到 {free} 个空闲页。kswapd 醒着吗？",
        ),
        right=(
            "It depends on where free came from. Falling from above, nobody has woken kswapd yet. Once woken "
            "below low, it works until high.",
            "取决于从哪边来。从上面降下来时还没有人唤醒它；一旦在 low 之下被唤醒，它要工作到 high。",
        ),
        otherwise=(
            "Two marks, two directions: woken below low, asleep again above high. And in between?",
            "两条线，两个方向：低于 low 被唤醒，高于 high 才睡。那么两线之间呢？",
        ),
        wrong=(
            Wrong(
                "asleep",
                (
                    "So it is while free falls. But once it was woken it does not stop at low.",
                    "空闲页下降途中是这样。但一旦被唤醒，它不会在 low 处停下。",
                ),
            ),
            Wrong(
                "awake",
                (
                    "So it is while free rises again. On the way down nobody has called it.",
                    "空闲页回升途中是这样。下降途中还没有人叫它。",
                ),
            ),
        ),
    )


def freed_meanwhile(rng: Random | None) -> Question:
    """A request wakes kswapd and gets its page: what has kswapd freed by then?"""
    wanted = pick(rng, 250, [240, 258, 266])
    zone = filled(wanted).machine.zones[0]
    free, low, high = zone.nr_free_pages, zone.pages_low, zone.pages_high

    def freed() -> int:
        world = filled(wanted)
        record(world.machine, gfp.GFP_KERNEL, 0)
        return world.population.freed

    said = (
        "Waking only marks kswapd as ready to run. The request goes on at once, and finds its page above pages_min.",
        "唤醒只是把 kswapd 标为可运行。请求立即继续，并在 pages_min 之上找到页。",
    )
    waits = (f"{said[0]} Nobody waits for kswapd here.", f"{said[1]} 这里没有人等 kswapd。")
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=freed,
        text=(
            f"A zone has the marks min {zone.pages_min}, low {low}, high {high}, and {free} free pages. kswapd "
            "sleeps. A GFP_KERNEL request for one page wakes it. When the request has its page, how many pages has "
            "kswapd freed?",
            f"一个区的水位线为 min {zone.pages_min}、low {low}、high {high}，空闲 {free} 页。kswapd 睡着。"
            "一个 GFP_KERNEL 的单页请求唤醒了它。请求拿到页时，kswapd 已经释放了多少页？",
        ),
        right=said,
        otherwise=waits,
        wrong=tuple(
            Wrong(pages, waits, SYNCHRONOUS)
            for pages in dict.fromkeys((1, SWAP_CLUSTER_MAX, low - free, high - free, high + 1 - free))
        ),
    )


def where_back(rng: Random | None) -> Question:
    """Free lies below min: in which stage does memory come back?"""
    mask = pick(rng, "GFP_KERNEL", ["GFP_USER", "GFP_NOFS", "GFP_NOIO"])

    def stage() -> str:
        world = filled(110)
        attempt = begin(world.machine, gfp.NAMES[mask], 0)
        while attempt.stage is not None:
            name = attempt.stage.__name__
            step(attempt)
            if world.population.freed:
                return name
        return "nopage"

    return Question(
        kind="stage",
        answer=stage,
        text=(
            f"Only about half of pages_min is free; the rest is mostly clean page cache. A {mask} request for one "
            "page comes and wakes kswapd. In which stage of this request does memory come back for the first time?",
            f"空闲页大约只有 pages_min 的一半，其余大多是干净的页缓存。一个 {mask} 的单页请求到来并唤醒 kswapd。"
            "在这个请求的哪个阶段第一次有内存回来？",
        ),
        right=(
            "The task that asks does the work, in its own time. kswapd has been called, but need not have run yet.",
            "由申请者自己在自己的时间里回收。kswapd 被叫过了，但不一定已经运行。",
        ),
        otherwise=(
            "Follow the request down the ladder: at which stage does it stop to free something itself?",
            "沿着梯子往下走：它在哪个阶段停下来自己释放内存？",
        ),
        wrong=(
            Wrong(
                "wake_kswapd",
                (
                    "That stage only calls kswapd and goes on. It frees nothing and waits for nothing.",
                    "那个阶段只是叫一声 kswapd 就继续走。它什么也不释放，也不等待。",
                ),
                SYNCHRONOUS,
            ),
            Wrong(
                "retry_after_reclaim",
                (
                    "There the request looks again. What it finds came back one stage before.",
                    "那里是请求再看一次。它找到的页在前一个阶段就回来了。",
                ),
            ),
        ),
    )


WAYS = (
    ("reclaims", ("it reclaims pages itself first", "先自己回收页")),
    ("waits", ("it waits until kswapd has freed some", "等 kswapd 释放一些")),
    ("at_once", ("it gets a page at once", "立即得到一页")),
    ("fails", ("it gets nothing and goes on without", "得不到，继续走")),
)


def who_pays(rng: Random | None) -> Question:
    """Below min: what does this caller do?"""
    mask, wanted = pick(rng, ("GFP_ATOMIC", 190), [("GFP_ATOMIC", 40), ("GFP_KERNEL", 190), ("GFP_NOFS", 110)])
    zone = filled(wanted).machine.zones[0]
    free, pages_min = zone.nr_free_pages, zone.pages_min
    floor = pages_min - pages_min // 2
    floor -= floor // 4
    atomic = mask == "GFP_ATOMIC"

    def way() -> str:
        trace = record(filled(wanted).machine, gfp.NAMES[mask], 0)
        stages = [event[1] for event in trace.events if event[0] == "stage"]
        if "direct_reclaim" in stages:
            return "reclaims"
        return "at_once" if trace.page is not None else "fails"

    fact = (
        (
            f"GFP_ATOMIC may not wait. Its mark is {floor}: half of {pages_min} and a quarter less. {free} > "
            f"{floor} is {str(free > floor).lower()}.",
            f"GFP_ATOMIC 不能等待。它的水位线是 {floor}：{pages_min} 减半再减四分之一。{free} > {floor} "
            f"{'成立' if free > floor else '不成立'}。",
        )
        if atomic
        else (
            f"{mask} has __GFP_WAIT: below pages_min it goes into direct_reclaim, and the caller pays with its own "
            "time.",
            f"{mask} 含 __GFP_WAIT：低于 pages_min 时它进入 direct_reclaim，由调用者用自己的时间付账。",
        )
    )
    return Question(
        kind="choice",
        choices=WAYS,
        answer=way,
        text=(
            f"pages_min is {pages_min} and {free} pages are free. kswapd sleeps. A {mask} request for one page "
            "comes. What happens?",
            f"pages_min 为 {pages_min}，空闲 {free} 页。kswapd 睡着。来了一个 {mask} 的单页请求。会怎样？",
        ),
        right=fact,
        otherwise=fact,
        wrong=(
            Wrong(
                "waits",
                (
                    f"Nobody waits for kswapd: it is woken, and the request goes on. {fact[0]}",
                    f"没有人等 kswapd：唤醒它，请求继续走。{fact[1]}",
                ),
                SYNCHRONOUS,
            ),
        ),
    )


HOW_OFTEN = (
    ("never", ("never", "一次也没有")),
    ("seldom", ("1 to 20 times", "1 到 20 次")),
    ("often", ("more than 20 times", "20 次以上")),
)


@cache
def stalls_of(rate: int) -> int:
    """How often the task of a second's load had to reclaim for itself."""
    return a_second(rate)[0].stalls


def below_the_disk(rng: Random | None) -> Question:
    """The demand against what the disk can take: does the task have to reclaim?"""
    rate = pick(rng, 8_000, [2_000, 6_000, 16_000, 24_000])

    def how_often() -> str:
        count = stalls_of(rate)
        return "never" if not count else "seldom" if count <= 20 else "often"

    def counted() -> Text:
        return f"{stalls_of(rate)} times in this second (model).", f"这一秒里 {stalls_of(rate)} 次（模型）。"

    slow = rate < 10_000
    return Question(
        kind="choice",
        choices=HOW_OFTEN,
        answer=how_often,
        step=counted,
        text=(
            "Nearly all memory is in use by processes; whatever comes back must be written to swap first, and the "
            f"disk writes 10,000 pages a second. A program touches {rate:,} new pages in one second, evenly. How "
            "often must it reclaim by itself?",
            f"几乎所有内存都由进程占用；要收回就得先写到交换区，而磁盘每秒写 10,000 页。一个程序在一秒内均匀地触及 "
            f"{rate:,} 个新页。它须自己回收多少次？",
        ),
        right=(
            (
                "kswapd starts early, at low, and the disk keeps up. The space between low and min is its head start.",
                "kswapd 在 low 处就提前开始，磁盘也跟得上。low 与 min 之间的空间就是它的提前量。",
            )
            if slow
            else (
                "Pages cannot come back faster than the disk writes. Free falls through low and min, and the program "
                "pays.",
                "页回来的速度超不过磁盘的写入速度。空闲页跌破 low 和 min，于是程序自己付账。",
            )
        ),
        otherwise=(
            "Compare the demand with the disk: as long as kswapd can free as much as is asked for, free stays "
            "above min.",
            "拿需求和磁盘比：只要 kswapd 释放得和申请的一样多，空闲页就留在 min 之上。",
        ),
        wrong=(
            Wrong(
                "often",
                (
                    "The pages are short all the time, yes. But the program is asked to help only below "
                    "min, and kswapd has begun at low.",
                    "内存确实一直紧张。但程序在 min 之下才须帮忙，而 kswapd 从 low 就开始了。",
                ),
            ),
        )
        if slow
        else (
            Wrong(
                "never",
                (
                    "kswapd is awake all the time here, and still too slow. Waking it makes it no faster.",
                    "这里 kswapd 一直醒着，仍然太慢。唤醒不会让它变快。",
                ),
            ),
        ),
    )


def stops_at(rng: Random | None) -> Question:
    """The smallest number of free pages at which kswapd stops by itself."""
    name = pick(rng, "i386_1g", ["small", "tiny", "x86_64_4g"])
    order = pick(rng, 0, [0, 1])
    machine = of(name).machine()
    zone = max(machine.zones, key=lambda one: one.pages_high)

    def enough() -> int:
        return next(
            free for free in range(zone.present_pages) if zone_watermark_ok(_with(free), order, zone.pages_high, 0, 0)
        )

    def _with(free: int) -> Zone:
        probe = zone.copy()
        probe.nr_free_pages = free
        probe.free_area[0].clear()
        return probe

    need = (1 << order) - 1
    return Question(
        kind="number",
        unit=("pages", "页"),
        answer=enough,
        text=(
            f"A zone has the marks min {zone.pages_min}, low {zone.pages_low}, high {zone.pages_high}. kswapd was "
            f"woken for order {order}{' (no single page is free)' if order else ''}. How many pages must be free "
            "at least before it goes back to sleep by itself?",
            f"一个区的水位线为 min {zone.pages_min}、low {zone.pages_low}、high {zone.pages_high}。kswapd 因 {order} "
            f"阶请求被唤醒{'（没有空闲的单页）' if order else ''}。至少要有多少空闲页，它才会自己回去睡？",
        ),
        right=(
            f"It asks the same question as the allocator, with pages_high: {zone.pages_high + 1 + need} - "
            f"{1 << order} + 1 > {zone.pages_high}.",
            f"它问的是和分配器同样的问题，只是用 pages_high："
            f"{zone.pages_high + 1 + need} - {1 << order} + 1 > {zone.pages_high}。",
        ),
        otherwise=(
            f"It is woken below low and works until the test with pages_high passes: free - {1 << order} + 1 > "
            f"{zone.pages_high}.",
            f"它在 low 之下被唤醒，工作到用 pages_high 的测试通过：空闲 - {1 << order} + 1 > {zone.pages_high}。",
        ),
        wrong=(
            Wrong(
                zone.pages_low + 1,
                (
                    "That is where it is woken. If it stopped there too, it would be woken again by the next request.",
                    "那是唤醒它的地方。若也在那里停，下一个请求又会唤醒它。",
                ),
            ),
            Wrong(zone.pages_high, ("Equality refuses here too.", "这里相等也算不通过。")),
        ),
    )


def calls_until(rng: Random | None) -> Question:
    """How many light looks at a short list until a cluster is due?"""
    length, priority = pick(rng, (20_000, 12), [(9_000, 12), (9_000, 11), (40_000, 12), (3_000, 12)])
    share = length >> priority

    def calls() -> int:
        sc, pending, count = ScanControl(TaskStruct(), gfp.GFP_KERNEL), 0, 0
        while True:
            count += 1
            now, pending = due(pending, length, priority, sc)
            if now:
                return count

    without = -(-SWAP_CLUSTER_MAX // share) if share else 0
    return Question(
        kind="number",
        unit=("calls", "次"),
        answer=calls,
        text=(
            f"A zone's list holds {length:,} pages. Each call of shrink_zone at priority {priority} makes another "
            f"part of the list due: its length by 2^{priority}, plus one page. Nothing is scanned until 32 pages "
            "are due. In which call does scanning begin?",
            f"一个区的链表有 {length:,} 页。在优先级 {priority} 下每次调用 shrink_zone，都会让链表的一部分到期："
            f"长度除以 2^{priority}，再加一页。到期满 32 页之前什么也不扫描。第几次调用开始扫描？",
        ),
        right=(
            f"{length:,} by 2^{priority} is {share}, plus one is {share + 1} a call.",
            f"{length:,} 除以 2^{priority} 得 {share}，加一是每次 {share + 1} 页。",
        ),
        otherwise=(f"How often does {share} + 1 go into 32, rounded up?", f"32 除以 {share} + 1，向上取整。"),
        wrong=(
            Wrong(
                1, ("The share is far below 32: at first nothing happens at all.", "份额远小于 32：起初什么也不发生。")
            ),
            *(
                (Wrong(without, ("Do not forget the one page that each call adds.", "别忘了每次另加的一页。")),)
                if share and without != -(-SWAP_CLUSTER_MAX // (share + 1))
                else ()
            ),
        ),
    )


def edge(rng: Random | None) -> Question:
    """Half the disk: where does the task begin to stall?"""
    disk = pick(rng, 20, [16, 24, 28])
    speed = disk * HZ
    demands = range(speed - 2_000, speed + 3_000, 1_000)
    return Question(
        kind="number",
        unit=("pages a second", "页/秒"),
        answer=lambda: first_stall(disk, demands),
        text=(
            f"disk={disk} (model). Of the demands {demands[0]:,}, {demands[1]:,} and so on up to {demands[-1]:,} "
            "pages a second, which is the smallest at which the program has to reclaim by itself (stalls is not 0)?",
            f"disk={disk}（模型）。在每秒 {demands[0]:,}、{demands[1]:,} 直到 {demands[-1]:,} 页的需求中，"
            "程序须自己回收（stalls 不为 0）的最小需求是多少？",
        ),
        right=(
            f"{disk} pages in each of {HZ} jiffies are {speed:,} a second: the edge has moved with the disk.",
            f"{HZ} 个 jiffy 各写 {disk} 页，就是每秒 {speed:,} 页：边缘随磁盘移动。",
        ),
        otherwise=(
            f"Run a_second(rate, disk={disk})[0] for each of them and look at its stalls.",
            f"对每个需求运行 a_second(rate, disk={disk})[0]，看 stalls。",
        ),
        wrong=(
            Wrong(
                10_000,
                (
                    "There the edge was with 40 pages in a jiffy. This disk is slower.",
                    "那是每 jiffy 写 40 页时的边缘。这块磁盘更慢。",
                ),
            ),
            Wrong(
                disk,
                (
                    f"That is what the disk writes in one jiffy. A second has {HZ} of them.",
                    f"那是磁盘在一个 jiffy 里写的页数。一秒有 {HZ} 个 jiffy。",
                ),
            ),
            Wrong(
                demands[1],
                (
                    "There pages still come back as fast as they go out: no stall.",
                    "那里页回来得还和用掉的一样快：没有停顿。",
                ),
            ),
        ),
    )
