"""Questions of notebook 10: out of memory, and the look at pages_high before it."""

from itertools import product
from random import Random

from buddylab.core import gfp
from buddylab.core.ladder import begin, high_attempt, out_of_memory, step
from buddylab.core.machine import Machine
from buddylab.core.record import record
from buddylab.core.zone import ALLOC_WMARK_HIGH, Zone, zone_watermark_ok
from buddylab.course.experiments.nb10 import SCHEDULES, Suspect, at_the_kill, points, two_cpus, victim
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.small_machines import full
from buddylab.course.texts import texts
from buddylab.explorer.filling import prepare
from buddylab.said import Said

__all__ = ["free_at_kill", "order3", "recheck", "two_at_once", "after_kill", "who_dies", "who_may", "badness"]

say = texts("nb10")
"""The words of the questions, by the question's name and what they are said about."""

ZERO = "oom_means_zero_free"


def free_at_kill(rng: Random | None) -> Question:
    """How many pages are free when the killer is called?"""
    size = pick(rng, 64, [4, 8, 32])
    choices: tuple[tuple[str, Said], ...] = (
        ("none", say("free_at_kill.choices_none")),
        ("some", say("free_at_kill.choices_some")),
        ("many", say("free_at_kill.choices_many")),
    )

    def free() -> str:
        kill = at_the_kill(0, 960, 90, size)
        return "none" if kill is None or not kill.free else "many" if kill.free > kill.pages_high else "some"

    def after() -> Said:
        kill = at_the_kill(0, 960, 90, size)
        told = (kill.free, kill.pages_high, kill.victim) if kill else (0, 0, "")
        return say("free_at_kill.after", told0=told[0], told1=told[1], told2=told[2])

    return Question(
        kind="choice",
        choices=choices,
        answer=free,
        step=after,
        text=say("free_at_kill.text", size=size),
        right=say("free_at_kill.right"),
        otherwise=say("free_at_kill.otherwise"),
        wrong=(Wrong("none", say("free_at_kill.wrong_none"), ZERO), Wrong("many", say("free_at_kill.wrong_many"))),
    )


def left_free(pressure: int) -> int:
    """Free pages of zone Normal at this memory pressure, before the request."""
    return prepare("small", pressure, 100, "no_swap").machine.zones[-1].nr_free_pages


def order3(rng: Random | None) -> Question:
    """More than pages_high free, all of it scattered, order 3: is anybody killed?"""
    pressure = pick(rng, 550, [600, 580, 530])
    kill = (("yes", say("order3.kill_yes")), ("no", say("order3.kill_no")))

    def killed() -> str:
        return "yes" if at_the_kill(3, pressure, 100, 64) else "no"

    def after() -> Said:
        one = at_the_kill(3, pressure, 100, 64)
        free, blocks, who = (one.free, one.blocks, one.victim) if one else (0, (), "")
        return say("order3.after", free=free, list_blocks=list(blocks), who=who)

    pages = left_free(pressure)
    return Question(
        kind="choice",
        choices=kill,
        answer=killed,
        step=after,
        text=say("order3.text", pages=pages),
        right=say("order3.right"),
        otherwise=say("order3.otherwise"),
        wrong=(Wrong("no", say("order3.wrong_no"), ZERO),),
    )


def recheck(rng: Random | None) -> Question:
    """How many pages must be free for the look at pages_high?"""
    low, high = pick(rng, (240, 288), [(80, 96), (1171, 1405), (400, 480)])
    least = low * 4 // 5

    def enough() -> int:
        return next(pages for pages in range(2 * high) if _passes(pages, (least, low, high)))

    return Question(
        kind="number",
        unit=say("recheck.unit"),
        answer=enough,
        text=say("recheck.text", least=least, low=low, high=high),
        right=say("recheck.right", high=high),
        otherwise=say("recheck.otherwise"),
        wrong=(
            Wrong(high, say("recheck.wrong_high")),
            Wrong(least + 1, say("recheck.wrong_least_plus_1", high=high)),
            Wrong(1, say("recheck.wrong_1"), ZERO),
        ),
    )


