"""Questions, exercises, glossary: that right is right, wrong is wrong, and what is packaged is what was recorded."""

import errno
import json
import re
from importlib import import_module
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import course_cases
import nbformat
import pytest
from student_solutions import RIGHT, WRONG
from wrong_answers import drawn, said, wrong_ones

from buddylab import target
from buddylab.course import NOT_ANSWERED, Session, check, collect, find, glossary, hand_in, judge, names, questions
from buddylab.course import summary as summary_of
from buddylab.course.exercises import EXERCISES, cases
from buddylab.course.glossary import glossary_table, terms
from buddylab.course.question import KINDS, STAGE_NAMES
from buddylab.course.session import Attempt
from buddylab.said import SaidError

SEEDS = range(12)
MISCONCEPTIONS = json.loads(files("buddylab.course").joinpath("misconceptions.json").read_text(encoding="utf-8"))
ISSUE = {
    "00": 2,
    "01": 1,
    "02": 1,
    "03": 2,
    "04": 1,
    "05": 2,
    "06": 2,
    "07": 1,
    "08": 1,
    "09": 2,
    "10": 1,
    "11": 1,
    "12": 1,
}
PATHS = {path.name[:2]: path for path in sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
NOTEBOOKS = sorted(PATHS)
STARTED = sorted({name[:2] for name in names()} | {number for number in NOTEBOOKS if number not in ("00", "13")})


# --- questions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", names())
def test_right_is_right_and_every_foreseen_wrong_answer_is_wrong(name, seed):
    question = drawn(name, seed)
    verdict = judge(question, said(question, question.answer()))
    assert verdict.right and verdict.say == question.right and not verdict.misconception
    for wrong in question.wrong:
        verdict = judge(question, said(question, wrong.given))
        assert (verdict.right, verdict.say, verdict.misconception) == (False, wrong.say, wrong.misconception), wrong


@pytest.mark.parametrize("name", names())
def test_a_question_speaks_both_languages(name):
    question = find(name)
    texts = [question.text, question.right, question.otherwise, *(wrong.say for wrong in question.wrong)]
    for en, zh in texts + [text for _, text in question.choices]:
        assert en and not re.search("[\u4e00-\u9fff]", en)
        assert zh and zh != en
    assert question.kind in KINDS


@pytest.mark.parametrize("name", names())
def test_the_same_seed_draws_the_same_and_seeds_differ(name):
    assert find(name, 5).text == find(name, 5).text
    assert len({find(name, seed).text for seed in SEEDS}) > 1


def test_the_table_of_misconceptions_is_the_courses():
    counted = {number: sum(row["notebook"] == number for row in MISCONCEPTIONS.values()) for number in ISSUE}
    assert counted == ISSUE
    assert all(row["en"] and row["zh"] for row in MISCONCEPTIONS.values())


@pytest.mark.parametrize("notebook", STARTED)
def test_each_misconception_of_a_notebook_has_a_wrong_answer_that_names_it(notebook):
    met = {wrong.misconception for name in names(notebook) for wrong in find(name).wrong}
    assert {key for key, row in MISCONCEPTIONS.items() if row["notebook"] == notebook} <= met


@pytest.mark.parametrize("notebook", sorted({name[:2] for name in names()}))
def test_only_known_misconceptions_are_named(notebook):
    met = {wrong.misconception for name in names(notebook) for seed in SEEDS for wrong in find(name, seed).wrong}
    assert met <= {"", *MISCONCEPTIONS}


@pytest.mark.parametrize(
    ("name", "raw", "en"),
    [
        ("01.order_of", "four", "'four' is not a whole number"),
        ("01.order_of", None, "None is not a whole number"),
        ("01.merge56", "perhaps", "'perhaps' is not on offer: choose one of yes, no."),
        ("01.split_lists", {"0": "1 x"}, "'x' is not a whole number"),
        ("01.split_lists", {"9": "1"}, "order 9 is not asked for"),
        ("01.split_lists", "1, 2", "order by order"),
    ],
)
def test_what_is_no_answer_is_not_counted(name, raw, en):
    with pytest.raises(SaidError, match=re.escape(en)) as caught:
        judge(find(name), raw)
    assert caught.value.said.zh


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("01.merge56", "no"),  # 5 XOR 1 = 4
        ("01.order_of", 5),  # 25 pages; 2^4 = 16 < 25 <= 32 = 2^5
        ("01.split_lists", ((1,), (2,), (4,), (8,)) + ((),) * 7),  # 16 = 1 + 1 + 2 + 4 + 8
        ("01.next_page", 5),  # 9, 3, 5: last in, first out
        ("01.buddy_of", 8),  # 12 XOR 4
        ("01.merged_order", 4),  # 16 pages
    ],
)
def test_the_notebooks_own_figures(name, answer):
    assert find(name).answer() == answer


