"""A Jupyter server on a copy of the notebooks, in an environment of its own."""

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
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
# No question about news, no look for updates, no saving behind the test's back.
LAB_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
}
SERVER = ("--allow-root", "--ip=127.0.0.1", "--ServerApp.port_retries=0", "--expose-app-in-browser")


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address, its token and the folder it serves (a copy: Lab writes)."""

    url: str
    token: str
    root: Path


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
    """Return once Lab serves; RuntimeError with its log if it ends or takes three minutes."""
    deadline = time.monotonic() + 180
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
        server = subprocess.Popen(
            [sys.executable, "-m", *command, *options],
            cwd=root,
            env=private_environment(home),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
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
