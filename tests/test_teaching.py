"""The guide for lecturers: its minutes are those of the notebooks, and its exam questions can be drawn."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

from buddylab.course import Session, collect, hand_in
from buddylab.course.question import judge
from buddylab.course.questions import find
from buddylab.course.session import Attempt

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "lectures" / "TEACHING.md"
TEXT = GUIDE.read_text(encoding="utf-8")
NOTEBOOKS = {path.name[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
TABLE = re.findall(r"^\| \[(\d\d) .*?\]\((\S+)\) \| (\d+) \|", TEXT, re.MULTILINE)
PLANS = re.findall(r"^\|[^|]*\| [^|]+ \| ((?:\d\d(?:, )?)+) \| (\d+) \| (-|(?:\d\d(?:, )?)+) \|$", TEXT, re.MULTILINE)
EXAM = re.findall(r"^\| `(\d\d\.\w+)` \| (\w+) \| ([\d, ]+) \|", TEXT, re.MULTILINE)
DRAWS = [(name, kind, int(seed)) for name, kind, seeds in EXAM for seed in seeds.split(", ")]


def minutes(path):
    """What the speaker's metadata of a notebook add up to."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return sum(cell["metadata"].get("speaker", {}).get("minutes", 0) for cell in cells)


def test_every_notebook_has_its_row_with_its_own_minutes():
    assert [(number, minutes(path)) for number, path in NOTEBOOKS.items()] == [(n, int(m)) for n, _, m in TABLE]
    assert all((GUIDE.parent / link).is_file() for _, link, _ in TABLE)


@pytest.mark.parametrize("number", NOTEBOOKS)
def test_a_notebook_tells_its_reader_the_minutes_of_the_guide(number):
    first = json.loads(NOTEBOOKS[number].read_text(encoding="utf-8"))["cells"][0]["source"]
    told = re.findall(r"^\*\*Time\*\* (\d+) minutes", "".join(first), re.MULTILINE)
    assert told == [claimed for row, _, claimed in TABLE if row == number]


def test_the_plans_have_one_three_and_six_lectures_that_fit():
    assert len(PLANS) == 1 + 3 + 6
    for notebooks, claimed, _ in PLANS:
        assert sum(minutes(NOTEBOOKS[number]) for number in notebooks.split(", ")) == int(claimed) <= 90


def test_six_lectures_with_their_homework_are_the_whole_course():
    used = re.findall(r"\d\d", " ".join(f"{notebooks} {home}" for notebooks, _, home in PLANS[-6:]))
    assert sorted(["00", *used]) == list(NOTEBOOKS)


def test_there_are_enough_exam_questions_of_every_kind():
    assert len(EXAM) >= 20 and {kind for _, kind, _ in EXAM} == {"number", "choice", "stage", "mask", "lists"}


@pytest.mark.parametrize(("name", "kind", "seed"), DRAWS)
def test_an_exam_question_can_be_drawn_and_is_not_the_notebooks_own(name, kind, seed):
    question = find(name, seed)
    assert question.kind == kind and question.text == find(name, seed).text != find(name).text
    answer = question.answer()
    given = {order: " ".join(map(str, answer[order])) for order in question.orders} if kind == "lists" else answer
    assert judge(question, given).right
    assert not any(wrong.given == answer for wrong in question.wrong)


def test_the_draws_of_a_question_differ():
    for name, _, seeds in EXAM:
        assert len({find(name, int(seed)).text for seed in seeds.split(", ")}) == len(seeds.split(", ")) >= 2, name


def test_the_code_of_the_guide_runs(tmp_path, monkeypatch):
    exam, collecting = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(exam, {})
    assert find("03.row", 1002).text[0] in printed.getvalue()
    monkeypatch.chdir(tmp_path)
    Path("handed_in").mkdir()
    work = Session([Attempt("03.row", 0, "x", False, "any_free_is_enough"), Attempt("03.row", 0, "y", True)])
    hand_in("03", "handed_in/ada.json", who="Ada", work=work)
    with contextlib.redirect_stdout(printed):
        exec(collecting, {"collect": collect})
    assert printed.getvalue().endswith("Ada 03 1 right of 1 tried any_free_is_enough\n")
