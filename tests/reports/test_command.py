"""The clinic on the command line: text, JSON, HTML, exit codes, on the given reports and on what is none."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from buddylab.__main__ import main
from buddylab.reports import RULES, cause, cures, explain, parse

DATA = Path(__file__).parent / "data"
ROWS = [json.loads(line) for line in (DATA / "index.jsonl").read_text(encoding="utf-8").splitlines()]
PUBLIC = """swapper: page allocation failure. order:3, mode:0x20
Linux version 2.6.21
Normal free:280240kB min:3756kB low:4692kB high:5632kB active:0kB inactive:0kB present:901120kB pages_scanned:0 \
all_unreclaimable? no
lowmem_reserve[]: 0 0 0
Normal: 44578*4kB 11117*8kB 800*16kB 0*32kB 1*64kB 1*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 280240kB
"""


@pytest.fixture
def report(tmp_path):
    file = tmp_path / "report.txt"
    file.write_text(PUBLIC)
    return file


def test_the_public_case_in_words(report, capsys):
    """70,060 - 8 + 1 = 70,053 > 353; then 25,475 > 176; 3,241 > 88; and 41 is not above 44."""
    assert main(["explain", str(report), "--kernel", "2.6.21"]) == 0
    said = capsys.readouterr().out
    first, second = said.splitlines()[:2]
    assert first.startswith("280,240 kB are free in Normal, but too scattered for 32 kB in one piece (order 3)")
    assert second.strip().startswith("verdict: Normal refused at the last row, 41 <= 44")
    rows = [line.split() for line in said.splitlines() if line.endswith((" yes", " no"))]
    assert [(row[-4], row[-2]) for row in rows] == [("70,053", "353"), ("25,475", "176"), ("3,241", "88"), ("41", "44")]
    assert "would help in Normal" in said


def test_json_has_the_agreed_shape(report, capsys):
    assert main(["explain", str(report), "--json", "--kernel", "2.6.21"]) == 0
    (told,) = json.loads(capsys.readouterr().out)["reports"]
    before = ["process", "order", "mode", "flags", "kernel", "zones", "verdict", "unread"]
    assert list(told) == [*before, "cause", "rows", "rule", "cures", "notes", "repairs"]
    assert (told["process"], told["order"], told["mode"], told["flags"]) == ("swapper", 3, 32, ["GFP_ATOMIC"])
    zone = told["zones"]["Normal"]
    assert list(zone) == ["free_kb", "min_kb", "low_kb", "high_kb", "lowmem_reserve", "blocks"]
    assert (zone["free_kb"], zone["min_kb"], zone["blocks"][:3]) == (280240, 3756, [44578, 11117, 800])
    assert told["verdict"]["passes"] is False and told["verdict"]["row"] == 3


REPORTS = [row for row in ROWS if row["kind"] in ("alloc-failure", "oom")]


@pytest.mark.parametrize("row", REPORTS, ids=[row["id"] for row in REPORTS])
def test_every_given_report_is_explained_in_every_form(row, capsys, tmp_path):
    file = DATA / f"{row['id']}.txt"
    code = main(["explain", str(file), "--json"])
    told = json.loads(capsys.readouterr().out)["reports"]
    assert told and code == int(any(one["verdict"]["passes"] for one in told))
    for label, zone in (row.get("truth") or {}).get("zones", {}).items():
        assert label in told[0]["zones"] or any(label in one["zones"] for one in told), (label, zone)
    assert main(["explain", str(file)]) == code
    assert capsys.readouterr().out.strip()
    assert main(["explain", str(file), "--html", str(tmp_path / "a.html")]) == code
    assert (tmp_path / "a.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("junk", [b"", b"hello", b"\xff\xfe\x00" * 1000, b"0" * 100_000])
def test_what_is_no_report_is_unusable(junk, tmp_path, capsys):
    (tmp_path / "junk").write_bytes(junk)
    assert main(["explain", str(tmp_path / "junk")]) == 2
    assert "there is no report in this text" in capsys.readouterr().err


def test_a_missing_file_and_a_release_that_is_none(report, capsys):
    assert main(["explain", "/nowhere/at/all"]) == 2
    assert main(["explain", str(report), "--kernel", "newest"]) == 2
    assert "is not a kernel release" in capsys.readouterr().err


def test_nothing_of_a_report_becomes_markup(report, tmp_path, capsys):
    report.write_text(PUBLIC.replace("swapper", "<script>alert(1)</script>").replace("Normal", "Normal"))
    assert main(["explain", str(report), "--html", str(tmp_path / "a.html")]) in (0, 1)
    page = (tmp_path / "a.html").read_text()
    assert "<script" not in page and "default-src 'none'" in page


@pytest.mark.parametrize("kernel", ["2.6.0", "2.6.7", "7.1"])
def test_a_release_without_a_rule_gets_the_figures_and_no_verdict(kernel, report, tmp_path, capsys):
    report.write_text(PUBLIC.replace("Linux version 2.6.21\n", ""))
    assert main(["explain", str(report), "--kernel", kernel]) == 0
    said = capsys.readouterr().out
    assert f"the test of Linux {kernel} is not built here" in said and "kernel " + kernel + "; no rule applies" in said
    assert "Normal: free 70,060 pages, min 939, low 1,173, high 1,408, reserve 0 0 0" in said
    assert "Normal: free blocks from order 0 on: 44578 11117 800 0 1 1 0 0 0 0 0" in said
    assert main(["explain", str(report), "--kernel", kernel, "--html", str(tmp_path / "a.html")]) == 0
    assert "free 70,060 pages, min 939" in (tmp_path / "a.html").read_text()
    assert ("was not verified for this release" in said) == (kernel != "2.6.0")


def test_a_name_steers_no_terminal(report, capsys):
    report.write_text(PUBLIC.replace("swapper", "sw\x1b[31m\u202eapper"))
    assert main(["explain", str(report), "--kernel", "2.6.21"]) == 0
    said = capsys.readouterr().out
    assert "sw.[31m.apper" in said and all(c.isprintable() or c == "\n" for c in said)


def test_a_page_that_exists_is_left_alone(report, tmp_path, capsys):
    (tmp_path / "a.html").write_text("mine")
    assert main(["explain", str(report), "--html", str(tmp_path / "a.html")]) == 2
    assert (tmp_path / "a.html").read_text() == "mine"
    assert main(["explain", str(report), "--html", str(tmp_path / "a.html"), "--force"]) == 0


def test_a_mask_by_release(capsys):
    """0x20 is __GFP_HIGH alone in 2.6.21, which is GFP_ATOMIC; in 4.5 the bit stands without the reclaim bits."""
    assert main(["gfp", "0x20", "--kernel", "2.6.21"]) == 0
    assert capsys.readouterr().out.startswith("0x20 = GFP_ATOMIC ")
    assert main(["gfp", "GFP_KERNEL", "--kernel", "4.9"]) == 0
    assert capsys.readouterr().out.startswith("0x24000c0 = GFP_KERNEL ")
    assert main(["gfp", "0x20", "--kernel", "7.0"]) == 0
    assert "not verified for this release" in capsys.readouterr().out
    for arguments in (["0x20", "--kernel", "soon"], ["0x20", "--kernel", "2.4.20"], ["GFP_SOON", "--kernel", "4.9"]):
        assert main(["gfp", *arguments]) == 2
        assert capsys.readouterr().err.startswith("buddylab: ")


def test_a_mask_without_a_release_is_read_in_every_way_that_fits(capsys):
    """__GFP_HARDWALL is 0x20000 from 2.6.14 on; in 4.5 to 4.9 0x10 is __GFP_RECLAIMABLE and 0x40, 0x80 IO and FS."""
    assert main(["gfp", "0x201d2"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith("0x201d2 = GFP_HIGHUSER|__GFP_COLD = ")
    assert others and all(line.startswith("    elsewhere, such as in ") for line in others)
    assert all("|0x" in line for line in others[-2:])  # a bit without a name: the worst readings
    assert any(line.endswith(": GFP_HIGHUSER|__GFP_COLD|0x20000") for line in others)


def said_by(told):
    yield from (told.verdict.sentence, cause(told).said, *told.reasons, *told.report.notes)
    yield from (unread.why for unread in told.report.unread)
    for cure in cures(told):
        yield from (cure.sentence, cure.price)
    yield from (rule.words for rule in RULES)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_every_sentence_is_there_in_chinese(row, capsys):
    text = (DATA / f"{row['id']}.txt").read_bytes()
    for told in (explain(report, order) for report in parse(text) for order in (None, 0, 4)):
        for sentence in said_by(told):
            assert re.search("[\u4e00-\u9fff]", sentence.zh), sentence
    assert main(["explain", str(DATA / f"{row['id']}.txt"), "--lang", "zh"]) in (0, 1)
    assert re.match("[^\n]*[\u4e00-\u9fff]", capsys.readouterr().out)


def test_the_page_has_both_languages_and_runs_nothing(report, tmp_path, capsys):
    assert main(["explain", str(report), "--html", str(tmp_path / "a.html"), "--lang", "zh"]) == 0
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "refused at the last row, 41 &lt;= 44" in page and "在最后一行拒绝，41 &lt;= 44" in page
    assert 'id="zh" checked' in page and 'id="en">' in page and '<html lang="zh-Hans">' in page
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")


def test_several_files_and_one_that_is_none(report, tmp_path, capsys, monkeypatch):
    assert main(["explain", str(report), str(DATA / "030.txt")]) == 1  # refused, and would have passed
    assert main(["explain", str(report), str(DATA / "105.txt")]) == 0  # refused, and no verdict
    (tmp_path / "junk").write_text("nothing")
    assert main(["explain", str(report), str(tmp_path / "junk")]) == 2
    err = capsys.readouterr().err
    assert str(tmp_path / "junk") in err
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PUBLIC.encode())))
    assert main(["explain"]) == 0
    assert "Normal refused at the last row" in capsys.readouterr().out


def proc(folder):
    (folder / "version").write_text("Linux version 2.6.21 (x)\n")
    (folder / "buddyinfo").write_text("Node 0, zone   Normal  44578  11117 800 0 1 1 0 0 0 0 0\n")
    (folder / "zoneinfo").write_text(
        "Node 0, zone   Normal\n  pages free     70060\n        min      939\n"
        "        low      1173\n        high     1408\n        present  225280\n"
        "        protection: (0, 0, 0)\n"
    )
    return folder


def test_the_running_machine(tmp_path, capsys):
    """The public case's zone, from /proc: order 3 atomic refused, 41 <= 44; order 2 passes, 3,248 - 4 + 1 > 88."""
    folder = proc(tmp_path)
    assert main(["here", "--proc", str(folder), "--order", "3", "--mask", "GFP_ATOMIC"]) == 1
    assert "41 <= 44" in capsys.readouterr().out
    assert main(["here", "--proc", str(folder), "--order", "2", "--mask", "0x20"]) == 0
    assert main(["here", "--proc", str(folder), "--mask", "GFP_SOON"]) == 2
    assert "nor a name of a mask" in capsys.readouterr().err
    for order in ("-1", "11"):
        assert main(["here", "--proc", str(folder), "--order", order]) == 2
        assert f"these zones' orders are 0 to 10, not {order}" in capsys.readouterr().err
    (folder / "version").write_text("Linux version 7.1.0-rc1 (x)\n")  # newer than every rule
    assert main(["here", "--proc", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "the test of Linux 7.1 is not built here" in out and "Node 0 Normal: free 70,060 pages, min 939" in out
    assert main(["here", "--proc", str(tmp_path / "none")]) == 2
    assert "asks the running Linux kernel" in capsys.readouterr().err


ALONE = """
import sys

def watch(event, _):
    if event.startswith(("socket.", "urllib.", "http.", "subprocess.", "os.system", "webbrowser.")):
        sys.stderr.write(event)
        sys.exit(3)

sys.addaudithook(watch)
from buddylab.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "arguments", [["explain", "FILE"], ["explain", "FILE", "--html", "OUT"], ["here"], ["gfp", "0x20"]]
)
def test_nothing_leaves_the_machine(arguments, report, tmp_path):
    """Python itself tells of every socket, every address looked up and every program that is started."""
    places = {"FILE": str(report), "OUT": str(tmp_path / "a.html")}
    if arguments == ["here"]:
        arguments = ["here", "--proc", str(proc(tmp_path))]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, *(places.get(one, one) for one in arguments)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def buddylab(*arguments, **more):
    return subprocess.run([sys.executable, "-m", "buddylab", *arguments], stderr=subprocess.PIPE, text=True, **more)


def test_a_terminal_without_these_letters_gets_their_numbers(report):
    done = buddylab(
        "explain", str(report), "--lang", "zh", stdout=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": "ascii"}
    )
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("Normal \\u6709")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_an_output_that_is_full_is_told(report):
    with Path("/dev/full").open("w") as full:
        done = buddylab("explain", str(report), stdout=full)
    assert (done.returncode, done.stderr) == (2, "buddylab: the output: No space left on device\n")
