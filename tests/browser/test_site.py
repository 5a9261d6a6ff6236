"""The site without a server of ours: built, served as files from one folder, opened with every other address shut."""

import functools
import http.server
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from buddylab.view.document import transcript
from buddylab.widgets import Explorer

pytestmark = [
    pytest.mark.skipif(shutil.which("npm") is None, reason="no npm: apt-get install npm"),
    pytest.mark.xdist_group("site"),
    pytest.mark.full,  # it takes minutes to build
]  # what is built is built once
ROOT = Path(__file__).resolve().parents[2]
HAND_IN = """from buddylab.course import hand_in
_ = ask("00.enough").answer("no")
print(hand_in("00", "work_00.json", who="Ada"))"""
KERNEL_MS = 240_000  # Pyodide starts, and Python is read from its wheels


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and keeps no log."""

    def log_message(self, *_):
        return


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The address of the built site, in a folder of somebody's web space."""
    top = tmp_path_factory.mktemp("web")
    folder = top / "some" / "where" / "site"
    folder.parent.mkdir(parents=True)
    command = [Path(sys.prefix) / "lite" / "bin" / "python", "lectures/lite.py", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    print(done.stdout)
    handler = functools.partial(Quiet, directory=str(top))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/some/where/site"
        server.shutdown()


@pytest.fixture
def opened(site, page):
    """The start notebook on the site; whatever is asked of another address is refused and remembered."""
    outside, errors = [], []

    def refuse(route):
        outside.append(route.request.url)
        route.abort()

    host = site.removesuffix("some/where/site")
    page.context.route(lambda url: not url.startswith((host, "data:", "blob:")), refuse)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_viewport_size({"width": 1500, "height": 1000})
    page.goto(f"{site}/lab/index.html?path=notebooks/00_start_here.ipynb")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=KERNEL_MS)
    # What is run before there is a kernel is run by none.
    expect(page.get_by_role("button", name="Python (Pyodide) | Idle")).to_be_visible(timeout=KERNEL_MS)
    yield page
    assert (outside, errors) == ([], [])


def test_the_start_notebook_runs_and_plays_without_a_server(opened):
    opened.get_by_text("Run", exact=True).first.click()
    opened.get_by_text("Run All Cells", exact=True).click()
    root = opened.get_by_role("region", name="buddylab explorer").first
    expect(root.locator(".say .tx")).not_to_be_empty(timeout=KERNEL_MS)
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    slider = root.locator(".time input[type=range]")
    slider.press("Home")
    expect(root.locator(".say .tx")).to_have_text(transcript(python.document)[0].partition(": ")[2])
    slider.press("End")
    expect(root.locator(".say .tx")).to_have_text(transcript(python.document)[-1].partition(": ")[2])
    root.get_by_role("switch", name="PF_MEMALLOC").press("Space")
    python.set(PF_MEMALLOC=True)
    expect(root.locator(".say .tx")).to_have_text(transcript(python.document)[-1].partition(": ")[2], timeout=30_000)
    opened.locator(".jp-Notebook .jp-Cell").last.locator(".jp-InputPrompt").click()
    opened.keyboard.press("Escape")
    opened.keyboard.press("b")
    opened.keyboard.press("Enter")
    opened.keyboard.insert_text(HAND_IN)
    opened.keyboard.press("Shift+Enter")
    expect(opened.get_by_text("1 attempts written to work_00.json")).to_be_visible(timeout=30_000)
    expect(opened.locator(".jp-DirListing-item", has_text="work_00.json")).to_be_visible(timeout=30_000)
