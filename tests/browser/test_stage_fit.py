"""The stage in a real Chromium: it fits, nothing is cut and no text lies on another, and a second renderer agrees."""

import io
import json
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat
from stage_stories import STORIES, played

from buddylab import screen
from buddylab.view.document import text

HERE = Path(__file__).resolve().parent
PAGE = (HERE / "stage.html").read_text(encoding="utf-8")
HEIGHTS = {836: 640, 996: 740, 1500: 900, 390: 844}
"""px of height that the stage may take at most, by its width."""
# Every label with its box; those of pale parts are on their way in or out. A box is a little smaller than its letters'.
LABELS = """() => [...document.querySelectorAll(".stagescreen svg text")].map((node) => {
    const { x, y, width, height } = node.getBoundingClientRect(), style = getComputedStyle(node);
    const pale = Number(node.closest("g[opacity]")?.getAttribute("opacity") ?? 1) < 0.5;
    return { text: node.textContent, x, y: y + height * 0.2, w: width, h: height * 0.6, pale,
        size: Number.parseFloat(style.fontSize) * node.getScreenCTM().a };
}).filter(({ text }) => text.trim())"""
WIDER = """() => [".first, .request, .kt, .kv, .chips, .ctl, .where, .time, .q, .text, .opening:not([hidden])"]
    .flatMap((those) => [...document.querySelectorAll(those)])
    .filter((node) => node.offsetParent && (node.scrollWidth > node.clientWidth + 1
        || node.scrollHeight > node.clientHeight + 3))
    .map((node) => `${node.className}: ${node.textContent.slice(0, 60)}`)"""
SHOW = """([beat, moment]) => { const { app, stage } = window.stage, at = Math.min(beat, app.beats.length - 1),
    { travelMs, moveMs, kind } = app.beats[at]; stage.film.place(at, (travelMs + moveMs) * moment); return kind; }"""
STAGES_SEEN = "() => window.stage.app.beats.map(({ stage }, at) => [stage, at])"


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    """Every story as a page of its own."""
    folder = tmp_path_factory.mktemp("stage")
    module = screen.module("stage/alone").replace("</script", "<\\/script")
    for name in STORIES:
        done = played(name)
        given = json.dumps({"document": done.document, "deck": done.deck, "text": text()}).replace("<", "\\u003c")
        page = PAGE.format(style=screen.style(), given=given, module=module)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture
def open_stage(browser, pages):
    contexts = []

    def open_it(story, width=836, how=""):
        height = HEIGHTS.get(width, 720)
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda one: page.errors.append(one.text) if one.type == "error" else None)
        page.goto(f"{(pages / f'{story}.html').as_uri()}#{how}")
        page.wait_for_function("document.documentElement.dataset.ready")
        return page

    yield open_it
    for context in contexts:
        assert [error for page in context.pages for error in page.errors] == []
        context.close()


def touching(labels):
    """Pairs of labels that lie on each other."""
    for at, a in enumerate(labels):
        for b in labels[at + 1 :]:
            apart = a["x"] + a["w"] <= b["x"] + 1 or b["x"] + b["w"] <= a["x"] + 1
            if not (apart or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"] or a["pale"] or b["pale"]):
                yield a["text"], b["text"]


def one_of_each_stage(page, rng):
    """A beat of every stage of the run, the first and the last."""
    by_stage = {}
    for stage, at in page.evaluate(STAGES_SEEN):
        by_stage.setdefault(stage, []).append(at)
    return sorted({0, *(rng.choice(beats) for beats in by_stage.values()), max(map(max, by_stage.values()))})


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [*HEIGHTS, "lecture"])
@pytest.mark.parametrize("story", STORIES)
def test_it_fits(open_stage, story, width, lang):
    """The height that was promised, no label cut, too small or on another, nothing wider than its place."""
    hall = width == "lecture"
    page = open_stage(story, 1280 if hall else width, f"lang={lang}" + "&lecture=1" * hall)
    box = page.locator(".stagescreen").bounding_box()
    assert box["height"] <= (720 if hall else HEIGHTS[width])
    for beat in one_of_each_stage(page, Random(f"{story} {width} {lang}")):
        kind = page.evaluate(SHOW, [beat, 1])
        labels = page.evaluate(LABELS)
        where = f"beat {beat} {kind}"
        assert [one["text"] for one in labels if one["size"] < 10.99] == [], where
        cut = [
            one["text"]
            for one in labels
            if one["x"] < -1 or one["x"] + one["w"] > box["width"] + 1 or one["y"] + one["h"] > box["height"]
        ]
        assert cut == [], where
        assert list(touching(labels)) == [], where
        assert page.evaluate(WIDER) == [], where


