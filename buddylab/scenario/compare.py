"""Hold what was played against what is recorded in a scenario."""

import json
import zlib
from itertools import zip_longest
from typing import Any

from buddylab.scenario.schema import Json, ScenarioError


def recorded(scenario: Json) -> list[tuple[str, Json]]:
    """(place, fields) of everything that is recorded in a scenario: initial, every op's expect, final.

    Raises ScenarioError if one of them is not an object.
    """
    parts = [("initial", scenario.get("initial", {}))]
    parts += [(f"op {number}", op.get("expect", {})) for number, op in enumerate(scenario["ops"])]
    parts += [("final", scenario.get("final", {}))]
    for place, fields in parts:
        if not isinstance(fields, dict):
            raise ScenarioError(f"{place}: what is recorded must be an object, not {fields!r:.80}")
    return parts


def compare(scenario: Json, outcome: Json) -> tuple[str, str, Any, Any] | None:
    """The first difference from what is recorded: (place, field, recorded, played), or None. Unrecorded = no wish."""
    played = [outcome["initial"], *outcome["ops"], outcome["final"]]
    for (place, wished), got in zip(recorded(scenario), played, strict=True):
        if "nr_events" in wished:
            got = got | summary(got["events"])
        for name, value in wished.items():
            if value != got.get(name):
                return place, *_narrow(name, value, got.get(name))
    return None


def summary(events: list[Any]) -> Json:
    """What stands for the events where a file keeps only their number and their checksum."""
    text = json.dumps(events, separators=(",", ":"))
    return {"nr_events": len(events), "events_crc32": zlib.crc32(text.encode())}


def _narrow(field: str, wished: Any, got: Any) -> tuple[str, Any, Any]:
    """Follow a difference into dicts and lists, down to the first value that differs; an event stays whole."""
    if isinstance(wished, dict) and isinstance(got, dict):
        for key in (*wished, *(key for key in got if key not in wished)):
            if wished.get(key) != got.get(key):
                return _narrow(f"{field}.{key}", wished.get(key), got.get(key))
    if isinstance(wished, list) and isinstance(got, list) and not field.startswith("events["):
        for i, (one, other) in enumerate(zip_longest(wished, got)):
            if one != other:
                return _narrow(f"{field}[{i}]", one, other)
    return field, wished, got
