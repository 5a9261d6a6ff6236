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
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.texts import texts
from buddylab.said import Said

__all__ = ["foresees", "log_lines", "waits", "after_thisnode", "cpuset", "exempt", "early"]

say = texts("nb11")
"""The words of the questions, by the question's name and what they are said about."""

GUESS = "annotators_guesses"
NULL_OR_PAGE: tuple[tuple[str, Said], ...] = (("null", say("NULL_OR_PAGE.null")), ("page", say("NULL_OR_PAGE.page")))
"""The two ways in which any request ends."""


def foresees(rng: Random | None) -> Question:
    """Everything is free and the probability is 100: what does should_fail_alloc_page decide?"""
    pages, words = pick(rng, (64, "GFP_ATOMIC"), [(1024, "GFP_ATOMIC"), (256, "GFP_NOWAIT"), (512, "GFP_ATOMIC")])
    mask = gfp.NAMES[words]

    def outcome() -> str:
        return "null" if machine_refuses(faulty(pages=pages, probability=100), mask) else "page"

    def after() -> Said:
        left = leave(faulty(pages=pages, probability=100), mask)
        page = "NULL" if left.page is None else "一页"
        return Said(str(left), f"{page}，经过 {left.stages} 个阶段，日志 {left.log} 行。")

    return Question(
        kind="choice",
        choices=NULL_OR_PAGE,
        answer=outcome,
        step=after,
        text=say("foresees.text", pages=pages, words=words),
        right=say("foresees.right"),
        otherwise=say("foresees.otherwise"),
        wrong=(Wrong("page", say("foresees.wrong_page"), GUESS),),
    )


def log_lines(rng: Random | None) -> Question:
    """How much does the log say about injected failures?"""
    requests = pick(rng, 100, [50, 40, 200])

    def lines() -> int:
        return refused(gfp.GFP_ATOMIC, requests, probability=100)[1]

    return Question(
        kind="number",
        unit=say("log_lines.unit"),
        answer=lines,
        text=say("log_lines.text", requests=requests),
        right=say("log_lines.right"),
        otherwise=say("log_lines.otherwise"),
        wrong=(Wrong(requests, say("log_lines.wrong_requests")), Wrong(10, say("log_lines.wrong_10"))),
    )


