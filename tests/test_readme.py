"""What the README and its neighbours say works as it stands, and is of this version."""

import re
from pathlib import Path

import pytest

import buddylab

ROOT = Path(__file__).resolve().parents[1]
PAPERS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "buddylab/course/README.md")


def code_of(name):
    return re.findall(r"^```python\n(.*?)^```$", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_python_of_the_readme_runs_as_it_stands(tmp_path, monkeypatch):
    """One cell behind the other, as a reader types them; the reader's dmesg and page are in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    shown = {}
    for cell in code_of("README.md"):
        exec(compile(cell, "README.md", "exec"), shown)
    assert (tmp_path / "run.html").stat().st_size > 100_000
    assert shown["run"].order == shown["explorer"].order == 3


def test_the_version_is_the_same_everywhere():
    version = buddylab.__version__
    assert re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)[1] == version
    assert re.search(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1] in (version, "Unreleased")


@pytest.mark.parametrize("paper", PAPERS)
def test_what_a_paper_links_to_is_there(paper):
    """Links inside of the project; names of files and folders set as code, where they are paths."""
    text = (ROOT / paper).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    paths = re.findall(r"`((?:buddylab|tests|notebooks|lectures|binder)/[\w./]+)`", text)
    assert [link for link in links if not (ROOT / paper).parent.joinpath(link).exists()] == []
    assert [path for path in paths if not (ROOT / path.replace("NN", "00")).exists()] == []


def test_what_make_is_told_to_do_in_the_papers_it_can():
    rules = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = {word for paper in PAPERS for word in re.findall(r"`make ([a-z-]+)", (ROOT / paper).read_text())}
    assert {"quick", "test", "test-full"} <= told and told - rules == set()
