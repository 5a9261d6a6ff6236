"""Time, Compare and Predict in a real JupyterLab: what is shown is what Python recorded, and never too early."""

import re

import pytest
from conftest import explorer_in
from playwright.sync_api import expect

from buddylab.view.document import transcript
from buddylab.widgets import Explorer

SENTENCE = ".say .tx"
WRONG_ONE = 11  # the frame in which Normal refuses the second try: 41 is not above 44


@pytest.fixture
def python():
    return Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)


def scrubber(root):
    return root.locator(".time input[type=range]")


def said(python, place):
    return transcript(python.document)[place].partition(": ")[2]


def whole(root):
    """All that the screen says, but for what follows the focus."""
    return root.locator(".wrap").inner_text()


def test_stepping_back_equals_stepping_forward(alone):
    scrubber(alone).press("Home")
    forward = [whole(alone)]
    for _ in range(27):
        scrubber(alone).press("ArrowRight")
        forward.append(whole(alone))
    for text in reversed(forward[:-1]):
        scrubber(alone).press("ArrowLeft")
        assert whole(alone) == text


def test_the_next_failing_test_and_a_stage_are_run_to(alone, python):
    frames = python.document["frames"]
    failing = [
        place
        for place, frame in enumerate(frames)
        if frame.get("mood") in ("no", "end-no")
        and ("test" in frame or frame["event"][0] == "end")
        and not frame.get("test", {}).get("own")
    ]
    scrubber(alone).press("Home")
    for place in failing:
        alone.get_by_role("button", name="Run to the next failing test").click()
        expect(alone.locator(SENTENCE)).to_have_text(said(python, place))
    scrubber(alone).press("Home")
    scrubber(alone).press("n")
    expect(alone.locator(SENTENCE)).to_have_text(said(python, failing[0]))
    alone.get_by_role("combobox", name="Run to a stage").select_option("rebalance")
    assert alone.locator(".lad .n.cur").get_attribute("data-stage") == "rebalance"


def test_a_loop_begins_again(alone, python):
    alone.get_by_role("checkbox", name="loop").check()
    alone.get_by_role("combobox", name="Speed").select_option("0.5")  # slow enough to see
    alone.get_by_role("radio", name="stage").check()
    scrubber(alone).press("End")
    scrubber(alone).press("ArrowLeft")
    alone.get_by_role("button", name="Play").click()
    expect(alone.locator(SENTENCE)).to_have_text(said(python, -1))
    expect(alone.locator(SENTENCE)).to_have_text(said(python, 0), timeout=10_000)
    alone.get_by_role("button", name="Pause").click()


def test_two_orders_on_one_clock(explorer, python):
    """48 - 8 + 1 = 41 is not above 1173 >> 3 = 146; 3,248 - 4 + 1 = 3,245 is above 1173 >> 2 = 293."""
    python.compare(order=2)
    explorer.get_by_role("combobox", name="Compare").select_option(label="order 2")
    lead = explorer.locator(".compare .lead")
    expect(lead).to_contain_text("here 41 > 146 does not hold in blocks of order 3 or more")
    assert lead.inner_text() == python.difference["said"].en
    explorer.get_by_role("button", name="to the first difference").click()
    expect(explorer.locator(".compare .other")).to_contain_text("Normal, blocks of order 2 or more: 3,245 > 293")
    expect(explorer.locator(".compare .nums")).to_have_text("3,245 > 293  ✓")
    explorer.get_by_role("radio", name="4", exact=True).press("Space")
    python.set(order=4)
    expect(lead).to_have_text(python.difference["said"].en)
    explorer.get_by_role("button", name="end comparing").click()
    expect(explorer.locator(".compare")).to_be_hidden()


def test_predict_shows_nothing_that_was_not_asked_yet(alone, python):
    """Seven questions; while they wait no key, no mouse and no hidden text leads beyond."""
    later = [said(python, place) for place in range(1, len(python.document["frames"]))]
    alone.get_by_role("button", name=re.compile("^Predict")).click()
    expect(alone.locator(SENTENCE)).to_have_text(said(python, 0))
    for key in ("End", "ArrowRight", "n", "PageDown"):
        scrubber(alone).press(key)
    alone.locator(".lad .n[data-stage=nopage]").click()
    expect(alone.locator(SENTENCE)).to_have_text(said(python, 0))
    everything = alone.evaluate("root => root.outerHTML")
    assert [sentence for sentence in later if sentence in everything] == []
    answers = ["restart", "refuses", "refuses", "wake_kswapd", "holds", "refuses", "nopage"]
    for number, answer in enumerate(answers, 1):
        scrubber(alone).press("End")
        expect(alone.locator(".predict .q")).to_contain_text(f"Question {number}.")
        alone.locator(".predict").get_by_role("radio", name=answer).press("Space")
        alone.locator(".predict").get_by_role("radio", name="certain").press("Space")
        alone.get_by_role("button", name="Answer").press("Enter")
    scrubber(alone).press("End")
    expect(alone.locator(SENTENCE)).to_have_text(said(python, -1))
    expect(alone.locator(".predict .q")).to_have_text("6 of 7 predicted right")
    expect(alone.locator(".predict .sure")).to_have_text("certain: 6 of 7 right")
    expect(alone.locator(".predict td.no")).to_have_text("✗ wrong")
    expect(alone.locator(".predict th small")).to_have_text(said(python, WRONG_ONE))


def test_answers_are_kept_in_the_notebook_and_a_knob_begins_again(run_cells):
    made = "from buddylab.widgets import Explorer\ne = Explorer(in_interrupt=True, predict=True)\ne"
    opened = run_cells(made, "print(e.prediction_summary())")
    root = explorer_in(opened)
    root.locator(".predict").get_by_role("radio", name="returns NULL").press("Space")
    root.get_by_role("button", name="Answer").press("Enter")
    expect(root.locator(".predict .told")).to_have_text("✗ No, it was: restart.")
    opened.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
    opened.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-cell')")
    output = opened.page.locator(".jp-OutputArea-output pre").last
    expect(output).to_contain_text("0 of 1 predicted right")
    expect(output).to_contain_text("✗ fault_injection decides. Where does it go? NULL (fairly sure); restart")
    expect(output).to_contain_text("fairly sure: 0 of 1 right")
    expect(output).to_contain_text(said(Explorer(in_interrupt=True), 1))
    root.get_by_role("radio", name="2", exact=True).press("Space")
    expect(root.locator(".predict .q")).to_contain_text("Question 1.")


def test_no_panel_beside_it_looks_ahead(run_cells):
    """A panel that shows the same run stops where the explorer stops, and goes on when the question is answered."""
    opened = run_cells(
        "from buddylab.widgets import Explorer, Why\ne = Explorer(in_interrupt=True, predict=True)\ne",
        "Why(e)",
        height=1400,
    )
    root = explorer_in(opened)
    panel = opened.page.locator(".bl[data-piece=why]")
    told = panel.locator(".steps .tx")
    expect(told).to_have_text(said(Explorer(in_interrupt=True), 0))
    panel.get_by_role("button", name="Last").click()
    expect(told).to_have_text(said(Explorer(in_interrupt=True), 0))
    root.locator(".predict").get_by_role("radio", name="restart").press("Space")
    root.get_by_role("button", name="Answer").press("Enter")
    expect(told).to_have_text(said(Explorer(in_interrupt=True), 1))
    panel.get_by_role("button", name="Last").click()
    expect(told).to_have_text(said(Explorer(in_interrupt=True), 2))
    expect(root.locator(SENTENCE)).to_have_text(said(Explorer(in_interrupt=True), 2))
