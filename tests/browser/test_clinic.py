"""The clinic in a real JupyterLab: paste, examples, figures that point at their lines, languages, and the way on."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sampling import sample

from buddylab.__main__ import main

DATA = Path(__file__).parents[1] / "reports" / "data"
WIDER = """el => [...el.querySelectorAll('*')].filter((node) => !node.closest('.ct-text, svg')
  && node.getBoundingClientRect().right > el.getBoundingClientRect().right + 1).map((node) => node.className)"""
WIDTHS = (700, 1000, 1400, 2000)


@pytest.fixture
def shown(run_cells):
    notebook = run_cells("from buddylab.widgets import Clinic\nclinic = Clinic()\nclinic", width=1700, height=1200)
    expect(notebook.page.locator(".clinic textarea")).to_be_visible()
    return notebook


def choose(shown, title):
    shown.page.get_by_label("Example").select_option(label=title)
    expect(shown.page.locator(".ct-verdict")).to_be_visible()


def test_a_pasted_report_is_explained_and_a_figure_points_at_its_line(shown):
    page = shown.page
    page.get_by_label("Failure report").fill((DATA / "026.txt").read_text())
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".ct-verdict p")).to_have_text(
        "Normal refused at the last row, 370 <= 620: too few pages in blocks of order 1 and above"
    )
    figure = page.get_by_role("button", name="order ≥ 1: 370 ≤ 620, no")
    figure.hover()
    lit = page.locator(".ct-text [data-on]")
    expect(lit).to_have_count(1)
    expect(lit).to_contain_text("Normal: 3755*4kB 1*8kB")
    page.mouse.move(0, 0)
    expect(lit).to_have_count(0)
    figure.focus()
    expect(lit).to_contain_text("Normal: 3755*4kB")
    assert lit.evaluate("""line => { const pane = line.closest('.ct-text').getBoundingClientRect();
        const box = line.getBoundingClientRect(); return box.top >= pane.top && box.bottom <= pane.bottom + 1 }""")
    shown.run_all()  # a cell run again begins anew
    expect(page.locator(".ct-verdict")).to_have_count(0)


def test_by_keyboard_alone_in_chinese(shown):
    page = shown.page
    box = page.get_by_label("Failure report")
    box.fill((DATA / "041.txt").read_text())
    box.press("Control+Enter")
    expect(page.locator(".ct-verdict.no")).to_be_visible()
    page.get_by_role("button", name="中文").press("Enter")
    expect(page.locator(".ct-verdict p")).to_contain_text("Normal 在第一行")
    assert page.evaluate("document.activeElement.textContent") == "中文"
    assert page.locator(".bl:has(.clinic)").get_attribute("lang") == "zh-Hans"
    assert box.count() == 0 and page.get_by_label("失败报告").input_value().startswith("[")  # the text has stayed


def test_a_hostile_name_stays_text_and_what_is_no_report_is_told(shown):
    page = shown.page
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".ct-status")).to_have_text("Paste a report first, or choose an example.")
    text = "<img src=x onerror=alert(1)>: page allocation failure: order:1, mode:0x20\n"
    page.get_by_label("Failure report").fill(text)
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".ct-req")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".clinic img").count() == 0
    expect(page.get_by_role("button", name="Step through it")).to_be_disabled()
    page.get_by_label("Failure report").fill("good morning")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".clinic .alert")).to_contain_text("There is no report in this text")
    page.get_by_label("Kernel, if").fill("soon")
    page.get_by_role("button", name="Explain").click()
    expect(page.locator(".clinic .alert")).to_contain_text("'soon' is not a kernel release")


def test_step_through_it_opens_the_reports_machine(shown):
    page = shown.page
    choose(shown, "280 MB free, and 32 kB refused")
    page.get_by_role("button", name="Step through it").click()
    explorer = page.get_by_role("region", name="buddylab explorer")
    expect(explorer).to_be_visible(timeout=20_000)
    expect(explorer.locator(".ask")).to_contain_text("one shape of many")
    expect(explorer.locator(".say .tx")).not_to_be_empty()
    expect(explorer.locator(".fixed")).to_contain_text("Linux 2.6.21")
    assert explorer.get_by_role("slider", name="Scattered").count() == 0
    explorer.locator(".ord label").nth(2).click()
    expect(explorer.locator(".ask")).to_contain_text("4 pages (order 2)")
    explorer.locator(".time input[type=range]").press("End")
    expect(explorer.locator(".say[data-mood=end-ok]")).to_be_visible()
    page.get_by_label("Example").select_option(label="DMA keeps a reserve")  # another report: the explorer goes
    expect(explorer).to_have_count(0)


def test_the_page_of_a_report_asks_for_nothing_and_changes_its_language_by_keyboard(page, tmp_path, capsys):
    report = tmp_path / "report.txt"
    report.write_text((DATA / "041.txt").read_text().replace("kswapd0", "<img src=x onerror=alert(1)>", 1))
    assert main(["explain", str(report), "--html", str(tmp_path / "a.html")]) == 0
    asked, told = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    page.context.set_offline(True)
    page.goto((tmp_path / "a.html").as_uri())
    assert len(asked) == 1 and told == [] and page.locator("img, script").count() == 0
    expect(page.get_by_role("heading", level=2)).to_have_text(
        "Normal refused at the first row, 453 <= 513: too few free pages above min mark"
    )
    page.get_by_role("radio", name="English").press("ArrowRight")
    expect(page.get_by_role("radio", name="中文")).to_be_checked()
    expect(page.get_by_role("heading", level=2)).to_contain_text("在第一行拒绝")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.context.set_offline(False)


@pytest.mark.parametrize("theme", sample("axe in the clinic", ["light", "dark"], 1))
def test_axe_finds_nothing_and_nothing_is_wider_than_the_cell(shown, theme):
    page = shown.page
    for title in ("2.6.x: two NUMA nodes", "4.8: it would have passed", "4.9: lines printed into each other"):
        choose(shown, title)
        button = page.locator(".ct-head .solo")
        while page.locator(".bl:has(.clinic)").get_attribute("data-theme") != theme:
            button.click()
        for width in WIDTHS:
            page.set_viewport_size({"width": width + 340, "height": 1200})
            found = Axe().run(page, {"include": [[".clinic"]]})
            assert found.violations_count == 0, found.generate_report()
            assert page.locator(".clinic").evaluate(WIDER) == []
