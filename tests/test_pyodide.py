"""The package as it comes, in a Python that runs in JavaScript: no extra is there, none is needed; plots are tables."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from buddylab import __version__

ROOT = Path(__file__).resolve().parents[1]
LITE = Path(sys.prefix) / "lite" / "bin" / "python"  # make builds it: JupyterLite's tools lie apart
ASK = """
import {{ loadPyodide }} from "./pyodide.mjs";
const pyodide = await loadPyodide();
await pyodide.loadPackage({wheel}, {{ messageCallback: () => undefined }});
console.log(await pyodide.runPythonAsync(`{python}`));
"""
# The public case, counted by hand in tests/test_frames.py: 41 pages against 44; and what the import drew in.
PYTHON = """
import json, sys
import buddylab
from buddylab.view.document import transcript, view
from buddylab.core.record import record
from buddylab.explorer.filling import prepare
run = record(prepare("report").machine, 0x20, 3)
told = [line for line in transcript(view(run)) if "41 pages; more than 44" in line]
from buddylab.plots import before_and_after
table = before_and_after((6, 1, 2) + (0,) * 8, (0,) * 11)
from buddylab.explorer.session import Session
session = Session(dict(machine="tiny"))
turned, wrong = session.receive(dict(order=1)), session.receive(dict(order=11))
from buddylab.course.asking import Asking
asking = Asking("01.merge56")
verdict = asking.receive(dict(given=dict(value="no")))["verdict"]
sessions = [turned["order"], turned["document"]["end"], wrong["error"], verdict["state"]]
heavy = sorted({"numpy", "matplotlib", "ipywidgets", "anywidget"} & set(sys.modules))
json.dumps([buddylab.__version__, run.end, bool(told), heavy, sys.platform, table.rows[2], sessions])
"""


@pytest.mark.full
@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm: apt-get install npm")
def test_the_core_runs_in_pyodide(tmp_path):
    prepare = f"import lite, pathlib as p; lite.fetch_pyodide(p.Path({str(tmp_path)!r}))"
    subprocess.run([LITE, "-c", prepare], cwd=ROOT / "lectures", check=True)
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("buddylab-*.whl")
    (tmp_path / "ask.mjs").write_text(ASK.format(wheel=json.dumps(wheel.as_uri()), python=PYTHON))
    done = subprocess.run(["node", "ask.mjs"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *printed, last = done.stdout.splitlines()
    version, end, told, heavy, platform, row, sessions = json.loads(last)
    assert (version, end, told, heavy, platform) == (__version__, "no_page", True, [], "emscripten")
    order, ended, wrong, verdict = sessions
    assert (order, ended, verdict) == (1, "page", "right")
    assert "from 0" in wrong[0] and "整数" in wrong[1], "errors come out as messages, in both languages"
    assert row == [2, "16 kB", 2, 8, 0, 0] and "matplotlib is not here" in printed[0]
