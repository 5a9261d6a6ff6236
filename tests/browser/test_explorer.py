"""The explorer in a real JupyterLab: what is lit and what is written there is what Python computes."""

import re
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import explorer_in
from playwright.sync_api import expect
from sampling import sample

from buddylab.view.document import transcript
from buddylab.widgets import Explorer


def knob(root, role, name):
    return root.get_by_role(role, name=re.compile(name))


def frames_and_text(root):
    """The stage that is lit on the ladder, and the sentence of the caption."""
    return root.locator(".lad .n.cur").get_attribute("data-stage"), root.locator(".say .tx").inner_text()


def shows(root, python, place=-1):
    """The screen stands on this frame of a run that Python made on its own."""
    frame = python.document["frames"][place]
    said = transcript(python.document)[place].partition(": ")[2]
    expect(root.locator(".say .tx")).to_have_text(said)
    assert root.locator(".lad .n.cur").get_attribute("data-stage") == frame["stage"]


def test_the_first_sight_is_the_test_that_refused(explorer):
    """41 > 44 does not hold, written out by hand in tests/test_frames.py."""
    assert frames_and_text(explorer) == (
        "min_attempt",
        "Normal refuses: blocks of order 3 or more count 41 pages; more than 44 are needed.",
    )
    assert explorer.locator(".why .hero .num").all_inner_texts() == ["41", "44"]
    rows = zip(
        explorer.locator(".why .rows .f").all_inner_texts(),
        explorer.locator(".why .rows .m").all_inner_texts(),
        strict=True,
    )
    assert list(rows) == [("70,053", "353"), ("25,475", "176"), ("3,241", "88"), ("41", "44")]
    lit = explorer.locator(".src .ln.lit b")
    assert lit.all_inner_texts() == ["87", "88", "89"]
    # Nothing sticks out below, or the cell would get a scroll bar that takes the wheel from the notebook.
    cell = explorer.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-output')]")
    assert cell.evaluate("el => [el.scrollHeight - el.clientHeight, el.scrollWidth - el.clientWidth]") == [0, 0]


def test_a_switch_leads_where_python_says(explorer):
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    knob(explorer, "switch", "^in_interrupt").press("Space")
    knob(explorer, "switch", "^PF_MEMALLOC").press("Space")
    shows(explorer, python.set(in_interrupt=False, PF_MEMALLOC=True))
    assert python.run.end == "page" and "nofail_alloc" in python.stages()
    knob(explorer, "switch", "^__GFP_NOMEMALLOC").press("Space")
    shows(explorer, python.set(gfp_mask="GFP_ATOMIC|__GFP_NOMEMALLOC"))
    assert python.run.end == "no_page"


# Note what the screen tells, and let Python's answer come as it does: one message that changes several traits.
HEAR = """() => {
    const { model } = window, { set } = model;
    model.told = {};
    model.set = (name, value) => { model.told[name] = value; set(name, value); };
    model.answer = (state) => { for (const [name, value] of Object.entries(state)) set(name, value); };
}"""


def test_a_place_in_a_run_that_is_left_is_never_told(open_screen):
    """Two knobs are turned at once: the first run's place would be taken for one in the second."""
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    root = open_screen(python)
    root.page.evaluate(HEAR)
    knob(root, "switch", "^in_interrupt").press("Space")
    knob(root, "switch", "^PF_MEMALLOC").press("Space")

    def answer(**turned):
        python.set(**turned)
        state = {
            name: getattr(python, name) for name in (*python.knobs, "deck", "forms", "document", "run_id", "index")
        }
        root.page.evaluate("(state) => window.model.answer(state)", state)
        root.page.wait_for_timeout(500)  # longer than any wait before a place is told
        return root.page.evaluate("() => window.model.told")

    first = answer(in_interrupt=False)
    assert (first["in_interrupt"], first["PF_MEMALLOC"]) == (False, True) and "index" not in first
    last = answer(PF_MEMALLOC=True)["index"]
    assert last == sum(len(frame["test"]["rows"]) if "test" in frame else 1 for frame in python.document["frames"]) - 1
    shows(root, python)


