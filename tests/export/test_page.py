"""Pages and transcripts: what stands in them, what stays text, and that nothing half or unasked is left behind."""

import base64
import errno
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mistune
import pytest

from buddylab import export
from buddylab.__main__ import main
from buddylab.core.environment import Task
from buddylab.core.record import record
from buddylab.explorer.filling import prepare
from buddylab.explorer.knobs import checked, flags
from buddylab.export.shelf import Shelf
from buddylab.machines.hardware import MACHINES
from buddylab.said import as_is
from buddylab.scenario import load
from buddylab.view.document import view

SCRIPT = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))"
CONTROLS = "\x1b]0;mine\x07\x1b[31m\u202egnp.exe\u2066 https://a.example www.a.example $x$ \ud800"
REPORT = {
    "machine": "report",
    "gfp_mask": "GFP_ATOMIC",
    "order": 3,
    "pressure": None,
    "scatter": None,
    "mix": "desktop",
    **dict.fromkeys(flags(), False),
    "hand": [],
}


@pytest.fixture(scope="module")
def take():
    return export.knobs_take(checked(REPORT))


@pytest.fixture
def hostile():
    scenario = load("atomic_failure")[0]
    scenario["name"] = SCRIPT
    return scenario


def unpacked(page, name):
    (packed,) = re.findall(f'id="{name}">([^<]*)</script>', page)
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def as_json(value):
    return json.loads(json.dumps(value))


def unshelved(shelf, place):
    parts, frames = shelf[place]
    return {name: shelf[at] for name, at in parts.items()} | {"frames": [shelf[at] for at in frames]}


def test_a_page_carries_the_run_as_it_was_recorded(take, capsys):
    page = export.html([take])
    recording = unpacked(page, "recording")
    assert unshelved(recording["shelf"], recording["runs"][0]["document"]) == as_json(take.document)
    assert len(page.encode()) < 150_000
    with capsys.disabled():
        print(f"\n  one-file page of the reported failure: {len(page.encode()):,} bytes (budget 150,000)")


def test_the_same_page_twice_is_the_same_bytes(take):
    assert export.html([take]) == export.html([take])


def test_a_run_alone_makes_a_page():
    run = record(prepare("small").machine, 0xD0, 0, task=Task())
    recording = unpacked(export.html(export.takes(run)), "recording")
    assert recording["runs"][0]["title"] == ["GFP_KERNEL, order 0", "GFP_KERNEL，0 阶"]
    assert "pressure" not in recording["shelf"][recording["runs"][0]["deck"]]
    assert unshelved(recording["shelf"], recording["runs"][0]["document"]) == as_json(view(run))


def test_equal_runs_are_kept_once(take):
    shelf = Shelf()
    assert shelf.put_run(take.document) == shelf.put_run(json.loads(json.dumps(take.document)))
    kept = len(shelf)
    shelf.put_run({**take.document, "result": 4711})
    assert len(shelf) == kept + 2  # the result, and the run


def test_a_script_in_a_title_stays_text_everywhere(hostile):
    runs = export.scenario_takes(hostile)
    page = export.html(runs, title=SCRIPT)
    assert page.count("<script") == 3 and "alert(1)</script>" not in page and "<img" not in page
    markdown = export.to_markdown(runs)
    assert "<script" not in markdown and "<img" not in markdown and not re.search(r"(?<!\\)\]\(", markdown)
    assert SCRIPT in export.to_text(runs)


def test_a_title_steers_no_terminal_and_turns_no_line_around(hostile, take):
    hostile["name"] = CONTROLS
    kept = replace(take, title=as_is(CONTROLS))  # a run whose title nobody looked at yet
    runs = [*export.scenario_takes(hostile), kept]
    for said in (export.to_text(runs), export.to_markdown(runs, "zh"), export.html(runs, title=CONTROLS)):
        assert all(letter.isprintable() or letter == "\n" for letter in said)
    assert ".]0;mine..[31m.gnp.exe. https://a.example www.a.example $x$ ." in export.to_text(runs)


def test_an_address_in_a_title_becomes_no_link_and_money_no_formula(hostile):
    hostile["name"] = f"{CONTROLS} ftp://a.example WWW.a.example"
    drawn = mistune.create_markdown(plugins=["table", "url", "math"])
    shown = drawn(export.to_markdown(export.scenario_takes(hostile, [0])))
    assert "<table>" in shown and "<a " not in shown and "math" not in shown
    assert "https://a.example www.a.example $x$ . ftp://a.example WWW.a.example</h2>" in shown
    assert "<a " in mistune.create_markdown(plugins=["url"])("https://a.example")  # it would have been one


