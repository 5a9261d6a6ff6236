"""Questions of notebook 09: too small to fail."""

from itertools import product
from random import Random

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.ladder import begin, direct_reclaim, rebalance, step
from buddylab.core.record import record
from buddylab.course.experiments.nb09 import ENDS, SHORT, fate, goes_round, own_events, reclaim_once, stages_of
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.small_machines import full
from buddylab.course.texts import texts
from buddylab.said import Said

__all__ = ["which_orders", "nofail_noretry", "nofail_atomic", "progress", "after_reclaim", "looks", "give_up"]

say = texts("nb09")
"""The words of the questions, by the question's name and what they are said about."""

NOFAIL, PROGRESS = "nofail_always_succeeds", "progress_means_pages"
KERNEL = gfp.GFP_KERNEL


def which_orders(rng: Random | None) -> Question:
    """Two orders, GFP_KERNEL, progress every time and no block: which go on?"""
    low, high = pick(rng, (3, 4), [(2, 5), (4, 5), (0, 3), (1, 9), (5, 9)])
    texts: dict[str, Said] = {
        "both": say("which_orders.texts_both", low=low, high=high),
        "low": say("which_orders.texts_low", low=low),
        "high": say("which_orders.texts_high", high=high),
        "none": say("which_orders.texts_none"),
    }

    def again() -> str:
        first, second = goes_round(low, KERNEL), goes_round(high, KERNEL)
        return {(True, True): "both", (True, False): "low", (False, True): "high"}.get((first, second), "none")

    def after() -> Said:
        found = {order: goes_round(order, KERNEL) for order in (low, high)}
        told = [f"order {order}: {'round again' if more else 'NULL'}" for order, more in found.items()]
        told_zh = [f"{order} 阶：{'再来一轮' if more else 'NULL'}" for order, more in found.items()]
        return Said("; ".join(told), "；".join(told_zh))

    reasons = {
        "none": say("which_orders.reasons_none"),
        "both": say("which_orders.reasons_both"),
        "high": say("which_orders.reasons_high"),
    }
    right = "both" if high <= 3 else "low" if low <= 3 else "none"
    return Question(
        kind="choice",
        choices=tuple(texts.items()),
        answer=again,
        step=after,
        text=say("which_orders.text", low=low, high=high),
        right=say("which_orders.right"),
        otherwise=say("which_orders.otherwise"),
        wrong=tuple(Wrong(key, say) for key, say in reasons.items() if key != right),
    )


ENDINGS: tuple[tuple[str, Said], ...] = (
    ("still retrying", say("ENDINGS.still_retrying")),
    ("refused", say("ENDINGS.refused")),
    ("page", say("ENDINGS.page")),
)


