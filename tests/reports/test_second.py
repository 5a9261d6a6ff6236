"""The second set: a small input for each fault that thirty public reports showed; what is right is worked out here."""

from pathlib import Path

import pytest

from buddylab.reports import as_dict, cause, cures, explain, parse
from buddylab.reports.as_text import as_text
from buddylab.reports.ask import ask

SECOND = Path(__file__).parent / "second"


def told_all(name):
    (file,) = SECOND.glob(f"{name}_*.txt")
    return [explain(report) for report in parse(file.read_bytes())]


def told(name):
    (one,) = told_all(name)
    return one


def kinds(one):
    return {cure.kind: cure for cure in cures(one)}


def last_row(one, place=0):
    row = one.tests[place].last_row
    return row.free, row.needed


@pytest.mark.parametrize("name", ["01", "01b"])
def test_the_release_stands_behind_taint_letters(name):
    assert told(name).report.kernel == "5.4.0-42-generic"


@pytest.mark.parametrize(
    "taint",
    [
        "P           OE    ",
        "G           OE    ",
        "GF",
        "---------------   ",
        "G        W  O   ",
        "PF  R       W    ",
        "[E]",
    ],
)
def test_any_taint_letters_in_any_places(taint):
    text = f"x: page allocation failure: order:0, mode:0x20\nPid: 1, comm: x Tainted: {taint} 2.6.32-279.el6 #1\n"
    assert parse(text)[0].kernel == (None if taint == "[E]" else "2.6.32-279.el6")


def test_01b_has_its_verdict_back():
    """5,487 - 7 > 6,253 - 3,126 - 781; blocks of order 3 and above: 3 + 1 + 1, all H, for just this request."""
    one = told("01b")
    assert one.verdict.passes and last_row(one) == (5, 0)


def test_02_a_cgroup_at_its_limit():
    one = told("02")
    found = cause(one)
    assert found.id == "cgroup"
    assert found.figures == {
        "group": "/kubepods.slice",
        "usage_kb": 17024340,
        "limit_kb": 17024340,
        "killed": "java",
        "pid": 39079,
    }
    assert "zones have no part" in found.said.en and [cure.kind for cure in cures(one)] == ["limit"]


def test_02_the_limit_of_all_pods_is_no_containers():
    """The group above all pods was full: a container's own limit was not reached, and to raise it would not help."""
    text = (SECOND / "02_memcg.txt").read_text(encoding="utf-8")
    (whole,) = map(explain, parse(text))
    assert "all pods" in cause(whole).said.en and "resources.limits" not in cures(whole)[0].sentence.en
    one = "/kubepods.slice/kubepods-pod1f2e3d4c_0000.slice/cri-containerd-ab.scope"
    narrowed = text.replace("oom_memcg=/kubepods.slice", f"oom_memcg={one}").replace("of /kubepods.slice", f"of {one}")
    (own,) = map(explain, parse(narrowed))
    assert "container or pod" in cause(own).said.en and "resources.limits.memory" in cures(own)[0].sentence.en


def test_02b_the_same_from_an_event_log():
    found = cause(told("02b"))
    assert found.id == "cgroup" and found.figures["limit_kb"] == 512 * 1024
    assert (found.figures["killed"], found.figures["pid"]) == ("java", 79111) and "OOMKilled" in found.said.en


def test_03_two_equal_dumps_count_once():
    one = told("03")
    assert one.verdict.passes is False and (one.verdict.zone, last_row(one)) == ("DMA", (-511, 0))
    assert [repair.line for repair in one.report.repairs] == [6]


def test_04_the_boost_alone_refuses():
    """1,680 kB are 420 pages, of which 1,024 kB are boost: 164; 207 are free. 207 - 164 = 43."""
    one = told("04")
    found = cause(one)
    assert found.id == "boost"
    assert (found.figures["mark_pages"], found.figures["boost_pages"], found.figures["without_boost_pages"]) == (
        420,
        256,
        164,
    )
    assert found.figures["free_pages"] == 207
    helps = kinds(one)
    assert "min_free_kbytes" not in helps and helps["boost"].margin == 43 and helps["boost"].turn.to == 0


