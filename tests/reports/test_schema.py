"""What --json prints against the schema that the package publishes; every cause and cure id is in it and documented."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from buddylab.__main__ import main
from buddylab.reports import CAUSES, document, explain, parse
from buddylab.reports.ask import ask
from buddylab.reports.cures import KINDS

HERE = Path(__file__).parent
TEXTS = sorted([*(HERE / "second").glob("*.txt"), *(HERE / "data").glob("*.txt")])
SCHEMA = json.loads(files("buddylab.reports").joinpath("schema.json").read_text(encoding="utf-8"))
CHECK = jsonschema.Draft202012Validator(SCHEMA)


def check(told):
    CHECK.validate(json.loads(json.dumps(document(told))))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"].endswith(f":{SCHEMA['properties']['version']['const']}")


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_every_text_of_both_sets(file):
    check([explain(report) for report in parse(file.read_bytes())])
    check([ask(report, 2, "GFP_ATOMIC") for report in parse(file.read_bytes())])


def test_what_the_command_prints(capsys):
    main(["explain", "--json", *map(str, TEXTS)])
    CHECK.validate(json.loads(capsys.readouterr().out))


def test_ids_are_closed_and_documented():
    report = SCHEMA["properties"]["reports"]["items"]["properties"]
    assert {one["properties"]["id"]["const"] for one in report["cause"]["oneOf"]} == set(CAUSES)
    assert report["cures"]["items"]["properties"]["kind"]["enum"] == list(KINDS)
    told = files("buddylab.reports").joinpath("CAUSES.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in told for name in (*CAUSES, *KINDS))


def test_a_wrong_document_is_found():
    (told,) = document([explain(parse(TEXTS[0].read_bytes())[0])])["reports"][:1]
    for broken in (
        {**told, "cause": {"id": "weather"}},
        {**told, "extra": 1},
        {k: v for k, v in told.items() if k != "rows"},
    ):
        assert not CHECK.is_valid({"version": 1, "reports": [broken]})
