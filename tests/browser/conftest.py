"""A real JupyterLab in a real Chromium, for every test in this folder.

    def test_something(open_notebook):
        shown = open_notebook("00_start_here.ipynb")
        shown.run_all()
        shown.page.get_by_role("slider", name="Order").press("ArrowRight")

`open_notebook` opens a notebook of the served copy and waits for its kernel; what it gives has the
Playwright `page`, the cells as they stand in Lab, the requests that went outside and the errors of the console.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect, sync_playwright

from buddylab import screen

HERE = Path(__file__).resolve().parent
NOTEBOOKS = HERE.parents[1] / "notebooks"
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
expect.set_options(timeout=15_000)  # two of these tests may run at a time
# No question about news, no look for updates, no saving behind the test's back.
LAB_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
}
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


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token and the folder it serves (a copy: Lab writes)."""

    url: str
    token: str
    root: Path


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def private_environment(folder: Path) -> dict[str, str]:
    """An environment in which Lab neither reads nor writes the user's own files."""
    for plugin, values in LAB_SETTINGS.items():
        file = folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
    }
    # The kernel is started as plain "python": this one's folder comes first.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {name: str(folder / part) for name, part in names.items()} | {"PATH": path}


def wait_until_it_answers(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return once Lab serves; RuntimeError with its log if it ends or takes a minute."""
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(f"{lab.url}/api/status?token={lab.token}", timeout=1).close()
            return
        except urllib.error.HTTPError as answer:  # Voilà answers, but tells nobody its status
            answer.close()
            return
        except OSError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}") from error
            time.sleep(0.1)


def shut_down_kernels(lab: Lab) -> None:
    """End what earlier tests left running: a notebook would go on in its old kernel."""
    headers = {"Authorization": f"token {lab.token}"}
    with urllib.request.urlopen(urllib.request.Request(f"{lab.url}/api/sessions", headers=headers)) as answer:
        sessions = json.load(answer)
    for session in sessions:
        url = f"{lab.url}/api/sessions/{session['id']}"
        urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="DELETE")).close()


@contextmanager
def served(home: Path, *command: str) -> Iterator[Lab]:
    """A Jupyter server (`python -m` this command) on a copy of notebooks/, until the block ends."""
    root = home / "served" / "notebooks"
    shutil.copytree(NOTEBOOKS, root, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"))
    port = free_port()
    running = Lab(f"http://127.0.0.1:{port}", secrets.token_hex(16), root)
    log = home / "server.log"
    options = ["--no-browser", f"--port={port}", f"--IdentityProvider.token={running.token}"]
    with log.open("wb") as out:
        server = subprocess.Popen([sys.executable, "-m", *command, *options], cwd=root, env=private_environment(home),
                                  stdout=out, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        wait_until_it_answers(running, server, log)
        yield running
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


SERVER = ("--allow-root", "--ip=127.0.0.1", "--ServerApp.port_retries=0", "--expose-app-in-browser")


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
    with browser.new_context(viewport={"width": 1400, "height": 1000}) as context:
        yield context.new_page()


@pytest.fixture
def open_notebook(lab: Lab, page: Page) -> Callable[[str], OpenNotebook]:
    """Open a notebook of the served copy by its file's name, and wait until its kernel is idle."""

    def open_it(name: str) -> OpenNotebook:
        shut_down_kernels(lab)
        assert (lab.root / name).is_file(), f"no notebook {name} in {NOTEBOOKS}"
        shown = OpenNotebook(page)
        shown.hear(lab)
        page.goto(f"{lab.url}/lab/tree/{name}?reset&token={lab.token}")
        page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=WAIT_MS)
        page.wait_for_function(KERNEL_IS_IDLE, timeout=WAIT_MS)
        return shown

    return open_it


@pytest.fixture
def write_notebook(lab):
    def write(name, *sources):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}  # without it Lab asks which
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), lab.root / name)

    return write


@pytest.fixture
def shown(write_notebook, open_notebook):
    """The reported failure in a notebook of its own; a longer one is drawn by Lab only where it is looked at."""
    write_notebook("reported.ipynb", "from buddylab.widgets import Explorer",
                   "Explorer(gfp_mask='GFP_ATOMIC', order=3, in_interrupt=True)")  # fmt: skip
    opened = open_notebook("reported.ipynb")
    opened.page.set_viewport_size({"width": 1500, "height": 1000})
    opened.run_all()
    yield opened
    assert opened.errors == [] and opened.outside == []


@pytest.fixture
def explorer(shown):
    root = shown.page.get_by_role("region", name="buddylab explorer")
    expect(root.locator(".say .tx")).not_to_be_empty()
    return root


@pytest.fixture
def open_screen(browser, tmp_path):
    """Show an Explorer at a window's size; gives the widget on its page. more: traits that stand otherwise."""
    contexts = []

    def open_it(explorer, *, width=1280, height=900, motion="no-preference", **more):
        names = [name for name in explorer.trait_names(sync=True) if not name.startswith("_")]
        traits = {name: getattr(explorer, name) for name in names if name not in ("layout", "tabbable", "tooltip")}
        text = json.dumps(traits | more).replace("<", "\\u003c")
        file = tmp_path / f"{len(contexts)}.html"
        module = screen.module("app").replace("</script", "<\\/script")
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
