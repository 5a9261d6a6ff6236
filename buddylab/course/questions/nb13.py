"""Questions of notebook 13: five reports, the annotator's notes, and what is said in forums."""

from collections.abc import Callable
from functools import partial
from random import Random

from buddylab.core import gfp
from buddylab.course.claims import Claim, which_holds
from buddylab.course.experiments import nb13 as core
from buddylab.course.experiments.nb00 import from_interrupt
from buddylab.course.experiments.nb05 import case, changed
from buddylab.course.field import figures, state, told, written
from buddylab.course.notes import note
from buddylab.course.question import Question, Wrong, pick
from buddylab.course.small_machines import free, full, lists
from buddylab.course.texts import texts
from buddylab.reports import explain
from buddylab.said import NOTHING, Said

__all__ = [
    "numa",
    "network",
    "oom",
    "high_atomic",
    "torn",
    "note_guess",
    "note_kswapd",
    "note_progress",
    "door",
    "nofail",
    "forum_pieces",
    "forum_marks",
    "note_other",
]

say = texts("nb13")
"""The words of the questions, by the question's name and what they are said about."""


def claim(
    name: str, holds: Callable[[], bool], misconception: str = "", *, why: bool = True, **values: object
) -> Claim:
    """A statement by "question.key", in the words `claim_key`; why: is there something to say (`claim_key_why`) to
    who believed it? values: for the places in both."""
    question, _, key = name.partition(".")
    words = f"{question}.claim_{key}"
    return Claim(key, say(words, **values), holds, say(f"{words}_why", **values) if why else NOTHING, misconception)


# -- five reports


def numa(rng: Random | None) -> Question:
    """Two nodes, three zones: what is true?"""
    order = pick(rng, 1, [2, 3])
    one = explain(told("numa").report, order=order)
    normal, dma = one.tests[0], one.tests[2]
    return which_holds(
        say("numa.text", order=order, figures=Said(*figures(one))),
        (
            claim("numa.free", lambda: bool(normal.passes), "any_free_is_enough"),
            claim("numa.swapper", lambda: not from_interrupt("numa"), "named_process_is_guilty"),
            claim("numa.dma", lambda: bool(dma.passes), "fallback_is_free_for_all"),
            claim(
                "numa.all",
                lambda: [bool(test.last_row.order) for test in one.tests if not test.passes] == [True, True, False],
                why=False,
            ),
        ),
        say("numa.right"),
        lambda: written(normal),
    )


def network(rng: Random | None) -> Question:
    """How many zones would have given a single page?"""
    name, order = pick(rng, ("network", 0), [("numa", 0), ("oom", 0), ("network", 1)])
    one = told(name)
    zones = len(one.tests)
    shown = " ".join(figures(one, place)[0] for place in range(zones))
    shown_zh = "".join(figures(one, place)[1] for place in range(zones))

    def giving() -> int:
        return sum(bool(test.passes) for test in explain(one.report, order=order).tests)

    slips = (
        Wrong(zones, say("network.wrong_zones"), "fallback_is_free_for_all"),
        Wrong(0, say("network.wrong_0"), "below_min_nobody"),
    )
    return Question(
        kind="number",
        unit=say("network.unit"),
        answer=giving,
        text=say("network.text", order=order, shown=Said(shown, shown_zh), reading=one.readings[0]),
        right=say("network.right") if order == 0 else say("network.right_2"),
        otherwise=say("network.otherwise"),
        wrong=tuple(slip for slip in slips if slip.given != giving()),
    )


def oom(rng: Random | None) -> Question:
    """What does an out-of-memory report say?"""
    place = pick(rng, 0, [1])
    one = told("oom")
    test = one.tests[place]
    zone, known = one.report.zone(test.label), state(test)
    high = zone.kb("high") or 0
    return which_holds(
        say("oom.text", figures=Said(*figures(one, place))),
        (
            claim("oom.zero", lambda: known.free == 0, "oom_means_zero_free"),
            claim("oom.enough", lambda: bool(test.passes), "any_free_is_enough", free=known.free),
            claim("oom.pages", lambda: known.mark == high, "kb_and_pages", high=high),
            claim(
                "oom.short",
                lambda: test.last_row.free + test.short > test.last_row.needed >= test.last_row.free + test.short - 1,
                why=False,
                short=test.short,
            ),
        ),
        say("oom.right"),
        lambda: written(test),
    )


def high_atomic(rng: Random | None) -> Question:
    """The state passes: what can be the reason of the refusal?"""
    word = pick(rng, "free_pcp", ["local_pcp"])
    test = told("passes").tests[0]
    zone = told("passes").report.zone(test.label)
    buddy, kb = zone.buddy, zone.kb(word) or 0
    return which_holds(
        say("high_atomic.text", word=word, kb=kb),
        (
            claim(
                "high_atomic.same",
                lambda: any(set(letters) - {"H", "C", "I"} for letters in (buddy.types if buddy else ())),
                "free_is_interchangeable",
            ),
            claim(
                "high_atomic.pcp",
                lambda: buddy is not None and buddy.sum_kb + kb == zone.kb("free"),
                "free_includes_pcp",
                kb=kb,
            ),
            claim(
                "high_atomic.kept",
                lambda: (
                    all(set(letters) <= {"H"} for nr, letters in zip(buddy.counts, buddy.types, strict=True) if nr)
                    if buddy
                    else False
                ),
                why=False,
            ),
        ),
        say("high_atomic.right"),
    )