def test_the_source_shows_eight_lines(open_stage):
    page = open_stage("refused")
    lines = "() => { const node = document.querySelector('.code'); return node.clientHeight / 15; }"
    assert page.evaluate(lines) >= 8


@pytest.mark.skipif(shutil.which("rsvg-convert") is None, reason="no rsvg-convert: apt-get install librsvg2-bin")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("story", ["refused", "split", "killer", "reclaim"])
def test_a_second_renderer_draws_the_same(open_stage, story, theme, tmp_path):
    """librsvg against Chromium: blurred, so that only what is missing or moved counts, not the edges of letters."""
    page = open_stage(story, 836, f"theme={theme}")
    page.evaluate("document.querySelector('.opening').style.display = 'none'")
    picture = page.locator(".stagescreen > svg")
    for beat in one_of_each_stage(page, Random(story)):
        page.evaluate(SHOW, [beat, 1])
        page.evaluate("document.querySelector('.opening').style.display = 'none'")
        page.evaluate("document.querySelectorAll('.code, .note').forEach((node) => { node.style.display = 'none'; })")
        chromium = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
        svg = picture.evaluate("(node) => new XMLSerializer().serializeToString(node)")
        (tmp_path / "step.svg").write_text(svg, encoding="utf-8")
        paper = "#111418" if theme == "dark" else "white"
        subprocess.run(["rsvg-convert", "-b", paper, "-o", tmp_path / "step.png", tmp_path / "step.svg"], check=True)
        librsvg = Image.open(tmp_path / "step.png").convert("RGB").resize(chromium.size)
        blurred = [image.filter(ImageFilter.GaussianBlur(4)) for image in (chromium, librsvg)]
        apart = ImageChops.difference(*blurred).convert("L")
        assert apart.getextrema()[1] < 40 and ImageStat.Stat(apart).mean[0] < 0.8, beat


def test_the_film_plays_steps_back_and_is_scrubbed(open_stage):
    page = open_stage("split")
    where = "() => window.stage.stage.film.at"
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => window.stage.stage.film.at >= 2")
    page.get_by_role("button", name="Pause").click()
    stood = page.evaluate(where)
    page.get_by_role("button", name="One step back").click()
    assert page.evaluate(where) == stood - 1
    line = page.locator("svg.scrub").bounding_box()
    page.mouse.click(line["x"] + line["width"] - 6, line["y"] + 16)
    assert page.evaluate(where) == page.evaluate("() => window.stage.app.beats.length - 1")
    page.locator(".rung[data-stage=restart]").click()
    assert page.locator(".where b").inner_text() == "restart"


def test_drawing_a_moment_takes_less_than_a_frame(open_stage):
    """Main-thread work per animated frame: 95 of 100 under 12 ms, none over 50. The best of three, for other load."""
    page = open_stage("killer")
    times = page.evaluate("""() => {
        const { app, stage } = window.stage, best = new Map();
        for (let round = 0; round < 3; round += 1) {
            for (const [at, { travelMs, moveMs }] of app.beats.entries()) for (let m = 0; m <= 10; m += 1) {
                stage.film.at = at;
                stage.film.ms = ((travelMs + moveMs) * m) / 10;
                const before = performance.now();
                stage.film.draw();
                best.set(`${at} ${m}`, Math.min(best.get(`${at} ${m}`) ?? Infinity, performance.now() - before));
            }
        }
        return [...best.values()].sort((a, b) => a - b);
    }""")
    assert times[int(len(times) * 0.95)] < 12 and times[-1] < 50
