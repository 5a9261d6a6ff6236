"""The recordings that the project carries, read once."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from buddylab.scenario.schema import SCENARIOS

DATA = Path(__file__).parent / "data"
FILES = sorted((*(DATA / "named").glob("*.json"), *SCENARIOS.glob("*.json")), key=lambda path: path.stem)
"""The files of all named recordings; those that users get too lie in the package."""
NAMED = [path.stem for path in FILES]
"""Their names."""


def file_of(name: str) -> Path:
    """Where the recording of this name lies."""
    return FILES[NAMED.index(name)]


@cache
def _text(name: str) -> str:
    return file_of(name).read_text(encoding="utf-8")


def named(name: str) -> dict[str, Any]:
    """One named recording, fresh."""
    return json.loads(_text(name))


@cache
def some_random() -> list[dict[str, Any]]:
    """The random recordings that the project carries. Shared: leave them as they are."""
    with gzip.open(DATA / "random.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
