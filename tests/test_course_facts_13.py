"""What notebook 13 says, by the arithmetic and from the reports as posted."""

import json
from importlib.resources import files

import pytest

from buddylab.commentary import load
from buddylab.core import gfp
from buddylab.course import NOT_ANSWERED, Session, find, names
from buddylab.course.claims import Claim, which_holds
from buddylab.course.experiments import nb13
from buddylab.course.field import state, told
from buddylab.course.session import Attempt
from buddylab.reports import explain
from buddylab.reports.cures import margin
from buddylab.reports.rules import rows


def test_every_misconception_of_the_course_is_met_once_more():
    known = json.loads(files("buddylab.course").joinpath("misconceptions.json").read_text(encoding="utf-8"))
    assert {wrong.misconception for name in names("13") for wrong in find(name).wrong} - {""} == set(known)


def test_the_five_verdicts():
    assert {name: nb13.verdict_word(told(name)) for name in nb13.FIVE} == {
        "numa": "pieces",
        "network": "pieces",
        "oom": "few",
        "passes": "passes",
        "torn": "none",
    }
    assert nb13.without("network", "lowmem_reserve").verdict.passes is None
    assert str(told("torn").verdict.sentence) == "no verdict: the line with the request is damaged"


def test_near_misses_and_the_reserve():
    # Node 1: 46,199 pages; min 2,361 - 1,180 = 1,181, - 295 = 886, halved 443. 46,198 - 45,755 = 443.
    assert [(test.last_row.free, test.last_row.needed) for test in told("numa").tests[:2]] == [(443, 443), (213, 213)]
    dma = told("network").tests[2]
    assert (state(dma).free, state(dma).reserve) == (3969, 16125) and dma.passes is False
    assert [test.passes for test in explain(told("network").report, order=0).tests] == [True, True, False]
    assert state(told("oom").tests[0]).free == 44592 // 4 == 11148


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("numa", "all"),
        ("network", 2),
        ("oom", "short"),
        ("high_atomic", "kept"),
        ("torn", "none"),
        ("note_guess", "wrong"),
        ("note_kswapd", "imprecise"),
        ("note_progress", "imprecise"),
        ("door", gfp.NOMEMALLOC),
        ("nofail", "GFP_ATOMIC|__GFP_NOFAIL"),
        ("forum_pieces", "less"),
        ("forum_marks", "twice"),
        ("note_other", "right"),
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(f"13.{name}").answer() == answer


@pytest.mark.parametrize("name", ["normal", "numa", "network", "small"])
def test_margins_fall_and_change_sign_where_the_rule_refuses(name):
    one, factors = told(name), [0.125 * 1.15**n for n in range(25)]
    found = nb13.margins(name, factors)
    assert [spare for _, spare in found] == sorted((spare for _, spare in found), reverse=True)
    known = state(one.tests[0])
    for factor, spare in found:
        changed = known.__class__(
            **{field: getattr(known, field) for field in known.__slots__} | {"mark": round(known.mark * factor)}
        )
        assert (spare > 0) == (margin(rows(changed, one.order, one.rights, one.rule)) is not None)
    assert dict(nb13.margins(name, [0.5, 1]))[0.5] > 0 >= dict(nb13.margins(name, [0.5, 1]))[1]


def test_what_the_core_says_to_the_claims():
    assert (nb13.pages_min(1024), nb13.pages_min(256)) == (1024, 512)  # 4 * sqrt(lowmem kB) kB: 4,096 and 2,048 kB
    assert nb13.pcp_alone(0) and not nb13.pcp_alone(3)
    assert nb13.below_min(500) and not nb13.below_min(353) and nb13.below_min(354)
    assert nb13.time_passed() == 0 and not nb13.singles_serve(3) and nb13.singles_serve(0)
    assert nb13.returns_null(gfp.GFP_ATOMIC) and not nb13.returns_null(gfp.GFP_KERNEL)


def test_thirteen_notes():
    found = [entry.verdict for entry in load().entries]
    assert [found.count(verdict) for verdict in ("right", "imprecise", "wrong")] == [5, 6, 2]


def test_one_statement_must_hold():
    claims = [Claim(key, (key, key), lambda: True) for key in ("a", "b")]
    with pytest.raises(ValueError, match="exactly one statement must hold"):
        which_holds(("q", "q"), claims, ("r", "r")).answer()


def test_certainty_is_counted_by_how_sure_one_was():
    work = Session()
    assert nb13.certainty(work) == NOT_ANSWERED
    work.attempts += [
        Attempt("13.oom", 0, "short", True, "", 3),
        Attempt("13.oom", 0, "zero", False, "", 3),
        Attempt("13.numa", 0, "all", True, "", 1),
        Attempt("13.torn", 0, "none", True),
    ]
    assert nb13.certainty(work).splitlines() == [
        "guess · 猜的: 1 of 1 right · 答对 1/1",
        "certain · 确定: 1 of 2 right · 答对 1/2",
    ]