def nofail_noretry(rng: Random | None) -> Question:
    """NOFAIL and NORETRY in one mask: which wins?"""
    order, more = pick(rng, (0, 0), [(1, 0), (2, 0), (3, 0), (0, gfp.REPEAT), (3, gfp.REPEAT)])
    mask = KERNEL | gfp.NOFAIL | gfp.NORETRY | more
    words = gfp.gfp_str(mask)

    def after() -> Said:
        return fate(mask, order).told()

    return Question(
        kind="choice",
        choices=ENDINGS,
        answer=lambda: fate(mask, order).end,
        step=after,
        text=say("nofail_noretry.text", order=order, words=words),
        right=say("nofail_noretry.right"),
        otherwise=say("nofail_noretry.otherwise"),
        wrong=(
            Wrong("still retrying", say("nofail_noretry.wrong_still_retrying"), NOFAIL),
            Wrong("page", say("nofail_noretry.wrong_page")),
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
        text=say("nofail_atomic.text", words=words),
        right=say("nofail_atomic.right"),
        otherwise=say("nofail_atomic.otherwise"),
        wrong=(
            Wrong("nofail_alloc", say("nofail_atomic.wrong_nofail_alloc"), NOFAIL),
            Wrong("should_retry", say("nofail_atomic.wrong_should_retry"), NOFAIL),
            Wrong("direct_reclaim", say("nofail_atomic.wrong_direct_reclaim")),
        ),
    )


def progress(rng: Random | None) -> Question:
    """Reclaim reports progress: how many pages has it freed?"""
    machine, pressure = pick(rng, ("small", SHORT), [("small", 980), ("tiny", SHORT), ("tiny", 980)])
    size = {"small": "64 MB", "tiny": "4 MB"}[machine]
    below = "far below" if pressure > SHORT else "below"
    below_zh = "远低于" if pressure > SHORT else "低于"

    def after() -> Said:
        reported, freed = reclaim_once(gfp.GFP_NOIO, "swapping", machine, pressure)
        return say("progress.after", reported=reported, freed=freed)

    return Question(
        kind="number",
        unit=say("progress.unit"),
        step=after,
        answer=lambda: reclaim_once(gfp.GFP_NOIO, "swapping", machine, pressure)[1],
        text=say("progress.text", size=size, below=Said(below, below_zh)),
        right=say("progress.right"),
        otherwise=say("progress.otherwise"),
        wrong=(Wrong(32, say("progress.wrong_32"), PROGRESS), Wrong(1, say("progress.wrong_1"), PROGRESS)),
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

    right = say("after_reclaim.right", name=name) if has_fs else say("after_reclaim.right_2", name=name)
    killed = Wrong(
        "out_of_memory",
        Said(
            "Before anybody is killed, the free lists are looked at once more."
            if has_fs
            else "No __GFP_FS, no kill: the caller goes to the last rule.",
            "杀人之前还要再看一次空闲链表。" if has_fs else "没有 __GFP_FS 就不杀人：直接到最后一条规则。",
        ),
    )
    other = (
        Wrong("should_retry", say("after_reclaim.wrong_should_retry"))
        if has_fs
        else Wrong("high_attempt", say("after_reclaim.wrong_high_attempt"))
    )
    return Question(
        kind="stage",
        answer=following,
        text=say("after_reclaim.text", name=name),
        right=right,
        otherwise=say("after_reclaim.otherwise"),
        wrong=(killed, other, Wrong("retry_after_reclaim", say("after_reclaim.wrong_retry_after_reclaim"))),
    )


def looks(rng: Random | None) -> Question:
    """GFP_NOFS for many rounds without progress: how often are the free lists looked at?"""
    rounds = pick(rng, 40, [10, 20, 60])

    def walks() -> int:
        return fate(gfp.GFP_NOFS, limit=rounds).passes

    def after() -> Said:
        return fate(gfp.GFP_NOFS, limit=rounds).told()

    return Question(
        kind="number",
        unit=say("looks.unit"),
        answer=walks,
        step=after,
        text=say("looks.text", rounds=rounds),
        right=say("looks.right"),
        otherwise=say("looks.otherwise"),
        wrong=(
            Wrong(rounds, say("looks.wrong_rounds")),
            Wrong(rounds + 2, say("looks.wrong_rounds_plus_2")),
            Wrong(2 * rounds + 2, say("looks.wrong_n2_times_rounds_plus_2")),
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
        text=say("give_up.text", order=order, want=Said(want, want_zh)),
        right=say("give_up.right"),
        otherwise=say("give_up.otherwise", order=order),
        wrong=(
            Wrong(base, say("give_up.wrong_base", order=order)),
            Wrong(base | gfp.FS | gfp.NORETRY, say("give_up.wrong")),
            Wrong(gfp.NORETRY, say("give_up.wrong_NORETRY")),
        ),
    )


def _reclaims_and_fails(mask: int, order: int, io: bool) -> bool:
    """Does such a request reclaim, with input and output or without, outside the file system, and then give up?"""
    if bool(mask & gfp.IO) != io or mask & gfp.FS:
        return False
    run = record(full(), mask, order, task=Task(), max_rounds=3)
    return "direct_reclaim" in stages_of(own_events(run)) and ENDS[run.end] == "refused"
