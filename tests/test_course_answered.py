"""Notebooks whose every question is answered: wrong first, then right, and each run goes on to its end."""

import inspect
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from sampling import sample
from student_solutions import RIGHT, WRONG
from wrong_answers import drawn, said, wrong_ones

from buddylab.course import NOT_ANSWERED, names
from buddylab.course.check import NOT_WRITTEN
from buddylab.course.exercises import EXERCISES

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
THEN = ".then("


def cell(source, at):
    """A cell of ours, which says where its output belongs."""
    return nbformat.v4.new_code_cell(source, metadata={"at": at})


def written(function, name):
    """The source of a solution, under the name that the notebook checks."""
    return f"{inspect.getsource(function)}\n{name} = {function.__name__}"


def answered(notebook):
    """The notebook's cells, a wrong answer behind each question; then right ones, and what depends on them again."""
    cells, later = [], []
    for one in [cell for cell in notebook.cells if cell.cell_type == "code"]:
        cells.append(one)
        if name := re.search(r'ask\("([^"]+)"\)', one.source):
            question = drawn(name[1])
            cells.append(cell(f"_.answer({said(question, wrong_ones(question)[0])!r}, confidence=3)", "wrong"))
            later.append(cell(f"ask({name[1]!r}).answer({said(question, question.answer())!r}, confidence=1)", "right"))
        elif function := re.match(r"def (\w+)", one.source):
            exercise = next(name for name in EXERCISES if name.endswith(f".{function[1]}"))
            cells.append(cell(written(WRONG[exercise][0], function[1]), "wrong"))
            later.append(cell(written(RIGHT[exercise], function[1]), "right"))
        elif THEN in one.source or "check" in one.metadata.get("tags", []) or "check(" in one.source:
            later.append(cell(one.source, "again"))
    return nbformat.v4.new_notebook(cells=cells + later)


def shown(cell):
    """What a cell's outputs say in plain text."""
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def run(number, folder):
    """The cells of a notebook that was answered and run there; where a cell fails, CellExecutionError."""
    notebook = answered(nbformat.read(next(NOTEBOOKS.glob(f"{number}_*.ipynb")), as_version=4))
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    return notebook.cells


@pytest.mark.parametrize("number", sample("notebooks answered", ["01", "07", "13"], 1))
def test_a_notebook_answered_wrong_and_then_right_runs_on(number, tmp_path):
    cells = run(number, tmp_path)
    every_question_is_answered(number, cells)
    the_summaries_wait_for_nothing(number, cells)
    nothing_says_that_an_answer_is_missing(cells)
    what_waits_for_an_answer_shows_its_result(number, cells)


def every_question_is_answered(number, cells):
    for way in ("wrong", "right"):
        told = [shown(one) for one in cells if one.metadata.get("at") == way and ".answer(" in one.source]
        assert sorted(told) == sorted(f"<Question {name}: {way}>" for name in names(number))


def the_summaries_wait_for_nothing(number, cells):
    expected = [name for name in [*names(number), *EXERCISES] if name.startswith(f"{number}.")]
    first, last = (shown(one).splitlines() for one in cells if "print(summary(" in one.source)
    assert first[0].startswith(f"0 of {len(expected)} right") and last[0].startswith(f"{len(expected)} of ")
    for lines, told in ((first, " wrong · 错, 1 ×"), (last, " right · 对, 2 ×")):
        assert [line.split()[0] for line in lines[1:]] == expected
        assert all(told in line for line in lines[1:]), lines


def nothing_says_that_an_answer_is_missing(cells):
    """But for the questions as they are first shown."""
    for one in cells:
        assert "ask(" in one.source or not any(line in shown(one) for line in (NOT_ANSWERED, NOT_WRITTEN)), one.source


def what_waits_for_an_answer_shows_its_result(number, cells):
    """Notebook 07 counts in how many jiffies kswapd was awake and asleep."""
    results = [shown(one) for one in cells if THEN in one.source]
    assert len(results) == (2 if number == "07" else 0)
    assert all(re.fullmatch(r"\{'awake': [1-9]\d+, 'asleep': [1-9]\d+\}", result) for result in results)
    assert len(set(results)) <= 1
