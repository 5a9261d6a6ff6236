"""The general charts: what they draw is what they are given, it reads without colour, and bad input is told."""

import matplotlib as mpl

mpl.use("Agg")  # before pyplot: no test opens a window

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import Rectangle

from buddylab.plots import bars, curves, heat

LINES = {"a": [(0, 1), (1, 4)], "b": [(0, 2), (1, 3)]}


@pytest.fixture(autouse=True)
def _close():
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()  # what is wrong may show only when it is drawn; warnings are errors
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def drawn(ax):
    """label -> points of each line that is not a mark."""
    return {
        line.get_label(): [tuple(map(float, point)) for point in line.get_xydata()]
        for line in ax.lines
        if line.get_label() != "_mark"
    }


def test_lines_are_the_points_given_with_labels_units_and_names_at_their_ends():
    ax = curves(LINES, title="T", x="time [s]", y="free [pages]")
    assert drawn(ax) == LINES
    assert (ax.get_title("left"), ax.get_xlabel(), ax.get_ylabel()) == ("T", "time [s]", "free [pages]")
    assert texts(ax) == ["a", "b"] or texts(ax) == ["b", "a"]
    assert ax.get_legend() is None
    assert ax.get_ylim()[0] == 0


def test_twelve_lines_differ_without_colour_and_a_thirteenth_is_refused():
    ax = curves({f"{n}": [(0, n), (1, n)] for n in range(12)})
    looks = {(line.get_marker(), line.get_markerfacecolor() == "#ffffff") for line in ax.lines}
    assert len(looks) == 12
    with pytest.raises(ValueError, match="13 lines cannot be told apart without colour: draw at most 12"):
        curves({f"{n}": [(0, n)] for n in range(13)})


def test_lines_that_end_at_different_places_have_a_legend():
    assert legend(curves({"a": [(0, 1), (2, 1)], "b": [(0, 2), (1, 2)]})) == ["a", "b"]


def test_lines_that_end_at_one_height_have_a_legend_too():
    """Of 100 units 1 is about two points high, less than the eye tells apart; 10 are more than that."""
    assert legend(curves({"a": [(0, 0), (1, 100)], "b": [(0, 50), (1, 99)]})) == ["a", "b"]
    apart = curves({"a": [(0, 0), (1, 100)], "b": [(0, 50), (1, 90)]})
    assert apart.get_legend() is None
    ink = {text.get_text(): text.get_color() for text in apart.texts}
    assert {line.get_label(): line.get_color() for line in apart.lines} == ink


def test_a_gap_stays_a_gap_and_marks_are_named():
    ax = curves({"a": [(0, 1), (1, None), (2, 3)]}, marks={"early": 0.2, "at once": 0.21, "late": 1.9}, model=True)
    (line,) = [line for line in ax.lines if line.get_label() == "a"]
    assert [y != y for y in line.get_ydata()] == [False, True, False]
    assert [line.get_xdata()[0] for line in ax.lines if line.get_label() == "_mark"] == [0.2, 0.21, 1.9]
    assert {"early", "at once", "late", "model"} <= set(texts(ax))
    heights = {text.get_text(): text.xyann[1] for text in ax.texts if text.get_text() in ("early", "at once", "late")}
    assert heights["early"] == heights["late"] < heights["at once"]


def test_axes_grow_by_factors_where_it_is_asked_for():
    ax = curves({"a": [(1, 1), (1000, 100)]}, log="xy")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    ax.figure.canvas.draw()
    assert "1,000" in [label.get_text() for label in ax.get_xticklabels()]


@pytest.mark.parametrize(
    ("lines", "rest", "why"),
    [
        ({}, {}, "give at least one line"),
        ({"a": []}, {}, "line 'a' has no point to draw"),
        ({"a": [(1, 2, 3)]}, {}, r"a point of line 'a' is \(x, y\), not \(1, 2, 3\)"),
        ({"a": [(1, "two")]}, {}, "line 'a' has a point at y = 'two': a number is needed"),
        ({"a": [(1, float("nan"))]}, {}, "line 'a' has a point at y = nan: a number is needed"),
        ({"a": [(1, 0)]}, {"log": "y"}, "at y = 0: an axis that grows by factors has only positive numbers"),
        ({"a": [(1, 1)]}, {"log": "x", "marks": {"m": 0}}, "the mark 'm' stands at x = 0"),
        ({"a": [(1, 1)]}, {"log": "z"}, "'', 'x', 'y' or 'xy', not 'z'"),
        ({"a": [(1, 1)]}, {"lang": "fr"}, "'en' or 'zh'"),
    ],
)
def test_bad_lines_are_told(lines, rest, why):
    with pytest.raises(ValueError, match=why):
        curves(lines, **rest)


