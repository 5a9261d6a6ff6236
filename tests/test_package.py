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


GOOD = """
import buddylab as bl

machine = bl.machine("small")
run: bl.Run = bl.record(machine, "GFP_ATOMIC", 3, in_interrupt=True)
lines: list[str] = run.story("zh")
newer: str = bl.record(bl.machine("small", kernel="6.12"), "GFP_ATOMIC", 3).story()[0].zh
bl.Why(run), bl.Ladder(run), bl.FreeLists(run), bl.Memory(run), bl.Source(run)
bl.StageButtons(bl.Explorer()), bl.ask("01.merge56"), bl.Clinic()
verdict: str = str(bl.explain("dmesg.txt")[0].verdict.sentence)
simulation = bl.workload("file_server", seed=1)
simulation.run(250, progress=bl.ProgressBar())
bl.plots.pressure(simulation), bl.plots.free_by_order(machine)
mask: int = bl.gfp.GFP_ATOMIC
version: str = bl.__version__
"""
WRONG = {
    "bl.Explorr()": "attr-defined",
    'bl.record(machine, "GFP_ATOMIC", "3")': "call-overload",
    'bl.record("small", 32)': "call-overload",
    'bl.machine("small", kernel=6.12)': "call-overload",
    "run.too_html('x')": "attr-defined",
    'bl.workload("file_server", seed="1")': "arg-type",
    "bl.plots.pressure(machine)": "arg-type",
}


def test_a_type_checker_knows_the_front_door_of_what_is_installed(installed, tmp_path):
    """Wheel and sdist bring py.typed; what is right passes, and each wrong line, and no other, is found."""
    (tmp_path / "mine.py").write_text("\n".join([GOOD, *WRONG]))
    checked = asked(
        Path(sys.prefix) / "bin/mypy", "--strict", "--python-executable", installed, "mine.py", cwd=tmp_path
    )
    first = GOOD.count("\n") + 2
    found = re.findall(r"^mine\.py:(\d+): error: .*\[([\w-]+)\]$", checked.stdout, re.MULTILINE)
    assert found == [(str(first + at), kind) for at, kind in enumerate(WRONG.values())], checked.stdout


def test_where_the_extra_is_missing_a_sentence_says_how_to_get_it(installed, tmp_path):
    told = asked(installed, "-c", "import buddylab; buddylab.Explorer()", cwd=tmp_path).stderr
    assert "needs anywidget, which is not installed: pip install 'buddylab[lab]'" in told
    drawn = asked(installed, "-m", "buddylab", "run", "atomic_failure", "--png", "run.png", cwd=tmp_path)
    assert (drawn.returncode, drawn.stdout) == (2, "")
    assert "not installed: pip install 'buddylab[pictures]'" in drawn.stderr and "Traceback" not in drawn.stderr


def test_the_front_door_works_on_its_own(installed, tmp_path):
    """Without numpy, matplotlib and widgets: a machine, a run and its page; a plot is a table."""
    code = (
        "import buddylab as bl; m = bl.machine('small'); run = bl.record(m, 'GFP_ATOMIC', 3); print(run)\n"
        "run.to_html('run.html'); bl.plots.free_by_order(m); print(repr(bl.workload('idle_desktop').run(5)))"
    )
    told = asked(installed, "-c", code, cwd=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert "Granted: 8 pages from Normal" in told.stdout and "<Series: 5 samples" in told.stdout
    assert (tmp_path / "run.html").stat().st_size > 100_000