def _passes(pages: int, marks: tuple[int, int, int]) -> bool:
    zone = Zone("Normal", 0, 0, 4096, marks=marks, lowmem_reserve=[0])
    Machine([zone], ("Normal",))
    zone.nr_free_pages = pages
    return zone_watermark_ok(zone, 0, zone.pages_high, 0, ALLOC_WMARK_HIGH)


TWO_AT_ONCE: tuple[tuple[Said, Said], ...] = (
    (say("TWO_AT_ONCE.all"), say("TWO_AT_ONCE.all_2")),
    (say("TWO_AT_ONCE.all_3"), say("TWO_AT_ONCE.all_4")),
    (say("TWO_AT_ONCE.all_5"), say("TWO_AT_ONCE.all_6")),
)
"""What the second CPU has done when the first one kills, and why the answer is what it is."""


def two_at_once(rng: Random | None) -> Question:
    """Two CPUs are out of memory at once: how many die?"""
    which = pick(rng, 1, [0, 2])
    story, why = TWO_AT_ONCE[which]

    def after() -> Said:
        names = two_cpus(SCHEDULES[which])
        return say("two_at_once.after", names=Said(", ".join(names), "、".join(names)))

    wrong = 1 if which == 2 else 2
    told = say("two_at_once.wrong_1") if which == 2 else say("two_at_once.wrong_2")
    return Question(
        kind="number",
        unit=say("two_at_once.unit"),
        answer=lambda: len(two_cpus(SCHEDULES[which])),
        step=after,
        text=say("two_at_once.text", story=Said(*story)),
        right=why,
        otherwise=say("two_at_once.otherwise"),
        wrong=(Wrong(wrong, told), Wrong(0, say("two_at_once.wrong_0"))),
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
        text=say("after_kill.text", name=name),
        right=say("after_kill.right"),
        otherwise=say("after_kill.otherwise"),
        wrong=(
            Wrong("got_pg", say("after_kill.wrong_got_pg")),
            Wrong("rebalance", say("after_kill.wrong_rebalance")),
            Wrong("should_retry", say("after_kill.wrong_should_retry")),
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

    def after() -> Said:
        told = ", ".join(f"{s.comm} {points(s):,}" for s in suspects)
        return say("who_dies.after", told=told)

    return Question(
        kind="choice",
        choices=tuple((s.comm, Said(s.comm, f"{s.comm} 进程")) for s in suspects),
        step=after,
        answer=lambda: victim(suspects),
        text=say("who_dies.text", what=Said(what, what_zh)),
        right=say("who_dies.right"),
        otherwise=say("who_dies.otherwise"),
        wrong=(Wrong("postgres", say("who_dies.wrong_postgres")), Wrong("Xorg", say("who_dies.wrong_Xorg"))),
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
        text=say("who_may.text", order=order, more=Said(more, more_zh)),
        right=say("who_may.right"),
        otherwise=say("who_may.otherwise"),
        wrong=(
            Wrong(base | gfp.FS, say("who_may.wrong")),
            Wrong(base | gfp.WAIT, say("who_may.wrong_2")),
            Wrong(base | gfp.WAIT | gfp.FS | gfp.NOFAIL, say("who_may.wrong_3")),
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
    whose = say("badness.whose") if root else say("badness.whose_2")
    return Question(
        kind="number",
        unit=say("badness.unit"),
        answer=lambda: points(one),
        text=say("badness.text", mb=mb, cpu=cpu, age=age, whose=Said(*whose)),
        right=say(
            "badness.right",
            pages=pages,
            worked=worked,
            lived=lived,
            for_root=Said(", and by 4 for root" if root else "", "，root 再除以 4" if root else ""),
        ),
        otherwise=say("badness.otherwise", pages=pages, worked=worked, lived=lived),
        wrong=(Wrong(pages, say("badness.wrong_pages")), Wrong(mb, say("badness.wrong_mb"), "kb_and_pages")),
    )
