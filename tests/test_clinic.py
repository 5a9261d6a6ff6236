"""The clinic widget and the way from a report into the explorer: the report's figures, and nothing that is not so."""

import json
import sys
from pathlib import Path

import pytest

from buddylab.core.validate import validate_machine
from buddylab.core.zone import MAX_ORDER
from buddylab.explorer.knobs import checked
from buddylab.machines.reported import read
from buddylab.reports import explain, parse
from buddylab.said import SaidError
from buddylab.widgets import Clinic, Explorer, open_in_explorer
from buddylab.widgets.clinic import cannot_play, setting

DATA = Path(__file__).parent / "reports" / "data"
ROWS = [json.loads(line) for line in (DATA / "index.jsonl").read_text(encoding="utf-8").splitlines()]


def text_of(number):
    return (DATA / f"{number}.txt").read_bytes().decode("utf-8", "replace")


def told_of(number):
    return explain(parse(text_of(number))[0])


REPORTS = [row for row in ROWS if row["kind"] in ("alloc-failure", "oom")]
PLAYABLE = [row["id"] for row in REPORTS if cannot_play(told_of(row["id"])) is None]


def test_most_complete_reports_can_be_played():
    complete = {row["id"] for row in REPORTS if row["completeness"] == "complete"}
    assert len(complete & set(PLAYABLE)) >= 28 and len(complete) <= 33


