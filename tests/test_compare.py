"""Where two runs part. The numbers are those of the public case, worked out by hand in tests/test_frames.py."""

from buddylab.core.record import record
from buddylab.explorer.filling import prepare
from buddylab.view.compare import difference
from buddylab.view.document import view


def run(mask=0x20, order=3, pressure=None, machine="report"):
    return view(record(prepare(machine, pressure).machine, mask, order))


def test_a_run_does_not_part_from_itself():
    assert difference(run(), run()) == {}


def test_two_orders_part_in_the_first_test():
    """Order 3: blocks of order 3 and more hold 48 pages, 48 - 8 + 1 = 41, and pages_low 1173 halved three times is 146.

    Order 2: 3,248 - 4 + 1 = 3,245 in blocks of order 2 and more, and 1173 halved twice is 293: granted.
    """
    this, other = run(order=3), run(order=2)
    found = difference(this, other)
    assert this["frames"][found["frame"]]["test"]["mark_name"] == "pages_low"
    assert found["said"].en == (
        "Normal against pages_low: here 41 > 146 does not hold in blocks of order 3 or more, there 3,245 > 293 holds "
        "in blocks of order 2 or more."
    )
    assert found["said"].zh == (
        "Normal 对 pages_low：本次 3 阶及以上的块中 41 > 146 不成立，另一次 2 阶及以上的块中 3,245 > 293 成立。"
    )


def test_two_tests_that_both_refuse_part_in_their_numbers():
    """Order 4 counts 70,060 - 16 + 1 = 70,045 pages where order 3 counts 70,053; both are refused."""
    found = difference(run(order=3), run(order=4))
    numbers = "this one counts 70,053 and needs more than 1,173, the other 70,045 and more than 1,173."
    assert found["said"].en.startswith(f"Normal against pages_low: {numbers}")


def test_two_masks_part_at_the_first_question_that_tells_them_apart():
    """GFP_KERNEL may sleep, GFP_ATOMIC must not: the first stage asks just that."""
    found = difference(run(0xD0), run(0x20))
    assert found["frame"] == 0
    assert found["said"].en.startswith("They part at might_sleep. This one: The caller may sleep.")


def test_the_half_of_high_parts_them_at_alloc_flags():
    """GFP_KERNEL with and without __GFP_HIGH: the same until pages_min 939 becomes 470, one half taken off."""
    this, other = run(0xD0), run(0xF0)
    found = difference(this, other)
    assert this["frames"][found["frame"]]["stage"] == "alloc_flags"
    assert {f["stage"] for f in this["frames"][: found["frame"]]} == {
        f["stage"] for f in other["frames"][: found["frame"]]
    }


def test_a_run_that_ends_earlier_is_said_to_end():
    this, other = run(), run()
    other["frames"] = other["frames"][:5]
    assert difference(this, other)["frame"] == 5
    assert "one has ended" in difference(this, other)["said"].en
