"""Explained reports as JSON: the same figures as in `truth`."""

import json

import pytest
from test_parse import ROWS, text_of, truth_zones

from buddylab.reports import parse, reports_as_dict

COMPLETE = [row for row in ROWS if row["kind"] in ("alloc-failure", "oom") and row["completeness"] == "complete"]


@pytest.mark.parametrize("row", COMPLETE, ids=lambda row: row["id"])
def test_the_json_of_a_complete_report(row):
    (report,) = json.loads(json.dumps(reports_as_dict(parse(text_of(row["id"])))))["reports"]
    assert (report["process"], report["order"], report["mode"]) == (row["process"], row["order"], int(row["mode"], 16))
    assert row["flags"] is None or report["flags"] == row["flags"].split("|")
    assert report["unread"] == [] and set(report["verdict"]) == {"passes", "zone", "row", "sentence", "sentence_zh"}
    for label, truth in truth_zones(row).items():
        for word in ("free_kb", "min_kb", "low_kb", "high_kb", "lowmem_reserve"):
            assert report["zones"][label][word] == truth[word]
        assert report["zones"][label]["blocks"] == truth.get("blocks")


def test_every_given_text_is_plain_data():
    for row in ROWS:
        assert len(json.loads(json.dumps(reports_as_dict(parse(text_of(row["id"])))))["reports"]) == 1


def test_zoneinfo_in_pages_is_told_in_kb():
    (report,) = reports_as_dict(parse(text_of("096")))["reports"]
    assert report["zones"]["Node 0 Normal"]["min_kb"] == 939 * 4 and report["order"] is None