@pytest.mark.parametrize("number", PLAYABLE)
def test_the_machine_has_the_figures_of_truth(number):
    row = next(row for row in ROWS if row["id"] == number)
    machine = setting(told_of(number))["machine"]
    populated = {label: zone for label, zone in row["truth"]["zones"].items() if not zone.get("empty")}
    names = {zone["name"] for zone in machine["reported"]}
    for zone in machine["reported"]:
        label = next(
            label
            for label in populated
            if label.split()[-1] == zone["name"] and (zone["node"] == 0 or label.startswith(f"Node {zone['node']} "))
        )
        truth = populated[label]
        page_kb = truth.get("page_kb", 4)
        assert zone["free"] == truth["free_kb"] // page_kb
        assert zone["marks"] == [truth[f"{mark}_kb"] // page_kb for mark in ("min", "low", "high")]
        assert zone["reserve"][: len(truth["lowmem_reserve"])] == truth["lowmem_reserve"][: len(zone["reserve"])]
        higher = sum(nr << order for order, nr in enumerate(truth["blocks"][MAX_ORDER - 1 :]))
        assert zone["blocks"] == [*truth["blocks"][: MAX_ORDER - 1], higher]
    assert names <= {label.split()[-1] for label in populated}


LOOP = [
    number
    for number in PLAYABLE
    if (told := told_of(number)).rule
    and told.rule.name == "loop"
    and told.tests
    and all(test.mark == "min" for test in told.tests)
]


@pytest.mark.parametrize("number", LOOP)
def test_what_2_6_21_played_refuses_is_what_the_report_says(number):
    """The kernels of the order loop: the explorer's tests against pages_min are row for row those of the report."""
    told = told_of(number)
    explorer = open_in_explorer(told)
    against_min = {}
    for frame in explorer.document["frames"]:
        test = frame.get("test")
        if test and test["mark_name"] == "pages_min" and not test["own"]:
            against_min.setdefault(test["zone"], [(row["f"], row["m"]) for row in test["rows"]])
    by_label = {zone.label: place for place, zone in enumerate(explorer.run.machine.zones)}
    compared = 0
    for test in told.tests:
        node, name = (
            [0, test.label]
            if not test.label.startswith("Node")
            else [int(test.label.split()[1]), test.label.split()[2]]
        )
        label = f"{name}/{node}" if len(explorer.run.machine.nodes) > 1 else name
        rows = against_min.get(by_label[label], against_min.get(label))
        if rows and not told.verdict.passes:
            assert rows == [(row.free, row.needed) for row in test.rows]
            compared += 1
    assert compared or told.verdict.passes or explorer.run.end == "page"


def test_the_public_case_played():
    clinic = Clinic()
    example = clinic.examples[0]
    clinic.explain(example["text"], example["kernel"])
    explorer = clinic.step_through()
    assert clinic.explorer == explorer.model_id and explorer.run.end == "no_page"
    zone = next(zone for zone in explorer.run.before if zone.label == "Normal")
    assert [zone.nr_free(order) for order in range(6)] == [44578, 11117, 800, 0, 1, 1]
    assert (zone.nr_free_pages, zone.pages_min, zone.pages_low, zone.pages_high) == (70060, 939, 1173, 1408)
    assert explorer.order == 3 and explorer.gfp_mask == 0x20
    assert explorer.set(order=2).run.end == "page"  # 3,248 - 4 + 1 > 88: the smaller block is there
    assert "2.6.21" in explorer.deck["note"][0] and "pressure" not in explorer.deck


@pytest.mark.parametrize("number", ["016", "024", "041", "071"])
def test_the_world_behind_it_is_a_whole_one(number):
    explorer = open_in_explorer(told_of(number))
    for zone, printed in zip(explorer.run.before, explorer.machine["reported"], strict=True):
        in_lists = sum(zone.nr_free(order) << order for order in range(MAX_ORDER))
        assert zone.nr_free_pages == printed["free"]
        assert in_lists == sum(nr << order for order, nr in enumerate(printed["blocks"]))
    if all(zone.nr_free_pages == sum(zone.nr_free(o) << o for o in range(MAX_ORDER)) for zone in explorer.run.before):
        validate_machine(explorer.run.machine)


def test_it_can_be_shared_and_its_knobs_turned():
    explorer = open_in_explorer(told_of("026"))
    again = Explorer.from_text(explorer.share)
    assert again.document == explorer.document
    assert [change[3] for change in explorer.one_away()] and explorer.run.end == "no_page"
    with pytest.raises(ValueError, match="as the report says"):
        explorer.set(pressure=300)
    assert explorer.set(machine="small").knobs["pressure"] is not None


def test_what_makes_no_machine_is_refused_with_a_reason():
    good = setting(told_of("026"))["machine"]
    first = good["reported"][0]
    for broken in (
        {**good, "types": ["Normal", "DMA"]},
        {**good, "reported": []},
        {**good, "kernel": "x" * 99},
        {**good, "extra": 1},
        {**good, "reported": [{**first, "pages": -1}]},
        {**good, "reported": [first, first]},
        {**good, "reported": [{**first, "blocks": [1] * 10}]},
        {**good, "reported": [{**first, "pages": 1 << 60}]},
        {**good, "reported": [{**first, "start": 5}]},
        {**good, "reported": [{**first, "blocks": [1 << 20] * 11}]},
        {**good, "reported": [{**first, "name": "<b>"}]},
        {**good, "reported": [{**first, "node": 7}]},
        {**good, "reported": ["x"]},
        {**good, "reported": [{**first, "free": "3"}]},
    ):
        with pytest.raises(SaidError, match="no machine of a report") as refused:
            read(broken)
        assert not set(refused.value.said.zh.split("：", 1)[1].split()) & {"must", "has", "is", "may", "not"}
        with pytest.raises(SaidError):
            checked({**open_in_explorer(told_of("041")).knobs, "machine": broken})
    assert read(good).types


def test_a_clinic_says_what_it_found():
    assert repr(Clinic()) == "<Clinic: no report>"
    told = Clinic(text_of("026"))
    assert repr(told) == (
        "<Clinic: Normal refused at the last row, 370 <= 620: too few pages in blocks of order 1 and above>"
    )
    assert repr(told.explain(text_of("041") + text_of("026"))).endswith("(and 1 more)>")


def test_the_browser_asks():
    clinic = Clinic()
    clinic.set_state({"asked": {"text": text_of("041"), "kernel": "", "n": 1}})
    assert clinic.shown["reports"][0]["passes"] is False and clinic.error == []
    clinic.set_state({"wanted": {"report": 0, "n": 1}})
    assert clinic.explorer
    clinic.set_state({"asked": {"text": "nothing", "kernel": "", "n": 2}})
    assert clinic.shown["reports"] == [] and "no report" in clinic.error[0] and clinic.explorer == ""
    clinic.set_state({"asked": {"text": text_of("041"), "kernel": "<b>soon", "n": 3}})
    assert "is not a kernel release" in clinic.error[0] and "内核版本" in clinic.error[1]
    clinic.set_state({"asked": {"text": "", "kernel": "", "n": 4}})
    assert clinic.error == []
    clinic.set_state({"wanted": {"report": 5, "n": 2}})
    assert clinic.error and clinic.explorer == ""


def test_a_text_too_large_is_named():
    with pytest.raises(ValueError, match="cut out the report"):
        Clinic().explain("x" * 8_000_001)


@pytest.mark.parametrize(
    ("number", "why"), [("073", "says no mask"), ("039", "no zone with pages"), ("047", "Normal"), ("105", "no zone")]
)
def test_a_report_that_makes_no_scenario_says_why(number, why):
    told = told_of(number)
    with pytest.raises(ValueError, match=why):
        open_in_explorer(told)
    english, chinese = cannot_play(told)
    assert why in english and any("\u4e00" <= letter for letter in chinese)


def test_python_is_all_that_is_asked():
    """Nothing of the clinic's Python side opens a connection."""
    opened = []
    sys.addaudithook(lambda event, args: opened.append(event) if event.startswith("socket.connect") else None)
    Clinic(text_of("026")).step_through()
    assert opened == []
