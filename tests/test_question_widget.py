"""A question in a notebook: nothing of the answer reaches the browser, and Run All goes on without one."""

import json
from itertools import pairwise

import pytest

from buddylab.course import NOT_ANSWERED, find, names, session
from buddylab.said import SaidError
from buddylab.widgets import ask


@pytest.fixture(autouse=True)
def _fresh():
    session.attempts.clear()
    yield
    session.attempts.clear()


@pytest.mark.parametrize("name", names())
def test_before_an_answer_the_browser_knows_neither_it_nor_what_happens(name):
    asked, question = ask(name), find(name)
    sent = json.dumps(
        {key: value for key, value in asked.get_state().items() if key not in ("_esm", "_css")}, ensure_ascii=False
    )
    assert question.right[0] not in sent and question.otherwise[0] not in sent
    assert asked.verdict == {} and repr(asked) == f"<Question {name}: {NOT_ANSWERED}>"
    assert repr(asked.then(lambda: 1 / 0)) == NOT_ANSWERED


def test_an_answer_from_the_screen_is_judged_and_kept():
    asked = ask("01.merge56")
    asked.set_state({"given": {"value": "yes", "confidence": 3, "nth": 1}})
    assert asked.verdict["state"] == "wrong" and asked.verdict["step"][0] == "order 0: 6 5\norder 1: -"
    assert [(one.misconception, one.confidence) for one in session.attempts] == [("neighbours_are_buddies", 3)]
    asked.set_state({"given": {"value": "no", "confidence": 0, "nth": 2}})
    assert (asked.verdict["state"], asked.tries) == ("right", 2)
    assert asked.then(lambda: "on") == "on"
    assert ask("01.merge56").verdict["state"] == "right"  # the cell is run again


def test_what_is_no_answer_is_told_and_not_counted():
    asked = ask("01.order_of")
    asked.set_state({"given": {"value": "many", "nth": 1}})
    assert asked.verdict["state"] == "unreadable" and asked.tries == 0 and not session.attempts
    with pytest.raises(SaidError):
        asked.answer("many")


def test_another_draw_is_another_question():
    asked = ask("01.buddy_of").answer(8)
    before = asked.asked["text"]
    asked.set_state({"seed": 3})
    assert asked.asked["text"] != before and asked.verdict == {} and not asked.answered
    assert asked.answer(find("01.buddy_of", 3).answer()).verdict["state"] == "right"


@pytest.mark.parametrize("name", names())
def test_another_one_was_not_shown_before_while_there_is_one(name):
    there_are = len({find(name, seed).text for seed in range(40)})
    asked = ask(name)
    shown = [asked.asked["text"]]
    for press in range(1, there_are + 2):
        asked.set_state({"again": press})
        shown.append(asked.asked["text"])
    assert len(set(shown[:there_are])) == there_are
    assert all(one != after for one, after in pairwise(shown))


@pytest.mark.parametrize("name", names())
def test_every_question_is_answered_wrong_then_right_and_the_notebook_goes_on(name):
    asked, question = ask(name), find(name)
    for wrong in question.wrong:
        asked.answer(_typed(question, wrong.given))
        assert asked.verdict["state"] == "wrong"
    asked.answer(_typed(question, question.answer()))
    assert asked.verdict["state"] == "right" and asked.tries == len(question.wrong) + 1
    assert repr(asked) == f"<Question {name}: right>"


def _typed(question, value):
    return {str(o): " ".join(map(str, value[o])) for o in question.orders} if question.kind == "lists" else value
