"""Knobs as traits, panels as pieces, settings that are shared, machines of one's own, in a real JupyterLab."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import explorer_in
from playwright.sync_api import expect

from buddylab.view.document import transcript
from buddylab.widgets import Explorer

SMALL = {"machine": "small", "gfp_mask": "GFP_KERNEL", "order": 0, "pressure": 900}
LINKED = """import ipywidgets
from IPython.display import display
from buddylab.widgets import Explorer
explorer = Explorer(machine="small", gfp_mask="GFP_KERNEL", order=0, pressure=900)
slider, field = ipywidgets.IntSlider(max=10), ipywidgets.IntText(description="jslinked")
linked = ipywidgets.link((slider, "value"), (explorer, "order"))
in_the_browser = ipywidgets.jslink((field, "value"), (explorer, "order"))
label = ipywidgets.Label()
explorer.observe(lambda change: setattr(label, "value", f"{change.new} recorded {explorer.run.order}"), "order")
display(slider, field, label, explorer)"""
PIECES = """from IPython.display import display
from buddylab.widgets import Explorer, FreeLists, Ladder, Memory, Source, Why
explorer = Explorer(machine="small", gfp_mask="GFP_KERNEL", order=0, pressure=900)
display(explorer, *(piece(explorer.run) for piece in (Ladder, Source, FreeLists, Memory)), Why(explorer))"""


@pytest.fixture
def run(run_cells):
    return lambda source: explorer_in(run_cells(source)).page


def explorer_of(page):
    return page.get_by_role("region", name="buddylab explorer")


def verdict(python):
    return transcript(python.document)[-1].partition(": ")[2]


def sound(page):
    found = Axe().run(page, context=".bl").response["violations"]
    assert found == [], [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found]


def test_link_jslink_and_observe(run):
    page, python = run(LINKED), Explorer(**SMALL)
    root, field = explorer_of(page), page.get_by_label("jslinked")
    page.locator(".noUi-handle").press("ArrowRight")
    expect(root.get_by_role("radio", name="1", exact=True)).to_be_checked()
    expect(field).to_have_value("1")
    expect(page.get_by_text("1 recorded 1")).to_be_visible()
    expect(root.locator(".say .tx")).to_have_text(verdict(python.set(order=1)))
    root.get_by_role("radio", name="4", exact=True).press("Space")
    expect(page.locator(".widget-readout").first).to_have_text("4")
    expect(field).to_have_value("4")
    expect(root.locator(".say .tx")).to_have_text(verdict(python.set(order=4)))
    field.fill("12")
    field.press("Tab")
    expect(root.get_by_role("alert")).to_contain_text("order must be a whole number from 0 (4 kB) to 10 (4 MB), not 12")
    expect(field).to_have_value("4")
    field.fill("2")
    field.press("Tab")
    expect(root.locator(".say .tx")).to_have_text(verdict(python.set(order=2)))
    expect(root.get_by_role("alert")).to_be_hidden()
    expect(page.locator(".widget-readout").first).to_have_text("2")


def test_pieces_of_one_run_move_together(run):
    page, python = run(PIECES), Explorer(**SMALL)
    places = page.locator(".steps small")
    expect(places).to_have_count(5)
    page.locator(".steps .scrub").first.press("Home")
    said = places.evaluate_all("all => all.map((one) => one.textContent)")  # at once, without a word from Python
    assert said == [f"might_sleep · step 1 of {said[0].split()[-1]}"] * 5
    expect(explorer_of(page).locator(".say .st")).to_contain_text("step 1 of")
    explorer_of(page).locator(".time .scrub").press("End")
    last = places.evaluate_all("all => all.map((one) => one.textContent)")
    assert len(set(last)) == 1 and last[0].startswith("got_pg · step ")
    sound(page)
    explorer_of(page).get_by_role("radio", name="3", exact=True).press("Space")
    why = page.get_by_role("group", name="buddylab Why")
    expect(why.locator(".steps .tx")).to_have_text(verdict(python.set(order=3)))  # made from the explorer: follows it
    expect(places.nth(0)).to_have_text(last[0])  # made from its first run: stays there


def test_a_shared_setting_gives_the_same_run(run):
    page = run("from buddylab.widgets import Explorer\nExplorer(machine='small')")
    root, python = explorer_of(page), Explorer(**SMALL)
    root.get_by_role("button", name="Share", exact=True).click()
    expect(root.get_by_label("Text", exact=True)).to_have_value(Explorer(machine="small").share)
    root.get_by_role("button", name="Copy: Text").click()
    expect(root.locator(".told")).to_have_text(re.compile(r"^(Copied: Text\.|Text is selected: press Ctrl\+C\.)$"))
    paste = root.get_by_label("A setting that somebody shared")
    paste.fill("buddylab:2 order=three <b>")
    paste.press("Enter")
    expect(root.get_by_role("alert")).to_contain_text("'<b>' is not of the form name=value")
    expect(paste).to_have_value("buddylab:2 order=three <b>")
    sound(page)
    paste.fill(python.share)
    paste.press("Enter")
    expect(root.locator(".say .tx")).to_have_text(verdict(python))
    expect(root.get_by_role("alert")).to_be_hidden()
    for form in ("Text", "JSON", "Python cell"):
        key = {"Text": "text", "JSON": "json"}.get(form, "python")
        expect(root.get_by_label(form, exact=True)).to_have_value(python.forms[key])


def test_a_machine_of_ones_own(run):
    page = run("from buddylab.widgets import Explorer\nExplorer(machine='small', gfp_mask='GFP_KERNEL')")
    root = explorer_of(page)
    root.get_by_role("combobox", name="Machine").select_option("own")
    dma, normal = root.get_by_label("DMA: 1 to 16 MB"), root.get_by_label("Normal: 1 to 4,096 MB")
    expect(normal).to_have_value("48")
    dma.fill("17")
    dma.press("Enter")
    expect(root.get_by_role("alert")).to_contain_text("DMA must be a whole number from 1 to 16 MB, or left out, not 17")
    expect(dma).to_have_value("17")
    sound(page)
    dma.fill("8")
    normal.fill("24")
    root.get_by_role("button", name="build").click()
    python = Explorer(machine={"DMA": 8, "Normal": 24}, gfp_mask="GFP_KERNEL")
    expect(root.locator(".say .tx")).to_have_text(verdict(python))
    expect(root.locator(".ask")).to_contain_text("DMA 8, Normal 24 MB")
    root.get_by_role("combobox", name="Machine").select_option("small")
    expect(root.locator(".ask")).to_contain_text("64 MB machine, two zones")
    expect(dma).to_be_hidden()


def test_a_slider_that_is_dragged_is_followed(run):
    """The picture changes while the slider is held, and ends with the run of its last place."""
    page = run("from buddylab.widgets import Explorer\nExplorer(machine='small', gfp_mask='GFP_KERNEL')")
    root, python = explorer_of(page), Explorer(machine="small", gfp_mask="GFP_KERNEL")
    slider = root.get_by_role("slider", name="Scattered")
    lists = root.locator(".mem svg[aria-label*='blocks by order']")
    at_first = lists.get_attribute("aria-label")
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    page.mouse.down()
    for place in range(60, 9, -5):
        page.mouse.move(box["x"] + box["width"] * place / 100, box["y"] + box["height"] / 2)
    expect(lists).not_to_have_attribute("aria-label", at_first)  # while the button is still down
    scatter = int(slider.input_value())
    python.set(scatter=scatter)
    counts = " ".join(str(python.run.before[1].nr_free(order)) for order in range(4))
    page.mouse.up()
    expect(root.locator(".say .tx")).to_have_text(verdict(python))
    root.locator(".time .scrub").press("Home")
    expect(lists).to_have_attribute("aria-label", re.compile(rf"Normal: blocks by order {counts} "))
