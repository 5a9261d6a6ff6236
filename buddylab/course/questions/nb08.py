"""Questions of notebook 08: the reserve, and who may use it."""

from random import Random

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.record import record
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, lowered
from buddylab.course.experiments.nb08 import PAGE, ask, first_empty, left_by, with_free
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.texts import texts
from buddylab.said import Said, as_is

__all__ = ["packets_leave", "opens", "which_stage", "nested", "closes", "on_kswapd", "limit_of", "weaker_siege"]

say = texts("nb08")
"""The words of the questions, by the question's name and what they are said about."""

MASK_OPENS, NOBODY_BELOW = "mask_opens_reserve", "below_min_nobody"
BITS = ("HIGH", "NOFAIL", "REPEAT", "NORETRY", "NOMEMALLOC", "COLD", "ZERO", "NOWARN")
"""On offer where a mask is asked for; none of them lets a request wait."""


def mark_under(alloc_flags: int, mark: int) -> int:
    """What the flags leave of the mark."""
    return [mark, *(after for _, after in lowered(mark, alloc_flags))][-1]


def task_with(flag: str, in_interrupt: bool = False) -> Task:
    """A task with this flag, "" for none; in_interrupt: an interrupt runs on top of it."""
    task = Task(in_interrupt=in_interrupt)
    if flag:
        setattr(task, flag, True)
    return task


MAY = (("task", say("MAY.task")), ("mask", say("MAY.mask")), ("no", say("MAY.no")))


def on_kswapd(rng: Random | None) -> Question:
    """May an interrupt on top of a task with access use its reserve?"""
    free, flag = pick(rng, (60, "PF_MEMALLOC"), [(30, "PF_MEMALLOC"), (60, "TIF_MEMDIE"), (10, "TIF_MEMDIE")])
    floor = mark_under(ALLOC_HIGH | ALLOC_HARDER, 221)
    who = ("kswapd", " kswapd") if flag == "PF_MEMALLOC" else say("on_kswapd.who")

    def may() -> str:
        got = {
            inside: ask(with_free(free), gfp.GFP_ATOMIC, task_with(flag, inside)) == PAGE for inside in (True, False)
        }
        plain = ask(with_free(free), gfp.GFP_ATOMIC, Task(in_interrupt=True)) == PAGE
        return "mask" if plain else "task" if got[True] else "no"

    return Question(
        kind="choice",
        choices=MAY,
        answer=may,
        text=say("on_kswapd.text", free=free, flag=flag, who=Said(*who)),
        right=say("on_kswapd.right", flag=flag, floor=floor, free=free),
        otherwise=say("on_kswapd.otherwise"),
        wrong=(
            Wrong("mask", say("on_kswapd.wrong_mask", floor=floor), MASK_OPENS),
            Wrong("task", say("on_kswapd.wrong_task")),
        ),
    )


def opens(rng: Random | None) -> Question:
    """Which bits, each alone, get an ordinary caller a page?"""
    free = pick(rng, 50, [20, 100, 120, 150])

    def mask() -> int:
        got = (gfp.BITS[bit] for bit in BITS if ask(with_free(free), gfp.BITS[bit], Task()) == PAGE)
        return sum(got)

    high, low = mark_under(ALLOC_HIGH | ALLOC_HARDER, 221), mark_under(ALLOC_HARDER, 221)
    enough = free > high
    fact = say("opens.fact", low=low, high=high)
    wrong = (0,) if enough else (gfp.HIGH, gfp.HIGH | gfp.NOFAIL, gfp.NOFAIL)
    opened = say("opens.opened", fact=Said(*fact))
    return Question(
        kind="mask",
        bits=BITS,
        answer=mask,
        text=say("opens.text", free=free),
        right=fact,
        otherwise=fact,
        wrong=tuple(Wrong(given, fact if enough else opened, "" if enough else MASK_OPENS) for given in wrong),
    )


