"""Pictures and films, drawn by the explorer's own JavaScript in a headless Chromium. Needs the extra `pictures`."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from buddylab.export.page import html
from buddylab.export.takes import Source, Take, takes
from buddylab.said import Lang, Said
from buddylab.target import ExportError, check, save
from buddylab.view.sentences import sentence

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SLIDE, FULL_HD = (1280, 720), (1920, 1080)
"""Sizes for slides, in pixels; for print a picture is taken at scale 2."""
WIDTHS = (1184, 1264, 1344, 1424, 1488, 1568, 1680, 1808, 2000, 2400, 3008)
"""Widths in CSS pixels at which the explorer is laid out: the first at which all of it fits is taken."""
FPS = 5
NO_PLAYWRIGHT = Said(
    "pictures are drawn by the explorer itself in a browser, and Playwright, which drives it, is not "
    "installed: pip install 'buddylab[pictures]'",
    "图片由浏览器中的界面自己绘制，而驱动浏览器的 Playwright 没有安装：pip install 'buddylab[pictures]'",
)
NO_PILLOW = Said(
    "a GIF is packed by Pillow, which is not installed: pip install 'buddylab[pictures]'",
    "GIF 由 Pillow 打包，它没有安装：pip install 'buddylab[pictures]'",
)
NO_BROWSER = Said(
    "pictures are drawn by the explorer itself in Chromium, but none was found: apt-get install chromium "
    "fonts-dejavu-core fonts-noto-cjk (on Debian); else python -m playwright install chromium",
    "图片由 Chromium 中的界面自己绘制，但没有找到 Chromium：apt-get install chromium fonts-dejavu-core "
    "fonts-noto-cjk（Debian）；否则 python -m playwright install chromium",
)
NO_FFMPEG = Said(
    "an MP4 is packed by ffmpeg, and none was found: apt-get install ffmpeg (Debian, Ubuntu), or take a GIF",
    "MP4 由 ffmpeg 打包，但没有找到它：apt-get install ffmpeg（Debian、Ubuntu），或改用 GIF",
)
H264 = (
    *("-vf", f"fps={FPS},pad=ceil(iw/2)*2:ceil(ih/2)*2"),
    *("-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage"),
    *("-pix_fmt", "yuv420p", "-movflags", "+faststart"),
)
"""What ffmpeg is told of an MP4 that every player shows: even sizes, and the index in front."""
ARGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars")
_DRESS = """() => {
  document.body.classList.add("bl-picture");
  document.querySelector(".bl").setAttribute("data-picture", "");
  const drawn = (done) => requestAnimationFrame(() => requestAnimationFrame(done));
  return new Promise((done) => document.fonts.ready.then(() => drawn(done)));
}"""
_TALL = "() => document.querySelector('.bl').offsetHeight"
T = TypeVar("T")


def to_png(
    source: Source,
    path: str | os.PathLike[str],
    *,
    step: int | None = None,
    lang: Lang = "en",
    theme: str = "light",
    size: tuple[int, int] = SLIDE,
    scale: int = 1,
    overwrite: bool = False,
) -> Path:
    """Write one step of a run as PNG and return its path. step: from 1; None for the test that decided.

    size: in pixels, times scale (2 for print). Raises ExportError without a browser or for a target that cannot be.
    """
    check(path, overwrite)
    run = takes(source)[-1]
    shot = _with_page(run, lang, theme, size, scale, lambda page: _shot(page, step, run))
    return save(path, shot, overwrite)


def to_svg(
    source: Source,
    path: str | os.PathLike[str],
    *,
    step: int | None = None,
    lang: Lang = "en",
    theme: str = "light",
    size: tuple[int, int] = SLIDE,
    overwrite: bool = False,
) -> Path:
    """Write one step of a run as SVG that needs no other file; browsers show it (it holds HTML). See `to_png`."""
    check(path, overwrite)
    run = takes(source)[-1]

    def draw(page: "Page") -> str:
        _turn(page, step, run)
        return str(page.evaluate("document.getElementById('screen').pageSvg()"))

    return save(path, _with_page(run, lang, theme, size, 1, draw), overwrite)


def to_gif(
    source: Source,
    path: str | os.PathLike[str],
    *,
    lang: Lang = "en",
    theme: str = "light",
    size: tuple[int, int] = SLIDE,
    overwrite: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Path:
    """Write a run as a GIF, a picture an event, each for as long as its sentence takes to read. See `to_png`."""
    check(path, overwrite)
    try:
        from PIL import Image
    except ImportError as error:
        raise ExportError(*NO_PILLOW) from error
    run = takes(source)[-1]
    shots = _film(run, lang, theme, size, progress)
    pictures = [Image.open(BytesIO(shot)).convert("P", palette=Image.Palette.ADAPTIVE, colors=256) for shot in shots]
    packed = BytesIO()
    pictures[0].save(
        packed,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        loop=0,
        optimize=True,
        duration=[round(1000 * seconds) for seconds in reading_times(run, lang)],
    )
    return save(path, packed.getvalue(), overwrite)


def to_mp4(
    source: Source,
    path: str | os.PathLike[str],
    *,
    lang: Lang = "en",
    theme: str = "light",
    size: tuple[int, int] = SLIDE,
    overwrite: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Path:
    """Write a run as an MP4 (H.264), packed by ffmpeg. See `to_gif`."""
    check(path, overwrite)
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise ExportError(*NO_FFMPEG)
    run = takes(source)[-1]
    shots, times = _film(run, lang, theme, size, progress), reading_times(run, lang)
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "film.mp4"
        for number, shot in enumerate(shots):
            Path(folder, f"{number}.png").write_bytes(shot)
        lines = [f"file '{number}.png'\nduration {seconds}" for number, seconds in enumerate(times)]
        # The last picture stands twice, or ffmpeg takes no notice of how long it stays.
        cue = Path(folder) / "film.ffconcat"
        cue.write_text("\n".join(["ffconcat version 1.0", *lines, f"file '{len(shots) - 1}.png'"]), encoding="ascii")
        command = [
            ffmpeg,
            "-loglevel",
            "error",
            "-f",
            "concat",
            "-i",
            str(cue),
            "-t",
            str(sum(times)),
            *H264,
            str(packed),
        ]
        _pack(command, path)
        return save(path, packed.read_bytes(), overwrite)


def _pack(command: Sequence[str], path: str | os.PathLike[str]) -> None:
    """Let ffmpeg do its work. Raises ExportError with its last words."""
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip()[-200:]
        raise ExportError(f"ffmpeg could not pack {path}: {last}", f"ffmpeg 无法打包 {path}：{last}")


def steps_by_event(run: Take) -> list[int]:
    """The steps (from 1) at which each frame of a run is complete: a frame has a step for every row of its test."""
    steps, last = [], 0
    for frame in run.document["frames"]:
        last += max(1, len(frame.get("test", {}).get("rows", ())))
        steps.append(last)
    return steps


def reading_times(run: Take, lang: Lang) -> list[float]:
    """Seconds that each frame stays: what its sentence takes to read, and longer for the verdict."""
    pace = 0.12 if lang == "zh" else 0.045
    said = [sentence(frame).in_lang(lang) for frame in run.document["frames"]]
    times = [min(6.0, 1.2 + pace * len(words)) for words in said]
    return [*times[:-1], times[-1] + 3]


def _film(
    run: Take, lang: Lang, theme: str, size: tuple[int, int], progress: Callable[[float], object] | None
) -> Sequence[bytes]:
    steps = steps_by_event(run)

    def shots(page: "Page") -> list[bytes]:
        taken = []
        for number, step in enumerate(steps, 1):
            taken.append(_shot(page, step, run))
            if progress is not None:
                progress(number / len(steps))
        return taken

    return _with_page(run, lang, theme, size, 1, shots)


def _shot(page: "Page", step: int | None, run: Take) -> bytes:
    _turn(page, step, run)
    return page.screenshot()


def _turn(page: "Page", step: int | None, run: Take) -> None:
    most = steps_by_event(run)[-1]
    if step is None:
        return
    if not 1 <= step <= most:
        raise ExportError(
            f"there is no step {step}: this run has {most}, counted from 1",
            f"没有第 {step} 步：这次运行共 {most} 步，从 1 数起",
        )
    page.evaluate("at => document.getElementById('screen').pageModel.set('index', at)", step - 1)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _with_page(run: Take, lang: Lang, theme: str, size: tuple[int, int], scale: int, draw: Callable[["Page"], T]) -> T:
    """What `draw` makes of the run's page. In a thread of its own: a notebook's loop must not be stood upon."""
    text = html([run], lang=lang, theme=theme)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_in_browser, text, size, scale, draw).result()


def _in_browser(text: str, size: tuple[int, int], scale: int, draw: Callable[["Page"], T]) -> T:
    width, height = size
    with _chromium() as browser, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(text, encoding="utf-8")
        page = _opened(browser, file, width, height, 1)
        for wide in WIDTHS:
            tall = round(height * wide / width)
            page.set_viewport_size({"width": wide, "height": tall})
            page.evaluate(_DRESS)
            if page.evaluate(_TALL) <= tall:
                break
        return draw(_opened(browser, file, wide, tall, scale * width / wide))


def _opened(browser: "Browser", file: Path, width: int, height: int, scale: float) -> "Page":
    """The page without its controls. scale: pixels of the picture to one of the layout."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, offline=True, reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector(".bl .say")
    page.evaluate(_DRESS)
    return page


@contextmanager
def _chromium() -> Iterator["Browser"]:
    """A headless Chromium: the system's, else Playwright's own."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise ExportError(*NO_PLAYWRIGHT) from error
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=found, headless=True, args=list(ARGS))
        except Error as error:
            if found is None:
                raise ExportError(*NO_BROWSER) from error
            reason = error.message.splitlines()[0]
            raise ExportError(f"{found} did not start: {reason}", f"{found} 没有启动：{reason}") from error
        try:
            yield browser
        finally:
            browser.close()
