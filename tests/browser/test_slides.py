"""The lecture decks, opened from disk with the network off: the widgets on the slides play."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect

pytestmark = [pytest.mark.skipif(shutil.which("npm") is None, reason="no npm: apt-get install npm"),
              pytest.mark.xdist_group("slides")]  # what is built is built once
ROOT = Path(__file__).resolve().parents[2]
EXPLORER = "from buddylab.widgets import Explorer\nExplorer(in_interrupt=True)"


def slide(cell, kind, *tags):
    cell.metadata = {"slideshow": {"slide_type": kind}, "tags": list(tags)}
    return cell


def build(target, *notebooks):
    command = [sys.executable, "lectures/slides.py", str(target), *map(str, notebooks)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def decks(tmp_path_factory):
    """A folder of decks made of two notebooks, one of them without any slide."""
    folder = tmp_path_factory.mktemp("decks")
    cells = [slide(new_markdown_cell("# One <b>bold</b> & <i>hostile</i> title"), "slide"),
             slide(new_markdown_cell("Say this aloud."), "notes"),
             slide(new_code_cell(EXPLORER), "slide", "hide-input"),
             slide(new_code_cell("print('not for the hall')"), "skip"),
             slide(new_code_cell("from buddylab.widgets import ask\nask('01.order_of')"), "slide",
                   "hide-input")]  # fmt: skip
    nbformat.write(new_notebook(cells=cells), folder / "one.ipynb")
    nbformat.write(new_notebook(cells=[new_markdown_cell("# None")]), folder / "none.ipynb")
    done = build(folder / "out", folder / "one.ipynb", folder / "none.ipynb")
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    return folder / "out"


def test_a_widget_plays_on_a_slide_with_the_network_off(decks, page):
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.context.set_offline(True)
    page.goto((decks / "one.html").as_uri())
    root = page.get_by_role("region", name="buddylab explorer").first
    page.get_by_role("heading", name="hostile").wait_for()
    page.keyboard.press("ArrowRight")
    expect(root).to_be_visible()
    for panel in ("say", "time", "p.lad", "p.why", "p.mem", "p.strip", "note"):  # Reveal hides what it takes for slides
        expect(root.locator(f"section.{panel}")).to_be_visible()
    expect(page.get_by_text("from buddylab.widgets import")).to_have_count(0)
    expect(page.get_by_text("not for the hall")).to_be_hidden()
    slider = root.locator(".time input[type=range]")
    slider.press("End")
    expect(root.locator(".say .tx")).to_contain_text("Refused. Normal has 280,240 kB free")
    slider.press("Home")
    expect(root.locator(".say .tx")).to_contain_text("must not sleep")
    page.evaluate("() => document.activeElement.blur()")  # on the scrubber the arrows are the explorer's
    page.keyboard.press("ArrowRight")
    expect(page.locator(".quiz .q")).to_contain_text("Which order must it ask for?")
    expect(page.get_by_role("button", name="Answer")).to_be_hidden()  # nobody judges there
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_the_first_page_names_the_decks_as_text(decks):
    text = (decks / "index.html").read_text()
    assert "One &lt;b&gt;bold&lt;/b&gt; &amp; &lt;i&gt;hostile&lt;/i&gt; title" in text
    assert "none.html" not in text


def test_a_folder_that_is_there_is_left_alone(decks, tmp_path):
    done = build(decks, tmp_path / "nothing.ipynb")
    assert done.returncode == 2 and "exists already" in done.stderr
    assert (decks / "one.html").exists()