def test_unknown_names_are_told_with_those_that_exist():
    with pytest.raises(ValueError, match=r"no question '01\.nothing'.*01\.merge56"):
        find("01.nothing")
    with pytest.raises(ValueError, match="no questions for notebook '77'"):
        names("77")


# --- exercises ---------------------------------------------------------------------------------------------------


def test_the_packaged_cases_are_what_the_recordings_hold():
    assert course_cases.FILE.read_text(encoding="utf-8") == course_cases.text()


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_solution_agrees_in_every_case(name):
    report = check(name, RIGHT[name], Session())
    assert report.right, str(report)
    assert report.of >= 20 and "as the kernel" in str(report)


def test_a_difference_is_told_in_the_words_of_the_exercise():
    """True or False as it is asked for, and masks as the kernel's sources write them."""
    told = str(check("09.do_retry", lambda order, gfp_mask: False, Session()))
    assert re.search(r"do_retry\(order=\d+, gfp_mask=0x[0-9a-f]+\)\n  the kernel True\n  yours      False$", told)
    told = str(check("03.zone_watermark_ok", lambda **given: True, Session()))
    assert re.search(r"alloc_flags=0x[0-9a-f]+\)\n  the kernel False\n  yours      True$", told)


@pytest.mark.parametrize(("name", "wrong"), [(name, wrong) for name in EXERCISES for wrong in WRONG[name]])
def test_three_wrong_solutions_are_found_out(name, wrong):
    assert len(WRONG[name]) == 3
    report = check(name, wrong, Session())
    assert report.written and report.first is not None and "first difference" in str(report)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_skeleton_is_not_written_yet(name):
    work = Session()
    report = check(name, lambda **_: None, work)
    assert str(report).endswith("not written yet · 还没有写") and not report.right and not work.attempts


def test_an_answer_of_another_kind_says_what_is_wanted():
    report = check("01.expand", lambda **_: 7, Session())
    assert report.got == "7 instead of a list of (order, pfn), a pair for every block that becomes free"


def test_an_error_in_a_students_function_goes_on_with_its_arguments():
    with pytest.raises(ZeroDivisionError) as caught:
        check("01.expand", lambda pfn, low, high: 1 / 0, Session())
    assert caught.value.__notes__ == [f"buddylab called expand with {cases('01.expand')[0].given}"]


def exercises_of(path):
    """[(source of a cell tagged exercise, with the source of the cell after it)] of a notebook."""
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return [
        (cell.source, cell.source + "\n" + later.source)
        for cell, later in pairwise(code)
        if "exercise" in cell.metadata.get("tags", [])
    ]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_exercise_has_its_checker_in_its_cell_or_the_next(notebook):
    """A question that is asked, or a `check` of the function which the cell defines."""
    for own, with_next in exercises_of(PATHS[notebook]):
        function = re.match(r"def (\w+)", own)
        checker = rf'check\("{notebook}\.{function[1]}", {function[1]}\)' if function else rf'ask\("{notebook}\.\w+"'
        assert re.search(checker, with_next), own


@pytest.mark.parametrize(
    "name",
    [name for path in PATHS.values() for own, _ in exercises_of(path) for name in re.findall(r'ask\("([^"]+)"', own)],
)
def test_an_exercise_accepts_the_right_answer_and_rejects_three_wrong_ones(name):
    """A choice of two or three has not three wrong ones in one draw: then those of further draws count too."""
    rejected = set()
    for seed in SEEDS:
        question = drawn(name, seed)
        assert judge(question, said(question, question.answer())).right
        wrong = wrong_ones(question)
        assert {one.given for one in question.wrong} <= set(wrong)
        for given in wrong:
            verdict = judge(question, said(question, given))
            assert not verdict.right and all(verdict.say), given
        rejected |= {(question.text, given) for given in wrong}
        if len(rejected) >= 3:
            return
    raise AssertionError(f"only {len(rejected)} wrong answers to {name} in {len(SEEDS)} draws")


# --- the session -------------------------------------------------------------------------------------------------


def test_a_students_work_is_summed_up_and_collected(tmp_path):
    work = Session()
    assert NOT_ANSWERED in summary_of("01", work) and summary_of("01", work).startswith("0 of 7 right")
    assert hand_in("01", tmp_path / "a.json", work=work) == NOT_ANSWERED and not list(tmp_path.iterdir())
    work.attempts += [
        Attempt("01.merge56", 0, "yes", False, "neighbours_are_buddies", 3),
        Attempt("01.merge56", 0, "no", True),
        Attempt("01.order_of", 4, "2", False),
    ]
    assert re.search(r"01\.merge56 +right · 对, 2 ×, neighbours_are_buddies", summary_of("01", work))
    assert hand_in("01", tmp_path / "a.json", "Ada", work).startswith("3 attempts written to a.json")
    assert collect([tmp_path / "a.json"]) == [
        {
            "file": "a.json",
            "who": "Ada",
            "notebook": "01",
            "tried": 2,
            "right": 1,
            "misconceptions": ["neighbours_are_buddies"],
        }
    ]
    assert hand_in("01", tmp_path / "a.json", "Ada", work)
    other = tmp_path / "mine.json"
    other.write_text("[]")
    with pytest.raises(FileExistsError, match="stays as it is"):
        hand_in("01", other, work=work)
    with pytest.raises(ValueError, match="not a hand-in"):
        collect([other])


