"""Questions of notebook 09: too small to fail."""

from itertools import product
from random import Random

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.ladder import begin, direct_reclaim, rebalance, step
from buddylab.core.record import record
from buddylab.course.bench import full
from buddylab.course.experiments.nb09 import ENDS, SHORT, fate, goes_round, own_events, reclaim_once, stages_of
from buddylab.course.question import Question, Text, Wrong, pick

__all__ = ["which_orders", "nofail_noretry", "nofail_atomic", "progress", "after_reclaim", "looks", "give_up"]

NOFAIL, PROGRESS = "nofail_always_succeeds", "progress_means_pages"
KERNEL = gfp.GFP_KERNEL


def which_orders(rng: Random | None) -> Question:
    """Two orders, GFP_KERNEL, progress every time and no block: which go on?"""
    low, high = pick(rng, (3, 4), [(2, 5), (4, 5), (0, 3), (1, 9), (5, 9)])
    texts: dict[str, Text] = {
        "both": (f"both, orders {low} and {high}", f"两个都重试：{low} 阶和 {high} 阶"),
        "low": (f"order {low} only", f"只有 {low} 阶"),
        "high": (f"order {high} only", f"只有 {high} 阶"),
        "none": ("neither: both fail", "都不重试：两个都失败"),
    }

    def again() -> str:
        first, second = goes_round(low, KERNEL), goes_round(high, KERNEL)
        return {(True, True): "both", (True, False): "low", (False, True): "high"}.get((first, second), "none")

    def after() -> Text:
        found = {order: goes_round(order, KERNEL) for order in (low, high)}
        told = [f"order {order}: {'round again' if more else 'NULL'}" for order, more in found.items()]
        told_zh = [f"{order} 阶：{'再来一轮' if more else 'NULL'}" for order, more in found.items()]
        return "; ".join(told), "；".join(told_zh)

    reasons = {
        "none": (
            "Without __GFP_NORETRY an order up to 3 never gives up, whatever comes of reclaim.",
            "没有 __GFP_NORETRY 时，3 阶及以下绝不放弃，不管回收结果如何。",
        ),
        "both": (
            "Above order 3 only __GFP_REPEAT or __GFP_NOFAIL go on, and GFP_KERNEL has neither.",
            "高于 3 阶时，只有 __GFP_REPEAT 或 __GFP_NOFAIL 才继续，GFP_KERNEL 两者都没有。",
        ),
        "high": (
            "It is the other way round: the smaller order is the one that may not fail.",
            "正好相反：不许失败的是较小的阶。",
        ),
    }
    right = "both" if high <= 3 else "low" if low <= 3 else "none"
    return Question(
        kind="choice",
        choices=tuple(texts.items()),
        answer=again,
        step=after,
        text=(
            f"Two requests with GFP_KERNEL, one of order {low}, one of order {high}. Reclaim reports progress each "
            "time, but no block that is large enough appears. Which of them goes round again?",
            f"两个 GFP_KERNEL 请求，一个 {low} 阶，一个 {high} 阶。每次回收都报告有进展，但始终没有足够大的块。"
            "哪个会再来一轮？",
        ),
        right=(
            "The border is 3: up to there a request goes on, above it needs __GFP_REPEAT or __GFP_NOFAIL.",
            "界线是 3：不超过它就继续，超过它则要有 __GFP_REPEAT 或 __GFP_NOFAIL。",
        ),
        otherwise=(
            "Compare each order with 3; nothing else in GFP_KERNEL matters to the last rule.",
            "把每个阶与 3 比较；对最后一条规则，GFP_KERNEL 里别的都不起作用。",
        ),
        wrong=tuple(Wrong(key, say) for key, say in reasons.items() if key != right),
    )


ENDINGS: tuple[tuple[str, Text], ...] = (
    ("still retrying", ("it goes round until there is a page", "一轮又一轮，直到有页为止")),
    ("refused", ("it returns NULL after one reclaim", "回收一次后返回 NULL")),
    ("page", ("somebody is killed, and it gets a page", "有人被杀，它拿到一页")),
)


