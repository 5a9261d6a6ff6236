"""The published schema of the run document: it is one, it says what FORMAT.md says, and it finds what is wrong."""

import copy
import json
import re
from importlib import resources

import fastjsonschema
import jsonschema
import pytest
from documents import validator

from buddylab.core.environment import Task
from buddylab.core.record import record
from buddylab.explorer.filling import prepare
from buddylab.view.document import FORMAT, schema, to_json, view


@pytest.fixture(scope="module")
def shown():
    """A run with every kind of frame that a screen shows most: tests, a split, changes."""
    population = prepare("report")
    run = record(population.machine, 0xD0, 2, task=Task())
    return json.loads(to_json(view(run, kind_of=population.kind_of)))


def test_the_schema_is_one_of_draft_2020_12():
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema())


def test_a_document_keeps_to_it_for_both_readers(shown):
    jsonschema.Draft202012Validator(schema()).validate(shown)
    validator()(shown)


def test_every_part_of_it_is_used():
    text = json.dumps(schema())
    assert [name for name in schema()["$defs"] if f'"#/$defs/{name}"' not in text] == []


def tables():
    """The keys that the second half of FORMAT.md names, table by table."""
    text = resources.files("buddylab.scenario").joinpath("FORMAT.md").read_text(encoding="utf-8")
    _, runs = text.split("\n# Runs\n")
    tables = re.findall(r"^\|---\|---\|\n((?:\|.*\n)+)", runs, re.MULTILINE)
    return [set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE)))) for table in tables]


def test_it_has_the_keys_that_format_md_names():
    document, frame = tables()
    assert document == schema()["properties"].keys() == set(schema()["required"])
    assert frame | {"stage", "say", "args", "lines"} == schema()["$defs"]["Frame"]["properties"].keys()


def in_frame(key, value):
    """Set a key of the first frame that has it."""

    def spoil(document):
        next(frame for frame in document["frames"] if key in frame)[key] = value

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.update(format="buddylab-trace-1"),
        lambda document: document.pop("kernel"),
        lambda document: document.update(trace=[]),
        lambda document: document["machine"].update(name={"en": "small", "zh": "小"}),
        lambda document: document["machine"]["zones"][0].pop("pcp"),
        lambda document: document["initial"]["zones"][0].update(lists=[[]] * 11),
        lambda document: document["initial"]["zones"][0]["lists"].update({"11": []}),
        lambda document: document["initial"]["zones"][0]["counts"].pop("NR_FREE_PAGES"),
        in_frame("changes", [[0, 4, 0, 199456]]),
        in_frame("changes", [[0, "lists", "4", 0]]),
        in_frame("changes", [[0, "lists", "4", 3, 199456]]),
        in_frame("changes", [[0, "lists", "hot", 0, 199456]]),
        in_frame("changes", [[0, "lists", "4", 0, 199456, 1]]),
        in_frame("mood", "sad"),
        in_frame("lines", [16]),
        lambda document: document["frames"][0].update(colour="red"),
        lambda document: document["frames"].clear(),
    ],
)
def test_what_is_wrong_is_found(shown, spoil):
    wrong = copy.deepcopy(shown)
    spoil(wrong)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(wrong)
    with pytest.raises(fastjsonschema.JsonSchemaException):
        validator()(wrong)


def test_lists_by_order_and_type_keep_to_it_too(shown):
    """What a second kernel needs: a list for every order and migrate type, per-cpu lists likewise, pageblocks."""
    other = copy.deepcopy(shown)
    other["kernel"] = "6.12"
    for zone in other["initial"]["zones"]:
        zone["lists"] = {f"{order}:{kind}": [] for order in range(11) for kind in "UMEH"}
        zone["pcp"] = {f"{order}:{kind}": [] for order in (0, 1, 2, 3, 9) for kind in "UME"}
        zone["counts"] |= {"watermark_boost": 0, "nr_reserved_highatomic": 512}
        zone["blocks"] = "UMMH"
    for zone in other["machine"]["zones"]:
        zone["pcp"] = {"0:U": {"batch": 63, "high": 378}}
    in_frame("changes", [[0, "lists", "9:M", 0, 512], [0, "lists", "9:U", 1, 512], [0, "blocks", 1, "U"]])(other)
    validator()(other)


def test_the_format_is_named_once():
    assert schema()["properties"]["format"] == {"const": FORMAT}
