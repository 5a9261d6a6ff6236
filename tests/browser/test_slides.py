"""The lecture decks, opened from disk with the network off: the widgets on the slides play."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="no npm: apt-get install npm"),
    pytest.mark.xdist_group("slides"),
]  # what is built is built once
ROOT = Path(__file__).resolve().parents[2]
LONG = "# Long\n\n" + "\n\n".join(f"Paragraph {n}. " + "words and more words " * 30 for n in range(8))
CODE = "\n".join(f"first_{n}();\n\nsecond_{n}();" for n in range(8))  # a blank line in it cuts nothing
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
    ask = "from buddylab.widgets import ask\nquestion = ask('01.order_of')\nquestion"
    folder = tmp_path_factory.mktemp("decks")
    cells = [
        slide(new_markdown_cell("# One <b>bold</b> & <i>hostile</i> title"), "slide"),
        slide(new_markdown_cell("Say this aloud."), "notes"),
        slide(new_code_cell(EXPLORER), "slide", "hide-input"),
        slide(new_code_cell("print('not for the hall')"), "skip"),
        slide(new_code_cell(ask), "slide"),
        slide(new_code_cell("question.then(lambda: 4 << 5)"), "-"),
        slide(new_markdown_cell(LONG), "slide"),
        new_code_cell(EXPLORER),
        new_markdown_cell("After it."),
        slide(new_markdown_cell(f"Still of it.\n\n# Next\n\nRead:\n\n```c\n{CODE}\n```"), "slide"),
        new_code_cell("print('x' * 115)"),
        slide(new_code_cell("print('checked')"), "-", "check"),
    ]
    cells[6].metadata["speaker"] = {"minutes": 4, "notes": "Slowly."}
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


WALK = """async () => {
    const R = await new Promise((next) => require(["vendor/reveal/dist/reveal.js"], next));
    const found = [];
    for (const slide of document.querySelectorAll(".slides > section:not(.stack), .slides > section.stack > section")) {
        const { h, v } = R.getIndices(slide);
        R.slide(h, v);
        for (let calm = 0, tries = 0, before; calm < 3 && tries < 50; tries += 1) { // what is drawn comes by and by
            await new Promise((next) => setTimeout(next, 100));
            const now = [slide.scrollHeight, slide.clientHeight, slide.style.zoom, slide.innerText].join();
            calm = now === before && slide.scrollHeight <= slide.clientHeight + 2 ? calm + 1 : 0;
            before = now;
        }
        const code = [...slide.querySelectorAll("pre:not(.bl pre)")].map((pre) => getComputedStyle(pre));
        found.push({ h, over: slide.scrollHeight - slide.clientHeight, wide: slide.scrollWidth - slide.clientWidth,
            zoom: Number(slide.style.zoom || 1), text: slide.innerText,
            type: Math.min(...code.map((style) => parseFloat(style.fontSize)), 99),
            filled: Math.max(0, ...[...slide.querySelectorAll(".bl")].map((node) => node.getBoundingClientRect().height
                / slide.getBoundingClientRect().height)),
            notes: [...slide.querySelectorAll("aside.notes")].map((note) => note.textContent.trim()) });
    }
    return found;
}"""


@pytest.fixture(scope="module")
def slides(decks, browser):
    """Every slide as it is seen at 1280 x 720 and in the dark: how much is cut off, how much smaller it was made."""
    page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="dark")
    page.goto((decks / "one.html").as_uri())
    page.locator(".reveal.ready").wait_for()
    yield page.evaluate(WALK)
    page.close()


def test_no_slide_scrolls_or_is_empty_or_too_small(slides):
    assert [one for one in slides if one["over"] > 2 or one["wide"] > 2 or not one["text"].strip()] == []
    assert all(one["zoom"] == 1 for one in slides if "Paragraph" in one["text"])
    assert [one for one in slides if one["zoom"] < 0.7 or one["type"] < 15] == []
    assert [one["filled"] > 0.8 for one in slides if "might_sleep" in one["text"]] == [True, True]


def test_what_is_too_long_goes_on_below(slides):
    text = "\n".join(one["text"] for one in slides)
    assert all(text.count(f"Paragraph {n}.") == 1 for n in range(8)) and text.count("After it.") == 1
    (begun,) = [one for one in slides if one["text"].startswith("Next") and "Read:" in one["text"]]
    (still,) = [one for one in slides if "Still of it." in one["text"]]
    assert still["h"] == begun["h"] - 1
    (code,) = [one for one in slides if "first_0();" in one["text"]]
    assert "second_7();" in code["text"] and code["zoom"] > 0.85
    assert "checked" not in text and "from buddylab" not in text


def test_the_speaker_has_notes_minutes_and_answers(slides):
    said = [note for one in slides for note in one["notes"]]
    assert [" ".join(note.split()) for note in said if "min." in note] == ["4 min. Slowly."]
    (answer,) = [note for note in said if note.startswith("Answer: 5 (order).")]  # 100 kB: 25 pages, so 32
    (question,) = [one for one in slides if answer in one["notes"]]
    assert "Which order" in question["text"] and "128" not in question["text"]
    assert slides[slides.index(question) + 1]["text"].strip().endswith("128")  # 4 kB << 5, once the hall has predicted


def test_a_deck_is_dark_where_the_screen_is_and_turned_by_a_key(decks, page):
    page.emulate_media(color_scheme="dark")
    page.goto((decks / "one.html").as_uri() + "#/1")
    root = page.get_by_role("region", name="buddylab explorer").first
    expect(root).to_have_attribute("data-theme", "dark")
    background = "() => getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(17, 20, 24)"
    page.keyboard.press("d")
    expect(root).to_have_attribute("data-theme", "light")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_the_first_page_names_the_decks_as_text(decks):
    text = (decks / "index.html").read_text()
    assert "One &lt;b&gt;bold&lt;/b&gt; &amp; &lt;i&gt;hostile&lt;/i&gt; title" in text
    assert "none.html" not in text


def test_a_folder_that_is_there_is_left_alone(decks, tmp_path):
    done = build(decks, tmp_path / "nothing.ipynb")
    assert done.returncode == 2 and "exists already" in done.stderr
    assert (decks / "one.html").exists()
