"""What the screen draws of a report: every figure from the line it names, both languages, bounded."""

import json
import time

import pytest
from calibration import slowness
from test_parse import ROWS, text_of

from buddylab.reports.picture import ALL_LINES, MOST_LETTERS, MOST_REPORTS, MOST_ZONES, examples, picture, told_of


def drawn(text, kernel=None):
    return picture(text, told_of(text, kernel))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_figure_stands_in_the_line_that_is_named(row):
    text = text_of(row["id"])
    shown = drawn(text)
    json.dumps(shown, allow_nan=False)
    lines = dict(shown["lines"])
    raw = text.replace("\r\n", "\n").split("\n")
    for report, told in zip(shown["reports"], told_of(text), strict=True):
        page_kb = told.report.page_kb
        for zone in report["zones"]:
            for word in ("free", "min", "low", "high"):
                value, line = zone[word]["v"], zone[word]["line"]
                if line is not None:
                    assert str(value) in raw[line - 1] or any(
                        f"{word}:{value * page_kb + rest}kB" in raw[line - 1] for rest in range(page_kb)
                    )
            if zone["blocks"]["v"] and zone["blocks"]["line"]:
                summed = row["kind"] == "pagetypeinfo"  # there the first of the rows that are added up
                words = f", zone {zone['label'].split()[-1]:>8}, type" if summed else str(zone["blocks"]["v"][0])
                assert words in raw[zone["blocks"]["line"] - 1]
        assert set(report["lines"]) <= set(lines)
        for test in report["tests"]:
            assert all(set(one["lines"]) <= set(report["lines"]) for one in test["rows"])


def pairs(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from pairs(one)
    elif isinstance(value, (list, tuple)):
        if len(value) == 2 and all(isinstance(one, str) for one in value):
            yield tuple(value)
        else:
            for one in value:
                yield from pairs(one)


def test_every_sentence_has_its_chinese():
    for row in ROWS:
        for report in drawn(text_of(row["id"]))["reports"]:
            for key in ("sentence", "rule", "reasons", "cures", "notes", "unread"):
                for english, chinese in pairs(report[key]):
                    assert english and any("\u4e00" <= letter <= "\u9fff" for letter in chinese), english


def test_the_public_case_is_written_out():
    """70,060 - 8 + 1 = 70,053; 939 - 469 = 470, 470 - 117 = 353; 353 >> 3 = 44."""
    (example,) = (one for one in examples() if one["title"][0].startswith("280 MB"))
    (report,) = drawn(example["text"], example["kernel"])["reports"]
    (test,) = report["tests"]
    assert [(row["f"], row["m"]) for row in test["rows"]] == [(70053, 353), (25475, 176), (3241, 88), (41, 44)]
    assert test["steps"] == [["−½ HIGH", 470], ["−¼ HARDER", 353]]
    assert test["rows"][0]["left"][0] == "70,060 − 8 + 1" and test["rows"][3]["left"][0] == "− 800 × 4 in order 2"
    assert test["rows"][0]["lines"] == [2, 3] and test["rows"][3]["lines"] == [4]
    assert (report["asked"]["kb"], report["asked"]["names"]) == (32, "GFP_ATOMIC")


def test_the_examples_are_given_reports_and_the_public_cases():
    given = [text_of(row["id"]) for row in ROWS]
    assert sum(one["text"] in given for one in examples()) == 6
    for one in examples():
        assert drawn(one["text"], one["kernel"])["reports"] and all(one["title"])


def test_ten_thousand_zones_and_a_megabyte_of_other_log_stay_small():
    zone = "Node {n} Normal free:16kB min:4kB low:5kB high:6kB present:64kB\nlowmem_reserve[]: 0 0 0\n"
    text = "a: page allocation failure. order:0, mode:0x20\n" + "".join(zone.format(n=n) for n in range(10_000))
    begin = time.process_time()
    shown = drawn(text + "noise of another driver\n" * 40_000)
    assert time.process_time() - begin < 8 * slowness()
    (report,) = shown["reports"]
    assert len(report["zones"]) == MOST_ZONES and report["more_zones"] == 10_000 - MOST_ZONES
    assert len(json.dumps(shown)) < 400_000 and len(shown["lines"]) < 400 and shown["skipped"] > 50_000


def test_many_reports_and_long_lines_are_cut_and_counted():
    shown = drawn("a: page allocation failure. order:0, mode:0x20\n" * 50)
    assert len(shown["reports"]) == MOST_REPORTS and shown["more"] == 50 - MOST_REPORTS
    shown = drawn("a: page allocation failure. order:0, mode:0x20\n" + "\x1b[31m" + "y" * 9_000)
    assert len(shown["lines"][1][1]) == MOST_LETTERS + 1 and "\x1b" not in shown["lines"][1][1]


def test_a_long_paste_shows_what_the_figures_came_from():
    text = "other\n" * (ALL_LINES + 1) + text_of("041")
    shown = drawn(text)
    numbers = [line for line, _ in shown["lines"]]
    assert set(shown["reports"][0]["lines"]) <= set(numbers) and len(numbers) + shown["skipped"] == text.count("\n") + (
        not text.endswith("\n")
    )
