"""What Binder would build, as far as it can be known without building it."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

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
    assert pins == [f"{name}=={locked[name]}" for name in extras()["lab"]]


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


def test_the_wheel_carries_the_whole_package(tmp_path):
    """Binder installs no editable package but a wheel: data files must be in it."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("buddylab-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("buddylab/")}
        (entry_points,) = (name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert "buddylab = buddylab.__main__:main" in archive.read(entry_points).decode()
    files = {p.relative_to(ROOT).as_posix() for p in (ROOT / "buddylab").rglob("*") if p.is_file()}
    assert packed == {name for name in files if "__pycache__" not in name}
