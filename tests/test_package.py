"""The package as others get it: built, taken apart, and installed where nothing else is."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.prefix) / "bin" / "uv"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--target", "sdist", "-d", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for file in sorted(folder.iterdir()):
        print(f"{file.name}: {file.stat().st_size / 1e3:.0f} kB")
    return folder


@pytest.fixture(scope="module", params=["whl", "tar.gz"])
def installed(built, tmp_path_factory, request):
    """The Python of an environment that holds only buddylab, installed from the wheel, then from the sdist."""
    (file,) = built.glob(f"*.{request.param}")
    environment = tmp_path_factory.mktemp("empty") / "env"
    subprocess.run([UV, "venv", "--quiet", environment], check=True)
    python = environment / "bin" / "python"
    subprocess.run([UV, "pip", "install", "--quiet", "--python", python, file], check=True)
    return python


def asked(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def files_of_the_package():
    files = (path for path in (ROOT / "buddylab").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(ROOT).as_posix() for path in files}


def test_the_wheel_is_the_package_and_its_licence_and_nothing_else(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        assert "buddylab = buddylab.__main__:main" in archive.read(entry_points).decode()
    assert {name for name in names if ".dist-info/" not in name} == files_of_the_package()
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_sdist_is_what_the_wheel_is_built_from_and_nothing_else(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    assert names == files_of_the_package() | {"LICENSE", "README.md", "pyproject.toml", "PKG-INFO", ".gitignore"}


def test_nothing_else_is_installed_along(installed):
    listed = asked(UV, "pip", "list", "--python", installed, "--format", "freeze").stdout.split()
    assert [line.partition("==")[0] for line in listed] == ["buddylab"]


def test_the_command_line_works_on_its_own(installed, tmp_path):
    told = asked(installed, "-m", "buddylab", "--help", cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert "usage: buddylab" in told.stdout and "examples:" in told.stdout and "exit codes:" in told.stdout
    assert asked(installed.parent / "buddylab", "--help", cwd=tmp_path).stdout == told.stdout


def test_the_examples_of_the_help_work_on_their_own(installed, tmp_path):
    told = asked(installed, "-m", "buddylab", "--help", cwd=tmp_path).stdout
    examples = re.findall(r"^  buddylab ((?:run|replay) .*?)(?:  .*)?$", told, re.MULTILINE)
    assert len(examples) == 2
    for example in examples:
        played = asked(installed, "-m", "buddylab", *example.split(), cwd=tmp_path)
        assert (played.returncode, played.stderr) == (0, "")
    assert (tmp_path / "run.html").stat().st_size > 100_000


def test_lab_is_all_of_it(built):
    """Whoever asks for the extra `lab` gets what pictures and films need as well."""
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (about,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("/METADATA"))
    wanted = {
        extra: set(re.findall(rf"^Requires-Dist: (\S+); extra == '{extra}'$", about, re.MULTILINE))
        for extra in ("lab", "pictures")
    }
    assert wanted["pictures"] == {"pillow", "playwright"} and wanted["pictures"] < wanted["lab"]


def test_the_version_is_the_one_that_the_package_says(installed, built):
    code = "import buddylab, importlib.metadata as m; print(buddylab.__version__ == m.version('buddylab'))"
    assert asked(installed, "-c", code).stdout == "True\n"
