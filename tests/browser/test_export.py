"""One-file pages in a real browser: from disk, with the network off, under the page's own policy."""

import shutil
import subprocess
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import expect
from sampling import sample

from buddylab import export
from buddylab.explorer.filling import default_pressure
from buddylab.explorer.knobs import checked, flags
from buddylab.export.pictures import reading_times
from buddylab.scenario import load

REPORT = {
    "machine": "report",
    "gfp_mask": "GFP_ATOMIC",
    "order": 3,
    "pressure": None,
    "scatter": None,
    "mix": "desktop",
    **dict.fromkeys(flags(), False),
    "hand": [],
}


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
    scenario = load("atomic_failure")[0]
    scenario["name"] = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    file = export.to_html(export.scenario_takes(scenario), tmp_path / "a.html", title=scenario["name"])
    page, errors = open_page(file)
    choice = page.get_by_label("Recorded")
    choice.select_option(label="op 1: GFP_NOWAIT, order 0")
    expect(page.locator(".bl .ask")).to_contain_text("GFP_NOWAIT")
    expect(page.locator("h1")).to_have_text(scenario["name"])
    assert page.locator("img").count() == 0 and errors == []


def test_the_knobs_of_a_lecture_page_answer_without_python(open_page, tmp_path):
    file = export.lecture_page(
        tmp_path / "a.html",
        machine="report",
        levels=[1000, default_pressure("report")],
        orders=[0, 2, 3],
        presets=["GFP_ATOMIC", "GFP_KERNEL"],
    )
    page, errors = open_page(file)
    expect(page.locator(".bl .say")).to_contain_text("more than 44 are needed")
    page.get_by_role("radio", name="2", exact=True).check(force=True)
    expect(page.locator(".bl .ask")).to_contain_text("4 pages (order 2)")
    page.get_by_label("Preset").select_option(label="GFP_KERNEL")
    expect(page.locator(".bl .ask")).to_contain_text("GFP_KERNEL")
    page.get_by_label("Memory pressure: free pages in Normal").fill("980")
    expect(page.locator(".bl .press + .size")).to_have_text("0 pages")
    expect(page.get_by_label("Memory pressure: free pages in Normal")).to_have_value("1000")
    page.get_by_role("radio", name="7", exact=True).click(force=True)
    expect(page.get_by_role("alert").first).to_contain_text("That setting was not recorded")
    expect(page.get_by_role("radio", name="2", exact=True)).to_be_checked()
    page.get_by_role("radio", name="3", exact=True).check(force=True)
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator(".bl .ask")).to_contain_text("8 pages (order 3)")
    assert errors == []


HOSTILE = "</svg><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\u202egnp"


@pytest.fixture
def hostile():
    scenario = load("atomic_failure")[0]
    scenario["name"] = HOSTILE
    return export.scenario_takes(scenario, [0])


def test_a_hostile_name_stays_text_in_pictures(hostile, tmp_path):
    svg = export.to_svg(hostile, tmp_path / "a.svg").read_text(encoding="utf-8")
    assert not {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()} & {"script", "img"}
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in svg and not set("\x1b\u202e") & set(svg)
    with Image.open(export.to_png(hostile, tmp_path / "a.png")) as picture:
        assert picture.size == export.SLIDE and len(picture.convert("RGB").getcolors(1 << 24)) > 50


def test_a_hostile_title_of_a_lecture_page_stays_text(open_page, tmp_path):
    file = export.lecture_page(
        tmp_path / "a.html", machine="small", levels=[0], presets=["GFP_ATOMIC"], orders=[0], title=HOSTILE
    )
    page, errors = open_page(file)
    expect(page.locator("h1")).to_have_text("</svg><script>alert(1)</script><img src=x onerror=alert(2)>.[31m.gnp")
    assert page.locator("img").count() == 0 and errors == []


def test_a_script_that_was_slipped_in_does_not_run(open_page, take, tmp_path):
    file = export.to_html(take, tmp_path / "a.html")
    slipped = '<script>alert(1)</script><img src=x onerror="alert(2)"><main id="screen">'
    file.write_text(file.read_text(encoding="utf-8").replace('<main id="screen">', slipped), encoding="utf-8")
    _, errors = open_page(file)
    assert errors and all("Content Security Policy" in error for error in errors), errors


@pytest.fixture(scope="module")
def take():
    return export.knobs_take(checked(REPORT))


@pytest.mark.parametrize(
    ("size", "scale"), sample("sizes of a PNG", [(export.SLIDE, 1), (export.FULL_HD, 1), (export.SLIDE, 2)], 1)
)
def test_a_step_as_png_in_both_sizes_and_for_print(take, tmp_path, size, scale):
    file = export.to_png(take, tmp_path / "a.png", size=size, scale=scale)
    with Image.open(file) as picture:
        assert picture.size == (size[0] * scale, size[1] * scale)
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 50
    with pytest.raises(export.ExportError, match="there is no step 29: this run has 28"):
        export.to_png(take, tmp_path / "b.png", step=29)


@pytest.mark.full
def test_a_run_as_gif_has_a_picture_for_every_frame(take, tmp_path):
    file = export.to_gif(take, tmp_path / "a.gif")
    with Image.open(file) as film:
        assert film.n_frames == len(take.document["frames"])
        shown = []
        for number in range(film.n_frames):
            film.seek(number)
            shown.append(film.convert("RGB"))
    assert all(ImageChops.difference(a, b).getbbox() for a, b in pairwise(shown))
    print(f"GIF of the reported failure: {film.size}, {len(shown)} pictures, {file.stat().st_size:,} bytes")


@pytest.mark.full
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg: apt-get install ffmpeg")
def test_a_run_as_mp4(take, tmp_path):
    """Each picture stays as long as its sentence takes to read: the film is as long as all of them."""
    file = export.to_mp4(take, tmp_path / "a.mp4")
    assert file.read_bytes()[4:8] == b"ftyp" and file.stat().st_size > 50_000
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", str(file)]
    assert float(subprocess.check_output(asked)) == pytest.approx(sum(reading_times(take, "en")), abs=0.2)


def test_an_svg_renders_when_it_is_opened_alone(open_page, browser, take, tmp_path):
    file = export.to_svg(take, tmp_path / "a.svg", lang="zh")
    text = file.read_text(encoding="utf-8")
    assert "<script" not in text and "Normal 拒绝" in text
    page, errors = open_page(export.to_html(take, tmp_path / "a.html"))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save this step as an SVG picture").click()
    assert saved.value.suggested_filename == "buddylab-step-24.svg" and errors == []
    saved.value.save_as(tmp_path / "b.svg")
    for picture in (file, tmp_path / "b.svg"):
        with browser.new_context(offline=True) as context:
            alone = context.new_page()
            alone.goto(picture.as_uri())
            expect(alone.locator(".say .tx")).to_be_visible()
            assert alone.locator(".why").bounding_box()["width"] > 400
            assert not alone.locator(".deck").is_visible()
