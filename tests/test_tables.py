"""The plots without matplotlib: the same functions, and every figure that a picture would show, as text."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from samples import blocks, four_samples
from student_solutions import RIGHT, WRONG

from buddylab import plots
from buddylab.course import Session, check
from buddylab.plots import tables, tables_of_yours
from buddylab.plots.table import Table, wide
from buddylab.world.observe import Series

ROOT = Path(__file__).resolve().parents[1]
PLOTS = [name for name in plots.__all__ if name != "free_blocks"]  # which draws nothing


@pytest.fixture
def series():
    return four_samples()


def rows(table):
    return [tuple(row) for row in table.rows]


@pytest.mark.parametrize("name", PLOTS)
def test_a_table_takes_what_its_picture_takes(name):
    as_table = tables if hasattr(tables, name) else tables_of_yours
    picture, table = (inspect.signature(getattr(module, name)).parameters.values() for module in (plots, as_table))
    assert [(p.name, p.kind, p.default) for p in picture] == [(p.name, p.kind, p.default) for p in table]


def test_pressure_tells_pages_marks_who_gave_back_and_what_went_wrong(series):
    series.failures[0] = (100, *series.failures[0][1:])  # what comes before the first sample belongs to it
    table = tables.pressure(series)
    assert rows(table) == [
        (1.0, 12, 12, 12, 32, 0, 0, 1, 0),
        (2.0, 8, 8, 8, 0, 8, 4, 0, 0),
        (3.0, 1, 1, 1, 0, 0, 0, 1, 1),
        (4.0, 3, 3, 3, 0, 0, 0, 0, 0),
    ]
    assert list(table.notes) == ["pages_min 2, pages_low 3, pages_high 4", "This is a model."]


def test_a_long_series_is_told_in_stretches_and_says_so():
    n = 100
    long = Series(
        jiffies=list(range(n)),
        free={"Normal": list(range(n))},
        marks={"Normal": (1, 2, 3)},
        nr_free={"Normal": [blocks(o0=k) for k in range(n)]},
        reclaimed={"kswapd": list(range(n))},
    )
    table = tables.pressure(long)
    # 100 samples in at most 24 rows are 5 a row: 0 to 4 with the median 2, and so on; kswapd: 5 pages, at the end 4.
    assert len(table.rows) == 20
    assert rows(table)[0] == (0.0, 2, 0, 4, 5, 0, 0, 0, 0)
    assert rows(table)[-1] == (95 / 250, 97, 95, 99, 4, 0, 0, 0, 0)
    assert "a row is 5 samples" in table.notes[1]
    assert [row[1] for row in tables.free_by_order(long).rows] == list(range(2, 100, 5))


def test_free_by_order_is_in_pages(series):
    assert [row[:5] for row in rows(tables.free_by_order(series))] == [
        (1.0, 2, 2, 0, 8),
        (2.0, 0, 0, 0, 8),
        (3.0, 1, 0, 0, 0),
        (4.0, 1, 2, 0, 0),
    ]
    assert rows(tables.free_by_order(series, "DMA"))[0][5] == 16


def test_the_shares_are_percent_of_the_free_pages(series):
    # 2 + 2 + 8 pages: 2 of 12 are no use to order 1, 4 of 12 to order 2; later 1 of 3 and 3 of 3.
    table = tables.unusable_index(series, orders=[1, 2])
    assert [row[1:] for row in rows(table)] == [(16.7, 33.3), (0.0, 0.0), (100.0, 100.0), (33.3, 100.0)]
    assert [row[2] for row in tables.unusable_by_order(blocks(o0=6, o1=1, o2=2)).rows][:4] == [0.0, 37.5, 50.0, 100.0]


def test_both_moments_in_blocks_and_pages():
    table = tables.before_and_after(blocks(o0=3), blocks(o1=1, o10=2), names=("then", "now"))
    assert rows(table)[0] == (0, "4 kB", 3, 3, 0, 0)
    assert rows(table)[10] == (10, "4 MB", 0, 0, 2, 2048)
    assert list(table.notes) == ["then: 3 pages free", "now: 2,050 pages free"]


def test_stalls_are_counted_by_their_length(series):
    table = tables.stalls(series)
    # 0, 1, 3 and 50 jiffies of 4 ms: 50 lie from 32 (128 ms) to less than 64 (256 ms).
    assert [row for row in rows(table) if row[2]] == [(0, 4, 1), (4, 8, 1), (8, 16, 1), (128, 256, 1)]
    assert table.notes[0].startswith("4 stalls, 0.2 s in all")
    assert "nobody had to reclaim for itself" in str(tables.stalls(Series(jiffies=[1])))


def test_the_largest_order_is_told_where_it_changes():
    table = tables_of_yours.largest_order({"a": [-1, 0, 0, 1, 1], "b": [-1, 0, 1]})
    assert rows(table) == [(0, -1, -1), (1, 0, 0), (2, 0, 1), (3, 1, None), (4, 1, None)]


def test_curves_with_the_same_places_stand_side_by_side():
    table = tables_of_yours.curves(
        {"a": [(0, 1), (1, None)], "b": [(0, 2.5), (1, 1200)]}, x="t [s]", y="free [pages]", marks={"low": 0.5}
    )
    assert table.heads == ["t [s]", "a", "b"] and rows(table) == [(0, 1, 2.5), (1, None, 1200)]
    assert list(table.notes) == ["free [pages]", "low: t [s] = 0.5"]
    assert "1  –  1,200" in str(table)
    other = tables_of_yours.curves({"a": [(0, 1)], "b": [(7, 2)]})
    assert rows(other) == [("a", 0, 1), ("b", 7, 2)]


def test_long_curves_keep_their_ends_their_lowest_and_their_highest():
    line = [(n, 50) for n in range(1000)]
    line[333], line[777] = (333, 1), (777, 99)
    table = tables_of_yours.curves({"a": line})
    told = rows(table)
    assert told[0] == (0, 50) and told[-1] == (999, 50) and {(333, 1), (777, 99)} <= set(told)
    assert len(told) <= tables.ROWS + 2
    assert f"{len(told)} of 1000 points are shown" in table.notes[-1]


def test_a_map_has_its_words_and_a_large_one_says_what_it_leaves_out():
    table = tables_of_yours.heat([[0, None]], rows=["KERNEL"], columns=[0, 3], x="order", y="who", words={0: "no"})
    assert table.heads == ["who \\ order", "0", "3"] and rows(table) == [("KERNEL", "no", None)]
    large = tables_of_yours.heat([[r * c for c in range(50)] for r in range(30)], rows=range(30), columns=range(50))
    assert (len(large.rows), len(large.heads)) == (tables.ROWS, tables_of_yours.COLUMNS + 1)
    assert rows(large)[-1][0] == "29" and rows(large)[-1][-1] == 29 * 49
    assert list(large.notes) == ["24 of 30 rows are shown", "12 of 50 columns are shown"]


def test_bars_have_a_column_for_each_series():
    assert rows(tables_of_yours.bars({"a": 1, "b": None}, unit="blocks")) == [("a", 1), ("b", None)]
    table = tables_of_yours.bars({"a": {"then": 1, "now": 2}, "b": {"now": 3}}, x="order")
    assert table.heads == ["order", "then (pages)", "now (pages)"]
    assert rows(table) == [("a", 1, 2), ("b", None, 3)]


@pytest.mark.parametrize("name", WRONG)
def test_a_difference_shows_both_answers(name):
    report = check(name, WRONG[name][0], Session())
    kernel, yours = rows(tables_of_yours.first_difference(report))
    assert (kernel[0], yours[0]) == ("the kernel", "yours") and kernel[1] != yours[1]
    assert "as the kernel in every case" in str(tables_of_yours.first_difference(check(name, RIGHT[name], Session())))


def test_columns_stand_in_line_in_chinese_too(series):
    for table in (
        tables.pressure(series, lang="zh"),
        tables.stalls(series, lang="zh"),
        tables_of_yours.bars({"甲": 1, "order": 20}, x="名", unit="页", lang="zh"),
    ):
        _, head, rule, *body = str(table).splitlines()[: 3 + len(table.rows)]
        assert {wide(line) for line in (head, *body)} == {wide(rule)}
        assert "以表格显示" in str(table)


def test_a_table_prints_itself_once_and_has_a_short_repr(capsys):
    table = tables_of_yours.bars({"a": 1}, title="T")
    assert capsys.readouterr().out == f"{table}\n"
    assert repr(table) == "<table 'T (as a table: matplotlib is not here)': 1 rows>"
    assert str(Table("T", ["a"], [["two\nlines"]])).splitlines()[-1] == "two lines"


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: tables.pressure([1]), "drawn over time: give it a Simulation"),
        (lambda: tables.stalls(Series()), "no sample yet"),
        (lambda: tables_of_yours.largest_order({}), "give at least one run"),
        (lambda: tables_of_yours.largest_order({"a": []}), "give at least one run"),
        (lambda: tables.before_and_after((1,), (2,)), "11 of them"),
        (lambda: tables_of_yours.bars({"a": 1}, lang="fr"), "'en' or 'zh'"),
        (lambda: tables_of_yours.curves({}), "give at least one line"),
    ],
)
def test_bad_input_is_told_as_with_a_picture(call, why):
    with pytest.raises(ValueError, match=why):
        call()


WITHOUT = """
import sys
for name in ("matplotlib", "numpy", "ipywidgets", "anywidget"):
    sys.modules[name] = None