def test_05_nothing_is_promised_in_highmem():
    assert all(cure.zone != "HighMem" or cure.kind == "memory" for cure in cures(told("05")))


def test_07_never_a_mask_that_sleeps_for_an_interrupt():
    one = told("07")
    found = cause(one)
    assert found.id == "cma"
    assert (found.figures["cma_pages"], found.figures["free_pages"], found.figures["left_pages"]) == (35784, 35948, 164)
    assert "mask" not in kinds(one) and kinds(one)["memory"].sentence.en.startswith("150 more free pages")


@pytest.mark.parametrize("name", ["08", "09a", "09b", "09d", "09f", "09g"])
def test_08_and_09_a_prefix_is_no_part_of_the_kernels_words(name):
    """Normal: 181,365 - 127 > 15,634, and no block of order 7 or above."""
    one = told(name)
    assert one.report.request.process == "foo" and one.report.unread == []
    assert [zone.label for zone in one.report.zones] == ["Node 0 DMA", "Node 0 DMA32", "Node 0 Normal"]
    assert one.report.kernel == "5.15.8" and one.verdict.passes is False and last_row(one) == (0, 0)


def test_10_the_printed_sum_proves_a_repair():
    zone = told("10").report.zone("Node 1 Normal")
    assert 224854 * 4 + 68037 * 8 + 5242 * 16 + 1 * 64 + 2 * 128 + 1 * 512 == 1528416
    assert zone.blocks == (224854, 68037, 5242, 0, 1, 2, 0, 1, 0, 0, 0)
    assert told("10").report.repairs and told("10").report.unread == []


def test_11_ia64_has_no_dma32_and_the_lists_are_empty():
    one = told("11")
    assert one.zone_types == ("DMA", "Normal", "Movable") and not any("DMA32" in str(r) for r in one.reasons)
    found = cause(one)
    assert found.id == "counters" and (found.figures["counter_pages"], found.figures["listed_pages"]) == (101, 0)


def test_12_a_dump_belongs_to_the_release_before_it():
    assert [one.report.kernel for one in told_all("12")] == ["6.17.7", "5.4.8"]


def test_13_mask_0_is_gfp_nowait():
    assert str(told("13").readings[0]) == "GFP_NOWAIT" and as_dict(told("13"))["flags"] == ["GFP_NOWAIT"]


def test_14_printed_names_decide():
    one = told("14")
    assert len(one.readings) == 1 and "other readings" not in as_text(one)
    assert "64 kB in one piece" in cause(one).said.en and cause(one).id == "costly"
    assert not any("4.1" in str(note) for note in one.notes)


def test_15_what_is_missing_is_said():
    assert "free, min, low, high, lowmem_reserve" in told("15").verdict.sentence.en


def test_16_a_gap_above_min_stays():
    """low - min = 2,320 = 1,024 + 1,296. At 2,128 pages high is 2,128 + 2 x 532 + 1,296 = 4,488 < 4,490 - 2 + 1."""
    one = told("16")
    cure = kinds(one)["min_free_kbytes"]
    assert cure.turn.to == 2128 * 4 and cure.state.mark == 4488 and cure.margin == 1
    found = cause(one)
    assert found.id == "closed_zone" and found.figures["zone"] == "HighMem" and found.figures["free_kb"] == 553472
    assert "553 MB" in found.said.en and "all of it is CMA" in found.said.en


def test_16b_the_scale_factor_holds_the_high_mark_up():
    """managed 16,514,268 x 9 / 10,000 = 14,862; 8,715 + 2 x 14,862 = 38,439; 40,000 - 38,439 = 1,561."""
    helps = kinds(told("16b"))
    assert "min_free_kbytes" not in helps
    cure = helps["watermark_scale_factor"]
    assert cure.turn[1:3] == (10, 9) and cure.state.mark == 38439 and cure.margin == 1561


