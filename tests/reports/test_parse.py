"""Every given report against `truth`, and what a damaged, hostile or foreign text may not do."""

import json
import re
import time
from pathlib import Path

import pytest
from calibration import slowness
from hypothesis import given, settings
from hypothesis import strategies as st

from buddylab.reports import cures, explain, parse, read_proc

DATA = Path(__file__).parent / "data"
ROWS = [json.loads(line) for line in (DATA / "index.jsonl").read_text(encoding="utf-8").splitlines()]
KB_WORDS = (
    "free",
    "min",
    "low",
    "high",
    "present",
    "managed",
    "boost",
    "free_cma",
    "reserved_highatomic",
    "free_highatomic",
)
PAGE_WORDS = ("free", "min", "low", "high", "spanned", "present", "managed")


def text_of(number):
    return (DATA / f"{number}.txt").read_bytes().decode("utf-8", "replace")


def truth_zones(row):
    return row.get("truth", {}).get("zones", {})


def same_figures(zone, truth):
    for word in KB_WORDS:
        if f"{word}_kb" in truth:
            assert zone.kb(word) == truth[f"{word}_kb"], word
    for word in PAGE_WORDS:
        if truth.get(word) is not None:
            assert zone.figures[word].value == truth[word], word
    reserve = truth.get("lowmem_reserve", truth.get("protection"))
    if reserve is not None:
        assert zone.lowmem_reserve == tuple(reserve)
    assert zone.empty == truth.get("empty", False)


def test_all_reports_are_here():
    assert len(ROWS) == 97
    assert sum(row["kind"] in ("alloc-failure", "oom") for row in ROWS) == 33


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_zones_and_request_of_every_given_text(row):
    reports = parse(text_of(row["id"]))
    assert len(reports) == 1
    zones = {zone.label: zone for zone in reports[0].zones}
    if row["kind"] != "pagetypeinfo":
        assert set(zones) == set(truth_zones(row))
    for label, truth in truth_zones(row).items():
        same_figures(zones[label], truth)
        if "blocks" in truth:
            buddy = zones[label].buddy
            assert list(buddy.counts) == truth["blocks"]
            assert buddy.sum_ok == truth.get("sum_ok", True)
            if "types" in truth:
                assert list(buddy.types) == truth["types"]
    if row["mode"] is not None:
        request = reports[0].request
        assert (request.mode, request.order, request.process) == (int(row["mode"], 16), row["order"], row["process"])
        if row["flags"] is not None:
            assert request.names == row["flags"]
    if row["kernel_in_text"]:
        assert reports[0].kernel == row["kernel_in_text"]


@pytest.mark.parametrize("row", [r for r in ROWS if r["completeness"] == "complete"], ids=lambda row: row["id"])
def test_nothing_is_left_unread_in_a_complete_report(row):
    assert [unread for report in parse(text_of(row["id"])) for unread in report.unread] == []


def test_every_figure_knows_its_line():
    for row in ROWS:
        text = text_of(row["id"])
        lines = text.split("\n")
        for report in parse(text):
            for zone in report.zones:
                for figure in zone.figures.values():
                    assert str(figure.value) in lines[figure.line - 1]
                if zone.lowmem_reserve is not None:
                    assert str(zone.lowmem_reserve[-1]) in lines[zone.reserve_line - 1]
                if zone.buddy and zone.buddy.printed_kb is not None:
                    assert zone.name in lines[zone.buddy.line - 1] and "*" in lines[zone.buddy.line - 1]
            if report.request and report.request.kind != "mask":
                assert re.search("order|mask|mode|oom|page|vmalloc", lines[report.request.line - 1])


def test_a_sum_that_does_not_agree_is_told_and_its_blocks_are_not_used():
    report = parse(text_of("073"))[0]
    zone = report.zone("DMA")
    assert zone.blocks is None
    assert zone.buddy.sum_kb == 35167186937684 and zone.buddy.printed_kb == 4289685332
    assert any("add up to 35167186937684 kB, the kernel printed 4289685332 kB" in u.why for u in report.unread)