def which_stage(rng: Random | None) -> Question:
    """The stage in which a privileged request gets its page or gives up."""
    flag, mask = pick(
        rng,
        ("TIF_MEMDIE", "GFP_KERNEL"),
        [
            ("PF_MEMALLOC", "GFP_NOFS"),
            ("TIF_MEMDIE", "GFP_KERNEL|__GFP_NOMEMALLOC"),
            ("PF_MEMALLOC", "GFP_NOFS|__GFP_NOMEMALLOC"),
        ],
    )
    closed = "NOMEMALLOC" in mask
    who = {"TIF_MEMDIE": say("which_stage.who_TIF_MEMDIE"), "PF_MEMALLOC": say("which_stage.who_PF_MEMALLOC")}[flag]

    def stages() -> list[str]:
        events = record(with_free(10), gfp.gfp_parse(mask), 0, task=task_with(flag)).events
        return [str(event[1]) for event in events if event[0] == "stage" and event[1] != "got_pg"]

    return Question(
        kind="stage",
        answer=lambda: stages()[-1],
        step=lambda: as_is(" → ".join(stages())),
        text=say("which_stage.text", mask=mask, who=Said(*who)),
        right=(say("which_stage.right") if closed else say("which_stage.right_2")),
        otherwise=say("which_stage.otherwise"),
        wrong=(
            Wrong("direct_reclaim", say("which_stage.wrong_direct_reclaim")),
            Wrong(
                "nofail_alloc" if closed else "min_attempt",
                say("which_stage.wrong") if closed else say("which_stage.wrong_2"),
            ),
        ),
    )


def closes(rng: Random | None) -> Question:
    """Which bits, each alone, keep a privileged caller from the reserve?"""
    flag, mask = pick(
        rng,
        ("PF_MEMALLOC", "GFP_NOFS"),
        [("TIF_MEMDIE", "GFP_KERNEL"), ("PF_MEMALLOC", "GFP_NOIO"), ("TIF_MEMDIE", "GFP_ATOMIC")],
    )
    base = gfp.NAMES[mask]
    bits = tuple(bit for bit in BITS if not base & gfp.BITS[bit])

    def closing() -> int:
        kept = (gfp.BITS[bit] for bit in bits if ask(with_free(10), base | gfp.BITS[bit], task_with(flag)) != PAGE)
        return sum(kept)

    return Question(
        kind="mask",
        bits=bits,
        answer=closing,
        text=say("closes.text", flag=flag, mask=mask),
        right=say("closes.right"),
        otherwise=say("closes.otherwise"),
        wrong=(Wrong(0, say("closes.wrong_0")), Wrong(gfp.NORETRY, say("closes.wrong_NORETRY"))),
    )


HOW = (("recurses", say("HOW.recurses")), ("reserve", say("HOW.reserve")), ("fails", say("HOW.fails")))


def nested(rng: Random | None) -> Question:
    """A request made while reclaiming."""
    mask, what = pick(
        rng,
        ("GFP_NOFS", say("nested.say_GFP_NOFS")),
        [
            ("GFP_NOIO", say("nested.say_GFP_NOIO")),
            ("GFP_ATOMIC|__GFP_NOMEMALLOC", say("nested.say_GFP_ATOMIC___GFP_NOMEMALLOC")),
        ],
    )
    closed = "NOMEMALLOC" in mask

    def how() -> str:
        run = record(with_free(30), gfp.gfp_parse(mask), 0, task=Task("cc", PF_MEMALLOC=True))
        if any(event[:2] == ("stage", "direct_reclaim") for event in run.events):
            return "recurses"
        return "fails" if run.page is None else "reserve"

    return Question(
        kind="choice",
        choices=HOW,
        answer=how,
        text=say("nested.text", mask=mask, what=Said(*what)),
        right=(say("nested.right") if closed else say("nested.right_2")),
        otherwise=say("nested.otherwise"),
        wrong=(Wrong("recurses", say("nested.wrong_recurses")),),
    )


