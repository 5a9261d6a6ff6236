"""The parts of the screen become one module that a browser takes from a Blob."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from buddylab import screen

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no node: apt-get install nodejs")


@needs_node
@pytest.mark.parametrize(
    ("entry", "exports"),
    [
        ("widget", "default"),
        ("app", "mount"),
        ("page", "openPage"),
        ("question_widget", "default"),
        ("clinic", "mountClinic"),
        ("clinic_widget", "default"),
        ("stage/alone", "showStage"),
    ],
)
def test_the_module_stands_alone(tmp_path, entry, exports):
    """node reads it from a folder where no other file is; what a part exports must not get lost on the way."""
    (tmp_path / "one.mjs").write_text(screen.module(entry), encoding="utf-8")
    ask = f"import('./one.mjs').then((m) => console.log('{exports}' in m))"
    done = subprocess.run(["node", "-e", ask], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("true", "")


def test_every_export_is_a_statement_of_its_own():
    """So that all that a part exports is found by its first name."""
    for part in Path(screen.__path__[0]).rglob("*.js"):
        for line in part.read_text(encoding="utf-8").splitlines():
            assert not re.match(r"export (?:const|let) \w+ = [^({\[`\"]*, \w+ = ", line), (part.name, line)


def test_each_part_is_there_once_and_nothing_is_imported():
    text = screen.module()
    assert not re.search(r"^import ", text, re.MULTILINE)
    assert text.count("function makeLadder(") == 1


def test_each_part_has_a_banner_and_the_whole_a_name():
    text = screen.module("page")
    banners = re.findall(r"^// -{40} ([\w/]+)\.js -{40}$", text, re.MULTILINE)
    assert banners[-1] == "page" and {"dom", "conversation", "why"} < set(banners)
    assert len(banners) == len(set(banners))
    assert text.endswith("\n//# sourceURL=buddylab/screen/page.js\n") and text.count("sourceURL") == 1


def test_a_part_that_does_not_exist_is_named():
    with pytest.raises(FileNotFoundError, match="nowhere"):
        screen.module("nowhere")


def test_the_style_touches_only_the_explorer():
    rules = re.sub(r"/\*.*?\*/", "", screen.style(), flags=re.DOTALL)
    selectors = re.findall(r"(?:^|[{}])\s*([^{}@]+?)\s*\{", rules)
    assert selectors and not re.search(r"(?:^|,)\s*(?:body|html|:root|\*)", "\n".join(selectors))
