"""The start notebook where JupyterLab is not: in Notebook 7, and as an app under Voilà."""

import pytest
from conftest import KERNEL_IS_IDLE, WAIT_MS
from playwright.sync_api import expect
from serving import SERVER, served

from buddylab.view.document import transcript
from buddylab.widgets import Explorer

pytestmark = pytest.mark.full
START = "00_start_here.ipynb"


def plays_and_answers(page):
    """The explorer shows a run, plays on a key, and Python answers a turned knob."""
    python = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    root = page.get_by_role("region", name="buddylab explorer").first
    says = root.locator(".say .tx")
    expect(says).not_to_be_empty(timeout=WAIT_MS)
    root.locator(".time input[type=range]").press("Home")
    expect(says).to_have_text(transcript(python.document)[0].partition(": ")[2])
    root.get_by_role("switch", name="PF_MEMALLOC").press("Space")
    python.set(PF_MEMALLOC=True)
    expect(says).to_have_text(transcript(python.document)[-1].partition(": ")[2])


@pytest.fixture
def errors(page):
    """Errors of our own module, which comes from a Blob; a host may have some of its own."""
    heard = []
    page.set_viewport_size({"width": 1500, "height": 1000})
    page.on("pageerror", lambda error: heard.append(str(error)) if "blob:" in (error.stack or "") else None)
    yield heard
    assert heard == []


def test_notebook_7(tmp_path, page, errors):
    with served(tmp_path, "notebook", *SERVER) as server:
        page.goto(f"{server.url}/notebooks/{START}?token={server.token}")
        page.wait_for_function(KERNEL_IS_IDLE, timeout=WAIT_MS)
        page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        plays_and_answers(page)


def test_voila_serves_the_start_notebook_as_an_app(tmp_path, page, errors):
    with served(tmp_path, "voila", "--Voila.ip=127.0.0.1") as server:
        page.goto(f"{server.url}/voila/render/{START}?token={server.token}")
        plays_and_answers(page)
        expect(page.locator(".jp-CodeMirrorEditor, .jp-InputArea-editor").first).to_be_hidden()
