"""A real JupyterLab in a real Chromium, for every test in this folder.

    def test_something(run_cells):
        shown = run_cells("from buddylab.widgets import Explorer", "Explorer()")
        explorer_in(shown).get_by_role("slider", name="Order").press("ArrowRight")

Lab is loaded once: `run_cells(*sources)` runs cells in a notebook that stays open, `open_tab` opens another notebook of
the served copy beside it. What they give has the Playwright `page`, the cells as they stand in Lab, the requests that
went outside and the errors of the console. `open_screen` and `alone` need neither Lab nor Python.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, expect, sync_playwright
from serving import SERVER, Lab, served

from buddylab import screen
from buddylab.widgets import Explorer

HERE = Path(__file__).resolve().parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_CHROMIUM = (
    "NO CHROMIUM, NO BROWSER TEST. On Debian and Ubuntu: apt-get install chromium fonts-dejavu-core fonts-noto-cjk"
)
CHROMIUM_ARGS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # this and the next two: a request outside shall be ours, not the browser's
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # /dev/shm is small in containers
]
WAIT_MS = 60_000
WINDOW = {"width": 1400, "height": 1000}
SCRATCH = "scratch.ipynb"
expect.set_options(timeout=15_000)  # two of these tests may run at a time
KERNEL_IS_IDLE = """() => {
    const kernel = window.jupyterapp?.shell.currentWidget?.context?.sessionContext.session?.kernel;
    return kernel && kernel.status === 'idle';
}"""
# The committed outputs go first, so that what is seen afterwards is this run's. The command ends with the last cell.
RUN_ALL = """async () => {
    await window.jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
    await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
# anywidget gives a module two seconds to load, complains of a longer wait, and shows the widget all the same. On a busy
# machine that is no fault: that each widget came is tested where it is looked at.
SLOW_MODULE = "[anywidget] Failed to initialize model."
# In a tab of its own, and gone again without a question about saving.
OPEN_TAB = """async (path) => {
    const panel = await window.jupyterapp.commands.execute('docmanager:open', { path, factory: 'Notebook' });
    await panel.context.ready;
    window.jupyterapp.shell.activateById(panel.id);
}"""
CLOSE_TAB = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    panel.context.model.dirty = false;
    panel.dispose();
}"""
SHOW_THESE = "(notebook) => window.jupyterapp.shell.currentWidget.content.model.fromJSON(notebook)"
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells"
# A page that holds the explorer's own JavaScript and the traits of an Explorer, and no Python behind them.
PAGE = (HERE / "screen.html").read_text(encoding="utf-8")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark this folder's tests, and skip them where there is no Chromium (the hook sees all folders' tests)."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("browser")
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


@dataclass
class OpenNotebook:
    """A notebook that stands open in Lab, with all that its page asked for and complained of."""

    page: Page
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def run_all(self) -> None:
        """Clear all outputs, run all cells and wait until the kernel is idle again."""
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_function(KERNEL_IS_IDLE, timeout=WAIT_MS)

    def cells(self) -> list[dict[str, Any]]:
        """The cells with their outputs, as Lab would save them."""
        return self.page.evaluate(CELLS)

    def hear(self, lab: Lab) -> None:
        """Begin to note requests to anywhere but this Lab, and errors of the page and the console."""

        def request(sent: Request) -> None:
            if not sent.url.startswith((lab.url, "data:", "blob:")):
                self.outside.append(sent.url)

        def console(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.errors.append(message.text)

        self.page.on("request", request)
        self.page.on("console", console)

        def uncaught(error: Error) -> None:
            if error.message != SLOW_MODULE:
                self.errors.append(str(error))

        self.page.on("pageerror", uncaught)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab on a copy of notebooks/; a test may put notebooks of its own into `lab.root`."""
    options = (*SERVER, "--LabApp.extension_manager=readonly")
    with served(tmp_path_factory.mktemp("lab"), "jupyterlab", *options) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page in a browser context of its own: no test sees what another one stored."""
    with browser.new_context(viewport=WINDOW) as context:
        yield context.new_page()


def opened(lab: Lab, page: Page, name: str) -> OpenNotebook:
    """A notebook of the served copy by its file's name, once its kernel is idle."""
    shown = OpenNotebook(page)
    shown.hear(lab)
    page.goto(f"{lab.url}/lab/tree/{name}?reset&token={lab.token}")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=WAIT_MS)
    page.wait_for_function(KERNEL_IS_IDLE, timeout=WAIT_MS)
    return shown


