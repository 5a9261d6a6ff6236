"""Build a JupyterLite site: all notebooks, in a browser alone, from one folder that any static host can serve.

    .venv/lite/bin/python lectures/lite.py build/site

Python runs in the reader's browser (Pyodide). The folder holds everything that the pages ask for; nothing comes from
elsewhere. Pyodide's own lock is replaced by one of the pure Python wheels that the notebooks need, in the versions of
requirements.lock. The tools lie in an environment of their own, since in that of JupyterLab their extension would
break it. numpy and matplotlib are not pure Python: where they are missing `buddylab.plots` gives text tables.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from common import ROOT, npm_package, report_errors, run
from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pyodide_lock import PyodideLockSpec
from pyodide_lock.utils import add_wheels_to_spec

START = "00_start_here.ipynb"
PYTHON = "3.14"
"""The Python of this Pyodide."""
WIDGETS = ("anywidget", "ipywidgets")
NEEDS = (*WIDGETS, "comm", "ipython")
"""What the notebooks and Pyodide's kernel import; what these need themselves follows from their metadata."""
BROWSER = {"sys_platform": "emscripten", "platform_system": "Emscripten", "os_name": "posix", "extra": ""}
BUILT_IN = {"widgetsnbextension", "ipykernel"}
"""Come with Pyodide's kernel, or are for another front end."""
PYODIDE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
# A site of ours asks nobody else for packages, and opens on the start notebook.
LITE = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "buddylab",
        "disabledExtensions": ["@jupyterlab/apputils-extension:announcements"],
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": {"disablePyPIFallback": True}},
    },
}


def closure(names: tuple[str, ...]) -> dict[str, str]:
    """These packages and all that they need in a browser: name -> the version that is installed here."""
    found: dict[str, str] = {}
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found or name in BUILT_IN:
            continue
        found[name] = metadata.version(name)
        for line in metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate(BROWSER):
                waiting.append(needed.name)
    return found


def fetch_pyodide(folder: Path) -> None:
    """Put Pyodide's own files, of the version that the kernel names, into this folder; npm checks their hash."""
    with tempfile.TemporaryDirectory() as scratch:
        unpacked = npm_package(f"pyodide@{PYODIDE_VERSION}", Path(scratch))
        for name in (*PYODIDE_FILES, "pyodide-lock.json"):
            shutil.copy(unpacked / name, folder / name)


def fetch_wheels(folder: Path) -> list[Path]:
    """Put the wheels of all that is needed, and our own, into this folder; hashes are those of requirements.lock."""
    wanted = folder / "wheels.txt"
    locked = lock_lines()
    wanted.write_text("\n".join(locked[name] for name in sorted({*closure(NEEDS), "micropip"})), encoding="utf-8")
    run(
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
        "--platform=any",
        f"--python-version={PYTHON}",
        "--dest",
        folder,
        "--requirement",
        wanted,
    )
    wanted.unlink()
    build_wheel(folder)
    return sorted(folder.glob("*.whl"))


def build_wheel(folder: Path) -> Path:
    """Our own wheel, built into this folder."""
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    (wheel,) = folder.glob("buddylab-*.whl")
    return wheel


def lock_lines() -> dict[str, str]:
    """Package -> its lines of requirements.lock, for any Python: pip reads a marker for the Python that it runs on."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.findall(r"^\S.*(?:\n\s.*)*", text, re.MULTILINE)
    return {
        block.partition("==")[0]: re.sub(r" ; .*(?= \\$)", "", block, count=1, flags=re.MULTILINE) for block in blocks
    }


def lock_wheels(folder: Path, wheels: list[Path]) -> None:
    """Rewrite Pyodide's lock: it knows these wheels, lying beside it, and nothing that would come from elsewhere."""
    file = folder / "pyodide-lock.json"
    lock = json.loads(file.read_text(encoding="utf-8"))
    # Today's pyodide-lock for our Python asks for a version here that the newest lock files no longer have.
    spec = PyodideLockSpec(info={"version": PYODIDE_VERSION, **lock["info"]}, packages={})
    spec = add_wheels_to_spec(spec, wheels, base_path=folder, ignore_missing_dependencies=True)
    for package in spec.packages.values():
        package.depends = [name for name in package.depends if name in spec.packages]
    spec.packages["buddylab"].depends += WIDGETS  # of the extra `lab` what is pure Python
    lock["packages"] = json.loads(spec.model_dump_json())["packages"]
    file.write_text(json.dumps(lock), encoding="utf-8")


def copy_notebooks(folder: Path) -> None:
    """Put the notebooks and their pictures into this folder."""
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.py"))


def build(target: Path) -> None:
    """Build the site into this folder, which must not exist yet."""
    with tempfile.TemporaryDirectory() as scratch:
        lite = Path(scratch)
        pyodide = lite / "static" / "pyodide"
        pyodide.mkdir(parents=True)
        fetch_pyodide(pyodide)
        lock_wheels(pyodide, fetch_wheels(pyodide))
        copy_notebooks(lite / "contents" / "notebooks")
        (lite / "jupyter-lite.json").write_text(json.dumps(LITE), encoding="utf-8")
        built = lite / "site"
        run(
            sys.executable,
            "-m",
            "jupyter",
            "lite",
            "build",
            "--lite-dir",
            lite,
            "--contents",
            lite / "contents",
            "--output-dir",
            built,
            "--apps",
            "lab",
            "--no-sourcemaps",
            "--no-unused-shared-packages",
            cwd=lite,
        )
        shutil.copytree(built, target)
    files = [file for file in target.rglob("*") if file.is_file()]
    print(f"{len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.0f} MB")


def main() -> int:
    """Build, and say how large it became and how to look at it."""
    parser = argparse.ArgumentParser(description="Build a JupyterLite site with all notebooks.")
    parser.add_argument("target", type=Path, help="a folder that does not exist yet")
    target = parser.parse_args().target
    if target.exists():
        parser.error(f"{target} exists already: remove it, or name another folder")
    return report_errors(
        "The site was not built",
        lambda: build(target),
        f"Built {target}. To look at it: "
        f"python -m http.server --directory {target} 8000, and open "
        f"/lab/index.html?path=notebooks/{START} there.",
    )


if __name__ == "__main__":
    sys.exit(main())