def waits(rng: Random | None) -> Question:
    """How long does might_sleep_if() wait for pages?"""
    mix, words = pick(
        rng, ("dirty", "GFP_KERNEL"), [("desktop", "GFP_USER"), ("slab", "GFP_KERNEL"), ("swapping", "GFP_NOFS")]
    )
    users: dict[str, Said] = {
        "dirty": say("waits.users_dirty"),
        "desktop": say("waits.users_desktop"),
        "slab": say("waits.users_slab"),
        "swapping": say("waits.users_swapping"),
    }

    def jiffies() -> int:
        attempt = begin(short_of_memory(mix).machine, gfp.NAMES[words], 0)
        start = attempt.machine.jiffies
        step(attempt)  # might_sleep
        return max(attempt.wake_at, attempt.machine.jiffies) - start

    return Question(
        kind="number",
        unit=say("waits.unit"),
        answer=jiffies,
        text=say("waits.text", words=words, users=Said(*users[mix])),
        right=say("waits.right"),
        otherwise=say("waits.otherwise"),
        wrong=(Wrong(HZ // 50, say("waits.wrong_HZ_by_50"), GUESS), Wrong(1, say("waits.wrong_1"), GUESS)),
    )


THIS = ("THISNODE", "NORETRY", "NOWARN")


def after_thisnode(rng: Random | None) -> Question:
    """Some of the bits, a NUMA kernel or not: which stage follows thisnode?"""
    extra, numa = pick(rng, ((0,), True), [((0, 1), True), ((0, 2), True), ((0, 1, 2), True), ((0, 1, 2), False)])
    mask = sum(gfp.BITS[THIS[bit]] for bit in extra)
    words = "|".join(f"__GFP_{THIS[bit]}" for bit in extra)
    kernel, kernel_zh = say("after_thisnode.kernel_numa") if numa else say("after_thisnode.kernel_plain")
    leaves = numa and len(extra) == 3

    def following() -> str:
        attempt = begin(two_nodes(numa=numa), mask, 0)
        while attempt.stage is not None and attempt.stage is not thisnode:
            step(attempt)
        after = step(attempt)
        return after.__name__ if after else ""

    if leaves:
        right: Said = say("after_thisnode.right")
        wrong = Wrong("wake_kswapd", say("after_thisnode.wrong_wake_kswapd"))
    else:
        right = say("after_thisnode.right_2")
        wrong = Wrong("nopage", say("after_thisnode.wrong_nopage"))
    return Question(
        kind="stage",
        answer=following,
        text=say("after_thisnode.text", words=words, kernel=Said(kernel, kernel_zh)),
        right=right,
        otherwise=say("after_thisnode.otherwise"),
        wrong=(wrong, Wrong("got_pg", say("after_thisnode.wrong_got_pg"))),
    )


def cpuset(rng: Random | None) -> Question:
    """Does the cpuset hold back a request that cannot wait?"""
    words = pick(rng, "GFP_ATOMIC", ["GFP_NOWAIT", "GFP_ATOMIC|__GFP_COMP", "GFP_KERNEL|__GFP_NORETRY"])
    mask = gfp.gfp_parse(words)
    can_wait = bool(mask & gfp.WAIT)

    def ask() -> tuple[str, str]:
        left = leave(two_nodes(left=0), mask, task=Task(cpuset_deny=frozenset({"Normal/1"})))
        return ("null" if left.page is None else "page"), str(left)

    right: Said = say("cpuset.right") if can_wait else say("cpuset.right_2")
    wrong = Wrong("page", say("cpuset.wrong_page")) if can_wait else Wrong("null", say("cpuset.wrong_null"))
    return Question(
        kind="choice",
        choices=NULL_OR_PAGE,
        answer=lambda: ask()[0],
        step=lambda: Said(ask()[1], "返回 NULL。" if ask()[0] == "null" else "返回一页。"),
        text=say("cpuset.text", words=words),
        right=right,
        otherwise=say("cpuset.otherwise"),
        wrong=(wrong,),
    )


def exempt(rng: Random | None) -> Question:
    """Of many requests, how many does fault injection refuse at its default settings?"""
    words = pick(rng, "GFP_KERNEL", ["GFP_ATOMIC", "GFP_ATOMIC|__GFP_NOFAIL", "GFP_HIGHUSER"])
    mask, requests = gfp.gfp_parse(words), 200
    hit = words == "GFP_ATOMIC"
    why: Said = {
        "GFP_KERNEL": say("exempt.why_GFP_KERNEL"),
        "GFP_HIGHUSER": say("exempt.why_GFP_HIGHUSER"),
        "GFP_ATOMIC": say("exempt.why_GFP_ATOMIC"),
        "GFP_ATOMIC|__GFP_NOFAIL": say("exempt.why_GFP_ATOMIC___GFP_NOFAIL"),
    }[words]
    return Question(
        kind="number",
        unit=say("exempt.unit"),
        answer=lambda: refused(mask, requests, probability=100)[0],
        text=say("exempt.text", requests=requests, words=words),
        right=why,
        otherwise=why,
        wrong=(Wrong(0 if hit else requests, say("exempt.wrong")),),
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

    carries, carries_zh = say("early.carries", more=more) if more else Said("", "")
    return Question(
        kind="mask",
        bits=BITS,
        answer=fewest,
        text=say("early.text", carries=Said(carries, carries_zh)),
        right=say("early.right"),
        otherwise=say("early.otherwise"),
        wrong=(
            Wrong(need | gfp.THISNODE, say("early.wrong")),
            Wrong(need | gfp.THISNODE | gfp.NORETRY, say("early.wrong_2")),
            Wrong(need | gfp.NORETRY | gfp.NOWARN, say("early.wrong_3")),
        ),
    )


def _leaves(mask: int) -> bool:
    """NULL, nobody woken, nothing printed?"""
    machine = two_nodes()
    run = record(machine, mask, 0, max_rounds=2)
    return run.end == "no_page" and not woken(run) and not machine.log and "wake_kswapd" not in stages_of(run.events)