def torn(rng: Random | None) -> Question:
    """What may be said of a damaged report?"""
    what = pick(rng, "", ["lowmem_reserve", "Normal free"])
    one = core.without("network", what) if what else told("torn")
    lost = say("torn.lost")
    if what:
        lost = say("torn.lost_2", what=what)
    return which_holds(
        say("torn.text", lost=Said(*lost)),
        (
            claim("torn.given", lambda: one.verdict.passes is True, "any_free_is_enough"),
            claim("torn.refused", lambda: one.verdict.passes is False),
            claim("torn.none", lambda: one.verdict.passes is None, why=False),
        ),
        say("torn.right", sentence=Said(one.verdict.sentence, one.verdict.sentence.zh)),
    )


# -- the annotator's notes


def note_guess(rng: Random | None) -> Question:
    """One of the two guesses."""
    return note(
        rng,
        "fault_injection",
        ["might_sleep"],
        {"fault_injection": "annotators_guesses", "might_sleep": "annotators_guesses"},
    )


def note_kswapd(rng: Random | None) -> Question:
    """The note on waking kswapd."""
    return note(rng, "wake_kswapd", ["thisnode", "oom_kill"], {"wake_kswapd": "waking_is_synchronous"})


def note_progress(rng: Random | None) -> Question:
    """The note on what follows reclaim."""
    return note(rng, "progress", ["oom_check", "cond_resched"], {"progress": "progress_means_pages"})


def note_other(rng: Random | None) -> Question:
    """Any other note."""
    return note(
        rng,
        "nofail",
        ["watermarks", "low_attempt", "min_attempt", "no_watermarks", "thisnode", "oom_kill"],
        {"no_watermarks": "mask_opens_reserve"},
    )


def door(rng: Random | None) -> Question:
    """Which bit shuts the door to the reserve?"""
    order = pick(rng, 0, [1, 2])
    offered = ("HIGH", "NOMEMALLOC", "REPEAT", "NOFAIL", "COLD", "NOWARN")
    return Question(
        kind="mask",
        bits=offered,
        answer=lambda: sum(gfp.BITS[bit] for bit in offered if core.shuts_the_door(gfp.BITS[bit], order)),
        text=say("door.text", order=order),
        right=say("door.right"),
        otherwise=say("door.otherwise"),
        wrong=(Wrong(gfp.HIGH, say("door.wrong_HIGH"), "mask_opens_reserve"), Wrong(0, say("door.wrong_0"))),
    )


def nofail(rng: Random | None) -> Question:
    """Which mask can come back with nothing?"""
    fails = pick(
        rng, "GFP_ATOMIC|__GFP_NOFAIL", [f"GFP_{who}|__GFP_NOFAIL|__GFP_NORETRY" for who in ("KERNEL", "NOIO", "USER")]
    )
    looping = ("GFP_KERNEL|__GFP_NOFAIL", "GFP_NOFS")

    def null(mask: str) -> bool:
        return core.returns_null(gfp.gfp_parse(mask))

    round_and_round = say("nofail.round_and_round")
    return which_holds(
        say("nofail.text", fails=fails, names=Said(", ".join(looping), "、".join(looping))),
        (
            *(Claim(mask, Said(mask, f"带 {mask} 的"), partial(null, mask), round_and_round) for mask in looping),
            Claim(fails, Said(fails, f"带 {fails} 的"), partial(null, fails)),
            claim("nofail.none", lambda: not any(map(null, (*looping, fails))), "nofail_always_succeeds"),
        ),
        say("nofail.right"),
    )


# -- what is said in forums


def forum_pieces(rng: Random | None) -> Question:
    """Five answers to the case of 280 MB free."""
    order = pick(rng, 2, [1, 0])
    counts = case().zone("Normal").blocks or ()
    large = sum(nr << o for o, nr in enumerate(counts) if o >= 3)
    return which_holds(
        say("forum_pieces.text", order=order),
        (
            claim(
                "forum_pieces.rare",
                lambda: 2 * large > sum(nr << o for o, nr in enumerate(counts)),
                "fragmentation_is_rare",
                large=large,
            ),
            claim("forum_pieces.moves", lambda: core.without_reclaim("GFP_KERNEL"), "kernel_moves_pages"),
            claim("forum_pieces.merge", lambda: bool(lists(free(full(), [5, 6]))[1]), "neighbours_are_buddies"),
            claim("forum_pieces.same", lambda: core.singles_serve(3), "free_is_interchangeable"),
            claim(
                "forum_pieces.less", lambda: bool(explain(case(), order=order).tests[0].passes), why=False, order=order
            ),
        ),
        say("forum_pieces.right"),
    )


def forum_marks(rng: Random | None) -> Question:
    """Five sentences about marks and reserves."""
    name = pick(rng, "", ["numa", "network"])
    one = told(name) if name else explain(case())
    return which_holds(
        say("forum_marks.text", order=one.order, figures=Said(*figures(one))),
        (
            claim(
                "forum_marks.percent", lambda: core.pages_min(1024) == 4 * core.pages_min(256), "marks_are_a_percentage"
            ),
            claim("forum_marks.pcp", lambda: core.pcp_alone(3), "pcp_serves_every_order"),
            claim("forum_marks.below", lambda: not core.below_min(500), "below_min_nobody"),
            claim("forum_marks.waits", lambda: core.time_passed() > 0, "waking_is_synchronous"),
            claim("forum_marks.twice", lambda: not changed(one, "marks"), why=False),
        ),
        say("forum_marks.right"),
    )