def nofail_noretry(rng: Random | None) -> Question:
    """NOFAIL and NORETRY in one mask: which wins?"""
    order, more = pick(rng, (0, 0), [(1, 0), (2, 0), (3, 0), (0, gfp.REPEAT), (3, gfp.REPEAT)])
    mask = KERNEL | gfp.NOFAIL | gfp.NORETRY | more
    words = gfp.gfp_str(mask)

    def after() -> Text:
        return fate(mask, order).told()

    return Question(
        kind="choice",
        choices=ENDINGS,
        answer=lambda: fate(mask, order).end,
        step=after,
        text=(
            f"A machine is below pages_min and reclaim finds nothing. A task asks for order {order} with {words}. "
            "How does it end?",
            f"机器低于 pages_min，回收一无所获。一个任务以 {words} 请求 {order} 阶。结局如何？",
        ),
        right=(
            "__GFP_NORETRY is asked first, and it is asked for the OOM killer too: no kill, no second round.",
            "先看的是 __GFP_NORETRY；OOM killer 之前也先看它：不杀人，也没有第二轮。",
        ),
        otherwise=(
            "Read the last rule from its outside: if __GFP_NORETRY is set, nothing inside it is looked at.",
            "从外层读最后一条规则：有 __GFP_NORETRY，里面的都不看。",
        ),
        wrong=(
            Wrong(
                "still retrying",
                (
                    "__GFP_NOFAIL stands inside `if (!(gfp_mask & __GFP_NORETRY))`: with "
                    "__GFP_NORETRY it is never looked at.",
                    "__GFP_NOFAIL 写在 `if (!(gfp_mask & __GFP_NORETRY))` 里面：有 __GFP_NORETRY 就根本不看它。",
                ),
                NOFAIL,
            ),
            Wrong(
                "page",
                (
                    "The OOM killer is for callers without __GFP_NORETRY.",
                    "OOM killer 只为没有 __GFP_NORETRY 的调用者服务。",
                ),
            ),
        ),
    )


def nofail_atomic(rng: Random | None) -> Question:
    """NOFAIL from somebody who cannot wait: where does rebalance lead?"""
    mask = pick(rng, gfp.GFP_ATOMIC, [0, gfp.GFP_ATOMIC | gfp.COMP, gfp.GFP_ATOMIC | gfp.COLD]) | gfp.NOFAIL
    words = gfp.gfp_str(mask)

    def crossroads() -> str:
        attempt = begin(full(), mask, 0)
        while attempt.stage is not None and attempt.stage is not rebalance:
            step(attempt)
        following = step(attempt)
        return following.__name__ if following else ""

    return Question(
        kind="stage",
        answer=crossroads,
        text=(
            f"No page is free. An ordinary task, outside reclaim, asks for one with {words}. It has come to "
            "rebalance. Which stage is next?",
            f"没有空闲页。一个普通任务（不在回收中）以 {words} 要一页，走到了 rebalance。下一阶段是哪个？",
        ),
        right=(
            "It may not sleep, so it can neither reclaim nor wait: it fails, with __GFP_NOFAIL in its mask.",
            "它不能睡眠，所以既不能回收也不能等待：掩码里带着 __GFP_NOFAIL，照样失败。",
        ),
        otherwise=(
            "Ask two things: may it use the reserve (PF_MEMALLOC, TIF_MEMDIE)? May it sleep (__GFP_WAIT)?",
            "问两件事：能用储备吗（PF_MEMALLOC、TIF_MEMDIE）？能睡眠吗（__GFP_WAIT）？",
        ),
        wrong=(
            Wrong(
                "nofail_alloc",
                (
                    "The loop at nofail_alloc is only for those who may use the reserve: the mask does not lead there.",
                    "nofail_alloc 的循环只给能用储备的人：掩码带不到那里去。",
                ),
                NOFAIL,
            ),
            Wrong(
                "should_retry",
                (
                    "The rule that knows __GFP_NOFAIL comes after reclaim. Without __GFP_WAIT it is never reached.",
                    "认得 __GFP_NOFAIL 的规则在回收之后。没有 __GFP_WAIT 走不到那里。",
                ),
                NOFAIL,
            ),
            Wrong(
                "direct_reclaim",
                ("Reclaim may sleep. Without __GFP_WAIT nobody is let in.", "回收可能睡眠。没有 __GFP_WAIT 不得入内。"),
            ),
        ),
    )


