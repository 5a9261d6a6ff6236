"""One-file pages in a real browser: from disk, with the network off, under the page's own policy."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from buddylab import export
from buddylab.knobs import FLAGS, checked
from buddylab.scenario import load
from buddylab.world.pressure import default_pressure

NAMED = Path(__file__).parents[1] / "data" / "named"
REPORT = {"machine": "report", "gfp_mask": "GFP_ATOMIC", "order": 3, "pressure": None, "scatter": None,
          "mix": "desktop", **dict.fromkeys(FLAGS, False)}  # fmt: skip


@pytest.fixture
def open_page(browser):
    """Open a file with the network off; (page, what the console complained of)."""
    with browser.new_context(viewport={"width": 1400, "height": 1000}, offline=True) as context:

        def open_it(file):
            page, errors = context.new_page(), []
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("dialog", lambda dialog: errors.append(f"dialog: {dialog.message}"))
            page.goto(file.as_uri())
            page.wait_for_selector(".bl .say")
            return page, errors

        yield open_it


def test_a_page_from_disk_plays_to_the_verdict(open_page, tmp_path):
    page, errors = open_page(export.to_html(export.knobs_take(checked(REPORT)), tmp_path / "a.html"))
    expect(page.locator(".bl .say")).to_contain_text("Normal refuses: blocks of order 3 or more count 41 pages")
    page.get_by_role("button", name="First", exact=True).click()
    page.get_by_label("Speed").select_option("4")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator(".bl .say")).to_contain_text("Refused. Normal has 280,240 kB free", timeout=30_000)
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".bl .say")).to_contain_text("280,240 kB")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    expect(page.get_by_text("旋钮不能改动")).to_be_visible()
    assert errors == []


def test_the_reader_chooses_among_the_allocations_of_a_scenario(open_page, tmp_path):
    scenario = load(NAMED / "atomic_failure.json")[0]
    scenario["name"] = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    file = export.to_html(export.scenario_takes(scenario), tmp_path / "a.html", title=scenario["name"])
    page, errors = open_page(file)
    choice = page.get_by_label("Recorded")
    choice.select_option(label="op 1: GFP_NOWAIT, order 0")
    expect(page.locator(".bl .ask")).to_contain_text("GFP_NOWAIT")
    expect(page.locator("h1")).to_have_text(scenario["name"])
    assert page.locator("img").count() == 0 and errors == []


def test_the_knobs_of_a_lecture_page_answer_without_python(open_page, tmp_path):
    file = export.lecture_page(tmp_path / "a.html", machine="report", levels=[0, default_pressure("report")],
                               orders=[0, 2, 3], presets=["GFP_ATOMIC", "GFP_KERNEL"])  # fmt: skip
    page, errors = open_page(file)
    expect(page.locator(".bl .say")).to_contain_text("more than 44 are needed")
    page.get_by_role("radio", name="2", exact=True).check(force=True)
    expect(page.locator(".bl .ask")).to_contain_text("4 pages (order 2)")
    page.get_by_label("Preset").select_option(label="GFP_KERNEL")
    expect(page.locator(".bl .ask")).to_contain_text("GFP_KERNEL")
    page.get_by_label("Memory pressure: free pages in Normal").fill("20")
    expect(page.locator(".bl .press + .size")).to_have_text("0 pages")
    expect(page.get_by_label("Memory pressure: free pages in Normal")).to_have_value("0")
    page.get_by_role("radio", name="7", exact=True).click(force=True)
    expect(page.get_by_role("alert").first).to_contain_text("That setting was not recorded")
    expect(page.get_by_role("radio", name="2", exact=True)).to_be_checked()
    page.get_by_role("radio", name="3", exact=True).check(force=True)
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator(".bl .ask")).to_contain_text("8 pages (order 3)")
    assert errors == []