def handed_in(path):
    return [one["given"] for one in json.loads(path.read_text(encoding="utf-8"))["attempts"]]


def test_a_hand_in_after_a_restart_goes_on_with_the_file(tmp_path):
    """Kernel one answers two questions in turn, a to c; kernel two, which knows of none of it, goes on with d and e."""
    file, first, second = tmp_path / "work_01.json", Session(), Session()
    for work, given, so_far in (
        (first, "a", "a"),
        (first, "b", "ab"),
        (first, "c", "abc"),
        (second, "d", "abcd"),
        (second, "e", "abcde"),
    ):
        asked = "01.merge56" if given in "ace" else "01.order_of"
        work.attempts.append(Attempt(asked, 0, given, False))
        for _ in range(2):  # the cell is run again
            hand_in("01", file, work=work)
            assert handed_in(file) == list(so_far)
    hand_in("01", file, "Ada", second)  # the name comes later
    hand_in("01", file, work=second)
    assert collect([file])[0]["who"] == "Ada" and handed_in(file) == list("abcde")


@pytest.mark.parametrize(("notebook", "who"), [("01", "Bob"), ("03", "Ada")])
def test_nobodys_work_is_replaced(tmp_path, notebook, who):
    work = Session([Attempt("01.merge56", 0, "yes", False), Attempt("03.kb", 0, "1", False)])
    file = tmp_path / "work.json"
    hand_in("01", file, "Ada", work)
    before = file.read_bytes()
    with pytest.raises(FileExistsError, match="the hand-in of Ada for notebook 01 and stays as it is"):
        hand_in(notebook, file, who, work)
    assert file.read_bytes() == before


def test_a_hand_in_that_cannot_be_written_leaves_the_old_one_whole(tmp_path, monkeypatch):
    file, work = tmp_path / "work.json", Session([Attempt("01.merge56", 0, "yes", False)])
    hand_in("01", file, "Ada", work)
    before = file.read_bytes()

    def full(place, data):
        place.write_bytes(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(target, "_write", full)
    work.attempts.append(Attempt("01.merge56", 0, "no", True))
    with pytest.raises(OSError, match="No space left on device; nothing was left behind"):
        hand_in("01", file, "Ada", work)
    assert file.read_bytes() == before and list(tmp_path.iterdir()) == [file]
    with pytest.raises(FileExistsError, match="not a hand-in"):
        hand_in("01", Path("/dev/full"), work=work)


# --- glossary ----------------------------------------------------------------------------------------------------


def test_sixty_terms_in_both_languages():
    assert len(terms()) == 60
    for term in terms().values():
        assert re.search("[\u4e00-\u9fff]", term.means.zh) and not re.search("[\u4e00-\u9fff]", term.means.en), (
            term.name
        )
        assert re.search("[\u4e00-\u9fff]", term.called.zh), f"{term.name} has no Chinese name"
        assert term.means.en.endswith(".") and term.means.zh.endswith("。")


@pytest.mark.parametrize("name", terms())
def test_a_terms_source_exists(name):
    module, _, what = terms()[name].source.rpartition(".")
    assert hasattr(import_module(f"buddylab.{module}"), what)


def test_stages_and_marks_are_found_by_name():
    assert glossary("pages_min").called.zh == "最低水位线"
    assert glossary("rmqueue").name == "__rmqueue" and glossary("NOFAIL").name == "__GFP_NOFAIL"
    assert {"direct_reclaim", "out_of_memory"} <= set(STAGE_NAMES)
    assert glossary_table("pages_min").count("\n") == 2 and glossary_table().count("\n") == 61
    with pytest.raises(ValueError, match="pages_min"):
        glossary("pages")


@pytest.mark.parametrize("notebook", sorted({name.partition(".")[0] for name in names()}))
def test_every_text_of_a_notebook_is_said_and_in_both_languages(notebook):
    """The words lie beside the questions: none is left over, and both languages take values that are given."""
    folder = Path(questions.__file__).parent
    said = json.loads((folder / f"nb{notebook}.json").read_text(encoding="utf-8"))
    source = (folder / f"nb{notebook}.py").read_text(encoding="utf-8")
    for question, texts in said.items():
        for what, text in texts.items():
            key = what.removesuffix("_why") if what.startswith("claim_") else what
            assert f'"{question}.{key}"' in source or f'"{question}.{key.removeprefix("claim_")}"' in source
            assert set(text) == {"en", "zh"} and all(text.values())
