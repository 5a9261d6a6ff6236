"""Scenario files: a machine, operations on it, and a script of what the world does. FORMAT.md describes them.

`load` reads and checks a file, `replay` plays it, `compare` holds the outcome against what is recorded.
"""

from buddylab.scenario.compare import compare, recorded
from buddylab.scenario.play import (
    build_machine,
    build_zonelists,
    check,
    counters,
    lists,
    lists_crc32,
    load,
    parse,
    replay,
    setup_figures,
)
from buddylab.scenario.schema import FORMAT, Json, ScenarioError, json_schema, texts
from buddylab.scenario.script import ScriptedWorld

__all__ = [
    "FORMAT",
    "Json",
    "ScenarioError",
    "ScriptedWorld",
    "build_machine",
    "check",
    "compare",
    "counters",
    "json_schema",
    "lists",
    "lists_crc32",
    "load",
    "parse",
    "recorded",
    "replay",
    "setup_figures",
    "build_zonelists",
    "texts",
]
