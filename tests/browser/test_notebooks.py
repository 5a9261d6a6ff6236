"""Every committed notebook in a real JupyterLab: Run All, then each output looked at; and a question, by keyboard.

The screens are kept in build/screens, to be looked at.
"""

import pytest
from conftest import HERE
from playwright.sync_api import expect
from sampling import sample
from serving import NOTEBOOKS
from test_lab import failures

SCREENS = HERE.parents[1] / "build" / "screens"
# Lab draws only the cells near the window: go to one, and wait until what it shows stands still.
SHOW = """async (place) => {
    const content = window.jupyterapp.shell.currentWidget.content;
    await content.scrollToItem(place, 'start');
    const node = content.widgets[place].node;
    for (let before = -1, calm = 0; calm < 3; before = node.scrollHeight) {
        await new Promise((next) => setTimeout(next, 60));
        calm = node.scrollHeight === before ? calm + 1 : 0;
    }
}"""
# A widget that fails says so in its place, and nowhere else.
COMPLAINTS = """(place) => {
    const text = window.jupyterapp.shell.currentWidget.content.widgets[place].node.innerText;
    return text.match(/Error displaying widget|Error rendering output|Failed to load|Traceback|Warning:/g) ?? [];
}"""
WIDGET = "application/vnd.jupyter.widget-view+json"
SEEN = {WIDGET, "image/png", "image/svg+xml"}
# Whether one of the cell's widgets has been drawn: ours, or one of ipywidgets.
WIDGET_IS_DRAWN = """(place) => [...window.jupyterapp.shell.currentWidget.content.widgets[place].node
    .querySelectorAll('.jp-OutputArea-output :is(.bl, .jupyter-widgets)')].some((node) => node.offsetHeight > 9)"""


def kinds(cell):
    """The kinds of output that a cell shows."""
    return {kind for output in cell.get("outputs", ()) for kind in output.get("data", ())}


@pytest.mark.parametrize(
    "name", sample("notebooks in Lab", [path.name for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))], 1)
)
def test_a_notebook_runs_in_lab_and_shows_what_it_should(open_tab, name):
    shown = open_tab(name)
    shown.run_all()
    cells = shown.cells()
    assert failures(cells) == []
    SCREENS.mkdir(parents=True, exist_ok=True)
    places = [place for place, cell in enumerate(cells) if SEEN & kinds(cell)]
    assert places, "no widget and no picture"
    for place in [0, *places]:
        shown.page.evaluate(SHOW, place)
        assert shown.page.evaluate(COMPLAINTS, place) == []
        if WIDGET in kinds(cells[place]):
            shown.page.wait_for_function(WIDGET_IS_DRAWN, arg=place)
        shown.page.screenshot(path=SCREENS / f"{name[:2]}-{place:02}.jpg", quality=85)
    assert (shown.errors, shown.outside) == ([], [])


def place_of(shown, source):
    return next(place for place, cell in enumerate(shown.cells()) if source in cell["source"])


def test_a_question_is_answered_wrong_then_right_by_keyboard(open_tab):
    shown = open_tab("01_buddies_and_free_lists.ipynb")
    shown.run_all()
    page = shown.page
    page.evaluate(SHOW, place_of(shown, 'ask("01.merge56")'))
    quiz = page.locator("form.quiz", has_text="01.merge56")
    quiz.locator(".locked").wait_for()
    assert quiz.locator("pre").count() == 0
    quiz.get_by_role("button", name="Answer").click()
    expect(quiz.get_by_role("status")).to_have_text("Choose or write an answer first.")
    expect(quiz.locator(".tries")).to_be_empty()
    first = quiz.get_by_role("radio").first
    first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    result = quiz.get_by_role("status")
    # Pages 5 and 6: 5 ^ 1 is 4, so they are neighbours and no buddies, and both stay single.
    expect(result).to_contain_text("✗ Not so. They are neighbours, not buddies.")
    expect(result.locator("pre")).to_have_text("order 0: 6 5\norder 1: -")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(result).to_contain_text("✓ Right.")
    expect(quiz.locator(".tries")).to_have_text("attempts: 2")
    # The keys were the form's: Lab neither ran a cell nor moved on.
    assert failures(shown.cells()) == []
    page.evaluate(SHOW, place_of(shown, 'ask("01.order_of")'))
    number = page.locator("form.quiz", has_text="01.order_of")
    number.get_by_role("textbox").focus()
    page.keyboard.type("five")
    page.keyboard.press("Enter")
    expect(number.get_by_role("status")).to_contain_text("? Not counted.")
    page.keyboard.press("Control+A")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(number.get_by_role("status")).to_contain_text("✓ Right. 100 kB are 25 pages")
    assert (shown.errors, shown.outside) == ([], [])