def test_17_lines_printed_in_pieces():
    zone = told("17").report.zone("Node 0 Normal")
    assert zone.lowmem_reserve == (0, 0, 0, 0, 0) and zone.blocks == (6037, *[0] * 10)


def test_18_an_underscore_for_a_star():
    zone = told("18").report.zone("Node 0 Normal")
    assert zone.blocks == (486, 46, 2, *[0] * 8) and told("18").report.repairs


def test_21_what_is_kept_for_just_this_request_is_not_kept_from_it():
    assert not any("kept for other requests" in str(reason) for reason in told("21").reasons)
    assert cause(told("21")).id == "passed"


def test_p4_asked_of_buddyinfo_alone():
    """Normal: 2,397 + 775 + 179 + 79 blocks of order 3 and above."""
    (report,) = parse((SECOND / "p4_buddyinfo.txt").read_bytes())
    one = ask(report, 3, "GFP_ATOMIC")
    said = as_text(one)
    assert one.verdict.passes is None and "Node 0 Normal: 3,430 free blocks of order 3 or above" in said
    assert "cannot be told without min, low, high, lowmem_reserve" in said
    (report,) = parse("Node 0, zone   Normal  5 2 0 0 0 0 0 0 0 0 0\n")
    assert ask(report, 3, "GFP_ATOMIC").verdict.passes is False  # whatever the marks are


def test_p5_programs_that_kill():
    found = cause(told("p5"))
    assert found.id == "userspace" and "refused nothing" in found.said.en
    assert {"by": "earlyoom", "killed": "Web Content", "pid": 20435} in found.figures["kills"]
    assert any(kill["by"] == "systemd-oomd" for kill in found.figures["kills"])


def test_a_damaged_order_does_not_cost_the_report_beside_it():
    good = (SECOND / "04_boost_cure.txt").read_text()
    text = good + "y: page allocation failure: order:64, mode:0xcc0(GFP_KERNEL)\n" + good
    found = parse(text)
    assert [report.request is not None for report in found] == [True, False, True]
    assert [unread.line for report in found for unread in report.unread] == [6]
    assert explain(found[0]).verdict == explain(found[2]).verdict


MIXED = """[{a}] {t1}a: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL)
[{b}] {t2}b: page allocation failure: order:0, mode:0xa20(GFP_ATOMIC)
[{a}] {t1}CPU: 0 PID: 1 Comm: a Not tainted 5.8.0
[{b}] {t2}CPU: 1 PID: 2 Comm: b Not tainted 5.8.0
[{a}] {t1}Normal free:960kB min:2688kB low:3328kB high:3968kB present:491520kB managed:469632kB free_cma:0kB
[{b}] {t2}Normal free:896kB min:2688kB low:3328kB high:3968kB present:491520kB managed:469632kB free_cma:0kB
[{a}] {t1}lowmem_reserve[]: 0 0
[{b}] {t2}lowmem_reserve[]: 0 0
"""


@pytest.mark.parametrize(
    "marks",
    [
        {"a": "  100.000001", "b": "  200.000001", "t1": "", "t2": ""},
        {"a": "  100.000001", "b": "  100.000001", "t1": "[    T1] ", "t2": "[    T2] "},
        {"a": "  100.000001", "b": "  100.000001", "t1": "[C0] ", "t2": "[C1] "},
    ],
    ids=["time", "task", "cpu"],
)
def test_two_reports_printed_into_each_other(marks):
    found = parse(MIXED.format(**marks))
    assert [(one.request.process, one.zones[0].kb("free")) for one in found] == [("a", 960), ("b", 896)]
    assert all(one.zones[0].lowmem_reserve == (0, 0) and one.kernel == "5.8.0" for one in found)
    assert any("put apart" in repair.said.en for one in found for repair in one.repairs)
