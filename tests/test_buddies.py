"""The missing buddy by its XOR and what became of it, and where the marks lie, worked out by hand."""

import pytest

import buddylab as bl
from buddylab.view.buddies import missing_buddies
from buddylab.view.document import view

START = 199440  # of the strip: 32 pages, up to 199471


def strip(free, used="?" * 32):
    return {"zone": 1, "start": START, "pages": 32, "free": free, "used": used}


def refused(o, **more):
    return {"test": {"zone": 1, "rows": [{"o": o, "ok": False}]}, **more}


def missing(strips, *frames):
    return [frame.get("test", {}).get("missing") for frame in missing_buddies(strips, frames)]


def test_the_buddy_is_found_by_the_xor():
    """199440 = 24930 * 8 is an even multiple of 8, so its buddy lies 8 pages above."""
    one = strip([[199440, "3"], [199456, "4"]])
    assert missing([one], refused(4)) == [{"pfn": 199440, "buddy": 199448, "order": 3, "why": "used"}]
    assert missing([one], refused(3)) == [None]  # no block of order 2
    assert missing([one], refused(5)) == [None]  # 199456 ^ 16 = 199472 lies behind the strip
    assert missing([one], refused(0)) == [None]  # no list was left out
    assert missing([one], {"test": {"zone": 1, "rows": [{"o": 4, "ok": True}]}}) == [None]
    assert missing([one], {"test": {"zone": 0, "rows": [{"o": 4, "ok": False}]}}) == [None]


def test_of_several_the_highest_is_shown():
    assert missing([strip([[199440, "1"], [199444, "1"], [199448, "1"]])], refused(2))[0]["pfn"] == 199448


@pytest.mark.parametrize(
    ("free", "used", "why"),
    [
        ([], "?" * 8 + "P" * 8 + "?" * 16, "pcp"),
        ([], "?" * 8 + "P" * 7 + "K" + "?" * 16, "used"),
        ([[199448, "2"]], "?" * 12 + "A" * 4 + "?" * 16, "split"),
    ],
)
def test_why_it_is_missing(free, used, why):
    assert missing([strip([[199440, "3"], *free], used)], refused(4))[0]["why"] == why


def test_the_changes_up_to_the_test_count():
    one = strip([[199440, "3"]])
    taken = {"changes": [[1, "lists", "3", 0, 199440], [1, "counts", "NR_FREE_PAGES", 5]]}
    back = {"changes": [[1, "lists", "3", 1, 199440], [0, "lists", "3", 0, 199440], [1, "pcp", "hot", 2, 199448]]}
    emptied = {"changes": [[1, "pcp", "hot", 0, 199448]]}
    told = missing([one], refused(4), taken, refused(4), back, refused(4), refused(4, **emptied))
    assert [one and one["pfn"] for one in told] == [199440, None, None, None, 199440, 199440]


def test_the_marks_lie_above_the_reserve_that_is_kept_from_the_class():
    """DMA of 1 GB i386: 17, 21, 25 and a reserve of 880 pages against requests that may use Normal."""
    request = view(bl.record(bl.machine("i386_1g"), "GFP_KERNEL", 0))["request"]
    assert request["classzone_idx"] == 1
    assert request["marks"][0] == {"min": 17 + 880, "low": 21 + 880, "high": 25 + 880}