from buddylab import plots
from buddylab.core import gfp
from buddylab.course import check
from buddylab.course.experiments.nb01 import largest_free_order
from buddylab.world.observe import Series
S = Series(jiffies=[250, 500], every=250, free={"Normal": [12, 8]}, marks={"Normal": (2, 3, 4)},
           nr_free={"Normal": [(2, 1, 0, 1) + (0,) * 7, (0, 0, 0, 1) + (0,) * 7]}, reclaimed={"kswapd": [0, 32]})
calls = {
    "bars": lambda: plots.bars({"a": 1}), "curves": lambda: plots.curves({"a": [(0, 1)]}),
    "heat": lambda: plots.heat([[1]], rows=["r"], columns=["c"]),
    "before_and_after": lambda: plots.before_and_after(plots.free_blocks(S, at=0), plots.free_blocks(S)),
    "first_difference": lambda: plots.first_difference(check("01.expand", lambda pfn, low, high: [])),
    "free_by_order": lambda: plots.free_by_order(S), "pressure": lambda: plots.pressure(S),
    "largest_order": lambda: plots.largest_order({"fifo": largest_free_order("fifo", 64)}),
    "stalls": lambda: plots.stalls(S), "unusable_index": lambda: plots.unusable_index(S),
    "unusable_by_order": lambda: plots.unusable_by_order(plots.free_blocks(S)),
}
assert set(calls) == set(plots.__all__) - {"free_blocks"}, set(calls) ^ set(plots.__all__)
for name, call in calls.items():
    assert len(call().rows) >= 1, name
assert [row[1] for row in plots.pressure(S).rows] == [12, 8]
print("all of them")
"""


def test_all_of_them_work_where_matplotlib_and_numpy_are_missing():
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("all of them\n")
    assert done.stdout.count("matplotlib is not here") == len(PLOTS) + 1
