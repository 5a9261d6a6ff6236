"""Every numbered fact has changes of the code behind it that its test must notice (data/changes.json).

BUDDYLAB_CHANGES=1 plays them all, each in a fresh interpreter on a copy of the package: a few minutes.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from modern.kept import DATA

ROOT = Path(__file__).resolve().parents[2]
CHANGES = json.loads((DATA / "changes.json").read_text(encoding="utf-8"))
FACTS = [f"G{number:02}" for number in range(1, 82)]
FILES = sorted(Path(__file__).parent.glob("test_facts_*.py"))
TESTS = {file.stem: re.findall(r"^def (test_(G\d\d)_\w+)", file.read_text("utf-8"), re.M) for file in FILES}
RUN = (
    "import importlib as i, sys; m = i.import_module('modern.' + sys.argv[1]); [getattr(m, n)() for n in sys.argv[2:]]"
)
"""Runs tests of a module without pytest around them."""


def test_every_fact_has_a_test_and_a_change():
    assert sorted({fact for tests in TESTS.values() for _, fact in tests}) == FACTS
    assert sorted({change["fact"] for change in CHANGES}) == FACTS


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_change_fits_the_code_as_it_is(number):
    change = CHANGES[number]
    source = (ROOT / "buddylab" / "modern" / change["file"]).read_text(encoding="utf-8")
    assert source.count(change["old"]) == 1, "the code has moved on: write the change anew"
    assert change["new"] != change["old"]


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    folder = tmp_path_factory.mktemp("changed")
    shutil.copytree(ROOT / "buddylab", folder / "buddylab", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "modern", folder / "modern", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def outcome(folder, fact):
    """Exit codes of the fact's tests on a copy; 124 for one that never ends."""
    codes = []
    for stem, tests in TESTS.items():
        wanted = [name for name, about in tests if about == fact]
        if wanted:
            environment = os.environ | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
            command = [sys.executable, "-c", RUN, stem, *wanted]
            try:
                done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=30)
                codes.append(done.returncode)
            except subprocess.TimeoutExpired:
                codes.append(124)
    return codes


@pytest.mark.skipif("BUDDYLAB_CHANGES" not in os.environ, reason="BUDDYLAB_CHANGES is not set: takes minutes")
@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_a_change_is_noticed(number, copied):
    change = CHANGES[number]
    file = copied / "buddylab" / "modern" / change["file"]
    source = file.read_text(encoding="utf-8")
    file.write_text(source.replace(change["old"], change["new"]), encoding="utf-8")
    try:
        assert any(outcome(copied, change["fact"])), "the test of this fact does not notice"
    finally:
        file.write_text(source, encoding="utf-8")


@pytest.mark.skipif("BUDDYLAB_CHANGES" not in os.environ, reason="BUDDYLAB_CHANGES is not set: takes minutes")
@pytest.mark.parametrize("fact", FACTS)
def test_without_a_change_nothing_is_noticed(fact, copied):
    assert not any(outcome(copied, fact))
