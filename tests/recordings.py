"""The recordings that the project carries, read once."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
NAMED = sorted(path.stem for path in (DATA / "named").glob("*.json"))
"""The names of all named recordings."""


@cache
def _text(name: str) -> str:
    return (DATA / "named" / f"{name}.json").read_text(encoding="utf-8")


def named(name: str) -> dict[str, Any]:
    """One named recording, fresh."""
    return json.loads(_text(name))


@cache
def some_random() -> list[dict[str, Any]]:
    """The random recordings that the project carries. Shared: leave them as they are."""
    with gzip.open(DATA / "random.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
