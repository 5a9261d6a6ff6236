"""What JavaScript takes from Python is made by a script: it stands there as the script makes it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import older
from fastjsonschema import JsonSchemaValueException, compile

from buddylab.core.events import FIELDS
from buddylab.scenario import json_schema
from buddylab.scenario.schema import SCENARIOS, texts
from buddylab.view.constants import RETURNS, constants

ROOT = Path(__file__).resolve().parents[1]
SCREEN = ROOT / "buddylab" / "screen"


def test_constants_and_types_are_what_python_says():
    done = subprocess.run(
        [sys.executable, "tools/javascript.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_constant_that_was_changed_by_hand_is_noticed(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(ROOT / "tools")
    import javascript

    (tmp_path / "kernel.js").write_text((SCREEN / "kernel.js").read_text().replace("ORDERS = 11", "ORDERS = 12"))
    (tmp_path / "document.d.ts").write_text((SCREEN / "document.d.ts").read_text())
    monkeypatch.setattr(javascript, "SCREEN", tmp_path)
    assert javascript.main(check=True) == 1


def test_what_is_returned_is_an_argument():
    assert {name: RETURNS[name] in FIELDS[name] for name in RETURNS} == dict.fromkeys(RETURNS, True)
    assert constants()["PAGES_OF"][10] == 1024


def scenarios():
    folder = ROOT / "tests" / "data"
    yield from (text for file in (*SCENARIOS.glob("*.json"), *(folder / "named").glob("*")) for _, text in texts(file))
    yield from (text for number, (_, text) in enumerate(texts(folder / "random.jsonl.gz")) if not number % 20)


def test_every_scenario_keeps_to_its_schema():
    check, seen = compile(older(json_schema())), 0
    for seen, text in enumerate(scenarios(), 1):  # noqa: B007
        check(json.loads(text))
    assert seen > 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": "alloc-oracle-2"},
        {"ops": [{"op": "alloc", "id": 1, "gfp_mask": 16}]},
        {"ops": [{"op": "free", "id": "1"}]},
        {"ops": [{"op": "shrink"}]},
        {"ops": [{"op": "alloc", "id": 1, "gfp_mask": 16, "order": 0, "context": {"root": 1}}]},
        {"ops": [{"op": "alloc", "id": 1, "gfp_mask": 16, "order": 0, "script": {"kswapd": [{"jiffies": -1}]}}]},
        {"config": {"zone_types": ["DMA"], "numa": False}},
    ],
)
def test_a_scenario_that_is_none_is_refused(wrong):
    good = json.loads((SCENARIOS / "atomic_failure.json").read_text(encoding="utf-8"))
    check = compile(older(json_schema()))
    check(good)
    with pytest.raises(JsonSchemaValueException):
        check({**good, **wrong})


def test_the_screen_shares_at_most_25_names():
    types = (SCREEN / "types.d.ts").read_text(encoding="utf-8")
    body = types.partition("export interface App {\n")[2].partition("\n}")[0]
    names = re.findall(r"^  (\w+)[(:]", body, re.MULTILINE)
    assert {"lang", "document", "acts"} <= set(names)
    assert len(names) <= 25, names
