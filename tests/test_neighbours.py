"""One change away: every change was played, it turns the verdict, and none that is smaller was passed over."""

import pytest

from buddylab.core import gfp
from buddylab.explorer.knobs import checked, flags
from buddylab.explorer.neighbours import MOST, neighbours
from buddylab.explorer.recording import recording
from buddylab.view.sentences import say
from buddylab.widgets import Explorer

PUBLIC = {
    "machine": "report",
    "gfp_mask": 0x20,
    "order": 3,
    "pressure": None,
    "scatter": None,
    "mix": "desktop",
    **dict.fromkeys(flags(), False),
    "hand": [],
}
SMALL = PUBLIC | {"machine": "small", "gfp_mask": gfp.GFP_KERNEL, "order": 0, "pressure": 500}


def told(changes):
    return [say(key, args).en for key, args, _, _ in changes]


def test_the_public_case_passes_one_order_less():
    """280 MB free and order 3 refused; DMA passes at order 2: 894 - 4 + 1 = 891 > 887, and Normal before it."""
    found = neighbours(PUBLIC)
    assert found[0] == ["away_order", {"order": 2, "pages": 4}, {"order": 2}, "page"]
    assert "with __GFP_WAIT" in told(found), "it may reclaim then"
    assert say(*found[0][:2]) == ("order 2 (4 pages)", "2 阶（4 页）")


@pytest.mark.parametrize(
    "knobs",
    [PUBLIC, SMALL, SMALL | {"gfp_mask": gfp.GFP_ATOMIC, "pressure": 960}, SMALL | {"pressure": 1000, "mix": "kernel"}],
)
def test_every_change_turns_the_verdict(knobs):
    granted = recording(checked(knobs)).run.end == "page"
    found = neighbours(knobs)
    assert 0 < len(found) <= MOST
    for _, _, change, end in found:
        assert len(change) == 1
        assert recording(checked({**knobs, **change})).run.end == end
        assert (end == "page") != granted


@pytest.mark.parametrize("knobs", [SMALL, SMALL | {"gfp_mask": gfp.GFP_ATOMIC, "pressure": 960, "order": 2}])
def test_no_order_nearer_and_no_bit_is_passed_over(knobs):
    """By brute force: the nearest order that turns it, and as long as there is room, every single bit."""
    granted = recording(checked(knobs)).run.end == "page"

    def turns(**change):
        return (recording(checked({**knobs, **change})).run.end == "page") != granted

    found = neighbours(knobs)
    orders = sorted((o for o in range(11) if turns(order=o)), key=lambda o: abs(o - knobs["order"]))
    shown = [change["order"] for _, _, change, _ in found if "order" in change]
    assert shown == orders[:1] or abs(orders[0] - knobs["order"]) > 1 and len(found) == MOST
    bits = {knobs["gfp_mask"] ^ bit for bit in gfp.BITS.values() if turns(gfp_mask=knobs["gfp_mask"] ^ bit)}
    masks = {change["gfp_mask"] for _, _, change, _ in found if "gfp_mask" in change}
    assert bits <= masks or len(found) == MOST


def test_the_explorer_searches_when_it_is_asked_a_little_at_a_time(monkeypatch):
    tried = []

    def two_tries(knobs):
        for found in (None, ["away_order", {"order": 1, "pages": 2}, {"order": 1}, "page"]):
            tried.append(knobs["order"])
            yield found

    monkeypatch.setattr("buddylab.explorer.session.search", two_tries)
    explorer = Explorer(machine="small")
    assert explorer.away == {} and tried == []
    explorer.away_wanted = f"{explorer.run_id}:0"
    assert tried == [3, 3] and not explorer.away["done"]
    explorer.away_wanted = f"{explorer.run_id}:2"
    assert explorer.away["done"] and [found[0] for found in explorer.away["list"]] == ["away_order"]
    assert explorer.one_away() == explorer.away["list"] and tried == [3, 3]
    explorer.set(order=1)
    assert explorer.away == {}
    explorer.away_wanted = "another run:0"
    assert explorer.away == {}
