"""Why and Ladder in a real JupyterLab: rows light what they count, stages are run to, branches say what was read."""

from playwright.sync_api import expect

from buddylab.widgets import Explorer


def lit(root):
    """The orders whose stacks are lit in the memory picture."""
    return root.locator("[data-col].hov").evaluate_all("nodes => nodes.map(node => Number(node.dataset.col))")


def at_the_deciding_test(root):
    """GFP_ATOMIC, order 3: the last test of pages_min in Normal, where order 3 is the row that refuses."""
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    frames = python.document["frames"]
    (last,) = [frame["decides"] for frame in frames if "decides" in frame]
    root.locator(".time input[type=range]").press("Home")
    for _ in range(23):  # step 24 of 28
        root.locator(".time input[type=range]").press("ArrowRight")
    return frames[last]["test"]


def test_a_row_lights_the_blocks_it_counts_under_the_pointer_and_under_the_focus(alone):
    test = at_the_deciding_test(alone)
    rows = alone.locator(".why .r[tabindex]")
    assert [row["m"] for row in test["rows"]] == [353, 176, 88, 44]  # 939 - 469 - 117 = 353, then halved an order
    expect(rows).to_have_count(4)
    for order in (0, 3):
        rows.nth(order).hover()
        assert lit(alone) == list(range(order, 11))
    alone.locator(".say .tx").hover()
    assert lit(alone) == []
    rows.nth(1).focus()
    assert lit(alone) == list(range(1, 11))
    alone.page.keyboard.press("Tab")
    assert lit(alone) == list(range(2, 11))
    rows.nth(2).blur()
    assert lit(alone) == []
    assert rows.nth(3).get_attribute("aria-label") == "order ≥ 3: 41 > 44, no"


def test_a_stage_is_run_to_by_pointer_and_by_keyboard(alone):
    stage = alone.locator(".lad [aria-current=step]")
    alone.locator('.lad [data-stage="rebalance"]').click()
    expect(stage).to_have_attribute("data-stage", "rebalance")
    stage.focus()
    alone.page.keyboard.press("ArrowUp")
    expect(alone.locator('.lad [data-stage="min_attempt"]')).to_be_focused()
    alone.page.keyboard.press("Enter")
    expect(stage).to_have_attribute("data-stage", "min_attempt")


def test_what_a_decision_looked_at_stands_at_its_branch(alone):
    labels = alone.locator(".lad .looked text")
    alone.locator('.lad [data-stage="alloc_flags"]').click()
    assert "__GFP_WAIT = 0" not in labels.all_inner_texts()  # not yet
    alone.locator('.lad [data-stage="rebalance"]').click()
    assert "__GFP_WAIT = 0" in labels.evaluate_all("nodes => nodes.map(node => node.textContent)")


def test_ladder_and_why_keep_their_place_and_height_through_the_run(alone):
    scrubber, tops = alone.locator(".time input[type=range]"), set()
    scrubber.press("Home")
    for _ in range(27):
        scrubber.press("ArrowRight")
        tops.add(
            alone.locator(".wrap").evaluate(
                "wrap => [...wrap.querySelectorAll('.lad, .why, .mem')].map(panel => {"
                " const box = panel.getBoundingClientRect(), top = wrap.getBoundingClientRect().top;"
                " return `${Math.round(box.top - top)} ${Math.round(box.height)}`; }).join()"
            )
        )
    assert len(tops) == 1, tops
