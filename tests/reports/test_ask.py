"""A request that nobody made, put to figures without one; and the running machine at a glance."""

import pytest
from test_parse import text_of

from buddylab.__main__ import main
from buddylab.reports import cause, parse
from buddylab.reports.ask import ask
from buddylab.reports.monitor import monitor
from buddylab.said import SaidError

DUMP = """SysRq : Show Memory
Mem-Info:
Normal free:280240kB min:3756kB low:4692kB high:5632kB present:901120kB
lowmem_reserve[]: 0 0 0
Normal: 44578*4kB 11117*8kB 800*16kB 0*32kB 1*64kB 1*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 280240kB
"""


def test_a_dump_without_a_request():
    """The public case: 41 <= 44 at order 3; at order 2 all rows hold, the last 3,241 + 4 > 88."""
    (report,) = parse(DUMP, "2.6.21")
    refused = ask(report, 3, "GFP_ATOMIC")
    assert refused.verdict.passes is False and "41 <= 44" in refused.verdict.sentence.en
    assert ask(report, 2, "0x20").verdict.passes is True
    assert "would give the block" in ask(report, 2, "0x20").verdict.sentence.en
    assert cause(refused).id == "pieces"


def test_zoneinfo_alone_says_the_first_row_and_what_is_missing(tmp_path, capsys):
    file = tmp_path / "zoneinfo"
    file.write_text(
        "Node 0, zone   Normal\n  pages free     70060\n        min      939\n        low      1173\n"
        "        high     1408\n        present  225280\n        protection: (0, 0, 0)\n"
    )
    assert main(["explain", str(file), "--order", "3", "--mask", "GFP_ATOMIC", "--kernel", "2.6.21"]) == 0
    said = capsys.readouterr().out
    assert "free 70,060 pages are above the min mark; the blocks per order are missing" in said
    assert main(["explain", str(file), "--order", "0", "--mask", "GFP_ATOMIC", "--kernel", "2.6.21"]) == 1


def test_pagetypeinfo_alone_has_blocks():
    (report,) = parse(text_of("093"))
    told = ask(report, 3, "GFP_KERNEL")
    assert told.verdict.passes is None and any("free blocks of order 3 or above" in str(one) for one in told.reasons)


def test_a_text_without_a_release_is_read_as_the_newest_that_fits_and_says_so():
    (report,) = parse("Node 0, zone   Normal  5 2 1 1 0 0 0 0 0 0 0\n")
    told = ask(report, 3, "GFP_ATOMIC")
    assert told.mode == 0x820 and any("read as Linux 6.18" in str(note) for note in told.notes)


@pytest.mark.parametrize(("order", "mask"), [(11, "GFP_ATOMIC"), (-1, None), (0, "GFP_SOON"), (0, "0x" + "f" * 17)])
def test_what_cannot_be_asked(order, mask):
    (report,) = parse(DUMP, "2.6.21")
    with pytest.raises(SaidError):
        ask(report, order, mask)


def test_the_machine_at_a_glance():
    """70,060 - 939 = 69,121; - 1,173 = 68,887; - 1,408 = 68,652; the largest free block is of order 5."""
    (report,) = parse(DUMP, "2.6.21")
    head, heads, zone = (str(line) for line in monitor(ask(report, 0, "GFP_KERNEL")))
    assert "Normal would give the block" in head and heads.split() == ["zone", "free", "largest", "min", "low", "high"]
    assert zone.split() == ["Normal", "70,060", "5", "+69,121", "+68,887", "+68,652"]


def test_here_fits_a_small_terminal(tmp_path, capsys):
    (tmp_path / "version").write_text("Linux version 2.6.21 (x)\n")
    (tmp_path / "buddyinfo").write_text("Node 0, zone   Normal  44578  11117 800 0 1 1 0 0 0 0 0\n")
    (tmp_path / "zoneinfo").write_text(
        "Node 0, zone   Normal\n  pages free     70060\n        min      939\n        low      1173\n"
        "        high     1408\n        present  225280\n        protection: (0, 0, 0)\n"
    )
    assert main(["here", "--proc", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3 and max(map(len, lines)) <= 80
    assert main(["here", "--proc", str(tmp_path), "--order", "3", "--mask", "GFP_ATOMIC", "--rows"]) == 1
    assert "41 <= 44" in capsys.readouterr().out
