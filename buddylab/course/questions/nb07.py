"""Questions of notebook 07: kswapd and direct reclaim. Who reclaims is a MODEL's answer, the ladder's is exact."""

from functools import cache
from random import Random

from buddylab.core import gfp
from buddylab.core.ladder import begin, step
from buddylab.core.record import record
from buddylab.core.zone import HZ, SWAP_CLUSTER_MAX, Zone, zone_watermark_ok
from buddylab.course.experiments.nb07 import a_second, first_stall, states_between
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.texts import texts
from buddylab.explorer.filling import position_of, prepare
from buddylab.explorer.still import World
from buddylab.machines.hardware import of
from buddylab.reclaim.pageout import ScanControl
from buddylab.reclaim.shrink import due
from buddylab.reclaim.tasks import TaskStruct
from buddylab.said import Said

__all__ = ["between", "freed_meanwhile", "where_back", "who_pays", "below_the_disk", "stops_at", "calls_until", "edge"]

say = texts("nb07")
"""The words of the questions, by the question's name and what they are said about."""

SYNCHRONOUS = "waking_is_synchronous"
ONE_ZONE = {"Normal": 48}


def filled(free: int) -> World:
    """A machine of one zone with about so many free pages; the rest is mostly clean page cache (model)."""
    return prepare(ONE_ZONE, position_of(of(ONE_ZONE).machine().zones[0], free), mix="file_server")


STATES = (("awake", say("STATES.awake")), ("asleep", say("STATES.asleep")), ("either", say("STATES.either")))


def between(rng: Random | None) -> Question:
    """Free pages lie between low and high: is kswapd at work?"""
    free = pick(rng, 1000, [930, 960, 1040, 1070])

    def state() -> str:
        seen = [name for name, jiffies in states_between().items() if jiffies]
        return seen[0] if len(seen) == 1 else "either"

    def counted() -> Said:
        seen = states_between()
        return say("between.counted", seen=seen["awake"], seen_later=seen["asleep"])

    return Question(
        kind="choice",
        choices=STATES,
        answer=state,
        step=counted,
        text=say("between.text", free=free),
        right=say("between.right"),
        otherwise=say("between.otherwise"),
        wrong=(Wrong("asleep", say("between.wrong_asleep")), Wrong("awake", say("between.wrong_awake"))),
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

    said = say("freed_meanwhile.said")
    waits = say("freed_meanwhile.waits", said=Said(*said))
    return Question(
        kind="number",
        unit=say("freed_meanwhile.unit"),
        answer=freed,
        text=say("freed_meanwhile.text", pages_min=zone.pages_min, low=low, high=high, free=free),
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
        text=say("where_back.text", mask=mask),
        right=say("where_back.right"),
        otherwise=say("where_back.otherwise"),
        wrong=(
            Wrong("wake_kswapd", say("where_back.wrong_wake_kswapd"), SYNCHRONOUS),
            Wrong("retry_after_reclaim", say("where_back.wrong_retry_after_reclaim")),
        ),
    )


WAYS = (
    ("reclaims", say("WAYS.reclaims")),
    ("waits", say("WAYS.waits")),
    ("at_once", say("WAYS.at_once")),
    ("fails", say("WAYS.fails")),
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
        run = record(filled(wanted).machine, gfp.NAMES[mask], 0)
        stages = [event[1] for event in run.events if event[0] == "stage"]
        if "direct_reclaim" in stages:
            return "reclaims"
        return "at_once" if run.page is not None else "fails"

    fact = (
        say(
            "who_pays.fact",
            floor=floor,
            pages_min=pages_min,
            free=free,
            holds=Said(str(free > floor).lower(), "成立" if free > floor else "不成立"),
        )
        if atomic
        else say("who_pays.fact_2", mask=mask)
    )
    return Question(
        kind="choice",
        choices=WAYS,
        answer=way,
        text=say("who_pays.text", pages_min=pages_min, free=free, mask=mask),
        right=fact,
        otherwise=fact,
        wrong=(Wrong("waits", say("who_pays.wrong_waits", fact=Said(*fact)), SYNCHRONOUS),),
    )


HOW_OFTEN = (("never", say("HOW_OFTEN.never")), ("seldom", say("HOW_OFTEN.seldom")), ("often", say("HOW_OFTEN.often")))


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

    def counted() -> Said:
        return say("below_the_disk.counted", stalls_of_rate=stalls_of(rate))

    slow = rate < 10_000
    return Question(
        kind="choice",
        choices=HOW_OFTEN,
        answer=how_often,
        step=counted,
        text=say("below_the_disk.text", rate=rate),
        right=(say("below_the_disk.right") if slow else say("below_the_disk.right_2")),
        otherwise=say("below_the_disk.otherwise"),
        wrong=(Wrong("often", say("below_the_disk.wrong_often")),)
        if slow
        else (Wrong("never", say("below_the_disk.wrong_never")),),
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
        unit=say("stops_at.unit"),
        answer=enough,
        text=say(
            "stops_at.text",
            pages_min=zone.pages_min,
            pages_low=zone.pages_low,
            pages_high=zone.pages_high,
            order=order,
            no_single=Said(" (no single page is free)" if order else "", "（没有空闲的单页）" if order else ""),
        ),
        right=say("stops_at.right", block=1 << order, pages_high=zone.pages_high, enough=zone.pages_high + 1 + need),
        otherwise=say("stops_at.otherwise", block=1 << order, pages_high=zone.pages_high),
        wrong=(
            Wrong(zone.pages_low + 1, say("stops_at.wrong_pages_low_plus_1")),
            Wrong(zone.pages_high, say("stops_at.wrong_pages_high")),
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
        unit=say("calls_until.unit"),
        answer=calls,
        text=say("calls_until.text", length=length, priority=priority),
        right=say("calls_until.right", length=length, priority=priority, share=share, more=share + 1),
        otherwise=say("calls_until.otherwise", share=share),
        wrong=(
            Wrong(1, say("calls_until.wrong_1")),
            *(
                (Wrong(without, say("calls_until.wrong_without")),)
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
        unit=say("edge.unit"),
        answer=lambda: first_stall(disk, demands),
        text=say("edge.text", disk=disk, demands=demands[-1], demands0=demands[0], demands1=demands[1]),
        right=say("edge.right", disk=disk, HZ=HZ, speed=speed),
        otherwise=say("edge.otherwise", disk=disk),
        wrong=(
            Wrong(10_000, say("edge.wrong_10000")),
            Wrong(disk, say("edge.wrong_disk", HZ=HZ)),
            Wrong(demands[1], say("edge.wrong_demands_1")),
        ),
    )