def written(*sources: str) -> dict[str, Any]:
    """A notebook of these code cells. Without the kernel's name Lab asks for it."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=kernel)


@pytest.fixture
def write_notebook(lab: Lab) -> Callable[..., None]:
    """Write a notebook of these code cells into the served copy."""
    return lambda name, *sources: nbformat.write(written(*sources), lab.root / name)


@pytest.fixture(scope="session")
def scratch(lab: Lab, browser: Browser) -> Iterator[OpenNotebook]:
    """A notebook that stays open, with its kernel, for all tests that only want cells run."""
    nbformat.write(written("import buddylab.widgets"), lab.root / SCRATCH)
    with browser.new_context(viewport=WINDOW) as context:
        yield opened(lab, context.new_page(), SCRATCH)


@pytest.fixture
def run_cells(scratch: OpenNotebook) -> Iterator[Callable[..., OpenNotebook]]:
    """Run these sources as the cells of a notebook; at the end its page had no error and asked nobody outside.

    It stands open, with a kernel that has run the cells of other tests: 5 s less than a notebook of its own.
    """

    def run(*sources: str, width: int = 1500, height: int = 1000) -> OpenNotebook:
        scratch.page.set_viewport_size({"width": width, "height": height})
        scratch.page.mouse.move(0, 0)
        scratch.page.evaluate(SHOW_THESE, written(*sources))
        scratch.run_all()
        return scratch

    scratch.errors.clear()
    scratch.outside.clear()
    yield run
    assert (scratch.errors, scratch.outside) == ([], [])


@pytest.fixture
def open_tab(scratch: OpenNotebook) -> Iterator[Callable[[str], OpenNotebook]]:
    """Open a notebook of the served copy, with a kernel of its own, in a Lab that has long been loaded."""

    def open_it(name: str) -> OpenNotebook:
        scratch.page.set_viewport_size(WINDOW)
        scratch.page.evaluate(OPEN_TAB, name)
        scratch.page.wait_for_function(KERNEL_IS_IDLE, timeout=WAIT_MS)
        return scratch

    scratch.errors.clear()
    scratch.outside.clear()
    yield open_it
    scratch.page.evaluate(CLOSE_TAB)


def explorer_in(shown: OpenNotebook) -> Locator:
    """The first explorer of a notebook, once it has drawn something."""
    root = shown.page.get_by_role("region", name="buddylab explorer").first
    expect(root.locator(".say .tx")).not_to_be_empty()
    return root


@pytest.fixture
def explorer(run_cells: Callable[..., OpenNotebook]) -> Locator:
    """The reported failure: order 3, GFP_ATOMIC, 280 MB free."""
    return explorer_in(
        run_cells(
            "from buddylab.widgets import Explorer", "Explorer(gfp_mask='GFP_ATOMIC', order=3, in_interrupt=True)"
        )
    )


@pytest.fixture
def alone(open_screen) -> Locator:
    """The reported failure on a page without Lab and without Python: for what the screen does by itself."""
    return open_screen(Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True), width=1500, height=1000)


@pytest.fixture
def open_screen(browser, tmp_path):
    """Show an Explorer at a window's size; gives the widget on its page. more: traits that stand otherwise."""
    contexts = []

    def open_it(explorer, *, width=1280, height=900, motion="no-preference", **more):
        names = [name for name in explorer.trait_names(sync=True) if not name.startswith("_")]
        traits = {name: getattr(explorer, name) for name in names if name not in ("layout", "tabbable", "tooltip")}
        text = json.dumps(traits | more).replace("<", "\\u003c")
        file = tmp_path / f"{len(contexts)}.html"
        module = screen.module("page").replace("</script", "<\\/script")
        file.write_text(PAGE.format(style=screen.style(), traits=text, module=module), encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, reduced_motion=motion))
        page = contexts[-1].new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("dialog", lambda dialog: page.errors.append(dialog.message))
        page.goto(file.as_uri())
        root = page.locator(".bl")
        expect(root.locator(".say .tx")).not_to_be_empty()
        return root

    yield open_it
    for context in contexts:
        assert [error for page in context.pages for error in page.errors] == []
        context.close()