def progress(rng: Random | None) -> Question:
    """Reclaim reports progress: how many pages has it freed?"""
    machine, pressure = pick(rng, ("small", SHORT), [("small", 980), ("tiny", SHORT), ("tiny", 980)])
    size = {"small": "64 MB", "tiny": "4 MB"}[machine]
    below = "far below" if pressure > SHORT else "below"
    below_zh = "远低于" if pressure > SHORT else "低于"

    def after() -> Text:
        reported, freed = reclaim_once(gfp.GFP_NOIO, "swapping", machine, pressure)
        return (
            f"try_to_free_pages returned {reported}; {freed} pages were freed.",
            f"try_to_free_pages 返回 {reported}；释放了 {freed} 页。",
        )

    return Question(
        kind="number",
        unit=("(pages)", "（页）"),
        step=after,
        answer=lambda: reclaim_once(gfp.GFP_NOIO, "swapping", machine, pressure)[1],
        text=(
            f"A machine of {size} is {below} pages_min. It is full of programs' own pages, and there is swap space. "
            "A request with GFP_NOIO (it may wait, but not start any input or output) has called "
            "try_to_free_pages, which has returned 1: progress. How many pages has it freed?",
            f"{size} 的机器{below_zh} pages_min，装满程序自己的页，还有交换空间。一个 GFP_NOIO 请求（可以等，"
            "但不能发起输入输出）调用了 try_to_free_pages，返回 1：有进展。它释放了多少页？",
        ),
        right=(
            "A page of a program must be written to swap before it can go, and this caller may not write. The zone "
            "is not written off yet, and that alone counts as progress.",
            "程序的页要先写到交换区才能释放，而这个调用者不能写。但该区还没有被放弃，仅凭这一点就算有进展。",
        ),
        otherwise=(
            "Ask what this caller may do with a page that has no copy on disk.",
            "想一想：对磁盘上没有副本的页，这个调用者能做什么？",
        ),
        wrong=(
            Wrong(
                32,
                (
                    "32 is what reclaim aims at (SWAP_CLUSTER_MAX). Progress is also reported when a zone has "
                    "merely not been written off.",
                    "32 是回收的目标（SWAP_CLUSTER_MAX）。只要某个区还没有被放弃，也会报告有进展。",
                ),
                PROGRESS,
            ),
            Wrong(1, ("The 1 says yes, it counts nothing.", "1 的意思是“有”，它不是计数。"), PROGRESS),
        ),
    )


def after_reclaim(rng: Random | None) -> Question:
    """Reclaim brought nothing: which stage is next?"""
    name = pick(rng, "GFP_NOFS", ["GFP_NOIO", "GFP_KERNEL", "GFP_USER"])
    mask = gfp.NAMES[name]
    has_fs = bool(mask & gfp.FS)

    def following() -> str:
        attempt = begin(full(), mask, 0)
        attempt.stage = direct_reclaim
        after = step(attempt)
        return after.__name__ if after else ""

    right = (
        (
            f"{name} has __GFP_FS, so it may have somebody killed; but first comes a last look, at pages_high.",
            f"{name} 有 __GFP_FS，可以要求杀人；但在此之前先按 pages_high 看最后一眼。",
        )
        if has_fs
        else (
            f"{name} has no __GFP_FS: it could not use all that reclaim can do, so nobody is killed for it. What is "
            "left is the last rule.",
            f"{name} 没有 __GFP_FS：回收的本事它没有用全，所以不会为它杀人。剩下的只有最后一条规则。",
        )
    )
    killed = Wrong(
        "out_of_memory",
        (
            "Before anybody is killed, the free lists are looked at once more."
            if has_fs
            else "No __GFP_FS, no kill: the caller goes to the last rule.",
            "杀人之前还要再看一次空闲链表。" if has_fs else "没有 __GFP_FS 就不杀人：直接到最后一条规则。",
        ),
    )
    other = (
        Wrong(
            "should_retry",
            (
                "That is for callers without __GFP_FS, or with __GFP_NORETRY.",
                "那是给没有 __GFP_FS 或带 __GFP_NORETRY 的调用者的。",
            ),
        )
        if has_fs
        else Wrong(
            "high_attempt",
            (
                "The look at pages_high belongs to the OOM killer. Without __GFP_FS there is none.",
                "按 pages_high 的那一眼属于 OOM killer。没有 __GFP_FS 就没有。",
            ),
        )
    )
    return Question(
        kind="stage",
        answer=following,
        text=(
            f"A request of order 0 with {name}. try_to_free_pages has returned 0: no progress. Which stage is next?",
            f"一个 {name} 的 0 阶请求。try_to_free_pages 返回 0：没有进展。下一阶段是哪个？",
        ),
        right=right,
        otherwise=(
            "Two bits decide: __GFP_FS set and __GFP_NORETRY clear leads towards the OOM killer.",
            "由两位决定：有 __GFP_FS 且没有 __GFP_NORETRY，才走向 OOM killer。",
        ),
        wrong=(
            killed,
            other,
            Wrong(
                "retry_after_reclaim",
                (
                    "That stage needs progress. Nothing was freed, so nobody looks at the lists again.",
                    "那个阶段要有进展才到。什么也没有释放，所以没有人再看链表。",
                ),
            ),
        ),
    )