def test_interleaved_printing_gives_no_order_and_no_mask():
    report = parse(text_of("083"))[0]
    assert report.request is None and report.zones == []
    assert any("request" in unread.why for unread in report.unread)


def test_several_reports_in_one_paste():
    numbers = ["011", "016", "023", "064", "080"]
    reports = parse("\nsome words\n".join(text_of(number) for number in numbers))
    truths = [row for row in ROWS if row["id"] in numbers]
    assert [len(report.zones) for report in reports] == [len(truth_zones(row)) for row in truths]
    for report, row in zip(reports, truths, strict=True):
        for zone in report.zones:
            same_figures(zone, truth_zones(row)[zone.label])


def test_pagetypeinfo_rows_wrapped_by_mail():
    types = parse(text_of("093"))[0].page_types
    assert len(types) == 15
    assert types["Node 0 Normal", "Movable"] == (1087, 9678, 1104, 4250, 2391, 1946, 1768, 691, 141, 0, 0)


def test_pagetypeinfo_alone_gives_the_blocks_and_their_letters():
    """093: orders 0 of Normal are 1087 Movable and what the other types have; the types share out the free lists."""
    report = parse(text_of("093"))[0]
    zone = report.zone("Node 0 Normal")
    rows = {kind: counts for (label, kind), counts in report.page_types.items() if label == "Node 0 Normal"}
    assert zone.blocks == tuple(map(sum, zip(*rows.values(), strict=True)))
    assert all(("M" in letters) == (nr > 0) for letters, nr in zip(zone.buddy.types, rows["Movable"], strict=True))


TYPED = """Page block order: 9
Node    0, zone   Normal, type    Unmovable {first}   0   0   0   0   0   0   0   0   0   0
Node    0, zone   Normal, type  Reclaimable      0      2      0      0      0      0      0      0      0      0      0
Node    0, zone   Normal, type      Movable      1      0      0      0      0      0      0      0      0      0      0
Node    0, zone   Normal, type   HighAtomic      0      0      0      0      3      0      0      0      0      0      0
Number of blocks type     Unmovable  Reclaimable      Movable   HighAtomic
Node 0, zone   Normal            7            1            9            1
"""


def test_types_of_pagetypeinfo_go_to_the_blocks_of_buddyinfo():
    text = "Node 0, zone   Normal  5 2 0 0 3 0 0 0 0 0 0\n" + TYPED.format(first="     4")
    (report,) = parse(text)
    zone = report.zone("Node 0 Normal")
    assert zone.blocks == (5, 2, 0, 0, 3, 0, 0, 0, 0, 0, 0)
    assert zone.buddy.types[:6] == ("UM", "E", "", "", "H", "") and report.unread == []


@pytest.mark.parametrize(
    ("first", "why"), [(">100000", "more than 100000"), ("     4x", "row of free blocks, but it is damaged")]
)
def test_a_count_that_is_not_there_makes_no_sum(first, why):
    (report,) = parse(TYPED.format(first=first))
    assert report.zone("Node 0 Normal").blocks is None
    assert [why in unread.why for unread in report.unread] == [True] and report.unread[0].line == 2


def test_a_cut_row_of_buddyinfo_is_listed():
    (report,) = parse("Node 0, zone   Normal  5 2 0\n")
    assert report.zones == [] and "damaged" in report.unread[0].why


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_what_windows_writes_is_read(codec):
    mark = "\ufeff" if codec.startswith("utf-16-") else ""
    (report,) = parse((mark + text_of("026")).encode(codec))
    same_figures(report.zone("Normal"), truth_zones(next(row for row in ROWS if row["id"] == "026"))["Normal"])


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("free:", "free:99999999999999999999", "larger than any"),
        ("min:", "min:1,", "decimal sign"),
        ("low:", "low:-", "decimal sign"),
        ("high:", "high:1.", "decimal sign"),
    ],
)
def test_a_number_that_no_kernel_prints_is_told_as_such(old, new, why):
    text = text_of("026")
    place = text.index("Normal free:")
    (report,) = parse(text[:place] + text[place:].replace(old, new, 1))
    assert any(why in unread.why for unread in report.unread)
    assert "free_kb" not in report.zone("Normal").figures