def test_the_policy_allows_nothing_from_outside(take):
    for lang in ("en", "zh"):
        page = export.html([take], lang=lang)
        (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"default-src 'none'; script-src 'sha256-{digest}' blob:; style-src 'unsafe-inline'" in page
    assert not re.search(r"(src|href)=|url\(http|@import", re.sub(r'">[A-Za-z0-9+/=]+</script>', "", page))


def test_a_transcript_says_the_deciding_inequality_in_both_languages(take):
    # 48 pages in blocks of order 3 and more - 8 asked + 1 = 41; min 939 - 469 = 470, - 117 = 353, halved 3 times = 44
    assert "order 3: 41 > 44 no" in export.to_text([take])
    # After boot the newest block stands first: the last 1,024 of the 12,288 pages from pfn 4,096 on.
    granted = export.takes(record(MACHINES["small"].machine(), 0x20, 3))
    assert export.to_text(granted).splitlines()[-1] == f"     = granted: pfn {4_096 + 12_288 - 1_024}"
    assert "`3 阶：41 > 44 否`" in export.to_markdown([take], "zh")
    assert "swapper: page allocation failure. order:3, mode:0x20" in export.to_text([take])
    rows = [line for line in export.to_markdown([take]).splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == len(take.document["frames"])


def test_a_scenario_gives_a_run_for_every_allocation(hostile):
    runs = export.scenario_takes(hostile)
    allocs = [place for place, op in enumerate(hostile["ops"]) if op["op"] == "alloc"]
    assert [run.title[0].split(":")[0] for run in runs] == [f"op {place}" for place in allocs]
    assert [run.document["result"] for run in runs] == [hostile["ops"][place]["expect"]["result"] for place in allocs]
    assert export.scenario_takes(hostile, [allocs[-1]])[0].document == runs[-1].document


def test_an_op_that_is_no_allocation(hostile):
    with pytest.raises(export.ExportError, match="op 99 is no allocation that can be shown: choose 0"):
        export.scenario_takes(hostile, [99])
    hostile["ops"] = []
    with pytest.raises(export.ExportError, match="asks for no memory"):
        export.scenario_takes(hostile)


# Targets.


def test_what_exists_is_not_overwritten_unasked(take, tmp_path):
    file = tmp_path / "out.html"
    file.write_text("mine")
    with pytest.raises(export.ExportError, match=r"out\.html exists and was left as it is"):
        export.to_html(take, file)
    assert file.read_text() == "mine" and list(tmp_path.iterdir()) == [file]
    assert export.to_html(take, file, overwrite=True) == file
    assert file.read_text().startswith("<!DOCTYPE html>") and list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_full_disk_leaves_what_was_there(take, tmp_path, monkeypatch, fails):
    file = tmp_path / "out.html"
    file.write_text("mine")

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, fails, full)
    with pytest.raises(export.ExportError, match="could not be written: No space left on device; nothing was left"):
        export.to_html(take, file, overwrite=True)
    assert file.read_text() == "mine" and list(tmp_path.iterdir()) == [file]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_device_that_is_full_says_so_and_stays_a_device():
    with pytest.raises(export.ExportError, match=r"/dev/full could not be written: No space left on device"):
        export.save("/dev/full", "x", overwrite=True)
    assert Path("/dev/full").is_char_device()


def test_a_target_that_cannot_be(tmp_path):
    with pytest.raises(export.ExportError, match="is a folder"):
        export.save(tmp_path, "x")
    with pytest.raises(export.ExportError, match="there is no folder"):
        export.save(tmp_path / "no" / "a.html", "x")


# The command.


def test_the_command_writes_what_is_asked_for(tmp_path, capsys):
    page, text = tmp_path / "a.html", tmp_path / "a.txt"
    wanted = ["run", "atomic_failure", "--html", str(page), "--text", str(text)]
    assert main(wanted) == 0
    assert capsys.readouterr().out.splitlines() == [f"{file}: {file.stat().st_size:,} bytes" for file in (page, text)]
    assert main(wanted) == 2 and "exists and was left as it is" in capsys.readouterr().err
    assert main([*wanted, "--force"]) == 0


def test_the_command_takes_a_shared_setting(capsys):
    for text in ("buddylab:2 machine=report order=3 gfp_mask=GFP_ATOMIC", "buddylab:1 machine=report order=3"):
        assert main(["run", text]) == 0
    assert "order 3: 41 > 44 no" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.json"], "nowhere.json"),
        (["buddylab:2 order=eleven"], "order must be a whole number"),
        (["atomic_failure", "--op", "77"], "op 77 is no allocation"),
    ],
)
def test_the_command_says_what_is_wrong(arguments, said, capsys):
    assert main(["run", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err and len(err.splitlines()) == 1


def test_importing_it_needs_the_standard_library_only():
    extras = "'anywidget', 'ipywidgets', 'numpy', 'PIL', 'playwright'"
    code = f"import sys, buddylab.export; print([name for name in ({extras}) if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
