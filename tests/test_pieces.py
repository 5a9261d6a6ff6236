"""The panels by themselves: they take a run, and all that show the same run stand on the same step."""

import pytest
import traitlets

from buddylab.core import gfp
from buddylab.core.record import record
from buddylab.explorer.filling import prepare
from buddylab.widgets import Explorer, FreeLists, Ladder, Memory, Source, Why

PIECES = (FreeLists, Ladder, Memory, Source, Why)


def recorded():
    return record(prepare("small", 900).machine, gfp.GFP_KERNEL, 0)


def test_pieces_of_one_run_move_together_and_others_stay():
    one, other = recorded(), recorded()
    pieces, stranger = [piece(one) for piece in PIECES], Why(other)
    pieces[1].index = 5
    assert [piece.index for piece in pieces] == [5] * 5 and stranger.index == -1
    assert Source(one).index == 5  # who comes later stands where the others stand


def test_an_explorer_and_its_run_share_the_cursor():
    explorer = Explorer(machine="small", gfp_mask="GFP_KERNEL", order=0)
    pieces = [Ladder(explorer.run), Why(explorer)]
    explorer.index = 3
    assert [piece.index for piece in pieces] == [3, 3]
    pieces[0].index = 2
    assert explorer.index == 2
    assert pieces[0].document["machine"]["name"][0] == "64 MB machine, two zones"  # the names that the explorer gave


def test_a_piece_of_an_explorer_follows_it_and_one_of_a_run_stays():
    explorer = Explorer(machine="small", gfp_mask="GFP_KERNEL", order=0)
    first, stays, follows = explorer.document, Why(explorer.run), Why(explorer)
    explorer.order, explorer.lang, explorer.theme = 2, "zh", "dark"
    assert stays.document == first and (stays.lang, stays.theme) == ("en", "auto")
    assert follows.document == explorer.document != first and (follows.lang, follows.theme) == ("zh", "dark")
    follows.index = 4
    assert explorer.index == 4 != stays.index


def test_a_place_in_the_last_run_that_comes_with_a_turned_knob_is_none_in_the_new_one():
    """The browser may send both in one message; -1 is: where the browser sees fit."""
    explorer = Explorer(gfp_mask="GFP_ATOMIC", order=3)
    explorer.set_state({"PF_MEMALLOC": True, "index": 27})
    assert explorer.run.end == "page" and explorer.index == -1


def test_a_closed_explorer_moves_nobody():
    explorer = Explorer(machine="small")
    piece = Why(explorer.run)
    explorer.close()
    piece.index = 7
    assert explorer.index == -1


def test_pieces_can_be_linked_like_any_widget():
    left, right = Ladder(recorded()), Ladder(recorded())
    link = traitlets.link((left, "index"), (right, "index"))
    left.index = 6
    assert right.index == 6
    link.unlink()


@pytest.mark.parametrize("piece", PIECES)
def test_the_text_form_is_short(piece):
    run = recorded()
    assert repr(piece(run)) == f"<{piece.__name__}: order 0, {len(piece(run).document['frames'])} frames>"


def test_what_is_no_run_is_told():
    with pytest.raises(ValueError, match=r"Why shows a Run .* not 'report'"):
        Why("report")