def fields(ax):
    """(column, row) -> (face, hatch) of each field."""
    return {
        patch.get_xy(): (patch.get_facecolor(), patch.get_hatch())
        for patch in ax.patches
        if isinstance(patch, Rectangle) and patch.get_fill() and patch.get_facecolor()[3]
    }


def test_a_map_says_each_word_in_its_field_the_first_row_above():
    ax = heat(
        [[0, 1], [1, None]],
        rows=["KERNEL", "ATOMIC"],
        columns=[0, 3],
        x="order",
        y="who",
        words={0: "refused", 1: "passes"},
    )
    assert {(text.get_position(), text.get_text()) for text in ax.texts} == {
        ((0.5, 0.5), "refused"),
        ((1.5, 0.5), "passes"),
        ((0.5, 1.5), "passes"),
    }
    assert ax.get_ylim() == (2, 0)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["KERNEL", "ATOMIC"]
    assert legend(ax) == ["refused", "passes", "nothing there"]
    assert fields(ax)[0, 0][1] != fields(ax)[1, 0][1]
    assert (1, 1) not in fields(ax)


def test_a_map_of_numbers_is_darker_where_there_is_more():
    ax = heat([[0, 5, 10]], rows=["r"], columns="abc", model=True)
    grey = [sum(fields(ax)[column, 0][0][:3]) for column in range(3)]
    assert grey[0] > grey[1] > grey[2]
    assert {"0", "5", "10", "model"} == set(texts(ax))


def test_a_large_map_has_a_scale_instead_of_numbers():
    ax = heat([[n * m for n in range(60)] for m in range(30)], rows=range(30), columns=range(60))
    assert texts(ax) == [] and len(ax.child_axes) == 1
    assert len(ax.get_yticks()) < 30


@pytest.mark.parametrize(
    ("values", "rest", "why"),
    [
        ([[1, 2]], {"rows": ["a"], "columns": ["x"]}, "1 rows of 1 columns are named, but there are 1 rows of 2"),
        ([], {"rows": [], "columns": []}, "name at least one row"),
        ([[2]], {"rows": ["a"], "columns": ["x"], "words": {0: "no"}}, "no word for the value 2: words has 0"),
        ([["no"]], {"rows": ["a"], "columns": ["x"]}, "a number or None, not 'no'"),
    ],
)
def test_a_bad_map_is_told(values, rest, why):
    with pytest.raises(ValueError, match=why):
        heat(values, **rest)


def test_bars_are_as_long_as_their_numbers_which_stand_at_their_ends():
    ax = bars({"order 0": 1204, "order 1": 0, "order 2": None}, x="order", unit="blocks")
    assert [bar.get_height() for bar in ax.patches] == [1204, 0]
    assert texts(ax) == ["1,204", "0"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("order", "blocks")


def test_series_differ_in_their_hatching_and_are_named():
    names = "abcdef"
    ax = bars({"x": {name: at for at, name in enumerate(names)}})
    looks = {(bar.get_hatch(), sum(bar.get_facecolor()) > 2.5) for bar in ax.patches}
    assert len(looks) == 6 and legend(ax) == list(names)
    with pytest.raises(ValueError, match="7 series cannot be told apart"):
        bars({"x": dict.fromkeys("abcdefg", 1)})


def test_long_names_make_the_bars_lie():
    ax = bars({f"a workload with a long name, {n}": n for n in range(6)}, x="workload", unit="pages")
    assert [bar.get_width() for bar in ax.patches] == list(range(6))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("pages", "workload")


def test_bars_by_factors_reach_their_numbers_and_0_is_a_number_alone():
    ax = bars({"a": 4, "b": 4000, "c": 0}, log=True)
    low = ax.get_ylim()[0]
    assert (low, ax.get_yscale()) == (2, "log")
    assert [bar.get_y() + bar.get_height() for bar in ax.patches] == [4, 4000, low]
    assert texts(ax) == ["4", "4,000", "0"]


@pytest.mark.parametrize(
    ("given", "rest", "why"),
    [
        ({}, {}, "give at least one bar"),
        ({"a": None}, {}, "no bar has a number"),
        ({"a": "many"}, {}, "bar 'a' has 'many'"),
        ({"a": 1, "b": {"s": 2}}, {}, "give all of them the same form"),
        ({"a": -1}, {"log": True}, "bar 'a' has -1: an axis that grows by factors has no negative numbers"),
    ],
)
def test_bad_bars_are_told(given, rest, why):
    with pytest.raises(ValueError, match=why):
        bars(given, **rest)