def looks(rng: Random | None) -> Question:
    """GFP_NOFS for many rounds without progress: how often are the free lists looked at?"""
    rounds = pick(rng, 40, [10, 20, 60])

    def walks() -> int:
        return fate(gfp.GFP_NOFS, limit=rounds).passes

    def after() -> Text:
        return fate(gfp.GFP_NOFS, limit=rounds).told()

    return Question(
        kind="number",
        unit=("(walks over the free lists)", "（次遍历）"),
        answer=walks,
        step=after,
        text=(
            f"A request with GFP_NOFS has gone round {rounds} times, and try_to_free_pages has returned 0 each time. "
            "How often has it looked at the free lists, from its beginning on?",
            f"一个 GFP_NOFS 请求已经转了 {rounds} 轮，每次 try_to_free_pages 都返回 0。"
            "从开始算起，它一共看了几次空闲链表？",
        ),
        right=(
            "Twice: at pages_low and at pages_min, before the first reclaim. The way back leads to rebalance, which "
            "is below both, and without progress nobody looks again.",
            "两次：按 pages_low 和按 pages_min，都在第一次回收之前。往回走只到 rebalance，在这两次之下；"
            "没有进展就不再看。",
        ),
        otherwise=(
            "The retry jumps to rebalance. Which stages that look at the lists lie on that way?",
            "重试跳到 rebalance。那条路上有哪些阶段会看链表？",
        ),
        wrong=(
            Wrong(
                rounds,
                (
                    "A round without progress goes past retry_after_reclaim. It does not look.",
                    "没有进展的一轮不经过 retry_after_reclaim，根本不看。",
                ),
            ),
            Wrong(
                rounds + 2,
                (
                    "The first two are right. The rounds add none: without progress they do not look.",
                    "前两次没错。但各轮不再增加：没有进展就不看。",
                ),
            ),
            Wrong(
                2 * rounds + 2,
                (
                    "The way back leads to rebalance, not to restart: the passes at low and min are not repeated.",
                    "往回走到 rebalance，不是 restart：low 和 min 两次不再重复。",
                ),
            ),
        ),
    )


BITS = ("WAIT", "IO", "FS", "REPEAT", "NOFAIL", "NORETRY")


def give_up(rng: Random | None) -> Question:
    """Set the fewest bits for a caller that may reclaim but must not be kept for ever."""
    order, io = pick(rng, (0, True), [(3, True), (1, False), (2, True)])

    def fewest() -> int:
        found = (
            sum(gfp.BITS[bit] for bit, chosen in zip(BITS, way, strict=True) if chosen)
            for way in sorted(product((0, 1), repeat=len(BITS)), key=sum)
        )
        return next(mask for mask in found if _reclaims_and_fails(mask, order, io))

    want = "may wait and start input or output" if io else "may wait, but not start input or output"
    want_zh = "可以等待，也可以发起输入输出" if io else "可以等待，但不能发起输入输出"
    base = gfp.WAIT | (gfp.IO if io else 0)
    return Question(
        kind="mask",
        bits=BITS,
        answer=fewest,
        text=(
            f"A file system asks for order {order}. It holds a lock of its own, so it {want}, but must not enter the "
            "file system. If one reclaim brings nothing, it wants NULL: it has another plan. Set as few bits as "
            "possible.",
            f"文件系统请求 {order} 阶。它持有自己的锁，所以{want_zh}，但不能再进入文件系统。若一次回收没有结果，"
            "它要的是 NULL：它另有办法。请设置尽可能少的位。",
        ),
        right=("__GFP_NORETRY is what makes a small order fail.", "让小阶请求失败的，正是 __GFP_NORETRY。"),
        otherwise=(
            f"Write down what it may do (__GFP_WAIT, __GFP_IO, __GFP_FS), then ask what makes order {order} give up.",
            f"先写出它可以做什么（__GFP_WAIT、__GFP_IO、__GFP_FS），再问：什么能让 {order} 阶放弃？",
        ),
        wrong=(
            Wrong(
                base,
                (
                    f"Order {order} is at most 3: without __GFP_NORETRY it never comes back with NULL.",
                    f"{order} 阶不超过 3：没有 __GFP_NORETRY，它绝不会带着 NULL 回来。",
                ),
            ),
            Wrong(
                base | gfp.FS | gfp.NORETRY,
                (
                    "__GFP_FS lets reclaim enter the file system, whose lock you hold.",
                    "__GFP_FS 让回收进入文件系统，而锁正在你手里。",
                ),
            ),
            Wrong(
                gfp.NORETRY,
                ("Without __GFP_WAIT there is not even one reclaim.", "没有 __GFP_WAIT，连一次回收也没有。"),
            ),
        ),
    )


def _reclaims_and_fails(mask: int, order: int, io: bool) -> bool:
    """Does such a request reclaim, with input and output or without, outside the file system, and then give up?"""
    if bool(mask & gfp.IO) != io or mask & gfp.FS:
        return False
    run = record(full(), mask, order, task=Task(), max_rounds=3)
    return "direct_reclaim" in stages_of(own_events(run)) and ENDS[run.end] == "refused"
