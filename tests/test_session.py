"""The screens' sessions without a screen: a message in, a message out, whatever comes."""

import subprocess
import sys
from pathlib import Path

import pytest

from buddylab.course.asking import Asking
from buddylab.course.question import STAGE_NAMES
from buddylab.course.session import Session as Work
from buddylab.explorer.knobs import start
from buddylab.explorer.session import Session
from buddylab.said import SaidError
from buddylab.widgets import Explorer

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def session():
    return Session({"machine": "tiny", "gfp_mask": "GFP_KERNEL", "order": 0})


def test_a_knob_is_answered_with_all_that_changes(session):
    answer = session.receive({"order": 4, "rt_task": True})
    assert (answer["order"], answer["rt_task"], answer["document"]["request"]["order"]) == (4, True, 4)
    assert session.run.order == 4 and answer["error"] == [] and answer["index"] == -1
    assert set(answer) >= {*start(), "document", "deck", "forms", "run_id", "difference"}
    assert session.shown == {**session.shown, **answer}


@pytest.mark.parametrize(
    ("message", "said", "zh"),
    [
        ({"order": 11}, "order must be a whole number from 0 (4 kB) to 10 (4 MB), not 11", "阶"),
        ({"order": 2, "mix": "soup"}, "no mix 'soup'", "用途"),
        ({"colour": "red"}, "no such knob: colour", "旋钮"),
        ({"mask": "GFP_KERNAL"}, "'GFP_KERNAL' is not a gfp mask", "掩码"),
        ({"paste": "hello"}, "a scenario text begins with 'buddylab:2'", "开头"),
        ({"other": {"order": 12}}, "order must be a whole number", "整数"),
        ({"other": [1]}, "other must be knobs such as", "旋钮"),
        ({"hand": [["free", 1 << 40]]}, "is not in use", "未被使用"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_changes(session, message, said, zh):
    before, document = dict(session.setting.knobs), session.shown["document"]
    answer = session.receive(message)
    assert said in answer["error"][0] and (zh in answer["error"][1] or zh == "阶")
    assert session.setting.knobs == before and session.shown["document"] is document and "document" not in answer
    assert all(answer.get(name, value) == value for name, value in before.items())
    assert session.receive({"order": 1})["error"] == []


def test_what_was_typed_is_read_and_emptied(session):
    answer = session.receive({"mask": "GFP_NOFS|__GFP_ZERO"})
    assert (answer["gfp_mask"], answer["mask"]) == (0x8050, "")
    answer = session.receive({"paste": "buddylab:1 machine=small order=2 pressure=100"})
    assert (answer["order"], answer["pressure"], answer["paste"]) == (2, 900, "")


def test_two_requests_are_compared_until_something_is_done_by_hand(session):
    answer = session.receive({"other": {"order": 3}})
    assert answer["other_document"]["request"]["order"] == 3 and '"order":3' in answer["forms"]["text"]
    assert session.receive({"order": 1})["other_document"]["request"]["order"] == 3
    answer = session.receive({"hand": [["alloc", 0, 0xD0, ""]]})
    assert (answer["other"], answer["other_document"]) == ({}, {}) and answer["forms"]["text"].endswith("show=hand")


def test_the_search_goes_on_only_for_the_run_that_is_shown(session):
    assert session.receive({"away_wanted": "another:0"}) == {}
    answer = session.receive({"away_wanted": f"{session.shown['run_id']}:0"})
    assert answer["away"]["tries"] == 2
    with pytest.raises(SaidError, match="no stage 'got_page'"):
        session.reach("got_page")


def test_a_knob_from_the_browser_is_answered_with_one_message(monkeypatch):
    explorer, sent = Explorer(machine="tiny"), []
    monkeypatch.setattr(explorer, "_send", lambda message, buffers=None: sent.append(message))
    for message in ({"order": 1}, {"order": 2, "rt_task": True}, {"mask": "GFP_KERNEL"}, {"other": {"order": 0}}):
        sent.clear()
        explorer.set_state(message)
        (answer,) = [one["state"] for one in sent if one["method"] == "update"]
        assert "forms" in answer, message


def test_a_question_is_asked_and_judged_without_a_screen():
    work = Work()
    asking = Asking("01.merge56", work=work)
    assert asking.shown["verdict"] == {} and asking.shown["asked"]["stages"] == STAGE_NAMES
    answer = asking.receive({"given": {"value": "perhaps"}})
    assert answer["verdict"]["state"] == "unreadable" and work.attempts == []
    assert "perhaps" in answer["verdict"]["say"].en and "没有" in answer["verdict"]["say"].zh
    assert asking.receive({"given": {"value": "yes", "confidence": 3}})["verdict"]["state"] == "wrong"
    answer = asking.receive({"given": {"value": "no"}})
    assert (answer["verdict"]["state"], answer["tries"], len(work.attempts)) == ("right", 2, 2)
    drawn = asking.receive({"again": 1})
    assert drawn["seed"] != 0 and drawn["asked"]["text"] != Asking("01.merge56", work=work).shown["asked"]["text"]
    assert (drawn["verdict"], drawn["tries"]) == ({}, 0)
    assert asking.receive({"seed": 0})["verdict"]["state"] == "right"


def test_both_need_the_standard_library_only():
    code = (
        "import sys, buddylab.explorer.session, buddylab.course.asking; "
        "print([name for name in ('anywidget', 'traitlets', 'ipywidgets', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