def test_buddyinfo_and_zoneinfo_of_one_machine_become_one_report(tmp_path):
    for name, number in (("buddyinfo", "088"), ("zoneinfo", "090")):
        (tmp_path / name).write_text(text_of(number))
    (tmp_path / "version").write_text("Linux version 4.19.52 (x@y)\n")
    (report,) = parse(read_proc(tmp_path))
    zone = report.zone("Node 0 Normal")
    assert report.kernel == "4.19.52"
    assert zone.blocks == (188, 420, 143, 11, 2, 0, 0, 0, 0, 0, 1) and zone.pages("min", 4) == 11176


def test_no_proc_files_is_an_error_that_says_so(tmp_path):
    with pytest.raises(OSError, match="zoneinfo"):
        read_proc(tmp_path)


def test_windows_line_ends_and_bytes_change_nothing():
    for row in ROWS[:25]:
        text = text_of(row["id"])
        assert parse(text.replace("\n", "\r\n").encode()) == parse(text)


def test_html_in_a_process_name_is_kept_as_text():
    report = parse("<script>x</script>: page allocation failure: order:1, mode:0x20")[0]
    assert report.request.process == "<script>x</script>"


@pytest.mark.parametrize(
    "line",
    [
        "a: page allocation failure. order:99999999999999999999, mode:0x20",
        "a: page allocation failure. order:1, mode:0x123456789012345678901",
        "a: page allocation failure. order:1, mode:0x20zz",
        "Normal free:1.234kB min:1kB low:1kB high:1kB present:4kB",
        "Normal free:99999999999999999999999kB min:1kB low:1kB high:1kB present:4kB",
        "Normal: 1*4kB 1*8kB 1*32kB 0*64kB 0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 44kB",
    ],
)
def test_what_cannot_be_right_is_listed_and_not_read(line):
    (report,) = parse(line)
    assert report.request is None and all(not zone.figures and zone.buddy is None for zone in report.zones)
    assert [unread.line for unread in report.unread] == [1]


def test_a_release_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"'new' is not a kernel release"):
        parse("", kernel="new")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10**6,
        "1" * 10**6,
        " " * 10**6,
        "Not" + "\n" * 10**6,
        "DMA: " + "1*4kB " * 160_000,
        "DMA\n" * 250_000,
        "Node 0, zone Normal\n" * 50_000,
        "Node 0, zone DMA\n pages free 1\n min 1\n" * 25_000,
        "> " * 500_000,
        "lowmem_reserve[]: 0 0\n" * 45_000,
        bytes(range(256)) * 4_000,
        "[COLOR=" * 150_000,
        "Not \n" * 200_000,
        "a: page allocation failure: order:1, mode:0x20\n" * 20_000,
        "[ " * 500_000,
        "a:b \n" * 200_000,
        "Normal free:1kB min:1kB low:1kB high:1kB present:4kB\nlowmem_reserve[]: 0 0\n" * 13_000,
    ],
    ids=lambda text: repr(text[:24]),
)
def test_a_megabyte_of_anything_takes_bounded_time(text):
    begin = time.process_time()
    parse(text)
    assert time.process_time() - begin < 2 * slowness()