def test_a_slider_leads_where_python_says(explorer):
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    slider = knob(explorer, "slider", "^Memory pressure")
    slider.press("End")
    shows(explorer, python.set(pressure=1000))
    expect(slider).to_have_value("1000")
    knob(explorer, "radio", "^2$").press("Space")
    shows(explorer, python.set(order=2))
    knob(explorer, "combobox", "^Machine").select_option("small")
    shows(explorer, python.set(machine="small"))


def test_keys_step_through_the_same_frames_as_python(alone):
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    knob(alone, "radio", "^event").check()
    slider = knob(alone, "slider", "^Frame")
    slider.press("Home")
    shows(alone, python, 0)
    for place in range(1, len(python.document["frames"])):
        slider.press("ArrowRight")
        shows(alone, python, place)
    slider.press("ArrowLeft")
    shows(alone, python, -2)
    slider.press("End")
    shows(alone, python)


def test_play_runs_to_the_verdict_and_stops(alone):
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    knob(alone, "combobox", "^Speed").select_option("4")
    knob(alone, "radio", "^stage").check()
    knob(alone, "slider", "^Frame").press("Home")
    knob(alone, "button", "^Play").click()
    expect(alone.locator(".say .tx")).to_have_text(transcript(python.document)[-1].partition(": ")[2], timeout=30_000)
    expect(knob(alone, "button", "^Play")).to_be_visible()


def test_chinese_is_chinese_throughout(explorer):
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    drawn = "svg => Math.round(svg.getBBox().width)"
    english = explorer.locator(".time .scr svg").evaluate(drawn)
    explorer.get_by_role("button", name="中文").click()
    knob(explorer, "slider", "^帧").press("End")
    expect(explorer.locator(".say .tx")).to_have_text(transcript(python.document, "zh")[-1].partition(": ")[2])
    explorer.get_by_role("button", name="en", exact=True).click()
    assert explorer.locator(".time .scr svg").evaluate(drawn) == english, "as wide as its place between these words"


def test_a_mask_that_is_none_is_told_on_the_screen(explorer):
    field = knob(explorer, "textbox", "^gfp_mask")
    field.fill("GFP_KERNAL<b>")
    field.press("Enter")
    expect(explorer.get_by_role("alert").first).to_contain_text("'GFP_KERNAL<b>'")
    field = knob(explorer, "textbox", "^gfp_mask")
    field.fill("GFP_KERNEL|__GFP_NORETRY")
    field.press("Enter")
    shows(explorer, Explorer(gfp_mask=0x10D0, order=3, in_interrupt=True))


@pytest.mark.parametrize(("theme", "lang"), sample("axe in Lab", product(("light", "dark"), ("en", "zh")), 1))
def test_nobody_is_shut_out(run_cells, theme, lang):
    """axe finds nothing wrong in the widget, at the first frame, the deciding one and the verdict."""
    shown = run_cells(
        f"from buddylab.widgets import Explorer\nExplorer(in_interrupt=True, theme={theme!r}, lang={lang!r})"
    )
    root = explorer_in(shown)
    for key in (None, "Home", "End"):
        if key:
            root.locator(".time input[type=range]").press(key)
        found = Axe().run(shown.page, context=".bl").response["violations"]
        assert found == [], [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found]


def test_a_stage_button_leads_to_its_stage(run_cells):
    shown = run_cells(
        "from IPython.display import display\nfrom buddylab.widgets import Explorer, StageButtons\n"
        "explorer = Explorer()\ndisplay(StageButtons(explorer), explorer)"
    )
    root = explorer_in(shown)
    for stage in ("out_of_memory", "nofail_alloc"):
        shown.page.get_by_role("button", name=stage, exact=True).click()
        expect(root.locator(".lad .n.cur")).to_have_attribute("data-stage", stage)
        shown.page.wait_for_timeout(500)  # and there it stays
        expect(root.locator(".lad .n.cur")).to_have_attribute("data-stage", stage)
