"""What Binder would build, as far as it can be known without building it."""

import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
BINDER_PYTHON = {"python_version": "3.11", "python_full_version": "3.11.0", "sys_platform": "linux"}


def binder_lines() -> list[str]:
    return (ROOT / "binder" / "requirements.txt").read_text().split()


def locked_versions() -> dict[str, str]:
    """Package -> version in requirements.lock, for Python 3.11 on Linux (the lock holds other machines' too)."""
    versions = {}
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line and not line[0].isspace():
            requirement = Requirement(line.removesuffix("\\"))
            if requirement.marker is None or requirement.marker.evaluate(BINDER_PYTHON):
                versions[requirement.name] = str(requirement.specifier).removeprefix("==")
    return versions


def extras() -> dict[str, list[str]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]["optional-dependencies"]


def test_every_pin_is_the_locked_version():
    *pins, last = binder_lines()
    assert last == "."
    locked = locked_versions()
    named = [Requirement(pin).name for pin in pins]
    assert pins == [f"{name}=={locked[name]}" for name in named] and {*extras()["lab"]} <= {*named}


def test_the_lock_covers_every_extra():
    wanted = {Requirement(line).name for lines in extras().values() for line in lines} - {"buddylab"}
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert wanted <= set(locked)


def test_the_lock_names_no_place():
    text = (ROOT / "requirements.lock").read_text()
    assert re.findall(r"://|^\S*/|--\S*(?:index|find-links)\S*", text, re.MULTILINE) == []
    blocks = re.findall(r"^\S.*(?:\n\s.*)*", text, re.MULTILINE)
    assert len(blocks) > 100
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_repo2docker_takes_our_python_and_our_requirements():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug"]
    done = subprocess.run(
        [*command, "--user-id", "1000", "--user-name", "jovyan", "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Building conda environment for python=3.11" in done.stderr
    assert "py-2d3-2e11" in done.stdout  # repo2docker's file name of its Python 3.11 environment
    assert re.search(r'pip install \S+ -r "binder/requirements.txt"', done.stdout)


@pytest.mark.full  # a new environment with JupyterLab in it
def test_what_binder_installs_runs_the_start_notebook(tmp_path):
    """A new environment of binder/requirements.txt and nothing beside it, and the start notebook executed there."""
    uv, environment = Path(sys.prefix) / "bin" / "uv", tmp_path / "env"
    subprocess.run([uv, "venv", "--quiet", environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", python, "-r", "binder/requirements.txt"], cwd=ROOT, check=True
    )
    notebook = shutil.copy(ROOT / "notebooks" / "00_start_here.ipynb", tmp_path)
    done = subprocess.run(
        [environment / "bin" / "jupyter", "execute", notebook],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython")},
    )
    assert done.returncode == 0, done.stderr
    pins = dict(line.split("==") for line in binder_lines()[:-1])
    listed = subprocess.run(
        [uv, "pip", "list", "--python", python, "--format", "freeze"], capture_output=True, text=True
    ).stdout.split()
    assert pins == dict(line.split("==") for line in listed if "==" in line and not line.startswith("buddylab"))


@pytest.fixture
def links(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "binder")
    return importlib.import_module("links")


def test_the_readme_says_what_the_address_says(links):
    readme = (ROOT / "README.md").read_text()
    assert links.renewed(readme) == readme
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"].get("urls", {})
    assert ("badge_logo" in readme) == ("Repository" in urls)


@pytest.mark.parametrize(
    ("repository", "link"),
    [
        ("https://github.com/me/lab", "https://mybinder.org/v2/gh/me/lab/HEAD"),
        ("https://github.com/me/lab.git", "https://mybinder.org/v2/gh/me/lab/HEAD"),
        ("https://gitlab.com/me/lab/", "https://mybinder.org/v2/gl/me%2Flab/HEAD"),
    ],
)
def test_an_address_becomes_a_badge_and_a_link_for_every_notebook(links, repository, link):
    path = ROOT / "notebooks" / "00_start_here.ipynb"
    part = links.section(repository, [path])
    assert part.count(f"{link}?urlpath=lab%2Ftree%2Fnotebooks%2F00_start_here.ipynb") == 2
    assert "[![Binder](https://mybinder.org/badge_logo.svg)]" in part
    assert "[00 Start here" in part


@pytest.mark.parametrize(
    "repository", ["http://github.com/me/lab", "https://example.org/me/lab", "me/lab", "https://github.com/me"]
)
def test_an_address_that_binder_cannot_fetch_is_refused(links, repository):
    with pytest.raises(ValueError, match="must be https://HOST/OWNER/REPO"):
        links.binder_link(repository, "a.ipynb")