def test_ten_thousand_zones_are_read_and_explained_in_bounded_time():
    """One report of a machine of 10,000 nodes: 2 MB; every zone refuses, 16 <= 32; a row for each."""
    head, zones, lists = "a: page allocation failure: order:0, mode:0xd0\n", [], []
    for node in range(10_000):
        zones.append(
            f"Node {node} Normal free:64kB min:128kB low:160kB high:192kB present:4096kB\nlowmem_reserve[]: 0 0\n"
        )
        sizes = " ".join(f"0*{4 << order}kB" for order in range(1, 11))
        lists.append(f"Node {node} Normal: 16*4kB {sizes} = 64kB\n")
    text = head + "".join(zones + lists)
    seconds = 2 * len(text) / 10**6  # two for each megabyte, as for any other paste
    begin = time.process_time()
    (report,) = parse(text, kernel="2.6.21")
    told = explain(report)
    assert time.process_time() - begin < seconds * slowness()
    assert len(report.zones) == 10_000 and report.unread == []
    assert told.verdict.passes is False and told.verdict.zone == "Node 0 Normal"
    begin = time.process_time()
    assert cures(told) and time.process_time() - begin < seconds * slowness()


def test_decimal_commas_are_not_read_as_figures():
    for figure in ("1,234", "1.234", "1 234", "1'234"):
        (report,) = parse(f"Normal free:{figure}kB min:1kB low:1kB high:1kB present:4kB")
        assert not any(zone.figures for zone in report.zones) and [u.line for u in report.unread] == [1]


# Damage: whatever is cut, replaced or lost, a figure whose own lines are whole is as in `truth` or not there.

WHOLE = [row for row in ROWS if row["kind"] in ("alloc-failure", "oom") and row["completeness"] == "complete"]


@st.composite
def damaged(draw):
    """(row, text, the lines that are still whole) after a few characters or lines are lost or replaced."""
    row = draw(st.sampled_from(WHOLE))
    lines = text_of(row["id"]).split("\n")
    whole = [True] * len(lines)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        whole[at] = False
        place = draw(st.integers(0, max(len(lines[at]), 1)))
        lines[at] = (
            draw(
                st.sampled_from(
                    [
                        None,
                        lines[at][:place],
                        lines[at][place:],
                        lines[at][:place] + lines[at][place + 1 :],
                        lines[at][:place] + draw(st.sampled_from("0123456789kB*:= \n\x00<é")) + lines[at][place + 1 :],
                    ]
                )
            )
            if lines[at] is not None
            else None
        )
        if lines[at] is None:
            lines[at] = ""
    return row, "\n".join(lines), whole


@settings(max_examples=300, deadline=None)
@given(damaged())
def test_damage_never_makes_a_wrong_figure(case):
    row, text, whole = case
    before = {zone.label: zone for zone in parse(text_of(row["id"]))[0].zones}
    kept = {text_of(row["id"]).split("\n")[at] for at, intact in enumerate(whole) if intact}
    lines = text.split("\n")
    for report in parse(text):
        for zone in report.zones:
            sure = before.get(zone.label)
            if sure is None or lines[zone.line - 1] not in kept:
                continue
            for word, figure in zone.figures.items():
                if lines[figure.line - 1] in kept and word in sure.figures:
                    assert figure.value == sure.figures[word].value
            if zone.reserve_line and lines[zone.reserve_line - 1] in kept and whole[sure.reserve_line - 1]:
                assert zone.lowmem_reserve == sure.lowmem_reserve
            if zone.blocks is not None and sure.buddy and _buddy_whole(whole, sure.buddy.line):
                assert zone.blocks == sure.blocks


def _buddy_whole(whole, line):
    """The line of a buddy list and the two that it may be wrapped into."""
    return all(whole[line - 1 : line + 2])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(sorted(row["id"] for row in ROWS)), min_size=1, max_size=3), st.data())
def test_cuts_and_splices_give_no_traceback(numbers, data):
    parts = []
    for number in numbers:
        text = text_of(number)
        begin = data.draw(st.integers(0, len(text)))
        parts.append(text[begin : data.draw(st.integers(begin, len(text)))])
    for report in parse(data.draw(st.sampled_from(["", "\n"])).join(parts)):
        assert all(unread.line >= 1 and unread.why for unread in report.unread)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=400), st.binary(max_size=400)))
def test_any_text_at_all(text):
    for report in parse(text):
        assert re.fullmatch("[a-z-]+", report.kind)
