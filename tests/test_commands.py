"""What the commands say on a terminal: in the language asked for, and harmless, whatever names they are given."""

import json

import pytest

from buddylab.__main__ import main
from buddylab.scenario.schema import SCENARIOS

ESC = "\x1b]0;owned\x07\x9b31m\u202e"
"""What sets a terminal's title, its colour, and turns a line round."""


def told(arguments, capsys):
    """(exit code, all that is printed) of a command."""
    try:
        code = main(arguments)
    except SystemExit as stopped:
        code = stopped.code
    done = capsys.readouterr()
    return code, done.out + done.err


def harmless(text):
    return all(line.isprintable() for line in text.split("\n"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", f"{ESC}/none.json"],
        ["run", f"none{ESC}"],
        ["run", "atomic_failure", "--text", f"/{ESC}/out.txt"],
        ["run", "atomic_failure", "--size", ESC],
        ["run", "atomic_failure", "--theme", ESC],
        ["replay", f"{ESC}/none.jsonl", f"none{ESC}"],
        ["lecture", "out.html", "--machine", ESC],
        ["lecture", "out.html", "--mix", ESC],
        ["explain", f"{ESC}/none.txt"],
        ["explain", f"{ESC}/none.txt", "--kernel", ESC],
        ["here", "--proc", f"/{ESC}"],
        ["here", "--mask", ESC],
        ["gfp", ESC],
        ["gfp", "0x20", "--kernel", ESC],
        ["gfp", ESC, "--kernel", "6.12"],
        ["gfp", "0x20", f"--{ESC}"],
        [f"--{ESC}", "gfp", "0x20"],
        [ESC],
    ],
)
def test_no_argument_steers_the_terminal(arguments, capsys):
    code, said = told(arguments, capsys)
    assert code == 2
    assert said
    assert harmless(said), repr(said)


@pytest.fixture
def scenario(tmp_path):
    """Write a scenario that comes along under another name of its own; returns the file, named as ill."""

    def write(**changes):
        given = json.loads((SCENARIOS / "atomic_failure.json").read_text("utf-8")) | changes
        file = tmp_path / f"file{ESC.replace('/', '')}.json"
        file.write_text(json.dumps(given), "utf-8")
        return str(file)

    return write


@pytest.mark.parametrize("command", ["run", "replay"])
@pytest.mark.parametrize("changes", [{}, {"ops": [{"op": ESC}]}, {"format": ESC}, {"final": {ESC: ESC}}])
def test_no_scenario_steers_the_terminal(command, changes, scenario, capsys):
    code, said = told([command, scenario(name=f"name{ESC}", **changes)], capsys)
    assert code == (0 if not changes or command == "run" and "final" in changes else 1 if "final" in changes else 2)
    assert said
    assert harmless(said), repr(said)


def test_what_is_written_is_told_harmlessly(tmp_path, capsys):
    out = str(tmp_path / f"out{ESC}.txt")
    code, said = told(["run", "atomic_failure", "--text", out], capsys)
    assert (code, harmless(said)) == (0, True)
    assert "bytes" in said
    code, said = told(["run", "atomic_failure", "--text", out, "--lang", "zh"], capsys)
    assert (code, harmless(said)) == (2, True)
    assert "已存在，未改动" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "atomic_failure", "--op", "999", "--lang", "zh"], "操作 999 不是可以展示的分配"),
        (["run", "atomic_failure", "--text", "/nowhere/out.txt", "--lang", "zh"], "没有文件夹 /nowhere"),
        (["here", "--proc", "/nowhere", "--lang", "zh"], "请把报告交给"),
        (["explain", "/dev/null", "--lang", "zh"], "文本中没有报告（/dev/null）"),
        (["lecture", "/nowhere/out.html", "--lang", "zh"], "没有文件夹 /nowhere"),
    ],
)
def test_a_complaint_is_in_the_language_asked_for(arguments, words, capsys):
    code, said = told(arguments, capsys)
    assert code == 2
    assert words in said