def packets_leave(rng: Random | None) -> Question:
    """Packets take pages until none gets one: what is left?"""
    pages_min, mask = pick(
        rng, (939, gfp.GFP_ATOMIC), [(221, gfp.GFP_ATOMIC), (724, gfp.GFP_ATOMIC), (939, 0), (2040, gfp.GFP_ATOMIC)]
    )
    name = gfp.gfp_str(mask) if mask else "the mask 0 (GFP_NOWAIT)"
    zh_name = gfp.gfp_str(mask) if mask else "掩码 0（GFP_NOWAIT）"
    high = mark_under(ALLOC_HIGH if mask else 0, pages_min)
    row = " → ".join(map(str, dict.fromkeys((pages_min, high, mark_under(ALLOC_HARDER, high)))))
    return Question(
        kind="number",
        unit=say("packets_leave.unit"),
        answer=lambda: left_by(mask, Task(in_interrupt=True), pages_min),
        text=say("packets_leave.text", pages_min=pages_min, name=Said(name, zh_name)),
        right=say("packets_leave.right", row=row),
        otherwise=say(
            "packets_leave.otherwise",
            half_first=Said("half first, then " if mask else "", "先减半，再" if mask else ""),
        ),
        wrong=(
            Wrong(0, say("packets_leave.wrong_0"), MASK_OPENS),
            Wrong(pages_min, say("packets_leave.wrong_pages_min"), NOBODY_BELOW),
        ),
    )


LIMITS = (
    ("rt_task", "GFP_KERNEL", "a real-time program", "实时程序"),
    ("", "GFP_KERNEL", "an ordinary program", "普通程序"),
    ("", "GFP_KERNEL|__GFP_HIGH", "an ordinary program", "普通程序"),
    ("rt_task", "GFP_KERNEL|__GFP_HIGH", "a real-time program", "实时程序"),
    ("PF_MEMALLOC", "GFP_NOFS", "kswapd", "kswapd "),
    ("PF_MEMALLOC", "GFP_NOFS|__GFP_NOMEMALLOC", "kswapd", "kswapd "),
)
"""Flag of the task, mask, and who it is."""


def limit_of(rng: Random | None) -> Question:
    """How deep a caller gets without reclaiming."""
    (flag, mask, who, zh), pages_min = pick(rng, (LIMITS[0], 939), [(one, m) for one in LIMITS for m in (939, 221)])
    value = gfp.gfp_parse(mask)
    reserve = flag == "PF_MEMALLOC" and "NOMEMALLOC" not in mask
    flags = (ALLOC_HIGH if value & gfp.HIGH else 0) | (ALLOC_HARDER if flag == "rt_task" else 0)
    limit = 0 if reserve else mark_under(flags, pages_min)
    sentence = who if who == "kswapd" else who[0].upper() + who[1:]  # a name of the kernel keeps its letters
    return Question(
        kind="number",
        unit=say("limit_of.unit"),
        answer=lambda: left_by(value, task_with(flag), pages_min),
        text=say("limit_of.text", pages_min=pages_min, mask=mask, sentence=Said(sentence, zh)),
        right=(say("limit_of.right") if reserve else say("limit_of.right_2", limit=limit)),
        otherwise=say("limit_of.otherwise"),
        wrong=(
            *((Wrong(pages_min, say("limit_of.wrong_pages_min"), NOBODY_BELOW),) if limit != pages_min else ()),
            *((Wrong(0, say("limit_of.wrong_0"), MASK_OPENS),) if not reserve else ()),
        ),
    )


def weaker_siege(rng: Random | None) -> Question:
    """Fewer packets, no guard: when is the last page gone?"""
    jiffies, least = pick(rng, (500, 11), [(400, 14), (300, 19), (250, 22)])
    call, bursts = f"besieged(guarded=False, burst=..., jiffies={jiffies})", range(least, least + 4)
    return Question(
        kind="number",
        unit=say("weaker_siege.unit"),
        answer=lambda: first_empty(jiffies, bursts),
        text=say("weaker_siege.text", jiffies=jiffies, call=call, least=least, bursts=bursts[-1]),
        right=say("weaker_siege.right"),
        otherwise=say("weaker_siege.otherwise"),
        wrong=(
            Wrong(40, say("weaker_siege.wrong_40")),
            Wrong(least, say("weaker_siege.wrong_least")),
            Wrong(84, say("weaker_siege.wrong_84")),
        ),
    )
