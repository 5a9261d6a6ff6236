"""The course's experiments and pictures: the figures are arithmetic, and what differs is marked without colour."""

import matplotlib.pyplot as plt
import pytest
from student_solutions import RIGHT, WRONG

from buddylab.course import Session, check
from buddylab.course.experiments.nb01 import largest_free_order, needed_for
from buddylab.plots import first_difference, largest_order


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def words(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("how", ["fifo", "lifo"])
def test_neighbours_that_come_back_one_after_another_make_the_largest_block_possible(how):
    largest = largest_free_order(how, 256)
    assert largest == [-1, *(pages.bit_length() - 1 for pages in range(1, 257))]


def test_random_pages_need_far_more_for_the_same_block():
    largest = largest_free_order("random", seed=1)
    assert largest == largest_free_order("random", seed=1) != largest_free_order("random", seed=2)
    assert largest[1] == 0 and largest[-1] == 10 and largest == sorted(largest)
    assert needed_for(3, largest) > 8 * needed_for(3, largest_free_order("fifo"))
    with pytest.raises(ValueError, match="no block of order 11"):
        needed_for(11, largest)
    with pytest.raises(ValueError, match="fifo, lifo, random"):
        largest_free_order("sorted")


def test_the_lines_differ_without_colour_and_have_units():
    ax = largest_order({"a": [0, 1], "b": [0, 0], "c": [-1, 1]})
    assert len({line.get_linestyle() for line in ax.lines}) == 3
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("pages that have come back", "largest free order")
    with pytest.raises(ValueError, match="nothing to draw"):
        largest_order({})


@pytest.mark.parametrize("name", WRONG)
def test_a_difference_is_marked_with_a_cross_and_hatching(name):
    ax = first_difference(check(name, WRONG[name][0], Session()))
    assert [word for word in words(ax) if word.startswith("✗")]
    assert {"the kernel", "yours"} <= set(words(ax))
    assert [patch for patch in ax.patches if patch.get_hatch()]


def test_without_a_difference_the_picture_says_so():
    same = first_difference(check("01.expand", RIGHT["01.expand"], Session()))
    assert "as the kernel in every case" in same.get_title("left")
    assert "not written yet" in first_difference(check("01.expand", lambda **_: None, Session())).get_title("left")
    odd = first_difference(check("01.expand", lambda **_: 7, Session()))
    assert [word for word in words(odd) if word.startswith("7 instead of")]
