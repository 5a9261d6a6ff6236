"""The recordings of Linux 6.12.117 that the project carries, and where the whole set lies."""

import gzip
import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
RECORDINGS = os.environ.get("BUDDYLAB_RECORDINGS")
"""A folder with kernel-6.12 in it: the full set."""


def lines(file: Path) -> Iterator[str]:
    """The lines of a .jsonl.gz file."""
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        yield from opened


@cache
def _texts() -> dict[str, str]:
    return {json.loads(line)["name"]: line for line in lines(DATA / "named.jsonl.gz")}


def names() -> list[str]:
    """The names of all named recordings."""
    return sorted(_texts())


def named(name: str) -> dict[str, Any]:
    """One named recording, fresh."""
    return json.loads(_texts()[name])


def full_set(folder: str | None = RECORDINGS) -> Path | None:
    """The folder of the whole set below the one that BUDDYLAB_RECORDINGS names.

    None if that is unset, or holds 2.6.21's recordings alone. Fails if it holds none, so that no run passes by playing
    nothing.
    """
    if folder is None:
        return None
    found = Path(folder) / "kernel-6.12"
    if not found.is_dir() and (Path(folder) / "named").is_dir():
        return None  # the recordings of 2.6.21 alone
    assert (found / "random.jsonl.gz").is_file(), f"BUDDYLAB_RECORDINGS: there is no {found}/random.jsonl.gz"
    return found
